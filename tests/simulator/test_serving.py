"""The server as people start it: state kept, stopped by a signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from resonanz.simulator import SimulatorSettings, create_app, network, serve, store
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys, pathlib
from resonanz.simulator import SimulatorSettings, serve
port, state = int(sys.argv[1]), pathlib.Path(sys.argv[2])
settings = SimulatorSettings(base_url=f"http://127.0.0.1:{port}", scenario="none", state_file=state)
serve(settings, port=port)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            httpx.get(address)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.mark.servers
def test_sigterm_ends_streams_and_keeps_the_state(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "deep" / "state.json"
    command = [sys.executable, "-c", PROGRAM, str(port), str(state)]
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "src"})
    base_url = f"http://127.0.0.1:{port}"
    try:
        wait_for(base_url + "/api/v2/instance")
        said = httpx.post(base_url + "/_sim/say", json={"handle": CUSTOMER, "text": "bleibt"}).json()
        token = httpx.get(base_url + "/_sim/state").json()["tokens"][DESK]
        stream = {"Authorization": f"Bearer {token}"}
        with httpx.stream("GET", base_url + "/api/v1/streaming/user", headers=stream) as answer:
            lines = answer.iter_lines()
            assert next(lines) == ":)"
            begun = time.monotonic()
            child.send_signal(signal.SIGTERM)
            assert list(lines) == []
        assert child.wait(5) == 0
        assert time.monotonic() - begun < 3
    finally:
        child.kill()
        child.wait()
    with running_simulator(state_file=state) as again:
        (status,) = again.state()["statuses"]
        assert (status["id"], status["uri"], again.tokens[DESK]) == (said["id"], said["uri"], token)


def test_ids_go_on_and_the_play_too(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running_simulator(scenario="careday", speed=50, state_file=state) as first:
        deadline = time.monotonic() + 5
        while len(first.state()["statuses"]) < 9:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        before = [s["id"] for s in first.state()["statuses"]]
    with running_simulator(scenario="careday", speed=0.001, state_file=state) as second:
        kept = second.state()["statuses"]
        said = second.say(CUSTOMER, "neu")
    assert [s["id"] for s in kept][: len(before)] == before
    assert int(said["id"]) > max(int(s["id"]) for s in kept)


def test_the_state_is_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "SAVE_EVERY_S", 0.02)
    state = tmp_path / "state.json"
    with running_simulator(state_file=state) as running:
        said = running.say(CUSTOMER, "sofort gesichert")["id"]
        deadline = time.monotonic() + 5
        while (saved := store.load(state)) is None or said not in saved.memory.statuses:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert list(tmp_path.iterdir()) == [state]


def test_a_broken_state_file_is_named(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"form": 1, "memory": ')
    with pytest.raises(ValueError, match=r"state\.json is no state file of the simulated network"):
        create_app(SimulatorSettings(base_url="http://localhost:1", state_file=state))


def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="for this machine only"):
        serve(SimulatorSettings(base_url="http://0.0.0.0:1"), host="0.0.0.0", port=1)


@pytest.mark.parametrize(
    "wrong", [{"scenario": "x"}, {"speed": 0}, {"base_url": "http://localhost/"}, {"base_url": "ftp://a"}]
)
def test_settings_are_checked(wrong: dict[str, str | float]) -> None:
    with pytest.raises(ValueError, match=r"scenario|speed|base address"):
        SimulatorSettings(**({"base_url": "http://localhost:1"} | wrong))  # type: ignore[arg-type]


def test_the_fixture_is_quick() -> None:
    begun = time.monotonic()
    with running_simulator():
        assert time.monotonic() - begun < 2  # 0.1–0.2 s on a quiet machine
