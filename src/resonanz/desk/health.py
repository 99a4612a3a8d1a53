"""The way from a channel's row to its network, and what is remembered when that fails.

Used by the three modules that may open a network (`channels.py`, `listen.py`, `outbox.py`).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import transaction

from resonanz.desk.events import happen
from resonanz.desk.models import Channel
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.money import ChannelPurse
from resonanz.desk.tokens import ChannelKeys
from resonanz.networks import NETWORKS, Credentials, LoginNeeded, Network, NetworkError

log = logging.getLogger("resonanz.channels")


def credentials_of(channel: Channel) -> Credentials:
    """Return how to reach a channel's account."""
    metered = NETWORKS[channel.network].capabilities.metered
    return Credentials(
        base_url=channel.base_url,
        secret=channel.secret,
        simulated=channel.simulated,
        keys=ChannelKeys(channel.pk),
        purse=ChannelPurse(channel.pk) if metered else None,
    )


def open_network(channel: Channel) -> Network:
    """Open the door of a channel, or the one that this thread has open. Not inside a transaction.

    A connector remembers threads and limits; a new token or address gets a new one.
    """
    key = (NETWORKS[channel.network], channel.base_url, channel.simulated, tuple(channel.secret.items()))
    known: tuple[object, Network] | None = _open.doors.get(channel.pk)
    if known is None or known[0] != key:
        known = (key, NETWORKS[channel.network].connect(credentials_of(channel)))
        _open.doors[channel.pk] = known
    return known[1]


class _Doors(threading.local):
    """The doors that a thread has open, by channel. Connectors are not shared between threads."""

    def __init__(self) -> None:
        self.doors: dict[int, tuple[object, Network]] = {}


_open = _Doors()


def failed(channel: Channel, error: NetworkError, now: datetime, *, leased: bool = False) -> None:
    """Remember what went wrong with a channel, and when to try again: later each time, at most 5 minutes.

    `leased` frees the lease under which the channel was read. A channel that somebody paused meanwhile
    stays paused.
    """
    ended = isinstance(error, LoginNeeded)
    wait = timedelta(seconds=min(300, 5 * 2 ** min(channel.failures_count, 6)))
    again = max(error.retry_at or now, now + wait)
    with transaction.atomic():
        known = Channel.objects.filter(pk=channel.pk)
        known.update(
            error_code=error.code,
            error_reason=error.reason[:500],
            error_at=now,
            failures_count=channel.failures_count + 1,
        )
        known.filter(state=ChannelState.OK).update(
            state=ChannelState.LOGIN if ended else ChannelState.OK, next_poll_at=None if ended else again
        )
        if leased:
            known.filter(lease_until=channel.lease_until).update(lease_until=now)
        if channel.error_code != error.code:
            happen("channel_failed", now, channel=channel.pk)
    log.warning("channel %s: %s %s", channel.pk, error.code, error.reason)


def recovered(channel: Channel, now: datetime) -> None:
    """Tell that a channel works again after a failure. Call in a transaction."""
    if channel.error_code:
        happen("channel_ok", now, channel=channel.pk)
