"""Housekeeping in small steps: what was deleted leaves the files too, and old sessions go.

SQLite's full-text table keeps the words of deleted rows in older segments until they are merged, and
the write-ahead log keeps old pages until it is folded back. Both happen here, after somebody deleted.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from resonanz.desk.models import Mention

EVERY_S = 60
PAGES_AT_ONCE = 500  # of full-text index, merged in one short transaction
_next = 0.0


def tidy_next() -> bool:
    """Once a minute: forget what was deleted lately and drop sessions that ran out; True if there was any."""
    global _next  # noqa: PLW0603 - when this process tidies next concerns nobody else
    if time.monotonic() < _next:
        return False
    _next = time.monotonic() + EVERY_S
    now = timezone.now()
    ended, _ = Session.objects.filter(expire_date__lt=now).delete()
    lately = now - timedelta(seconds=3 * EVERY_S)
    if Mention.objects.filter(deleted_at__gte=lately).exists():
        forget_for_good()
        return True
    return ended > 0


def forget_for_good() -> None:
    """Merge the full-text index until no segment holds deleted words, then empty the write-ahead log."""
    with connection.cursor() as cursor:
        while True:
            before = _changes()
            cursor.execute("INSERT INTO desk_words (desk_words, rank) VALUES ('merge', %s)", [-PAGES_AT_ONCE])
            if _changes() - before < 2:  # FTS5 documentation, "The 'merge' command": then nothing is left
                break
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _changes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        return int(cursor.fetchone()[0])
