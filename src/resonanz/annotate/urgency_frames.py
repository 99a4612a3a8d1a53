"""Danger told in words that no rule lists: frames of ideas, for example somebody, shut in, in a lift.

A frame holds where each of its ideas (`urgency_lexicon`) is said in a sentence or in one beside it. Words are
looked up one by one, so the work grows with the length of the post and not with the number of frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from resonanz.annotate.cues import BEGINS, ENDS, Row, worth
from resonanz.annotate.urgency_lexicon import WORDS

_DENIABLE = frozenset({"fire", "current", "injured", "medical", "accident", "weapon", "danger"})
GAP = 3  # words that may stand where a phrase leaves room
_TOKEN = re.compile(r"\d+(?:°|\w*)|\w+(?:['’]\w+)*|°")
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "'": None, "’": None})


@dataclass(frozen=True, slots=True)
class Frame:
    """A code, the ideas that must all be said (each under one or more names), and what forbids it."""

    code: str
    ideas: tuple[frozenset[str], ...]
    unless: frozenset[str]

    @property
    def deniable(self) -> bool:
        """Whether a "not" beside the first idea undoes it: "does not burn", but "cannot get out"."""
        return self.code in _DENIABLE


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is looked up, with its place in the post (end exclusive)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A wording of an idea: its words, for each how many others may stand before it, and which are whole."""

    idea: str
    words: tuple[str, ...]
    room: tuple[int, ...]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """An idea that is said, with its place in the post (end exclusive)."""

    idea: str
    start: int
    end: int


def _frame(code: str, *ideas: str, unless: str = "shopping cheerful past") -> Frame:
    return Frame(code, tuple(frozenset(idea.split()) for idea in ideas), frozenset(unless.split()))


SOMEBODY = "self child person animal"
WEAK = "child person animal"

FRAMES: tuple[Frame, ...] = (
    # shut in
    _frame(
        "shut_in",
        "lift",
        "shut inside sit alone",
        SOMEBODY,
        "help noanswer callpoint distress long alone sent",
    ),
    _frame("shut_in", "lift", "shut", "inside distress long", unless="shopping cheerful past thing"),
    _frame(
        "shut_in",
        "shut",
        "closedroom lift",
        "self child person animal",
        "help noanswer distress inside callpoint",
        unless="shopping cheerful past thing",
    ),
    _frame(
        "shut_in",
        "shut",
        "vehicle",
        "child animal",
        "inside distress heat alone now",
        unless="shopping cheerful past thing",
    ),
    _frame(
        "shut_in", "shut", "vehicle", "inside long", "distress heat", unless="shopping cheerful past thing"
    ),
    _frame(
        "shut_in",
        "vehicle",
        "shut",
        "ill faintish",
        "person child self",
        unless="shopping cheerful past thing",
    ),
    _frame(
        "shut_in",
        "vehicle",
        "long",
        "ill faintish",
        "person child self",
        "grad help noanswer",
        unless="shopping cheerful past thing",
    ),
    _frame(
        "shut_in",
        "child animal",
        "inside",
        "vehicle",
        "distress heat noanswer help",
        unless="shopping cheerful past thing may",
    ),
    _frame("shut_in", "closedroom", "cantleave", "self child person", unless="shopping cheerful past thing"),
    _frame("shut_in", "callpoint", "noanswer", "lift closedroom here", SOMEBODY),
    _frame(
        "child_missing",
        "child",
        "alone",
        "vehicle lift tracks",
        "help now noanswer distress",
        unless="shopping cheerful past may",
    ),
    _frame(
        "child_missing",
        "child frail",
        "missing",
        "care now long noanswer help",
        unless="shopping cheerful past thing",
    ),
    _frame(
        "child_missing",
        "frail",
        "missing",
        "long now care distress",
        unless="shopping cheerful past thing may",
    ),
    # fire, gas, current
    _frame(
        "fire", "burns", "device vehicle closedroom heavy", "now help noanswer distress inside smoke self"
    ),
    _frame("fire", "burnsmell", "device vehicle closedroom self now help"),
    _frame("fire", "smoke", "smokedanger", "device vehicle closedroom"),
    _frame("fire", "fizz", "device", "smoke burnsmell hotdevice smell help"),
    _frame("fire", "noises", "device", "smoke burnsmell hotdevice stench"),
    _frame("fire", "noises", "battery", "smoke burnsmell hotdevice smell help"),
    _frame("fire", "hotdevice", "device", "burnsmell smoke fizz noises burns"),
    _frame("gas", "gas", "smell", "headache person closedroom now help ill distress noanswer callpoint self"),
    _frame("gas", "gasalarm", "rings", "noanswer callpoint distress ill help pain headache driver person"),
    _frame("current", "current", "self child person device body"),
    _frame("current", "tingle", "device", "powerish"),
    _frame("current", "powerline", "down fizz noises", "child help noanswer street"),
    # hurt, ill
    _frame("injured", "fell", "cantmove pain wound ill", SOMEBODY, unless="shopping cheerful past thing"),
    _frame(
        "injured",
        "wound",
        "body",
        "severe noanswer help now pain",
        SOMEBODY,
        unless="shopping cheerful past figurative thing cooking",
    ),
    _frame("injured", "wound", "severe", "child person self animal", "wound_running"),
    _frame("injured", "wound", "body", "your", "child person self", "harmful severe pain"),
    _frame("injured", "fellon", "heavy", "person child under self", unless="shopping cheerful past thing"),
    _frame("injured", "heavy", "under", "person child"),
    _frame(
        "medical",
        "ill",
        "child person body self",
        "now noanswer help vehicle closedroom your severe place",
        unless="shopping cheerful past figurative",
    ),
    _frame(
        "medical",
        "cantmove",
        "child person",
        "noanswer help ill pain",
        unless="shopping cheerful past thing figurative",
    ),
    _frame("medical", "ill", "allergic", SOMEBODY, unless="past cheerful"),
    _frame("current", "current", "ill pain tingle now self", "device"),
    _frame(
        "injured",
        "wound",
        "harmful",
        "child person self",
        "severe",
        unless="shopping cheerful past figurative thing",
    ),
    _frame("medical", "swell", "body", "eaten allergic", unless="shopping past"),
    _frame("medical", "allergic", "swell ill", SOMEBODY, unless="past cheerful"),
    _frame("poisoned", "swallowed", "poison", "child animal", unless="shopping cheerful past"),
    _frame("poisoned", "swallowed", "poison", "person self child", "ill vomit distress help"),
    _frame("poisoned", "vomit", "eaten your", "child person wound group self", "now group wound your"),
    # vehicles, rides, tracks
    _frame("vehicle", "driver", "unfit", "self vehicle inride now"),
    _frame(
        "vehicle",
        "part",
        "broke",
        "inride accident",
        SOMEBODY + " noanswer now",
        unless="shopping cheerful past",
    ),
    _frame("vehicle", "runaway", "vehicle", "nodriver child tracks street inride"),
    _frame(
        "vehicle",
        "ontracks",
        "child person animal",
        "grad help alone cantmove",
        unless="shopping cheerful past thing refund may",
    ),
    _frame(
        "accident",
        "accident",
        SOMEBODY,
        "wound pain cantmove inride help",
        unless="shopping cheerful past refund",
    ),
    _frame(
        "danger", "drown", SOMEBODY, "help now noanswer water", unless="shopping cheerful past figurative"
    ),
    # violence
    _frame(
        "weapon",
        "weapon",
        "armed attackplan",
        "person child self",
        "place vehicle closedroom now help body announces",
    ),
    _frame(
        "violence",
        "beat",
        "person child self",
        "closedroom vehicle place your street",
        "now help your self",
        unless="shopping cheerful past figurative thing",
    ),
    _frame("violence", "groped", "self child", "vehicle closedroom help now place noescape person"),
    _frame("violence", "stalks", "fear stalker", "self person", unless="shopping cheerful past thing"),
    _frame("violence", "intrude", "tried fear now noise", "closedroom home"),
    _frame("violence", "attackplan", "announces", "weapon home people closedroom you"),
    _frame("violence", "fight", "now help", "closedroom vehicle place person"),
    # fraud under way
    _frame("fraud", "money", "drain", "ongoing unknown", "self", unless="shopping cheerful past thing"),
    _frame("fraud", "money", "unknown", "ongoing drain", unless="shopping cheerful past thing"),
    _frame("fraud", "gave", "trick", "ongoing", "lure"),
    _frame(
        "fraud",
        "lure",
        "gave",
        "secret lockedout",
        "lockedout drain ongoing help lateknown trick",
        unless="shopping cheerful past",
    ),
    _frame("fraud", "buys", "unknown", "lockedout ongoing money", unless="shopping cheerful past thing"),
    _frame("fraud", "sim", "nonet unknown", "unknown", unless="shopping cheerful past thing"),
    _frame("fraud", "sim", "nonet", "money secret", "unknown drain lockedout"),
    # self-harm
    _frame("self_harm", "giveup", "endit"),
    _frame("self_harm", "means", "athand giveup", "self giveup endit"),
    _frame("self_harm", "edge", "standup", "indifferent giveup endit"),
    _frame("self_harm", "bye", "noreach help", "person child he", unless="cheerful past game"),
    _frame("self_harm", "selfcut", "self", unless="cheerful past kitchen"),
    _frame("self_harm", "gonebefore", "self"),
    # life support
    _frame(
        "life_support",
        "support",
        "fails",
        "sugar noanswer long person child now self callpoint",
        unless="shopping cheerful past may",
    ),
    _frame("cut_off", "emergencyline", "noreach dead_line", "ill person wound burns help"),
    # two kinds of harm at once, or one and nobody who helps
    _frame(
        "medical",
        "ill",
        "pain swell wound vomit distress allergic",
        "child person body",
        "self your place vehicle",
        unless="shopping cheerful past figurative thing",
    ),
    _frame(
        "injured",
        "wound",
        "fell fellon broke pain ill under",
        "child person body",
        "self your place vehicle child person now",
        unless="shopping cheerful past figurative thing cooking",
    ),
    _frame("medical", "swallowed", "poison", "child animal self", "ill vomit swell help distress"),
    _frame("injured", "fellon", "heavy", "under"),
    _frame(
        "injured",
        "fell",
        "child person",
        "help noanswer your now",
        "place harmful closedroom inride body",
        unless="shopping cheerful past thing figurative may",
    ),
    _frame("violence", "fear", "stalks", "self"),
    _frame("violence", "stalks", "grad help noanswer", "person self", "stalker fear place"),
    _frame(
        "shut_in",
        "shut",
        "body",
        "child person animal",
        "harmful closedroom lift vehicle",
        unless="shopping cheerful past thing",
    ),
    _frame("shut_in", "lift", "shut", "child person", unless="shopping cheerful past thing"),
    _frame("medical", "allergic", "eaten", "ill swell distress", "child person self", unless="past cheerful"),
    # somebody is asked for at once
    _frame("danger", "sent", WEAK, "distress ill cantmove shut alone wound callpoint pain burns smoke"),
)
"""Every frame; the first idea is the one whose words are shown and that a "not" before it undoes."""


def _phrase(idea: str, wording: str) -> _Phrase:
    pieces = re.split(r"([_~])", wording)
    words, room = tuple(pieces[::2]), tuple(0 if piece == "_" else GAP for piece in pieces[1::2])
    return _Phrase(idea, words, room, frozenset(word for word in words[1:] if not word.endswith("*")))


def _by_first_word() -> dict[str, list[_Phrase]]:
    """Every wording under its first word, as that is written (with its star)."""
    table: dict[str, list[_Phrase]] = {}
    for idea, wordings in WORDS.items():
        for wording in wordings.split():
            phrase = _phrase(idea, wording)
            table.setdefault(phrase.words[0], []).append(phrase)
    return table


_TABLE = _by_first_word()


@lru_cache(maxsize=20_000)
def _beginning_with(word: str) -> tuple[_Phrase, ...]:
    """The wordings that this word may begin; kept, because people use few words."""
    keys = [
        word,
        *(f"{word[:n]}*" for n in range(2, len(word) + 1)),
        *(f"*{word[n:]}" for n in range(1, len(word))),
    ]
    return tuple(phrase for key in keys for phrase in _TABLE.get(key, ()))


def _folded(word: str) -> str:
    return word.lower().translate(_FOLD)


def words_of(text: str, start: int, end: int) -> list[Word]:
    """The words of a part of a text as they are looked up, each with its place in the text."""
    return [
        Word(_folded(found[0]), found.start(), found.end()) for found in _TOKEN.finditer(text, start, end)
    ]


def said_in(words: Sequence[Word]) -> list[Said]:
    """Every idea that is said in a row of words."""
    there = frozenset(word.text for word in words)
    return [
        Said(phrase.idea, word.start, words[last].end)
        for number, word in enumerate(words)
        for phrase in _beginning_with(word.text)
        if phrase.whole <= there and (last := _last_word(phrase, words, number)) is not None
    ]


def _last_word(phrase: _Phrase, words: Sequence[Word], number: int) -> int | None:
    """Where a phrase that begins with word `number` ends, or nothing when it goes on otherwise."""
    for wanted, room in zip(phrase.words[1:], phrase.room, strict=True):
        for candidate in range(number + 1, min(number + 2 + room, len(words))):
            if _fits(wanted, words[candidate].text):
                number = candidate
                break
        else:
            return None
    return number


def _fits(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def framed(sentences: Sequence[Sequence[Said]]) -> Iterator[tuple[int, Frame, Said]]:
    """The frames that hold, each with the number of its sentence and its first idea's place."""
    ideas = [frozenset(one.idea for one in said) for said in sentences]
    for number, said in enumerate(sentences):
        near = frozenset[str]().union(*ideas[max(0, number - 1) : number + 2])
        for one in said:
            for frame in _BEGUN_BY.get(one.idea, ()):
                if _holds(frame, near):
                    yield number, frame, one


def _holds(frame: Frame, ideas: frozenset[str]) -> bool:
    return ideas.isdisjoint(frame.unless) and not any(idea.isdisjoint(ideas) for idea in frame.ideas)


def _by_first_idea() -> dict[str, list[Frame]]:
    table: dict[str, list[Frame]] = {}
    for frame in FRAMES:
        for idea in frame.ideas[0]:
            table.setdefault(idea, []).append(frame)
    return table


_BEGUN_BY = _by_first_idea()


# What a text must hold for a frame ----------------------------------------------------------------------


_FOLDED = "\4"  # in front of a word as frames fold it


def folded_words(text: str) -> list[str]:
    """The words of a text as `ROWS` have them."""
    if text.isascii() and text.isalpha():  # one plain word
        return [_FOLDED + text.lower()]
    return [_FOLDED + _folded(word) for word in _TOKEN.findall(text)]


def _row(wording: str) -> Row:
    """The words of a wording as pieces."""
    pieces = dict.fromkeys(map(_as_piece, re.split("[_~]", wording)))
    return tuple(sorted(pieces, key=worth, reverse=True))


def _as_piece(word: str) -> str:
    bare = word.strip("*")
    return f"{'' if word.startswith('*') else BEGINS + _FOLDED}{bare}{'' if word.endswith('*') else ENDS}"


ROWS = tuple([_row(wording) for wording in wordings.split()] for wordings in WORDS.values())
_NAMES = tuple(WORDS)
_IDEAS = {idea: tuple(map(_NAMES.index, idea)) for frame in FRAMES for idea in frame.ideas}


def may_be_framed(holders: Sequence[int]) -> int:
    """Which texts may fit a frame, as bits; `holders` are those that may say each idea of `ROWS`."""
    said: dict[frozenset[str], int] = {}
    fitting = 0
    for frame in FRAMES:
        texts = -1
        for idea in frame.ideas:
            if idea not in said:
                said[idea] = reduce(or_, map(holders.__getitem__, _IDEAS[idea]))
            texts &= said[idea]
            if not texts:
                break
        fitting |= texts
    return fitting
