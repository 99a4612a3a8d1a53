"""Saved queries: what the team looks for again and again. All writes about them happen here."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.desk.finding import tree_of as tree_of  # noqa: PLC0414 - passed on to who uses saved queries
from resonanz.desk.models import Agent, Query, Role
from resonanz.query import parse
from resonanz.query.tree import kept

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
    """Let go of a query; raises SavedQueryError `not_allowed`."""
    _expect_agent(agent)
    query.delete()


def _expect_agent(agent: Agent) -> None:
    if not agent.has_role(Role.AGENT):
        raise SavedQueryError("not_allowed")
