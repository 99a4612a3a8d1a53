"""The query language: one expression for all networks, for what is stored and for what comes in.

`fold` says which words are the same, `parse` reads an expression, `satisfies` says what it means for one
post, `compiled` what a network's own search can do with it. Many queries at once are `resonanz.match`.
Sentences are not made here: mistakes and losses are codes, and the tree itself is what there is to explain.
"""

from __future__ import annotations

from resonanz.query.elsewhere import SEARCHES, Compiled, Loss, compiled
from resonanz.query.folding import fold, folded
from resonanz.query.meaning import Said, said_of, satisfies
from resonanz.query.reading import QueryError, parse
from resonanz.query.tree import And, Node, Not, Op, Or, Term

__all__ = [
    "SEARCHES",
    "And",
    "Compiled",
    "Loss",
    "Node",
    "Not",
    "Op",
    "Or",
    "QueryError",
    "Said",
    "Term",
    "compiled",
    "fold",
    "folded",
    "parse",
    "said_of",
    "satisfies",
]
