"""Response figures: who was answered, and how fast.

Here live one conversation's response, the figures of many, the curve of those still unanswered, and
what a report needs around them (limits such as `15m`, ISO weeks). Where conversations come from, and
how figures are shown, is the desk's. Times are seconds since 1970 UTC, durations seconds.

`Tally` keeps three numbers a conversation in packed arrays, so that a report can stream: 100,000
conversations need about 2 MB. Sources: E. B. Wilson, Probable inference, the law of succession, and
statistical inference, 1927; E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete
observations, 1958; M. Greenwood, The natural duration of cancer, 1926; J. D. Kalbfleisch and R. L.
Prentice, The statistical analysis of failure time data, 1980 (Greenwood on the log-minus-log scale).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from resonanz.hours import BusinessHours, service_s_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Z_95 = 1.959964
"""The normal quantile of a two-sided 95 % interval."""

_LIMIT = re.compile(r"([0-9]{1,6})([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of a conversation; `order` decides between posts of the same second."""

    at_s: float
    order: int
    direction: Literal["in", "out"]
    kind: Literal["human", "acknowledgement", "automatic"] = "human"


@dataclass(frozen=True, slots=True)
class Response:
    """One conversation's first question and its answer, `None` while nobody has answered."""

    asked_at_s: float
    answered_at_s: float | None

    @property
    def seconds(self) -> float | None:
        """How long the customer waited in calendar time, `None` while unanswered."""
        return None if self.answered_at_s is None else self.answered_at_s - self.asked_at_s


def response_of(turns: Iterable[Turn]) -> Response | None:
    """From the first incoming turn to the first human outgoing one after it, in the order (time, turn).

    What the company said before counts as little as acknowledgements and automatic replies. `None`
    for a conversation without an incoming turn: there was nothing to answer.
    """
    asked_at_s: float | None = None
    for turn in sorted(turns, key=lambda turn: (turn.at_s, turn.order)):
        if turn.direction == "in":
            asked_at_s = turn.at_s if asked_at_s is None else asked_at_s
        elif asked_at_s is not None and turn.kind == "human":
            return Response(asked_at_s, turn.at_s)
    return None if asked_at_s is None else Response(asked_at_s, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a report says of a group of conversations. Shares are fractions, `None` where there is none.

    `conversations` have an incoming turn; `answered` of them by a human. The rate has its 95 % Wilson
    interval. Median and 90th percentile are of the answered ones, in seconds of calendar and service
    time. `within` has, for each limit's label, the share of *all* conversations answered within it.
    """

    conversations: int
    answered: int
    response_rate: float | None
    response_rate_low: float | None
    response_rate_high: float | None
    median_s: float | None
    p90_s: float | None
    service_median_s: float | None
    service_p90_s: float | None
    within: dict[str, float | None]


class Tally:
    """Collects the responses of one group, one at a time; `within` are labels and limits in seconds."""

    __slots__ = ("_hours", "_open", "_service", "_waits", "_within")

    def __init__(self, *, within: Sequence[tuple[str, float]], hours: BusinessHours) -> None:
        self._within = tuple(within)
        self._hours = hours
        self._waits = array("d")
        self._service = array("d")
        self._open = array("d")  # when the unanswered ones asked

    def add(self, response: Response, *, hours: BusinessHours | None = None) -> None:
        """Count one conversation, in service hours of its own where it has them.

        Raises `ValueError` for an answer before its question.
        """
        asked, answered = response.asked_at_s, response.answered_at_s
        if answered is None:
            self._open.append(asked)
        elif answered < asked:
            raise ValueError(f"The answer at {answered} comes before its question at {asked}.")
        else:
            self._waits.append(answered - asked)
            self._service.append(service_s_between(hours or self._hours, asked, answered))

    def figures(self) -> Figures:
        """The figures of everything added so far."""
        waits, service = sorted(self._waits), sorted(self._service)
        answered, conversations = len(waits), len(waits) + len(self._open)
        low, high = wilson(answered, conversations)
        return Figures(
            conversations=conversations,
            answered=answered,
            response_rate=_share(answered, conversations),
            response_rate_low=low,
            response_rate_high=high,
            median_s=quantile(waits, 0.5),
            p90_s=quantile(waits, 0.9),
            service_median_s=quantile(service, 0.5),
            service_p90_s=quantile(service, 0.9),
            within={
                label: _share(bisect_right(waits, limit), conversations) for label, limit in self._within
            },
        )

    def curve(self, until_s: float) -> list[Step]:
        """The Kaplan-Meier curve, with the unanswered ones seen waiting until `until_s`.

        That is now for live conversations, the last stamp for an archive; who asked after it waited 0 s.
        """
        durations = self._waits + array("d", (max(0.0, until_s - asked) for asked in self._open))
        return kaplan_meier(durations, [False] * len(self._waits) + [True] * len(self._open))


def figures(
    responses: Iterable[Response], *, within: Sequence[tuple[str, float]], hours: BusinessHours
) -> Figures:
    """The figures of one group; see `Figures`. `responses` may be a stream."""
    tally = Tally(within=within, hours=hours)
    for response in responses:
        tally.add(response)
    return tally.figures()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wilson(successes: int, trials: int) -> tuple[float, float] | tuple[None, None]:
    """The 95 % score interval of a share (Wilson 1927), `(None, None)` without a trial."""
    if not trials:
        return None, None
    rate, z2 = successes / trials, Z_95 * Z_95
    centre = rate + z2 / (2 * trials)
    half = Z_95 * sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials))
    scale = 1 + z2 / trials
    # At the ends the formula is exactly 0 or 1; floating point would only come near.
    low = (centre - half) / scale if successes else 0.0
    high = (centre + half) / scale if successes < trials else 1.0
    return low, high


def quantile(ordered: Sequence[float], p: float) -> float | None:
    """The p-quantile of ascending values by linear interpolation at (n - 1)·p, `None` of nothing."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * p
    i = int(place)
    if i + 1 == len(ordered):
        return ordered[i]
    return ordered[i] + (place - i) * (ordered[i + 1] - ordered[i])


class Step(NamedTuple):
    """A point of the curve: from `at_s` on the share `unanswered` still waits, with its 95 % interval.

    `at_risk` were still waiting just before, and `answered` of them were answered at that moment.
    """

    at_s: float
    unanswered: float
    low: float
    high: float
    at_risk: int
    answered: int


class Survival(NamedTuple):
    """A curve and how far it can be trusted: up to `until_s`, at least `OBSERVED_LEAST` are still seen."""

    steps: list[Step]
    until_s: float


OBSERVED_LEAST = 5


def survival(durations: Sequence[float], censored: Sequence[bool]) -> Survival:
    """The Kaplan-Meier curve as far as it says something.

    Past the waits of the last few, one answer more or less moves it by a fifth, and where nobody is left
    to observe it stands still at whatever it was: neither is shown.
    """
    if len(durations) < OBSERVED_LEAST:
        return Survival([], 0.0)
    until_s = sorted(durations)[-OBSERVED_LEAST]
    steps = [step for step in kaplan_meier(durations, censored) if step.at_s <= until_s]
    return Survival(steps, until_s)


def kaplan_meier(durations: Iterable[float], censored: Iterable[bool]) -> list[Step]:
    """The share still unanswered over time, one step for each time at which somebody was answered.

    `censored` marks a duration that ended without an answer (still open, or the archive's end); at a
    tie it counts as still waiting (Kaplan and Meier 1958). The interval is Greenwood's variance on the
    log(-log) scale, so it stays within 0 and 1. Where that has no value, because nobody is left, it
    runs from 0 to the upper bound of the step before. Raises `ValueError` for unequal lengths.
    """
    everybody: list[float] = []
    answered: list[float] = []
    for duration, is_censored in zip(durations, censored, strict=True):
        everybody.append(duration)
        if not is_censored:
            answered.append(duration)
    everybody.sort()
    answered.sort()
    return _product_limit(everybody, answered)


def _product_limit(everybody: list[float], answered: list[float]) -> list[Step]:
    curve: list[Step] = []
    unanswered, greenwood, high = 1.0, 0.0, 1.0
    for at_s, same in groupby(answered):
        events = sum(1 for _ in same)
        at_risk = len(everybody) - bisect_left(everybody, at_s)
        low = 0.0
        if events == at_risk:
            unanswered = 0.0
        else:
            unanswered *= 1 - events / at_risk
            greenwood += events / (at_risk * (at_risk - events))
            low, high = _greenwood(unanswered, greenwood)
        curve.append(Step(at_s, unanswered, low, high, at_risk, events))
    return curve


def _greenwood(unanswered: float, greenwood: float) -> tuple[float, float]:
    log_share = log(unanswered)
    spread = exp(Z_95 * sqrt(greenwood) / -log_share)
    return exp(log_share * spread), exp(log_share / spread)


def answered_within_km(curve: Sequence[Step], t: float) -> float:
    """The share answered within `t` seconds by the curve, unanswered ones counted for what is known."""
    i = bisect_right(curve, t, key=lambda step: step.at_s)
    return 1 - curve[i - 1].unanswered if i else 0.0


def parse_within(text: str) -> tuple[tuple[str, float], ...]:
    """Limits such as `"15m,1h,12h"` as labels and seconds; units are s, m, h, d.

    Raises `ValueError` with one sentence for anything else, a limit of zero, or the same one twice.
    """
    limits: dict[str, float] = {}
    for label in (part.strip() for part in text.split(",")):
        match = _LIMIT.fullmatch(label)
        if match is None or not int(match[1]):
            raise ValueError(f"The limit {label!r} is not a number with s, m, h or d, such as 15m or 12h.")
        if label in limits:
            raise ValueError(f"The limit {label!r} is given twice.")
        limits[label] = float(int(match[1]) * _UNIT_S[match[2]])
    return tuple(limits.items())


def iso_week(at_s: float, zone: str) -> str:
    """The ISO 8601 week of an instant on the calendar of `zone`, such as `"2026-W13"`."""
    year, week, _ = datetime.fromtimestamp(at_s, ZoneInfo(zone)).isocalendar()
    return f"{year:04}-W{week:02}"
