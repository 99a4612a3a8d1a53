"""Everything that can go wrong on order, on networks as unlike as X and Mastodon: what the client sees, and
what the network did all the same."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from resonanz.simulator.part import Answered, Endpoint
from resonanz.simulator.trouble import KINDS, REFUSING, Trouble, json_of, put_items, with_unknown
from resonanz.simulator.troubling import Troubling
from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import CUT, Steered, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import RunningSimulator


@dataclass(frozen=True, slots=True)
class Net:
    """A network with its ways to post, to read and to listen."""

    hand: Steered
    http: httpx.Client
    post_name: str
    read_name: str
    post_path: str
    read_path: str
    items: str

    def send(self, text: str = "Guten Tag", **more: Any) -> httpx.Response:
        return self.http.post(
            self.post_path, json={"status" if self.hand.name == "mastodon" else "text": text}, **more
        )

    def read(self) -> httpx.Response:
        return self.http.get(self.read_path)

    def ids(self, answer: httpx.Response) -> list[str]:
        content = answer.json()
        return [item["id"] for item in (content.get(self.items, []) if self.items else content)]


def net_of(running: RunningSimulator, name: str) -> Net:
    hand = running.network(name)
    headers = {"Authorization": f"Bearer {hand.token(DESK)}"}
    http = httpx.Client(base_url=running.base_url, headers=headers, timeout=5)
    if name == "x":
        me = http.get("/2/users/me").json()["data"]["id"]
        read = f"/2/users/{me}/mentions"
        return Net(hand, http, "posts.create", "users.mentions", "/2/tweets", read, "data")
    return Net(
        hand, http, "statuses.create", "notifications", "/api/v1/statuses", "/api/v1/notifications", ""
    )


@pytest.fixture(params=["x", "mastodon"])
def net(request: pytest.FixtureRequest) -> Iterator[Net]:
    with running_simulator(networks=("x", "mastodon")) as running:
        made = net_of(running, request.param)
        yield made
        made.http.close()


@pytest.fixture
def x() -> Iterator[Net]:
    with running_simulator(networks=("x",)) as running:
        made = net_of(running, "x")
        yield made
        made.http.close()


def ask(net: Net, *texts: str) -> list[str]:
    """Let a customer ask, and return the posts' ids, newest first."""
    return [net.hand.say(CUSTOMER, f"@{DESK} {text}")["id"] for text in texts][::-1]


@pytest.mark.parametrize("kind", REFUSING)
def test_refusals_look_like_the_networks_own(net: Net, kind: str) -> None:
    net.hand.fault(net.post_name, kind, delay_s=30)
    answer = net.send()
    assert answer.status_code == int(kind.partition("_")[0])
    content = answer.json()
    if net.hand.name == "x":
        assert content.keys() >= {"title", "detail", "type", "status"}
        reset = answer.headers.get("x-rate-limit-reset")
    else:
        assert content.keys() == {"error"}
        reset = answer.headers.get("x-ratelimit-reset") if kind.startswith("429") else None
    assert (reset is not None) == (kind == "429")
    assert net.hand.texts() == []
    assert net.send().status_code in (200, 201)
    assert [(c["fault"], c["status"]) for c in net.hand.calls()[:2]][1] == (kind, answer.status_code)


@pytest.mark.parametrize(("kind", "left"), [("timeout_before", []), ("timeout_after", ["Guten Tag"])])
def test_time_outs(net: Net, kind: str, left: list[str]) -> None:
    net.hand.fault(net.post_name, kind, delay_s=3)
    with pytest.raises(httpx.ReadTimeout):
        net.send(timeout=0.3)
    assert net.hand.texts() == left


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "slow"])
def test_who_waits_long_enough_gets_an_answer(net: Net, kind: str) -> None:
    net.hand.fault(net.post_name, kind, delay_s=0.2)
    began = time.monotonic()
    answer = net.send()
    assert time.monotonic() - began >= 0.2
    assert answer.status_code == 504 if kind == "timeout_before" else answer.status_code in (200, 201)
    assert net.hand.texts() == ([] if kind == "timeout_before" else ["Guten Tag"])


@pytest.mark.parametrize(("kind", "left"), [("cut_before", []), ("cut_after", ["Guten Tag"])])
def test_cuts(net: Net, kind: str, left: list[str]) -> None:
    net.hand.fault(net.post_name, kind)
    with pytest.raises(CUT):
        net.send()
    assert net.hand.texts() == left


@pytest.mark.parametrize(("kind", "status"), [("500_after", 500), ("broken", None), ("truncated", None)])
def test_it_acted_but_does_not_say_so(net: Net, kind: str, status: int | None) -> None:
    net.hand.fault(net.post_name, kind)
    answer = net.send()
    assert net.hand.texts() == ["Guten Tag"]
    if status:
        assert answer.status_code == status
    else:
        assert answer.status_code in (200, 201)
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_unknown_and_renamed_fields(net: Net) -> None:
    ask(net, "eins", "zwei")
    whole = net.read().json()
    net.hand.fault(net.read_name, "unknown_fields")
    fuller = net.read().json()
    items = fuller["data"] if net.items else fuller
    assert all(item["unheard_of"]["kind"] == "new" for item in items)
    assert ("unheard_of" in fuller) == bool(net.items)
    net.hand.fault(net.read_name, "renamed_fields")
    renamed = json.dumps(net.read().json())
    old, new = ("edit_history_tweet_ids", "edit_history_post_ids") if net.items else ('"content"', '"html"')
    assert (old in renamed, new in renamed) == (False, True)
    assert net.read().json() == whole


def test_entries_twice_missing_and_in_disorder(net: Net) -> None:
    ask(net, "eins", "zwei", "drei")
    whole = net.ids(net.read())
    assert len(whole) == 3
    for kind, expected in (
        ("duplicates", [i for i in whole for _ in (0, 1)]),
        ("missing", whole[1:]),
        ("disorder", whole[::-1]),
    ):
        net.hand.fault(net.read_name, kind)
        assert net.ids(net.read()) == expected
        assert net.ids(net.read()) == whole


def test_an_entry_comes_late(net: Net) -> None:
    ask(net, "eins", "zwei")
    whole = net.ids(net.read())
    net.hand.fault(net.read_name, "late")
    assert net.ids(net.read()) == whole[1:]
    assert sorted(net.ids(net.read())) == sorted(whole)
    assert net.ids(net.read()) == whole


def test_a_late_entry_comes_even_after_a_cursor_passed_it(x: Net) -> None:
    first, second = ask(x, "eins", "zwei")[::-1]
    x.hand.fault("users.mentions", "late")
    assert x.ids(x.read()) == [first]
    assert x.ids(x.http.get(x.read_path, params={"since_id": second})) == [second]
    x.hand.fault("users.mentions", "late")
    assert x.ids(x.read()) == [first]
    assert x.http.get(x.read_path, params={"max_results": "1"}).status_code == 400
    assert x.ids(x.read()) == [second, first]


def test_nothing_is_changed_where_there_is_nothing(net: Net) -> None:
    for kind in ("duplicates", "late"):
        net.hand.fault(net.read_name, kind)
        assert net.ids(net.read()) == []
    net.hand.fault(net.read_name, "truncated")
    assert net.http.get(net.read_path, headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_a_token_is_revoked_in_mid_work(net: Net) -> None:
    net.hand.fault(net.post_name, "revoked")
    assert [net.send().status_code for _ in range(2)] == [401, 401]
    assert net.hand.texts() == []


def test_the_parent_is_deleted_just_before(net: Net) -> None:
    asked = net.hand.say(CUSTOMER, f"@{DESK} Wo?")["id"]
    net.hand.say("oezlem_k", f"@{DESK} Wann?")
    net.hand.fault(net.post_name, "parent_deleted")
    reply = {"status": f"@{CUSTOMER} Da", "in_reply_to_id": asked}
    if net.hand.name == "x":
        reply = {"text": "Da", "reply": {"in_reply_to_tweet_id": asked}}
    assert net.http.post(net.post_path, json=reply).status_code in (403, 404)
    assert net.hand.texts() == [f"@{DESK} Wann?"]


def test_a_private_question_is_deleted_just_before_its_answer() -> None:
    with running_simulator(networks=("mastodon",)) as running:
        net = net_of(running, "mastodon")
        net.hand.say(CUSTOMER, f"@{DESK} Wo?")
        asked = net.hand.say(CUSTOMER, f"@{DESK} Unter uns?", private=True)["id"]
        net.hand.fault(net.post_name, "parent_deleted")
        reply = {"status": f"@{CUSTOMER} Ja", "in_reply_to_id": asked, "visibility": "direct"}
        assert net.http.post(net.post_path, json=reply).status_code == 404
        assert net.hand.texts() == [f"@{DESK} Wo?"]
        net.http.close()


def test_a_post_is_edited_just_before(net: Net) -> None:
    net.hand.fault(net.read_name, "post_edited")
    net.read()
    assert net.hand.texts() == []
    net.hand.say(CUSTOMER, f"@{DESK} Wo?")
    net.hand.fault(net.read_name, "post_edited")
    net.read()
    assert net.hand.texts() == [f"@{DESK} Wo? (…)"]
    net.hand.fault(net.post_name, "post_edited")
    net.send()
    assert sorted(net.hand.texts()) == sorted([f"@{DESK} Wo? (…) (…)", "Guten Tag"])


def test_orders_are_counted_narrowed_and_forgotten(net: Net) -> None:
    net.hand.fault("*", "503", count=2)
    assert [net.send(str(n)).status_code for n in range(2)] == [503, 503]
    assert net.send("drei").status_code in (200, 201)
    net.hand.fault(net.read_name, "503", count=9)
    assert net.send("vier").status_code in (200, 201)
    address = f"/_sim/{net.hand.name}/faults"
    assert net.http.delete(address).json() == {"waiting": 0}
    assert net.read().status_code == 200


def test_wrong_orders_are_told_what_there_is(net: Net) -> None:
    for order, told in (
        ({"endpoint": "nowhere", "kind": "503"}, "is no endpoint of"),
        ({"endpoint": net.post_name, "kind": "silent"}, "can not go wrong at"),
        ({"endpoint": net.post_name, "kind": "late"}, "there are: timeout_before"),
        ({"endpoint": "*", "kind": "earthquake"}, ", ".join(KINDS)),
        ({"endpoint": "*", "kind": "503", "count": 0}, "count must be at least 1"),
        ({"endpoint": "*", "kind": "503", "count": "viele"}, "must be numbers"),
    ):
        answer = net.hand.refused("faults", **order)
        assert (answer.status_code, told in answer.json()["error"]) == (422, True)
    answer = net.http.post("/_sim/myspace/faults", json={})
    assert (answer.status_code, answer.json()["error"].partition(";")[0]) == (
        404,
        "'myspace' is no network here",
    )


def test_the_networks_are_listed_with_what_can_go_wrong(net: Net) -> None:
    listed = {n["name"]: n["endpoints"] for n in net.http.get("/_sim/networks").json()["networks"]}
    assert list(listed) == ["x", "mastodon"]
    assert "late" in listed[net.hand.name][net.read_name]
    assert "silent" not in listed[net.hand.name][net.read_name]
    assert "silent" in listed["x"]["activity.stream"]
    assert "timeout_after" not in listed["mastodon"]["streaming"]


# streams


class Listening:
    """A stream that is read in a thread."""

    def __init__(self, net: Net, path: str, token: str) -> None:
        self.lines: list[str] = []
        self.ended = threading.Event()
        self._opened = threading.Event()
        self._client = httpx.Client(base_url=net.http.base_url, timeout=10)
        self._address, self._token = path, token
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._opened.wait(5)

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with self._client.stream("GET", self._address, headers=headers) as answer:
                self.status = answer.status_code
                for line in answer.iter_lines():
                    self._opened.set()
                    self.lines.append(line)
        except httpx.HTTPError as error:
            self.lines.append(type(error).__name__)
        self._client.close()
        self._opened.set()
        self.ended.set()

    def told(self, count: int, within_s: float = 5.0) -> list[str]:
        """Return what was told once that are so many lines that say something."""
        end = time.monotonic() + within_s
        while len(self.said()) < count and time.monotonic() < end:
            time.sleep(0.01)
        return self.said()

    def said(self) -> list[str]:
        return [line for line in self.lines if line.startswith(("{", "data:", "ReadError", "RemoteProtocol"))]


@pytest.fixture(params=["x", "mastodon"])
def listening(request: pytest.FixtureRequest) -> Iterator[tuple[Net, Listening]]:
    with running_simulator(networks=("x", "mastodon"), heartbeat_s=0.15) as running:
        net = net_of(running, request.param)
        token = net.hand.token(DESK)
        path = "/api/v1/streaming/user/notification"
        if request.param == "x":
            me = net.http.get("/2/users/me").json()["data"]["id"]
            token = net.hand.state()["app_token"]
            wish = {"event_type": "post.mention.create", "filter": {"user_id": me}}
            net.http.post("/2/activity/subscriptions", json=wish)
            path = "/2/activity/stream"
        stream = Listening(net, path, token)
        yield net, stream
        net.http.close()
    assert stream.ended.wait(5)


def stream_name(net: Net) -> str:
    return "activity.stream" if net.hand.name == "x" else "streaming"


def speak(net: Net, *texts: str) -> None:
    for text in texts:
        net.hand.say(CUSTOMER, f"@{DESK} {text}")


def places(lines: list[str], *texts: str) -> list[str]:
    """Return the texts in the order in which they were told."""
    return [text for line in lines for text in texts if text in line]


def test_events_twice_missing_late_and_in_disorder(listening: tuple[Net, Listening]) -> None:
    net, stream = listening
    net.hand.fault(stream_name(net), "duplicates")
    speak(net, "alpha")
    assert places(stream.told(2), "alpha") == ["alpha", "alpha"]
    net.hand.fault(stream_name(net), "missing")
    speak(net, "beta", "gamma")
    assert places(stream.told(3), "beta", "gamma") == ["gamma"]
    net.hand.fault(stream_name(net), "disorder")
    speak(net, "delta", "epsilon")
    assert places(stream.told(5), "delta", "epsilon") == ["epsilon", "delta"]
    net.hand.fault(stream_name(net), "late")
    speak(net, "zeta")
    assert places(stream.told(6), "zeta") == ["zeta"]


def test_events_that_can_not_be_read(listening: tuple[Net, Listening]) -> None:
    net, stream = listening
    for kind in ("broken", "unknown_fields", "renamed_fields"):
        net.hand.fault(stream_name(net), kind)
    speak(net, "eins", "zwei", "drei", "vier")
    spoilt, unknown, renamed, good = (line.removeprefix("data:").strip() for line in stream.told(4))
    with pytest.raises(json.JSONDecodeError):
        json.loads(spoilt)
    assert json.loads(unknown)["unheard_of"]["kind"] == "new"
    assert '"unheard_of"' not in renamed
    assert ("edit_history_post_ids" if net.hand.name == "x" else '"html"') in renamed
    assert ("edit_history_tweet_ids" if net.hand.name == "x" else '"content"') in good


def test_an_event_that_is_no_json_stays_as_it_is() -> None:
    with running_simulator(networks=("mastodon",)) as running:
        net = net_of(running, "mastodon")
        stream = Listening(net, "/api/v1/streaming/user", net.hand.token(DESK))
        said = net.send().json()["id"]
        assert len(stream.told(1)) == 1
        net.hand.fault("streaming", "unknown_fields")
        net.hand.order("delete", id=said)
        assert stream.told(2)[1] == f"data: {said}"
        net.http.close()
    assert stream.ended.wait(5)


def test_a_stream_falls_silent(listening: tuple[Net, Listening]) -> None:
    net, stream = listening
    net.hand.fault(stream_name(net), "silent")
    time.sleep(0.4)
    before = len(stream.lines)
    speak(net, "ungehört")
    time.sleep(0.4)
    assert (stream.said(), len(stream.lines) - before, stream.ended.is_set()) == ([], 0, False)


def test_a_stream_is_cut(listening: tuple[Net, Listening]) -> None:
    net, stream = listening
    net.hand.fault(stream_name(net), "cut_after")
    assert stream.ended.wait(5)


def test_a_stream_is_refused(listening: tuple[Net, Listening]) -> None:
    net, _stream = listening
    net.hand.fault(stream_name(net), "429")
    token = net.hand.state().get("app_token") or net.hand.token(DESK)
    path = "/2/activity/stream" if net.hand.name == "x" else "/api/v1/streaming/user"
    assert Listening(net, path, token).status == 429
    assert net.hand.calls()[0]["fault"] == "429"


# streams over WebSockets


async def _chatter(_scope: Any, receive: Any, send: Any) -> None:
    """Say three things to whoever comes."""
    await receive()
    await send({"type": "websocket.accept"})
    for n in range(3):
        await send({"type": "websocket.send", "text": json.dumps({"n": n})})


class Talking:
    """A part with one stream over a WebSocket."""

    name = "talking"
    endpoints = (Endpoint("stream", "GET", "/talk", stream=True),)
    routes = ()

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        return Answered(int(kind), {})

    def people(self) -> list[dict[str, str]]:
        return []

    def posts(self) -> list[dict[str, Any]]:
        return []


def talked(*kinds: str) -> tuple[list[str], int]:
    """Return what is told over a WebSocket where this goes wrong, and the status that is noted."""
    part: Any = Talking()
    trouble = Trouble([part], lambda: datetime.now(UTC))
    for kind in kinds:
        trouble.order("talking", "stream", kind, delay_s=0)
    told: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        told.append(message.get("text") or f"{message['type']} {message.get('code', '')}".strip())

    async def talk() -> None:
        stopping = asyncio.Event()
        await Troubling(_chatter, trouble, lambda: stopping)(
            {"type": "websocket", "path": "/talk"}, receive, send
        )

    asyncio.run(talk())
    return told, trouble.calls[0].status


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ((), ["websocket.accept", '{"n": 0}', '{"n": 1}', '{"n": 2}']),
        (("duplicates",), ["websocket.accept", '{"n": 0}', '{"n": 0}', '{"n": 1}', '{"n": 2}']),
        (("missing", "disorder"), ["websocket.accept", '{"n": 2}', '{"n": 1}']),
        (("silent",), ["websocket.accept"]),
        (("cut_after",), ["websocket.accept", '{"n"']),
        (("truncated",), ["websocket.accept", '{"n"', '{"n": 1}', '{"n": 2}']),
        (("503",), ["websocket.close 1011"]),
        (("cut_before",), ["websocket.close 1006"]),
        (("parent_deleted",), ["websocket.accept", '{"n": 0}', '{"n": 1}', '{"n": 2}']),
    ],
)
def test_websockets(kinds: tuple[str, ...], told: list[str]) -> None:
    assert talked(*kinds) == (told, 503 if kinds == ("503",) else 0)


# the shapes of answers


def test_lists_deep_inside_are_found_and_replaced() -> None:
    assert put_items({"a": {"b": [1], "c": 2}}, "a.b", [3]) == {"a": {"b": [3], "c": 2}}
    assert put_items({}, "a.b", [3]) == {"a": {"b": [3]}}
    assert put_items([1], ".", [2]) == [2]
    assert with_unknown({"a": {"b": ["text"]}}, "a.b")["a"] == {"b": ["text"]}
    assert with_unknown([{"id": 1}], "") == [{"id": 1}]
    assert json_of(b"{") is None
