"""The command `queue`: rows in the desk's order, as somebody sees them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.case import Matter, Urgency
from resonanz.desk import care
from resonanz.desk.commands import run
from resonanz.desk.commands_queue import VIEWS
from resonanz.desk.queue import VIEWS as KNOWN
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run(["queue", "--json", *words]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    now = timezone.now()
    for name, author, ago in [("1", ADA, 5), ("2", OTTO, 50), ("3", MIA, 20)]:
        hear(desk.channel, said(name, "Hallo", author, at=now - timedelta(minutes=ago)))
    return desk


def test_the_order_is_that_of_the_desk(waiting: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    ada = conversation_of(said("1", "Hallo"))
    care.sort(ada, waiting.ben, urgency=Urgency.SAFETY, matter=Matter.COMPLAINT)
    care.assign(ada, waiting.ben, waiting.ben)
    found = rows(capsys)
    assert [row["customer"] for row in found] == [ADA.handle, OTTO.handle, MIA.handle]
    first = found[0]
    assert list(first) == [
        "conversation",
        "network",
        "channel",
        "customer",
        "waiting",
        "urgency",
        "matter",
        "due_at",
        "promised_at",
        "assignee",
        "reported_again",
    ]
    assert first | {"due_at": None} == {
        "conversation": ada.pk,
        "network": "mastodon",
        "channel": waiting.channel.handle,
        "customer": ADA.handle,
        "waiting": "us",
        "urgency": "safety",
        "matter": "complaint",
        "due_at": None,
        "promised_at": None,
        "assignee": "ben",
        "reported_again": False,
    }
    assert [row["customer"] for row in rows(capsys, "--view", "mine", "--agent", "BEN")] == [ADA.handle]
    assert len(rows(capsys, "--limit", "2")) == 2


def test_what_an_agent_may_not_see_is_not_printed(waiting: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    waiting.anna.teams.clear()
    assert rows(capsys, "--agent", "anna") == []


def test_in_lines_for_people(waiting: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue"]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        OTTO.handle,
        MIA.handle,
        ADA.handle,
    ]


def test_what_cannot_be_asked(waiting: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue", "--agent", "nobody"]) == 2
    assert "nobody called 'nobody'" in capsys.readouterr().err
    assert run(["queue", "--view", "mine"]) == 2
    assert "needs --agent" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(["queue", "--limit", "0"])


def test_the_views_are_those_of_the_desk() -> None:
    assert VIEWS == KNOWN
