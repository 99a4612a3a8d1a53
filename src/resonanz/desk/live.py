"""The hub behind the live streams: reads the event log once and tells every browser what it may know.

Presence (who looks at which conversation, who types) lives here too, in memory only; what is fresh in columns
is `live_columns`. One hub per web process; it polls SQLite's data version, which costs microseconds while
nothing happens.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.db import connection

from resonanz.desk import events
from resonanz.desk.guardian import SignedIn
from resonanz.desk.live_columns import Columns, message, shapes_of

if TYPE_CHECKING:
    from resonanz.desk.arrivals import Arrived
    from resonanz.desk.live_columns import Look, News

log = logging.getLogger("resonanz.live")
T = TypeVar("T")
POLL_S = 0.1
POLL_LISTENED_S = 0.01  # while somebody listens
QUIET = frozenset({"annotated", "overheard", "reposted"})  # told to columns only: a storm brings thousands
CATCH_UP_MOST = 2_000  # events that a returning browser is told; one that missed more reloads
LEARNT_MOST = 500  # conversations whose channels are asked for at once
PRESENT_FOR_S = 8.0  # tabs say every 5 s that they are there
ALIVE_EVERY_S = 20.0  # signs of life that are passed on; `care.shifts` writes fewer
QUEUE_MOST = 500  # chunks that a stalled browser may be behind before its stream is ended


HEARD_BY = """WITH asked (id) AS (SELECT value FROM json_each(%s))
    SELECT c.id, c.channel_id FROM desk_conversation c JOIN asked ON asked.id = c.id
    UNION SELECT m.conversation_id, s.channel_id FROM asked
        CROSS JOIN desk_mention m ON m.conversation_id = asked.id
        CROSS JOIN desk_sighting s ON s.mention_id = m."order" WHERE s.addressed"""


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream."""

    agent: SignedIn
    chunks: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_MOST))

    def tell(self, chunk: bytes) -> None:
        """Queue a chunk; a browser that does not take them any more is let go and comes back by itself."""
        try:
            self.chunks.put_nowait(chunk)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """End the stream after what is queued, or at once where nothing more fits."""
        if self.chunks.full():
            self.chunks.get_nowait()
        self.chunks.put_nowait(None)

    async def next(self, wait_s: float) -> bytes | None:
        """Return the next chunk, b"" when nothing came in time, None at the end."""
        try:
            async with asyncio.timeout(wait_s):
                return await self.chunks.get()
        except TimeoutError:
            return b""


@dataclass(frozen=True, slots=True)
class Presence:
    """What one tab of an agent's looks at."""

    agent: SignedIn
    conversation: int
    typing: bool
    until: float


class Hub:
    """All listeners of this process."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.present_tabs: dict[tuple[int, str], Presence] = {}
        self.alive: dict[int, float] = {}  # agent → when their last sign of life was passed on
        self.channels: dict[int, frozenset[int]] = {}  # conversation → channels that heard it
        self.columns = Columns(self)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.task: asyncio.Task[None] | None = None
        self.cursor = 0
        self.closed = False
        self.version: int | None = None
        self.reader = ThreadPoolExecutor(1, "hub")  # one thread: data_version is a connection's own number

    def start(self) -> None:
        """Begin to read the event log. Call in the running loop."""
        self.loop = asyncio.get_running_loop()
        self.task = self.loop.create_task(self._run())

    def _ask(self, question: Callable[..., T], *facts: object) -> asyncio.Future[T]:
        """Ask the database from the hub's own thread."""
        return asyncio.get_running_loop().run_in_executor(self.reader, question, *facts)

    def close(self) -> None:
        """End every stream. May be called from a signal handler."""
        self.closed = True
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for listener in list(self.listeners):
            listener.end()

    def join(self, agent: SignedIn, last_id: int | None) -> Listener:
        """Add a listener; one that returns is told what happened since its last event."""
        listener = Listener(agent)
        self.listeners.add(listener)
        if self.closed:
            listener.end()
        if last_id is not None and last_id < self.cursor:
            asyncio.get_running_loop().create_task(self._catch_up(listener, last_id, self.cursor))
        for conversation in {presence.conversation for presence in self.present_tabs.values()}:
            self._tell_presence_to(conversation, [listener])
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove a listener."""
        self.listeners.discard(listener)

    async def _catch_up(self, listener: Listener, since: int, until: int) -> None:
        told = await self._ask(self._read, since)
        if len(told) >= CATCH_UP_MOST:
            listener.tell(b"event: reload\ndata: {}\n\n")
            return
        for event in told:
            if event.id <= until and event.kind not in QUIET and self.may_see(listener.agent, event):
                listener.tell(_chunk(event))

    async def _run(self) -> None:
        self.cursor = await self._ask(events.newest)
        while not self.closed:
            await asyncio.sleep(POLL_LISTENED_S if self.listeners else POLL_S)
            try:
                await self._pass_on(*await self._ask(self._fresh, self.columns.look()))
                await self._tell_reposts()
            except Exception:
                log.exception("the event log could not be read")
                await asyncio.sleep(1)
            self._expire()

    async def _pass_on(self, told: list[events.Told], news: News | None) -> None:
        """Tell of some events, and of the posts that they brought to columns; of both in one chunk."""
        while news is not None and news.look is not self.columns.look():  # a page came in between
            news = await self._ask(self.columns.sort, told, self.columns.look())
        self._tell(told, news)
        if told:
            await self._changed(told)
        self.columns.mark(self.cursor, self.listeners)

    async def _tell_reposts(self) -> None:
        """Say how often posts were passed on that somebody has before them; once a second is enough."""
        orders = self.columns.reposted()
        if not orders:
            return
        counted = await self._ask(self.columns.count, orders, self.columns.look())
        for listener in list(self.listeners):
            if said := counted.said(listener.agent, self):
                listener.tell(message(self.cursor, said))

    def _fresh(self, look: Look) -> tuple[list[events.Told], News | None]:
        """Return new events with their news, asking for them only when another connection has written."""
        with connection.cursor() as query:
            query.execute("PRAGMA data_version")
            version = query.fetchone()[0]
        if version == self.version:
            return [], None
        told = self._read(self.cursor)
        if len(told) < CATCH_UP_MOST:
            self.version = version
        return told, self.columns.sort(told, look) if told else None

    def _read(self, since: int) -> list[events.Told]:
        """Read events and learn which channels hear their conversations: a further one may have begun to."""
        told = events.after(since, CATCH_UP_MOST)
        named = sorted({event.conversation for event in told if event.conversation})
        for first in range(0, len(named), LEARNT_MOST):
            self._learn(named[first : first + LEARNT_MOST])
        return told

    def _tell(self, told: Sequence[events.Told], news: News | None) -> None:
        """Queue one chunk for each browser; it is written once for all that may see the same."""
        if not told:
            return
        self.columns.note(told)
        self.cursor = max(self.cursor, told[-1].id)
        telling = None if news is None else self.columns.telling(news)
        chunks = {event.id: _chunk(event) for event in told if event.kind not in QUIET}
        written: dict[frozenset[int] | None, bytes] = {}
        for listener in list(self.listeners):
            agent = listener.agent
            if agent.channels not in written:
                seen = [chunks[e.id] for e in told if e.id in chunks and self.may_see(agent, e)]
                written[agent.channels] = b"".join(seen)
            chunk = written[agent.channels] + (b"" if telling is None else telling.said(agent))
            if chunk:
                listener.tell(chunk)

    def may_see(self, agent: SignedIn, event: events.Told) -> bool:
        """Whether somebody is told of an event."""
        if event.conversation is None:
            return event.kind not in QUIET
        return self._may_see_conversation(agent, event.conversation)

    def may_see_post(self, agent: SignedIn, post: Arrived) -> bool:
        """Whether somebody may see a post: in their conversations, or heard by their channels."""
        if post.conversation is None:
            return agent.channels is None or not agent.channels.isdisjoint(post.heard_by)
        return self._may_see_conversation(agent, post.conversation)

    def _may_see_conversation(self, agent: SignedIn, conversation: int) -> bool:
        return agent.channels is None or not agent.channels.isdisjoint(self.channels.get(conversation, ()))

    # Columns ------------------------------------------------------------------------------------

    async def show(
        self, agent: SignedIn, page: str, tab: int, numbers: Sequence[int], since: int | None = None
    ) -> None:
        """A page says which columns it shows, and up to which event it knows them."""
        shapes = await self._ask(shapes_of, agent.id, numbers) if numbers else {}
        self.columns.show(agent, page, tab, shapes)
        if since is None or since >= self.cursor or not shapes:
            return
        again = Columns(self)
        again.show(agent, page, tab, shapes)
        said, told = await self._ask(self._missed, since, self.cursor, again, agent)
        self.columns.note(told)
        for listener in self.listeners:
            if said and listener.agent.session_key == agent.session_key:
                listener.tell(said)

    def _missed(
        self, since: int, until: int, again: Columns, agent: SignedIn
    ) -> tuple[bytes, list[events.Told]]:
        """Return what tells a page that comes back what it has missed; where that is too much, to reload."""
        told = self._read(since)
        if len(told) >= CATCH_UP_MOST:
            return message(until, '"reload":true,"columns":{}'), []
        told = [event for event in told if event.id <= until]
        return again.telling(again.sort(told, again.look())).said(agent) if told else b"", told

    async def _changed(self, told: list[events.Told]) -> None:
        """Ask again what the pages of a tab show whose columns are others now, and tell them."""
        tabs = {json.loads(event.facts)["tab"] for event in told if event.kind == "columns_changed"}
        for (session, page), shown in list(self.columns.pages.items()):
            if shown.tab in tabs:
                shapes = await self._ask(shapes_of, shown.agent.id, list(shown.shapes))
                self.columns.show(shown.agent, page, shown.tab, shapes)
                for listener in self.listeners:
                    if listener.agent.session_key == session:
                        listener.tell(message(self.cursor, f'"changed":{shown.tab},"columns":{{}}'))

    # Presence -----------------------------------------------------------------------------------

    async def present(self, agent: SignedIn, tab: str, conversation: int | None, typing: bool) -> None:  # noqa: FBT001
        """A tab says where it is; None means nowhere."""
        key = (agent.id, tab)
        before = self.present_tabs.pop(key, None)
        if conversation is not None and not self._may_see_conversation(agent, conversation):
            await self._ask(self._learn, [conversation])
        if conversation is not None and self._may_see_conversation(agent, conversation):
            until = time.monotonic() + PRESENT_FOR_S
            self.present_tabs[key] = Presence(agent, conversation, typing, until)
        after = self.present_tabs.get(key)
        changed = {
            p.conversation
            for p in (before, after)
            if p is not None and (before is None or after is None or _seen(before) != _seen(after))
        }
        self._tell_presence(changed)

    def is_news(self, agent: int) -> bool:
        """Whether a sign of life is to be written down; once in a while is enough."""
        now = time.monotonic()
        if now - self.alive.get(agent, -ALIVE_EVERY_S) < ALIVE_EVERY_S:
            return False
        self.alive[agent] = now
        return True

    def _learn(self, conversations: Sequence[int]) -> None:
        """Ask which channels hear some conversations, as `access.visible_to` has it."""
        found: dict[int, set[int]] = {number: set() for number in conversations}
        with connection.cursor() as query:
            query.execute(HEARD_BY, [json.dumps(list(conversations))])
            for number, channel in query.fetchall():
                found[number].add(channel)
        self.channels.update((number, frozenset(channels)) for number, channels in found.items())

    def _expire(self) -> None:
        self.columns.expire()
        now = time.monotonic()
        over = [key for key, presence in self.present_tabs.items() if presence.until < now]
        self._tell_presence({self.present_tabs.pop(key).conversation for key in over})

    def _tell_presence(self, conversations: set[int]) -> None:
        for conversation in conversations:
            self._tell_presence_to(conversation, list(self.listeners))

    def _tell_presence_to(self, conversation: int, listeners: list[Listener]) -> None:
        told = json.dumps({"conversation": conversation, "people": self._people(conversation)})
        for listener in listeners:
            if self._may_see_conversation(listener.agent, conversation):
                listener.tell(f"event: presence\ndata: {told}\n\n".encode())

    def _people(self, conversation: int) -> list[dict[str, object]]:
        """Return who looks at a conversation, an agent with several tabs once."""
        typing: dict[SignedIn, bool] = {}
        for presence in self.present_tabs.values():
            if presence.conversation == conversation:
                typing[presence.agent] = presence.typing or typing.get(presence.agent, False)
        return [{"id": agent.id, "name": agent.name, "typing": types} for agent, types in typing.items()]


def _seen(presence: Presence) -> tuple[int, bool]:
    return presence.conversation, presence.typing


def _chunk(event: events.Told) -> bytes:
    told = {
        "id": event.id,
        "kind": event.kind,
        "conversation": event.conversation,
        "delivery": event.delivery,
        "actor": event.actor,
    }
    return f"id: {event.id}\nevent: told\ndata: {json.dumps(told)}\n\n".encode()
