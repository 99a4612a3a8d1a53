"""Text on the simulated X: what stands in it, how long it counts, how the network shows it.

Links are shown as addresses of the network's shortener, `&`, `<` and `>` as HTML writes them, as on the real
one. The length is counted by the package `twitter_text` (configuration 3). Knows no person and no post.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LONGEST = 280
LONGEST_PREMIUM = 25_000
SHOWN_OF_LONG = 274
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PIECES = regex.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'’“])"
    r"|(?<![\w/@.])@(?P<handle>[A-Za-z0-9_]{1,15})(?![\w@])"
    r"|(?<![\w/&#])#(?P<tag>\w*[^\W\d]\w*)"
    r"|(?<![\w$])\$(?P<cash>[A-Za-z]{1,6})\b"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is more than plain words. `kind` is `url`, `handle`, `tag` or `cash`."""

    kind: str
    value: str
    start: int
    end: int


def pieces(text: str) -> Iterator[Piece]:
    """Find addresses, names, hashtags and cashtags in their order."""
    for found in _PIECES.finditer(text):
        kind = found.lastgroup or ""
        yield Piece(kind, found[kind], found.start(), found.end())


@lru_cache(maxsize=65_536)
def named(text: str) -> tuple[str, ...]:
    """Return the handles in a text, small letters, each once, in their order."""
    return tuple(dict.fromkeys(p.value.lower() for p in pieces(text) if p.kind == "handle"))


@cache
def _package() -> Any:
    """Load the network's own rules when they are first needed: that takes a moment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its table of emoji in an outdated way
        return import_module("twitter_text")


def weight(text: str) -> int:
    """Count a text as the network does: at most 280 for most people."""
    return int(_package().parse_tweet(text).weightedLength)


def has_link(text: str) -> bool:
    """Whether the network finds an address in the text: also one without `https://`."""
    return bool(_package().extract_urls_with_indices(text))


def short_address(address: str) -> str:
    """Return what the network's shortener makes of an address; the same every time."""
    number = int.from_bytes(hashlib.sha256(address.encode()).digest()[:8])
    letters = []
    for _ in range(10):
        number, digit = divmod(number, 62)
        letters.append(_BASE62[digit])
    return "https://t.co/" + "".join(letters)


@dataclass(slots=True)
class Shown:
    """A text as the network shows it, with what stands where in it."""

    text: str
    entities: dict[str, list[dict[str, Any]]]


def shown(text: str, id_of: Callable[[str], str], media: Sequence[tuple[str, str]] = ()) -> Shown:
    """Write a text as the network shows it; `id_of(handle)` names a person, "" for nobody.

    `media` are keys of files with the address of the post that shows them: they hang on as a last link.
    """
    entities: dict[str, list[dict[str, Any]]] = {}
    out, at = "", 0
    for piece in pieces(text):
        out += escape(text[at : piece.start], quote=False)
        written = short_address(piece.value) if piece.kind == "url" else text[piece.start : piece.end]
        place = {"start": len(out), "end": len(out) + len(written)}
        name, rest = _entity(piece, id_of)
        entities.setdefault(name, []).append(place | rest)
        out += written
        at = piece.end
    out += escape(text[at:], quote=False)
    if media:
        out = f"{out} {short_address(media[0][1])}".lstrip()
        entities.setdefault("urls", []).extend(_media_links(out, media))
    return Shown(out, entities)


def _entity(piece: Piece, id_of: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    if piece.kind == "url":
        bare = regex.sub(r"^https?://(?:www\.)?", "", piece.value)
        display = bare if len(bare) <= 28 else bare[:27] + "…"
        links = {"url": short_address(piece.value), "expanded_url": piece.value, "display_url": display}
        return "urls", links
    if piece.kind == "handle":
        known = id_of(piece.value)
        return "mentions", {"username": piece.value} | ({"id": known} if known else {})
    return ("hashtags" if piece.kind == "tag" else "cashtags"), {"tag": piece.value}


def _media_links(out: str, media: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    short = short_address(media[0][1])
    place = {"start": len(out) - len(short), "end": len(out)}
    return [
        place
        | {"url": short, "expanded_url": where, "display_url": "pic.x.com/" + short[-10:], "media_key": key}
        for key, where in media
    ]


def cut(text: str) -> str:
    """Return the beginning that is shown of a long post."""
    return text[:SHOWN_OF_LONG].rstrip() + "…"
