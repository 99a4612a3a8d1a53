"""Business hours: when a team is there, and how much of a span it was there.

Here live the weekly periods, public holidays (from the package `holidays`), and the two directions of
service time: from a start and a duration to a due time, and from two instants to a duration. Targets,
due times and queue order are in `sla.py`. Nothing here reads a clock.

All reckoning is done in whole microseconds since 1970 UTC, so it is exact and knows no summer time.
Summer time matters only where a period of the local clock becomes an interval of UTC, by one rule:

    a boundary of a period is the first instant at which the local clock has reached it.

In the night of the spring change 01:00-04:00 therefore lasts two hours; a boundary of 02:30, which does
not exist then, is the instant of the change, and 02:00-03:00 is empty. In the autumn night 01:00-04:00
lasts four hours; a boundary of 02:30, which comes twice, is its first occurrence, so that neighbouring
periods stay neighbours and never overlap.

The open intervals of 365 days are computed once, kept with running sums, and searched by bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_MINUTES = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000
_YEAR_US = 365 * 86_400 * _SECOND_US  # the unit of the cache; that it drifts against the calendar is harmless
_YEARS = range(-70, 131)  # 1900 to 2100: beyond, no public holidays are known


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """When a team works, in the local time of `zone` (an IANA name such as `"Europe/Berlin"`).

    `periods` has seven entries, Monday first; each holds the day's periods in order, as minutes
    (from, to) after local midnight, `to` exclusive and at most 1440. A night shift is two periods.
    Public holidays of `country` (ISO 3166, `""` for none) and `subdivision` (such as `"NW"`; without
    it only the holidays of the whole country) are closed, and so are the days `closed_on`.

    Raises `ValueError` with one sentence for periods that overlap or run backwards, for an unknown
    zone, country or subdivision, and for hours that are never open.
    """

    zone: str
    periods: tuple[tuple[tuple[int, int], ...], ...]
    country: str = ""
    subdivision: str = ""
    closed_on: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.periods) != 7:
            raise ValueError(f"Business hours need seven days, Monday first, not {len(self.periods)}.")
        for day in self.periods:
            _check_day(day)
        if not any(self.periods):
            raise ValueError("These business hours are never open: no day of the week has a period.")
        _check_place(self.zone, self.country, self.subdivision)


def _check_day(day: tuple[tuple[int, int], ...]) -> None:
    reached = 0
    for begins, ends in day:
        if not reached <= begins < ends <= DAY_MINUTES:
            raise ValueError(f"The periods {day!r} must run forwards, within 0 to 1440, without overlap.")
        reached = ends


@lru_cache(maxsize=256)
def _check_place(zone: str, country: str, subdivision: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone {zone!r}; an example is 'Europe/Berlin'.") from error
    if subdivision and not country:
        raise ValueError(f"The subdivision {subdivision!r} needs its country.")
    try:
        _public_holidays(country, subdivision, 2026)
    except NotImplementedError as error:
        place = f"{country} {subdivision}".strip()
        raise ValueError(f"No public holidays are known for {place!r}.") from error


@lru_cache(maxsize=1024)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


ALWAYS_OPEN = BusinessHours(zone="UTC", periods=(((0, DAY_MINUTES),),) * 7)
"""Day and night: service time is calendar time."""


class _Year(NamedTuple):
    """The open intervals of one stretch of 365 days, in µs since 1970; `after` sums up to each end."""

    starts: list[int]
    ends: list[int]
    after: list[int]
    total: int

    def open_until(self, at: int) -> int:
        """Open µs from the beginning of the stretch to `at`."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        closes = self.ends[i]
        return self.after[i] - (closes - at if at < closes else 0)


@lru_cache(maxsize=256)
def _year(hours: BusinessHours, index: int) -> _Year:
    if index not in _YEARS:
        raise ValueError("Business hours are known from 1900 to 2100 only.")
    low, high = index * _YEAR_US, (index + 1) * _YEAR_US
    starts: list[int] = []
    ends: list[int] = []
    for opens, closes in _intervals(hours, low, high):
        begin, end = max(opens, low), min(closes, high)
        if begin >= end:
            continue  # outside of the stretch, or swallowed by the spring change
        if ends and ends[-1] == begin:
            ends[-1] = end
        else:
            starts.append(begin)
            ends.append(end)
    after = list(accumulate(end - begin for begin, end in zip(starts, ends, strict=True)))
    return _Year(starts, ends, after, after[-1] if after else 0)


def _intervals(hours: BusinessHours, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The open intervals of every local day that touches `low` to `high`, in order."""
    zone = ZoneInfo(hours.zone)
    day = _from_us(low).astimezone(zone).date()
    last = _from_us(high).astimezone(zone).date()
    while day <= last:
        if day not in hours.closed_on and day not in _public_holidays(
            hours.country, hours.subdivision, day.year
        ):
            midnight = datetime.combine(day, time())
            for begins, ends in hours.periods[day.weekday()]:
                opens = _first_instant(zone, midnight + timedelta(minutes=begins))
                yield opens, _first_instant(zone, midnight + timedelta(minutes=ends))
        day += timedelta(days=1)


def _first_instant(zone: ZoneInfo, wall: datetime) -> int:
    """The first instant, in µs, at which the local clock has reached `wall`."""
    local = wall.replace(tzinfo=zone)
    by_old, by_new = _us(local), _us(local.replace(fold=1))
    if by_old <= by_new:
        return by_old  # an ordinary time, or the first of two

    # The clock jumps over `wall` somewhere between the two readings.
    def reached(at: int) -> bool:
        return _from_us(at).astimezone(zone).replace(tzinfo=None) >= wall

    candidates = range(by_new, by_old, _SECOND_US)
    return by_new + bisect_left(candidates, 1, key=reached) * _SECOND_US


def _us(at: datetime) -> int:
    if at.utcoffset() is None:
        raise ValueError(f"Business hours need an aware time, got the naive {at!r}.")
    return (at - _EPOCH) // _MICROSECOND


def _from_us(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def _due_us(hours: BusinessHours, start: int, duration: int) -> int:
    if duration < 0:
        raise ValueError("A service time cannot be negative.")
    if duration == 0:
        return start
    index = start // _YEAR_US
    year = _year(hours, index)
    needed = year.open_until(start) + duration
    while needed > year.total:
        needed -= year.total
        index += 1
        year = _year(hours, index)
    i = bisect_left(year.after, needed)
    return year.ends[i] - (year.after[i] - needed)


def _between_us(hours: BusinessHours, start: int, end: int) -> int:
    if end < start:
        return -_between_us(hours, end, start)
    first, last = start // _YEAR_US, end // _YEAR_US
    whole = sum(_year(hours, index).total for index in range(first, last))
    return whole + _year(hours, last).open_until(end) - _year(hours, first).open_until(start)


def _next_opening_us(hours: BusinessHours, at: int) -> int:
    """The instant of the first open µs, less that µs: `at` itself while open."""
    return _due_us(hours, at, 1) - 1


def is_open(hours: BusinessHours, at: datetime) -> bool:
    """Whether the team is there at `at`; the minute of opening counts, that of closing does not."""
    start = _us(at)
    return _next_opening_us(hours, start) == start


def next_opening(hours: BusinessHours, at: datetime) -> datetime:
    """`at` itself while open, else the next opening; in UTC."""
    return _from_us(_next_opening_us(hours, _us(at)))


def add_service_time(hours: BusinessHours, start: datetime, duration: timedelta) -> datetime:
    """When `duration` of service time has passed since `start`, in UTC: the first such instant.

    A duration that ends with the day is due at closing time, not at the next opening; one of zero is
    due at `start`, open or not. Raises `ValueError` for a negative duration, a naive start, and a
    result after 2100.
    """
    return _from_us(_due_us(hours, _us(start), duration // _MICROSECOND))


def service_time_between(hours: BusinessHours, start: datetime, end: datetime) -> timedelta:
    """How long the team was there from `start` to `end`; negative where `end` comes first."""
    return timedelta(microseconds=_between_us(hours, _us(start), _us(end)))


def add_service_s(hours: BusinessHours, start_epoch_s: float, seconds: float) -> float:
    """`add_service_time` in seconds since 1970 UTC, to the microsecond; for intake and reports."""
    return _due_us(hours, round(start_epoch_s * 1e6), round(seconds * 1e6)) / 1e6


def service_s_between(hours: BusinessHours, start_epoch_s: float, end_epoch_s: float) -> float:
    """`service_time_between` in seconds since 1970 UTC, to the microsecond; for intake and reports."""
    return _between_us(hours, round(start_epoch_s * 1e6), round(end_epoch_s * 1e6)) / 1e6
