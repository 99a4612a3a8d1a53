"""Targets, due times, the order of the queue, and stamps that may be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from resonanz.hours import BusinessHours
from resonanz.sla import (
    DELIVERY_GRACE,
    Target,
    first_response_due,
    honest_stamp,
    next_response_due,
    queue_key,
    standing,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(zone="Europe/Berlin", periods=(((540, 1020),),) * 5 + ((), ()))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_due_in_service_hours() -> None:
    target = Target(
        first_response=timedelta(minutes=31), next_response=timedelta(hours=2), service_hours=True
    )
    friday = datetime(2026, 11, 20, 16, 45, tzinfo=BERLIN)
    assert first_response_due(target, OFFICE, friday) == datetime(2026, 11, 23, 9, 16, tzinfo=BERLIN)
    assert next_response_due(target, OFFICE, friday) == datetime(2026, 11, 23, 10, 45, tzinfo=BERLIN)


def test_due_in_calendar_time_across_the_spring_change() -> None:
    target = Target(first_response=timedelta(hours=12), next_response=timedelta(hours=1), service_hours=False)
    evening = datetime(2026, 3, 28, 20, tzinfo=BERLIN)
    assert first_response_due(target, OFFICE, evening) == datetime(2026, 3, 29, 9, tzinfo=BERLIN)
    assert next_response_due(target, OFFICE, evening) == datetime(2026, 3, 28, 21, tzinfo=BERLIN)


def test_no_target_no_due_time() -> None:
    target = Target(first_response=None, next_response=None, service_hours=True)
    assert first_response_due(target, OFFICE, NOON) is None
    assert next_response_due(target, OFFICE, NOON) is None


@pytest.mark.parametrize("limit", [timedelta(0), -SECOND])
def test_a_target_of_nothing_is_refused(limit: timedelta) -> None:
    with pytest.raises(ValueError, match="A target must be longer than nothing"):
        Target(first_response=timedelta(hours=1), next_response=limit, service_hours=False)


@pytest.mark.parametrize(
    ("left", "word"),
    [
        (timedelta(minutes=15) + SECOND, "calm"),
        (timedelta(minutes=15), "soon"),
        (timedelta(0), "soon"),
        (-SECOND, "late"),
    ],
)
def test_standing(left: timedelta, word: str) -> None:
    assert standing(NOON + left, NOON) == word


def test_standing_without_due_time_and_with_another_warning() -> None:
    assert standing(None, NOON) == "calm"
    assert standing(NOON + timedelta(hours=1), NOON, soon=timedelta(hours=2)) == "soon"


def test_standing_across_the_autumn_change() -> None:
    now = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN)  # the first 02:50
    due = datetime(2026, 10, 25, 2, 55, tzinfo=BERLIN, fold=1)  # an hour and five minutes later
    assert standing(due, now) == "calm"


def test_queue_takes_the_earliest_due_first_and_no_due_time_last() -> None:
    rows = [(None, 1), (NOON, 4), (NOON + SECOND, 2), (NOON, 3), (None, 0)]
    assert sorted(rows, key=lambda row: queue_key(*row)) == [
        (NOON, 3), (NOON, 4), (NOON + SECOND, 2), (None, 0), (None, 1),
    ]  # fmt: skip


READ = NOON - timedelta(hours=1)


def test_an_ordinary_stamp_is_the_networks() -> None:
    assert honest_stamp(NOON - SECOND, NOON, READ, backfill=False) == (NOON - SECOND, "network")
    assert honest_stamp(NOON, NOON, READ, backfill=False) == (NOON, "network")


def test_a_stamp_of_the_future_counts_as_heard() -> None:
    assert honest_stamp(NOON + SECOND, NOON, READ, backfill=False) == (NOON, "heard")
    assert honest_stamp(NOON + SECOND, NOON, None, backfill=True) == (NOON, "heard")


def test_a_stamp_before_the_last_complete_read_counts_from_that_read() -> None:
    limit = READ - DELIVERY_GRACE
    assert honest_stamp(limit, NOON, READ, backfill=False) == (limit, "network")
    assert honest_stamp(limit - SECOND, NOON, READ, backfill=False) == (READ, "read")
    assert honest_stamp(limit - SECOND, NOON, NOON + SECOND, backfill=False) == (NOON, "read")


def test_a_backfill_or_a_first_read_believes_old_stamps() -> None:
    long_ago = NOON - timedelta(days=400)
    assert honest_stamp(long_ago, NOON, READ, backfill=True) == (long_ago, "network")
    assert honest_stamp(long_ago, NOON, None, backfill=False) == (long_ago, "network")


def test_stamps_are_compared_as_instants() -> None:
    posted = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)  # later than the first 02:50
    heard = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN)
    stamp, source = honest_stamp(posted, heard, None, backfill=False)
    assert (stamp, source) == (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), "heard")


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="needs an aware time"):
        standing(NOON.replace(tzinfo=None), NOON)
