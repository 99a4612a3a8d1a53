"""Several networks in one process: chosen by name, with a file each, one clock, and orders for each."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from resonanz.simulator import SimulatorSettings, create_app
from resonanz.simulator.clock import Clock
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("networks", [(), ("x", "myspace")])
def test_only_known_networks(networks: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the networks are mastodon, x, bluesky"):
        SimulatorSettings(base_url="http://localhost", networks=networks)


def test_a_network_that_is_not_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonanz.simulator.settings.NETWORKS", ("x", "nowhere"))
    settings = SimulatorSettings(base_url="http://localhost", networks=("nowhere",))
    with pytest.raises(ValueError, match="the simulated nowhere is not part of this version yet"):
        create_app(settings)


def test_each_network_has_its_own_file_and_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "networks.json"
    chosen: dict[str, Any] = {"networks": ("x", "mastodon"), "state_file": state}
    with running_simulator(**chosen) as first:
        for name in ("x", "mastodon"):
            first.network(name).say(CUSTOMER, f"@{DESK} auf {name}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["networks.json", "networks.x.json"]
    with running_simulator(**chosen) as second:
        assert second.network("x").texts() == [f"@{DESK} auf x"]
        assert second.network("mastodon").texts() == [f"@{DESK} auf mastodon"]


def test_a_play_goes_on_after_a_rest(tmp_path: Path) -> None:
    chosen: dict[str, Any] = {
        "networks": ("x",),
        "state_file": tmp_path / "n.json",
        "scenario": "careday",
        "speed": 60,
    }
    with running_simulator(**chosen) as first:
        wait_for(lambda: len(first.network("x").texts()) > 11)
        before = first.network("x").texts()
    with running_simulator(**chosen) as second:
        wait_for(lambda: len(second.network("x").texts()) > len(before))
        assert second.network("x").texts()[: len(before)] == before


def test_a_play_survives_what_a_network_does_not_take() -> None:
    settings = SimulatorSettings(
        base_url="http://localhost", networks=("x",), scenario="incident", equal_count=1, unlike_count=0
    )
    company = create_app(settings).state.simulation.companies[0]

    def refuse(_order: object) -> None:
        raise ValueError("not today")

    company.part.say = refuse
    company._clock.forward(3700)
    assert company._act() == 0.0
    assert company._act() > 0


def wait_for(true: Any, within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def test_files_are_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonanz.simulator.simulation.SAVE_EVERY_S", 0.1)
    file = tmp_path / "n.x.json"
    with running_simulator(networks=("x",), state_file=tmp_path / "n.json") as running:
        running.network("x").say(CUSTOMER, "Moin")
        wait_for(lambda: file.exists() and len(json.loads(file.read_text())["memory"]["posts"]) == 1)


@pytest.mark.parametrize(
    "content", ["{", "{}", '{"form": 9}', '{"form": 1, "play": null, "memory": {}, "saved_at": 3}']
)
def test_files_that_are_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "n.x.json").write_text(content)
    settings = SimulatorSettings(base_url="http://localhost", networks=("x",), state_file=tmp_path / "n.json")
    with pytest.raises(ValueError, match="is no state file of a simulated network"):
        create_app(settings)


def test_the_clock_goes_forward_only() -> None:
    with running_simulator(networks=("x", "mastodon")) as running:
        for order, status in (
            ({"forward_s": -1}, 422),
            ({"forward_s": True}, 422),
            ({}, 422),
            ({"forward_s": 60}, 200),
        ):
            assert httpx.post(f"{running.base_url}/_sim/clock", json=order).status_code == status
        for name in ("x", "mastodon"):
            at = running.network(name).say(CUSTOMER, "später")["created_at"]
            assert at > Clock()().isoformat()


def test_steering_mastodon_as_any_other() -> None:
    with running_simulator() as running:
        network = running.network("mastodon")
        secret = network.say(CUSTOMER, "Nummer 4711", private=True)
        assert (secret["visibility"], network.texts()) == ("direct", [f"@{DESK} Nummer 4711"])
        assert network.say(CUSTOMER, "alt", at="2026-01-01T12:00:00+00:00")["created_at"].startswith(
            "2026-01-01T12"
        )
        assert network.order("settings", slow_media=2)["slow_media"] == 2
        for verb, order in (
            ("say", {"handle": CUSTOMER, "text": "x", "picture": "moon"}),
            ("say", {"handle": CUSTOMER, "text": "x" * 501}),
            ("settings", {"slow_media": "sehr"}),
            ("react", {"handle": CUSTOMER, "id": secret["id"], "kind": "repost"}),
            ("edit", {"id": "77", "text": "x"}),
        ):
            assert network.refused(verb, **order).status_code == 422
        token = network.token(CUSTOMER)
        network.order("revoke", token=token)
        answer = httpx.get(
            f"{running.base_url}/api/v1/accounts/verify_credentials",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 401
        assert network.refused("say", handle=CUSTOMER).json() == {"error": "text is missing or no text"}


def test_mastodons_memory_can_be_handed_over() -> None:
    with running_simulator() as running:
        part = running._simulation.parts[0]
        running.network("mastodon").say(CUSTOMER, "Moin")
        saved = part.saved()
        running.network("mastodon").say(CUSTOMER, "Noch etwas")
        part.restore(saved)
        assert running.network("mastodon").texts() == ["Moin"]
        with pytest.raises(ValueError, match="no memory of a simulated Mastodon"):
            part.restore({})


def test_abilities_that_a_part_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_simulator(networks=("x",)) as running:
        part = running._simulation.parts[0]
        bare = Bare(part)
        trouble = running._simulation.trouble
        trouble._parts["x"] = bare
        running._simulation.parts[:] = [bare]
        network = running.network("x")
        assert network.refused("react", id="1").json()["error"] == "nobody can like posts on the simulated x"
        assert network.refused("revoke", token="t").json()["error"].startswith("tokens of the simulated x")
        assert network.refused("settings", a=1).json()["error"] == "the simulated x has no switches"
        assert network.state().keys() == {"posts", "people"}
        assert (
            "revoked"
            not in httpx.get(f"{running.base_url}/_sim/networks").json()["networks"][0]["endpoints"][
                "users.me"
            ]
        )
        network.say(CUSTOMER, "Moin")
        html = httpx.get(f"{running.base_url}/console/x").text
        assert (html.count('action="/console/x/react"'), html.count("/console/x/settings")) == (0, 0)


class Bare:
    """A part with nothing but what every part has."""

    name = "x"

    def __init__(self, part: Any) -> None:
        self.routes, self.endpoints = part.routes, part.endpoints
        self.say, self.edit, self.delete = part.say, part.edit, part.delete
        self.people, self.posts, self.refusal = part.people, part.posts, part.refusal
        self.saved, self.restore = part.saved, part.restore
