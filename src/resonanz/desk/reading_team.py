"""What pages show of the team: names, tags on rows, who is here, shifts' ends.

Reads only; each function makes a fixed number of queries, however many rows it returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from resonanz.case import State
from resonanz.desk.access import channels_visible_to
from resonanz.desk.care import shifts
from resonanz.desk.care.shifts import How
from resonanz.desk.contents import may_have
from resonanz.desk.models import (
    Agent,
    Conversation,
    ConversationTag,
    Event,
    Mention,
    Role,
    Tag,
    Team,
)
from resonanz.desk.models.people import name_of_agent
from resonanz.desk.prepared import each, prepared

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
    return _tags_on(talk.pk) if may_have(talk, "tags") else []


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


def names_of(numbers: Iterable[int]) -> dict[int, str]:
    """Return the names that colleagues read, by number; asks only where there is somebody to ask for."""
    wanted = tuple(set(numbers))
    if not wanted:
        return {}
    return {pk: name_of_agent(*name) for pk, *name in _named(wanted)}


@prepared
def _named(numbers: tuple[int, ...]) -> QuerySet[Agent, tuple[int, str, str, str]]:
    people = Agent.objects.filter(pk__in=each(numbers))
    return people.values_list("pk", "first_name", "last_name", "username")


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
