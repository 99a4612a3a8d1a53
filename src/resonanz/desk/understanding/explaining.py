"""Why a model says what it says of a post: the words that carried each label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from resonanz.annotate.features import tokens_of
from resonanz.annotate.model import Model
from resonanz.desk.models import Annotation
from resonanz.desk.understanding.models import TWICE, current, named
from resonanz.desk.understood import BITS, RELEVANCE, UNSURE, intents_of

WORDS_MOST = 3  # for one label
SHARE_LEAST = 0.3  # of what the strongest word says
_THRICE = re.compile(r"([^\W\d_])\1\1")
_LETTER = re.compile(r"[^\W\d_]")


class Piece(NamedTuple):
    """A part of a post's text; `carries` a label, or stands between."""

    text: str
    carries: bool


class Because(NamedTuple):
    """The words that speak most for a label, the strongest first."""

    kind: str
    label: str
    words: tuple[str, ...]


class Judge(NamedTuple):
    """The model that can say why; `instead` names it where the one that judged is gone."""

    model: Model | None
    instead: str = ""


def judge_of(note: Annotation) -> Judge:
    """Return the model that judged a post, the one in use where that is gone, None where none has judged."""
    name, now = note.model.removesuffix(TWICE), current().model
    if not name or now is None or now.name == name:
        return Judge(now if name else None)
    found = named(name)
    return Judge(now, now.name) if found is None else Judge(found)


def why(text: str, note: Annotation) -> list[Because]:
    """Return for each label that a model noted which words carry it; what a person chose needs no words."""
    model = judge_of(note).model
    if model is None:
        return []
    tokens, asked = tokens_of(text), _labels(note)
    shares = model.why(tokens, asked, WORDS_MOST)
    return [
        Because(kind, label, tuple(_as_written(word, text) for word in _words(tokens, carried)))
        for (kind, label), carried in zip(asked, shares, strict=True)
    ]


def _labels(note: Annotation) -> list[tuple[str, str]]:
    shares = {"negative": note.negative, "neutral": note.neutral, "positive": note.positive}
    feeling = max(shares, key=lambda name: shares[name]) if note.sentiment == UNSURE else note.sentiment
    found = [("sentiment", feeling), ("relevance", RELEVANCE.get(note.about, ""))]
    found += [("intent", name) for name in intents_of(note.intents)]
    found.append(("reason", note.reason))
    by_hand = {kind for kind, bit in BITS.items() if note.by_hand & bit}
    return [one for one in found if one[0] not in by_hand and one[1] not in {"", UNSURE, "none"}]


def _words(tokens: Sequence[str], carried: Sequence[tuple[int, float]]) -> tuple[str, ...]:
    found = [tokens[place] for place, share in carried if share >= carried[0][1] * SHARE_LEAST]
    return tuple(dict.fromkeys(word for word in found if _LETTER.search(word)))  # signs tell people little


def _as_written(word: str, text: str) -> str:
    """Return a word as it stands in a post, with its capitals."""
    found = re.search(_whole(word), text, re.IGNORECASE)
    return found[0] if found else word


def pieces(text: str, words: Iterable[str]) -> Sequence[Piece]:
    """Return a text in pieces, those that carry a label marked, whatever their case."""
    wanted = sorted(set(words), key=len, reverse=True)
    if not wanted:
        return [Piece(text, carries=False)]
    found, end = [], 0
    for match in re.finditer("|".join(map(_whole, wanted)), text, re.IGNORECASE):
        if match.start() > end:
            found.append(Piece(text[end : match.start()], carries=False))
        found.append(Piece(match[0], carries=True))
        end = match.end()
    return [*found, Piece(text[end:], carries=False)] if end < len(text) else found


def _whole(word: str) -> str:
    """Return a pattern for a word as tokens have it: a zero is any digit, three letters may be more."""
    pattern = _THRICE.sub(r"\1{3,}", re.escape(word).replace("0", r"\d"))
    return rf"(?<!\w){pattern}(?!\w)"
