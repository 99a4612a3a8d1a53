"""Names of countries and weekdays in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from holidays.registry import COUNTRIES

from resonanz.desk import brands

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def day_names() -> list[str]:
    """Return the weekdays, Monday first."""
    return [str(WEEKDAYS[number]) for number in range(7)]


def country_names() -> list[tuple[str, str]]:
    """Return code and name of each country whose holidays are known, by name."""
    known = _spoken()
    named = [(code, known.get(code) or _english(code)) for code in brands.countries()]
    return sorted(named, key=lambda pair: pair[1])


def _spoken() -> dict[str, str]:
    """Return the names that the desk knows in every language: Europe and a few more."""
    return {
        "AT": _("Austria"),
        "BE": _("Belgium"),
        "BG": _("Bulgaria"),
        "CA": _("Canada"),
        "CH": _("Switzerland"),
        "CY": _("Cyprus"),
        "CZ": _("Czechia"),
        "DE": _("Germany"),
        "DK": _("Denmark"),
        "EE": _("Estonia"),
        "ES": _("Spain"),
        "FI": _("Finland"),
        "FR": _("France"),
        "GB": _("United Kingdom"),
        "GR": _("Greece"),
        "HR": _("Croatia"),
        "HU": _("Hungary"),
        "IE": _("Ireland"),
        "IS": _("Iceland"),
        "IT": _("Italy"),
        "LI": _("Liechtenstein"),
        "LT": _("Lithuania"),
        "LU": _("Luxembourg"),
        "LV": _("Latvia"),
        "MT": _("Malta"),
        "NL": _("Netherlands"),
        "NO": _("Norway"),
        "PL": _("Poland"),
        "PT": _("Portugal"),
        "RO": _("Romania"),
        "SE": _("Sweden"),
        "SI": _("Slovenia"),
        "SK": _("Slovakia"),
        "TR": _("Türkiye"),
        "UA": _("Ukraine"),
        "US": _("United States"),
    }


def _english(code: str) -> str:
    return _english_names().get(code, code)


@cache
def _english_names() -> dict[str, str]:
    """Return the package's own names: "UnitedStates" becomes "United States"."""
    return {row[1]: _CAPITAL.sub(" ", row[0]) for row in COUNTRIES.values()}
