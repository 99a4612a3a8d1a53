"""What a column of a tab shows: its posts newest first, and how many there are by the hour. Reads only.

A column is a shape (`shapes`): an expression, where posts stand besides, or both. The same shape pages
through the store (`finding`) and sorts what comes in (`arrivals`); so a column shows live what it shows
after a reload.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from resonanz.desk.access import scope_of
from resonanz.desk.finding import LAST, Page, counts, find
from resonanz.desk.models import Stream, Tab
from resonanz.desk.shapes import WITH, shape_of
from resonanz.desk.storage import to_ms

if TYPE_CHECKING:
    from resonanz.desk.models import Agent

PAGE = 30
HOURS = 24
HOUR_MS = 3_600_000


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
