"""Queries that Django writes once: asked again, they only get other values.

Writing a statement takes Django longer than SQLite needs to answer it, and a page asks some thirty.
`@prepared` turns a function that returns a queryset into one that returns its rows, as a list. Its positional
arguments are values that come with each call: whole numbers, texts, moments, and tuples of whole numbers
(`field__in=each(numbers)`). For each set of keyword arguments (anything hashable) a statement is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

from resonanz.desk.storage import to_ms

R = TypeVar("R")
P = TypeVar("P", bound=Model)
Value = int | str | datetime | tuple[int, ...]

KEPT_MOST = 500  # statements of one function; a desk with more different scopes than this starts anew
_A_NUMBER = -(10**15)  # no id, and no other number of any statement
_A_TEXT = "\0 no text of any row"
_A_MOMENT = datetime(2300, 2, 3, 4, 5, 6, tzinfo=UTC)  # no moment of any case


def each(numbers: tuple[int, ...]) -> RawSQL:
    """Return some numbers as what a field may be `in`: one value, however many they are."""
    return RawSQL("SELECT value FROM json_each(%s)", [_plain(numbers)])


def prepared(make: Callable[..., QuerySet[Any, R]], *, spare: bool = False) -> Callable[..., list[R]]:
    """Return a function that gives the rows of the queryset that `make` returns, written once.

    Raises ValueError where an argument does not stand in the statement, as it may have been written into it:
    the rows would be those of the first call for ever. `spare` says that not every statement needs them all.
    """
    kept: dict[Hashable, _Asked] = {}

    @wraps(make)
    def rows(*values: Value, **named: Hashable) -> list[R]:
        key = (*map(type, values), *sorted(named.items()))
        asked = kept.get(key)
        if asked is None:
            if len(kept) >= KEPT_MOST:
                kept.clear()
            stand_ins = tuple(_stand_in(value, number) for number, value in enumerate(values))
            asked = kept[key] = _Asked(make(*stand_ins, **named), stand_ins, spare=spare)
        return asked.ask(values)

    return rows


def within(parts: Sequence[P], **wholes: Model) -> Sequence[P]:
    """Return rows that were asked for by the number of what they are part of, with it put in its place."""
    for part in parts:
        for name, whole in wholes.items():
            setattr(part, name, whole)
    return parts


class _Asked:
    """One queryset, written; `places` say which of its values come with each call, by argument."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: tuple[Value, ...], *, spare: bool) -> None:
        done = rows.query.get_compiler(using=rows.db)
        statement, values = done.as_sql()
        wanted = {_plain(value): number for number, value in enumerate(stand_ins)}
        self.places = [wanted.get(value) if isinstance(value, (int, str)) else None for value in values]
        missing = set(wanted.values()) - set(self.places)
        if missing and not spare:
            raise ValueError(f"arguments {sorted(missing)} do not stand in the statement: {statement}")
        self.rows = rows
        self.written = _Written(done, statement, values)

    def ask(self, given: tuple[Value, ...]) -> list[Any]:
        """Return the rows for some values."""
        fixed = zip(self.places, self.written.values, strict=True)
        written = self.written.with_values(
            tuple(value if place is None else _plain(given[place]) for place, value in fixed)
        )
        fresh = self.rows.all()
        fresh.query.get_compiler = lambda *_args, **_named: written  # type: ignore[method-assign]
        return list(fresh)


class _Written(SQLCompiler):
    """A compiler whose work is done: statement and converters stand already."""

    def __init__(self, done: SQLCompiler, statement: str, values: tuple[Any, ...]) -> None:
        self.__dict__.update(done.__dict__)
        self.statement, self.values = statement, values
        self.converters = done.get_converters([column[0] for column in done.select or ()])

    def with_values(self, values: tuple[Any, ...]) -> _Written:
        """Return the same for this thread's connection and other values."""
        other = _Written.__new__(_Written)
        other.__dict__.update(self.__dict__, connection=connection, values=values)
        return other

    def as_sql(self, *_args: Any, **_named: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the statement that stands."""
        return self.statement, self.values

    def get_converters(self, _expressions: Any) -> Any:
        """Return the converters that stand."""
        return self.converters


def _stand_in(value: Value, number: int) -> Value:
    if isinstance(value, datetime):
        return _A_MOMENT + timedelta(seconds=number)
    if isinstance(value, str):
        return f"{_A_TEXT} {number}"
    return (_A_NUMBER - number,) if isinstance(value, tuple) else _A_NUMBER - number


def _plain(value: Value) -> int | str:
    """Return a value as the statement gets it: moments in milliseconds, several numbers as JSON."""
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, tuple) else int(value)
