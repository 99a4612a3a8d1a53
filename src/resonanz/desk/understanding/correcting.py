"""What people say about what is noted: this is right, or this is right instead. It counts at once.

Every word is kept as a `Correction`: models learn from them, and quality is reckoned from them.
"""

from __future__ import annotations

import json

from django.db import connection, transaction
from django.utils import timezone

from resonanz.annotate.labelled import INTENTS, NO_REASON, SENTIMENTS
from resonanz.annotate.language import DESK as LANGUAGES
from resonanz.annotate.private_data import KINDS as PRIVATE
from resonanz.annotate.private_data import find_private_data
from resonanz.desk import understood
from resonanz.desk.care import pressing
from resonanz.desk.care.base import CareError, expect_agent
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Annotation, Author, Correction, Kind, LearntModel, Mention
from resonanz.desk.understanding import models
from resonanz.desk.understanding.annotating import own_numbers
from resonanz.desk.understanding.learning import AFTER

ABOUTS = ("us", "others")
ADDRESSED = ("du", "sie")
FORMS = (*ADDRESSED, "none")


def correct(
    mention: Mention, agent: Agent, kind: str, value: str, *, sampled: bool = False
) -> Correction | None:
    """Say what is right; None where somebody said so before. Several labels are parted by commas.

    CareError: `not_allowed`, `post_gone`, `not_known` (no such label), `switched_off`.
    """
    value = _checked(mention, agent, kind, value)
    with transaction.atomic():
        note = _note_of(mention)
        was, judge = label_of(note, kind), note.model
        is_said = was == value and note.by_hand & understood.BITS[kind] and not sampled
        if is_said and (kind != Kind.URGENCY or pressing.sort_again(mention, agent)):
            return None
        if sampled and note.by_hand & understood.BITS[kind]:
            was, judge = _judged(mention, kind)
        made = Correction.objects.create(
            mention=mention,
            kind=kind,
            value=value,
            was=was,
            by=agent,
            at=timezone.now(),
            sampled=sampled,
            model=judge,
        )
        _put(note, kind, value)
        _address(mention, kind)
        if kind == Kind.URGENCY and not sampled:
            pressing.sort_along(mention, agent, made)
        _tell(made, agent, mention)
    return made


def confirm(mention: Mention, agent: Agent, kind: str, *, sampled: bool = False) -> Correction | None:
    """Say that a label is right. CareError: as `correct`, and `not_known` where none is noted."""
    note = Annotation.objects.filter(mention=mention).first()
    label = "" if note is None else label_of(note, kind)
    if label in {"", understood.UNSURE} and kind not in understood.SEVERAL:
        raise CareError("not_known")
    return correct(mention, agent, kind, label, sampled=sampled)


def undo(made: Correction, agent: Agent) -> None:
    """Take a word back: what stood before stands again, and a model judges the post anew. Where models
    have learnt from it, the next is made without it.

    CareError: `not_allowed`, `too_late` where somebody has said something else since.
    """
    expect_agent(agent)
    with transaction.atomic():
        said = Correction.objects.filter(mention=made.mention_id, kind=made.kind, undone_at=None)
        newest = list(said.order_by("-pk")[:2])
        if not newest or newest[0].pk != made.pk:
            raise CareError("too_late")
        Correction.objects.filter(pk=made.pk).update(undone_at=timezone.now())
        note = _note_of(made.mention)
        _put(note, made.kind, made.was, by_hand=len(newest) > 1)
        _address(made.mention, made.kind)
        if made.kind == Kind.URGENCY:
            pressing.sort_back(made.mention, agent, made)
        with connection.cursor() as cursor:
            cursor.execute(understood.LIST_ONE, [made.mention_id])
        if made.kind in understood.LEARNT and LearntModel.objects.filter(upto__gte=made.pk).exists():
            models.learn_anew(timezone.now() + AFTER)
        _tell(made, agent, made.mention, undo=1)


def label_of(note: Annotation, kind: str) -> str:
    """Return what is noted of a kind as one text, "" for nothing."""
    if kind == Kind.INTENT:
        return ",".join(sorted(understood.intents_of(note.intents)))
    if kind == Kind.URGENCY:
        return pressing.level_of(note.mention, note).name.lower()
    if kind == Kind.PRIVATE_DATA and not note.by_hand & understood.BITS[kind]:
        found = find_private_data(note.mention.text, patterns=own_numbers())  # noted or not
        return ",".join(sorted({one.kind for one in found}))
    return str(getattr(note, understood.COLUMNS[kind][0]))


def _checked(mention: Mention, agent: Agent, kind: str, value: str) -> str:
    expect_agent(agent)
    if kind in understood.switched_off():
        raise CareError("switched_off")
    if mention.deleted_at is not None or not mention.incoming:
        raise CareError("post_gone")
    known = {
        "sentiment": SENTIMENTS,
        "relevance": ABOUTS,
        "intent": INTENTS,
        "reason": (NO_REASON, *(reason.code for reason in understood.reasons())),
        "language": LANGUAGES,
        "address_form": FORMS,
        "urgency": tuple(understood.LEVELS),
        "private_data": PRIVATE,
    }.get(kind)
    given = sorted(set(filter(None, value.split(",")))) if kind in understood.SEVERAL else [value]
    if known is None or not set(given) <= set(known):
        raise CareError("not_known")
    return ",".join(given)


def _note_of(mention: Mention) -> Annotation:
    """Return a post's notes; a post that nobody has annotated yet gets its row by the first word."""
    return Annotation.objects.get_or_create(mention=mention, defaults={"at": timezone.now()})[0]


def _judged(mention: Mention, kind: str) -> tuple[str, str]:
    """Return what a model said before anybody corrected it, and which: that is what a check is about."""
    said = Correction.objects.filter(mention=mention, kind=kind, undone_at=None).order_by("pk")
    return said.values_list("was", "model")[0]


def _put(note: Annotation, kind: str, value: str, *, by_hand: bool = True) -> None:
    bit, column = understood.BITS[kind], understood.COLUMNS[kind][0]
    kept = value
    if kind == Kind.INTENT:
        scores = understood.intents_of(note.intents)
        labels = filter(None, value.split(","))
        found = {label: scores.get(label, 0) for label in labels}
        kept = json.dumps(found) if found else ""
    setattr(note, column, kept)
    note.by_hand = note.by_hand | bit if by_hand else note.by_hand & ~bit
    note.save(update_fields=[column, "by_hand"])


def _address(mention: Mention, kind: str) -> None:
    """Remember at an author how the newest of their posts that says du or Sie addresses us."""
    if kind != Kind.ADDRESS_FORM or kind in understood.switched_off():
        return
    said = Mention.objects.filter(author=mention.author_id, incoming=True, deleted_at=None)
    theirs = Annotation.objects.filter(form__in=ADDRESSED, mention__in=said)
    newest = theirs.order_by("-mention").values_list("form", flat=True).first() or ""
    Author.objects.filter(pk=mention.author_id).update(form=newest)


def _tell(made: Correction, agent: Agent, mention: Mention, undo: int = 0) -> None:
    happen(
        "relabelled",
        timezone.now(),
        actor=agent.pk,
        conversation=mention.conversation_id,
        mention=mention.pk,
        correction=made.pk,
        undo=undo,
    )
