"""A file of posts, one JSON object a line, checked into a staging file before anything of it is stored.

Every bad line is named with its number and reason, the rest goes on being checked. Memory stays flat: the
staging file is SQLite, in the order in which it will be published. What a line is stands in `resonanz.lines`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from resonanz.desk.staging import YEARS, Progress
from resonanz.desk.storage import to_ms
from resonanz.lines import Line, read_line

LINE_MOST = 1_000_000  # bytes
TOLD_MOST = 20  # bad lines that are named; the others are counted
TEXT_MOST, URI_MOST, NAME_MOST, LANGUAGE_MOST, LINKS_MOST = 100_000, 2_000, 320, 16, 100
FOLLOWERS_MOST = 1 << 53
CHUNK = 2_000
BOM = b"\xef\xbb\xbf"
NETWORK = re.compile("[a-z][a-z0-9_-]{0,15}")
RESERVED = {"archive": "recorded conversations", "hand": "what is entered by hand"}


class BadLine(NamedTuple):
    """A line that cannot be imported."""

    number: int
    reason: str


class BadPosts(Exception):
    """Lines of a file cannot be imported, so nothing of it was."""

    def __init__(self, bad: tuple[BadLine, ...], bad_count: int) -> None:
        super().__init__(f"{bad_count} bad lines")
        self.bad = bad
        self.bad_count = bad_count


@dataclass(slots=True)
class StagedPosts:
    """What a staging file holds, and what was left out on the way."""

    path: Path
    posts_count: int = 0
    reposts_count: int = 0
    doubled_count: int = 0
    bad_count: int = 0
    bad: list[BadLine] = field(default_factory=list)  # the first of them

    def refuse(self, number: int, reason: str) -> None:
        """Count a bad line, and keep it if it is one of the first."""
        self.bad_count += 1
        if self.bad_count <= TOLD_MOST:
            self.bad.append(BadLine(number, reason))


class _Refused(Exception):
    """Why a line cannot be imported."""


def stage_posts(file: Path, target: Path, progress: Progress) -> StagedPosts:
    """Check a whole file and write its good lines, sorted for publishing, to `target`; raises OSError."""
    connection = sqlite3.connect(target)
    staged = StagedPosts(target)
    try:
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;"
            "CREATE TABLE checked (network, uri, at_ms, answers, line, raw, PRIMARY KEY (network, uri))"
            " WITHOUT ROWID;"
        )
        with file.open("rb") as opened:
            for number, raw in _lines(opened, file.stat().st_size, progress):
                _check(connection, staged, number, raw)
        staged.posts_count = _sort(connection)
    except BaseException:
        connection.close()
        target.unlink(missing_ok=True)
        raise
    connection.close()
    return staged


def _lines(opened: BinaryIO, size: int, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, with their numbers; of one that is too long only the beginning."""
    number = done = 0
    while raw := opened.readline(LINE_MOST + 1):
        number += 1
        done += len(raw)
        line = raw.removeprefix(BOM) if number == 1 else raw
        while len(raw) > LINE_MOST and not raw.endswith(b"\n"):
            raw = opened.readline(LINE_MOST + 1)
            done += len(raw)
        if stripped := line.strip():
            yield number, line if len(line) > LINE_MOST else stripped
        if number % CHUNK == 0:
            progress(done, size)
    progress(size, size)


def _check(connection: sqlite3.Connection, staged: StagedPosts, number: int, raw: bytes) -> None:
    try:
        line = _read(raw)
        if line.repost_of is not None:
            staged.reposts_count += 1
        elif not _insert(connection, line, number, raw):
            staged.doubled_count += 1
    except _Refused as refused:
        staged.refuse(number, str(refused))


def _read(raw: bytes) -> Line:
    """Return a line as a post's, with everything in its bounds; raises _Refused."""
    if len(raw) > LINE_MOST:
        raise _Refused("expected at most 1 MB in a line")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        raise _Refused("expected UTF-8, found something else (is the file UTF-16?)")
    try:
        line = read_line(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Refused(_reason(error)) from None
    for is_bad, expected in _bounds(line):
        if is_bad:
            raise _Refused(f"expected {expected}")
    return line


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"expected UTF-8, found the byte 0x{error.object[error.start]:02x}"
    if not isinstance(error, msgspec.ValidationError):
        return "expected a JSON object"
    words, _, place = str(error).partition(" - at `$.")
    return words[0].lower() + words[1:] + (f" (`{place})" if place else "")


def _bounds(line: Line) -> Iterator[tuple[bool, str]]:
    """Yield what each part of a line has to be, and whether it is not."""
    at, followers = line.created_at, line.author.followers
    yield not NETWORK.fullmatch(line.network), "`network` to be a name in small letters, such as mastodon"
    reserved = RESERVED.get(line.network, "")
    yield bool(reserved), f"`network` to be where it was said; {line.network!r} is for {reserved}"
    yield not _within(line.uri, 1, URI_MOST), f"`uri` to have 1 to {URI_MOST} characters"
    yield (
        not _within(line.author.handle.removeprefix("@"), 1, NAME_MOST),
        f"`author.handle` to have 1 to {NAME_MOST} characters",
    )
    yield len(line.author.name) > NAME_MOST, f"`author.name` to have at most {NAME_MOST} characters"
    yield at.tzinfo is None, "`created_at` to have a time zone, such as 2026-11-20T14:30:00Z"
    yield at.year not in YEARS, f"`created_at` to lie between {YEARS.start} and {YEARS.stop - 1}"
    yield (
        followers is not None and not 0 <= followers < FOLLOWERS_MOST,
        "`author.followers` to be a whole number from 0 on",
    )
    yield len(line.text) > TEXT_MOST, f"`text` to have at most {TEXT_MOST} characters"
    yield len(line.lang or "") > LANGUAGE_MOST, "`lang` to be a language's code, such as de"
    for name, uri in (("reply_to", line.reply_to), ("quote_of", line.quote_of)):
        yield (
            uri is not None and not _within(uri, 1, URI_MOST),
            f"`{name}` to have 1 to {URI_MOST} characters",
        )
    yield (
        len(line.urls) > LINKS_MOST or any(len(url) > URI_MOST for url in line.urls),
        f"`urls` to be at most {LINKS_MOST} addresses of at most {URI_MOST} characters",
    )


def _within(words: str, least: int, most: int) -> bool:
    return least <= len(words.strip()) and len(words) <= most


def _insert(connection: sqlite3.Connection, line: Line, number: int, raw: bytes) -> bool:
    """Keep a checked line; False if it stands there already, raises _Refused if it does with other words."""
    identity = (line.network, line.uri)
    try:
        row = (*identity, to_ms(line.created_at), line.reply_to is not None, number, raw)
        connection.execute("INSERT INTO checked VALUES (?, ?, ?, ?, ?, ?)", row)
    except sqlite3.IntegrityError:
        first, said = connection.execute(
            "SELECT line, raw FROM checked WHERE network = ? AND uri = ?", identity
        ).fetchone()
        if read_line(said) == line:
            return False
        raise _Refused(f"expected each post once, but its `uri` stands in line {first} too") from None
    return True


def _sort(connection: sqlite3.Connection) -> int:
    """Put the rows in the order of publishing and return how many there are."""
    connection.executescript(
        "CREATE TABLE posts (position INTEGER PRIMARY KEY, network, uri, raw);"
        "INSERT INTO posts (network, uri, raw)"
        " SELECT network, uri, raw FROM checked ORDER BY network, at_ms, answers, line;"
        "DROP TABLE checked;"
    )
    connection.commit()
    return int(connection.execute("SELECT count(*) FROM posts").fetchone()[0])
