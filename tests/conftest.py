"""What every test may use: the named cast, a brand with a channel, and the shared data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from resonanz.networks import NETWORKS, Row
from tests.cast import Desk
from tests.cast import desk as make_desk
from tests.fake import World
from tests.shared_data import ABSENT, data_folder

# A busy machine is no fault of what is tested; how fast things are is what `resonanz bench` measures.
hypothesis.settings.register_profile(
    "calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("calm")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped because recorded data is not here."""
    count = len(_skipped_for_data(terminalreporter))
    terminalreporter.write_line(f"skipped for want of shared data: {count}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where the data is here and tests skip all the same: nothing may pass unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and data_folder().is_dir() and _skipped_for_data(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skipped_for_data(reporter: pytest.TerminalReporter) -> list[str]:
    skipped = reporter.stats.get("skipped", [])
    return [report.nodeid for report in skipped if ABSENT in str(report.longrepr)]


@pytest.fixture(scope="session", autouse=True)
def _home_goes_away() -> Iterator[None]:
    """Remove the tests' home at the end."""
    yield
    shutil.rmtree(settings.HOME, ignore_errors=True)


@pytest.fixture
def archive_file(tmp_path: Path) -> Path:
    """Where a test writes an archive of its own."""
    return tmp_path / "archive.csv"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake network in Mastodon's place, empty."""
    monkeypatch.setitem(NETWORKS, "mastodon", Row("tests.fake"))
    world = World()
    monkeypatch.setattr("tests.fake.WORLD", world)
    return world


@pytest.fixture
def desk(db: None) -> Desk:
    """A desk with the cast and one channel."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_words")  # no model's table, so no test's flush empties it
    return make_desk()
