"""A simulated Bluesky on loopback: server, network's view, message service and stream at one address.

    create_part(settings, clock)         the part that the shared rooms of all simulated networks use

Inside: `records` what is remembered, `rules` the network's laws, `world` who writes and who is told, `ids`
names that follow from content, `sessions` signing in, `chats` private messages, `views` what is seen,
`asking`, `ways`, `showing` and `talking` how programs ask, `jetstream` the stream, `writing` a hand, `part`
all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resonanz.simulator.bluesky.part import BlueskyPart

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from resonanz.simulator.part import Part
    from resonanz.simulator.settings import SimulatorSettings

__all__ = ["BlueskyPart", "create_part"]


def create_part(settings: SimulatorSettings, clock: Callable[[], datetime]) -> Part:
    """Make a simulated Bluesky with the cast of the play and nothing said yet."""
    return BlueskyPart(settings, clock)
