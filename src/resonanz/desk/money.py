"""Counting what calls cost, and not making those that a channel's budget does not allow any more.

Money is set aside before a call is made and becomes what it really cost afterwards, in two short
transactions; whoever dies in between leaves the reservation, and it counts as spent. So a budget is never
overrun by more than one call says it cost above what it was expected to cost at most.

When money runs short, what matters least stops first: a part of the budget is kept back for what is said
to us and what we answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from resonanz.desk.models import Budget, Charged, Reservation
from resonanz.networks import Charge, Temporary

# How much of the budget in per cent is closed to a call. What is not named may take the last cent: what is
# said to us, our answers, deletions.
KEPT_BACK = {
    "search": 20,
    "stream": 20,
    "read_back": 20,
    "sweep": 20,
    "look_up": 10,
    "thread": 10,
    "timeline": 5,
    "own_posts": 5,
    "quotes": 5,
}
LOST_AFTER = timedelta(hours=1)  # a reservation without an end: the call was made, nobody knows what it cost
UNKNOWN = "unknown"

_conversation: ContextVar[int | None] = ContextVar("conversation", default=None)


@contextmanager
def on_account_of(conversation: int | None) -> Iterator[None]:
    """Charge what is spent inside to a conversation."""
    token = _conversation.set(conversation)
    try:
        yield
    finally:
        _conversation.reset(token)


def month_of(moment: datetime) -> int:
    """Return a moment's month in UTC as a number: 202611."""
    day = moment.astimezone(UTC)
    return day.year * 100 + day.month


def day_of(moment: datetime) -> int:
    """Return a moment's day in UTC as a number: 20261122."""
    day = moment.astimezone(UTC)
    return (day.year * 100 + day.month) * 100 + day.day


def next_month(moment: datetime) -> datetime:
    """Return when the month after a moment's begins in UTC, and with it a new budget."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


class ChannelPurse:
    """The money of one channel; see `resonanz.networks.Purse`. Not inside a transaction."""

    def __init__(self, channel_id: int) -> None:
        self.channel_id = channel_id

    def reserve(self, call: str, most: int, *, least: int | None = None) -> int:
        """Set money aside for a call; `Temporary("budget_spent")` until next month where none is left."""
        now = timezone.now()
        month = month_of(now)
        with transaction.atomic():
            _turn_month(self.channel_id, month)
            reservation = None
            if self._has(call, most):
                Budget.objects.filter(channel=self.channel_id).update(reserved=F("reserved") + most)
                reservation = Reservation.objects.create(
                    channel_id=self.channel_id,
                    call=call,
                    amount=most,
                    month=month,
                    conversation_id=_conversation.get(),
                    at=now,
                )
            elif not self._has(call, most if least is None else least):
                Budget.objects.filter(channel=self.channel_id, stopped_at=None).update(stopped_at=now)
        if reservation is None:
            raise Temporary("budget_spent", retry_at=next_month(now), call=call)
        return reservation.pk

    def _has(self, call: str, most: int) -> bool:
        """Tell whether so much is left for a call. In the transaction that takes it: there is one writer."""
        row = Budget.objects.get(channel=self.channel_id)
        open_to_it = 100 - KEPT_BACK.get(call, 0)
        return row.most is None or (row.spent + row.reserved + most) * 100 <= row.most * open_to_it

    def book(self, call: str, charges: Sequence[Charge]) -> None:
        """Write down what a network took without being asked for anything: that cannot be stopped."""
        now = timezone.now()
        with transaction.atomic():
            _turn_month(self.channel_id, month_of(now))
            row = Reservation(channel_id=self.channel_id, call=call)
            cost = sum(_charge(row, charge, day_of(now)) for charge in charges)
            Budget.objects.filter(channel=self.channel_id).update(spent=F("spent") + cost)

    def settle(self, reservation: int, charges: Sequence[Charge] | None) -> None:
        """Write down what a call cost; None: nobody knows, so all that was set aside."""
        now = timezone.now()
        with transaction.atomic():
            row = Reservation.objects.filter(pk=reservation).first()
            if row is not None:
                _settle(row, [Charge(UNKNOWN, row.amount, count=1)] if charges is None else charges, now)


def _settle(row: Reservation, charges: Sequence[Charge], now: datetime) -> None:
    """Turn a reservation into charges. Call in a transaction."""
    cost = sum(_charge(row, charge, day_of(now)) for charge in charges)
    month = month_of(now)
    _turn_month(row.channel_id, month)
    kept = row.amount if row.month == month else 0  # a new month began without it
    Budget.objects.filter(channel=row.channel_id).update(
        spent=F("spent") + cost, reserved=F("reserved") - kept
    )
    row.delete()


def _charge(row: Reservation, charge: Charge, day: int) -> int:
    """Write a charge down and return what it cost: nothing for what was paid for today already."""
    fixed = {
        "channel_id": row.channel_id,
        "day": day,
        "call": row.call,
        "what": charge.what,
        "conversation_id": row.conversation_id,
    }
    if not charge.ids:
        amount = charge.each * charge.count
        if charge.count:
            Charged.objects.create(**fixed, count=charge.count, amount=amount)
        return amount
    same = Charged.objects.filter(channel=row.channel_id, day=day, what=charge.what)
    wanted = dict.fromkeys(charge.ids)
    known = set(same.filter(native_id__in=wanted).values_list("native_id", flat=True))
    fresh = [name for name in wanted if name not in known]
    Charged.objects.bulk_create(Charged(**fixed, native_id=name, amount=charge.each) for name in fresh)
    return charge.each * len(fresh)


def _turn_month(channel_id: int, month: int) -> None:
    """Begin a new month's account where the row is of an earlier one. Call in a transaction."""
    Budget.objects.get_or_create(channel_id=channel_id, defaults={"month": month})
    Budget.objects.filter(channel=channel_id).exclude(month=month).update(
        month=month, spent=0, reserved=0, stopped_at=None
    )


def settle_lost(now: datetime) -> int:
    """Count reservations as spent whose call never came back: their worker died. Returns how many."""
    lost = list(Reservation.objects.filter(at__lte=now - LOST_AFTER)[:200])
    for row in lost:
        with transaction.atomic():
            still = Reservation.objects.filter(pk=row.pk).first()
            if still is not None:
                _settle(still, [Charge(UNKNOWN, still.amount, count=1)], now)
    return len(lost)
