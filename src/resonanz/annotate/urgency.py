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
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from itertools import islice
from operator import and_, or_
from typing import NamedTuple

from resonanz.annotate import urgency_idioms as idioms
from resonanz.annotate.cues import Cues, alternatives, needed, picked, plain_words
from resonanz.annotate.urgency_danger import DANGER
from resonanz.annotate.urgency_frames import (
    ROWS,
    folded_words,
    framed,
    may_be_framed,
    said_in,
    words_of,
)
from resonanz.annotate.urgency_pressing import CRIES, CRY_MOST, INTENTS, PRESSING, THREAT
from resonanz.annotate.urgency_rules import OTHERS
from resonanz.annotate.urgency_words import Rule
from resonanz.case import Urgency as Level

TOGETHER = 1_024  # texts that are looked through at once, for the memory that this takes
READ_MOST = 5_000  # characters of a post that are read; nobody cries for help behind a novel


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post presses: the rule's code (`REASONS`), and the words with their place (end exclusive).

    A reason that an intent gives has no words: those that carried the intent are the model's to tell.
    """

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
    """A rule ready for use. With `despite_denial` a "not" beside it changes nothing ("cannot breathe").

    `needs` are the places of its parts in `_CUES`.
    """

    code: str
    level: Level
    parts: tuple[re.Pattern[str], ...]
    despite_denial: bool
    needs: tuple[int, ...] = ()


class _Read(NamedTuple):
    """A text, how it is read (small, blanks for links, handles and quotations), and its words."""

    text: str
    told: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where a sentence stands, and whether it only tells a story, the past or the news."""

    start: int
    end: int
    only_told: bool


_ALL = (*DANGER, *OTHERS, *PRESSING)
_PARTS = tuple(dict.fromkeys(part for rule in _ALL for part in rule.parts))
_IDEAS_FROM = len(_PARTS)  # the ideas follow the parts
_CUES = Cues([*map(needed, _PARTS), *ROWS], lambda text: [*plain_words(text), *folded_words(text)])


def _made(rule: Rule) -> _Rule:
    parts = tuple(re.compile(part) for part in rule.parts)
    return _Rule(rule.code, rule.level, parts, rule.despite_denial, tuple(map(_PARTS.index, rule.parts)))


_RULES = tuple(map(_made, _ALL))

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
            "blocked",
            "deadline",
            "accused",  # of fraud, by somebody who says no more than that
            "legal_threat",  # these four by an intent that a model is sure of
            "press_enquiry",
            "data_request",
            "threat",
        ),
        start=1,
    )
}
"""Each reason's number, as the desk's events keep it. New ones are added at the end."""

_IDIOMS = tuple(re.compile(idiom) for idiom in alternatives("|".join(idioms.IDIOMS)))
_IDIOMS_CUES = Cues(needed(idiom.pattern) for idiom in _IDIOMS)
_TOLD = tuple(map(re.compile, idioms.ONLY_TOLD))
_TOLD_CUES = Cues(map(needed, idioms.ONLY_TOLD))
_WORD = re.compile(r"[\w'’°]+")  # what cues are looked for in
_DENIED_BEFORE = re.compile(rf"(?:{idioms.DENIALS})\W+(?:[^\W_]+\W+){{0,3}}$")
_DENIED_AFTER = re.compile(rf"^\W*(?:[^\W_]+\W+)?(?:{idioms.DENIED_AFTER})")
_SENTENCES = re.compile(r"[^.!?\n…]+(?:[.!?\n…]+(?!\s|$)[^.!?\n…]+)*[.!?…]*")
_HIDDEN = re.compile(r"https?://\S+|www\.\S+|@[\w.@-]+|„[^“”\"]{1,300}[“”\"]|»[^«]{1,300}«")
_HIDES = re.compile(r"[@„»]")  # without one of them or an address nothing is hidden
_CLAUSE = re.compile(r"[,;:–—]|\b(?:aber|sondern|und|but|and)\b")


def urgency(text: str, extra_words: Iterable[str] = (), intents: Collection[str] = ()) -> Urgency:
    """How soon `text` must be seen, and why.

    `extra_words` are the brand's own words for danger: each counts where it stands as a word of its own, and
    with an asterisk behind it also as the beginning of one. `intents` are what a model is sure that the post
    wants: some lift it to urgent, none further. Never raises.
    """
    return urgencies([text], extra_words, [intents])[0]


def urgencies(
    texts: Sequence[str], extra_words: Iterable[str] = (), intents: Sequence[Collection[str]] = ()
) -> list[Urgency]:
    """Return `urgency` of many texts, with the intents of each; quicker, as what most hold presses nobody."""
    reads = [_read(text) for text in texts]
    own = [rule for rule in map(_own_rule, extra_words) if rule is not None]
    found = [
        _by_words(read, own, rules, framed_too=framed_too)
        for read, (rules, framed_too) in zip(reads, _possible(reads), strict=True)
    ]
    for number, read in enumerate(reads):
        if found[number].level is Level.NORMAL and len(read.text) <= CRY_MOST:
            found[number] = _cried(read)
    for number, of_text in enumerate(intents):
        if of_text:
            found[number] = _lifted(found[number], texts[number], of_text)
    return found


def _read(text: str) -> _Read:
    told = _lowered(text[:READ_MOST])
    if _HIDES.search(told) is not None or "://" in told or "www." in told:
        told = _HIDDEN.sub(_blank, told)
    return _Read(text, told, _WORD.findall(told))


def _possible(reads: Sequence[_Read]) -> Iterator[tuple[list[_Rule], bool]]:
    """For each text the rules that it may fit, and whether it may fit a frame: mostly neither."""
    for start in range(0, len(reads), TOGETHER):
        part = reads[start : start + TOGETHER]
        holders = _CUES.holders([read.words for read in part])
        fitting = [
            (rule, texts)
            for rule in _RULES
            if holders[rule.needs[0]] and (texts := reduce(and_, map(holders.__getitem__, rule.needs)))
        ]
        any_rule = reduce(or_, (texts for _, texts in fitting), 0)
        framed_too = may_be_framed(holders[_IDEAS_FROM:])
        for text in (1 << place for place in range(len(part))):
            rules = [rule for rule, texts in fitting if texts & text] if any_rule & text else []
            yield rules, bool(framed_too & text)


def _cried(read: _Read) -> Urgency:
    """What a post says that is one cry of a few words."""
    said = " ".join(read.words)
    for cry, pattern in _CRIES:
        if pattern.fullmatch(said):
            words = list(_WORD.finditer(read.told))
            start, end = words[0].start(), words[-1].end()
            return Urgency(cry.level, (Reason(cry.code, cry.level, start, end, read.text[start:end]),))
    return _NORMAL


def _lifted(found: Urgency, text: str, intents: Collection[str]) -> Urgency:
    """What was found, and behind it what a post wants; insults only where they threaten."""
    codes = [code for intent, code in INTENTS.items() if intent in intents]
    if "threat" in codes and not _THREAT.search(_lowered(text[:READ_MOST])):
        codes.remove("threat")
    reasons = (*found.reasons, *(Reason(code, Level.URGENT, 0, 0, "") for code in codes))
    return Urgency(max(found.level, Level.URGENT), reasons) if codes else found


def _by_words(read: _Read, own: Sequence[_Rule], rules: Sequence[_Rule], *, framed_too: bool) -> Urgency:
    """What of the rules that a text may fit holds, and the frames."""
    rules = [rule for rule in rules if all(part.search(read.told) for part in rule.parts)]
    if not own and not rules and not framed_too:
        return _NORMAL
    left = _without_idioms(read.told, read.words)
    if left != read.told and not own and not rules and not _is_framed(read.told):
        return _NORMAL
    rules = [*(rule for rule in own if rule.parts[0].search(left)), *rules]
    sentences = _sentences(left)
    found = [reason for rule in rules if (reason := _holds(rule, left, sentences)) is not None]
    if framed_too and not any(reason.level is Level.SAFETY for reason in found):
        found.extend(islice(_framed(left, sentences), 1))
    found = [replace(reason, text=read.text[reason.start : reason.end]) for reason in found]
    found = list({(reason.code, reason.level): reason for reason in reversed(found)}.values())[::-1]
    found.sort(key=lambda reason: -reason.level)
    return Urgency(found[0].level if found else Level.NORMAL, tuple(found))


_NORMAL = Urgency(Level.NORMAL, ())
_CRIES = tuple((cry, re.compile(cry.words)) for cry in CRIES)
_THREAT = re.compile(THREAT)


def _without_idioms(text: str, words: Sequence[str]) -> str:
    """The text with blanks for idioms; what begins first counts, of two at one place the one listed first."""
    idioms_here = [_IDIOMS[number] for number in picked(_IDIOMS_CUES.mask(words))]
    parts: list[str] = []
    last = 0
    ahead = [found for idiom in idioms_here if (found := idiom.search(text))]
    while ahead:
        first = min(ahead, key=re.Match.start)
        parts += [text[last : first.start()], _blank(first)]
        last = first.end()
        ahead = [
            again
            for found in ahead
            if (again := found if found.start() >= last else found.re.search(text, last)) is not None
        ]
    return "".join([*parts, text[last:]])


def _lowered(text: str) -> str:
    """Small letters, each in its place; that is quicker than patterns that disregard capitals."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _sentences(text: str) -> list[_Sentence]:
    told = [_TOLD[number] for number in picked(_TOLD_CUES.mask(_WORD.findall(text)))]
    return [
        _Sentence(found.start(), found.end(), any(pattern.search(found[0]) for pattern in told))
        for found in _SENTENCES.finditer(text)
    ]


def _framed(text: str, sentences: Sequence[_Sentence]) -> Iterator[Reason]:
    """The frames that hold where nothing denies them, story and news left out."""
    said = [[] if one.only_told else said_in(words_of(text, one.start, one.end)) for one in sentences]
    for number, frame, first in framed(said):
        if not (frame.deniable and _denied(text, sentences[number], first.start, first.end)):
            yield Reason(frame.code, Level.SAFETY, first.start, first.end, text[first.start : first.end])


def _is_framed(text: str) -> bool:
    return next(_framed(text, _sentences(text)), None) is not None


def _denied(text: str, sentence: _Sentence, start: int, end: int) -> bool:
    """Whether a "not" stands near a place, in the same part of its sentence."""
    before = _CLAUSE.split(text[sentence.start : start])[-1]
    after = _CLAUSE.split(text[end : sentence.end])[0]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after))


def _blank(found: re.Match[str]) -> str:
    """As many blanks: every other character keeps its place."""
    return " " * len(found[0])


@lru_cache(maxsize=1_000)
def _own_rule(written: str) -> _Rule | None:
    """The rule for one of a brand's own words, as somebody wrote it down."""
    word = written.strip().removesuffix("*").strip()
    if not word:
        return None
    ending = "" if written.strip().endswith("*") else r"(?!\w)"
    pattern = re.compile(rf"(?<!\w){re.escape(word.lower())}{ending}")
    return _Rule("own_word", Level.SAFETY, (pattern,), despite_denial=False)


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
