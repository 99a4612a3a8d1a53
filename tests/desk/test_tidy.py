"""What a customer deleted leaves the files, not only the pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from resonanz.desk import listen, tidy
from tests.cast import NOON, OTTO, Desk, hear, said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "_next", 0.0)


def in_the_files(word: str) -> bool:
    database = Path(str(connection.settings_dict["NAME"]))
    files = [database, database.with_name(database.name + "-wal")]
    return any(word.encode() in file.read_bytes() for file in files if file.exists())


def test_deleted_words_are_in_no_file_any_more(desk: Desk) -> None:
    secret = said("1", "Mein Kennwort lautet Zaunkoenigskraut")
    hear(desk.channel, secret)
    for number in range(2, 40):
        hear(desk.channel, said(str(number), "Anderes Wetter", OTTO, at=NOON + timedelta(minutes=number)))
    assert in_the_files("Zaunkoenigskraut")
    assert in_the_files("zaunkonigskraut")
    with transaction.atomic():
        listen.withdraw(desk.channel, ["1"], timezone.now())
    assert tidy.tidy_next() is True
    assert not in_the_files("Zaunkoenigskraut")
    assert not in_the_files("zaunkonigskraut")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM desk_words WHERE desk_words MATCH 'wetter'")
        assert cursor.fetchone()[0] == 38


def test_sessions_that_ran_out_go_and_the_others_stay(desk: Desk) -> None:
    now = timezone.now()
    for key, days in (("old", -1), ("young", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    assert tidy.tidy_next() is True
    assert [session.session_key for session in Session.objects.all()] == ["young"]
    assert tidy.tidy_next() is False
