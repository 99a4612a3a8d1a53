"""What all imports share: their folder, whose turn it is, and the row that a crash leaves behind.

What is checked and published lives in `staging.py` and `archive.py` for recorded conversations, in
`staging_posts.py` and `archive_posts.py` for posts.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.leases import is_dead, me
from resonanz.desk.models import Import
from resonanz.desk.models.measuring import Imported

LEASE = timedelta(minutes=1)


class Busy(Exception):
    """One import at a time; the other one's process is alive."""


def folder() -> Path:
    """Return where checked files wait to be published."""
    home: Path = settings.HOME
    return home / "imports"


def make_room() -> Path:
    """Return the name of a new checked file, with dead ones swept away; raises Busy.

    A file whose check died has no row; no check takes a day.
    """
    unfinished = Import.objects.filter(finished_at=None)
    if any(not is_dead(row.lease_by) for row in unfinished.filter(lease_until__gt=timezone.now())):
        raise Busy
    wanted = set(unfinished.values_list("staging", flat=True))
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for file in folder().iterdir():
        if file.name not in wanted and file.stat().st_mtime < yesterday:
            file.unlink()
    return folder() / f"{secrets.token_hex(8)}.sqlite3"


def begin(file: Path, staging: Path, holds: Imported, turns_count: int) -> Import:
    """Write down that a checked file is published from now on."""
    now = timezone.now()
    return Import.objects.create(
        name=file.name[:255],
        holds=holds,
        staging=staging.name,
        began_at=now,
        lease_until=now + LEASE,
        lease_by=me(),
        turns_count=turns_count,
    )


def advance(row: Import, position: int, now: datetime, *, done: bool) -> None:
    """Write down how far an import has come, in the transaction of its batch; done, all of it is visible."""
    row.position = position
    row.lease_until = now + LEASE
    row.finished_at = now if done else None
    row.save()
    if done:
        happen("imported", now, rows=row.turns_count)


def take_dead(holds: Imported) -> Import | None:
    """Return an import whose process died, leased to this one; None if there is none."""
    now = timezone.now()
    for row in Import.objects.filter(finished_at=None, holds=holds):
        if row.lease_until > now and not is_dead(row.lease_by):
            continue
        if not (folder() / row.staging).exists():
            continue
        taken = Import.objects.filter(pk=row.pk, finished_at=None, lease_until=row.lease_until)
        if taken.update(lease_until=now + LEASE, lease_by=me()):
            row.lease_by = me()
            return row
    return None
