"""The simulated Bluesky by hand and by its ways: what it takes, shows, refuses and remembers."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.websockets import WebSocket

from resonanz.networks.bluesky import sign_in
from resonanz.simulator.bluesky import BlueskyPart, create_part
from resonanz.simulator.bluesky.ids import handle_of, record_cid
from resonanz.simulator.bluesky.talking import CHAT
from resonanz.simulator.settings import SimulatorSettings
from tests.lexicons import complaints, complaints_about_question, record_complaints
from tests.shared_data import shared_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.bluesky.running import RunningBluesky

POST = "app.bsky.feed.post"
AT = "2026-11-22T10:00:00.000Z"
PICTURES: dict[str, Any] = {"$type": "app.bsky.embed.images"}


class Person:
    """Somebody who asks by hand."""

    def __init__(self, bluesky: RunningBluesky, name: str) -> None:
        self.account = bluesky.account(name)
        self.http = httpx.Client(base_url=f"{bluesky.base_url}/xrpc", timeout=10)
        body = {"identifier": self.account.handle, "password": self.account.app_password}
        signed = self.http.post("/com.atproto.server.createSession", json=body)
        self.session = signed.json()
        self.headers = {"Authorization": f"Bearer {self.session['accessJwt']}"}

    def get(self, method: str, **params: Any) -> httpx.Response:
        proxy = {"atproto-proxy": CHAT} if method.startswith("chat") else {}
        return self.http.get(f"/{method}", params=params, headers=self.headers | proxy)

    def post(self, method: str, **body: Any) -> httpx.Response:
        proxy = {"atproto-proxy": CHAT} if method.startswith("chat") else {}
        return self.http.post(f"/{method}", json=body, headers=self.headers | proxy)

    def put(self, record: Any, rkey: str = "3kaaaaaaaaa22", **more: Any) -> httpx.Response:
        body = {"repo": self.account.did, "collection": POST, "rkey": rkey, "record": record} | more
        return self.post("com.atproto.repo.putRecord", **body)


@pytest.fixture
def frauke(bluesky: RunningBluesky) -> Iterator[Person]:
    person = Person(bluesky, "frauke_m")
    yield person
    person.http.close()


@pytest.fixture
def desk(bluesky: RunningBluesky) -> Iterator[Person]:
    person = Person(bluesky, "nordlicht_hilft")
    yield person
    person.http.close()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# Records


def test_the_same_again_is_no_change_and_other_content_is_one(frauke: Person) -> None:
    record = {"text": "Hallo", "createdAt": AT}
    first, same = frauke.put(record).json(), frauke.put(record).json()
    assert first["cid"] == same["cid"]
    assert "commit" in first
    assert "commit" not in same
    other = frauke.put(record | {"text": "Anders"}).json()
    assert other["cid"] != first["cid"]
    assert "commit" in other
    assert refusal(frauke.put(record, swapRecord=None)) == (400, "InvalidSwap")
    assert refusal(frauke.put(record, swapRecord=first["cid"])) == (400, "InvalidSwap")
    assert frauke.put(record, swapRecord=other["cid"]).status_code == 200
    assert frauke.put(record, rkey="3kaaaaaaaaa23", swapRecord=None).status_code == 200


def test_a_second_creation_under_a_key_breaks_the_server_and_makes_no_second_post(frauke: Person) -> None:
    body: dict[str, Any] = {"repo": frauke.account.did, "collection": POST, "rkey": "3kaaaaaaaaa22"}
    body |= {"record": {"text": "Hallo", "createdAt": AT}}
    assert frauke.post("com.atproto.repo.createRecord", **body).status_code == 200
    assert refusal(frauke.post("com.atproto.repo.createRecord", **body)) == (500, "InternalServerError")
    write = {"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "rkey": "3kaaaaaaaaa22"}
    again = frauke.post(
        "com.atproto.repo.applyWrites", repo=body["repo"], writes=[write | {"value": body["record"]}]
    )
    assert refusal(again) == (500, "InternalServerError")
    listed = frauke.get("com.atproto.repo.listRecords", repo=frauke.account.handle, collection=POST)
    assert len(listed.json()["records"]) == 1


def test_several_writes_at_once(frauke: Person) -> None:
    kind = "com.atproto.repo.applyWrites#"
    value = {"text": "Hallo", "createdAt": AT}
    writes = [
        {"$type": f"{kind}create", "collection": POST, "rkey": "3kaaaaaaaaa22", "value": value},
        {"$type": f"{kind}create", "collection": POST, "value": value},
        {
            "$type": f"{kind}update",
            "collection": POST,
            "rkey": "3kaaaaaaaaa22",
            "value": value | {"langs": ["de"]},
        },
        {"$type": f"{kind}delete", "collection": POST, "rkey": "3kaaaaaaaaa22"},
    ]
    done = frauke.post("com.atproto.repo.applyWrites", repo=frauke.account.did, writes=writes).json()
    assert [one["$type"].rpartition("#")[2] for one in done["results"]] == [
        *("createResult", "createResult", "updateResult", "deleteResult")
    ]
    left = frauke.get(
        "com.atproto.repo.listRecords", repo=frauke.account.did, collection=POST, reverse="true"
    )
    assert len(left.json()["records"]) == 1
    [record] = left.json()["records"]
    uri = dict(
        zip(("repo", "collection", "rkey"), record["uri"].removeprefix("at://").split("/"), strict=True)
    )
    assert frauke.get("com.atproto.repo.getRecord", **uri, cid=record["cid"]).json() == record
    assert refusal(frauke.get("com.atproto.repo.getRecord", **uri, cid="x")) == (400, "RecordNotFound")
    gone = frauke.post("com.atproto.repo.deleteRecord", **uri)
    assert "commit" in gone.json()
    assert frauke.post("com.atproto.repo.deleteRecord", **uri).json() == {}


@pytest.mark.parametrize(
    ("record", "more"),
    [
        ({"createdAt": AT}, {}),
        ({"text": "Hallo"}, {}),
        (5, {}),
        ({"$type": "app.bsky.feed.like", "text": "Hallo", "createdAt": AT}, {}),
        ({"text": "ä" * 301, "createdAt": AT}, {}),
        ({"text": "👨‍👩‍👧‍👦" * 121, "createdAt": AT}, {}),
        ({"text": "", "createdAt": AT, "langs": ["de"] * 4}, {}),
        ({"text": "", "createdAt": AT, "reply": {"root": {"uri": "x", "cid": "y"}}}, {}),
        ({"text": "Hallo", "createdAt": AT}, {"rkey": "resonanz-job-4711"}),
        ({"text": "Hallo", "createdAt": AT}, {"rkey": "a/b"}),
        ({"text": "Hallo", "createdAt": AT}, {"repo": "did:plc:somebodyelse"}),
        ({"createdAt": AT}, {"collection": "app.bsky.feed.like"}),
        ({"text": "", "createdAt": AT, "embed": {"$type": "app.bsky.embed.record", "record": {}}}, {}),
        ({"text": "", "createdAt": AT, "embed": PICTURES | {"images": [{}] * 5}}, {}),
        (
            {
                "text": "",
                "createdAt": AT,
                "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": ""}]},
            },
            {},
        ),
    ],
)
def test_records_that_are_refused(bluesky: RunningBluesky, frauke: Person, record: Any, more: Any) -> None:
    assert frauke.put(record, **more).status_code in {400, 401}
    assert bluesky.part.posts() == []


def test_pictures_have_a_size_limit_and_are_given_out(frauke: Person) -> None:
    def brought(content: bytes) -> dict[str, Any]:
        headers = frauke.headers | {"Content-Type": "image/png"}
        answer = frauke.http.post("/com.atproto.repo.uploadBlob", content=content, headers=headers)
        return dict(answer.json()["blob"])

    def shown(blob: dict[str, Any]) -> httpx.Response:
        media = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
        return frauke.put({"text": "", "createdAt": AT, "embed": media})

    small, large = brought(b"x"), brought(b"x" * 2_000_001)
    assert shown(small).status_code == 200
    assert refusal(shown(large)) == (400, "BlobTooLarge")
    found = frauke.get("com.atproto.sync.getBlob", did=frauke.account.did, cid=small["ref"]["$link"])
    assert (found.content, found.headers["content-type"]) == (b"x", "image/png")
    assert refusal(frauke.get("com.atproto.sync.getBlob", did=frauke.account.did, cid="b")) == (
        400,
        "BlobNotFound",
    )


def test_too_large_a_file(frauke: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonanz.simulator.bluesky.ways.BLOB_BYTES", 3)
    answer = frauke.http.post("/com.atproto.repo.uploadBlob", content=b"four", headers=frauke.headers)
    assert refusal(answer) == (413, "PayloadTooLarge")


def test_content_has_one_name_whatever_the_order_of_its_keys() -> None:
    one = {
        "text": "Ä" * 300,
        "n": [1, -5, 300, 70_000, 5_000_000_000, 1.5, True, False, None],
        "a": {"bb": 1},
    }
    other = dict(reversed(list(one.items())))
    assert record_cid(one) == record_cid(other)
    assert record_cid(one) != record_cid(one | {"text": "B"})
    # `{}` in DAG-CBOR is the byte a0, whose SHA-256 everybody can compute
    assert record_cid({}) == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"
    assert handle_of("@@") == "jemand.himmel.test"
    assert handle_of("Frauke.Test") == "frauke.test"


# What is seen


def test_what_is_deleted_blocked_or_closed(bluesky: RunningBluesky, frauke: Person, desk: Person) -> None:
    first = bluesky.say("gregor_p", "Oben")
    second = bluesky.say("jolandaw", "Mitte", in_reply_to=first["id"], picture="error", quotes=first["id"])
    third = bluesky.say("frauke_m", "Unten", in_reply_to=second["id"])
    jolanda = bluesky.account("jolandaw")
    block = {"subject": jolanda.did, "createdAt": AT}
    bluesky.part.world.put(frauke.account.did, "app.bsky.graph.block", "3kaaaaaaaaa22", block)
    thread = frauke.get("app.bsky.feed.getPostThread", uri=third["id"]).json()["thread"]
    assert thread["parent"]["$type"] == "app.bsky.feed.defs#blockedPost"
    assert frauke.get("app.bsky.feed.getPosts", uris=[second["id"]]).json() == {"posts": []}
    [seen] = desk.get("app.bsky.feed.getPosts", uris=[second["id"]]).json()["posts"]
    assert seen["embed"]["record"]["record"]["$type"] == "app.bsky.embed.record#viewRecord"
    bluesky.part.delete(first)
    thread = desk.get("app.bsky.feed.getPostThread", uri=second["id"]).json()["thread"]
    assert thread["parent"]["$type"] == "app.bsky.feed.defs#notFoundPost"
    assert thread["post"]["embed"]["record"]["record"]["$type"] == "app.bsky.embed.record#viewNotFound"
    bluesky.part.world.close(jolanda.did, "deactivated")
    assert refusal(desk.get("app.bsky.feed.getPostThread", uri=second["id"])) == (400, "NotFound")
    assert refusal(desk.get("app.bsky.actor.getProfile", actor=jolanda.handle)) == (400, "AccountDeactivated")
    bluesky.part.world.close(jolanda.did, "")
    assert desk.get("app.bsky.actor.getProfile", actor=jolanda.handle).status_code == 200
    assert refusal(desk.get("app.bsky.actor.getProfile", actor="nobody.test")) == (400, "InvalidRequest")


def test_reposts_of_what_is_gone_stand_nowhere(bluesky: RunningBluesky, frauke: Person) -> None:
    post = bluesky.say("gregor_p", "Kurzlebig", text_more="")
    for _ in range(2):
        bluesky.part.react({"handle": "frauke_m", "id": post["id"], "kind": "repost"})
    feed = frauke.get(
        "app.bsky.feed.getAuthorFeed", actor=frauke.account.did, filter="posts_no_replies"
    ).json()
    assert [one["reason"]["by"]["did"] for one in feed["feed"]] == [frauke.account.did]
    bluesky.part.delete(post)
    assert frauke.get("app.bsky.feed.getAuthorFeed", actor=frauke.account.did).json()["feed"] == []


def test_labels_cards_and_bots(bluesky: RunningBluesky, frauke: Person) -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example", "title": "A"}}
    card["external"]["description"] = ""  # type: ignore[index]
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]}
    frauke.put({"text": "", "createdAt": AT, "embed": card, "labels": labels})
    frauke.put({"text": "", "createdAt": AT, "embed": {"$type": "example.future"}}, rkey="3kaaaaaaaaa23")
    entries = frauke.get("app.bsky.feed.getAuthorFeed", actor=frauke.account.did).json()["feed"]
    shown = {one["post"]["uri"][-1]: one["post"] for one in entries}
    assert [label["val"] for label in shown["2"]["labels"]] == ["nudity"]
    assert shown["2"]["embed"]["external"]["uri"] == "https://a.example"
    assert "embed" not in shown["3"]
    bot = frauke.get("app.bsky.actor.getProfile", actor=bluesky.account("preisradar_bot").did).json()
    assert [label["val"] for label in bot["labels"]] == ["bot"]


def test_lists_page_by_page(bluesky: RunningBluesky, frauke: Person) -> None:
    for number in range(5):
        bluesky.say("frauke_m", f"Nr. {number}")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = frauke.get("app.bsky.feed.searchPosts", q="nr", limit=2, **cursor).json()
        found += [one["record"]["text"] for one in page["posts"]]
        if "cursor" not in page:
            break
        cursor = {"cursor": page["cursor"]}
    assert found == [f"Nr. {number}" for number in (4, 3, 2, 1, 0)]
    records = frauke.get("com.atproto.repo.listRecords", repo=frauke.account.did, collection=POST, limit=3)
    assert (len(records.json()["records"]), records.json()["cursor"]) == (3, "3")


def test_searching_by_what_is_named(bluesky: RunningBluesky, frauke: Person) -> None:
    bluesky.say("gregor_p", "@frauke_m schau: https://laden.example/neu")
    bluesky.say("jolandaw", "Laden zu")

    def count(**params: str) -> int:
        return len(frauke.get("app.bsky.feed.searchPosts", **params).json()["posts"])

    assert count(q="laden") == 2
    assert count(q="laden", domain="laden.example") == 1
    assert count(q="mentions:frauke-m.himmel.test") == 1
    assert count(q="laden", author="jolandaw.himmel.test", lang="de") == 1
    assert (count(q="laden", since="2020-01-01"), count(q="laden", until="2020-01-01")) == (2, 0)
    assert refusal(frauke.get("app.bsky.feed.searchPosts", q='"offen')) == (400, "BadQueryString")


@pytest.mark.parametrize(
    ("method", "params", "status"),
    [
        ("app.bsky.feed.getPosts", {"uris": ["at://x"] * 26}, 400),
        ("app.bsky.feed.getPostThread", {}, 400),
        ("app.bsky.feed.getPostThread", {"uri": "x", "depth": "viel"}, 400),
        ("app.bsky.feed.getTimeline", {"limit": 101}, 400),
        ("app.bsky.feed.getSuggestedFeeds", {}, 501),
        ("chat.bsky.convo.getConvo", {"convoId": "x"}, 400),
        ("chat.bsky.convo.getConvoAvailability", {"members": ["did:plc:x"]}, 400),
        ("com.atproto.identity.resolveHandle", {"handle": "nobody.test"}, 400),
        ("com.atproto.server.describeServer", {}, 200),
        ("com.atproto.server.getSession", {}, 200),
    ],
)
def test_questions(frauke: Person, method: str, params: dict[str, Any], status: int) -> None:
    assert frauke.get(method, **params).status_code == status


def test_bodies_that_are_none(frauke: Person) -> None:
    for body in (b"{", b"[]"):
        answer = frauke.http.post("/com.atproto.repo.putRecord", content=body, headers=frauke.headers)
        assert refusal(answer) == (400, "InvalidRequest")
    broken = frauke.post("com.atproto.repo.putRecord", repo=frauke.account.did)
    assert refusal(broken) == (400, "InvalidRequest")
    with_body = frauke.http.post("/com.atproto.server.refreshSession", json={}, headers=frauke.headers)
    assert refusal(with_body) == (400, "InvalidRequest")
    nobody = frauke.http.get("/app.bsky.notification.listNotifications")
    assert refusal(nobody) == (401, "AuthMissing")
    assert frauke.http.get("/app.bsky.feed.searchPosts", params={"q": "x"}).status_code == 200
    wrong = frauke.http.get("/com.atproto.server.getSession", headers={"Authorization": "Bearer x"})
    assert refusal(wrong) == (400, "InvalidToken")


# Sessions


def test_a_token_for_renewing_is_good_for_one_use(bluesky: RunningBluesky, frauke: Person) -> None:
    def renew(token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return frauke.http.post("/com.atproto.server.refreshSession", headers=headers)

    second = renew(frauke.session["refreshJwt"]).json()
    assert refusal(renew(frauke.session["refreshJwt"])) == (400, "ExpiredToken")
    frauke.http.post(
        "/com.atproto.server.deleteSession", headers={"Authorization": f"Bearer {second['refreshJwt']}"}
    )
    assert refusal(renew(second["refreshJwt"])) == (400, "ExpiredToken")
    third = Person(bluesky, "frauke_m")
    third.http.close()
    frauke.account.status = "takendown"
    assert refusal(renew(third.session["refreshJwt"])) == (401, "AccountTakedown")
    body = {"identifier": frauke.account.handle, "password": frauke.account.app_password}
    assert refusal(frauke.http.post("/com.atproto.server.createSession", json=body)) == (
        401,
        "AccountTakedown",
    )


def test_tokens_for_asking_end_one_person_at_a_time(
    bluesky: RunningBluesky, frauke: Person, desk: Person
) -> None:
    bluesky.part.sessions.expire(frauke.account.did)
    assert refusal(frauke.get("com.atproto.server.getSession")) == (400, "ExpiredToken")
    assert desk.get("com.atproto.server.getSession").status_code == 200


def test_a_stream_is_refused_however_the_server_can(bluesky: RunningBluesky) -> None:
    """A server that knows no answer before a stream stands closes it."""
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message["type"])

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "query_string": b"wantedDids=x", "headers": [], "path": "/"}
    asyncio.run(bluesky.part.stream.second_form(WebSocket(scope, receive, send)))
    assert told == ["websocket.close"]


def test_a_deactivated_account_writes_nothing(frauke: Person) -> None:
    frauke.account.status = "deactivated"
    assert refusal(frauke.put({"text": "Hallo", "createdAt": AT})) == (401, "AccountDeactivated")


def test_three_hundred_sign_ins_a_day(bluesky: RunningBluesky, frauke: Person) -> None:
    body = {"identifier": frauke.account.handle, "password": frauke.account.app_password}
    for _ in range(299):
        bluesky.clock.ahead += timedelta(seconds=11)
        assert frauke.http.post("/com.atproto.server.createSession", json=body).status_code == 200
    bluesky.clock.ahead += timedelta(minutes=10)
    refused = frauke.http.post("/com.atproto.server.createSession", json=body)
    assert refusal(refused) == (429, "RateLimitExceeded")
    assert refused.headers["RateLimit-Policy"] == "300;w=86400"


# Messages


def test_messages_of_others_are_nobodys_business(
    bluesky: RunningBluesky, frauke: Person, desk: Person
) -> None:
    bluesky.part.world.put(desk.account.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "all"})
    said = bluesky.say("frauke_m", "Nr. 4711", private=True)
    convo = said["id"].removeprefix("chat:").partition("/")[0]
    direct = desk.http.get("/chat.bsky.convo.getConvo", params={"convoId": convo}, headers=desk.headers)
    assert refusal(direct) == (501, "MethodNotImplemented")
    assert desk.get("chat.bsky.convo.listConvos", status="accepted").json()["convos"] == []
    for _ in range(2):
        assert desk.post("chat.bsky.convo.acceptConvo", convoId=convo).status_code == 200
    [shown] = desk.get("chat.bsky.convo.listConvos", status="accepted").json()["convos"]
    assert shown["unreadCount"] == 1
    read = desk.post("chat.bsky.convo.updateRead", convoId=convo).json()["convo"]
    assert read["unreadCount"] == 0
    quoted = bluesky.say("nordlicht_hilft", "Unser Angebot")
    reply = {"text": "Siehe hier", "replyTo": {"messageId": said["id"].rpartition("/")[2]}}
    reply["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quoted["id"], "cid": quoted["cid"]}}
    answer = desk.post("chat.bsky.convo.sendMessage", convoId=convo, message=reply).json()
    assert (answer["replyTo"]["text"], answer["embed"]["$type"]) == ("Nr. 4711", "app.bsky.embed.record#view")
    facets = [{"index": {"byteStart": 0, "byteEnd": 1}, "features": []}]
    marked = desk.post("chat.bsky.convo.sendMessage", convoId=convo, message={"text": "x", "facets": facets})
    assert marked.json()["facets"] == facets
    nothing = desk.post("chat.bsky.convo.sendMessage", convoId=convo, message={})
    assert refusal(nothing) == (400, "InvalidRequest")
    missing = desk.post("chat.bsky.convo.deleteMessageForSelf", convoId=convo, messageId="x")
    assert refusal(missing) == (400, "InvalidRequest")
    block = {"subject": frauke.account.did, "createdAt": AT}
    bluesky.part.world.put(desk.account.did, "app.bsky.graph.block", "3kaaaaaaaaa22", block)
    assert refusal(frauke.post("chat.bsky.convo.sendMessage", convoId=convo, message={"text": "Hallo?"})) == (
        400,
        "BlockedActor",
    )
    available = frauke.get("chat.bsky.convo.getConvoAvailability", members=[desk.account.did]).json()
    assert available["canChat"] is False


def test_who_takes_no_messages(bluesky: RunningBluesky) -> None:
    desk = bluesky.account("nordlicht_hilft")
    bluesky.part.world.put(desk.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "none"})
    with pytest.raises(ValueError, match="recipient"):
        bluesky.say("frauke_m", "Hallo", private=True)
    bluesky.part.world.put(desk.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "following"})
    follow = {"subject": bluesky.account("frauke_m").did, "createdAt": AT}
    bluesky.part.world.put(desk.did, "app.bsky.graph.follow", "3kaaaaaaaaa22", follow)
    assert bluesky.say("frauke_m", "Hallo", private=True)["text"] == "Hallo"


# By hand


def test_orders_that_fit_nothing(bluesky: RunningBluesky) -> None:
    first: dict[str, Any] = {
        "handle": "frauke_neu",
        "name": "Frauke",
        "text": "@niemand hallo",
        "at": "2026-11-01T10:00:00",
    }
    post = bluesky.part.say(first)
    assert (post["author"]["displayName"], post["author"]["handle"]) == ("Frauke", "frauke-neu.himmel.test")
    assert post["record"]["createdAt"] == "2026-11-01T10:00:00.000Z"
    unfit: tuple[dict[str, Any], ...] = (
        {"handle": "", "text": "x"},
        {"handle": "a", "text": "x" * 301},
        {"handle": "a", "text": "x", "in_reply_to": "at://nowhere"},
        {"handle": "a", "text": "x", "picture": "elephant"},
        {"handle": "a", "text": "x", "in_reply_to": post["id"], "quotes": "at://nowhere"},
        {"handle": "nordlicht_hilft", "text": "x", "private": True},
    )
    for order in unfit:
        with pytest.raises(ValueError, match=r"."):
            bluesky.part.say(order)
    with pytest.raises(ValueError, match="no edits"):
        bluesky.part.edit({"id": post["id"], "text": "y"})
    with pytest.raises(ValueError, match="no reaction"):
        bluesky.part.react({"handle": "a", "id": post["id"], "kind": "applause"})


def test_companies_that_take_messages_from_everybody(bluesky: RunningBluesky) -> None:
    settings = SimulatorSettings(base_url="http://127.0.0.1:1", filter_private=False)
    part = BlueskyPart(settings, bluesky.clock)
    part.say({"handle": "frauke_m", "text": "Nr. 4711", "private": True})
    part.say({"handle": "patty_c", "text": "@nordlicht_hilft hello", "language": "en"})
    assert sorted((one["handle"], one["private"]) for one in part.posts()) == [
        ("frauke_m", True),
        ("patty_c", False),
    ]
    assert [one.value["langs"] for one in part.world.records(POST)] == [["en"]]
    private, public = sorted(part.posts(), key=lambda one: str(one["handle"]))
    assert (private["to"], public["likes"]) == ("nordlicht_hilft", 0)
    part.react({"handle": "frauke_m", "id": public["id"], "kind": "like"})
    assert next(one["likes"] for one in part.posts() if not one["private"]) == 1


def test_in_a_play_companies_take_messages_from_strangers(bluesky: RunningBluesky) -> None:
    for scenario, status in (("careday", "accepted"), ("none", "refused")):
        part = BlueskyPart(SimulatorSettings(base_url="http://127.0.0.1:1", scenario=scenario), bluesky.clock)
        try:
            part.say({"handle": "frauke_m", "text": "Nr. 4711", "private": True})
        except ValueError:
            assert status == "refused"
        else:
            assert status == "accepted"


def test_private_words_find_their_reader(bluesky: RunningBluesky) -> None:
    gregor = bluesky.account("gregor_p")
    bluesky.part.world.put(gregor.did, "chat.bsky.actor.declaration", "self", {"allowIncoming": "all"})
    post = bluesky.say("gregor_p", "Wer hilft?")
    first = bluesky.say("nordlicht_hilft", "Wir!", in_reply_to=post["id"], private=True)
    second = bluesky.say("nordlicht_hilft", "#Hilfe @gregor_p noch da?", private=True)
    third = bluesky.say("gregor_p", "Ja", in_reply_to=second["id"], private=True)
    convos = {one["id"].rpartition("/")[0] for one in (first, second, third)}
    assert len(convos) == 1
    assert [(one["handle"], one["private"]) for one in bluesky.part.posts()] == [
        ("gregor_p", False),
        ("nordlicht_hilft", True),
        ("nordlicht_hilft", True),
        ("gregor_p", True),
    ]


def test_people_and_how_they_sign_in(bluesky: RunningBluesky) -> None:
    people = {one["handle"]: one for one in bluesky.part.people()}
    account = bluesky.account("nordlicht_hilft")
    assert people["nordlicht_hilft"]["token"] == account.app_password
    assert "token" not in people["frauke_m"]
    assert people["bo_karlsson@fjord.example"]["name"] == "Bo Karlsson"
    facts = bluesky.part.facts()
    assert facts["sign_in"]["nordlicht_hilft"]["identifier"] == "nordlicht-hilft.himmel.test"
    assert facts["jetstream"].startswith("ws://127.0.0.1:")


def test_how_it_refuses(bluesky: RunningBluesky) -> None:
    part = bluesky.part
    shown = {
        kind: part.refusal(kind, None) for kind in ("401", "402", "403", "404", "409", "429", "500", "503")
    }
    assert {kind: one.status for kind, one in shown.items()} == {
        "401": 400,
        "402": 402,
        "403": 403,
        "404": 400,
        "409": 400,
        "429": 429,
        "500": 500,
        "503": 503,
    }
    assert shown["429"].headers == {}
    timed = part.refusal("429", 30)
    assert (timed.body["error"], timed.headers["Retry-After"]) == ("RateLimitExceeded", "30")


def test_memory_survives(bluesky: RunningBluesky) -> None:
    bluesky.part.world.put(
        bluesky.account("nordlicht_hilft").did,
        "chat.bsky.actor.declaration",
        "self",
        {"allowIncoming": "all"},
    )
    post = bluesky.say("frauke_m", "@nordlicht_hilft so kam es an", picture="parcel")
    bluesky.say("frauke_m", "Nr. 4711", private=True)
    account = bluesky.account("nordlicht_hilft")
    bluesky.part.sessions.sign_in(account.handle, account.app_password)
    saved = json.loads(json.dumps(bluesky.part.saved()))
    settings = SimulatorSettings(base_url="http://127.0.0.1:1", tokens={"nordlicht_hilft": "fest"})
    other = create_part(settings, bluesky.clock)
    assert isinstance(other, BlueskyPart)
    other.restore(saved)
    assert other.posts() == bluesky.part.posts()
    assert other.saved()["notifications"] == saved["notifications"]
    assert other.world.named("nordlicht_hilft").app_password == "fest"  # type: ignore[union-attr]
    assert other.say({"handle": "gregor_p", "text": "Oh", "in_reply_to": post["id"]})["id"]
    unreadable: tuple[dict[str, Any], ...] = ({}, {"form": 1}, saved | {"accounts": 5})
    for broken in unreadable:
        with pytest.raises(ValueError, match=r"memory"):
            other.restore(broken)


def test_every_way_is_held_against_the_lexicons(bluesky: RunningBluesky) -> None:
    """Each method that the network offers has a lexicon, but those that give out files."""
    folder = shared_data("atproto_lexicons")
    without = {
        one.name
        for one in bluesky.part.endpoints
        if not one.stream and not (folder.joinpath(*one.name.split(".")).with_suffix(".json")).is_file()
    }
    assert without == {"com.atproto.sync.getBlob"}
    assert {one.items for one in bluesky.part.endpoints} >= {"feed", "posts", "notifications", "logs", ""}


def test_the_lexicons_find_what_is_wrong() -> None:
    shared_data("atproto_lexicons")
    profile = {"did": "did:plc:x", "handle": "a.test"}
    view = {"uri": "at://did:plc:x/app.bsky.feed.post/1", "cid": "b" * 59, "author": profile, "record": {}}
    view["indexedAt"] = AT
    good = {"posts": [view]}
    assert complaints("app.bsky.feed.getPosts", good) == []
    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"posts": {}},
        {"posts": [view | {"cid": "x"}]},
        {"posts": [view | {"indexedAt": "gestern"}]},
        {"posts": [view | {"indexedAt": "2026-11-22T10:00:00"}]},
        {"posts": [view | {"likeCount": "3"}]},
        {"posts": [view | {"author": 5}]},
        {"posts": [view | {"embed": {}}]},
        {"posts": [view | {"viewer": {"pinned": "ja"}}]},
        {"posts": [view | {"uri": 5}]},
    )
    for broken in wrong:
        assert complaints("app.bsky.feed.getPosts", broken) != []
    assert complaints_about_question("app.bsky.feed.getPosts", [("ids", "x")], None) != []
    assert complaints_about_question("app.bsky.feed.getTimeline", [("limit", "101")], None) != []
    post = {"text": "a" * 301, "createdAt": AT, "langs": ["de"] * 4, "embed": {"$type": "x"}}
    post["embed"] = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": {}}]}
    assert len(record_complaints(POST, post)) == 3
    assert record_complaints("example.unknown", {}) == []
    closed = {"$type": "x"}
    assert complaints("com.atproto.repo.applyWrites", {"results": [closed]}) != []


def test_an_access_is_taken_back_by_its_password_or_any_of_its_tokens(bluesky: RunningBluesky) -> None:
    account = bluesky.account("nordlicht_hilft")
    for name in ("app_password", "access_jwt", "refresh_jwt"):
        account.app_password = "gut"
        signed = sign_in(bluesky.base_url, account.handle, "gut", simulated=True)
        bluesky.part.revoke("")
        assert account.app_password == "gut"
        bluesky.part.revoke(signed.secret[name])
        assert (account.app_password, bluesky.part.sessions.whose(signed.secret["access_jwt"])) == ("", "")
