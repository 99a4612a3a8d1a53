"""Plain alarms: making one, looking whether it rings, telling people, acknowledging, snoozing.

`check_next` is a unit of work: it counts without a lock and writes in one short transaction; `check` does it
at once for an alarm that was just kept. An alarm rings
once until its count has fallen below, or until a snooze is over. What it counts is `counting`, what is usual
is `resonanz.usual`, how chats are called is `notifying`; alarms of due times and danger are `care.alarms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from resonanz.desk import bells, counting, own_address, shapes, wording_alarms
from resonanz.desk.access import channels_visible_to
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Alarm,
    AlarmAddress,
    AlarmCall,
    AlarmOf,
    AlarmRing,
    Channel,
    Letter,
    Query,
    Role,
    Stream,
)
from resonanz.desk.storage import to_ms
from resonanz.usual import ending, has_fallen, usual_within

SPANS = tuple(wording_alarms.SPANS)  # seconds
NAME_MOST = 120
TIMES_LEAST = 1.1
CHECKS_PER_SPAN = 40
SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=5)  # between two looks at the same alarm
NEAR = ("query", "channel", "made_by", *(f"stream__{name}" for name in shapes.WITH))  # of an alarm
SNOOZES = ("half_hour", "two_hours", "tomorrow")
MORNING = time(8)


class AlarmError(Exception):
    """Something that cannot be done with an alarm. Codes are those of `wording_alarms.REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An alarm as somebody wants it."""

    name: str
    of: AlarmOf
    span_s: int
    least_count: int
    times: float | None = None
    query: Query | None = None
    stream: Stream | None = None
    channel: Channel | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    people: Sequence[Agent] = ()
    addresses: Sequence[AlarmAddress] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """What an alarm saw: its count, what is usual (where it asks for that), and from what count it rings."""

    count: int
    usual: float | None
    threshold: float

    @property
    def rings(self) -> bool:
        """Whether it is a reason to ring."""
        return self.count >= self.threshold


# Who may what ------------------------------------------------------------------------------------


def alarms_visible_to(agent: Agent, *, dropped: bool = False) -> QuerySet[Alarm]:
    """Return the alarms of which somebody may know: leads of all, others of their own and what tells them.

    With `dropped` also those that were let go of.

    Its counts say how much there is in what its maker may see, and that is not everybody's to know.
    """
    found = Alarm.objects.all() if dropped else Alarm.objects.filter(dropped_at=None)
    if agent.has_role(Role.LEAD):
        return found
    return found.filter(Q(made_by=agent) | Q(pk__in=agent.alarms.order_by().values("pk")))


def may_change(agent: Agent, alarm: Alarm) -> bool:
    """Tell whether somebody may change or drop an alarm."""
    return agent.has_role(Role.LEAD) or (agent.has_role(Role.AGENT) and alarm.made_by_id == agent.pk)


# Making one --------------------------------------------------------------------------------------


def draft(agent: Agent, wanted: Wanted, known: Alarm | None = None) -> Alarm:
    """Return an alarm as it would be kept, without keeping it; raises AlarmError."""
    _expect_able(agent, wanted)
    alarm = Alarm() if known is None else known
    for name in ("of", "span_s", "least_count", "times", "quiet_from", "quiet_until"):
        setattr(alarm, name, getattr(wanted, name))
    alarm.name = " ".join(wanted.name.split())[:NAME_MOST]
    alarm.query = wanted.query if wanted.of == AlarmOf.QUERY else None
    alarm.stream = wanted.stream if wanted.of == AlarmOf.STREAM else None
    alarm.channel = wanted.channel if wanted.of in {AlarmOf.HEARD, AlarmOf.WAITING} else None
    alarm.made_by = agent
    return alarm


def save(agent: Agent, wanted: Wanted, known: Alarm | None = None, *, address: str = "") -> Alarm:
    """Keep an alarm, a new one or a known one anew; from now on it counts what `agent` may see.

    `address` is the one under which the desk is used just now; what is told leads there.

    AlarmError: `not_allowed`, `not_yours`, `name_missing`, `query_missing`, `column_missing`, `number_small`,
    `times_small`, `span_unknown`, `quiet_half`, `nobody`.
    """
    if known is not None and not may_change(agent, known):
        raise AlarmError("not_yours")
    alarm = draft(agent, wanted, known)
    if not alarm.name:
        raise AlarmError("name_missing")
    if not wanted.people and not wanted.addresses:
        raise AlarmError("nobody")
    now = timezone.now()
    alarm.changed_at = alarm.check_at = now
    with transaction.atomic():
        own_address.remember(address)
        alarm.save()
        alarm.people.set(wanted.people)
        alarm.addresses.set(wanted.addresses)
        happen("alarm_changed", now, actor=agent.pk, alarm=alarm.pk, on=1)
    return alarm


def _expect_able(agent: Agent, wanted: Wanted) -> None:
    flaws = {
        "not_allowed": not agent.has_role(Role.AGENT),
        "query_missing": wanted.of == AlarmOf.QUERY and wanted.query is None,
        "column_missing": wanted.of == AlarmOf.STREAM and not _sees(agent, wanted.stream),
        "number_small": wanted.least_count < 1,
        "times_small": wanted.times is not None and not wanted.times >= TIMES_LEAST,
        "span_unknown": wanted.span_s not in SPANS,
        "quiet_half": (wanted.quiet_from is None) != (wanted.quiet_until is None),
    }
    for code, is_so in flaws.items():
        if is_so:
            raise AlarmError(code)
    channel = wanted.channel
    if channel is not None and not channels_visible_to(agent).filter(pk=channel.pk).exists():
        raise AlarmError("not_allowed")


def _sees(agent: Agent, stream: Stream | None) -> bool:
    return stream is not None and bool(shapes.columns_seen(agent, [stream.pk]))


def drop(agent: Agent, alarm: Alarm, *, dropped: bool = True) -> None:
    """Let go of an alarm, or take that back; raises AlarmError `not_yours`."""
    if not may_change(agent, alarm):
        raise AlarmError("not_yours")
    now = timezone.now()
    with transaction.atomic():
        Alarm.objects.filter(pk=alarm.pk).update(
            dropped_at=now if dropped else None, check_at=None if dropped else now
        )
        _end_all(alarm, now)
        happen("alarm_changed", now, actor=agent.pk, alarm=alarm.pk, on=int(not dropped))


# Looking -----------------------------------------------------------------------------------------


def check_next() -> bool:
    """Look at the alarm that is due first; True if there was one."""
    now = timezone.now()
    due = Alarm.objects.filter(check_at__lte=now).select_related(*NEAR)
    alarm = next((alarm for alarm in due.order_by("check_at")[:3] if _claim(alarm, now)), None)
    if alarm is None:
        return False
    _check(alarm, now)
    return True


def check(alarm: Alarm) -> None:
    """Look at one alarm now, unless somebody just does: whoever keeps one sees at once how it stands."""
    now = timezone.now()
    due = Alarm.objects.filter(pk=alarm.pk, check_at__lte=now).select_related(*NEAR).first()
    if due is not None and _claim(due, now):
        _check(due, now)


def _claim(alarm: Alarm, now: datetime) -> bool:
    """Take an alarm by setting its next look: the conditional update decides between workers.

    Whoever dies over it, or cannot count, is followed by the next look and holds up no other alarm.
    """
    ours = Alarm.objects.filter(pk=alarm.pk, check_at=alarm.check_at)
    return bool(ours.update(check_at=now + every(alarm.span)))


def _check(alarm: Alarm, now: datetime) -> None:
    found = figure(alarm, now)
    with transaction.atomic():
        if found is not None:
            _settle(alarm, found, now)
        else:
            _end_all(alarm, now)  # what cannot count any more cannot say that it was over either


def every(span: timedelta) -> timedelta:
    """Return how often an alarm is looked at."""
    return min(max(span / CHECKS_PER_SPAN, SOONEST), LATEST)


def figure(alarm: Alarm, now: datetime) -> Figure | None:
    """Count what an alarm watches up to now; None where it rests."""
    what = counting.watched(alarm)
    if what is None:
        return None
    window = ending(timezone.localtime(now), alarm.span)
    if alarm.times is None:
        return Figure(counting.counted(what, *window), None, alarm.mark.threshold(None))
    counted = counting.counter(what, window)
    usual = usual_within(counted, window, counting.known_since())
    return Figure(counted(window), usual, alarm.mark.threshold(usual))


def _settle(alarm: Alarm, found: Figure, now: datetime) -> None:
    """Write down what was seen, and ring, tell again or end. In a transaction."""
    same = Alarm.objects.filter(pk=alarm.pk, dropped_at=None, changed_at=alarm.changed_at)
    if not same.update(checked_at=now, count=found.count, usual=found.usual):
        return  # changed or dropped meanwhile: the next look counts
    ring = AlarmRing.objects.filter(alarm=alarm, ended_at=None).first()
    if ring is None:
        if found.rings:
            _begin(alarm, found, now)
    elif has_fallen(found.count, found.threshold):
        _end(ring, now)
    else:
        _go_on(ring, alarm, found, now)


def _begin(alarm: Alarm, found: Figure, now: datetime) -> None:
    ring = AlarmRing.objects.create(
        alarm=alarm,
        rung_at=now,
        count=found.count,
        most_count=found.count,
        usual=found.usual,
        threshold=found.threshold,
    )
    happen("alarm_rang", now, alarm=alarm.pk, ring=ring.pk, count=found.count, again=0)
    if not is_quiet(alarm, now):
        _tell(ring, alarm, now)


def _go_on(ring: AlarmRing, alarm: Alarm, found: Figure, now: datetime) -> None:
    ring.alarm = alarm
    ring.most_count = max(ring.most_count, found.count)
    ring.save(update_fields=["most_count"])
    if ring.acknowledged_at is not None or is_quiet(alarm, now):
        return
    snooze_is_over = ring.snoozed_until is not None and ring.snoozed_until <= now
    if snooze_is_over and found.rings:
        AlarmRing.objects.filter(pk=ring.pk).update(snoozed_until=None)
        ring.most_count = found.count  # what is told is how it stands now
        happen("alarm_rang", now, alarm=alarm.pk, ring=ring.pk, count=found.count, again=1)
        _tell(ring, alarm, now)
    elif ring.told_at is None and ring.snoozed_until is None:
        _tell(ring, alarm, now)


def _end_all(alarm: Alarm, now: datetime) -> None:
    for ring in AlarmRing.objects.filter(alarm=alarm, ended_at=None):
        _end(ring, now)


def _end(ring: AlarmRing, now: datetime) -> None:
    AlarmRing.objects.filter(pk=ring.pk).update(ended_at=now, snoozed_until=None)
    bells.settle_ring(ring, now)
    happen("alarm_over", now, alarm=ring.alarm_id, ring=ring.pk, count=ring.most_count)


def is_quiet(alarm: Alarm, now: datetime) -> bool:
    """Tell whether an alarm keeps quiet at a moment; its quiet hours may pass midnight."""
    begin, end = alarm.quiet_from, alarm.quiet_until
    if begin is None or end is None:
        return False
    here = timezone.localtime(now).time()
    return begin <= here < end if begin <= end else here >= begin or here < end


# Telling -----------------------------------------------------------------------------------------


def _tell(ring: AlarmRing, alarm: Alarm, now: datetime) -> None:
    """Ring bells, write letters and plan calls. In a transaction."""
    AlarmRing.objects.filter(pk=ring.pk).update(told_at=now)
    people = list(alarm.people.filter(is_active=True).order_by("pk"))
    bells.notify_of_ring(people, ring, now)
    if settings.MAIL is not None:
        Letter.objects.bulk_create(_letter(agent, ring, now) for agent in people if agent.email)
    addresses = alarm.addresses.filter(dropped_at=None).order_by("pk")
    AlarmCall.objects.bulk_create(
        AlarmCall(ring=ring, address=address, written_at=now, due_at=now) for address in addresses
    )


def _letter(agent: Agent, ring: AlarmRing, now: datetime) -> Letter:
    with wording_alarms.in_language(agent.language):
        return Letter(
            to=agent.email,
            subject=wording_alarms.title(ring),
            body=wording_alarms.body(ring, own_address.of_desk()),
            message_id=f"<{letters_of(ring)}{uuid4().hex}@resonanz.invalid>",
            written_at=now,
            due_at=now,
        )


def letters_of(ring: AlarmRing) -> str:
    """Return how the ids of a ring's letters begin."""
    return f"alarm.{ring.pk}."


# Answering ---------------------------------------------------------------------------------------


def acknowledge(agent: Agent, ring: AlarmRing) -> None:
    """Say that somebody looks after it: it tells nobody again until it was over. Whoever may see it may."""
    _answer(agent, ring, None)


def snooze(agent: Agent, ring: AlarmRing, length: str) -> datetime:
    """Keep it quiet for a while, one of `SNOOZES`; returns until when. What still rings then tells again."""
    until = snoozed_until(length, timezone.now())
    _answer(agent, ring, until)
    return until


def snoozed_until(length: str, now: datetime) -> datetime:
    """Return until when a snooze lasts; raises AlarmError `span_unknown`."""
    if length == "half_hour":
        return now + timedelta(minutes=30)
    if length == "two_hours":
        return now + timedelta(hours=2)
    if length != "tomorrow":
        raise AlarmError("span_unknown")
    day = timezone.localdate(now) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, MORNING))


def _answer(agent: Agent, ring: AlarmRing, until: datetime | None) -> None:
    now = timezone.now()
    said = (
        {"acknowledged_by": agent, "acknowledged_at": now, "snoozed_until": None}
        if until is None
        else {"snoozed_by": agent, "snoozed_until": until, "acknowledged_by": None, "acknowledged_at": None}
    )
    with transaction.atomic():
        if not AlarmRing.objects.filter(pk=ring.pk, ended_at=None).update(**said):
            return  # it was over before
        bells.settle_ring(ring, now)
        ends = None if until is None else to_ms(until)
        happen("alarm_answered", now, actor=agent.pk, ring=ring.pk, until=ends)


def take_back(agent: Agent, ring: AlarmRing) -> None:
    """Take an acknowledgement or a snooze back: it rings as before."""
    now = timezone.now()
    open_one = AlarmRing.objects.filter(pk=ring.pk, ended_at=None)
    with transaction.atomic():
        if open_one.update(acknowledged_by=None, acknowledged_at=None, snoozed_by=None, snoozed_until=None):
            happen("alarm_answered", now, actor=agent.pk, ring=ring.pk, undo=1)
