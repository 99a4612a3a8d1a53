"""The commands about the desk's own models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings

from resonanz.desk.commands import run
from resonanz.desk.models import LearntModel
from resonanz.desk.understanding import models
from tests.cast import NOON, Desk
from tests.desk.little_model import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, desk: Desk) -> None:
    monkeypatch.setattr("resonanz.desk.home.prepare", lambda: None)
    monkeypatch.setattr(models, "SHIPPED", kept(tmp_path, "resonanz"))
    monkeypatch.setattr(settings, "HOME", tmp_path)
    kept(models.folder(), "desk-1")
    figures = {"before": {"sentiment": [1, 2]}, "after": {"sentiment": [2, 2]}}
    known = {"made_at": NOON, "based_on": "resonanz", "corrections_count": 7, "held_count": 2}
    LearntModel.objects.create(name="desk-1", file="desk-1.model", figures=figures, **known)
    worse = {"before": {"sentiment": [5, 5]}, "after": {"sentiment": [4, 5]}}
    LearntModel.objects.create(name="desk-2", file="", figures=worse, **known)


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "desk-2  2026-11-18T12:00:00+00:00  7 corrected posts  not kept",
        "desk-1  2026-11-18T12:00:00+00:00  7 corrected posts",
        "resonanz  came with Resonanz  in use",
    ]
    assert run(["model", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["in_use"], row["usable"]) for row in rows] == [
        ("desk-2", False, False),
        ("desk-1", False, True),
        ("resonanz", True, True),
    ]
    assert rows[1]["after"] == {"sentiment": [2, 2]}
    assert (rows[1]["corrected_posts"], rows[1]["held_back_posts"]) == (7, 2)


def test_a_broken_model_is_named_where_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "use", "desk-1"]) == 0
    (models.folder() / "desk-1.model").write_bytes(b"resonanz model 1\nhalf of it")
    capsys.readouterr()
    assert run(["model", "list"]) == 0
    assert (
        "in use, cannot be used: its file is cut off or was changed; instead judges resonanz"
        in capsys.readouterr().out.splitlines()[1]
    )
    models.SHIPPED.unlink()
    assert run(["model", "list", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[1]
    assert (row["in_use"], row["trouble"], row["judges"]) == (True, "cut_off", "rules alone")


def test_a_model_is_brought_in_from_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept(tmp_path, "railway")
    assert run(["model", "use", str(file)]) == 0
    file.unlink()  # the desk has its own copy
    assert capsys.readouterr().err == "railway is in use; the newest posts are judged again by it.\n"
    assert run(["model", "list"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert (first.startswith("railway  "), first.endswith("  brought in from a file  in use")) == (True, True)
    assert run(["model", "use", "resonanz"]) == 0
    assert run(["model", "use", "railway"]) == 0
    capsys.readouterr()
    (tmp_path / "notes").write_text("no model")
    monkeypatch.chdir(tmp_path)
    for name in ("gone.model", "notes", "nowhere/railway"):
        assert run(["model", "use", name]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "resonanz: the model 'gone.model' cannot be used: its file is missing",
        "resonanz: the model 'notes' cannot be used: its file is no model of Resonanz",
        "resonanz: the model 'nowhere/railway' cannot be used: its file is missing",
    ]


def test_a_model_is_taken_into_use_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "use", "desk-1"]) == 0
    assert capsys.readouterr().err == "desk-1 is in use; the newest posts are judged again by it.\n"
    assert run(["model", "rollback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"in_use": "resonanz"}
    assert run(["model", "rollback"]) == 2
    assert "there is none before it" in capsys.readouterr().err
    assert run(["model", "use", "resonanz"]) == 0


def test_what_cannot_be_used_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "use", "nobody"]) == 2
    assert run(["model", "use", "desk-2"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "resonanz: there is no model called 'nobody'; `resonanz model list` names them",
        "resonanz: the model 'desk-2' cannot be used: it was worse and was not kept",
    ]
    assert run(["model", "use", "desk-1"]) == 0
    models.SHIPPED.unlink()
    assert run(["model", "rollback"]) == 2
    assert "the model before cannot be used: its file is missing" in capsys.readouterr().err
