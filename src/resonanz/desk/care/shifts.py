"""Who is here, what becomes of cases when somebody goes, and what the next shift reads.

Somebody is here from the first sign of life until they end their shift, sign out, or give none for
ABSENT_AFTER. No case stays with somebody who is not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from resonanz.case import State, Waiting
from resonanz.desk.access import Scope, scope_of, visible_in
from resonanz.desk.care.base import TEXT_MOST, CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.care.notes import askable, askable_in
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Conversation, Event, Handover, Notice, NoticeKind, Role
from resonanz.desk.policies import service_hours_by_brand
from resonanz.desk.prepared import prepared
from resonanz.hours import BusinessHours, next_opening

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
    people = list(Agent.objects.filter(Q(pk__in=owners) | Q(on_shift_at__isnull=False)))
    if any(agent.is_active and _is_gone(agent, now) for agent in people):
        return True
    away = [agent for agent in people if agent.on_shift_at is None or not agent.is_active]
    return _return_unattended(away, now)


def _is_gone(agent: Agent, now: datetime) -> bool:
    """Look after somebody who is on shift; True where something had to be done."""
    last = agent.seen_at or agent.on_shift_at
    if agent.on_shift_at is None or last is None:
        return False
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


def _return_unattended(away: Sequence[Agent], now: datetime) -> bool:
    """Give back what one who is not here has had for a while; looks first, locks where there is something."""
    found = _unattended(away, now)
    if not found:
        return False
    owner = next(agent for agent in away if agent.pk == found[0].assignee_id)
    with transaction.atomic():
        over = _unattended([owner], now)
        _give_back(over, owner, Why.ABSENT, now)
    return bool(over)


def _unattended(away: Sequence[Agent], now: datetime) -> list[Conversation]:
    """Return what people who are not here have had for a while; at once where they are switched off."""
    cases = Conversation.objects.filter(assignee__in=away, state=State.OPEN)
    if not away:
        return []
    numbers = cases.order_by().values("pk")
    given = Event.objects.filter(conversation__in=numbers, kind="assigned").values_list("conversation")
    since = dict(given.annotate(Max("at")).order_by())
    off = {agent.pk for agent in away if not agent.is_active}
    return [
        talk
        for talk in cases.order_by("assignee", "pk")
        if talk.assignee_id in off or talk.pk not in since or now - since[talk.pk] > ABSENT_AFTER
    ]


def returned(agent: Agent) -> list[Conversation]:
    """Return what went back to everybody while somebody was away, and is still free."""
    return _returned(agent.pk, scope=scope_of(agent))


@prepared
def _returned(agent: int, *, scope: Scope) -> QuerySet[Conversation]:
    rung = Notice.objects.filter(agent=agent, kind=NoticeKind.RETURNED, seen_at=None)
    free = visible_in(scope).filter(state=State.OPEN, assignee=None, pk__in=rung.values("conversation"))
    return free.select_related("customer").order_by("due_at", "pk")


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


def opens_again(hours: BusinessHours, now: datetime) -> datetime:
    """Return when service begins on a later day: before that, nobody's next shift can be."""
    tomorrow = now.astimezone(ZoneInfo(hours.zone)) + timedelta(days=1)
    return next_opening(hours, tomorrow.replace(hour=0, minute=0, second=0, microsecond=0))


def may_be_kept(talk: Conversation, now: datetime) -> bool:
    """Whether a case can wait for its owner's next shift: nothing is due before."""
    return talk.pk in kept_of([talk], now)


def kept_of(cases: Sequence[Conversation], now: datetime) -> set[int]:
    """Return which of some cases can wait for their owner's next shift; one question for all of them."""
    hours = service_hours_by_brand({talk.brand_id for talk in cases})
    opens = {brand: opens_again(theirs, now) for brand, theirs in hours.items()}
    return {talk.pk for talk in cases if talk.due_at is None or talk.due_at >= opens[talk.brand_id]}


def receivers_of(cases: Sequence[Conversation], agent: Agent) -> dict[int, tuple[Agent, ...]]:
    """Return to whom each of some cases can be handed over: who is here first, then by name."""
    found = askable_in(cases)
    return {
        number: tuple(
            sorted(
                (one for one in people if one.has_role(Role.AGENT) and one.pk != agent.pk),
                key=lambda one: one.on_shift_at is None,
            )
        )
        for number, people in found.items()
    }


def end(agent: Agent, choices: Mapping[int, Choice]) -> dict[int, CareError]:
    """End a shift; each case is kept, handed over or given back, as chosen by its number.

    What has no choice (it came meanwhile) is given back. Returns what stands in the way, by case, and
    changes nothing then: `keep_due`, `sentence_missing`, `too_long`, `not_theirs`, `cannot_answer` (name).
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
    return _cannot_receive(talk, choice.to)


def _cannot_receive(talk: Conversation, to: Agent | None) -> CareError | None:
    if to is None:
        return None
    if to not in askable(talk):
        return CareError("not_theirs")
    return None if to.has_role(Role.AGENT) else CareError("cannot_answer", name=to.shown_name)


def _let_go(talk: Conversation, agent: Agent, choice: Choice, now: datetime) -> None:
    if choice.how is How.HAND_OVER:
        _hand_over(talk, agent, choice, now)
        return
    kept = choice.how is How.KEEP
    why = Why.KEPT if kept else Why.RETURNED
    tell("assigned", now, talk, agent, to=None, why=int(why))
    Conversation.objects.filter(pk=talk.pk).update(keeper=agent if kept else None)


def hand_over(talk: Conversation, agent: Agent, choice: Choice) -> Handover:
    """Give a case on with a sentence; to somebody who is not here yet it comes with their shift.

    CareError: `sentence_missing`, `too_long`, `not_theirs`, `cannot_answer` (name).
    """
    expect_agent(agent)
    expect_live(talk)
    now = timezone.now()
    with transaction.atomic():
        refused = _refusal(talk, choice, now)
        if refused is not None:
            raise refused
        return _hand_over(talk, agent, choice, now)


def _hand_over(talk: Conversation, agent: Agent, choice: Choice, now: datetime) -> Handover:
    to = choice.to
    given = Handover.objects.create(
        conversation=talk, by=agent, to=to, sentence=choice.sentence.strip(), at=now
    )
    receiver = None if to is None else to.pk
    here = to is not None and to.on_shift_at is not None
    had = Conversation.objects.filter(pk=talk.pk).values_list("assignee_id", flat=True).get()
    tell("handed_over", now, talk, agent, to=receiver, handover=given.pk, had=had)
    tell("assigned", now, talk, agent, to=receiver if here else None, why=int(Why.HANDED_OVER))
    Conversation.objects.filter(pk=talk.pk).update(keeper=None if here else to)
    if to is not None:
        notify(to, NoticeKind.HANDED_OVER, talk, by=agent)
    return given


def undo_hand_over(handover: Handover, agent: Agent) -> None:
    """Take one's own handover back: the case is with whom it was before, and nobody is asked to read it.

    CareError: `handover_over` where it was read, where the case was given on since, or it is not one's own.
    """
    expect_agent(agent)
    talk = handover.conversation
    now = timezone.now()
    with transaction.atomic():
        mine = Handover.objects.filter(pk=handover.pk, by=agent, read_at=None)
        given = Event.objects.filter(conversation=talk.pk, kind__in=["handed_over", "assigned"])
        newest = list(given.order_by("-id")[:2])
        if not mine.exists() or [one.kind for one in newest] != ["assigned", "handed_over"]:
            raise CareError("handover_over")
        told = json.loads(newest[1].facts)
        if told["handover"] != handover.pk:
            raise CareError("handover_over")
        tell("handover_undone", now, talk, agent, handover=handover.pk)
        tell("assigned", now, talk, agent, to=told.get("had"))
        Conversation.objects.filter(pk=talk.pk).update(keeper=None)
        rung = Notice.objects.filter(conversation=talk, kind=NoticeKind.HANDED_OVER, by=agent, seen_at=None)
        rung.update(seen_at=now)
        mine.delete()


def anything_new(agent: Agent) -> bool:
    """Whether `unread` or `returned` may have something: a quick look, as mostly there is nothing."""
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_NEW, [agent.pk, agent.pk, NoticeKind.RETURNED])
        return bool(cursor.fetchone()[0])


ANYTHING_NEW = """SELECT
    EXISTS (SELECT 1 FROM desk_handover WHERE read_at IS NULL AND (to_id = %s OR to_id IS NULL))
    OR EXISTS (SELECT 1 FROM desk_notice WHERE agent_id = %s AND kind = %s AND seen_at IS NULL)"""


def unread(agent: Agent) -> list[Handover]:
    """Return what was handed over to somebody or to everybody, and nobody has confirmed to have read."""
    return _unread(agent.pk, scope=scope_of(agent))


@prepared
def _unread(agent: int, *, scope: Scope) -> QuerySet[Handover]:
    waiting = Handover.objects.filter(Q(to=agent) | Q(to=None), read_at=None).exclude(by=agent)
    seen_by = waiting.filter(conversation__in=visible_in(scope).filter(state=State.OPEN))
    return seen_by.select_related("by", "to", "conversation__customer").order_by("at", "pk")


def confirm_read(handover: Handover, agent: Agent) -> None:
    """Confirm that a handover was read; by whom it was for, or by anybody where it was for everybody."""
    if handover.to_id not in {None, agent.pk} and not agent.has_role(Role.LEAD):
        raise CareError("not_yours")
    now = timezone.now()
    with transaction.atomic():
        if Handover.objects.filter(pk=handover.pk, read_at=None).update(read_at=now, read_by=agent):
            tell("handover_read", now, handover.conversation, agent, handover=handover.pk)
