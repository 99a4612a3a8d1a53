"""The event log: what happened, in the order in which it was written.

Live updates, clocks, reports and the audit trail all read it, through `after` only. An event is
written in the transaction of the change it tells of, and the conversation's projection with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from resonanz.case import RULES
from resonanz.desk import projection
from resonanz.desk.models import Event

KINDS: dict[str, int] = {
    # kind: version of its facts
    "opened": 1,
    "heard": 1,  # a customer's turn: at (ms), due (ms or none), stamp
    "spoke": 1,  # our turn: at (ms), by (case.ReplyKind), upto (the newest turn its writer had seen)
    "quarantined": 1,  # channel: a post of it could not be stored
    "withdrawn": 1,  # a post is gone from the network
    "edited": 1,
    "pictured": 1,  # a post's picture can be shown now, or never
    "assigned": 1,  # to (agent or none)
    "resolved": 1,
    "reopened": 1,  # undo (1 when an agent takes "resolved" back)
    "waits": 1,  # waiting (case.Waiting)
    "noted": 1,
    "planned": 1,
    "cancelled": 1,
    "armed": 1,
    "sent": 1,
    "unclear": 1,
    "looked": 1,  # found (0 or 1)
    "postponed": 1,
    "refused": 1,
    "channel_ok": 1,  # channel
    "channel_failed": 1,  # channel
    "imported": 1,
    "signed_in": 1,
}


def happen(
    kind: str,
    at: datetime,
    /,
    *,
    actor: int | None = None,
    conversation: int | None = None,
    mention: int | None = None,
    delivery: int | None = None,
    **facts: int | None,
) -> None:
    """Write one event and, where it concerns a case, the case's projection. Call in a transaction."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not an event; see events.KINDS")
    if not connection.in_atomic_block:
        raise RuntimeError(f"event {kind!r} outside a transaction: the change and its event belong together")
    Event.objects.create(
        at=at,
        kind=kind,
        actor=actor,
        conversation=conversation,
        mention=mention,
        delivery=delivery,
        facts=pack(facts),
    )
    if conversation is not None and kind in RULES:
        projection.refresh([conversation])


def pack(facts: dict[str, int | None]) -> str:
    """Return facts as they are stored; nothing at all for none."""
    return json.dumps(facts, separators=(",", ":")) if facts else ""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as readers get it."""

    id: int
    kind: str
    at_ms: int
    actor: int | None
    conversation: int | None
    mention: int | None
    delivery: int | None
    facts: str


def after(cursor: int, limit: int = 500) -> list[Told]:
    """Return the events after `cursor`, oldest first.

    SQLite has one writer at a time, so ids are committed in order and no gap can fill up later.
    """
    with connection.cursor() as query:
        query.execute(
            "SELECT id, kind, at, actor, conversation, mention, delivery, facts FROM desk_event "
            "WHERE id > %s ORDER BY id LIMIT %s",
            [cursor, limit],
        )
        return [Told(*row) for row in query.fetchall()]


def newest() -> int:
    """Return the cursor after everything so far."""
    with connection.cursor() as query:
        query.execute("SELECT coalesce(max(id), 0) FROM desk_event")
        return int(query.fetchone()[0])
