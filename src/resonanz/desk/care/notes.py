"""What colleagues tell each other about a conversation."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from resonanz.desk.care.base import TEXT_MOST, CareError, tell
from resonanz.desk.models import Agent, Conversation, Note


def note(conversation: Conversation, agent: Agent, text: str) -> Note:
    """Write something for colleagues."""
    words = text.strip()
    if not words:
        raise CareError("empty")
    if len(words) > TEXT_MOST:
        raise CareError("too_long", length=len(words), limit=TEXT_MOST)
    now = timezone.now()
    with transaction.atomic():
        written = Note.objects.create(conversation=conversation, agent=agent, text=words, written_at=now)
        tell("noted", now, conversation, agent, note=written.pk)
    return written
