"""`resonanz up`: starts the web side and the worker, watches both, restarts what dies, stops cleanly.

Each child watches its parent in turn (`guardian.watch_parent`), so that nothing is left behind when
this process is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

STOP_WITHIN_S = 2.5
AGAIN_S = (0.2, 1, 5, 15)
STEADY_S = 30  # a child that ran that long starts again without waiting


@dataclass
class Child:
    """One process and how often it has died lately."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0
    deaths: int = 0
    start_at: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start it, with our own standard streams."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(self.command)  # noqa: S603 - our own commands

    def watch(self) -> None:
        """Start it if its time has come; plan the next start if it has died."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            steady = time.monotonic() - self.began > STEADY_S
            self.deaths = 0 if steady else self.deaths + 1
            wait = AGAIN_S[min(self.deaths, len(AGAIN_S) - 1)]
            print(f"resonanz: {self.name} ended ({code}); starting it again", file=sys.stderr, flush=True)
            self.process, self.start_at = None, time.monotonic() + wait

    def stop(self, until: float) -> None:
        """Wait for its end, and end it by force when time is up."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def signal(self, number: int) -> None:
        """Pass a signal on."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def supervise(commands: dict[str, Sequence[str]]) -> int:
    """Run some commands until SIGTERM or SIGINT; returns the exit code."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    parent = os.getppid()
    children = [Child(name, command) for name, command in commands.items()]
    while not stop.is_set() and os.getppid() == parent:
        for child in children:
            child.watch()
        stop.wait(0.1)
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + STOP_WITHIN_S
    for child in children:
        child.stop(until)
    return 0
