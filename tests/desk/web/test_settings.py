"""Settings: one's own, people, teams, hours, brands; and who may open which page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from resonanz.desk import brands, people
from resonanz.desk.models import Agent, Brand, Channel, Role, SlaPolicy, Team
from resonanz.desk.web.forms import Hours, HoursForm
from resonanz.desk.web.settings_hours import example
from tests.cast import Desk

pytestmark = pytest.mark.django_db

HOURS = {
    "first": "30",
    "first_unit": "m",
    "following": "2",
    "following_unit": "h",
    "in_service_hours": "on",
    "zone": "Europe/Berlin",
    "country": "DE",
    "subdivision": "NW",
    "day0": "8-12:30, 13.30–18",
    "day5": "10:00-14:00",
}
LISTS = ("/settings/people/", "/settings/channels/", "/settings/brands/", "/settings/hours/")
OWN = {
    "first_name": "Anna Neu",
    "initials": "an",
    "language": "en",
    "theme": "dark",
    "density": "dense",
    "text_size": "large",
}


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(agent)
    return browser


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("/settings/own/", Role.TRAINEE),
        ("/settings/own/password/", Role.TRAINEE),
        ("/settings/channels/", Role.TRAINEE),
        ("/reports/responses/", Role.TRAINEE),
        ("/start/", Role.TRAINEE),
        ("/settings/channels/connect/", Role.LEAD),
        ("/settings/hours/", Role.LEAD),
        ("/settings/brands/", Role.LEAD),
        ("/settings/people/", Role.OPERATOR),
        ("/settings/people/add/", Role.OPERATOR),
    ],
)
def test_each_page_opens_for_its_role_and_above(desk: Desk, path: str, least: Role) -> None:
    agents = [desk.tom, desk.anna, desk.clara, desk.olga]
    answers = [client_of(agent).get(path).status_code for agent in agents]
    assert answers == [200 if agent.has_role(least) else 403 for agent in agents]
    assert Client().get(path)["Location"].startswith("/login/?next=")


def test_own_choices_are_kept_at_once(desk: Desk) -> None:
    browser = client_of(desk.anna)
    assert browser.post("/settings/own/", OWN)["Location"] == "/settings/own/"
    known = Agent.objects.get(pk=desk.anna.pk)
    kept = {name: getattr(known, name) for name in OWN}
    assert (kept, known.single_keys) == (OWN, False)
    assert browser.get("/settings/own/")["Content-Language"] == "en"


def test_an_odd_signature_is_refused_beside_its_field(desk: Desk) -> None:
    answer = client_of(desk.anna).post("/settings/own/", OWN | {"initials": "a n"})
    assert answer.status_code == 422
    assert "One to four letters." in answer.content.decode()


def test_a_new_password_ends_other_sessions_and_keeps_this_one(desk: Desk) -> None:
    here, there = client_of(desk.anna), client_of(desk.anna)
    changed = here.post("/settings/own/password/", {"old": "a long pass word", "new": "moss lantern orbit"})
    assert changed["Location"] == "/settings/own/"
    assert (here.get("/settings/own/").status_code, there.get("/settings/own/").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"old": "wrong", "new": "moss lantern orbit"}, {"old": ["That is not your password until now."]}),
        (
            {"old": "a long pass word", "new": "short"},
            {"new": ["This password is too short. It must contain at least 10 characters."]},
        ),
    ],
)
def test_a_password_that_cannot_be_is_refused(desk: Desk, typed: dict[str, str], errors: object) -> None:
    answer = client_of(desk.anna).post("/settings/own/password/", typed)
    assert (answer.status_code, answer.context["form"].errors) == (422, errors)


def test_a_first_password_is_shown_once_and_works(desk: Desk) -> None:
    answer = client_of(desk.olga).post(
        "/settings/people/add/", {"name": "Nora Falk", "username": "nora", "role": "agent"}
    )
    password = answer.context["password"]
    assert f"<code>{password}</code>" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Agent.objects.get(username="nora").check_password(password) is True


def test_a_role_is_changed_on_the_persons_page(desk: Desk) -> None:
    browser = client_of(desk.olga)
    browser.post(f"/settings/people/{desk.anna.pk}/", {"do": "role", "role": "lead"})
    assert Agent.objects.get(pk=desk.anna.pk).role == Role.LEAD
    browser.post(f"/settings/people/{desk.anna.pk}/", {"do": "deactivate"})
    assert Agent.objects.get(pk=desk.anna.pk).is_active is False
    browser.post(f"/settings/people/{desk.anna.pk}/", {"do": "reactivate"})
    assert Agent.objects.get(pk=desk.anna.pk).is_active is True
    answer = browser.post(f"/settings/people/{desk.olga.pk}/", {"do": "deactivate"}, follow=True)
    assert [str(m) for m in answer.context["messages"]] == [
        "The new role applies from the next click.",
        "Signed out for good.",
        "May sign in again.",
        "You cannot take your own access away. Ask another operator.",
    ]


def test_a_team_is_arranged(desk: Desk) -> None:
    browser = client_of(desk.olga)
    made = browser.post("/settings/teams/add/", {"name": "Night"})["Location"]
    browser.post(made, {"agents": [desk.anna.pk], "channels": [desk.channel.pk]})
    team = Team.objects.get(name="Night")
    assert (list(team.agents.all()), list(team.channels.all())) == ([desk.anna], [desk.channel])


def queries_of(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return len(asked)


def test_the_lists_need_as_many_queries_for_many(desk: Desk) -> None:
    browser = client_of(desk.olga)
    few = [queries_of(browser, path) for path in LISTS]
    for number in range(3):
        people.create(f"more{number}", name="More", role=Role.AGENT)
        people.add_team(f"Team {number}", by=desk.olga)
        brand = brands.add(f"Brand {number}", by=desk.olga)
        Channel.objects.create(
            network="mastodon",
            uid=f"u{number}",
            handle="h",
            brand=brand,
            connected_at=desk.channel.connected_at,
        )
    assert [queries_of(browser, path) for path in LISTS] == few


def test_hours_are_kept_as_typed_by_people(desk: Desk) -> None:
    answer = client_of(desk.clara).post("/settings/hours/", HOURS)
    assert answer["Location"] == f"/settings/hours/?brand={desk.brand.pk}"
    assert brands.promise_of(desk.brand) == brands.Promise(
        first_response_s=1800,
        next_response_s=7200,
        in_service_hours=True,
        zone="Europe/Berlin",
        periods={"0": [[480, 750], [810, 1080]], "5": [[600, 840]]},
        country="DE",
        subdivision="NW",
    )


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"day0": "8 bis 12"}, "day0", "“8 bis 12” is not a time span such as 8:00–12:30."),
        ({"day0": "8-12, 11-14"}, "day0", "These times overlap."),
        ({"zone": "Mars/Olympus"}, "zone", "There is no such time zone; an example is Europe/Berlin."),
        ({"day0": "", "day5": ""}, "day0", "Somebody has to be there on one day at least."),
        ({"first": "721", "first_unit": "h"}, "first", "30 days at most."),
    ],
)
def test_hours_that_cannot_be_are_refused(
    desk: Desk, changed: dict[str, str], field: str, error: str
) -> None:
    answer = client_of(desk.clara).post("/settings/hours/", HOURS | changed)
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [error]})
    assert SlaPolicy.objects.get().first_response_s == 3600


def test_another_country_forgets_the_old_ones_state(desk: Desk) -> None:
    client_of(desk.clara).post("/settings/hours/", HOURS | {"country": "AT"})
    kept = brands.promise_of(desk.brand)
    assert (kept.country, kept.subdivision) == ("AT", "")


def test_states_follow_the_country(desk: Desk) -> None:
    page = client_of(desk.clara).get("/settings/hours/states/", {"country": "CH"}).content.decode()
    assert ("Zürich" in page, "Bayern" in page) == (True, False)


def test_hours_are_shown_as_they_are_typed() -> None:
    field = Hours()
    assert field.prepare_value([[480, 750], [810, 1440]]) == "08:00–12:30, 13:30–24:00"
    assert field.clean("08:00–12:30, 13:30–24:00") == [[480, 750], [810, 1440]]
    with translation.override("en"):
        assert [day.label for day in HoursForm().days][:2] == ["Monday", "Tuesday"]


def test_the_example_says_what_a_promise_means(desk: Desk) -> None:
    with translation.override("en"):
        words = example(brands.promise_of(desk.brand), datetime(2026, 11, 18, 12, tzinfo=UTC))
    assert words == (
        "Somebody writes on Friday, 20 Nov 2026, 19:30: "
        "the first answer is due on Monday, 23 Nov 2026, 08:30."
    )


def test_brands_are_added_and_renamed(desk: Desk) -> None:
    browser = client_of(desk.clara)
    browser.post("/settings/brands/", {"name": "Südlicht"})
    made = Brand.objects.get(name="Südlicht")
    taken = browser.post(f"/settings/brands/{made.pk}/", {"name": "Nordlicht"})
    assert taken.context["form"].errors == {"name": ["There is a brand of that name already."]}
    browser.post(f"/settings/brands/{made.pk}/", {"name": "Ostlicht"})
    assert sorted(Brand.objects.values_list("name", flat=True)) == ["Nordlicht", "Ostlicht"]
