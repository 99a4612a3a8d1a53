"""What the database needs besides models: moments, secrets at rest, ids for set-based writes, durability.

No verb lives here and nothing that knows what a post is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import connection, models, transaction

if TYPE_CHECKING:
    MomentBase = models.Field[datetime | int, datetime]
    MaybeMomentBase = models.Field[datetime | int | None, datetime | None]
    SecretBase = models.TextField[dict[str, str], dict[str, str]]
else:
    MomentBase, MaybeMomentBase, SecretBase = models.Field, models.Field, models.TextField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Return an aware moment as whole milliseconds since 1970 UTC."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone, got the naive {moment!r}")
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """Return the moment that lies so many milliseconds after 1970 UTC."""
    return EPOCH + timedelta(milliseconds=ms)


class _Moments:
    """What both fields of moments do."""

    def get_internal_type(self) -> str:
        """Return the kind of column."""
        return "BigIntegerField"

    def from_db_value(self, value: int | None, *_: object) -> datetime | None:
        """Return what the column holds as a moment."""
        return None if value is None else from_ms(value)

    def to_python(self, value: Any) -> datetime | None:
        """Return a moment for a moment or for milliseconds."""
        return from_ms(value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> int | None:
        """Return the column's value."""
        return to_ms(value) if isinstance(value, datetime) else value


class MomentField(_Moments, MomentBase):
    """An aware moment, kept as milliseconds since 1970 UTC.

    An integer sorts, compares and inserts several times faster than SQLite's date texts, and it is
    the same on every database.
    """


class MaybeMomentField(_Moments, MaybeMomentBase):
    """A moment that may not have come yet; always with `null=True`."""


class SecretField(SecretBase):
    """A small mapping of secrets, encrypted at rest; the value names the key that locked it."""

    def from_db_value(self, value: str | None, *_: object) -> dict[str, str]:
        """Return the opened mapping."""
        return unlock(value) if value else {}

    def get_prep_value(self, value: Any) -> str:
        """Return the locked text."""
        return lock(value) if value else ""


@lru_cache(maxsize=4)
def _keyring(folder: Path, _stamp: int) -> dict[str, Fernet]:
    """Return all keys, newest first, by their id: the file's name."""
    files = sorted(folder.glob("vault-*"), reverse=True)
    return {file.name.removeprefix("vault-"): Fernet(file.read_bytes().strip()) for file in files}


def keyring() -> dict[str, Fernet]:
    """Return the keys of this home; read again when the folder changes."""
    folder: Path = settings.KEYS
    ring = _keyring(folder, folder.stat().st_mtime_ns)
    if not ring:
        raise FileNotFoundError(f"no vault key in {folder}; restore it from the backup")
    return ring


def lock(secret: dict[str, str]) -> str:
    """Encrypt a mapping with the newest key."""
    name, key = next(iter(keyring().items()))
    return f"{name}:{key.encrypt(json.dumps(secret).encode()).decode()}"


def unlock(value: str) -> dict[str, str]:
    """Decrypt a mapping with the key that it names, or with any that fits."""
    name, _, token = value.partition(":")
    ring = keyring()
    keys = [ring[name]] if name in ring else list(ring.values())
    try:
        opened: dict[str, str] = json.loads(MultiFernet(keys).decrypt(token.encode()))
    except InvalidToken as error:
        raise PermissionError(f"the vault key {name!r} does not open this secret") from error
    return opened


def next_ids(tables: Sequence[str]) -> dict[str, int]:
    """Return for each table the id that its next row may take. Call inside a write transaction only.

    SQLite's one writer makes this safe, and its sequence never gives a deleted row's id again.
    """
    with connection.cursor() as cursor:
        marks = ",".join(["%s"] * len(tables))
        cursor.execute(f"SELECT name, seq FROM sqlite_sequence WHERE name IN ({marks})", tables)
        last = dict(cursor.fetchall())
    return {table: last.get(table, 0) + 1 for table in tables}


@contextmanager
def durable() -> Iterator[None]:
    """Run a write transaction whose commit survives a power cut (`synchronous=FULL`)."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    try:
        with transaction.atomic():
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
