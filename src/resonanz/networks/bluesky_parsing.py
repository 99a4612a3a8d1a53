"""What a payload of Bluesky holds, whatever it is: an answer, a view, a record, an event of a stream.

This is for looking at payloads by hand and for tests. It takes what a connector would put aside: a record by
itself does not say whose it is or where it stands, and its post then has neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from resonanz.networks import Parsed, Unclear
from resonanz.networks.answers import BROKEN, Entity, part_of, text_of
from resonanz.networks.bluesky_posts import (
    NETWORK,
    POST,
    author_from_profile,
    did_in,
    post_from_view,
    repost_from,
    sighting_from_message,
)
from resonanz.post import Author, Post, Unread

NOWHERE = f"at://did:plc:unknown/{POST}/unknown"
DEEPEST = 60
FEED = "app.bsky.feed.defs#"
MESSAGE_VIEW = "chat.bsky.convo.defs#messageView"

# Kinds that carry no post, by the lexicons' names.
WITHOUT = frozenset(
    """
    app.bsky.feed.like app.bsky.feed.repost app.bsky.feed.generator app.bsky.feed.threadgate
    app.bsky.feed.postgate app.bsky.graph.follow app.bsky.graph.block app.bsky.graph.list
    app.bsky.graph.listitem app.bsky.graph.listblock app.bsky.graph.starterpack app.bsky.graph.verification
    app.bsky.actor.profile app.bsky.actor.status app.bsky.labeler.service app.bsky.notification.declaration
    app.bsky.actor.defs#profileView app.bsky.actor.defs#profileViewBasic
    app.bsky.actor.defs#profileViewDetailed app.bsky.feed.defs#notFoundPost app.bsky.feed.defs#blockedPost
    app.bsky.feed.defs#generatorView app.bsky.graph.defs#listView app.bsky.graph.defs#starterPackViewBasic
    app.bsky.embed.record#viewNotFound app.bsky.embed.record#viewBlocked app.bsky.embed.record#viewDetached
    chat.bsky.actor.declaration chat.bsky.convo.defs#deletedMessageView chat.bsky.convo.defs#systemMessageView
    com.atproto.label.defs#label
    """.split()
)
# Where an answer keeps its things, in the order in which they are read.
LISTS = tuple(
    """feed post posts thread parent replies notifications records value record logs message messages
    convos lastMessage payload commit requests convo""".split()
)
# What tells an answer without `$type` that carries no post.
SIGNS = {"error": "error", "accessJwt": "session", "blob": "blob", "likes": "likes", "handle": "profile"}


@dataclass(slots=True)
class _Found:
    posts: list[Post] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def put_aside(self, what: object, error: Exception) -> None:
        missing = str(error.facts.get("missing", "")) if isinstance(error, Unclear) else type(error).__name__
        uri = text_of(what, "uri")
        self.unread.append(Unread(raw=json.dumps(what), reason=missing, native_id=uri))


def parse(payload: bytes) -> Parsed:
    """Return what a payload holds. ValueError where it is no JSON."""
    try:
        said = json.loads(payload.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    found = _Found()
    _look(found, said, 0)
    return Parsed(
        posts=tuple(dict.fromkeys(found.posts)),
        without=tuple(dict.fromkeys(found.without)),
        unknown=tuple(dict.fromkeys(found.unknown)),
        unread=tuple(found.unread),
    )


def _look(found: _Found, what: Any, depth: int) -> None:
    """Look into something for posts, as deep as answers go."""
    if depth > DEEPEST:
        found.unknown.append("too deep")
    elif isinstance(what, list):
        for item in what:
            _look(found, item, depth + 1)
    elif not isinstance(what, dict):
        found.unknown.append(type(what).__name__)
    else:
        try:
            _look_at(found, what, depth)
        except BROKEN as error:
            found.put_aside(what, error)


def _look_at(found: _Found, what: Entity, depth: int) -> None:
    kind = text_of(what, "$type")
    if part_of(what, "reason") and part_of(what, "post"):
        _passed_on(found, what)
    elif text_of(what, "reason") == "repost" and text_of(what, "uri"):
        found.posts.append(repost_from(what, roots={}).post)
    elif kind == MESSAGE_VIEW:
        found.posts.append(sighting_from_message(what, convo="", did="", people={}).post)
    elif kind == POST or (not kind and isinstance(what.get("text"), str) and text_of(what, "createdAt")):
        found.posts.append(_from_record(what))
    elif _is_view(what):
        _from_view(found, what)
    elif kind in WITHOUT or any(text_of(what, "$type").startswith(f"{one}#") for one in WITHOUT):
        found.without.append(kind)
    else:
        _look_inside(found, what, depth)


def _is_view(what: Entity) -> bool:
    """Tell whether something shows a record: a post, a quoted one, a notification, or a listed record."""
    record = part_of(what, "record") or part_of(what, "value")
    return bool(record) and "uri" in what


def _from_view(found: _Found, view: Entity) -> None:
    record = part_of(view, "record") or part_of(view, "value")
    kind = text_of(record, "$type") or POST
    if kind == POST:
        found.posts.append(_post(view))
    else:
        (found.without if kind in WITHOUT else found.unknown).append(kind)


def _post(view: Entity) -> Post:
    """Read a post as it is shown, with as much of it as there is."""
    uri = text_of(view, "uri")
    author = part_of(view, "author") or {"did": did_in(uri)}
    known = uri if did_in(uri) else NOWHERE
    post = post_from_view({**view, "uri": known, "author": author if author.get("did") else {"did": "-"}})
    if known == NOWHERE:
        root = post.root if post.reply_to else uri
        post = replace(post, uri=uri, root=root, url="")
    return post if author.get("did") else replace(post, author=Author(network=NETWORK, uid="", handle=""))


def _from_record(record: Entity) -> Post:
    return _post({"uri": "", "record": record})


def _passed_on(found: _Found, entry: Entity) -> None:
    """Read an entry of a feed: the post, and where somebody passed it on, that too."""
    original = _post(part_of(entry, "post"))
    found.posts.append(original)
    reason = part_of(entry, "reason")
    if text_of(reason, "$type") != f"{FEED}reasonRepost":
        return
    author = author_from_profile(part_of(reason, "by"))
    at = post_from_view(
        {
            "uri": NOWHERE,
            "author": {"did": author.uid},
            "record": {"text": ""},
            "indexedAt": text_of(reason, "indexedAt"),
        }
    ).posted_at
    found.posts.append(
        Post(
            network=NETWORK,
            uri=text_of(reason, "uri") or f"{original.uri}#repost={author.uid}",
            author=author,
            text="",
            posted_at=at,
            audience=original.audience,
            root=original.root,
            url=original.url,
            repost_of=original.uri,
        )
    )


def _look_inside(found: _Found, what: Entity, depth: int) -> None:
    inner = [what[name] for name in LISTS if isinstance(what.get(name), dict | list)]
    for item in inner:
        _look(found, item, depth + 1)
    if not inner:
        sign = next((SIGNS[name] for name in SIGNS if name in what), "")
        if sign and not text_of(what, "$type"):
            found.without.append(sign)
        else:
            found.unknown.append(text_of(what, "$type") or text_of(what, "kind") or "object")
