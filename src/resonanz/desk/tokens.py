"""Where a channel's tokens lie, and how one of many workers trades them for new ones.

A refresh token is good for one use: two who trade the same one at once lose the account. So a trade is
leased in the channel's row; whoever comes second waits and takes what the first one got.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from resonanz.desk.crashpoints import crash_point
from resonanz.desk.leases import is_dead, me
from resonanz.desk.models import Channel
from resonanz.desk.storage import durable
from resonanz.networks import Secret, Temporary

LEASE = timedelta(minutes=2)  # longer than a trade with its repetition may take
WAIT_S = 0.1


class ChannelKeys:
    """The tokens of one channel; see `resonanz.networks.Keys`. Not inside a transaction."""

    def __init__(self, channel_id: int) -> None:
        self.channel_id = channel_id

    def current(self) -> Secret:
        """Return the tokens as they are now."""
        return Channel.objects.values_list("secret", flat=True).get(pk=self.channel_id)

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        """Return tokens newer than `used`: somebody else's, or what `ask` gets, stored before it is returned.

        `Temporary("overloaded")` where another worker's trade takes longer than its lease.
        """
        name = f"{uuid4().hex[:12]}@{me()}"
        end = time.monotonic() + LEASE.total_seconds()
        while not self._claim(name):
            if time.monotonic() > end:
                raise Temporary("overloaded")
            time.sleep(WAIT_S)
        try:
            present = self.current()
            if present != used:
                return present
            crash_point("trade.claimed")
            fresh = ask(present)
            crash_point("trade.answered")
            kept = self._keep(fresh, instead_of=present)
            crash_point("trade.stored")
            return kept
        finally:
            Channel.objects.filter(pk=self.channel_id, trade_by=name).update(trade_until=0, trade_by="")

    def _keep(self, fresh: Secret, *, instead_of: Secret) -> Secret:
        """Store new tokens and return those that hold now: the ones of whoever connected anew meanwhile.

        A lease that ran out is no reason to lose them: the old ones are worth nothing any more.
        """
        with durable():
            present = self.current()
            if present != instead_of:
                return present
            Channel.objects.filter(pk=self.channel_id).update(secret=fresh)
        return fresh

    def _claim(self, name: str) -> bool:
        now = timezone.now()
        mine = Channel.objects.filter(pk=self.channel_id)
        until, by = mine.values_list("trade_until", "trade_by").get()
        if until > now and not is_dead(by.rpartition("@")[2]):
            return False
        taken = mine.filter(trade_until=until, trade_by=by)
        return bool(taken.update(trade_until=now + LEASE, trade_by=name))
