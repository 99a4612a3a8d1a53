"""What is usual at this hour, and whether a count is so much more that somebody should be told.

The formula: the usual is the mean of the counts in the same span, ending at the same time of day, on those of
the last 14 days that are of the same kind (Monday to Friday, or weekend). An alarm rings from the larger of
two numbers on: a floor, and so many times the usual. It is over when the count has fallen a fifth below, so
that a number that trembles around the mark rings once.

This is the plain ratio of a count to its expectation, and on purpose: it can be checked on paper. Against new
topics it found as much as tests of significance do (own measurements, an easy test). It is weak where the
usual is small, hence the floor, and a storm within the 14 days raises it. What knows better, with a long
memory and one threshold for each base rate, is no part of this module; nor is where the counts come from.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import NamedTuple, Protocol

DAYS = 14  # looked back
LEAST_WINDOWS = 3  # fewer comparable ones, and nobody knows what is usual
FALLEN = 0.8  # of the threshold: below, it is over
SATURDAY = 5


class Window(NamedTuple):
    """A span of time; its end is no part of it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """From what count on something rings: at least `least`, with `times` so many times the usual too."""

    least: int
    times: float | None = None

    def threshold(self, usual: float | None) -> float:
        """Return the count from which it rings; where nobody knows what is usual, the floor alone."""
        if self.times is None or usual is None:
            return float(self.least)
        return max(float(self.least), self.times * usual)


class Counts(Protocol):
    """What can be counted in a window."""

    def within(self, window: Window) -> int:
        """Return how many there were."""


def in_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC: comparing moments of several zones takes many times as long."""
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Flow:
    """Things that happen, by their moments `in_ms`, ascending: as many as fall into the window."""

    moments: Sequence[int]

    def within(self, window: Window) -> int:
        """Return how many happened in the window."""
        return bisect_left(self.moments, in_ms(window.until)) - bisect_left(self.moments, in_ms(window.since))


@dataclass(frozen=True, slots=True)
class Level:
    """Things that last, by the moments `in_ms` when they began and when they ended, both ascending."""

    begun: Sequence[int]
    ended: Sequence[int]

    def within(self, window: Window) -> int:
        """Return how many there were at the window's end."""
        at = in_ms(window.until)
        return bisect_right(self.begun, at) - bisect_right(self.ended, at)


def comparable(window: Window, known_since: datetime) -> list[Window]:
    """Return the windows at the same time of day on the last days of the same kind, the newest first.

    The window's end has to be in the zone whose days are meant: a day is one of the calendar, also when the
    clocks change. Those that begin before `known_since` are left out, as nothing could be counted then.
    """
    span = window.until.astimezone(UTC) - window.since.astimezone(UTC)
    weekend = window.until.weekday() >= SATURDAY
    ends = (window.until - timedelta(days=day) for day in range(1, DAYS + 1))  # wall time, as it has a zone
    alike = [end for end in ends if (end.weekday() >= SATURDAY) == weekend]
    found = [ending(end, span) for end in alike]
    return [one for one in found if one.since >= known_since]


def ending(until: datetime, span: timedelta) -> Window:
    """Return the window of a span that ends at a moment; a span is elapsed time, whatever the clocks do."""
    return Window((until.astimezone(UTC) - span).astimezone(until.tzinfo), until)


def usual(counts: Sequence[int]) -> float | None:
    """Return the mean of the counts of comparable windows; None where there are too few to know."""
    return fmean(counts) if len(counts) >= LEAST_WINDOWS else None


def usual_within(counted: Callable[[Window], int], window: Window, known_since: datetime) -> float | None:
    """Return what is usual for a window."""
    return usual([counted(one) for one in comparable(window, known_since)])


def has_fallen(count: int, threshold: float) -> bool:
    """Tell whether a count that has rung is over: clearly below, not a moment's trembling."""
    return count < FALLEN * threshold


@dataclass(frozen=True, slots=True)
class Point:
    """A count at a moment, and from what count on it would have rung then."""

    at: datetime
    count: int
    threshold: float


def looked_back(counts: Counts, mark: Mark, over: Sequence[Window], known_since: datetime) -> Iterator[Point]:
    """Yield what an alarm would have seen at the end of each window."""
    for window in over:
        normal = None if mark.times is None else usual_within(counts.within, window, known_since)
        yield Point(window.until, counts.within(window), mark.threshold(normal))


def rings(points: Iterator[Point] | Sequence[Point]) -> list[Point]:
    """Return where it would have rung: once until it was over, then again."""
    found: list[Point] = []
    is_ringing = False
    for point in points:
        if not is_ringing and point.count >= point.threshold:
            found.append(point)
            is_ringing = True
        elif is_ringing and has_fallen(point.count, point.threshold):
            is_ringing = False
    return found


def windows(until: datetime, span: timedelta, *, over: timedelta, step: timedelta) -> list[Window]:
    """Return windows of a span whose ends lie a step apart, the oldest first, the last one at `until`."""
    number = int(over / step)
    last = until.astimezone(UTC)
    ends = ((last - step * back).astimezone(until.tzinfo) for back in range(number, -1, -1))
    return [ending(end, span) for end in ends]
