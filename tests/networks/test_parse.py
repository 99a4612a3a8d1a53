"""Recorded answers read by themselves: every kind has a name, no file crashes, changed ones neither."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.networks import NETWORKS, NetworkError, Parsed
from tests.networks.test_any_bytes import _change, assert_harmless
from tests.networks.test_mastodon_golden import FOLDER as TOOTS
from tests.networks.test_x_golden import CASES, as_sighting
from tests.networks.test_x_golden import FOLDER as POSTS
from tests.shared_data import shared_data

ANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def read(network: str, said: object) -> Parsed:
    return NETWORKS[network].parse(json.dumps(said).encode())


@cache
def recorded(network: str, folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared_data("payloads") / folder).rglob("*.json"))]


@pytest.mark.parametrize(
    ("network", "folder", "posts"), [("x", "x_api_v2", 30), ("mastodon", "mastodon", 60)]
)
def test_every_recorded_answer_has_posts_or_a_name(network: str, folder: str, posts: int) -> None:
    found = [NETWORKS[network].parse(payload) for payload in recorded(network, folder)]
    assert [one for one in found if one.unknown or one.unread] == []
    assert [one for one in found if not one.posts and not one.without] == []
    assert sum(len(one.posts) for one in found) >= posts
    for one in found:
        for post in one.posts:
            assert_harmless(post)


def golden(network: str) -> list[str]:
    folder = POSTS if network == "x" else TOOTS
    cases = sorted(path for path in folder.glob("*.json") if not path.stem.endswith(".post"))
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in cases]
    if network == "x":
        rows = [
            {"data": [row.get("post") or row["message"]], "includes": row.get("includes", {})} for row in rows
        ]
    return [json.dumps(row) for row in rows]


@st.composite
def changed_answers(draw: st.DrawFn, network: str) -> object:
    """A recorded answer with some values replaced or gone."""
    said = json.loads(draw(st.sampled_from(golden(network))))
    for _ in range(draw(st.integers(1, 5))):
        _change(draw, said)
    return said


@pytest.mark.parametrize("network", ["x", "mastodon"])
def test_changed_answers_crash_nothing(network: str) -> None:
    @ANY
    @given(changed_answers(network))
    def changed(said: object) -> None:
        found = read(network, said)
        for post in found.posts:
            assert_harmless(post)

    changed()


@st.composite
def changed_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A golden case of X with some values replaced or gone."""
    path = draw(st.sampled_from([POSTS / f"{case}.json" for case in CASES]))
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for _ in range(draw(st.integers(1, 5))):
        _change(draw, said)
    return said


@ANY
@given(changed_cases())
def test_changed_posts_of_x_are_heard_or_refused(said: dict[str, Any]) -> None:
    try:
        heard = as_sighting({"post": {}} | said)
    except NetworkError:
        return
    assert_harmless(heard.post)
    assert heard.gate in {"", "not_summoned"}
    f"{heard.native_id}{heard.native_thread_id}".encode()


@ANY
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["x", "mastodon"]))
def test_any_bytes_are_read_or_refused(payload: bytes, network: str) -> None:
    try:
        found = NETWORKS[network].parse(payload)
    except ValueError:
        return
    assert isinstance(found, Parsed)


# X -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "without", "unknown"),
    [
        ({"data": {"dm_conversation_id": "1-2", "dm_event_id": "3"}}, ("message_sent",), ()),
        ({"data": [{"id": "1", "name": "A", "username": "a"}]}, ("user",), ()),
        ({"data": {"deleted": True}}, ("done",), ()),
        ({"data": [], "meta": {"result_count": 0}}, ("meta",), ()),
        ({"meta": {"sent": "2026-11-20T10:00:00Z"}}, ("meta",), ()),
        ({}, (), ("empty object",)),
        ({"data": None}, ("nothing",), ()),
        ({"errors": [{"title": "x", "type": "y"}]}, ("problem",), ()),
        ({"title": "x", "detail": "y", "type": "z"}, ("problem",), ()),
        ({"includes": {"users": [{"id": "1"}], "frogs": []}}, ("user", "frogs"), ()),
        ({"users": [], "media": []}, ("user", "media"), ()),
        ({"data": [{"id": "1", "name": "Kunden"}, {"id": "1", "type": "quoted"}]}, ("list", "reference"), ()),
        ({"data": {"id": "1", "name": "a", "frog": 1}}, (), ("object with frog, id, name",)),
        ({"data": {"rest_id": "1", "retweeted": True}}, ("done",), ()),
        ({"data": ["a", 3]}, (), ("str", "int")),
        ([{"username": "a"}, 5, {"frog": 1}], ("user",), ("int", "object with frog")),
        (
            {"data": [{"id": "1", "event_type": "ParticipantsJoin", "dm_conversation_id": "1-2"}]},
            ("message ParticipantsJoin",),
            (),
        ),
        (
            {"data": {"event_type": "follow.follow", "payload": {"source": 1}, "event_uuid": "5"}},
            ("event follow.follow",),
            (),
        ),
    ],
)
def test_things_of_x_without_words(said: object, without: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    found = read("x", said)
    assert (found.posts, found.without, found.unknown, found.unread) == ((), without, unknown, ())


def test_posts_of_x_that_only_came_along_and_posts_that_lack_something() -> None:
    row: dict[str, Any] = {"id": "1", "text": "a", "author_id": "2", "created_at": "2026-11-20T10:00:00Z"}
    along = read("x", {"includes": {"posts": [row], "tweets": 5}})
    assert [post.text for post in along.posts] == ["a"]
    assert [post.text for post in read("x", {"includes": {"tweets": "x", "posts": [row]}}).posts] == ["a"]
    broken = read("x", {"data": [row | {"created_at": "gestern"}, {"text": "ohne", "id": 5}]})
    assert [one.native_id for one in broken.unread] == ["1", "5"]
    lines = json.dumps({"data": row}) + "\r\n\r\n" + json.dumps({"data": row | {"id": "2"}}) + "\n"
    assert len(NETWORKS["x"].parse(lines.encode()).posts) == 2
    assert NETWORKS["x"].parse(b"\xef\xbb\xbf" + json.dumps(row).encode()).posts == along.posts


# Mastodon ----------------------------------------------------------------------------------------

STATUS = {
    "id": "5",
    "uri": "https://social.example/users/ada/statuses/5",
    "content": "<p>Hallo</p>",
    "visibility": "public",
    "created_at": "2026-11-20T10:00:00Z",
    "account": {"acct": "ada", "url": "https://social.example/@ada"},
}


@pytest.mark.parametrize(
    "said",
    [
        STATUS,
        [STATUS, STATUS],
        {"id": "1", "type": "mention", "created_at": "x", "account": {}, "status": STATUS},
        {"statuses": [STATUS], "hashtags": [], "accounts": []},
        [{"event": "update", "data": json.dumps(STATUS)}],
        [{"event": "update", "payload": STATUS}],
        STATUS | {"uri": "https://social.example/boost", "reblog": STATUS, "content": ""},
    ],
)
def test_posts_of_mastodon_are_found_wherever_they_stand(said: object) -> None:
    found = read("mastodon", said)
    assert [(post.text, post.author.handle) for post in found.posts] == [("Hallo", "ada@social.example")]
    assert (found.without, found.unknown, found.unread) == ((), (), ())


@pytest.mark.parametrize(
    ("said", "without", "unknown"),
    [
        ([], ("empty list",), ()),
        ({}, ("empty object",), ()),
        ("mastodon.example", ("word",), ()),
        (5, (), ("int",)),
        ({"event": "delete", "data": "123"}, ("stream event",), ()),
        ({"event": "delete", "data": "{"}, ("stream event",), ()),
        ({"acct": "ada"}, ("account",), ()),
        ({"frog": 1, "zebra": 2}, (), ("object with frog, zebra",)),
    ],
)
def test_things_of_mastodon_without_words(
    said: object, without: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    found = read("mastodon", said)
    assert (found.posts, found.without, found.unknown, found.unread) == ((), without, unknown, ())


def test_posts_of_mastodon_that_lack_something() -> None:
    found = read("mastodon", [STATUS | {"created_at": None}, STATUS | {"id": None, "uri": None}])
    assert [(one.reason, one.native_id) for one in found.unread] == [("created_at", "5"), ("url", "")]
    for network in ("x", "mastodon"):
        with pytest.raises(ValueError, match="nested"):
            NETWORKS[network].parse(b"[" * 200_000)
