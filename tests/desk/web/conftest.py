"""What the tests of pages may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from resonanz.desk import projection
from tests.cast import Desk


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Make the folder that a started desk collects its static files in."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def ours(desk: Desk) -> Desk:
    """The desk of the cast."""
    return desk


@pytest.fixture
def nothing_unexplained(db: None) -> Iterator[None]:
    """Expect at the end that what is stored follows from the events."""
    yield
    assert projection.differences() == []
