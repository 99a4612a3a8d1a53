"""Which columns somebody sees, and what each asks for: its shape. Reads only.

What a column shows of the store is in `columns`, what of the fresh posts in `arrivals`, how many they are in
`counting`; all three ask for the same shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from resonanz.desk.finding import ANYWHERE, Where, tree_of
from resonanz.desk.models import Stream, StreamKind
from resonanz.desk.spellings import meant
from resonanz.query import And, Node, parse

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from resonanz.desk.models import Agent

ABOUT = {  # which of a stream's rows a kind is about
    StreamKind.QUERY: "query",
    StreamKind.AUTHOR: "author",
    StreamKind.TALK: "conversation",
    StreamKind.TAG: "tag",
}
WITH = ("query", "author", "tag", "channel", "conversation__customer", "tab__owner")


class Shape(NamedTuple):
    """What a column asks for; columns of the same shape show the same to who may see the same."""

    tree: Node | None
    where: Where


def streams_visible_to(agent: Agent) -> QuerySet[Stream]:
    """Return the columns that somebody sees: in their own tabs, and in those that others share."""
    seen = Q(tab__owner=agent) | Q(tab__is_shared=True)
    return Stream.objects.filter(seen, dropped_at=None, tab__dropped_at=None).select_related(*WITH)


def columns_seen(agent: Agent, numbers: Collection[int]) -> list[Stream]:
    """Return those of some columns that somebody sees."""
    return list(streams_visible_to(agent).filter(pk__in=numbers))


def shape_of(stream: Stream) -> Shape | None:
    """Return what a column asks for, None where what it was about is gone."""
    kind = StreamKind(stream.kind)
    about = getattr(stream, f"{ABOUT[kind]}_id") if kind in ABOUT else None
    if kind in ABOUT and about is None:
        return None
    where = _where(kind, about)._replace(channel=stream.channel_id)
    trees: list[Node] = []
    if kind is StreamKind.QUERY and (stream.query is None or stream.query.dropped_at is not None):
        return None
    if stream.query is not None and kind is StreamKind.QUERY:
        trees.append(meant(tree_of(stream.query)))
    if stream.narrowed:
        trees.append(meant(parse(stream.narrowed, timezone.get_default_timezone(), narrows=True)))
    return Shape(And(tuple(trees)) if len(trees) > 1 else trees[0] if trees else None, where)


def _where(kind: StreamKind, about: int | None) -> Where:
    if kind is StreamKind.MENTIONS:
        return Where(addressed=True, incoming=True)
    if kind in {StreamKind.INBOX, StreamKind.OUTBOX}:
        return Where(private=True, incoming=kind is StreamKind.INBOX)
    if kind is StreamKind.QUERY:
        return ANYWHERE
    return Where(
        author=about if kind is StreamKind.AUTHOR else None,
        conversation=about if kind is StreamKind.TALK else None,
        tag=about if kind is StreamKind.TAG else None,
    )
