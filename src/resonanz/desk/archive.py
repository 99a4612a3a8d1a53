"""Recorded conversations from elsewhere: checked as a whole, then published in small batches.

Imported conversations are an archive: in search and reports, never in queue, due times or deliveries.
Nothing of an import is visible before its last batch is in; a crash in between is continued by the
next worker or import, from the position that was committed with the last batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from resonanz.desk import imports
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Brand, Channel, Conversation, Import, Mention
from resonanz.desk.models.measuring import Imported as Holds
from resonanz.desk.staging import BadFile, Progress, Turn, stage
from resonanz.desk.storage import from_ms, to_ms
from resonanz.post import Audience, Author, Post, Sighting

NETWORK = "archive"
BATCH = 150  # turns; such a transaction stays well under 200 ms
COMPARE = 400


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import added, and what of the file was there already."""

    conversations_count: int
    turns_count: int
    known_count: int


def import_conversations(file: Path, progress: Progress) -> Imported:
    """Import a CSV file of recorded conversations; raises BadFile with nothing stored, Busy or OSError."""
    while continue_next():
        pass
    staged = stage(file, imports.make_room(), progress)
    try:
        known = _drop_known(file, staged.path)
    except BaseException:
        staged.path.unlink()
        raise
    if known == staged.turns_count:
        staged.path.unlink()
        return Imported(0, 0, known)
    row = imports.begin(file, staged.path, Holds.CONVERSATIONS, staged.turns_count - known)
    while publish_batch(row):
        progress(row.position, staged.turns_count)
    return Imported(row.conversations_count, row.turns_count, known)


def _drop_known(file: Path, staging: Path) -> int:
    """Take turns that are stored already off the staging file; one stored differently is an error."""
    with sqlite3.connect(staging) as connection:
        known: list[tuple[int]] = []
        for positions, turns in _staged(connection, 0, COMPARE):
            uris = {uri_of(turn): (position, turn) for position, turn in zip(positions, turns, strict=True)}
            stored = Mention.objects.filter(network=NETWORK, uri__in=uris).select_related("author")
            for mention in stored:
                position, turn = uris[mention.uri]
                _expect_same(file, turn, mention)
                known.append((position,))
        connection.executemany("DELETE FROM turns WHERE position = ?", known)
    connection.close()
    return len(known)


def _expect_same(file: Path, turn: Turn, mention: Mention) -> None:
    here = (turn.incoming, turn.kind, turn.at_ms, turn.author, turn.text)
    there = (
        mention.incoming,
        mention.kind,
        to_ms(mention.posted_at),
        mention.author.uid,
        mention.text,
    )
    if here != there:
        names = ("direction", "kind", "time_utc", "author", "text")
        other = ", ".join(name for name, a, b in zip(names, here, there, strict=True) if a != b)
        raise BadFile(
            file,
            turn.line,
            f"expected the same as was imported before for turn {turn.turn} of conversation "
            f"{turn.conversation!r} of {turn.company!r}; different: {other}",
        )


def uri_of(turn: Turn) -> str:
    """Return the global identity of a recorded turn."""
    return f"{root_of(turn)}:{turn.turn}"


def root_of(turn: Turn) -> str:
    """Return the identity of a recorded conversation's thread."""
    return f"archive:{quote(turn.company, safe='')}:{quote(turn.conversation, safe='')}"


def _staged(connection: sqlite3.Connection, after: int, count: int) -> Iterator[tuple[list[int], list[Turn]]]:
    """Yield staged rows in chunks of `count`, by position."""
    while True:
        rows = connection.execute(
            "SELECT position, company, conversation, turn, incoming, kind, at_ms, author, text, line "
            "FROM turns WHERE position > ? ORDER BY position LIMIT ?",
            (after, count),
        ).fetchall()
        if not rows:
            return
        yield [row[0] for row in rows], [_staged_turn(row) for row in rows]
        after = rows[-1][0]


def _staged_turn(row: tuple[object, ...]) -> Turn:
    turn = Turn(*row[1:])  # type: ignore[arg-type]
    return turn._replace(incoming=bool(turn.incoming))


def publish_batch(row: Import) -> bool:
    """Publish the next conversations of an import; the last batch makes all of it visible."""
    path = imports.folder() / row.staging
    connection = sqlite3.connect(path)
    try:
        turns, position = _next_turns(connection, row.position)
    finally:
        connection.close()
    with transaction.atomic():
        if turns:
            stored = store(_channel(turns[0].company), _sightings(turns), _arrival(row, turns))
            row.conversations_count += len(set(map(root_of, turns)))
            assert stored.added_count <= len(turns)
        imports.advance(row, position, timezone.now(), done=not turns)
    if not turns:
        path.unlink(missing_ok=True)
    return bool(turns)


def _next_turns(connection: sqlite3.Connection, after: int) -> tuple[list[Turn], int]:
    """Return the next whole conversations of one company, and the position behind them."""
    chosen: list[Turn] = []
    position = after
    for positions, turns in _staged(connection, after, BATCH):
        for at, turn in zip(positions, turns, strict=True):
            begins = not chosen or chosen[-1].conversation != turn.conversation
            if chosen and (turn.company != chosen[0].company or (begins and len(chosen) >= BATCH)):
                return chosen, position
            chosen.append(turn)
            position = at
    return chosen, position


def _channel(company: str) -> Channel:
    """Return the archive channel of a company, which is a brand like any other."""
    channel = Channel.objects.filter(network=NETWORK, uid=company).first()
    if channel is None:
        brand, _ = Brand.objects.get_or_create(name=company)
        channel = Channel.objects.create(
            network=NETWORK,
            uid=company,
            brand=brand,
            handle=company,
            name=company,
            connected_at=timezone.now(),
        )
    return channel


def _arrival(row: Import, turns: list[Turn]) -> Arrival:
    """Name for every turn whose matter it is: the known conversation's customer, else the first who wrote."""
    known = Conversation.objects.filter(
        thread__network=NETWORK, thread__root_uri__in={root_of(turn) for turn in turns}
    ).select_related("customer", "thread")
    customers = {case.thread.root_uri: _author(case.customer.uid) for case in known}
    for turn in turns:
        if turn.incoming:
            customers.setdefault(root_of(turn), _author(turn.author))
    subjects = {
        uri_of(turn): customers.get(root_of(turn)) or _author(f"{turn.company}: {turn.conversation}")
        for turn in turns
    }
    kinds = {uri_of(turn): turn.kind for turn in turns}
    return Arrival(heard_at=row.began_at, from_import=row.pk, subjects=subjects, kinds=kinds)


def _author(uid: str) -> Author:
    return Author(network=NETWORK, uid=uid, handle=uid, name=uid)


def _sightings(turns: list[Turn]) -> list[Sighting]:
    return [
        Sighting(
            post=Post(
                network=NETWORK,
                uri=uri_of(turn),
                root=root_of(turn),
                author=_author(turn.author),
                text=turn.text,
                posted_at=from_ms(turn.at_ms),
                audience=Audience.PUBLIC,
            ),
            native_id=uri_of(turn),
            native_thread_id=root_of(turn),
            addressed=turn.incoming,
            own=not turn.incoming,
        )
        for turn in turns
    ]


def continue_next() -> bool:
    """Publish the rest of an import whose process died; True if there was one."""
    row = imports.take_dead(Holds.CONVERSATIONS)
    while row is not None and publish_batch(row):
        pass
    return row is not None
