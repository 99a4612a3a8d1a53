"""The simulated networks' time: this machine's own, which can be put forward.

Nothing waits here. How fast things pass is the settings' `speed`: it divides what lasts, not what is written
on posts, because a desk that reads them lives in true time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time. `ahead` is how much later it is here than anywhere else."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the time; the simulated networks are the one room of the core that has a clock."""
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        """Put the clock forward. ValueError for backward: ids and cursors would lie."""
        if seconds < 0:
            raise ValueError("the clock can only be put forward")
        self.ahead += timedelta(seconds=seconds)
