"""Things that go wrong between a client and the network, on order, and the request limit.

Both stand before the application as ASGI middleware. An effect ending in `_after` lets the network act
first and spoils only the answer.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

EFFECTS = (
    "status",
    "status_after",
    "timeout_before",
    "timeout_after",
    "cut_before",
    "cut_after",
    "malformed",
    "malformed_after",
    "ratelimit",
)
DEFAULT_LIMIT = 300  # Mastodon documentation, "Rate limits": 300 requests within 5 minutes
WINDOW = timedelta(minutes=5)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What shall go wrong for the next `count` requests. `method` "*" means any; `delay_s` in seconds."""

    effect: str
    method: str = "*"
    path_prefix: str = "/"
    status: int = 503
    count: int = 1
    delay_s: float = 30.0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"the effect {self.effect!r} is none of {', '.join(EFFECTS)}")

    def fits(self, scope: Scope) -> bool:
        """Whether the request is one of those meant."""
        fits = self.method in ("*", scope["method"]) and scope["path"].startswith(self.path_prefix)
        return self.count > 0 and fits


class Faults:
    """The orders, and the middleware that carries them out. `stopping` ends every waiting at once."""

    def __init__(self, stopping: Callable[[], asyncio.Event], clock: Callable[[], datetime]) -> None:
        self.orders: list[Fault] = []
        self._stopping = stopping
        self._clock = clock

    def limited_for(self, seconds: int) -> dict[str, str]:
        """Return the headers of a refusal that lasts so many seconds."""
        reset = self._clock() + timedelta(seconds=seconds)
        return {k.decode(): v.decode() for k, v in _limit_headers(DEFAULT_LIMIT, 0, reset)}

    def next_for(self, scope: Scope) -> Fault | None:
        """Take the first order that fits the request."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            return None
        for fault in self.orders:
            if fault.fits(scope):
                fault.count -= 1
                return fault
        return None

    def around(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            fault = self.next_for(scope)
            if fault is None:
                await app(scope, receive, send)
                return
            answer = _Answer()
            if fault.effect.endswith("_after"):
                await app(scope, receive, answer.keep)
            await self._spoil(fault, answer, send)

        return faulty

    async def _spoil(self, fault: Fault, answer: _Answer, send: Send) -> None:
        kind = fault.effect.partition("_")[0]
        if kind == "timeout":
            await self._wait(fault.delay_s)
            await _send(send, answer.status or 504, answer.body or b'{"error":"timeout"}')
        elif kind == "cut":
            await _cut(send, answer.body or b'{"id":"0","content":"')
        elif kind == "malformed":
            await _send(send, 200, (answer.body or b'{"id": "1", "content": "')[:24])
        elif kind == "ratelimit":
            reset = self._clock() + timedelta(seconds=fault.delay_s)
            await _send(send, 429, _error("Too many requests"), _limit_headers(DEFAULT_LIMIT, 0, reset))
        else:
            await _send(send, fault.status, _error("Simulated fault"))

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping().wait(), seconds)
        except TimeoutError:
            return


class _Answer:
    """An answer held back."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")


def _error(sentence: str) -> bytes:
    return json.dumps({"error": sentence}).encode()


async def _send(send: Send, status: int, body: bytes, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers + (extra or [])})
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Send, body: bytes) -> None:
    """Promise a whole answer, send half of it and leave: the server then closes the connection."""
    promised = str(len(body) * 2 + 64).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", promised)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body[: len(body) // 2 + 1], "more_body": True})


def _limit_headers(limit: int, remaining: int, reset: datetime) -> list[tuple[bytes, bytes]]:
    stamp = reset.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return [
        (b"x-ratelimit-limit", str(limit).encode()),
        (b"x-ratelimit-remaining", str(remaining).encode()),
        (b"x-ratelimit-reset", stamp.encode()),
    ]


class RateLimit:
    """Counts requests per token in windows of five minutes; refuses only where a limit was set."""

    def __init__(self, limit: Callable[[], int | None], clock: Callable[[], datetime]) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: dict[tuple[str, int], int] = {}

    def around(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application: limit headers on every API answer, 429 beyond the limit."""

        async def limited(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith("/api/"):
                await app(scope, receive, send)
                return
            headers, refused = self._count(scope)
            if refused:
                await _send(send, 429, _error("Too many requests"), headers)
                return

            async def send_with_limit(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message.get("headers", []), *headers]}
                await send(message)

            await app(scope, receive, send_with_limit)

        return limited

    def _count(self, scope: Scope) -> tuple[list[tuple[bytes, bytes]], bool]:
        seconds = int(WINDOW.total_seconds())
        now = self._clock()
        window = ceil(now.timestamp() / seconds) * seconds
        asker = dict(scope["headers"]).get(b"authorization", b"").decode(errors="replace")
        self._counts = {key: count for key, count in self._counts.items() if key[1] >= window}
        used = self._counts[asker, window] = self._counts.get((asker, window), 0) + 1
        wanted = self._limit()
        limit = DEFAULT_LIMIT if wanted is None else wanted
        reset = datetime.fromtimestamp(window, tz=now.tzinfo)
        return _limit_headers(limit, max(limit - used, 0), reset), wanted is not None and used > wanted
