"""Saved queries: what the team looks for again and again. All writes about them happen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from msgspec import DecodeError

from resonanz.desk.models import Agent, Query, Role
from resonanz.query import parse
from resonanz.query.tree import kept, read_kept

if TYPE_CHECKING:
    from resonanz.query import Node

NAME_MOST = 120  # characters


class SavedQueryError(Exception):
    """Something that cannot be done with a saved query. Codes: `not_allowed`, `name_missing`, `taken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def save(agent: Agent, name: str, expression: str, known: Query | None = None) -> Query:
    """Keep a query, a new one or a known one anew. Raises SavedQueryError, and QueryError for a mistake."""
    _expect_agent(agent)
    name = " ".join(name.split())[:NAME_MOST]
    if not name:
        raise SavedQueryError("name_missing")
    tree = parse(expression, timezone.get_default_timezone())
    query = Query(made_by=agent) if known is None else known
    query.name, query.expression, query.tree = name, expression.strip(), kept(tree)
    query.changed_at = timezone.now()
    try:
        with transaction.atomic():
            query.save()
    except IntegrityError:
        raise SavedQueryError("taken") from None
    return query


def drop(agent: Agent, query: Query) -> None:
    """Let go of a query, which `restore` takes back; raises SavedQueryError `not_allowed`."""
    _expect_agent(agent)
    query.dropped_at = timezone.now()
    query.save(update_fields=["dropped_at"])


def restore(agent: Agent, query: Query) -> None:
    """Take the dropping of a query back; raises SavedQueryError (`taken`: its name is another's)."""
    _expect_agent(agent)
    query.dropped_at = None
    try:
        with transaction.atomic():
            query.save(update_fields=["dropped_at"])
    except IntegrityError:
        raise SavedQueryError("taken") from None


def tree_of(query: Query) -> Node:
    """Return a saved query's tree as it was typed; read again where an older desk kept it differently.

    What it stands for, in all spellings of a brand, is `spellings.meant`; `finding.find` sees to it itself.
    """
    try:
        tree: Node = read_kept(bytes(query.tree))
    except DecodeError:
        return parse(query.expression, timezone.get_default_timezone())
    return tree


def _expect_agent(agent: Agent) -> None:
    if not agent.has_role(Role.AGENT):
        raise SavedQueryError("not_allowed")
