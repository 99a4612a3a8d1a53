"""How soon a customer's post must be seen: danger and fraud first, then what cannot wait until tomorrow.

Rules that a person can read, for German and English. A rule is a code with one or more parts; it holds where
every part stands near the others (in the same sentence or in one beside it), unless the place is an idiom,
a denial, a story, a thing of the past or of others, or only thought of. The words are in `urgency_words`, the
rules in `urgency_danger` and `urgency_rules`, what only sounds so in `urgency_idioms`. Where no rule for
danger holds, frames of ideas are asked (`urgency_frames`, `urgency_lexicon`).

What becomes of the answer (targets, alarms) is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from resonanz.annotate import urgency_idioms as idioms
from resonanz.annotate.urgency_danger import DANGER
from resonanz.annotate.urgency_frames import framed, said_in, words_of
from resonanz.annotate.urgency_rules import OTHERS
from resonanz.annotate.urgency_words import Rule
from resonanz.case import Urgency as Level

READ_MOST = 5_000  # characters of a post that are read; nobody cries for help behind a novel


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post presses: the rule's code (`REASONS`), and the words with their place (end exclusive)."""

    code: str
    level: Level
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon a post must be seen, with every rule that says so, the most pressing first."""

    level: Level
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule ready for use. With `despite_denial` a "not" beside it changes nothing ("cannot breathe")."""

    code: str
    level: Level
    parts: tuple[re.Pattern[str], ...]
    despite_denial: bool


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where a sentence stands, and whether it only tells a story, the past or the news."""

    start: int
    end: int
    only_told: bool


def _made(rule: Rule) -> _Rule:
    parts = tuple(re.compile(part) for part in rule.parts)
    return _Rule(rule.code, rule.level, parts, rule.despite_denial)


_RULES = tuple(_made(rule) for rule in (*DANGER, *OTHERS))

REASONS = {
    code: number
    for number, code in enumerate(
        (
            "own_word",  # one that the brand has added
            "shut_in",
            "heat",
            "child_missing",
            "fire",
            "gas",
            "current",
            "medical",
            "injured",
            "accident",
            "swallowed",
            "harmful_goods",
            "poisoned",
            "vehicle",
            "weapon",
            "violence",
            "danger",
            "deadly",
            "fraud",
            "spied_on",
            "self_harm",
            "life_support",
            "medicine",
            "cut_off",
            "stranded",
            "today",
            "blocked_abroad",
            "pressing",
        ),
        start=1,
    )
}
"""Each reason's number, as the desk's events keep it. New ones are added at the end."""

_IDIOMS = re.compile("|".join(idioms.IDIOMS))
_TOLD = re.compile("|".join(idioms.ONLY_TOLD))
_DENIED_BEFORE = re.compile(rf"(?:{idioms.DENIALS})\W+(?:[^\W_]+\W+){{0,3}}$")
_DENIED_AFTER = re.compile(rf"^\W*(?:[^\W_]+\W+)?(?:{idioms.DENIED_AFTER})")
_SENTENCES = re.compile(r"[^.!?\n…]+(?:[.!?\n…]+(?!\s|$)[^.!?\n…]+)*[.!?…]*")
_HIDDEN = re.compile(r"https?://\S+|www\.\S+|@[\w.@-]+|„[^“”\"]{1,300}[“”\"]|»[^«]{1,300}«")
_CLAUSE = re.compile(r"[,;:–—]|\b(?:aber|sondern|und|but|and)\b")


def urgency(text: str, extra_words: Iterable[str] = ()) -> Urgency:
    """How soon `text` must be seen, and why.

    `extra_words` are the brand's own words for danger: each counts where it stands as a word of its own, and
    with an asterisk behind it also as the beginning of one. Never raises.
    """
    told = _HIDDEN.sub(_blank, _lowered(text[:READ_MOST]))
    rules = [*_own_rules(extra_words), *(rule for rule in _RULES if rule.parts[0].search(told))]
    if not rules and next(_framed(told, _sentences(told)), None) is None:
        return Urgency(Level.NORMAL, ())
    read = _IDIOMS.sub(_blank, told)
    sentences = _sentences(read)
    found = [reason for rule in rules if (reason := _holds(rule, read, sentences)) is not None]
    if not any(reason.level is Level.SAFETY for reason in found):
        found.extend(islice(_framed(read, sentences), 1))
    found = [replace(reason, text=text[reason.start : reason.end]) for reason in found]
    found.sort(key=lambda reason: -reason.level)
    return Urgency(found[0].level if found else Level.NORMAL, tuple(found))


def _lowered(text: str) -> str:
    """Small letters, each in its place; that is quicker than patterns that disregard capitals."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _sentences(text: str) -> list[_Sentence]:
    return [
        _Sentence(found.start(), found.end(), bool(_TOLD.search(found[0])))
        for found in _SENTENCES.finditer(text)
    ]


def _framed(text: str, sentences: Sequence[_Sentence]) -> Iterator[Reason]:
    """The frames that hold where nothing denies them, story and news left out."""
    said = [[] if one.only_told else said_in(words_of(text, one.start, one.end)) for one in sentences]
    for number, frame, first in framed(said):
        if not (frame.deniable and _denied(text, sentences[number], first.start, first.end)):
            yield Reason(frame.code, Level.SAFETY, first.start, first.end, text[first.start : first.end])


def _denied(text: str, sentence: _Sentence, start: int, end: int) -> bool:
    """Whether a "not" stands near a place, in the same part of its sentence."""
    before = _CLAUSE.split(text[sentence.start : start])[-1]
    after = _CLAUSE.split(text[end : sentence.end])[0]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))


def _blank(found: re.Match[str]) -> str:
    """As many blanks: every other character keeps its place."""
    return " " * len(found[0])


def _own_rules(extra_words: Iterable[str]) -> Iterator[_Rule]:
    for written in extra_words:
        word = written.strip().removesuffix("*").strip()
        if word:
            ending = "" if written.strip().endswith("*") else r"(?!\w)"
            pattern = re.compile(rf"(?<!\w){re.escape(word.lower())}{ending}")
            yield _Rule("own_word", Level.SAFETY, (pattern,), despite_denial=False)


def _holds(rule: _Rule, text: str, sentences: Sequence[_Sentence]) -> Reason | None:
    """The first place at which a rule holds."""
    for number, sentence in enumerate(sentences):
        first = None if sentence.only_told else _undenied(rule, text, sentence)
        if first is None:
            continue
        near = [one for one in sentences[max(0, number - 1) : number + 2] if not one.only_told]
        if all(any(part.search(text, one.start, one.end) for one in near) for part in rule.parts[1:]):
            return Reason(rule.code, rule.level, *first.span(), first[0])
    return None


def _undenied(rule: _Rule, text: str, sentence: _Sentence) -> re.Match[str] | None:
    """The first place of a rule's first part in a sentence that nothing near it denies."""
    for found in rule.parts[0].finditer(text, sentence.start, sentence.end):
        if rule.despite_denial or not _denied(text, sentence, *found.span()):
            return found
    return None
