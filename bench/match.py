"""How fast a thousand standing queries are matched, next to only decoding the same posts.

The posts are lines of `resonanz match`, about 300 bytes each, decoded into typed structs both times. Words
come from a vocabulary in which few are frequent (Zipf), some of them with umlauts; every third post has an
emoji, a tag, a handle or a link. A query is what watches a brand: its name alone or in a row, with one of
three words beside it, without another, in a language.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence

from resonanz.lines import Line, read_line
from resonanz.match import Matcher
from resonanz.query import Node, parse
from resonanz.query.tree import kept, read_kept

POSTS = 10_000
ROUNDS = 7
BATCH = 500
STORED = 100_000
SYLLABLES = [
    *"ba be bi bo da de do fa fe fi ga ge go ha he ka ke ki ko la le li lo ma me mi mo na ne".split(),
    *"no pa pe ra re ri ro sa se si so ta te ti to wa we wi zu schö grü ä ü".split(),
]


def vocabulary(chance: random.Random, count: int) -> list[str]:
    """Return words of two to five syllables."""
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(chance.choices(SYLLABLES, k=chance.randint(2, 5)))] = None
    return list(words)


def _line(number: int, words: Sequence[str]) -> bytes:
    chance = random.Random(number)
    weights = _WEIGHTS[: len(words)]
    text = " ".join(chance.choices(words, cum_weights=weights, k=20)).capitalize()
    if number % 3 == 0:
        text += chance.choice([" 😡", " #" + words[number % 500], " @nordlicht", " https://t.co/a1b2c3"])
    author = {"handle": f"kunde{number}", "followers": chance.randrange(9_999)}
    post = {"uri": f"https://social.example/{number}", "network": "mastodon", "text": text, "author": author}
    post |= {"created_at": "2026-11-20T10:00:00Z", "lang": "de"}
    return json.dumps(post, ensure_ascii=False).encode()


def _query(number: int, words: Sequence[str]) -> str:
    chance = random.Random(-number - 1)
    brand = words[len(words) // 3 + chance.randrange(len(words) // 3 * 2)]
    other, *three = chance.choices(words[:3_000], k=4)
    kinds = [brand, f'"{brand} {other}"', f"{brand} ({' OR '.join(three)})", f"{brand} -{other} lang:de"]
    return kinds[number % len(kinds)]


_WEIGHTS: list[float] = []


def _weigh(count: int) -> None:
    total = 0.0
    for rank in range(count):
        total += 1 / (rank + 2)
        _WEIGHTS.append(total)


def _matched(lines: Sequence[bytes], matcher: Matcher) -> int:
    count = 0
    for start in range(0, len(lines), BATCH):
        posts: list[Line] = [read_line(line) for line in lines[start : start + BATCH]]
        count += sum(map(len, matcher.match(posts)))
    return count


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print one JSON object."""
    words = vocabulary(random.Random(1), 50_000)
    _weigh(len(words))
    lines = [_line(number, words) for number in range(POSTS)]
    trees: list[Node] = [parse(_query(number, words)) for number in range(10_000)]
    sample = [read_line(line).text for line in lines[:1_000]]
    few, many = Matcher(trees[:1_000], sample), Matcher(trees, sample)
    times: dict[str, list[float]] = {"decode": [], "1000": [], "10000": []}
    for _ in range(ROUNDS):
        times["decode"].append(_seconds(lambda: [read_line(line) for line in lines]))
        times["1000"].append(_seconds(lambda: _matched(lines, few)))
        times["10000"].append(_seconds(lambda: _matched(lines, many)))
    stored = [kept(parse(_query(number, words))) for number in range(STORED)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    building = _seconds(lambda: Matcher([read_kept(tree) for tree in stored], sample))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    us = {name: statistics.median(found) / POSTS * 1e6 for name, found in times.items()}
    figures = {f"{name}_us_a_post": value for name, value in us.items()} | {
        "line_bytes": sum(map(len, lines)) / POSTS,
        "fits_a_post_1000": _matched(lines, few) / POSTS,
        "fits_a_post_10000": _matched(lines, many) / POSTS,
        "build_100000_s": building,
        "build_100000_mb": (after - before) / 1024,
    }
    ratios = {
        "vs_decode": statistics.median(a / b for a, b in zip(times["decode"], times["1000"], strict=True)),
        "cost_10000_vs_1000": statistics.median(
            b / a for a, b in zip(times["1000"], times["10000"], strict=True)
        ),
    }
    print(json.dumps({"name": "match", "figures": figures, "ratios": ratios}))


if __name__ == "__main__":
    main()
