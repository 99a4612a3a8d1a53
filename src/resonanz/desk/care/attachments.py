"""Pictures and films that go out with a reply: made new, described, put in order, taken away again.

They lie on the desk beside the unsent words. Pictures are decoded and encoded again, so that neither the
place where one was taken nor any other metadata leaves the house; films are kept as they are. What a network
takes is data (`post.Limits`, its capabilities). The outbox sends them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from PIL import Image, ImageOps

from resonanz.desk import media_files
from resonanz.desk.care.base import CareError, expect_live
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Attachment, Conversation
from resonanz.desk.prepared import prepared
from resonanz.networks import NETWORKS
from resonanz.post import Limits, MediaKind

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")  # the decoders that somebody's file may reach
MOST_PIXELS = 40_000_000
MOST_FRAMES = 300
SIDE = 3840  # pixels: more is shown by no network
QUALITIES = (90, 80, 70)
BYTES_MOST = 100_000_000  # of any file, whatever the network says
ASIDE = -1  # the number of a file that was taken away and may still come back, until `tidy` removes it
FILM_MARKS = {b"ftyp": ("video/mp4", ".mp4"), b"\x1aE\xdf\xa3": ("video/webm", ".webm")}


class Made(NamedTuple):
    """A file as it will go out; its size in pixels where it is a picture."""

    content: bytes
    kind: MediaKind
    content_type: str
    ending: str
    width: int = 0
    height: int = 0


def beside(conversation: Conversation, agent: Agent) -> QuerySet[Attachment]:
    """Return what lies beside somebody's unsent words, in its order."""
    return _beside(conversation.pk, agent.pk)


def _beside(talk: int, agent: int) -> QuerySet[Attachment]:
    mine = Attachment.objects.filter(conversation=talk, agent=agent, delivery=None, number__gte=0)
    return mine.order_by("number", "pk")


beside_now = prepared(_beside)  # the same as a list


def attach(conversation: Conversation, agent: Agent, content: bytes, name: str) -> Attachment:
    """Put a file beside the unsent words.

    Raises CareError: `no_files` (the network takes none), `too_many_files` (limit), `file_too_large` (limit,
    in megabytes), `not_a_picture`, `too_many_pixels`, `file_kind`.
    """
    expect_live(conversation)
    limits = limits_of(conversation.channel)
    _expect_room(conversation, agent, limits)
    if len(content) > BYTES_MOST:
        raise CareError("file_too_large", limit=BYTES_MOST // 1_000_000)
    made = _made(content, limits, _kinds(conversation))
    file = media_files.new_name().removesuffix(".webp") + made.ending
    media_files.keep(file, made.content)  # outside the transaction: it may be a hundred megabytes
    try:
        with transaction.atomic():
            _expect_room(conversation, agent, limits)  # once more: another may have come meanwhile
            return _noted(conversation, agent, made, name, file)
    except BaseException:
        media_files.remove([file])
        raise


def _noted(conversation: Conversation, agent: Agent, made: Made, name: str, file: str) -> Attachment:
    last = beside(conversation, agent).aggregate(last=Max("number"))["last"]
    return Attachment.objects.create(
        conversation=conversation,
        agent=agent,
        number=0 if last is None else last + 1,
        kind=made.kind.value,
        content_type=made.content_type,
        name=(PurePath(name).stem[:200] or "file") + made.ending,
        file=file,
        bytes_count=len(made.content),
        width=made.width,
        height=made.height,
        added_at=timezone.now(),
    )


def _kinds(conversation: Conversation) -> frozenset[MediaKind]:
    row = NETWORKS.get(conversation.channel.network)
    return frozenset() if row is None else row.capabilities.media


def takes_files(conversation: Conversation) -> bool:
    """Whether a conversation's network takes any files with an answer."""
    return bool(_kinds(conversation))


def _expect_room(conversation: Conversation, agent: Agent, limits: Limits) -> None:
    if not takes_files(conversation):
        raise CareError("no_files")
    if beside(conversation, agent).count() >= limits.media_count:
        raise CareError("too_many_files", limit=limits.media_count)


def describe(attached: Attachment, agent: Agent, alt: str) -> None:
    """Say what is to be seen, for those who cannot see it. CareError: `too_late`, `alt_too_long`."""
    most = limits_of(attached.conversation.channel).alt_length
    words = " ".join(alt.split())
    if len(words) > most:
        raise CareError("alt_too_long", length=len(words), limit=most)
    if not _mine(attached, agent).update(alt=words):
        raise CareError("too_late")


def detach(attached: Attachment, agent: Agent) -> None:
    """Take a file away from the unsent words; for a while it can come back."""
    if not _mine(attached, agent).update(number=ASIDE, added_at=timezone.now()):
        raise CareError("too_late")


def put_back(attached: Attachment, agent: Agent) -> None:
    """Bring back what was taken away, at the end. CareError: `too_late`, `too_many_files`."""
    talk = attached.conversation
    with transaction.atomic():
        _expect_room(talk, agent, limits_of(talk.channel))
        last = beside(talk, agent).aggregate(last=Max("number"))["last"]
        number = 0 if last is None else last + 1
        if not _mine(attached, agent).filter(number=ASIDE).update(number=number):
            raise CareError("too_late")


def arrange(conversation: Conversation, agent: Agent, numbers: Sequence[int]) -> None:
    """Put the files in this order; those that are not named come last."""
    place = {number: index for index, number in enumerate(numbers)}
    with transaction.atomic():
        known = sorted(
            beside(conversation, agent), key=lambda one: (place.get(one.pk, len(place)), one.number)
        )
        for index, attached in enumerate(known):
            Attachment.objects.filter(pk=attached.pk).update(number=index)


def _mine(attached: Attachment, agent: Agent) -> QuerySet[Attachment]:
    return Attachment.objects.filter(pk=attached.pk, agent=agent, delivery=None)


# Making ------------------------------------------------------------------------------------------


def _made(content: bytes, limits: Limits, kinds: frozenset[MediaKind]) -> Made:
    film = next((kept for mark, kept in FILM_MARKS.items() if mark in content[:8]), None)
    made = _picture(content, limits, kinds) if film is None else Made(content, MediaKind.VIDEO, *film)
    most = limits.video_bytes if made.kind is MediaKind.VIDEO else limits.image_bytes
    if made.kind not in kinds or (limits.media_types and made.content_type not in limits.media_types):
        raise CareError("file_kind")
    if most is not None and len(made.content) > most:
        raise CareError("file_too_large", limit=max(1, most // 1_000_000))
    return made


def _picture(content: bytes, limits: Limits, kinds: frozenset[MediaKind]) -> Made:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise CareError("too_many_pixels")
            frames = getattr(opened, "n_frames", 1)
            if opened.format == "GIF" and 1 < frames <= MOST_FRAMES and MediaKind.GIF in kinds:
                return _moving(opened)
            return _still(opened, limits)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CareError("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise CareError("not_a_picture") from error


def _moving(opened: Image.Image) -> Made:
    written = io.BytesIO()
    opened.save(written, "GIF", save_all=True, comment=b"")
    return Made(written.getvalue(), MediaKind.GIF, "image/gif", ".gif", *opened.size)


def _still(opened: Image.Image, limits: Limits) -> Made:
    """Return a picture upright and without metadata, as small as the network wants it."""
    drawn = opened.format == "PNG"
    turned = ImageOps.exif_transpose(opened)
    shown = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    shown.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    shown.info.clear()
    if drawn or shown.mode == "RGBA":
        made = _png(shown)
        if limits.image_bytes is None or len(made.content) <= limits.image_bytes:
            return made
    return _jpeg(_on_white(shown), limits.image_bytes)


def _png(shown: Image.Image) -> Made:
    written = io.BytesIO()
    shown.save(written, "PNG")
    return Made(written.getvalue(), MediaKind.IMAGE, "image/png", ".png", *shown.size)


def _on_white(shown: Image.Image) -> Image.Image:
    if shown.mode == "RGB":
        return shown
    ground = Image.new("RGB", shown.size, "white")
    ground.paste(shown, mask=shown.getchannel("A"))
    return ground


def _jpeg(shown: Image.Image, most: int | None) -> Made:
    """Return the picture as JPEG: of the best quality that fits, else smaller."""
    while True:
        for quality in QUALITIES:
            written = io.BytesIO()
            shown.save(written, "JPEG", quality=quality)
            if most is None or len(written.getvalue()) <= most or max(shown.size) <= 320:
                return Made(written.getvalue(), MediaKind.IMAGE, "image/jpeg", ".jpg", *shown.size)
        shown = shown.resize((max(1, shown.width * 7 // 10), max(1, shown.height * 7 // 10)))
