"""How far an account has been heard on Bluesky: the cursor, and the way through a list from its newest end.

The network's lists are read backwards only, and what was long on its way sorts in below the newest. So a
place in a list is a moment down to which all is known, and the names of what stood on the newest page: what
else turns up above that moment is new. A way back that is too long for one read is gone on with in the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from resonanz.networks import Refused
from resonanz.networks.answers import Entity

PAGE = 100  # the most that a list gives at once
PAGES = 20  # of one list in one read

Gap = tuple[datetime, datetime]


class Item(NamedTuple):
    """Something in a list: its name, when the network took notice of it (ISO 8601, UTC), and itself."""

    name: str
    at: str
    said: Entity


Ask = Callable[[str], tuple[list[Item], str]]
"""Returns the items of a page, the newest first, and where the next begins; "" is the first, or the end."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list. `older` is where an interrupted way back goes on; `then` the place after it."""

    floor: str = ""
    known: tuple[str, ...] = ()
    older: str = ""
    then: tuple[str, tuple[str, ...]] | None = None

    @classmethod
    def read(cls, kept: Any) -> Place | None:
        """Read a place from a cursor; None where there is none."""
        if not isinstance(kept, dict):
            return None
        then = kept.get("then")
        return cls(
            str(kept.get("floor", "")),
            tuple(map(str, kept.get("known", ()))),
            str(kept.get("older", "")),
            (str(then[0]), tuple(map(str, then[1]))) if then else None,
        )

    def is_new(self, item: Item) -> bool:
        """Tell whether something was not heard before."""
        return item.at >= self.floor and short(item.name) not in self.known


@dataclass(frozen=True, slots=True)
class Walked:
    """What a way through a list brought, the oldest first, and the place after it. `more`: it goes on."""

    found: list[Item]
    place: Place
    more: bool = False
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cursor remembers: places among the notifications and the own posts, and in the messages' log."""

    heard: Place | None = None
    own: Place | None = None
    log: str = ""

    @classmethod
    def read(cls, cursor: str) -> Marks | None:
        """Read a cursor; None for one that is empty or not ours: then reading begins anew."""
        try:
            kept = json.loads(cursor)
            return cls(Place.read(kept["heard"]), Place.read(kept["own"]), str(kept["log"]))
        except (ValueError, KeyError, TypeError, IndexError):
            return None

    def write(self) -> str:
        """Return the cursor."""
        kept = {
            "heard": _written(self.heard),
            "own": _written(self.own),
            "log": self.log,
        }
        return json.dumps(kept, separators=(",", ":"))


def _written(place: Place | None) -> dict[str, Any] | None:
    return {key: value for key, value in asdict(place).items() if value} if place else None


def short(name: str) -> str:
    """Return a name's finger print: a cursor is kept in a row of a table."""
    return hashlib.blake2s(name.encode(), digest_size=6).hexdigest()


def newest(ask: Ask) -> Walked:
    """Read a list for the first time: its newest page."""
    items, older = ask("")
    return Walked(items[::-1], _place_of(items, older))


def onward(ask: Ask, place: Place) -> Walked:
    """Return what is new in a list since a place, at most so many pages of it."""
    at, then = place.older, place.then
    found: list[Item] = []
    for _ in range(PAGES):
        try:
            items, older = ask(at)
        except Refused:
            if not at:
                raise
            return Walked(found[::-1], Place(*(then or ("", ()))), gap=_gap(place, then))
        if then is None:
            top = _place_of(items, older)
            then = (top.floor, top.known)
        fresh = [item for item in items if place.is_new(item)]
        found += fresh
        if not older or not fresh:
            return Walked(found[::-1], Place(*then))
        at = older
    return Walked(found[::-1], Place(place.floor, place.known, at, then), more=True)


def back_to(ask: Ask, since: datetime, *, pages: int) -> list[Item]:
    """Return what a list holds from its newest end down to a moment, whatever a cursor says."""
    floor, at = stamp(since), ""
    found: list[Item] = []
    for _ in range(pages):
        items, at = ask(at)
        found += items
        if not at or all(item.at < floor for item in items):
            break
    return found[::-1]


def _place_of(items: Sequence[Item], older: str) -> Place:
    """Return the place above a list's newest page; where nothing follows, all that exists is known."""
    floor = min((item.at for item in items), default="") if older else ""
    return Place(floor, tuple(short(item.name) for item in items))


def _gap(place: Place, then: tuple[str, tuple[str, ...]] | None) -> Gap | None:
    """Return of which time things may be missing, where the network no longer knows the way back."""
    if not place.floor or then is None or not then[0]:
        return None
    return datetime.fromisoformat(place.floor), datetime.fromisoformat(then[0])


def stamp(at: datetime) -> str:
    """Return a moment in the form in which places are compared."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
