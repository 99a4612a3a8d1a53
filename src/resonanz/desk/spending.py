"""What channels may spend, what they have spent, and the word to leads before it is all gone.

Counting itself, and stopping, is in `money.py`, under the verbs that call networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from resonanz.desk.bells import notify
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Budget,
    Channel,
    Charged,
    Conversation,
    Delivery,
    NoticeKind,
    Outcome,
    Role,
    Sighting,
)
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.money import day_of, month_of, next_month
from resonanz.networks import NETWORKS

MICRO = 1_000_000  # of a US dollar
TELL_AT = 80  # per cent of a budget: from here on calls that matter least are stopped
TREND_DAYS = 7  # the forecast goes on like the last seven days
SHORT = "budget_spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A channel's money in this calendar month of UTC, in US dollars. `budget` None: no limit.

    `forecast` is what the month will have cost at its end if it goes on like the last days.
    """

    channel: Channel
    today: float
    month: float
    forecast: float
    budget: float | None
    by_call: dict[str, float]
    stopped_at: datetime | None


def is_metered(channel: Channel) -> bool:
    """Whether its network takes money for calls."""
    return channel.network in NETWORKS and NETWORKS[channel.network].capabilities.metered


def costs(channels: Sequence[Channel], *, now: datetime | None = None) -> list[Cost]:
    """Return what channels on networks that take money have cost."""
    return [_cost(channel, now or timezone.now()) for channel in channels if is_metered(channel)]


def _cost(channel: Channel, now: datetime) -> Cost:
    row = Budget.objects.filter(channel=channel).first() or Budget(channel=channel)
    month, fresh = month_of(now), row.month == month_of(now)
    charges = Charged.objects.filter(channel=channel, day__range=(month * 100, month * 100 + 31))
    by_call = dict(charges.order_by().values_list("call").annotate(all=Sum("amount")))
    reserved = row.reserved if fresh else 0
    so_far = sum(by_call.values()) + reserved
    return Cost(
        channel=channel,
        today=_dollars(_between(channel, now, now)),
        month=_dollars(so_far),
        forecast=_dollars(so_far + _to_come(channel, now)),
        budget=None if row.most is None else _dollars(row.most),
        by_call={call: _dollars(amount) for call, amount in sorted(by_call.items())},
        stopped_at=row.stopped_at if fresh else None,
    )


def _dollars(amount: float) -> float:
    return round(amount / MICRO, 6)


def _between(channel: Channel, since: datetime, until: datetime) -> int:
    days = Charged.objects.filter(channel=channel, day__range=(day_of(since), day_of(until)))
    return days.aggregate(all=Sum("amount"))["all"] or 0


def _to_come(channel: Channel, now: datetime) -> float:
    """Return what the rest of the month costs at the pace of the last days, or since it was connected."""
    since = max(now - timedelta(days=TREND_DAYS - 1), channel.connected_at)
    first = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    known = max((now - max(first, channel.connected_at)).total_seconds(), 3600.0)
    return _between(channel, since, now) / known * (next_month(now) - now).total_seconds()


def cost_of(conversation: Conversation) -> float | None:
    """Return what a conversation has cost in US dollars: what was said in it and what reading it took.

    None where none of its channels takes money. Of reading, what is older than forty days is forgotten.
    """
    heard = Sighting.objects.filter(mention__conversation=conversation).select_related("channel")
    told = [(one.channel_id, one.native_id) for one in heard if is_metered(one.channel)]
    if not told:
        return None
    charged = Charged.objects.filter(conversation=conversation)
    amounts = dict(charged.values_list("pk", "amount"))
    for channel in {channel for channel, _ in told}:
        names = [name for of, name in told if of == channel]
        read = Charged.objects.filter(channel=channel, native_id__in=names, conversation=None)
        amounts.update(read.values_list("pk", "amount"))
    return _dollars(sum(amounts.values()))


def allow(channel: Channel, dollars: float | None, *, by: Agent) -> None:
    """Set what a channel may spend in a month; None: no limit. What waited for money goes on at once.

    PermissionError for who is no lead; ValueError for less than nothing.
    """
    if not by.has_role(Role.LEAD):
        raise PermissionError("only leads set budgets")
    if dollars is not None and not 0 <= dollars <= 1_000_000:
        raise ValueError("a budget lies between 0 and a million dollars")
    now = timezone.now()
    most = None if dollars is None else round(dollars * MICRO)
    with transaction.atomic():
        row, _ = Budget.objects.get_or_create(channel=channel, defaults={"month": month_of(now)})
        Budget.objects.filter(pk=row.pk).update(most=most, stopped_at=None, told_month=0)
        Channel.objects.filter(pk=channel.pk, state=ChannelState.OK, error_code=SHORT).update(
            next_poll_at=now
        )
        waiting = Delivery.objects.filter(channel=channel, state=Outcome.PLANNED, error_code=SHORT)
        waiting.update(due_at=now)
        channel.searches.filter(error_code=SHORT).update(next_at=now)
        happen("budget", now, actor=by.pk, channel=channel.pk)


def tell_next() -> bool:
    """Ring the leads' bells about one budget of which most is spent, once a month; True if there was one."""
    month = month_of(timezone.now())
    for row in Budget.objects.filter(month=month, most__isnull=False).exclude(told_month=month):
        if (row.spent + row.reserved) * 100 < (row.most or 0) * TELL_AT:
            continue
        with transaction.atomic():
            if Budget.objects.filter(pk=row.pk).exclude(told_month=month).update(told_month=month):
                for agent in Agent.objects.filter(is_active=True, role__in=(Role.LEAD, Role.OPERATOR)):
                    notify(agent, NoticeKind.BUDGET)
        return True
    return False
