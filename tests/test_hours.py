"""Business hours: literal nights and holidays, and laws that hold for any hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonanz.hours import (
    ALWAYS_OPEN,
    BusinessHours,
    add_service_s,
    add_service_time,
    is_open,
    next_opening,
    service_s_between,
    service_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE_DAY = ((540, 720), (780, 1020))  # 9 to 12 and 13 to 17
OFFICE = BusinessHours(zone="Europe/Berlin", periods=(OFFICE_DAY,) * 5 + ((), ()), country="DE")
COLOGNE = BusinessHours(
    zone="Europe/Berlin", periods=(OFFICE_DAY,) * 5 + ((), ()), country="DE", subdivision="NW"
)
CAPITAL = BusinessHours(
    zone="Europe/Berlin", periods=(OFFICE_DAY,) * 5 + ((), ()), country="DE", subdivision="BE"
)
EXAMPLES = [OFFICE, COLOGNE, ALWAYS_OPEN]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def night(begins: int, ends: int, zone: str = "Europe/Berlin") -> BusinessHours:
    return BusinessHours(zone=zone, periods=(((begins, ends),),) * 7)


def open_on(hours: BusinessHours, day: str, zone: ZoneInfo = BERLIN) -> timedelta:
    begins = at(f"{day}T00:00", zone)
    return service_time_between(hours, begins, begins + timedelta(days=1))


def test_due_time_after_a_weekend() -> None:
    due = add_service_time(OFFICE, at("2026-11-20T16:45"), timedelta(minutes=31))
    assert due == at("2026-11-23T09:16")
    assert due.tzinfo is UTC


def test_due_time_after_the_lunch_break() -> None:
    assert add_service_time(OFFICE, at("2026-11-18T11:50"), timedelta(minutes=15)) == at("2026-11-18T13:05")
    assert add_service_time(OFFICE, at("2026-11-18T12:30"), timedelta(minutes=15)) == at("2026-11-18T13:15")


def test_due_time_is_the_first_instant_with_that_much_service() -> None:
    assert add_service_time(OFFICE, at("2026-11-20T16:45"), timedelta(minutes=15)) == at("2026-11-20T17:00")
    assert add_service_time(OFFICE, at("2026-11-21T10:00"), timedelta(0)) == at("2026-11-21T10:00")


def test_service_time_leaves_out_lunch_nights_and_weekend() -> None:
    passed = service_time_between(OFFICE, at("2026-11-20T11:00"), at("2026-11-23T13:30"))
    assert passed == timedelta(hours=1 + 4 + 3, minutes=30)


@pytest.mark.parametrize(
    ("begins", "ends", "spring_hours", "autumn_hours"),
    [
        (60, 240, 2.0, 4.0),  # 01:00-04:00 across the change
        (120, 180, 0.0, 2.0),  # the hour itself is missing, or comes twice
        (150, 240, 1.0, 2.5),  # 02:30 is the change, or its first occurrence
        (60, 150, 1.0, 1.5),
        (0, 1440, 23.0, 25.0),
    ],
)
def test_change_nights(begins: int, ends: int, spring_hours: float, autumn_hours: float) -> None:
    hours = night(begins, ends)
    assert open_on(hours, "2026-03-29") == timedelta(hours=spring_hours)
    assert open_on(hours, "2026-10-25") == timedelta(hours=autumn_hours)
    assert open_on(hours, "2026-03-30") == timedelta(minutes=ends - begins)


def test_due_time_across_the_change_nights() -> None:
    shift = night(60, 240)
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, half an hour before the jump
    assert add_service_time(shift, spring, timedelta(hours=1)) == at("2026-03-29T03:30")
    autumn = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 01:30 in summer time
    assert add_service_time(shift, autumn, timedelta(hours=3)) == at("2026-10-25T03:30")


def test_a_boundary_that_does_not_exist_is_the_change() -> None:
    assert next_opening(night(150, 240), at("2026-03-29T01:00")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_neighbouring_periods_stay_neighbours_when_their_boundary_comes_twice() -> None:
    halves = BusinessHours(zone="Europe/Berlin", periods=(((60, 150), (150, 240)),) * 7)
    assert open_on(halves, "2026-10-25") == timedelta(hours=4)


def test_a_whole_missing_day_is_empty() -> None:
    apia = ZoneInfo("Pacific/Apia")  # which left out 30 December 2011 to change sides of the date line
    hours = night(600, 720, "Pacific/Apia")
    assert service_time_between(hours, at("2011-12-29T00:00", apia), at("2012-01-01T00:00", apia)) == (
        timedelta(hours=4)
    )


def test_public_holidays_of_the_state_only() -> None:
    corpus_christi = "2026-06-04"
    assert open_on(COLOGNE, corpus_christi) == timedelta(0)
    assert open_on(CAPITAL, corpus_christi) == timedelta(hours=7)
    assert open_on(OFFICE, corpus_christi) == timedelta(hours=7)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25"])
def test_public_holidays_of_the_country(day: str) -> None:
    assert [open_on(hours, day) for hours in (OFFICE, COLOGNE, CAPITAL)] == [timedelta(0)] * 3


def test_extra_closed_day() -> None:
    outing = BusinessHours(
        zone="Europe/Berlin", periods=(OFFICE_DAY,) * 7, closed_on=frozenset({date(2026, 7, 3)})
    )
    assert next_opening(outing, at("2026-07-02T18:00")) == at("2026-07-04T09:00")


def test_a_team_that_starts_years_later_is_due_then() -> None:
    """Closed for longer than one stretch of the cache."""
    first = date(2024, 1, 1)
    closed = frozenset(first + timedelta(days=n) for n in range(2 * 366))
    newcomers = BusinessHours(zone="Europe/Berlin", periods=(OFFICE_DAY,) * 7, closed_on=closed)
    assert add_service_time(newcomers, at("2024-01-01T10:00"), timedelta(hours=1)) == at("2026-01-02T10:00")
    assert service_time_between(newcomers, at("2024-01-01T10:00"), at("2026-01-02T10:00")) == (
        timedelta(hours=1)
    )


def test_the_seam_between_two_stretches_of_the_cache() -> None:
    seam = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=56 * 365)
    assert seam == datetime(2025, 12, 18, tzinfo=UTC)
    assert add_service_time(OFFICE, seam, timedelta(hours=1)) == at("2025-12-18T10:00")
    assert add_service_time(OFFICE, at("2025-12-17T16:30"), timedelta(hours=1)) == at("2025-12-18T09:30")


def test_open_from_the_first_minute_until_before_the_last() -> None:
    moments = ["08:59", "09:00", "11:59", "12:00", "13:00", "16:59", "17:00"]
    assert [is_open(OFFICE, at(f"2026-11-18T{moment}")) for moment in moments] == [
        False, True, True, False, True, True, False,
    ]  # fmt: skip


def test_next_opening_is_now_while_open() -> None:
    assert next_opening(OFFICE, at("2026-11-18T10:00")) == at("2026-11-18T10:00")
    assert next_opening(OFFICE, at("2026-12-24T17:00")) == at("2026-12-28T09:00")


def test_until_midnight_and_on() -> None:
    late = BusinessHours(zone="Europe/Berlin", periods=(((0, 120), (1320, 1440)),) * 7)
    assert add_service_time(late, at("2026-11-18T23:00"), timedelta(hours=2)) == at("2026-11-19T01:00")


def test_seconds_since_1970_agree_with_datetimes() -> None:
    start, end = at("2026-11-20T16:45:00.250000"), at("2026-11-23T09:16:00.250000")
    assert add_service_s(OFFICE, start.timestamp(), 1860.0) == end.timestamp()
    assert service_s_between(OFFICE, start.timestamp(), end.timestamp()) == 1860.0


def test_always_open_is_calendar_time() -> None:
    start = datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert add_service_time(ALWAYS_OPEN, start, timedelta(days=1000)) == start + timedelta(days=1000)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"periods": ((),) * 7}, "These business hours are never open: no day of the week has a period."),
        ({"periods": (((0, 60),),) * 6}, "Business hours need seven days, Monday first, not 6."),
        (
            {"periods": (((0, 60), (30, 90)),) + ((),) * 6},
            "The periods ((0, 60), (30, 90)) must run forwards, within 0 to 1440, without overlap.",
        ),
        (
            {"periods": (((1320, 360),),) * 7},
            "The periods ((1320, 360),) must run forwards, within 0 to 1440, without overlap.",
        ),
        (
            {"periods": (((0, 1441),),) * 7},
            "The periods ((0, 1441),) must run forwards, within 0 to 1440, without overlap.",
        ),
        (
            {"zone": "Europe/Nowhere"},
            "There is no time zone 'Europe/Nowhere'; an example is 'Europe/Berlin'.",
        ),
        ({"zone": "../Berlin"}, "There is no time zone '../Berlin'; an example is 'Europe/Berlin'."),
        ({"country": "XX"}, "No public holidays are known for 'XX'."),
        ({"country": "DE", "subdivision": "ZZ"}, "No public holidays are known for 'DE ZZ'."),
        ({"subdivision": "NW"}, "The subdivision 'NW' needs its country."),
    ],
)
def test_impossible_hours_are_refused(changes: dict[str, object], sentence: str) -> None:
    values: dict[str, object] = {"zone": "Europe/Berlin", "periods": (OFFICE_DAY,) * 7} | changes
    with pytest.raises(ValueError, match=r".+") as caught:
        BusinessHours(**values)  # type: ignore[arg-type]
    assert str(caught.value) == sentence


def test_what_cannot_be_reckoned_is_refused() -> None:
    start = at("2026-11-18T10:00")
    with pytest.raises(ValueError, match="cannot be negative"):
        add_service_time(OFFICE, start, timedelta(seconds=-1))
    with pytest.raises(ValueError, match="need an aware time"):
        is_open(OFFICE, start.replace(tzinfo=None))
    with pytest.raises(ValueError, match="from 1900 to 2100 only"):
        add_service_time(ALWAYS_OPEN, start, timedelta(days=60_000))


unhurried = settings(deadline=None)  # the first example in a year computes its intervals
moments = st.integers(1_700_000_000_000_000, 1_830_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
durations = st.integers(1, 90 * 86_400_000_000).map(lambda us: timedelta(microseconds=us))
examples = st.sampled_from([*EXAMPLES, night(150, 1440), night(60, 240, "America/Santiago")])


@unhurried
@given(examples, moments, durations)
def test_service_time_between_start_and_due_is_the_duration(
    hours: BusinessHours, start: datetime, duration: timedelta
) -> None:
    due = add_service_time(hours, start, duration)
    assert service_time_between(hours, start, due) == duration
    assert service_time_between(hours, start, due - timedelta(microseconds=1)) < duration


@unhurried
@given(examples, moments, moments, durations)
def test_who_comes_later_is_due_later(
    hours: BusinessHours, one: datetime, other: datetime, duration: timedelta
) -> None:
    first, second = sorted([one, other])
    assert add_service_time(hours, first, duration) <= add_service_time(hours, second, duration)


@unhurried
@given(examples, moments, moments, moments)
def test_service_times_add_up(hours: BusinessHours, a: datetime, b: datetime, c: datetime) -> None:
    parts = service_time_between(hours, a, b) + service_time_between(hours, b, c)
    assert parts == service_time_between(hours, a, c)
    assert service_time_between(hours, a, b) == -service_time_between(hours, b, a)


@unhurried
@given(st.sampled_from(EXAMPLES), st.integers(0, 24 * 400))
def test_open_means_that_the_local_clock_stands_in_a_period(hours: BusinessHours, hour: int) -> None:
    moment = datetime(2026, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
    local = moment.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    in_period = any(begins <= minute < ends for begins, ends in hours.periods[local.weekday()])
    midnight = local.replace(hour=0, minute=0)
    closed = hours.country != "" and service_time_between(
        hours, midnight, midnight + timedelta(days=1)
    ) == timedelta(0)
    assert is_open(hours, moment) == (in_period and not closed)
