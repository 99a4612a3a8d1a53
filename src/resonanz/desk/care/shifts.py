"""Who is here, what becomes of cases when somebody goes, and what the next shift reads.

Somebody is here from the first sign of life until they end their shift, sign out, or give none for
ABSENT_AFTER. No case stays with somebody who is not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from resonanz.case import State, Waiting
from resonanz.desk.access import visible_to
from resonanz.desk.care.base import TEXT_MOST, CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.care.notes import askable
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Conversation, Event, Handover, Notice, NoticeKind, Role
from resonanz.desk.policies import service_hours_of
from resonanz.hours import next_opening

ABSENT_AFTER = timedelta(minutes=8)  # without a sign of life
SEEN_EVERY = timedelta(minutes=1)  # a sign of life is written down at most this often
JUMP = timedelta(hours=1)  # a longer silence is the server's clock or a night without a worker, not a person

# The literal 0 lets SQLite use the index of open cases with an owner.
OWNERS = "SELECT DISTINCT assignee_id FROM desk_conversation WHERE state = 0 AND assignee_id IS NOT NULL"


class Why(IntEnum):
    """Why a case changed hands where nobody gave it by hand: the fact `why` of `assigned`."""

    ABSENT = 1  # its owner gave no sign of life
    KEPT = 2  # its owner's shift is over, and they want it back with their next
    RETURNED = 3  # its owner's shift is over
    HANDED_OVER = 4
    BACK = 5  # who keeps it is here again


class How(StrEnum):
    """What is to become of a case at the end of a shift."""

    KEEP = "keep"
    HAND_OVER = "hand_over"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants for one of their cases; `to` None hands over to whoever comes next."""

    how: How
    to: Agent | None = None
    sentence: str = ""


# Here and gone -----------------------------------------------------------------------------------


def seen(agent: Agent) -> bool:
    """Note a sign of life; True where a shift begins with it. What they keep comes back to them then."""
    now = timezone.now()
    lately = agent.seen_at is not None and timedelta() <= now - agent.seen_at < SEEN_EVERY
    if agent.on_shift_at is not None and lately:
        return False
    with transaction.atomic():
        here = Agent.objects.filter(pk=agent.pk, is_active=True)
        here.update(seen_at=now)
        if not here.filter(on_shift_at=None).update(on_shift_at=now):
            return False
        happen("shift_began", now, actor=agent.pk)
        _bring_back(agent, now)
    return True


def _bring_back(agent: Agent, now: datetime) -> None:
    """Give somebody what they keep, where nobody has had it since."""
    kept = Conversation.objects.filter(keeper=agent)
    for talk in kept.filter(state=State.OPEN, assignee=None):
        last = Event.objects.filter(conversation=talk.pk, kind="assigned").order_by("-id").first()
        if last is not None and '"why":' in last.facts:
            tell("assigned", now, talk, None, to=agent.pk, why=int(Why.BACK))
    kept.update(keeper=None)


def leave(agent: Agent) -> int:
    """End a shift as signing out does: everything goes back to everybody; returns how many there were."""
    now = timezone.now()
    with transaction.atomic():
        _off(agent, now)
        cases = list(owned(agent))
        _give_back(cases, agent, Why.RETURNED, now)
    return len(cases)


def _off(agent: Agent, now: datetime) -> None:
    if Agent.objects.filter(pk=agent.pk, on_shift_at__isnull=False).update(on_shift_at=None):
        happen("shift_ended", now, actor=agent.pk)


def owned(agent: Agent) -> Sequence[Conversation]:
    """Return somebody's open cases, what is due next first."""
    mine = Conversation.objects.filter(assignee=agent, state=State.OPEN)
    mine = mine.select_related("customer", "channel", "brand", "thread")
    return sorted(mine, key=lambda talk: (talk.due_at is None, talk.due_at or talk.opened_at, talk.pk))


def _give_back(cases: Sequence[Conversation], agent: Agent, why: Why, now: datetime) -> None:
    """Give cases back to everybody; what waits for its customer is kept for who knows it."""
    for talk in cases:
        tell("assigned", now, talk, None, to=None, why=int(why))
        ours = talk.waiting in {Waiting.US, Waiting.DEPARTMENT}
        Conversation.objects.filter(pk=talk.pk).update(keeper=None if ours else agent)
        notify(agent, NoticeKind.RETURNED, talk)


def absent_next() -> bool:
    """Give one absent colleague's cases back to everybody; True if there was anything to do."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(OWNERS)
        owners = [row[0] for row in cursor.fetchall()]
    for agent in Agent.objects.filter(Q(pk__in=owners) | Q(on_shift_at__isnull=False)):
        if _look_after(agent, now):
            return True
    return False


def _look_after(agent: Agent, now: datetime) -> bool:
    last = agent.seen_at or agent.on_shift_at
    if agent.on_shift_at is None or last is None or not agent.is_active:
        return _return_unattended(agent, now)
    silent = now - last
    if timedelta() <= silent <= ABSENT_AFTER:
        return False
    if silent > JUMP or silent < timedelta():
        return bool(Agent.objects.filter(pk=agent.pk).update(seen_at=now))
    with transaction.atomic():
        still = Agent.objects.filter(pk=agent.pk, seen_at=agent.seen_at, on_shift_at=agent.on_shift_at)
        if still.exists():  # else they are back this very moment
            _off(agent, now)
            _give_back(owned(agent), agent, Why.ABSENT, now)
    return True


def _return_unattended(agent: Agent, now: datetime) -> bool:
    """Give back what somebody who is not here has had for a while; at once where they are switched off."""
    with transaction.atomic():
        cases = {talk.pk: talk for talk in owned(agent)}
        given = Event.objects.filter(conversation__in=cases, kind="assigned").values_list("conversation")
        since = dict(given.annotate(Max("at")).order_by())
        over = [
            talk
            for number, talk in cases.items()
            if not agent.is_active or number not in since or now - since[number] > ABSENT_AFTER
        ]
        _give_back(over, agent, Why.ABSENT, now)
    return bool(over)


def returned(agent: Agent) -> list[Conversation]:
    """Return what went back to everybody while somebody was away, and is still free."""
    rung = Notice.objects.filter(agent=agent, kind=NoticeKind.RETURNED, seen_at=None)
    free = visible_to(agent).filter(state=State.OPEN, assignee=None, pk__in=rung.values("conversation"))
    return list(free.select_related("customer").order_by("due_at", "pk"))


def take_back(agent: Agent, *, wanted: bool = True) -> int:
    """Take back what is still free of what went back while away, or leave it; returns how many are taken."""
    expect_agent(agent)
    now = timezone.now()
    with transaction.atomic():
        free = returned(agent) if wanted else []
        for talk in free:
            tell("assigned", now, talk, agent, to=agent.pk)
        Notice.objects.filter(agent=agent, kind=NoticeKind.RETURNED, seen_at=None).update(seen_at=now)
    return len(free)


# The end of a shift ------------------------------------------------------------------------------


def opens_again(talk: Conversation, now: datetime) -> datetime:
    """Return when service begins on a later day: before that, nobody's next shift can be."""
    hours = service_hours_of(talk.brand_id)
    tomorrow = now.astimezone(ZoneInfo(hours.zone)) + timedelta(days=1)
    return next_opening(hours, tomorrow.replace(hour=0, minute=0, second=0, microsecond=0))


def may_be_kept(talk: Conversation, now: datetime) -> bool:
    """Whether a case can wait for its owner's next shift: nothing is due before."""
    return talk.due_at is None or talk.due_at >= opens_again(talk, now)


def end(agent: Agent, choices: Mapping[int, Choice]) -> dict[int, CareError]:
    """End a shift; each case is kept, handed over or given back, as chosen by its number.

    What has no choice (it came meanwhile) is given back. Returns what stands in the way, by case, and
    changes nothing then: `keep_due`, `sentence_missing`, `too_long`, `not_theirs`.
    """
    now = timezone.now()
    with transaction.atomic():
        cases = owned(agent)
        chosen = {talk.pk: choices.get(talk.pk, Choice(How.RETURN)) for talk in cases}
        refused = {t.pk: error for t in cases if (error := _refusal(t, chosen[t.pk], now)) is not None}
        if refused:
            return refused
        for talk in cases:
            _let_go(talk, agent, chosen[talk.pk], now)
        _off(agent, now)
    return {}


def _refusal(talk: Conversation, choice: Choice, now: datetime) -> CareError | None:
    if choice.how is How.KEEP and not may_be_kept(talk, now):
        return CareError("keep_due")
    if choice.how is not How.HAND_OVER:
        return None
    if not choice.sentence.strip():
        return CareError("sentence_missing")
    if len(choice.sentence) > TEXT_MOST:
        return CareError("too_long", length=len(choice.sentence), limit=TEXT_MOST)
    return None if choice.to is None or choice.to in askable(talk) else CareError("not_theirs")


def _let_go(talk: Conversation, agent: Agent, choice: Choice, now: datetime) -> None:
    if choice.how is How.HAND_OVER:
        _hand_over(talk, agent, choice, now)
        return
    kept = choice.how is How.KEEP
    why = Why.KEPT if kept else Why.RETURNED
    tell("assigned", now, talk, agent, to=None, why=int(why))
    Conversation.objects.filter(pk=talk.pk).update(keeper=agent if kept else None)


def hand_over(talk: Conversation, agent: Agent, choice: Choice) -> None:
    """Give a case on with a sentence; to somebody who is not here yet it comes with their shift."""
    expect_agent(agent)
    expect_live(talk)
    now = timezone.now()
    with transaction.atomic():
        refused = _refusal(talk, choice, now)
        if refused is not None:
            raise refused
        _hand_over(talk, agent, choice, now)


def _hand_over(talk: Conversation, agent: Agent, choice: Choice, now: datetime) -> None:
    to = choice.to
    given = Handover.objects.create(
        conversation=talk, by=agent, to=to, sentence=choice.sentence.strip(), at=now
    )
    receiver = None if to is None else to.pk
    here = to is not None and to.on_shift_at is not None
    tell("handed_over", now, talk, agent, to=receiver, handover=given.pk)
    tell("assigned", now, talk, agent, to=receiver if here else None, why=int(Why.HANDED_OVER))
    Conversation.objects.filter(pk=talk.pk).update(keeper=None if here else to)
    if to is not None:
        notify(to, NoticeKind.HANDED_OVER, talk, by=agent)


def unread(agent: Agent) -> list[Handover]:
    """Return what was handed over to somebody or to everybody, and nobody has confirmed to have read."""
    waiting = Handover.objects.filter(Q(to=agent) | Q(to=None), read_at=None).exclude(by=agent)
    seen_by = waiting.filter(conversation__in=visible_to(agent).filter(state=State.OPEN))
    return list(seen_by.select_related("by", "to", "conversation__customer").order_by("at", "pk"))


def confirm_read(handover: Handover, agent: Agent) -> None:
    """Confirm that a handover was read; by whom it was for, or by anybody where it was for everybody."""
    if handover.to_id not in {None, agent.pk} and not agent.has_role(Role.LEAD):
        raise CareError("not_yours")
    now = timezone.now()
    with transaction.atomic():
        if Handover.objects.filter(pk=handover.pk, read_at=None).update(read_at=now, read_by=agent):
            tell("handover_read", now, handover.conversation, agent, handover=handover.pk)
