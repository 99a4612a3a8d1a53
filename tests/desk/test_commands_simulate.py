"""`resonanz simulate` as somebody types it: several networks, and a fault thrown at one that runs."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from resonanz.desk import commands_simulate
from resonanz.desk.commands import run
from resonanz.simulator import SimulatorSettings
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from pathlib import Path


def throw(port: str, *words: str) -> int:
    return run(["simulate", "fault", *words, "--port", port])


def test_a_fault_is_thrown_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with running_simulator(networks=("x", "mastodon")) as running:
        port = running.base_url.rpartition(":")[2]
        assert throw(port, "x", "posts.create", "429", "--count", "2", "--delay", "9") == 0
        assert throw(port, "x", "*", "slow") == 0
        assert capsys.readouterr().out == (
            "x: 429 at posts.create, 2 times; 2 waiting\nx: slow at *, once; 3 waiting\n"
        )
        orders = running._simulation.trouble.orders
        assert [(o.kind, o.count, o.delay_s) for o in orders] == [("429", 2, 9.0), ("slow", 1, 4.0)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("x", "posts.make", "429"),
            "'posts.make' is no endpoint of x; there are: *, posts.create, posts.lookup",
        ),
        (("x", "posts.create", "rain"), "'rain' can not go wrong at posts.create; there are: timeout_before"),
        (("bluesky", "posts.create", "429"), "'bluesky' is no network here; there are: x, mastodon"),
    ],
)
def test_a_mistake_is_told_what_there_is(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    with running_simulator(networks=("x", "mastodon")) as running:
        assert throw(running.base_url.rpartition(":")[2], *words) == 2
    assert capsys.readouterr().err.startswith(f"resonanz: {told}")


def test_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert throw("1", "x", "posts.create", "429") == 1
    assert capsys.readouterr().err.startswith("resonanz: nothing answers on port 1 (")


def test_starting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[object, ...]] = []

    def serve(settings: object, **where: object) -> None:
        started.append((settings, where))

    monkeypatch.setattr(commands_simulate, "serve", serve)
    monkeypatch.setattr("resonanz.desk.guardian.watch_parent", lambda: None)
    (tmp_path / "tokens.json").write_text(json.dumps({"nordlicht_hilft": "t"}))
    words = [
        "simulate",
        "--networks",
        "x,mastodon,x",
        "--scenario",
        "storm",
        "--speed",
        "60",
        "--port",
        "8123",
    ]
    assert run([*words, "--tokens", str(tmp_path / "tokens.json")]) == 0
    settings, where = started[0]
    assert isinstance(settings, SimulatorSettings)
    assert (settings.networks, settings.scenario, settings.speed) == (("x", "mastodon"), "storm", 60.0)
    assert (settings.tokens, where) == ({"nordlicht_hilft": "t"}, {"host": "127.0.0.1", "port": 8123})
    assert run(["simulate"]) == 0
    assert capsys.readouterr().err == (
        "resonanz: simulated networks x, mastodon on http://localhost:8123\n"
        "resonanz: simulated network mastodon on http://localhost:8010\n"
    )
    assert run(["simulate", "--networks", "myspace"]) == 2
    assert capsys.readouterr().err == "resonanz: the networks are mastodon, x, bluesky, not myspace\n"


def test_words_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    commands_simulate.add_words(parser)
    parser.print_help()
    assert "--networks" in capsys.readouterr().out
