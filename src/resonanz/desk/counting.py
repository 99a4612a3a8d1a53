"""What an alarm counts, now and in the past. Reads only; what is usual is reckoned in `resonanz.usual`.

An alarm counts what its maker may see. What was deleted, what we said ourselves and recorded conversations
never count, except that a column of our own posts counts those. A further kind of thing to watch is a row in
`SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from resonanz.case import ClockKind
from resonanz.desk import finding, shapes
from resonanz.desk.access import Conversations, Scope, scope_of, visible_in
from resonanz.desk.models import Alarm, AlarmOf, Channel, Clock, Mention, Query
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.storage import from_ms, to_ms
from resonanz.query import Node
from resonanz.usual import DAYS, Counts, Flow, Level, Window, in_ms

COUNTED_MOST = 10_000  # posts in one window; nobody's alarm needs to know more
REMEMBERED_MOST = 50_000  # posts of the past; of what brings more, less of the past is looked at
AT_ONCE = 2_000
ANSWER_CLOCKS = (ClockKind.FIRST_RESPONSE.value, ClockKind.NEXT_RESPONSE.value)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is counted: its kind, in what somebody may see.

    `tree` and `where` for a query or a column, `channel` for one channel.
    """

    of: AlarmOf
    scope: Scope
    tree: Node | None = None
    channel: int | None = None
    where: finding.Where = finding.HEARD


class History(NamedTuple):
    """What was counted, whole since a moment."""

    counts: Counts
    since: datetime


def rests(alarm: Alarm) -> str:
    """Return what an alarm lacks to count: its maker (`nobody`), its `query` or its `column`; else ""."""
    if alarm.made_by is None or not alarm.made_by.is_active:
        return "nobody"
    if alarm.of == AlarmOf.STREAM and _column(alarm) is None:
        return "column"
    return "query" if alarm.of == AlarmOf.QUERY and not _is_kept(alarm.query) else ""


def _is_kept(query: Query | None) -> bool:
    return query is not None and query.dropped_at is None


def _column(alarm: Alarm) -> shapes.Shape | None:
    """Return what an alarm's column asks for; None where its maker does not see it any more."""
    if alarm.made_by is None or alarm.stream_id is None:
        return None
    found = shapes.columns_seen(alarm.made_by, [alarm.stream_id])
    return shapes.shape_of(found[0]) if found else None


def watched(alarm: Alarm) -> Watched | None:
    """Return what an alarm counts; None where it rests."""
    if rests(alarm) or alarm.made_by is None:
        return None
    scope, column = scope_of(alarm.made_by), _column(alarm)
    if column is not None:
        where = column.where._replace(live=True, incoming=column.where.incoming is not False)
        return Watched(AlarmOf.STREAM, scope, column.tree, where=where)
    tree = None if alarm.query is None else finding.tree_of(alarm.query)
    return Watched(AlarmOf(alarm.of), scope, tree, alarm.channel_id)


def counted(what: Watched, since: datetime, until: datetime) -> int:
    """Return how many there were from a moment until another: of what lasts, how many at the end."""
    return SOURCES[what.of].counted(what, Window(since, until))


def history(what: Watched, since: datetime, until: datetime) -> History:
    """Return all counts of a time."""
    return SOURCES[what.of].history(what, Window(since, until))


def counter(what: Watched, window: Window) -> Callable[[Window], int]:
    """Return what counts windows like this one, now and two weeks back.

    Of what happens each window is asked for; of what lasts all is read at once, as each moment would ask it.
    """
    if SOURCES[what.of].lasts:
        back = window.since - timedelta(days=DAYS + 1)
        return history(what, back, window.until).counts.within
    return lambda one: counted(what, one.since, one.until)


def known_since() -> datetime:
    """Return since when the desk listens; before that, nothing counted means nothing."""
    first = Channel.objects.exclude(network="archive").aggregate(first=Min("connected_at"))["first"]
    return timezone.now() if first is None else first


def looking_back(span: timedelta) -> timedelta:
    """Return how far one has to look back to know what was usual for a span, two weeks long."""
    return timedelta(days=2 * DAYS) + span


def order_at(moment: datetime) -> int:
    """Return the order that a post of a moment has at least."""
    return max(to_ms(moment), 0) << SEQUENCE_BITS


# Posts that fit a query or stand in a column -----------------------------------------------------


def found(what: Watched, window: Window, *, most: int, before: int | None = None) -> finding.Page:
    """Return the newest posts of a window that fit, before an order."""
    within = finding.Within(order_at(window.since), order_at(window.until) if before is None else before)
    return finding.heard(what.tree, within, most=most, scope=what.scope, where=what.where)


def _fitting(what: Watched, window: Window, most: int) -> Iterator[int]:
    """Yield when the posts of a window were said, in milliseconds, the newest first."""
    before: int | None = order_at(window.until)
    while before is not None and most > 0:
        page = found(what, window, most=min(most, AT_ONCE), before=before)
        yield from (post.order >> SEQUENCE_BITS for post in page.posts)
        before, most = page.more, most - len(page.posts)


def _count_fitting(what: Watched, window: Window) -> int:
    return sum(1 for _moment in _fitting(what, window, COUNTED_MOST))


def _remember_fitting(what: Watched, window: Window) -> History:
    return _flow(list(_fitting(what, window, REMEMBERED_MOST)), window)


def _flow(newest_first: list[int], window: Window) -> History:
    is_cut = len(newest_first) >= REMEMBERED_MOST
    moments = newest_first[::-1]
    return History(Flow(moments), from_ms(moments[0]) if is_cut else window.since)


# Posts in our conversations ----------------------------------------------------------------------


def talks_of(what: Watched) -> Conversations:
    """Return the conversations that count."""
    shown = visible_in(what.scope).filter(from_import=None)
    return shown if what.channel is None else shown.filter(channel=what.channel)


def posts_of(what: Watched, window: Window) -> QuerySet[Mention]:
    """Return what customers said in these conversations, the newest first."""
    said = Mention.objects.filter(order__gte=order_at(window.since), order__lt=order_at(window.until))
    said = said.filter(incoming=True, deleted_at=None).exclude(network="archive")
    return said.filter(Exists(talks_of(what).filter(pk=OuterRef("conversation")))).order_by("-order")


def _count_heard(what: Watched, window: Window) -> int:
    return posts_of(what, window).count()


def _remember_heard(what: Watched, window: Window) -> History:
    orders = posts_of(what, window).values_list("order", flat=True)[:REMEMBERED_MOST]
    return _flow([order >> SEQUENCE_BITS for order in orders], window)


# Customers who wait ------------------------------------------------------------------------------


def _clocks(what: Watched) -> QuerySet[Clock]:
    talks = talks_of(what).exclude(channel__network="archive").filter(pk=OuterRef("conversation"))
    return Clock.objects.filter(Exists(talks), kind__in=ANSWER_CLOCKS)


def _running(what: Watched, begun: datetime, ended: datetime) -> QuerySet[Clock]:
    still = Q(stopped_at=None) | Q(stopped_at__gt=ended)
    return _clocks(what).filter(still, started_at__lte=begun)


def _count_waiting(what: Watched, window: Window) -> int:
    return _running(what, window.until, window.until).count()


def _remember_waiting(what: Watched, window: Window) -> History:
    rows = list(_running(what, window.until, window.since).values_list("started_at", "stopped_at"))
    begun = sorted(in_ms(row[0]) for row in rows)
    ended = sorted(in_ms(row[1]) for row in rows if row[1] is not None)
    return History(Level(begun, ended), window.since)


class Source(NamedTuple):
    """How one kind of thing is counted."""

    counted: Callable[[Watched, Window], int]
    history: Callable[[Watched, Window], History]
    lasts: bool = False


SOURCES = {
    AlarmOf.QUERY: Source(_count_fitting, _remember_fitting),
    AlarmOf.STREAM: Source(_count_fitting, _remember_fitting),
    AlarmOf.HEARD: Source(_count_heard, _remember_heard),
    AlarmOf.WAITING: Source(_count_waiting, _remember_waiting, lasts=True),
}
