"""Posts as lines of JSON, one a line: what `resonanz match` reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from resonanz.query.meaning import Said


class LineAuthor(msgspec.Struct, frozen=True):
    """Who said it."""

    handle: str
    followers: int | None = None
    name: str = ""


class Line(msgspec.Struct, frozen=True):
    """A post as it stands on a line. `created_at` is ISO 8601 with a zone; further names are let be."""

    uri: str
    network: str
    text: str
    author: LineAuthor
    created_at: datetime
    lang: str | None = None
    urls: Sequence[str] = ()
    mentions: Sequence[str] = ()
    hashtags: Sequence[str] = ()
    reply_to: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None

    def beside(self) -> str:
        """Return what is found beside the text: who said it, links, people and tags."""
        return " ".join((self.author.handle, self.author.name, *self.urls, *self.mentions, *self.hashtags))

    def said(self) -> Said:
        """Return what can be asked of it; raises ValueError for a time without a zone."""
        if self.created_at.tzinfo is None:
            raise ValueError(f"created_at needs a time zone, got {self.created_at.isoformat()}")
        return Said(
            network=self.network,
            text=self.text,
            handle=self.author.handle,
            name=self.author.name,
            posted_ms=int(self.created_at.timestamp() * 1000),
            followers=self.author.followers,
            language=self.lang or "",
            urls=self.urls,
            mentions=self.mentions,
            hashtags=self.hashtags,
            answers=self.reply_to is not None,
            reposts=self.repost_of is not None,
            quotes=self.quote_of is not None,
        )


read_line = msgspec.json.Decoder(Line).decode
