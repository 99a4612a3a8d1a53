"""What a column of a tab shows: its posts newest first, how many there are by the hour, its name. Reads only.

A column is a shape: an expression, where posts stand besides, or both. The same shape pages through the store
(`finding`) and sorts what comes in (`arrivals`); so a column shows live what it shows after a reload.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from resonanz.desk import queries
from resonanz.desk.access import scope_of
from resonanz.desk.finding import ANYWHERE, LAST, Page, Where, counts, find
from resonanz.desk.models import Stream, StreamKind, Tab
from resonanz.desk.spellings import meant
from resonanz.desk.storage import to_ms
from resonanz.query import And, Node, parse

if TYPE_CHECKING:
    from collections.abc import Collection

    from resonanz.desk.models import Agent

PAGE = 30
HOURS = 24
HOUR_MS = 3_600_000
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


class Pulse(NamedTuple):
    """How many posts a column had in each of the last hours, oldest first."""

    hours: tuple[int, ...]

    @property
    def day_count(self) -> int:
        """How many in all."""
        return sum(self.hours)

    @property
    def hour_count(self) -> int:
        """How many within the last hour."""
        return self.hours[-1]


def tabs(agent: Agent) -> list[Tab]:
    """Return the tabs that somebody sees: their own, then what others share."""
    shown = Tab.objects.filter(Q(owner=agent) | Q(is_shared=True), dropped_at=None)
    found = shown.select_related("owner").order_by("place", "pk")
    return sorted(found, key=lambda tab: tab.owner_id != agent.pk)


def tab_of(agent: Agent, number: int) -> Tab | None:
    """Return a tab that somebody sees."""
    return next((tab for tab in tabs(agent) if tab.pk == number), None)


def columns_of(tab: Tab) -> list[Stream]:
    """Return a tab's columns from left to right."""
    return list(tab.streams.filter(dropped_at=None).select_related(*WITH).order_by("place", "pk"))


def columns_seen(agent: Agent, numbers: Collection[int]) -> list[Stream]:
    """Return those of some columns that somebody sees."""
    seen = Q(tab__owner=agent) | Q(tab__is_shared=True)
    shown = Stream.objects.filter(seen, pk__in=numbers, dropped_at=None, tab__dropped_at=None)
    return list(shown.select_related(*WITH))


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
        trees.append(meant(queries.tree_of(stream.query)))
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


def posts(agent: Agent, stream: Stream, before: int = LAST) -> Page:
    """Return a page of a column, before an order."""
    shape = shape_of(stream)
    if shape is None:
        return Page((), None)
    return find(shape.tree, most=PAGE, before=before, scope=scope_of(agent), where=shape.where)


def pulse(agent: Agent, stream: Stream) -> Pulse:
    """Return how lively a column was in the last day."""
    since = to_ms(timezone.now() - timedelta(hours=HOURS))
    shape = shape_of(stream)
    found = (
        {} if shape is None else counts(shape.tree, since, HOUR_MS, scope_of(agent), shape.where)
    )  # a post of the last moment may count as later than now
    return Pulse(tuple(found.get(hour, 0) for hour in range(HOURS)))
