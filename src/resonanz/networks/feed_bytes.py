"""From the bytes of a document to characters, and to a document that the parser can be given.

`feedparser` would guess the encoding too, but with Python's every codec and with patterns whose time grows
with the square or the cube of what is sent: a few hundred kilobytes of encodings, blank lines or attributes
keep it busy for hours. So it gets UTF-8 that ends where it should, without what no XML may contain.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from resonanz.networks import Unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEAD = 20_000  # characters before the first element: declarations and entities
MAX_DECLARATION = 1000

_DECLARED = re.compile(r"(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Encodings of texts, by Python's names for them; the other codecs are for names, for keys, or take ages.
_TEXTUAL = re.compile(
    r"ascii|utf-(?:8|16|32).*|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|shift_jis.*|euc_.*|gb.*|big5.*|tis-620|iso2022.*"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMED = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,9})|([0-9]{1,9}));?")
_FIRST = re.compile(r"<\w")
# A tag of a hundred attributes and more.
_FLOOD = re.compile(r"<(?>[^<]*?=\s*[\"']){100}")
_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
# What may be open where a document breaks off; the longer of two that begin alike comes first.
_OPEN = ("content:encoded", "content", "description", "summary", "title", "link", "guid", "id")


def characters(body: bytes, content_type: str) -> str:
    """Decode a document. What can be read as UTF-8 is that, whatever it is said to be; else it is as said.

    XML 1.0, "Autodetection of Character Encodings"; RFC 7303 for the type's charset. It never raises.
    """
    for name in _proposed(body, content_type):
        with suppress(UnicodeError, LookupError):
            if _TEXTUAL.fullmatch(codecs.lookup(name).name):
                return body.decode(name)
    as_utf8 = body.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    foreign = sum(not sign.isascii() for sign in as_utf8)
    return as_utf8 if foreign > 2 * broken else body.decode("cp1252", "replace")


def _proposed(body: bytes, content_type: str) -> Iterator[str]:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
    if body.startswith((b"<\x00", b"\x00<")):
        yield "utf-16-le" if body.startswith(b"<") else "utf-16-be"
    if not body.isascii():
        yield "utf-8-sig"
    for said in (content_type, body[:2048].decode("latin-1")):
        if (declared := _DECLARED.search(said)) is not None:
            yield declared[1]


def document(body: bytes, content_type: str) -> str:
    """Return a document for the parser; `Unclear` with `bad_answer` for one it could not cope with."""
    text = characters(body, content_type).lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml"):
        text = text[text.find("?>", 0, MAX_DECLARATION) + 2 :]  # it may say another encoding than ours
    text = _ended(_NAMED.sub(_allowed, _CONTROL.sub("", text)))
    if _FLOOD.search(text):
        raise Unclear("bad_answer", reason="the document has too many attributes")
    first = _FIRST.search(text)
    start = first.start() if first else len(text)
    return _compact(text[:start]) + text[start:]


def _compact(head: str) -> str:
    """Return what stands before the first element without blank lines; nothing if it is too long."""
    lines = (line.strip() for line in head[: MAX_HEAD + 1].splitlines())
    return "" if len(head) > MAX_HEAD else "\n".join(line for line in lines if line)


def _allowed(reference: re.Match[str]) -> str:
    """Return a reference to a character, or the replacement character where XML knows no such one.

    XML 1.0, "Characters".
    """
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    plain = number in {9, 10, 13} or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference[0] if plain and number not in {0xFFFE, 0xFFFF} else "\ufffd"


def _ended(text: str) -> str:
    """Return a document that breaks off with an end, so that what it has last is not lost."""
    if _END.search(text[-2000:]):
        return text
    words = "]]>" if text.rfind("<![CDATA[") > text.rfind("]]>") else ""
    left = {text.rfind(f"<{name}"): name for name in reversed(_OPEN)}
    still = sorted((at, name) for at, name in left.items() if at > text.rfind(f"</{name}"))
    return text + words + "".join(f"</{name}>" for _, name in reversed(still)) + "</item></entry>"
