"""An expression as chips: what all have to be met, of which one each, and what must not be there.

Here is the way from a tree to chips, where it has that shape, and from chips to an expression. What a chip is
called and how it is drawn is the desk's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from resonanz.query.reading import NEAR_MOST
from resonanz.query.tree import Node, Not, Op, Or, Term
from resonanz.query.writing import MARKED, written

NEAR = "near"  # the kind of words that stand close together; all others are called as their operator
USUAL_NEAR = 3
KINDS = (NEAR, *(op.value for op in Op))


class Chip(NamedTuple):
    """One thing: its kind (one of KINDS), and its value as a person writes it, without marks."""

    kind: str
    value: str


class Chips(NamedTuple):
    """All chips of an expression; `any` are groups, of each of which one is enough."""

    all: tuple[Chip, ...] = ()
    any: tuple[tuple[Chip, ...], ...] = ()
    none: tuple[Chip, ...] = ()


class TooNestedError(ValueError):
    """An expression that no chips can show; `part` is what they cannot, as it is written.

    Codes: `all_in_one` (one of several ways to fit wants several things at once), `not_in_one` (a way to fit
    is that something is missing).
    """

    def __init__(self, code: str, part: str) -> None:
        super().__init__(code)
        self.code, self.part = code, part


def chips_of(node: Node) -> Chips:
    """Return an expression's chips; raises TooNestedError."""
    if isinstance(node, Or):
        return Chips(any=(_ways(node),))
    parts = (node,) if isinstance(node, Term | Not) else node.parts
    return Chips(
        tuple(_chip(part) for part in parts if isinstance(part, Term)),
        tuple(_ways(part) for part in parts if isinstance(part, Or)),
        tuple(_chip(part.part) for part in parts if isinstance(part, Not)),
    )


def _ways(node: Or) -> tuple[Chip, ...]:
    for part in node.parts:
        if not isinstance(part, Term):
            raise TooNestedError("not_in_one" if isinstance(part, Not) else "all_in_one", written(part))
    return tuple(_chip(part) for part in node.parts if isinstance(part, Term))


def _chip(term: Term) -> Chip:
    if term.near is not None:
        return Chip(NEAR, f"{term.value} ~{term.near}")
    return Chip(term.op.value, term.value)


def expression_of(chips: Chips) -> str:
    """Return chips as an expression, in the order of their groups; those without a value say nothing."""
    ways = [list(_said(group)) for group in chips.any]
    grouped = [f"({' OR '.join(group)})" if len(group) > 1 else group[0] for group in ways if group]
    parts = [*_said(chips.all), *grouped, *(f"-{one}" for one in _said(chips.none))]
    alone = len(parts) == 1 and grouped and parts[0].startswith("(")
    return parts[0][1:-1] if alone else " ".join(parts)


def _said(chips: Iterable[Chip]) -> Iterable[str]:
    return filter(None, map(_written, chips))


def _written(chip: Chip) -> str:
    value = chip.value.replace('"', "")
    if chip.kind == NEAR:
        return _near(value)
    op = Op(chip.kind)
    if op in MARKED:  # these have no quotation marks to keep words in
        value = re.sub(r"[\s()]", "", value).removeprefix(op.value)
    return written(Term(op, value)) if value.strip() else ""


def _near(value: str) -> str:
    words, _, most = value.rpartition("~")
    if not words or not re.fullmatch(r"\s*[0-9]\s*", most):
        words, most = value, str(USUAL_NEAR)
    near = min(max(int(most), 1), NEAR_MOST)
    words = words.removesuffix(" ")
    return f'"{words}"~{near}' if words.strip() else ""
