"""A brand's targets and hours as the core's values, for intake, care and reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from resonanz.case import Urgency
from resonanz.desk.models import SlaPolicy
from resonanz.hours import ALWAYS_OPEN, BusinessHours, add_service_s

DAY_MS = 86_400_000
DANGER_S = 300  # how soon danger is answered, day and night, where nobody has set a rule for it

Periods = Mapping[str, Sequence[Sequence[int]]]  # weekday "0" (Monday) to "6": minutes from, to

USUAL_PERIODS: Periods = {str(day): [[480, 1200]] for day in range(5)}  # Monday to Friday, 8 to 20 o'clock


class Subject(NamedTuple):
    """What a target may depend on: who is spoken to, in private or not, about what, how urgent."""

    channel: int | None = None
    private: bool = False
    matter: int = 0  # case.Matter
    urgency: int = 0  # case.Urgency


@dataclass(frozen=True, slots=True)
class Targets:
    """How soon something is due. Seconds count within `hours`, which may be always open."""

    first_response_s: int
    next_response_s: int
    resolution_s: int | None
    hours: BusinessHours

    def due_ms(self, at_ms: int, *, first: bool) -> int:
        """Return when an answer to something said at `at_ms` is due."""
        seconds = self.first_response_s if first else self.next_response_s
        return int(add_service_s(self.hours, at_ms / 1000, seconds) * 1000)

    def end_ms(self, at_ms: int) -> int | None:
        """Return when a matter that began at `at_ms` should be settled; None where nothing is promised."""
        if self.resolution_s is None:
            return None
        return int(add_service_s(self.hours, at_ms / 1000, self.resolution_s) * 1000)


@dataclass(frozen=True, slots=True)
class Rule:
    """Targets for some subjects; None fits everything."""

    channel: int | None
    private: bool | None
    matter: int | None
    urgency: int | None
    targets: Targets

    def fits(self, subject: Subject) -> bool:
        """Whether it speaks of this subject."""
        wanted = (self.channel, self.private, self.matter, self.urgency)
        return all(want is None or want == has for want, has in zip(wanted, subject, strict=True))

    @property
    def narrowness(self) -> int:
        """How many conditions it sets; urgency outweighs all others, for it is why somebody hurries."""
        others = sum(want is not None for want in (self.channel, self.private, self.matter))
        return others + (4 if self.urgency is not None else 0)


@dataclass(frozen=True, slots=True)
class Policy:
    """A brand's promises: the usual targets, those of some subjects, and how long a matter may come back."""

    usual: Targets
    rules: tuple[Rule, ...] = ()
    reopen_ms: int = 3 * DAY_MS

    def targets(self, subject: Subject) -> Targets:
        """Return the targets of a subject: of the narrowest rule that fits, else the usual ones."""
        fitting = [rule for rule in self.rules if rule.fits(subject)]
        return max(fitting, key=lambda rule: rule.narrowness).targets if fitting else self.usual


def hours_of(zone: str, periods: Periods, country: str = "", subdivision: str = "") -> BusinessHours:
    """Return business hours from their stored form; ValueError says what is wrong with it."""
    days = tuple(tuple((begin, end) for begin, end in periods.get(str(day), ())) for day in range(7))
    return _hours(zone, days, country, subdivision)


@lru_cache(maxsize=64)
def _hours(
    zone: str, days: tuple[tuple[tuple[int, int], ...], ...], country: str, subdivision: str
) -> BusinessHours:
    """Make hours once: equal ones then share the calendar that the core has worked out for them."""
    return BusinessHours(zone=zone, periods=days, country=country, subdivision=subdivision)


POLICY = """
SELECT id, first_response_s, next_response_s, resolution_s, in_service_hours, reopen_days,
    periods, zone, country, subdivision
FROM desk_slapolicy WHERE brand_id = %s
"""
POLICY_RULES = """
SELECT channel_id, private, matter, urgency, first_response_s, next_response_s, resolution_s, in_service_hours
FROM desk_slarule WHERE policy_id = %s ORDER BY id
"""
DANGER = Rule(None, None, None, Urgency.SAFETY, Targets(DANGER_S, DANGER_S, None, ALWAYS_OPEN))
USUAL = Policy(Targets(3600, 3600, None, hours_of("Europe/Berlin", USUAL_PERIODS, "DE")), (DANGER,))


def policy_of(brand: int) -> Policy:
    """Return a brand's policy; the usual one where nobody has set any. Plain SQL: asked for every page."""
    with connection.cursor() as cursor:
        cursor.execute(POLICY, [brand])
        found = cursor.fetchone()
        if found is None:
            return USUAL
        cursor.execute(POLICY_RULES, [found[0]])
        return _policy(found[1:6], found[6:], tuple(cursor.fetchall()))


@lru_cache(maxsize=64)
def _policy(
    usual: tuple[int | None, ...], place: tuple[str, ...], rules: tuple[tuple[int | None, ...], ...]
) -> Policy:
    periods, zone, country, subdivision = place
    hours = hours_of(zone, json.loads(periods), country, subdivision)
    *targets, reopen_days = usual
    return Policy(
        _targets(hours, *targets),
        (*(_rule(hours, *rule) for rule in rules), DANGER),  # of equally narrow ones the first counts
        (reopen_days or 0) * DAY_MS,
    )


def _targets(hours: BusinessHours, *row: int | None) -> Targets:
    first, following, resolution, in_service_hours = row
    assert first is not None
    assert following is not None
    return Targets(first, following, resolution, hours if in_service_hours else ALWAYS_OPEN)


def _rule(hours: BusinessHours, *row: int | None) -> Rule:
    channel, private, matter, urgency, *targets = row
    return Rule(
        channel, None if private is None else bool(private), matter, urgency, _targets(hours, *targets)
    )


def service_hours_of(brand: int) -> BusinessHours:
    """Return the hours that reports count as service time: the brand's, else the first brand's."""
    return service_hours_by_brand([brand])[brand]


def service_hours_by_brand(brands: Iterable[int]) -> dict[int, BusinessHours]:
    """Return the service hours of several brands; one question for all."""
    names = ("brand_id", "zone", "periods", "country", "subdivision")
    rows = {brand: row for brand, *row in SlaPolicy.objects.order_by("brand_id").values_list(*names)}
    spare = next(iter(rows.values()), None)
    found = {brand: rows.get(brand, spare) for brand in brands}
    return {b: USUAL.usual.hours if row is None else hours_of(*row) for b, row in found.items()}
