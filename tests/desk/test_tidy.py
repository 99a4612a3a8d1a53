"""What a customer deleted leaves the files, not only the pages."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from resonanz.desk import care, listen, media_files, outbox, queries, tidy
from resonanz.desk.care import attachments
from resonanz.desk.models import (
    Attachment,
    Delivery,
    Department,
    Enquiry,
    Letter,
    Mention,
    Notice,
    NoticeKind,
    Outcome,
    Picture,
    PictureState,
    Query,
    SeenPost,
)
from tests.cast import NOON, OTTO, Desk, hear, said

if TYPE_CHECKING:
    from pytest_django import Settings

    from resonanz.desk.models import Conversation

FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64
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


# Files -------------------------------------------------------------------------------------------


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def there(attached: Attachment) -> bool:
    return media_files.path_of(attached.file).exists()


def film(case: Conversation, desk: Desk, alt: str = "Ein Karton") -> Attachment:
    attached = attachments.attach(case, desk.anna, FILM, "film.mp4")
    attachments.describe(attached, desk.anna, alt)
    return attached


def test_a_sent_file_goes_after_its_days_and_its_description_stays(
    case: Conversation, desk: Desk, settings: Settings
) -> None:
    attached = film(case, desk)
    delivery = care.reply(case, desk.anna, care.Reply(text="So sieht es aus."))
    assert outbox.deliver_next()
    settings.KEEP_FILES_DAYS = 7
    for days, kept in ((6.9, True), (7.1, False)):
        Delivery.objects.filter(pk=delivery.pk).update(settled_at=days_ago(days))
        assert tidy.forget_sent_files(timezone.now()) == int(not kept)
        assert there(attached) is kept
    left = Attachment.objects.get()
    assert (left.file, left.name, left.alt, left.delivery) == ("", "film.mp4", "Ein Karton", delivery)
    assert tidy.forget_sent_files(timezone.now()) == 0


@pytest.mark.parametrize("state", [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.PLANNED])
def test_what_can_still_be_sent_keeps_its_files(case: Conversation, desk: Desk, state: Outcome) -> None:
    attached = film(case, desk)
    delivery = care.reply(case, desk.anna, care.Reply(text="So sieht es aus."))
    Delivery.objects.filter(pk=delivery.pk).update(state=state, settled_at=days_ago(400))
    assert tidy.forget_sent_files(timezone.now()) + tidy.forget_abandoned_files(timezone.now()) == 0
    assert there(attached)


def test_files_beside_words_that_nobody_goes_on_with_go(case: Conversation, desk: Desk) -> None:
    young, old, in_work = film(case, desk), film(case, desk), film(case, desk)
    Attachment.objects.exclude(pk=young.pk).update(added_at=days_ago(31))
    Attachment.objects.filter(pk=in_work.pk).update(agent=desk.ben)
    care.keep_unsent(case, desk.ben, "Ich schreibe noch daran.")
    assert tidy.forget_abandoned_files(timezone.now()) == 1
    assert [there(one) for one in (young, old, in_work)] == [True, False, True]
    assert set(Attachment.objects.values_list("pk", flat=True)) == {young.pk, in_work.pk}


def test_what_was_taken_away_can_come_back_for_an_hour(case: Conversation, desk: Desk) -> None:
    attached = film(case, desk)
    attachments.detach(attached, desk.anna)
    assert tidy.forget_abandoned_files(timezone.now() + timedelta(minutes=59)) == 0
    assert tidy.forget_abandoned_files(timezone.now() + timedelta(minutes=61)) == 1
    assert not there(attached)


def test_a_file_that_finds_no_room_leaves_nothing_behind(
    case: Conversation, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files() -> set[Path]:
        return set(media_files.path_of("").rglob("*.mp4"))

    before, kept = files(), media_files.keep

    def keep(name: str, content: bytes) -> None:
        kept(name, content)
        film_row = {"kind": "video", "content_type": "video/mp4", "file": name, "added_at": timezone.now()}
        for number in range(4):  # four others were quicker
            Attachment.objects.create(
                conversation=case, agent=desk.anna, number=number, bytes_count=1, **film_row
            )

    monkeypatch.setattr(media_files, "keep", keep)
    with pytest.raises(care.CareError, match="too_many_files"):
        attachments.attach(case, desk.anna, FILM, "film.mp4")
    assert files() == before


def test_files_that_belong_to_nothing_go_after_a_day(case: Conversation, desk: Desk) -> None:
    attached = film(case, desk)
    folder = attached.file[:2]
    picture = Picture.objects.create(
        mention=Mention.objects.get(),
        number=0,
        url="https://media.social.example/1.png",
        state=PictureState.KEPT,
        file=f"{folder}/{'0' * 32}.webp",
        fetch_at=NOON,
    )
    names = [
        attached.file,
        picture.file,
        f"{folder}/stray.webp",
        f"{folder}/half.1a2b3c4d",
        f"{folder}/young.jpg",
    ]
    for name in names[1:]:
        media_files.keep(name, b"x")
    for name in names[:4]:
        os.utime(media_files.path_of(name), times=(days_ago(2).timestamp(),) * 2)
    assert tidy.sweep(folder, timezone.now()) == 2
    assert [media_files.path_of(name).exists() for name in names] == [True, True, False, False, True]
    assert tidy.sweep("zz", timezone.now()) == 0


def test_each_minute_sweeps_another_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("01", "02", "03"):  # another test's files lie in folders of random names
        shutil.rmtree(media_files.path_of(folder), ignore_errors=True)
    stray = media_files.path_of("02/stray.webp")
    media_files.keep("02/stray.webp", b"x")
    os.utime(stray, times=(days_ago(2).timestamp(),) * 2)
    monkeypatch.setattr(tidy, "_steps", count(1))
    for swept in (False, True, False):
        monkeypatch.setattr(tidy, "_next", 0.0)
        assert tidy.tidy_next() is swept
    assert not stray.exists()


# Letters and bells -------------------------------------------------------------------------------


def test_letters_go_after_ninety_days_unless_their_question_is_open(case: Conversation, desk: Desk) -> None:
    store = Department.objects.create(name="Lager", email="lager@nordlicht.example")
    asked = [
        Enquiry.objects.create(conversation=case, department=store, question="?", asked_at=NOON, due_at=NOON)
        for _ in range(2)
    ]
    Enquiry.objects.filter(pk=asked[1].pk).update(answered_at=NOON)
    for number, (enquiry, days) in enumerate([(None, 89), (None, 91), (asked[0], 91), (asked[1], 91)]):
        Letter.objects.create(
            to="a@nordlicht.example", subject=str(number), body="", message_id=f"<{number}@x>",
            enquiry=enquiry, written_at=days_ago(days),
        )  # fmt: skip
    assert tidy.forget_letters(timezone.now()) == 2
    assert set(Letter.objects.values_list("subject", flat=True)) == {"0", "2"}


def test_dropped_queries_go_after_a_week(desk: Desk) -> None:
    for name, dropped_at in (("used", None), ("lately", days_ago(6)), ("long ago", days_ago(8))):
        query = queries.save(desk.anna, name, name)
        Query.every.filter(pk=query.pk).update(dropped_at=dropped_at)
    assert tidy.forget_queries(timezone.now()) == 1
    assert set(Query.every.values_list("name", flat=True)) == {"used", "lately"}


def test_what_networks_showed_goes_after_three_months(desk: Desk) -> None:
    for number, days in enumerate((1, 90, 93)):
        SeenPost.objects.create(
            channel=desk.channel, native_id=str(number), uri=str(number), handle="ada",
            posted_at=days_ago(days), seen_at=NOON,
        )  # fmt: skip
    assert tidy.forget_seen(timezone.now()) == 1
    assert set(SeenPost.objects.values_list("native_id", flat=True)) == {"0", "1"}


def test_bells_go_a_month_after_somebody_looked(desk: Desk) -> None:
    for seen_at in (None, days_ago(29), days_ago(31)):
        Notice.objects.create(agent=desk.anna, kind=NoticeKind.OVERDUE, at=days_ago(200), seen_at=seen_at)
    assert tidy.forget_bells(timezone.now()) == 1
    assert Notice.objects.filter(seen_at__gt=days_ago(30)).count() == 1
    assert Notice.objects.filter(seen_at=None).count() == 1
