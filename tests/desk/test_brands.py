"""Brands: names, promises, hours and days off."""

from __future__ import annotations

from datetime import date

import pytest

from resonanz.desk import brands
from resonanz.desk.models import Brand, SlaPolicy
from resonanz.desk.policies import policy_of
from tests.cast import Desk

pytestmark = pytest.mark.django_db
WEEK = {str(day): [[540, 1020]] for day in range(5)}


def promised(**changed: object) -> brands.Promise:
    usual: dict[str, object] = {
        "first_response_s": 900,
        "next_response_s": 7200,
        "in_service_hours": True,
        "zone": "Europe/Vienna",
        "periods": WEEK,
        "country": "AT",
    }
    return brands.Promise(**(usual | changed))  # type: ignore[arg-type]


def test_a_promise_is_kept_and_applies_to_what_comes(desk: Desk) -> None:
    brands.promise(desk.brand, promised(), by=desk.clara)
    policy = policy_of(desk.brand.pk).usual
    assert (policy.first_response_s, policy.next_response_s, policy.hours.zone) == (
        900,
        7200,
        "Europe/Vienna",
    )
    assert brands.promise_of(desk.brand) == promised()


def test_agents_promise_nothing(desk: Desk) -> None:
    with pytest.raises(brands.BrandError) as refused:
        brands.promise(desk.brand, promised(), by=desk.anna)
    assert (refused.value.code, SlaPolicy.objects.get().first_response_s) == ("not_allowed", 3600)


def test_hours_are_open_at_some_time(desk: Desk) -> None:
    with pytest.raises(brands.BrandError) as refused:
        brands.promise(desk.brand, promised(periods={}), by=desk.clara)
    assert refused.value.code == "never_open"


def test_a_brand_is_added_with_the_usual_hours(desk: Desk) -> None:
    brand = brands.add("Südlicht", by=desk.clara)
    assert brands.promise_of(brand).periods == {str(day): [[480, 1200]] for day in range(5)}


def test_a_brand_is_renamed_but_not_to_another_ones_name(desk: Desk) -> None:
    other = brands.add("Südlicht", by=desk.clara)
    brands.rename(other, "Ostlicht", by=desk.clara)
    with pytest.raises(brands.BrandError) as refused:
        brands.rename(other, "NORDLICHT", by=desk.clara)
    assert refused.value.code == "taken"
    assert sorted(Brand.objects.values_list("name", flat=True)) == ["Nordlicht", "Ostlicht"]


def test_days_off_are_those_of_the_state_in_the_readers_language() -> None:
    there = promised(country="DE", subdivision="NW")
    coming = brands.next_holidays(there, today=date(2026, 10, 20), language="de", most=2)
    assert coming == [
        brands.Holiday(date(2026, 11, 1), "Allerheiligen"),
        brands.Holiday(date(2026, 12, 25), "Erster Weihnachtstag"),
    ]
    english = brands.next_holidays(there, today=date(2026, 10, 20), language="en", most=1)
    assert english == [brands.Holiday(date(2026, 11, 1), "All Saints' Day")]


def test_without_a_country_no_day_is_off() -> None:
    assert brands.next_holidays(promised(country=""), today=date(2026, 10, 20), language="de") == []


def test_states_have_names() -> None:
    states = dict(brands.states_of("DE"))
    assert (states["NW"], states["BY"], brands.states_of("")) == ("Nordrhein-Westfalen", "Bayern", ())
