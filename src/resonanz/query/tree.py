"""What an expression is once it is read: terms, and how they are put together.

Trees are values without the places where their parts stood in the text; they can be kept as they are (msgspec
writes and reads them), so that a hundred thousand stored queries need not be parsed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

import msgspec


class Op(StrEnum):
    """What a term looks at. The value is how it is written, up to the colon; the first five have marks."""

    WORDS = "words"  # a word, or "words in a row"
    EXACT = "exact"  # the same without folding
    TAG = "#"
    MENTIONS = "@"
    CASH = "$"
    FROM = "from"
    TO = "to"
    AUTHOR = "author"
    URL = "url"
    LANG = "lang"
    IS = "is"
    HAS = "has"
    CONVERSATION = "conversation_id"
    NETWORK = "network"
    AUDIENCE = "audience"
    FOLLOWERS = "followers"
    LABEL = "tag"  # a tag that a colleague put on the conversation
    STATE = "state"
    SINCE = "since"
    UNTIL = "until"
    SENTIMENT = "sentiment"
    INTENT = "intent"
    REASON = "reason"
    ABOUT = "about"
    URGENCY = "urgency"
    PRIVATE = "private"
    FORM = "form"


ANY = "any"  # of several, whichever

# What says enough by itself; the others only narrow something down.
ALONE = frozenset(Op) - {Op.IS, Op.HAS, Op.LANG, Op.NETWORK, Op.FOLLOWERS, Op.SINCE, Op.UNTIL}


class Term(msgspec.Struct, frozen=True, tag="t", gc=False):
    """One thing that a post has to have.

    `value` is it as written. `tokens` are its folded words where words are compared. `near` says how many
    other words may stand between them, in any order; None where they stand in a row. `low` and `high` are the
    bounds of numbers (both included) and of moments (milliseconds since 1970; `high` excluded).
    """

    op: Op
    value: str
    tokens: tuple[str, ...] = ()
    near: int | None = None
    low: int | None = None
    high: int | None = None


class Not(msgspec.Struct, frozen=True, tag="n", gc=False):
    """What a post must not have."""

    part: Term


class And(msgspec.Struct, frozen=True, tag="a", gc=False):
    """All of some parts, two at least."""

    parts: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True, tag="o", gc=False):
    """At least one of some parts, two at least."""

    parts: tuple[Node, ...]


Node: TypeAlias = Term | Not | And | Or


def terms(node: Node) -> Iterator[tuple[Term, bool]]:
    """Yield every term with whether it is wanted, from left to right."""
    if isinstance(node, Term):
        yield node, True
    elif isinstance(node, Not):
        yield node.part, False
    else:
        for part in node.parts:
            yield from terms(part)


kept = msgspec.msgpack.Encoder().encode  # a tree as bytes
read_kept = msgspec.msgpack.Decoder(Node).decode
