"""Spellings of brands as queries use them. Declaring them is in `brands`, finding in `reading_spellings`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from resonanz.desk import looks
from resonanz.desk.models import Spelling
from resonanz.desk.prepared import prepared
from resonanz.query import with_spellings

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from resonanz.query import Node

Groups = tuple[tuple[str, ...], ...]


def groups() -> Groups:
    """Return for each brand that has any: its name, and its other spellings."""
    return looks.once("spellings", _groups)


def meant(query: Node) -> Node:
    """Return what a tree as typed stands for: every spelling of a brand where one of them is wanted."""
    return with_spellings(query, groups())


def _groups() -> Groups:
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in _rows():
        found[name].append(text)
    return tuple((name, *texts) for name, texts in found.items())


@prepared
def _rows() -> QuerySet[Spelling, tuple[Any, ...]]:
    return Spelling.objects.order_by("brand", "pk").values_list("brand__name", "text")
