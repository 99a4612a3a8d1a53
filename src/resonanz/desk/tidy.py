"""Housekeeping in small steps: nothing is kept longer than it is needed.

What was deleted leaves the files too: SQLite's full-text table keeps the words of deleted rows in older
segments until they are merged, and the write-ahead log keeps old pages until it is folded back. Sent and
abandoned files go, files that belong to nothing, old letters, bells that were looked at, dropped queries
and columns, ended sessions. A row goes before its file: what is cut off between is a file without a row,
which the sweep takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import media_files
from resonanz.desk.models import (
    Attachment,
    Author,
    Charged,
    Letter,
    Mention,
    Notice,
    Outcome,
    Picture,
    Query,
    SeenPost,
    Stream,
    Tab,
    Unsent,
)
from resonanz.desk.money import day_of, settle_lost

EVERY_S = 60
PAGES_AT_ONCE = 500  # of full-text index, merged in one short transaction
AT_ONCE = 200  # rows of a kind in one step
FOLDERS = 256  # of files; one is swept in a step, so all of them within some hours
ASIDE_FOR = timedelta(hours=1)  # what was taken away from unsent words may come back so long
ABANDONED = timedelta(days=30)  # files beside words that nobody has touched since
STRAY = timedelta(days=1)  # a file without a row that is younger may still be on its way to one
LETTERS_FOR = timedelta(days=90)
BELLS_FOR = timedelta(days=30)  # after somebody looked
CHARGES_FOR = timedelta(days=40)  # longer than any month: what it has cost is their sum
SEEN_FOR = timedelta(days=92)  # what networks showed; the ledger goes back ninety days
QUERIES_FOR = timedelta(days=7)  # after somebody dropped it
DROPPED_FOR = timedelta(days=1)  # columns; the way back is offered for half a minute
FACES_AT_ONCE = 500
_next = 0.0
_last_face = 0
_steps = count()


def tidy_next() -> bool:
    """Once a minute: let go of what is needed no more, a little of each; True if there was any."""
    global _next  # noqa: PLW0603 - when this process tidies next concerns nobody else
    if time.monotonic() < _next:
        return False
    _next = time.monotonic() + EVERY_S
    now = timezone.now()
    gone = [
        Session.objects.filter(expire_date__lt=now).delete()[0],
        forget_sent_files(now),
        forget_abandoned_files(now),
        forget_letters(now),
        forget_bells(now),
        forget_queries(now),
        forget_columns(now),
        forget_seen(now),
        forget_charges(now),
        forget_faces(now),
        settle_lost(now),
        sweep(f"{next(_steps) % FOLDERS:02x}", now),
    ]
    lately = now - timedelta(seconds=3 * EVERY_S)
    if Mention.objects.filter(deleted_at__gte=lately).exists():
        forget_for_good()
        return True
    return any(gone)


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


# Files --------------------------------------------------------------------------------------------


def forget_sent_files(now: datetime) -> int:
    """Remove files that went out long ago; name, size and description stay. Returns how many.

    The network has them. What was refused, or may not have arrived, can still be sent again and stays.
    """
    until = now - timedelta(days=settings.KEEP_FILES_DAYS)
    old = Attachment.objects.filter(delivery__state=Outcome.SENT, delivery__settled_at__lt=until)
    rows = list(old.exclude(file="").values_list("pk", "file")[:AT_ONCE])
    Attachment.objects.filter(pk__in=[number for number, _file in rows]).update(file="")
    media_files.remove(file for _number, file in rows)
    return len(rows)


def forget_abandoned_files(now: datetime) -> int:
    """Remove files beside words that nobody goes on with, and those taken away; returns how many."""
    in_work = Unsent.objects.filter(
        conversation=OuterRef("conversation"), agent=OuterRef("agent"), written_at__gte=now - ABANDONED
    )
    abandoned = Q(~Exists(in_work), added_at__lt=now - ABANDONED)
    aside = Q(number__lt=0, added_at__lt=now - ASIDE_FOR)
    old = Attachment.objects.filter(abandoned | aside, delivery=None)
    gone = [file for number, file in old.values_list("pk", "file")[:AT_ONCE] if _let_go(number)]
    media_files.remove(gone)
    return len(gone)


def _let_go(number: int) -> bool:
    """Drop the row of a file, unless it goes out with a reply by now."""
    return bool(Attachment.objects.filter(pk=number, delivery=None).delete()[0])


def sweep(folder: str, now: datetime) -> int:
    """Remove files of a folder that no row names, none younger than a day; returns how many."""
    place = media_files.path_of(folder)
    if not place.is_dir():
        return 0
    old = [path for path in place.iterdir() if _is_old(path, now)]
    names = {f"{folder}/{path.name}" for path in old}
    stray = sorted(names - _named(folder))[:AT_ONCE] if names else []
    media_files.remove(stray)
    return len(stray)


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < (now - STRAY).timestamp()
    except FileNotFoundError:  # another process was quicker
        return False


def _named(folder: str) -> set[str]:
    """Return the files of a folder that a row names."""
    kept: Iterable[Iterable[str]] = (
        model.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True)
        for model in (Attachment, Picture)
    )
    faces = Author.objects.filter(face__startswith=f"{folder}/").values_list("face", flat=True)
    return {*faces, *(file for files in kept for file in files)}


def forget_faces(now: datetime) -> int:
    """Remove pictures of people of whom nothing is shown any more, some people a step; returns how many.

    Who speaks again is fetched again.
    """
    global _last_face  # noqa: PLW0603 - where this process is concerns nobody else
    some = Author.objects.exclude(face="").filter(pk__gt=_last_face).order_by("pk")[:FACES_AT_ONCE]
    rows = list(some.values_list("pk", "face"))
    _last_face = rows[-1][0] if len(rows) == FACES_AT_ONCE else 0
    shown = set(
        Mention.objects.filter(author__in=[number for number, _ in rows], deleted_at=None)
        .order_by()
        .values_list("author", flat=True)
        .distinct()
    )
    gone = [(number, file) for number, file in rows if number not in shown]
    for number, file in gone:
        Author.objects.filter(pk=number, face=file).update(face="", face_url="", face_at=now)
    media_files.remove(file for _, file in gone)
    return len(gone)


# Rows ---------------------------------------------------------------------------------------------


def forget_letters(now: datetime) -> int:
    """Drop old letters; those of a question that is still open stay, as answers name them. How many."""
    open_still = Q(
        enquiry__answered_at=None, enquiry__withdrawn_at=None, enquiry__conversation__state=State.OPEN
    )
    old = Letter.objects.filter(written_at__lt=now - LETTERS_FOR)
    settled = old.filter(Q(enquiry=None) | ~open_still).order_by("written_at")
    numbers = list(settled.values_list("pk", flat=True)[:AT_ONCE])
    return Letter.objects.filter(pk__in=numbers).delete()[0]


def forget_bells(now: datetime) -> int:
    """Drop bells that somebody looked at long ago; returns how many."""
    seen = Notice.objects.filter(seen_at__lt=now - BELLS_FOR).values_list("pk", flat=True)[:AT_ONCE]
    return Notice.objects.filter(pk__in=list(seen)).delete()[0]


def forget_queries(now: datetime) -> int:
    """Let go of queries that were dropped some days ago; returns how many."""
    dropped = Query.every.filter(dropped_at__lt=now - QUERIES_FOR).values_list("pk", flat=True)[:AT_ONCE]
    return Query.every.filter(pk__in=list(dropped)).delete()[0]


def forget_seen(now: datetime) -> int:
    """Let go of what networks showed long ago; returns how many posts."""
    old = SeenPost.objects.filter(posted_at__lt=now - SEEN_FOR).values_list("pk", flat=True)[:AT_ONCE]
    return SeenPost.objects.filter(pk__in=list(old)).delete()[0]


def forget_charges(now: datetime) -> int:
    """Let go of what calls cost long ago; returns how many rows."""
    old = Charged.objects.filter(day__lt=day_of(now - CHARGES_FOR)).values_list("pk", flat=True)[:AT_ONCE]
    return Charged.objects.filter(pk__in=list(old)).delete()[0]


def forget_columns(now: datetime) -> int:
    """Drop columns and tabs for good that somebody let go of and did not take back; returns how many."""
    old = Stream.objects.filter(dropped_at__lt=now - DROPPED_FOR).delete()[0]
    return old + Tab.objects.filter(dropped_at__lt=now - DROPPED_FOR).delete()[0]
