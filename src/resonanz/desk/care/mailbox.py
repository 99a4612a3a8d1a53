"""Answers by e-mail: the desk's mailbox is read, and what answers a letter of ours lands in the conversation.

Which enquiry is meant stands in the Message-IDs that a reply names, in the address that it goes to, or in the
link that it quotes: only who got the letter knows these. What machines send is no answer. Nothing is deleted
in the mailbox; a mark in our own tables says how far it was read.
"""

from __future__ import annotations

import contextlib
import imaplib
import logging
import re
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from resonanz.desk.care.base import CareError
from resonanz.desk.care.enquiries import ANSWER_MOST, answer, by_token, plain
from resonanz.desk.models import Bookmark, Enquiry, Letter

if TYPE_CHECKING:
    from resonanz.desk.settings import MailServer

log = logging.getLogger("resonanz.mailbox")
EVERY_S = 30
TIMEOUT_S = 20
AT_ONCE = 50
BYTES_MOST = 2_000_000  # of one message; the words stand at its beginning
OLDEST = timedelta(days=7)  # a mailbox that is read for the first time is read no further back
READING = threading.Lock()
_next = 0.0

_IDS = re.compile(r"<[^<>\s]+>")
_LINK = re.compile(r"/enquiry/([\w-]{32})(?![\w-])")
_ADDRESSED = re.compile(r"\+([\w-]{32})@")
_HTML_QUOTE = re.compile(
    r'<blockquote\b|<div[^>]*\b(?:class="[^"]*gmail_quote|id="(?:appendonsend|divRplyFwdMsg|mail-editor-ref))',
    re.IGNORECASE,
)
_WROTE = re.compile(r"(?:Am|On)\b.{6,200}\b(?:schrieb|wrote)\b.{0,120}:", re.DOTALL)
_RULE = re.compile(
    r"_{10,}|-{2,}\s*(?:Ursprüngliche Nachricht|Originalnachricht|Original Message)\b.*", re.IGNORECASE
)
_FROM = re.compile(r"\*?(?:Von|From):\*?\s+\S")
_HEADER = re.compile(r"\*?(?:Gesendet|Sent|Datum|Date|An|To|Betreff|Subject):\*?\s")
_SIGNATURE = "--"


def read_next() -> bool:
    """Every half minute: read what is new in the mailbox; True if any of it was an answer."""
    global _next  # noqa: PLW0603 - when this process reads next concerns nobody else
    server: MailServer | None = settings.MAIL_IN
    if server is None or time.monotonic() < _next or not READING.acquire(blocking=False):
        return False
    try:
        _next = time.monotonic() + EVERY_S
        return read_mailbox(server) > 0
    except (imaplib.IMAP4.error, OSError) as error:
        log.warning("the mailbox on %s cannot be read: %s", server.host, error)
        return False
    finally:
        READING.release()


def read_mailbox(server: MailServer) -> int:
    """Take the new answers in and return how many there were; raises imaplib's errors and OSError."""
    taken = 0
    with contextlib.closing(_Mailbox(server)) as mailbox:
        mark, _made = Bookmark.objects.get_or_create(name=f"mailbox {mailbox.validity}"[:40])
        for number, content in mailbox.after(mark.event):
            if _taken(content):
                mailbox.mark_read(number)
                taken += 1
            Bookmark.objects.filter(pk=mark.pk).update(event=number)
    return taken


def _taken(content: bytes) -> bool:
    """Take one message in; one that cannot be read at all is left behind, so that it stops no other."""
    try:
        return take_in(content)
    except Exception:
        log.exception("an e-mail cannot be read; it stays in the mailbox")
        return False


class _Mailbox:
    """One folder of an IMAP server, signed in; numbers are its UIDs (RFC 3501, section 2.3.1.1)."""

    def __init__(self, server: MailServer) -> None:
        self.imap = _connected(server)
        try:
            self.imap.login(server.user, server.password)
            said, found = self.imap.select(_quoted(settings.MAIL_IN_FOLDER))
            if said != "OK":
                raise imaplib.IMAP4.error(f"no folder {settings.MAIL_IN_FOLDER!r}: {found!r}")
        except (imaplib.IMAP4.error, OSError):
            self.close()
            raise
        validity = self.imap.response("UIDVALIDITY")[1][0]
        self.validity = validity.decode() if isinstance(validity, bytes) else ""

    def after(self, last: int) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of the messages after a number, oldest first."""
        since = imaplib.Time2Internaldate(timezone.now() - OLDEST).strip('"').split(" ")[0]
        _said, found = self.imap.uid("SEARCH", f"UID {last + 1}:* SINCE {since}")
        numbers = sorted(int(number) for number in (found[0] or b"").split())
        for number in [number for number in numbers if number > last][:AT_ONCE]:  # "*" names the last one too
            _said, parts = self.imap.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{BYTES_MOST}>)")
            for part in parts:
                if isinstance(part, tuple):
                    yield number, part[1]

    def mark_read(self, number: int) -> None:
        """Mark a message as read."""
        self.imap.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")

    def close(self) -> None:
        """Sign out."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.imap.logout()


def _connected(server: MailServer) -> imaplib.IMAP4:
    """Connect, encrypted as the settings ask; certificates are always checked."""
    context = ssl.create_default_context()
    if server.security == "tls":
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT_S)
    imap = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        try:
            imap.starttls(context)
        except (imaplib.IMAP4.error, OSError):
            imap.shutdown()
            raise
    return imap


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


# One message -------------------------------------------------------------------------------------


def take_in(content: bytes) -> bool:
    """Take a message in as an answer, if it is one."""
    message = message_from_bytes(content, policy=policy.default)
    if is_automatic(message):
        return False
    enquiry = enquiry_of(message)
    if enquiry is None:
        return False
    name, address = parseaddr(str(message.get("From", "")))
    try:
        who = name or address.partition("@")[0]
        answer(enquiry, unquoted(words_of(message))[:ANSWER_MOST], who, adds=True)
    except CareError as error:
        log.info("an e-mail to enquiry %s is no answer: %s", enquiry.pk, error.code)
        return False
    return True


def is_automatic(message: EmailMessage) -> bool:
    """Whether a machine sent it: RFC 3834 (Auto-Submitted), RFC 5321 (empty return path), lists, bounces."""
    submitted = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        submitted != "no"
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or str(message.get("Return-Path", "")).strip() == "<>"
        or "X-Autoreply" in message
        or "List-Id" in message
        or message.get_content_type() == "multipart/report"
    )


def enquiry_of(message: EmailMessage) -> Enquiry | None:
    """Return which enquiry a message answers; None for none, or one that was withdrawn."""
    named = _IDS.findall(f"{message.get('In-Reply-To', '')} {message.get('References', '')}")
    letter = Letter.objects.filter(message_id__in=named).exclude(enquiry=None).order_by("-pk").first()
    if letter is not None and letter.enquiry is not None:
        return by_token(letter.enquiry.token)
    places = " ".join(str(message.get(name, "")) for name in ("To", "Cc", "Delivered-To"))
    tokens = [*_ADDRESSED.findall(places), *_LINK.findall(_body(message))]
    return next((known for token in tokens if (known := by_token(token))), None)


def _body(message: EmailMessage) -> str:
    """Return a message's text or HTML, whatever its declared character set is worth."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def words_of(message: EmailMessage) -> str:
    """Return what a message says as plain text, with what its HTML marks as quoted left out."""
    text = _body(message)
    part = message.get_body(preferencelist=("plain", "html"))
    if part is not None and part.get_content_type() == "text/html":
        quote = _HTML_QUOTE.search(text)
        text = text[: quote.start()] if quote else text
    return plain(text)


def unquoted(text: str) -> str:
    """Return what somebody wrote above the quoted letter, or between and below its lines."""
    lines = text.splitlines()
    end = next((at for at in range(len(lines)) if _is_end(lines, at)), len(lines))
    above = _own(lines[:end])
    return above or _own(lines[end:])


def _is_end(lines: list[str], at: int) -> bool:
    """Whether the letter that is answered begins here, or a signature does."""
    line = lines[at].strip()
    if line == _SIGNATURE or _RULE.fullmatch(line) or _WROTE.fullmatch(" ".join(lines[at : at + 2]).strip()):
        return True
    if _WROTE.fullmatch(line):
        return True
    following = [each.strip() for each in lines[at + 1 : at + 5]]
    return bool(_FROM.match(line)) and any(_HEADER.match(each) for each in following)


def _own(lines: list[str]) -> str:
    """Return lines that are not quoted and do not introduce a quotation."""
    kept = [
        line for line in lines if not line.lstrip().startswith(">") and not _WROTE.fullmatch(line.strip())
    ]
    return "\n".join(kept).strip()
