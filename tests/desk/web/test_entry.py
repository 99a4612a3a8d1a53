"""Signing in and out, guesses, and the first steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from resonanz.desk import people
from resonanz.desk.models import Agent, Channel, Event
from resonanz.desk.web.entry import first_steps
from resonanz.desk.web.guesses import GUESSES
from tests.cast import Desk, hear, said

pytestmark = pytest.mark.django_db
GOOD = {"username": "anna", "password": "a long pass word"}
WRONG = {"username": "anna", "password": "guessed"}


@pytest.fixture(autouse=True)
def _nobody_guessed() -> None:
    cache.clear()


@pytest.fixture
def english() -> Client:
    return Client(headers={"Accept-Language": "en"})


def test_signing_in_leads_to_the_inbox_and_is_told(desk: Desk, english: Client) -> None:
    answer = english.post("/login/", GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    told = Event.objects.get(kind="signed_in")
    assert told.actor == desk.anna.pk


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/reports/responses/", "/reports/responses/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_only_pages_of_this_desk_are_reached(desk: Desk, english: Client, wanted: str, reached: str) -> None:
    assert english.post("/login/", GOOD | {"next": wanted})["Location"] == reached


def test_a_wrong_password_says_so_beside_the_form(desk: Desk, english: Client) -> None:
    answer = english.post("/login/", WRONG)
    assert answer.status_code == 422
    assert "Name and password do not fit together." in answer.content.decode()


def test_the_page_speaks_the_browsers_language(desk: Desk) -> None:
    german = Client(headers={"Accept-Language": "de"}).get("/login/")
    assert german["Content-Language"] == "de"


def test_five_wrong_guesses_make_even_the_right_password_wait(desk: Desk, english: Client) -> None:
    for _ in range(GUESSES):
        assert english.post("/login/", WRONG).status_code == 422
    answer = english.post("/login/", GOOD)
    assert answer.status_code == 422
    assert "Please try again in ten minutes." in answer.content.decode()


def test_after_ten_minutes_it_may_be_tried_again(desk: Desk, english: Client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(GUESSES):
            english.post("/login/", WRONG)
        clock.shift(timedelta(minutes=10, seconds=1))
        assert english.post("/login/", GOOD).status_code == 302


def test_others_do_not_wait_for_somebody_elses_guesses(desk: Desk, english: Client) -> None:
    for _ in range(GUESSES):
        english.post("/login/", WRONG)
    assert english.post("/login/", GOOD | {"username": "ben"}).status_code == 302
    elsewhere = english.post("/login/", GOOD, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_the_right_password_forgets_the_wrong_ones(desk: Desk, english: Client) -> None:
    for _ in range(3):
        for _ in range(GUESSES - 1):
            english.post("/login/", WRONG)
        assert english.post("/login/", GOOD).status_code == 302
        english.post("/logout/")


def test_who_was_switched_off_cannot_sign_in(desk: Desk, english: Client) -> None:
    Agent.objects.filter(username="anna").update(is_active=False)
    assert english.post("/login/", GOOD).status_code == 422


def test_who_left_is_signed_out_with_the_next_click(desk: Desk, english: Client) -> None:
    english.post("/login/", GOOD)
    assert english.get("/").status_code == 200
    people.deactivate(desk.anna, by=desk.olga)
    answers = [english.get("/"), english.get("/inbox/pulse"), english.post("/next/")]
    assert [(answer.status_code, answer["Location"].partition("?")[0]) for answer in answers] == [
        (302, "/login/")
    ] * 3


def test_who_comes_back_signs_in_anew(desk: Desk, english: Client) -> None:
    english.post("/login/", GOOD)
    people.deactivate(desk.anna, by=desk.olga)
    people.reactivate(desk.anna, by=desk.olga)
    assert english.get("/").status_code == 302
    assert english.post("/login/", GOOD)["Location"] == "/"


def test_signing_out_needs_a_post(desk: Desk, english: Client) -> None:
    english.force_login(desk.anna)
    assert english.get("/logout/").status_code == 405
    assert english.post("/logout/")["Location"] == "/login/"
    assert english.get("/settings/own/").status_code == 302


def test_without_a_channel_the_first_steps_come_first(desk: Desk, english: Client) -> None:
    Channel.objects.all().delete()
    assert english.post("/login/", GOOD)["Location"] == "/start/"
    english.post("/start/seen/")
    english.post("/logout/")
    assert english.post("/login/", GOOD)["Location"] == "/"


def test_the_steps_are_read_from_what_happened(desk: Desk, english: Client) -> None:
    english.force_login(desk.clara)
    english.get("/start/")
    assert [step.done for step in first_steps(desk.clara)] == [True, True, True, False, False]
    hear(desk.channel, said("1", "Hallo?"))
    Channel.objects.update(filtered=["private_mentions"])
    assert [step.done for step in first_steps(desk.clara)] == [True, True, False, True, False]
    assert english.get("/start/").status_code == 200


def test_who_may_not_connect_is_not_sent_there(desk: Desk) -> None:
    Channel.objects.all().delete()
    assert [step.url for step in first_steps(desk.anna)][1:3] == ["", ""]
    assert [step.url for step in first_steps(desk.clara)][1:3] == [
        "/settings/channels/connect/",
        "/settings/channels/",
    ]
