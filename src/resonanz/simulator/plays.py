"""Which play a scenario's name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from resonanz.simulator.campaign import campaign
from resonanz.simulator.course import Course
from resonanz.simulator.incident import Incident
from resonanz.simulator.scenario import Scenario
from resonanz.simulator.storm import storm

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from resonanz.simulator.records import Status
    from resonanz.simulator.settings import SimulatorSettings
    from resonanz.simulator.stage import Ground


class Play(Protocol):
    """A play. It is told the time, says how long it can sleep, and goes on where it stopped."""

    def begin(self, now: datetime) -> None:
        """Start."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what `resume` needs, as JSON with times."""
        ...

    def resume(self, state: dict[str, Any], *, away: timedelta) -> None:
        """Go on where `state` stopped; `away` is how long nothing ran."""
        ...

    def play(self, now: datetime) -> timedelta:
        """Do what is due and return how long nothing else will be."""
        ...

    def heard(self, status: Status) -> None:
        """Listen to what is said."""
        ...


def play_of(settings: SimulatorSettings, ground: Ground) -> Play:
    """Return the play of a scenario; that of `none` is never begun."""
    if settings.scenario == "incident":
        return Incident(ground, settings)
    if settings.scenario == "campaign":
        return Course(ground, campaign(settings.seed), settings.speed)
    if settings.scenario == "storm":
        deeds = storm(
            settings.seed,
            equal=settings.equal_count,
            unlike=settings.unlike_count,
            minutes=settings.wave_minutes,
        )
        return Course(ground, deeds, settings.speed)
    return Scenario(ground, seed=settings.seed, speed=settings.speed)
