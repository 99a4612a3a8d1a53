"""The stream of everything that is written on a simulated Bluesky, in both forms of Jetstream.

A cursor goes back as far as events are kept; in the second form one that is older is refused, in the first it
begins with the oldest. A listener that does not keep up is told so and let go.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from resonanz.simulator.bluesky.world import written

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.world import World

METHOD = "network.bsky.jetstream.subscribeEvents"
WAITING_MOST = 1_000


class _Listener:
    """Somebody who listens, and what waits to be told to him. None ends it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def tell(self, event: dict[str, Any] | None) -> None:
        """Tell him, from whatever thread."""
        self._loop.call_soon_threadsafe(self.queue.put_nowait, event)


class Jetstream:
    """Everybody who listens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._listeners: list[_Listener] = []
        self.silent = False
        world.told = self.tell

    def tell(self, event: dict[str, Any]) -> None:
        """Tell all listeners, from whatever thread; one who does not keep up is let go."""
        for listener in [] if self.silent else list(self._listeners):
            listener.tell(event if listener.queue.qsize() < WAITING_MOST else None)

    def stop(self) -> None:
        """End all streams."""
        for listener in list(self._listeners):
            listener.tell(None)

    async def first_form(self, socket: WebSocket) -> None:
        """`/subscribe`: the cursor is a time in microseconds."""
        params = socket.query_params
        cursor = int(params["cursor"]) if params.get("cursor", "").isdigit() else None
        wanted = set(params.getlist("wantedCollections"))
        missed = [one for one in self._world.memory.events if cursor is not None and one["time_us"] > cursor]
        await self._serve(socket, missed, lambda one: _first(one, wanted))

    async def second_form(self, socket: WebSocket) -> None:
        """`network.bsky.jetstream.subscribeEvents`: the cursor is a number, itself told again."""
        params, events = socket.query_params, self._world.memory.events
        if any(name.startswith("wanted") for name in params):
            await _refuse(socket, "InvalidRequest", "unknown parameter")
            return
        cursor = int(params["cursor"]) if params.get("cursor", "").isdigit() else None
        if cursor is not None and events and cursor < events[0]["seq"]:
            await _refuse(socket, "CursorTooOld", "the cursor is before the oldest event")
            return
        kinds, wanted = set(params.getlist("kinds")), set(params.getlist("collections"))
        missed = [one for one in events if cursor is not None and one["seq"] >= cursor]
        await self._serve(socket, missed, lambda one: _second(one, kinds, wanted))

    async def _serve(self, socket: WebSocket, missed: list[dict[str, Any]], shown: Any) -> None:
        listener = _Listener(asyncio.get_running_loop())
        for event in missed:
            listener.queue.put_nowait(event)
        self._listeners.append(listener)
        await socket.accept()
        leaving = asyncio.create_task(_until_left(socket))
        try:
            with suppress(WebSocketDisconnect, RuntimeError):
                await _tell_all(socket, listener.queue, leaving, shown)
        finally:
            leaving.cancel()
            self._listeners.remove(listener)


async def _tell_all(
    socket: WebSocket, queue: asyncio.Queue[Any], leaving: asyncio.Task[None], shown: Any
) -> None:
    """Tell one listener what comes, until he leaves or is told to (None)."""
    while True:
        waiting = asyncio.create_task(queue.get())
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            return
        event = waiting.result()
        if event is None:
            too_slow = {"$type": "error", "error": "ConsumerTooSlow", "message": "consumer too slow"}
            await socket.send_json(too_slow)
            await socket.close()
            return
        said = shown(event)
        if said is not None:
            await socket.send_json(said)


async def _until_left(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


async def _refuse(socket: WebSocket, name: str, message: str) -> None:
    """Refuse before the stream stands: with status 400, or however the server that runs us can."""
    if "websocket.http.response" not in socket.scope.get("extensions", {}):
        await socket.close()
        return
    body = f'{{"error":"{name}","message":"{message}"}}'.encode()
    headers = [(b"content-type", b"application/json")]
    await socket.send({"type": "websocket.http.response.start", "status": 400, "headers": headers})
    await socket.send({"type": "websocket.http.response.body", "body": body})


def _first(event: dict[str, Any], wanted: set[str]) -> dict[str, Any] | None:
    """Return an event in the first form; accounts are always told."""
    head = {"did": event["did"], "time_us": event["time_us"], "kind": event["kind"]}
    if event["kind"] == "account":
        account = {name: event[name] for name in ("did", "active", "seq", "status") if name in event}
        return head | {"account": account}
    if wanted and event["collection"] not in wanted:
        return None
    names = ("rev", "operation", "collection", "rkey", "record", "cid")
    return head | {"commit": {name: event[name] for name in names if name in event}}


def _second(event: dict[str, Any], kinds: set[str], wanted: set[str]) -> dict[str, Any] | None:
    """Return an event in the second form."""
    unwanted = event["kind"] == "commit" and wanted and event["collection"] not in wanted
    if (kinds and event["kind"] not in kinds) or unwanted:
        return None
    at = written(datetime.fromtimestamp(event["time_us"] / 1_000_000, UTC))
    kept = {name: value for name, value in event.items() if name not in {"kind", "time_us"}}
    payload = {"$type": f"{METHOD}#{event['kind']}", "time": at, **kept}
    return {"$type": "message", "payload": payload}
