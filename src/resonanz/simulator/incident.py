"""Plays an incident: a wave of questions comes in, most of them about the same outage.

Like the care day it has no clock of its own; nobody in it answers back, so that whoever counts knows
what there is to be answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.simulator.people import COMPANY
from resonanz.simulator.records import Account
from resonanz.simulator.wave import Asked, wave
from resonanz.simulator.world import Words

if TYPE_CHECKING:
    from resonanz.simulator.records import Status
    from resonanz.simulator.settings import SimulatorSettings
    from resonanz.simulator.stage import Ground

KNOWN_FOR = timedelta(days=400)  # the age of the customers' accounts
FIRST_AFTER = timedelta(seconds=2)


class Incident:
    """The incident as a play; the settings' `speed` divides the time it takes."""

    def __init__(self, world: Ground, settings: SimulatorSettings) -> None:
        self._world = world
        self._speed = settings.speed
        self._wave = wave(
            settings.seed,
            equal=settings.equal_count,
            unlike=settings.unlike_count,
            minutes=settings.wave_minutes,
        )
        self._told = 0
        self._began_at: datetime | None = None

    def begin(self, now: datetime) -> None:
        """Start the wave."""
        self._began_at = now + FIRST_AFTER

    def state(self) -> dict[str, Any]:
        """Return what `resume` needs."""
        return {"told": self._told, "began_at": self._began_at}

    def resume(self, state: dict[str, Any], *, away: timedelta) -> None:
        """Go on where `state` stopped, as if no time had passed; `away` is how long nothing ran."""
        self._told = state["told"]
        self._began_at = state["began_at"] + away

    def play(self, now: datetime) -> timedelta:
        """Say everything that is due and return how long nothing else will be."""
        if self._began_at is None:
            return FIRST_AFTER
        with self._world.lock:
            for asked in self._wave[self._told :]:
                due = self._began_at + timedelta(seconds=asked.after_s / self._speed)
                if due > now:
                    return due - now
                self._told += 1
                self._say(asked)
        return timedelta(seconds=1)

    def heard(self, status: Status) -> None:
        """Listen to the network: these people are content with an answer."""

    def _say(self, asked: Asked) -> None:
        language = "en" if asked.voice == "en" else "de"
        words = Words(text=f"@{COMPANY} {asked.text}", language=language)
        self._world.post(self._customer(asked), words)

    def _customer(self, asked: Asked) -> Account:
        since = self._world.clock() - KNOWN_FOR
        made = Account(id=self._world.new_id(since), handle=asked.handle, name=asked.name, created_at=since)
        return self._world.account_named(asked.handle) or self._world.add_account(made)
