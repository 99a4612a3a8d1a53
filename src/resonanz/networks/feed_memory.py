"""What is remembered of a feed between two reads, and what of its entries is news therefore.

Here lives the cursor: where the feed lives now, the server's validators, and of each entry enough to know
it again under another id, to see that its words changed, and to keep its time. The cursor is bounded:
the oldest entries that left the feed are forgotten first, and what comes back after that is known to the
desk by its uri anyway.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from resonanz.networks.feed_entries import digest, entry_uri

if TYPE_CHECKING:
    from resonanz.networks.feed_entries import Entry

MAX_KEPT = 1000
MAX_CURSOR = 262_144  # characters; the entries of one document always fit


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry once seen. `key` is the digest of its present uri, `posted` and `edited` are unix seconds.

    `uri` is the one under which it was first seen; `edited` is 0 for one that never was.
    """

    uri: str
    key: str
    twin: str
    words: str
    posted: int
    edited: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What a cursor remembers. `address` is where the feed lives now, `asked` when it last answered.

    That is in unix seconds, 0 for a feed that was never read; the address is empty then. `body` is the
    fingerprint of the document, because many servers send the same one again and again.
    """

    address: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    asked: int = 0
    kept: tuple[Kept, ...] = ()

    @classmethod
    def read(cls, cursor: str) -> Memory | None:
        """Read a cursor; None for one that is empty or not ours: then reading begins anew."""
        try:
            said = json.loads(cursor)
            kept = tuple(
                Kept(str(uri), str(key), str(twin), str(words), int(posted), int(edited))
                for uri, key, twin, words, posted, edited in said["k"]
            )
            return cls(str(said["a"]), str(said["e"]), str(said["m"]), str(said["b"]), int(said["t"]), kept)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None

    def write(self) -> str:
        """Return the cursor, with as many entries as have room."""
        said = {"a": self.address, "e": self.etag, "m": self.modified, "b": self.body, "t": self.asked}
        rows = [[k.uri, k.key, k.twin, k.words, k.posted, k.edited] for k in self.kept[:MAX_KEPT]]
        room = MAX_CURSOR - len(_json(said | {"k": []}))
        for place, row in enumerate(rows):
            room -= len(_json(row)) + 1
            if room < 0:
                rows = rows[:place]
                break
        return _json(said | {"k": rows})


def fingerprint(body: bytes) -> str:
    """Return a short name for a document."""
    return blake2b(body, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class News:
    """An entry that is new or has new words, with the identity and the times that it keeps."""

    entry: Entry
    kept: Kept


def compared(
    entries: tuple[Entry, ...], known: tuple[Kept, ...], *, feed: str, now: datetime
) -> tuple[tuple[News, ...], tuple[Kept, ...]]:
    """Return what is news among a document's entries, and everything known after it.

    `feed` is the address within which ids that are no addresses are told apart. Entries that left the
    document stay known.
    """
    uris = [entry_uri(entry.uid, feed) for entry in entries]
    keys = [digest(uri) for uri in uris]
    index = _Index(known, set(keys), Counter(entry.twin for entry in entries))
    news, kept = list[News](), dict[str, Kept]()
    for entry, uri, key in zip(entries, uris, keys, strict=True):
        before = index.find(entry, key)
        after = _remembered(entry, before, (before.uri if before else uri, key), now)
        if after.uri in kept:
            continue  # the site shows it under its old id and its new one
        kept[after.uri] = after
        if before is None or before.words != after.words:
            news.append(News(entry, after))
    gone = {one.uri: one for one in known if one.uri not in kept}
    return tuple(news), (*kept.values(), *gone.values())


class _Index:
    """Finds an entry among those known: by its id, or by link and title where the site changed its id.

    The latter only if the former id is no longer there and no other entry of the document looks alike:
    else they are two entries that are called the same.
    """

    def __init__(self, known: tuple[Kept, ...], here: set[str], twins: Counter[str]) -> None:
        self._by_key = {digest(one.uri): one for one in known} | {one.key: one for one in known}
        self._by_twin = {
            one.twin: one
            for one in reversed(known)
            if one.twin and not {one.key, digest(one.uri)} & here and twins[one.twin] == 1
        }

    def find(self, entry: Entry, key: str) -> Kept | None:
        return self._by_key.get(key) or self._by_twin.get(entry.twin)


def _remembered(entry: Entry, before: Kept | None, called: tuple[str, str], now: datetime) -> Kept:
    """Return what is to be known of an entry from now on.

    It keeps the time at which it was first said. Where a site does not say when it changed the words,
    that was now, for an edit is told from the one before by its time.
    """
    uri, key = called
    words, seen = digest(entry.text), int(now.timestamp())
    said = _seconds(entry.published) or _seconds(entry.updated) or seen
    posted = before.posted if before else min(said, seen)
    updated = min(_seconds(entry.updated), seen)
    edited = updated if entry.published and updated > posted else 0
    if before is not None:
        changed = before.words != words
        edited = (edited if edited > before.edited else seen) if changed else before.edited
    return Kept(uri, key, entry.twin, words, posted, edited)


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def moment(seconds: int) -> datetime:
    """Return unix seconds as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
