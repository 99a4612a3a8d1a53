"""How much room an answer has: as a post or as a private message, with or without a handle in front.

What a network takes is in `limits.py`; here it meets the post that is answered and who may read the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from resonanz.compose import fits, length, split
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Channel, Mention
from resonanz.post import Audience, Limits


@dataclass(frozen=True, slots=True)
class Room:
    """The limits of one answer. `handle` (with the @) has to stand in it, "" where nobody needs naming."""

    limits: Limits
    handle: str

    def whole(self, text: str) -> str:
        """Return the text with the handle in front that the network needs to show it to its reader."""
        return text if self.handle.lower() in text.lower() else f"{self.handle} {text}"

    def length(self, text: str) -> int:
        """How long the text is, as the network counts it."""
        return length(self.whole(text), self.limits, named=self._named)

    def fits(self, text: str) -> bool:
        """Whether it goes out as one."""
        return fits(self.whole(text), self.limits, named=self._named)

    def parts(self, text: str) -> tuple[str, ...]:
        """Return the posts that it would become; ValueError where it cannot be cut."""
        return split(text, replace(self.limits, length=self.limits.length - self._handle_length))

    @property
    def _named(self) -> tuple[str, ...]:
        return (self.handle.removeprefix("@"),) if self.handle else ()

    @property
    def _handle_length(self) -> int:
        if not self.handle or self.limits.free_mentions:
            return 0
        return length(f"{self.handle} ", self.limits)


def room_for(channel: Channel, mention: Mention, audience: Audience) -> Room:
    """Return how much room an answer to a post has that so many may read."""
    limits = limits_of(channel)
    if audience is Audience.DIRECT and limits.message_length is not None:
        return Room(as_message(limits), "")
    return Room(limits, f"@{mention.author.handle}" if limits.names_answered else "")


def as_message(limits: Limits) -> Limits:
    """Return the limits of a network's private messages, where these are no posts."""
    assert limits.message_length is not None
    return replace(
        limits,
        length=limits.message_length,
        bytes_length=limits.message_bytes,
        unit="graphemes" if limits.unit == "graphemes" else "characters",
        url_length=None,
        short_handles=False,
        free_mentions=False,
    )
