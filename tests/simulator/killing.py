"""Ends a worker from the network's side: the network has acted, and the worker dies before it hears of it."""

from __future__ import annotations

import asyncio
import os
import signal
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.simulator.simulation import Simulation

NO_STEPS = ("com.atproto.server.", "oauth.")  # signing in


class Killing:
    """Stands around a simulated network, notes each call that changes something, and kills after one of them.

    `kill` is the place of that call among those from then on, counted from 1; 0 kills nobody.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._simulation: Simulation = app.state.simulation
        self.steps: list[str] = []
        self.kill = 0
        self._victim: SimpleQueue[int] = SimpleQueue()

    def watch(self, kill: int = 0) -> None:
        """Begin to note, and to kill after one of the calls to come."""
        self.steps, self.kill = [], kill

    def meet(self, victim: int) -> None:
        """Say which process is to be killed."""
        self._victim.put(victim)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a call on."""
        step = self._step(scope)
        if not step:
            await self._app(scope, receive, send)
            return
        self.steps.append(step)
        if len(self.steps) != self.kill:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _lost)
        os.kill(await asyncio.to_thread(self._victim.get), signal.SIGKILL)

    def _step(self, scope: Any) -> str:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT"):
            return ""
        placed = self._simulation.trouble.place(scope["method"], scope["path"])
        name = placed[1].name if placed else ""
        return "" if name.startswith(NO_STEPS) else name


async def _lost(_message: Any) -> None:
    """Tell nobody."""


def killing() -> tuple[list[Killing], Callable[[Any], Killing]]:
    """Return what is to be put around a simulator, and where it stands once that was done."""
    made: list[Killing] = []

    def around(app: Any) -> Killing:
        made.append(Killing(app))
        return made[0]

    return made, around
