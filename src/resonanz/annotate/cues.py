"""What a text must hold for a rule to find anything: pieces of words, read off the rules' own expressions.

Most posts fit no rule at all. From each expression follow pieces of words of which a match has at least
one: `fire (?:in|on) the (?:house|shop)` needs a word `house` or `shop`. All pieces of many expressions are
looked for at once, in one word at a time, and which a word has is kept, because people use few words. So a
text costs one look-up a word, and an expression is tried only where it may match. It is a necessary
condition, never a sufficient one: whoever asks still tries the expression itself.

The pieces follow from the tree that Python's own parser of expressions makes, so a rule that is changed
changes its cues. Expressions for `re` only, not for the package `regex`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from importlib import import_module
from itertools import chain, combinations, product
from typing import Any, TypeAlias

import numpy as np
from daachorse import DoubleArrayAhoCorasick
from numpy.typing import NDArray

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
MANY = 16  # texts from which on it pays to look through them together
_SET_MOST = 8  # characters of a set that are told apart


Row: TypeAlias = tuple[str, ...]  # pieces that a match has all of, the rarest first


Held: TypeAlias = tuple[int, ...]
"""The numbers of a word's pieces; a plain tuple, as the collector of garbage soon passes over those."""


class Cues(Kept[Held]):
    """For each word the pieces that it has; found out when it is first met."""

    def __init__(
        self, wanted: Iterable[Collection[Row]], read: Callable[[str], Iterable[str]] | None = None
    ) -> None:
        """Take for each thing that may be there the rows of pieces of which one must be there; none: always.

        `read` gives the words of a piece of text as they are compared.
        """
        super().__init__()
        self._read = read or plain_words
        things = list(wanted)
        self._things = len(things)
        self._always = sum(1 << number for number, rows in enumerate(things) if not rows)
        numbers: dict[str, int] = {}
        needs: dict[tuple[int, ...], int] = {}
        for number, rows in enumerate(things):
            for row in rows:
                key = tuple(numbers.setdefault(piece, len(numbers)) for piece in row)
                needs[key] = needs.get(key, 0) | 1 << number
        self._begun_by: list[list[tuple[int, frozenset[int]]]] = [[] for _ in numbers]
        for (first, *others), bits in needs.items():
            self._begun_by[first].append((bits, frozenset(others)))
        self._table = _Table(needs)
        self._pieces = DoubleArrayAhoCorasick([piece.encode() for piece in numbers])

    def found(self, word: str) -> Held:
        """The pieces of a word that was not met lately."""
        framed = " ".join([f"{BEGINS}{part}{ENDS}" for part in self._read(word)])
        there = self._pieces.find_overlapping(framed.encode(errors="surrogatepass"))
        return tuple({number for _start, _end, number in there}) if there else ()

    def mask(self, words: Iterable[str]) -> int:
        """What may be there in a text with these words, as bits: each thing's place is its bit."""
        held: set[int] = set()
        for pieces in map(self.__getitem__, words):
            if pieces:
                held.update(pieces)
        mask = self._always
        for piece in held:
            for bits, others in self._begun_by[piece]:
                if others <= held:
                    mask |= bits
        return mask

    def holders(self, texts: Sequence[Sequence[str]]) -> list[int]:
        """For each thing in which texts (their words) it may be, as bits: each text's place is its bit."""
        found = [0] * self._things
        for things, holders in self._in_many(texts) if len(texts) >= MANY else self._one_by_one(texts):
            for thing in things:
                found[thing] |= holders
        return found

    def _one_by_one(self, texts: Sequence[Sequence[str]]) -> Iterator[tuple[Iterable[int], int]]:
        for place, words in enumerate(texts):
            yield picked(self.mask(words)), 1 << place

    def _in_many(self, texts: Sequence[Sequence[str]]) -> Iterator[tuple[Iterable[int], int]]:
        """Yield what `mask` says of one text after the other, several times as quick for hundreds of them."""
        of_words = list(map(self.__getitem__, chain.from_iterable(texts)))
        pieces = np.array(list(chain.from_iterable(of_words)), np.int64)
        owners = np.repeat(np.arange(len(texts)), list(map(len, texts)))
        there = np.zeros((len(self._begun_by), len(texts)), np.bool_)
        there[pieces, np.repeat(owners, list(map(len, of_words)))] = True
        yield picked(self._always), (1 << len(texts)) - 1
        yield from self._table.held(there)


class _Table:
    """Rows of pieces, for many texts at once."""

    def __init__(self, rows: Mapping[tuple[int, ...], int]) -> None:
        """Take rows of pieces, each with the things that may be there where it is, as bits."""
        order = sorted(rows, key=rows.__getitem__)
        longest = max(map(len, order), default=1)
        filled = [[*row, *row[:1] * (longest - len(row))] for row in order]
        self._places = np.array(filled, np.int64).reshape(-1, longest).T.copy()
        groups = {bits: number for number, bits in enumerate(dict.fromkeys(map(rows.__getitem__, order)))}
        self._group = np.array([groups[rows[row]] for row in order], np.int64)
        self._things = [tuple(picked(bits)) for bits in groups]

    def held(self, there: NDArray[np.bool_]) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield things, and in which texts one of their rows is, as bits.

        `there` (pieces, texts) tells which text has a piece.
        """
        anywhere = np.asarray(there.any(axis=1))
        possible = np.flatnonzero(anywhere[self._places[0]])
        for pieces in self._places[1:]:
            possible = possible[anywhere[pieces[possible]]]
        if not possible.size:
            return
        lanes = np.packbits(there, axis=1, bitorder="little")
        held = reduce(np.bitwise_and, (lanes[pieces[possible]] for pieces in self._places))
        groups = self._group[possible]
        starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
        of_groups = np.bitwise_or.reduceat(held, starts, axis=0)
        for group, holders in zip(groups[starts].tolist(), of_groups, strict=True):
            yield self._things[group], int.from_bytes(holders.tobytes(), "little")


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
