"""Conversations whose posts want something that presses, by what is noted: a lawyer, a journalist, a threat.

Sorting reads a post at once, before it has notes; this lifts to urgent when they come, or when somebody
corrects them. What a hand has sorted since the post came stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from resonanz.annotate.urgency import REASONS, Reason
from resonanz.annotate.urgency_pressing import INTENTS
from resonanz.case import State, Urgency
from resonanz.desk import events, understood
from resonanz.desk.care.base import one_of_many
from resonanz.desk.care.pressing import found_in, is_sorted_by_hand
from resonanz.desk.care.sorting import WORDS, Facts, sort_by_rule
from resonanz.desk.models import Annotation, Conversation, Correction, Kind

READER = "lifting"  # this module's mark in the event log
TOLD = frozenset({"annotated", "relabelled"})
AT_ONCE = 20  # events
LIFTING = (Kind.INTENT, Kind.RELEVANCE)


def lift_next() -> bool:
    """Lift what was noted since; True if anything new had happened."""
    if understood.switched_off() & {"intent", "urgency"}:
        return False
    with events.follow(READER, TOLD, AT_ONCE) as news:
        if news is None:
            return False
        for note in _pressing(news.told):
            with one_of_many(f"lifting post {note.mention_id}"), transaction.atomic():
                _lift(note)
        with transaction.atomic():
            news.take()
        return True


def _pressing(told: Iterable[events.Told]) -> list[Annotation]:
    """Return the notes of customers' posts in open conversations that may press."""
    told = list(told)
    batches = [json.loads(event.facts)["batch"] for event in told if event.kind == "annotated"]
    said = [json.loads(event.facts)["correction"] for event in told if event.kind == "relabelled"]
    if not batches and not said:
        return []
    # Posts that were drawn to be checked are often old.
    meant = Correction.objects.filter(pk__in=said, kind__in=LIFTING, sampled=False, undone_at=None)
    corrected = meant.values_list("mention", flat=True)
    wants = Q()
    for intent in INTENTS:
        wants |= Q(intents__contains=f'"{intent}"')
    pressing = Q(
        wants,
        mention__incoming=True,
        mention__deleted_at=None,
        mention__conversation__state=State.OPEN,
        mention__conversation__urgency=Urgency.NORMAL,
        mention__conversation__from_import=None,
    )
    notes = (understood.in_batches(batches), Annotation.objects.filter(mention__in=corrected))
    found = {
        note.mention_id: note
        for some in notes
        for note in some.filter(pressing).exclude(about="others").select_related("mention__conversation")
    }
    return [found[order] for order in sorted(found)]


def _lift(note: Annotation) -> None:
    number = note.mention.conversation_id
    assert number is not None
    conversation = Conversation.objects.select_related("brand", "thread", "channel").get(pk=number)
    if conversation.urgency != Urgency.NORMAL or conversation.state != State.OPEN:
        return
    reason = _reason_in(note)
    is_said = Correction.objects.filter(WORDS, mention=note.mention_id).exists()
    if reason is None or is_said or is_sorted_by_hand(conversation, note.mention_id):
        return
    facts: Facts = {
        "matter": conversation.matter,
        "urgency": int(Urgency.URGENT),
        "rule": REASONS[reason.code],
    }
    sort_by_rule(conversation, facts)


def _reason_in(note: Annotation) -> Reason | None:
    """Return why a post presses by what it wants, if the model is sure of that."""
    found = found_in(note.mention, note).reasons
    return next((reason for reason in found if reason.code in INTENTS.values()), None)
