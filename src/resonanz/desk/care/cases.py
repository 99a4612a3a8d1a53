"""What becomes of a conversation: who has it, for whom it waits, when it is seen again, when settled."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from resonanz import case
from resonanz.desk import queue
from resonanz.desk.care.base import CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.models import Agent, Conversation, NoticeKind, Team
from resonanz.desk.storage import to_ms

FARTHEST = timedelta(days=3660)  # when something can be looked at again


def assign(conversation: Conversation, agent: Agent, to: Agent | None, *, team: Team | None = None) -> None:
    """Give a conversation to somebody, to a team, or back to everybody."""
    expect_agent(agent)
    expect_live(conversation)
    facts: dict[str, int | None] = {"to": None if to is None else to.pk}
    if team is not None or conversation.team_id is not None:
        facts["team"] = None if team is None else team.pk
    with transaction.atomic():
        tell("assigned", timezone.now(), conversation, agent, **facts)
        if to is not None and to.pk != agent.pk:
            notify(to, NoticeKind.ASSIGNED, conversation, by=agent)


def take_next(agent: Agent, besides: int | None = None) -> Conversation | None:
    """Give an agent whom they answer next: first in the queue of what is theirs or nobody's.

    Two agents never get the same: looking and assigning are one write transaction, and there is one writer.
    """
    expect_agent(agent)
    with transaction.atomic():
        talk = queue.next_for(agent, besides)
        if talk is not None and talk.assignee_id is None:
            tell("assigned", timezone.now(), talk, agent, to=agent.pk)
    return talk


def resolve(conversation: Conversation, agent: Agent, reason: case.Dismissal | None = None) -> None:
    """Settle the matter; turns that nobody answered are dismissed thereby, with a reason.

    Raises CareError `reason_needed` where turns are left and none is given. Can be taken back with `reopen`.
    """
    with transaction.atomic():
        left = Conversation.objects.filter(pk=conversation.pk, state=0).exclude(awaits=None).exists()
        if left and not reason:
            expect_agent(agent)
            expect_live(conversation)
            raise CareError("reason_needed")
        facts = {"reason": int(reason)} if reason and left else {}
        _change_state("resolved", conversation, agent, case.State.OPEN, **facts)


def reopen(conversation: Conversation, agent: Agent) -> None:
    """Take "resolved" back: everything waits as before."""
    if conversation.merged_into_id is not None:
        raise CareError("merged")
    _change_state("reopened", conversation, agent, case.State.RESOLVED, undo=1)


def wait_for(conversation: Conversation, agent: Agent, waiting: case.Waiting) -> None:
    """Say for whom an open conversation waits."""
    _change_state("waits", conversation, agent, case.State.OPEN, waiting=int(waiting))


def follow_up(conversation: Conversation, agent: Agent, at: datetime | None) -> None:
    """Look at an open conversation again at a time, None for never; what waits for an answer still waits.

    CareError: `in_the_past`, `not_known` for a time that no calendar of ours shows.
    """
    if at is not None and at <= timezone.now():
        raise CareError("in_the_past")
    if at is not None and at - timezone.now() > FARTHEST:
        raise CareError("not_known")
    until = None if at is None else to_ms(at)
    _change_state("follow_up", conversation, agent, case.State.OPEN, until=until)


def _change_state(
    kind: str, conversation: Conversation, agent: Agent, needed: case.State, **facts: int | None
) -> None:
    expect_agent(agent)
    expect_live(conversation)
    with transaction.atomic():
        if not Conversation.objects.filter(pk=conversation.pk, state=int(needed)).exists():
            return  # somebody else was quicker, with the same result
        tell(kind, timezone.now(), conversation, agent, **facts)
