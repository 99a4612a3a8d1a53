"""Departments: the colleagues in the house who are asked what we do not know."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from resonanz.desk.care.base import CareError, expect_lead
from resonanz.desk.models import Agent, Department


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A department as a lead wants it. `answer_s` are seconds of service, `language` is its letters'."""

    name: str
    email: str
    deputy_email: str = ""
    answer_s: int = 4 * 3600
    language: str = "de"


def keep_department(wanted: Wanted, *, by: Agent, department: Department | None = None) -> Department:
    """Add a department, or change one; what was asked already keeps its due time.

    CareError: `lead_needed`, `name_taken`.
    """
    expect_lead(by)
    kept = department or Department()
    with transaction.atomic():
        if Department.objects.filter(name=wanted.name).exclude(pk=kept.pk).exists():
            raise CareError("name_taken")
        for name, value in asdict(wanted).items():
            setattr(kept, name, value)
        kept.save()
    return kept


def drop_department(department: Department, *, by: Agent, dropped: bool = True) -> None:
    """Ask a department no more, or (`dropped` False) again. What it was asked already, it may answer."""
    expect_lead(by)
    Department.objects.filter(pk=department.pk).update(dropped_at=timezone.now() if dropped else None)
