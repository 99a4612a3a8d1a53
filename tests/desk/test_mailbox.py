"""Answers by e-mail: which ones are taken in, for which enquiry, and how much of them."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk.care import enquiries, mailbox
from resonanz.desk.care.enquiries import Question
from resonanz.desk.models import Department, Enquiry, Event, Letter
from resonanz.desk.settings import MailServer
from tests.cast import Desk, conversation_of, hear, said
from tests.desk.mailbox_server import Mailbox, running_mailbox
from tests.desk.running import free_port

if TYPE_CHECKING:
    from pytest_django import Settings

QUESTION = said("1", "Wo bleibt mein Paket?")


@pytest.fixture
def enquiry(desk: Desk, settings: Settings) -> Enquiry:
    """A question that went out by letter."""
    settings.MAIL = MailServer("localhost", 25, "", "", "no")
    settings.MAIL_FROM = "Nordlicht <desk@nordlicht.example>"
    store = Department.objects.create(name="Lager", email="lager@nordlicht.example")
    hear(desk.channel, QUESTION)
    question = Question(department=store, text="Ist es noch da?")
    return enquiries.ask(conversation_of(QUESTION), desk.anna, question, address="http://localhost:8000")


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with running_mailbox() as running:
        settings.MAIL_IN = MailServer("127.0.0.1", running.port, "desk", running.password, "no")
        settings.MAIL_IN_FOLDER = "INBOX"
        yield running


def written(text: str, answers: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = headers.pop("From", "Emine Yilmaz <yilmaz@nordlicht.example>")
    message["To"] = headers.pop("To", "desk@nordlicht.example")
    message["Date"] = format_datetime(timezone.now())
    if answers:
        message["In-Reply-To"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.mark.django_db
def test_an_answer_by_e_mail_lands_in_the_conversation(enquiry: Enquiry, box: Mailbox) -> None:
    letter = Letter.objects.get()
    box.put(written("Newsletter: 3 für 2!", From="laden@example.org").as_bytes())
    number = box.put(written("Ja, Regal 7.\n\nGrüße\n-- \nE. Yilmaz, Lager", letter.message_id).as_bytes())
    assert mailbox.read_mailbox(_server(box)) == 1
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.answered_by) == ("Ja, Regal 7.\n\nGrüße", "Emine Yilmaz")
    assert box.read == {number}
    assert mailbox.read_mailbox(_server(box)) == 0  # the mark says how far it was read
    assert Event.objects.filter(kind__in=["informed", "corrected"]).count() == 1
    box.put(written("Nachtrag: doch erst morgen.", letter.message_id).as_bytes())
    assert mailbox.read_mailbox(_server(box)) == 1
    enquiry.refresh_from_db()
    assert enquiry.answer == "Ja, Regal 7.\n\nGrüße\n\nNachtrag: doch erst morgen."


@pytest.mark.django_db
def test_a_message_that_is_read_twice_is_taken_in_once(enquiry: Enquiry, box: Mailbox) -> None:
    message = written("Ja, Regal 7.", Letter.objects.get().message_id).as_bytes()
    for _ in range(2):
        assert mailbox.take_in(message)
    box.validity = 8  # the server has numbered its messages anew
    box.put(message)
    mailbox.read_mailbox(_server(box))
    enquiry.refresh_from_db()
    assert enquiry.answer == "Ja, Regal 7."
    assert Event.objects.filter(kind__in=["informed", "corrected"]).count() == 1


def _server(box: Mailbox) -> MailServer:
    return MailServer("127.0.0.1", box.port, "desk", box.password, "no")


@pytest.mark.django_db
def test_the_unit_reads_every_half_minute_and_survives_a_mailbox_that_is_away(
    enquiry: Enquiry, box: Mailbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_next", 0.0)
    box.put(written("Ja", Letter.objects.get().message_id).as_bytes())
    assert [mailbox.read_next(), mailbox.read_next()] == [True, False]
    for server in (
        MailServer("127.0.0.1", free_port(), "desk", "x", "no"),
        MailServer("127.0.0.1", box.port, "desk", "wrong", "no"),
        MailServer("127.0.0.1", box.port, "desk", box.password, "starttls"),
    ):
        monkeypatch.setattr(mailbox, "_next", 0.0)
        settings.MAIL_IN = server
        assert mailbox.read_next() is False
    settings.MAIL_IN = _server(box)
    settings.MAIL_IN_FOLDER = 'Nicht "da"'
    monkeypatch.setattr(mailbox, "_next", 0.0)
    assert mailbox.read_next() is False
    settings.MAIL_IN = None
    monkeypatch.setattr(mailbox, "_next", 0.0)
    assert mailbox.read_next() is False


@pytest.mark.django_db
def test_which_enquiry_is_meant(enquiry: Enquiry) -> None:
    letter = Letter.objects.get()
    token = enquiry.token
    by_id = written("Ja", letter.message_id)
    by_reference = written("Ja", References=f"<a@b.example> {letter.message_id} <c@d.example>")
    by_address = written("Ja", To=f"Desk <desk+{token}@nordlicht.example>")
    by_link = written(f"Ja\n\n> http://localhost:8000/enquiry/{token}/")
    for message in (by_id, by_reference, by_address, by_link):
        assert mailbox.enquiry_of(message) == enquiry
    strange = written("Ja", "<nobody@example.org>")
    nearly = written(f"http://localhost:8000/enquiry/{token}x/")
    assert [mailbox.enquiry_of(strange), mailbox.enquiry_of(nearly)] == [None, None]
    Enquiry.objects.update(withdrawn_at=timezone.now())
    assert mailbox.enquiry_of(by_id) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<alle.nordlicht.example>"},
    ],
)
def test_what_machines_send_is_no_answer(enquiry: Enquiry, headers: dict[str, str]) -> None:
    message = written("Ich bin im Urlaub.", Letter.objects.get().message_id, **headers)
    assert mailbox.take_in(message.as_bytes()) is False
    enquiry.refresh_from_db()
    assert enquiry.answered_at is None


@pytest.mark.django_db
def test_bounces_empty_answers_and_broken_mail_are_left_alone(enquiry: Enquiry) -> None:
    known = Letter.objects.get().message_id
    bounce = written("Unzustellbar", known)
    bounce.replace_header("Content-Type", 'multipart/report; boundary="x"')
    nothing = written("\n> Ist es noch da?\n", known)
    for content in (bounce.as_bytes(), nothing.as_bytes(), b"", b"\xff\xfe\x00", b"From: x\r\n\r\nHallo"):
        assert mailbox.take_in(content) is False
    strange = (
        f"From: y@z.example\r\nIn-Reply-To: {known}\r\nContent-Type: text/plain; charset=klingonisch\r\n"
    )
    assert mailbox.take_in(strange.encode() + "\r\nJa, Regal 7 für Grüße".encode()) is True
    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.answered_by) == ("Ja, Regal 7 für Grüße", "y")


@pytest.mark.django_db
def test_html_mail_is_read_without_markup_and_quotation(enquiry: Enquiry) -> None:
    message = written("", Letter.objects.get().message_id)
    message.set_content(
        '<div>Ja, im <b>Regal 7</b>.<br>Gruß</div><div class="gmail_quote">Am Mi schrieb Desk:'
        "<blockquote>Ist es noch da?</blockquote></div>",
        subtype="html",
    )
    assert mailbox.take_in(message.as_bytes())
    enquiry.refresh_from_db()
    assert enquiry.answer == "Ja, im Regal 7.\nGruß"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ja.", "Ja."),
        ("Ja.\n\nAm 18.11.2026 um 13:10 schrieb Nordlicht <desk@n.example>:\n> Ist es da?\n> Gruß", "Ja."),
        (
            "Ja.\n\nAm Mittwoch, 18. November 2026 schrieb Nordlicht Kundendienst\n<desk@n.example>:\n> Da?",
            "Ja.",
        ),
        ("Yes.\n\nOn Wed, Nov 18, 2026 at 1:10 PM Nordlicht <desk@n.example> wrote:\n> There?", "Yes."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: heute\n\nIst es da?", "Ja."),
        ("Ja.\n________________________________\nVon: Desk <d@n.example>\nGesendet: heute\nDa?", "Ja."),
        ("Ja.\n\nVon: Desk <d@n.example>\nGesendet: Mittwoch\nAn: Lager\nBetreff: Frage\n\nDa?", "Ja."),
        ("Von: Hamburg nach Ulm dauert es 3 Tage.\nGruß", "Von: Hamburg nach Ulm dauert es 3 Tage.\nGruß"),
        ("Am Montag schrieb ich schon: kommt.\nGruß", "Am Montag schrieb ich schon: kommt.\nGruß"),
        (
            "Am 18.11.2026 um 13:10 schrieb Desk:\n> Ist es da?\nJa.\n> Wann kommt es?\nMorgen.",
            "Ja.\nMorgen.",
        ),
        ("> Ist es da?\n\nJa, Regal 7.", "Ja, Regal 7."),
        ("Ja.\n-- \nE. Yilmaz\nLager", "Ja."),
        ("", ""),
    ],
)
def test_only_what_was_written_now_is_kept(text: str, kept: str) -> None:
    assert mailbox.unquoted(text) == kept


@pytest.mark.parametrize("header", [b"To: a:b;;<", b"To: a@[", b"From: <@", b'From: "'])
def test_a_malformed_message_stops_no_other(enquiry: Enquiry, header: bytes) -> None:
    assert mailbox._taken(header + b"\r\nSubject: x\r\n\r\nKauf mich!") is False
    enquiry.refresh_from_db()
    assert enquiry.answered_at is None
