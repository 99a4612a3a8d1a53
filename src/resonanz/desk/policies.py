"""A brand's targets and hours as the core's values, for intake, care and reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from resonanz.desk.models import SlaPolicy
from resonanz.hours import ALWAYS_OPEN, BusinessHours, add_service_s

Periods = Mapping[str, Sequence[Sequence[int]]]  # weekday "0" (Monday) to "6": minutes from, to

USUAL_PERIODS: Periods = {str(day): [[480, 1200]] for day in range(5)}  # Monday to Friday, 8 to 20 o'clock


@dataclass(frozen=True, slots=True)
class Policy:
    """How soon an answer is due. Seconds count within `hours`, which may be always open."""

    first_response_s: int
    next_response_s: int
    hours: BusinessHours

    def due_ms(self, at_ms: int, *, first: bool) -> int:
        """Return when an answer to something said at `at_ms` is due."""
        seconds = self.first_response_s if first else self.next_response_s
        return int(add_service_s(self.hours, at_ms / 1000, seconds) * 1000)


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
SELECT first_response_s, next_response_s, in_service_hours, periods, zone, country, subdivision
FROM desk_slapolicy WHERE brand_id = %s
"""
USUAL = Policy(3600, 3600, hours_of("Europe/Berlin", USUAL_PERIODS, "DE"))


def policy_of(brand: int) -> Policy:
    """Return a brand's policy; the usual one where nobody has set any. Plain SQL: asked for every page."""
    with connection.cursor() as cursor:
        cursor.execute(POLICY, [brand])
        found = cursor.fetchone()
    return USUAL if found is None else _policy(*found)


@lru_cache(maxsize=64)
def _policy(first: int, following: int, in_service_hours: int, periods: str, *place: str) -> Policy:
    zone, country, subdivision = place
    hours = hours_of(zone, json.loads(periods), country, subdivision) if in_service_hours else ALWAYS_OPEN
    return Policy(first, following, hours)


def service_hours_of(brand: int) -> BusinessHours:
    """Return the hours that reports count as service time: the brand's, else the first brand's."""
    policies = SlaPolicy.objects.order_by("brand_id").values_list("zone", "periods", "country", "subdivision")
    found = policies.filter(brand_id=brand).first() or policies.first()
    return USUAL.hours if found is None else hours_of(*found)
