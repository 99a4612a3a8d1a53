"""Two workers find the same token of an X account ended, at the same moment, in processes of their own.

A refresh token there is good for one use. Who trades one that was used already loses the account.
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
from shutil import copytree
from typing import Any

import pytest

from resonanz.desk.crashpoints import POINTS
from tests.simulator.running import RunningSimulator, running_simulator
from tests.simulator.x.consent import consent

pytestmark = [pytest.mark.kill, pytest.mark.servers]
US = "nordlicht_hilft"
ROUNDS = 100
SHORT_S, USUAL_S = 200, 7200  # the desk trades five minutes before the end, so the first ends at once
TRADE = [point for point in POINTS if point.startswith("trade.")]
LEASE_S = 1.5


class Refresher:
    """A worker process that asks when it is told to."""

    def __init__(self, environment: dict[str, str], crash_at: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.desk.refresher"],
            env={**environment, "RESONANZ_CRASH_AT": crash_at},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        assert self.hears()["at"] == "ready"

    def told(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")

    def hears(self) -> dict[str, str]:
        assert self.process.stdout is not None
        said: dict[str, str] = json.loads(self.process.stdout.readline())
        return said

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


class Office:
    """A desk's home with one channel on the simulated X, and the workers on it."""

    def __init__(self, folder: Path, network: RunningSimulator) -> None:
        self.network, self.x = network, network.network("x")
        self.x.order("settings", rate_limits=False)
        self.database = folder / "resonanz.sqlite3"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings",
            "RESONANZ_HOME": str(folder),
        }
        self.workers: list[Refresher] = []
        self.connect()

    def hand(self, *words: str) -> Any:
        command = [sys.executable, "-m", "tests.desk.hand", *words]
        return json.loads(
            subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True).stdout
        )

    def connect(self) -> None:
        made = consent(self.network, US)
        self.hand("connect_to", "x", made.base_url, json.dumps(made.secret))

    def worker(self, crash_at: str = "") -> Refresher:
        self.workers.append(Refresher(self.environment, crash_at))
        return self.workers[-1]

    def end_tokens(self) -> None:
        """Let every access token end on the network, of which the desk's clock knows nothing."""
        self.network.order("clock", forward_s=USUAL_S + 1)

    def trades(self) -> list[int]:
        """Return how the network answered those who wanted to trade, the newest first."""
        return [call["status"] for call in self.x.calls() if call["endpoint"] == "oauth.token"]

    def row(self, *columns: str) -> tuple[Any, ...]:
        with sqlite3.connect(self.database, timeout=10) as connection:
            found: tuple[Any, ...] = connection.execute(
                f"SELECT {', '.join(columns)} FROM desk_channel"
            ).fetchone()
        connection.close()
        return found

    def change(self, statement: str, *values: object) -> None:
        with sqlite3.connect(self.database, timeout=10) as connection:
            assert connection.execute(statement, values).rowcount == 1
        connection.close()


@pytest.fixture
def office(tmp_path: Path, prepared_home: Path) -> Iterator[Office]:
    with running_simulator(networks=("x",)) as network:
        made = Office(Path(copytree(prepared_home, tmp_path / "home")), network)
        yield made
        for worker in made.workers:
            worker.stop()


def meet(*workers: Refresher) -> set[str]:
    """Let workers ask at once; all find the token ended before one may trade it. Returns the token."""
    for worker in workers:
        worker.told("ask")
    found = [worker.hears() for worker in workers]
    assert {one["at"] for one in found} == {"ended"}
    return {one["token"] for one in found}


def test_two_workers_trade_the_same_token_a_hundred_times_and_stay_connected(office: Office) -> None:
    """Every other time the network says that it has ended, the times between the desk's clock does."""
    pair = (office.worker(), office.worker())
    office.end_tokens()
    tokens: list[str] = []
    for number in range(ROUNDS):
        lasts = SHORT_S if number % 2 == 0 else USUAL_S
        office.x.order("settings", token_s=lasts)
        assert len(meet(*pair)) == 1
        before = office.x.calls()[0]["number"]
        for worker in pair:
            worker.told("go")
        found = [worker.hears() for worker in pair]
        assert found[0] == found[1] == {"at": "done", "code": "", "state": "ok", "token": found[0]["token"]}
        tokens.append(found[0]["token"])
        answered = [(one["endpoint"], one["status"]) for one in office.x.calls() if one["number"] > before]
        assert sorted(answered) == [("oauth.token", 200), ("users.me", 200), ("users.me", 200)]
        if lasts == USUAL_S:
            office.end_tokens()
    assert len(set(tokens)) == ROUNDS
    assert office.row("state", "error_code", "failures_count", "trade_by") == ("ok", "", 0, "")


@pytest.mark.parametrize("point", ["trade.claimed", "trade.stored"])
def test_one_is_killed_in_mid_trade_and_the_other_goes_on_at_once(office: Office, point: str) -> None:
    first, second = office.worker(crash_at=point), office.worker()
    office.end_tokens()
    [ended] = meet(first, second)
    first.told("go")
    assert first.process.wait(30) == -signal.SIGKILL
    second.told("go")
    heard = second.hears()
    assert (heard["code"], heard["state"], heard["token"] != ended) == ("", "ok", True)
    assert office.trades()[: len(office.trades()) - 1] == [200]  # the last one is the consent


def test_one_is_killed_in_mid_trade_elsewhere_and_the_other_waits_for_its_lease(office: Office) -> None:
    first, second = office.worker(crash_at="trade.claimed"), office.worker()
    office.end_tokens()
    meet(first, second)
    first.told("go")
    assert first.process.wait(30) == -signal.SIGKILL
    until = time.time() + LEASE_S
    office.change(
        "UPDATE desk_channel SET trade_by = ?, trade_until = ?", "one@another-machine:1", round(until * 1000)
    )
    second.told("go")
    heard = second.hears()
    assert (heard["code"], heard["state"], time.time() > until) == ("", "ok", True)
    assert office.row("trade_by", "trade_until") == ("", 0)


def test_killed_when_only_the_network_knew_the_new_tokens_the_desk_says_so_and_connects_again(
    office: Office,
) -> None:
    """Nobody can know these tokens any more. What must not happen: trying for ever, or losing the place."""
    first, second = office.worker(crash_at="trade.answered"), office.worker()
    office.change("UPDATE desk_channel SET cursor = ?", '{"x":"tweet","mentions":{"mark":"77"}}')
    office.end_tokens()
    meet(first, second)
    first.told("go")
    assert first.process.wait(30) == -signal.SIGKILL
    second.told("go")
    heard = second.hears()
    assert (heard["code"], heard["state"]) == ("token_revoked", "login")
    assert office.trades()[0] == 400
    office.connect()
    second.told("ask")
    heard = second.hears()
    assert (heard["at"], heard["code"], heard["state"]) == ("done", "", "ok")
    assert office.row("cursor", "error_code") == ('{"x":"tweet","mentions":{"mark":"77"}}', "")


def test_every_crash_point_of_a_trade_is_driven() -> None:
    assert TRADE == ["trade.claimed", "trade.answered", "trade.stored"]
