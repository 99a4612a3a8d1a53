"""Streams say at once what happens to an account, and end when they should."""

from __future__ import annotations

import json
import threading
import time
from queue import Queue
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mastodon import Mastodon, StreamListener

from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from collections.abc import Callable


class Ear:
    """Reads one stream in a thread; `next()` is the next (event, content)."""

    def __init__(self, running: RunningSimulator, name: str = "user", *, by_query: bool = False) -> None:
        self.heard: Queue[tuple[str, Any]] = Queue()
        self._address = f"{running.base_url}/api/v1/streaming/{name}"
        token = running.tokens[DESK]
        self._how: dict[str, Any] = (
            {"params": {"access_token": token}}
            if by_query
            else {"headers": {"Authorization": f"Bearer {token}"}}
        )
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        assert self.next() == ("comment", ":)")

    def _read(self) -> None:
        event = ""
        with httpx.stream("GET", self._address, timeout=10, **self._how) as answer:
            for line in answer.iter_lines():
                if line.startswith(":"):
                    self.heard.put(("comment", line))
                elif line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: "):
                    self.heard.put((event, json.loads(line[6:])))
        self.heard.put(("end", None))

    def next(self) -> tuple[str, Any]:
        return self.heard.get(timeout=5)


@pytest.mark.parametrize("by_query", [True, False])
def test_a_mention_is_told_at_once(simulator: RunningSimulator, by_query: bool) -> None:
    ear = Ear(simulator, by_query=by_query)
    said = simulator.say(CUSTOMER, f"@{DESK} hallo")
    event, notice = ear.next()
    assert (event, notice["type"], notice["status"]["id"]) == ("notification", "mention", said["id"])
    simulator.edit(said["id"], f"@{DESK} hallo!")  # an edit by somebody we do not follow is not told
    simulator.delete(said["id"])
    assert ear.next() == ("delete", int(said["id"]))


def test_filtered_mentions_are_not_told(simulator: RunningSimulator) -> None:
    ear = Ear(simulator)
    simulator.say(CUSTOMER, f"@{DESK} heimlich", visibility="direct")
    loud = simulator.say(CUSTOMER, f"@{DESK} laut")
    event, notice = ear.next()
    assert (event, notice["status"]["id"]) == ("notification", loud["id"])


def test_own_posts_and_edits_are_told(simulator: RunningSimulator, desk: Mastodon) -> None:
    ear = Ear(simulator)
    own = desk.status_post("Guten Morgen")
    desk.status_update(own.id, "Guten Tag")
    assert [(event, content["id"]) for event, content in (ear.next(), ear.next())] == [
        ("update", own.id),
        ("status.update", own.id),
    ]


def test_private_talk_is_told_on_its_own_stream(simulator: RunningSimulator) -> None:
    simulator.settings(filter_private=False)
    ear = Ear(simulator, "direct")
    said = simulator.say(CUSTOMER, f"@{DESK} psst", visibility="direct")
    event, conversation = ear.next()
    assert (event, conversation["last_status"]["id"]) == ("conversation", said["id"])


def test_the_official_client_listens(simulator: RunningSimulator, desk: Mastodon) -> None:
    heard: Queue[str] = Queue()

    class Listener(StreamListener):
        def on_notification(self, notification: Any) -> None:
            heard.put(notification.status.id)

    handle = desk.stream_user(Listener(), run_async=True, timeout=5)
    until(lambda: simulator.state()["streams"] == 1)
    said = simulator.say(CUSTOMER, f"@{DESK} hallo")
    assert heard.get(timeout=5) == said["id"]
    simulator.revoke(simulator.tokens[DESK])
    handle.join(5)
    assert handle.is_alive() is False


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_silence_is_filled_with_heartbeats() -> None:
    with running_simulator(heartbeat_s=0.05) as running:
        assert Ear(running).next() == ("comment", ":thump")


def test_a_stop_ends_open_streams_quickly() -> None:
    with running_simulator() as running:
        ears = [Ear(running, "user/notification") for _ in range(5)]
        begun = time.monotonic()
        running.stop()
        assert time.monotonic() - begun < 2
        assert [ear.next() for ear in ears] == [("end", None)] * 5


def test_streams_want_a_token(simulator: RunningSimulator) -> None:
    answer = httpx.get(f"{simulator.base_url}/api/v1/streaming/user")
    assert answer.status_code == 401
    assert httpx.get(f"{simulator.base_url}/api/v1/streaming/health").text == "OK"


def test_no_stream_opens_after_the_end(simulator: RunningSimulator) -> None:
    simulator._simulation.mastodon.hub.close()
    address = f"{simulator.base_url}/api/v1/streaming/user"
    answer = httpx.get(address, headers={"Authorization": f"Bearer {simulator.tokens[DESK]}"})
    assert (answer.status_code, answer.content) == (200, b"")
