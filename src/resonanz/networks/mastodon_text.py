"""Words on Mastodon: its HTML made plain text, its handles, and when two texts are the same.

Servers send sanitised HTML, but whose server it was is anybody's guess: this reader takes any
characters at all, never raises, runs in linear time and never lets a tag through as text. It knows
nothing of posts; `mastodon.py` does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from resonanz.post import Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_HTML = 500_000  # characters; what is longer is cut, not refused

_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
# Possessive, so that an unclosed quotation mark costs one pass and not a square of them.
_TAG_BODY = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]*")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SILENT = {"script", "style", "template", "title", "noscript", "iframe", "object"}
_PARAGRAPHS = {"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table"}
_LINES = {"div", "li", "tr", "section", "article"}

# Mastodon, "Account": a name has letters, digits, underscores, inside also dots and hyphens.
_HANDLE = re.compile(r"(?<![\w@/.])@(\w(?:[\w.-]*\w)?)(?:@([\w-]+(?:\.[\w-]+)+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of HTML: `name` is empty for text, has a leading slash for a closing tag."""

    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def _tokens(html: str) -> Iterator[_Token]:
    """Cut HTML as a browser does; a tag that never ends takes the rest with it."""
    at = 0
    while (start := _TAG.search(html, at)) is not None:
        if start.start() > at:
            yield _Token("", html[at : start.start()])
        at = _tag_end(html, start.end())
        tag = _tag(html[start.end() : at - 1])
        yield tag
        if tag.name in _SILENT:
            end = re.compile(rf"</{tag.name}\b", re.IGNORECASE).search(html, at)
            at = end.start() if end else len(html)
    if at < len(html):
        yield _Token("", html[at:])


def _tag_end(html: str, at: int) -> int:
    """Return the place behind the tag whose inside begins at `at`."""
    if html.startswith("!--", at):
        end = html.find("-->", at)
        return end + 3 if end >= 0 else len(html) + 1
    if (whole := _TAG_BODY.match(html, at)) is not None:
        return whole.end()
    end = html.find(">", at)
    return end + 1 if end >= 0 else len(html) + 1


def _tag(inside: str) -> _Token:
    name = _NAME.match(inside)
    if name is None:
        return _Token("!")
    attributes = {
        key.lower(): unescape(double or single or bare)
        for key, double, single, bare in _ATTRIBUTE.findall(inside[name.end() :])
    }
    return _Token(name[0].lower(), attributes=attributes)


@dataclass(slots=True)
class _Anchor:
    """An open link: where its text begins and where it leads."""

    start: int
    address: str
    is_name: bool  # a mention or hashtag


class _Writer:
    """Collects the plain text of tokens. Breaks are owed until the next word, so none trail."""

    def __init__(self, *, skip_quote: bool) -> None:
        self.parts: list[str] = []
        self.links: list[Link] = []
        self._owed = 0
        self._depth = 0  # of quotations
        self._lists: list[int | None] = []  # the next number, None where items have none
        self._pre = 0
        self._skip_quote = skip_quote
        self._skipping = False
        self._anchor: _Anchor | None = None

    def take(self, token: _Token) -> None:
        if self._skipping:
            self._skipping = token.name != "/p"
        elif not token.name:
            self._words(unescape(token.text))
        elif token.name.startswith("/"):
            self._close(token.name[1:])
        else:
            self._open(token.name, token.attributes)

    def text(self) -> str:
        self._close_anchor()
        return "".join(self.parts).strip()

    def _words(self, text: str) -> None:
        text = _CONTROL.sub("", text)
        if self._pre:
            for number, line in enumerate(text.split("\n")):
                self._owed += 1 if number else 0
                self._say(line.rstrip("\r"))
            return
        text = _SPACE.sub(" ", text)
        if self._owed or not self.parts or self.parts[-1].endswith((" ", "\n")):
            text = text.removeprefix(" ")
        self._say(text)

    def _say(self, text: str) -> None:
        if not text:
            return
        lead = "> " * self._depth
        if self._owed and self.parts:
            self.parts[-1] = self.parts[-1].rstrip(" ")
            self.parts.append("\n" * self._owed + lead)
        elif not self.parts:
            self.parts.append(lead)
        self._owed = 0
        self.parts.append(text)

    def _owe(self, breaks: int) -> None:
        self._owed = max(self._owed, breaks)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p" and self._skip_quote and "quote-inline" in attributes.get("class", "").split():
            self._skipping = True
        elif name == "br":
            self._owed = min(self._owed + 1, 2)
        elif name == "a":
            self._open_anchor(attributes)
        elif name == "img":
            self._words(attributes.get("alt", ""))
        elif name in _PARAGRAPHS or name in _LINES:
            self._open_block(name)

    def _open_block(self, name: str) -> None:
        self._owe(1 if name in _LINES or (name in {"ul", "ol"} and self._lists) else 2)
        if name == "blockquote":
            self._depth += 1
        elif name == "pre":
            self._pre += 1
        elif name in {"ul", "ol"}:
            self._lists.append(1 if name == "ol" else None)
        elif name == "li":
            self._bullet()

    def _bullet(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        indent = "  " * (len(self._lists) - 1)
        self._say(f"{indent}- " if number is None else f"{indent}{number}. ")

    def _close(self, name: str) -> None:
        if name == "a":
            self._close_anchor()
        elif name in _PARAGRAPHS or name in _LINES:
            self._owe(1 if name in _LINES or (name in {"ul", "ol"} and len(self._lists) > 1) else 2)
            if name == "blockquote":
                self._depth = max(0, self._depth - 1)
            elif name == "pre":
                self._pre = max(0, self._pre - 1)
            elif name in {"ul", "ol"} and self._lists:
                self._lists.pop()

    def _open_anchor(self, attributes: dict[str, str]) -> None:
        self._close_anchor()
        kinds = {*attributes.get("class", "").split(), *attributes.get("rel", "").split()}
        is_name = bool(kinds & {"mention", "hashtag", "tag"})
        self._anchor = _Anchor(len(self.parts), attributes.get("href", "").strip(), is_name)

    def _close_anchor(self) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor is None or anchor.is_name or not anchor.address.startswith(("https://", "http://")):
            return
        whole = "".join(self.parts[anchor.start :])
        shown = whole.strip().lstrip("> ")
        if shown.startswith(("@", "#")):
            return  # servers that do not mark mentions and hashtags
        full = _restored(shown, anchor.address)
        if full != shown:
            self.parts[anchor.start :] = (
                [whole.replace(shown, full, 1)] if shown else self.parts[anchor.start :]
            )
        self.links.append(Link(url=anchor.address, shown=full))


def _restored(shown: str, address: str) -> str:
    """Return the full address for one that the server itself shortened, else what was shown."""
    begin = shown.removesuffix("…").removesuffix("...")
    bare = address.partition("://")[2].removeprefix("www.")
    if begin != shown and begin and (bare.startswith(begin) or address.startswith(begin)):
        return address
    return shown


def read_html(html: str, *, skip_quote: bool = False) -> tuple[str, tuple[Link, ...]]:
    """Return the plain text and the addresses in it.

    Paragraphs part by a blank line, links show their full address, mentions and hashtags stand as
    shown, custom emoji keep their `:shortcode:`. `skip_quote` leaves out the line that Mastodon adds
    for old apps when a post quotes another ("Mastodon, Quote posts").
    """
    writer = _Writer(skip_quote=skip_quote)
    for token in _tokens(html[:MAX_HTML]):
        writer.take(token)
    return writer.text(), tuple(writer.links)


def text_from_html(html: str) -> str:
    """Return the plain text alone."""
    return read_html(html)[0]


def handles_in(text: str, *, domain: str) -> tuple[str, ...]:
    """Return the handles a text names, lower case, with `domain` where no server stands."""
    return tuple(full_handle(f"{name}@{server}", domain=domain) for name, server in _HANDLE.findall(text))


def full_handle(handle: str, *, domain: str) -> str:
    """Return `user@server` in lower case for a handle with or without @ and server."""
    name, _, server = handle.strip().removeprefix("@").partition("@")
    return f"{name}@{server or domain}".lower()


def with_handles(text: str, named: Sequence[str], *, domain: str) -> str:
    """Put those of the `named` handles in front that the text does not contain yet, and no others."""
    present = set(handles_in(text, domain=domain))
    missing = []
    for handle in named:
        full = full_handle(handle, domain=domain)
        if full not in present:
            present.add(full)
            # Without the server for our own people: that form every server understands.
            missing.append(f"@{handle.strip().removeprefix('@')}".removesuffix(f"@{domain}"))
    return " ".join([*missing, text])


def plain_form(text: str) -> str:
    """Return the form in which a sent text and the same text read back are equal.

    Unicode is composed (NFC), white space counts as one blank, and a mention without its server part
    in lower case, because servers show it with or without.
    """
    composed = unicodedata.normalize("NFC", _CONTROL.sub("", text))
    short = _HANDLE.sub(lambda match: f"@{match[1].lower()}", composed)
    return " ".join(short.split())
