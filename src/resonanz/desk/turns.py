"""What was said in each conversation and when, walked turn by turn, for reports.

A stretch of waiting begins with the first post of a customer's that nobody of ours has answered and ends with
the next words of a human. Acknowledgements and automatic answers end nothing; a favourite or boost does where
the matter is praise. Reads the mentions' honest time stamps and the events, never counters.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from django.db import connection

from resonanz.case import ClockKind, Matter, ReplyKind
from resonanz.desk.storage import to_ms
from resonanz.study import Response

CHUNK = 5_000

# Every turn of every visible conversation. The index on conversation_id ends in the order, so that
# nothing needs to be sorted.
TURNS = """
SELECT m.conversation_id, c.brand_id, c.channel_id, c.reopened_count,
    m."order", m.clock_at, m.incoming, m.kind
FROM desk_mention m JOIN desk_conversation c ON c.id = m.conversation_id
WHERE m.conversation_id IS NOT NULL AND (c.from_import_id IS NULL OR c.from_import_id NOT IN (
    SELECT id FROM desk_import WHERE finished_at IS NULL))
ORDER BY m.conversation_id, m."order"
"""
SEEN = """SELECT mention, facts FROM desk_event WHERE kind = 'spoke' AND facts LIKE '%"upto"%'"""
# Those that stand, where the post is now (its case may have been joined with another one since).
REACTED = """
SELECT m.conversation_id, e.mention, e.at, e.facts FROM desk_conversation c
JOIN desk_event e ON e.conversation = c.id AND e.kind = 'reacted' JOIN desk_mention m ON m."order" = e.mention
WHERE c.matter = %s AND m.conversation_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM desk_event u WHERE u.conversation IN (c.id, m.conversation_id) AND u.kind = 'unreacted'
    AND u.mention = e.mention AND u.id > e.id)
ORDER BY e.id
"""
PROMISES = """
SELECT conversation_id, started_at, due_at, stopped_at, stopped_by FROM desk_clock
WHERE kind = %s AND due_at IS NOT NULL ORDER BY conversation_id, number
"""

Fate = Literal["open", "kept", "broken", "moved"]


class Heard(NamedTuple):
    """A conversation that had something to answer: its first wait, all waits, and what else became of it.

    `opening` are the customer's posts up to the first answer, by their order.
    """

    conversation: int
    brand: int
    channel: int
    response: Response
    waits: tuple[Response, ...]
    kinds: frozenset[int]  # case.ReplyKind: who of ours spoke in it
    reopened: bool
    reacted: bool
    opening: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What the turns do not show: dismissed conversations, and promises by what became of them."""

    dismissed: frozenset[int]
    promises: dict[int, dict[Fate, int]]


class _Walk:
    """One conversation's turns. A clock that runs back (another server's) counts as standing still."""

    __slots__ = ("head", "kinds", "light", "opening", "reached", "reacted", "waiting", "waits")

    def __init__(self, head: tuple[int, int, int, int], light: list[tuple[int, int]]) -> None:
        self.head = head
        self.light = light  # reactions that count: (milliseconds, order of the post)
        self.reached = 0
        self.kinds: set[int] = set()
        self.waiting: list[tuple[int, int]] = []  # posts without an answer: (order, milliseconds)
        self.waits: list[Response] = []
        self.opening: tuple[int, ...] = ()
        self.reacted = False

    def turn(self, order: int, at: int, incoming: int, kind: int, upto: int | None = None) -> None:
        """Take the next turn in. `upto` is the newest post that the writer of ours had seen, where known."""
        self.reached = max(self.reached, at)
        self._lightly(self.reached)
        if incoming:
            self.waiting.append((order, self.reached))
            return
        self.kinds.add(kind)
        if kind == ReplyKind.HUMAN:
            self._answered(order if upto is None else upto, self.reached)

    def _lightly(self, until: int) -> None:
        while self.light and self.light[0][0] <= until:
            at, order = self.light.pop(0)
            self.reacted = True
            self._answered(order, at)

    def _answered(self, order: int, at: int) -> None:
        left = [post for post in self.waiting if post[0] > order]
        if len(left) < len(self.waiting):
            asked = self.waiting[0][1]
            self.waits.append(Response(asked / 1000, max(asked, at) / 1000))
            self._opened(len(self.waiting) - len(left))
            self.waiting = left

    def _opened(self, count: int) -> None:
        """Note the posts of the first wait."""
        self.opening = self.opening or tuple(order for order, _at in self.waiting[:count])

    def end(self) -> Heard | None:
        """Return what became of it, None where a customer never spoke."""
        self._lightly(self.light[-1][0] if self.light else 0)
        if self.waiting:
            self.waits.append(Response(self.waiting[0][1] / 1000, None))
            self._opened(len(self.waiting))
        if not self.waits:
            return None
        conversation, brand, channel, reopened_count = self.head
        return Heard(
            conversation,
            brand,
            channel,
            self.waits[0],
            tuple(self.waits),
            frozenset(self.kinds),
            reopened_count > 0,
            self.reacted,
            self.opening,
        )


def heard() -> Iterator[Heard]:
    """Yield every conversation with an incoming post, in the order of their numbers.

    Turns are walked in their order, in which a parent stands before its child.
    """
    light, seen = _reactions(), _seen()
    walk: _Walk | None = None
    with connection.cursor() as cursor:
        cursor.execute(TURNS)
        while rows := cursor.fetchmany(CHUNK):
            for conversation, brand, channel, reopened, order, at, incoming, kind in rows:
                if walk is None or walk.head[0] != conversation:
                    if walk is not None and (ended := walk.end()) is not None:
                        yield ended
                    walk = _Walk((conversation, brand, channel, reopened), light.get(conversation, []))
                walk.turn(order, at, incoming, kind, seen.get(order))
    if walk is not None and (ended := walk.end()) is not None:
        yield ended


def _seen() -> dict[int, int]:
    """Return for our posts the newest post that their writers had before their eyes, where that is known."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        return {mention: json.loads(facts)["upto"] for mention, facts in cursor.fetchall()}


def _reactions() -> dict[int, list[tuple[int, int]]]:
    """Return when which posts of praise were favoured or boosted, and still are, by conversation."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(REACTED, [int(Matter.PRAISE)])
        for conversation, mention, at, facts in cursor.fetchall():
            found[conversation].append((json.loads(facts or "{}").get("at") or at, mention))
    return {conversation: sorted(light) for conversation, light in found.items()}


# Promises ----------------------------------------------------------------------------------------


def fate(due: int, stopped: int | None, now: int, *, moved: bool) -> Fate:
    """Return what became of a promise; times in milliseconds, `moved` says that another took its place.

    Kept is what ended by its time, with an answer or because the matter was settled. Broken is what went past
    its time, even if an answer came later or a new time was told too late.
    """
    if stopped is None:
        return "broken" if due < now else "open"
    if stopped > due:
        return "broken"
    return "moved" if moved else "kept"


def marks(now: datetime) -> Marks:
    """Return which conversations were dismissed, and how many promises of each were kept, broken or moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT conversation_id FROM desk_clock WHERE reason > 0")
        dismissed = frozenset(number for (number,) in cursor.fetchall())
        cursor.execute(PROMISES, [int(ClockKind.PROMISE)])
        rows = cursor.fetchall()
    begun = {(conversation, started) for conversation, started, *_rest in rows}
    promises: dict[int, dict[Fate, int]] = {}
    for conversation, _started, due, stopped, by in rows:
        moved = by is None and (conversation, stopped) in begun
        became = fate(due, stopped, to_ms(now), moved=moved)
        counted = promises.setdefault(conversation, {})
        counted[became] = counted.get(became, 0) + 1
    return Marks(dismissed, promises)
