"""Reconciliation: reading a channel again, whatever its cursor says, and naming what was missed.

What the network shows is written down as seen. It counts as missed when a complete ordinary read that began
later has not brought it either; then people are told which posts these are, and they are fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz.desk.bells import notify
from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network
from resonanz.desk.intake import Arrival
from resonanz.desk.listen.gone import withdraw
from resonanz.desk.listen.quarantine import forget_understood, put_aside
from resonanz.desk.listen.reading import store_each
from resonanz.desk.listen.searches import can_search, finds
from resonanz.desk.models import Agent, Channel, NoticeKind, Role, SeenPost, StandingSearch
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import to_ms
from resonanz.networks import NETWORKS, LookUpPosts, NetworkError, ReadBack
from resonanz.post import Page, Sighting

EVERY = timedelta(hours=1)
AT_FIRST = timedelta(minutes=10)  # within an hour after connecting: people want to see that it works
AGAIN = timedelta(minutes=15)  # after the network could not be asked
DAYS = 2  # today and yesterday
FETCH_AT_ONCE = 40  # posts
INDEXED = timedelta(minutes=1)  # until a network's own search knows a post

# Posts that the network showed and that are in none of our tables.
NOWHERE = """
FROM desk_seenpost s JOIN desk_channel c ON c.id = s.channel_id
WHERE NOT EXISTS (SELECT 1 FROM desk_mention m WHERE m.network = c.network AND m.uri = s.uri)
AND NOT EXISTS (SELECT 1 FROM desk_repost r WHERE r.network = c.network AND r.uri = s.uri)
AND NOT EXISTS (
    SELECT 1 FROM desk_quarantined q WHERE q.channel_id = s.channel_id AND q.native_id = s.native_id)
"""


def read_again_next() -> bool:
    """Read one channel again that is due for it; True if there was one."""
    now = timezone.now()
    able = [name for name, row in NETWORKS.items() if ReadBack in row.capabilities.actions]
    due = Channel.objects.filter(state=ChannelState.OK, network__in=able).filter(
        Q(next_read_again_at=None) | Q(next_read_again_at__lte=now)
    )
    channel = due.order_by("next_read_again_at").first()
    if channel is None or not _claim(channel, now):
        return False
    try:
        read_again(channel)
    except NetworkError as error:
        failed(channel, error, timezone.now())
        Channel.objects.filter(pk=channel.pk).update(next_read_again_at=now + AGAIN)
    return True


def can_read_again(channel: Channel) -> bool:
    """Whether a channel's network shows again what it showed before."""
    known = NETWORKS.get(channel.network)
    return known is not None and ReadBack in known.capabilities.actions


def read_again(channel: Channel, *, days: int = DAYS) -> int:
    """Write down what the network shows of the last days, today included; return how many posts that is.

    Nothing from before the channel was connected is asked for. NetworkError as the network raises it.
    """
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(midnight - timedelta(days=days - 1), channel.connected_at)
    page = open_network(channel).act(ReadBack(since))
    assert isinstance(page, Page)
    found = {one.native_id: one for one in page.sightings}
    if can_search(channel):
        found |= {one.native_id: one for one in _spoken_of_us(channel) if one.post.posted_at >= since}
    with transaction.atomic():
        forget_understood(channel, list(found))
        _see(channel, found.values(), now)
        put_aside(channel, page.unread, now)
        Channel.objects.filter(pk=channel.pk).update(read_again_at=now, judged_at=None)
    return len(found)


def _spoken_of_us(channel: Channel) -> Iterator[Sighting]:
    """Yield what the network finds for the saved queries that it is searched for as usual.

    A channel is read more often than searched: what no search has had the time to find is no loss.
    """
    wanted = StandingSearch.objects.filter(channel=channel, query__heard=True, query__dropped_at=None)
    for search in wanted.exclude(searched_at=None).select_related("query").order_by("pk"):
        found, _unread, _cursors = finds(channel, search.query, {})
        until = search.searched_at and search.searched_at - INDEXED
        yield from (one for one in found if until and one.post.posted_at < until)


def missed_next() -> bool:
    """Judge one channel that was read again and then read as usual: tell of what was missed, and fetch it."""
    due = Channel.objects.filter(judged_at=None, read_again_at__lt=F("read_at"))
    channel = due.order_by("read_again_at").first()
    if channel is None:
        return False
    missed = judge(channel)
    if missed:
        _fetch(channel, missed)
    return True


@transaction.atomic
def judge(channel: Channel) -> list[SeenPost]:
    """Return which posts were missed by a complete read that began after they were seen, and tell the leads.

    Each is told of once.
    """
    now = timezone.now()
    before = channel.read_at or channel.connected_at
    ids = _nowhere(channel, "s.missed_at IS NULL AND s.seen_at < %s", to_ms(before))
    Channel.objects.filter(pk=channel.pk, read_again_at=channel.read_again_at).update(judged_at=now)
    if not ids:
        return []
    SeenPost.objects.filter(pk__in=ids).update(missed_at=now)
    happen("missed", now, channel=channel.pk, count=len(ids))
    for agent in Agent.objects.filter(is_active=True, role__in=(Role.LEAD, Role.OPERATOR)):
        notify(agent, NoticeKind.MISSED)
    return list(SeenPost.objects.filter(pk__in=ids).order_by("posted_at"))


def _fetch(channel: Channel, missed: list[SeenPost]) -> None:
    """Bring in what was missed, with its threads. What is gone by now is forgotten: nobody can answer it."""
    for at in range(0, len(missed), FETCH_AT_ONCE):
        ids = tuple(one.native_id for one in missed[at : at + FETCH_AT_ONCE])
        try:
            page = open_network(channel).act(LookUpPosts(ids, with_thread=True))
        except NetworkError as error:
            failed(channel, error, timezone.now())
            return
        assert isinstance(page, Page)
        now = timezone.now()
        with transaction.atomic():
            store_each(channel, page.sightings, Arrival(heard_at=now, backfill=True))
            put_aside(channel, page.unread, now)
            withdraw(channel, page.gone, now)
            SeenPost.objects.filter(channel=channel, native_id__in=page.gone).delete()


def fetch_missing(channel: Channel) -> int:
    """Fetch what was missed and is still nowhere; return how many posts are in now."""
    ids = _nowhere(channel, "s.missed_at IS NOT NULL")
    _fetch(channel, list(SeenPost.objects.filter(pk__in=ids).order_by("posted_at")))
    return len(ids) - len(_nowhere(channel, "s.missed_at IS NOT NULL"))


def _nowhere(channel: Channel, also: str, *values: int) -> list[int]:
    """Return the numbers of a channel's posts that are in none of our tables and of which something holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id {NOWHERE} AND s.channel_id = %s AND {also}", [channel.pk, *values])
        return [row[0] for row in cursor.fetchall()]


def _claim(channel: Channel, now: datetime) -> bool:
    known = Channel.objects.filter(pk=channel.pk, next_read_again_at=channel.next_read_again_at)
    every = AT_FIRST if now - channel.connected_at < EVERY else EVERY
    return bool(known.update(next_read_again_at=now + every))


def _see(channel: Channel, found: Iterable[Sighting], now: datetime) -> None:
    """Write down that the network showed some posts; one that it showed before keeps what was said of it."""
    rows = [
        SeenPost(
            channel=channel,
            native_id=one.native_id,
            uri=one.post.uri,
            url=one.post.url,
            handle=one.post.author.handle,
            posted_at=one.post.posted_at,
            seen_at=now,
        )
        for one in found
    ]
    SeenPost.objects.bulk_create(
        rows,
        200,
        update_conflicts=True,
        unique_fields=["channel", "native_id"],
        update_fields=["url", "handle"],
    )
