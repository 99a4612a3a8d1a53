"""What every test may use: the named cast, a brand with a channel, and the shared data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def _home_goes_away() -> Iterator[None]:
    """Remove the tests' home at the end."""
    yield
    shutil.rmtree(settings.HOME, ignore_errors=True)


@pytest.fixture
def archive_file(tmp_path: Path) -> Path:
    """Where a test writes an archive of its own."""
    return tmp_path / "archive.csv"
