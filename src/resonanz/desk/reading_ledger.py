"""The intake ledger: what the networks showed when read again, and what became of each post. Reads only.

*Seen* comes from reading the network again (`listen.again`), never from the tables in which posts are kept.
Every post seen is in exactly one class.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from resonanz.case import ReplyKind, State
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Channel, Gap, Quarantined, Sweep
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.storage import from_ms, to_ms
from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.desk.models import Agent

# A post in two of these would be counted twice, one in none of them is missing.
CLASSES = (
    "missing",
    "coming",  # seen, and no complete ordinary read has begun since
    "answered",
    "waiting",
    "dismissed",
    "matched",
    "reposts",
    "own",
    "quarantined",
    "deleted",
)
NAMED_MOST = 100
LATEST = 50  # posts over which the delay of a channel is taken


@dataclass(frozen=True, slots=True)
class Day:
    """One channel's posts of one day; `reasons` are the dismissed ones by case.Dismissal."""

    channel: Channel
    day: date
    classes: dict[str, int]
    reasons: dict[int, int]
    caught_up_count: int  # missed once, fetched since

    @property
    def seen_count(self) -> int:
        """How many posts the network showed."""
        return sum(self.classes.values())

    @property
    def difference(self) -> int:
        """How many of them are nowhere in the desk."""
        return self.classes["missing"]


@dataclass(frozen=True, slots=True)
class Missed:
    """A post that was or is missing."""

    channel: int
    uri: str
    url: str
    handle: str
    posted_at: datetime
    missed_at: datetime | None  # None: nobody was told yet
    is_here: bool


# What became of each post seen within some time.
CLASSED = f"""
SELECT s.id, s.channel_id, s.uri, s.url, s.handle, s.posted_at, s.missed_at,
    CASE
    WHEN m."order" IS NULL THEN CASE
        WHEN EXISTS (SELECT 1 FROM desk_repost r WHERE r.network = c.network AND r.uri = s.uri) THEN 'reposts'
        WHEN EXISTS (SELECT 1 FROM desk_quarantined q
            WHERE q.channel_id = s.channel_id AND q.native_id = s.native_id) THEN 'quarantined'
        WHEN s.seen_at < coalesce(c.read_at, 0) THEN 'missing'
        ELSE 'coming' END
    WHEN m.deleted_at IS NOT NULL THEN 'deleted'
    WHEN NOT m.incoming THEN 'own'
    WHEN m.conversation_id IS NULL THEN 'matched'
    WHEN EXISTS (SELECT 1 FROM desk_mention a WHERE a.conversation_id = m.conversation_id
        AND NOT a.incoming AND a.kind = {ReplyKind.HUMAN.value} AND a."order" > m."order") THEN 'answered'
    WHEN v.state = {State.RESOLVED.value} THEN CASE
        WHEN EXISTS (SELECT 1 FROM desk_clock k WHERE k.conversation_id = v.id AND k.reason > 0
            AND k.started_at <= m.clock_at AND k.stopped_at >= m.clock_at) THEN 'dismissed'
        ELSE 'answered' END
    ELSE 'waiting' END AS class,
    (SELECT k.reason FROM desk_clock k WHERE k.conversation_id = v.id AND k.reason > 0
        AND k.started_at <= m.clock_at AND k.stopped_at >= m.clock_at
        ORDER BY k.number DESC LIMIT 1) AS reason
FROM desk_seenpost s JOIN desk_channel c ON c.id = s.channel_id
LEFT JOIN desk_mention m ON m.network = c.network AND m.uri = s.uri
LEFT JOIN desk_conversation v ON v.id = m.conversation_id
WHERE s.channel_id IN (%s) AND s.posted_at >= %s AND s.posted_at < %s
"""


def days(channels: Sequence[Channel], *, count: int, today: date) -> list[Day]:
    """Return the last days of some channels, newest first; a day of which nothing was seen is left out."""
    found = []
    for back in range(count):
        day = today - timedelta(days=back)
        found += _day(channels, day)
    return found


def _day(channels: Sequence[Channel], day: date) -> list[Day]:
    began, ended = (
        to_ms(timezone.make_aware(datetime.combine(each, time()))) for each in (day, day + timedelta(days=1))
    )
    classes: dict[int, Counter[str]] = {channel.pk: Counter() for channel in channels}
    reasons: dict[int, Counter[int]] = {channel.pk: Counter() for channel in channels}
    late: Counter[int] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT channel_id, class, CASE class WHEN 'dismissed' THEN reason END AS why, count(*), "
            f"sum(missed_at IS NOT NULL AND class <> 'missing') FROM ({_among(channels)}) "
            "GROUP BY channel_id, class, why",
            [began, ended],
        )
        for channel, name, reason, number, caught_up in cursor.fetchall():
            classes[channel][name] += number
            late[channel] += caught_up
            if reason is not None:
                reasons[channel][reason] += number
    return [
        Day(
            channel,
            day,
            {name: classes[channel.pk][name] for name in CLASSES},
            dict(reasons[channel.pk]),
            late[channel.pk],
        )
        for channel in channels
        if classes[channel.pk]
    ]


def missed(channels: Sequence[Channel], *, since: datetime) -> list[Missed]:
    """Return what is missing or was, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel_id, uri, url, handle, posted_at, missed_at, class <> 'missing' "
            f"FROM ({_among(channels)}) WHERE class = 'missing' OR missed_at IS NOT NULL "
            "ORDER BY class = 'missing' DESC, posted_at DESC LIMIT %s",
            [to_ms(since), to_ms(timezone.now() + timedelta(days=1)), NAMED_MOST],
        )
        return [
            Missed(
                channel,
                uri,
                url,
                handle,
                from_ms(posted),
                None if told is None else from_ms(told),
                bool(is_here),
            )
            for channel, uri, url, handle, posted, told, is_here in cursor.fetchall()
        ]


def _among(channels: Sequence[Channel]) -> str:
    """Return the posts of some channels; numbers of ours, so they may stand in the statement."""
    return CLASSED.replace("(%s)", f"({', '.join(str(channel.pk) for channel in channels) or 'NULL'})", 1)


def gaps(channels: Sequence[Channel], *, since: datetime) -> list[Gap]:
    """Return the times of which posts may be missing, the newest first."""
    known = Gap.objects.filter(channel__in=channels, until__gte=since).select_related("channel")
    return list(known.order_by("-until", "-pk")[:NAMED_MOST])


def watched(agent: Agent) -> list[Channel]:
    """Return the channels whose ledger somebody may read."""
    shown = channels_visible_to(agent).exclude(network__in=OFFLINE)
    return list(shown.select_related("brand").order_by("network", "name", "handle"))


def delay_of(channel: Channel) -> timedelta | None:
    """Return how long the newest posts took from the network to us, the median; None where there are none.

    Posts fetched on purpose long after they were said, at the beginning, do not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.heard_at - m.posted_at FROM desk_sighting s JOIN desk_mention m "
            'ON m."order" = s.mention_id WHERE s.channel_id = %s AND m.incoming '
            "AND m.posted_at >= %s ORDER BY s.mention_id DESC LIMIT %s",
            [channel.pk, to_ms(channel.connected_at), LATEST],
        )
        found = [max(0, row[0]) for row in cursor.fetchall()]
    return timedelta(milliseconds=median(found)) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a channel's stored posts are asked for again, where its network wants gone what is gone there.

    Late ones were last certain to stand longer ago than the network allows; `oldest_at` is of the latest one.
    """

    kept_count: int
    late_count: int
    oldest_at: datetime
    within: timedelta
    error_code: str


def standing(channel: Channel, now: datetime) -> Standing | None:
    """Return how far a channel's sweep is; None where there is nothing to be asked for."""
    row = NETWORKS.get(channel.network)
    within = timedelta(seconds=row.capabilities.gone_within_s if row is not None else 0)
    if not within:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT mention_id), "
            "count(DISTINCT CASE WHEN checked_at < %s THEN mention_id END), min(checked_at) "
            "FROM desk_sighting WHERE channel_id = %s AND checked_at IS NOT NULL",
            [to_ms(now - within), channel.pk],
        )
        kept, late, oldest = cursor.fetchone()
    if not kept:
        return None
    sweep = Sweep.objects.filter(channel=channel).first()
    return Standing(
        kept_count=kept,
        late_count=late,
        oldest_at=from_ms(oldest),
        within=within,
        error_code=sweep.error_code if sweep is not None else "",
    )


def quarantined(channels: Sequence[Channel]) -> list[Quarantined]:
    """Return what lies in the quarantine, newest first."""
    known = Quarantined.objects.filter(channel__in=channels).select_related("channel")
    return list(known.order_by("-at", "-pk")[:NAMED_MOST])
