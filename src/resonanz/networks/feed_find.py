"""Finding the feeds of a site: the address itself where it is one, else what its page names.

A page names its feeds by `<link rel="alternate">` ("RSS Autodiscovery"; HTML Standard, "Link types").
No other address is guessed. Whether a feed that is named works shows when it is read.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import nh3

from resonanz.networks import Refused
from resonanz.networks.feed_bytes import characters
from resonanz.networks.feed_entries import read_document
from resonanz.networks.feed_http import feed_address, joined
from resonanz.networks.feed_text import cut, one_line

if TYPE_CHECKING:
    from resonanz.networks.feed_http import Fetched

MAX_PAGE = 250_000  # characters; beyond that, and beyond so many tags, browsers' rules take long to follow
MAX_TAGS = 10_000
MAX_FOUND = 50
MAX_TITLE = 320
_TYPES = {"application/rss+xml", "application/atom+xml"}


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that can be connected: its address and what it calls itself, empty if it does not say."""

    address: str
    title: str


def feeds_in(fetched: Fetched, *, simulated: bool = False) -> tuple[Found, ...]:
    """Return the feeds at or named by a document, in its order; `Refused("not_this_network")` if none."""
    document = read_document(fetched.body, content_type=fetched.content_type, address=fetched.address)
    if document is not None:
        return (Found(fetched.lasting, document.title),)
    found = _named_in(characters(fetched.body, fetched.content_type), fetched.address, simulated=simulated)
    if not found:
        raise Refused("not_this_network", address=fetched.address[:100], reason="no feed is named there")
    return found


def _named_in(page: str, address: str, *, simulated: bool) -> tuple[Found, ...]:
    heads = _Heads()
    heads.feed(_bare(page))
    heads.close()
    base, found = address, dict[str, Found]()
    with suppress(Refused):
        base = joined(address, heads.base)
    for target, title in heads.feeds:
        with suppress(Refused):  # a page's slip does not hide its other feeds
            named = feed_address(joined(base, target), simulated=simulated)
            found.setdefault(named, Found(named, cut(one_line(title), MAX_TITLE)))
    return tuple(found.values())[:MAX_FOUND]


def _bare(page: str) -> str:
    """Return only what names feeds, as well-formed HTML.

    By the rules of browsers (nh3), because the standard library's parser takes minutes for a page of
    unclosed tags; on what nh3 has set in order it takes no time.
    """
    return nh3.clean(
        "<".join(page[:MAX_PAGE].split("<", MAX_TAGS)[:MAX_TAGS]),
        tags={"link", "base"},
        clean_content_tags={"script", "style"},
        attributes={"link": {"rel", "type", "href", "title"}, "base": {"href"}},
        url_schemes={"http", "https", "feed"},
        link_rel=None,
    )


class _Heads(HTMLParser):
    """Collects the base and the alternates of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.feeds: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a base (the first one counts) or a feed."""
        has = {name: value or "" for name, value in attrs}
        kind = has.get("type", "").partition(";")[0].strip().lower()
        if tag == "base":
            self.base = self.base or has.get("href", "")
        elif "alternate" in has.get("rel", "").lower().split() and kind in _TYPES and has.get("href"):
            self.feeds.append((has["href"], has.get("title", "")))
