"""E-mails on their way: a row each, sent by the worker, repeated until the mail server takes it.

What a letter says is written by the verbs that need one; here it only travels. A letter may arrive twice when
the connection breaks after the server took it; it has the same Message-ID then, by which mail programs know.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.models import Letter

if TYPE_CHECKING:
    from resonanz.desk.settings import MailServer

TIMEOUT_S = 20
LEASE = timedelta(minutes=3)  # longer than handing in takes where each answer comes within its time-out
AGAIN_AFTER = tuple(timedelta(minutes=wait) for wait in (1, 5, 15, 60, 120, 240, 480))
OLD = timedelta(days=1)  # what waited longer for a mail server to be named is news no more
SAID_MOST = 300  # characters of the server's own words that are kept


class Undelivered(Exception):
    """A letter that the server did not take. Codes: `refused` (for good), and while there is hope `busy`,
    `unreachable`, `login`, `insecure`. `said` are the server's own words.
    """  # fmt: skip

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = " ".join(said.split())[:SAID_MOST]

    @property
    def line(self) -> str:
        """What the letter's row keeps: the code, then the server's words."""
        return f"{self.code}: {self.said}" if self.said else self.code


def send_next() -> bool:
    """Send the letter that waits longest; True if there was one. Without a mail server they wait."""
    server: MailServer | None = settings.MAIL
    letter = None if server is None else _claim(timezone.now())
    if server is None or letter is None:
        return False
    try:
        if timezone.now() - letter.written_at > OLD and letter.attempts_count == 1:
            raise Undelivered("too_old")
        hand_in(server, written(letter))
    except Undelivered as error:
        _failed(letter, error, timezone.now())
    else:
        _settled(letter, timezone.now())
    return True


def written(letter: Letter) -> EmailMessage:
    """Return a letter as it travels; all letters of one enquiry stand in one thread."""
    message = EmailMessage()
    message["From"] = settings.MAIL_FROM
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    first = Letter.objects.filter(enquiry=letter.enquiry_id).order_by("pk").first()
    if letter.enquiry_id is not None and first is not None and first.pk != letter.pk:
        message["In-Reply-To"] = message["References"] = first.message_id
    message.set_content(letter.body)
    return message


def hand_in(server: MailServer, message: EmailMessage) -> None:
    """Give a message to a mail server; raises Undelivered."""
    try:
        with _connected(server) as smtp:
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _by_code(code, said) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered("login", _plain(error.smtp_error)) from error
    except smtplib.SMTPConnectError as error:
        raise Undelivered("unreachable", _plain(error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise Undelivered("insecure", str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered("unreachable", str(error)) from error


def _connected(server: MailServer) -> smtplib.SMTP:
    """Connect, encrypted as the settings ask; certificates are always checked."""
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
    return smtp


def _by_code(code: int, said: bytes | str) -> Undelivered:
    """RFC 5321, section 4.2.1: 5yz is a permanent refusal, 4yz a transient one."""
    return Undelivered("refused" if code >= 500 else "busy", _plain(said))


def _plain(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _claim(now: datetime) -> Letter | None:
    """Lease a letter; a conditional update decides between workers, and counts the attempt."""
    for letter in Letter.objects.filter(due_at__lte=now).order_by("due_at")[:3]:
        ours = Letter.objects.filter(pk=letter.pk, due_at=letter.due_at)
        if ours.update(due_at=now + LEASE, attempts_count=letter.attempts_count + 1):
            letter.due_at = now + LEASE
            letter.attempts_count += 1
            return letter
    return None


def _settled(letter: Letter, now: datetime) -> None:
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(sent_at=now, due_at=None, error="")
        _tell(letter, now, sent=1)


def _failed(letter: Letter, error: Undelivered, now: datetime) -> None:
    """Try again later, or never."""
    tries = letter.attempts_count
    if error.code in {"refused", "too_old"} or tries > len(AGAIN_AFTER):
        later = None
    else:
        later = now + AGAIN_AFTER[tries - 1]
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk, due_at=letter.due_at).update(due_at=later, error=error.line)
        _tell(letter, now, sent=0)


def _tell(letter: Letter, now: datetime, *, sent: int) -> None:
    """Let open pages show where the letter of an enquiry stands."""
    if letter.enquiry is not None:
        happen(
            "lettered",
            now,
            conversation=letter.enquiry.conversation_id,
            enquiry=letter.enquiry_id,
            sent=sent,
        )
