"""The care day, played on a clock that the test turns."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from resonanz.simulator.careday import CASES
from resonanz.simulator.content import length
from resonanz.simulator.network import Simulator
from resonanz.simulator.people import COMPANY, PEOPLE
from resonanz.simulator.scenario import Scenario
from resonanz.simulator.settings import SimulatorSettings
from resonanz.simulator.world import Words, World

if TYPE_CHECKING:
    from resonanz.simulator.records import Status

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Play:
    """A care day on a turned clock; no server."""

    def __init__(self, *, seed: int = 1, speed: float = 1.0) -> None:
        self.now = START
        settings = SimulatorSettings(base_url="http://localhost:1", seed=seed, scenario="none")
        self.world: World = Simulator(settings).world
        self.world.clock = lambda: self.now
        self.scenario = Scenario(self.world, seed=seed, speed=speed)
        self.world.heard = self.scenario.heard
        self.scenario.begin(START)

    def run(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now = min(self.now + timedelta(seconds=1), end)
            self.scenario.play(self.now)

    def statuses(self) -> list[Status]:
        return sorted(self.world.memory.statuses.values(), key=lambda s: int(s.id))

    def by(self, acct: str) -> list[Status]:
        account = self.world.account_named(acct)
        assert account is not None
        return [s for s in self.statuses() if s.account_id == account.id]

    def answer(self, status: Status, text: str, *, visibility: str = "public") -> Status:
        company = self.world.account_named(COMPANY)
        assert company is not None
        customer = self.world.memory.accounts[status.account_id]
        words = Words(text=f"@{customer.acct} {text}", visibility=visibility, in_reply_to_id=status.id)
        return self.world.post(company, words)


def test_the_cast_is_large_and_speaks_within_the_limit() -> None:
    slots = {
        "order": "NH-48213",
        "city": "Flensburg",
        "days": "fünf",
        "model": "Strand 812",
        "weekday": "Donnerstag",
    }
    slots |= {"hilft": "@nordlicht_hilft", "werkstatt": "@nordlicht_werkstatt"}
    said = [text for case in CASES for text in (*case.texts, *case.answers, case.details)]
    assert max(length(text.format(**slots)) for text in said) in range(450, 501)
    assert (len(CASES) >= 40, len([p for p in PEOPLE if not p.company]) >= 30) == (True, True)
    assert {case.who for case in CASES} <= {p.acct for p in PEOPLE}


def test_eight_conversations_exist_before_anybody_looks() -> None:
    play = Play()
    ages = [round((START - s.created_at).total_seconds() / 60) for s in play.statuses()]
    assert ages == [190, 178, 130, 121, 55, 50, 38, 27, 16, 8, 2]
    assert [s.visibility for s in play.statuses()].count("direct") == 1
    assert [n.created_at for n in play.world.memory.notifications.values()] == [
        s.created_at for s in play.statuses() if s.mentions
    ]


def test_two_of_them_are_answered_and_nobody_says_more_there() -> None:
    play = Play()
    answers = play.by(COMPANY)[:2]
    asked = [play.world.memory.statuses[s.in_reply_to_id or ""] for s in answers]
    assert [s.account_id for s in asked] == [named for s in answers for named in s.mentions]
    play.run(120)
    assert [s for s in play.statuses() if s.in_reply_to_id in {a.id for a in answers}] == []


def matters(play: Play) -> list[Status]:
    """What begins a thread, from the start on."""
    return [s for s in play.statuses() if s.in_reply_to_id is None and s.created_at > START]


def test_new_matters_come_briskly_and_then_slowly_and_never_end() -> None:
    play = Play()
    play.run(6 * 3600)
    pauses = [
        (b.created_at - START, (b.created_at - a.created_at).total_seconds())
        for a, b in pairwise(matters(play))
    ]
    brisk = [pause for at, pause in pauses if at < timedelta(minutes=10)]
    calm = [pause for at, pause in pauses if at > timedelta(minutes=15)]
    assert 8 <= len(brisk) <= 18
    assert sorted(brisk)[-2] <= 71
    assert max(brisk) <= 142  # one post between two was deleted
    assert 80 <= len(calm) <= 150
    texts = [s.text for s in play.statuses()]
    assert len(set(texts)) > 0.9 * len(texts)


def test_the_same_seed_tells_the_same_day() -> None:
    def told(seed: int) -> list[tuple[str, datetime]]:
        play = Play(seed=seed)
        play.run(600)
        return [(s.text, s.created_at) for s in play.statuses()]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_speed_shortens_the_pauses() -> None:
    quick, usual = Play(speed=10), Play()
    for play in (quick, usual):
        play.run(120)
    assert len(matters(quick)) >= 12
    assert len(matters(usual)) <= 4


def test_an_answer_is_thanked_for_in_the_thread() -> None:
    play = Play()
    asked = play.by("renate_holl")[0]
    ours = play.answer(asked, "Das geben wir gern weiter!")
    play.run(4)
    assert len(play.by("renate_holl")) == 1
    play.run(17)
    thanks = play.by("renate_holl")[1]
    assert (thanks.text, thanks.in_reply_to_id, thanks.visibility) == (
        f"@{COMPANY} Das freut mich. Weiter so!",
        ours.id,
        "public",
    )
    play.answer(thanks, "Bis bald!")
    play.run(30)
    assert len(play.by("renate_holl")) == 2


@pytest.mark.parametrize(
    "question", ["Schicken Sie uns bitte die Bestellnummer.", "Gern per Direktnachricht!"]
)
def test_details_are_given_in_private_when_asked_for(question: str) -> None:
    play = Play()
    ours = play.answer(play.by("frauke_m")[0], question)
    play.run(21)
    details = play.by("frauke_m")[1]
    assert (
        details.visibility,
        details.in_reply_to_id,
        details.text.startswith(f"@{COMPANY} Bestellnummer NH-"),
    ) == (
        "direct",
        ours.id,
        True,
    )
    play.answer(details, "Morgen ist es da.", visibility="direct")
    play.run(21)
    assert [s.visibility for s in play.by("frauke_m")] == ["public", "direct", "direct"]


def test_second_thoughts() -> None:
    play = Play()
    play.run(40 * 60)
    (edited,) = [s for s in play.statuses() if s.edited_at]
    assert edited.edited_at is not None
    assert (edited.text.count("falsche Farbe"), edited.edits[0].text.count("besellt")) == (1, 1)
    assert 59 <= (edited.edited_at - edited.created_at).total_seconds() <= 62
    assert play.by("g_seidel") == []
    assert [s.text.count("Altgerät") for s in play.by("familie_brodersen")][:2] == [1, 1]
    joined = [s for s in play.by("svenja_imzug") if s.in_reply_to_id]
    assert [s.root_id for s in joined] == [play.by("tobi_ausm_norden")[0].id]


def test_the_day_goes_on_where_it_stopped() -> None:
    whole, halved = Play(), Play()
    whole.run(600)
    halved.run(300)
    state = json.loads(json.dumps(halved.scenario.state(), default=datetime.isoformat))
    state["began_at"] = datetime.fromisoformat(state["began_at"])
    state["due"] = [step | {"at": datetime.fromisoformat(step["at"])} for step in state["due"]]
    again = Scenario(halved.world, seed=1, speed=1)
    again.resume(state, away=timedelta())
    halved.scenario = again
    halved.world.heard = again.heard
    halved.run(300)
    assert [asdict(s) for s in halved.statuses()] == [asdict(s) for s in whole.statuses()]


def test_a_fresh_private_message_belongs_to_the_latest_talk() -> None:
    play = Play()
    company, customer = play.world.account_named(COMPANY), play.world.account_named("renate_holl")
    assert company is not None
    assert customer is not None
    play.world.post(company, Words(text="@renate_holl Danke für das Lob!", visibility="direct"))
    play.world.post(company, Words(text="@dr_a_lindqvist Guten Tag!", visibility="direct"))
    play.run(21)
    assert [s.visibility for s in play.by("renate_holl")] == ["public", "direct"]
    assert play.by("dr_a_lindqvist") == []


def test_people_who_only_joined_in_say_no_more() -> None:
    play = Play()
    play.run(90)
    joined = play.by("kfz_meister_ulf")[0]
    play.answer(joined, "Danke fürs Helfen!")
    play.run(21)
    assert len(play.by("kfz_meister_ulf")) == 1


def test_nobody_answers_what_is_gone() -> None:
    play = Play()
    ours = play.answer(play.by("renate_holl")[0], "Danke!")
    company = play.world.memory.accounts[ours.account_id]
    play.world.delete(company, ours.id)
    play.run(21)
    assert len(play.by("renate_holl")) == 1


def test_a_plan_for_somebody_who_left_the_cast_is_forgotten() -> None:
    play = Play()
    plan = {"do": "say", "who": "left_the_cast", "words": {"text": "x"}, "at": START}
    play.scenario.resume(play.scenario.state() | {"due": [plan]}, away=timedelta(hours=9))
    before = len(play.statuses())
    play.now = START + timedelta(hours=10)
    assert play.scenario.play(play.now) == timedelta(seconds=1)
    assert len(play.statuses()) == before


def begun(play: Play, acct: str) -> Status:
    """Run until somebody has spoken; return the first that he said."""
    while not play.by(acct):
        play.run(30)
    return play.by(acct)[0]


def test_a_private_reply_is_taken_as_an_invitation() -> None:
    play = Play()
    asked = play.by("frauke_m")[0]
    ours = play.answer(asked, "Hier sind wir unter uns.", visibility="direct")
    play.run(21)
    details = play.by("frauke_m")[1]
    assert (details.visibility, details.in_reply_to_id, details.root_id) == ("direct", ours.id, asked.id)
    assert details.text.count("Bestellnummer") == 1


def test_what_was_said_in_public_is_deleted_when_asked() -> None:
    play = Play()
    asked = begun(play, "bernd_hartwig")
    assert asked.text.count("0151 5550 2277") == 1
    ours = play.answer(asked, "Bitte löschen Sie Ihren Beitrag, da steht Ihre Nummer drin.")
    play.run(21)
    (said,) = play.by("bernd_hartwig")
    assert (said.in_reply_to_id, said.text.endswith("Ist gelöscht.")) == (ours.id, True)
    assert asked.id not in play.world.memory.statuses
    play.answer(said, "Danke! Schon gelöscht, perfekt.")
    play.run(21)
    assert [s.text for s in play.by("bernd_hartwig")][1:] == [
        f"@{COMPANY} Gut, dann warte ich auf den Anruf."
    ]


def test_deleting_and_going_private_are_asked_for_together() -> None:
    play = Play()
    asked = begun(play, "bernd_hartwig")
    play.answer(asked, "Hier privat weiter? Und bitte den Beitrag oben löschen.", visibility="direct")
    play.run(21)
    (details,) = play.by("bernd_hartwig")
    assert (details.visibility, details.text.count("Bernd Hartwig, Telefon")) == ("direct", 1)


def test_a_customer_comes_back() -> None:
    play = Play()
    first = begun(play, "margit_w")
    play.answer(first, "Bitte einmal das Sieb säubern.")
    play.run(1000)
    again = play.by("margit_w")[2]
    assert (again.root_id == first.root_id, again.text.count("Leider noch einmal ich")) == (False, 1)


def test_danger_is_among_the_matters() -> None:
    assert begun(Play(), "tine_ohlsen").text.count("steckt allein im Aufzug") == 1


def machines(play: Play, acct: str, turns: int) -> int:
    """Answer a machine as a machine; return how often it spoke."""
    last = begun(play, acct)
    for _ in range(turns):
        play.answer(last, "Danke für Ihre Nachricht, wir melden uns.")
        play.run(4)
        last = play.by(acct)[-1]
    return len(play.by(acct))


def test_another_desk_and_a_bot_answer_at_once_and_every_time() -> None:
    assert machines(Play(), "paketfuchs_service", 3) == 4
    assert machines(Play(), "preisradar_bot", 2) == 3


def test_two_machines_do_not_talk_for_ever() -> None:
    assert machines(Play(), "paketfuchs_service", 25) == 20
