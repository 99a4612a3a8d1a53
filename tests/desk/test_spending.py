"""What channels have cost, as leads and the shell see it, and what a budget changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from resonanz.desk import spending
from resonanz.desk.commands import run
from resonanz.desk.models import (
    Budget,
    Channel,
    Charged,
    Conversation,
    Delivery,
    Notice,
    NoticeKind,
    Outcome,
    Sighting,
)
from resonanz.desk.money import ChannelPurse, on_account_of
from resonanz.desk.tidy import forget_charges
from resonanz.networks import NETWORKS, Charge, Row, Temporary
from tests import fake as network
from tests.cast import Desk
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _metered(fake: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, metered=True))
    assert NETWORKS["mastodon"] == Row("tests.fake")


def spend(desk: Desk, call: str, *charges: Charge) -> None:
    purse = ChannelPurse(desk.channel.pk)
    purse.settle(purse.reserve(call, 1_000_000), charges)


def test_today_this_month_and_what_is_to_come(desk: Desk) -> None:
    with time_machine.travel(NOON - timedelta(days=3)) as clock:
        spend(desk, "mentions", Charge("post_read", 1_000_000, ("1", "2")))
        clock.move_to(NOON)
        spend(desk, "post", Charge("post_with_link", 200_000, ("3",)))
        cost = spending.costs([desk.channel])[0]
    assert (cost.today, cost.month, cost.budget) == (0.2, 2.2, None)
    assert cost.by_call == {"mentions": 2.0, "post": 0.2}
    # 2.2 dollars in six and a half days, and nineteen and a half days are left
    assert cost.forecast == pytest.approx(2.2 + 2.2 / 6.5 * 19.5, abs=0.01)


def test_a_call_on_its_way_counts(desk: Desk) -> None:
    ChannelPurse(desk.channel.pk).reserve("post", 15_000)
    assert spending.costs([desk.channel])[0].month == 0.015


def test_last_months_money_is_not_this_months(desk: Desk) -> None:
    with time_machine.travel(datetime(2026, 10, 31, 12, tzinfo=UTC)) as clock:
        spend(desk, "mentions", Charge("post_read", 1_000_000, ("1",)))
        clock.move_to(datetime(2026, 11, 1, 12, tzinfo=UTC))
        cost = spending.costs([desk.channel])[0]
    assert (cost.month, cost.by_call) == (0.0, {})


def test_who_takes_no_money_costs_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, metered=False))
    assert spending.costs([desk.channel]) == []
    archive = Channel(network="archive", brand=desk.brand)
    assert not spending.is_metered(archive)


def test_a_conversation_costs_what_was_said_and_what_was_read(
    desk: Desk, case: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    native_id = Sighting.objects.get(mention__conversation=case).native_id
    spend(desk, "mentions", Charge("post_read", 5_000, (native_id, "another")))
    purse = ChannelPurse(desk.channel.pk)
    with on_account_of(case.pk):
        number = purse.reserve("post", 15_000)
    purse.settle(number, [Charge("post", 15_000, ("9",))])
    assert spending.cost_of(case) == 0.02
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, metered=False))
    assert spending.cost_of(case) is None


def test_a_larger_budget_lets_everything_that_waited_go_on(desk: Desk, case: Conversation) -> None:
    spending.allow(desk.channel, 0.01, by=desk.clara)
    with pytest.raises(Temporary):
        ChannelPurse(desk.channel.pk).reserve("post", 15_000)
    far = datetime.now(UTC) + timedelta(days=9)
    Channel.objects.filter(pk=desk.channel.pk).update(error_code="budget_spent", next_poll_at=far)
    waiting = Delivery.objects.create(
        channel=desk.channel,
        conversation=case,
        agent=desk.anna,
        text="Moment",
        audience=3,
        planned_at=far,
        due_at=far,
        error_code="budget_spent",
    )
    assert spending.costs([desk.channel])[0].stopped_at is not None
    spending.allow(desk.channel, 20, by=desk.clara)
    now = datetime.now(UTC)
    waiting.refresh_from_db()
    assert waiting.state == Outcome.PLANNED
    assert waiting.due_at is not None
    assert waiting.due_at <= now
    polled = Channel.objects.get(pk=desk.channel.pk).next_poll_at
    assert polled is not None
    assert polled <= now
    cost = spending.costs([desk.channel])[0]
    assert (cost.budget, cost.stopped_at) == (20.0, None)


def test_only_leads_set_sensible_budgets(desk: Desk) -> None:
    with pytest.raises(PermissionError):
        spending.allow(desk.channel, 5, by=desk.anna)
    with pytest.raises(ValueError, match="between 0 and a million"):
        spending.allow(desk.channel, -1, by=desk.clara)
    assert not Budget.objects.exists()


def test_leads_hear_once_a_month_that_most_is_spent(desk: Desk) -> None:
    spending.allow(desk.channel, 10, by=desk.clara)
    assert not spending.tell_next()
    spend(desk, "post", Charge("post", 8_000_000, ("1",)))
    assert spending.tell_next()
    assert not spending.tell_next()
    told = Notice.objects.filter(kind=NoticeKind.BUDGET).values_list("agent__username", flat=True)
    assert set(told) == {"clara", "olga"}


def test_what_is_long_paid_is_forgotten(desk: Desk) -> None:
    with time_machine.travel(NOON):
        spend(desk, "post", Charge("post", 15_000, ("1",)))
        assert forget_charges(NOON + timedelta(days=39)) == 0
    assert forget_charges(NOON + timedelta(days=41)) == 1
    assert not Charged.objects.exists()


def test_the_shell_says_what_it_cost(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    spending.allow(desk.channel, 0.5, by=desk.clara)
    with time_machine.travel(NOON):
        purse = ChannelPurse(desk.channel.pk)
        purse.settle(purse.reserve("mentions", 5_000), [Charge("post_read", 5_000, ("1",))])
        assert run(["cost", "--json"]) == 0
        row = json.loads(capsys.readouterr().out)
        with pytest.raises(Temporary):
            purse.reserve("mentions", 12_000_000)
        assert run(["cost"]) == 0
    said = capsys.readouterr().out
    assert row["channel"] == f"mastodon @{desk.channel.handle}"
    assert (row["today"], row["month"], row["budget"]) == (0.005, 0.005, 0.5)
    assert row["by_call"] == {"mentions": 0.005}
    assert "$0.50 allowed" in said
    assert "STOPPED" in said


def test_the_shell_says_that_nothing_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost"]) == 0
    assert "No account" in capsys.readouterr().out
