"""What calls to X cost: set aside before, settled by what came, and never more than there is."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from resonanz.networks import (
    LookUpPosts,
    LookUpProfile,
    Temporary,
    Unclear,
)
from resonanz.networks.x import CAPABILITIES
from tests.networks.scripted import Say
from tests.networks.x_world import (
    ME,
    MENTIONS,
    NOW,
    OWN,
    Wallet,
    answered,
    delivery,
    desk,
    id_at,
    message,
    post,
    running_x,
)

if TYPE_CHECKING:
    pass


# Money -------------------------------------------------------------------------------------------


def test_every_call_is_paid_by_what_came() -> None:
    asked = post(-5, "@nordwind Wann?")
    wallet = Wallet()
    with running_x() as script:
        script.routes |= {
            MENTIONS: Say(answered([asked])),
            "GET /2/dm_events": Say(answered([message(-3, "psst")])),
            "POST /2/tweets": Say({"data": {"id": id_at(1), "text": "a"}}, 201),
        }
        x = desk(script, purse=wallet)
        x.read("")
        assert wallet.spent == 10_000 + 5_000 + 10_000 + 10_000  # we, the mention, Mira, the message
        x.read("")
        assert wallet.spent == 35_000  # the same once a day
        x.send(delivery("Um acht", asked["id"]))
        assert wallet.spent == 45_000
        x.send(delivery("Mehr auf bahn.de", asked["id"]))
        assert wallet.spent == 245_000
        x.send(delivery("Neues"))
        assert wallet.spent == 260_000
    assert wallet.held == {}
    assert [call for call, _ in wallet.calls] == [
        "profile",
        "mentions",
        "timeline",
        "messages",
        "quotes",
        "mentions",
        "timeline",
        "messages",
        "quotes",
        "send",
        "send",
        "send",
    ]
    assert max(most for call, most in wallet.calls if call == "send") == 200_000


def test_every_price_is_told() -> None:
    known = dict(CAPABILITIES.prices)
    assert (known["send_link"], known["post"]) == (200_000, 5_000)
    assert CAPABILITIES.prices_since == date(2026, 4, 20)


def test_owned_lists_are_cheaper() -> None:
    wallet = Wallet()
    with running_x() as script:
        script.routes[OWN] = Say(answered([post(1, "Neu", author=ME)]))
        secret = {"access_token": "t", "owns_app": "yes"}
        desk(script, purse=wallet, secret=secret).read("")
    assert wallet.spent == 10_000 + 1_000


def test_where_money_is_short_less_is_asked_for_and_then_nothing() -> None:
    wallet = Wallet(limit=300_000)
    with running_x() as script:
        script.routes[MENTIONS] = Say(answered([post(1, "@nordwind a")]))
        x = desk(script, purse=wallet)
        x.read("")
        sizes = [dict(query)["max_results"] for query in script.asked("GET", f"/2/users/{ME}/mentions")]
        assert sizes == ["5"]
        wallet.limit = 200_000
        with pytest.raises(Temporary) as spent:
            desk(script, purse=wallet).read("")
    assert spent.value.code == "budget_spent"


def test_ten_thousand_mentions_never_overrun_the_budget() -> None:
    many = [post(number / 60, f"@nordwind {number}", author=f"9{number}") for number in range(10_000)][::-1]
    people = [{"id": one["author_id"], "username": f"u{one['author_id']}"} for one in many]

    def pages(query: dict[str, str]) -> Say:
        begin, count = int(query.get("pagination_token", "0")), int(query["max_results"])
        end = begin + count
        said = answered(many[begin:end], more=str(end) if end < 10_000 else "")
        return Say(said | {"includes": {"users": people[begin:end]}})

    wallet = Wallet(limit=20_000_000)
    with running_x() as script:
        script.routes[MENTIONS] = pages
        x, cursor = desk(script, purse=wallet), '{"x":"","mentions":{"mark":"1"}}'
        read = 0
        with suppress(Temporary):
            while read < 10_000:
                found = x.read(cursor)
                cursor, read = found.cursor, read + len(found.sightings)
                assert wallet.spent <= wallet.limit
        with pytest.raises(Temporary) as spent:
            x.read(cursor)
    assert spent.value.code == "budget_spent"
    assert (read > 1_200, wallet.limit - 5 * 45_000 - 1 < wallet.spent <= wallet.limit) == (True, True)


def test_where_money_is_short_few_are_looked_up_at_once() -> None:
    wallet = Wallet(limit=400_000)
    with running_x() as script:
        script.routes["GET /2/tweets"] = Say(answered([]))
        desk(script, purse=wallet).act(LookUpPosts(tuple(map(str, range(12)))))
        assert [dict(query)["ids"].count(",") for query in script.asked("GET", "/2/tweets")] == [4, 4, 1]
        wallet.limit = 100_000
        with pytest.raises(Temporary):
            desk(script, purse=wallet).act(LookUpPosts(tuple(map(str, range(4)))))


def test_a_budget_that_was_raised_is_noticed_at_once() -> None:
    wallet = Wallet(limit=240_000, again=NOW + timedelta(days=9))
    with running_x() as script:
        script.routes[MENTIONS] = Say(answered([post(1, "@nordwind a")]))
        x = desk(script, purse=wallet)
        cursor = x.read("").cursor
        assert script.asked("GET", f"/2/users/{ME}/tweets") == []
        wallet.limit = 10_000_000
        x.read(cursor)
    assert len(script.asked("GET", f"/2/users/{ME}/tweets")) == 1


def test_a_search_asks_for_no_fewer_than_x_gives() -> None:
    wallet = Wallet(limit=10_000 + 10 * 45_000)
    with running_x() as script:
        script.routes["GET /2/tweets/search/recent"] = Say(answered([]))
        x = desk(script, purse=wallet)
        x.search("toner", "")
        [query] = script.asked("GET", "/2/tweets/search/recent")
        assert dict(query)["max_results"] == "10"
        wallet.limit -= 1
        with pytest.raises(Temporary):
            x.search("toner", "")


def test_pages_that_were_paid_for_are_kept_where_money_ends_on_the_way() -> None:
    first, second = post(2, "@nordwind zwei"), post(1, "@nordwind eins")

    def pages(query: dict[str, str]) -> Say:
        return Say(answered([second]) if query.get("pagination_token") else answered([first], more="p2"))

    wallet = Wallet(limit=240_000)
    with running_x() as script:
        script.routes[MENTIONS] = pages
        x = desk(script, purse=wallet)
        heard = x.read('{"x":"","mentions":{"mark":"1"}}')
        assert ([one.native_id for one in heard.sightings], heard.more) == ([first["id"]], True)
        with pytest.raises(Temporary):
            x.read(heard.cursor)
        wallet.limit = 10_000_000
        rest = x.read(heard.cursor)
    assert ([one.native_id for one in rest.sightings], rest.more) == ([second["id"]], False)


def test_what_failed_costs_nothing_and_what_nobody_knows_stays_spent() -> None:
    wallet = Wallet()
    with running_x() as script:
        x = desk(script, purse=wallet)
        x.act(LookUpProfile())
        script.routes["POST /2/tweets"] = [Say({}, 429), Say({}, 500)]
        for _ in range(2):
            with pytest.raises((Temporary, Unclear)):
                x.send(delivery("a"))
    assert wallet.charged[-2:] == [("send", ()), ("send", None)]
    assert wallet.spent == 10_000 + 15_000


def test_a_message_path_counts_people_and_posts_that_came_along() -> None:
    wallet = Wallet()
    shown = post(-9, "gezeigt")
    with running_x() as script:
        script.routes["GET /2/dm_events"] = Say(answered([message(-3, "psst")], posts=[shown]))
        desk(script, purse=wallet).read("")
    assert wallet.spent == 10_000 + 10_000 + 10_000 + 5_000
