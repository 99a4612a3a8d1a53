"""Response figures against figures reckoned by hand and by the plainest possible code."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.hours import ALWAYS_OPEN, BusinessHours, service_time_between
from resonanz.study import (
    Figures,
    Response,
    Step,
    Survival,
    Tally,
    Turn,
    answered_within_km,
    figures,
    iso_week,
    kaplan_meier,
    parse_within,
    quantile,
    response_of,
    survival,
    wilson,
)

OFFICE = BusinessHours(zone="Europe/Berlin", periods=(((540, 1020),),) * 5 + ((), ()))
WITHIN = parse_within("15m,1h,12h")
FRIDAY = datetime(2026, 11, 20, 15, 45, tzinfo=UTC).timestamp()  # 16:45 in Berlin


def test_response_runs_from_the_first_question_to_the_first_human_answer() -> None:
    turns = [
        Turn(10, 1, "in"),
        Turn(20, 2, "in"),
        Turn(30, 3, "out", "acknowledgement"),
        Turn(40, 4, "out", "automatic"),
        Turn(70, 5, "out"),
        Turn(80, 6, "out"),
    ]
    assert response_of(turns) == Response(10, 70)
    assert response_of(reversed(turns)) == Response(10, 70)


def test_what_the_company_said_first_does_not_count() -> None:
    assert response_of([Turn(5, 0, "out"), Turn(10, 1, "in"), Turn(25, 2, "out")]) == Response(10, 25)
    assert response_of([Turn(5, 0, "out"), Turn(10, 1, "in")]) == Response(10, None)


def test_order_decides_within_a_second() -> None:
    assert response_of([Turn(10, 2, "out"), Turn(10, 1, "in")]) == Response(10, 10)
    assert response_of([Turn(10, 1, "out"), Turn(10, 2, "in")]) == Response(10, None)


def test_no_question_no_response() -> None:
    assert response_of([]) is None
    assert response_of([Turn(10, 1, "out")]) is None
    assert response_of([Turn(10, 1, "in"), Turn(20, 2, "out", "automatic")]) == Response(10, None)


def test_seconds_of_a_response() -> None:
    assert (Response(10, 25).seconds, Response(10, None).seconds) == (15, None)


def test_figures_reckoned_by_hand() -> None:
    waits = [60.0, 900.0, 900.5, 3600.0, None]
    seen = figures(
        (Response(FRIDAY, None if wait is None else FRIDAY + wait) for wait in waits),
        within=WITHIN,
        hours=OFFICE,
    )
    assert seen == Figures(
        conversations=5,
        answered=4,
        response_rate=0.8,
        response_rate_low=pytest.approx(0.3755346, abs=1e-6),  # type: ignore[arg-type]
        response_rate_high=pytest.approx(0.9637758, abs=1e-6),  # type: ignore[arg-type]
        median_s=900.25,
        p90_s=pytest.approx(900.5 + 0.7 * 2699.5),  # type: ignore[arg-type]
        service_median_s=900.0,  # the office closes after a quarter of an hour
        service_p90_s=900.0,
        within={"15m": 0.4, "1h": 0.8, "12h": 0.8},
    )


def test_figures_of_nothing() -> None:
    assert figures([], within=WITHIN, hours=ALWAYS_OPEN) == Figures(
        conversations=0,
        answered=0,
        response_rate=None,
        response_rate_low=None,
        response_rate_high=None,
        median_s=None,
        p90_s=None,
        service_median_s=None,
        service_p90_s=None,
        within={"15m": None, "1h": None, "12h": None},
    )


def test_figures_of_silence() -> None:
    seen = figures([Response(FRIDAY, None)] * 3, within=WITHIN, hours=ALWAYS_OPEN)
    assert (seen.response_rate, seen.response_rate_low) == (0.0, 0.0)
    assert (seen.median_s, seen.service_p90_s) == (None, None)
    assert seen.within == {"15m": 0.0, "1h": 0.0, "12h": 0.0}


def test_an_answer_before_its_question_is_refused() -> None:
    with pytest.raises(ValueError, match="comes before its question"):
        figures([Response(10, 9)], within=WITHIN, hours=ALWAYS_OPEN)


waits_of_many = st.lists(st.none() | st.integers(0, 400_000).map(float), min_size=1, max_size=40)


@given(waits_of_many)
def test_figures_equal_plain_counting(waits: list[float | None]) -> None:
    seen = figures(
        [Response(FRIDAY, None if wait is None else FRIDAY + wait) for wait in waits],
        within=WITHIN,
        hours=OFFICE,
    )
    answered = [wait for wait in waits if wait is not None]
    start = datetime.fromtimestamp(FRIDAY, UTC)
    service = [
        service_time_between(OFFICE, start, start + timedelta(seconds=wait)).total_seconds()
        for wait in answered
    ]
    assert seen.response_rate == len(answered) / len(waits)
    assert seen.within == {
        label: sum(wait <= limit for wait in answered) / len(waits) for label, limit in WITHIN
    }
    for values, median, p90 in (
        (answered, seen.median_s, seen.p90_s),
        (service, seen.service_median_s, seen.service_p90_s),
    ):
        tenths = quantiles(values, n=10, method="inclusive") if len(values) > 1 else values * 9
        expected = [pytest.approx(tenths[4]), pytest.approx(tenths[8])] if values else [None, None]
        assert [median, p90] == expected


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (5, 10, 0.2365931, 0.7634069),  # z²/2n = 0.19207, by hand
        (0, 10, 0.0, 0.2775328),
        (10, 10, 0.7224672, 1.0),
        (1, 1, 0.2065493, 1.0),
    ],
)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    assert list(wilson(successes, trials)) == pytest.approx([low, high], abs=1e-6)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_solve_their_equation(counts: tuple[int, int]) -> None:
    successes, trials = counts
    share = successes / trials
    for bound in wilson(successes, trials):
        assert bound is not None
        assert (share - bound) ** 2 == pytest.approx(
            1.959964**2 * bound * (1 - bound) / trials, rel=1e-6, abs=1e-12
        )


def test_quantile() -> None:
    assert quantile([], 0.5) is None
    assert quantile([7.0], 0.9) == 7.0
    assert [quantile([1.0, 2.0, 4.0, 8.0], p) for p in (0.0, 0.5, 1.0)] == [1.0, 3.0, 8.0]


# Seven waits: 1, 2, 2 answered, 2 open, 3 answered, 4 open, 5 answered. By hand: 6/7, then two of six
# leave 6/7 · 4/6 = 4/7, then one of three leaves 8/21, and the last leaves nothing.
WAITS = [1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.0]
OPEN = [False, False, False, True, False, True, False]


def test_kaplan_meier_by_hand() -> None:
    curve = kaplan_meier(WAITS, OPEN)
    assert [(step.at_s, step.at_risk, step.answered) for step in curve] == [
        (1.0, 7, 1), (2.0, 6, 2), (3.0, 3, 1), (5.0, 1, 1),
    ]  # fmt: skip
    assert [step.unanswered for step in curve] == pytest.approx([6 / 7, 4 / 7, 8 / 21, 0.0])


def test_kaplan_meier_interval_by_hand() -> None:
    curve = kaplan_meier(WAITS, OPEN)
    share, variance = 4 / 7, 1 / 42 + 2 / 24  # Greenwood's sum after the second step
    middle = math.log(-math.log(share))
    half = 1.959964 * math.sqrt(variance) / -math.log(share)
    assert curve[1].low == pytest.approx(math.exp(-math.exp(middle + half)))
    assert curve[1].high == pytest.approx(math.exp(-math.exp(middle - half)))
    assert (curve[3].low, curve[3].high) == (0.0, curve[2].high)


def test_kaplan_meier_of_extremes() -> None:
    assert kaplan_meier([], []) == []
    assert kaplan_meier([3.0, 4.0], [True, True]) == []
    assert kaplan_meier([3.0, 3.0], [False, False]) == [Step(3.0, 0.0, 0.0, 1.0, 2, 2)]
    with pytest.raises(ValueError, match="is shorter than argument 1"):
        kaplan_meier([1.0], [])


def test_answered_within_by_the_curve() -> None:
    curve = kaplan_meier(WAITS, OPEN)
    assert [answered_within_km(curve, t) for t in (0.5, 1.0, 2.9, 3.0, 99.0)] == pytest.approx(
        [0.0, 1 / 7, 3 / 7, 13 / 21, 1.0]
    )
    assert answered_within_km([], 10.0) == 0.0


def product_limit(waits: list[tuple[int, bool]]) -> dict[float, Fraction]:
    """The definition, in fractions: at each answer's time, the share of those at risk not answered."""
    share, curve = Fraction(1), {}
    for at in sorted({wait for wait, is_open in waits if not is_open}):
        at_risk = sum(wait >= at for wait, _ in waits)
        events = sum(wait == at and not is_open for wait, is_open in waits)
        share *= 1 - Fraction(events, at_risk)
        curve[float(at)] = share
    return curve


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=60))
def test_kaplan_meier_equals_its_definition(waits: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier((wait for wait, _ in waits), (is_open for _, is_open in waits))
    expected = product_limit(waits)
    assert [step.at_s for step in curve] == list(expected)
    assert [step.unanswered for step in curve] == pytest.approx([float(s) for s in expected.values()])
    assert all(0 <= step.low <= step.unanswered <= step.high <= 1 for step in curve)


def test_tally_lets_open_conversations_wait_until_the_end() -> None:
    tally = Tally(within=(), hours=ALWAYS_OPEN)
    for response in (Response(0, 30), Response(0, None), Response(50, None), Response(90, None)):
        tally.add(response)
    assert tally.curve(until_s=80) == kaplan_meier([30, 80, 30, 0], [False, True, True, True])


def test_tally_reckons_a_response_in_hours_of_its_own() -> None:
    tally = Tally(within=(), hours=ALWAYS_OPEN)
    tally.add(Response(FRIDAY, FRIDAY + 3600), hours=OFFICE)
    assert (tally.figures().median_s, tally.figures().service_median_s) == (3600.0, 900.0)


def test_parse_within() -> None:
    assert parse_within("15m,1h,12h") == (("15m", 900.0), ("1h", 3600.0), ("12h", 43_200.0))
    assert parse_within(" 90s , 2d") == (("90s", 90.0), ("2d", 172_800.0))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The limit '' is not a number with s, m, h or d, such as 15m or 12h."),
        ("15m,", "The limit '' is not a number with s, m, h or d, such as 15m or 12h."),
        ("15", "The limit '15' is not a number with s, m, h or d, such as 15m or 12h."),
        ("1.5h", "The limit '1.5h' is not a number with s, m, h or d, such as 15m or 12h."),
        ("0m", "The limit '0m' is not a number with s, m, h or d, such as 15m or 12h."),
        ("٣m", "The limit '٣m' is not a number with s, m, h or d, such as 15m or 12h."),
        ("1h,1h", "The limit '1h' is given twice."),
    ],
)
def test_parse_within_refuses(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        parse_within(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("moment", "zone", "week"),
    [
        ("2026-03-29T22:30:00+00:00", "Europe/Berlin", "2026-W14"),  # Monday 00:30 in Berlin
        ("2026-03-29T22:30:00+00:00", "UTC", "2026-W13"),
        ("2027-01-03T12:00:00+00:00", "Europe/Berlin", "2026-W53"),
        ("2024-12-30T12:00:00+00:00", "Europe/Berlin", "2025-W01"),
    ],
)
def test_iso_week(moment: str, zone: str, week: str) -> None:
    assert iso_week(datetime.fromisoformat(moment).timestamp(), zone) == week


def test_a_curve_ends_where_too_few_are_left_to_observe() -> None:
    waits = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    told = survival(waits, [False, False, True, True, True, False])
    assert told.until_s == 20.0
    assert [step.at_s for step in told.steps] == [10.0, 20.0]
    assert survival(waits[:4], [False] * 4) == Survival([], 0.0)
