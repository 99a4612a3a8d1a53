"""What an account has cost, for its page: by day, by call, and the dearest conversations. Reads only."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum

from resonanz.desk.access import visible_to
from resonanz.desk.models import Budget, Charged
from resonanz.desk.money import KEPT_BACK, month_of, next_month
from resonanz.desk.spending import MICRO, SHORT, Cost, costs

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Channel, Conversation

DEAREST_SHOWN = 10
DEAREST_READ = 60  # some may be of channels that somebody does not see

# What was said in a conversation, and what reading its posts took (`spending.cost_of` asks the same of one).
_DEAREST = """
SELECT conversation, SUM(amount) FROM (
  SELECT conversation_id AS conversation, amount FROM desk_charged
  WHERE channel_id = %s AND day BETWEEN %s AND %s AND conversation_id IS NOT NULL
  UNION ALL
  SELECT m.conversation_id, c.amount FROM desk_charged c
  JOIN desk_sighting s ON s.channel_id = c.channel_id AND s.native_id = c.native_id
  JOIN desk_mention m ON m."order" = s.mention_id
  WHERE c.channel_id = %s AND c.day BETWEEN %s AND %s AND c.conversation_id IS NULL AND c.native_id <> ''
    AND m.conversation_id IS NOT NULL
) GROUP BY conversation ORDER BY 2 DESC, 1 LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Day:
    """What a day of UTC has cost, in US dollars."""

    on: date
    dollars: float


@dataclass(frozen=True, slots=True)
class Dear:
    """A conversation and what it has cost this month, in US dollars."""

    talk: Conversation
    dollars: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A channel's money this month. `share` is an even share of the budget for each day, None without one.

    `stopped` are the calls that are not made any more, `goes_on_at` is when a new month begins.
    """

    cost: Cost
    days: tuple[Day, ...]
    share: float | None
    dearest: tuple[Dear, ...]
    stopped: tuple[str, ...]
    goes_on_at: datetime


def money(channel: Channel, agent: Agent, now: datetime) -> Money | None:
    """Return a channel's money; None where its network takes none."""
    found = costs([channel], now=now)
    if not found:
        return None
    days = _days(channel, now)
    budget = found[0].budget
    return Money(
        cost=found[0],
        days=days,
        share=None if budget is None else budget / len(days),
        dearest=_dearest(channel, agent, now),
        stopped=_stopped(channel, now),
        goes_on_at=next_month(now),
    )


def _days(channel: Channel, now: datetime) -> tuple[Day, ...]:
    """Return every day of the month, those to come too."""
    here = now.astimezone(UTC)
    first, last = _month(now)
    charged = Charged.objects.filter(channel=channel, day__range=(first, last))
    by_day = dict(charged.order_by().values_list("day").annotate(all=Sum("amount")))
    count = monthrange(here.year, here.month)[1]
    return tuple(
        Day(date(here.year, here.month, number), round(by_day.get(first + number, 0) / MICRO, 6))
        for number in range(1, count + 1)
    )


def _month(now: datetime) -> tuple[int, int]:
    return month_of(now) * 100, month_of(now) * 100 + 31


def _dearest(channel: Channel, agent: Agent, now: datetime) -> tuple[Dear, ...]:
    span = (channel.pk, *_month(now))
    with connection.cursor() as cursor:
        cursor.execute(_DEAREST, [*span, *span, DEAREST_READ])
        amounts = dict(cursor.fetchall())
    seen = visible_to(agent).filter(pk__in=amounts).select_related("customer").in_bulk()
    shown = [number for number in amounts if number in seen][:DEAREST_SHOWN]
    return tuple(Dear(seen[number], amounts[number] / MICRO) for number in shown)


def _stopped(channel: Channel, now: datetime) -> tuple[str, ...]:
    """Return the calls for which no money is left, the least important first; "" stands for all others.

    A call stops before its share is used up: it might cost more than is left of it.
    """
    row = Budget.objects.filter(channel=channel, month=month_of(now)).first()
    if row is None or row.most is None or row.stopped_at is None:
        return ()
    used = row.spent + row.reserved
    shares = {"": 0} | KEPT_BACK | {"mentions": 0}
    gone = {call for call, kept in shares.items() if used * 100 >= row.most * (100 - kept)}
    gone |= {"search"} if channel.searches.filter(error_code=SHORT).exists() else set()
    gone |= {"mentions"} if channel.error_code == SHORT else set()
    return tuple(sorted((call for call in shares if call in gone), key=lambda call: -shares[call]))
