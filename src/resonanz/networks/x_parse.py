"""A recorded answer of X read by itself: its posts, and by name everything else in it.

For `resonanz parse`. What was not asked for when it was recorded stays empty: a post without author keeps its
words. What kind a thing is, is told by the names in it.
"""

from __future__ import annotations

import json
from typing import Any

from resonanz.networks import Parsed
from resonanz.networks.answers import BROKEN, Entity, part_of, parts_of, text_of, unread
from resonanz.networks.x_events import events_of
from resonanz.networks.x_posts import Beside, message_of, post_of
from resonanz.post import Post, Unread

# A thing is of the first kind of which it has one of the names: these belong to nothing else.
_TELLING = {
    name: kind
    for kind, names in (
        ("message_sent", "dm_event_id"),
        ("conversation", "dm_conversation_id"),
        ("user", "username"),
        ("upload", "processing_info expires_after_secs image_type segment_index expires_at"),
        ("upload", "associated_metadata media_id"),
        ("media", "media_key duration_ms alt_text"),
        ("poll", "voting_status options duration_minutes"),
        ("place", "place_type full_name country_code geo"),
        ("community", "join_policy"),
        ("list", "member_count owner_id list_id follower_count"),
        ("space", "host_ids scheduled_start speaker_ids is_ticketed participant_count"),
        ("trend", "trend_name"),
        ("counts", "tweet_count post_count total_tweet_count total_post_count"),
        ("usage", "project_usage project_cap daily_project_usage"),
        ("compliance_job", "upload_url download_url upload_expires_at resumable"),
        ("subscription", "subscription_id subscription"),
        ("webhook", "webhook_id crc_token response_token"),
        ("token", "access_token token_type refresh_token"),
        ("news", "news_id hook"),
        ("note", "note_id"),
        ("event", "event_type event_uuid"),
        ("meta", "result_count next_token previous_token newest_id oldest_id"),
        ("metrics", "impression_count like_count followers_count"),
        ("connection", "endpoint_name connected_at successful_kills"),
        ("withheld", "country_codes withheld_in_countries"),
    )
    for name in names.split()
}
# Of these it has all the names, and no others where `only` says so.
_TOGETHER = tuple(
    (kind, frozenset(names.split()), only)
    for kind, names, only in (
        ("rule", "id value", False),
        ("rule", "value tag", False),
        ("meta", "sent", False),
        ("problem", "title detail", False),
        ("problem", "title type", False),
        ("problem", "message code", False),
        ("problem", "error", False),
        ("topic", "name description", False),
        ("space", "id state", False),
        ("webhook", "url valid", False),
        ("list", "id name", True),
        ("reference", "id type", True),
    )
)
_DONE = (
    "blocking bookmarked deleted following followed hidden is_member liked muting pending_follow pinned "
    "retweeted updated attempted"
).split()
_ENVELOPE = frozenset({"data", "includes", "meta", "errors", "matching_rules", "title", "type", "detail"})
_INCLUDED = {
    "users": "user",
    "media": "media",
    "polls": "poll",
    "places": "place",
    "topics": "topic",
    "tweets": "post",
    "posts": "post",
}


class _Reader:
    """Gathers what an answer holds."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.without: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.unread: list[Unread] = []

    def whole(self, said: Any) -> None:
        """Read an answer, a list of them, or one thing by itself."""
        if isinstance(said, list):
            for item in said:
                self.whole(item)
        elif not isinstance(said, dict):
            self.unknown.setdefault(type(said).__name__)
        elif _is_wrapped(said):
            self._answer(said)
        else:
            self._thing(said, Beside())

    def _answer(self, said: Entity) -> None:
        beside = Beside()
        beside.add(said)
        events = list(events_of(said))
        if text_of(part_of(said, "data"), "event_type") and "payload" in part_of(said, "data"):
            self.without.setdefault(f"event {events[0].kind}")
        else:
            found = said.get("data")
            for item in found if isinstance(found, list) else [] if found is None else [found]:
                self._thing(item, beside)
        if parts_of(said, "errors") or {"title", "detail"} & said.keys():
            self.without.setdefault("problem")
        if not said.get("data"):
            self._included(said, beside)
        if not (said.get("data") or self.without or self.posts or self.unknown or self.unread):
            self.without.setdefault("meta" if "meta" in said else "nothing")

    def _included(self, said: Entity, beside: Beside) -> None:
        """Read what is only included: an answer without anything else is about that."""
        for name, rows in part_of(said, "includes").items():
            if _INCLUDED.get(name) == "post":
                for item in rows if isinstance(rows, list) else ():
                    self._thing(item, beside)
            else:
                self.without.setdefault(_INCLUDED.get(name, name))

    def _thing(self, item: Any, beside: Beside) -> None:
        if not isinstance(item, dict):
            self.unknown.setdefault(type(item).__name__)
        elif text_of(item, "event_type") and "dm_conversation_id" in item:
            self._message(item, beside)
        elif "id" in item and "text" in item:
            self._kept(item, beside, message=False)
        else:
            kind = kind_of_thing(item)
            (self.without if kind else self.unknown).setdefault(kind or _described(item))

    def _message(self, item: Entity, beside: Beside) -> None:
        if text_of(item, "event_type") == "MessageCreate":
            self._kept(item, beside, message=True)
        else:
            self.without.setdefault(f"message {text_of(item, 'event_type')}")

    def _kept(self, item: Entity, beside: Beside, *, message: bool) -> None:
        try:
            post = (message_of if message else post_of)(item, beside, nameless=True)
        except BROKEN as error:
            self.unread.append(unread(item, error))
            return
        self.posts[post.uri] = post


def _is_wrapped(said: Entity) -> bool:
    """Whether this is an answer around things, and not a thing."""
    if isinstance(said.get("data"), dict | list) or isinstance(said.get("errors"), list):
        return True
    if {"title", "detail"} <= said.keys() and "id" not in said:
        return True
    included = isinstance(said.get("includes"), dict)
    return included or (bool(said) and said.keys() <= _ENVELOPE and "type" not in said)


def kind_of_thing(item: Entity) -> str:
    """Return what kind of thing without words this is, empty where nobody knows."""
    if any(isinstance(item.get(name), bool) for name in _DONE):
        return "done"
    if _INCLUDED.keys() & item.keys() and all(isinstance(rows, list) for rows in item.values()):
        return "includes"
    if telling := next((kind for name, kind in _TELLING.items() if name in item), ""):
        return telling
    found = (
        kind for kind, names, only in _TOGETHER if names <= item.keys() and not (only and item.keys() - names)
    )
    return next(found, "")


def _described(item: Entity) -> str:
    return f"object with {', '.join(sorted(map(str, item))[:6])}" if item else "empty object"


def parse(payload: bytes) -> Parsed:
    """Read a recorded answer, or lines of them as a stream sends them. ValueError where it is no JSON."""
    reader = _Reader()
    for said in _decoded(payload):
        # What is only included stands by itself in collections of examples.
        rows = {"includes": said} if isinstance(said, dict) and kind_of_thing(said) == "includes" else said
        reader.whole(rows)
    return Parsed(
        posts=tuple(reader.posts.values()),
        without=tuple(reader.without),
        unknown=tuple(reader.unknown),
        unread=tuple(reader.unread),
    )


def _decoded(payload: bytes) -> list[Any]:
    text = payload.decode("utf-8-sig")
    try:
        return [json.loads(text)]
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
        return [json.loads(line) for line in text.splitlines() if line.strip()]
