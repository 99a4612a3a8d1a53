"""Rows of the queue, drawn once: the same values in the same language within a minute are the same HTML.

A row may show only what stands in `reading.Row` and the models in it, the view, whether it is the open one,
whether it belongs to who looks, and times to the minute: that is its key. So nothing ever has to be thrown
away when something changes, and all agents share what is kept. A form with a token has no place in it.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.template import Context

    from resonanz.desk.reading import Row

TEMPLATE = "inbox/row.html"
ROWS_KEPT = 5_000  # about a kilobyte each
AROUND = ("view", "only")  # what else of the page a row shows

PLAIN = {int, str, bool, type(None), datetime}
_kept: dict[Hashable, SafeString] = {}


def draw_row(context: Context, row: Row) -> SafeString:
    """Return a row of the queue as HTML, from memory where it was drawn within this minute."""
    talk = row.conversation
    key = (
        get_language(),
        int(timezone.now().timestamp() // 60),
        context.get("open_number") == talk.pk,
        talk.assignee_id is not None and talk.assignee_id == getattr(context.get("user"), "pk", None),
        tuple(repr(context.get(name)) for name in AROUND),
        tuple(_value(getattr(row, field.name)) for field in fields(row)),
    )
    drawn = _kept.get(key)
    if drawn is None:
        engine = context.template.engine  # type: ignore[union-attr]  # set while a template is drawn
        with context.push(row=row):
            drawn = engine.get_template(TEMPLATE).render(context)
        if len(_kept) >= ROWS_KEPT:
            _kept.clear()
        _kept[key] = drawn
    return drawn


def _value(thing: Any) -> Hashable:
    """Return a value, or a model with all that was read with it, as something to compare."""
    kind = type(thing)
    if kind in PLAIN:
        return thing  # type: ignore[no-any-return]
    if isinstance(thing, Model):
        return _model(thing)
    if isinstance(thing, tuple):
        return tuple(_value(part) for part in thing)
    return repr(thing) if isinstance(thing, (dict, list, set)) else thing


def _model(thing: Model) -> Hashable:
    """Return a model's values, made up once: many rows of a page share a channel and an owner."""
    state = thing._state  # noqa: SLF001 - where what select_related has read is kept, too
    found: Hashable = getattr(state, "drawn_as", None)
    if found is None:
        known: tuple[Any, ...] = tuple(vars(thing).values())[1:]  # without what Django keeps of its state
        try:
            hash(known)
        except TypeError:
            known = tuple(value if type(value) in PLAIN else _value(value) for value in known)
        found = (type(thing), known, tuple(_value(other) for other in state.fields_cache.values()))
        state.drawn_as = found  # type: ignore[attr-defined]
    return found
