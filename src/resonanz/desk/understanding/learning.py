"""Learning from what people said, in the background: a new model is used if it is not worse than the old.

Every fifth post is held back and never learnt from, the same ones each time: on these both are compared.
Each model learns from the shipped one (or the one that was brought in from a file) and all corrections, so
nothing that was taken back lives on in it. Where a person has chosen a model, a new one is only proposed.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
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
from resonanz.desk.storage import to_ms
from resonanz.desk.understanding import models
from resonanz.desk.understanding.comparing import Verdict, verdict
from resonanz.desk.understood import LEARNT

log = logging.getLogger("resonanz.understanding")
ENOUGH = 5  # new corrections after which it learns at once
AFTER = timedelta(minutes=1)  # after which it learns from fewer
HELD = 5  # one post in so many is held back
CORRECTIONS_MOST = 20_000  # the newest; more would take longer than people wait
KEPT_MOST = 20  # files of models that were in use once
_at_it = Lock()

Tally = dict[str, list[int]]  # as in `comparing`


class Known(NamedTuple):
    """What a model stands on: another model, when it began to read corrections, the newest of these.

    `taken_back` says that the model in use learnt from something that was taken back since.
    """

    base: str
    began: datetime
    upto: int
    taken_back: bool = False


class Outcome(NamedTuple):
    """What came of learning: the model, how it and the one in use do on what was held back, what it knows.

    `learnt` counts by kind the posts that it learnt from.
    """

    model: Model
    before: Tally
    after: Tally
    learnt: dict[str, int]
    learnt_count: int
    held_count: int

    @property
    def verdict(self) -> Verdict:
        """What the comparison says."""
        return verdict(self.before, self.after)


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
    base, now = models.base(), models.current().model
    if base.model is None or now is None:
        return False
    began, anew = timezone.now(), models.state().anew
    newest = Correction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    outcome = learn(base.model, now, labelled(), _next_name())
    _keep(outcome, Known(base.name, began, newest, bool(anew) and _has_learnt()))
    models.learn_anew_no_more(anew)
    return True


def _has_learnt() -> bool:
    return LearntModel.objects.filter(in_use=True).exclude(based_on="").exists()


def _is_due() -> bool:
    now, anew = timezone.now(), models.state().anew
    if anew and anew <= to_ms(now):
        return True
    upto = LearntModel.objects.order_by("-pk").values_list("upto", flat=True).first() or 0
    fresh = Correction.objects.filter(pk__gt=upto, undone_at=None, kind__in=LEARNT)
    first = list(fresh.order_by("pk").values_list("at", flat=True)[:ENOUGH])
    return len(first) >= ENOUGH or bool(first and first[0] <= now - AFTER)


def _next_name() -> str:
    last = LearntModel.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"desk-{last + 1}"


def labelled() -> list[Labelled]:
    """Return what people said of posts, the last word of each kind."""
    kinds = set(LEARNT) - understood.switched_off()
    said = Correction.objects.filter(undone_at=None, mention__deleted_at=None, kind__in=kinds)
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
    """Return a model that learnt from posts, with what it and the one in use do on what was held back."""
    held = [post for post in posts if is_held(post)]
    learnt = [post for post in posts if not is_held(post)]
    made = learning.adapted(base, learnt, name=name)
    known = {kind: sum(_says(post, kind) for post in posts) for kind in LEARNT}
    return Outcome(made, tally(now, held), tally(made, held), known, len(learnt), len(held))


def _says(post: Labelled, kind: str) -> bool:
    return post.intents is not None if kind == Kind.INTENT else post.one(kind) is not None


def tally(model: Model, posts: Sequence[Labelled]) -> Tally:
    """Return how often a model is right. Of intents each that it says or that was meant is a decision."""
    found: Tally = {kind: [0, 0] for kind in LEARNT}
    noted = annotate([post.text for post in posts], model, Wanted(kinds=frozenset(LEARNT), why=False))
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


def _keep(outcome: Outcome, known: Known) -> None:
    """Write down what was learnt. It is taken into use where it was measured, is not worse at any kind, and
    no person has chosen another; one that was worse is not kept. What too little is held back to measure
    waits, unless it takes the place of one that knows what was taken back.
    """
    name, said = _next_name(), outcome.verdict
    file = "" if said.worse else f"{name}.model"
    if file:
        kept.write(outcome.model, models.folder() / file)
    fits = said.fits or (known.taken_back and not said.worse)
    taken = fits and not models.state().chosen
    try:
        with transaction.atomic():
            row = LearntModel.objects.create(
                name=name,
                made_at=known.began,
                based_on=known.base,
                corrections_count=outcome.learnt_count + outcome.held_count,
                held_count=outcome.held_count,
                figures={"before": outcome.before, "after": outcome.after, "learnt": outcome.learnt},
                upto=known.upto,
                file=file,
            )
            happen("model_made", timezone.now(), model=row.pk, used=int(taken))
            if taken:
                models.take(row)
    except IntegrityError:
        log.info("another worker has learnt %s meanwhile", name)
        return
    _drop_old()


def _drop_old() -> None:
    """Remove files of models that learnt here and are needed no more: too old to go back to, or never used
    while a newer one is there. Their figures stay.
    """
    rows = LearntModel.objects.exclude(file="").exclude(based_on="").order_by("-pk")
    unused = rows.filter(in_use=False, used_at=None)[1:]
    models.drop([*rows.filter(in_use=False).exclude(used_at=None)[KEPT_MOST:], *unused])
