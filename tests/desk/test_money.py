"""What calls cost: counted once a day, charged to conversations, and stopped before a budget is overrun."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum

from resonanz.desk import money
from resonanz.desk.models import Budget, Charged, Conversation, Reservation
from resonanz.desk.money import ChannelPurse, month_of, next_month, on_account_of, settle_lost
from resonanz.networks import Charge, Temporary
from tests.cast import Desk

pytestmark = pytest.mark.django_db(transaction=True)
READ, POST = 5_000, 15_000


def allow(desk: Desk, most: int | None) -> ChannelPurse:
    Budget.objects.update_or_create(channel=desk.channel, defaults={"most": most})
    return ChannelPurse(desk.channel.pk)


def test_what_was_set_aside_becomes_what_it_cost(desk: Desk) -> None:
    purse = allow(desk, None)
    number = purse.reserve("mentions", 100 * READ)
    assert Budget.objects.get().reserved == 100 * READ
    purse.settle(number, [Charge("post_read", READ, ("7", "8"))])
    budget = Budget.objects.get()
    assert (budget.spent, budget.reserved) == (2 * READ, 0)
    assert not Reservation.objects.exists()
    assert set(Charged.objects.values_list("native_id", "amount")) == {("7", READ), ("8", READ)}


def test_the_same_thing_costs_once_a_day(desk: Desk) -> None:
    purse = allow(desk, None)
    with time_machine.travel(datetime(2026, 11, 22, 23, 50, tzinfo=UTC)) as clock:
        for _ in range(2):
            purse.settle(purse.reserve("mentions", READ), [Charge("post_read", READ, ("7", "7"))])
        assert Budget.objects.get().spent == READ
        clock.shift(timedelta(minutes=20))
        purse.settle(purse.reserve("mentions", READ), [Charge("post_read", READ, ("7",))])
    assert Budget.objects.get().spent == 2 * READ


def test_things_without_a_name_are_counted(desk: Desk) -> None:
    purse = allow(desk, None)
    purse.settle(purse.reserve("search", 50_000), [Charge("count", 5_000, count=3), Charge("none", 9)])
    assert Charged.objects.get().amount == 15_000
    assert Budget.objects.get().spent == 15_000


def test_a_call_without_an_answer_stays_spent(desk: Desk) -> None:
    purse = allow(desk, None)
    purse.settle(purse.reserve("post", POST), None)
    assert (Budget.objects.get().spent, Charged.objects.get().what) == (POST, money.UNKNOWN)


def test_a_call_that_is_settled_twice_costs_once(desk: Desk) -> None:
    purse = allow(desk, None)
    number = purse.reserve("post", POST)
    for _ in range(2):
        purse.settle(number, [Charge("post", POST, ("9",))])
    assert Budget.objects.get().spent == POST


def test_what_matters_least_stops_first(desk: Desk) -> None:
    """Of 100 cents, 20 are closed to searches and 10 to look-ups; what is said to us gets the last one."""
    purse = allow(desk, 1_000_000)
    purse.settle(purse.reserve("post", 800_000), [Charge("post", 800_000, ("1",))])
    with pytest.raises(Temporary) as refused:
        purse.reserve("search", 1)
    assert refused.value.code == "budget_spent"
    assert refused.value.retry_at is not None
    assert refused.value.retry_at.day == 1
    purse.settle(purse.reserve("look_up", 100_000), [Charge("post_read", 100_000, ("2",))])
    with pytest.raises(Temporary):
        purse.reserve("look_up", 1)
    purse.reserve("mentions", 100_000)
    with pytest.raises(Temporary):
        purse.reserve("mentions", 1)
    assert Budget.objects.get().stopped_at is not None


def test_nothing_is_stopped_where_a_smaller_call_is_still_paid(desk: Desk) -> None:
    purse = allow(desk, 100 * READ)
    purse.settle(purse.reserve("mentions", 50 * READ), [Charge("post_read", 50 * READ, ("1",))])
    with pytest.raises(Temporary):
        purse.reserve("mentions", 100 * READ, least=5 * READ)
    assert Budget.objects.get().stopped_at is None
    purse.settle(purse.reserve("mentions", 46 * READ), [Charge("post_read", 46 * READ, ("2",))])
    with pytest.raises(Temporary):
        purse.reserve("mentions", 5 * READ, least=5 * READ)
    assert Budget.objects.get().stopped_at is not None


def test_a_new_month_has_a_new_budget(desk: Desk) -> None:
    purse = allow(desk, 10_000)
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) as clock:
        open_call = purse.reserve("mentions", 4_000)
        purse.settle(purse.reserve("mentions", 6_000), [Charge("post_read", 6_000, ("1",))])
        with pytest.raises(Temporary) as refused:
            purse.reserve("mentions", 1)
        assert refused.value.retry_at == datetime(2026, 12, 1, tzinfo=UTC)
        clock.shift(timedelta(minutes=2))
        purse.reserve("mentions", 5_000)
        purse.settle(open_call, [Charge("post_read", 4_000, ("2",))])
    budget = Budget.objects.get()
    assert (budget.month, budget.spent, budget.reserved, budget.stopped_at) == (202612, 4_000, 5_000, None)


def test_months_end_where_years_do() -> None:
    assert next_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 12, 31, 23, tzinfo=UTC)) == 202612


def test_what_is_spent_for_a_conversation_is_known(desk: Desk, case: Conversation) -> None:
    purse = allow(desk, None)
    with on_account_of(case.pk):
        number = purse.reserve("post", POST)
    purse.settle(number, [Charge("post", POST, ("9",))])
    purse.settle(purse.reserve("mentions", READ), [Charge("post_read", READ, ("8",))])
    assert Charged.objects.get(conversation=case).amount == POST


def test_the_call_of_a_worker_that_died_counts_as_made(desk: Desk) -> None:
    purse = allow(desk, 1_000_000)
    purse.reserve("post", POST)
    now = datetime.now(UTC)
    assert settle_lost(now) == 0
    assert settle_lost(now + timedelta(hours=2)) == 1
    budget = Budget.objects.get()
    assert (budget.spent, budget.reserved, Charged.objects.get().what) == (POST, 0, money.UNKNOWN)


def test_ten_thousand_posts_never_overrun_the_budget(desk: Desk) -> None:
    """Four workers read pages of a hundred until nothing is left; each page costs what the network says."""
    budget = 7_777_777
    purse = allow(desk, budget)
    pages = [range(at, at + 100) for at in range(0, 10_000, 100)]
    dice, lock = Random(7), threading.Lock()
    stopped: list[str] = []

    def work() -> None:
        while True:
            with lock:
                if not pages:
                    break
                page = pages.pop(dice.randrange(len(pages)))
            try:
                number = purse.reserve("mentions", 100 * READ)
            except Temporary as error:
                stopped.append(error.code)
                continue
            purse.settle(number, [Charge("post_read", READ, tuple(map(str, page)))])
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = Budget.objects.get().spent
    assert budget - 4 * 100 * READ < spent <= budget
    assert set(stopped) == {"budget_spent"}
    assert len(stopped) == 100 - spent // (100 * READ)
    assert Charged.objects.aggregate(all=Sum("amount"))["all"] == spent
