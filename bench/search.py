"""How fast the newest 50 of a million stored posts are found, next to the bare full-text query.

The posts have 8 to 18 words of a vocabulary as uneven as a language's (Zipf). Rare and common words, rows,
"and", "or" of ten and negations take turns. Ours is `desk.finding.find` with everything that a list shows;
`vs_fts5` compares it with SQLite's own query for the same 50 row numbers and texts, in turns within one run;
`vs_row_numbers` with the same query for the row numbers alone.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")
import django

django.setup()

from django.db import connection, transaction

from bench.match import vocabulary
from resonanz.desk import home
from resonanz.desk.finding import _match, find
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.query import Node, folded, parse

POSTS = 1_000_000
BATCH = 20_000
AUTHORS = 50_000
ROUNDS = 40
BEGAN_MS = 1_767_225_600_000
NEWEST = 50

RAW = "SELECT {columns} WHERE w.words MATCH %s ORDER BY w.rowid DESC LIMIT %s"
NUMBERS = RAW.format(columns="w.rowid FROM desk_words w")
TEXTS = RAW.format(
    columns='w.rowid, m.text FROM desk_words w CROSS JOIN desk_mention m ON m."order" = w.rowid'
)
MENTION = """INSERT INTO desk_mention
    ("order", network, uri, thread_id, author_id, reply_to_uri, incoming, kind, audience,
    text, url, language, extras, posted_at, heard_at, clock_at, stamp)
    VALUES (%s, 'mastodon', %s, 1, %s, '', 1, 0, 3, %s, '', 'de', '', %s, %s, %s, 0)"""


def _rows(words: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    chance = random.Random(5)
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    for start in range(0, POSTS, BATCH):
        texts = [
            " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(8, 18)))
            for _ in range(BATCH)
        ]
        yield list(enumerate(texts, start))


def _fill(words: Sequence[str]) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "INSERT INTO desk_thread (id, network, root_uri, audience) VALUES (1, 'mastodon', 'r', 3)"
        )
        authors = [(n + 1, f"u{n}", f"u{n}@social.example", f"Kunde {n}") for n in range(AUTHORS)]
        cursor.executemany(
            """INSERT INTO desk_author
            (id, network, uid, handle, name, url, avatar_url, is_bot, form, heard_at)
            VALUES (%s, 'mastodon', %s, %s, %s, '', '', 0, '', 0)""",
            authors,
        )
    for rows in _rows(words):
        with connection.cursor() as cursor, transaction.atomic():
            cursor.executemany(MENTION, [_mention(number, text) for number, text in rows])
            cursor.executemany(
                "INSERT INTO desk_words (rowid, words) VALUES (%s, %s)",
                [(_order(number), folded(text)) for number, text in rows],
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _order(number: int) -> int:
    return (BEGAN_MS + number * 1_000) << SEQUENCE_BITS


def _mention(number: int, text: str) -> tuple[int | str, ...]:
    at = BEGAN_MS + number * 1_000
    return (_order(number), f"p{number}", number % AUTHORS + 1, text, at, at, at)


def _queries(words: Sequence[str]) -> list[str]:
    common, middle, rare = words[:30], words[300:2_000], words[20_000:]
    chance = random.Random(9)
    found: list[str] = []
    for _ in range(ROUNDS):
        a, b, c = chance.choice(common), chance.choice(middle), chance.choice(rare)
        ten = " OR ".join(chance.choices(common, k=5) + chance.choices(middle, k=5))
        found += [a, b, c, f"{a} {b}", f'"{a} {chance.choice(common)}"', ten, f"{b} -{a}", f"{a} lang:de"]
    return found


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _raw(statement: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [words, NEWEST])
        cursor.fetchall()


def main() -> None:
    """Measure and print one JSON object."""
    home.prepare()
    words = vocabulary(random.Random(1), 50_000)
    filling = _seconds(lambda: _fill(words))
    ours: list[float] = []
    texts: list[float] = []
    numbers: list[float] = []
    for said in _queries(words):
        query: Node = parse(said)
        match = _match(query)
        _raw(TEXTS, match)
        numbers.append(_seconds(lambda match=match: _raw(NUMBERS, match)))  # type: ignore[misc]
        texts.append(_seconds(lambda match=match: _raw(TEXTS, match)))  # type: ignore[misc]
        ours.append(_seconds(lambda query=query: find(query, most=NEWEST)))  # type: ignore[misc]
    figures = {
        "p50_ms": statistics.median(ours) * 1000,
        "p95_ms": statistics.quantiles(ours, n=20)[18] * 1000,
        "fts5_p50_ms": statistics.median(texts) * 1000,
        "fts5_p95_ms": statistics.quantiles(texts, n=20)[18] * 1000,
        "posts": POSTS,
        "filled_per_s": POSTS / filling,
    }
    ratios = {
        "vs_fts5": statistics.median(a / b for a, b in zip(ours, texts, strict=True)),
        "vs_row_numbers": statistics.median(a / b for a, b in zip(ours, numbers, strict=True)),
    }
    print(json.dumps({"name": "search", "figures": figures, "ratios": ratios}))


if __name__ == "__main__":
    main()
