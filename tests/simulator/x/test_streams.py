"""The live streams of the simulated X: rules, subscriptions, connections, and every kind of event."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from resonanz.simulator.x.records import Rule
from tests.simulator.running import running_simulator
from tests.simulator.x.conftest import CUSTOMER, DESK, Caller, caller
from tests.simulator.x.described import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import RunningSimulator, Steered

QUERY = "?tweet.fields=author_id,created_at,conversation_id&expansions=author_id,referenced_tweets.id"
KINDS = (
    "post.create post.delete post.mention.create post.reply.create post.quote.create post.repost.create "
    "like.create dm.received dm.sent chat.received"
).split()


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x",), heartbeat_s=0.1) as running:
        yield running


class Stream:
    """A stream, read in a thread."""

    def __init__(self, app: Caller, path: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self.beats = 0
        self.ended = threading.Event()
        opened = threading.Event()

        def run() -> None:
            where = {"base_url": app.http.base_url, "headers": app.http.headers}
            with httpx.Client(**where, timeout=10) as client, client.stream("GET", path) as answer:  # type: ignore[arg-type]
                self.status = answer.status_code
                opened.set()
                for line in answer.iter_lines():
                    self._take(line)
            self.ended.set()

        threading.Thread(target=run, daemon=True).start()
        assert opened.wait(5)
        self.until(lambda: self.beats > 0 or self.ended.is_set())

    def _take(self, line: str) -> None:
        if line.strip():
            self.lines.append(json.loads(line))
        else:
            self.beats += 1

    def until(self, true: Any) -> None:
        end = time.monotonic() + 5
        while not true() and time.monotonic() < end:
            time.sleep(0.01)
        assert true()

    def told(self, count: int) -> list[dict[str, Any]]:
        self.until(lambda: len(self.lines) >= count)
        return self.lines


def rule(app: Caller, *values: str) -> dict[str, Any]:
    return app.post("/2/tweets/search/stream/rules", add=[{"value": v, "tag": v[:3]} for v in values])


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_posts_that_fit_a_rule(x: Steered, app: Caller, desk: Caller, spelling: str) -> None:
    x.order("settings", spelling=spelling)
    assert app.refused("GET", "/2/tweets/search/stream")[0] == 409
    rule(app, "nordlicht -from:nordlicht_hilft", "kaputt")
    stream = Stream(app, "/2/tweets/search/stream" + QUERY)
    x.say(CUSTOMER, "Gar nichts")
    asked = x.say(CUSTOMER, "Nordlicht kaputt")["id"]
    x.say("oezlem_k", "Auch kaputt?", in_reply_to=asked)
    first, second = stream.told(2)
    assert [r["tag"] for r in first["matching_rules"]] == ["nor", "kap"]
    assert [u["username"] for u in first["includes"]["users"]] == [CUSTOMER]
    names = {"tweet": ("tweets", "referenced_tweets"), "post": ("posts", "referenced_posts")}[spelling]
    assert second["includes"][names[0]][0]["id"] == second["data"][names[1]][0]["id"] == asked
    assert [
        f for one in (first, second) for f in faults(spelling, "get", "/2/tweets/search/stream", one)
    ] == []
    x.order("delete", id=asked)
    x.say("oezlem_k", "Noch immer kaputt", quotes=x.say(CUSTOMER, "Zwischendurch")["id"])
    stream.until(lambda: stream.beats > 2)
    assert (x.state()["streams"], app.refused("GET", "/2/tweets/search/stream")[0]) == (1, 429)
    ended = app.http.delete("/2/connections/all").json()["data"]
    assert (ended["successful_kills"], len(ended["results"])) == (1, 1)
    assert stream.ended.wait(5)
    assert stream.lines[-1]["errors"][0]["title"] == "operational-disconnect"


def subscribed(app: Caller, desk: Caller) -> Stream:
    for kind in KINDS:
        app.post("/2/activity/subscriptions", event_type=kind, filter={"user_id": desk.id}, tag=kind)
    return Stream(app, "/2/activity/stream")


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_everything_that_happens_to_an_account(x: Steered, app: Caller, desk: Caller, spelling: str) -> None:
    x.order("settings", spelling=spelling)
    stream = subscribed(app, desk)
    own = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    x.say(CUSTOMER, f"@{DESK} Hallo")
    x.say(CUSTOMER, "Und darunter", in_reply_to=own)
    x.say(CUSTOMER, "Seht", quotes=own)
    x.order("react", handle=CUSTOMER, id=own, kind="repost")
    x.order("react", handle=CUSTOMER, id=own, kind="like")
    secret = x.say(CUSTOMER, "Nummer 4711", private=True)
    them = secret["sender_id"]
    desk.post(f"/2/dm_conversations/with/{them}/messages", text="Danke")
    x.say(CUSTOMER, "unlesbar", encrypted=True)
    desk.http.delete(f"/2/tweets/{own}")
    told = [one["data"] for one in stream.told(10)]
    assert [t["event_type"] for t in told] == [
        "post.create",
        "post.mention.create",
        "post.reply.create",
        "post.quote.create",
        "post.repost.create",
        "like.create",
        "dm.received",
        "dm.sent",
        "chat.received",
        "post.delete",
    ]
    assert {t["filter"]["user_id"] for t in told} == {desk.id}
    assert [t["tag"] for t in told] == [t["event_type"] for t in told]
    message = told[6]["payload"]["direct_message_events"][0]
    assert (message["message_create"]["message_data"]["text"], message["message_create"]["sender_id"]) == (
        "Nummer 4711",
        them,
    )
    assert told[6]["payload"]["users"][them]["screen_name"] == CUSTOMER
    assert told[9]["payload"] == {"id": own, "author_id": desk.id}
    # Private messages are in no description; everything else is held against it.
    described = [one for one in stream.lines if not one["data"]["event_type"].startswith(("dm.", "chat."))]
    assert [f for one in described for f in faults(spelling, "get", "/2/activity/stream", one)] == []


def test_how_many_streams_and_how_they_end(
    simulator: RunningSimulator, x: Steered, app: Caller, desk: Caller
) -> None:
    streams = [subscribed(app, desk), Stream(app, "/2/activity/stream")]
    answer = app.http.get("/2/activity/stream")
    assert (answer.status_code, answer.json()["connection_issue"]) == (429, "TooManyConnections")
    simulator._simulation.stop()
    assert all(stream.ended.wait(5) for stream in streams)
    late = Stream(app, "/2/activity/stream")
    assert (late.status, late.ended.is_set(), late.lines) == (200, True, [])


def test_rules_that_are_refused(app: Caller, simulator: RunningSimulator) -> None:
    made = rule(app, "nordlicht", "nordlicht", "is:reply", "a" * 1025)
    assert (made["meta"]["summary"]["created"], len(made["errors"])) == (1, 3)
    assert [e["type"].rpartition("/")[2] for e in made["errors"]] == [
        "duplicate-rules",
        "invalid-rules",
        "invalid-rules",
    ]
    known = simulator._simulation.parts[0].world.memory.rules
    known |= {str(n): Rule(str(n), f"geraet{n}") for n in range(1000)}
    assert rule(app, "waschmaschine")["errors"][0]["title"] == "RulesCapExceeded"
    wrong: tuple[dict[str, Any], ...] = ({}, {"add": []}, {"delete": "alle"})
    for body in wrong:
        assert app.refused("POST", "/2/tweets/search/stream/rules", json=body)[0] == 400
    gone = app.post("/2/tweets/search/stream/rules", delete={"values": ["nordlicht", "nichts"]})
    assert gone["meta"]["summary"] == {"deleted": 1, "not_deleted": 1}
    assert app.get("/2/tweets/search/stream/rules", ids="7777")["meta"]["result_count"] == 0


def test_subscriptions_that_are_refused(app: Caller, desk: Caller, simulator: RunningSimulator) -> None:
    path, me = "/2/activity/subscriptions", {"user_id": desk.id}
    assert app.refused("POST", path, json={"event_type": "moon.rise", "filter": me})[0] == 400
    assert app.refused("POST", path, json={"event_type": "post.create", "filter": {"user_id": "7"}})[0] == 400
    assert app.get(path) == {}
    app.post(path, event_type="post.create", filter=me)
    assert app.refused("POST", path, json={"event_type": "post.create", "filter": me})[0] == 409
    known = simulator._simulation.parts[0].world.memory.subscriptions
    one = next(iter(known.values()))
    known |= {str(n): one for n in range(1500)}
    assert app.refused("POST", path, json={"event_type": "post.delete", "filter": me})[0] == 403
    assert app.http.delete(f"{path}/77").json() == {"data": {"deleted": True}}
    assert app.http.delete(f"{path}/77").json() == {"data": {"deleted": False}}


def test_a_stream_of_a_revoked_program(simulator: RunningSimulator) -> None:
    assert caller(simulator, "nobody").refused("GET", "/2/activity/stream")[0] == 401
