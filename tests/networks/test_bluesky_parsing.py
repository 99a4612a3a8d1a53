"""Any payload of Bluesky: its posts, or the kinds that carry none; recorded ones, and broken ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonanz.networks.bluesky_parsing import NOWHERE, parse
from resonanz.networks.bluesky_text import facets_for, read_facets
from tests.networks.test_bluesky_golden import CASES, DESK, FOLDER
from tests.shared_data import shared_data

MIRA = "did:plc:miramiramiramiramiramira"
POST = f"at://{MIRA}/app.bsky.feed.post/3kq2mzfbxak2a"


def parsed(what: Any) -> Any:
    return parse(json.dumps(what).encode())


def golden(case: str) -> Any:
    said = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    return said.get("view") or said.get("message") or said["notification"]


def test_every_recorded_payload_is_parsed_or_named() -> None:
    files = sorted((shared_data("payloads") / "bluesky").glob("*.json"))
    assert files
    for path in files:
        found = parse(path.read_bytes())
        assert (found.unknown, found.unread) == ((), ()), path.name
        assert found.posts or found.without, path.name


@pytest.mark.parametrize("case", CASES)
def test_every_golden_case_holds_one_post(case: str) -> None:
    found = parsed(golden(case))
    wanted = json.loads((FOLDER / f"{case}.post.json").read_text(encoding="utf-8"))["post"]
    assert [one.text for one in found.posts] == [wanted["text"]]
    assert (found.without, found.unknown, found.unread) == ((), (), ())


def test_answers_with_many_things() -> None:
    view, message = golden("plain_post"), golden("private_message")
    thread = {"$type": "app.bsky.feed.defs#threadViewPost", "post": view, "replies": []}
    thread["parent"] = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": POST, "notFound": True}
    liked = {"uri": POST, "cid": "b", "value": {"$type": "app.bsky.feed.like", "subject": {}}}
    strange = {"uri": POST, "value": {"$type": "example.future.thing"}}
    frame = {"$type": "message", "payload": {"did": MIRA, "record": view["record"], "rkey": "x"}}
    for said, posts, without, unknown in (
        ({"feed": [{"post": view}]}, 1, (), ()),
        ({"thread": thread}, 1, ("app.bsky.feed.defs#notFoundPost",), ()),
        ({"notifications": [golden("passed_on"), golden("notification_as_it_came")]}, 2, (), ()),
        ({"records": [liked, strange]}, 0, ("app.bsky.feed.like",), ("example.future.thing",)),
        ({"logs": [{"$type": "chat.bsky.convo.defs#logCreateMessage", "message": message}]}, 1, (), ()),
        ({"error": "NotFound", "message": "Post not found"}, 0, ("error",), ()),
        ({"did": DESK, "handle": "desk.example.org"}, 0, ("profile",), ()),
        ({"$type": "example.future#thing"}, 0, (), ("example.future#thing",)),
        ({"kind": "sync"}, 0, (), ("sync",)),
        ({}, 0, (), ("object",)),
        (frame, 1, (), ()),
        ({"$type": "app.bsky.graph.list#item"}, 0, ("app.bsky.graph.list#item",), ()),
        ([view, "text", 5], 1, (), ("str", "int")),
    ):
        found = parsed(said)
        assert (len(found.posts), found.without, found.unknown) == (posts, without, unknown), said


def test_what_somebody_passed_on_is_two_posts() -> None:
    by = {"did": DESK, "handle": "desk.example.org"}
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "indexedAt": "2026-03-02T09:20:00Z"}
    original, repost = parsed({"post": golden("plain_post"), "reason": reason}).posts
    assert (repost.repost_of, repost.uri) == (original.uri, f"{original.uri}#repost={DESK}")
    assert repost.author.uid == DESK
    pinned = {"post": golden("plain_post"), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    assert len(parsed(pinned).posts) == 1


def test_a_record_alone_stands_nowhere_and_is_nobodys() -> None:
    [post] = parsed(
        {"$type": "app.bsky.feed.post", "text": "Hallo", "createdAt": "2026-03-02T09:15:00Z"}
    ).posts
    assert (post.text, post.uri, post.root, post.url, post.author.uid) == ("Hallo", "", "", "", "")
    [answer] = parsed(golden("answer_to_us")["record"]).posts
    assert (answer.root, answer.reply_to) == (
        f"at://{DESK}/app.bsky.feed.post/3kq2aaaaaaa2a",
        f"at://{DESK}/app.bsky.feed.post/3kq2aaaaaaa2b",
    )
    assert NOWHERE not in repr((post, answer))


def test_posts_that_make_no_sense_are_named() -> None:
    broken = golden("plain_post") | {"record": {"$type": "app.bsky.feed.post", "text": 5, "createdAt": "x"}}
    [unread] = parsed([broken]).unread
    assert (unread.reason, unread.native_id, json.loads(unread.raw)) == ("text", broken["uri"], broken)
    repost = {"reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": 5}, "post": golden("plain_post")}
    assert parsed(repost).unread[0].reason == "did"


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|nested|Expecting|decode"):
        parse(payload)


def test_what_is_too_deep_ends() -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"thread": deep}
    assert parsed(deep).unknown == ("too deep",)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(what: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = what.items() if isinstance(what, dict) else enumerate(what) if isinstance(what, list) else ()
    return [path, *(found for key, value in inner for found in _places(value, (*path, key)))]


def _changed(what: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(what) if isinstance(what, dict) else list(what)
    copy[path[0]] = _changed(copy[path[0]], path[1:], value)
    return copy


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_payloads_never_crash(data: st.DataObject) -> None:
    payload = golden(data.draw(st.sampled_from(CASES)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_places(payload)))
        payload = _changed(payload, path, data.draw(VALUES))
    found = parsed({"posts": [payload], "feed": [{"post": payload}]})
    assert isinstance(found.posts, tuple)


# Rich text

PEOPLE = {"mira.example.org": MIRA, "desk.example.org": DESK}


def marked(text: str) -> list[tuple[str, str]]:
    """Return what is marked in a text of ours, and as what."""
    coded = text.encode()
    return [
        (
            coded[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
            next(str(value) for key, value in facet["features"][0].items() if key != "$type"),
        )
        for facet in facets_for(text, lambda handle: PEOPLE.get(handle, ""))
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Moin @mira.example.org!", [("@mira.example.org", MIRA)]),
        ("@Mira.Example.org.", [("@Mira.Example.org", MIRA)]),
        ("@niemand.example.org @mira", []),
        ("mail@mira.example.org", []),
        ("Grüße 🚄 @desk.example.org", [("@desk.example.org", DESK)]),
        ("Siehe https://a.example/b?c=d.", [("https://a.example/b?c=d", "https://a.example/b?c=d")]),
        ("(https://a.example/w_(x))", [("https://a.example/w_(x)", "https://a.example/w_(x)")]),
        ("www.a.example, ja", [("www.a.example", "https://www.a.example")]),
        ("https://a.example/@mira.example.org#x", [("https://a.example/@mira.example.org#x",) * 2]),
        ("https://a.example/(@mira.example.org)", [("https://a.example/(@mira.example.org)",) * 2]),
        ("#Nordlicht, #2026 #Ärger! #", [("#Nordlicht", "Nordlicht"), ("#Ärger", "Ärger")]),
        ("#" + "x" * 65, []),
        ("Nr. 5 ist kein #️⃣ Tag", []),
        ("https://", []),
    ],
)
def test_what_is_marked_in_a_text_of_ours(text: str, wanted: list[tuple[str, str]]) -> None:
    assert marked(text) == wanted


@given(st.text(alphabet="aä🚄👨‍👩 @#.:/wmirh\n", max_size=60))
def test_what_we_mark_is_what_is_read(text: str) -> None:
    facets = facets_for(text, lambda _handle: DESK)
    links, named = read_facets(text, {"facets": facets})
    kinds = [facet["features"][0]["$type"].rpartition("#")[2] for facet in facets]
    assert len(links) <= kinds.count("link")
    assert bool(named) == ("mention" in kinds)
    assert all(one.shown in text for one in links)
