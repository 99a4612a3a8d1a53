"""All chosen networks together: one clock, one layer of trouble, one life. A play runs on each of them.

Mastodon keeps its own play and state file (`network.py`); every other part gets them here.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from resonanz.simulator import store
from resonanz.simulator.clock import Clock
from resonanz.simulator.mastodon_part import MastodonPart
from resonanz.simulator.network import LONGEST_SLEEP_S, SAVE_EVERY_S, Simulator
from resonanz.simulator.part import Part, Stopping
from resonanz.simulator.plays import Play, play_of
from resonanz.simulator.stage import Stage
from resonanz.simulator.trouble import Trouble
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request

    from resonanz.simulator.settings import SimulatorSettings

LISTEN_EVERY_S = 0.5
FORM = 1  # goes up when the shape of a part's state file changes


class Company:
    """A part with its play and its state file. Begins where the file ends, if there is one."""

    def __init__(self, part: Part, settings: SimulatorSettings, clock: Clock) -> None:
        self.part = part
        self._settings = settings
        self._clock = clock
        self._file = file_of(settings.state_file, part.name)
        saved = _loaded(self._file)
        if saved:
            part.restore(saved["memory"])
        self.stage = Stage(part, clock)
        self.play: Play = play_of(settings, self.stage)
        self._listened_at = clock()
        if settings.scenario != "none":
            self._begin(saved)

    def _begin(self, saved: dict[str, Any] | None) -> None:
        self.stage.heard = self.play.heard
        if saved and saved["play"]:
            self.play.resume(saved["play"], away=self._clock() - saved["saved_at"])
        else:
            self.play.begin(self._clock())

    async def live(self, stopping: asyncio.Event) -> None:
        """Play and save now and then until it is time to stop."""
        saved_at = self._clock()
        while not stopping.is_set():
            wait = self._act()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), min(max(wait, 0.02), LONGEST_SLEEP_S))
            if (self._clock() - saved_at).total_seconds() >= SAVE_EVERY_S:
                saved_at = self._clock()
                self.save()

    def _act(self) -> float:
        if self._settings.scenario == "none":
            return LONGEST_SLEEP_S
        now = self._clock()
        if (now - self._listened_at).total_seconds() >= LISTEN_EVERY_S:
            self._listened_at = now
            self.stage.listen()
        with suppress(Rejected):  # the network does not take what somebody would say: he shrugs
            return self.play.play(self._clock()).total_seconds()
        return 0.0

    def save(self) -> None:
        """Write the state file, if there shall be one."""
        if self._file is None:
            return
        play = self.play.state() if self._settings.scenario != "none" else None
        content = {"form": FORM, "saved_at": self._clock(), "play": play, "memory": self.part.saved()}
        store.replace(self._file, content)


def file_of(state_file: Path | None, network: str) -> Path | None:
    """Return where a part's memory lies: beside that of Mastodon, with the network's name."""
    return state_file and state_file.with_name(f"{state_file.stem}.{network}{state_file.suffix}")


def _loaded(path: Path | None) -> dict[str, Any] | None:
    if path is None or not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["form"] != FORM:
            raise ValueError(f"its form is {content['form']}, expected {FORM}")
        rest = {k: v for k, v in content.items() if k != "memory"}
        thawed = json.loads(json.dumps(rest), object_hook=store.unmarked)
        assert isinstance(thawed["saved_at"], datetime)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ValueError(f"{path} is no state file of a simulated network: {error}") from error
    return cast("dict[str, Any]", thawed | {"memory": content["memory"]})


def make_part(name: str, settings: SimulatorSettings, clock: Clock) -> Part:
    """Make a network's part. ValueError for one that is not in this version."""
    try:
        module = import_module(f"resonanz.simulator.{name}")
    except ModuleNotFoundError as error:
        raise ValueError(f"the simulated {name} is not part of this version yet") from error
    create: Callable[[SimulatorSettings, Clock], Part] = module.create_part
    return create(settings, clock)


class Simulation:
    """Everything that runs. `mastodon` is that network where it was chosen."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.stopping = asyncio.Event()
        self.mastodon = Simulator(settings, self.clock) if "mastodon" in settings.networks else None
        self.companies: list[Company] = []
        self.parts: list[Part] = []
        for name in settings.networks:
            if name == "mastodon" and self.mastodon is not None:
                self.parts.append(MastodonPart(self.mastodon))
            else:
                self._open(make_part(name, settings, self.clock))
        self.trouble = Trouble(self.parts, self.clock)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _open(self, part: Part) -> None:
        self.companies.append(Company(part, self.settings, self.clock))
        self.parts.append(part)

    @asynccontextmanager
    async def living(self, app: Starlette) -> AsyncIterator[None]:
        """Play everything and save now and then, as long as the application lives."""
        self._loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            if self.mastodon is not None:
                await stack.enter_async_context(self.mastodon.living(app))
            tasks = [asyncio.create_task(company.live(self.stopping)) for company in self.companies]
            try:
                yield
            finally:
                self._end()
                await asyncio.gather(*tasks)
                for company in self.companies:
                    company.save()

    def stop(self) -> None:
        """End streams and waiting calls, so that a server can stop at once. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self.stopping.set()
        for part in self.parts:
            if isinstance(part, Stopping):
                part.stop()


def simulation_of(request: Request) -> Simulation:
    """Return the simulation that a request came to."""
    return cast("Simulation", request.app.state.simulation)
