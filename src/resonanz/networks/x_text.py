"""Words on X: t.co links undone, the three escaped signs, and texts compared.

Positions of links in a text are not used: whether they count escaped signs is not documented. A t.co link
is unique in its text, so it is found by itself.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from unicodedata import normalize

from resonanz.networks.answers import Entity, parts_of, text_of
from resonanz.post import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

_ESCAPED = re.compile(r"&(?:amp|lt|gt);")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_OWN_FILE = re.compile(r"/status/\d+/(?:photo|video)/\d+$|/messages/media/\d+$|[./]twitter\.com/1\.1/ton/")
_REFUSED = re.compile("[\ufeff\ufffe\uffff]")
_MENTIONS = re.compile(r"\A\s*(?:@\w+\s*)+")
_BEGINNING = re.compile(r"\bhttps?://(?:www\.)?", re.IGNORECASE)
_END = re.compile(r"/(?=\s|$)")


def words_of(text: str, urls: Sequence[Entity], *, quoted: str = "") -> tuple[str, tuple[Link, ...]]:
    """Return a text as a person sees it, with its links.

    Links to the post's own files go, and so does one to the post that is `quoted` (by its id): both are
    shown beside the text. All others stand as X shows them, and lead where they really lead.
    """
    links = dict[str, Link]()
    for url in urls:
        short, leads = text_of(url, "url"), _target(url)
        if not short or short not in text:
            continue
        if _is_beside(url, leads, quoted):
            text = text.replace(short, "")
        elif leads.startswith(("https://", "http://")):
            shown = text_of(url, "display_url") or leads
            text = text.replace(short, shown)
            links[shown] = Link(url=leads, shown=shown, title=text_of(url, "title"))
    return plain(text), tuple(links.values())


def _target(url: Entity) -> str:
    return text_of(url, "unwound_url") or text_of(url, "expanded_url") or text_of(url, "url")


def _is_beside(url: Entity, leads: str, quoted: str) -> bool:
    expanded = text_of(url, "expanded_url") or leads
    quotes = bool(quoted) and f"/status/{quoted}" in expanded
    return bool(text_of(url, "media_key")) or quotes or bool(_OWN_FILE.search(expanded))


def plain(text: str) -> str:
    """Return a text without escaped signs and without signs that nobody sees."""
    said = _ESCAPED.sub(lambda found: unescape(found[0]), text)
    return _CONTROL.sub("", said.replace("\r\n", "\n")).strip()


def sendable(text: str) -> str:
    """Return a text without the signs for which X refuses all of it (twitter-text, "invalid characters").

    Nobody sees them; they come along when text is pasted.
    """
    return _REFUSED.sub("", text)


def undone(text: str, urls: Sequence[Entity], *, quoted: str = "") -> str:
    """Return a text with every link written out, to be compared with what was sent."""
    for url in (one for one in urls if text_of(one, "url")):
        short, expanded = text_of(url, "url"), text_of(url, "expanded_url")
        text = text.replace(short, "" if _is_beside(url, expanded, quoted) else expanded or short)
    return plain(text)


def compared(text: str) -> str:
    """Return what must be equal in two texts that are the same, whatever X did to one of them.

    The names at the beginning of an answer are X's, blanks and the beginnings of addresses too.
    """
    said = _MENTIONS.sub("", normalize("NFC", sendable(text)))
    return " ".join(_END.sub("", _BEGINNING.sub("", said)).split())


def urls_in(holder: Entity) -> list[Entity]:
    """Return the links that a post, a long text or a message names: `entities.urls`, or `urls` by itself."""
    entities = holder.get("entities")
    return parts_of(entities, "urls") or parts_of(holder, "urls")
