"""Golden pairs: `x/<case>.json` is what X says, `<case>.post.json` what the account 1001 makes of it.

`post` or `message` is the thing itself, `includes` what came along with it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resonanz.networks import Unclear
from resonanz.networks.answers import entity
from resonanz.networks.x_parse import parse
from resonanz.networks.x_posts import (
    LIMITS,
    Beside,
    Me,
    author_of,
    message_sighting,
    sighting_of,
    time_in,
)
from resonanz.post import Author, Sighting
from tests.networks.test_mastodon_golden import shown

FOLDER = Path(__file__).parent / "x"
CASES = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".post"))
ME = Me("1001", Author(network="x", uid="1001", handle="nordwind"))


def as_sighting(case: dict[str, Any]) -> Sighting:
    """Read a case as the account 1001."""
    beside = Beside()
    beside.add(case)
    if "message" in case:
        return message_sighting(entity(case["message"], "message"), beside, ME)
    return sighting_of(entity(case["post"], "post"), beside, ME)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        name for case in CASES for name in (f"{case}.json", f"{case}.post.json")
    )


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    said = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    wanted = json.loads((FOLDER / f"{case}.post.json").read_text(encoding="utf-8"))
    assert shown(as_sighting(said)) == wanted


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_answer_says_the_same(case: str) -> None:
    said = json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    thing = said.get("message") or said["post"]
    answer = {"data": [thing], "includes": said.get("includes", {})}
    read = parse(json.dumps(answer).encode())
    assert (read.posts, read.unknown, read.unread) == ((as_sighting(said).post,), (), ())


BARE: dict[str, Any] = {"id": "9", "text": "a", "author_id": "2", "created_at": "2026-11-20T10:00:00.000Z"}


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"id": None}, "id"),
        ({"text": None}, "text"),
        ({"author_id": None}, "author_id"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "gestern"}, "time"),
    ],
)
def test_what_a_post_cannot_be_without(changed: dict[str, Any], missing: str) -> None:
    with pytest.raises(Unclear) as unclear:
        as_sighting({"post": BARE | changed})
    assert (unclear.value.code, unclear.value.facts) == ("bad_answer", {"missing": missing})


def test_what_a_message_cannot_be_without() -> None:
    bare = {"id": "9", "text": "a", "sender_id": "2", "dm_conversation_id": "1-2"}
    with pytest.raises(Unclear) as unclear:
        as_sighting({"message": bare})
    assert unclear.value.facts == {"missing": "created_at"}


def test_odd_values_are_left_out() -> None:
    odd = {
        "attachments": [],
        "conversation_id": 5,
        "edit_history_tweet_ids": [7, "", None],
        "entities": {"mentions": [3, {"id": 4}], "urls": "x"},
        "lang": 5,
        "possibly_sensitive": "no",
        "referenced_tweets": {"type": "quoted"},
        "note_tweet": "x",
    }
    assert as_sighting({"post": BARE | odd, "includes": [1]}) == as_sighting({"post": BARE})
    rows = {"users": [3, {"id": 5}], "tweets": "x", "posts": [{"id": ""}]}
    assert as_sighting({"post": BARE, "includes": rows}) == as_sighting({"post": BARE})


@pytest.mark.parametrize("native_id", ["", "abc", "²", "12", "9" * 25])
def test_ids_of_another_kind_hold_no_time(native_id: str) -> None:
    assert time_in(native_id) is None


def test_somebody_who_is_not_told_about_is_an_id() -> None:
    stranger = author_of({"id": "77"})
    assert (stranger.handle, stranger.name, stranger.url) == ("", "", "https://x.com/i/user/77")
    assert LIMITS.unit == "weighted"
