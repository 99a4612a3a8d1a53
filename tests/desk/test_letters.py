"""E-mails against a real mail server on loopback: taken, refused, repeated, encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from resonanz.desk import letters
from resonanz.desk.models import Event, Letter
from resonanz.desk.settings import MailServer
from tests.desk.post_office import PASSWORD, USER, PostOffice, certificate_for, post_office
from tests.desk.running import free_port

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def office(settings: Settings) -> Iterator[PostOffice]:
    """A mail server that the desk knows."""
    with post_office() as running:
        settings.MAIL = MailServer("127.0.0.1", running.port, "", "", "no")
        settings.MAIL_FROM = "Nordlicht <desk@nordlicht.example>"
        yield running


def write(to: str = "lager@nordlicht.example", **more: object) -> Letter:
    now = timezone.now()
    known = {
        "to": to,
        "subject": "Frage aus dem Kundendienst",
        "body": "Hallo Lager,\n\nwo ist das Paket? Grüße\n",
        "message_id": f"<asked.{Letter.objects.count()}@nordlicht.example>",
        "written_at": now,
        "due_at": now,
    }
    return Letter.objects.create(**known | more)


def test_a_letter_arrives_once_and_as_it_was_written(office: PostOffice) -> None:
    letter = write()
    assert [letters.send_next(), letters.send_next()] == [True, False]
    (arrived,) = office.letters
    assert {name: arrived[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "Nordlicht <desk@nordlicht.example>",
        "To": "lager@nordlicht.example",
        "Subject": "Frage aus dem Kundendienst",
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert arrived.get_content().replace("\r\n", "\n") == letter.body
    letter.refresh_from_db()
    assert (letter.sent_at is None, letter.due_at, letter.error) == (False, None, "")


def test_letters_go_in_the_order_of_their_time_and_none_before(office: PostOffice) -> None:
    now = timezone.now()
    write("c@nordlicht.example", due_at=now + timedelta(minutes=5))
    write("b@nordlicht.example", due_at=now - timedelta(minutes=1))
    write("a@nordlicht.example", due_at=now - timedelta(minutes=2))
    while letters.send_next():
        pass
    assert [letter["To"] for letter in office.letters] == ["a@nordlicht.example", "b@nordlicht.example"]


def test_a_subject_stays_one_line(office: PostOffice) -> None:
    write(subject="Frage\nBcc: alle@example.org")
    letters.send_next()
    assert office.letters[0]["Subject"] == "Frage Bcc: alle@example.org"
    assert office.letters[0]["Bcc"] is None


def test_a_refused_address_is_given_up_with_the_servers_words(office: PostOffice) -> None:
    office.rcpt = "550 5.1.1 no such mailbox"
    letter = write()
    assert [letters.send_next(), letters.send_next()] == [True, False]
    letter.refresh_from_db()
    assert (letter.sent_at, letter.due_at, letter.error) == (None, None, "refused: 5.1.1 no such mailbox")


@pytest.mark.parametrize(
    ("rcpt", "data", "error"),
    [
        ("450 4.2.1 later", "250 OK", "busy: 4.2.1 later"),
        ("250 OK", "451 4.3.0 disk full", "busy: 4.3.0 disk full"),
    ],
)
def test_a_busy_server_is_asked_again_until_it_takes_the_letter(
    office: PostOffice, rcpt: str, data: str, error: str
) -> None:
    office.rcpt, office.data = rcpt, data
    letter = write()
    before = timezone.now()
    letters.send_next()
    letter.refresh_from_db()
    assert (letter.sent_at, letter.error, letter.attempts_count) == (None, error, 1)
    assert letter.due_at is not None
    assert timedelta(seconds=59) < letter.due_at - before < timedelta(seconds=75)
    assert letters.send_next() is False
    office.rcpt = office.data = "250 OK"
    with time_machine.travel(letter.due_at + timedelta(seconds=1)):
        assert letters.send_next() is True
    assert [arrived["Message-ID"] for arrived in office.letters] == [letter.message_id]


def test_a_letter_too_large_for_the_server_is_given_up(office: PostOffice) -> None:
    office.data = "554 5.6.0 too large"
    letter = write()
    letters.send_next()
    letter.refresh_from_db()
    assert (letter.due_at, letter.error) == (None, "refused: 5.6.0 too large")


def test_a_server_that_is_away_is_tried_less_and_less_often_and_then_given_up(
    settings: Settings,
) -> None:
    settings.MAIL = MailServer("127.0.0.1", free_port(), "", "", "no")
    settings.MAIL_FROM = "desk@nordlicht.example"
    letter = write()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while letter.due_at is not None:
            assert letters.send_next() is True
            letter.refresh_from_db()
            if letter.due_at is not None:
                waits.append(letter.due_at - timezone.now())
                clock.move_to(letter.due_at)
    assert tuple(waits) == pytest.approx(letters.AGAIN_AFTER, abs=timedelta(milliseconds=1))
    assert letter.error.startswith("unreachable: ")


def test_without_a_mail_server_letters_wait_and_old_news_is_not_sent_later(
    settings: Settings, office: PostOffice
) -> None:
    server, settings.MAIL = settings.MAIL, None
    letter = write()
    write("neu@nordlicht.example", written_at=timezone.now() + timedelta(hours=24))
    assert letters.send_next() is False
    settings.MAIL = server
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert [letters.send_next() for _ in range(3)] == [True, True, False]
    letter.refresh_from_db()
    assert (letter.due_at, letter.error) == (None, "too_old")
    assert [arrived["To"] for arrived in office.letters] == ["neu@nordlicht.example"]


def test_two_workers_send_a_letter_once(office: PostOffice) -> None:
    write()
    first, second = letters._claim(timezone.now()), letters._claim(timezone.now())
    assert (first is None, second) == (False, None)


def test_a_dead_workers_letter_is_sent_by_the_next(office: PostOffice) -> None:
    write()
    letters._claim(timezone.now())
    with time_machine.travel(timezone.now() + letters.LEASE + timedelta(seconds=1)):
        assert letters.send_next() is True
    assert len(office.letters) == 1


# Encrypted -----------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_for("localhost", tmp_path)


def settle(settings: Settings, port: int, password: str = PASSWORD, host: str = "localhost") -> None:
    settings.MAIL = MailServer(host, port, USER, password, "starttls")
    settings.MAIL_FROM = "desk@nordlicht.example"


def test_with_starttls_and_a_password(
    settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with post_office(certificate) as office:
        settle(settings, office.port)
        write()
        letters.send_next()
        assert len(office.letters) == 1
        settle(settings, office.port, "wrong")
        letter = write("zwei@nordlicht.example")
        letters.send_next()
        letter.refresh_from_db()
    assert letter.error.startswith("login: ")
    assert letter.due_at is not None


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    settings: Settings, certificate: Path
) -> None:
    with post_office(certificate) as office:
        settle(settings, office.port)
        letter = write()
        letters.send_next()
        letter.refresh_from_db()
        assert (letter.sent_at, office.letters) == (None, [])
    assert letter.error.startswith("insecure: ")


def test_a_server_that_cannot_encrypt_gets_nothing(settings: Settings) -> None:
    with post_office() as office:
        settle(settings, office.port, host="127.0.0.1")
        letter = write()
        letters.send_next()
        letter.refresh_from_db()
        assert office.letters == []
    assert letter.error.startswith("insecure: ")


def test_a_letter_of_no_enquiry_tells_no_conversation(office: PostOffice) -> None:
    write()
    letters.send_next()
    assert Event.objects.filter(kind="lettered").count() == 0
