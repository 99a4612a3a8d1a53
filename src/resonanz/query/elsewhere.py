"""What a network's own search can do with an expression.

A network is asked for at least what the expression means; what it cannot narrow down is narrowed down here,
by the same tree, once its posts have come. So a part may be left out where all parts are wanted, but a
whole way to fit that cannot be asked for is lost, and is said to be.

Sources: X API, search and filtered stream, operators; Mastodon documentation, "Searching for posts"; Bluesky
lexicon app.bsky.feed.searchPosts. Lengths are those of accounts without an enterprise contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from resonanz.query.tree import ALONE, And, Node, Not, Op, Or, Term
from resonanz.query.writing import written

SEARCHES_MOST = 20  # for one expression, where a network knows no "or"


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a network cannot do with a term.

    Codes: `filtered_here` (it finds more, the desk narrows it down), `never_there` (this way to fit is
    not asked for there), `too_long` (its search would have `length` characters, more than `limit`),
    `too_many` (it would need more than `limit` searches).
    """

    code: str
    term: str = ""
    length: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Compiled:
    """How a network is asked: all these searches together find it. None where it cannot be asked."""

    searches: tuple[str, ...]
    lost: tuple[Loss, ...] = ()


Say = Callable[[Term], str]  # how a network writes a term, "" where it cannot


@dataclass(frozen=True, slots=True)
class Search:
    """A network's search: its length, the terms that it knows, and whether it knows `OR` and `-`."""

    length: int
    terms: Mapping[Op, Say]
    knows_or: bool = False
    knows_not: bool = False
    values: Mapping[Op, frozenset[str]] = field(default_factory=dict)  # of choices; all where not named


def compiled(node: Node, network: str) -> Compiled:
    """Return how a network (one of SEARCHES) is asked for what an expression means; KeyError for others."""
    search = SEARCHES[network]
    writer = _Writer(search, network)
    ways = [part for part in (node.parts if isinstance(node, Or) else (node,)) if writer.can_ask(part)]
    if search.knows_or:
        said = [writer.whole(part) or "" for part in ways]
        searches = [_bare(said[0]) if len(said) == 1 else " OR ".join(map(_grouped, said))] if said else []
    else:
        searches = list(dict.fromkeys(one for part in ways for one in writer.ways(part)))
    lost = list(dict.fromkeys(writer.lost))
    if len(searches) > SEARCHES_MOST:
        lost.append(Loss("too_many", length=len(searches), limit=SEARCHES_MOST))
        searches = searches[:SEARCHES_MOST]
    lost += [
        Loss("too_long", length=len(asked), limit=search.length)
        for asked in searches
        if len(asked) > search.length
    ]
    return Compiled(tuple(searches), tuple(lost))


class _Writer:
    """Writes an expression for one search and notes what is lost."""

    def __init__(self, search: Search, network: str) -> None:
        self.search, self.network = search, network
        self.lost: list[Loss] = []

    def can_ask(self, way: Node) -> bool:
        """Whether a way to fit can be asked for at all; notes it if not."""
        if self._stands(way) and not self._is_elsewhere(way):
            return True
        self.lost.append(Loss("never_there", _first(way)))
        return False

    def _stands(self, node: Node) -> bool:
        """Whether a term is left that may stand alone."""
        if isinstance(node, Term):
            return node.op in ALONE and bool(self._said(node))
        if isinstance(node, Not):
            return False
        stands = map(self._stands, node.parts)
        return any(stands) if isinstance(node, And) else all(stands)

    def _is_elsewhere(self, node: Node) -> bool:
        """Whether nothing on this network can fit."""
        if isinstance(node, Term):
            private = node.op is Op.AUDIENCE and node.value in {"followers", "direct"}
            return private or (node.op is Op.NETWORK and node.value != self.network)
        if isinstance(node, Not):
            return node.part.op is Op.NETWORK and node.part.value == self.network
        elsewhere = map(self._is_elsewhere, node.parts)
        return any(elsewhere) if isinstance(node, And) else all(elsewhere)

    def whole(self, node: Node) -> str:
        """Return a node as one search, "" where it narrows nothing down there."""
        if isinstance(node, Term):
            return self.term(node)
        if isinstance(node, Not):
            return self.without(node.part)
        if isinstance(node, And):
            return " ".join(said for part in node.parts if (said := self.whole(part)))
        known = [self.whole(part) for part in node.parts if not self._is_elsewhere(part)]
        if "" in known:  # one way to fit cannot be narrowed down: then nothing is
            return ""
        return known[0] if len(known) == 1 else f"({' OR '.join(map(_grouped, known))})"

    def ways(self, node: Node) -> Iterator[str]:
        """Yield the searches that a node needs where there is no "or"; of several choices one is made."""
        if isinstance(node, Or):
            for part in node.parts:
                if not self._is_elsewhere(part):
                    yield from self.ways(part)
            return
        parts = node.parts if isinstance(node, And) else (node,)
        choices = sorted((part for part in parts if isinstance(part, Or)), key=lambda part: len(part.parts))
        words = " ".join(said for part in parts if not isinstance(part, Or) and (said := self.whole(part)))
        for choice in choices[1:]:
            self.lost += [Loss("filtered_here", _first(part)) for part in choice.parts]
        for way in self.ways(choices[0]) if choices else [""]:
            yield f"{way} {words}".strip()

    def term(self, term: Term) -> str:
        """Return a term that is wanted."""
        if term.op in {Op.NETWORK, Op.AUDIENCE} and not self._is_elsewhere(term):
            return ""
        return self._said(term) or self._left(term)

    def without(self, term: Term) -> str:
        """Return a term that must not be there."""
        if term.op is Op.NETWORK:
            return ""
        said = self._said(term) if self.search.knows_not and term.op is not Op.EXACT else ""
        if not said:
            return self._left(term, "-")
        return " ".join(f"-{one}" for one in _bare(said).split(" OR "))

    def _said(self, term: Term) -> str:
        say = self.search.terms.get(term.op)
        known = self.search.values.get(term.op)
        return "" if say is None or (known is not None and term.value not in known) else say(term)

    def _left(self, term: Term, sign: str = "") -> str:
        self.lost.append(Loss("filtered_here", sign + written(term)))
        return ""


def _first(node: Node) -> str:
    """Return how a node begins, to name it by."""
    while not isinstance(node, Term):
        node = node.part if isinstance(node, Not) else node.parts[0]
    return written(node)


def _bare(said: str) -> str:
    """Return an expression without the brackets around all of it."""
    if not (said.startswith("(") and said.endswith(")")):
        return said
    depth = 0
    for place, sign in enumerate(re.sub(r'"[^"]*"', lambda found: "." * len(found[0]), said)):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and place < len(said) - 1:
            return said
    return said[1:-1]


def _grouped(said: str) -> str:
    return f"({said})" if " " in re.sub(r'"[^"]*"|\([^)]*\)', "", said) and not said.startswith("(") else said


# Each network ------------------------------------------------------------------------------------


def _as_written(term: Term) -> str:
    return "" if term.near is not None else written(term)


def _quoted(term: Term) -> str:
    return f'"{term.value}"' if re.search(r"[\s():]", term.value) else term.value


def _every_spelling(term: Term) -> str:
    """Return a word with its umlauts in both spellings: X tells `Zuerich` and `Zürich` apart."""
    if term.near is not None:
        return ""
    spelled = dict.fromkeys((term.value, _digraphs(term.value), _umlauts(term.value)))
    said = [f'"{words}"' if re.search(r"\W", words) else words for words in spelled]
    return said[0] if len(said) == 1 else f"({' OR '.join(said)})"


_TO_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def _digraphs(words: str) -> str:
    return words.translate(_TO_DIGRAPHS)


def _umlauts(words: str) -> str:
    pairs = {"ae": "ä", "oe": "ö", "ue": "ü", "Ae": "Ä", "Oe": "Ö", "Ue": "Ü"}
    return re.sub(r"[aou]e|[AOU]e", lambda found: pairs[found[0]], words)


def _local(term: Term) -> str:
    """Return a handle of a network without servers."""
    return "" if "@" in term.value else f"{term.op.value}:{term.value}"


def _x_mention(term: Term) -> str:
    return "" if "@" in term.value else f"@{term.value}"


def _named(name: str, say: Say = lambda term: term.value) -> Say:
    def said(term: Term) -> str:
        value = say(term)
        return value and f"{name}:{value}"

    return said


def _day(term: Term) -> str:
    return term.value[:10] if re.match(r"\d{4}-\d\d-\d\d", term.value) else ""


def _domain(term: Term) -> str:
    """Return the host of an address; Bluesky finds no path."""
    host = re.match(r"(?:https?://)?(?:www\.)?([\w.-]+\.\w+)", term.value)
    return f"domain:{host[1]}" if host else ""


_LANGUAGES_OF_X = {"he": "iw", "id": "in"}
_PARTS_OF_MASTODON = {"media": "media", "images": "image", "videos": "video", "links": "link"}
_X: Mapping[Op, Say] = {
    Op.WORDS: _every_spelling,
    Op.EXACT: _quoted,
    Op.TAG: _as_written,
    Op.MENTIONS: _x_mention,
    Op.CASH: _as_written,
    Op.FROM: _local,
    Op.TO: _local,
    Op.URL: lambda term: f'url:"{term.value}"',
    Op.LANG: lambda term: f"lang:{_LANGUAGES_OF_X.get(term.value, term.value)}",
    Op.IS: _as_written,
    Op.HAS: lambda term: f"has:{'video_link' if term.value == 'videos' else term.value}",
    Op.CONVERSATION: _as_written,
}
_MASTODON: Mapping[Op, Say] = {
    Op.WORDS: _as_written,
    Op.EXACT: _quoted,
    Op.TAG: _as_written,
    Op.MENTIONS: _as_written,
    Op.FROM: _as_written,
    Op.LANG: _named("language"),
    Op.IS: _as_written,
    Op.HAS: lambda term: f"has:{_PARTS_OF_MASTODON[term.value]}",
}
_BLUESKY: Mapping[Op, Say] = {
    Op.WORDS: _as_written,
    Op.EXACT: _quoted,
    Op.TAG: _as_written,
    Op.MENTIONS: _named("mentions"),
    Op.FROM: _as_written,
    Op.URL: _domain,
    Op.LANG: _as_written,
    Op.SINCE: _named("since", _day),
}
SEARCHES: Mapping[str, Search] = {
    "x": Search(512, _X, knows_or=True, knows_not=True),
    "mastodon": Search(
        2_048,
        _MASTODON,
        knows_not=True,
        values={Op.IS: frozenset({"reply"}), Op.HAS: frozenset(_PARTS_OF_MASTODON)},
    ),
    "bluesky": Search(2_048, _BLUESKY),
}
