"""Pictures of posts as lists and conversations show them, and who may see one. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q

from resonanz.desk import wording
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.models import Agent, Author, Mention, Picture, PictureState, Sighting

THUMB = 320  # CSS pixels, each way
UNKNOWN_SIZE = (320, 180)


@dataclass(frozen=True, slots=True)
class Thumb:
    """A medium's picture as a conversation shows it; its size in CSS pixels, known before it is here."""

    picture: Picture
    width: int
    height: int

    @property
    def why(self) -> str:
        """Why it is not shown, "" where it is or will be."""
        refused = self.picture.state == PictureState.REFUSED
        return wording.picture_refusal(self.picture.reason) if refused else ""


class WithExtras(Protocol):
    """What may carry media: an entry of a conversation, a card in a column."""

    @property
    def place(self) -> int:
        """The order of its post."""

    @property
    def extras(self) -> dict[str, Any]:
        """What its post carries besides its words."""


def add_thumbs(found: Sequence[WithExtras]) -> None:
    """Put to each medium its picture, if it has one; asks only where there are media."""
    media = {entry.place: entry.extras["media"] for entry in found if entry.extras.get("media")}
    if not media:
        return
    for picture in Picture.objects.filter(mention__in=media):
        if picture.number < len(media[picture.mention_id]):
            medium = media[picture.mention_id][picture.number]
            size = (picture.width, picture.height)
            if picture.state != PictureState.KEPT:
                size = (medium.get("width") or 0, medium.get("height") or 0)
            medium["thumb"] = Thumb(picture, *_fitting(*size))


def _fitting(width: int, height: int) -> tuple[int, int]:
    """Return a size within THUMB each way, of the same shape; small pictures stay small."""
    if width < 1 or height < 1:
        return UNKNOWN_SIZE
    scale = min(1.0, THUMB / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def picture(agent: Agent, number: int) -> Picture | None:
    """Return a kept picture that an agent may see: as part of a conversation, or beside one."""
    known = Picture.objects.select_related("mention").filter(pk=number, state=PictureState.KEPT).first()
    if known is None or known.mention.deleted_at is not None:
        return None
    if known.mention.conversation_id is None and _is_heard_by(agent, known.mention):
        return known
    own = Q(pk=known.mention.conversation_id)
    beside = Q(thread=known.mention.thread_id, channel__sightings__mention=known.mention)
    return known if visible_to(agent).filter(own | beside).exists() else None


def face(agent: Agent, number: int) -> str:
    """Return the file of a person's picture, "" where there is none or an agent sees nothing of theirs."""
    person = Author.objects.filter(pk=number).exclude(face="").first()
    if person is None:
        return ""
    said = Sighting.objects.filter(mention__author=person, mention__deleted_at=None)
    heard = said.filter(channel__in=channels_visible_to(agent)).exists()
    return person.face if heard else ""


def _is_heard_by(agent: Agent, mention: Mention) -> bool:
    """Whether one of the channels that an agent sees has heard a post."""
    return Sighting.objects.filter(mention=mention, channel__in=channels_visible_to(agent)).exists()
