"""A worker is killed at every step of a delivery to each network; the truth is counted on the network's side.

`test_kill.py` does that with public words on Mastodon. Here are X, which knows no key for a repeated
delivery; Bluesky, where every post has a key of its own; and everywhere pictures, which are brought before
the post that shows them, messages, and texts of several parts. A message with a picture is taken by X and
Mastodon, and is brought in the same steps.

Steps between the named crash points are calls to the network: there it has acted, and the worker dies before
it hears of it (`killing.py`).
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any, NamedTuple

import pytest

from resonanz.case import State, Waiting
from resonanz.desk.crashpoints import POINTS
from tests.simulator.killing import Killing, killing
from tests.simulator.running import RunningSimulator, running_simulator

pytestmark = [pytest.mark.kill, pytest.mark.servers]
US = "nordlicht_hilft"
WITHIN_S = 120
ALT = "Ein Plan"
PUT, CHAT = "com.atproto.repo.putRecord", "chat.bsky.convo.sendMessage"
FILES_ON_X = ("media.begin", "media.append", "media.finish", "media.describe")
# What is said, and the calls that change something on the network until it stands there.
STEPS: dict[tuple[str, str], tuple[str, ...]] = {
    ("mastodon", "picture"): ("media.create", "statuses.create"),
    ("mastodon", "message"): ("statuses.create",),
    ("mastodon", "parts"): ("statuses.create", "statuses.create"),
    ("x", "words"): ("posts.create",),
    ("x", "picture"): (*FILES_ON_X, "posts.create"),
    ("x", "message"): ("messages.write_into",),
    ("x", "parts"): ("posts.create", "posts.create"),
    ("bluesky", "words"): (PUT,),
    ("bluesky", "picture"): ("com.atproto.repo.uploadBlob", PUT),
    ("bluesky", "message"): (CHAT,),
    ("bluesky", "parts"): (PUT, PUT),
}
IN_ONE = [way for way in STEPS if way[1] != "parts"]
OUTBOX = [point for point in POINTS if point.startswith("outbox.") and point != "outbox.looked"]
AT_POINTS = [(*way, point) for way in IN_ONE for point in OUTBOX]
AT_STEPS = [
    (*way, number)
    for way, steps in STEPS.items()
    for number in range(1, len(steps) + (way[1] == "parts"))  # after a single one is `outbox.called`
]
LIKES = {"mastodon": "statuses.favourite", "bluesky": PUT}
SENT, LOST = ("sent", ""), ("unknown", "interrupted")


class Planned(NamedTuple):
    """An answer on its way: its case, its deliveries, and the words by which the network's posts are told."""

    case: int
    deliveries: tuple[int, ...]
    words: str
    parts: tuple[str, ...]
    asked: str


class Office:
    """A desk's home with one channel on a simulated network, and the worker on it."""

    def __init__(self, folder: Path, network: str) -> None:
        self.database = folder / "resonanz.sqlite3"
        self.network = network
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(folder),
            "RESONANZ_POLL_SECONDS": "1",
            "RESONANZ_UNDO_SECONDS": "0",
        }
        self.worker: subprocess.Popen[bytes] | None = None
        self._hand = subprocess.Popen(
            [sys.executable, "-m", "tests.desk.hand"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hand(self, *words: str) -> Any:
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        self._hand.stdin.write(json.dumps(words) + "\n")
        self._hand.stdin.flush()
        return json.loads(self._hand.stdout.readline())

    def work(self, crash_at: str = "") -> subprocess.Popen[bytes]:
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "resonanz.desk", "work"],
            env={**self.environment, "RESONANZ_CRASH_AT": crash_at},
            stderr=subprocess.DEVNULL,
        )
        return self.worker

    def rest(self) -> None:
        """Stop the worker, and leave to people what earlier tests left open."""
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(WITHIN_S)
        self.change("UPDATE desk_delivery SET due_at = NULL WHERE state = 'unknown'")

    def close(self) -> None:
        self.rest()
        self._hand.communicate()

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database, timeout=20) as connection:
            found = connection.execute(question, values).fetchall()
        connection.close()
        return found

    def change(self, statement: str) -> None:
        with sqlite3.connect(self.database, timeout=20) as connection:
            connection.execute(statement)
        connection.close()

    def copy(self, source: Path, target: Path) -> None:
        """Copy a database as a backup does."""
        with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
            one.backup(other)
        one.close()
        other.close()


class Network:
    """The simulated network as the truth, with a desk that was connected to it."""

    def __init__(self, office: Office, running: RunningSimulator, killer: Killing) -> None:
        self.office, self.killer = office, killer
        self.steered = running.network(office.network)
        self._part: Any = running.part(office.network)
        self._asked = 0

    def planned(self, kind: str) -> Planned:
        """Let somebody ask, and plan an answer of a kind to him."""
        self.office.rest()
        self._asked += 1
        name, private = f"kunde{self._asked}", "message" in kind
        question = f"Frage {name} wegen des Pakets"
        asked = self.steered.say(name, question if private else f"@{US} {question}", private=private)
        words = f"Antwort an {name}"
        text = " ".join([f"{words}: es kommt morgen."] * (1 if kind != "parts" else 14))
        if kind == "a like":
            found = self.office.hand("like", question)
        else:
            found = self.office.hand("answer", question, text, ALT if "picture" in kind else "")
        said = "SELECT text FROM desk_delivery WHERE conversation_id = ? ORDER BY id"
        parts = tuple(text for (text,) in self.office.ask(said, found["case"]))
        assert len(parts) == (2 if kind == "parts" else 1)
        return Planned(found["case"], tuple(found["deliveries"]), words, parts, asked["id"])

    def ours(self, planned: Planned) -> list[str]:
        """Return what stands there of an answer, oldest first."""
        posts = self.steered.state()["posts"]
        return [one["text"] for one in posts if one["handle"] == US and planned.words in one["text"]]

    def likes(self, planned: Planned) -> int:
        """Return how often the question is liked there."""
        if self.office.network == "bluesky":
            return len(self._part.world.about("app.bsky.feed.like", planned.asked))
        posts = self.steered.state()["posts"]
        return next(int(one["likes"]) for one in posts if one["id"] == planned.asked)

    def outcomes(self, planned: Planned) -> list[tuple[str, str]]:
        rows = "SELECT state, error_code FROM desk_delivery WHERE conversation_id = ? ORDER BY id"
        return [(state, code) for state, code in self.office.ask(rows, planned.case)]

    def works_until(self, planned: Planned, *expected: tuple[str, str]) -> None:
        """Let a fresh worker find what the dead one left; looked for on the network at least once."""
        self.office.work()
        looks = "SELECT sum(looks_count) FROM desk_delivery WHERE conversation_id = ?"
        end = time.monotonic() + WITHIN_S
        while True:
            looked = expected[0] != LOST or self.office.ask(looks, planned.case) > [(0,)]
            if (found := self.outcomes(planned)) == list(expected) and looked:
                return
            assert time.monotonic() < end, f"{found}, not {expected}"
            time.sleep(0.1)

    def dies_at(self, point: str) -> None:
        """Work until the crash point is hit; one that is never hit fails."""
        assert self.office.work(point).wait(WITHIN_S) == -signal.SIGKILL

    def dies_after(self, number: int) -> None:
        """Work until the network has acted so many times, of which the worker hears all but the last."""
        self.killer.watch(number)
        worker = self.office.work()
        self.killer.meet(worker.pid)
        assert worker.wait(WITHIN_S) == -signal.SIGKILL
        assert len(self.killer.steps) == number

    def stands(self, planned: Planned, *parts: str) -> None:
        """Expect exactly these parts there, in this order, and on the desk once each."""
        there = self.ours(planned)
        assert len(there) == len(parts)
        assert all(text.endswith(part) for text, part in zip(there, parts, strict=True))
        said = 'SELECT text FROM desk_mention WHERE conversation_id = ? AND incoming = 0 ORDER BY "order"'
        told = [text for (text,) in self.office.ask(said, planned.case)]
        assert len(told) == len(parts)
        assert all(text.endswith(part) for text, part in zip(told, parts, strict=True))

    def waits_for(self, planned: Planned) -> tuple[int, int]:
        rows = "SELECT state, waiting FROM desk_conversation WHERE id = ?"
        [(state, waiting)] = self.office.ask(rows, planned.case)
        return state, waiting


Networks = Callable[[str], Network]


@contextmanager
def connected(name: str, home: Path) -> Iterator[Network]:
    """Run a network, and connect a desk's home to it."""
    made, around = killing()
    settings: dict[str, Any] = {"ignore_idempotency": True, "speed": 900.0 if name == "x" else 1.0}
    with running_simulator(networks=(name,), around=around, **settings) as running:
        steered, office = running.network(name), Office(home, name)
        secret = steered.state().get("sign_in", {}).get(US) or {"access_token": steered.token(US)}
        if name == "x":
            steered.order("settings", rate_limits=False)  # a quarter of an hour lasts a second there
        office.hand("connect_to", name, running.base_url, json.dumps(secret))
        office.hand("accept")
        yield Network(office, running, made[0])
        office.close()


@pytest.fixture(scope="module")
def networks(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Networks]:
    """Networks by name, each with a desk, for all tests about it; each test has a customer of its own."""
    with ExitStack() as stack:

        @cache
        def network(name: str) -> Network:
            home = tmp_path_factory.mktemp(name) / "home"
            return stack.enter_context(connected(name, Path(copytree(prepared_home, home))))

        yield network


@pytest.mark.parametrize(("name", "kind", "point"), AT_POINTS)
def test_killed_at_a_crash_point(networks: Networks, name: str, kind: str, point: str) -> None:
    network = networks(name)
    planned = network.planned(kind)
    network.killer.watch()
    network.dies_at(point)
    if point == "outbox.armed":  # the network was never called: nobody may believe that it was sent
        assert network.killer.steps == []
        expect_unknown_and_shown(network, planned)
        return
    assert network.killer.steps == list(STEPS[name, kind])
    assert len(network.ours(planned)) == 1
    network.works_until(planned, SENT)
    network.stands(planned, *planned.parts)
    assert network.waits_for(planned) == (State.OPEN, Waiting.CUSTOMER)
    assert network.killer.steps == list(STEPS[name, kind])


@pytest.mark.parametrize(("name", "kind", "number"), AT_STEPS)
def test_killed_between_two_calls(networks: Networks, name: str, kind: str, number: int) -> None:
    network = networks(name)
    planned = network.planned(kind)
    network.dies_after(number)
    if kind != "parts":  # nobody sees a file before it is named
        expect_unknown_and_shown(network, planned)
        return
    assert len(network.ours(planned)) == number
    network.works_until(planned, SENT, SENT)
    network.stands(planned, *planned.parts)
    assert network.waits_for(planned) == (State.OPEN, Waiting.CUSTOMER)


def expect_unknown_and_shown(network: Network, planned: Planned) -> None:
    """Expect that nothing stands there, that no worker repeats it, and that the case's page says so."""
    assert network.ours(planned) == []
    network.works_until(planned, LOST)
    network.stands(planned)
    assert network.waits_for(planned) == (State.OPEN, Waiting.US)
    page = network.office.hand("page", str(planned.case))
    label = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}[network.office.network]
    assert f"Sending was interrupted. We look on {label} whether it arrived." in page


@pytest.mark.parametrize(("name", "kind"), IN_ONE)
def test_killed_while_looking_finds_it_all_the_same(networks: Networks, name: str, kind: str) -> None:
    network = networks(name)
    planned = network.planned(kind)
    network.steered.fault(STEPS[name, kind][-1], "cut_after")
    network.dies_at("outbox.looked")
    assert network.outcomes(planned) == [("unknown", "cut")]
    network.works_until(planned, SENT)
    network.stands(planned, *planned.parts)


@pytest.mark.parametrize("point", OUTBOX)
@pytest.mark.parametrize("name", sorted(LIKES))
def test_killed_while_liking_the_like_stands_there_once(networks: Networks, name: str, point: str) -> None:
    """X knows no such reaction. A repeat changes nothing, so it is done again by itself."""
    network = networks(name)
    planned = network.planned("a like")
    network.killer.watch()
    network.dies_at(point)
    assert network.killer.steps == ([] if point == "outbox.armed" else [LIKES[name]])
    network.works_until(planned, SENT)
    assert set(network.killer.steps) == {LIKES[name]}
    assert network.likes(planned) == 1


@pytest.mark.parametrize("kind", ["words", "picture"])
def test_a_desk_from_a_backup_that_sends_again_changes_nothing_on_bluesky(
    networks: Networks, kind: str, tmp_path: Path
) -> None:
    """The key of a post is made of its delivery alone, so a second attempt finds the first one's post."""
    network = networks("bluesky")
    planned, office = network.planned(kind), network.office
    office.copy(office.database, tmp_path / "backup.sqlite3")
    network.killer.watch()
    network.works_until(planned, SENT)
    [there] = network.ours(planned)
    office.rest()
    office.copy(tmp_path / "backup.sqlite3", office.database)
    assert network.outcomes(planned) == [("planned", "")]
    network.works_until(planned, SENT)
    assert network.ours(planned) == [there]
    network.stands(planned, *planned.parts)
    assert network.killer.steps == list(STEPS["bluesky", kind]) * 2


def test_every_kind_of_answer_is_killed_at_every_point() -> None:
    assert len(AT_POINTS) == len(IN_ONE) * 4
    assert {network for network, _ in STEPS} == {"mastodon", "x", "bluesky"}
