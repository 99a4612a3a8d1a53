"""The command line as somebody types it, each on a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from resonanz.desk import commands_imports

USUAL = {**os.environ, "DJANGO_SETTINGS_MODULE": "resonanz.desk.settings"}


def resonanz(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "resonanz.desk", *words],
        env={**USUAL, "RESONANZ_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def home(tmp_path: Path, prepared_home: Path) -> Path:
    return Path(copytree(prepared_home, tmp_path / "home"))


def test_every_command_on_an_empty_home_makes_it(tmp_path: Path) -> None:
    done = resonanz(tmp_path / "new" / "home", "check", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"differences": []})
    assert done.stderr == "All conversations are what their events say.\n"
    keys = tmp_path / "new/home/keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in keys.iterdir()] == [0o600, 0o600]


def test_an_agent_is_added_once(home: Path) -> None:
    first = resonanz(home, "user", "jule", "--role", "lead")
    assert first.returncode == 0
    assert first.stdout.split()[0] == "jule"
    again = resonanz(home, "user", "Jule")
    assert (again.returncode, again.stdout) == (2, "")
    assert "cannot be added (taken)" in again.stderr


def test_an_import_of_a_pipe_reader_that_goes_away_is_no_crash(home: Path) -> None:
    reading = subprocess.Popen(
        [sys.executable, "-m", "resonanz.desk", "report", "responses", "--json"],
        env={**USUAL, "RESONANZ_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reading.stdout is not None
    assert reading.stderr is not None
    reading.stdout.close()
    reading.wait(60)
    assert "Traceback" not in reading.stderr.read()
    reading.stderr.close()


@pytest.mark.parametrize(
    "words", [["report", "responses", "--by", "agent"], ["import"], ["sing"], ["bench", "lunch"]]
)
def test_unknown_words_end_with_two(tmp_path: Path, words: list[str]) -> None:
    done = resonanz(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_progress_and_words_never_stand_in_the_json(home: Path) -> None:
    file = home / "a.csv"
    file.write_text(
        "conversation,company,turn,direction,time_utc,author,text\n"
        "c1,Fjord,0,in,2020-04-01T10:00:00,ada,Wo?\nc1,Fjord,1,out,2020-04-01T10:05:00,Fjord,Hier\n"
    )
    done = resonanz(home, "import", "conversations", str(file), "--json")
    assert json.loads(done.stdout) == {"conversations": 1, "turns": 2, "known": 0}
    assert done.stderr == f"Imported 1 conversation with 2 posts from {file}.\n"
    report = resonanz(home, "report", "responses", "--json", "--within", "10m")
    assert json.loads(report.stdout)[0]["within"] == {"10m": 1.0}
    assert report.stderr == ""


def test_long_work_shows_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands_imports, "QUIET_S", 0)
    bar = commands_imports.Bar()
    for done in range(0, 101, 5):
        bar(done, 100)
    assert capsys.readouterr().err.splitlines() == [f"{tenth}0 %" if tenth else "0 %" for tenth in range(11)]


def test_a_bad_file_prints_one_line(home: Path) -> None:
    file = home / "bad.csv"
    file.write_text("conversation,company\n")
    done = resonanz(home, "import", "conversations", str(file))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        (
            f"resonanz: {file}, line 1: expected the columns conversation, company, turn, direction, "
            "time_utc, author, text; missing: turn, direction, time_utc, author, text"
        )
    ]
