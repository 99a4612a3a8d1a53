"""The servers that the tests of the networks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resonanz.networks import AcceptEverybody
from resonanz.networks.bluesky import Bluesky
from tests.networks.servers import MockServer, Person, running_mock
from tests.simulator.bluesky.running import RunningBluesky, running_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def mock_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """The Mastodon mock, one for the whole run; tests make their own people."""
    with running_mock(tmp_path_factory.mktemp("mastodon")) as server:
        yield server


@pytest.fixture
def brand(mock_server: MockServer) -> Person:
    """The account that our connector speaks for."""
    return mock_server.new_person("nordwind")


@pytest.fixture
def customer(mock_server: MockServer) -> Person:
    """A customer with the official client."""
    return mock_server.new_person("mira")


@pytest.fixture
def bluesky() -> Iterator[RunningBluesky]:
    """A simulated Bluesky in which nobody speaks but the test."""
    with running_bluesky() as running:
        yield running


@pytest.fixture
def desk(bluesky: RunningBluesky) -> Bluesky:
    """The brand's account there."""
    return Bluesky(bluesky.credentials())


@pytest.fixture
def open_desk(desk: Bluesky) -> Bluesky:
    """The brand's account, to which everybody may write."""
    desk.act(AcceptEverybody())
    return desk
