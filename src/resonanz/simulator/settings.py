"""What a simulated network is started with, and the switches that a test may turn while it runs.

Only values live here; nothing in this file acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resonanz.simulator.wave import expect_wave

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCENARIOS = ("none", "careday", "incident", "campaign", "storm")
NETWORKS = ("mastodon", "x", "bluesky")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """How a simulated network starts.

    `base_url` is the address people and connectors use, without a slash at its end. `networks` are some of
    `NETWORKS`; all of them stand at this address, with the same people. `scenario` is one
    of `SCENARIOS`; `speed` divides every waiting time, of the scenario and of the networks' rules. `tokens`
    maps handles to fixed access tokens; every other account has a token derived from `seed`. With
    `state_file` the network survives a restart. `heartbeat_s` is the pause between two signs of life on a
    stream, in seconds.
    `equal_count` and `unlike_count` are how many ask about the incident, and about other matters, within
    `wave_minutes` of the scenario `incident`.
    """

    base_url: str
    networks: tuple[str, ...] = ("mastodon",)
    seed: int = 1
    scenario: str = "careday"
    speed: float = 1.0
    state_file: Path | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    old_server: bool = False
    ignore_idempotency: bool = False
    rate_limit: int | None = None
    filter_private: bool = True
    heartbeat_s: float = 15.0
    equal_count: int = 500
    unlike_count: int = 40
    wave_minutes: float = 60.0

    def __post_init__(self) -> None:
        if self.scenario not in SCENARIOS:
            raise ValueError(f"the scenario {self.scenario!r} is none of {', '.join(SCENARIOS)}")
        if not self.networks or (unknown := set(self.networks) - set(NETWORKS)):
            wrong = ", ".join(sorted(unknown)) if self.networks else "none"
            raise ValueError(f"the networks are {', '.join(NETWORKS)}, not {wrong}")
        if self.speed <= 0:
            raise ValueError(f"the speed must be above 0, got {self.speed}")
        expect_wave(equal=self.equal_count, unlike=self.unlike_count, minutes=self.wave_minutes)
        if self.base_url.endswith("/") or not self.base_url.startswith("http"):
            raise ValueError(f"the base address must be http… without a slash at its end: {self.base_url!r}")


@dataclass(slots=True)
class Switches:
    """What can be turned while the network runs.

    `old_server` behaves like Mastodon before 4.3 (no notification policy, no api_versions).
    `ignore_idempotency` stores a repeated delivery again, as several other servers do.
    `rate_limit` is the number of requests a token may make in five minutes before it gets 429.
    `filter_private` filters private mentions by strangers for accounts that did not decide themselves.
    `slow_media` is how often a file has to be asked for until it is ready; films and sounds at least once.
    """

    old_server: bool = False
    ignore_idempotency: bool = False
    rate_limit: int | None = None
    filter_private: bool = True
    slow_media: int = 0
