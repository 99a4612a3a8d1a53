"""A chat's web hook on loopback: it keeps what it is told, and answers what a test wants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Chat:
    """What arrived, and the status that the next calls get; `location` sends them elsewhere."""

    port: int = 0
    status: int = 200
    location: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook/secret-of-the-chat"


@contextmanager
def chat() -> Iterator[Chat]:
    """Run one."""
    room = Chat()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            room.told.append({"path": self.path, "title": said["title"], "message": said["message"]})
            self.send_response(room.status)
            if room.location:
                self.send_header("Location", room.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    room.port = server.server_address[1]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield room
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
