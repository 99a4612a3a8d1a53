"""Other spellings of a name: a query that says one of them means all of them.

A group is the texts that mean the same, such as `OTTO Office`, `ottooffice` and `oto office`. Trees are kept
as they were typed; `with_spellings` is applied where one is used. Who declares spellings, and how they are
found in what is stored, is the desk's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from resonanz.query.folding import fold
from resonanz.query.tree import And, Node, Not, Op, Or, Term, terms

Groups = Sequence[Sequence[str]]
VARIANTS_MOST = 60  # of one term; a name in it beyond that stays as it is

_Tokens = tuple[str, ...]


class Spelled(NamedTuple):
    """A term in which a name has other spellings: as it was typed, and all it is taken for besides."""

    typed: str
    others: tuple[str, ...]


def with_spellings(node: Node, groups: Groups) -> Node:
    """Return a tree in which every spelling stands beside each other one; `exact:` terms are let alone.

    Doing it again changes nothing, unless a spelling of one name is part of another's.
    """
    known = _known(tuple(map(tuple, groups)))
    return known.spread(node) if known.names else node


def spelled(node: Node, groups: Groups) -> tuple[Spelled, ...]:
    """Return the terms of a tree as typed that mean more spellings than their own, each once."""
    known = _known(tuple(map(tuple, groups)))
    found = {}
    for term, _wanted in terms(node):
        others = known.variants(term)[1:]
        if others:
            found[term.value] = Spelled(term.value, tuple(other.value for other in others))
    return tuple(found.values())


class _Known:
    """Groups as they are looked for: every spelling's tokens with all spellings of its group."""

    def __init__(self, groups: Groups) -> None:
        self.names: Mapping[_Tokens, Sequence[str]] = {
            tokens: group for group in groups for text in group if (tokens := _plain(text))
        }
        self.tokens = frozenset(chain.from_iterable(self.names))
        self.longest = max(map(len, self.names), default=0)

    def spread(self, node: Node) -> Node:
        """Return a node in all its spellings."""
        if isinstance(node, Term):
            wanted = self.variants(node)
            return Or(wanted) if len(wanted) > 1 else node
        if isinstance(node, Not):
            unwanted = tuple(Not(term) for term in self.variants(node.part))
            return And(unwanted) if len(unwanted) > 1 else node
        kind = type(node)
        spread = (self.spread(part) for part in node.parts)
        flat = chain.from_iterable(part.parts if isinstance(part, kind) else (part,) for part in spread)
        found: dict[Node, Node] = {}
        for part in flat:
            found.setdefault(_key(part), part)
        parts = tuple(found.values())
        return kind(parts) if len(parts) > 1 else parts[0]

    def variants(self, term: Term) -> tuple[Term, ...]:
        """Return a term in all its spellings, as it was typed first."""
        if term.op is not Op.WORDS or self.tokens.isdisjoint(term.tokens):
            return (term,)
        words = re.findall(r"\w+", term.value)
        if _plain(" ".join(words)) != term.tokens:  # an emoji stands in it, say
            return (term,)
        made = (replace(term, value=value, tokens=_plain(value)) for value in self._ways(words))
        found = {one.tokens: one for one in made}
        return (term, *(one for tokens, one in found.items() if tokens != term.tokens))

    def _ways(self, words: Sequence[str]) -> Sequence[str]:
        ways = [""]
        for piece in self._pieces(words):
            more = [f"{way} {text}".strip() for way in ways for text in piece]
            ways = more if len(more) <= VARIANTS_MOST else [f"{way} {piece[0]}".strip() for way in ways]
        return ways

    def _pieces(self, words: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield what a row of words consists of: names with all their spellings, and other words."""
        at = 0
        while at < len(words):
            piece, at = self._piece(words, at)
            yield piece

    def _piece(self, words: Sequence[str], at: int) -> tuple[Sequence[str], int]:
        """Return the longest name that begins at a word, else that word, and where the next one begins."""
        for end in range(min(len(words), at + self.longest), at, -1):
            typed = " ".join(words[at:end])
            if (group := self.names.get(_plain(typed))) is not None:
                return [typed, *group], end
        return [words[at]], at + 1


_known = lru_cache(maxsize=8)(_Known)  # a desk's groups are asked for by every search, and rarely change


def _plain(text: str) -> _Tokens:
    return tuple(token for token in fold(text) if token[0] not in "#@$")


def _key(node: Node) -> Node:
    """Return what two terms that find the same have in common."""
    if isinstance(node, Not):
        return Not(_bare(node.part))
    return _bare(node) if isinstance(node, Term) else node


def _bare(term: Term) -> Term:
    return replace(term, value="") if term.op is Op.WORDS else term
