"""Importing recorded conversations: the whole file or nothing, once, and every fault named."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import archive, imports, projection, responses
from resonanz.desk.access import visible_to
from resonanz.desk.commands import run
from resonanz.desk.models import Agent, Brand, Channel, Conversation, Delivery, Event, Import, Mention, Role
from resonanz.desk.staging import BadFile, stage
from resonanz.study import parse_within

pytestmark = pytest.mark.django_db
HEADER = "conversation,company,turn,direction,time_utc,author,text\n"
GOOD = (
    HEADER + "c1,Fjord,0,in,2020-04-01T10:00:00,ada,Wo?\n"
    'c1,Fjord,1,out,2020-04-01T12:00:00+02:00,Fjord,"Hier,\nbei uns!"\n'
    "c2,Fjord,0,in,2020-04-02T10:00:00Z,otto,Danke\n"
)


def quiet(_done: int, _whole: int) -> None:
    """No progress bar."""


def take(folder: Path, content: str | bytes, name: str = "a.csv") -> archive.Imported:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return archive.import_conversations(file, quiet)


def test_a_good_file_becomes_settled_conversations(tmp_path: Path) -> None:
    assert take(tmp_path, GOOD) == archive.Imported(2, 3, 0)
    assert [(m.text, m.incoming, m.posted_at) for m in Mention.objects.order_by("order")] == [
        ("Wo?", True, datetime(2020, 4, 1, 10, tzinfo=UTC)),
        ("Hier,\nbei uns!", False, datetime(2020, 4, 1, 10, tzinfo=UTC)),
        ("Danke", True, datetime(2020, 4, 2, 10, tzinfo=UTC)),
    ]
    assert {c.state for c in Conversation.objects.all()} == {State.RESOLVED}
    assert Brand.objects.get().name == Channel.objects.get().handle == "Fjord"
    assert (Import.objects.get().conversations_count, Delivery.objects.count()) == (2, 0)
    assert projection.differences() == []
    assert list((settings.HOME / "imports").iterdir()) == []


def test_again_adds_nothing_more_adds_the_rest(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    assert take(tmp_path, GOOD) == archive.Imported(0, 0, 3)
    more = GOOD + "c2,Fjord,1,out,2020-04-02T11:00:00,Fjord,Gern!\n"
    assert take(tmp_path, more) == archive.Imported(1, 1, 3)
    conversation = Conversation.objects.get(thread__root_uri="archive:Fjord:c2")
    assert (conversation.mentions.count(), conversation.state) == (2, State.RESOLVED)
    assert (Import.objects.count(), projection.differences()) == (2, [])


def test_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    assert take(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).turns_count == 3


def test_colons_in_names_never_make_two_conversations_one(tmp_path: Path) -> None:
    rows = "b:c,a,0,in,2020-04-01T10:00:00,ada,eins\nc,a:b,0,in,2020-04-01T10:00:00,ada,zwei\n"
    assert take(tmp_path, HEADER + rows).conversations_count == 2
    assert Conversation.objects.count() == 2


def test_only_the_company_spoke(tmp_path: Path) -> None:
    take(tmp_path, HEADER + "c1,Fjord,0,out,2020-04-01T10:00:00,Fjord,Wir sind umgezogen\n")
    assert Conversation.objects.get().customer.handle == "Fjord: c1"


ROW = "c1,Fjord,{turn},{direction},{time},{author},{text}\n"
USUAL = {"turn": "0", "direction": "in", "time": "2020-04-01T10:00:00", "author": "ada", "text": "Hallo"}


def row(**changed: str) -> str:
    return ROW.format(**{**USUAL, **changed})


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        ("", 1, "found nothing"),
        ("conversation,company,turn\n", 1, "missing: direction, time_utc, author, text"),
        (HEADER.replace("text", "text,text"), 1, "doubled: text"),
        (HEADER.replace("text", "text,mood"), 1, "unknown: mood"),
        (HEADER + row(direction="inwards"), 2, "expected direction to be 'in' or 'out', found 'inwards'"),
        (HEADER + row() + row(turn="1", time="gestern"), 3, "expected time_utc as in 2020-04-01T17:31:32"),
        (HEADER + row(time="2020-04-01"), 2, "expected time_utc"),
        (HEADER + row(time="0020-04-01T10:00:00"), 2, "expected time_utc"),
        (HEADER + row(turn="-1"), 2, "expected turn to be a whole number from 0 on, found '-1'"),
        (HEADER + row(turn="²"), 2, "expected turn to be a whole number"),
        (HEADER + row(author=" "), 2, "expected author to have 1 to 300 characters"),
        (HEADER + row(text="a,b"), 2, "expected 7 fields, found 8"),
        (HEADER + row(text='"a\nb\nc"') + row(turn="x"), 5, "expected turn to be a whole number"),
        (HEADER + row(text='"a\nb\nc"') + row(text="wieder"), 5, "stands in line 2 already"),
        (HEADER + row(text='"never closed'), 2, "expected CSV"),
        (HEADER + row(text='"a"b'), 2, "expected CSV"),
        (HEADER + row(text="x" * 1_000_001), 2, "expected no field over 1 MB"),
        (HEADER + row(text="ä" * 500_001), 2, "expected no field over 1 MB; text is larger"),
        (
            (HEADER + row()).encode() + row(turn="1", text="Grüße").encode("latin-1"),
            3,
            "expected UTF-8, found the byte 0xfc",
        ),
        (HEADER.encode("utf-16"), 1, "is the file UTF-16?"),
        (HEADER + row(text="a\0b"), 2, "found a zero byte"),
        (HEADER.replace("text", "text,kind") + row(text="a,robot"), 2, "expected kind to be 'human' or"),
    ],
)
def test_bad_input_names_file_line_and_expectation_and_stores_nothing(
    tmp_path: Path, content: str | bytes, line: int, expected: str
) -> None:
    with pytest.raises(BadFile) as caught:
        take(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 'a.csv'}, line {line}: ")
    assert expected in str(caught.value)
    assert (Mention.objects.count(), Brand.objects.count(), Import.objects.count()) == (0, 0, 0)
    assert list((settings.HOME / "imports").iterdir()) == []


def test_the_same_turn_with_other_content_is_an_error_and_adds_nothing(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    changed = GOOD.replace("Wo?", "Wann?") + "c3,Fjord,0,in,2020-04-03T10:00:00,mia,Neu\n"
    with pytest.raises(BadFile, match=r"line 2: expected the same as was imported before .* different: text"):
        take(tmp_path, changed)
    assert Mention.objects.count() == 3
    assert list((settings.HOME / "imports").iterdir()) == []


def test_the_command_says_one_clear_line_and_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(HEADER + row(direction="up"))
    assert run(["import", "conversations", str(bad)]) == 2
    assert capsys.readouterr().err == (
        f"resonanz: {bad}, line 2: expected direction to be 'in' or 'out', found 'up'\n"
    )
    assert run(["import", "conversations", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err
    good = tmp_path / "good.csv"
    good.write_text(GOOD)
    assert run(["import", "conversations", str(good), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"conversations": 2, "turns": 3, "known": 0}
    assert run(["import", "conversations", str(good)]) == 0
    assert "Nothing new: all 3 posts" in capsys.readouterr().err


def half_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """An import whose process died after its first batch."""
    monkeypatch.setattr(archive, "BATCH", 1)
    (folder / "a.csv").write_text(GOOD)
    staged = stage(folder / "a.csv", settings.HOME / "imports" / "half.sqlite3", quiet)
    now = timezone.now()
    unfinished = Import.objects.create(
        name="a.csv",
        staging=staged.path.name,
        began_at=now,
        lease_until=now - timedelta(seconds=1),
        turns_count=3,
    )
    assert archive.publish_batch(unfinished) is True
    Import.objects.update(lease_until=now - timedelta(seconds=1))
    return unfinished


def test_an_unfinished_import_is_invisible_and_a_worker_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(tmp_path, monkeypatch)
    lead = Agent.objects.create_user("clara", password="x", role=Role.LEAD)
    assert Conversation.objects.count() == 1
    assert visible_to(lead).count() == 0
    assert responses.response_rows(by=None, within=parse_within("1h"))[0]["conversations"] == 0
    assert archive.continue_next() is True
    assert archive.continue_next() is False
    assert visible_to(lead).count() == 2
    assert Mention.objects.count() == 3
    assert Event.objects.filter(kind="imported").count() == 1


def test_an_import_in_progress_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(tmp_path, monkeypatch)
    Import.objects.update(lease_until=timezone.now() + timedelta(minutes=1), lease_by="elsewhere:1")
    assert archive.continue_next() is False
    (settings.HOME / "imports" / "half.sqlite3").unlink()
    Import.objects.update(lease_until=timezone.now())
    assert archive.continue_next() is False


def test_a_staging_file_is_sorted_for_publishing(tmp_path: Path) -> None:
    rows = [
        row(turn="5", time="2020-04-01T10:00:00"),
        row(turn="3", time="2020-04-01T10:00:00"),
        row(turn="9", time="2020-04-01T09:59:59"),
    ]
    (tmp_path / "a.csv").write_text(HEADER + "".join(rows))
    staged = stage(tmp_path / "a.csv", tmp_path / "staged.sqlite3", quiet)
    with sqlite3.connect(staged.path) as connection:
        turns = [r[0] for r in connection.execute("SELECT turn FROM turns ORDER BY position")]
    connection.close()
    assert turns == [9, 3, 5]


def test_staging_files_of_dead_checks_are_swept_away(tmp_path: Path) -> None:
    folder = settings.HOME / "imports"
    for name in ("dead.sqlite3", "young.sqlite3"):
        (folder / name).write_bytes(b"")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(folder / "dead.sqlite3", (long_ago, long_ago))
    take(tmp_path, HEADER)
    assert [file.name for file in folder.iterdir()] == ["young.sqlite3"]
    (folder / "young.sqlite3").unlink()


def test_an_import_finishes_the_broken_one_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(tmp_path, monkeypatch)
    assert take(tmp_path, GOOD) == archive.Imported(0, 0, 3)
    assert Import.objects.filter(finished_at=None).count() == 0


def test_two_imports_at_once_are_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(tmp_path, monkeypatch)
    Import.objects.update(lease_until=timezone.now() + timedelta(minutes=1), lease_by="elsewhere:1")
    with pytest.raises(imports.Busy):
        take(tmp_path, GOOD)
    (settings.HOME / "imports" / "half.sqlite3").unlink()


def test_milliseconds_survive_a_second_import(tmp_path: Path) -> None:
    rows = HEADER + "".join(row(turn=str(n), time=f"2004-10-25T03:58:01.{n:03}Z") for n in range(0, 1000, 7))
    assert take(tmp_path, rows).turns_count == take(tmp_path, rows).known_count == 143
