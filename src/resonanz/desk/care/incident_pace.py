"""How an incident's posts leave a channel: one by one, within the network's limit, none like the last.

The limit is the network's own (`networks.Capabilities`), of which incidents use a part: the rest is for all
other answers of the team.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from resonanz.desk.models import Agent, Channel, Delivery, Outcome
from resonanz.desk.storage import from_ms, to_ms
from resonanz.networks import NETWORKS

RECENT = 10  # texts before this one that it must not be nearly the same as
RECENTLY = timedelta(hours=1)
GAP_S = 3  # seconds between two of an incident's posts
SHARE = 0.8  # of the network's limit on posts


class Pace:
    """When a channel's next posts of an incident may leave, and what was said last; for one batch.

    Read once and kept up to date by `take`: what colleagues plan in the same second is not seen, and the part
    of the limit that is kept free makes up for that.
    """

    def __init__(self, channel: Channel) -> None:
        self.recent = recent_texts(channel)
        row = NETWORKS.get(channel.network)
        count = None if row is None else row.capabilities.posts_count
        self._most = None if count is None else max(1, int(count * SHARE))
        self._window = timedelta(seconds=0 if row is None else row.capabilities.posts_window_s)
        posts = Delivery.objects.filter(channel=channel, reaction="")
        waiting = posts.filter(state=Outcome.PLANNED, due_at__isnull=False)
        coming = list(waiting.values_list("due_at", "incident"))
        gone = posts.filter(armed_at__gte=timezone.now() - self._window).values_list("armed_at", flat=True)
        self._times = sorted(at for at in (*gone, *(due for due, _incident in coming)) if at is not None)
        self._last = max((due for due, incident in coming if due and incident), default=None)

    def take(self, text: str) -> datetime:
        """Return when a post with this text may leave, and reckon with it from now on."""
        slot = timezone.now() + timedelta(seconds=settings.UNDO_S)
        if self._last is not None:
            slot = max(slot, self._last + timedelta(seconds=GAP_S))
        if self._most is not None and len(self._times) >= self._most:
            slot = max(slot, self._times[-self._most] + self._window)
        slot = from_ms(to_ms(slot))  # as it is stored
        insort(self._times, slot)
        self._last = slot
        self.recent = [*self.recent[1 - RECENT :], text]
        return slot


def recent_texts(channel: Channel, besides: Collection[int] = ()) -> list[str]:
    """Return what a channel said last because of incidents, oldest first; signed, as it goes out.

    `besides` are deliveries that are about to say something else.
    """
    since = timezone.now() - RECENTLY
    said = Delivery.objects.filter(channel=channel, incident__isnull=False, planned_at__gte=since)
    out = said.exclude(state__in=[Outcome.CANCELLED, Outcome.REFUSED]).exclude(pk__in=besides)
    texts = out.order_by("-pk").values_list("text", flat=True)
    return list(texts[:RECENT])[::-1]


def signed(text: str, agent: Agent) -> str:
    """Return a text as it is compared with those before it: with its writer's signature."""
    return f"{text.strip()} ^{agent.initials}" if agent.initials else text.strip()
