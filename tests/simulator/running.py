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
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from resonanz.simulator.part import Part

READY_WITHIN_S = 60.0
CUT = (httpx.RemoteProtocolError, httpx.ReadError)  # closed; reset, where the request was not read to its end


@dataclass(frozen=True, slots=True)
class Steered:
    """One of the networks that run, steered by hand."""

    name: str
    _client: httpx.Client = field(repr=False)

    def order(self, verb: str, **order: Any) -> dict[str, Any]:
        """Give an order that has to be taken."""
        answer = self.refused(verb, **order)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def refused(self, verb: str, **order: Any) -> httpx.Response:
        """Give an order that may be refused."""
        return self._client.post(f"/_sim/{self.name}/{verb}", json=order)

    def say(self, handle: str, text: str, **more: Any) -> dict[str, Any]:
        """Write as somebody: `in_reply_to`, `quotes`, `private`, `picture`, `at`."""
        return self.order("say", handle=handle, text=text, **more)

    def fault(self, endpoint: str, kind: str, **more: Any) -> None:
        """Let something go wrong: `count`, `delay_s`."""
        self.order("faults", endpoint=endpoint, kind=kind, **more)

    def state(self) -> dict[str, Any]:
        """Tell the truth: `posts`, `people`, `settings` and more."""
        content: dict[str, Any] = self._client.get(f"/_sim/{self.name}/state").json()
        return content

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        assert self._client.delete(f"/_sim/{self.name}/faults").status_code == 200

    def calls(self) -> list[dict[str, Any]]:
        """Tell what was called last, newest first."""
        content: list[dict[str, Any]] = self._client.get(f"/_sim/{self.name}/calls").json()["calls"]
        return content

    def token(self, handle: str) -> str:
        """Return somebody's token."""
        return next(str(p["token"]) for p in self.state()["people"] if p["handle"] == handle)

    def texts(self) -> list[str]:
        """Return what stands there, oldest first."""
        return [post["text"] for post in self.state()["posts"]]


@dataclass(slots=True)
class RunningSimulator:
    """A simulated network that runs. `tokens` maps handles to access tokens."""

    base_url: str
    tokens: dict[str, str]
    _client: httpx.Client = field(repr=False)
    _server: uvicorn.Server = field(repr=False)
    _simulation: Any = field(repr=False)
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

    def order(self, verb: str, **order: Any) -> dict[str, Any]:
        """Give all networks an order: `clock` with `forward_s`."""
        return self._post(f"/_sim/{verb}", order)

    def network(self, name: str) -> Steered:
        """Return one of the networks that run."""
        return Steered(name, self._client)

    def part(self, name: str) -> Part:
        """Return what is behind one of the networks that run, to do there what only its owner can."""
        found: Part = self._simulation.trouble.part(name)
        return found

    def stop(self) -> None:
        """End streams, stop the server, wait for its thread. A second call does nothing."""
        self._simulation.stop()
        self._server.should_exit = True
        self._thread.join(10)
        self._client.close()


@contextmanager
def running_simulator(
    *, scenario: str = "none", around: Callable[[Any], Any] | None = None, **settings: Any
) -> Iterator[RunningSimulator]:
    """Run a simulated network; settings are those of `SimulatorSettings`, without a play by default.

    `around` is put around the application, as `killing.Killing` is.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(SimulatorSettings(base_url=base_url, scenario=scenario, **settings))
        served = around(app) if around else app
        config = uvicorn.Config(served, log_level="critical", ws="websockets-sansio", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + READY_WITHIN_S
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        client = httpx.Client(base_url=base_url, timeout=60)
        tokens = client.get("/_sim/state").json()["tokens"] if app.state.simulator else {}
        running = RunningSimulator(base_url, tokens, client, server, app.state.simulation, thread)
        try:
            yield running
        finally:
            running.stop()
