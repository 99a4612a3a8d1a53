"""One look: while a page is only read, what several of its parts ask for is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

R = TypeVar("R")

_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("seen", default=None)


@contextmanager
def in_one_look() -> Iterator[None]:
    """Keep what `once` finds until the page is done. Nothing that it asks for may be written meanwhile."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def is_looking() -> bool:
    """Whether a page is only read now."""
    return _seen.get() is not None


def once(key: Hashable, find: Callable[[], R]) -> R:
    """Return what `find` finds, in one look the first time only."""
    seen = _seen.get()
    if seen is None:
        return find()
    if key not in seen:
        seen[key] = find()
    found: R = seen[key]
    return found
