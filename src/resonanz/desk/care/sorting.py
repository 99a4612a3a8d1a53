"""What kind of matter a conversation is, and how soon it must be seen: by hand, or by rules that only raise.

Whoever sorts sets new targets for every turn that waits. What enters the safety lane rings (`alarms`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz import case
from resonanz.annotate.address_form import address_form
from resonanz.annotate.urgency import REASONS, Urgency, urgency
from resonanz.desk import events, projection, understood
from resonanz.desk.care import alarms
from resonanz.desk.care.base import CareError, expect_agent, expect_live, joined_here, one_of_many, tell
from resonanz.desk.models import (
    Agent,
    Annotation,
    Author,
    Conversation,
    Correction,
    Event,
    Kind,
    Mention,
    Voice,
)
from resonanz.desk.policies import Subject, policy_of
from resonanz.desk.storage import to_ms
from resonanz.post import Audience

READER = "sorting"  # this module's mark in the event log
AT_ONCE = 10  # posts that are read before the mark is moved
SAID = {"heard", "edited"}
CALM = Urgency(case.Urgency.NORMAL, ())
Facts = dict[str, int | None]
WORDS = Q(kind=Kind.URGENCY, sampled=False, undone_at=None)  # corrections that say how urgent a post is
NO_EDITS: Mapping[int | None, int] = MappingProxyType({})


def sort(
    conversation: Conversation,
    agent: Agent,
    *,
    matter: case.Matter | None = None,
    urgency: case.Urgency | None = None,
) -> None:
    """Say what kind of matter it is, how urgent, or both; None leaves as it is. Targets follow.

    CareError: `not_known` where neither is given.
    """
    expect_agent(agent)
    expect_live(conversation)
    if matter is None and urgency is None:
        raise CareError("not_known")
    with transaction.atomic():
        before = Conversation.objects.get(pk=conversation.pk)
        facts: Facts = {
            "matter": before.matter if matter is None else int(matter),
            "urgency": before.urgency if urgency is None else int(urgency),
        }
        is_same = (facts["matter"], facts["urgency"]) == (before.matter, before.urgency)
        if is_same and (not urgency or _is_said_by_hand(before, urgency)):  # what is confirmed is held
            return
        told = facts if urgency is not None else {"matter": facts["matter"]}
        _sorted(before, agent, facts, told)


class Sorting(NamedTuple):
    """An event by which the urgency of a conversation was set: by a hand, a rule, or one of its posts."""

    number: int
    at_ms: int
    is_by_hand: bool
    facts: dict[str, int]


def sortings(*conversations: int) -> list[Sorting]:
    """Return by what the urgency of some conversations was set, in turn."""
    told = Event.objects.filter(conversation__in=conversations, kind="sorted").order_by("pk")
    rows = [
        (*row[:4], json.loads(row[4])) for row in told.values_list("pk", "at", "actor", "mention", "facts")
    ]
    return [
        Sorting(number, to_ms(at), actor is not None and post is None, facts)
        for number, at, actor, post, facts in rows
        if "urgency" in facts
    ]


def hand_in(conversation: Conversation) -> Sorting | None:
    """Return what a hand last said of the urgency of a conversation itself, or of one that joined it."""
    told = sortings(*joined_here(conversation))
    return next((one for one in reversed(told) if one.is_by_hand), None)


def _is_said_by_hand(conversation: Conversation, urgency: case.Urgency) -> bool:
    hand = hand_in(conversation)
    return hand is not None and hand.facts["urgency"] == urgency


def sort_after(
    conversation: Conversation,
    agent: Agent,
    post: Mention,
    level: case.Urgency,
    correction: int | None = None,
) -> None:
    """Say how urgent a conversation is, as it follows from what somebody said of a post. In a transaction."""
    facts: Facts = {"matter": conversation.matter, "urgency": int(level)}
    told = facts | {"before": conversation.urgency}
    told |= {} if correction is None else {"correction": correction}
    _sorted(conversation, agent, facts, told, post.pk)


def _sorted(
    conversation: Conversation,
    agent: Agent | None,
    facts: Facts,
    told: Facts | None = None,
    post: int | None = None,
) -> None:
    """Write it down with the targets that follow, and ring where somebody is in danger."""
    now = timezone.now()
    told = (facts if told is None else told) | _targets(conversation, facts)
    tell("sorted", now, conversation, agent, mention=post, **told)
    if facts["urgency"] == case.Urgency.SAFETY and conversation.urgency != case.Urgency.SAFETY:
        alarms.ring_for_safety(conversation, now, by=agent)


def _targets(conversation: Conversation, facts: Facts) -> Facts:
    """When each turn that waits is due now, and when the matter should be settled."""
    number = conversation.pk
    folded = case.case_after(projection.read_happened([number]).get(number, []))
    audiences = dict(
        Mention.objects.filter(order__in=[turn.order for turn in folded.pending]).values_list(
            "order", "audience"
        )
    )
    policy = policy_of(conversation.brand_id)
    running = folded.running
    due: Facts = {}
    for turn in folded.pending:
        private = Audience(audiences.get(turn.order, Audience.PUBLIC)).is_private
        targets = policy.targets(_subject(conversation, facts, private=private))
        first = (
            running is not None
            and running.kind is case.ClockKind.FIRST_RESPONSE
            and turn.at_ms == running.started_ms
        )
        due[f"due:{turn.order}"] = targets.due_ms(turn.at_ms, first=first)
    settling = [c for c in folded.clocks if c.kind == case.ClockKind.RESOLUTION and c.stopped_ms is None]
    for clock in settling:
        private = Audience(conversation.thread.audience).is_private
        due["end"] = policy.targets(_subject(conversation, facts, private=private)).end_ms(clock.started_ms)
    return due


def _subject(conversation: Conversation, facts: Facts, *, private: bool) -> Subject:
    return Subject(conversation.channel_id, private, facts["matter"] or 0, facts["urgency"] or 0)


# By rule -----------------------------------------------------------------------------------------


def sort_next() -> bool:
    """Read what customers have said since last time; True if anything new had happened.

    A rule only raises the urgency; what somebody has lowered by hand rises again with a new post only. What
    somebody has said of a post itself holds, unless an edit puts danger into it.
    """
    with events.follow(READER, SAID, AT_ONCE) as news:
        if news is None:
            return False
        said = [event for event in news.told if event.kind in SAID and event.mention is not None]
        edited = {event.mention: event.at_ms for event in said if event.kind == "edited"}
        found = _read(_incoming(event.mention for event in said), edited)
        for one in found:  # again after a crash: what was raised is not raised twice
            with one_of_many(f"sorting post {one.mention.pk}"), transaction.atomic():
                _write(one)
        with transaction.atomic():
            news.take()
        return True


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a post says about its urgency, and how its author addresses us ("" for nothing new).

    `is_past`: what somebody said of its urgency was said of other words.
    """

    mention: Mention
    found: Urgency
    form: str
    is_past: bool


def _incoming(orders: Iterable[int | None]) -> list[Mention]:
    known = Mention.objects.filter(
        order__in=list(orders), incoming=True, deleted_at=None, conversation__from_import=None
    )
    near = ("author", "conversation__brand", "conversation__thread", "conversation__channel")
    return list(known.exclude(conversation=None).select_related(*near).order_by("order"))


def _read(mentions: Iterable[Mention], edited: Mapping[int | None, int] = NO_EDITS) -> list[_Heard]:
    """Take from posts what they say about their urgency, and about how their authors address us."""
    heard = []
    is_heard = "urgency" not in understood.switched_off()
    for mention in mentions:
        with one_of_many(f"reading post {mention.pk}"):
            assert mention.conversation is not None
            found = reasons_in(mention, mention.conversation.brand_id) if is_heard else CALM
            said = _words_on(mention) if found.reasons else []
            is_past = bool(said) and _is_past(said, mention, found, edited.get(mention.pk, 0))
            if said and not is_past:
                found = CALM
            form = _new_form(mention, mention.conversation)
            if form or found.reasons:
                heard.append(_Heard(mention, found, form, is_past))
    return heard


def _write(heard: _Heard) -> None:
    """Raise the urgency where the case, as it stands now, is less urgent than the post sounds."""
    if heard.form:
        Author.objects.filter(pk=heard.mention.author_id).update(form=heard.form)
    number = heard.mention.conversation_id
    if number is None or not heard.found.reasons:
        return
    if heard.is_past:
        _forget_words_on(heard.mention, heard.found.level)
    conversation = Conversation.objects.select_related("brand", "thread", "channel").get(pk=number)
    if heard.found.level <= conversation.urgency or conversation.state != case.State.OPEN:
        return
    facts: Facts = {
        "matter": conversation.matter,
        "urgency": int(heard.found.level),
        "rule": REASONS[heard.found.reasons[0].code],
    }
    sort_by_rule(conversation, facts)


def sort_by_rule(conversation: Conversation, facts: Facts) -> None:
    """Write down what a rule found, with the targets that follow. In a transaction."""
    _sorted(conversation, None, facts)


def reasons_in(mention: Mention, brand: int, intents: Collection[str] = ()) -> Urgency:
    """Return how soon a post must be seen and why, by the rules, the brand's own words and what it wants."""
    words = Voice.objects.filter(brand=brand).values_list("safety_words", flat=True).first()
    return urgency(mention.text, tuple(words or ()), intents)


def _words_on(mention: Mention) -> list[Correction]:
    """Return what was said of a post's urgency, other than to check how good the rules are."""
    return list(Correction.objects.filter(WORDS, mention=mention).order_by("pk"))


def _is_past(said: Sequence[Correction], mention: Mention, found: Urgency, edited_ms: int) -> bool:
    """Whether an edit has put danger into a post since people spoke of its urgency."""
    if found.level is not case.Urgency.SAFETY or to_ms(said[-1].at) > edited_ms:
        return False
    earlier = mention.wordings.order_by("-until", "-pk").first()
    if earlier is None or mention.conversation is None:
        return False
    old = Mention(text=earlier.text)
    return reasons_in(old, mention.conversation.brand_id).level is not case.Urgency.SAFETY


def _forget_words_on(mention: Mention, level: case.Urgency) -> None:
    said = Correction.objects.filter(mention=mention, kind=Kind.URGENCY, undone_at=None)
    said.update(undone_at=timezone.now())
    bit = understood.BITS["urgency"]
    note = Annotation.objects.filter(mention=mention)
    note.update(urgency=level.name.lower(), by_hand=F("by_hand").bitand(~bit))


def _new_form(mention: Mention, conversation: Conversation) -> str:
    if mention.author_id != conversation.customer_id or "address_form" in understood.switched_off():
        return ""
    form = address_form(mention.text, direction="in").form
    if form not in {"du", "sie"} or form == mention.author.form:
        return ""
    corrected = understood.is_by_hand(mention, "address_form")  # an edit does not overrule a person
    return "" if corrected else form
