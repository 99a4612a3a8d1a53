"""Where the shared test data lies, and what to say when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ABSENT = "shared data absent"


def data_folder() -> Path:
    """Return where recorded data is looked for: RESONANZ_TEST_DATA, else beside the repository."""
    root = os.environ.get("RESONANZ_TEST_DATA")
    return Path(root) if root else Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Return a folder or file of the shared data; skip the test when it is absent."""
    path = data_folder() / name
    if not path.exists():
        pytest.skip(f"{ABSENT}: {name}")
    return path
