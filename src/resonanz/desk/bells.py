"""Ringing somebody's bell. Under the verbs, because those of care ring and the outbox does too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.models import Agent, AlarmRing, Conversation, Note, Notice, NoticeKind


def notify(
    agent: Agent,
    kind: NoticeKind,
    conversation: Conversation | None = None,
    *,
    by: Agent | None = None,
    note: Note | None = None,
) -> None:
    """Ring somebody's bell, once for the same thing until they have looked. Call in a transaction."""
    known = Notice.objects.filter(agent=agent, kind=kind, conversation=conversation, seen_at=None)
    if (by is not None and by.pk == agent.pk) or (note is None and known.exists()):
        return
    now = timezone.now()
    Notice.objects.create(agent=agent, kind=kind, conversation=conversation, by=by, note=note, at=now)
    happen(
        "notified",
        now,
        actor=None if by is None else by.pk,
        conversation=None if conversation is None else conversation.pk,
        to=agent.pk,
    )


def notify_all(
    agents: Iterable[Agent], kind: NoticeKind, conversation: Conversation, *, by: Agent | None = None
) -> None:
    """Ring several people's bells about a conversation; one question for all. Call in a transaction."""
    known = Notice.objects.filter(kind=kind, conversation=conversation, seen_at=None)
    left_out = {*known.values_list("agent", flat=True), None if by is None else by.pk}
    rung = [agent for agent in agents if agent.pk not in left_out]
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(agent=agent, kind=kind, conversation=conversation, by=by, at=now) for agent in rung
    )
    for agent in rung:
        happen(
            "notified", now, actor=None if by is None else by.pk, conversation=conversation.pk, to=agent.pk
        )


def notify_of_ring(agents: Iterable[Agent], ring: AlarmRing, now: datetime) -> None:
    """Ring several people's bells about an alarm; one bell each for the same ring. Call in a transaction."""
    known = set(Notice.objects.filter(ring=ring, seen_at=None).values_list("agent", flat=True))
    rung = [agent for agent in agents if agent.pk not in known]
    Notice.objects.bulk_create(
        Notice(agent=agent, kind=NoticeKind.ALARM, ring=ring, at=now) for agent in rung
    )
    for agent in rung:
        happen("notified", now, to=agent.pk)


def hush(kind: NoticeKind, now: datetime) -> None:
    """Quiet the bells of a kind that leads nowhere any more. Call in a transaction."""
    _settle(Notice.objects.filter(kind=kind, seen_at=None), now)


def settle_ring(ring: AlarmRing, now: datetime) -> None:
    """Quiet the bells of an alarm that somebody has answered. Call in a transaction."""
    _settle(Notice.objects.filter(ring=ring, seen_at=None), now)


def _settle(unseen: QuerySet[Notice], now: datetime) -> None:
    told = list(unseen.values_list("agent", flat=True))
    unseen.update(seen_at=now)
    for agent in told:
        happen("notified", now, to=agent)
