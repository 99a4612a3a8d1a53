"""Text on the simulated network: how long it counts and how it looks as HTML.

Written after the documentation of the Mastodon API ("Status" entity, "Posting to your profile"). What
is found in a text is found here; who is meant by a handle is asked through a callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_CHARACTERS = 500
CHARACTERS_PER_URL = 23
SHOWN_LINK_CHARACTERS = 30

_LOCAL = r"(?<![\w/@])@(?P<handle>[a-zA-Z0-9_]+(?:[a-zA-Z0-9_.\-]*[a-zA-Z0-9_])?)"
_HANDLE = _LOCAL + r"(?:@(?P<domain>[\w\-]+(?:\.[\w\-]+)+))?"
_LINK = r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'’“])"
_TAG = r"(?<![\w/&#])#(?P<tag>\w*[^\W\d]\w*)"
_PIECES = regex.compile(f"{_LINK}|{_HANDLE}|{_TAG}")
_LINK_PREFIX = regex.compile(r"https?://(?:www\.)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is more than plain words. `kind` is `url`, `handle` or `tag`."""

    kind: str
    value: str
    start: int
    end: int


def pieces(text: str) -> Iterator[Piece]:
    """Find addresses, handles (as `name` or `name@server`) and hashtags, in their order."""
    for found in _PIECES.finditer(text):
        if found["url"]:
            yield Piece("url", found["url"], found.start(), found.end())
        elif found["handle"]:
            whole = found["handle"] + (f"@{found['domain']}" if found["domain"] else "")
            yield Piece("handle", whole, found.start(), found.end())
        else:
            yield Piece("tag", found["tag"], found.start(), found.end())


def length(text: str, spoiler: str = "") -> int:
    """Count as the network does: graphemes; an address is 23, a handle is its local part, the warning counts.

    Source: Mastodon documentation, "Posting to your profile"; the grapheme unit and the local part are
    what the server's validator does.
    """
    counted = text
    for piece in reversed(list(pieces(text))):
        if piece.kind == "url":
            counted = counted[: piece.start] + "x" * CHARACTERS_PER_URL + counted[piece.end :]
        elif piece.kind == "handle":
            counted = counted[: piece.start] + "@" + piece.value.split("@")[0] + counted[piece.end :]
    return len(regex.findall(r"\X", spoiler + counted))


def to_html(text: str, *, base_url: str, address_of: Callable[[str], tuple[str, str] | None]) -> str:
    """Write a text as the network's HTML; `address_of(handle)` gives (address, shown name) or None."""
    marked, at = [], 0
    for piece in pieces(text):
        marked.append(escape(text[at : piece.start]))
        marked.append(_piece_html(piece, base_url, address_of))
        at = piece.end
    marked.append(escape(text[at:]))
    paragraphs = regex.split(r"\n{2,}", "".join(marked).strip("\n"))
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in paragraphs if part)


def _piece_html(piece: Piece, base_url: str, address_of: Callable[[str], tuple[str, str] | None]) -> str:
    if piece.kind == "url":
        return _link_html(piece.value)
    if piece.kind == "tag":
        address, tag = f"{base_url}/tags/{piece.value.lower()}", escape(piece.value)
        return f'<a href="{escape(address)}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    found = address_of(piece.value)
    if found is None:
        return escape("@" + piece.value)
    address, shown = found
    return (
        f'<span class="h-card" translate="no"><a href="{escape(address)}" class="u-url mention">'
        f"@<span>{escape(shown)}</span></a></span>"
    )


def _link_html(url: str) -> str:
    prefix = _LINK_PREFIX.match(url)
    start = prefix.end() if prefix else 0
    shown, rest = url[start : start + SHOWN_LINK_CHARACTERS], url[start + SHOWN_LINK_CHARACTERS :]
    ellipsis = "ellipsis" if rest else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{escape(url[:start])}</span><span class="{ellipsis}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(rest)}</span></a>'
    )
