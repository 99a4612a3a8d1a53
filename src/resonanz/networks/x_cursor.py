"""How far each of X's lists was read: one opaque cursor with a place in each, and a page where a sweep
stands.

Lists begin with the newest. What is newer than the mark is read page by page down to it, in as many reads as
it takes; only when the mark is reached does it move to the newest that was seen on the way.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from resonanz.networks.answers import id_order, part_of, text_of

LISTS = ("mentions", "own", "messages", "quotes")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list was read to. All but the mark are of a sweep that is not done yet."""

    mark: str = ""
    page: str = ""
    newest: str = ""
    oldest: str = ""
    count: int = 0

    def after(self, ids: list[str], page: str) -> Place:
        """Return the place after a page with these ids; `page` names the one below, "" at the end."""
        newest = max([self.newest, *ids], key=id_order)
        oldest = min([*([self.oldest] if self.oldest else []), *ids], key=id_order, default="")
        return replace(self, newest=newest, oldest=oldest, page=page, count=self.count + len(ids))

    def done(self) -> Place:
        """Return the place once a sweep has come down to the mark."""
        return Place(mark=max(self.mark, self.newest, key=id_order))

    @classmethod
    def read(cls, saved: Any) -> Place:
        """Read a place; what is not one is the beginning."""
        count = saved.get("count") if isinstance(saved, dict) else 0
        texts = {key: text_of(saved, key) for key in ("mark", "page", "newest", "oldest")}
        return cls(**texts, count=count if isinstance(count, int) else 0)

    def saved(self) -> dict[str, Any]:
        """Return the place as JSON, without what is empty."""
        return {key: value for key, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Marks:
    """The places in all lists, and the spelling that the server takes."""

    mentions: Place = Place()
    own: Place = Place()
    messages: Place = Place()
    quotes: Place = Place()
    dialect: str = ""

    @classmethod
    def read(cls, cursor: str) -> Marks | None:
        """Read a cursor; None where nothing was read yet, or by another version of this."""
        try:
            saved = json.loads(cursor)
        except (ValueError, RecursionError):
            return None
        if not isinstance(saved, dict) or "x" not in saved:
            return None
        places = {name: Place.read(part_of(saved, name)) for name in LISTS}
        return cls(**places, dialect=text_of(saved, "x"))

    def write(self) -> str:
        """Write the cursor."""
        places = {name: getattr(self, name).saved() for name in LISTS}
        return json.dumps({"x": self.dialect} | places, separators=(",", ":"))
