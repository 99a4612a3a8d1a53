"""One quiet simulated Bluesky a test: nobody speaks but the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.bluesky.running import RunningBluesky, running_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bluesky() -> Iterator[RunningBluesky]:
    with running_bluesky() as running:
        yield running
