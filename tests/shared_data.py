"""Where the shared test data lies, and what to say when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data(name: str) -> Path:
    """Return a folder or file of the shared data; skip the test when it is absent."""
    root = os.environ.get("RESONANZ_TEST_DATA")
    folder = Path(root) if root else Path(__file__).resolve().parents[2] / "shared" / "data"
    path = folder / name
    if not path.exists():
        pytest.skip(f"shared data absent: {name}")
    return path
