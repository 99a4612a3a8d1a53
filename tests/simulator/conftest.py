"""One quiet simulated network a test: nobody speaks but the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mastodon import Mastodon

from tests.simulator.running import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

DESK = "nordlicht_hilft"
CUSTOMER = "frauke_m"  # follows the company, the company does not follow her


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


def client(running: RunningSimulator, handle: str) -> Mastodon:
    return Mastodon(
        access_token=running.tokens[handle],
        api_base_url=running.base_url,
        ratelimit_method="throw",
        request_timeout=5,
    )


@pytest.fixture
def desk(simulator: RunningSimulator) -> Mastodon:
    return client(simulator, DESK)


@pytest.fixture
def customer(simulator: RunningSimulator) -> Mastodon:
    return client(simulator, CUSTOMER)
