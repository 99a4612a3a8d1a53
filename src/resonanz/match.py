"""Many standing queries against every post that comes in.

Each query names what a post cannot do without: the rarest of its required words, one for each way in which
it may be met. All these words are looked for at once (Aho-Corasick) in all posts of a batch at once; only
queries that were hit are asked. What a query means is `query.satisfies`, and nothing here differs from it.
"""

from __future__ import annotations

import codecs
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple, Protocol

from daachorse import DoubleArrayAhoCorasick

from resonanz.query.folding import fold, folded_words
from resonanz.query.meaning import MEANINGS, Said
from resonanz.query.tree import And, Node, Not, Op, Term

SEPARATOR = "\x1e"  # between posts; a blank for the words of each
OTHER = "\x1f"  # around the number of a letter that latin-1 does not have
BESIDE = frozenset({Op.URL, Op.MENTIONS, Op.TAG, Op.FROM, Op.AUTHOR})  # also found beside the text
SAMPLE_MOST = 2_000  # texts
# Tokens that nearly every post has: never what a query is found by, if it has anything else.
FREQUENT = frozenset(
    (
        "der die das und in zu den ist nicht von mit sich auf fur im dem es ein eine als auch an so wie aus "
        "bei nach wenn nur noch wir ihr sie ich du er man hat haben war bin mir mich dir dich uns euch aber "
        "oder doch the to and a of in is it you that for on with this be are was have not but at your my me "
        "we they he she do can will just so if or from as an what all no"
    ).split()
)


class Post(Protocol):
    """What the matcher looks at; more than the text is asked only where a query may fit."""

    @property
    def text(self) -> str:
        """What was said."""

    def beside(self) -> str:
        """Return who said it, and the links, people and tags that the network names besides."""

    def said(self) -> Said:
        """Return all that can be asked."""


Asks = Callable[[Said], bool]


class Matcher:
    """Finds which of some queries each post fits; built once for many posts.

    `sample` are texts like those that will come: what is rare in them finds queries fastest.
    """

    def __init__(self, queries: Sequence[Node], sample: Iterable[str] = ()) -> None:
        self.queries = queries
        self._made: dict[int, Asks] = {}
        self._always: list[int] = []
        self._looks_beside = False
        common = Commonness(sample)
        waiting: dict[bytes, list[int]] = defaultdict(list)
        for number, query in enumerate(queries):
            anchors = _anchors(query, common)
            if anchors is None:
                self._always.append(number)
                continue
            self._looks_beside |= anchors.beside
            for token in anchors.tokens:
                waiting[coarse(token).strip()].append(number)
        self._waiting = [tuple(found) for found in waiting.values()]
        patterns = [b" " + token + b" " for token in waiting]
        self._separator = len(patterns)
        self._words = DoubleArrayAhoCorasick([*patterns, SEPARATOR.encode()])

    def match(self, posts: Sequence[Post]) -> list[list[int]]:
        """Return for each post the numbers of the queries that it fits, in their order."""
        if not posts:
            return []
        texts = [post.text for post in posts]
        if self._looks_beside:
            texts = [text for post in posts for text in (post.text, post.beside())]
        found: list[list[int]] = []
        maybe: set[int] = set()
        waiting, separator = self._waiting, self._separator
        is_beside = not self._looks_beside
        for _start, _end, number in self._words.find_overlapping(_in_one(texts)):
            if number != separator:
                maybe.update(waiting[number])
            elif not is_beside:
                is_beside = True  # what comes next stands beside the same post
            else:
                fits = self._fitting(maybe, posts[len(found)]) if maybe or self._always else []
                found.append(fits)
                maybe.clear()
                is_beside = not self._looks_beside
        return found

    def _fitting(self, maybe: set[int], post: Post) -> list[int]:
        said = post.said()
        return [query for query in sorted(maybe.union(self._always)) if self._asks(query)(said)]

    def _asks(self, number: int) -> Asks:
        """Return a query as a function, made when it is first needed."""
        asks = self._made.get(number)
        if asks is None:
            asks = self._made[number] = _as_function(self.queries[number])
        return asks


# Words as they are looked for --------------------------------------------------------------------
#
# Folding is exact and takes several times as long as reading a post from JSON. So what is looked for at first
# is folded coarsely: what is the same folded is the same coarsely, and a little more is, as every "e" goes.


def _in_one(texts: Sequence[str]) -> bytes:
    """Return the coarse words of all texts in one piece, each text with a separator behind it."""
    whole = f" {SEPARATOR} ".join(texts)
    if whole.count(SEPARATOR) != len(texts) - 1:  # one of them has the sign itself
        whole = f" {SEPARATOR} ".join(text.replace(SEPARATOR, " ") for text in texts)
    return b" " + coarse(whole) + b" " + SEPARATOR.encode()


def coarse(text: str) -> bytes:
    """Return a text's words in one byte a letter, parted by blanks: equal for whatever `fold` makes equal."""
    if OTHER in text:
        text = text.replace(OTHER, " ")
    raw = text.encode("latin-1", _OTHER_LETTERS)
    for sign, letters in _SEVERAL:
        if sign in raw:
            raw = raw.replace(sign, letters)
    raw = raw.translate(_COARSE, _DROPPED)
    return raw.replace(b"http", b" http") if b"http" in raw else raw  # an address may stand close to a word


def _spelled(text: str) -> bytes:
    """Return folded words with each letter that is not ASCII as its number between signs."""
    words = folded_words(text, keep=SEPARATOR).decode()
    return "".join(c if c.isascii() else f"{OTHER}{ord(c):x}{OTHER}" for c in words).encode()


def _other_letters(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return _spelled(error.object[error.start : error.end]), error.end


_OTHER_LETTERS = "resonanz.match"  # the name of the next line's way to encode what latin-1 does not have
codecs.register_error(_OTHER_LETTERS, _other_letters)

_FORMS = {code: _spelled(chr(code)) for code in range(256)}
_SEVERAL = tuple((bytes([code]), form) for code, form in _FORMS.items() if code > 127 and len(form) > 1)
_DROPPED = bytes(code for code, form in _FORMS.items() if form in {b"", b"e"})
_COARSE = bytes(form[0] if len(form) == 1 else 32 for form in _FORMS.values())
_COARSE = _COARSE[: ord(OTHER)] + OTHER.encode() + _COARSE[ord(OTHER) + 1 :]


# A query as a function --------------------------------------------------------------------------


def _as_function(node: Node) -> Asks:
    """Return what `satisfies` says, without walking the tree for each post."""
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Not):
        wanted = _term(node.part)
        return lambda said: not wanted(said)
    asks = tuple(map(_as_function, node.parts))
    wants_all = isinstance(node, And)

    def joined(said: Said) -> bool:
        for ask in asks:
            if ask(said) is not wants_all:
                return not wants_all
        return wants_all

    return joined


def _term(term: Term) -> Asks:
    if term.op is Op.WORDS and term.near is None:
        row = f" {' '.join(term.tokens)} "
        return lambda said: row in said.row
    return partial(MEANINGS[term.op], term)


# What a query cannot do without ------------------------------------------------------------------


class _Anchors(NamedTuple):
    """Tokens of which a post has at least one if it fits, and whether they may stand beside its text."""

    tokens: frozenset[str]
    beside: bool
    weight: float  # about how many of a thousand posts have one


class Commonness:
    """How many of a thousand posts have a word: counted in a sample, guessed where that does not know it."""

    def __init__(self, sample: Iterable[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.posts = 0
        for text in islice(sample, SAMPLE_MOST):
            self.counts.update(set(fold(text)))
            self.posts += 1

    def __call__(self, token: str) -> float:
        """Return it for one folded word."""
        if self.posts:
            return 1000 * self.counts[token] / self.posts + 1 / len(token)
        return 300.0 if token in FREQUENT else 60.0 / len(token) ** 2


def _anchors(node: Node, common: Commonness) -> _Anchors | None:
    """Return the best anchors of a query, None where it has to be asked about every post."""
    if isinstance(node, Term):
        return _anchor(node, common)
    if isinstance(node, Not):
        return None
    found = [_anchors(part, common) for part in node.parts]
    known = [anchors for anchors in found if anchors is not None]
    if isinstance(node, And):
        return min(known, key=_weight, default=None)
    return _united(known) if len(known) == len(found) else None


def _weight(anchors: _Anchors) -> float:
    return anchors.weight


def _united(parts: Sequence[_Anchors]) -> _Anchors:
    tokens = frozenset[str]().union(*(part.tokens for part in parts))
    return _Anchors(tokens, any(part.beside for part in parts), sum(part.weight for part in parts))


def _anchor(term: Term, common: Commonness) -> _Anchors | None:
    tokens = [token for token in _required(term) if token.strip("e")]  # of others nothing is left
    if not tokens:
        return None
    rarest = min(tokens, key=common)
    return _Anchors(frozenset({rarest}), term.op in BESIDE, common(rarest))


def _required(term: Term) -> Sequence[str]:
    """Return words that stand in or beside every post with this term."""
    if term.op in {Op.WORDS, Op.EXACT, Op.URL, Op.AUTHOR}:
        return term.tokens
    if term.op in {Op.TAG, Op.CASH}:
        return fold(term.tokens[0][1:])
    if term.op in {Op.MENTIONS, Op.TO, Op.FROM}:
        return fold(term.value.partition("@")[0])
    return ()
