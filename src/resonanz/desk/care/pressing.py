"""How urgent a post is: what somebody said of it, else what rules find in it and what it surely wants.

Who says how urgent a post is sorts its conversation along; who takes that back sorts it back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from resonanz.annotate.annotation import CERTAINLY
from resonanz.annotate.urgency import Urgency
from resonanz.case import State
from resonanz.case import Urgency as Level
from resonanz.desk import projection, understood
from resonanz.desk.care.base import joined_here
from resonanz.desk.care.sorting import WORDS, hand_in, reasons_in, sort_after, sortings
from resonanz.desk.models import Agent, Annotation, Conversation, Correction, Event, Mention
from resonanz.desk.storage import to_ms

SURE = round(CERTAINLY * 1000)
SPEAKING = ("heard", "edited", "relabelled")  # events by which a post says anew how urgent it is


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

    It rises to that; where the post became less urgent by `made`, it falls to what is left, and does not rise
    against a hand. What is settled stays.
    """
    conversation = _open_one(post)
    if conversation is None:
        return
    level, now = _words([post.pk]).get(post.pk, Level.NORMAL), Level(conversation.urgency)
    is_less = made is not None and _is_less(made)
    if level > now and is_less and hand_in(conversation) is not None:
        level = now
    elif level < now:
        level = min(now, max(level, _left(conversation))) if is_less else now
    _sort(conversation, agent, post, level, made)


def sort_again(post: Mention, agent: Agent) -> bool:
    """Sort a post's conversation by what was said of the post before; False where it was only checked."""
    if not _words([post.pk]):
        return False
    sort_along(post, agent)  # it was settled then, say
    return True


def sort_back(post: Mention, agent: Agent, made: Correction) -> None:
    """Sort a conversation back after a correction was taken back, as far as nobody and no other post holds it
    or has changed it since. In a transaction.
    """
    conversation = _open_one(post)
    if conversation is None or made.sampled:
        return
    now, hand = Level(conversation.urgency), hand_in(conversation)
    followed = next(
        (one for one in sortings(conversation.pk) if one.facts.get("correction") == made.pk), None
    )
    before = None if followed is None else Level(followed.facts["before"])
    level = now
    if not _is_less(made):
        level = now if before is None else min(now, max(before, _left(conversation)))
    elif followed is not None and before is not None:
        level = now if hand is not None and hand.number > followed.number else max(now, before)
    elif hand is None:
        level = max(now, found_in(post, Annotation.objects.filter(mention=post).first()).level)
    _sort(conversation, agent, post, level, None)


def sort_moved(
    conversation: Conversation, before: Conversation, posts: Collection[int], agent: Agent
) -> None:
    """Sort a conversation into which posts were moved as the most urgent of what was said of them, unless a
    hand had sorted the one `before` since. In a transaction.

    What rules find is read when they are told of again.
    """
    if "urgency" in understood.switched_off():
        return
    hand = hand_in(before)
    said = Correction.objects.filter(WORDS, mention__in=posts).select_related("mention", "by")
    newest = {one.mention_id: one for one in said.order_by("pk")}
    held = (one for one in newest.values() if hand is None or to_ms(one.at) > hand.at_ms)
    most = max(held, key=lambda one: understood.LEVELS[one.value], default=None)
    if most is not None and understood.LEVELS[most.value] > conversation.urgency:
        _sort(conversation, most.by or agent, most.mention, understood.LEVELS[most.value], most)


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


def _is_less(made: Correction) -> bool:
    return understood.LEVELS[made.value] < understood.LEVELS[made.was]


def _sort(
    conversation: Conversation, agent: Agent, post: Mention, level: Level, made: Correction | None
) -> None:
    if level != conversation.urgency:
        sort_after(conversation, agent, post, level, None if made is None else made.pk)


def _words(posts: Iterable[int]) -> dict[int, Level]:
    """Return what was said of the urgency of some posts, other than to check how good rules are."""
    said = Correction.objects.filter(WORDS, mention__in=list(posts)).order_by("pk")
    return {order: understood.LEVELS[value] for order, value in said.values_list("mention", "value")}


def _left(conversation: Conversation) -> Level:
    """Return how urgent a conversation is by what a hand last said of it, and by its posts since then."""
    hand = hand_in(conversation)
    posts = conversation.mentions.filter(incoming=True, deleted_at=None).select_related("conversation")
    if hand is not None:
        told = Event.objects.filter(
            conversation__in=joined_here(conversation), pk__gt=hand.number, kind__in=SPEAKING
        )
        posts = posts.filter(order__in=set(told.exclude(mention=None).values_list("mention", flat=True)))
    found = list(posts)
    words = _words(post.pk for post in found)
    notes = {note.mention_id: note for note in Annotation.objects.filter(mention__in=found)}
    levels = [
        words[post.pk] if post.pk in words else found_in(post, notes.get(post.pk)).level for post in found
    ]
    return max([Level.NORMAL if hand is None else Level(hand.facts["urgency"]), *levels])
