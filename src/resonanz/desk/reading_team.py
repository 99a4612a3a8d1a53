"""What pages show of the team: who did what with a conversation, tags on rows, who is here, shifts' ends.

Reads only; each function makes a fixed number of queries, however many rows it returns.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import wording_team as words
from resonanz.desk.access import channels_visible_to
from resonanz.desk.care import shifts
from resonanz.desk.care.shifts import How, Why
from resonanz.desk.models import (
    Agent,
    Conversation,
    ConversationTag,
    Event,
    Handover,
    Mention,
    Role,
    Tag,
    Team,
)
from resonanz.desk.prepared import each, prepared
from resonanz.desk.reading_history import Line

ICONS = {
    "assigned": "user-plus",
    "moved": "lock",
    "merged": "merge",
    "took_in": "merge",
    "split_off": "split",
    "tagged": "tag",
    "untagged": "tag",
    "released": "check-check",
    "sent_back": "undo-2",
    "handed_over": "hand-helping",
    "handover_read": "check",
    "handover_undone": "undo-2",
}


# What was done -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that lines need."""

    agents: Mapping[int, str]
    teams: Mapping[int, str]
    tags: Mapping[int, str]
    handovers: Mapping[int, str]


def lines(talk: Conversation) -> list[Line]:
    """Return who did what with a conversation, oldest first; numbers whose rows are gone stay nameless."""
    told = [(event, json.loads(event.facts) if event.facts else {}) for event in _told(talk.pk)]
    if not told:
        return []
    known = _known(told)
    made: list[Line] = []
    owner, why = "", None
    parted: Counter[int] = Counter()  # posts, by the conversation that they went to
    for event, facts in told:
        if event.kind == "split_off":
            parted[facts["into"]] += 1
            if "opened_ms" not in facts:
                continue  # the last one of several tells
        given = {"given": int(why == Why.HANDED_OVER)}
        words_of_it = _words(event, facts | given, known, owner, parted)
        stays = event.kind == "handed_over" and facts.get("handover") in known.handovers
        made.append(Line(event.at, ICONS[event.kind], words_of_it, stays=stays))
        if event.kind == "assigned":
            owner, why = known.agents.get(facts.get("to") or 0, ""), facts.get("why")
    return made


@prepared
def _told(talk: int) -> QuerySet[Event]:
    return Event.objects.filter(conversation=talk, kind__in=ICONS).order_by("id")


def _known(told: Sequence[tuple[Event, dict[str, Any]]]) -> _Known:
    people = {event.actor or 0 for event, _ in told} | {facts.get("to") or 0 for _, facts in told}
    wanted: dict[str, set[int]] = defaultdict(set)
    for _event, facts in told:
        for name in ("team", "tag", "handover"):
            wanted[name].add(facts.get(name) or 0)
    return _Known(
        {a.pk: a.shown_name for a in Agent.objects.filter(pk__in=people | {0})},
        _names(Team, wanted["team"], "name"),
        _names(Tag, wanted["tag"], "name"),
        _names(Handover, wanted["handover"], "sentence"),
    )


def _names(model: type[Team | Tag | Handover], numbers: set[int], field: str) -> dict[int, str]:
    """Return names by number; asks only where there is something to ask for."""
    if not numbers - {0}:
        return {}
    return dict(model.objects.filter(pk__in=numbers).values_list("pk", field))


def _words(
    event: Event, facts: Mapping[str, Any], known: _Known, owner: str, parted: Mapping[int, int]
) -> str:
    by, to = known.agents.get(event.actor or 0, ""), known.agents.get(facts.get("to") or 0, "")
    name = by or "–"
    if event.kind == "assigned":
        team = known.teams.get(facts.get("team") or 0, "")
        return words.assigned_line(facts, by=by, to=to, before=owner, team=team)
    if event.kind == "handed_over":
        sentence = known.handovers.get(facts.get("handover") or 0, "…")
        return words.handed_over_line(name, to, sentence)
    if event.kind in {"tagged", "untagged"}:
        tag = known.tags.get(facts.get("tag") or 0, "")
        return words.tagged_line(name, tag, on=event.kind == "tagged")
    if event.kind == "moved":
        return words.moved_line(name, private=bool(facts.get("private", 1)))
    if event.kind == "split_off":
        return words.split_line(name, parted[facts["into"]])
    return words.plain_line(event.kind, name, facts)


# Rows --------------------------------------------------------------------------------------------


def tags_of(numbers: Iterable[int]) -> dict[int, tuple[Tag, ...]]:
    """Return the tags on some conversations, by conversation and in the order of their names."""
    found: dict[int, tuple[Tag, ...]] = {}
    for one in _put_on(tuple(numbers)):
        found[one.conversation_id] = (*found.get(one.conversation_id, ()), one.tag)
    return found


@prepared
def every_tag() -> QuerySet[Tag]:
    """Return all tags, by name."""
    return Tag.objects.order_by("name")


def tags_on(talk: Conversation) -> list[Tag]:
    """Return the tags on one conversation, by name."""
    return _tags_on(talk.pk)


@prepared
def _tags_on(talk: int) -> QuerySet[Tag]:
    return Tag.objects.filter(on__conversation=talk).order_by("name")


@prepared
def _put_on(numbers: tuple[int, ...]) -> QuerySet[ConversationTag]:
    put = ConversationTag.objects.filter(conversation__in=each(numbers))
    return put.select_related("tag").order_by("tag__name")


def come_again(conversations: Iterable[Conversation]) -> set[int]:
    """Return which conversations came to their owner by themselves, as they know the customer."""
    owners = {talk.pk: talk.assignee_id for talk in conversations}
    last: dict[int, tuple[int | None, str]] = {}
    for number, actor, facts in _given(tuple(owners)):
        last[number or 0] = (actor, facts)
    return {n for n, said in last.items() if owners[n] and said == (None, f'{{"to":{owners[n]}}}')}


@prepared
def _given(numbers: tuple[int, ...]) -> QuerySet[Event, tuple[int | None, int | None, str]]:
    told = Event.objects.filter(conversation__in=each(numbers), kind="assigned").order_by("id")
    return told.values_list("conversation", "actor", "facts")


# Who is here -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the team: since when they are here, and how much they have."""

    agent: Agent
    open_count: int
    late_count: int

    @property
    def here_since(self) -> datetime | None:
        """Since when they are here, None where they are not."""
        return self.agent.on_shift_at


def colleagues(agent: Agent) -> list[Colleague]:
    """Return everybody with whom somebody shares a channel: who is here first, then by name."""
    near = Q(teams__channels__in=channels_visible_to(agent)) | Q(pk=agent.pk)
    if agent.has_role(Role.LEAD):
        near |= Q(pk__isnull=False)
    people = Agent.objects.filter(near, is_active=True).distinct().prefetch_related("teams")
    has = Conversation.objects.filter(state=State.OPEN, assignee__isnull=False).values_list("assignee")
    late = Q(due_at__lt=timezone.now())
    counts = {
        number: (every, overdue)
        for number, every, overdue in has.annotate(
            every=Count("pk"), late=Count("pk", filter=late)
        ).order_by()
    }
    found = [Colleague(person, *counts.get(person.pk, (0, 0))) for person in people]
    return sorted(found, key=lambda one: (one.here_since is None, one.agent.shown_name.casefold()))


def teams_of(talk: Conversation) -> list[Team]:
    """Return the teams that care for a conversation's channel."""
    return _caring(talk.channel_id)


@prepared
def _caring(channel: int) -> QuerySet[Team]:
    return Team.objects.filter(channels=channel).order_by("name")


# The end of a shift ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """One of somebody's open cases at the end of their shift, and what is proposed for it."""

    talk: Conversation
    says: Mention | None
    may_keep: bool
    how: How
    receivers: tuple[Agent, ...]
    to: int | None = None
    sentence: str = ""
    refused: str = ""


def open_cases(agent: Agent) -> list[Open]:
    """Return somebody's open cases, what is due next first."""
    now = timezone.now()
    cases = shifts.owned(agent)
    says = Mention.objects.in_bulk({talk.awaits or talk.last_order for talk in cases})
    receivers = shifts.receivers_of(cases, agent)
    keeps = shifts.kept_of(cases, now)
    return [
        Open(
            talk,
            says.get(talk.awaits or talk.last_order),
            talk.pk in keeps,
            How.KEEP if talk.pk in keeps else How.RETURN,
            receivers[talk.pk],
        )
        for talk in cases
    ]
