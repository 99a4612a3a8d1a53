"""What goes out to Bluesky made ready: the record of a post, its files, and the key that it gets.

A post's key (a TID: "Record Key", microseconds and a clock's number) is made of the delivery alone, and it is
written only where nothing stands under it. So a repeat, even by another process after a crash, finds the
first attempt's post and changes nothing, and looking for it asks for exactly one record.

No card is made of an address in a text: that would mean fetching a foreign page. The address is a link.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PIL import Image

from resonanz.networks import Gone, Refused
from resonanz.networks.answers import Entity, demand, later, only_this, part_of, text_of
from resonanz.networks.bluesky_posts import LIMITS, POST
from resonanz.networks.bluesky_text import as_sent, facets_for, graphemes_in
from resonanz.post import MediaKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.networks.bluesky_session import Session
    from resonanz.networks.bluesky_text import Resolve
    from resonanz.post import Attachment, Delivery

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TOO_LARGE = 413


def tid(microseconds: int, clock: int) -> str:
    """Return a TID: 53 bits of microseconds since 1970, and 10 bits that tell clocks apart."""
    number = (microseconds & ((1 << 53) - 1)) << 10 | clock & 1023
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def key_of(delivery: Delivery) -> str:
    """Return the key of a delivery's post: its time to the millisecond, and 20 bits of its random key."""
    milliseconds = int(delivery.created_at.timestamp() * 1000)
    return tid(milliseconds * 1000 + delivery.key.int % 1000, delivery.key.int // 1000)


def key_about(uri: str) -> str:
    """Return the key under which we like a post or pass it on: so that a repeat changes nothing."""
    number = int.from_bytes(hashlib.blake2s(uri.encode(), digest_size=8).digest(), "big")
    return tid(number >> 11, number)


def written_at(moment: datetime) -> str:
    """Return a time as records carry it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def expect_fits(text: str, *, length: int, most_bytes: int) -> None:
    """Raise `Refused("too_long")`: characters as a person sees them, and bytes, each has its limit."""
    count, size = graphemes_in(text), len(text.encode())
    if count > length:
        raise Refused("too_long", limit=length, length=count)
    if size > most_bytes:
        raise Refused("too_long", limit=most_bytes, length=size)


def post_record(
    delivery: Delivery, *, resolve: Resolve, answered: Entity | None, quoted: Entity | None, images: list[Any]
) -> dict[str, Any]:
    """Return the record of a public post. `answered` and `quoted` are posts as they are shown."""
    draft = delivery.draft
    text = as_sent(draft.text)
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": written_at(delivery.created_at)}
    optional = {
        "facets": facets_for(text, resolve),
        "reply": _reply_to(answered) if answered else None,
        "embed": _embed(quoted, images),
        "langs": [draft.language] if draft.language else None,
    }
    return record | {key: value for key, value in optional.items() if value}


def _reply_to(view: Entity) -> dict[str, Any]:
    """Return what a reply names: the post above, and the first of its thread, not the post above twice."""
    parent = strong_ref(view)
    root = part_of(view, "record", "reply", "root")
    return {"root": strong_ref(root) if root else parent, "parent": parent}


def strong_ref(view: Entity) -> dict[str, str]:
    """Return the address of something together with its exact content."""
    return {"uri": demand(view, "uri"), "cid": demand(view, "cid")}


def _embed(quoted: Entity | None, images: list[Any]) -> dict[str, Any] | None:
    media = {"$type": "app.bsky.embed.images", "images": images} if images else None
    record = {"$type": "app.bsky.embed.record", "record": strong_ref(quoted)} if quoted else None
    if media and record:
        return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}
    return media or record


def expect_open(view: Entity) -> None:
    """Raise `Refused("not_allowed_here")` where an author lets nobody like us answer.

    The server would take the answer all the same, and nobody would see it.
    """
    if part_of(view, "viewer").get("replyDisabled") is True:
        raise Refused("not_allowed_here")


def bring_images(session: Session, media: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Bring a post's pictures and return what shows them. Nothing is published by that.

    `Refused`: `too_many_files`, `file_too_large`, `alt_too_long`, or `file_refused` for other kinds.
    """
    if len(media) > LIMITS.media_count:
        raise Refused("too_many_files", limit=LIMITS.media_count, count=len(media))
    for number, attachment in enumerate(media, start=1):
        _expect_taken(attachment, number)
    with later(), only_this():
        return [_brought(session, attachment, number) for number, attachment in enumerate(media, start=1)]


def _expect_taken(attachment: Attachment, number: int) -> None:
    if attachment.kind is not MediaKind.IMAGE or attachment.content_type not in LIMITS.media_types:
        raise Refused("file_refused", reason=attachment.content_type, file=number)
    if len(attachment.content) > (LIMITS.image_bytes or 0):
        raise Refused("file_too_large", limit=LIMITS.image_bytes or 0, file=number)
    if len(attachment.alt) > LIMITS.alt_length:
        raise Refused("alt_too_long", limit=LIMITS.alt_length, file=number)


def _brought(session: Session, attachment: Attachment, number: int) -> dict[str, Any]:
    try:
        blob = part_of(session.upload(attachment.content, attachment.content_type), "blob")
    except (Gone, Refused) as error:
        code = "file_too_large" if error.facts.get("status") == _TOO_LARGE else "file_refused"
        raise Refused(code, reason=error.reason, file=number) from error
    demand(part_of(blob, "ref"), "$link")
    image = {"alt": attachment.alt, "image": dict(blob)}
    size = _size_of(attachment.content)
    return image | {"aspectRatio": size} if size else image


def _size_of(content: bytes) -> dict[str, int] | None:
    """Return a picture's sides, so that it is shown whole; None where they cannot be read."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def shown_as_sent(record: Entity, *, uri: str, cid: str, author: Entity) -> dict[str, Any]:
    """Return a record of ours as a post is shown, before the network itself shows it."""
    return {
        "uri": uri,
        "cid": cid,
        "author": author,
        "record": record,
        "indexedAt": text_of(record, "createdAt"),
    }
