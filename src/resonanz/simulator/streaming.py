"""Live streams: what happens is written to everybody who listens, as server-sent events.

Written after the Mastodon documentation, "Streaming API methods". There is no replay: who was away
reads the lists again.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from resonanz.simulator.asking import bearer, signed_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from resonanz.simulator.world import Event, World

STREAMS = {
    "user": frozenset({"update", "notification", "status.update", "delete"}),
    "user/notification": frozenset({"notification"}),
    "direct": frozenset({"conversation"}),
}


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """One open stream. A None in the queue ends it."""

    account_id: str
    token: str
    kinds: frozenset[str]
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[bytes | None]

    def put(self, block: bytes | None) -> None:
        """Hand over a block from any thread."""
        self.loop.call_soon_threadsafe(self.queue.put_nowait, block)


class Hub:
    """Everybody who listens. `render(event)` writes an event's payload."""

    def __init__(self, render: Callable[[Event], Any], *, heartbeat_s: float) -> None:
        self._render = render
        self._heartbeat_s = heartbeat_s
        self._listeners: set[Listener] = set()
        self._closed = False

    def publish(self, event: Event) -> None:
        """Tell an event to the account's listeners."""
        wanted = [s for s in self._listeners if s.account_id == event.account_id and event.kind in s.kinds]
        if not wanted:
            return
        payload = self._render(event)
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        for listener in wanted:
            listener.put(f"event: {event.kind}\ndata: {text}\n\n".encode())

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    def end(self, token: str) -> None:
        """End the streams of a token that was taken back."""
        for listener in [s for s in self._listeners if s.token == token]:
            listener.put(None)

    def close(self) -> None:
        """End all streams and open no more."""
        self._closed = True
        for listener in list(self._listeners):
            listener.put(None)

    async def blocks(self, account_id: str, token: str, kinds: frozenset[str]) -> AsyncIterator[bytes]:
        """Yield what happens to an account, with a sign of life where nothing does."""
        listener = Listener(account_id, token, kinds, asyncio.get_running_loop(), asyncio.Queue())
        if self._closed:
            return
        self._listeners.add(listener)
        try:
            yield b":)\n"
            while True:
                try:
                    block = await asyncio.wait_for(listener.queue.get(), self._heartbeat_s)
                except TimeoutError:
                    block = b":thump\n"
                if block is None:
                    return
                yield block
        finally:
            self._listeners.discard(listener)


def stream_of(world: World, hub: Hub, request: Request) -> Response:
    """Answer `GET /api/v1/streaming/…`."""
    name = request.path_params["name"]
    if name == "health":
        return PlainTextResponse("OK")
    if name not in STREAMS:
        return PlainTextResponse("Not found", status_code=404)
    account = signed_in(request, world, "read:statuses")
    headers = {"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}
    blocks = hub.blocks(account.id, bearer(request), STREAMS[name])
    return StreamingResponse(blocks, media_type="text/event-stream", headers=headers)
