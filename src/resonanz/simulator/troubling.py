"""Carries out what was ordered to go wrong: a layer before all simulated networks.

It also writes down what was called and how it was answered. The orders are in `trouble.py`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from resonanz.simulator.part import Answered, Endpoint, Part, Renaming, Revoking
from resonanz.simulator.people import companies_of
from resonanz.simulator.trouble import (
    BEFORE,
    BETWEEN,
    FLOWING,
    Called,
    Order,
    Trouble,
    bytes_of,
    half,
    items_of,
    json_of,
    put_items,
    renamed,
    with_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

GARBAGE = b'<!doctype html><title>upstream</title>{"data":'
_OPENING = frozenset(BEFORE)
_USUAL_NAMES = {"text": "body_text", "content": "body_text"}


class Troubling:
    """The layer. `stopping` ends every waiting at once."""

    def __init__(self, app: ASGIApp, trouble: Trouble, stopping: Callable[[], asyncio.Event]) -> None:
        self._app = app
        self._trouble = trouble
        self._stopping = stopping
        self._late: dict[tuple[str, str], list[Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call through, spoilt if that was ordered."""
        place = None
        if scope["type"] in ("http", "websocket"):
            place = self._trouble.place(scope.get("method", "GET"), scope["path"])
        if place is None:
            await self._app(scope, receive, send)
            return
        part, endpoint = place
        called = self._trouble.called(part, endpoint, scope["path"])
        order = self._trouble.take(part, endpoint, _OPENING if endpoint.stream else None)
        called.fault = order.kind if order else ""
        kind = _Talk if scope["type"] == "websocket" else _Flow
        flow = kind(self._trouble, part, endpoint, called, send)
        if order is not None and order.kind in BEFORE:
            if await self._spoiled_before(order, flow, scope, receive):
                return
            receive = cast("Receive", scope.pop("resonanz.replayed", receive))
            order = None
        if endpoint.stream:
            await flow.run(self._app, scope, receive)
        else:
            await self._whole(order, flow, scope, receive)

    # before the network acts

    async def _spoiled_before(self, order: Order, flow: _Flow, scope: Scope, receive: Receive) -> bool:
        """Do what comes before the network acts; whether the call is over with that."""
        kind = order.kind
        if kind in ("slow", "timeout_before"):
            await self._wait(order.delay_s)
        if kind == "slow":
            return False
        if kind == "timeout_before":
            await flow.answer(Answered(504, {"error": "timeout"}))
        elif kind == "cut_before":
            await flow.cut(b'{"data":{"id":"')
        elif kind in ("revoked", "parent_deleted", "post_edited"):
            await self._meanwhile(kind, flow, scope, receive)
            return False
        else:
            seconds = int(order.delay_s) if kind == "429" else None
            await flow.answer(flow.part.refusal(kind.partition("_")[0], seconds))
        return True

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping().wait(), seconds)

    async def _meanwhile(self, kind: str, flow: _Flow, scope: Scope, receive: Receive) -> None:
        """Let something happen on the network just before the call is heard."""
        if kind == "revoked":
            headers = dict(scope["headers"])
            secret = headers.get(b"authorization", b"").decode(errors="replace").rpartition(" ")[2]
            assert isinstance(flow.part, Revoking)  # otherwise it can not be ordered
            flow.part.revoke(secret)
            return
        about = scope["path"]
        if scope["type"] == "http":
            body, scope["resonanz.replayed"] = await _replayed(receive)
            about += body.decode(errors="replace")
        post = _meant(flow.part, about)
        if post is None:
            return
        with suppress(ValueError):
            if kind == "parent_deleted":
                flow.part.delete({"id": post["id"]})
            else:
                flow.part.edit({"id": post["id"], "text": f"{post['text']} (…)"})

    # after it acted

    async def _whole(self, order: Order | None, flow: _Flow, scope: Scope, receive: Receive) -> None:
        """Let the network act, and change its answer where that was ordered or something is late."""
        key = (flow.part.name, flow.endpoint.name)
        if order is None and key not in self._late:
            await self._app(scope, receive, flow.plain)
            return
        answer = _Answer()
        await self._app(scope, receive, answer.keep)
        if order is None:
            await flow.pass_on(answer.start, self._with_late(key, flow.endpoint, answer.body))
        elif order.kind == "timeout_after":
            await self._wait(order.delay_s)
            await flow.pass_on(answer.start, answer.body)
        elif order.kind == "cut_after":
            await flow.cut(answer.body)
        elif order.kind == "500_after":
            await flow.answer(flow.part.refusal("500", None))
        elif answer.start["status"] >= 300:
            await flow.pass_on(answer.start, answer.body)
        else:
            await flow.pass_on(answer.start, self._changed(order.kind, flow, answer.body))

    def _changed(self, kind: str, flow: _Flow, content: bytes) -> bytes:
        if kind == "broken":
            return GARBAGE
        if kind == "truncated":
            return half(content)
        body = json_of(content)
        if kind in ("unknown_fields", "renamed_fields"):
            return bytes_of(changed_fields(kind, flow.part, flow.endpoint, body))
        items = items_of(body, flow.endpoint.items)
        if not items:
            return content
        if kind == "late":
            self._late.setdefault((flow.part.name, flow.endpoint.name), []).append(items[0])
        rest = {"duplicates": [i for i in items for _ in (0, 1)], "disorder": items[::-1]}.get(
            kind, items[1:]
        )
        return bytes_of(put_items(body, flow.endpoint.items, rest))

    def _with_late(self, key: tuple[str, str], endpoint: Endpoint, content: bytes) -> bytes:
        """Put in what was held back, unless it is there by itself or the answer is a refusal."""
        body = json_of(content)
        if not isinstance(body, (dict, list)) or (isinstance(body, dict) and body.get("status")):
            return content
        items = items_of(body, endpoint.items) or []
        fresh = [late for late in self._late.pop(key) if late not in items]
        return bytes_of(put_items(body, endpoint.items, [*items, *fresh])) if fresh else content


def changed_fields(kind: str, part: Part, endpoint: Endpoint, body: Any) -> Any:
    """Return an answer with fields nobody knows, or with names that changed."""
    if kind == "unknown_fields":
        return with_unknown(body, endpoint.items)
    names = dict(part.renames) if isinstance(part, Renaming) else _USUAL_NAMES
    return renamed(body, names)


async def _replayed(receive: Receive) -> tuple[bytes, Receive]:
    """Read a call's body and return it with something that reads it again."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return body, again


def _meant(part: Part, about: str) -> dict[str, Any] | None:
    """Return the post that a call speaks of; else the newest one that a customer wrote in public."""
    posts = part.posts()
    named = [p for p in posts if p["id"] in about]
    companies = set(companies_of(part))
    others = [p for p in posts if p["handle"] not in companies and not p.get("private")]
    return next(iter([*reversed(named), *reversed(others)]), None)


class _Answer:
    """An answer held back."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = b""

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


class _Flow:
    """One call's answer on its way to the client."""

    def __init__(self, trouble: Trouble, part: Part, endpoint: Endpoint, called: Called, send: Send) -> None:
        self._trouble = trouble
        self.part = part
        self.endpoint = endpoint
        self._called = called
        self._send = send
        self._silent = False
        self._ends = asyncio.Event()
        self._held: list[tuple[bytes, str]] = []

    async def plain(self, message: Message) -> None:
        """Send a message as it is."""
        if message["type"] == "http.response.start":
            self._called.status = message["status"]
        await self._send(message)

    async def answer(self, answered: Answered) -> None:
        """Send another answer."""
        content = bytes_of(answered.body)
        headers = [(k.lower().encode(), v.encode()) for k, v in answered.headers.items()]
        headers += [(b"content-type", b"application/json")]
        await self.pass_on(
            {"type": "http.response.start", "status": answered.status, "headers": headers}, content
        )

    async def pass_on(self, start: Message, content: bytes) -> None:
        """Send a start with the length that its content has now."""
        kept = [(k, v) for k, v in start.get("headers", []) if k.lower() != b"content-length"]
        await self.plain({**start, "headers": [*kept, (b"content-length", str(len(content)).encode())]})
        await self._send({"type": "http.response.body", "body": content})

    async def cut(self, content: bytes) -> None:
        """Promise a whole answer, send half of it and leave: the server then closes the connection."""
        promised = str(len(content) * 2 + 64).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", promised)]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": half(content), "more_body": True})

    # streams

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Let a stream flow until it ends or is cut."""
        running = asyncio.ensure_future(app(scope, receive, self._flowing))
        cutting = asyncio.ensure_future(self._ends.wait())
        try:
            await asyncio.wait({running, cutting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (running, cutting):
                task.cancel()
            await asyncio.gather(running, cutting, return_exceptions=True)

    async def _flowing(self, message: Message) -> None:
        name = "body" if message["type"] == "http.response.body" else "text"
        block = message.get(name) if message["type"] in ("http.response.body", "websocket.send") else None
        if not block:
            await self.plain(message)
            return
        raw = block.encode() if isinstance(block, str) else block
        for piece in self._changed(raw):
            await self._send({**message, name: piece.decode() if isinstance(block, str) else piece})
        if self._ends.is_set():
            await asyncio.sleep(60)  # the connection is being cut: nothing more may be said

    def _changed(self, block: bytes) -> list[bytes]:
        """Return what is sent for a block: itself, nothing, or something else."""
        happens = bool(block.strip()) and not block.startswith((b":", b"event: ping"))
        order = None
        if not self._silent:
            order = self._trouble.take(self.part, self.endpoint, FLOWING if happens else BETWEEN)
        kind = order.kind if order else ""
        self._called.fault = kind or self._called.fault
        if self._silent or kind == "silent":
            self._silent = True
            return []
        held = [b for b, why in self._held if happens or why == "late"]
        self._held = [] if happens else [(b, why) for b, why in self._held if why != "late"]
        return [*self._spoiled(kind, block), *held]

    def _spoiled(self, kind: str, block: bytes) -> list[bytes]:
        if kind in ("late", "disorder"):
            self._held.append((block, kind))
            return []
        if kind == "missing":
            return []
        if kind == "cut_after":
            self._ends.set()
            return [half(block)]
        if kind == "duplicates":
            return [block, block]
        return [self._renamed(kind, block)] if kind else [block]

    def _renamed(self, kind: str, block: bytes) -> bytes:
        """Change the JSON in a block, whatever stands around it."""
        start, end = block.find(b"{"), block.rfind(b"}") + 1
        if start < 0:
            return block
        if kind in ("broken", "truncated"):
            return block[:start] + half(block[start:end]) + block[end:]
        body = json_of(block[start:end])
        return block[:start] + bytes_of(changed_fields(kind, self.part, self.endpoint, body)) + block[end:]


class _Talk(_Flow):
    """A stream over a WebSocket: whatever refuses it closes it before it was opened."""

    async def pass_on(self, start: Message, _content: bytes) -> None:
        """Close instead of answering."""
        self._called.status = start["status"]
        await self._send({"type": "websocket.close", "code": 1011})

    async def cut(self, _content: bytes) -> None:
        """Close without a word."""
        await self._send({"type": "websocket.close", "code": 1006})
