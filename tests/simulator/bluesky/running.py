"""Runs a simulated Bluesky by itself, in a thread on a free loopback port, for tests that speak to it.

Every question that is answered, and every answer, is held against the lexicons where those are at hand; a
test that ends with a complaint fails.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette

from resonanz.networks import Credentials
from resonanz.simulator.bluesky import BlueskyPart
from resonanz.simulator.people import COMPANY
from resonanz.simulator.settings import SimulatorSettings
from tests.lexicons import complaints, complaints_about_question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resonanz.simulator.bluesky.records import Account

READY_WITHIN_S = 60.0


class Clock:
    """A clock that runs, and that a test may set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one question: another answer, or one that is lost after the server acted."""

    name: str = ""
    status: int = 400
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False

    @property
    def content(self) -> bytes:
        """The answer's body: an error by its name, or what is given."""
        said = {"error": self.name, "message": f"simulated {self.name}"} if self.name else self.body
        return said if isinstance(said, bytes) else json.dumps(said).encode()


@dataclass(slots=True)
class RunningBluesky:
    """A simulated Bluesky that runs."""

    base_url: str
    part: BlueskyPart
    clock: Clock
    asked: list[str] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)

    def breaks(self, method: str, *faults: Fault) -> None:
        """Let the next questions of a method go wrong, one after another."""
        self.faults[method] = list(faults)

    def account(self, name: str) -> Account:
        """Return somebody's account, made if need be."""
        return self.part.world.somebody(name)

    def credentials(self, name: str = COMPANY, **more: Any) -> Credentials:
        """Return what a connector needs to speak for somebody."""
        account = self.account(name)
        secret = {"identifier": account.handle, "app_password": account.app_password}
        return Credentials(base_url=self.base_url, secret=secret | more, simulated=True)

    def say(self, name: str, text: str, **order: Any) -> dict[str, Any]:
        """Write as somebody."""
        return self.part.say({"handle": name, "text": text, **order})

    def count(self, method: str) -> int:
        """Return how often a method was asked."""
        return sum(path == f"/xrpc/{method}" for path in self.asked)


class _Noting:
    """Notes every question, and holds it and its answer against the lexicons."""

    def __init__(self, app: Any, running: RunningBluesky) -> None:
        self._app, self._running = app, running

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._running.asked.append(scope["path"])
        method = scope["path"].rpartition("/")[2]
        faults = self._running.faults.get(method)
        if faults:
            await self._break(faults.pop(0), scope, receive, send)
            return
        status, question, answer = 0, bytearray(), bytearray()

        async def received() -> Any:
            message = await receive()
            question.extend(message.get("body", b""))
            return message

        async def sent(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            answer.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, received, sent)
        if status == 200 and not method.endswith(("Blob", "deleteSession")):
            self._check(method, parse_qsl(scope["query_string"].decode()), bytes(question), bytes(answer))

    async def _break(self, fault: Fault, scope: Any, receive: Any, send: Any) -> None:
        headers = [(key.lower().encode(), value.encode()) for key, value in fault.headers.items()]
        if fault.lost:

            async def swallow(_message: Any) -> None:
                return None

            await self._app(scope, receive, swallow)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"{"})  # and then the line is cut
            return
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": fault.content})

    def _check(self, method: str, params: list[tuple[str, str]], question: bytes, answer: bytes) -> None:
        body = json.loads(question) if question else None
        self._running.checked.add(method)
        self._running.complaints += complaints_about_question(method, params, body)
        self._running.complaints += complaints(method, json.loads(answer))


@contextmanager
def running_bluesky() -> Iterator[RunningBluesky]:
    """Run a simulated Bluesky in which nobody speaks but the test."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        clock = Clock()
        part = BlueskyPart(SimulatorSettings(base_url=base_url, scenario="none"), clock)
        running = RunningBluesky(base_url, part, clock)
        app = _Noting(Starlette(routes=part.routes), running)
        config = uvicorn.Config(app, log_level="critical", ws="websockets-sansio", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + READY_WITHIN_S
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        try:
            yield running
        finally:
            part.stop()
            server.should_exit = True
            thread.join(10)
    assert not running.complaints, "\n".join(running.complaints)
