"""Pictures on disk, customers' and our own: their names below the home's `media`, and how they go away.

Under the verbs, because several need it: `pictures` and `care` keep, `outbox` sends, `listen` and `intake`
forget. Nothing here fetches or looks into a picture.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from resonanz.desk.models import Attachment, Picture, PictureState
from resonanz.post import Attachment as Outgoing
from resonanz.post import MediaKind

if TYPE_CHECKING:
    from resonanz.post import Media

COLUMNS = "mention_id, number, url, state, file, width, height, bytes_count, fetch_at, attempts_count, reason"
SHOWN = {MediaKind.IMAGE, MediaKind.GIF, MediaKind.VIDEO}

Row = tuple[str | int | None, ...]


def new_name() -> str:
    """Return a name that nobody can guess, in one of 256 folders."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}.webp"


def path_of(name: str) -> Path:
    """Return where a file lies."""
    return Path(settings.HOME) / "media" / name


def keep(name: str, content: bytes) -> None:
    """Write a file whole or not at all, readable for this user only."""
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    half.replace(path)


def remove(names: Iterable[str]) -> None:
    """Remove files; one that is not there is gone already."""
    for name in names:
        if name:
            with suppress(FileNotFoundError):
                path_of(name).unlink()


def forget(orders: Sequence[int]) -> None:
    """Remove the pictures of some mentions, files first: what a customer took back must not stay behind."""
    of_them = Picture.objects.filter(mention__in=orders)
    names = list(of_them.values_list("file", flat=True))
    if names:
        remove(names)
        of_them.delete()


def outgoing(attached: Attachment) -> Outgoing:
    """Return a file of ours as a network takes it."""
    return Outgoing(
        kind=MediaKind(attached.kind),
        content=path_of(attached.file).read_bytes(),
        content_type=attached.content_type,
        name=attached.name,
        alt=attached.alt,
    )


def source_of(medium: Media) -> str:
    """Return where a medium can be seen as a still, "" where nowhere: of a photo the whole one."""
    if medium.kind not in SHOWN:
        return ""
    return (medium.url if medium.kind == MediaKind.IMAGE else "") or medium.preview_url


def rows_for(order: int, media: Sequence[Media], now_ms: int) -> list[Row]:
    """Return the rows of a mention's pictures, to be fetched at once; columns are COLUMNS."""
    sources = [(number, source_of(medium)) for number, medium in enumerate(media)]
    return [
        (order, number, source, PictureState.WAITING, "", 0, 0, 0, now_ms, 0, "")
        for number, source in sources
        if source
    ]


def replaced(wanted: Mapping[int, list[Row]]) -> list[Row]:
    """Forget the pictures that an edit took away; return the rows to insert. Equal ones stay as they are."""
    stored: dict[int, list[tuple[int, str]]] = {order: [] for order in wanted}
    known = Picture.objects.filter(mention__in=wanted).order_by("number")
    for order, number, url in known.values_list("mention", "number", "url"):
        stored[order].append((number, url))
    changed = [order for order, rows in wanted.items() if stored[order] != [row[1:3] for row in rows]]
    forget([order for order in changed if stored[order]])
    return [row for order in changed for row in wanted[order]]
