"""A worker is killed with SIGKILL at every named crash point; the truth is counted on the server's side.

The desk runs in processes of its own, on a home of its own, against the simulated network with a
server that ignores the delivery key: there a second attempt would be a second post.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest

from resonanz.case import State, Waiting
from resonanz.desk.crashpoints import POINTS
from tests.desk.test_two_workers import TRADE
from tests.simulator.running import RunningSimulator, running_simulator

pytestmark = [pytest.mark.kill, pytest.mark.servers]
US = "nordlicht_hilft"
WITHIN_S = 30
KILLS = 12
WAITS_FOR_US = [[State.OPEN, Waiting.US]]
WAITS_FOR_CUSTOMER = [[State.OPEN, Waiting.CUSTOMER]]


class Home:
    """A desk's home and the processes on it."""

    def __init__(self, folder: Path, network: RunningSimulator) -> None:
        self.network = network
        self.database = folder / "resonanz.sqlite3"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(folder),
            "RESONANZ_POLL_SECONDS": "1",
            "RESONANZ_UNDO_SECONDS": "0",
            "RESONANZ_CRASH_AT": "",
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    def hand(self, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tests.desk.hand", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    def work(self, crash_at: str = "") -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "resonanz.desk", "work"],
            env={**self.environment, "RESONANZ_CRASH_AT": crash_at},
            stderr=subprocess.DEVNULL,
        )
        self.workers.append(worker)
        return worker

    def killed_at(self, point: str) -> None:
        """Work until the crash point is hit; a point that is never hit fails the test."""
        assert self.work(point).wait(WITHIN_S) == -signal.SIGKILL

    def until(self, part: str, value: object) -> dict[str, Any]:
        """Wait until a part of the desk's state is as expected, and return all of it."""
        end = time.monotonic() + WITHIN_S
        while (found := self.state())[part] != value:
            assert time.monotonic() < end, f"{part} stays {found[part]}, not {value}"
            time.sleep(0.1)
        return found

    def state(self) -> dict[str, list[list[Any]]]:
        """Read what the desk has stored, without its code."""
        questions = {
            "mentions": 'SELECT text, incoming FROM desk_mention ORDER BY "order"',
            "conversations": "SELECT state, waiting FROM desk_conversation",
            "deliveries": "SELECT state, error_code FROM desk_delivery",
        }
        with sqlite3.connect(self.database, timeout=10) as connection:
            found = {part: [list(r) for r in connection.execute(q)] for part, q in questions.items()}
        connection.close()
        return found

    def resonanz(self, *words: str) -> tuple[int, Any]:
        """Run a command to its end; its exit code, and what it said in JSON where it was asked to."""
        done = subprocess.run(
            [sys.executable, "-m", "resonanz.desk", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return done.returncode, json.loads(done.stdout) if "--json" in words else None

    def column(self, question: str) -> list[Any]:
        """Read one column, sorted."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            found = sorted(row[0] for row in connection.execute(question))
        connection.close()
        return found

    def count(self, table: str) -> int:
        return int(self.column(f"SELECT count(*) FROM {table}")[0])

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
                worker.wait(10)


@pytest.fixture
def home(tmp_path: Path, prepared_home: Path) -> Iterator[Home]:
    with running_simulator(ignore_idempotency=True) as network:
        desk = Home(Path(copytree(prepared_home, tmp_path / "home")), network)
        desk.hand("connect", network.base_url, network.tokens[US])
        yield desk
        desk.stop()


def ours_on_the_server(network: RunningSimulator) -> list[str]:
    """What our account has said there, however often."""
    return [s["text"] for s in network.state()["statuses"] if s["acct"] == US]


LISTEN = [point for point in POINTS if point.startswith("listen.") and point != "listen.searched"]
OUTBOX = [point for point in POINTS if point.startswith("outbox.") and point != "outbox.looked"]


@pytest.mark.parametrize("point", LISTEN)
def test_killed_while_listening_nothing_is_lost_and_nothing_twice(home: Home, point: str) -> None:
    home.network.say("ada", f"@{US} Wo bleibt mein Paket?")
    home.killed_at(point)
    home.network.say("otto", f"@{US} Und meins?")
    home.work()
    after = home.until("conversations", WAITS_FOR_US * 2)
    assert [text for text, _ in after["mentions"]] == [f"@{US} Wo bleibt mein Paket?", f"@{US} Und meins?"]


def test_killed_while_searching_nothing_is_lost_and_nothing_twice(home: Home) -> None:
    home.hand("listen_for", "fahrrad")
    home.network.say("mia", "Mein Fahrrad ist super")
    home.killed_at("listen.searched")
    assert home.state()["mentions"] == []
    with sqlite3.connect(home.database, timeout=10) as connection:  # the dead worker's claim is over
        connection.execute("UPDATE desk_standingsearch SET next_at = 0")
    connection.close()
    home.work()
    home.until("mentions", [["Mein Fahrrad ist super", 1]])


def test_killed_again_and_again_while_ten_thousand_posts_come_in(home: Home) -> None:
    """The set that is stored equals the set that was sent, and the ledger agrees."""
    home.network.say("ada", f"@{US} Die Ruhe vor dem Sturm")
    home.resonanz("listen")
    ids = home.network.crowd(10_000, f"@{US} Nummer {{n}}")
    draw, end = Random(4), time.monotonic() + 600
    for kill in range(KILLS):
        stored = home.count("desk_mention")
        worker = home.work()
        while home.count("desk_mention") == stored:
            assert time.monotonic() < end, f"{stored} posts after {kill} kills"
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 1.5))
        worker.kill()
        worker.wait(10)
    assert home.count("desk_mention") < len(ids)
    home.work()
    while (stored := home.count("desk_mention")) <= len(ids):
        assert time.monotonic() < end, f"{stored} posts"
        time.sleep(0.2)
    sent = {status["uri"] for status in home.network.state()["statuses"]}
    assert len(sent) == len(ids) + 1
    assert home.column("SELECT uri FROM desk_mention") == sorted(sent)
    assert home.count("desk_conversation") == len(sent)
    code, told = home.resonanz("reconcile", "--json")
    assert (code, told["difference"]) == (0, 0)
    code, told = home.resonanz("ledger", "--json")
    assert (code, told["difference"], sum(day["seen"] for day in told["days"])) == (0, 0, len(sent))


@pytest.mark.parametrize("point", OUTBOX)
def test_killed_while_sending_nothing_goes_out_twice_or_looks_sent(home: Home, point: str) -> None:
    home.network.say("ada", f"@{US} Wo bleibt mein Paket?")
    first = home.work()
    home.until("conversations", WAITS_FOR_US)
    first.terminate()
    first.wait(10)
    home.hand("reply", "Kommt morgen!")
    home.killed_at(point)
    on_server = ours_on_the_server(home.network)
    home.work()
    if point == "outbox.armed":  # the network was never called: nobody may believe that it was sent
        assert on_server == []
        after = home.until("deliveries", [["unknown", "interrupted"]])
        assert after["conversations"] == WAITS_FOR_US
        time.sleep(3)  # the first look has been made by now
        assert home.state()["deliveries"] == [["unknown", "interrupted"]]
    else:
        after = home.until("deliveries", [["sent", ""]])
        assert after["conversations"] == WAITS_FOR_CUSTOMER
        assert len(after["mentions"]) == 2
    assert ours_on_the_server(home.network) == on_server
    assert len(on_server) == (0 if point == "outbox.armed" else 1)


def test_killed_while_looking_finds_the_post_all_the_same(home: Home) -> None:
    home.network.say("ada", f"@{US} Wo bleibt mein Paket?")
    first = home.work()
    home.until("conversations", WAITS_FOR_US)
    first.terminate()
    first.wait(10)
    home.network.fault("cut_after", method="POST", path_prefix="/api/v1/statuses")
    home.hand("reply", "Kommt morgen!")
    home.killed_at("outbox.looked")
    home.work()
    after = home.until("deliveries", [["sent", ""]])
    assert after["conversations"] == WAITS_FOR_CUSTOMER
    assert len(ours_on_the_server(home.network)) == 1


def test_every_crash_point_is_driven() -> None:
    assert sorted([*LISTEN, *OUTBOX, *TRADE, "listen.searched", "outbox.looked"]) == sorted(POINTS)
