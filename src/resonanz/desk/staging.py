"""A file of recorded conversations, checked into a staging file before anything of it is stored.

The first thing that is wrong ends it with a `BadFile` that names file, physical line and what was
expected. Memory stays flat: the staging file is SQLite, in the order in which it will be published.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from resonanz.case import ReplyKind
from resonanz.desk.storage import to_ms

COLUMNS = ("conversation", "company", "turn", "direction", "time_utc", "author", "text")
OPTIONAL = ("kind",)  # of outgoing turns: human (also when empty), acknowledgement, automatic
KINDS = {"": ReplyKind.HUMAN, **{kind.name.lower(): kind for kind in ReplyKind}}
FIELD_MOST = 1_000_000  # bytes in UTF-8
LINE_MOST = 8 * FIELD_MOST
NAME_MOST = 300  # characters of a conversation's, company's or author's name
YEARS = range(1990, 2101)
CHUNK = 2_000

Progress = Callable[[int, int], None]


class BadFile(Exception):
    """A file that cannot be imported: where, and what was expected there."""

    def __init__(self, file: Path, line: int, expected: str) -> None:
        super().__init__(f"{file}, line {line}: {expected}")


class Turn(NamedTuple):
    """One row of the file, checked."""

    company: str
    conversation: str
    turn: int
    incoming: bool
    kind: int
    at_ms: int
    author: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Staged:
    """What a staging file holds."""

    path: Path
    turns_count: int


def stage(file: Path, target: Path, progress: Progress) -> Staged:
    """Check a whole file and write it, sorted for publishing, to `target`; raises BadFile or OSError."""
    connection = sqlite3.connect(target)
    try:
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;"
            "CREATE TABLE checked (company, conversation, turn, incoming, kind, at_ms, author, text, line,"
            " PRIMARY KEY (company, conversation, turn)) WITHOUT ROWID;"
        )
        with file.open("rb") as opened:
            _insert(connection, file, read_turns(file, opened, progress))
        return Staged(target, _sort(connection))
    except BaseException:
        connection.close()
        target.unlink(missing_ok=True)
        raise
    finally:
        connection.close()


def _insert(connection: sqlite3.Connection, file: Path, turns: Iterator[Turn]) -> None:
    for turn in turns:
        try:
            connection.execute("INSERT INTO checked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", turn)
        except sqlite3.IntegrityError:
            first = connection.execute(
                "SELECT line FROM checked WHERE company = ? AND conversation = ? AND turn = ?", turn[:3]
            ).fetchone()[0]
            raise BadFile(
                file,
                turn.line,
                f"expected each turn once, but turn {turn.turn} of conversation {turn.conversation!r} "
                f"of {turn.company!r} stands in line {first} already",
            ) from None


def _sort(connection: sqlite3.Connection) -> int:
    """Put the rows in the order of publishing and return how many there are."""
    connection.executescript(
        "CREATE TABLE turns (position INTEGER PRIMARY KEY, company, conversation, turn, incoming, kind,"
        " at_ms, author, text, line);"
        "INSERT INTO turns (company, conversation, turn, incoming, kind, at_ms, author, text, line)"
        " SELECT * FROM checked ORDER BY company, conversation, at_ms, turn;"
        "DROP TABLE checked;"
    )
    connection.commit()
    return int(connection.execute("SELECT count(*) FROM turns").fetchone()[0])


def read_turns(file: Path, opened: BinaryIO, progress: Progress) -> Iterator[Turn]:
    """Yield the checked rows of a CSV file; raises BadFile at the first that is wrong."""
    csv.field_size_limit(FIELD_MOST)
    lines = _lines(file, opened, progress)
    reader = csv.reader(lines, strict=True)
    columns: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadFile(file, line, _csv_expectation(error)) from None
        if row is None:
            break
        if columns is None:
            columns = _columns(file, row)
        elif row:
            yield _turn(file, line, columns, row)
    if columns is None:
        raise BadFile(file, 1, f"expected a header with the columns {', '.join(COLUMNS)}, found nothing")


def _csv_expectation(error: csv.Error) -> str:
    if "field limit" in str(error):
        return "expected no field over 1 MB (is a closing quotation mark missing?)"
    return f'expected CSV with fields quoted by " where needed ({error})'


def _lines(file: Path, opened: BinaryIO, progress: Progress) -> Iterator[str]:
    """Yield the file's lines as text, without a byte-order mark."""
    size = file.stat().st_size
    number = done = 0
    while raw := opened.readline(LINE_MOST):
        number += 1
        done += len(raw)
        if len(raw) == LINE_MOST:
            raise BadFile(file, number, "expected lines of at most 8 MB")
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if b"\0" in raw:
            raise BadFile(file, number, "expected text, found a zero byte (is the file UTF-16?)")
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadFile(
                file,
                number,
                f"expected UTF-8, found the byte 0x{raw[error.start]:02x} at position {error.start + 1}",
            ) from None
        if number % CHUNK == 0:
            progress(done, size)
    progress(size, size)


def _columns(file: Path, header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise BadFile(file, 1, f"expected the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BadFile(file, 1, f"expected each column once; doubled: {', '.join(doubled)}")
    unknown = [name for name in names if name not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        raise BadFile(
            file,
            1,
            f"expected only the columns {', '.join((*COLUMNS, *OPTIONAL))}; unknown: {', '.join(unknown)}",
        )
    return names


def _turn(file: Path, line: int, columns: list[str], row: list[str]) -> Turn:
    if len(row) != len(columns):
        raise BadFile(file, line, f"expected {len(columns)} fields, found {len(row)}")
    for name, value in zip(columns, row, strict=True):
        if len(value) > FIELD_MOST // 4 and len(value.encode()) > FIELD_MOST:
            raise BadFile(file, line, f"expected no field over 1 MB; {name} is larger")
    cell = dict(zip(columns, row, strict=True))
    for name in ("conversation", "company", "author"):
        if not 0 < len(cell[name].strip()) <= NAME_MOST:
            raise BadFile(
                file, line, f"expected {name} to have 1 to {NAME_MOST} characters, found {_short(cell[name])}"
            )
    incoming = _choice(file, line, "direction", cell["direction"], {"in": 1, "out": 0})
    kind = _choice(file, line, "kind", cell.get("kind", ""), {k: int(v) for k, v in KINDS.items()})
    return Turn(
        cell["company"].strip(),
        cell["conversation"].strip(),
        _number(file, line, cell["turn"]),
        bool(incoming),
        0 if incoming else kind,
        _moment(file, line, cell["time_utc"]),
        cell["author"].strip(),
        cell["text"],
        line,
    )


def _choice(file: Path, line: int, name: str, value: str, known: dict[str, int]) -> int:
    try:
        return known[value.strip()]
    except KeyError:
        names = " or ".join(repr(one) for one in known if one)
        raise BadFile(file, line, f"expected {name} to be {names}, found {_short(value)}") from None


def _number(file: Path, line: int, value: str) -> int:
    if not value.strip().isascii() or not value.strip().isdigit() or len(value) > 9:
        raise BadFile(file, line, f"expected turn to be a whole number from 0 on, found {_short(value)}")
    return int(value)


def _moment(file: Path, line: int, value: str) -> int:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or len(value.strip()) < len("2020-04-01T17:31") or moment.year not in YEARS:
        raise BadFile(
            file,
            line,
            f"expected time_utc as in 2020-04-01T17:31:32 or with an offset, found {_short(value)}",
        )
    return to_ms(moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC))


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
