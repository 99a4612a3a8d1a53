"""Fairness: figures reckoned by hand and by plain code, and histories whose truth is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import inf, nan
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.fairness import (
    ALPHA,
    GROUP_LEAST,
    MATTERS,
    REACH_BANDS,
    STRATUM_MOST,
    Dimension,
    Wait,
    _holm,
    _LogRank,
    chi_square_tail,
    fairness_of,
    reach_band,
)
from resonanz.study import wilson
from tests.queueing import NORMAL_TARGET_S, SAFETY_TARGET_S, Load, serve, simulate

# Days as a desk knows them: four or eight people, with and without a storm, and a storm that brings a mix
# of its own. Some 1,000 posts each.
HISTORIES = (
    Load(days=2, storm_day=1),
    Load(days=2, storm_day=1, storm_mix=True),
    Load(days=1, storm_day=0, agents=8, occupancy=0.6),
    Load(days=4, storm_day=None, occupancy=0.5),
)


def wait(
    waited_s: float, group: str, *, answered: bool = True, at_s: float = 0, target_s: float | None = 60
) -> Wait:
    return Wait(waited_s, answered, target_s, at_s, {"team": group})


def only(waits: list[Wait]) -> Dimension:
    (dimension,) = fairness_of(waits)
    return dimension


def verdict(waits: list[Wait], name: str) -> Dimension:
    return next(dimension for dimension in fairness_of(waits) if dimension.name == name)


@pytest.mark.parametrize(
    ("followers", "band"),
    [
        (None, "unknown"), (-1, "unknown"), (0, "<100"), (99, "<100"), (100, "100–999"), (999, "100–999"),
        (1_000, "1k–9.9k"), (9_999, "1k–9.9k"), (10_000, "10k+"), (50_000_000, "10k+"),
    ],
)  # fmt: skip
def test_bands_of_reach(followers: int | None, band: str) -> None:
    assert reach_band(followers) == band


@pytest.mark.parametrize(
    ("waited_s", "arrived_at_s", "says"),
    [(-1, 0, "from 0 on, not -1"), (nan, 0, "not nan"), (inf, 0, "not inf"), (1, nan, "An arrival")],
)
def test_what_is_no_time_is_refused(waited_s: float, arrived_at_s: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Wait(waited_s, True, None, arrived_at_s, {})


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        (3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (9.487729, 4, 0.05),
        (11.070498, 5, 0.05), (18.307038, 10, 0.05), (6.634897, 1, 0.01), (24.724970, 11, 0.01), (0, 3, 1.0),
    ],
)  # fmt: skip
def test_the_tail_of_chi_square_as_in_printed_tables(statistic: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=1e-5)


def test_holm_reckoned_by_hand() -> None:
    adjusted = _holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx({0.005: 0.02, 0.01: 0.03, 0.03: 0.06, 0.04: 0.06})
    assert _holm([0.6, 0.7]) == {0.6: 1.0, 0.7: 1.0}
    assert _holm([0.02, 0.02]) == {0.02: 0.04}


def test_the_textbook_example_of_the_log_rank_test() -> None:
    """Weeks of remission on 6-MP and placebo (Freireich 1963): 19.25 and 10.75 expected, statistic 16.79."""
    treated = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
    placebo = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()
    ranks = _LogRank(2)
    ranks.add(
        sorted(
            (float(weeks.rstrip("+")), not weeks.endswith("+"), group)
            for group, arm in enumerate((treated, placebo))
            for weeks in arm
        )
    )
    assert ranks.surplus == pytest.approx([9 - 19.2505, 21 - 10.7495], abs=1e-4)
    assert ranks.variance[0][0] == pytest.approx(6.25696, abs=1e-5)
    assert ranks.p_value() == pytest.approx(4.169e-5, rel=1e-3)
    hazard = ranks.hazard_ratio(1)
    assert hazard is not None
    assert 3.5 < hazard.ratio < 5.5  # Cox's regression gives 4.5 to 4.8, by its way with ties
    assert hazard.low == pytest.approx(hazard.ratio / 2.189, rel=1e-3)
    assert hazard.high == pytest.approx(hazard.ratio * 2.189, rel=1e-3)


moments = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=40
)


@given(moments)
def test_two_groups_equal_the_plainest_possible_code(rows: list[tuple[int, bool, int, int]]) -> None:
    ranks = _LogRank(2)
    surplus = variance = 0.0
    for stratum in range(3):
        people = [row[:3] for row in rows if row[3] == stratum]
        ranks.add(sorted(people))
        for at in range(1, 10):
            there = [row for row in people if row[0] >= at]
            first = sum(row[2] == 0 for row in there)
            drawn = sum(row[0] == at and row[1] for row in there)
            if 0 < first < len(there):
                surplus += sum(row[0] == at and row[1] and row[2] == 0 for row in there)
                surplus -= drawn * first / len(there)
                others = len(there) - first
                variance += (
                    drawn * (len(there) - drawn) * first * others / (len(there) ** 2 * (len(there) - 1))
                )
    assert ranks.surplus == pytest.approx([surplus, -surplus], abs=1e-9)
    assert ranks.variance[0][0] == pytest.approx(variance, abs=1e-9)
    if variance > 1e-6:
        assert ranks.p_value() == pytest.approx(chi_square_tail(surplus**2 / variance, 1))


def test_figures_of_groups_reckoned_by_hand() -> None:
    team = [wait(10.0 * i, "a") for i in range(1, 21)] + [wait(205, "a", answered=False)] * 4
    found = only([*team, wait(7, "b")])
    a, b = found.groups
    low, high = wilson(20, 24)
    assert (a.name, a.waits_count, a.answered_count, a.answered_share) == ("a", 24, 20, 20 / 24)
    assert (a.answered_low, a.answered_high) == (low, high)
    assert (a.median_s, a.p90_s) == (120, None)  # a sixth is not answered yet
    assert (b.name, b.median_s, b.p90_s) == ("b", 7, 7)
    assert a.relative_median == 1.0
    assert b.relative_median == 7 / 120
    assert a.hazard is b.hazard is None


def test_too_few_to_tell() -> None:
    few = [wait(1, "a") for _ in range(GROUP_LEAST - 1)] + [wait(9, "b") for _ in range(200)]
    found = only(few)
    assert (found.verdict, found.p_value, found.p_adjusted, found.effect, found.effect_of) == (
        "too_few",
        None,
        None,
        None,
        None,
    )
    assert only([*few, wait(1, "a")]).verdict == "unfair"
    assert fairness_of([]) == ()


def test_what_came_at_one_moment_is_compared_in_whatever_order_it_is_given() -> None:
    at_once = [wait(5 + i, "a") for i in range(50)] + [wait(500 + i, "b") for i in range(50)]
    assert only(at_once) == only(at_once[::-1])
    assert only(at_once).verdict == "unfair"


def test_different_promises_are_not_compared() -> None:
    urgent = [wait(5 + i, "a", target_s=60) for i in range(30)]
    normal = [wait(500 + i, "b", target_s=600) for i in range(30)]
    assert only(urgent + normal).verdict == "too_few"
    none = [replace(one, target_s=None) for one in urgent + normal]
    assert only(none).verdict == "unfair"


def test_different_days_are_not_compared() -> None:
    calm = [wait(5 + i, "a", at_s=i) for i in range(30)]
    stormy = [wait(500 + i, "b", at_s=86_400 + i) for i in range(30)]
    assert only(calm + stormy).verdict == "too_few"


def test_neighbours_in_time_are_compared() -> None:
    """In the morning nobody waits and team a is asked, in the evening everybody does and b is."""
    morning = [wait(10 + i % 7, "ab"[i % 10 == 0], at_s=i) for i in range(4 * STRATUM_MOST)]
    evening = [wait(900 + i % 7, "ba"[i % 10 == 0], at_s=40_000 + i) for i in range(4 * STRATUM_MOST)]
    found = only(morning + evening)
    assert found.groups[0].median_s == 13
    assert found.groups[1].median_s == 903
    assert found.verdict == "fair"


def test_all_answered_at_once_is_fair() -> None:
    found = only([wait(60, "ab"[i % 2]) for i in range(60)])
    assert (found.verdict, found.p_value, found.effect) == ("fair", 1.0, None)
    assert [group.hazard for group in found.groups] == [None, None]


def test_nobody_answered_yet_is_too_early_to_tell() -> None:
    found = only([wait(60 + i, "ab"[i % 2], answered=False) for i in range(60)])
    assert (found.verdict, found.groups[0].median_s, found.groups[0].relative_median) == (
        "too_few",
        None,
        None,
    )


def test_a_wait_of_nothing_has_no_multiple() -> None:
    found = only([wait(0, "ab"[i % 2]) for i in range(60)])
    assert [group.relative_median for group in found.groups] == [None, None]


def test_who_belongs_nowhere_is_left_out_of_that_dimension() -> None:
    waits = [
        Wait(i, True, None, 0, {"team": "a", "reach": "<100"} if i % 2 else {"team": "b"}) for i in range(60)
    ]
    reach, team = fairness_of(waits)
    assert [group.waits_count for group in reach.groups] == [30]
    assert [group.waits_count for group in team.groups] == [30, 30]
    assert (reach.verdict, team.verdict) == ("too_few", "fair")


def test_a_small_difference_does_not_matter_however_certain() -> None:
    """Forty thousand waits, one group a tenth quicker to be next."""
    random = Random(7)
    waits = [
        wait(random.expovariate(1.1 if group == "a" else 1.0), group, at_s=float(i))
        for i in range(20_000)
        for group in "ab"
    ]
    found = only(waits)
    assert found.p_value is not None
    assert found.p_value < 1e-9
    assert found.effect is not None
    assert 1 / MATTERS < found.effect < MATTERS
    assert found.verdict == "fair"


def test_bands_of_reach_stand_in_their_order() -> None:
    found = verdict(simulate("edf", 1), "reach")
    assert [group.name for group in found.groups] == [*REACH_BANDS, "unknown"]
    assert found.trend is not None


def unfair_dimensions(seed: int, load: Load) -> list[str]:
    found = fairness_of(simulate("edf", seed, load))
    assert [dimension.name for dimension in found] == ["kind", "language", "network", "reach"]
    return [dimension.name for dimension in found if dimension.verdict == "unfair"]


def test_a_fair_history_is_called_so() -> None:
    """Earliest due first, a hundred times."""
    wrong = [seed for seed in range(100) if unfair_dimensions(seed, HISTORIES[seed % len(HISTORIES)])]
    assert len(wrong) <= 3


@pytest.mark.parametrize("seed", range(4))
def test_a_queue_for_the_famous_is_found(seed: int) -> None:
    found = verdict(simulate("vip_first", seed), "reach")
    assert (found.verdict, found.effect_of) == ("unfair", "10k+")
    assert found.p_adjusted is not None
    assert found.p_adjusted < ALPHA
    assert found.trend is not None
    assert found.trend.direction == "bigger_faster"
    famous = found.groups[3]
    assert famous.relative_median is not None
    assert famous.relative_median < 0.5
    assert famous.hazard is not None
    assert famous.hazard.low > MATTERS


@pytest.mark.parametrize("seed", range(8))
def test_a_third_less_waiting_for_the_famous_is_found(seed: int) -> None:
    found = verdict(simulate("edf", seed, favour=0.7), "reach")
    assert (found.verdict, found.effect_of) == ("unfair", "10k+")
    assert found.groups[3].relative_median == pytest.approx(0.7, abs=0.1)


def test_more_waiting_for_the_famous_is_found_too() -> None:
    found = verdict(simulate("edf", 3, favour=1.4), "reach")
    assert (found.verdict, found.effect_of) == ("unfair", "10k+")
    assert found.trend is not None
    assert found.trend.direction == "bigger_slower"


def test_a_steady_rise_over_the_bands_is_found() -> None:
    """Each band waits a tenth less than the one before: no band stands out, the direction does."""
    steps = {band: 0.9**i for i, band in enumerate(REACH_BANDS)}
    waits = [
        replace(one, waited_s=one.waited_s * steps.get(one.groups["reach"], 1.0))
        for one in simulate("edf", 5, Load(days=10, storm_day=None, occupancy=0.5))
    ]
    found = verdict(waits, "reach")
    assert found.verdict == "unfair"
    assert found.trend is not None
    assert found.trend.direction == "bigger_faster"
    assert found.p_value is not None
    assert found.trend.p_value < found.p_value


def test_a_storm_with_its_own_mix_looks_unfair_only_at_first_sight() -> None:
    waits = simulate("edf", 4, Load(storm_mix=True))
    found = verdict(waits, "network")
    medians = {group.name: group.median_s for group in found.groups}
    assert medians["x"] is not None
    assert medians["mastodon"] is not None
    assert medians["x"] > 1.3 * medians["mastodon"]
    assert found.verdict == "fair"


# What the simulated queue does, for other tests rely on it.


@pytest.mark.parametrize("agents", [4, 8])
@pytest.mark.parametrize("seed", range(3))
def test_earliest_due_first_overtakes_within_its_bound_only(agents: int, seed: int) -> None:
    """A post with target T is overtaken only by later ones arriving within T - T_min, equals never."""
    served = serve("edf", seed, Load(agents=agents, days=3, storm_day=1))
    least = min(post.target_s for post in served)
    latest = overtaken = 0.0
    by_target: dict[float, list[int]] = defaultdict(list)
    for post in served:
        assert latest - post.arrived_s <= post.target_s - least
        overtaken = max(overtaken, latest - post.arrived_s)
        latest = max(latest, post.arrived_s)
        by_target[post.target_s].append(post.order)
    assert overtaken > 0.8 * (NORMAL_TARGET_S - least)  # the bound is nearly reached
    assert all(orders == sorted(orders) for orders in by_target.values())


def test_in_order_of_arrival_nobody_is_overtaken() -> None:
    served = serve("fifo", 1, Load(days=3, storm_day=1))
    assert [post.order for post in served] == list(range(len(served)))


def test_a_queue_for_the_famous_lets_all_others_wait() -> None:
    waits = simulate("vip_first", 2)
    famous = [one.waited_s for one in waits if one.groups["reach"] == "10k+"]
    others = [one.waited_s for one in waits if one.groups["reach"] != "10k+"]
    assert max(famous) < 3_600 < median(others)


def test_safety_comes_within_five_minutes_even_in_a_storm() -> None:
    served = serve("edf", 6, Load(agents=8, days=1, storm_day=0, safety_share=0.01))
    safety = [post for post in served if post.target_s == SAFETY_TARGET_S]
    assert len(safety) > 5
    for post in safety:
        assert post.started_s is not None
        assert post.started_s - post.arrived_s <= SAFETY_TARGET_S


def test_the_same_seed_gives_the_same_week() -> None:
    load = Load(days=2, storm_day=1)
    assert simulate("edf", 9, load) == simulate("edf", 9, load)
    assert simulate("edf", 9, load) != simulate("edf", 10, load)
    open_at_the_end = [one for one in simulate("edf", 9, load) if not one.answered]
    assert open_at_the_end
    assert all(one.waited_s >= 0 for one in open_at_the_end)
