"""Which model is in use: the shipped one, or one that learnt here; and the way back.

A model that cannot be read stops nothing: the next better one is taken (a learnt one, the shipped one, rules
alone), and what is wrong is told. Which models were in use before, and whether a person has chosen, is kept
in a setting.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import count
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
from resonanz.desk.models import Agent, LearntModel, Setting
from resonanz.desk.storage import to_ms
from resonanz.desk.understanding.comparing import Verdict, verdict

log = logging.getLogger("resonanz.understanding")
SHIPPED = kept.SHIPPED
SHIPPED_NAME = "resonanz"
TWICE = " +e5"  # behind a model's name: it was unsure, and a second look was taken
SECOND_LOOK_S = 0.3  # for each batch: posts go on being noted while many come, the least certain looked at
STATE = "understanding_model"  # the name of a setting: `State`
BEFORE_MOST = 50  # models that the way back knows
AGAIN_MOST = 5_000  # posts that a model which is new here judges again, the newest
AGAIN = understood.LIST.format(
    """SELECT n.mention_id, 1 FROM desk_annotation n JOIN desk_mention m ON m."order" = n.mention_id
    WHERE m.deleted_at IS NULL AND m.text <> '' ORDER BY n.mention_id DESC LIMIT %s"""
)


class State(NamedTuple):
    """What is known beside the models' rows.

    `before` are the models that were in use before this one, the latest last, None for the shipped one.
    `chosen` says that a person has decided: new ones are only proposed. `anew` is the moment from which on
    it is time to learn without new corrections, as something learnt was taken back; 0 for none.
    """

    before: tuple[int | None, ...] = ()
    chosen: bool = False
    anew: int = 0


class Base(NamedTuple):
    """The model that learning stands on, None where its file cannot be read."""

    name: str
    model: Model | None


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


def named(name: str) -> Model | None:
    """Return the model that notes call so, None where its file is gone."""
    ours = shipped()
    if ours is not None and ours.name == name:
        return ours
    row = LearntModel.objects.filter(name=name).exclude(file="").first()
    try:
        return None if row is None else read(folder() / row.file)
    except ModelError:
        return None


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


def state() -> State:
    """Return what was in use before, whether a person has chosen, and when to learn anew."""
    kept_ = Setting.objects.filter(name=STATE).values_list("value", flat=True).first() or {}
    return State(tuple(kept_.get("before", ())), kept_.get("chosen", False), kept_.get("anew", 0))


def _remember(known: State) -> None:
    value = known._replace(before=known.before[-BEFORE_MOST:])._asdict()
    Setting.objects.update_or_create(name=STATE, defaults={"value": value})


def learn_anew(at: datetime) -> None:
    """Let the next model be made at a moment, whether or not there are new corrections."""
    with transaction.atomic():
        _remember(state()._replace(anew=to_ms(at)))


def learn_anew_no_more(moment: int) -> None:
    """Note that it was learnt anew, unless there has been another cause since."""
    with transaction.atomic():
        known = state()
        if known.anew and known.anew == moment:
            _remember(known._replace(anew=0))


def base() -> Base:
    """Return what learning stands on: the model of a file while it or what learnt from it is in use, else the
    shipped one.
    """
    now = LearntModel.objects.filter(in_use=True).first()
    name = SHIPPED_NAME if now is None else now.based_on or now.name
    root = LearntModel.objects.filter(name=name, based_on="").exclude(file="").first()
    if root is not None:
        try:
            return Base(name, read(folder() / root.file))
        except ModelError as error:
            log.warning("the model %s cannot be learnt from: %s", name, error.code)
    return Base(SHIPPED_NAME, shipped())


def use(wanted: LearntModel | None, agent: Agent | None) -> None:
    """Take a model into use because a person says so, None for the shipped one.

    Unless it is the newest, later ones are only proposed from then on; see `automatic`.
    CareError: `lead_needed`; `no_model` (why) where its file cannot be used.
    """
    if agent is not None:
        expect_lead(agent)
    _expect_usable(wanted)
    with transaction.atomic():
        _change(wanted, agent, _after(), chosen=wanted != newest())


def take(wanted: LearntModel | None) -> None:
    """Take a model into use without anybody saying so."""
    with transaction.atomic():
        _change(wanted, None, _after(), chosen=False)


def _after() -> tuple[int | None, ...]:
    """Return the models before, if another one is taken now."""
    now = LearntModel.objects.filter(in_use=True).first()
    return (*state().before, None if now is None else now.pk)


def _change(
    wanted: LearntModel | None, agent: Agent | None, before: tuple[int | None, ...], *, chosen: bool
) -> None:
    """Change the model in use; the newest posts are judged again by it."""
    order = None if wanted is None else wanted.pk
    now = LearntModel.objects.filter(in_use=True).first()
    if order == (None if now is None else now.pk):
        before = state().before
    LearntModel.objects.filter(in_use=True).update(in_use=False)
    if wanted is not None:
        changed = {"in_use": True, "used_at": timezone.now(), "used_by": agent}
        LearntModel.objects.filter(pk=wanted.pk).update(**changed)
    _remember(state()._replace(before=before, chosen=chosen))
    happen("model_used", timezone.now(), actor=None if agent is None else agent.pk, model=order)
    judge_again()


def _expect_usable(wanted: LearntModel | None) -> None:
    if wanted is not None and not wanted.file:
        raise CareError("no_model", why="worse" if judged(wanted).worse else "gone")
    try:
        read(SHIPPED if wanted is None else folder() / wanted.file)
    except ModelError as error:
        raise CareError("no_model", why=error.code) from error


def newest() -> LearntModel | None:
    """Return the newest model whose file is there, None for the shipped one."""
    return LearntModel.objects.exclude(file="").order_by("-pk").first()


def proposed() -> LearntModel | None:
    """Return a model that was made, was measured and not worse, while a person had chosen another."""
    found = newest()
    if found is None or found.used_at is not None or not state().chosen:
        return None
    return found if judged(found).fits else None


def judged(row: LearntModel) -> Verdict:
    """Return what the comparison said when a model was made."""
    return verdict(row.figures.get("before", {}), row.figures.get("after", {}))


def automatic(agent: Agent) -> LearntModel | None:
    """Take new models by themselves again, one that is proposed at once; return it.

    CareError: `lead_needed`; `no_model` (why).
    """
    expect_lead(agent)
    found = proposed()
    if found is None:
        with transaction.atomic():
            _remember(state()._replace(chosen=False))
    else:
        use(found, agent)
    return found


def roll_back(agent: Agent | None) -> LearntModel | None:
    """Go back to the model that was in use before this one, None for the shipped one; return it.

    CareError: `nothing_before` where there is none; as `use`.
    """
    if agent is not None:
        expect_lead(agent)
    before, wanted = _before()
    _expect_usable(wanted)
    with transaction.atomic():
        _change(wanted, agent, before, chosen=wanted != newest())
    return wanted


def _before() -> tuple[tuple[int | None, ...], LearntModel | None]:
    """Return the model before this one, whose file is there still, and those before that."""
    rows = {row.pk: row for row in LearntModel.objects.exclude(file="")}
    now = LearntModel.objects.filter(in_use=True).values_list("pk", flat=True).first()
    before = state().before
    while before:
        order, before = before[-1], before[:-1]
        if order != now and (order is None or order in rows):
            return before, None if order is None else rows[order]
    if now is None:
        raise CareError("nothing_before")
    return (), None


# Files -------------------------------------------------------------------------------------------


def bring_in(path: Path) -> LearntModel:
    """Keep a model of a file that was made elsewhere beside those that learnt here; raises ModelError."""
    model = kept.read(path)
    with transaction.atomic():
        row = LearntModel.objects.create(
            name=_free_name(model.name), made_at=timezone.now(), corrections_count=0, held_count=0
        )
        row.file = f"file-{row.pk}.model"
        row.save(update_fields=["file"])
        kept.write(replace(model, name=row.name), folder() / row.file)
    return row


def _free_name(name: str) -> str:
    """Return a name that no other model has or will have."""
    name = re.sub(r"[^\w.-]+", "-", name).strip("-")[:60] or "model"
    ours = shipped()
    taken = {
        *LearntModel.objects.values_list("name", flat=True),
        SHIPPED_NAME,
        "" if ours is None else ours.name,
    }
    if name not in taken and not name.startswith("desk-"):
        return name
    return next(made for made in (f"file-{name}-{n}" for n in count(1)) if made not in taken)


def forget_learnt(kind: str) -> None:
    """Drop all models that learnt from a kind of correction, and learn anew; meanwhile what they stand on."""
    rows = LearntModel.objects.exclude(file="").exclude(based_on="")
    dropped = [row for row in rows if row.figures.get("learnt", {kind: 1}).get(kind)]
    if not dropped:
        return
    with transaction.atomic():
        if any(row.in_use for row in dropped):
            take(LearntModel.objects.filter(name=base().name, based_on="").exclude(file="").first())
        learn_anew(timezone.now())
    drop(dropped)


def drop(rows: Iterable[LearntModel]) -> None:
    """Remove models' files."""
    for row in rows:
        LearntModel.objects.filter(pk=row.pk).update(file="")
        (folder() / row.file).unlink(missing_ok=True)


def judge_again(most: int = AGAIN_MOST) -> None:
    """Let the newest posts be annotated again; what people decided stays."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [most])
