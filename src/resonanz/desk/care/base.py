"""What every verb of care stands on: the error that becomes a sentence, who may act, telling an event.

Nothing here decides anything about a conversation.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Conversation, Note, Notice, NoticeKind, Role

TEXT_MOST = 100_000  # characters that a note or an unsent text may have; a slip of the clipboard is longer


class CareError(Exception):
    """Something an agent cannot do now. `code` becomes a sentence in the desk; `facts` are its parameters.

    Codes: `empty`, `too_long` (length, limit), `wider_audience`, `nothing_to_answer`, `post_gone`,
    `not_allowed`, `lead_needed`, `archive`, `channel_login`, `too_late`, `no_signature`, `answered_already`
    (name, despite), `changed_thread` (despite), `reason_needed`; other modules name their further ones.
    """

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def expect_agent(agent: Agent) -> None:
    """Trainees read, note and suggest; everything else is for agents and those above."""
    if not agent.has_role(Role.AGENT):
        raise CareError("not_allowed")


def expect_lead(agent: Agent) -> None:
    """Some things are a lead's to do."""
    if not agent.has_role(Role.LEAD):
        raise CareError("lead_needed")


def expect_live(conversation: Conversation) -> None:
    """Archives are read, never changed."""
    if conversation.channel.is_archive:
        raise CareError("archive")


def tell(
    kind: str,
    at: datetime,
    conversation: Conversation,
    agent: Agent | None,
    *,
    mention: int | None = None,
    delivery: int | None = None,
    **facts: int | None,
) -> None:
    """Write an event of a conversation down. Call in the transaction of the change."""
    happen(
        kind,
        at,
        actor=None if agent is None else agent.pk,
        conversation=conversation.pk,
        mention=mention,
        delivery=delivery,
        **facts,
    )


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
