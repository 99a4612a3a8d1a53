"""What is noted about posts, as pages show it. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from resonanz.desk import understood
from resonanz.desk.models import Annotation, Correction, Unannotated
from resonanz.desk.prepared import each, prepared
from resonanz.desk.wording_understanding import Chip, brief, chips

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from resonanz.desk.models import Mention


@dataclass(frozen=True, slots=True)
class Noted:
    """What a post shows of its notes; `waits` while nothing is noted yet."""

    chips: tuple[Chip, ...]
    waits: bool


class Entry(Protocol):
    """What may show notes: an entry of a conversation."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def mention(self) -> Mention | None:
        """Its post."""

    @property
    def extras(self) -> dict[str, Any]:
        """What its post carries besides its words."""


def add_notes(found: Iterable[Entry]) -> None:
    """Put to each post of a customer what is noted about it."""
    asked = [
        entry
        for entry in found
        if entry.kind == "customer" and entry.mention is not None and entry.mention.deleted_at is None
    ]
    orders = tuple(entry.mention.pk for entry in asked if entry.mention is not None)
    if not orders:
        return
    notes = {note.mention_id: note for note in _notes(orders)}
    missing = orders if len(notes) < len(orders) else ()
    waits = set(_waiting(tuple(set(missing) - notes.keys()))) if missing else set()
    off, reasons = understood.switched_off(), {one.code: one for one in understood.reasons(active=False)}
    for entry in asked:
        order = entry.mention.pk if entry.mention is not None else 0
        shown = chips(notes[order], off, reasons) if order in notes else ()
        if order in notes or order in waits:
            entry.extras["noted"] = Noted(shown, order in waits)


def brief_of(orders: Iterable[int]) -> dict[int, tuple[Chip, ...]]:
    """Return what a list shows of what is noted about some posts; those without notes are left out."""
    asked, off = tuple(orders), understood.switched_off()
    return {note.mention_id: brief(note, off) for note in _notes(asked)} if asked else {}


class Shown(Protocol):
    """What shows notes in brief: a card in a column."""

    @property
    def mention(self) -> Mention:
        """Its post."""

    @property
    def extras(self) -> dict[str, Any]:
        """What its post carries besides its words."""


def add_brief(found: Iterable[Shown]) -> None:
    """Put to each post of others what a list shows of its notes, or that it is about to be read."""
    asked = {one.mention.pk: one for one in found if one.mention.incoming}
    known = brief_of(asked)
    waits = tuple(order for order in asked if order not in known)
    for order, shown in known.items():
        asked[order].extras["brief"] = shown
    for order in _waiting(waits) if waits else ():
        asked[order].extras["unread"] = True


@prepared
def _notes(orders: tuple[int, ...]) -> QuerySet[Annotation]:
    return Annotation.objects.filter(mention__in=each(orders))


@prepared
def _waiting(orders: tuple[int, ...]) -> QuerySet[Unannotated, int]:
    return Unannotated.objects.filter(mention__in=each(orders)).values_list("mention_id", flat=True)


def note_of(post: Mention) -> Annotation | None:
    """Return what is noted about a post, None where nothing is yet."""
    return Annotation.objects.filter(mention=post).first()


def decided_by(note: Annotation) -> dict[str, str]:
    """Return by kind who decided it; "" where that colleague is gone."""
    said = Correction.objects.filter(mention=note.mention_id, undone_at=None).select_related("by")
    names = {one.kind: "" if one.by is None else one.by.shown_name for one in said.order_by("pk")}
    return {kind: names.get(kind, "") for kind, bit in understood.BITS.items() if note.by_hand & bit}
