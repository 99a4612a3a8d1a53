"""Posts that a network told of by itself, and that no ordinary reading brought: these are read by their ids.

A stream or a call of the network says that somebody spoke to us. The next reading of the channel brings most
of that; what it did not bring (X lists no quotes, say) would be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz.desk.health import open_network
from resonanz.desk.intake import Arrival
from resonanz.desk.listen.gone import withdraw
from resonanz.desk.listen.quarantine import put_aside
from resonanz.desk.listen.reading import store_each
from resonanz.desk.models import Announced, Channel, Quarantined, Repost, Sighting
from resonanz.desk.models.listening import ChannelState
from resonanz.networks import LookUpPosts, NetworkError
from resonanz.post import Page

PATIENCE = timedelta(minutes=2)  # longer than a reading takes
AGAIN = timedelta(minutes=5)
GIVEN_UP = timedelta(days=2)  # by then it was read again as a whole, or is gone
AT_ONCE = 40


def announce(channel: int, native_ids: Sequence[str], now: datetime) -> None:
    """Remember that a network told of posts. Call in a transaction."""
    if native_ids:
        rows = [Announced(channel_id=channel, native_id=one, at=now, next_at=now) for one in native_ids]
        Announced.objects.bulk_create(rows, ignore_conflicts=True)


def announced_next() -> bool:
    """Read what was told of and has not come by reading; True if there was any."""
    now = timezone.now()
    read_since = Q(channel__read_at__gt=F("at")) | Q(at__lte=now - PATIENCE)
    due = Announced.objects.filter(read_since, next_at__lte=now, channel__state=ChannelState.OK)
    first = due.select_related("channel").order_by("next_at", "pk").first()
    if first is None:
        return False
    channel = first.channel
    rows = list(due.filter(channel=channel).order_by("next_at", "pk")[:AT_ONCE])
    mine = Announced.objects.filter(pk__in=[row.pk for row in rows], next_at__lte=now)
    if mine.update(next_at=now + AGAIN) < len(rows):
        return True  # another worker has some of them
    here = _here(channel, [row.native_id for row in rows])
    wanted = [row.native_id for row in rows if row.native_id not in here]
    told = Announced.objects.filter(channel=channel)
    told.filter(native_id__in=here).delete()
    if wanted:
        _fetch(channel, wanted)
    return True


def _here(channel: Channel, native_ids: Sequence[str]) -> set[str]:
    """Return which of some posts the desk has, in whatever table."""
    found: set[str] = set()
    for model in (Sighting, Repost, Quarantined):
        known = model.objects.filter(channel=channel, native_id__in=native_ids)
        found.update(known.values_list("native_id", flat=True))
    return found


def _fetch(channel: Channel, wanted: Sequence[str]) -> None:
    """Read posts by their ids. What is not shown is tried again, for as long as it may still turn up."""
    told = Announced.objects.filter(channel=channel, native_id__in=wanted)
    try:
        page = open_network(channel).act(LookUpPosts(tuple(wanted), with_thread=True))
    except NetworkError as error:
        again = timezone.now() + AGAIN
        retry_at = error.retry_at if error.code != "budget_spent" else None  # a budget may be raised
        told.update(next_at=max(retry_at or again, again))
        told.filter(at__lte=timezone.now() - GIVEN_UP).delete()
        return
    assert isinstance(page, Page)
    now = timezone.now()
    with transaction.atomic():
        store_each(channel, page.sightings, Arrival(heard_at=now, complete_until=channel.read_at))
        put_aside(channel, page.unread, now)
        withdraw(channel, page.gone, now)
        came = _here(channel, wanted) | set(page.gone)
        told.filter(Q(native_id__in=came) | Q(at__lte=now - GIVEN_UP)).delete()
