"""Starts a simulated network in a thread, on a free loopback port, for tests of everything above it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from resonanz.simulator import SimulatorSettings, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

READY_WITHIN_S = 5.0


@dataclass(slots=True)
class RunningSimulator:
    """A simulated network that runs. `tokens` maps handles to access tokens."""

    base_url: str
    tokens: dict[str, str]
    _client: httpx.Client = field(repr=False)
    _server: uvicorn.Server = field(repr=False)
    _simulator: Any = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def _post(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(path, json=order)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def say(
        self,
        handle: str,
        text: str,
        *,
        visibility: str = "public",
        in_reply_to: str | None = None,
        posted_at: datetime | None = None,
        **more: str,
    ) -> dict[str, Any]:
        """Write as somebody; an unknown handle becomes a new customer. Answers the Status entity."""
        order: dict[str, Any] = {"handle": handle, "text": text, "visibility": visibility, **more}
        if in_reply_to:
            order["in_reply_to"] = in_reply_to
        if posted_at:
            order["posted_at"] = posted_at.isoformat()
        return self._post("/_sim/say", order)

    def edit(self, status_id: str, text: str) -> dict[str, Any]:
        """Change a status as its author. Answers the Status entity."""
        return self._post("/_sim/edit", {"id": status_id, "text": text})

    def delete(self, status_id: str) -> None:
        """Take a status away as its author."""
        self._post("/_sim/delete", {"id": status_id})

    def crowd(self, count: int, text: str) -> list[str]:
        """Write many posts, `{n}` in the text counts them. Answers their ids."""
        ids: list[str] = self._client.post(
            "/_sim/crowd", json={"count": count, "text": text}, timeout=120
        ).json()["ids"]
        return ids

    def boost(self, status_id: str, *handles: str) -> None:
        """Let people pass a status on."""
        self._post("/_sim/boost", {"id": status_id, "handles": list(handles)})

    def swallow(self, status_id: str, *, on: bool = True) -> None:
        """Keep the notifications of a status from everybody, or let them out."""
        self._post("/_sim/swallow", {"id": status_id, "on": on})

    def state(self) -> dict[str, Any]:
        """Tell the truth: `statuses`, delivery `keys`, `settings`, open `streams`, `tokens`."""
        answer = self._client.get("/_sim/state")
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def fault(self, effect: str, **order: str | float) -> None:
        """Order a fault: method, path_prefix, status, count, delay_s."""
        self._post("/_sim/faults", {"effect": effect, **order})

    def settings(self, **switches: bool | int | None) -> dict[str, Any]:
        """Turn old_server, ignore_idempotency, rate_limit or filter_private."""
        return self._post("/_sim/settings", switches)

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        self._post("/_sim/revoke", {"token": token})

    def stop(self) -> None:
        """End streams, stop the server, wait for its thread. A second call does nothing."""
        self._simulator.stop()
        self._server.should_exit = True
        self._thread.join(10)
        self._client.close()


@contextmanager
def running_simulator(*, scenario: str = "none", **settings: Any) -> Iterator[RunningSimulator]:
    """Run a simulated network; settings are those of `SimulatorSettings`, without a play by default."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(SimulatorSettings(base_url=base_url, scenario=scenario, **settings))
        config = uvicorn.Config(app, log_level="critical", ws="none", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + READY_WITHIN_S
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        client = httpx.Client(base_url=base_url, timeout=10)
        tokens = client.get("/_sim/state").json()["tokens"]
        running = RunningSimulator(base_url, tokens, client, server, app.state.simulator, thread)
        try:
            yield running
        finally:
            running.stop()
