"""A recorded answer of a Mastodon server read by itself: its posts, and by name everything else in it.

For `resonanz parse`. Posts are found wherever they stand: in lists, notifications, talks, searches, events
of a stream. The server that answered is known by its people's addresses only. A boost holds the post that
it passes on.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from resonanz.networks import Parsed
from resonanz.networks.answers import BROKEN, Entity, part_of, text_of, unread
from resonanz.networks.mastodon_posts import post_from_status
from resonanz.post import Post, Unread

# A thing is of the first kind of which it has all the names.
_KINDS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("stream event", "event"),
        ("notification", "type created_at account"),
        ("notification groups", "notification_groups"),
        ("notification request", "notifications_count last_status"),
        ("notification policy", "for_not_following"),
        ("conversation", "unread last_status"),
        ("context", "ancestors descendants"),
        ("search", "statuses hashtags"),
        ("annual report", "annual_reports"),
        ("collection", "collection"),
        ("collection", "collection_item"),
        ("collection", "collections"),
        ("account", "acct"),
        ("admin account", "username email"),
        ("admin block", "canonical_email_hash"),
        ("admin block", "severity"),
        ("admin block", "domain history"),
        ("admin measure", "key data"),
        ("scheduled post", "scheduled_at params"),
        ("edit", "content spoiler_text created_at"),
        ("source", "id text spoiler_text"),
        ("poll", "options votes_count"),
        ("media", "type preview_url"),
        ("instance", "title version"),
        ("instance", "domain version"),
        ("instance rule", "id text"),
        ("extended description", "updated_at content"),
        ("announcement", "content published_at"),
        ("activity", "week statuses"),
        ("filter", "context filter_action"),
        ("filter", "phrase context"),
        ("filter keyword", "keyword whole_word"),
        ("filter post", "status_id"),
        ("report", "action_taken"),
        ("relationship", "following followed_by"),
        ("familiar followers", "id accounts"),
        ("push subscription", "endpoint alerts"),
        ("app", "client_id"),
        ("app", "website vapid_key"),
        ("token", "access_token"),
        ("authorization server", "authorization_endpoint"),
        ("profile", "display_name note"),
        ("featured tag", "name statuses_count"),
        ("tag", "name url"),
        ("list", "title replies_policy"),
        ("emoji", "shortcode"),
        ("card", "provider_name"),
        ("marker", "last_read_id"),
        ("links", "links"),
        ("count", "count"),
        ("merged", "merged"),
        ("translation", "detected_source_language"),
        ("suggestion", "source account"),
        ("preferences", "posting:default:visibility"),
        ("markers", "home"),
        ("markers", "notifications"),
        ("announcement reaction", "name count"),
        ("async refresh", "async_refresh"),
        ("quote", "quoted_status"),
        ("terms", "effective_date content"),
        ("language", "code name"),
        ("admin measure", "period data"),
        ("role", "permissions"),
        ("person signed in", "iss sub"),
        ("identity", "provider proof_url"),
        ("preview", "url title"),
        ("state", "state"),
        ("error", "error"),
    )
)


class _Reader:
    """Gathers what an answer holds."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.without: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.unread: list[Unread] = []

    def whole(self, said: Any) -> None:
        """Read an answer: a thing, or a list of them."""
        if isinstance(said, list):
            for item in said:
                self.whole(item)
            if not said:
                self.without.setdefault("empty list")
        elif isinstance(said, dict):
            self._thing(said)
        elif isinstance(said, str):
            self.without.setdefault("word")
        else:
            self.unknown.setdefault(type(said).__name__)

    def _thing(self, item: Entity) -> None:
        found = self._inside(item)
        if text_of(item, "event"):
            found = self._event(item) or found
        if found:
            return
        kind = "empty object" if not item else kind_of_thing(item)
        described = f"object with {', '.join(sorted(item)[:6])}"
        (self.without if kind else self.unknown).setdefault(kind or described)

    def _event(self, item: Entity) -> bool:
        """Read an event of a stream: what it tells is JSON in a text, or an id."""
        said = item.get("data") or item.get("payload")
        try:
            told = json.loads(said) if isinstance(said, str) else said
        except (ValueError, RecursionError):
            return False
        return self._inside(told)

    def _inside(self, value: Any) -> bool:
        """Keep every post anywhere in a thing; tell whether there was one."""
        if isinstance(value, list):
            return sum(map(self._inside, value)) > 0
        if not isinstance(value, dict):
            return False
        if isinstance(value.get("reblog"), dict):
            return self._inside(value["reblog"])
        found = is_status(value) and self._keep(value)
        return sum(map(self._inside, value.values())) > 0 or found

    def _keep(self, status: Entity) -> bool:
        account = part_of(status, "account")
        try:
            domain = urlsplit(text_of(account, "uri") or text_of(account, "url")).netloc
            post = post_from_status(status, domain=domain or "unknown.invalid")
        except BROKEN as error:
            self.unread.append(unread(status, error))
        else:
            self.posts.setdefault(post.uri, post)
        return True


def is_status(item: Entity) -> bool:
    """Whether a thing is a post."""
    return isinstance(item.get("content"), str) and "visibility" in item and "account" in item


def kind_of_thing(item: Entity) -> str:
    """Return what kind of thing without a post this is, empty where nobody knows."""
    return next((kind for kind, names in _KINDS if names <= item.keys()), "")


def parse(payload: bytes) -> Parsed:
    """Read a recorded answer. ValueError where it is no JSON."""
    reader = _Reader()
    try:
        reader.whole(json.loads(payload))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return Parsed(
        posts=tuple(reader.posts.values()),
        without=tuple(reader.without),
        unknown=tuple(reader.unknown),
        unread=tuple(reader.unread),
    )
