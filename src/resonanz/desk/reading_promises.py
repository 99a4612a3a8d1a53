"""Promises as pages show them: what became of those to one customer, and which of ours were broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from resonanz.case import ClockKind
from resonanz.desk.access import visible_to
from resonanz.desk.contents import may_have
from resonanz.desk.models import Agent, Clock, Conversation
from resonanz.desk.prepared import prepared
from resonanz.desk.storage import to_ms
from resonanz.desk.turns import Fate, fate

BROKEN_MOST = 100


def fates(clocks: Iterable[Clock], now: datetime) -> list[tuple[Clock, Fate]]:
    """Return what became of the promises of any conversations."""
    known = [clock for clock in clocks if clock.due_at is not None]
    begun = {(clock.conversation_id, clock.started_at) for clock in known}
    return [
        (clock, _fate(clock, now, moved=(clock.conversation_id, clock.stopped_at) in begun))
        for clock in known
    ]


def _fate(clock: Clock, now: datetime, *, moved: bool) -> Fate:
    assert clock.due_at is not None
    stopped = None if clock.stopped_at is None else to_ms(clock.stopped_at)
    return fate(to_ms(clock.due_at), stopped, to_ms(now), moved=moved and clock.stopped_by is None)


def to_customer(talk: Conversation) -> dict[str, int]:
    """Return how many promises to a conversation's customer were kept, broken or moved, all their matters."""
    counted: dict[str, int] = {}
    if not may_have(talk, "promises"):
        return counted
    for _clock, became in fates(_promises(talk.customer_id), timezone.now()):
        counted[became] = counted.get(became, 0) + 1
    return counted


@prepared
def _promises(customer: int) -> QuerySet[Clock]:
    return Clock.objects.filter(kind=ClockKind.PROMISE, conversation__customer=customer)


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept: to whom, by when, and since when it is made good (None: still owed)."""

    conversation: Conversation
    due_at: datetime
    made_good_at: datetime | None


def came_due(agent: Agent, since: datetime) -> bool:
    """Return whether any promise due since a moment was kept or broken, as far as an agent may see."""
    now = timezone.now()
    given = Clock.objects.filter(kind=ClockKind.PROMISE, due_at__gte=since)
    became = fates(given.filter(conversation__in=visible_to(agent)), now)
    return any(fate in {"kept", "broken"} for _clock, fate in became)


def broken(agent: Agent, since: datetime) -> list[Broken]:
    """Return the promises broken since a moment, as far as an agent may see them, those still owed first."""
    now = timezone.now()
    past = Q(stopped_at=None, due_at__lt=now) | Q(stopped_at__gt=F("due_at"))
    clocks = (
        Clock.objects.filter(past, kind=ClockKind.PROMISE, due_at__gte=since)
        .filter(conversation__in=visible_to(agent))
        .select_related("conversation__customer", "conversation__channel")
        .order_by("-due_at")[:BROKEN_MOST]
    )
    found = [Broken(c.conversation, c.due_at, c.stopped_at) for c in clocks if c.due_at is not None]
    return sorted(found, key=lambda one: one.made_good_at is not None)
