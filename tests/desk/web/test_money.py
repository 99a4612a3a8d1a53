"""The money of an account on its pages: today, this month, the budget, the dearest conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from resonanz.desk import wording_money
from resonanz.desk.models import Agent, Budget, Channel, Conversation, Event, Notice, NoticeKind
from resonanz.desk.money import ChannelPurse, on_account_of
from resonanz.desk.spending import Cost
from resonanz.networks import Charge, Temporary
from tests import fake as network
from tests.cast import OTTO, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _metered(fake: World, monkeypatch: pytest.MonkeyPatch) -> None:
    priced = replace(network.CAPABILITIES, metered=True, link_price=200_000)
    monkeypatch.setattr(network, "CAPABILITIES", priced)


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(agent)
    return browser


def page_of(desk: Desk) -> str:
    return f"/settings/channels/{desk.channel.pk}/money/"


def spend(desk: Desk, call: str, charge: Charge, talk: Conversation | None = None) -> None:
    purse = ChannelPurse(desk.channel.pk)
    with on_account_of(None if talk is None else talk.pk):
        purse.settle(purse.reserve(call, charge.each * max(len(charge.ids), charge.count)), [charge])


def test_the_prices_stand_there_with_their_day_and_a_beginner_is_asked_for_a_limit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices, since = (("send_link", 200_000), ("tea", 3_000)), date(2026, 4, 20)
    listed = replace(network.CAPABILITIES, prices=prices, prices_since=since)
    monkeypatch.setattr(network, "CAPABILITIES", listed)
    answer = client_of(desk.clara).get(page_of(desk))
    assert answer.context["prices"] == [("a post or answer with a link", "$0.20"), ("tea", "$0.003")]
    page = answer.content.decode()
    assert "What Fake takes for each call, as of 20. April 2026" in page
    assert ("begins to cost now" in page, "<figure" in page) == (True, False)
    spend(desk, "mentions", Charge("post_read", 5_000, ("1",)))
    page = client_of(desk.clara).get(page_of(desk)).content.decode()
    assert ("begins to cost now" in page, "<figure" in page) == (False, True)


def test_what_was_spent_and_the_dearest_conversations(desk: Desk) -> None:
    with time_machine.travel(NOON):
        ada, otto = said("1", "Wo?"), said("2", "Und meins?", OTTO)
        hear(desk.channel, ada, otto)
        spend(desk, "mentions", Charge("post_read", 5_000, ("1", "2", *map(str, range(10, 18)))))
        spend(desk, "send", Charge("post_with_link", 199_000, ("9",)), conversation_of(otto))
        answer = client_of(desk.clara).get(page_of(desk))
    assert answer.context["headline"] == "$0.25 spent this month, and no limit is set"
    assert answer.context["calls"] == [("answers and posts", "$0.20"), ("what is said to us", "$0.050")]
    dearest = [(talk.customer.name, amount) for talk, amount in answer.context["dearest"]]
    assert dearest == [("Otto Traut", "$0.20"), ("Ada Lamm", "$0.005")]
    assert answer.context["picture_words"] == "Most was spent on 18. November: $0.25."
    assert answer.content.decode().count("<rect class") == 1


@pytest.mark.parametrize(
    ("month", "forecast", "words"),
    [
        (2.0, 8.0, "$2.00 of $10.00 spent this month; the budget lasts"),
        (2.0, 11.0, "At this pace the budget ends before the month: $2.00 of $10.00 are spent"),
        (10.0, 11.0, "The budget is spent: $10.00 of $10.00"),
    ],
)
def test_whether_the_budget_lasts_is_said_first(
    desk: Desk, month: float, forecast: float, words: str
) -> None:
    cost = Cost(
        channel=desk.channel,
        today=0.0,
        month=month,
        forecast=forecast,
        budget=10.0,
        by_call={},
        stopped_at=None,
    )
    with translation.override("en"):
        assert wording_money.headline(cost) == words


def test_a_budget_is_set_and_told_live(desk: Desk) -> None:
    browser = client_of(desk.clara)
    assert browser.post(page_of(desk), {"budget": "12.50"})["Location"] == page_of(desk)
    assert Budget.objects.get().most == 12_500_000
    assert Event.objects.filter(kind="budget").count() == 1
    browser.post(page_of(desk), {"budget": ""})
    assert Budget.objects.get().most is None


@pytest.mark.parametrize("typed", ["-1", "a lot", "2000000"])
def test_a_budget_that_cannot_be_is_said_beside_it(desk: Desk, typed: str) -> None:
    answer = client_of(desk.clara).post(page_of(desk), {"budget": typed})
    assert (answer.status_code, Budget.objects.count()) == (422, 0)
    assert answer.context["form"].errors["budget"]


def test_what_is_stopped_is_said_with_why_and_until_when(desk: Desk) -> None:
    with time_machine.travel(NOON):
        browser = client_of(desk.clara)
        browser.post(page_of(desk), {"budget": "1"})
        spend(desk, "mentions", Charge("post_read", 850_000, ("1",)))
        with pytest.raises(Temporary):
            ChannelPurse(desk.channel.pk).reserve("search", 1)
        page = browser.get(page_of(desk))
        assert page.context["headline"] == "The budget is running out: $0.85 of $1.00 are spent"
        assert page.context["stopped"].startswith("Stopped: saved queries, live connection,")
        assert "It goes on by itself on 1. December" in page.content.decode()
        spend(desk, "mentions", Charge("post_read", 150_000, ("2",)))
        page = browser.get(page_of(desk))
        assert page.context["headline"] == "The budget is spent: $1.00 of $1.00"
        assert page.context["stopped"].startswith("Nothing is read and nothing is sent")


def test_agents_and_networks_without_a_price_have_no_such_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client_of(desk.anna).get(page_of(desk)).status_code == 403
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, metered=False))
    assert client_of(desk.clara).get(page_of(desk)).status_code == 404
    assert client_of(desk.clara).get("/settings/money/")["Location"] == "/settings/channels/"


def test_the_bell_leads_to_the_account_whose_money_is_shortest(desk: Desk) -> None:
    with time_machine.travel(NOON):
        Budget.objects.create(channel=desk.channel, most=1_000_000, month=202611)
        Notice.objects.create(agent=desk.clara, kind=NoticeKind.BUDGET, at=NOON)
        browser = client_of(desk.clara)
        first = browser.post("/bell/", {"kind": "budget"})
        assert browser.get(first["Location"])["Location"] == page_of(desk)


def test_the_list_of_channels_says_it_in_a_line(desk: Desk) -> None:
    Channel.objects.update(error_code="budget_spent")
    page = client_of(desk.clara).get("/settings/channels/").content.decode()
    assert "$0.00 spent this month, and no limit is set" in page
    assert "The budget of this month is spent, so nothing is read or sent." in page


def test_a_lead_sees_what_a_conversation_has_cost_an_agent_does_not(desk: Desk) -> None:
    ada = said("1", "Wo?")
    hear(desk.channel, ada)
    spend(desk, "send", Charge("post", 15_000, ("9",)), conversation_of(ada))
    path = f"/c/{conversation_of(ada).pk}/"
    assert "Cost of this conversation so far" in client_of(desk.clara).get(path).content.decode()
    assert "Cost of this conversation so far" not in client_of(desk.anna).get(path).content.decode()


def test_a_link_is_told_to_cost_before_it_goes_out(desk: Desk) -> None:
    ada = said("1", "Wo?")
    hear(desk.channel, ada)
    browser, path = client_of(desk.anna), f"/c/{conversation_of(ada).pk}/check"
    dear = "A link makes this post dearer: it costs $0.20 more."
    assert dear in browser.post(path, {"text": "Hier: https://www.example.com/hilfe"}).content.decode()
    assert dear not in browser.post(path, {"text": "Hier ist alles."}).content.decode()
