"""What kind of matter a conversation is, by what is noted of its posts, once a lead wants that.

So rules by kind know complaints, questions and praise before anybody has sorted them. Only what nobody sorted
gets a kind, and only where the model is sure; what a hand decides stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import QuerySet

from resonanz.case import Matter, State
from resonanz.desk import events, understood
from resonanz.desk.care.base import one_of_many
from resonanz.desk.care.sorting import sort_by_rule
from resonanz.desk.models import Annotation, Bookmark, Conversation, Kind

READER = "kinds"  # this module's mark in the event log
TOLD = frozenset({"annotated", "relabelled"})
AT_ONCE = 20  # events
MATTERS = {"complaint": Matter.COMPLAINT, "question": Matter.QUESTION, "praise": Matter.PRAISE}  # first wins
SURE = 800  # thousandths; less is left to a person


def begin() -> None:
    """Begin with what comes from now on."""
    Bookmark.objects.update_or_create(name=READER, defaults={"event": events.newest()})


def kinds_next() -> bool:
    """Sort conversations of which something was noted since; True if anything new had happened."""
    setting = understood.setting()
    if not setting["sorts"] or "intent" in setting["off"]:
        return False
    with events.follow(READER, TOLD, AT_ONCE) as news:
        if news is None:
            return False
        for number, matter in _judged(news.told).items():  # again after a crash: it is sorted by then
            with one_of_many(f"sorting conversation {number}"), transaction.atomic():
                _write(number, matter)
        with transaction.atomic():
            news.take()
        return True


def _judged(told: Iterable[events.Told]) -> Mapping[int, Matter]:
    """Return the kinds of conversations that nobody sorted; of several posts the first one says it."""
    found: dict[int, Matter] = {}
    for note in _notes(told):
        matter = matter_in(note)
        if matter is not None and note.mention.conversation_id is not None:
            found.setdefault(note.mention.conversation_id, matter)
    return found


def _notes(told: Iterable[events.Told]) -> Iterator[Annotation]:
    known = [event for event in told if event.kind in TOLD]
    batches = [json.loads(event.facts)["batch"] for event in known if event.kind == "annotated"]
    posts = [event.mention for event in known if event.kind == "relabelled"]
    if batches:
        yield from _unsorted(understood.in_batches(batches))
    if posts:
        yield from _unsorted(Annotation.objects.filter(mention__in=posts))


def _unsorted(notes: QuerySet[Annotation]) -> QuerySet[Annotation]:
    ours = notes.filter(mention__incoming=True, mention__deleted_at=None).exclude(intents="")
    live = ours.filter(
        mention__conversation__matter=Matter.UNSORTED,
        mention__conversation__state=State.OPEN,
        mention__conversation__from_import=None,
    )
    return live.select_related("mention").order_by("mention")


def matter_in(note: Annotation) -> Matter | None:
    """Return the kind of matter that a post surely is; None where it is about something else or unsure."""
    by_hand = note.by_hand & understood.BITS[Kind.INTENT]
    intents = understood.intents_of(note.intents)
    sure = [label for label, score in intents.items() if by_hand or score >= SURE]
    if note.about == "others":
        return None
    return next((matter for label, matter in MATTERS.items() if label in sure), None)


def _write(number: int, matter: Matter) -> None:
    conversation = Conversation.objects.select_related("brand", "thread", "channel").get(pk=number)
    if conversation.matter == Matter.UNSORTED and conversation.state == State.OPEN:
        sort_by_rule(conversation, {"matter": int(matter), "urgency": conversation.urgency})
