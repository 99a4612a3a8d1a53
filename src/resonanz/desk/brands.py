"""Brands and what they promise: names and their spellings, targets, hours, public holidays.

All writes about brands and their policies happen here. What a policy means for a due time is reckoned
in `policies.py` and in the core (`hours.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import holidays
from django.conf import settings
from django.db import transaction

from resonanz.desk.models import Agent, Brand, Role, SlaPolicy, Spelling
from resonanz.desk.policies import USUAL_PERIODS, Periods, hours_of
from resonanz.query import fold

if TYPE_CHECKING:
    from resonanz.hours import BusinessHours

SPELLINGS_MOST = 30  # of one brand; a query that names it asks for each of them
SPELLING_LENGTH_MOST = 120  # characters


class BrandError(Exception):
    """Something that cannot be done with a brand. Codes: `not_allowed`, `taken`, `never_open`; of
    spellings `no_words`, `spelled` (it is there already, with this brand or another), `too_many`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a brand promises: seconds to the first and to further answers, on which clock."""

    first_response_s: int
    next_response_s: int
    in_service_hours: bool
    zone: str
    periods: Periods = field(default_factory=dict)
    country: str = ""
    subdivision: str = ""

    @property
    def hours(self) -> BusinessHours:
        """The business hours; raises ValueError if they cannot be."""
        return hours_of(self.zone, self.periods, self.country, self.subdivision)


def add(name: str, *, by: Agent) -> Brand:
    """Add a brand with the usual hours; raises BrandError."""
    _check(by, name)
    with transaction.atomic():
        brand = Brand.objects.create(name=name)
        SlaPolicy.objects.create(brand=brand, periods=USUAL_PERIODS, zone=settings.TIME_ZONE)
    return brand


def rename(brand: Brand, name: str, *, by: Agent) -> None:
    """Give a brand another name; raises BrandError. Its channels, cases and figures stay with it."""
    _check(by, name, besides=brand.pk)
    Brand.objects.filter(pk=brand.pk).update(name=name)


def spell(brand: Brand, text: str, *, by: Agent, found: bool = False) -> Spelling:
    """Add a spelling of a brand's name: queries that say one find all. Raises BrandError.

    `found` says that it stood in a post.
    """
    if not by.has_role(Role.LEAD):
        raise BrandError("not_allowed")
    text = " ".join(text.split())[:SPELLING_LENGTH_MOST]
    if not _words(text):
        raise BrandError("no_words")
    with transaction.atomic():
        known = Spelling.objects.values_list("brand_id", "text")
        names = Brand.objects.values_list("name", flat=True)
        if _words(text) in {_words(name) for name in (*names, *(spelled for _brand, spelled in known))}:
            raise BrandError("spelled")
        if sum(owner == brand.pk for owner, _text in known) >= SPELLINGS_MOST:
            raise BrandError("too_many")
        return Spelling.objects.create(brand=brand, text=text, found=found)


def unspell(spelling: Spelling, *, by: Agent) -> None:
    """Let go of a spelling; raises BrandError."""
    if not by.has_role(Role.LEAD):
        raise BrandError("not_allowed")
    spelling.delete()


def _words(text: str) -> tuple[str, ...]:
    """Return a spelling's words as queries compare them."""
    return tuple(token for token in fold(text) if token[0] not in "#@$")


def promise(brand: Brand, promised: Promise, *, by: Agent) -> None:
    """Set targets and hours, for what is said from now on; what is due already stays due then.

    Raises BrandError: `never_open` where only service hours count and there are none.
    """
    if not by.has_role(Role.LEAD):
        raise BrandError("not_allowed")
    if not any(promised.periods.values()):
        raise BrandError("never_open")
    SlaPolicy.objects.update_or_create(brand=brand, defaults=asdict(promised))


def promise_of(brand: Brand) -> Promise:
    """Return what a brand promises now, the usual where nobody has said anything."""
    row = SlaPolicy.objects.filter(brand=brand).first() or SlaPolicy(brand=brand, periods=USUAL_PERIODS)
    names = (
        "first_response_s",
        "next_response_s",
        "in_service_hours",
        "zone",
        "periods",
        "country",
        "subdivision",
    )
    return Promise(**{name: getattr(row, name) for name in names})


def _check(by: Agent, name: str, besides: int | None = None) -> None:
    if not by.has_role(Role.LEAD):
        raise BrandError("not_allowed")
    others = Brand.objects.filter(name__iexact=name)
    if (others if besides is None else others.exclude(pk=besides)).exists():
        raise BrandError("taken")


@lru_cache(maxsize=64)
def states_of(country: str) -> tuple[tuple[str, str], ...]:
    """Return a country's states with holidays of their own: code and name, by name."""
    if not country:
        return ()
    known = holidays.country_holidays(country)
    names = known.get_subdivision_aliases()
    states = [(code, (names.get(code) or [code])[0]) for code in known.subdivisions]
    return tuple(sorted(states, key=lambda state: state[1]))


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """Return the ISO 3166 codes of the countries whose public holidays are known."""
    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off."""

    on: date
    name: str


def next_holidays(promised: Promise, *, today: date, language: str, most: int = 4) -> list[Holiday]:
    """Return the next public holidays of a brand's place, named in the reader's language if known."""
    if not promised.country:
        return []
    offered = holidays.country_holidays(promised.country).supported_languages
    spoken = next((code for code in offered if code[:2] == language[:2]), None)
    days = holidays.country_holidays(
        promised.country,
        subdiv=promised.subdivision or None,
        years=[today.year, today.year + 1],
        language=spoken,
    )
    coming = sorted(day for day in days if today <= day < today + timedelta(days=370))
    return [Holiday(day, days[day]) for day in coming[:most]]
