"""What the tests of pages may use."""

from __future__ import annotations

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Make the folder that a started desk collects its static files in."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
