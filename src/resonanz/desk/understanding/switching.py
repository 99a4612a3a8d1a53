"""What is noted at this desk at all, and the list of reasons: a lead's decisions."""

from __future__ import annotations

import re

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from resonanz.annotate.labelled import LONGEST_NAME, NO_REASON, REASONS
from resonanz.desk import lookalikes, understood
from resonanz.desk.bells import hush
from resonanz.desk.care import kinds
from resonanz.desk.care.base import CareError, expect_lead
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Annotation, Author, Correction, Lookalike, NoticeKind, Reason, Setting
from resonanz.desk.understanding.models import forget_learnt, judge_again
from resonanz.query import fold

REASONS_MOST = 60
NAME_MOST = 60
EMPTY = {"negative": 0, "neutral": 0, "positive": 0, "about_us": 0, "reason_score": 0}


def switch(kind: str, agent: Agent, *, on: bool) -> None:
    """Note one of SWITCHES from now on, or no longer; `forget` takes what is stored.

    CareError: `lead_needed`, `not_known`.
    """
    expect_lead(agent)
    off = understood.switched_off()
    if kind not in understood.SWITCHES:
        raise CareError("not_known")
    if (kind not in off) == on:
        return
    with transaction.atomic():
        _keep({"off": sorted(off - {kind} if on else off | {kind})})
        place = understood.SWITCHES.index(kind)
        happen("understanding_switched", timezone.now(), actor=agent.pk, kind=place, on=int(on))
        if on and kind in understood.KINDS:
            judge_again()
        if kind == "lookalikes" and not on:
            hush(NoticeKind.LOOKALIKE, timezone.now())


def learns(agent: Agent, *, on: bool) -> None:
    """Let models learn from corrections from now on, or no longer. CareError: `lead_needed`."""
    expect_lead(agent)
    _keep({"learns": on})


def look_twice(agent: Agent, *, on: bool) -> None:
    """Take a second look at posts that the model is unsure of from now on, or no longer.

    CareError: `lead_needed`.
    """
    expect_lead(agent)
    _keep({"second_look": on})


def sorts(agent: Agent, *, on: bool) -> None:
    """Give conversations that nobody sorted a kind by what is noted from now on, or no longer.

    CareError: `lead_needed`.
    """
    expect_lead(agent)
    with transaction.atomic():
        _keep({"sorts": on})
        kinds.begin()


def _keep(changed: dict[str, object]) -> None:
    value = understood.setting() | changed
    Setting.objects.update_or_create(name=understood.SETTING, defaults={"value": value})


def noted_count(kind: str) -> int:
    """Return of how many posts something is stored; of lookalikes how many accounts."""
    return _stored(kind).count()


def forget(kind: str, agent: Agent) -> int:
    """Delete what is noted of a kind that is switched off, corrections and the models that learnt from them
    too; return of how many posts.

    There is no way back. CareError: `lead_needed`, `still_on`.
    """
    expect_lead(agent)
    if kind not in understood.switched_off():
        raise CareError("still_on")
    if kind in understood.LEARNT:
        forget_learnt(kind)
    with transaction.atomic():
        count = noted_count(kind)
        _empty(kind)
        happen(
            "understanding_forgotten",
            timezone.now(),
            actor=agent.pk,
            kind=understood.SWITCHES.index(kind),
            count=count,
        )
    return count


def _empty(kind: str) -> None:
    """Delete what is stored of a kind. In a transaction."""
    if kind == "lookalikes":
        lookalikes.forget_all()
        return
    if kind not in understood.COLUMNS:
        return
    emptied: dict[str, object] = {column: EMPTY.get(column, "") for column in understood.COLUMNS[kind]}
    _stored(kind).update(**emptied)
    Correction.objects.filter(kind=kind).delete()
    _take_bit(understood.BITS.get(kind, 0))
    if kind == "address_form":
        Author.objects.exclude(form="").update(form="")


def _take_bit(bit: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desk_annotation SET by_hand = by_hand & ~%s WHERE by_hand & %s", [bit, bit])


def _stored(kind: str) -> QuerySet[Annotation] | QuerySet[Lookalike]:
    if kind == "lookalikes":
        return Lookalike.objects.all()
    if kind not in understood.COLUMNS:
        return Annotation.objects.none()
    said = Annotation.objects.alias(bit=F("by_hand").bitand(understood.BITS[kind]))
    return said.exclude(Q(**{understood.COLUMNS[kind][0]: ""}), bit=0)


# The list of reasons -----------------------------------------------------------------------------


def add_reason(agent: Agent, name: str) -> Reason:
    """Add a reason of the desk's own; models learn it from corrections.

    CareError: `lead_needed`, `empty`, `reason_there`, `too_many_reasons`.
    """
    expect_lead(agent)
    name, code = _checked(name)
    with transaction.atomic():
        if Reason.objects.filter(own=True).count() >= REASONS_MOST:
            raise CareError("too_many_reasons", limit=REASONS_MOST)
        made = Reason.objects.create(code=code, name=name, own=True)
        happen("reasons_changed", timezone.now(), actor=agent.pk, reason=made.pk)
    return made


def _checked(name: str) -> tuple[str, str]:
    """Return a name and the code that queries have for it."""
    name = " ".join(name.split())[:NAME_MOST]
    code = re.sub(r"[^\w]+", "-", " ".join(fold(name))).strip("-")[:LONGEST_NAME]
    if not code:
        raise CareError("empty")
    taken = {*REASONS, NO_REASON, understood.UNSURE}
    if code in taken or Reason.objects.filter(Q(code=code) | Q(name__iexact=name)).exists():
        raise CareError("reason_there")
    return name, code


def change_reason(agent: Agent, code: str, *, name: str | None = None, active: bool | None = None) -> Reason:
    """Rename a reason, or switch it off or on; what is noted with it keeps it. "" is its usual name again.

    CareError: `lead_needed`, `not_known`, `reason_there`.
    """
    expect_lead(agent)
    known = Reason.objects.filter(code=code).first() or (Reason(code=code) if code in REASONS else None)
    if known is None:
        raise CareError("not_known")
    if name is not None:
        known.name = _free_name(known, name)
    known.active = known.active if active is None else active
    with transaction.atomic():
        known.save()
        happen("reasons_changed", timezone.now(), actor=agent.pk, reason=known.pk)
    return known


def _free_name(known: Reason, name: str) -> str:
    name = " ".join(name.split())[:NAME_MOST]
    if known.own and not name:
        raise CareError("empty")
    if name and Reason.objects.filter(name__iexact=name).exclude(code=known.code).exists():
        raise CareError("reason_there")
    return name
