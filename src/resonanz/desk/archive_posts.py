"""Posts from a file: checked as a whole, then published in small batches.

They are found by queries and counted in reports, as what merely was heard is; they open no conversation,
so nothing of them ever waits, is due or is answered. Nothing of a file is visible before its last batch is
in. A post is known by network and uri: when a channel hears it later, that replaces it.

A file names people by their handles only, so an author from a file is somebody of this handle and is never
taken for a customer whom a channel knows by a permanent id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from resonanz.desk import imports
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Channel, Import, Mention
from resonanz.desk.models.measuring import Imported
from resonanz.desk.staging import Progress
from resonanz.desk.staging_posts import BadLine, BadPosts, StagedPosts, stage_posts
from resonanz.lines import Line, read_line
from resonanz.post import Audience, Author, Link, Post, Sighting

BATCH = 500  # posts; such a transaction stays well under 200 ms
COMPARE = 1_000
WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class ImportedPosts:
    """What an import added, what of the file was there already, and what was left out."""

    posts_count: int
    known_count: int
    reposts_count: int
    bad: tuple[BadLine, ...]  # the first of them
    bad_count: int


def import_posts(file: Path, progress: Progress, *, skip_bad: bool = False) -> ImportedPosts:
    """Import a file of posts; raises BadPosts with nothing stored unless told to skip, Busy, OSError."""
    while continue_next():
        pass
    staged = stage_posts(file, imports.make_room(), progress)
    try:
        if staged.bad and not skip_bad:
            raise BadPosts(tuple(staged.bad), staged.bad_count)
        known = _drop_known(staged.path)
    except BaseException:
        staged.path.unlink()
        raise
    added = staged.posts_count - known
    if added:
        row = imports.begin(file, staged.path, Imported.POSTS, added)
        while publish_batch(row):
            progress(row.position, staged.posts_count)
    else:
        staged.path.unlink()
    return _told(staged, added, known)


def _told(staged: StagedPosts, added: int, known: int) -> ImportedPosts:
    again = known + staged.doubled_count
    return ImportedPosts(added, again, staged.reposts_count, tuple(staged.bad), staged.bad_count)


def _drop_known(staging: Path) -> int:
    """Take posts that are stored already off the staging file; return how many there were."""
    known: list[tuple[int]] = []
    connection = sqlite3.connect(staging)
    rows = _staged(connection, 0, COMPARE)
    while rows:
        for network, ours in groupby(rows, key=lambda row: row[1]):
            places = {uri: position for position, _network, uri in ours}
            stored = Mention.objects.filter(network=network, uri__in=places).values_list("uri", flat=True)
            known += [(places[uri],) for uri in stored]
        rows = _staged(connection, rows[-1][0], COMPARE)
    with connection:
        connection.executemany("DELETE FROM posts WHERE position = ?", known)
    connection.close()
    return len(known)


def _staged(connection: sqlite3.Connection, after: int, count: int) -> list[tuple[int, str, str]]:
    return connection.execute(
        "SELECT position, network, uri FROM posts WHERE position > ? ORDER BY position LIMIT ?",
        (after, count),
    ).fetchall()


def publish_batch(row: Import) -> bool:
    """Publish the next posts of one network; the last batch makes all of the file visible."""
    path = imports.folder() / row.staging
    connection = sqlite3.connect(path)
    lines, position = _next_lines(connection, row.position)
    connection.close()
    with transaction.atomic():
        if lines:
            channel = Channel(network=lines[0].network)  # of nobody: no channel has heard them
            arrival = Arrival(heard_at=row.began_at, from_import=row.pk, matched_only=True)
            store(channel, _sightings(lines), arrival)
        imports.advance(row, position, timezone.now(), done=not lines)
    if not lines:
        path.unlink(missing_ok=True)
    return bool(lines)


def _next_lines(connection: sqlite3.Connection, after: int) -> tuple[list[Line], int]:
    """Return the next lines of one network, and the position behind them."""
    rows = connection.execute(
        "SELECT position, network, raw FROM posts WHERE position > ? ORDER BY position LIMIT ?",
        (after, BATCH),
    ).fetchall()
    chosen = [row for row in rows if row[1] == rows[0][1]]
    return [read_line(raw) for _position, _network, raw in chosen], chosen[-1][0] if chosen else after


def _sightings(lines: Sequence[Line]) -> list[Sighting]:
    ours = {
        channel.handle.casefold(): channel for channel in Channel.objects.filter(network=lines[0].network)
    }
    return [_sighting(line, ours.get(line.author.handle.removeprefix("@").casefold())) for line in lines]


def _sighting(line: Line, ours: Channel | None) -> Sighting:
    return Sighting(post=_post(line, ours), native_id=line.uri, native_thread_id=line.uri, own=bool(ours))


def _post(line: Line, ours: Channel | None) -> Post:
    return Post(
        network=line.network,
        uri=line.uri,
        author=_author(line) if ours is None else _own_author(ours),
        text=line.text,
        posted_at=line.created_at,
        audience=Audience.PUBLIC,
        root=line.reply_to or line.uri,
        reply_to=line.reply_to,
        url=line.uri if line.uri.startswith(WEB) else "",
        language=line.lang,
        links=tuple(Link(url=url) for url in line.urls if url.startswith(WEB)),
        quoted=line.quote_of,
    )


def _author(line: Line) -> Author:
    handle = line.author.handle.removeprefix("@")
    return Author(
        network=line.network,
        uid=f"handle:{handle.casefold()}",
        handle=handle,
        name=line.author.name,
        followers_count=line.author.followers,
    )


def _own_author(ours: Channel) -> Author:
    return Author(
        network=ours.network,
        uid=ours.uid,
        handle=ours.handle,
        name=ours.name,
        url=ours.url,
        avatar_url=ours.avatar_url,
    )


def continue_next() -> bool:
    """Publish the rest of an import whose process died; True if there was one."""
    row = imports.take_dead(Imported.POSTS)
    while row is not None and publish_batch(row):
        pass
    return row is not None
