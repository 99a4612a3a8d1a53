"""Customers' photos and screenshots, and authors' own pictures: fetched once, made new, kept by the desk.

What is foreign ends here: the bytes that arrive are decoded, turned upright, scaled down and encoded again,
so that no metadata (where a photo was taken) and no trick of a file format reaches a page. How a picture
travels is in `networks/http.py`, where files lie in `media_files.py`, who may see one in `reading.py`.
"""

from __future__ import annotations

import io
import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from PIL import Image, ImageOps

from resonanz.desk import media_files
from resonanz.desk.events import happen
from resonanz.desk.models import Author, Conversation, Mention, Picture, PictureState, Sighting
from resonanz.networks import NetworkError, Refused
from resonanz.networks.http import fetch_picture

LEASE = timedelta(minutes=5)  # longer than three answers within their time-outs and the work on the picture
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MOST_ATTEMPTS = len(AGAIN_AFTER) + 1
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")  # the decoders that foreign bytes may reach
MOST_PIXELS = 40_000_000
BOX = (1280, 1280)  # pixels
FACE = (96, 96)
SILENT_FOR = timedelta(days=1)  # who only passed posts on is not shown: asked again whether they have spoken
QUALITY = 82
SMALL = 256  # pixels: below, icons and drawings are kept without loss
TALKS_TOLD_MOST = 20
ONE_AT_A_TIME = threading.Lock()  # strangers' slow servers must not hold every thread that sends answers

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Remade(NamedTuple):
    """A picture as it is kept: WebP, and its size in pixels."""

    content: bytes
    width: int
    height: int


def fetch_next() -> bool:
    """Fetch the picture that waits longest and keep it; True if there was one. One per process at a time."""
    if not ONE_AT_A_TIME.acquire(blocking=False):
        return False
    try:
        picture = _claim(timezone.now())
        if picture is None:
            return _face_next(timezone.now())
        _fetch(picture)
    finally:
        ONE_AT_A_TIME.release()
    return True


def _fetch(picture: Picture) -> None:
    try:
        if picture.attempts_count > MOST_ATTEMPTS:
            raise Refused("gave_up")  # each attempt ended its worker before it could say why
        remade = remake(fetch_picture(picture.url, simulated=_is_simulated(picture)))
    except NetworkError as error:
        _failed(picture, error, timezone.now())
    else:
        _keep(picture, remade, timezone.now())


def _claim(now: datetime) -> Picture | None:
    """Lease a picture; a conditional update decides between workers, and counts the attempt."""
    due = Picture.objects.filter(state=PictureState.WAITING, fetch_at__lte=now)
    for picture in due.order_by("fetch_at")[:3]:
        name, until = picture.file or media_files.new_name(), now + LEASE
        taken = Picture.objects.filter(
            pk=picture.pk, state=PictureState.WAITING, fetch_at=picture.fetch_at
        ).update(fetch_at=until, file=name, attempts_count=picture.attempts_count + 1)
        if taken:
            picture.fetch_at, picture.file = until, name
            picture.attempts_count += 1
            return picture
    return None


def _is_simulated(picture: Picture) -> bool:
    """Whether only simulated networks told us of it: then, and only then, it may come from this machine."""
    heard = Sighting.objects.filter(mention=picture.mention_id)
    simulated = list(heard.values_list("channel__simulated", flat=True))
    return bool(simulated) and all(simulated)


def remake(content: bytes, *, face: bool = False) -> Remade:
    """Decode a foreign picture and encode it anew: upright, at most 1280 pixels each way, no metadata.

    Of a `face` the square in the middle, 96 pixels each way. Of a moving one the first frame. `Refused`:
    `not_a_picture`, or `too_many_pixels` above 40 megapixels, which is told from the header, before anything
    is unfolded.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("too_many_pixels")
            return _encoded(_square(opened) if face else _plain(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise Refused("not_a_picture") from error


def _plain(opened: Image.Image) -> Image.Image:
    """Return the pixels alone, small enough."""
    if opened.format == "JPEG":
        opened.draft("RGB", BOX)  # decodes no more than is needed
    turned = ImageOps.exif_transpose(opened)
    shown = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    shown.thumbnail(BOX, Image.Resampling.LANCZOS)
    shown.info.clear()  # place, camera, comments, colour profile
    return shown


def _square(opened: Image.Image) -> Image.Image:
    shown = ImageOps.fit(_plain(opened), FACE, Image.Resampling.LANCZOS)
    shown.info.clear()
    return shown


def _encoded(shown: Image.Image) -> Remade:
    lossless = shown.mode == "RGBA" or max(shown.size) <= SMALL
    written = io.BytesIO()
    shown.save(written, "WEBP", quality=QUALITY, lossless=lossless, exif=b"", icc_profile=b"", xmp=b"")
    return Remade(written.getvalue(), *shown.size)


def _keep(picture: Picture, remade: Remade, now: datetime) -> None:
    """Put the file in its place and say so, unless the post was withdrawn or edited meanwhile."""
    media_files.keep(picture.file, remade.content)
    with transaction.atomic():
        kept = _ours(picture).update(
            state=PictureState.KEPT,
            width=remade.width,
            height=remade.height,
            bytes_count=len(remade.content),
            fetch_at=None,
            reason="",
        )
        if kept:
            _tell(picture, now)
    if not kept and not Picture.objects.filter(file=picture.file).exists():
        media_files.remove([picture.file])


def _failed(picture: Picture, error: NetworkError, now: datetime) -> None:
    """Try again later, or never."""
    if not error.permanent and picture.attempts_count < MOST_ATTEMPTS:
        later = now + AGAIN_AFTER[picture.attempts_count - 1]
        _ours(picture).update(fetch_at=max(later, error.retry_at or later), reason=error.code)
        return
    with transaction.atomic():
        if _ours(picture).update(state=PictureState.REFUSED, fetch_at=None, reason=error.code):
            _tell(picture, now)


def _ours(picture: Picture) -> QuerySet[Picture]:
    """Return the row as long as this attempt holds it."""
    return Picture.objects.filter(pk=picture.pk, state=PictureState.WAITING, fetch_at=picture.fetch_at)


def _tell(picture: Picture, now: datetime) -> None:
    """Let open pages draw the post again: its own conversation's, or those that it stands beside."""
    own = picture.mention.conversation_id
    beside = Conversation.objects.filter(thread=picture.mention.thread_id).order_by("-last_order")
    talks = [own] if own is not None else list(beside.values_list("pk", flat=True)[:TALKS_TOLD_MOST])
    for talk in talks:
        happen("pictured", now, conversation=talk, mention=picture.mention_id)


# Faces -------------------------------------------------------------------------------------------


def _face_next(now: datetime) -> bool:
    """Fetch the picture of somebody who wrote; True if there was one to see to."""
    author = _claim_face(now)
    if author is None:
        return False
    if not Mention.objects.filter(author=author, deleted_at=None).exists():
        _of_face(author).update(face_at=now + SILENT_FOR, face_attempts_count=0)
        return True
    name = media_files.new_name()
    try:
        if author.face_attempts_count > MOST_ATTEMPTS:
            raise Refused("gave_up")
        remade = remake(fetch_picture(author.avatar_url, simulated=_is_simulated_face(author)), face=True)
    except NetworkError as error:
        _no_face(author, error, timezone.now())
        return True
    media_files.keep(name, remade.content)
    kept = _of_face(author).update(face=name, face_url=author.avatar_url, face_attempts_count=0)
    media_files.remove([author.face if kept else name])
    return True


def _claim_face(now: datetime) -> Author | None:
    due = Author.objects.filter(~Q(avatar_url=F("face_url")), face_at__lte=now)
    for author in due.order_by("face_at")[:3]:
        if not author.avatar_url:  # taken away over there
            media_files.remove([author.face])
            Author.objects.filter(pk=author.pk, avatar_url="").update(face="", face_url="")
            continue
        until = now + LEASE
        attempts = author.face_attempts_count + 1
        mine = Author.objects.filter(pk=author.pk, face_at=author.face_at)
        if mine.update(face_at=until, face_attempts_count=attempts):
            author.face_at, author.face_attempts_count = until, attempts
            return author
    return None


def _of_face(author: Author) -> QuerySet[Author]:
    """Return the row as long as this attempt holds it and the person has not changed the picture."""
    return Author.objects.filter(pk=author.pk, face_at=author.face_at, avatar_url=author.avatar_url)


def _no_face(author: Author, error: NetworkError, now: datetime) -> None:
    """Try again later, or show initials until the picture's address changes."""
    if error.permanent or author.face_attempts_count >= MOST_ATTEMPTS:
        if _of_face(author).update(face="", face_url=author.avatar_url, face_attempts_count=0):
            media_files.remove([author.face])
        return
    later = now + AGAIN_AFTER[author.face_attempts_count - 1]
    _of_face(author).update(face_at=max(later, error.retry_at or later))


def _is_simulated_face(author: Author) -> bool:
    """Whether only simulated networks told us of this person."""
    heard = Sighting.objects.filter(mention__author=author).order_by()
    return set(heard.values_list("channel__simulated", flat=True).distinct()) == {True}
