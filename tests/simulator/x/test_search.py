"""Queries of the simulated X: what they find, and which ones are not allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.x.conftest import CUSTOMER, DESK, Caller

if TYPE_CHECKING:
    from tests.simulator.running import Steered


@pytest.fixture
def told(x: Steered) -> dict[str, str]:
    """Posts by a letter each."""
    a = x.say(CUSTOMER, f"@{DESK} Mein Kühlschrank ist kaputt 😤 https://laden.example/Kasse #Küche $NL")[
        "id"
    ]
    b = x.say("oezlem_k", "Kuhlschrank läuft. Alles gut!", language="en", picture="coffee")["id"]
    c = x.say("mika_sand", "Bei mir auch kaputt", in_reply_to=a)["id"]
    d = x.say(CUSTOMER, "Seht euch das an", quotes=b)["id"]
    return {a: "a", b: "b", c: "c", d: "d"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kaputt", "ca"),
        ("kuhlschrank", "ba"),
        ("kaputt kühlschrank", "a"),
        ("kaputt OR gut", "cba"),
        ("gut OR kaputt kühlschrank", "ba"),
        ("(gut OR kaputt) -kühlschrank", "c"),
        ('"ist kaputt"', "a"),
        ('-"ist kaputt" kaputt', "c"),
        ("😤", "a"),
        ("from:frauke_m", "da"),
        ("to:frauke_m kaputt", "c"),
        ("to:oezlem_k kaputt", ""),
        ("@nordlicht_hilft", "ca"),
        ("#küche", "a"),
        ("$NL", "a"),
        ("kaputt is:reply", "c"),
        ("seht is:quote", "d"),
        ("kaputt is:retweet", ""),
        ("kaputt -is:nullcast", "ca"),
        ("kaputt is:verified", "ca"),
        ("kuhlschrank lang:en", "b"),
        ("kaputt has:links", "a"),
        ("kaputt has:mentions", "ca"),
        ("kaputt has:hashtags", "a"),
        ("kaputt has:cashtags", "a"),
        ("gut has:images", "b"),
        ("gut has:media", "b"),
        ("gut has:video_link", ""),
        ("gut has:geo", ""),
        ('url:"laden.example"', "a"),
        ("url:https://laden.example", "a"),
        ("https://laden.example/Kasse", "a"),
        ('url:"x.com/oezlem_k/status"', "d"),
        ("nichts", ""),
    ],
)
def test_found(told: dict[str, str], desk: Caller, query: str, found: str) -> None:
    answer = desk.get("/2/tweets/search/recent", query=query)
    assert "".join(told[p["id"]] for p in answer.get("data", [])) == found


def test_found_by_what_it_belongs_to(told: dict[str, str], desk: Caller) -> None:
    a, b, c, d = told
    for query, found in (
        (f"conversation_id:{a}", [c, a]),
        (f"in_reply_to_tweet_id:{a}", [c]),
        (f"quotes_of_tweet_id:{b}", [d]),
        (f"retweets_of_tweet_id:{b}", []),
    ):
        answer = desk.get("/2/tweets/search/recent", query=query)
        assert [p["id"] for p in answer.get("data", [])] == found


@pytest.mark.parametrize(
    "query",
    [
        "",
        "a" * 513,
        "is:reply",
        "-kaputt",
        "-(a OR b)",
        "a OR",
        "OR a",
        "(a",
        "a)",
        "()",
        "min_faves:3 a",
        "sample:5 a",
    ],
)
def test_queries_that_are_not_allowed(desk: Caller, query: str) -> None:
    assert desk.refused("GET", "/2/tweets/search/recent", params={"query": query})[0] == 400


def test_only_seven_days_are_searched(told: dict[str, str], desk: Caller) -> None:
    desk.http.post("/_sim/clock", json={"forward_s": 7 * 86_400 + 60})
    assert desk.get("/2/tweets/search/recent", query="kaputt") == {"meta": {"result_count": 0}}
