"""How urgent a post is: what somebody said of it, else what rules find in it and what it surely wants.

Who says how urgent a post is sorts its conversation with that.
"""

from __future__ import annotations

from collections.abc import Sequence

from resonanz.annotate.annotation import CERTAINLY
from resonanz.annotate.urgency import Urgency
from resonanz.case import Happened, State
from resonanz.case import Urgency as Level
from resonanz.desk import projection, understood
from resonanz.desk.care.sorting import reasons_in, sort_after
from resonanz.desk.models import Agent, Annotation, Conversation, Mention

SURE = round(CERTAINLY * 1000)
LOOKED_AT_MOST = 50  # posts of one conversation, the newest


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
    """Return what the model is sure that a post wants, and what a person added: that has no score.

    Nothing while intents are switched off.
    """
    if "intent" in understood.switched_off():
        return set()
    by_hand = note.by_hand & understood.BITS["intent"]
    found = understood.intents_of(note.intents)
    return {label for label, score in found.items() if score >= SURE or (by_hand and not score)}


def sort_along(post: Mention, agent: Agent) -> None:
    """Sort a post's conversation as follows from what somebody has just said, or taken back, of the post's
    urgency. In a transaction.

    It rises to that, or falls to what is left: to the most urgent post since a hand last sorted the
    conversation itself, and no lower than that hand said. What is settled stays.
    """
    near = Conversation.objects.select_related("brand", "thread", "channel")
    conversation = near.filter(mentions=post, state=State.OPEN, from_import=None).first()
    if conversation is None or "urgency" in understood.switched_off():
        return
    level = level_of(post, Annotation.objects.filter(mention=post).first())
    if level < conversation.urgency:
        level = _left(conversation, post)
    if level != conversation.urgency:
        sort_after(conversation, agent, post, level)


def _left(conversation: Conversation, post: Mention) -> Level:
    """Return how urgent a conversation is still, when one of its posts is less so."""
    happened = _happened(conversation)
    place, held = _last_by_hand(happened)
    since = {event.order for event in happened[place:] if event.order is not None}
    if post.pk not in since:
        return Level(conversation.urgency)
    near = conversation.mentions.filter(order__in=since, incoming=True, deleted_at=None)
    posts = list(near.select_related("conversation").order_by("-order")[:LOOKED_AT_MOST])
    notes = {note.mention_id: note for note in Annotation.objects.filter(mention__in=posts)}
    return max(held, *(level_of(one, notes.get(one.pk)) for one in posts))


def _last_by_hand(happened: Sequence[Happened]) -> tuple[int, Level]:
    """Return what a hand last changed the urgency of a conversation itself to, and the place after that."""
    now, held = Level.NORMAL, (0, Level.NORMAL)
    for place, event in enumerate(happened, 1):
        if event.kind != "sorted":
            continue
        said = Level(event.facts.get("urgency") or 0)
        if _is_by_hand(event) and said != now:
            held = (place, said)
        now = said
    return held


def is_sorted_by_hand(conversation: Conversation, order: int) -> bool:
    """Whether somebody has sorted a conversation itself, not by one of its posts, since a post had come."""
    happened = _happened(conversation)
    came = next((place for place, event in enumerate(happened) if event.order == order), 0)
    return any(event.kind == "sorted" and _is_by_hand(event) for event in happened[came:])


def _is_by_hand(event: Happened) -> bool:
    return event.actor is not None and event.order is None


def _happened(conversation: Conversation) -> list[Happened]:
    return projection.read_happened([conversation.pk]).get(conversation.pk, [])
