"""Golden pairs: `bluesky/<case>.json` is what the network says, `<case>.post.json` what we make of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import Unclear
from resonanz.networks.bluesky_posts import (
    author_from_profile,
    link_to,
    repost_from,
    sighting_from_message,
    sighting_from_view,
)
from tests.networks.test_mastodon_golden import shown

if TYPE_CHECKING:
    from resonanz.post import Sighting

FOLDER = Path(__file__).parent / "bluesky"
CASES = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".post"))
DESK = "did:plc:deskdeskdeskdeskdeskdesk"


def as_sighting(case: dict[str, Any]) -> Sighting:
    """Read a case as the account of the desk."""
    if "message" in case:
        return sighting_from_message(case["message"], convo=case["convo"], did=DESK, people=case["people"])
    if "notification" in case:
        return repost_from(case["notification"], roots=case.get("roots", {}))
    return sighting_from_view(case["view"], did=DESK)


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


def _minimum(**changed: Any) -> dict[str, Any]:
    view = json.loads((FOLDER / "the_bare_minimum.json").read_text(encoding="utf-8"))["view"]
    return {key: value for key, value in (view | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"uri": None}, "uri"),
        ({"uri": "https://bsky.app/profile/x"}, "uri"),
        ({"author": None}, "author"),
        ({"author": {"handle": "mira.example.org"}}, "did"),
        ({"record": None}, "record"),
        ({"record": {"createdAt": "2026-03-02T09:15:00Z"}}, "text"),
        ({"record": {"text": "Hallo"}}, "createdAt"),
    ],
)
def test_what_a_post_cannot_be_without(changed: dict[str, Any], missing: str) -> None:
    with pytest.raises(Unclear) as unclear:
        sighting_from_view(_minimum(**changed), did=DESK)
    assert (unclear.value.code, unclear.value.facts) == ("bad_answer", {"missing": missing})


def test_odd_values_are_left_out() -> None:
    record = {"text": "Hallo", "createdAt": "2026-03-02T09:15:00Z", "langs": "de", "facets": 5, "reply": []}
    record |= {"embed": "x", "labels": [3]}
    odd = _minimum(record=record, labels={"a": 1}, embed=7, embeds=[4])
    assert sighting_from_view(odd, did=DESK) == sighting_from_view(_minimum(), did=DESK)
    assert author_from_profile({"did": DESK, "followersCount": -1, "displayName": 5}).followers_count is None


def test_where_things_stand_in_the_networks_own_app() -> None:
    assert link_to("at://did:plc:x/app.bsky.feed.generator/a") == "https://bsky.app/profile/did:plc:x/feed/a"
    assert link_to("at://did:plc:x/app.bsky.feed.like/a") == link_to("chat:a/b") == ""
