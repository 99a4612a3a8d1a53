"""What a saved query means: its expression as a tree. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from msgspec import DecodeError

from resonanz.query import parse
from resonanz.query.tree import read_kept

if TYPE_CHECKING:
    from resonanz.desk.models import Query
    from resonanz.query import Node


def tree_of(query: Query) -> Node:
    """Return a saved query's tree; read again from its words where an older desk kept it differently."""
    try:
        tree: Node = read_kept(bytes(query.tree))
    except DecodeError:
        return parse(query.expression, timezone.get_default_timezone())
    return tree
