"""The named places at which a test ends the process with SIGKILL, to prove that nothing is lost.

Each stands at a step of intake, of a delivery or of a trade of tokens after which the world and our memory
differ most.
Outside tests `RESONANZ_CRASH_AT` is empty and a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

from django.conf import settings

POINTS = (
    "listen.claimed",  # the channel is leased, nothing read yet
    "listen.read",  # the page is here, nothing stored yet
    "listen.stored",  # stored, the transaction not yet committed
    "listen.committed",  # posts and cursor are safe
    "listen.searched",  # the network was searched for a query, nothing of that stored yet
    "outbox.armed",  # armed and durable, the network not yet called
    "outbox.called",  # the network answered, nothing of that stored yet
    "outbox.settled",  # the outcome written, the transaction not yet committed
    "outbox.committed",  # the outcome is safe
    "outbox.looked",  # an unknown delivery was read back, nothing of that stored yet
    "trade.claimed",  # the right to trade a channel's tokens is ours, the network not yet asked
    "trade.answered",  # the network has traded, nothing of that stored yet
    "trade.stored",  # the new tokens are safe, the right to trade not yet given back
)


def crash_point(name: str) -> None:
    """Die here if a test asked for it."""
    assert name in POINTS, f"{name} is not in crashpoints.POINTS"
    if name == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
