"""The simulated X calls a program: its question first, then signed events, as often as it takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.x.conftest import CUSTOMER, DESK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.running import Steered

SECRET = "simulated-x-consumer-secret"


def signed(said: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.new(SECRET.encode(), said, hashlib.sha256).digest()).decode()


class Program(ThreadingHTTPServer):
    """A program that is called: it proves what it is, and keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.proof: Callable[[str], object] = lambda token: {"response_token": signed(token.encode())}
        self.statuses: list[int] = []
        self.told: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/x/abc/"


class _Door(BaseHTTPRequestHandler):
    server: Program

    def do_GET(self) -> None:
        token = parse_qs(urlsplit(self.path).query)["crc_token"][0]
        self._say(200, json.dumps(self.server.proof(token)).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["x-twitter-webhooks-signature"] == signed(body)
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            self.server.told.append(json.loads(body)["data"])
        self._say(status, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def program() -> Iterator[Program]:
    server = Program()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def until(x: Steered, **wanted: object) -> dict[str, Any]:
    """Wait until the webhook stands like that."""
    for _ in range(500):
        facts: dict[str, Any] = x.state()["webhook"]
        if all(facts[name] == value for name, value in wanted.items()):
            return facts
        time.sleep(0.01)
    raise AssertionError(f"{facts} is not {wanted}")


def test_who_answers_the_question_is_told_what_happens_to_companies(x: Steered, program: Program) -> None:
    x.order("settings", webhook=program.url)
    until(x, valid=True)
    asked = x.say(CUSTOMER, f"@{DESK} Hallo?")["id"]
    x.say(CUSTOMER, "Schaut mal", quotes=asked)
    x.order("delete", id=asked)
    x.say(CUSTOMER, "Psst", private=True)
    until(x, delivered=2, waiting=0)
    assert [one["event_type"] for one in program.told] == ["post.mention.create", "dm.received"]
    assert (program.told[0]["payload"]["id"], program.told[0]["filter"]["user_id"]) == (
        asked,
        next(one["filter"]["user_id"] for one in program.told),
    )


def test_what_is_not_taken_is_tried_again_and_then_lost(x: Steered, program: Program) -> None:
    x.order("settings", webhook=program.url)
    program.statuses = [500, 500, 200, 500, 500, 500]
    x.say(CUSTOMER, f"@{DESK} eins")
    x.say(CUSTOMER, f"@{DESK} zwei")
    assert until(x, delivered=1, lost=1)["valid"]
    assert len(program.told) == 1


def test_who_does_not_answer_rightly_is_told_nothing(x: Steered, program: Program) -> None:
    program.proof = lambda _token: {"response_token": "sha256=AAAA"}
    x.order("settings", webhook=program.url)
    x.say(CUSTOMER, f"@{DESK} Hallo?")
    until(x, lost=1, valid=False)
    x.order("settings", webhook="")
    x.say(CUSTOMER, f"@{DESK} Hallo?")
    until(x, lost=1, waiting=0)
    x.order("settings", webhook="http://127.0.0.1:9/")
    x.say(CUSTOMER, f"@{DESK} Hallo?")
    until(x, lost=2, valid=False)
    assert program.told == []


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://example.org/", "http://localhost/", "hooks", "http://[::"]
)
def test_only_this_machine_is_called(x: Steered, url: str) -> None:
    assert x.refused("settings", webhook=url).status_code == 422
    assert x.state()["settings"]["webhook"] == ""
