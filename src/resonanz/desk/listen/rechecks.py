"""Looking at posts again that we have: edits and deletions of which no network tells by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from resonanz.desk.health import failed, open_network
from resonanz.desk.intake import Arrival
from resonanz.desk.listen.announced import announce
from resonanz.desk.listen.gone import withdraw
from resonanz.desk.listen.reading import note, store_each
from resonanz.desk.listen.sweeps import hasten
from resonanz.desk.models import Channel, Conversation, Sighting
from resonanz.desk.models.care import State
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.storage import to_ms
from resonanz.networks import LookUpPosts, NetworkError, Nudge
from resonanz.post import Page

RECHECK_EVERY = (  # of an open conversation: how old it is at most, and how often its posts are read again
    (timedelta(hours=2), timedelta(minutes=10)),
    (timedelta(days=2), timedelta(hours=1)),
    (timedelta.max, timedelta(hours=6)),
)
RECHECK_AT_ONCE = 20  # conversations
LOOK_UP_AT_ONCE = 40  # posts


def nudge(channel: int, told: Nudge) -> None:
    """A network says: read this channel now, look some posts up again, and some came for us.

    Where somebody wrote what only the network's own app can read, the team is told to look there.
    """
    now, native_ids = timezone.now(), told.native_ids
    with transaction.atomic():
        announce(channel, told.fresh, now)
        if told.sealed:
            note(channel, ["encrypted_chat"], now)
    Channel.objects.filter(pk=channel, state=ChannelState.OK).update(stream_at=now)
    Channel.objects.filter(pk=channel, state=ChannelState.OK, next_poll_at__gt=now).update(next_poll_at=now)
    if native_ids:
        Conversation.objects.filter(
            mentions__sightings__in=Sighting.objects.filter(channel=channel, native_id__in=native_ids)
        ).update(recheck_at=now)
        hasten(channel, native_ids, now)


def stream_refused(channel: int) -> None:
    """A stream is not let in any more: say so, at most once an hour. Polling goes on."""
    now = timezone.now()
    with transaction.atomic():
        known = Channel.objects.values_list("notices", flat=True).get(pk=channel)
        if known.get("stream_refused", 0) < to_ms(now - timedelta(hours=1)):
            note(channel, ["stream_refused"], now)


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
        if error.code != "budget_spent":  # there may be money left for what is said to us
            failed(channel, error, timezone.now())
        return False
    assert isinstance(page, Page)
    now = timezone.now()
    with transaction.atomic():
        known = Sighting.objects.filter(channel=channel, native_id__in=native_ids, checked_at__isnull=False)
        known.update(checked_at=now)
        store_each(channel, page.sightings, Arrival(heard_at=now, backfill=True))
        withdraw(channel, page.gone, now)
    return True
