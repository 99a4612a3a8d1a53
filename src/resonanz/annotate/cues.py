"""What a text must hold for a rule to find anything: pieces of words, read off the rules' own expressions.

Most posts fit no rule at all. From each expression follow pieces of words of which a match has at least
one: `fire (?:in|on) the (?:house|shop)` needs a word `house` or `shop`. All pieces of many expressions are
looked for at once, in one word at a time, and what a word says is kept, because people use few words. So a
text costs one look-up a word, and an expression is tried only where it may match. It is a necessary
condition, never a sufficient one: whoever asks still tries the expression itself.

The pieces follow from the tree that Python's own parser of expressions makes, so a rule that is changed
changes its cues. Expressions for `re` only, not for the package `regex`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import combinations, product
from typing import Any, TypeAlias

from daachorse import DoubleArrayAhoCorasick

from resonanz.annotate.kept import Kept

_parser: Any = import_module("re._parser")

MOST = 40_000  # templates of one expression; where there are more, the better half of it has to do

# A template is what a match looks like: letters, `EDGE` where a word begins or ends, `ANY` for anything.
EDGE, ANY = "\0", "\1"
BEGINS, ENDS = "\2", "\3"  # around a word where its pieces are looked for
_piece = re.compile(r"\w+")
_ODD = {0x130: "i", 0x131: "i", 0x17F: "s"}  # signs that match i and s where capitals are disregarded
_WORD_SIGN = "[(IN, [(CATEGORY, CATEGORY_WORD)])]"
EVERYDAY = frozenset(  # what nearly every post has says little
    "der die das den dem des ein eine einen einem einer ich mich mir du dich dir er es wir uns ihr euch sie "
    "ihn ist bin sind war hat habe haben und oder zu zum zur in im an am auf aus mit von vom bei für nicht "
    "kein keine so wie was wenn dass mehr noch nur auch da hier um nach vor alle alles man will kann muss "
    "the a an and or of to in on at for with from by is are was were be been i me my you your he she it we "
    "us our they this that not no so have has had will would can t s just all when what if up out new get do "
    "don re".split()
)
TOGETHER = 3  # pieces of a row
_odd = re.compile(f"[{''.join(map(chr, _ODD))}]")
_SET_MOST = 8  # characters of a set that are told apart


Row: TypeAlias = tuple[str, ...]  # pieces that a match has all of, the rarest first


Held: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...]]
"""What a word says by itself, as bits, and its pieces that say it with others: the first, and all.

Plain tuples, as the collector of garbage soon passes over those.
"""
NOTHING: Held = (0, (), ())


class Cues(Kept[Held]):
    """For each word what it says; found out when it is first met."""

    def __init__(
        self, wanted: Iterable[Collection[Row]], read: Callable[[str], Iterable[str]] | None = None
    ) -> None:
        """Take for each thing that may be there the rows of pieces of which one must be there; none: always.

        `read` gives the words of a piece of text as they are compared.
        """
        super().__init__()
        self._read = read or plain_words
        self._always = 0
        alone: dict[str, int] = {}
        together: dict[str, dict[frozenset[str], int]] = {}
        for number, rows in enumerate(wanted):
            for key, *others in rows:
                if others:
                    needs = together.setdefault(key, {})
                    needs[frozenset(others)] = needs.get(frozenset(others), 0) | 1 << number
                else:
                    alone[key] = alone.get(key, 0) | 1 << number
            if not rows:
                self._always |= 1 << number
        self._index(alone, together)

    def _index(self, alone: dict[str, int], together: dict[str, dict[frozenset[str], int]]) -> None:
        joined = {piece for key, needs in together.items() for piece in (key, *frozenset().union(*needs))}
        pieces = list(dict.fromkeys((*alone, *sorted(joined))))
        numbers = {piece: number for number, piece in enumerate(pieces)}
        self._bits = [alone.get(piece, 0) for piece in pieces]
        self._joined = frozenset(numbers[piece] for piece in joined)
        self._table = {
            numbers[key]: [
                (bits, frozenset(map(numbers.__getitem__, others))) for others, bits in needs.items()
            ]
            for key, needs in together.items()
        }
        self._pieces = DoubleArrayAhoCorasick([piece.encode() for piece in pieces])

    def found(self, word: str) -> Held:
        """What a word says that was not met lately."""
        framed = " ".join([f"{BEGINS}{part}{ENDS}" for part in self._read(word)])
        there = self._pieces.find_overlapping(framed.encode(errors="surrogatepass"))
        if not there:
            return NOTHING
        numbers = {number for _start, _end, number in there}
        bits = 0
        for number in numbers:
            bits |= self._bits[number]
        return bits, tuple(numbers & self._table.keys()), tuple(numbers & self._joined)

    def mask(self, words: Sequence[str]) -> int:
        """What may be there in a text with these words, as bits: each thing's place is its bit."""
        mask = self._always
        keys: list[int] = []
        pieces: list[int] = []
        for said in map(self.__getitem__, words):
            if said is not NOTHING:
                mask |= said[0]
                keys += said[1]
                pieces += said[2]
        held = set(pieces)
        for key in set(keys):
            for bits, others in self._table[key]:
                if others <= held:
                    mask |= bits
        return mask


def words_of(text: str) -> list[str]:
    """The words of a text as they are written, for `Cues.mask`."""
    return _piece.findall(text)


def plain_words(text: str) -> list[str]:
    """The words of a text in small letters, as expressions see them."""
    if text.isascii() and text.isalpha():  # one plain word, as most are that are asked about
        return [text.lower()]
    return _piece.findall(plain(text))


def plain(word: str) -> str:
    """A word in small letters, and as letters what `re` takes for them where it disregards capitals."""
    return word.lower() if _odd.search(word) is None else word.translate(_ODD).lower()


def small(text: str) -> str:
    """A text in small letters, each in its place, so that expressions need not disregard capitals.

    That is many times faster: with capitals disregarded, `re` tries every alternative at every place.
    """
    low = plain(text)
    return low if len(low) == len(text) else "".join(plain(sign)[:1] for sign in text)


def needed(pattern: str) -> frozenset[Row]:
    """Pieces of words: every match of `pattern` has all those of one row; no rows if it needs none.

    A piece begins with `BEGINS` where a word must begin with it, and ends with `ENDS` likewise.
    """
    rows = {_best(template) for template in _templates(_parser.parse(pattern))}
    return _least(rows) if all(rows) else frozenset()


def _least(rows: Collection[Row]) -> frozenset[Row]:
    """The rows without those that hold all pieces of a shorter one."""
    sets = {frozenset(row) for row in rows}
    return frozenset(
        row
        for row in rows
        if not any(frozenset(part) in sets for size in range(1, len(row)) for part in combinations(row, size))
    )


def alternatives(pattern: str) -> list[str]:
    """The parts of an expression that bars part outside of all brackets, in their order."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif sign == "[":
            at = pattern.index("]", at + 2)
        elif sign == "|" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
        depth += (sign == "(") - (sign == ")")
        at += 1
    return [*parts, pattern[start:]]


def _best(template: str) -> Row:
    """The pieces of a template that say most, with their edges, the best one first."""
    pieces = {}
    for found in _piece.finditer(template):
        start, end = found.span()
        begins = start > 0 and template[start - 1] != ANY
        ends = end < len(template) and template[end] != ANY
        piece = f"{BEGINS * begins}{found[0]}{ENDS * ends}"
        pieces[piece] = worth(piece)
    return tuple(sorted(pieces, key=lambda piece: (-pieces[piece], piece))[:TOGETHER])


def worth(piece: str) -> int:
    """How much a piece says: a long one more than a short one, one with edges more than one without."""
    bare = piece.strip(BEGINS + ENDS)
    edges = len(piece) - len(bare)
    return 1 if edges == len(BEGINS + ENDS) and bare in EVERYDAY else 2 * len(bare) + 3 * edges


def _reduced(templates: frozenset[str]) -> frozenset[str]:
    """Templates that say no more than the best piece of each."""
    pieces = {"".join(_best(template)[:1]) for template in templates}
    return frozenset(f"{ANY}{piece.replace(BEGINS, EDGE).replace(ENDS, EDGE)}{ANY}" for piece in pieces)


def _worth(templates: frozenset[str]) -> int:
    return min(len("".join(_best(template)[:1])) for template in templates)


def _joined(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    """Every template of the one followed by every one of the other, or the better of the two."""
    if len(first) * len(second) > MOST:
        first, second = _reduced(first), _reduced(second)
    if len(first) * len(second) <= MOST:
        return frozenset(map("".join, product(first, second)))
    return max(first, second, key=_worth)


def _templates(tree: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """What a sequence of the parser's nodes may match."""
    templates = frozenset({""})
    for node, argument in tree:
        templates = _joined(templates, _of_node(str(node), argument))
    return templates


def _of_node(node: str, argument: Any) -> frozenset[str]:
    match node:
        case "LITERAL":
            found = frozenset({plain(chr(argument))})
        case "IN":
            found = _of_set(argument)
        case "BRANCH":
            found = frozenset().union(*map(_templates, argument[1]))
        case "SUBPATTERN":
            found = _templates(argument[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            found = _of_repeat(*argument)
        case "AT":
            found = frozenset({EDGE if str(argument) == "AT_BOUNDARY" else ""})
        case "ASSERT_NOT":
            found = frozenset({EDGE if str(argument[1]) == _WORD_SIGN else ""})
        case _:
            found = frozenset({"" if node == "ASSERT" else ANY})
    return found


def _of_set(members: Sequence[tuple[Any, Any]]) -> frozenset[str]:
    """A set of few characters is each of them; one without any letter or digit parts words."""
    kinds = {str(kind) for kind, _ in members}
    if kinds == {"LITERAL"} and len(members) <= _SET_MOST:
        return frozenset(plain(chr(code)) for _, code in members)
    return frozenset({EDGE if all(_parts_words(str(kind), value) for kind, value in members) else ANY})


def _parts_words(kind: str, value: object) -> bool:
    if kind == "LITERAL" and isinstance(value, int):
        return _piece.match(chr(value)) is None
    return kind == "CATEGORY" and str(value) in {"CATEGORY_SPACE", "CATEGORY_NOT_WORD"}


def _of_repeat(least: int, most: int, tree: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    once = _templates(tree)
    if most == 1:
        return once if least else once | {""}
    if all(_piece.search(template) is None and ANY not in template for template in once):
        return frozenset({EDGE} if least else {"", EDGE})
    return _joined(once, frozenset({ANY})) if least else frozenset({ANY})


def picked(mask: int) -> Iterator[int]:
    """The places of the bits that are set, in order."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
