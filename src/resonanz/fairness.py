"""Fairness: whether everybody waits alike, whatever reach, network or language he has.

Here live the waits of groups, the test whether groups are served at different speed, and a verdict.
Who belongs to which group is the desk's to say, and how a verdict is put into words.

Three things must not look like unfairness: promises that differ (urgent matters may go first), days that
differ, and hours that differ, for a storm has its own mix of people. So only waits with the same target
and arrival at nearly the same time are compared: a stratum holds at most `STRATUM_MOST` consecutive
arrivals of one day (UTC) and one target. The strata are cut by arrival alone, never by wait or group. The
test asks whether the order of answers within them could be drawn by lot, so it holds although waits in a
queue depend on each other.

Sources: N. Mantel, Evaluation of survival data and two new rank order statistics, 1966 (stratified log-rank
test); R. E. Tarone, Tests for trend in life table analysis, 1975; S. Holm, A simple sequentially rejective
multiple test procedure, 1979.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, groupby
from math import ceil, erfc, exp, gamma, inf, isfinite, log, sqrt
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from resonanz.study import Z_95, kaplan_meier, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resonanz.study import Step

Verdict = Literal["fair", "unfair", "too_few"]
Direction = Literal["bigger_faster", "bigger_slower"]

REACH_BANDS = ("<100", "100–999", "1k–9.9k", "10k+")
"""How many followers somebody has, from few to many; who does not say is `"unknown"`."""

_BAND_ENDS = (100, 1_000, 10_000, inf)

ALPHA = 0.005
"""Where there is nothing to find, about one report in two hundred calls any of its dimensions unfair."""

MATTERS = 1.25
"""From this hazard ratio on, or below its inverse, a difference matters.

At each moment of waiting the one group is a quarter more likely to be next than the other. Smaller ones
become significant in long reports without anybody noticing them. In a simulated week of 2,800 posts waits
shortened by a tenth already exceed it, for in a queue the order changes before the waits do.
"""

GROUP_LEAST = 20
"""A group with fewer waits is shown but not compared: below it the test says unfair too often."""

STRATUM_MOST = 40
"""So many consecutive arrivals are compared with each other at most, more only if they came at one moment.

In simulated fair weeks whose storm had its own mix of networks, strata of whole days made the statistic
three times what it should be; with 80 it was right, and with 10 still.
"""

_DAY_S = 86_400


def reach_band(followers_count: int | None) -> str:
    """The band of `REACH_BANDS` for a number of followers, `"unknown"` for none given or a negative one."""
    if followers_count is None or followers_count < 0:
        return "unknown"
    return next(band for band, end in zip(REACH_BANDS, _BAND_ENDS, strict=True) if followers_count < end)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one customer waited, in seconds: for an answer, or until observation ended without one.

    `target_s` is what he was promised, `None` for nothing. `groups` name where he belongs in each
    dimension, such as `{"reach": "<100", "network": "mastodon"}`; where he has none he is left out.
    Raises `ValueError` for a wait or arrival that is no time.
    """

    waited_s: float
    answered: bool
    target_s: float | None
    arrived_at_s: float
    groups: Mapping[str, str]

    def __post_init__(self) -> None:
        if not (isfinite(self.waited_s) and self.waited_s >= 0):
            raise ValueError(f"A wait is a number of seconds from 0 on, not {self.waited_s}.")
        if not isfinite(self.arrived_at_s):
            raise ValueError(f"An arrival is a number of seconds, not {self.arrived_at_s}.")


@dataclass(frozen=True, slots=True)
class Hazard:
    """How many times as likely as the others a group is to be answered next, with its 95 % interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How one group was served.

    `answered_count` of `waits_count` were, a share with its 95 % Wilson interval. Median and 90th
    percentile are seconds of the Kaplan-Meier curve, `None` where it does not come down so far. They
    differ between groups whose people came on other days; two figures do not: `relative_median` is the
    median wait as a multiple of that of everybody who came at the same time with the same target, `hazard`
    compares who was answered first, `None` where nothing could be compared.
    """

    name: str
    waits_count: int
    answered_count: int
    answered_share: float
    answered_low: float
    answered_high: float
    median_s: float | None
    p90_s: float | None
    relative_median: float | None
    hazard: Hazard | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether speed rises or falls from band to band, with the same corrections as the dimension's test."""

    p_value: float
    p_adjusted: float
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """The verdict about one dimension, and what it rests on.

    `effect` is the strongest hazard ratio whose interval leaves out 1, and `effect_of` its group. The
    verdict is `"unfair"` where the adjusted p-value of the groups or of the trend is below `ALPHA` and the
    effect reaches `MATTERS` or its inverse. It is `"too_few"` where no two groups of `GROUP_LEAST` waits
    could be compared, also because their targets never were the same.
    """

    name: str
    groups: tuple[Group, ...]
    verdict: Verdict
    p_value: float | None
    p_adjusted: float | None
    effect: float | None
    effect_of: str | None
    trend: Trend | None


def fairness_of(waits: Iterable[Wait]) -> tuple[Dimension, ...]:
    """The verdict for each dimension that the waits name, in the order of names.

    The p-values of all dimensions, and of the trend in `reach`, are corrected together (Holm 1979).
    """
    strata = _strata(waits)
    names = {name for stratum in strata for near in stratum for name in near.groups}
    findings = [_finding(name, strata) for name in sorted(names)]
    adjusted = _holm([p for finding in findings for p in (finding.p_value, finding.trend_p) if p is not None])
    return tuple(_dimension(finding, adjusted) for finding in findings)


class _Finding(NamedTuple):
    """What a dimension shows before it is seen together with the others."""

    name: str
    groups: tuple[Group, ...]
    p_value: float | None
    trend_p: float | None
    direction: Direction


def _finding(name: str, strata: Sequence[Sequence[_Near]]) -> _Finding:
    members: dict[str, list[_Near]] = defaultdict(list)
    for near in chain.from_iterable(strata):
        if name in near.groups:
            members[near.groups[name]].append(near)
    ordered = sorted(members, key=_band_order if name == "reach" else str)
    compared = [group for group in ordered if len(members[group]) >= GROUP_LEAST]
    ranks = _log_rank(name, compared, strata)
    bands = [group for group in compared if group in REACH_BANDS] if name == "reach" else []
    trend_p, direction = _trend(_log_rank(name, bands, strata), bands)
    hazards = {group: ranks.hazard_ratio(place) for place, group in enumerate(compared)}
    groups = (_group(group, members[group], hazards.get(group)) for group in ordered)
    return _Finding(name, tuple(groups), ranks.p_value(), trend_p, direction)


def _band_order(band: str) -> tuple[int, str]:
    return (REACH_BANDS.index(band) if band in REACH_BANDS else len(REACH_BANDS), band)


def _dimension(finding: _Finding, adjusted: Mapping[float, float]) -> Dimension:
    effect, effect_of = _effect(finding.groups)
    tests = [adjusted[p] for p in (finding.p_value, finding.trend_p) if p is not None]
    matters = effect is not None and max(effect, 1 / effect) >= MATTERS
    trend = None
    if finding.trend_p is not None:
        trend = Trend(finding.trend_p, adjusted[finding.trend_p], finding.direction)
    verdict: Verdict = "unfair" if matters and min(tests) < ALPHA else "fair"
    return Dimension(
        name=finding.name,
        groups=finding.groups,
        verdict=verdict if tests else "too_few",
        p_value=finding.p_value,
        p_adjusted=None if finding.p_value is None else adjusted[finding.p_value],
        effect=effect,
        effect_of=effect_of,
        trend=trend,
    )


def _effect(groups: Sequence[Group]) -> tuple[float | None, str | None]:
    """The strongest hazard ratio whose interval leaves out 1, and whose it is."""
    clear = [
        (abs(log(group.hazard.ratio)), group.hazard.ratio, group.name)
        for group in groups
        if group.hazard is not None and not group.hazard.low <= 1 <= group.hazard.high
    ]
    return max(clear)[1:] if clear else (None, None)


def _group(name: str, members: Sequence[_Near], hazard: Hazard | None) -> Group:
    answered_count = sum(near.answered for near in members)
    low, high = wilson(answered_count, len(members))
    assert low is not None
    assert high is not None
    curve = kaplan_meier([near.waited_s for near in members], [not near.answered for near in members])
    known = [(near.relative, not near.answered) for near in members if near.relative is not None]
    relative = kaplan_meier([wait for wait, _ in known], [censored for _, censored in known])
    return Group(
        name=name,
        waits_count=len(members),
        answered_count=answered_count,
        answered_share=answered_count / len(members),
        answered_low=low,
        answered_high=high,
        median_s=_answered_after(curve, 0.5),
        p90_s=_answered_after(curve, 0.9),
        relative_median=_answered_after(relative, 0.5),
        hazard=hazard,
    )


def _answered_after(curve: Sequence[Step], share: float) -> float | None:
    """When that share is answered. The curve is a product of fractions: half may read as a hair more."""
    return next((step.at_s for step in curve if step.unanswered <= 1 - share + 1e-9), None)


# The stratified log-rank test


class _Near(NamedTuple):
    """A wait among those that began nearly when it did; `relative` is its multiple of their median."""

    waited_s: float
    answered: bool
    groups: Mapping[str, str]
    relative: float | None


def _strata(waits: Iterable[Wait]) -> list[list[_Near]]:
    days: dict[tuple[float | None, float], list[Wait]] = defaultdict(list)
    for wait in waits:
        days[wait.target_s, wait.arrived_at_s // _DAY_S].append(wait)
    return [_stratum(neighbours) for day in days.values() for neighbours in _neighbours(day)]


def _neighbours(day: Sequence[Wait]) -> Iterator[list[Wait]]:
    """The arrivals of one day in order, cut evenly, never between those of one moment."""
    size = ceil(len(day) / ceil(len(day) / STRATUM_MOST))
    near: list[Wait] = []
    for _, same in groupby(sorted(day, key=attrgetter("arrived_at_s")), key=attrgetter("arrived_at_s")):
        if len(near) >= size:
            yield near
            near = []
        near.extend(same)
    yield near


def _stratum(waits: Sequence[Wait]) -> list[_Near]:
    """In the order of waiting."""
    ordered = sorted(waits, key=attrgetter("waited_s"))
    median = _answered_after(
        kaplan_meier([wait.waited_s for wait in ordered], [not wait.answered for wait in ordered]), 0.5
    )
    return [
        _Near(wait.waited_s, wait.answered, wait.groups, wait.waited_s / median if median else None)
        for wait in ordered
    ]


def _log_rank(dimension: str, groups: Sequence[str], strata: Iterable[Iterable[_Near]]) -> _LogRank:
    """The sums of the test that compares `groups`; waits outside them are left out."""
    ranks = _LogRank(len(groups))
    place = {group: i for i, group in enumerate(groups)}
    for stratum in strata:
        ranks.add(
            [
                (near.waited_s, near.answered, place[near.groups[dimension]])
                for near in stratum
                if near.groups.get(dimension) in place
            ]
        )
    return ranks


class _LogRank:
    """Sums over all moments at which somebody was answered while several groups waited (Mantel 1966)."""

    __slots__ = ("_ahead", "_compared", "surplus", "variance")

    def __init__(self, size: int) -> None:
        self.surplus = [0.0] * size  # answered beyond what a lot would have given
        self.variance = [[0.0] * size for _ in range(size)]
        self._ahead = [0.0] * size  # answered, weighted by the share of others who still waited
        self._compared = False

    def add(self, stratum: Sequence[tuple[float, bool, int]]) -> None:
        """Count one stratum, given as wait, whether answered, and group, in the order of waiting."""
        at_risk = Counter(place for _, _, place in stratum)
        for _, same in groupby(stratum, key=itemgetter(0)):
            if len(at_risk) < 2:
                return
            leaving = list(same)
            answered = [place for _, was_answered, place in leaving if was_answered]
            if answered:
                self._draw(at_risk, answered)
            for _, _, place in leaving:
                at_risk[place] -= 1
                if not at_risk[place]:
                    del at_risk[place]

    def _draw(self, at_risk: Mapping[int, int], answered: Sequence[int]) -> None:
        self._compared = True
        everybody, drawn = sum(at_risk.values()), len(answered)
        spread = drawn * (everybody - drawn) / ((everybody - 1) * everybody * everybody)
        for place in answered:
            self.surplus[place] += 1
            self._ahead[place] += (everybody - at_risk[place]) / everybody
        for i, waiting in at_risk.items():
            self.surplus[i] -= drawn * waiting / everybody
            row = self.variance[i]
            row[i] += spread * everybody * waiting
            for j, others in at_risk.items():
                row[j] -= spread * waiting * others

    def p_value(self) -> float | None:
        """How often a fair lot would set the groups as far apart, `None` if nothing could be compared."""
        if not self._compared:
            return None
        statistic, freedom = _quadratic(self.surplus, self.variance)
        return chi_square_tail(statistic, freedom) if freedom else 1.0  # all at once: nothing to draw

    def hazard_ratio(self, place: int) -> Hazard | None:
        """The group against all others, with an interval by the variance of the test.

        Each moment is a table of its own (N. Mantel and W. Haenszel, Statistical aspects of the analysis of
        data from retrospective studies, 1959), which stays true in small strata; half a person is added
        to both sides, so that it exists where a group was always first.
        """
        variance = self.variance[place][place]
        if variance <= 0:
            return None
        ahead = self._ahead[place]
        ratio = (ahead + 0.5) / (ahead - self.surplus[place] + 0.5)
        error = exp(Z_95 / sqrt(variance))
        return Hazard(ratio, ratio / error, ratio * error)


def _trend(ranks: _LogRank, bands: Sequence[str]) -> tuple[float | None, Direction]:
    """The test against speed that rises or falls with the band's number (Tarone 1975)."""
    scores = [REACH_BANDS.index(band) for band in bands]
    total = sum(score * surplus for score, surplus in zip(scores, ranks.surplus, strict=True))
    variance = sum(a * b * ranks.variance[i][j] for i, a in enumerate(scores) for j, b in enumerate(scores))
    direction: Direction = "bigger_faster" if total > 0 else "bigger_slower"
    return (erfc(abs(total) / sqrt(2 * variance)) if variance > 1e-9 else None), direction


def _quadratic(values: Sequence[float], variance: Sequence[Sequence[float]]) -> tuple[float, int]:
    """The square of `values` measured by their `variance`, and its degrees of freedom.

    Gauss elimination: each value is freed from what those before it say. Groups sum up to a constant, so
    one at least has nothing left to say and is passed over.
    """
    rest, matrix = list(values), [list(row) for row in variance]
    statistic, freedom = 0.0, 0
    for i, row in enumerate(matrix):
        if row[i] <= 1e-9 * variance[i][i]:
            continue
        statistic += rest[i] * rest[i] / row[i]
        freedom += 1
        for j in range(i + 1, len(rest)):
            share = matrix[j][i] / row[i]
            rest[j] -= share * rest[i]
            matrix[j] = [mine - share * other for mine, other in zip(matrix[j], row, strict=True)]
    return statistic, freedom


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X >= `statistic`) of the chi-square distribution.

    M. Abramowitz and I. Stegun, Handbook of mathematical functions, 1964, 26.4.4 and 26.4.5: a finite sum
    for every whole number of degrees of freedom from 1 on.
    """
    half = statistic / 2
    order, tail = (1.0, exp(-half)) if freedom % 2 == 0 else (0.5, erfc(sqrt(half)))
    while order < freedom / 2:
        tail += half**order * exp(-half) / gamma(order + 1)
        order += 1
    return tail


def _holm(p_values: Sequence[float]) -> dict[float, float]:
    """Each p-value with what is left of it where so many questions were asked (Holm 1979)."""
    adjusted: dict[float, float] = {}
    least = 0.0
    for i, p in enumerate(sorted(p_values)):
        least = max(least, min(1.0, (len(p_values) - i) * p))
        adjusted.setdefault(p, least)
    return adjusted
