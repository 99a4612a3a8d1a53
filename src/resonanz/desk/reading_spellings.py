"""Spellings of a brand that stand in stored posts: words, and rows of them, close to its name. Reads only.

Nothing here is a spelling before somebody accepts it (`brands.spell`): close to `Otto` lies `Auto`, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from resonanz.desk.access import scope_of
from resonanz.desk.finding import Post, find
from resonanz.query import Op, Term, fold

if TYPE_CHECKING:
    from resonanz.desk.access import Scope
    from resonanz.desk.models import Agent, Brand

DISTANCES = (0, 1, 2)  # letters: 0 finds the name written together or apart
USUAL_DISTANCE = 1
POSTS_MOST = 20_000  # the newest; a spelling that none of them has helps nobody
SHOWN_MOST = 25
PIECE_LEAST = 2  # letters of each word of a pair

_Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A spelling as it stands in posts: how many have it, how many letters differ, and the newest of them."""

    text: str
    count: int
    distance: int
    sample: Post


def candidates(agent: Agent, brand: Brand, distance: int) -> list[Candidate]:
    """Return what lies at most so many letters from a brand's name, the closest and most frequent first."""
    known = [tokens for text in _known(brand) if (tokens := _words(text))]
    name = "".join(_words(brand.name))
    counts = _counted(len(name) - distance, len(name) + distance, max(2, *map(len, known))) if name else {}
    joined = {tokens: "".join(tokens) for tokens in counts if not _has_known(tokens, known)}
    close = extract(name, joined, scorer=OSA.distance, score_cutoff=distance, limit=None)
    ranked = sorted((int(far), -counts[tokens], tokens) for _text, far, tokens in close)
    single = {tokens for _far, _count, tokens in ranked if len(tokens) == 1}
    wanted = [row for row in ranked if len(row[2]) == 1 or not any((word,) in single for word in row[2])]
    scope = scope_of(agent)
    shown = (_candidate(scope, tokens, -count, far) for far, count, tokens in wanted[:SHOWN_MOST])
    return [one for one in shown if one is not None]


def _known(brand: Brand) -> Sequence[str]:
    return [brand.name, *brand.spellings.values_list("text", flat=True)]


def _words(text: str) -> _Tokens:
    return tuple(token for token in fold(text) if token[0] not in "#@$")


def _has_known(tokens: _Tokens, known: Sequence[_Tokens]) -> bool:
    """Whether a known spelling is, or is part of, a row of words."""
    row = f" {' '.join(tokens)} "
    return any(f" {' '.join(spelling)} " in row for spelling in known)


# What posts say ----------------------------------------------------------------------------------


def _counted(shortest: int, longest: int, most: int) -> dict[_Tokens, int]:
    """Return rows of up to so many words with so many letters, and how many of the newest posts have each."""
    counts: dict[_Tokens, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM desk_words ORDER BY rowid DESC LIMIT %s", [POSTS_MOST])
        for (words,) in cursor.fetchall():
            tokens = [token for token in words.split(" ") if token[:1] not in {"#", "@", "$"}]
            for found in set(_rows(tokens, shortest, longest, most)):
                counts[found] = counts.get(found, 0) + 1
    return counts


def _rows(tokens: Sequence[str], shortest: int, longest: int, most: int) -> Iterator[_Tokens]:
    for start, first in enumerate(tokens):
        length = len(first)
        if shortest <= length <= longest:
            yield (first,)
        end = start + 1
        while length < longest and end < len(tokens) and end - start < most:
            if min(len(tokens[end]), len(tokens[end - 1])) < PIECE_LEAST:
                break
            length += len(tokens[end])
            end += 1
            if shortest <= length <= longest:
                yield tuple(tokens[start:end])


def _candidate(scope: Scope, tokens: _Tokens, count: int, distance: int) -> Candidate | None:
    """Return a candidate with the newest post that has it; None where somebody may see none."""
    page = find(Term(Op.WORDS, " ".join(tokens), tokens), most=1, scope=scope)
    if not page.posts:
        return None
    return Candidate(_as_said(page.posts[0].text, tokens), count, distance, page.posts[0])


def _as_said(text: str, tokens: _Tokens) -> str:
    """Return words as a post spells them; as they are compared where they stand in none of its rows."""
    words = re.findall(r"\w+", text)
    for start in range(len(words)):
        row = words[start : start + len(tokens)]
        if _words(" ".join(row)) == tokens:
            return " ".join(row)
    return " ".join(tokens)
