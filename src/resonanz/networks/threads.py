"""Threads, whatever network they hang on: the order of a page, and what is remembered between two reads."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def parents_first(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Sort by time, but never a reply before the post it answers, whatever the servers' clocks say."""
    waiting = {item.post.uri: item for item in sorted(sightings, key=lambda item: item.post.posted_at)}
    sorted_out: list[Sighting] = []
    for item in list(waiting.values()):
        line = []
        step: Sighting | None = item
        while step is not None and waiting.pop(step.post.uri, None) is not None:
            line.append(step)
            step = waiting.get(step.post.reply_to or "")
        sorted_out.extend(reversed(line))
    return tuple(sorted_out)
