"""What one read on Bluesky gathers: posts as they are shown, messages, and what cannot be understood.

Pure memory of one read; who fills it is in `bluesky_hearing.py` and `bluesky_messages.py`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resonanz.networks import Unclear
from resonanz.networks.answers import (
    BROKEN,
    Entity,
    bad_answer,
    demand,
    entity,
    moment,
    only_broken,
    part_of,
    text_of,
)
from resonanz.networks.bluesky_places import Item, stamp
from resonanz.post import Unread

if TYPE_CHECKING:
    from resonanz.post import Sighting


@dataclass(slots=True)
class Heard:
    """The posts of one read, each once, by address; `taken` are those that are values already."""

    views: dict[str, Entity] = field(default_factory=dict)
    reposts: dict[str, Entity] = field(default_factory=dict)
    taken: dict[str, Sighting] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    aside: dict[str, Unread] = field(default_factory=dict)

    def add(self, view: Entity) -> None:
        """Take a post in as it is shown."""
        self.views.setdefault(demand(view, "uri"), view)

    def take(self, sighting: Sighting) -> None:
        """Take something in that is a value already."""
        self.taken.setdefault(sighting.native_id, sighting)

    def put_aside(self, what: object, error: Exception) -> None:
        """Keep something that cannot be understood, whole."""
        raw = json.dumps(what)
        native_id = ""
        with suppress(Unclear):
            native_id = demand(what, "uri") if isinstance(what, dict) else ""
        reason = str(error.facts.get("missing", "")) if isinstance(error, Unclear) else type(error).__name__
        self.aside.setdefault(raw, Unread(raw=raw, reason=reason, native_id=native_id))

    def items(self, found: object, name: str) -> list[Item]:
        """Return the things in a list that have a name and a time; anything else in it is put aside."""
        if not isinstance(found, list):
            raise bad_answer(name)
        items = []
        for what in found:
            try:
                items.append(_item(what))
            except BROKEN as error:
                only_broken(error)
                self.put_aside(what, error)
        return items


def _item(what: object) -> Item:
    """Return something with a name and a time. In a feed a post passed on is named by who did it when."""
    said = entity(what, "item")
    about = part_of(said, "post") or said
    name, source = demand(about, "uri"), about
    if part_of(said, "reason"):
        source = part_of(said, "reason")
        name = f"{name}#{text_of(part_of(source, 'by'), 'did')}"
    return Item(name, stamp(moment(demand(source, "indexedAt"))), said)
