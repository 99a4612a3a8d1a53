"""What X tells by itself: events of the activity stream and of webhooks, in the new and the older wrapping.

An event says that something happened, seldom all of it: a nudge to read is made of it, and nothing is stored.
The shape of what is inside is documented by samples only, so ids are looked for in several places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resonanz.networks import Charge, Nudge
from resonanz.networks.answers import Entity, part_of, parts_of, text_of
from resonanz.networks.x_prices import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "chat.received",
)
"""Events that are subscribed to."""

_POSTS = ("post.mention.create", "post.reply.create", "post.quote.create", "post.create")
# A quote stands in no list of the account's: without its id nobody would hear of it.
_FOR_US = ("post.mention.create", "post.reply.create", "post.quote.create")
_READ = (*_POSTS, "dm.received", "dm.sent", "oauth.revoke")
# "Account Activity": lists of events under names of their own, beside `for_user_id`.
_OLDER = {
    "tweet_create_events": "post.create",
    "tweet_delete_events": "post.delete",
    "direct_message_events": "dm.received",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its kind as the activity stream names it, and what X says about it."""

    kind: str
    payload: Entity
    native_id: str = ""


def events_of(said: Any) -> Iterator[Event]:
    """Yield the events of one message: in `data`, in the older lists, or a post of the filtered stream."""
    envelope = part_of(said, "data")
    if text_of(envelope, "event_type"):
        payload = part_of(envelope, "payload")
        yield Event(text_of(envelope, "event_type"), payload, _id_in(payload))
    elif text_of(envelope, "id"):
        yield Event("post.create", envelope, text_of(envelope, "id"))
    for name, kind in _OLDER.items():
        for item in parts_of(said, name):
            yield Event(kind, item, _id_in(item))


def _id_in(payload: Entity) -> str:
    """Return the id of what an event is about; the older shapes write it as `id_str`, or one level below."""
    inner = [
        payload,
        part_of(payload, "data"),
        part_of(payload, "status"),
        *parts_of(payload, "direct_message_events"),
    ]
    for item in inner:
        for key in ("id_str", "id", "tweet_id", "post_id"):
            if found := text_of(item, key):
                return found
    return ""


def nudge_of(event: Event) -> Nudge | None:
    """Return what an event means for us; None for kinds that mean nothing.

    An encrypted talk cannot be read here: who wrote is passed on, so that a person can be told to look there.
    """
    if event.kind == "chat.received":
        return Nudge(sealed=(_sender(event.payload),))
    if event.kind == "post.delete":
        return Nudge((event.native_id,)) if event.native_id else Nudge()
    if event.kind in _FOR_US and event.native_id:
        return Nudge(fresh=(event.native_id,))
    return Nudge() if event.kind in _READ else None


def _sender(payload: Entity) -> str:
    for item in (payload, part_of(payload, "data"), part_of(payload, "message")):
        for key in ("sender_id", "sender_id_str", "from_user_id"):
            if found := text_of(item, key):
                return found
    return ""


def charges_of(event: Event) -> list[Charge]:
    """Return what an event costs. Whether deletions do is said both ways: they count as posts here."""
    ids, count = ((event.native_id,), 0) if event.native_id else ((), 1)
    if event.kind in (*_POSTS, "post.delete"):
        return [Charge("post", NOW.post, ids, count)]
    if event.kind in {"dm.received", "chat.received"}:
        return [Charge("message", NOW.message, ids, count)]
    return []
