"""Promises of time: when an answer is due, how urgent that is, and who comes first in the queue.

Here live a team's targets, due times, the order of the queue, and which of a post's time stamps its
clock may trust. Business hours are in `hours.py`, figures about what was kept in `study.py`. Nothing
here reads a clock: the time is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Literal

from resonanz.hours import BusinessHours, add_service_time

SOON = timedelta(minutes=15)
"""How long before its due time a conversation counts as due soon."""

DELIVERY_GRACE = timedelta(minutes=5)
"""How far behind a channel's last complete read a post may be stamped and still be believed.

Servers pass posts on to each other from queues of their own, so that a post is ordinarily seconds to a
few minutes old when its reader's server first shows it. Our own choice, not a network's documented limit.
"""

Standing = Literal["calm", "soon", "late"]
StampSource = Literal["network", "heard", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How soon a team means to answer: the first time, and each further time. `None` promises nothing.

    With `service_hours` the durations count only while the team is there, else day and night.
    """

    first_response: timedelta | None
    next_response: timedelta | None
    service_hours: bool

    def __post_init__(self) -> None:
        for limit in (self.first_response, self.next_response):
            if limit is not None and limit <= timedelta(0):
                raise ValueError(f"A target must be longer than nothing, not {limit}.")


def first_response_due(target: Target, hours: BusinessHours, at: datetime) -> datetime | None:
    """When the first answer to a conversation that began at `at` is due, in UTC."""
    return _due(target.first_response, target, hours, at)


def next_response_due(target: Target, hours: BusinessHours, at: datetime) -> datetime | None:
    """When the answer to a further post of the customer, made at `at`, is due, in UTC."""
    return _due(target.next_response, target, hours, at)


def _due(limit: timedelta | None, target: Target, hours: BusinessHours, at: datetime) -> datetime | None:
    if limit is None:
        return None
    if target.service_hours:
        return add_service_time(hours, at, limit)
    return _utc(at) + limit


def standing(due: datetime | None, now: datetime, *, soon: timedelta = SOON) -> Standing:
    """How a due time stands at `now`: the very instant is still in time, and nothing due is calm."""
    if due is None:
        return "calm"
    left = _utc(due) - _utc(now)
    if left < timedelta(0):
        return "late"
    return "soon" if left <= soon else "calm"


def queue_key(due: datetime | None, order: int) -> tuple[float, int]:
    """The place in the queue: earliest due first, equals in the order of arrival, no due time last.

    It takes nothing else, so nobody can be preferred for his reach (earliest deadline first).
    """
    return (inf if due is None else due.timestamp(), order)


def honest_stamp(
    posted_at: datetime, heard_at: datetime, last_complete_read: datetime | None, *, backfill: bool
) -> tuple[datetime, StampSource]:
    """The time from which a post's clock runs, in UTC, and whose time that is.

    - `"heard"`: the network's stamp lies in the future of `heard_at`; that counts instead.
    - `"read"`: the stamp lies more than `DELIVERY_GRACE` before `last_complete_read`, when the channel
      was read to its end and the post was not there. Its clock starts at that read, so that a server
      that dates its posts back cannot jump the queue. Not in a `backfill`, where old posts are fetched
      on purpose, and not before a first complete read (`None`).
    - `"network"`: the network's own stamp in every other case.
    """
    posted, heard = _utc(posted_at), _utc(heard_at)
    if posted > heard:
        return heard, "heard"
    if backfill or last_complete_read is None:
        return posted, "network"
    read = min(_utc(last_complete_read), heard)
    if posted < read - DELIVERY_GRACE:
        return read, "read"
    return posted, "network"


def _utc(at: datetime) -> datetime:
    """In UTC, for two times of one zone are otherwise subtracted by the wall clock, summer time or not."""
    if at.utcoffset() is None:
        raise ValueError(f"A due time needs an aware time, got the naive {at!r}.")
    return at.astimezone(UTC)
