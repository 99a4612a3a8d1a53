"""What is remembered of threads between two reads, so that many replies to one post cost one call."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.post import Sighting

THREADS_KEPT = 500
THREAD_SECONDS = 600.0


class Threads:
    """The line of posts down to a post, kept for ten minutes: 500 replies to it cost one call."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: OrderedDict[str, tuple[float, tuple[Sighting, ...]]] = OrderedDict()

    def find(self, native_id: str) -> tuple[Sighting, ...] | None:
        """Return the line down to a post, None where it is not known or too old."""
        kept_at, line = self._lines.get(native_id, (0.0, None))
        return None if line is None or self._clock() - kept_at > THREAD_SECONDS else line

    def keep(self, native_id: str, line: tuple[Sighting, ...]) -> None:
        """Remember the line down to a post, itself the last."""
        self._lines[native_id] = (self._clock(), line)
        self._lines.move_to_end(native_id)
        if len(self._lines) > THREADS_KEPT:
            self._lines.popitem(last=False)
