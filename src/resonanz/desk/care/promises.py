"""Promises: "we are on it, answer by 16:00", said in one key, moved, and kept.

Which times are offered, the acknowledgement that tells the customer, and promises given in another way (on
the phone). A promise's clock begins when its words are sent (`outbox`); the rules are `resonanz.case`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from resonanz import case
from resonanz.desk.care.answers import Reply, reply
from resonanz.desk.care.base import CareError, expect_agent, expect_live, tell
from resonanz.desk.care.voices import language_of, moment, render
from resonanz.desk.models import Agent, Conversation, Delivery
from resonanz.desk.policies import service_hours_of
from resonanz.desk.storage import to_ms
from resonanz.hours import BusinessHours, is_open, next_opening

FARTHEST = timedelta(days=60)
MINUTE = timedelta(minutes=1)
SHORTLY = timedelta(minutes=20)  # sooner than this nobody promises a time of day
TO_THE_MINUTE = 5  # spans end at a round time: in half an hour from 14:02 is 14:35
NOONS = ((12, "today_12"), (16, "today_16"), (18, "today_18"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be promised. `served` says that somebody is there until then."""

    code: str  # in_30, in_60, today_12, today_16, today_18, next_day (10 o'clock of the next day of service)
    at: datetime
    served: bool


def choices(hours: BusinessHours, now: datetime) -> tuple[Choice, ...]:
    """Return the times that are offered for a promise, soonest first, each once, in service hours or not."""
    zone = ZoneInfo(hours.zone)
    local = now.astimezone(zone)
    found = [("in_30", _rounded(local, 30)), ("in_60", _rounded(local, 60))]
    found += [(code, local.replace(hour=hour, minute=0, second=0, microsecond=0)) for hour, code in NOONS]
    found.append(("next_day", _next_day(hours, local)))
    ahead = [(code, at) for code, at in found if code.startswith("in_") or at - local >= SHORTLY]
    once = {at: code for code, at in reversed(ahead)}
    return tuple(Choice(code, at, is_served(hours, at)) for at, code in sorted(once.items()))


def _rounded(local: datetime, minutes: int) -> datetime:
    at = local + timedelta(minutes=minutes)
    over = timedelta(minutes=at.minute % TO_THE_MINUTE, seconds=at.second, microseconds=at.microsecond)
    return at - over + timedelta(minutes=TO_THE_MINUTE) if over else at


def _next_day(hours: BusinessHours, local: datetime) -> datetime:
    """Return 10 o'clock of the next day on which somebody is there; later where that day begins later."""
    zone = ZoneInfo(hours.zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), zone)
    opens = next_opening(hours, tomorrow).astimezone(zone)
    ten = datetime.combine(opens.date(), time(10), zone)
    return ten if is_served(hours, ten) else opens + timedelta(hours=2)


def is_served(hours: BusinessHours, at: datetime) -> bool:
    """Whether somebody is there to keep a promise until a time; closing time itself still counts."""
    return is_open(hours, at - MINUTE)


def usual(offered: tuple[Choice, ...]) -> Choice:
    """Return the choice that one key takes: the first full hour or later that is served, else the last."""
    served = [choice for choice in offered if choice.served]
    return next((choice for choice in served if choice.code != "in_30"), offered[-1])


def offered_for(conversation: Conversation) -> tuple[Choice, ...]:
    """Return the times that are offered now for a conversation's brand."""
    return choices(service_hours_of(conversation.brand_id), timezone.now())


def acknowledgement(conversation: Conversation, agent: Agent, until: datetime) -> str:
    """Return the brand's acknowledgement with a time, as this customer reads it, ready to be changed."""
    return render(conversation, "acknowledge", agent, due=due_words(conversation, until))


def due_words(conversation: Conversation, until: datetime) -> str:
    """Return a time as this customer reads it, in the brand's zone."""
    zone = ZoneInfo(service_hours_of(conversation.brand_id).zone)
    return moment(until, language_of(conversation), zone)


def acknowledge(
    conversation: Conversation,
    agent: Agent,
    until: datetime,
    *,
    text: str = "",
    once: UUID | None = None,
    despite: tuple[str, ...] = (),
) -> Delivery:
    """Tell the customer by when they hear from us; the promise begins when that is sent.

    Without `text` the brand's words are used. CareError: `in_the_past`, `too_far`, and those of `reply`.
    """
    expect_agent(agent)
    expect_future(until)
    words = text.strip() or acknowledgement(conversation, agent, until)
    wanted = Reply(
        text=words,
        kind=case.ReplyKind.ACKNOWLEDGEMENT,
        promise_until=until,
        once=once,
        despite=despite,
    )
    return reply(conversation, agent, wanted)


def promise(conversation: Conversation, agent: Agent, until: datetime) -> None:
    """Write a promise down that the customer knows already, such as one given on the phone."""
    expect_future(until)
    _promised(conversation, agent, until=to_ms(until), told=1)


def unpromise(conversation: Conversation, agent: Agent) -> None:
    """Take a promise back as if it had not been made; an earlier one stands again."""
    _promised(conversation, agent, until=None, undo=1)


def _promised(conversation: Conversation, agent: Agent, **facts: int | None) -> None:
    expect_agent(agent)
    expect_live(conversation)
    with transaction.atomic():
        if not Conversation.objects.filter(pk=conversation.pk, state=int(case.State.OPEN)).exists():
            raise CareError("resolved_already")
        tell("promised", timezone.now(), conversation, agent, **facts)
        if facts["until"] is not None and conversation.assignee_id is None:
            tell("assigned", timezone.now(), conversation, agent, to=agent.pk)


def expect_future(until: datetime) -> None:
    """Raise CareError for a time that is over (`in_the_past`) or that nobody can foresee (`too_far`)."""
    left = until - timezone.now()
    if left <= timedelta():
        raise CareError("in_the_past")
    if left > FARTHEST:
        raise CareError("too_far", days=FARTHEST.days)
