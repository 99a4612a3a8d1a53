"""From the bytes of a feed to its entries: RSS 0.9x, 1.0 and 2.0, and Atom, well-formed or not.

`feedparser` reads the formats; here lives what is taken from its result, how ids and addresses become
global, and what is done so that no bytes keep it busy or break it. What was there before belongs to
`feed_memory.py`. Nothing in a result is trusted to have the type that it should have: any element of
the document may stand in its place.
"""

from __future__ import annotations

import calendar
import io
import re
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]

from resonanz.networks import Unclear
from resonanz.networks.feed_bytes import document
from resonanz.networks.feed_text import cut, one_line, plain_from_html, plain_from_text, together
from resonanz.post import Link, Media, MediaKind

MAX_ENTRIES = 400  # the newest of a document; its memory has to fit into the cursor
MAX_URI = 400
MAX_ADDRESS = 2000
MAX_TITLE = 320
MAX_LINKS = 100
MAX_MEDIA = 20
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web nobody posted on it: such dates are slips

# Stands for the feed's server while it is parsed: what begins with it afterwards was relative. Reserved
# by RFC 2606, so no feed lives there.
_HERE = "feed.invalid"
# Ids that mean the same everywhere; `post:1` and the like may be given out by two feeds.
_GLOBAL = re.compile(r"(?:https?://|urn:|tag:)[^\s\"<>\\^`{|}]+", re.IGNORECASE)
_MARKUP = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*>")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(html|rss|feed|rdf|channel|item|entry)[\s/>]", re.IGNORECASE)
# Signs of an address that cannot be seen or that end it elsewhere.
_UNSEEN = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    r"\"<>\\^`{|}]"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_TEXT_TYPES = {"text/html", "application/xhtml+xml", "text/plain"}
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
_ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "avif"), MediaKind.IMAGE),
    **dict.fromkeys(("mp4", "webm", "m4v", "mov"), MediaKind.VIDEO),
    **dict.fromkeys(("mp3", "m4a", "ogg", "opus", "flac", "wav"), MediaKind.AUDIO),
}
_Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as its document tells it. `uid` is its own id, or what takes its place; see `entry_uri`."""

    uid: str
    title: str
    text: str
    url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    media: tuple[Media, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def twin(self) -> str:
        """Return what stays when a site changes its ids: link and title, where it has both."""
        return digest(f"{self.url}\n{self.title}") if self.url and self.title else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed: its title, its site's address, its entries in its order, each id once."""

    title: str
    site: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """What all entries of a document share."""

    address: str
    language: str | None
    is_atom: bool


def digest(text: str) -> str:
    """Return a short name for a text; two of a feed's texts share one less than once in 10^10 feeds."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def entry_uri(uid: str, feed: str) -> str:
    """Return an entry's global identity: its id where that is an address, else one within the feed.

    RFC 4287, "atom:id" and RSS 2.0, "guid": ids are compared sign by sign, so nothing is normalised.
    """
    if _GLOBAL.fullmatch(uid) and uid.isprintable() and len(uid) <= MAX_URI:
        return uid
    local = quote(uid, safe="/:@!$&'()*+,;=?-._~", errors="replace")
    return f"{feed}#{local if len(feed) + len(local) < MAX_URI else digest(uid)}"


def read_document(body: bytes, *, content_type: str, address: str) -> Document | None:
    """Read a feed as far as it can be read; None for a document that is none.

    `Unclear` with `bad_answer` for one that the parser cannot be asked to read.
    """
    text = document(body, content_type)
    root = _ROOT.search(text)
    if root is None or root[1].lower() == "html":
        return None
    parsed = _parsed(text, address)
    feed, rows = _inner(parsed, "feed"), _rows(parsed, "entries")
    if not rows and not parsed.get("version"):
        return None
    is_atom = _said(parsed, "version").startswith("atom")
    source = _Source(address, _language(_said(feed, "language")), is_atom)
    entries = [_entry(row, source) for row in _newest(rows)]
    return Document(
        title=_title(feed, is_atom=is_atom),
        site=_link(feed, address),
        entries=_each_once([entry for entry in entries if entry.text or entry.media], versions=is_atom),
    )


def _parsed(text: str, address: str) -> _Values:
    here = urlsplit(address)._replace(netloc=_HERE).geturl()
    try:
        found: _Values = feedparser.parse(
            io.BytesIO(f"<?xml version='1.0' encoding='utf-8'?>\n{text}".encode()),
            response_headers={"content-location": here, "content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,  # words alone are taken out of it, see feed_text.py
            resolve_relative_uris=True,
        )
    except Exception as error:
        # A parser's fault is the document's: it shall not stop the reading of others.
        raise Unclear("bad_answer", reason="the document cannot be read") from error
    return found


def _newest(rows: list[_Values]) -> list[_Values]:
    """Return the newest rows in their order; those without a date count as new, as they stand on top."""
    if len(rows) <= MAX_ENTRIES:
        return rows
    latest = datetime.max.replace(tzinfo=UTC)
    ranked = sorted(range(len(rows)), key=lambda at: _published(rows[at]) or latest, reverse=True)
    return [rows[at] for at in sorted(ranked[:MAX_ENTRIES])]


def _each_once(entries: list[Entry], *, versions: bool) -> tuple[Entry, ...]:
    """Return each entry once.

    RFC 4287, "atom:feed": entries of one id are versions of one, and the one updated last counts. In
    other formats they are so only where title or text say so, else the site gives ids out twice, and each of
    these entries gets a part of its own behind the id.
    """
    same: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        same[entry.uid].append(entry)
    found: dict[str, Entry] = {}
    for entry in entries:
        group = same[entry.uid]
        if not versions and len({(one.title or one.text) for one in group}) > 1:
            apart = f"{entry.uid}#{entry.twin or digest(entry.text)}"
            group = [replace(one, uid=apart) for one in group if _alike(one, entry)]
        last = max(group, key=lambda one: one.updated or EARLIEST)
        found.setdefault(last.uid, last)
    return tuple(found.values())


def _alike(one: Entry, other: Entry) -> bool:
    return (one.title, one.url) == (other.title, other.url) and (bool(one.title) or one.text == other.text)


def _entry(row: _Values, source: _Source) -> Entry:
    title = _title(row, is_atom=source.is_atom)
    body, links, language = _body(row, source.address)
    url, media = _link(row, source.address), _media(row, source.address)
    published = _published(row)
    text = together(title, body) or url
    own = f"{title}\n{published}" if title else text or "".join(medium.url for medium in media)
    return Entry(
        uid=_uid(row, source.address) or url or digest(own),
        title=title,
        text=text,
        url=url,
        published=published,
        updated=_moment(row, "updated_parsed"),
        language=_language(language) or source.language,
        media=media,
        links=links,
    )


def _uid(row: _Values, address: str) -> str:
    """Return an entry's id as the document has it; a relative one keeps its path only.

    It stays the same when the feed moves, and what two feeds of one server call "1" stays apart.
    """
    uid = _said(row, "id")
    here = f"{urlsplit(address).scheme}://{_HERE}"
    return uid.removeprefix(here).lstrip("/") if uid.startswith(here) else uid


def _title(values: _Values, *, is_atom: bool) -> str:
    """Return a title as one line. Atom says whether it is markup; elsewhere closing tags show it."""
    text = _said(values, "title")
    kind = _said(_inner(values, "title_detail"), "type")
    if kind in {"text/html", "application/xhtml+xml"} or (not is_atom and _MARKUP.search(text)):
        text, _ = plain_from_html(text)
    return cut(one_line(text), MAX_TITLE)


def _body(row: _Values, address: str) -> tuple[str, tuple[Link, ...], str]:
    """Return full text or else summary, the addresses linked in it, and its language if it has one."""
    for values in (*_rows(row, "content"), _inner(row, "summary_detail")):
        kind, value = _said(values, "type"), _said(values, "value")
        if kind not in _TEXT_TYPES or not value:
            continue
        if kind == "text/plain":
            text, links = plain_from_text(value), tuple[Link, ...]()
        else:
            text, links = plain_from_html(value.replace(f"//{_HERE}", f"//{urlsplit(address).netloc}"))
        if text:
            return text, _outward(links, address), _said(values, "language")
    return "", (), ""


def _outward(links: tuple[Link, ...], address: str) -> tuple[Link, ...]:
    """Return the links that lead to an address other than the feed's own, each of them once."""
    found: dict[str, Link] = {}
    for link in links:
        url = _absolute(link.url, address)
        if url and urldefrag(url).url != address:
            found.setdefault(url, replace(link, url=url))
    return tuple(found.values())[:MAX_LINKS]


def _link(values: _Values, address: str) -> str:
    """Return where an entry or a feed may be read, empty if nowhere."""
    others = [_said(row, "href") for row in _rows(values, "links") if row.get("rel") == "alternate"]
    found = (_absolute(target, address) for target in (_said(values, "link"), *others))
    return next((url for url in found if url), "")


def _absolute(target: str, address: str) -> str:
    """Return an http address in full, without signs that cannot be seen; empty for anything else."""
    try:
        full = urljoin(address, target.strip().replace(f"//{_HERE}", f"//{urlsplit(address).netloc}"))
        parts = urlsplit(full)
    except ValueError:
        return ""
    if not target.strip() or parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    shown = _UNSEEN.sub(lambda found: quote(found[0], errors="replace"), full)
    return shown if len(shown) <= MAX_ADDRESS else ""


def _media(row: _Values, address: str) -> tuple[Media, ...]:
    """Return enclosures and Media RSS contents, each address once, with the first still as preview."""
    enclosed = [values for values in _rows(row, "links") if values.get("rel") == "enclosure"]
    stills = [_absolute(_said(values, "url"), address) for values in _rows(row, "media_thumbnail")]
    still = next((url for url in stills if url), "")
    found: dict[str, Media] = {}
    for values in (*enclosed, *_rows(row, "media_content")):
        url = _absolute(_said(values, "href") or _said(values, "url"), address)
        if url and url not in found:
            found[url] = _medium(values, url, "" if found else still)
    if still and not found:
        found[still] = Media(kind=MediaKind.IMAGE, url=still)
    return tuple(found.values())[:MAX_MEDIA]


def _medium(values: _Values, url: str, still: str) -> Media:
    main, _, sub = _said(values, "type").lower().partition("/")
    ending = urldefrag(url).url.partition("?")[0].rpartition(".")[2].lower()
    kind = _KINDS.get(main) or _KINDS.get(_said(values, "medium").lower()) or _ENDINGS.get(ending)
    return Media(
        kind=MediaKind.GIF if sub == "gif" else kind or MediaKind.OTHER,
        url=url,
        preview_url=still,
        width=_pixels(values, "width"),
        height=_pixels(values, "height"),
    )


def _pixels(values: _Values, name: str) -> int | None:
    said = _said(values, name).strip()
    return int(said) if said.isascii() and said.isdigit() and 0 < len(said) <= 5 else None


def _published(row: _Values) -> datetime | None:
    return _moment(row, "published_parsed") or _moment(row, "created_parsed")


def _moment(row: _Values, name: str) -> datetime | None:
    """Return a date in UTC, None where there is none or an impossible one."""
    # Asked first: for a date that is not there the parser would give another one, with a warning.
    if name not in row or not isinstance(row[name], time.struct_time):
        return None
    try:
        found = datetime.fromtimestamp(calendar.timegm(row[name]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found >= EARLIEST else None


def _language(said: str) -> str | None:
    """Return the language of a tag such as de-AT (BCP 47), None where it is no such tag."""
    found = _LANGUAGE.match(said.strip().lower())
    return found[0] if found else None


def _said(values: _Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _inner(values: _Values, name: str) -> _Values:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _rows(values: _Values, name: str) -> list[_Values]:
    value = values.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
