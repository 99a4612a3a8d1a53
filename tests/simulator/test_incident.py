"""The wave of an incident: many voices, one matter, and a few other matters in between."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from resonanz.query import fold
from resonanz.simulator import SimulatorSettings, wave
from resonanz.simulator.content import length
from resonanz.simulator.incident import Incident
from resonanz.simulator.network import Simulator
from resonanz.simulator.people import COMPANY
from resonanz.simulator.wave_words import UNLIKE
from resonanz.simulator.world import Words
from tests.simulator.running import running_simulator

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def test_five_hundred_voices_and_forty_others_in_an_hour() -> None:
    asked = wave(1)
    assert (len(asked), sum(one.equal for one in asked)) == (540, 500)
    assert len({one.text for one in asked}) == len({one.handle for one in asked}) == 540
    assert asked == tuple(sorted(asked, key=lambda one: one.after_s))
    assert (asked[0].after_s > 0, asked[-1].after_s < 3600) == (True, True)
    assert {(one.voice, one.text) for one in asked if not one.equal} == set(UNLIKE)
    assert max(length(f"@{COMPANY} {one.text}") for one in asked) < 500
    voices = Counter(one.voice for one in asked if one.equal)
    assert (voices["du"] > voices["sie"] > voices["en"] > 25) is True


def test_the_wave_breaks_early_and_runs_out() -> None:
    quarters = Counter(int(one.after_s // 900) for one in wave(1) if one.equal)
    assert (quarters[0] > 150, quarters[0] > quarters[2] > quarters[3] > 0) == (True, True)


def test_the_same_seed_is_the_same_wave() -> None:
    assert wave(7, equal=50, unlike=5) == wave(7, equal=50, unlike=5)
    assert wave(7, equal=50, unlike=5) != wave(8, equal=50, unlike=5)


def test_the_others_share_words_with_the_many() -> None:
    common = Counter(word for one in wave(1) if one.equal for word in set(fold(one.text)))
    frequent = {word for word, count in common.items() if count >= 5 and len(word) > 2}
    assert all(frequent & set(fold(text)) for _, text in UNLIKE)


@pytest.mark.parametrize("wrong", [{"equal": -1}, {"equal": 2001}, {"unlike": 41}, {"minutes": 0}])
def test_waves_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a wave has 0 to 2000 equal and 0 to 40 unlike questions"):
        wave(1, **wrong)
    with pytest.raises(ValueError, match="a wave has 0 to 2000 equal"):
        SimulatorSettings(base_url="http://localhost:1", equal_count=-1)


def settings(**more: float) -> SimulatorSettings:
    base: dict[str, object] = {"base_url": "http://localhost:1", "scenario": "incident", "seed": 3}
    return SimulatorSettings(**base | {"equal_count": 30, "unlike_count": 4} | more)  # type: ignore[arg-type]


def test_the_wave_is_said_on_the_network_and_goes_on_after_a_restart() -> None:
    world = Simulator(settings(equal_count=0, unlike_count=0)).world
    now = START
    world.clock = lambda: now
    play = Incident(world, settings(speed=2.0))
    assert play.play(now) == timedelta(seconds=2)
    play.begin(now)
    while now < START + timedelta(minutes=15):
        now += max(play.play(now), timedelta(milliseconds=1))
    said = len(world.memory.statuses)
    again = Incident(world, settings(speed=2.0))
    again.resume(play.state(), away=timedelta(hours=8))
    now += timedelta(hours=8)
    while len(world.memory.statuses) < 34:
        now += max(again.play(now), timedelta(milliseconds=1))
    assert 0 < said < 34
    assert START + timedelta(hours=8) < now <= START + timedelta(hours=8, minutes=31)
    assert again.play(now) == timedelta(seconds=1)
    expected = [f"@{COMPANY} {one.text}" for one in wave(3, equal=30, unlike=4)]
    stored = sorted(world.memory.statuses.values(), key=lambda s: int(s.id))
    assert [status.text for status in stored] == expected
    assert {status.language for status in stored} == {"de", "en"}


def test_nobody_answers_back() -> None:
    simulator = Simulator(settings())
    world = simulator.world
    now = datetime.now(UTC)
    world.clock = lambda: now + timedelta(hours=1)
    simulator.scenario.play(now + timedelta(hours=1, minutes=5))
    company = world.account_named(COMPANY)
    assert company is not None
    first = next(iter(world.memory.statuses.values()))
    asker = world.memory.accounts[first.account_id]
    answer = Words(text=f"@{asker.acct} Wir sind dran, bitte per PN!", in_reply_to_id=first.id)
    world.post(company, answer)
    simulator.scenario.play(now + timedelta(hours=3))
    assert len(world.memory.statuses) == 35


def test_somebody_who_is_there_already_asks_too() -> None:
    world = Simulator(settings()).world
    world.clock = lambda: START
    for _ in range(2):
        play = Incident(world, settings())
        play.begin(START - timedelta(hours=2))
        play.play(START)
    assert len(world.memory.statuses) == 68
    assert len({s.account_id for s in world.memory.statuses.values()}) == 34


def test_the_incident_runs_on_a_server() -> None:
    with running_simulator(
        scenario="incident", speed=100_000, equal_count=20, unlike_count=3, wave_minutes=10
    ) as running:
        until = datetime.now(UTC) + timedelta(seconds=10)
        while len(running.state()["statuses"]) < 23 and datetime.now(UTC) < until:
            continue
        assert len(running.state()["statuses"]) == 23
