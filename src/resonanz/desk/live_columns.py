"""Live columns: which pages show which columns, and one small message to each browser about what is fresh.

Each page says what it shows, and again from time to time. However many pages there are, the posts of a batch
of events are read once and matched once with every different column; each browser is told numbers only, and
only those of posts that its agent may see. The hub in `live.py` owns one of these.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from resonanz.desk import arrivals, columns
from resonanz.desk.models import Agent

if TYPE_CHECKING:
    from resonanz.desk.arrivals import Arrived, Sorter
    from resonanz.desk.columns import Shape
    from resonanz.desk.events import Told
    from resonanz.desk.guardian import SignedIn

SHOWN_FOR_S = 150.0  # pages say every 30 s what they show; hidden ones once a minute
MARK_EVERY_S = 10.0  # how often who hears nothing is told how far the log has come
COLUMNS_MOST = 40  # of one page
TOLD_MOST = 100  # posts of a column in one message; a page that is told so many asks for the newest
POSTS = frozenset({"heard", "spoke", "overheard", "edited"})  # after these a post may belong in a column
GONE = "withdrawn"


class Listener(Protocol):
    """One open stream, as `live` has it."""

    @property
    def agent(self) -> SignedIn:
        """Whose it is."""

    def tell(self, chunk: bytes) -> None:
        """Queue a chunk."""


class MaySee(Protocol):
    """Who may see what, as the hub knows it."""

    def may_see(self, agent: SignedIn, event: Told) -> bool:
        """Whether somebody is told of an event."""

    def may_see_post(self, agent: SignedIn, post: Arrived) -> bool:
        """Whether somebody may see a post."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page shows: its columns by number."""

    agent: SignedIn
    shapes: Mapping[int, Shape]
    tab: int
    until: float


class News(NamedTuple):
    """What a batch of events brought: posts by shape, and what tells of posts that are gone."""

    cursor: int
    sorted: Mapping[Shape, Sequence[Arrived]]
    gone: Sequence[Told]


@dataclass
class Columns:
    """All pages with columns of this process."""

    rights: MaySee
    pages: dict[tuple[str, str], Shown] = field(default_factory=dict)  # by session and page
    sorter: Sorter | None = None
    marked: int = 0
    marked_at: float = 0.0

    def show(self, agent: SignedIn, page: str, tab: int, shapes: Mapping[int, Shape]) -> None:
        """Note what a page shows; nothing ends it."""
        key = (agent.session_key, page)
        if shapes:
            self.pages[key] = Shown(agent, shapes, tab, time.monotonic() + SHOWN_FOR_S)
        else:
            self.pages.pop(key, None)

    def expire(self) -> None:
        """Forget pages that have said nothing for long."""
        now = time.monotonic()
        for key in [key for key, shown in self.pages.items() if shown.until < now]:
            del self.pages[key]

    def shapes(self) -> frozenset[Shape]:
        """Return every different column that is shown."""
        return frozenset(shape for shown in self.pages.values() for shape in shown.shapes.values())

    # In the hub's own thread, which may ask the database ----------------------------------------

    def sort(self, told: Sequence[Told], shapes: frozenset[Shape]) -> News:
        """Return what events brought for some columns."""
        orders = [event.mention for event in told if event.kind in POSTS and event.mention]
        gone = [event for event in told if event.kind == GONE and event.mention]
        return News(told[-1].id, self._sorted(orders, shapes) if orders else {}, gone)

    def _sorted(self, orders: Collection[int], shapes: frozenset[Shape]) -> Mapping[Shape, Sequence[Arrived]]:
        if self.sorter is None or self.sorter.shapes != shapes:
            self.sorter = arrivals.Sorter(shapes)
        return self.sorter.sort(arrivals.read(orders))

    def sort_for(self, told: Sequence[Told], shapes: frozenset[Shape]) -> News:
        """Return the same for one page that comes back."""
        return Columns(self.rights).sort(told, shapes)

    # In the loop --------------------------------------------------------------------------------

    def tell(self, news: News, listeners: Iterable[Listener]) -> None:
        """Tell each browser in one message what is fresh in its columns; nothing where nothing is."""
        if not news.sorted and not news.gone:
            return
        by_browser = self._by_browser()
        telling = _Telling(news, self.rights)
        for listener in listeners:
            shown = by_browser.get(listener.agent.session_key)
            if shown and (said := telling.said(listener.agent, shown)):
                listener.tell(said)

    def mark(self, cursor: int, listeners: Iterable[Listener]) -> None:
        """Say now and then how far the log has come, so that who comes back need not ask for much."""
        now = time.monotonic()
        if cursor == self.marked or now - self.marked_at < MARK_EVERY_S:
            return
        self.marked, self.marked_at = cursor, now
        by_browser = self._by_browser()
        for listener in listeners:
            if listener.agent.session_key in by_browser:
                listener.tell(message(cursor, '"columns":{}'))

    def _by_browser(self) -> dict[str, dict[int, Shape]]:
        found: dict[str, dict[int, Shape]] = {}
        for (session, _page), shown in self.pages.items():
            found.setdefault(session, {}).update(shown.shapes)
        return found


class _Telling:
    """One batch of news on its way: what equal columns and equal teams have in common is written once."""

    def __init__(self, news: News, rights: MaySee) -> None:
        self.news = news
        self.rights = rights
        self.written: dict[tuple[Shape, frozenset[int] | None], str] = {}

    def said(self, agent: SignedIn, shapes: Mapping[int, Shape]) -> bytes:
        """Return what a browser is told, b"" for nothing."""
        gone = [event.mention or 0 for event in self.news.gone if self.rights.may_see(agent, event)]
        parts = [
            f'"{number}":{orders}'
            for number, shape in shapes.items()
            if (orders := self._orders(agent, shape))
        ]
        if not parts and not gone:
            return b""
        told = f'"gone":{_numbers(gone)},' if gone else ""
        return message(self.news.cursor, f'{told}"columns":{{{",".join(parts)}}}')

    def _orders(self, agent: SignedIn, shape: Shape) -> str:
        posts = self.news.sorted.get(shape)
        if not posts:
            return ""
        key = (shape, agent.channels)
        if key not in self.written:
            seen = [post.order for post in posts if self.rights.may_see_post(agent, post)]
            self.written[key] = _numbers(seen[-TOLD_MOST:]) if seen else ""
        return self.written[key]


def _numbers(orders: Iterable[int]) -> str:
    """Return orders as JSON; as texts, for they exceed what JavaScript's numbers hold."""
    return json.dumps([str(order) for order in orders], separators=(",", ":"))


def message(cursor: int, said: str) -> bytes:
    """Return one message about columns as it goes over the wire."""
    return f'id: {cursor}\nevent: columns\ndata: {{"id":{cursor},{said}}}\n\n'.encode()


def shapes_of(agent: int, numbers: Collection[int]) -> dict[int, Shape]:
    """Return what those of some columns ask for that an agent sees."""
    found = columns.columns_seen(Agent.objects.get(pk=agent), list(numbers)[:COLUMNS_MOST])
    asked = {stream.pk: columns.shape_of(stream) for stream in found}
    return {number: shape for number, shape in asked.items() if shape is not None}
