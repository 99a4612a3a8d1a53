"""Live columns: which pages show which columns, and one small message to each browser about what is fresh.

Each page says what it shows, and again from time to time. However many pages there are, the posts of a batch
of events are read once and matched once with every different column; each browser is told numbers only, and
only those of posts that its agent may see. The hub in `live.py` owns one of these.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from resonanz.desk import arrivals
from resonanz.desk.models import Agent
from resonanz.desk.reading_posts import reposts_counts
from resonanz.desk.shapes import columns_seen, shape_of
from resonanz.desk.understood import in_batches

if TYPE_CHECKING:
    from resonanz.desk.arrivals import Arrived, Sorter
    from resonanz.desk.events import Told
    from resonanz.desk.guardian import SignedIn
    from resonanz.desk.shapes import Shape

SHOWN_FOR_S = 150.0  # pages say every 30 s what they show; hidden ones once a minute
MARK_EVERY_S = 10.0  # how often who hears nothing is told how far the log has come
COLUMNS_MOST = 40  # of one page
TOLD_MOST = 100  # posts of a column in one message; a page that is told so many asks for the newest
POSTS = frozenset({"heard", "spoke", "overheard", "edited"})  # after these a post may belong in a column
NOTED = "relabelled"  # somebody corrected what is noted
BATCH = "annotated"
GONE = "withdrawn"
REPOSTED = "reposted"
COUNT_EVERY_S = 1.0  # how often it is said how often posts were passed on
COUNTED_MOST = 500  # posts at a time; more wait for the next one


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


class Look(NamedTuple):
    """All that is shown at one time: each different column once, and which of them each browser shows."""

    shapes: Mapping[Shape, int]  # with a number of its own, as a deep tree is slow to look up
    by_browser: Mapping[str, Mapping[int, int]]  # by session: the column's number, and its shape's


class News(NamedTuple):
    """What a batch of events brought: posts by their shape's number, and what tells of those gone."""

    look: Look
    cursor: int
    sorted: Mapping[int, Sequence[Arrived]]
    gone: Sequence[Told]


class Counted(NamedTuple):
    """How often some posts were passed on: the posts by their shape's number, and the counts."""

    look: Look
    sorted: Mapping[int, Sequence[Arrived]]
    counts: Mapping[int, int]

    def said(self, agent: SignedIn, rights: MaySee) -> str:
        """Return what a browser is told that has such a post in its columns, "" for nothing."""
        shapes = set(self.look.by_browser.get(agent.session_key, {}).values())
        posts = {post.order: post for shape in shapes for post in self.sorted.get(shape, ())}
        told = {
            str(order): self.counts.get(order, 0)
            for order, post in posts.items()
            if rights.may_see_post(agent, post)
        }
        return f'"reposts":{json.dumps(told, separators=(",", ":"))},"columns":{{}}' if told else ""


@dataclass
class Columns:
    """All pages with columns of this process."""

    rights: MaySee
    pages: dict[tuple[str, str], Shown] = field(default_factory=dict)  # by session and page
    sorter: Sorter | None = None
    seen: Look | None = None
    marked: int = 0
    marked_at: float = 0.0
    passed_on: set[int] = field(default_factory=set)  # posts, since they were counted last
    counted_at: float = 0.0

    def show(self, agent: SignedIn, page: str, tab: int, shapes: Mapping[int, Shape]) -> None:
        """Note what a page shows; nothing ends it."""
        key = (agent.session_key, page)
        before = self.pages.pop(key, None)
        if shapes:
            self.pages[key] = Shown(agent, shapes, tab, time.monotonic() + SHOWN_FOR_S)
        if (before.shapes if before else {}) != shapes:
            self.seen = None

    def expire(self) -> None:
        """Forget pages that have said nothing for long."""
        now = time.monotonic()
        for key in [key for key, shown in self.pages.items() if shown.until < now]:
            del self.pages[key]
            self.seen = None

    def look(self) -> Look:
        """Return all that is shown; the same one as long as nothing changes."""
        if self.seen is None:
            shapes: dict[Shape, int] = {}
            by_browser: dict[str, dict[int, int]] = {}
            for (session, _page), shown in self.pages.items():
                mine = by_browser.setdefault(session, {})
                for number, shape in shown.shapes.items():
                    mine[number] = shapes.setdefault(shape, len(shapes))
            self.seen = Look(shapes, by_browser)
        return self.seen

    def note(self, told: Iterable[Told]) -> None:
        """Note which posts others have passed on."""
        self.passed_on.update(event.mention for event in told if event.kind == REPOSTED and event.mention)

    def reposted(self) -> list[int]:
        """Return the posts to count now, however often each was passed on meanwhile; mostly none."""
        now = time.monotonic()
        if not self.passed_on or now - self.counted_at < COUNT_EVERY_S:
            return []
        orders = sorted(self.passed_on, reverse=True)[:COUNTED_MOST] if self.pages else []
        self.passed_on = self.passed_on.difference(orders) if orders else set()
        self.counted_at = now
        return orders

    # In the hub's own thread, which may ask the database ----------------------------------------

    def sort(self, told: Sequence[Told], look: Look) -> News:
        """Return what events brought for the columns of a look."""
        orders = {event.mention for event in told if event.kind in POSTS and event.mention}
        annotated = set(_annotated(told)) - orders if look.shapes else set()
        gone = [event for event in told if event.kind == GONE and event.mention]
        asked = orders | annotated
        found = self._sorted(asked, look.shapes, annotated) if asked and look.shapes else {}
        return News(look, told[-1].id, {look.shapes[shape]: posts for shape, posts in found.items()}, gone)

    def count(self, orders: Sequence[int], look: Look) -> Counted:
        """Return how often posts were passed on, those that stand in a column of a look."""
        found = self._sorted(orders, look.shapes)
        posts = {post.order: post for some in found.values() for post in some}
        by_shape = {look.shapes[shape]: some for shape, some in found.items()}
        return Counted(look, by_shape, reposts_counts(posts.values()))

    def _sorted(
        self, orders: Collection[int], shapes: Mapping[Shape, int], annotated: Collection[int] = ()
    ) -> Mapping[Shape, Sequence[Arrived]]:
        if self.sorter is None or self.sorter.shapes != shapes.keys():
            self.sorter = arrivals.Sorter(shapes)
        return self.sorter.sort(arrivals.read(orders), frozenset(annotated))

    # In the loop --------------------------------------------------------------------------------

    def telling(self, news: News) -> Telling:
        """Return what says to each browser in one message what is fresh in its columns."""
        return Telling(news, self.rights)

    def mark(self, cursor: int, listeners: Iterable[Listener]) -> None:
        """Say now and then how far the log has come, so that who comes back need not ask for much."""
        now = time.monotonic()
        if cursor == self.marked or now - self.marked_at < MARK_EVERY_S:
            return
        self.marked, self.marked_at = cursor, now
        by_browser = self.look().by_browser
        for listener in listeners:
            if listener.agent.session_key in by_browser:
                listener.tell(message(cursor, '"columns":{}'))


class Telling:
    """One batch of news on its way: what equal columns and equal teams have in common is written once."""

    def __init__(self, news: News, rights: MaySee) -> None:
        self.news = news
        self.rights = rights
        self.written: dict[tuple[int, frozenset[int] | None], str] = {}

    def said(self, agent: SignedIn) -> bytes:
        """Return what a browser is told, b"" for nothing."""
        shown = self.news.look.by_browser.get(agent.session_key)
        if not shown or not (self.news.sorted or self.news.gone):
            return b""
        gone = [event.mention or 0 for event in self.news.gone if self.rights.may_see(agent, event)]
        parts = [
            f'"{number}":{told}' for number, shape in shown.items() if (told := self._orders(agent, shape))
        ]
        if not parts and not gone:
            return b""
        told = f'"gone":{_numbers(gone)},' if gone else ""
        return message(self.news.cursor, f'{told}"columns":{{{",".join(parts)}}}')

    def _orders(self, agent: SignedIn, shape: int) -> str:
        posts = self.news.sorted.get(shape)
        if not posts:
            return ""
        key = (shape, agent.channels)
        if key not in self.written:
            seen = [post.order for post in posts if self.rights.may_see_post(agent, post)]
            self.written[key] = _numbers(seen[-TOLD_MOST:]) if seen else ""
        return self.written[key]


def _annotated(told: Iterable[Told]) -> Iterator[int]:
    """Yield the posts of which something is noted since."""
    batches = [json.loads(event.facts)["batch"] for event in told if event.kind == BATCH]
    yield from (event.mention for event in told if event.kind == NOTED and event.mention)
    if batches:
        yield from in_batches(batches).values_list("mention_id", flat=True)


def _numbers(orders: Iterable[int]) -> str:
    """Return orders as JSON; as texts, for they exceed what JavaScript's numbers hold."""
    return json.dumps([str(order) for order in orders], separators=(",", ":"))


def message(cursor: int, said: str) -> bytes:
    """Return one message about columns as it goes over the wire."""
    return f'id: {cursor}\nevent: columns\ndata: {{"id":{cursor},{said}}}\n\n'.encode()


def shapes_of(agent: int, numbers: Collection[int]) -> dict[int, Shape]:
    """Return what those of some columns ask for that an agent sees."""
    found = columns_seen(Agent.objects.get(pk=agent), list(numbers)[:COLUMNS_MOST])
    asked = {stream.pk: shape_of(stream) for stream in found}
    return {number: shape for number, shape in asked.items() if shape is not None}
