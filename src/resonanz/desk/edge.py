"""The ASGI root: live updates here, every page through Django's synchronous side.

Django's own ASGI path opens threads per request and is several times slower (ARCHITECTURE.md has the
figures), so pages go through `a2wsgi` and everything that stays open lives in plain ASGI. Django's
middleware does not cover the edge: it checks the session, the agent and the origin itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")
django.setup()

from a2wsgi import WSGIMiddleware  # noqa: E402 - Django has to be set up before its parts are imported
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import OperationalError  # noqa: E402
from granian.constants import Interfaces  # noqa: E402
from granian.server.embed import Server  # noqa: E402

from resonanz.desk import guardian  # noqa: E402
from resonanz.desk.care import shifts  # noqa: E402
from resonanz.desk.live import Hub, Listener  # noqa: E402
from resonanz.desk.models import Agent  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_S = 10
BODY_MOST = 4096
PAGE_THREADS = 8
STOP_WITHIN_S = 2
CONNECTIONS_MOST = 2_000

pages = get_wsgi_application()
_pages = WSGIMiddleware(cast(Any, pages), workers=PAGE_THREADS)
hub = Hub()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live":
        await _live(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live/presence":
        await _presence(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live/columns":
        await _columns(scope, receive, send)
    elif scope["type"] == "http":
        await _page(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a page. The bridge wants real coroutines, the server gives it other awaitables."""

    async def received() -> MutableMapping[str, Any]:
        return await receive()

    async def sent(message: MutableMapping[str, Any]) -> None:
        await send(message)

    await _pages(cast(Any, scope), cast(Any, received), cast(Any, sent))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    """One browser's live stream: events that the agent may see, presence, heartbeats."""
    headers = _headers(scope)
    agent = await asyncio.to_thread(guardian.agent_of, _session_key(headers))
    if agent is None or not _same_origin(headers):
        await _answer(send, 403)
        return
    last = headers.get("last-event-id", "")
    listener = hub.join(agent, int(last) if last.isdecimal() else None)
    try:
        await send(_start(200, [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]))
        gone = asyncio.create_task(_disconnected(receive))
        await _stream(listener, gone, send)
    finally:
        hub.leave(listener)


async def _stream(listener: Listener, gone: asyncio.Task[None], send: Send) -> None:
    """Send what the listener gets until either side has enough."""
    await _write(send, b"retry: 2000\n\n")
    checked = time.monotonic()
    try:
        while not gone.done():
            chunk = await listener.next(HEARTBEAT_S)
            if chunk is None:
                break
            await _write(send, chunk or b": still here\n\n")
            if time.monotonic() - checked >= HEARTBEAT_S:  # however busy the desk is
                if not await asyncio.to_thread(guardian.still_signed_in, listener.agent):
                    break
                checked = time.monotonic()
    except (ConnectionError, OSError):
        pass  # the browser went away in the middle of a chunk
    finally:
        gone.cancel()
        with contextlib.suppress(ConnectionError, OSError, RuntimeError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _who_says(scope: Scope, send: Send) -> guardian.SignedIn | None:
    """Return who tells us something from a page of ours; answers 403 and returns None for anybody else."""
    headers = _headers(scope)
    agent = None
    if scope["method"] == "POST" and _same_origin(headers):
        agent = await asyncio.to_thread(guardian.agent_of, _session_key(headers))
    if agent is None:
        await _answer(send, 403)
    return agent


async def _columns(scope: Scope, receive: Receive, send: Send) -> None:
    """A page says which columns it shows, and up to which event it knows them. Kept in memory only."""
    agent = await _who_says(scope, send)
    if agent is None:
        return
    looks = _looks(await _body(receive))
    if looks is None:
        await _answer(send, 400)
        return
    await hub.show(agent, looks.page, looks.tab, looks.columns, looks.since)
    await _answer(send, 204)


async def _presence(scope: Scope, receive: Receive, send: Send) -> None:
    """An agent says what their tab looks at, and whether they type. Kept in memory only."""
    agent = await _who_says(scope, send)
    if agent is None:
        return
    said = _said(await _body(receive))
    if said is None:
        await _answer(send, 400)
        return
    if said.alive and hub.is_news(agent.id):
        await asyncio.to_thread(_alive, agent.id)
    await hub.present(agent, said.tab, said.conversation, said.typing)
    await _answer(send, 204)


def _alive(number: int) -> None:
    """Note that an agent is here; a busy database does not hold presence up, the next sign does it."""
    with contextlib.suppress(OperationalError):
        shifts.seen(Agent.objects.get(pk=number))


@dataclass(frozen=True, slots=True)
class Said:
    """What a presence post says; `alive` when somebody has touched the page lately."""

    tab: str
    conversation: int | None
    typing: bool
    alive: bool


def _said(body: bytes | None) -> Said | None:
    """Return what a presence post says, or None if it is none."""
    try:
        said = json.loads(body or b"")
        tab, conversation, typing = said["tab"], said.get("conversation"), said.get("typing", False)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not isinstance(tab, str) or not 1 <= len(tab) <= 64:
        return None
    if conversation is not None and (not isinstance(conversation, int) or isinstance(conversation, bool)):
        return None
    return Said(tab, conversation, typing is True, said.get("alive") is True)


Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Looks(msgspec.Struct, frozen=True):
    """What a page of columns says: which tab and columns it shows, and the last event that it knows of."""

    page: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    tab: Number
    columns: Annotated[list[Number], msgspec.Meta(max_length=100)]
    since: Number | None = None


_read_looks = msgspec.json.Decoder(Looks).decode


def _looks(body: bytes | None) -> Looks | None:
    """Return what a page says about its columns, or None if it says something else."""
    try:
        return _read_looks(body or b"")
    except (msgspec.DecodeError, RecursionError):
        return None


async def _body(receive: Receive) -> bytes | None:
    """Return a small request body, None if it is not small."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > BODY_MOST:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _same_origin(headers: dict[str, str]) -> bool:
    """Whether the request comes from one of our own pages, as the browser itself says."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _session_key(headers: dict[str, str]) -> str:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    morsel = cookies.get(guardian.SESSION_COOKIE)
    return morsel.value if morsel else ""


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [*headers, (b"cache-control", b"no-store")],
    }


async def _write(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _answer(send: Send, status: int) -> None:
    await send(_start(status, [(b"content-length", b"0")]))
    await send({"type": "http.response.body", "body": b""})


def serve(host: str, port: int) -> None:
    """Run the web side in this process until SIGTERM, or until the parent dies.

    The server would wait for open live streams; they are ended first.
    """
    guardian.watch_parent()
    asyncio.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
        backlog=CONNECTIONS_MOST,
        backpressure=CONNECTIONS_MOST,  # every open live stream counts as a request in progress
    )
    server.workers_kill_timeout = STOP_WITHIN_S

    def stop() -> None:
        hub.close()
        server.stop()  # type: ignore[no-untyped-call]

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve()
