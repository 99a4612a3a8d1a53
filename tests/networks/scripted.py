"""A server on loopback that answers what a test wrote down, for the relatives of a network.

Each route ("GET /path") has one answer, a list whose last one stays, or a function of the query; what is
not written down is a 404.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator

Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Say:
    """One answer. `cut` ends the connection before it, `short` in the middle of it."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    short: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(slots=True)
class Scripted:
    """The routes, and what was asked: method, path, query, headers in lower case, body."""

    routes: dict[str, Any]
    url: str = ""
    seen: list[tuple[str, str, Query, dict[str, str], bytes]] = field(default_factory=list)

    def asked(self, method: str, path: str) -> list[Query]:
        """Return the queries with which a path was asked."""
        return [query for how, where, query, _, _ in self.seen if (how, where) == (method, path)]

    def answer(self, method: str, path: str, query: Query) -> Say:
        """Return what is written down."""
        route = self.routes.get(f"{method} {path}", Say({"error": "Record not found"}, 404))
        if isinstance(route, list):
            route = route.pop(0) if len(route) > 1 else route[0]
        said: Say = route if isinstance(route, Say) else route(dict(query))
        return said


def _speaker(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        def speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, raw = self.path.partition("?")
            query = parse_qsl(raw, keep_blank_values=True)
            headers = {key.lower(): value for key, value in self.headers.items()}
            script.seen.append((self.command, path, query, headers, body))
            said = script.answer(self.command, path, query)
            if said.cut:
                self.close_connection = True
                return
            self.send_response(said.status)
            for key, value in said.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(said.content) + (10 if said.short else 0)))
            with suppress(BrokenPipeError, ConnectionResetError):  # the client may have had enough
                self.end_headers()
                self.wfile.write(said.content)

        do_GET = do_POST = do_PATCH = do_DELETE = speak  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Speaker


@contextmanager
def running_script(routes: dict[str, Any]) -> Iterator[Scripted]:
    """Run a server with these routes; they may be changed while it runs."""
    script = Scripted(routes)
    with ThreadingHTTPServer(("127.0.0.1", 0), _speaker(script)) as server:
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
