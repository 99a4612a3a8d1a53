"""How programs ask a simulated Bluesky what is to be seen: `app.bsky.*`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.asking import Asked, newest_first
from resonanz.simulator.bluesky.rules import FOLLOW, LIKE, POST, REPOST, Rejected, invalid
from resonanz.simulator.bluesky.world import author_of

if TYPE_CHECKING:
    from resonanz.simulator.bluesky.records import Record

POSTS_AT_ONCE = 25


async def get_profile(asked: Asked) -> dict[str, Any]:
    """`app.bsky.actor.getProfile`."""
    return asked.rooms.views.detailed(asked.rooms.world.account(asked.text("actor")))


async def get_profiles(asked: Asked) -> dict[str, Any]:
    """`app.bsky.actor.getProfiles`; who is not there is left out."""
    found = (asked.rooms.world.named(actor) for actor in asked.texts("actors"))
    return {"profiles": [asked.rooms.views.detailed(one) for one in found if one and not one.status]}


async def get_posts(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getPosts`; what is gone or kept from us is left out."""
    uris = asked.texts("uris")
    if len(uris) > POSTS_AT_ONCE:
        raise invalid(f"Error: Params/uris must not have more than {POSTS_AT_ONCE} elements")
    found = (asked.rooms.views.record(uri, asked.viewer) for uri in uris)
    return {"posts": [asked.rooms.views.post(one, asked.viewer) for one in found if one]}


async def get_post_thread(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getPostThread`."""
    depth, height = asked.number("depth", 6, 1000), asked.number("parentHeight", 80, 1000)
    thread = asked.rooms.views.thread(asked.text("uri"), asked.viewer, depth=depth, height=height)
    if thread["$type"].endswith("#notFoundPost"):
        raise Rejected("NotFound", f"Post not found: {asked.text('uri')}")
    return {"thread": thread}


async def get_author_feed(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getAuthorFeed`."""
    did = asked.rooms.world.account(asked.text("actor")).did
    posts = asked.rooms.world.records(POST, did=did)
    if asked.text("filter", "posts_with_replies") == "posts_no_replies":
        posts = [one for one in posts if "reply" not in one.value]
    return _feed(asked, [*posts, *asked.rooms.world.records(REPOST, did=did)])


async def get_timeline(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getTimeline`: what those say whom one follows, and oneself."""
    me = asked.me.did
    heard = {me, *(one.value["subject"] for one in asked.rooms.world.records(FOLLOW, did=me))}
    posts = [one for one in asked.rooms.world.records(POST) if author_of(one.uri) in heard]
    return _feed(asked, posts)


def _feed(asked: Asked, records: list[Record]) -> dict[str, Any]:
    page, more = newest_first(asked, ((one.indexed_at, one.number, one) for one in records))
    entries = [asked.rooms.views.feed_entry(one, asked.viewer) for one in page]
    return {"feed": [one for one in entries if one], **more}


async def get_likes(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getLikes`."""
    uri = asked.text("uri")
    page, more = asked.page(asked.rooms.world.marks(LIKE, uri))
    likes = [
        {
            "indexedAt": one.indexed_at,
            "createdAt": one.value["createdAt"],
            "actor": asked.rooms.views.profile(asked.rooms.world.memory.accounts[author_of(one.uri)]),
        }
        for one in page
    ]
    return {"uri": uri, "likes": likes, **more}


async def get_reposted_by(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.getRepostedBy`."""
    uri = asked.text("uri")
    page, more = asked.page(asked.rooms.world.marks(REPOST, uri))
    accounts = [asked.rooms.world.memory.accounts[author_of(one.uri)] for one in page]
    return {"uri": uri, "repostedBy": [asked.rooms.views.profile(one) for one in accounts], **more}


# Notifications


async def list_notifications(asked: Asked) -> dict[str, Any]:
    """`app.bsky.notification.listNotifications`, the newest first."""
    me, reasons = asked.me.did, set(asked.texts("reasons"))
    views = asked.rooms.views
    mine = [
        one
        for one in asked.rooms.world.memory.notifications
        if one.to == me
        and (not reasons or one.reason in reasons)
        and not asked.rooms.world.memory.accounts[author_of(one.uri)].status
    ]
    page, more = newest_first(asked, ((one.at, one.number, one) for one in mine))
    return {"notifications": [views.notification(one) for one in page], "priority": False, **more}


async def get_unread_count(asked: Asked) -> dict[str, int]:
    """`app.bsky.notification.getUnreadCount`."""
    me = asked.me
    told = asked.rooms.world.memory.notifications
    return {"count": sum(one.to == me.did and one.at > me.seen_at for one in told)}


async def update_seen(asked: Asked) -> dict[str, Any]:
    """`app.bsky.notification.updateSeen`."""
    asked.me.seen_at = str((await asked.body())["seenAt"])
    return {}


# Search


async def search_posts(asked: Asked) -> dict[str, Any]:
    """`app.bsky.feed.searchPosts`: every word and phrase must occur, and what is named must hold."""
    wanted = _wanted(asked)
    found = [one for one in asked.rooms.world.records(POST) if all(test(one) for test in wanted)]
    found = [one for one in found if asked.rooms.views.record(one.uri, asked.viewer)]
    page, more = newest_first(asked, ((one.indexed_at, one.number, one) for one in found))
    return {"posts": [asked.rooms.views.post(one, asked.viewer) for one in page], **more}


def _wanted(asked: Asked) -> list[Any]:
    """Return a test for each part of a query and each parameter beside it."""
    try:
        parts = shlex.split(asked.text("q").replace("'", " "))
    except ValueError:
        raise Rejected("BadQueryString", "the query has an open quotation mark") from None
    named = ("author", "mentions", "lang", "since", "until", "domain")
    parts += [f"{name}:{asked.text(name)}" for name in named if name in asked.request.query_params]
    return [_test_for(asked, part) for part in parts]


def _test_for(asked: Asked, part: str) -> Any:
    name, _, value = part.partition(":")
    value = value.lower().removeprefix("@")
    account = asked.rooms.world.named(value) if value else None
    did = account.did if account else value
    tests = {
        "from": lambda one: author_of(one.uri) == did,
        "author": lambda one: author_of(one.uri) == did,
        "mentions": lambda one: did in str(one.value.get("facets", "")),
        "lang": lambda one: value in one.value.get("langs", []),
        "since": lambda one: one.indexed_at >= value.upper(),
        "until": lambda one: one.indexed_at < value.upper(),
        "domain": lambda one: value in str(one.value.get("facets", "")).lower(),
    }
    if value and name in tests:
        return tests[name]
    return lambda one: part.lower() in one.value["text"].lower()


WAYS = {
    "app.bsky.actor.getProfile": ("GET", get_profile),
    "app.bsky.actor.getProfiles": ("GET", get_profiles),
    "app.bsky.feed.getPosts": ("GET", get_posts),
    "app.bsky.feed.getPostThread": ("GET", get_post_thread),
    "app.bsky.feed.getAuthorFeed": ("GET", get_author_feed),
    "app.bsky.feed.getTimeline": ("GET", get_timeline),
    "app.bsky.feed.getLikes": ("GET", get_likes),
    "app.bsky.feed.getRepostedBy": ("GET", get_reposted_by),
    "app.bsky.feed.searchPosts": ("GET", search_posts),
    "app.bsky.notification.listNotifications": ("GET", list_notifications),
    "app.bsky.notification.getUnreadCount": ("GET", get_unread_count),
    "app.bsky.notification.updateSeen": ("POST", update_seen),
}
