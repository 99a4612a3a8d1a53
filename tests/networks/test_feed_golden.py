"""Golden pairs: `feed/<case>.xml` is what a site serves, `<case>.posts.json` what we make of it.

`<case>.later.xml` is what the same address serves an hour later; its pair is what is news then.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks import Credentials
from resonanz.networks.feed import Feed
from resonanz.networks.feed_http import FeedClient, Fetched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resonanz.post import Page

FOLDER = Path(__file__).parent / "feed"
CASES = sorted(path.stem for path in FOLDER.glob("*.xml"))
ADDRESS = "https://blog.example/news/feed.xml"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Served(FeedClient):
    """A server that has one document and no traffic."""

    def __init__(self, body: bytes) -> None:
        super().__init__(ADDRESS)
        self._body = body

    def ask(self, address: str, headers: Mapping[str, str]) -> Fetched:
        return Fetched(address=address, lasting=address, body=self._body, content_type="application/xml")


def read(case: str, cursor: str = "", *, now: datetime = NOW) -> Page:
    """Read a case as the feed at ADDRESS."""
    body = (FOLDER / f"{case}.xml").read_bytes()
    feed = Feed(
        Credentials(base_url=ADDRESS, secret={}), clock=lambda: now, client=lambda *_, **__: Served(body)
    )
    return feed.read(cursor)


def shown(value: Any) -> Any:
    """Write a value as JSON, without what has its default."""
    if is_dataclass(value):
        kept = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        return {name: shown(v) for name, (v, usual) in kept.items() if usual is MISSING or v != usual}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    return [shown(item) for item in value] if isinstance(value, tuple) else value


def brief(page: Page) -> list[Any]:
    """Write a page's posts without what all of them have."""
    posts = []
    for sighting in page.sightings:
        post = shown(sighting.post)
        assert (post.pop("network"), post.pop("audience"), post.pop("root")) == (
            "feed",
            "PUBLIC",
            post["uri"],
        )
        assert post["author"].pop("network") == "feed"
        assert (sighting.native_id, sighting.native_thread_id) == (post["uri"], post["uri"])
        assert (sighting.addressed, sighting.own) == (False, False)
        posts.append(post)
    return posts


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 20
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        name for case in CASES for name in (f"{case}.xml", f"{case}.posts.json")
    )


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    wanted = json.loads((FOLDER / f"{case}.posts.json").read_text(encoding="utf-8"))
    first, _, later = case.partition(".")
    page = read(first)
    assert page.backfill
    if later:
        page = read(case, page.cursor, now=NOW + timedelta(hours=1))
        assert not page.backfill
    assert brief(page) == wanted


@pytest.mark.parametrize("case", [case for case in CASES if not case.endswith(".later")])
def test_nothing_is_news_twice(case: str) -> None:
    first = read(case)
    assert first.sightings
    forgotten = json.dumps(json.loads(first.cursor) | {"b": ""})  # so that it is read, not only recognised
    again = read(case, forgotten, now=NOW + timedelta(days=1))
    assert again.sightings == ()
    assert json.loads(again.cursor)["k"] == json.loads(first.cursor)["k"]
