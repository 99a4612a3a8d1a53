"""What the wallboard shows: numbers of the whole room, nothing private. A fixed number of queries.

No name and no word of a customer's leaves this module; nobody of ours is counted by himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from resonanz.case import ClockKind, ReplyKind, State, Urgency
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.models import Agent, Channel, Clock, Conversation, Delivery, Incident, Mention
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.queue import ON_ITS_WAY, SAFETY_SHARE_MOST, for_us
from resonanz.desk.reading_promises import fates
from resonanz.desk.storage import to_ms

INCIDENTS_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The room at one moment. Counts are of conversations, but `came` and `answered` of posts of an hour."""

    at: datetime
    waiting: int
    late: int
    next_due: datetime | None
    answered_today: int
    promises_open: int
    promises_next: datetime | None
    promises_kept: int
    promises_broken: int
    safety: int
    safety_share: float
    incidents: tuple[tuple[str, datetime | None], ...]  # title, next update due
    hours: tuple[tuple[datetime, int, int], ...]  # begin of each hour of today so far, came, answered

    @property
    def safety_is_full(self) -> bool:
        """Whether so many are in the safety lane that it no longer helps anybody."""
        return self.safety_share > SAFETY_SHARE_MOST


def wall(agent: Agent | None) -> Wall:
    """Return the room as an agent may see it; None is the screen on the wall, which sees every channel."""
    now = timezone.now()
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    channels = _channels(agent)
    figures = _open(agent, channels, now)
    came, answers = _hourly(channels, day)
    return Wall(
        at=now,
        **figures,
        answered_today=_answered(channels, day),
        **_promised(channels, day, now),
        safety_share=_safety_share(channels, day),
        incidents=_incidents(channels),
        hours=_hours(day, now, came, answers),
    )


def _channels(agent: Agent | None) -> QuerySet[Channel]:
    known = Channel.objects.all() if agent is None else channels_visible_to(agent)
    return known.exclude(network="archive")


def _open(agent: Agent | None, channels: QuerySet[Channel], now: datetime) -> dict[str, Any]:
    on_its_way = Exists(Delivery.objects.filter(ON_ITS_WAY, conversation=OuterRef("pk")))
    seen = Conversation.objects.filter(channel__in=channels) if agent is None else visible_to(agent)
    live: Any = (
        seen.filter(from_import=None, merged_into=None, state=State.OPEN)
        .exclude(channel__network="archive")
        .annotate(on_its_way=on_its_way)
    )
    ours = for_us(now)
    counted: dict[str, Any] = live.order_by().aggregate(
        all_waiting=Count("pk", filter=ours),
        all_late=Count("pk", filter=ours & Q(due_at__lt=now)),
        all_next_due=Min("due_at", filter=ours & Q(due_at__gte=now)),
        all_safety=Count("pk", filter=ours & Q(urgency=Urgency.SAFETY)),
    )
    return {name.removeprefix("all_"): value for name, value in counted.items()}


def _order(since: datetime) -> int:
    """Return the first order of a moment: the table is sorted by it."""
    return to_ms(since) << SEQUENCE_BITS


def _answered(channels: QuerySet[Channel], day: datetime) -> int:
    """Return how many conversations got words of a human today."""
    said = Mention.objects.filter(
        pk__gte=_order(day), incoming=False, kind=ReplyKind.HUMAN, conversation__channel__in=channels
    )
    return said.aggregate(n=Count("conversation", distinct=True))["n"] or 0


def _promised(channels: QuerySet[Channel], day: datetime, now: datetime) -> dict[str, Any]:
    """Return the promises that run, and what became of those that were due today."""
    known = Clock.objects.filter(kind=ClockKind.PROMISE, conversation__channel__in=channels)
    of_today = Q(due_at__gte=day, due_at__lt=day + timedelta(days=1))
    became = fates(known.filter(of_today | Q(stopped_at=None)), now)
    opened = [clock.due_at for clock, fate in became if fate == "open" and clock.due_at is not None]
    today = [fate for clock, fate in became if clock.due_at is not None and clock.due_at >= day]
    return {
        "promises_open": len(opened),
        "promises_next": min(opened, default=None),
        "promises_kept": today.count("kept"),
        "promises_broken": today.count("broken"),
    }


def _safety_share(channels: QuerySet[Channel], day: datetime) -> float:
    opened = Conversation.objects.filter(channel__in=channels, opened_at__gte=day, from_import=None)
    counted = opened.order_by().aggregate(
        whole=Count("pk"), safety=Count("pk", filter=Q(urgency=Urgency.SAFETY))
    )
    return counted["safety"] / counted["whole"] if counted["whole"] else 0.0


def _incidents(channels: QuerySet[Channel]) -> tuple[tuple[str, datetime | None], ...]:
    running = Incident.objects.filter(solved_at=None, brand__channels__in=channels).distinct()
    rows = running.order_by("-opened_at").values_list("title", "next_update_at")[:INCIDENTS_MOST]
    return tuple(rows)


def _hourly(channels: QuerySet[Channel], day: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many customers' posts came and how many human answers went out, by hour of the day."""
    came: dict[int, int] = {}
    answers: dict[int, int] = {}
    said = Mention.objects.filter(
        pk__gte=_order(day), conversation__channel__in=channels, conversation__from_import=None
    ).exclude(incoming=False, kind__gt=ReplyKind.HUMAN)
    for incoming, at in said.values_list("incoming", "posted_at"):
        hour = int((at - day).total_seconds() // 3600)
        counted = came if incoming else answers
        counted[hour] = counted.get(hour, 0) + 1
    return came, answers


def _hours(
    day: datetime, now: datetime, came: dict[int, int], answers: dict[int, int]
) -> tuple[tuple[datetime, int, int], ...]:
    """Return the hours from the first post of today (at the latest eight o'clock) until now."""
    last = int((now - day).total_seconds() // 3600)
    first = min([*came, *answers, 8, last])
    begin = day.astimezone(timezone.get_default_timezone())
    return tuple(
        (begin + timedelta(hours=hour), came.get(hour, 0), answers.get(hour, 0))
        for hour in range(first, last + 1)
    )
