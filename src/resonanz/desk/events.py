"""The event log: what happened, in the order in which it was written.

Live updates, clocks, reports and the audit trail all read it, through `after` only. An event is
written in the transaction of the change it tells of, and the conversation's projection with it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db import connection

from resonanz.case import RULES
from resonanz.desk import projection
from resonanz.desk.models import Bookmark, Event

KINDS: dict[str, int] = {
    # kind: version of its facts
    "opened": 1,
    "heard": 2,  # a customer's turn: at (ms), due (ms or none), stamp, end (ms: when all should be settled)
    "overheard": 1,  # a post of others that is nobody's conversation, such as one that a query found: channel
    "reposted": 1,  # others passed a post on: count (below 0: took that back), channel
    "spoke": 1,  # our turn: at (ms), by (case.ReplyKind), upto (the newest turn its writer had seen)
    "quarantined": 1,  # channel: a post of it could not be understood or stored
    "replayed": 1,  # channel: one that was put aside could be stored after all
    "gap": 1,  # channel: its network does not show any more what was said for some time
    "missed": 1,  # channel, count: posts that the network shows and we have not
    "budget": 1,  # channel: somebody set what it may spend in a month
    "webhook": 1,  # channel: somebody opened or closed the address that its network calls
    "withdrawn": 1,  # a post is gone from the network
    "edited": 1,
    "pictured": 1,  # a post's picture can be shown now, or never
    "assigned": 2,  # to (agent or none), team (where one was named), why (care.shifts.Why, if nobody did it)
    "resolved": 2,  # reason (case.Dismissal, where turns were left without an answer)
    "reopened": 1,  # undo (1 when an agent takes "resolved" back)
    "waits": 1,  # waiting (case.Waiting)
    # matter, urgency (not where a hand left it), due:ORDER (ms), end (ms), rule (which one, where no agent
    # did it); with a mention: correction (of that post's urgency) and before (how urgent it was)
    "sorted": 1,
    "promised": 2,  # until (ms), told (0: the customer does not know this time), undo (1: taken back)
    "follow_up": 1,  # until (ms or none)
    "answered_there": 1,  # by hand on the network; undo (1: taken back), found (1: seen there, 0: not)
    "moved": 1,  # private (1: we asked to go on in private, 0: public again)
    "asked": 1,  # enquiry
    "informed": 1,  # enquiry, answer (0: taken back)
    "reminded": 1,  # enquiry, deputy (1: the deputy too)
    "enquiry_opened": 1,  # enquiry: somebody there looked
    "corrected": 1,  # enquiry: the department changed its answer
    "lettered": 1,  # enquiry, sent (1: its e-mail is out, 0: not taken this time)
    "reacted": 1,  # a favourite or boost of ours on a customer's post: at (ms)
    "unreacted": 1,  # the last of them was taken back, and what case.told tells of the case without
    "merged": 2,  # into (conversation), undo, and what moved: TABLE:ID (care.merging)
    "took_in": 2,  # other (conversation), undo, and what case.told tells of it
    "split_off": 2,  # into (conversation); the mention goes on there; the last: what case.told tells is left
    "tagged": 1,  # tag
    "untagged": 1,  # tag
    "noted": 2,  # note
    "held": 1,  # a trainee's reply waits for a colleague's release
    "released": 1,
    "sent_back": 1,
    "stopped": 1,  # rule (care.guards.RULES): a reply was held back once, to be looked at
    "overrode": 1,  # rule (care.guards.RULES): an agent sent all the same
    "guard_switched": 1,  # rule, on (0 or 1)
    "saved_reply_changed": 1,  # saved_reply
    "saved_reply_approved": 1,  # saved_reply
    "saved_reply_dropped": 1,  # saved_reply, on (0: dropped, 1: taken back)
    "warned": 1,  # due (ms): it is due soon
    "escalated": 1,  # due (ms): it is overdue and others were told
    "columns_changed": 1,  # tab: its columns are others now, or called otherwise
    "shift_began": 1,
    "shift_ended": 1,
    "handed_over": 2,  # to (agent or none), handover, had (agent or none: whose it was)
    "handover_read": 1,  # handover
    "handover_undone": 1,  # handover
    "incident_opened": 1,  # incident
    "incident_changed": 1,  # incident, version
    "incident_solved": 1,  # incident
    "incident_reopened": 1,  # incident
    "proposed": 1,  # incident
    "linked": 1,  # incident
    "unlinked": 1,  # incident
    "notified": 1,  # to (agent): something for one person's bell
    "safety_alarm": 1,  # share (thousandths)
    "alarm_changed": 1,  # alarm, on (0: dropped)
    "alarm_rang": 1,  # alarm, ring, count, again (1: after a snooze)
    "alarm_over": 1,  # alarm, ring, count
    "alarm_answered": 1,  # ring, until (ms: snoozed; none: acknowledged), undo (1: taken back)
    "alarm_told": 1,  # ring, address, sent (0 or 1)
    "alarm_address": 1,  # address, on (0: dropped)
    "lookalike_found": 1,  # lookalike, author (none: the mention names it)
    "lookalike_decided": 1,  # lookalike, verdict (models.Verdict)
    "factor_reset": 1,  # agent
    "factor_added": 1,  # agent, means (factors.MEANS)
    "factor_removed": 1,  # agent, means
    "factors_required": 1,  # on (0 or 1)
    "recovery_codes_made": 1,  # agent
    "recovery_code_used": 1,  # agent
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
    "noticed": 1,  # channel: its network told something besides posts (`post.Page.notices`)
    "annotated": 1,  # batch: `Annotation.batch` of the posts of which something is noted now
    "relabelled": 1,  # correction, undo (1: taken back)
    "model_made": 1,  # model (LearntModel), used (0: it was worse, waits, or is proposed)
    "model_used": 1,  # model (none: the shipped one)
    "reasons_changed": 1,  # reason
    "understanding_switched": 1,  # kind (its place in understood.SWITCHES), on (0 or 1)
    "understanding_forgotten": 1,  # kind, count: what was noted was deleted
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


@dataclass(frozen=True, slots=True)
class News:
    """What a reader has not taken in yet. It judges without a lock first, then takes it and writes."""

    reader: str
    since: int
    told: list[Told]

    def take(self) -> bool:
        """Move the reader's mark behind it; False where another worker has. Call in a transaction.

        Each event comes once: with the changes of the same transaction, or, if these fail, again.
        """
        if not connection.in_atomic_block:
            raise RuntimeError(f"{self.reader!r} takes news outside a transaction: mark and change are one")
        mark = Bookmark.objects.filter(pk=self.reader, event=self.since)
        return bool(mark.update(event=self.told[-1].id))


@contextmanager
def follow(reader: str, kinds: Collection[str], most: int) -> Iterator[News | None]:
    """Give what happened since this reader took something, with up to `most` events of some kinds.

    None where there is nothing new, or another thread of this process is at it. Who reads for the first
    time begins with what comes.
    """
    lock = _AT_IT.setdefault(reader, Lock())
    if not lock.acquire(blocking=False):
        yield None
        return
    try:
        yield _news(reader, kinds, most)
    finally:
        lock.release()


_AT_IT: dict[str, Lock] = {}


def _news(reader: str, kinds: Collection[str], most: int) -> News | None:
    since = Bookmark.objects.filter(pk=reader).values_list("event", flat=True).first()
    if since is None:
        Bookmark.objects.get_or_create(name=reader, defaults={"event": newest()})
        return None
    told = after(since)
    places = [place for place, event in enumerate(told) if event.kind in kinds]
    if len(places) > most:
        del told[places[most] :]
    return News(reader, since, told) if told else None


def newest() -> int:
    """Return the cursor after everything so far."""
    with connection.cursor() as query:
        query.execute("SELECT coalesce(max(id), 0) FROM desk_event")
        return int(query.fetchone()[0])
