"""The query language: one expression for all networks, for what is stored and for what comes in.

`fold` says which words are the same, `parse` reads an expression and `written` writes it back, `satisfies`
says what it means for one post, `compiled` what a network's own search can do with it. `with_spellings` lets
it find all spellings of a name; `chips_of` and `expression_of` lead to its other form and back. Many queries
at once are `resonanz.match`.
Sentences are not made here: mistakes and losses are codes, and the tree itself is what there is to explain.
"""

from __future__ import annotations

from resonanz.query.chips import Chip, Chips, TooNestedError, chips_of, expression_of
from resonanz.query.elsewhere import SEARCHES, Compiled, Loss, compiled
from resonanz.query.folding import fold, folded
from resonanz.query.meaning import Said, said_of, satisfies
from resonanz.query.reading import QueryError, parse, speaks
from resonanz.query.spelling import Spelled, spelled, with_spellings
from resonanz.query.tree import And, Node, Not, Op, Or, Term
from resonanz.query.writing import written

__all__ = [
    "SEARCHES",
    "And",
    "Chip",
    "Chips",
    "Compiled",
    "Loss",
    "Node",
    "Not",
    "Op",
    "Or",
    "QueryError",
    "Said",
    "Spelled",
    "Term",
    "TooNestedError",
    "chips_of",
    "compiled",
    "expression_of",
    "fold",
    "folded",
    "parse",
    "said_of",
    "satisfies",
    "speaks",
    "spelled",
    "with_spellings",
    "written",
]
