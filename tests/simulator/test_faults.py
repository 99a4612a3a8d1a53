"""Faults on order: what the client sees, and what the network did all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.simulator.conftest import DESK
from tests.simulator.running import CUT

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator


def send(simulator: RunningSimulator, *, timeout: float = 5) -> httpx.Response:
    return httpx.post(
        f"{simulator.base_url}/api/v1/statuses",
        json={"status": "Guten Tag"},
        headers={"Authorization": f"Bearer {simulator.tokens[DESK]}", "Idempotency-Key": "k"},
        timeout=timeout,
    )


def stored(simulator: RunningSimulator) -> list[str]:
    return [s["text"] for s in simulator.state()["statuses"]]


@pytest.mark.parametrize(("effect", "left"), [("timeout_before", []), ("timeout_after", ["Guten Tag"])])
def test_timeouts(simulator: RunningSimulator, effect: str, left: list[str]) -> None:
    simulator.fault(effect, method="POST", path_prefix="/api/v1/statuses", delay_s=5)
    with pytest.raises(httpx.ReadTimeout):
        send(simulator, timeout=0.2)
    assert stored(simulator) == left
    assert send(simulator).status_code == 200
    assert stored(simulator) == ["Guten Tag"]


def test_a_late_answer_is_late_but_true(simulator: RunningSimulator) -> None:
    simulator.fault("timeout_after", delay_s=0.1)
    assert send(simulator).json()["content"] == "<p>Guten Tag</p>"


@pytest.mark.parametrize(("effect", "left"), [("cut_before", []), ("cut_after", ["Guten Tag"])])
def test_cuts(simulator: RunningSimulator, effect: str, left: list[str]) -> None:
    simulator.fault(effect, method="POST")
    with pytest.raises(CUT):
        send(simulator)
    assert stored(simulator) == left


@pytest.mark.parametrize(("effect", "left"), [("malformed", []), ("malformed_after", ["Guten Tag"])])
def test_malformed_answers(simulator: RunningSimulator, effect: str, left: list[str]) -> None:
    simulator.fault(effect)
    answer = send(simulator)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert stored(simulator) == left


@pytest.mark.parametrize(("effect", "left"), [("status", []), ("status_after", ["Guten Tag"])])
def test_error_answers_as_often_as_ordered(simulator: RunningSimulator, effect: str, left: list[str]) -> None:
    simulator.fault(effect, status=502, count=2)
    assert [send(simulator).status_code for _ in range(2)] == [502, 502]
    assert stored(simulator) == left
    assert send(simulator).status_code == 200


def test_other_requests_are_spared(simulator: RunningSimulator) -> None:
    simulator.fault("status", method="GET", path_prefix="/api/v1/notifications", status=500)
    assert send(simulator).status_code == 200


def test_rate_limited_until(simulator: RunningSimulator) -> None:
    simulator.fault("ratelimit", delay_s=7)
    answer = send(simulator)
    wait = datetime.fromisoformat(answer.headers["x-ratelimit-reset"]) - datetime.now(UTC)
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (429, "0")
    assert 5 < wait.total_seconds() <= 7


def test_orders_can_be_forgotten(simulator: RunningSimulator) -> None:
    simulator.fault("status", status=500, count=9)
    assert httpx.delete(f"{simulator.base_url}/_sim/faults").json() == {"waiting": 0}
    assert send(simulator).status_code == 200


def test_unknown_effects_are_refused(simulator: RunningSimulator) -> None:
    answer = httpx.post(f"{simulator.base_url}/_sim/faults", json={"effect": "earthquake"})
    assert answer.status_code == 422
