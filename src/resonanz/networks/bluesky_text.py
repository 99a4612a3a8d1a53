"""Bluesky's rich text: what facets say of a text, and the facets of a text of ours.

A facet marks a part of a text by its bytes in UTF-8, the first counted, the last not ("Rich text",
`app.bsky.richtext.facet`). Only what a facet marks is a link or names somebody; the text stays as typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unicodedata import normalize

import regex

from resonanz.networks.answers import Entity, count_of, part_of, parts_of, text_of
from resonanz.post import Link

TAG_GRAPHEMES = 64
TAG_BYTES = 640

_FACET = "app.bsky.richtext.facet"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_mention = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}@/_.\-])@((?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?![\p{{L}}\p{{N}}_])"
)
_url = regex.compile(
    r"(?<![\p{L}\p{N}@])(?:https?://|www\.)[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+(?::[0-9]{1,5})?(?:[/?#][^\s<>\"“”„]*)?",
    regex.IGNORECASE,
)
_tag = regex.compile(r"(?<![^\s(\[„“\"'])[#＃]((?!\ufe0f)[^\s#＃\u00ad\u2060\u200a-\u200d\u20e2]+)")
_tag_end = regex.compile(r"\p{P}+$")
_grapheme = regex.compile(r"\X")
_RESTLESS = ".,:;!?'’*"
_PAIRS = {")": "(", "]": "[", "}": "{"}

Resolve = Callable[[str], str]
"""Returns the DID of a handle, "" for one that is nobody's."""


def graphemes_in(text: str) -> int:
    """Return how many characters a person sees, as the network counts them."""
    return len(_grapheme.findall(text))


def as_sent(text: str) -> str:
    """Return a text in the one form in which it is counted and sent: composed, with plain line breaks."""
    return normalize("NFC", text.replace("\r\n", "\n"))


# Reading


def read_facets(text: str, record: Entity) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """Return the links in a text, and the permanent ids of the people it names, in their order.

    A facet beyond the text's end or across a part of a character is passed over, as clients do.
    """
    coded = text.encode("utf-8", "replace")
    links, named = list[Link](), list[str]()
    for facet in sorted(parts_of(record, "facets"), key=_place):
        shown = _marked(coded, part_of(facet, "index"))
        for feature in parts_of(facet, "features") if shown else ():
            kind = text_of(feature, "$type")
            if kind == f"{_FACET}#link" and text_of(feature, "uri"):
                links.append(Link(url=text_of(feature, "uri"), shown=shown))
            elif kind == f"{_FACET}#mention" and text_of(feature, "did"):
                named.append(text_of(feature, "did"))
    return tuple(dict.fromkeys(links)), tuple(dict.fromkeys(named))


def _place(facet: Entity) -> int:
    return count_of(part_of(facet, "index"), "byteStart") or 0


def _marked(coded: bytes, index: Entity) -> str:
    """Return the marked part of a text, empty where the marks fit no part of it."""
    start, end = count_of(index, "byteStart"), count_of(index, "byteEnd")
    if start is None or end is None or not start < end <= len(coded):
        return ""
    try:
        return coded[start:end].decode()
    except UnicodeDecodeError:
        return ""


# Writing


def facets_for(text: str, resolve: Resolve) -> list[dict[str, Any]]:
    """Return the facets of a text: its addresses, the handles that are somebody's, and its tags.

    None lies in another: an address keeps the handles and tags that stand in it.
    """
    taken: list[tuple[int, int]] = []
    found: list[dict[str, Any]] = []
    for start, end, feature in _features(text, resolve):
        if not any(begin < end and start < stop for begin, stop in taken):
            taken.append((start, end))
            found.append({"$type": _FACET, "index": _in_bytes(text, start, end), "features": [feature]})
    return sorted(found, key=lambda facet: facet["index"]["byteStart"])


def _features(text: str, resolve: Resolve) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for match in _url.finditer(text):
        address = _without_end(match[0])
        uri = address if address.lower().startswith("http") else f"https://{address}"
        yield match.start(), match.start() + len(address), {"$type": f"{_FACET}#link", "uri": uri}
    for match in _mention.finditer(text):
        did = resolve(match[1].lower())
        if did:
            yield *match.span(), {"$type": f"{_FACET}#mention", "did": did}
    for match in _tag.finditer(text):
        tag = _tag_end.sub("", match[1])
        if (
            tag
            and not tag.isdigit()
            and len(tag.encode()) <= TAG_BYTES
            and graphemes_in(tag) <= TAG_GRAPHEMES
        ):
            yield match.start(), match.start() + 1 + len(tag), {"$type": f"{_FACET}#tag", "tag": tag}


def _without_end(address: str) -> str:
    """Return an address without what ends a sentence; brackets belong to it in pairs only."""
    while _is_loose(address):
        address = address[:-1]
    return address


def _is_loose(address: str) -> bool:
    """Tell whether the last sign belongs to the sentence; an address begins with a letter, so it has one."""
    last = address[-1]
    lonely = last in _PAIRS and address.count(_PAIRS[last]) < address.count(last)
    return last in _RESTLESS or lonely


def _in_bytes(text: str, start: int, end: int) -> Mapping[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}
