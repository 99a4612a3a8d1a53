"""From the networks into the desk: read a channel, store the page, move the cursor.

At-least-once: the cursor moves in the transaction that stores the posts, so a crash anywhere reads
the same page again, and (network, uri) keeps it from being stored twice. No network call stands
inside a transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from resonanz.desk.crashpoints import crash_point
from resonanz.desk.events import happen
from resonanz.desk.health import failed, open_network, recovered
from resonanz.desk.intake import Arrival, Stored, store
from resonanz.desk.leases import me
from resonanz.desk.models import Channel, Conversation, Mention, Sighting
from resonanz.desk.models.care import State
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import to_ms
from resonanz.networks import LookUpPosts, NetworkError
from resonanz.post import Page

LEASE = timedelta(minutes=2)  # longer than any read's time-outs together
RECHECK_EVERY = timedelta(minutes=10)
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
        failed(channel, error, timezone.now())
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
            return channel
    return None


def take_in(channel: Channel, page: Page, *, read_began_at: datetime) -> Stored:
    """Store a page and move the channel's cursor behind it, in one transaction."""
    now = timezone.now()
    arrival = Arrival(
        heard_at=now, complete_until=channel.read_at, backfill=page.backfill or not channel.cursor
    )
    with transaction.atomic():
        stored = store(channel, page.sightings, arrival)
        _move_cursor(channel, page, (now, read_began_at), heard=bool(stored.added_count))
        recovered(channel, now)
        withdraw(channel, page.gone, now)
        crash_point("listen.stored")
    return stored


def _move_cursor(channel: Channel, page: Page, at: tuple[datetime, datetime], *, heard: bool) -> None:
    """Remember how far the channel is read, and that it works. Plain SQL: done for every page."""
    now, began = at
    next_poll_at = now if page.more else now + timedelta(seconds=settings.POLL_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE desk_channel SET cursor = %s, next_poll_at = CASE WHEN state = %s THEN %s END, "
            "lease_until = %s, read_at = CASE WHEN %s THEN read_at ELSE %s END, "
            "heard_at = CASE WHEN %s THEN %s ELSE heard_at END, "
            "error_code = '', error_reason = '', error_at = NULL, failures_count = 0 WHERE id = %s",
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
            ],
        )


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
    """Somebody is about to answer: look soon whether the posts still stand as we know them."""
    soon = timezone.now()
    Conversation.objects.filter(pk=conversation.pk, recheck_at__gt=soon).update(recheck_at=soon)


def recheck_next() -> bool:
    """Read some conversations' posts again, to hear edits and deletions; True if there were any."""
    now = timezone.now()
    due = Conversation.objects.filter(recheck_at__lte=now).select_related("channel").order_by("recheck_at")
    chosen = list(due[:RECHECK_AT_ONCE])
    if not chosen:
        return False
    by_channel: dict[Channel, list[Conversation]] = defaultdict(list)
    for conversation in chosen:
        by_channel[conversation.channel].append(conversation)
    for channel, conversations in by_channel.items():
        if _claim_rechecks(conversations, now):
            _recheck(channel, conversations)
    return True


def _claim_rechecks(conversations: list[Conversation], now: datetime) -> bool:
    """Set the next re-check; resolved conversations get one last, a day after."""
    numbers = [conversation.pk for conversation in conversations]
    claimed = Conversation.objects.filter(pk__in=numbers, recheck_at__lte=now)
    settled = claimed.filter(state=State.RESOLVED)
    count = settled.filter(resolved_at__lt=now - timedelta(days=1)).update(recheck_at=None)
    count += settled.filter(recheck_at__lte=now).update(recheck_at=now + timedelta(days=1))
    count += claimed.filter(recheck_at__lte=now).update(recheck_at=now + RECHECK_EVERY)
    return count > 0


def _recheck(channel: Channel, conversations: list[Conversation]) -> None:
    if channel.state != ChannelState.OK:
        return
    ids = Sighting.objects.filter(
        channel=channel, mention__conversation__in=conversations, mention__deleted_at=None
    ).order_by("-mention")
    native_ids = tuple(ids.values_list("native_id", flat=True)[:LOOK_UP_AT_ONCE])
    if not native_ids:
        return
    try:
        page = open_network(channel).act(LookUpPosts(native_ids))
    except NetworkError as error:
        failed(channel, error, timezone.now())
        return
    assert isinstance(page, Page)
    now = timezone.now()
    with transaction.atomic():
        store(channel, page.sightings, Arrival(heard_at=now, backfill=True))
        withdraw(channel, page.gone, now)


def forget_words(orders: Sequence[int]) -> None:
    """Remove the full-text rows of some mentions."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM desk_words WHERE rowid = %s", [(order,) for order in orders])
