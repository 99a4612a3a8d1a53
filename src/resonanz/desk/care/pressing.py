"""How urgent a post is: what somebody said of it, else what rules find in it and what it surely wants.

Who says how urgent a post is sorts its conversation along; who takes that back sorts it back.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from resonanz.annotate.annotation import CERTAINLY
from resonanz.annotate.urgency import Urgency
from resonanz.case import State
from resonanz.case import Urgency as Level
from resonanz.desk import projection, understood
from resonanz.desk.care.base import joined_here
from resonanz.desk.care.sorting import reasons_in, sort_after
from resonanz.desk.models import Agent, Annotation, Conversation, Correction, Event, Kind, Mention

SURE = round(CERTAINLY * 1000)


# Of a post ---------------------------------------------------------------------------------------


def found_in(post: Mention, note: Annotation | None) -> Urgency:
    """Return how urgent a post is by the rules and by what it wants, with the reasons."""
    brand = 0 if post.conversation is None else post.conversation.brand_id
    return reasons_in(post, brand, set() if note is None else sure_intents(note))


def level_of(post: Mention, note: Annotation | None) -> Level:
    """Return how urgent a post is: what somebody said of it counts, else what is found in it."""
    if note is not None and note.by_hand & understood.BITS["urgency"]:
        return understood.LEVELS[note.urgency]
    return found_in(post, note).level


def sure_intents(note: Annotation) -> set[str]:
    """Return what the model is sure that a post wants of us, and what a person added: that has no score.

    Nothing while intents are switched off.
    """
    if "intent" in understood.switched_off() or note.about == "others":
        return set()
    by_hand = note.by_hand & understood.BITS["intent"]
    found = understood.intents_of(note.intents)
    return {label for label, score in found.items() if score >= SURE or (by_hand and not score)}


# Of its conversation -----------------------------------------------------------------------------


def sort_along(post: Mention, agent: Agent, made: Correction | None = None) -> None:
    """Sort a post's conversation as follows from what somebody said of the post. In a transaction.

    It rises to that; where the post became less urgent by `made`, it falls to what is left: to its most
    urgent post, and no lower than a hand has said of the conversation itself. What is settled stays.
    """
    conversation = _open_one(post)
    if conversation is None:
        return
    level = level_of(post, Annotation.objects.filter(mention=post).first())
    now = Level(conversation.urgency)
    is_less = made is not None and level < understood.LEVELS[made.was]
    if level > now and is_less and any(one.is_by_hand for one in _sortings(conversation.pk)):
        level = now  # a hand has lowered it: less than was said is no reason to raise it
    elif level < now:
        level = min(now, max(level, _left(conversation, post))) if is_less else now
    if level != now:
        sort_after(conversation, agent, post, level, None if made is None else made.pk)


def sort_back(post: Mention, agent: Agent, made: Correction) -> None:
    """Sort a conversation as it was before a correction that is taken back, as far as nobody and no other
    post has spoken since. In a transaction.
    """
    conversation = _open_one(post)
    if conversation is None:
        return
    told = _sortings(conversation.pk)
    place = next((n for n, one in enumerate(told) if one.facts.get("correction") == made.pk), None)
    if place is None:
        return
    before, after = Level(told[place].facts["before"]), Level(told[place].facts["urgency"])
    since = [one for one in told[place + 1 :] if one.post != post.pk]
    now = Level(conversation.urgency)
    if any(one.is_by_hand for one in since) or (before < after and since):
        return
    level = before if before < after else max(now, before)
    if level != now:
        sort_after(conversation, agent, post, level)


def sort_moved(conversation: Conversation, posts: Collection[int], agent: Agent) -> None:
    """Sort a conversation into which posts were moved as the most urgent of what was said of them.

    In a transaction. What rules find is read when they are told of again.
    """
    if "urgency" in understood.switched_off():
        return
    said = Correction.objects.filter(
        mention__in=posts, kind=Kind.URGENCY, sampled=False, undone_at=None
    ).select_related("mention")
    newest = {one.mention_id: one for one in said.order_by("pk")}
    most = max(newest.values(), key=lambda one: understood.LEVELS[one.value], default=None)
    if most is not None and understood.LEVELS[most.value] > conversation.urgency:
        sort_after(conversation, agent, most.mention, understood.LEVELS[most.value], most.pk)


def is_sorted_by_hand(conversation: Conversation, order: int) -> bool:
    """Whether somebody has sorted a conversation itself, not by one of its posts, since a post had come."""
    happened = projection.read_happened([conversation.pk]).get(conversation.pk, [])
    came = next((place for place, event in enumerate(happened) if event.order == order), 0)
    by_hand = (event for event in happened[came:] if event.kind == "sorted" and event.actor is not None)
    return any(event.order is None for event in by_hand)


def _open_one(post: Mention) -> Conversation | None:
    """Return a post's conversation, None where nothing is to be sorted."""
    if "urgency" in understood.switched_off():
        return None
    near = Conversation.objects.select_related("brand", "thread", "channel")
    return near.filter(mentions=post, state=State.OPEN, from_import=None).first()


def _left(conversation: Conversation, post: Mention) -> Level:
    """Return how urgent a conversation is but for one of its posts."""
    said = [
        next((one.facts["urgency"] for one in reversed(_sortings(place)) if one.is_by_hand), 0)
        for place in joined_here(conversation)
    ]
    others = conversation.mentions.filter(incoming=True, deleted_at=None).exclude(pk=post.pk)
    notes = {note.mention_id: note for note in Annotation.objects.filter(mention__in=others)}
    levels = [level_of(one, notes.get(one.pk)) for one in others.select_related("conversation")]
    return max([*map(Level, said), *levels])


class _Sorting(NamedTuple):
    """An event by which a conversation's urgency was set; `post` where it followed from one of its posts."""

    post: int | None
    is_by_hand: bool
    facts: dict[str, int]


def _sortings(conversation: int) -> list[_Sorting]:
    told = Event.objects.filter(conversation=conversation, kind="sorted").order_by("pk")
    rows = [(row[0], row[1], json.loads(row[2])) for row in told.values_list("mention", "actor", "facts")]
    return [
        _Sorting(post, actor is not None and post is None, facts)
        for post, actor, facts in rows
        if "urgency" in facts
    ]
