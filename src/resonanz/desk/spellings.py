"""Spellings of brands as queries use them. Declaring them is in `brands`, finding in `reading_spellings`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection

from resonanz.desk import looks
from resonanz.query import with_spellings

if TYPE_CHECKING:
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
    with connection.cursor() as cursor:
        cursor.execute(OF_THE_DESK)
        for name, text in cursor.fetchall():
            found[name].append(text)
    return tuple((name, *texts) for name, texts in found.items())


# Every search asks this; the ORM would take longer than many a search.
OF_THE_DESK = """SELECT b.name, s.text FROM desk_spelling s JOIN desk_brand b ON b.id = s.brand_id
    ORDER BY s.brand_id, s.id"""
