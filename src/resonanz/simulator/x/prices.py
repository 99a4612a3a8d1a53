"""What calls cost on the simulated X, in millionths of a US dollar: a truth to hold a desk's meter against.

Source: docs.x.com, "X API pricing", as of 2026-08-22. A thing read is charged once within a day of UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from resonanz.simulator.x.records import Memory

POST_READ = 5_000
OWNED_READ = 1_000
PERSON_READ = 10_000
MESSAGE_READ = 10_000
POST = 15_000
POST_WITH_LINK = 200_000
POST_SUMMONED = 10_000
MESSAGE = 15_000
DELETE = 10_000
METADATA = 5_000
MESSAGE_TOLD = 10_000  # on the activity stream


def charge_read(memory: Memory, each: int, names: Iterable[str], now: datetime) -> None:
    """Charge for things read, each once a day."""
    today = now.date().isoformat()
    if memory.charged_on != today:
        memory.charged_on, memory.charged = today, []
    fresh = sorted(set(names) - set(memory.charged))
    memory.charged += fresh
    memory.spent += each * len(fresh)


def is_broke(memory: Memory) -> bool:
    """Whether the credit is used up."""
    credit = memory.switches.credit
    return credit is not None and memory.spent >= credit
