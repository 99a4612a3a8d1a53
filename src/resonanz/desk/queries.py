"""Saved queries: what the team looks for again and again. All writes about them happen here."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.desk.finding import tree_of
from resonanz.desk.models import Agent, Query, Role, StandingSearch
from resonanz.query import parse
from resonanz.query.tree import kept

__all__ = ["NAME_MOST", "SavedQueryError", "drop", "restore", "save", "tree_of"]

NAME_MOST = 120  # characters


class SavedQueryError(Exception):
    """Something that cannot be done with a saved query. Codes: `not_allowed`, `name_missing`, `taken`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def save(
    agent: Agent, name: str, expression: str, known: Query | None = None, *, heard: bool | None = None
) -> Query:
    """Keep a query, a new one or a known one anew. Raises SavedQueryError, and QueryError for a mistake.

    `heard` says whether the networks are searched for it; None leaves that as it is.
    """
    _expect_agent(agent)
    name = " ".join(name.split())[:NAME_MOST]
    if not name:
        raise SavedQueryError("name_missing")
    tree = parse(expression, timezone.get_default_timezone())
    query = Query(made_by=agent) if known is None else known
    means_otherwise = query.expression != expression.strip()
    query.name, query.expression, query.tree = name, expression.strip(), kept(tree)
    query.changed_at = timezone.now()
    query.heard = query.heard if heard is None else heard
    try:
        with transaction.atomic():
            query.save()
            if means_otherwise:  # the networks are searched for it from the beginning
                StandingSearch.objects.filter(query=query).delete()
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


def _expect_agent(agent: Agent) -> None:
    if not agent.has_role(Role.AGENT):
        raise SavedQueryError("not_allowed")
