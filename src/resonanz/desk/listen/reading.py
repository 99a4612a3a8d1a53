"""From the networks into the desk: read a channel, store the page, move the cursor.

At-least-once: the cursor moves in the transaction that stores the posts, so a crash anywhere reads
the same page again, and (network, uri) keeps it from being stored twice. No network call stands
inside a transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from resonanz.desk import media_files
from resonanz.desk.crashpoints import crash_point
from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network, recovered
from resonanz.desk.intake import Arrival, Stored, store
from resonanz.desk.leases import me
from resonanz.desk.models import Channel, Conversation, Mention, Sighting
from resonanz.desk.models.care import State
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import to_ms
from resonanz.networks import LookUpPosts, NetworkError, Unclear
from resonanz.post import Page
from resonanz.post import Sighting as SeenPost

log = logging.getLogger("resonanz.listen")
LEASE = timedelta(minutes=5)  # a read that takes longer than this is given up, see LeaseLost
Storing = Callable[[Channel, Sequence[SeenPost], Arrival], Stored]
UNSTORABLE = (ValueError, OverflowError, TypeError, DataError, IntegrityError)  # UnicodeError is a ValueError
RECHECK_EVERY = (  # of an open conversation: how old it is at most, and how often its posts are read again
    (timedelta(hours=2), timedelta(minutes=10)),
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta.max, timedelta(hours=6)),
)
RECHECK_AT_ONCE = 20  # conversations
LOOK_UP_AT_ONCE = 40  # posts


def listen_next() -> bool:
    """Read one due channel and store what it brings; True if there was one."""
    now = timezone.now()
    channel = _claim_channel(now)
    if channel is None:
        return False
    crash_point("listen.claimed")
    try:
        page = open_network(channel).read(channel.cursor)
    except NetworkError as error:
        failed(channel, error, timezone.now(), leased=True)
        return True
    except Exception as error:
        log.exception("channel %s: its connector failed", channel.pk)
        failed(channel, Unclear("bad_answer", reason=str(error)), timezone.now(), leased=True)
        return True
    crash_point("listen.read")
    take_in(channel, page, read_began_at=now)
    crash_point("listen.committed")
    return True


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

    Where one post cannot be stored, all the others are, and the log says which one is missing.
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
        return _take_in(channel, page, arrival, (read_began_at, _store_each))


def _take_in(channel: Channel, page: Page, arrival: Arrival, how: tuple[datetime, Storing]) -> Stored:
    began, storing = how
    now = arrival.heard_at
    with transaction.atomic():
        stored = storing(channel, page.sightings, arrival)
        _move_cursor(channel, page, (now, began), heard=bool(stored.added_count))
        recovered(channel, now)
        withdraw(channel, page.gone, now)
        crash_point("listen.stored")
    channel.lease_until = now
    return stored


def _store_each(channel: Channel, sightings: Sequence[SeenPost], arrival: Arrival) -> Stored:
    """Store posts one by one, leaving out what cannot be stored."""
    orders: dict[str, int] = {}
    for sighting in sightings:
        try:
            with transaction.atomic():
                orders |= store(channel, [sighting], arrival).orders
        except UNSTORABLE:
            log.error("channel %s: post %s is left out", channel.pk, sighting.native_id)  # noqa: TRY400
            happen("quarantined", arrival.heard_at, channel=channel.pk)
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


def withdraw(channel: Channel, native_ids: Sequence[str], now: datetime) -> int:
    """Take posts that are gone from the network out of the desk: their words, files and search rows.

    What stays is that somebody said something then, so that the conversation remains readable.
    """
    if not native_ids:
        return 0
    gone = Mention.objects.filter(
        sightings__channel=channel, sightings__native_id__in=native_ids, deleted_at=None
    )
    orders = list(gone.values_list("order", "conversation"))
    if not orders:
        return 0
    Mention.objects.filter(order__in=[order for order, _ in orders]).update(
        text="", extras="", deleted_at=now
    )
    forget_words([order for order, _ in orders])
    media_files.forget([order for order, _ in orders])
    for order, conversation in orders:
        if conversation is not None:
            happen("withdrawn", now, conversation=conversation, mention=order)
    return len(orders)


def nudge(channel: int, native_ids: Sequence[str] = ()) -> None:
    """A stream says: read this channel now, and look these posts up again."""
    now = timezone.now()
    Channel.objects.filter(pk=channel, state=ChannelState.OK).update(stream_at=now)
    Channel.objects.filter(pk=channel, state=ChannelState.OK, next_poll_at__gt=now).update(next_poll_at=now)
    if native_ids:
        Conversation.objects.filter(
            mentions__sightings__in=Sighting.objects.filter(channel=channel, native_id__in=native_ids)
        ).update(recheck_at=now)


def recheck_soon(conversation: Conversation) -> None:
    """Somebody begins to answer: look soon whether the posts still stand as we know them."""
    now = timezone.now()
    Conversation.objects.filter(pk=conversation.pk, recheck_at__gt=now).update(recheck_at=now)


def recheck_next() -> bool:
    """Read the posts of some conversations of a channel again, to hear edits and deletions.

    True if there were any. Old matters are looked at less often, so that many open ones do not eat up
    what the network allows.
    """
    now = timezone.now()
    due = Conversation.objects.filter(recheck_at__lte=now, channel__state=ChannelState.OK)
    first = due.select_related("channel").order_by("recheck_at").first()
    if first is None:
        return False
    channel = first.channel
    chosen = list(due.filter(channel=channel).order_by("recheck_at")[:RECHECK_AT_ONCE])
    claimed = [conversation for conversation in chosen if _claim_recheck(conversation, now)]
    ids = Sighting.objects.filter(
        channel=channel, mention__conversation__in=claimed, mention__deleted_at=None
    ).order_by("-mention")
    native_ids = tuple(ids.values_list("native_id", flat=True))
    for at in range(0, len(native_ids), LOOK_UP_AT_ONCE):
        if not _look_up(channel, native_ids[at : at + LOOK_UP_AT_ONCE]):
            break
    return True


def _claim_recheck(conversation: Conversation, now: datetime) -> bool:
    """Set the time of the next re-check; only one worker succeeds in that."""
    due = Conversation.objects.filter(pk=conversation.pk, recheck_at=conversation.recheck_at)
    return bool(due.update(recheck_at=_next_recheck(conversation, now)))


def _next_recheck(conversation: Conversation, now: datetime) -> datetime | None:
    """Return when to look again; a resolved conversation gets one last look, a day after."""
    if conversation.state == State.RESOLVED:
        resolved = conversation.resolved_at or now
        return None if resolved < now - timedelta(days=1) else now + timedelta(days=1)
    age = now - conversation.opened_at
    return now + next(every for younger, every in RECHECK_EVERY if age < younger)


def _look_up(channel: Channel, native_ids: tuple[str, ...]) -> bool:
    """Read some posts again and store what changed; False if the network did not answer."""
    try:
        page = open_network(channel).act(LookUpPosts(native_ids))
    except NetworkError as error:
        failed(channel, error, timezone.now())
        return False
    assert isinstance(page, Page)
    now = timezone.now()
    with transaction.atomic():
        _store_each(channel, page.sightings, Arrival(heard_at=now, backfill=True))
        withdraw(channel, page.gone, now)
    return True


def forget_words(orders: Sequence[int]) -> None:
    """Remove the full-text rows of some mentions."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM desk_words WHERE rowid = %s", [(order,) for order in orders])
