"""Every call that the simulated X takes: its name, address, limits, rights and parameters, in one table.

Limits are calls in 15 minutes after docs.x.com ("Rate limits") as of 2026-08-22; where two numbers stand
there, the lower one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resonanz.simulator.x import media, messages, posts, streams

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = frozenset({"max_results", "pagination_token"})
TIMES = frozenset({"since_id", "until_id", "start_time", "end_time"})
STREAM = frozenset({"backfill_minutes", "start_time", "end_time"})
READ = "tweet.read users.read"
WRITE = "tweet.read tweet.write users.read"
MESSAGES = "dm.read tweet.read users.read"
WRITE_TO = "dm.write " + MESSAGES
HIDE = "tweet.read tweet.moderate.write users.read"
EVENTS = PAGE | {"event_types"}
IDS = frozenset({"ids"})
NAMES = frozenset({"usernames"})


@dataclass(frozen=True, slots=True)
class Way:
    """One call. `who` is `user`, `app` or `any`; `items` as in `part.Endpoint`."""

    name: str
    method: str
    path: str
    answer: Callable[[Any], Any]
    limit: int
    scopes: str = ""
    who: str = "any"
    takes: frozenset[str] = frozenset()
    items: str = ""
    status: int = 200
    stream: bool = False


WAYS = (
    Way("posts.create", "POST", "/2/tweets", posts.create, 100, WRITE, "user", status=201),
    Way("posts.lookup", "GET", "/2/tweets", posts.several, 3500, READ, takes=IDS, items="data"),
    Way("search.stream", "GET", "/2/tweets/search/stream", streams.filtered, 50, who="app", takes=STREAM,
        items="data", stream=True),
    Way("search.rules", "GET", "/2/tweets/search/stream/rules", streams.rules, 450, who="app",
        takes=PAGE | {"ids"}, items="data"),
    Way("search.change_rules", "POST", "/2/tweets/search/stream/rules", streams.change_rules, 100, who="app",
        takes=frozenset({"dry_run", "delete_all"})),
    Way("search.recent", "GET", "/2/tweets/search/recent", posts.recent, 300, READ,
        takes=PAGE | TIMES | {"query", "next_token", "sort_order"}, items="data"),
    Way("posts.one", "GET", "/2/tweets/{id}", posts.one, 900, READ),
    Way("posts.delete", "DELETE", "/2/tweets/{id}", posts.delete, 50, WRITE, "user"),
    Way("posts.hide", "PUT", "/2/tweets/{tweet_id}/hidden", posts.hide, 50, HIDE, "user"),
    Way("posts.quotes", "GET", "/2/tweets/{id}/quote_tweets", posts.quotes, 75, READ,
        takes=PAGE | {"exclude"},
        items="data"),
    Way("posts.reposted_by", "GET", "/2/tweets/{id}/retweeted_by", posts.reposting, 75, READ, takes=PAGE,
        items="data"),
    Way("posts.liked_by", "GET", "/2/tweets/{id}/liking_users", posts.liking, 75, READ + " like.read", "user",
        PAGE, items="data"),
    Way("users.me", "GET", "/2/users/me", posts.me, 75, READ, "user"),
    Way("users.by_names", "GET", "/2/users/by", posts.people_by_name, 300, READ, takes=NAMES,
        items="data"),
    Way("users.by_name", "GET", "/2/users/by/username/{username}", posts.person_by_name, 300, READ),
    Way("users.one", "GET", "/2/users/{id}", posts.person_by_id, 300, READ),
    Way("users.mentions", "GET", "/2/users/{id}/mentions", posts.mentions, 300, READ, takes=PAGE | TIMES,
        items="data"),
    Way("users.posts", "GET", "/2/users/{id}/tweets", posts.timeline, 900, READ,
        takes=PAGE | TIMES | {"exclude"},
        items="data"),
    Way("messages.write_to", "POST", "/2/dm_conversations/with/{participant_id}/messages",
        messages.write_to, 15,
        WRITE_TO, "user", status=201),
    Way("messages.write_into", "POST", "/2/dm_conversations/{dm_conversation_id}/messages",
        messages.write_into, 15,
        WRITE_TO, "user", status=201),
    Way("messages.with", "GET", "/2/dm_conversations/with/{participant_id}/dm_events",
        messages.events_with, 15,
        MESSAGES, "user", EVENTS, items="data"),
    Way("messages.in", "GET", "/2/dm_conversations/{id}/dm_events", messages.events_in, 15, MESSAGES, "user",
        EVENTS, items="data"),
    Way("messages.all", "GET", "/2/dm_events", messages.events, 15, MESSAGES, "user", PAGE | {"event_types"},
        items="data"),
    Way("messages.one", "GET", "/2/dm_events/{event_id}", messages.event, 15, MESSAGES, "user"),
    Way("messages.delete", "DELETE", "/2/dm_events/{event_id}", messages.delete, 300, "dm.write dm.read",
        "user"),
    Way("media.begin", "POST", "/2/media/upload/initialize", media.begin, 1875, "media.write", "user"),
    Way("media.append", "POST", "/2/media/upload/{id}/append", media.append, 1875, "media.write", "user"),
    Way("media.finish", "POST", "/2/media/upload/{id}/finalize", media.finish, 1875, "media.write", "user"),
    Way("media.state", "GET", "/2/media/upload", media.state, 1000, "media.write", "user",
        frozenset({"media_id", "command"})),
    Way("media.at_once", "POST", "/2/media/upload", media.at_once, 500, "media.write", "user"),
    Way("media.describe", "POST", "/2/media/metadata", media.describe, 500, "media.write", "user"),
    Way("activity.stream", "GET", "/2/activity/stream", streams.activity, 450, who="app", takes=STREAM,
        items="data", stream=True),
    Way("activity.subscribe", "POST", "/2/activity/subscriptions", streams.subscribe, 500),
    Way("activity.subscriptions", "GET", "/2/activity/subscriptions", streams.subscriptions, 500, takes=PAGE,
        items="data"),
    Way("activity.unsubscribe", "DELETE", "/2/activity/subscriptions/{subscription_id}",
        streams.unsubscribe, 500,
        who="app"),
    Way("connections.end", "DELETE", "/2/connections/all", streams.disconnect, 25, who="app"),
)  # fmt: skip
