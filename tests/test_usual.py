"""What is usual at an hour, and when a count rings: worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from resonanz.usual import (
    Flow,
    Level,
    Mark,
    Point,
    Window,
    comparable,
    ending,
    has_fallen,
    in_ms,
    looked_back,
    rings,
    usual,
    usual_within,
    windows,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=BERLIN)  # a Wednesday
LONG_AGO = NOON - timedelta(days=365)


def hour_until(moment: datetime) -> Window:
    return Window(moment - HOUR, moment)


def test_working_days_are_compared_with_working_days_and_weekends_with_weekends() -> None:
    found = [window.until.strftime("%a %d") for window in comparable(hour_until(NOON), LONG_AGO)]
    assert found == "Tue 17,Mon 16,Fri 13,Thu 12,Wed 11,Tue 10,Mon 09,Fri 06,Thu 05,Wed 04".split(",")
    saturday = hour_until(NOON + timedelta(days=3))
    found = [window.until.strftime("%a %d") for window in comparable(saturday, LONG_AGO)]
    assert found == ["Sun 15", "Sat 14", "Sun 08", "Sat 07"]


def test_the_same_hour_is_meant_by_the_clock_on_the_wall() -> None:
    after = datetime(2026, 10, 27, 12, 0, tzinfo=BERLIN)  # summer time ended on the 25th
    found = comparable(hour_until(after), LONG_AGO)
    assert {window.until.hour for window in found} == {12}
    assert [window.until.astimezone(UTC).hour for window in found] == [11, *[10] * 9]
    assert {window.until.astimezone(UTC) - window.since.astimezone(UTC) for window in found} == {HOUR}


def test_a_span_is_elapsed_time_across_the_change_of_clocks() -> None:
    after = datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN)
    assert ending(after, 2 * HOUR).since.astimezone(UTC).hour == 0
    ends = [window.until for window in windows(after, HOUR, over=3 * HOUR, step=HOUR)]
    assert [end.astimezone(UTC).hour for end in ends] == [23, 0, 1, 2]


def test_what_lies_before_the_first_post_is_not_taken_for_silence() -> None:
    known = NOON - timedelta(days=2) - HOUR
    assert len(comparable(hour_until(NOON), known)) == 2
    assert len(comparable(hour_until(NOON), known + timedelta(seconds=1))) == 1


def test_the_usual_is_the_mean_of_enough_windows() -> None:
    assert usual([4, 0, 2]) == 2
    assert usual([4, 0]) is None
    assert usual_within(lambda window: window.until.day, hour_until(NOON), LONG_AGO) == pytest.approx(10.3)


@pytest.mark.parametrize(
    ("mark", "normal", "threshold"),
    [
        (Mark(20), None, 20),
        (Mark(20), 100.0, 20),
        (Mark(5, 3.0), 4.0, 12),
        (Mark(5, 3.0), 1.0, 5),  # three instead of one does not ring
        (Mark(5, 3.0), None, 5),
    ],
)
def test_the_larger_of_floor_and_times_counts(mark: Mark, normal: float | None, threshold: float) -> None:
    assert mark.threshold(normal) == threshold


def test_a_flow_counts_what_falls_into_a_window_and_not_its_end() -> None:
    flow = Flow([in_ms(moment) for moment in (NOON - HOUR, NOON - HOUR / 2, NOON)])
    assert [flow.within(hour_until(NOON)), flow.within(hour_until(NOON + HOUR))] == [2, 1]


def test_a_level_counts_what_lasts_at_the_end() -> None:
    level = Level([in_ms(NOON - 3 * HOUR), in_ms(NOON - 2 * HOUR)], [in_ms(NOON - HOUR)])
    ends = [NOON - 4 * HOUR, NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR, NOON]
    assert [level.within(hour_until(end)) for end in ends] == [0, 1, 2, 1, 1]


def test_it_is_over_a_fifth_below() -> None:
    assert [has_fallen(count, 10) for count in (10, 9, 8, 7)] == [False, False, False, True]
    assert [has_fallen(count, 1) for count in (1, 0)] == [False, True]


def test_it_rings_once_until_it_was_over() -> None:
    counts = [0, 10, 9, 10, 8, 7, 9, 10, 0]
    points = [Point(NOON + number * HOUR, count, 10) for number, count in enumerate(counts)]
    assert [point.at for point in rings(points)] == [NOON + HOUR, NOON + 7 * HOUR]


def test_the_past_is_looked_at_as_the_alarm_would_have_done() -> None:
    every_day = [NOON - timedelta(days=day, minutes=30) for day in range(20, 0, -1) for _ in range(2)]
    storm = [NOON - timedelta(minutes=minute) for minute in range(8, 0, -1)]
    flow = Flow([in_ms(moment) for moment in every_day + storm])
    over = windows(NOON, HOUR, over=timedelta(days=1), step=timedelta(hours=12))
    assert [window.until for window in over] == [NOON - timedelta(days=1), NOON - 12 * HOUR, NOON]
    seen = list(looked_back(flow, Mark(5, 3.0), over, LONG_AGO))
    assert [(point.count, point.threshold) for point in seen] == [(2, 6), (0, 5), (8, 6)]
    assert rings(seen) == [seen[2]]
    plain = list(looked_back(flow, Mark(2), over, LONG_AGO))
    assert [(point.count, point.threshold) for point in plain] == [(2, 2), (0, 2), (8, 2)]
    assert rings(iter(plain)) == [plain[0], plain[2]]
