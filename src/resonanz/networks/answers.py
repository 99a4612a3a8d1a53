"""What networks answer, read with care: the same small questions for every JSON that comes in.

Servers leave fields out, add others and change types. What a post cannot be without is demanded, and its
absence is `Unclear("bad_answer")`, never another exception. Here too: what a failure means where nothing that
anybody sees was asked for. What an answer means for the desk stands in each network's own file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from resonanz.networks import LoginNeeded, Refused, Temporary, Unclear
from resonanz.post import Unread

Entity = Mapping[str, Any]

COUNT_MOST = 1 << 53  # what a JSON number can hold exactly

_HALF = re.compile(r"[\ud800-\udfff]")  # half a character: JSON can write it, nothing can store it
# What a reader of one post may stumble over, whatever a server sends; only `bad_answer` of the Unclear.
BROKEN = (Unclear, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def bad_answer(missing: str) -> Unclear:
    """Return the error for an answer of the wrong shape."""
    return Unclear("bad_answer", missing=missing)


def entity(value: object, name: str) -> Entity:
    """Return the value if it is a JSON object."""
    if not isinstance(value, dict):
        raise bad_answer(name)
    return value


def entities(value: object, name: str) -> list[Entity]:
    """Return the value if it is a list of JSON objects."""
    if not isinstance(value, list):
        raise bad_answer(name)
    return [entity(item, name) for item in value]


def demand(source: Entity, key: str) -> str:
    """Return a text that has to be there. Numbers are accepted as ids: some servers send them."""
    value = source.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < COUNT_MOST:
        return str(value)
    if not isinstance(value, str) or not value or _HALF.search(value):
        raise bad_answer(key)
    return value


def id_order(native_id: str) -> tuple[int, str]:
    """Return the key by which ids of one server sort in time, be they numbers or ULIDs."""
    return len(native_id), native_id


def text_of(source: object, key: str) -> str:
    """Return a text that may be missing, then empty."""
    value = source.get(key) if isinstance(source, dict) else None
    return _HALF.sub("\ufffd", value) if isinstance(value, str) else ""


def part_of(source: object, *keys: str) -> Entity:
    """Return the object under a path of keys, empty where there is none."""
    for key in keys:
        source = source.get(key) if isinstance(source, dict) else None
    return source if isinstance(source, dict) else {}


def parts_of(source: object, key: str) -> list[Entity]:
    """Return the objects in a list that may be missing."""
    found = source.get(key) if isinstance(source, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts_of(source: Entity, key: str) -> tuple[str, ...]:
    """Return the texts in a list that may be missing."""
    found = source.get(key)
    texts = [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
    return tuple(_HALF.sub("\ufffd", text) for text in texts)


def count_of(source: Entity, key: str) -> int | None:
    """Return a whole number from zero on, None where there is none, or one that nothing can have."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < COUNT_MOST else None


def moment(stamp: str) -> datetime:
    """Read an ISO 8601 time; one without offset is UTC."""
    try:
        read = datetime.fromisoformat(stamp)
    except ValueError:
        raise bad_answer("time") from None
    return read if read.utcoffset() is not None else read.replace(tzinfo=UTC)


@contextmanager
def later() -> Iterator[None]:
    """Turn an unclear outcome into a temporary one: nothing that anybody sees was asked for."""
    try:
        yield
    except Unclear as error:
        raise Temporary("unreachable", reason=error.reason) from error


@contextmanager
def only_this() -> Iterator[None]:
    """Turn a missing right into a refusal: an account that cannot do this one thing still works."""
    try:
        yield
    except LoginNeeded as error:
        if error.code != "scope_missing":
            raise
        raise Refused("scope_missing", reason=error.reason) from error


def only_broken(error: Exception) -> None:
    """Raise an error again that says something about the server, not about one post."""
    if isinstance(error, Unclear) and error.code != "bad_answer":
        raise error


def unread(what: object, error: Exception) -> Unread:
    """Return something that cannot be understood, whole, with what it lacks."""
    native_id = ""
    with suppress(Unclear):
        native_id = demand(what, "id") if isinstance(what, dict) else ""
    reason = str(error.facts.get("missing", "")) if isinstance(error, Unclear) else type(error).__name__
    return Unread(raw=json.dumps(what), reason=reason, native_id=native_id)
