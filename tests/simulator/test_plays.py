"""Plays on networks that they were not written for: the same people, matters and answers on all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.simulator import SimulatorSettings
from resonanz.simulator.campaign import LIKES, NEWS, REPOSTS, UNDER, campaign
from resonanz.simulator.course import Course, Deed
from resonanz.simulator.network import Simulator
from resonanz.simulator.part import Answered, Endpoint
from resonanz.simulator.people import COMPANY
from resonanz.simulator.plays import play_of
from resonanz.simulator.records import Account
from resonanz.simulator.stage import Stage
from resonanz.simulator.storm import ANGRY, storm
from resonanz.simulator.world import Rejected, Words
from resonanz.simulator.x import create_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from resonanz.simulator.plays import Play
    from resonanz.simulator.x.network import Network

BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Time:
    """A clock that is put."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


class Played:
    """A play on a simulated X, without any server."""

    def __init__(self, scenario: str, **settings: Any) -> None:
        self.settings = SimulatorSettings(
            base_url="http://localhost", networks=("x",), scenario=scenario, **settings
        )
        self.time = Time()
        self.part: Network = create_part(self.settings, self.time)
        self.stage = Stage(self.part, self.time)
        self.play: Play = play_of(self.settings, self.stage)
        self.stage.heard = self.play.heard
        if scenario != "none":
            self.play.begin(self.time.now)

    def until(self, minutes: float) -> None:
        """Let time pass, a few seconds at a time."""
        end = BEGAN + timedelta(minutes=minutes)
        while self.time.now < end:
            self.stage.listen()
            self.play.play(self.time.now)
            self.time.now += timedelta(seconds=5)

    def answer(self, post: dict[str, Any], text: str, *, private: bool = False) -> None:
        order = {
            "handle": COMPANY,
            "text": text,
            "in_reply_to": post["id"],
            "private": private,
            "to": post["handle"],
        }
        self.part.say(order)


def test_the_care_day_begins_with_what_was_before() -> None:
    played = Played("careday")
    posts = played.part.posts()
    assert len(posts) == 11
    assert all(datetime.fromisoformat(p["posted_at"]) < BEGAN for p in posts)
    assert {p["handle"] for p in posts if p["text"].startswith("Moin! Heute")} == {COMPANY}
    assert all("nordlicht_werkstatt" not in p["text"] for p in posts)


def test_customers_take_answers_and_give_details_in_private() -> None:
    played = Played("careday")
    asked = next(p for p in played.part.posts() if "Bestellung" in p["text"] or "Paket" in p["text"])
    played.answer(asked, "Gern! Schicken Sie uns die Bestellnummer bitte als Direktnachricht.")
    played.until(2)
    back = [p for p in played.part.posts() if p["handle"] == asked["handle"] and p["id"] != asked["id"]]
    assert [p["private"] for p in back if p["private"]] == [True]
    details = next(p for p in back if p["private"])
    assert not details["text"].startswith("@")
    played.answer(details, "Danke, wir sehen nach.", private=True)
    before = len(played.part.posts())
    played.until(4)
    assert len(played.part.posts()) >= before


def test_it_goes_on_where_it_stopped() -> None:
    played = Played("careday")
    played.until(5)
    state, saved = played.play.state(), played.part.saved()
    later = Played("none")
    later.part.restore(saved)
    later.stage = Stage(later.part, later.time)
    play = play_of(played.settings, later.stage)
    play.resume(state, away=timedelta(hours=3))
    told = len(later.part.posts())
    later.time.now = played.time.now + timedelta(hours=3, minutes=5)
    play.play(later.time.now)
    assert len(later.part.posts()) > told


def test_a_campaign_is_liked_passed_on_and_asked_about() -> None:
    played = Played("campaign", speed=10)
    played.until(40)
    posts = played.part.posts()
    news = next(p for p in posts if p["text"] == NEWS)
    assert (news["handle"], news["likes"]) == (COMPANY, LIKES)
    assert Counter(p["reposts"] == news["id"] for p in posts)[True] == REPOSTS
    assert len([p for p in posts if p["in_reply_to"] == news["id"]]) == len(UNDER)
    assert campaign(1) == campaign(1) != campaign(2)


def test_a_storm_has_a_source_that_is_passed_on() -> None:
    played = Played("storm", equal_count=30, unlike_count=10, wave_minutes=20)
    played.until(22)
    posts = played.part.posts()
    source = next(p for p in posts if p["text"] == ANGRY)
    kinds = Counter("repost" if p["reposts"] else "under" if p["in_reply_to"] else "say" for p in posts)
    assert kinds == {"say": 41, "under": 8, "repost": 20}
    assert {p["reposts"] for p in posts if p["reposts"]} == {source["id"]}
    assert "@" not in source["text"]
    whole = storm(1, equal=30, unlike=10, minutes=20)
    assert [d.after_s for d in whole] == sorted(d.after_s for d in whole)


def test_an_incident_is_played_too() -> None:
    played = Played("incident", equal_count=20, unlike_count=5, wave_minutes=10)
    played.until(11)
    assert len(played.part.posts()) == 25


def test_the_same_plays_run_on_mastodon() -> None:
    for scenario, expected in (("campaign", 1 + len(UNDER)), ("storm", 1 + 8 + 12)):
        sim = Simulator(
            SimulatorSettings(
                base_url="http://localhost",
                scenario=scenario,
                speed=100_000,
                equal_count=10,
                unlike_count=2,
                wave_minutes=10,
            )
        )
        sim.scenario.play(sim.clock() + timedelta(minutes=1))
        assert len(sim.truth()["statuses"]) == expected
        first = sim.truth()["statuses"][0]
        assert len(first["boosts"]) == (REPOSTS if scenario == "campaign" else 6)
        sim.stop()  # nothing runs yet: nothing to end


def test_a_course_rests_and_goes_on() -> None:
    played = Played("none")
    deeds = [
        Deed(after_s=0, kind="source", handle="kunde", name="Kunde", text="Hallo"),
        Deed(after_s=600, kind="under", handle="andere", name="Andere", text="Auch hallo"),
        Deed(after_s=601, kind="like", handle="dritte", name="Dritte"),
        Deed(after_s=602, kind="say", handle="vierte", name="Vierte", text=" "),
    ]
    course = Course(played.stage, deeds, 1.0)
    assert course.play(BEGAN) == timedelta(seconds=2)
    course.begin(BEGAN)
    assert course.play(BEGAN + timedelta(seconds=3)) == timedelta(seconds=599)
    other = Course(played.stage, deeds, 1.0)
    other.resume(course.state(), away=timedelta(hours=1))
    assert other.play(BEGAN + timedelta(hours=2)) == timedelta(seconds=1)
    assert [p["text"] for p in played.part.posts()] == ["Hallo", "@kunde Auch hallo"]
    assert played.part.posts()[0]["likes"] == 1


# a network that takes little


class Narrow:
    """A part that takes short texts only and knows neither likes nor edits."""

    name = "narrow"
    routes: Sequence[BaseRoute] = ()
    endpoints: Sequence[Endpoint] = ()

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def say(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if not 0 < len(order["text"]) <= 241:
            raise ValueError("too long")
        post = {"id": str(len(self.said)), "handle": order["handle"], "text": order["text"], "private": False}
        self.said.append(post | {"in_reply_to": order["in_reply_to"], "posted_at": BEGAN.isoformat()})
        return self.said[-1]

    def edit(self, order: Mapping[str, Any]) -> dict[str, Any]:
        raise ValueError("no edits here")

    def delete(self, order: Mapping[str, Any]) -> None:
        raise ValueError("nothing is deleted here")

    def people(self) -> list[dict[str, str]]:
        return [{"handle": "hilft.narrow.example", "name": "Nordlicht Haushalt", "token": "t"}]

    def posts(self) -> list[dict[str, Any]]:
        return self.said

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        return Answered(int(kind), {"kind": kind, "seconds": seconds})

    def saved(self) -> dict[str, Any]:
        return {}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Remember nothing."""


def test_a_care_day_on_a_network_that_takes_little() -> None:
    part, time = Narrow(), Time()
    stage = Stage(part, time)
    settings = SimulatorSettings(base_url="http://localhost", scenario="careday")
    play = play_of(settings, stage)
    stage.add_account(Account(id="1", handle="gregor_p", name="Gregor Pawlak", created_at=BEGAN))
    with pytest.raises(Rejected, match="Record not found"):
        play.begin(BEGAN)
    assert [one["handle"] for one in part.said] == ["gregor_p", "hilft.narrow.example"]


def test_a_matter_that_a_network_does_not_take_is_left_out() -> None:
    played = Played("none")
    say = played.part.say
    refused: list[str] = []

    def choosy(order: Mapping[str, Any]) -> dict[str, Any]:
        if order["private"]:
            refused.append(order["handle"])
            raise ValueError("no private words from strangers")
        return say(order)

    played.part.say = choosy  # type: ignore[method-assign]
    play = play_of(SimulatorSettings(base_url="http://localhost", scenario="careday"), played.stage)
    play.begin(BEGAN)
    assert (len(refused), len(played.part.posts())) == (1, 10)


def test_what_a_network_does_not_take_people_leave_or_shorten() -> None:
    part = Narrow()
    stage = Stage(part, lambda: BEGAN)
    company = stage.account_named(COMPANY)
    assert company is not None
    assert stage.account_named("@hilft.narrow.example") is company
    asker = stage.add_account(Account(id="1", handle="kunde", name="Kunde", created_at=BEGAN))
    status = stage.post(asker, Words(text=f"@{COMPANY} " + "lang " * 80))
    assert (part.said[0]["text"][:22], len(part.said[0]["text"])) == ("@hilft.narrow.example ", 241)
    assert status.mentions == [COMPANY]
    with pytest.raises(Rejected):
        stage.post(asker, Words(text=""))
    with pytest.raises(Rejected):
        stage.edit(asker, status.id, Words(text="x"))
    with pytest.raises(Rejected):
        stage.delete(asker, status.id)
    stage.react(asker, status.id, "favourites", on=True)
    heard: list[str] = []
    stage.heard = lambda s: heard.append(s.text)
    part.said.append(
        {"id": "9", "handle": "fremd", "text": "Hallo", "private": False, "in_reply_to": "", "posted_at": ""}
    )
    part.say({"handle": "hilft.narrow.example", "text": "Danke", "in_reply_to": status.id})
    stage.listen()
    stage.listen()
    assert heard == ["Danke"]


def test_reacting_to_what_is_gone() -> None:
    played = Played("none")
    person = played.stage.account_named("frauke_m")
    assert person is not None
    with pytest.raises(Rejected):
        played.stage.react(person, "77", "boosts", on=True)
