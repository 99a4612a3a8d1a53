"""The rows that intake writes: their columns, the statements in their order, and what is known before.

Only `intake.py` uses it; which rows a post becomes is decided there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from resonanz.desk import media_files, projection, understood
from resonanz.desk.storage import to_ms
from resonanz.post import Audience, Post, Sighting

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
Row = tuple[str | int | None, ...]

MENTION = (
    '"order", network, uri, thread_id, conversation_id, author_id, reply_to_uri, incoming, kind, audience, '
    "text, url, language, extras, posted_at, heard_at, clock_at, stamp, edited_at, deleted_at, "
    "from_import_id"
)
AUTHOR = (
    "id, network, uid, handle, name, url, avatar_url, is_bot, followers_count, heard_at, contact_id, form"
)
CONVERSATION = "id, brand_id, channel_id, thread_id, customer_id, from_import_id, recheck_at, " + ", ".join(
    projection.CASE_COLUMNS
)
EVENT = "id, at, kind, actor, conversation, mention, delivery, facts"
TABLES = ("desk_author", "desk_thread", "desk_conversation", "desk_event")


def _insert(table: str, columns: str) -> str:
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"


# Everything that a batch writes, in the order in which it is written.
STATEMENTS = {
    "unword": "DELETE FROM desk_words WHERE rowid = %s",
    "supersede": 'DELETE FROM desk_mention WHERE "order" = %s',  # its successor has the same order
    "author": _insert("desk_author", AUTHOR),
    "face": "UPDATE desk_author SET handle = %s, name = %s, avatar_url = %s WHERE id = %s",
    "handle": _insert("desk_authorhandle", "author_id, handle, until"),
    "thread": _insert("desk_thread", "id, network, root_uri, audience"),
    "conversation": _insert("desk_conversation", CONVERSATION),
    "mention": _insert("desk_mention", MENTION),
    "link": _insert("desk_threadlink", "thread_id, customer_id, conversation_id"),
    "repost": _insert(
        "desk_repost", "network, uri, of_uri, author_id, channel_id, native_id, posted_at, heard_at"
    ),
    "picture": _insert("desk_picture", media_files.COLUMNS),
    "sighting": _insert(
        "desk_sighting", "channel_id, mention_id, native_id, native_thread_id, addressed, gate, checked_at"
    )
    + " ON CONFLICT (channel_id, native_id) DO UPDATE SET addressed = max(addressed, excluded.addressed), "
    "gate = excluded.gate, checked_at = excluded.checked_at",
    "words": "INSERT INTO desk_words (rowid, words) VALUES (%s, %s)",
    "clock": _insert("desk_clock", ", ".join(projection.CLOCK_COLUMNS)),
    "event": _insert("desk_event", EVENT),
    "wording": "INSERT INTO desk_wording (mention_id, text, extras, until) "
    'SELECT "order", text, extras, %s FROM desk_mention WHERE "order" = %s AND text <> %s',
    "edit": 'UPDATE desk_mention SET text = %s, extras = %s, edited_at = %s WHERE "order" = %s',
    "reword": "UPDATE desk_words SET words = %s WHERE rowid = %s",
    "adopt": 'UPDATE desk_mention SET conversation_id = %s WHERE "order" = %s',
    "unannotated": understood.LIST_ONE,  # quicker than a trigger of the table
}

# Who is here and may care for a channel: its teams' agents, and everybody from leads up.
ON_SHIFT = """
SELECT a.id FROM desk_agent a WHERE a.on_shift_at IS NOT NULL AND a.is_active AND a.role <> 'trainee' AND (
    a.role <> 'agent' OR EXISTS (
        SELECT 1 FROM desk_team_agents t JOIN desk_team_channels c ON c.team_id = t.team_id
        WHERE t.agent_id = a.id AND c.channel_id = %s))
"""


class Known(NamedTuple):
    """A mention that is stored already."""

    order: int
    conversation: int | None
    thread: int
    author: int
    incoming: bool
    edited_ms: int | None
    deleted_ms: int | None
    audience: int  # its thread's
    from_import: int | None = None


class Turn(NamedTuple):
    """A new post as its conversation's clocks see it."""

    order: int
    clock_ms: int
    stamp: int
    kind: int  # of our own: case.ReplyKind
    private: bool


class Matter(NamedTuple):
    """A conversation that is stored already, as far as choosing between them needs it."""

    id: int
    thread: int
    customer: int
    state: int
    resolved_ms: int | None


MATTER = "SELECT id, thread_id, customer_id, state, resolved_at FROM desk_conversation "


def select(statement: str, wanted: Iterable[str | int], *first: str | int) -> list[Any]:
    """Run a SELECT whose `{}` takes as many marks as there are wanted values; none asks nothing."""
    values = list(wanted)
    if not values:
        return []
    marks = ",".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(marks), [*first, *values])
        return list(cursor.fetchall())


def thread_audience(audience: Audience) -> int:
    """Return the audience of the thread that a post belongs to: unlisted posts join the public one."""
    return int(Audience.PUBLIC if audience >= Audience.UNLISTED else audience)


def extras_of(post: Post) -> str:
    """Return what a post carries besides its words, as JSON; nothing at all for most."""
    if not (post.media or post.links or post.warning or post.quoted or post.media_veiled or post.paid):
        return ""
    carried = {
        "media": [asdict(medium) for medium in post.media],
        "links": [asdict(link) for link in post.links],
        "warning": post.warning,
        "veiled": post.media_veiled,
        "quoted": post.quoted,
        "paid": post.paid,
    }
    return json.dumps({name: value for name, value in carried.items() if value}, separators=(",", ":"))


def mention_row(network: str, post: Post, known: Known, turn: Turn, heard_ms: int) -> Row:
    """Return the row of a new post, in the order of `MENTION`."""
    return (
        known.order,
        network,
        post.uri,
        known.thread,
        known.conversation,
        known.author,
        post.reply_to or "",
        known.incoming,
        turn.kind,
        int(post.audience),
        post.text,
        post.url,
        post.language or "",
        extras_of(post),
        to_ms(post.posted_at),
        heard_ms,
        turn.clock_ms,
        turn.stamp,
        None if post.edited_at is None else to_ms(post.edited_at),
        None,  # deleted
        known.from_import,
    )


def sober(sighting: Sighting, ours: set[str], latest: datetime) -> Sighting:
    """Return a sighting with an impossible time made possible, and as our own if an account of ours spoke.

    A server may write any year into a post; orders and calendars hold those from 1990 to tomorrow.
    """
    post = sighting.post
    if not EARLIEST <= post.posted_at <= latest:
        post = replace(post, posted_at=min(max(post.posted_at, EARLIEST), latest))
    if post.edited_at is not None and not EARLIEST <= post.edited_at <= latest:
        post = replace(post, edited_at=min(max(post.edited_at, EARLIEST), latest))
    if post is not sighting.post:
        sighting = replace(sighting, post=post)
    if post.author.uid in ours and not sighting.own:
        sighting = replace(sighting, own=True, addressed=False)
    return sighting
