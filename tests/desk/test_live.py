"""Live updates over the real server: who is told what, presence, and coming back."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import pytest

from tests.desk.running import RunningDesk, running_desk
from tests.simulator.running import RunningSimulator, running_simulator

pytestmark = pytest.mark.servers
US = "nordlicht_hilft"
ARRIVALS = {"signed_in", "shift_began"}  # what a stream may tell late, as sessions begin before it


@dataclass
class Place:
    """A desk on a simulated network, and the sessions of two agents and one without a team."""

    desk: RunningDesk
    network: RunningSimulator
    anna: str
    ben: str
    tom: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        running_simulator() as network,
        running_desk(tmp_path_factory.mktemp("live") / "home") as desk,
    ):
        desk.hand("connect", network.base_url, network.tokens[US])
        desk.hand("leave_team", "tom")
        yield Place(desk, network, desk.session("anna"), desk.session("ben"), desk.session("tom"))


@pytest.fixture(autouse=True)
def _streams_end() -> Iterator[None]:
    """Close what a test leaves open when it fails; the next one would be blamed for it."""
    yield
    for listening in Listening.made:
        listening.close()
    Listening.made.clear()


class Listening:
    """One open stream, read event by event."""

    made: ClassVar[list[Listening]] = []

    def __init__(self, desk: RunningDesk, session: str, last_id: int | None = None) -> None:
        again = f"Last-Event-ID: {last_id}\r\n" if last_id is not None else ""
        self.stream = socket.create_connection(("127.0.0.1", desk.port), timeout=12)
        self.stream.sendall(
            f"GET /live HTTP/1.1\r\nHost: localhost:{desk.port}\r\n"
            f"Connection: close\r\nCookie: resonanz_session={session}\r\n{again}\r\n".encode()
        )
        self.lines = self.stream.makefile("r", encoding="utf-8")
        self.made.append(self)
        self.until("retry: 2000")

    def until(self, words: str) -> str:
        while words not in (line := self.lines.readline()):
            assert line, f"the stream ended before {words!r}"
        return line

    def next(self, kind: str = "") -> dict[str, Any]:
        """Return the next event, of a kind, besides ARRIVALS."""
        while True:
            self.until(f"event: {kind}")
            told: dict[str, Any] = json.loads(self.until("data: ").removeprefix("data: "))
            if told.get("kind") not in ARRIVALS:
                return told

    def hears_within(self, seconds: float) -> bool:
        """Whether any event comes in time."""
        self.stream.settimeout(seconds)
        try:
            self.next()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.lines.close()
        self.stream.close()


def say_there(
    place: Place, session: str, tab: str, conversation: int | None, *, typing: bool = False
) -> None:
    answer = httpx.post(
        f"{place.desk.url}/live/presence",
        headers={"Cookie": f"resonanz_session={session}"},
        json={"tab": tab, "conversation": conversation, "typing": typing},
    )
    assert answer.status_code == 204


def test_a_new_post_is_told_at_once_to_those_who_may_see_it(place: Place) -> None:
    anna, tom = Listening(place.desk, place.anna), Listening(place.desk, place.tom)
    place.network.say("ada", f"@{US} Wo bleibt mein Paket?")
    opened = anna.next("told")
    assert (opened["kind"], opened["conversation"]) == ("opened", 1)
    heard = anna.next("told")
    assert (heard["kind"], heard["id"]) == ("heard", opened["id"] + 1)
    assert tom.hears_within(1.0) is False
    anna.close()
    tom.close()


def test_a_browser_that_comes_back_is_told_what_it_missed(place: Place) -> None:
    anna = Listening(place.desk, place.anna)
    place.network.say("otto", f"@{US} Und meins?")
    first = anna.next("told")
    anna.close()
    place.network.say("mia", f"@{US} Meins auch nicht")
    time.sleep(2.5)
    again = Listening(place.desk, place.anna, first["id"])
    kinds = [again.next("told")["kind"] for _ in range(3)]
    assert kinds == ["heard", "opened", "heard"]
    again.close()


def test_presence_is_seen_within_a_second_and_gone_within_ten(place: Place) -> None:
    place.network.say("ada", f"@{US} Ist da wer?")
    anna = Listening(place.desk, place.anna)
    began = time.monotonic()
    say_there(place, place.ben, "t1", 1, typing=True)
    told = anna.next("presence")
    assert time.monotonic() - began < 1
    assert told["conversation"] == 1
    assert [(p["name"], p["typing"]) for p in told["people"]] == [("Ben", True)]
    late = Listening(place.desk, place.anna)
    assert late.next("presence") == told
    late.close()
    assert anna.next("presence") == {"conversation": 1, "people": []}
    assert time.monotonic() - began < 10
    say_there(place, place.ben, "t2", 1)
    anna.next("presence")
    say_there(place, place.ben, "t2", None)
    assert anna.next("presence")["people"] == []
    anna.close()


def test_nobody_is_present_where_they_may_not_look(place: Place) -> None:
    anna = Listening(place.desk, place.anna)
    say_there(place, place.tom, "t1", 1)
    assert anna.hears_within(1.0) is False
    anna.close()


def test_signing_out_ends_the_stream(place: Place) -> None:
    session = place.desk.session("ben")
    ben = Listening(place.desk, session)
    place.desk.hand("sign_out", session)
    ben.stream.settimeout(25)
    while ben.lines.readline():
        pass
    ben.close()
    assert (
        httpx.get(f"{place.desk.url}/live", headers={"Cookie": f"resonanz_session={session}"}).status_code
        == 403
    )
