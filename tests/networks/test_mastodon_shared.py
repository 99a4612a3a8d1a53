"""Answers recorded from a real Mastodon server: all are read without an error, and none goes unread."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from resonanz.networks.answers import text_of
from resonanz.networks.http import error_for, parse_events
from resonanz.networks.mastodon_login import nudge_from
from resonanz.networks.mastodon_posts import (
    Home,
    Instance,
    author_from_account,
    chain_above,
    instance_from,
    media_from_attachment,
    policy_from,
    sighting_from_status,
)
from resonanz.networks.mastodon_text import text_from_html
from tests.shared_data import shared_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resonanz.post import Sighting

HOME = Home(account_id="0", instance=Instance(domain="localhost:3000"))


def _payloads(kind: str) -> list[Any]:
    folder = shared_data("payloads") / "mastodon" / kind
    read = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    assert read
    return read


def _statuses(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every status anywhere in an answer."""
    if isinstance(value, dict):
        if {"content", "visibility", "uri"} <= value.keys():
            yield value
        for inner in value.values():
            yield from _statuses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statuses(inner)


def _read(status: dict[str, Any]) -> Sighting:
    heard = sighting_from_status(status, home=HOME)
    assert (heard.native_id, heard.post.uri) == (status["id"], status["uri"])
    assert heard.post.posted_at.isoformat().startswith(status["created_at"][:19])
    assert "<" not in heard.post.text.replace("<3", "")
    return heard


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        ("status", 25),
        ("status_list", 20),
        ("notification", 1),
        ("notification_list", 2),
        ("conversation", 1),
        ("conversation_list", 1),
        ("notification_request", 1),
        ("notification_request_list", 1),
    ],
)
def test_every_recorded_status_is_read(kind: str, at_least: int) -> None:
    heard = [_read(status) for payload in _payloads(kind) for status in _statuses(payload)]
    assert len(heard) >= at_least


def test_recorded_contexts() -> None:
    for context in _payloads("context"):
        assert chain_above({"in_reply_to_id": None}, context["ancestors"]) == []


def test_recorded_accounts() -> None:
    accounts = _payloads("account") + [item for row in _payloads("account_list") for item in row]
    for account in accounts:
        author = author_from_account(account, domain="localhost:3000")
        assert (author.uid, author.handle.partition("@")[0]) == (account["uri"], account["username"])


def test_recorded_media() -> None:
    for attachment in _payloads("media_attachment"):
        assert media_from_attachment(attachment).alt == (attachment["description"] or "")


def test_recorded_instances_and_policies() -> None:
    for answer in _payloads("instance"):
        read = instance_from(answer, host="nowhere")
        assert (read.domain, read.limits.length, read.limits.url_length) == ("localhost:3000", 500, 23)
        assert read.version == answer["version"]
    for answer in _payloads("notification_policy"):
        kept = {key for key, value in answer.items() if value in ("filter", "drop")}
        assert {f"for_{kind}" for kind in policy_from(answer).filtered} == kept


def test_recorded_errors_keep_their_wording() -> None:
    for answer in _payloads("error"):
        error = error_for(422, {}, json.dumps(answer).encode(), now=datetime.now(UTC))
        assert (type(error).__name__, error.reason) == ("Refused", answer["error"])


def test_recorded_streams() -> None:
    for events in _payloads("stream"):
        rows = events if isinstance(events, list) else [events]
        for row in rows:
            name, payload = text_of(row, "event"), text_of(row, "data") or text_of(row, "payload")
            sent = f"event: {name}\ndata: {payload}\n\n"
            if name:
                assert list(parse_events(iter([":thump\n", sent]))) == [(name, payload)]
            nudge_from(name, payload, "0")


def test_recorded_html_leaves_no_tags() -> None:
    for payload in _payloads("status"):
        for status in _statuses(payload):
            assert not text_from_html(status["content"]).startswith("<")
