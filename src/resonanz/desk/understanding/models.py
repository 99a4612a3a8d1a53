"""Which model is in use: the shipped one, or one that learnt here; and the way back.

A model that cannot be read stops nothing: the next better one is taken (a learnt one, the shipped one, rules
alone), and what is wrong is told.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from resonanz.annotate import model as kept
from resonanz.annotate import second_look as second
from resonanz.annotate.features import SIZE
from resonanz.annotate.model import Model, ModelError
from resonanz.annotate.second_look import SecondLook, is_installed
from resonanz.desk import understood
from resonanz.desk.care.base import CareError, expect_lead
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, LearntModel

log = logging.getLogger("resonanz.understanding")
SHIPPED = kept.SHIPPED
SHIPPED_NAME = "resonanz"
TWICE = " +e5"  # behind a model's name: it was unsure, and a second look was taken
SECOND_LOOK_S = 0.3  # for each batch: posts go on being noted while many come, the least certain looked at
AGAIN_MOST = 5_000  # posts that a model which is new here judges again, the newest
AGAIN = understood.LIST.format(
    """SELECT n.mention_id, 1 FROM desk_annotation n JOIN desk_mention m ON m."order" = n.mention_id
    WHERE m.deleted_at IS NULL AND m.text <> '' ORDER BY n.mention_id DESC LIMIT %s"""
)


class InUse(NamedTuple):
    """The model in use, None for rules alone. `trouble` is why it is not the wanted one, `lacking`.

    Troubles are the codes of `annotate.model.ModelError`.
    """

    model: Model | None
    trouble: str = ""
    lacking: str = ""


def folder() -> Path:
    """Return where models that learnt here are kept."""
    return Path(settings.HOME) / "models"


def current() -> InUse:
    """Return the model to judge with; reads a file only when it is another one than before."""
    wanted = LearntModel.objects.filter(in_use=True).first()
    if wanted is None:
        return _shipped("", "")
    try:
        return InUse(read(folder() / wanted.file))
    except ModelError as error:
        log.warning("the model %s cannot be used: %s", wanted.name, error.code)
        return _shipped(error.code, wanted.name)


def _shipped(trouble: str, lacking: str) -> InUse:
    try:
        return InUse(read(SHIPPED), trouble, lacking)
    except ModelError as error:
        return InUse(None, trouble or error.code, lacking or SHIPPED_NAME)


def can_look_twice() -> bool:
    """Whether what a second look needs is installed, and the operator lets it."""
    return bool(settings.SECOND_LOOK and is_installed())


def second_look(model: Model | None) -> SecondLook | None:
    """Return what looks again at posts that a model is unsure of; None where it is off or not installed."""
    if not (can_look_twice() and understood.setting()["second_look"]):
        return None
    base = shipped()
    try:
        heads = read(second.SHIPPED, second.DIMENSIONS)
        return SecondLook(heads, SECOND_LOOK_S, base=None if base is model else base)
    except ModelError as error:
        log.warning("there is no second look: %s", error.code)
        return None


def shipped() -> Model | None:
    """Return the model that comes with the product, None where it cannot be read."""
    return _shipped("", "").model


def read(path: Path, rows: int = SIZE) -> Model:
    """Return a model of a file as it is now; raises ModelError."""
    try:
        stat = path.stat()
    except OSError as error:
        raise ModelError("missing", path=str(path)) from error
    return _read(path, rows, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=3)  # ten megabytes each
def _read(path: Path, rows: int, _changed_ns: int, _size: int) -> Model:
    return kept.read(path, rows)


# Another one -------------------------------------------------------------------------------------


def use(wanted: LearntModel | None, agent: Agent | None) -> None:
    """Take a model into use, None for the shipped one; the newest posts are judged again by it.

    CareError: `lead_needed`; `no_model` (why) where its file cannot be used.
    """
    if agent is not None:
        expect_lead(agent)
    _expect_usable(wanted)
    with transaction.atomic():
        LearntModel.objects.filter(in_use=True).update(in_use=False)
        if wanted is not None:
            changed = {"in_use": True, "used_at": timezone.now(), "used_by": agent}
            LearntModel.objects.filter(pk=wanted.pk).update(**changed)
        actor = None if agent is None else agent.pk
        happen("model_used", timezone.now(), actor=actor, model=None if wanted is None else wanted.pk)
        judge_again()


def _expect_usable(wanted: LearntModel | None) -> None:
    if wanted is not None and not wanted.file:
        raise CareError("no_model", why="worse")
    try:
        read(SHIPPED if wanted is None else folder() / wanted.file)
    except ModelError as error:
        raise CareError("no_model", why=error.code) from error


def roll_back(agent: Agent | None) -> LearntModel | None:
    """Go back to the model that was in use before this one, None for the shipped one; return it.

    CareError: `nothing_before` where the shipped one is in use.
    """
    now = LearntModel.objects.filter(in_use=True).first()
    if now is None:
        raise CareError("nothing_before")
    older = LearntModel.objects.exclude(file="").exclude(used_at=None).filter(pk__lt=now.pk)
    before = older.order_by("-pk").first()
    use(before, agent)
    return before


def judge_again(most: int = AGAIN_MOST) -> None:
    """Let the newest posts be annotated again; what people decided stays."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [most])
