"""The laws of a simulated Bluesky: which records it takes, and how it says no.

Lengths are those of the lexicons; a record's key must be a TID where its collection wants one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import regex

from resonanz.simulator.bluesky.ids import TID

if TYPE_CHECKING:
    from collections.abc import Mapping

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"
BLOCK = "app.bsky.graph.block"
GATE = "app.bsky.feed.threadgate"
DECLARATION = "chat.bsky.actor.declaration"
BY_TID = frozenset({POST, LIKE, REPOST, FOLLOW, BLOCK, GATE})
IMAGE_BYTES = 2_000_000
_key = regex.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}")
_grapheme = regex.compile(r"\X")


@dataclass(eq=False)
class Rejected(Exception):
    """An answer that is an error: its name, its wording and its status."""

    name: str
    message: str
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)


def invalid(message: str) -> Rejected:
    """Return the usual no."""
    return Rejected("InvalidRequest", message)


def expect_key(collection: str, rkey: str) -> None:
    """Raise `Rejected` for a key that its collection does not take."""
    if not _key.fullmatch(rkey):
        raise invalid(f"Invalid record key: {rkey!r}")
    if collection in BY_TID and not TID.fullmatch(rkey):
        raise invalid(f"Invalid {collection} record: record key is no TID ({rkey})")


def expect_length(text: str, *, graphemes: int, most_bytes: int, where: str) -> None:
    """Raise `Rejected` for a text that is too long, by what a person sees or by bytes."""
    if len(text.encode()) > most_bytes:
        raise invalid(f"Invalid record: {where} must not be longer than {most_bytes} bytes")
    if len(_grapheme.findall(text)) > graphemes:
        raise invalid(f"Invalid record: {where} must not be longer than {graphemes} graphemes")


def expect_record(collection: str, record: Any, blobs: Mapping[str, tuple[str, str]]) -> None:
    """Raise `Rejected` for a record that its lexicon does not take."""
    if not isinstance(record, dict):
        raise invalid("Input/record must be an object")
    if record.get("$type", collection) != collection:
        raise invalid(f"Invalid $type: expected {collection}, got {record.get('$type')}")
    if collection in {LIKE, REPOST} and not _is_ref(record.get("subject")):
        raise invalid(f"Invalid {collection} record: Record must have the property subject")
    if collection == POST:
        _expect_post(record, blobs)


def _expect_post(record: dict[str, Any], blobs: Mapping[str, tuple[str, str]]) -> None:
    for name in ("text", "createdAt"):
        if not isinstance(record.get(name), str):
            raise invalid(f"Invalid {POST} record: Record must have the property {name}")
    expect_length(record["text"], graphemes=300, most_bytes=3_000, where="Record/text")
    if len(record.get("langs", [])) > 3:
        raise invalid("Invalid record: Record/langs must not have more than 3 elements")
    reply = record.get("reply")
    if reply is not None and not (_is_ref(reply.get("root")) and _is_ref(reply.get("parent"))):
        raise invalid("Invalid record: Record/reply must have the properties root and parent")
    _expect_embed(record.get("embed"), blobs)


def _expect_embed(embed: Any, blobs: Mapping[str, tuple[str, str]]) -> None:
    if embed is None:
        return
    kind = str(embed.get("$type", ""))
    if kind == "app.bsky.embed.recordWithMedia":
        _expect_embed(embed.get("record"), blobs)
        _expect_embed(embed.get("media"), blobs)
    if kind == "app.bsky.embed.record" and not _is_ref(embed.get("record")):
        raise invalid("Invalid record: Record/embed/record must have the properties uri and cid")
    images = embed.get("images", []) if kind == "app.bsky.embed.images" else []
    if len(images) > 4:
        raise invalid("Invalid record: Record/embed/images must not have more than 4 elements")
    for image in images:
        blob = image.get("image", {})
        if "alt" not in image or blob.get("ref", {}).get("$link") not in blobs:
            raise Rejected("BlobNotFound", "Could not find blob")
        if int(blob.get("size", 0)) > IMAGE_BYTES:
            raise Rejected("BlobTooLarge", f"This file is too large, the maximum size is {IMAGE_BYTES} bytes")


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("uri", "cid"))
