"""Plays deeds one after the other: somebody says, likes or passes on something at a given second.

What happens is a list made beforehand (`campaign.py`, `storm.py`); nobody in it answers back. Like all plays
it has no clock of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.simulator.records import Account
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.simulator.records import Status
    from resonanz.simulator.stage import Ground

KNOWN_FOR = timedelta(days=400)  # the age of customers' accounts
FIRST_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody does, `after_s` seconds from the beginning.

    `kind` is `source` (the post that all is about), `under` (a reply to it), `say`, `like` or `repost`
    (of it).
    """

    after_s: float
    kind: str
    handle: str
    name: str
    text: str = ""
    language: str = "de"


class Course:
    """Deeds as a play; `speed` divides the time they take."""

    def __init__(self, ground: Ground, deeds: Sequence[Deed], speed: float) -> None:
        self._ground = ground
        self._deeds = deeds
        self._speed = speed
        self._done = 0
        self._source = ""
        self._began_at: datetime | None = None

    def begin(self, now: datetime) -> None:
        """Start."""
        self._began_at = now + FIRST_AFTER

    def state(self) -> dict[str, Any]:
        """Return what `resume` needs."""
        return {"done": self._done, "source": self._source, "began_at": self._began_at}

    def resume(self, state: dict[str, Any], *, away: timedelta) -> None:
        """Go on where `state` stopped, as if no time had passed; `away` is how long nothing ran."""
        self._done, self._source = state["done"], state["source"]
        self._began_at = state["began_at"] + away

    def play(self, now: datetime) -> timedelta:
        """Do everything that is due and return how long nothing else will be."""
        if self._began_at is None:
            return FIRST_AFTER
        with self._ground.lock:
            for deed in self._deeds[self._done :]:
                due = self._began_at + timedelta(seconds=deed.after_s / self._speed)
                if due > now:
                    return due - now
                self._done += 1
                self._do(deed)
        return timedelta(seconds=1)

    def heard(self, status: Status) -> None:
        """Listen to the network: these people are content with an answer."""

    def _do(self, deed: Deed) -> None:
        person = self._person(deed)
        try:
            if deed.kind in ("like", "repost"):
                kind = "favourites" if deed.kind == "like" else "boosts"
                self._ground.react(person, self._source, kind, on=True)
                return
            parent = self._source if deed.kind == "under" else None
            said = self._ground.post(
                person, Words(text=deed.text, language=deed.language, in_reply_to_id=parent)
            )
            if deed.kind == "source":
                self._source = said.id
        except Rejected:
            return  # what it was about is gone by now, or this network takes no such thing

    def _person(self, deed: Deed) -> Account:
        since = self._ground.clock() - KNOWN_FOR
        known = self._ground.account_named(deed.handle)
        made = Account(id=self._ground.new_id(since), handle=deed.handle, name=deed.name, created_at=since)
        return known or self._ground.add_account(made)
