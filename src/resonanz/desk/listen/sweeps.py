"""Asking whether all stored posts still stand, where a network wants gone here what is gone there.

Every post has the moment at which it was last certain that it stands: when it was heard, read again with its
conversation, or asked for here. Whatever comes near the time that the network gives is asked for, a hundred
at once, posts of open conversations first. Each of them costs money where calls do; where there is none
left, nothing else is held up, and the channel's health says so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz.desk.health import failed, open_network
from resonanz.desk.intake import Arrival
from resonanz.desk.listen.gone import withdraw
from resonanz.desk.listen.quarantine import put_aside
from resonanz.desk.listen.reading import store_each
from resonanz.desk.models import Channel, Quarantined, Sighting, Sweep
from resonanz.desk.models.care import State
from resonanz.desk.models.listening import ChannelState
from resonanz.networks import NETWORKS, CheckPosts, LoginNeeded, NetworkError
from resonanz.post import Page

log = logging.getLogger("resonanz.listen")
EARLY = timedelta(hours=3)  # before the time that the network gives: what is shut for a while is not late yet
AT_ONCE = 100  # posts
REST = timedelta(minutes=5)  # while nothing is due: what is due meanwhile is asked for together
LEASE = timedelta(minutes=5)
POOR = timedelta(hours=1)  # a budget may be raised at any time
PLAN_EVERY_S = 5
_planned = -PLAN_EVERY_S * 1.0


def sweep_next() -> bool:
    """Ask one channel's network whether some stored posts still stand; True if it was asked."""
    now = timezone.now()
    _plan(now)
    due = Sweep.objects.filter(next_at__lte=now, channel__state=ChannelState.OK)
    sweep = due.select_related("channel").order_by("next_at").first()
    if sweep is None or not _claim(sweep, now):
        return False
    wanted = _wanted(sweep.channel, now)
    if not wanted:
        Sweep.objects.filter(pk=sweep.pk).update(next_at=now + REST, error_code="", error_reason="")
        return False
    try:
        page = open_network(sweep.channel).act(CheckPosts(tuple(wanted)))
    except NetworkError as error:
        _failed(sweep, error)
        return True
    assert isinstance(page, Page)
    _take_in(sweep, wanted, page)
    return True


def gone_within(channel: Channel) -> timedelta:
    """Return within which time the network wants gone here what is gone there; zero: it does not say."""
    row = NETWORKS.get(channel.network)
    return timedelta(seconds=row.capabilities.gone_within_s if row is not None else 0)


def hasten(channel: int, native_ids: Sequence[str], now: datetime) -> None:
    """Ask for some posts at once: their network says that they changed or went away.

    What stands in a conversation is read again with it.
    """
    known = Sighting.objects.filter(channel=channel, native_id__in=native_ids, checked_at__isnull=False)
    hits = known.filter(mention__conversation=None).select_related("channel")
    for hit in hits:
        due = now - gone_within(hit.channel) + EARLY
        Sighting.objects.filter(pk=hit.pk, checked_at__gt=due).update(checked_at=due)
        Sweep.objects.filter(channel=channel, next_at__gt=now, error_code="").update(next_at=now)


def _plan(now: datetime) -> None:
    """Write down the sweeps that are missing: a new channel."""
    global _planned  # noqa: PLW0603 - when this process looked last concerns nobody else
    if time.monotonic() < _planned + PLAN_EVERY_S:
        return
    _planned = time.monotonic()
    without = [one for one in Channel.objects.filter(state=ChannelState.OK, sweep=None) if gone_within(one)]
    if without:
        Sweep.objects.bulk_create([Sweep(channel=one, next_at=now) for one in without], ignore_conflicts=True)


def _claim(sweep: Sweep, now: datetime) -> bool:
    return bool(Sweep.objects.filter(pk=sweep.pk, next_at=sweep.next_at).update(next_at=now + LEASE))


def _wanted(channel: Channel, now: datetime) -> list[str]:
    """Return the posts to be asked for: those of open conversations first, then what waits longest.

    Of a post that was changed its newest version: they stand and go together.
    """
    before = now - gone_within(channel) + EARLY
    due = Sighting.objects.filter(channel=channel, checked_at__lte=before, mention__deleted_at=None)
    is_open = Q(mention__conversation__state=State.OPEN)
    rows = due.annotate(is_open=is_open).order_by(F("is_open").desc(nulls_last=True), "checked_at", "pk")
    newest = dict(rows.values_list("mention", "native_id")[:AT_ONCE])
    aside = Quarantined.objects.filter(channel=channel, at__lte=before).exclude(native_id="")
    put = aside.filter(Q(checked_at=None) | Q(checked_at__lte=before)).order_by("at")
    room = AT_ONCE - len(newest)
    return [*newest.values(), *dict.fromkeys(put.values_list("native_id", flat=True)[:room])]


def _take_in(sweep: Sweep, wanted: Sequence[str], page: Page) -> None:
    """Store what was changed, take out what is gone, and write down that the others stand."""
    now, channel = timezone.now(), sweep.channel
    with transaction.atomic():
        asked = Sighting.objects.filter(channel=channel, native_id__in=wanted)
        mentions = list(asked.values_list("mention", flat=True))
        Sighting.objects.filter(mention__in=mentions, checked_at__isnull=False).update(checked_at=now)
        Quarantined.objects.filter(channel=channel, native_id__in=wanted).update(checked_at=now)
        store_each(channel, page.sightings, Arrival(heard_at=now, backfill=True))
        put_aside(channel, page.unread, now)
        withdraw(channel, page.gone, now)
        Sweep.objects.filter(pk=sweep.pk).update(next_at=now, asked_at=now, error_code="", error_reason="")


def _failed(sweep: Sweep, error: NetworkError) -> None:
    """Remember why nothing was heard, and ask again: for money hourly, else as the network says."""
    now = timezone.now()
    if isinstance(error, LoginNeeded):
        failed(sweep.channel, error, now)
    again = now + POOR if error.code == "budget_spent" else max(error.retry_at or now, now + LEASE)
    Sweep.objects.filter(pk=sweep.pk).update(
        error_code=error.code, error_reason=error.reason[:500], next_at=again
    )
    log.info("channel %s: stored posts could not be checked: %s", sweep.channel_id, error)
