"""Writing a tree back as an expression: reading it again gives the same tree.

How a network's own search is asked for it is `elsewhere`.
"""

from __future__ import annotations

import re

from resonanz.query.tree import And, Node, Not, Op, Or, Term

MARKED = frozenset({Op.TAG, Op.MENTIONS, Op.CASH})
# A word that may stand without quotation marks: nothing in it, or in front of it, means something else.
_BARE = re.compile(r"(?!(?:OR|AND)$)(?![A-Za-z_]+:)[^\s()\"#$@-][^\s()\"]*")


def written(node: Node) -> str:
    """Return a node as it is written in the language."""
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Not):
        return f"-{_term(node.part)}"
    if isinstance(node, Or):
        return " OR ".join(
            f"({written(part)})" if isinstance(part, Or) else written(part) for part in node.parts
        )
    return " ".join(
        f"({written(part)})" if isinstance(part, And | Or) else written(part) for part in node.parts
    )


def _term(term: Term) -> str:
    if term.op in MARKED:
        return f"{term.op.value}{term.value}"
    if term.op is not Op.WORDS:
        value = f'"{term.value}"' if re.search(r"[\s()]", term.value) else term.value
        return f"{term.op.value}:{value}"
    if term.near is not None:
        return f'"{term.value}"~{term.near}'
    return term.value if _BARE.fullmatch(term.value) else f'"{term.value}"'
