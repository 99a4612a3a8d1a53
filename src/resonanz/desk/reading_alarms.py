"""What pages show of alarms: how each stands, its last day as a picture, what it would have done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from resonanz.case import State, Waiting
from resonanz.desk import alarming, counting, reading_posts, wording_alarms, wording_queries
from resonanz.desk.access import scope_of
from resonanz.desk.models import AlarmOf, AlarmRing, Letter, Mention
from resonanz.desk.storage import to_ms
from resonanz.usual import DAYS, Point, Window, ending, in_ms, looked_back, rings, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from resonanz.desk.counting import Watched
    from resonanz.desk.models import Agent, Alarm, AlarmCall

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)  # between the points of a day's picture
WIDE, HIGH = 288, 56  # a picture's inner size
LOOK_STEP = timedelta(minutes=5)
LOOKS_PER_SPAN = 4
SHOWN_POSTS = 20
SHOWN_RINGS = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A count over time against the mark: paths for an SVG of `WIDE` by `HIGH`, and a sentence."""

    line: str
    area: str
    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """An alarm in the list."""

    alarm: Alarm
    ring: AlarmRing | None
    picture: Picture | None
    subject: str
    condition: str
    now: str
    rests: str
    may_change: bool
    is_met: bool = False  # it is reached, and the next look rings
    off: str = ""  # what it asks for that is switched off

    @property
    def is_open(self) -> bool:
        """Whether it rings and nobody has answered."""
        ring = self.ring
        return ring is not None and ring.acknowledged_at is None and ring.snoozed_until is None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an alarm would say now, and what it would have done."""

    now: str
    rung: str
    lately: tuple[datetime, ...]
    picture: Picture
    off: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody or something that was told of a ring."""

    name: str
    way: str
    state: str
    level: str
    reason: str = ""


def rows(agent: Agent) -> list[Row]:
    """Return the alarms of which somebody may know, those that ring first."""
    found = list(alarming.alarms_visible_to(agent).select_related(*alarming.NEAR).order_by("name", "pk"))
    open_ones = AlarmRing.objects.filter(alarm__in=found, ended_at=None).select_related("acknowledged_by")
    ringing = {ring.alarm_id: ring for ring in open_ones}
    shown = [_row(agent, alarm, ringing.get(alarm.pk)) for alarm in found]
    return sorted(shown, key=lambda row: row.ring is None)


def _row(agent: Agent, alarm: Alarm, ring: AlarmRing | None) -> Row:
    now = timezone.localtime()
    what = counting.watched(alarm)
    points = () if what is None else last_day(alarm, what, now)
    return Row(
        alarm=alarm,
        ring=ring,
        picture=picture(points) if points else None,
        subject=wording_alarms.subject(alarm),
        condition=wording_alarms.condition(alarm),
        now=wording_alarms.figure(alarm, points[-1].count, alarm.usual) if points else "",
        rests=counting.rests(alarm),
        may_change=alarming.may_change(agent, alarm),
        is_met=bool(points) and points[-1].count >= points[-1].threshold,
        off="" if what is None else wording_queries.asks_in_vain(what.tree),
    )


def ring_of(agent: Agent, number: int) -> AlarmRing | None:
    """Return a ring of an alarm of which somebody may know."""
    near = ("acknowledged_by", "snoozed_by", *(f"alarm__{name}" for name in alarming.NEAR))
    seen = alarming.alarms_visible_to(agent, dropped=True).order_by().values("pk")
    return AlarmRing.objects.filter(pk=number, alarm__in=seen).select_related(*near).first()


def lately(agent: Agent) -> list[AlarmRing]:
    """Return what rang last and is over."""
    seen = alarming.alarms_visible_to(agent).order_by().values("pk")
    over = AlarmRing.objects.filter(alarm__in=seen).exclude(ended_at=None)
    return list(over.select_related("alarm", "acknowledged_by").order_by("-rung_at")[:SHOWN_RINGS])


# The past ----------------------------------------------------------------------------------------


def last_day(alarm: Alarm, what: Watched, now: datetime) -> Sequence[Point]:
    """Return what an alarm counted in the day until now."""
    back = STEP + (counting.looking_back(alarm.span) if alarm.times else DAY + alarm.span)
    past = counting.history(what, now - back, now)
    known = max(counting.known_since(), past.since)
    over = _windows(now, alarm.span, over=DAY, step=STEP)
    return tuple(looked_back(past.counts, alarm.mark, over, known))


def _windows(now: datetime, span: timedelta, *, over: timedelta, step: timedelta) -> list[Window]:
    """Return windows whose ends lie on a grid of steps, and the one that ends now.

    The grid stands still while time goes on, so what was counted of the past is counted alike again.
    """
    last = EPOCH + (now - EPOCH) // step * step
    return [*windows(last.astimezone(now.tzinfo), span, over=over, step=step), ending(now, span)]


def preview(alarm: Alarm) -> Preview | None:
    """Return what an alarm would have done in the last two weeks, as far as the desk has listened."""
    what, now = counting.watched(alarm), timezone.localtime()
    if what is None:
        return None
    step = max(LOOK_STEP, alarm.span / LOOKS_PER_SPAN)
    past = counting.history(what, now - counting.looking_back(alarm.span) - step, now)
    known = max(counting.known_since(), past.since)
    over = min(timedelta(days=DAYS), max(now - known, DAY))  # a day even where the desk has just begun
    points = list(
        looked_back(past.counts, alarm.mark, _windows(now, alarm.span, over=over, step=step), known)
    )
    rung = rings(points)
    found = alarming.figure(alarm, now)
    assert found is not None
    return Preview(
        now=wording_alarms.figure(alarm, found.count, found.usual),
        rung=_rung(len(rung), over, max(point.count for point in points)),
        lately=tuple(point.at for point in rung[-3:]),
        picture=picture(points, days=max(1, round(over / DAY))),
        off=wording_queries.asks_in_vain(what.tree),
    )


def _rung(number: int, over: timedelta, highest: int) -> str:
    values = {"n": number, "days": _days(over), "highest": highest}
    if number == 0:
        return _("Would not have rung in the last %(days)s; the most was %(highest)d.") % values
    return (
        ngettext(
            "Would have rung %(n)d time in the last %(days)s; the most was %(highest)d.",
            "Would have rung %(n)d times in the last %(days)s; the most was %(highest)d.",
            number,
        )
        % values
    )


def _days(over: timedelta) -> str:
    days = max(1, round(over / DAY))
    if over <= DAY:
        return _("24 hours")
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def picture(points: Sequence[Point], *, days: int = 1) -> Picture:
    """Draw counts and the mark; of many points each column shows the highest."""
    columns = _columns(points)
    top = max(1.0, *(max(point.count, point.threshold) for point in columns)) * 1.08
    step = WIDE / max(1, len(columns) - 1)

    def path(heights: Iterable[float]) -> str:
        places = [f"{n * step:.1f} {HIGH - HIGH * height / top:.1f}" for n, height in enumerate(heights)]
        return "M" + "L".join(places)

    line = path(point.count for point in columns)
    counts = [point.count for point in points]
    values = {
        "low": min(counts),
        "high": max(counts),
        "mark": wording_alarms.number(points[-1].threshold),
        "time": _("24 hours") if days == 1 else _days(timedelta(days=days)),
    }
    words = _("In the last %(time)s between %(low)d and %(high)d; rings at %(mark)s.") % values
    return Picture(line, f"{line}L{WIDE} {HIGH}L0 {HIGH}Z", path(point.threshold for point in columns), words)


def _columns(points: Sequence[Point]) -> list[Point]:
    """Return the highest of each stretch; a stretch is one of the calendar, the same in every look."""
    size = -(-len(points) // WIDE)
    if size == 1:
        return list(points)
    wide = in_ms(points[1].at) - in_ms(points[0].at)
    groups = groupby(points, lambda point: in_ms(point.at) // (wide * size))
    return [max(group, key=lambda point: point.count) for _stretch, group in groups]


# What rang ---------------------------------------------------------------------------------------


def figure_now(ring: AlarmRing) -> str:
    """Return how it stands: now while it rings, else the most that there was."""
    alarm = ring.alarm
    if ring.ended_at is not None:
        return wording_alarms.figure(alarm, ring.most_count, ring.usual)
    found = alarming.figure(alarm, timezone.now())
    return "" if found is None else wording_alarms.figure(alarm, found.count, found.usual)


def picture_of(ring: AlarmRing) -> Picture | None:
    """Draw the last day of a ring's alarm; of one that is over, the day until its end."""
    what = counting.watched(ring.alarm)
    if what is None:
        return None
    points = last_day(ring.alarm, what, timezone.localtime(ring.ended_at))
    return picture(points)


def posts(agent: Agent, ring: AlarmRing) -> list[dict[str, object]]:
    """Return the newest posts of a ring that somebody may see; of who waits, the posts without an answer."""
    alarm = ring.alarm
    what = counting.watched(alarm)
    if what is None:
        return []
    window = Window(ring.rung_at - alarm.span, ring.ended_at or timezone.now())
    mine = replace(what, scope=scope_of(agent))
    if what.of in {AlarmOf.QUERY, AlarmOf.STREAM}:
        page = counting.found(mine, window, most=SHOWN_POSTS)
        return reading_posts.shown(page.posts, agent)
    found = _awaited(mine) if alarm.of == AlarmOf.WAITING else counting.posts_of(mine, window)
    mentions = list(found.select_related("author")[:SHOWN_POSTS])
    counts = reading_posts.reposts_counts(mentions)
    return [_shown(mention) | {"reposts": counts.get(mention.order, 0)} for mention in mentions]


def _awaited(what: Watched) -> QuerySet[Mention]:
    waiting = counting.talks_of(what).filter(state=State.OPEN, waiting=Waiting.US).order_by()
    return Mention.objects.filter(order__in=waiting.values("awaits"), deleted_at=None).order_by("-order")


def _shown(mention: Mention) -> dict[str, object]:
    return {
        "order": mention.order,
        "uri": mention.uri,
        "network": mention.network,
        "text": mention.text,
        "handle": mention.author.handle,
        "name": mention.author.name,
        "posted_ms": to_ms(mention.posted_at),
        "conversation": mention.conversation_id,
        "at": mention.posted_at,
    }


def told(ring: AlarmRing) -> list[Told]:
    """Return who was told of a ring, by which way, and whether it arrived."""
    people = [
        Told(notice.agent.shown_name, _("bell"), _("rung"), "calm")
        for notice in ring.notices.select_related("agent").order_by("pk")
    ]
    letters = Letter.objects.filter(message_id__startswith=f"<{alarming.letters_of(ring)}").order_by("pk")
    calls = ring.calls.select_related("address").order_by("pk")
    return people + [_letter(letter) for letter in letters] + [_call(call) for call in calls]


def _letter(letter: Letter) -> Told:
    if letter.sent_at is not None:
        return Told(letter.to, _("e-mail"), _("sent"), "calm")
    if letter.due_at is None:
        return Told(letter.to, _("e-mail"), _("not delivered"), "late", _mail_reason(letter.error))
    reason = _mail_reason(letter.error) if letter.error else ""
    return Told(letter.to, _("e-mail"), _("on its way"), "soon" if reason else "calm", reason)


def _mail_reason(line: str) -> str:
    code, _colon, said = line.partition(": ")
    sentences = {
        "refused": _("The mail server does not take it: %(said)s. Look at the address."),
        "too_old": _("It waited for a day and is news no more. Look whether the mail server runs."),
        "login": _("The mail server does not know our password. Tell an operator."),
        "insecure": _("The mail server's certificate or encryption is not in order. Tell an operator."),
    }
    waiting = _("The mail server cannot be reached or is busy. We keep trying.")
    return sentences.get(code, waiting) % {"said": said}


def _call(call: AlarmCall) -> Told:
    level = {"sent": "calm", "failed": "late"}.get(call.state, "soon" if call.error else "calm")
    reason = wording_alarms.refusal(call.error) if call.error else ""
    return Told(
        call.address.name, call.address.shown.partition(",")[0], call.get_state_display(), level, reason
    )


def can_mail() -> bool:
    """Tell whether the desk sends e-mails at all."""
    return settings.MAIL is not None
