"""What X marks in a text: who is named in it, hashtags and web addresses, with their places.

The rules are those of X's open library twitter-text, whose published cases all pass; for addresses its
port to Python is asked. Which handles other networks have besides, and what the query language makes of
all that, stands in `meaning`. Places are code points, the end behind the last one.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

from resonanz.compose import addresses_in_word

# Latin letters with marks: a name that goes on with one of them is another word.
_LATIN_ON = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_AT, _HASH = "[@\uff20]", "[#\uff03]"
# What joins letters within a tag: of Hebrew, Japanese, Catalan, Tibetan; the joiners of Arabic and Indic.
_JOINS = "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_TAG_SIGNS = rf"\p{{L}}\p{{M}}\p{{Nd}}{_JOINS}"

_mention = regex.compile(
    rf"(?:(?<![a-z0-9_!#$%&*@\uff20])|(?<=(?:^|[^a-z0-9_+~.-])rt)){_AT}(?<name>[a-z0-9_]{{1,20}}+)"
    rf"(?<slug>/[a-z][a-z0-9_-]{{0,24}}+)?+(?!{_AT}|[{_LATIN_ON}]|://)",
    regex.ASCII | regex.IGNORECASE,
)
_hashtag = regex.compile(
    rf"(?:(?<=[\ufe0e\ufe0f])|(?<![&{_TAG_SIGNS}])){_HASH}(?![\ufe0f\u20e3])"
    rf"(?<tag>[{_TAG_SIGNS}]++)(?!{_HASH}|://)"
)
_tag_letter = regex.compile(r"[\p{L}\p{M}]")
_blank_free = regex.compile(r"[^\s\u2066-\u2069\u202a-\u202e]+")


class Named(NamedTuple):
    """Somebody who is named, or one of their lists; `slug` has its stroke, "" where it is none."""

    name: str
    slug: str
    start: int
    end: int


class Found(NamedTuple):
    """A hashtag without its mark, or an address, as written."""

    text: str
    start: int
    end: int


def named(text: str) -> list[Named]:
    """Return who is named in a text, and whose lists, in order."""
    return [
        Named(found["name"], found["slug"] or "", found.start("name") - 1, found.end())
        for found in _mention.finditer(text)
    ]


def spoken_to(text: str) -> str:
    """Return the name with which a text begins, as a reply does; "" where it begins otherwise."""
    begins = len(text) - len(text.lstrip())
    found = _mention.match(text, begins)
    return str(found["name"]) if found else ""


def hashtags(text: str) -> list[Found]:
    """Return the hashtags of a text in order; a number is none, and nothing within an address is."""
    if "#" not in text and "\uff03" not in text:
        return []
    found = [
        Found(tag["tag"], tag.start("tag") - 1, tag.end())
        for tag in _hashtag.finditer(text)
        if _tag_letter.search(tag["tag"])
    ]
    inside = addresses(text) if found else []
    return [tag for tag in found if not any(url.start < tag.end and tag.start < url.end for url in inside)]


def addresses(text: str) -> list[Found]:
    """Return the web addresses of a text in order, also those without http; names of files are none."""
    found: list[Found] = []
    for word in _blank_free.finditer(text):
        shown = word[0].rstrip(".")  # an address ends before its sentence does
        found += [
            Found(shown[start:end], word.start() + start, word.start() + end)
            for start, end in addresses_in_word(shown)
        ]
    return found
