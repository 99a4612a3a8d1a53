"""Bluesky's records and views made values: pure functions from JSON to posts, people and limits.

A record is what somebody wrote into his own collection; a view is how the network shows it, with the author,
the addresses of its pictures and labels (`app.bsky.feed.defs#postView`, `app.bsky.embed.record#viewRecord`).
No traffic here and no memory.

A post is known by its at-address, which is also its native id: what a reply needs besides is asked for when
one is sent. Private messages have no at-address; theirs is made of conversation and message.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from resonanz.networks import Unclear
from resonanz.networks.answers import (
    Entity,
    bad_answer,
    demand,
    entity,
    moment,
    part_of,
    parts_of,
    text_of,
    texts_of,
)
from resonanz.networks.bluesky_embeds import CDN, shown_in
from resonanz.networks.bluesky_text import read_facets
from resonanz.post import Audience, Author, Limits, Link, Post, Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK = "bluesky"
APP = "https://bsky.app"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
LIKE = "app.bsky.feed.like"
MESSAGE = "chat:"  # begins the native id of a private message
NO_HANDLE = "handle.invalid"  # shown where a handle and its owner do not agree ("Handle")

# Lexicons `app.bsky.feed.post`, `app.bsky.embed.images` and `chat.bsky.convo.defs#messageInput`.
LIMITS = Limits(
    length=300,
    unit="graphemes",
    bytes_length=3_000,
    names_answered=False,
    media_count=4,
    media_types=("image/jpeg", "image/png", "image/webp"),
    image_bytes=2_000_000,
    alt_length=2_000,
    message_length=1_000,
    message_bytes=10_000,
)
# Labels that cover what they stand on ("Labels and moderation", global label values).
VEILING = frozenset({"!hide", "!warn", "porn", "sexual", "nudity", "graphic-media", "gore"})

_AT = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([a-zA-Z0-9.-]+)/([A-Za-z0-9._:~-]{1,512})")


def parts_of_uri(uri: str) -> tuple[str, str, str]:
    """Return whose record an at-address names, in which collection, under which key; `Unclear` for none."""
    match = _AT.fullmatch(uri)
    if match is None:
        raise bad_answer("uri")
    return match[1], match[2], match[3]


def did_in(uri: str) -> str:
    """Return who wrote what stands at an at-address, empty for no such address."""
    match = _AT.fullmatch(uri)
    return match[1] if match else ""


def message_id(convo: str, message: str) -> str:
    """Return the native id of a private message."""
    return f"{MESSAGE}{convo}/{message}"


def parts_of_message(native_id: str) -> tuple[str, str]:
    """Return the conversation and the message that a native id names."""
    convo, _, message = native_id.removeprefix(MESSAGE).partition("/")
    return convo, message


def link_to(uri: str) -> str:
    """Return where a post, a feed or a list stands in the network's own app; empty for anything else."""
    match = _AT.fullmatch(uri)
    where = {POST: "post", "app.bsky.feed.generator": "feed", "app.bsky.graph.list": "lists"}
    if match is None or match[2] not in where:
        return ""
    return f"{APP}/profile/{match[1]}/{where[match[2]]}/{match[3]}"


def author_from_profile(profile: Entity) -> Author:
    """Read an account, however much of it is shown. Its permanent id is the DID."""
    did = demand(profile, "did")
    handle = text_of(profile, "handle")
    if not handle or handle == NO_HANDLE:
        handle = did
    followers = profile.get("followersCount")
    labels = {text_of(label, "val") for label in parts_of(profile, "labels")}
    return Author(
        network=NETWORK,
        uid=did,
        handle=handle,
        name=text_of(profile, "displayName").strip() or handle,
        url=f"{APP}/profile/{did}",
        avatar_url=text_of(profile, "avatar"),
        is_bot="bot" in labels,
        followers_count=followers if isinstance(followers, int) and followers >= 0 else None,
    )


def post_from_view(view: Entity, *, blobs: str = CDN) -> Post:
    """Read a post as it is shown, or as somebody quotes it. `blobs` is where files lie that no view names,
    with `{did}` and `{cid}`.

    A record names its own time, which may be wrong; a time after the network took notice is none.
    """
    uri = demand(view, "uri")
    parts_of_uri(uri)
    record = entity(view.get("record") or view.get("value"), "record")
    if not isinstance(record.get("text"), str):
        raise bad_answer("text")
    text = text_of(record, "text")
    author = author_from_profile(entity(view.get("author"), "author"))
    links, named = read_facets(text, record)
    shown = shown_in(view, record, blobs=blobs.replace("{did}", author.uid))
    root, parent = _reply_to(record)
    labels = {text_of(label, "val") for label in [*parts_of(view, "labels"), *_own_labels(record)]}
    return Post(
        network=NETWORK,
        uri=uri,
        author=author,
        text=text,
        posted_at=_said_at(record, view),
        audience=Audience.PUBLIC,
        root=root or uri,
        reply_to=parent,
        url=link_to(uri),
        language=next((tag.partition("-")[0].lower() for tag in texts_of(record, "langs")), None) or None,
        media_veiled=bool(labels & VEILING),
        media=shown.media,
        links=_together(links, shown.links),
        mentioned=named,
        quoted=shown.quoted,
    )


def _said_at(record: Entity, view: Entity) -> datetime:
    times = []
    for source, key in ((record, "createdAt"), (view, "indexedAt")):
        try:
            times.append(moment(demand(source, key)))
        except Unclear:
            continue
    if not times:
        raise bad_answer("createdAt")
    return min(times).astimezone(UTC)


def _reply_to(record: Entity) -> tuple[str, str | None]:
    """Return the first post of the thread and the post above, as a reply names them; empty for none."""
    parent = text_of(part_of(record, "reply", "parent"), "uri")
    root = text_of(part_of(record, "reply", "root"), "uri")
    return (root or parent, parent) if parent else ("", None)


def _own_labels(record: Entity) -> list[Entity]:
    return parts_of(part_of(record, "labels"), "values")


def _together(marked: tuple[Link, ...], cards: tuple[Link, ...]) -> tuple[Link, ...]:
    """Return the links of a text, each with its card's title, and after them the cards of no link in it."""
    titles = {card.url: card.title for card in cards}
    links = [replace(link, title=titles.get(link.url, "")) for link in marked]
    known = {link.url for link in links}
    return (*links, *(card for card in cards if card.url not in known))


def sighting_from_view(
    view: Entity, *, did: str, addressed: bool | None = None, blobs: str = CDN
) -> Sighting:
    """Read a post as our account `did` sees it; whether it is addressed follows from it if not said."""
    post = post_from_view(view, blobs=blobs)
    own = post.author.uid == did
    spoken_to = speaks_to(post, did) if addressed is None else addressed
    return Sighting(
        post=post,
        native_id=post.uri,
        native_thread_id=post.root,
        addressed=spoken_to and not own,
        own=own,
    )


def speaks_to(post: Post, did: str) -> bool:
    """Tell whether a post names an account, answers or quotes it, or goes on with what it said to it.

    The network also tells of what others say to each other under our posts: that is heard, not addressed.
    """
    above = did_in(post.reply_to or "")
    goes_on = above == post.author.uid and did_in(post.root) == did
    return did in post.mentioned or above == did or goes_on or did_in(post.quoted or "") == did


def repost_from(notification: Entity, *, roots: Mapping[str, str]) -> Sighting:
    """Read a notification that somebody passed on a post of ours; `roots` are known threads by post."""
    uri = demand(notification, "uri")
    original = text_of(part_of(notification, "record", "subject"), "uri")
    original = original or demand(notification, "reasonSubject")
    parts_of_uri(original)
    post = Post(
        network=NETWORK,
        uri=uri,
        author=author_from_profile(entity(notification.get("author"), "author")),
        text="",
        posted_at=_said_at(part_of(notification, "record"), notification),
        audience=Audience.PUBLIC,
        root=roots.get(original, original),
        url=link_to(original),
        repost_of=original,
    )
    return Sighting(post=post, native_id=uri, native_thread_id=uri)


def sighting_from_message(message: Entity, *, convo: str, did: str, people: Mapping[str, Entity]) -> Sighting:
    """Read a private message. `people` are the members of its conversation by DID, ourselves among them."""
    sender = demand(entity(message.get("sender"), "sender"), "did")
    if not isinstance(message.get("text"), str):
        raise bad_answer("text")
    text = text_of(message, "text")
    links, named = read_facets(text, message)
    shown = shown_in(message, message, blobs="")
    native_id = message_id(convo, demand(message, "id"))
    thread = f"{MESSAGE}{convo}"
    answered = text_of(part_of(message, "replyTo"), "id")
    post = Post(
        network=NETWORK,
        uri=native_id,
        author=author_from_profile(people.get(sender) or {"did": sender}),
        text=text,
        posted_at=moment(demand(message, "sentAt")).astimezone(UTC),
        audience=Audience.DIRECT,
        root=thread,
        reply_to=message_id(convo, answered) if answered else None,
        url=f"{APP}/messages/{convo}",
        links=_together(links, shown.links),
        mentioned=tuple(dict.fromkeys([*named, *(member for member in people if member != sender)])),
        quoted=shown.quoted,
    )
    own = sender == did
    return Sighting(post=post, native_id=native_id, native_thread_id=thread, addressed=not own, own=own)
