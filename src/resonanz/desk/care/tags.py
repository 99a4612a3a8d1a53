"""Words that group conversations: put on, taken off, and kept in order."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from resonanz.desk.care.base import CareError, expect_agent, expect_lead, expect_live, tell
from resonanz.desk.models import Agent, Conversation, ConversationTag, Tag

NAME_MOST = 60


def named(name: str) -> str:
    """Return a tag's name as it is kept: without a hash in front, its blanks single; raises CareError."""
    words = " ".join(name.split()).removeprefix("#").strip()
    if not words:
        raise CareError("tag_empty")
    if len(words) > NAME_MOST:
        raise CareError("tag_long", limit=NAME_MOST)
    return words


def known(name: str) -> Tag | None:
    """Return the tag of that name, written large or small."""
    wanted = named(name).casefold()
    return next((tag for tag in Tag.objects.all() if tag.name.casefold() == wanted), None)


def tag(conversation: Conversation, agent: Agent, name: str) -> Tag | None:
    """Put a tag on a conversation, a new one if there is none of that name; None where it was on already."""
    expect_agent(agent)
    expect_live(conversation)
    words = named(name)
    with transaction.atomic():
        chosen = known(words) or Tag.objects.create(name=words)
        _on, new = ConversationTag.objects.get_or_create(conversation=conversation, tag=chosen)
        if new:
            tell("tagged", timezone.now(), conversation, agent, tag=chosen.pk)
    return chosen if new else None


def untag(conversation: Conversation, agent: Agent, chosen: Tag) -> bool:
    """Take a tag off a conversation; False where it was not on."""
    expect_agent(agent)
    expect_live(conversation)
    with transaction.atomic():
        gone, _each = ConversationTag.objects.filter(conversation=conversation, tag=chosen).delete()
        if gone:
            tell("untagged", timezone.now(), conversation, agent, tag=chosen.pk)
    return bool(gone)


def in_use() -> list[Tag]:
    """Return every tag with `used_count`, on how many conversations it stands, by name."""
    return list(Tag.objects.annotate(used_count=Count("on")).order_by("name"))


def rename(chosen: Tag, agent: Agent, name: str) -> Tag:
    """Give a tag another name; where there is one of that name, the two become one. A lead's to do."""
    expect_lead(agent)
    words = named(name)
    with transaction.atomic():
        other = known(words)
        if other is not None and other.pk != chosen.pk:
            return _join(chosen, other)
        Tag.objects.filter(pk=chosen.pk).update(name=words)
        chosen.name = words
    return chosen


def _join(chosen: Tag, other: Tag) -> Tag:
    has_both = ConversationTag.objects.filter(tag=other).values("conversation")
    ConversationTag.objects.filter(tag=chosen).exclude(conversation__in=has_both).update(tag=other)
    Tag.objects.filter(pk=chosen.pk).delete()
    return other


def remove(chosen: Tag, agent: Agent) -> int:
    """Take a tag away for good, from every conversation; returns from how many. A lead's to do."""
    expect_lead(agent)
    with transaction.atomic():
        count = ConversationTag.objects.filter(tag=chosen).count()
        Tag.objects.filter(pk=chosen.pk).delete()
    return count
