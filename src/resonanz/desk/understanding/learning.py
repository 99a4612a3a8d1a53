"""Learning from what people said, in the background: a new model is used if it is not worse than the old.

Every fifth post is held back and never learnt from, the same ones each time: on these both are compared.
Each model learns from the shipped one and all corrections, so nothing that was taken back lives on in it.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from threading import Lock
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.annotate import learning
from resonanz.annotate import model as kept
from resonanz.annotate.annotation import Wanted, annotate
from resonanz.annotate.labelled import Labelled
from resonanz.annotate.model import Model
from resonanz.desk import understood
from resonanz.desk.events import happen
from resonanz.desk.models import Correction, Kind, LearntModel
from resonanz.desk.understanding import models

log = logging.getLogger("resonanz.understanding")
ENOUGH = 5  # new corrections after which it learns at once
AFTER = timedelta(minutes=1)  # after which it learns from fewer
HELD = 5  # one post in so many is held back
CORRECTIONS_MOST = 20_000  # the newest; more would take longer than people wait
KEPT_MOST = 20  # files of models
_at_it = Lock()

Tally = dict[str, list[int]]  # by kind: how many decisions were right, and how many there were


class Outcome(NamedTuple):
    """What came of learning: the model (None: it was worse), and both figures on what was held back."""

    model: Model | None
    before: Tally
    after: Tally
    learnt_count: int
    held_count: int


def learn_next() -> bool:
    """Learn from what is new, if it is enough or has waited long enough; True if something was learnt."""
    if not _at_it.acquire(blocking=False):
        return False
    try:
        return _learn_some()
    finally:
        _at_it.release()


def _learn_some() -> bool:
    if not understood.setting()["learns"] or not _is_due():
        return False
    base, now = models.shipped(), models.current().model
    if base is None or now is None:
        return False
    newest = Correction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    outcome = learn(base, now, labelled(), _next_name())
    _keep(outcome, newest)
    return True


def _is_due() -> bool:
    upto = LearntModel.objects.order_by("-pk").values_list("upto", flat=True).first() or 0
    fresh = Correction.objects.filter(pk__gt=upto, undone_at=None)
    first = list(fresh.order_by("pk").values_list("at", flat=True)[:ENOUGH])
    return len(first) >= ENOUGH or bool(first and first[0] <= timezone.now() - AFTER)


def _next_name() -> str:
    last = LearntModel.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"desk-{last + 1}"


def labelled() -> list[Labelled]:
    """Return what people said of posts, the last word of each kind."""
    off = understood.switched_off()
    said = Correction.objects.filter(undone_at=None, mention__deleted_at=None).exclude(kind__in=off)
    rows = said.order_by("-pk").values_list("mention_id", "mention__text", "kind", "value")[:CORRECTIONS_MOST]
    posts: dict[int, Labelled] = {}
    seen: set[tuple[int, str]] = set()
    for order, text, kind, value in rows:
        if (order, kind) not in seen:
            seen.add((order, kind))
            known = posts.get(order) or Labelled(text, id=str(order))
            posts[order] = _with(known, kind, value)
    return list(posts.values())


def _with(post: Labelled, kind: str, value: str) -> Labelled:
    if kind == Kind.INTENT:
        return replace(post, intents=frozenset(filter(None, value.split(","))))
    if kind == Kind.RELEVANCE:
        return replace(post, relevance=understood.RELEVANCE[value])
    return replace(post, sentiment=value) if kind == Kind.SENTIMENT else replace(post, reason=value)


def is_held(post: Labelled) -> bool:
    """Whether a post is one of those that are never learnt from."""
    return zlib.crc32(post.id.encode()) % HELD == 0


def learn(base: Model, now: Model, posts: Sequence[Labelled], name: str) -> Outcome:
    """Return a model that learnt from posts, and how it and the one in use do on what was held back."""
    held = [post for post in posts if is_held(post)]
    learnt = [post for post in posts if not is_held(post)]
    made = learning.adapted(base, learnt, name=name)
    before, after = tally(now, held), tally(made, held)
    worse = sum(right for right, _all in after.values()) < sum(right for right, _all in before.values())
    return Outcome(None if worse else made, before, after, len(learnt), len(held))


def tally(model: Model, posts: Sequence[Labelled]) -> Tally:
    """Return how often a model is right. Of intents each that it says or that was meant is a decision."""
    found: Tally = {kind.value: [0, 0] for kind in Kind}
    noted = annotate([post.text for post in posts], model, Wanted(kinds=frozenset(Kind.values), why=False))
    for post, note in zip(posts, noted, strict=True):
        judgements = (("sentiment", note.sentiment), ("relevance", note.relevance), ("reason", note.reason))
        for kind, judged in judgements:
            meant = post.one(kind)
            if meant is not None and judged is not None:
                found[kind][0] += judged.likeliest == meant
                found[kind][1] += 1
        if post.intents is not None:
            _count(found["intent"], {one.label for one in note.intents}, post.intents)
    return found


def _count(tally: list[int], said: AbstractSet[str], meant: AbstractSet[str]) -> None:
    """Count what was said and meant; nothing where nothing was meant is one right decision."""
    tally[0] += len(said & meant) if said or meant else 1
    tally[1] += len(said | meant) or 1


def _keep(outcome: Outcome, upto: int) -> None:
    """Write down what was learnt, and take it into use where it is not worse."""
    name = _next_name()
    file = "" if outcome.model is None else f"{name}.model"
    if outcome.model is not None:
        kept.write(outcome.model, models.folder() / file)
    try:
        with transaction.atomic():
            row = LearntModel.objects.create(
                name=name,
                made_at=timezone.now(),
                based_on=models.SHIPPED_NAME,
                corrections_count=outcome.learnt_count + outcome.held_count,
                held_count=outcome.held_count,
                figures={"before": outcome.before, "after": outcome.after},
                upto=upto,
                file=file,
            )
            happen("model_made", timezone.now(), model=row.pk, used=int(bool(file)))
            if file:
                models.use(row, None)
    except IntegrityError:
        log.info("another worker has learnt %s meanwhile", name)
        return
    _drop_old()


def _drop_old() -> None:
    """Remove the files of models that are too old to go back to; their figures stay."""
    old = LearntModel.objects.exclude(file="").filter(in_use=False).order_by("-pk")[KEPT_MOST:]
    for row in old:
        LearntModel.objects.filter(pk=row.pk).update(file="")
        (models.folder() / row.file).unlink(missing_ok=True)
