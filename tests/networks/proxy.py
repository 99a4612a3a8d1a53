"""A small proxy that loses answers after the server has acted, and notes what was asked.

That is the one failure no server can be told to play: the post is stored, and nobody knows.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_PASSED_ON = {"host", "connection", "content-length", "transfer-encoding", "content-encoding"}


@dataclass(slots=True)
class Proxy:
    """What the proxy does with the next requests; may be changed while it runs."""

    upstream: str
    url: str = ""
    lose: list[tuple[str, str]] = field(default_factory=list)  # method and path, each once
    strip: set[str] = field(default_factory=set)  # headers that the server shall not see
    seen: list[tuple[str, str]] = field(default_factory=list)

    def loses(self, method: str, path: str) -> bool:
        """Tell whether this answer is to be lost, and lose no second one."""
        if (method, path) in self.lose:
            self.lose.remove((method, path))
            return True
        return False


def _relay(proxy: Proxy, client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Relay(BaseHTTPRequestHandler):
        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            proxy.seen.append((self.command, path))
            kept = {
                key: value
                for key, value in self.headers.items()
                if key.lower() not in NOT_PASSED_ON | proxy.strip
            }
            answer = client.request(self.command, f"{proxy.upstream}{self.path}", headers=kept, content=body)
            if proxy.loses(self.command, path):
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            for key, value in answer.headers.items():
                if key.lower() not in NOT_PASSED_ON:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = relay  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Relay


@contextmanager
def running_proxy(upstream: str) -> Iterator[Proxy]:
    """Run a proxy before a server."""
    proxy = Proxy(upstream)
    with httpx.Client() as client, ThreadingHTTPServer(("127.0.0.1", 0), _relay(proxy, client)) as server:
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
