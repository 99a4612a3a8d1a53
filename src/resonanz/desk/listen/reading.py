"""Reading a channel: lease it, ask its connector for a page, store the page, move the cursor.

At-least-once: the cursor moves in the transaction that stores the posts, so a crash anywhere reads
the same page again, and (network, uri) keeps it from being stored twice. No network call stands
inside a transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from resonanz.desk.crashpoints import crash_point
from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network, recovered
from resonanz.desk.intake import Arrival, Stored, store
from resonanz.desk.leases import me
from resonanz.desk.listen.gone import withdraw
from resonanz.desk.listen.quarantine import UNSTORABLE, put_aside, put_aside_unstored
from resonanz.desk.models import Channel, Gap
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import to_ms
from resonanz.networks import NetworkError, Unclear
from resonanz.post import Page
from resonanz.post import Sighting as SeenPost

log = logging.getLogger("resonanz.listen")
LEASE = timedelta(minutes=5)  # a read that takes longer than this is given up, see LeaseLost
WAIT_S = 0.2  # until somebody else's read of the same channel is looked at again
Storing = Callable[[Channel, Sequence[SeenPost], Arrival], Stored]


def listen_next() -> bool:
    """Read one due channel and store what it brings; True if there was one."""
    now = timezone.now()
    channel = _claim_channel(now)
    if channel is None:
        return False
    _read(channel, now)
    return True


def read_now(channel: Channel) -> bool:
    """Read a channel whether it is due or not; True if more is waiting there, or somebody else reads it."""
    now = timezone.now()
    known = Channel.objects.filter(pk=channel.pk, state=ChannelState.OK)
    if not known.filter(lease_until__lte=now).update(lease_until=now + LEASE, lease_by=me()):
        time.sleep(WAIT_S)
        return known.exists()
    _read(known.get(), now)
    return known.filter(next_poll_at__lte=timezone.now(), error_code="").exists()


def _read(channel: Channel, now: datetime) -> None:
    crash_point("listen.claimed")
    try:
        page = open_network(channel).read(channel.cursor)
    except NetworkError as error:
        failed(channel, error, timezone.now(), leased=True)
        return
    except Exception as error:
        log.exception("channel %s: its connector failed", channel.pk)
        failed(channel, Unclear("bad_answer", reason=str(error)), timezone.now(), leased=True)
        return
    crash_point("listen.read")
    take_in(channel, page, read_began_at=now)
    crash_point("listen.committed")


def _claim_channel(now: datetime) -> Channel | None:
    """Lease the channel that is due longest; a conditional update decides between workers."""
    due = Channel.objects.filter(state=ChannelState.OK, next_poll_at__lte=now, lease_until__lte=now)
    for channel in due.order_by("next_poll_at")[:3]:
        taken = Channel.objects.filter(pk=channel.pk, lease_until=channel.lease_until).update(
            lease_until=now + LEASE, lease_by=me()
        )
        if taken:
            channel.lease_until = now + LEASE
            return channel
    return None


def take_in(channel: Channel, page: Page, *, read_began_at: datetime) -> Stored:
    """Store a page and move the channel's cursor behind it, in one transaction.

    Where one post cannot be stored, all the others are, and it goes to the quarantine whole.
    """
    arrival = Arrival(
        heard_at=timezone.now(),
        complete_until=channel.read_at,
        backfill=page.backfill or not channel.cursor,
    )
    try:
        return _take_in(channel, page, arrival, (read_began_at, store))
    except UNSTORABLE:
        log.exception("channel %s: a page has a post that cannot be stored", channel.pk)
        return _take_in(channel, page, arrival, (read_began_at, store_each))


def _take_in(channel: Channel, page: Page, arrival: Arrival, how: tuple[datetime, Storing]) -> Stored:
    began, storing = how
    now = arrival.heard_at
    with transaction.atomic():
        stored = storing(channel, page.sightings, arrival)
        put_aside(channel, page.unread, now)
        note(channel.pk, page.notices, now)
        _note_messages(channel, page.messages, now)
        _move_cursor(channel, page, (now, began), heard=bool(stored.added_count))
        if page.gap is not None:
            Gap.objects.create(channel=channel, since=page.gap[0], until=page.gap[1], noticed_at=now)
            happen("gap", now, channel=channel.pk)
        recovered(channel, now)
        withdraw(channel, page.gone, now)
        crash_point("listen.stored")
    channel.lease_until = now
    return stored


def note(channel: int, notices: Sequence[str], now: datetime) -> None:
    """Remember what happened besides posts and a person should know. Call in a transaction."""
    if notices:
        known: dict[str, int] = Channel.objects.values_list("notices", flat=True).get(pk=channel)
        told = known | dict.fromkeys(notices, to_ms(now))
        Channel.objects.filter(pk=channel).update(notices=told)
        happen("noticed", now, channel=channel)


def _note_messages(channel: Channel, messages: str | None, now: datetime) -> None:
    """Remember whether private messages can be read. Call in a transaction."""
    if messages is not None and messages != channel.facts.get("messages", "yes"):
        channel.facts = channel.facts | {"messages": messages}
        Channel.objects.filter(pk=channel.pk).update(facts=channel.facts)
        happen("noticed", now, channel=channel.pk)


def store_each(channel: Channel, sightings: Sequence[SeenPost], arrival: Arrival) -> Stored:
    """Store posts one by one, and put aside what cannot be stored. Call in a transaction."""
    orders: dict[str, int] = {}
    for sighting in sightings:
        try:
            with transaction.atomic():
                orders |= store(channel, [sighting], arrival).orders
        except UNSTORABLE as error:
            put_aside_unstored(channel, sighting, type(error).__name__, arrival.heard_at)
    return Stored(len(orders), orders, ())


class LeaseLost(Exception):
    """The read took longer than its lease. Nothing of it is stored."""


def _move_cursor(channel: Channel, page: Page, at: tuple[datetime, datetime], *, heard: bool) -> None:
    """Remember how far the channel is read, and that it works. Plain SQL: done for every page."""
    now, began = at
    next_poll_at = now if page.more else now + timedelta(seconds=settings.POLL_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE desk_channel SET cursor = %s, next_poll_at = CASE WHEN state = %s THEN %s END, "
            "lease_until = %s, read_at = CASE WHEN %s THEN read_at ELSE %s END, "
            "heard_at = CASE WHEN %s THEN %s ELSE heard_at END, "
            "error_code = '', error_reason = '', error_at = NULL, failures_count = 0 "
            "WHERE id = %s AND lease_until = %s",
            [
                page.cursor,
                ChannelState.OK,
                to_ms(next_poll_at),
                to_ms(now),
                page.more,
                to_ms(began),
                heard,
                to_ms(now),
                channel.pk,
                channel.lease_until if isinstance(channel.lease_until, int) else to_ms(channel.lease_until),
            ],
        )
        if not cursor.rowcount:
            raise LeaseLost(f"channel {channel.pk}")
