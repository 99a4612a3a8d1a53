"""Which conversations might belong to an incident: proposed by likeness, decided by a person.

A proposal changes nothing about a conversation. What was refused is learnt from and never proposed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import events
from resonanz.desk.care.base import tell
from resonanz.desk.models import (
    Bookmark,
    Conversation,
    Incident,
    IncidentLink,
    LinkState,
    Mention,
)
from resonanz.likeness import Model, Verdict

READER = "incidents"  # the bookmark in the event log
EVENTS_MOST = 200
AGAIN_MOST = 300  # waiting conversations that are looked at again when something was learnt
LEARNT_MOST = 400  # posts of a kind that a model is made of
USUAL = timedelta(days=14)  # from how long before an incident its usual posts are taken
BEFORE = timedelta(hours=3)  # what was said so shortly before it may well be about it already
LEARNING = frozenset({"incident_opened", "incident_changed", "incident_reopened", "linked", "unlinked"})


def propose_next() -> bool:
    """Look at what happened since the last time and propose who may belong; True if something had."""
    mark = Bookmark.objects.filter(pk=READER).values_list("event", flat=True).first()
    if mark is not None and mark >= events.newest():
        return False
    with transaction.atomic():
        told = events.follow(READER, EVENTS_MOST)
        for event in told:
            if event.kind == "merged" and event.conversation is not None:
                facts = json.loads(event.facts)
                if not facts.get("undo"):
                    _follow_merge(event.conversation, int(facts["into"]))
        heard = {event.conversation for event in told if event.kind == "heard"}
        learnt = any(event.kind in LEARNING for event in told)
        if heard or learnt:
            _propose({number for number in heard if number is not None}, again=learnt)
    return mark is None or bool(told)


def _propose(heard: set[int], *, again: bool) -> None:
    lasting = list(Incident.objects.filter(solved_at=None))
    if not lasting:
        return
    waiting = Conversation.objects.filter(state=State.OPEN, awaits__isnull=False)
    numbers = set(waiting.filter(pk__in=heard).values_list("pk", flat=True))
    if again:
        free = waiting.filter(brand__in={one.brand_id for one in lasting}).exclude(
            incident_links__state=LinkState.LINKED
        )
        numbers |= set(free.order_by("-last_order").values_list("pk", flat=True)[:AGAIN_MOST])
    found = {c.pk: c for c in Conversation.objects.filter(pk__in=numbers).select_related("channel")}
    texts = asked(found)
    best: dict[int, tuple[float, Incident]] = {}
    for incident in lasting:
        known = set(incident.links.filter(conversation__in=found).values_list("conversation", flat=True))
        model = model_of(incident)
        for number, text in texts.items():
            if number in known or found[number].brand_id != incident.brand_id:
                continue
            verdict = model.judge(text)
            if verdict.is_alike and verdict.score > best.get(number, (0.0, incident))[0]:
                best[number] = (verdict.score, incident)
    for number, (_score, incident) in sorted(best.items()):
        _write(found[number], incident)


def _write(conversation: Conversation, incident: Incident) -> None:
    now = timezone.now()
    _link, made = IncidentLink.objects.get_or_create(
        incident=incident, conversation=conversation, defaults={"linked_at": now}
    )
    if made:
        tell("proposed", now, conversation, None, incident=incident.pk)


def _follow_merge(conversation: int, into: int) -> None:
    """What belonged to a conversation belongs to the one that it was joined with."""
    for link in IncidentLink.objects.filter(conversation=conversation):
        known = IncidentLink.objects.filter(incident=link.incident_id, conversation=into).first()
        if known is None:
            IncidentLink.objects.filter(pk=link.pk).update(conversation=into)
            continue
        kept = {
            name: getattr(known, name) or getattr(link, name)
            for name in ("answered_with_id", "followed_up_with_id")
        }
        if link.state == LinkState.LINKED:
            kept["state"] = LinkState.LINKED
        IncidentLink.objects.filter(pk=known.pk).update(**kept)
        link.delete()


# The model ---------------------------------------------------------------------------------------


def asked(conversations: Iterable[int]) -> dict[int, str]:
    """Return what waits for an answer in conversations, as one text each."""
    said = Mention.objects.filter(
        conversation__in=list(conversations),
        incoming=True,
        deleted_at=None,
        order__gte=F("conversation__awaits"),
    )
    found: dict[int, list[str]] = {}
    for number, text in said.order_by("order").values_list("conversation", "text"):
        found.setdefault(number or 0, []).append(text)
    return {number: "\n".join(texts) for number, texts in found.items()}


def model_of(incident: Incident) -> Model:
    """Return what is known of an incident's posts: those linked, those refused, and what is usual."""
    links = incident.links.order_by("-linked_at")
    belonging = _posts(links.filter(state=LinkState.LINKED)[:LEARNT_MOST])
    refused = _posts(links.filter(state=LinkState.REFUSED)[:LEARNT_MOST])
    others = [*refused, *refused, *_usual(incident)]  # somebody looked at these: they count twice
    return Model(belonging, others, incident.words)


def _posts(links: Iterable[IncidentLink]) -> list[str]:
    """Return the post of each conversation for which it was linked: its newest of that time."""
    linked_at = {one.conversation_id: one.linked_at for one in links}
    said = Mention.objects.filter(conversation__in=linked_at, incoming=True, deleted_at=None)
    found: dict[int, str] = {}
    for number, text, heard_at in said.order_by("order").values_list("conversation", "text", "heard_at"):
        if number is not None and (number not in found or heard_at <= linked_at[number]):
            found[number] = text
    return list(found.values())


def _usual(incident: Incident) -> list[str]:
    """Return posts about other matters: from before, and those answered since without belonging."""
    begins = incident.opened_at - BEFORE
    before = Q(heard_at__gte=begins - USUAL, heard_at__lt=begins)
    said = Mention.objects.filter(incoming=True, deleted_at=None, conversation__brand=incident.brand_id)
    since = Q(conversation__answered_at__gte=incident.opened_at, heard_at__gte=begins)
    elsewhere = said.filter(since).exclude(conversation__in=incident.links.values("conversation"))
    return [
        *said.filter(before).order_by("-order").values_list("text", flat=True)[:LEARNT_MOST],
        *elsewhere.order_by("-order").values_list("text", flat=True)[:LEARNT_MOST],
    ]


# For people --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """An incident that a conversation may be linked to; `state` is how it stands already, "" for not."""

    incident: Incident
    verdict: Verdict
    state: str


def offers(conversation: Conversation) -> list[Offer]:
    """Return the incidents that last, for a conversation: the best match first."""
    states = dict(conversation.incident_links.values_list("incident", "state"))
    lasting = Incident.objects.filter(brand=conversation.brand_id, solved_at=None).select_related("owner")
    text = asked([conversation.pk]).get(conversation.pk) or _last_said(conversation)
    found = [Offer(one, model_of(one).judge(text), states.get(one.pk, "")) for one in lasting]
    return sorted(found, key=lambda offer: (-offer.verdict.score, -offer.incident.pk))


def _last_said(conversation: Conversation) -> str:
    said = conversation.mentions.filter(incoming=True, deleted_at=None).order_by("-order")
    return said.values_list("text", flat=True).first() or ""


def suggested_words(conversations: Sequence[Conversation]) -> list[list[str]]:
    """Return rules of words that the posts of conversations share and other posts seldom have."""
    waiting = asked([talk.pk for talk in conversations])
    texts = [waiting.get(talk.pk) or _last_said(talk) for talk in conversations]
    if not texts:
        return []
    usual = Mention.objects.filter(incoming=True, conversation__brand=conversations[0].brand_id).exclude(
        conversation__in=[talk.pk for talk in conversations]
    )
    others = usual.filter(conversation__answered_at__isnull=False).order_by("-order")
    model = Model(texts, others.values_list("text", flat=True)[:LEARNT_MOST])
    return model.suggest(texts)
