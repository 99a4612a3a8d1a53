"""How fast posts become stored mentions, and how much memory a large import takes.

The verb is the one that `listen` calls for a page: duplicate check, authors, threads, conversations,
mentions, sightings, clocks, events, full text, cursor. Against it stands bare `executemany` of the very
same rows into the very same tables with all their indexes, ids given, same PRAGMAs, same batches.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")
import django

django.setup()

from django.conf import settings
from django.db import connection
from django.utils import timezone

from resonanz.desk import home
from resonanz.desk.listen import take_in
from resonanz.desk.models import Brand, Channel
from resonanz.post import Audience, Author, Page, Post, Sighting

ROUNDS = 5
POSTS = 4_000
ARCHIVE = 100_000
BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)
WORDS = tuple(
    "paket lieferung seit montag hotline warten danke frage rechnung wann kommt endlich storung shop bahn "
    "gleis termin techniker kaputt neu toner drucker service freundlich schlecht schnell sofort".split()
)
TABLES = ("author", "thread", "conversation", "mention", "sighting", "clock", "event")
KEYS = {"mention": '"order"'}


def _text(chance: random.Random) -> str:
    return "@nordlicht_hilft " + " ".join(chance.choices(WORDS, k=chance.randint(8, 28)))


def _post(chance: random.Random, number: int, people: int) -> Sighting:
    """A customer's post: most begin a thread, some answer a thread of their own."""
    uid = f"https://social.example/users/u{chance.randrange(people)}"
    uri = f"{uid}/statuses/{number}"
    handle = uid.rpartition("/")[2] + "@social.example"
    post = Post(
        network="mastodon",
        uri=uri,
        root=uri,
        url=f"https://social.example/@{handle}/{number}",
        author=Author(network="mastodon", uid=uid, handle=handle, name=handle.title(), url=uid),
        text=_text(chance),
        posted_at=BEGAN + timedelta(seconds=2 * number, milliseconds=chance.randrange(1000)),
        audience=Audience.PUBLIC,
        language="de",
    )
    return Sighting(post=post, native_id=str(number), native_thread_id=str(number), addressed=True)


def _pages(start: int, count: int, size: int) -> list[Page]:
    chance = random.Random(start)
    posts = [_post(chance, number, count * 3 // 4) for number in range(start, start + count)]
    return [
        Page(sightings=tuple(posts[at : at + size]), cursor=str(start + at), more=True)
        for at in range(0, count, size)
    ]


def _largest() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT coalesce(max({KEYS.get(table, 'id')}), 0) FROM desk_{table}")
            found[table] = cursor.fetchone()[0]
        return found


def _verb(channel: Channel, pages: Sequence[Page]) -> tuple[float, list[dict[str, int]]]:
    """Store pages by the verb; returns the seconds and the largest ids after each page."""
    spent, marks = 0.0, [_largest()]
    for page in pages:
        began = time.perf_counter()
        take_in(channel, page, read_began_at=timezone.now())
        spent += time.perf_counter() - began
        marks.append(_largest())
    return spent, marks


def _copy(target: Path) -> sqlite3.Connection:
    """Return a database with the same tables and indexes, the same PRAGMAs, and what was there before."""
    database: Any = settings.DATABASES["default"]
    source = sqlite3.connect(database["NAME"])
    copy = sqlite3.connect(target, isolation_level=None)
    source.backup(copy)
    source.close()
    copy.executescript(database["OPTIONS"]["init_command"])
    copy.execute("PRAGMA foreign_keys=ON")
    return copy


def _rows(marks: Sequence[dict[str, int]]) -> Iterator[dict[str, list[tuple[object, ...]]]]:
    """Yield for each page the rows that the verb wrote."""
    with connection.cursor() as cursor:
        for before, after in pairwise(marks):
            rows = {}
            for table in TABLES:
                key = KEYS.get(table, "id")
                cursor.execute(
                    f"SELECT * FROM desk_{table} WHERE {key} > %s AND {key} <= %s",
                    [before[table], after[table]],
                )
                rows[table] = cursor.fetchall()
            cursor.execute(
                "SELECT rowid, words FROM desk_words WHERE rowid > %s AND rowid <= %s",
                [before["mention"], after["mention"]],
            )
            rows["words"] = cursor.fetchall()
            yield rows


def _bare(copy: sqlite3.Connection, pages: Sequence[dict[str, list[tuple[object, ...]]]]) -> float:
    """Insert the same rows by executemany, a transaction a page; returns the seconds."""
    spent = 0.0
    for page in pages:
        statements = [(_insert(table, rows), rows) for table, rows in page.items() if rows]
        began = time.perf_counter()
        copy.execute("BEGIN IMMEDIATE")
        for statement, rows in statements:
            copy.executemany(statement, rows)
        copy.execute("COMMIT")
        spent += time.perf_counter() - began
    return spent


def _insert(table: str, rows: Sequence[tuple[object, ...]]) -> str:
    columns = " (rowid, words)" if table == "words" else ""
    return f"INSERT INTO desk_{table}{columns} VALUES ({','.join('?' * len(rows[0]))})"


def _round(channel: Channel, start: int, size: int) -> tuple[float, float]:
    """Measure both ways once; returns mentions per second of the verb and of bare inserts."""
    pages = _pages(start, POSTS, size)
    copy = _copy(settings.HOME / f"bare-{size}-{start}.sqlite3")
    verb, marks = _verb(channel, pages)
    bare = _bare(copy, list(_rows(marks)))
    copy.close()
    return POSTS / verb, POSTS / bare


def _speed(channel: Channel, size: int, start: int) -> dict[str, float]:
    rates = [_round(channel, start + number * POSTS, size) for number in range(ROUNDS)]
    return {
        "verb": statistics.median(verb for verb, _ in rates),
        "bare": statistics.median(bare for _, bare in rates),
        "ratio": statistics.median(verb / bare for verb, bare in rates),
    }


def _archive(file: Path) -> None:
    chance = random.Random(7)
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["conversation", "company", "turn", "direction", "time_utc", "author", "text"])
        for number in range(ARCHIVE):
            at = BEGAN + timedelta(seconds=31 * number)
            answer = at + timedelta(minutes=chance.randint(2, 900))
            company = f"company{number % 25}"
            writer.writerow([f"c{number}", company, 0, "in", at.isoformat(), f"u{number}", _text(chance)])
            writer.writerow([f"c{number}", company, 1, "out", answer.isoformat(), company, _text(chance)])


def _import_peak() -> tuple[float, float]:
    """Import a large archive in a process of its own; returns its peak memory in MB and the seconds."""
    file = settings.HOME / "archive.csv"
    _archive(file)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "resonanz.desk", "import", "conversations", str(file)],
        env={**os.environ, "RESONANZ_HOME": str(settings.HOME / "import")},
        check=True,
    )
    seconds = time.perf_counter() - began
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, seconds


def main() -> None:
    """Measure and print one JSON object."""
    home.prepare()
    brand = Brand.objects.get()
    channel = Channel.objects.create(
        network="mastodon", uid="us", handle="us", brand=brand, connected_at=timezone.now(), cursor="0"
    )
    small = _speed(channel, 40, 0)
    large = _speed(channel, 1_000, ROUNDS * POSTS)
    peak, seconds = _import_peak()
    result = {
        "name": "intake",
        "figures": {
            "mentions_per_s": small["verb"],
            "executemany_per_s": small["bare"],
            "mentions_per_s_batches_of_1000": large["verb"],
            "executemany_per_s_batches_of_1000": large["bare"],
            "import_peak_mb": peak,
            "import_conversations": ARCHIVE,
            "import_conversations_per_s": ARCHIVE / seconds,
        },
        "ratios": {
            "vs_executemany": small["ratio"],
            "vs_executemany_batches_of_1000": large["ratio"],
        },
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
