"""The second step: codes, passkeys, recovery codes; who must have one; what half a sign-in opens: nothing."""

from __future__ import annotations

import json
import re
import time
from argparse import Namespace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from resonanz.desk import commands, factors, guardian
from resonanz.desk.factors import FactorError
from resonanz.desk.models import Agent, Event
from resonanz.desk.web.guesses import GUESSES
from resonanz.desk.web.passkeys import COOKIE
from tests.desk.web.device import Device, app_code, web64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.cast import Desk

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass word"
OWN = "/settings/own/sign-in/"
HOSTILE = [
    "",
    "null",
    "[]",
    '"x"',
    "{}",
    '{"response": 5}',
    '{"response": {"userHandle": 7}}',
    '{"id": "", "rawId": "!", "type": "public-key", "response": {}}',
    '{"rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ"}}',
    '{"rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ", "attestationObject": "YQ"}}',
    "[" * 50_000,
    "x" * 70_000,
]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a test moves it."""
    cache.clear()
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def browser(address: str = "127.0.0.1") -> Client:
    """A browser at http://localhost, where passkeys may be used."""
    return Client(headers={"Accept-Language": "en", "Host": "localhost"}, REMOTE_ADDR=address)


def give_password(name: str = "anna", client: Client | None = None, **more: str) -> tuple[Client, Answer]:
    client = client or browser()
    return client, client.post("/login/", {"username": name, "password": PASSWORD} | more)


def signed_in(name: str = "anna") -> Client:
    client, answer = give_password(name)
    assert answer["Location"] == "/"
    return client


def with_app(agent: Agent) -> str:
    """Give somebody an app that has shown its last code a minute ago; return its secret."""
    secret = factors.new_secret()
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        factors.add_app(agent, secret, app_code(secret, time.time()))
    return secret


def with_passkey(name: str, device: Device | None = None) -> Device:
    """Give somebody a passkey, through the pages."""
    device, client = device or Device(), signed_in(name)
    question = client.post(f"{OWN}passkey/ask/").json()
    answer = client.post(f"{OWN}passkey/", {"name": "Laptop", "credential": device.create(question)})
    assert answer.status_code == 200, answer.content.decode()
    return device


def opens(client: Client) -> bool:
    """Whether this browser's session opens a page; the edge must say the same."""
    page = client.get("/settings/own/").status_code == 200
    assert page == (guardian.agent_of(client.cookies["resonanz_session"].value) is not None)
    return page


def kinds() -> list[str]:
    told = Event.objects.exclude(kind="shift_began")  # whoever signs in is there
    return list(told.order_by("pk").values_list("kind", flat=True))


def told(answer: Answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# The app -----------------------------------------------------------------------------------------


def shown_secret(page: Answer) -> tuple[str, str]:
    """Return the secret that a set-up page shows, and what its form sends back."""
    return str(page.context["secret"]), str(page.context["kept"])


def test_an_app_is_set_up_and_recovery_codes_are_shown_once(desk: Desk) -> None:
    client = signed_in()
    secret, kept = shown_secret(client.get(f"{OWN}app/"))
    answer = client.post(f"{OWN}app/", {"kept": kept, "code": app_code(secret, time.time())})
    codes = answer.context["codes"]
    assert (len(codes), len(set(codes)), answer["Cache-Control"].count("no-store")) == (10, 10, 1)
    standing = factors.standing_of(desk.anna)
    assert (standing.app_since, standing.codes_left) == (timezone.now(), 10)
    assert kinds() == ["signed_in", "factor_added"]
    assert codes[0] not in client.get(OWN).content.decode()


def test_nothing_that_proves_somebody_is_stored_in_the_clear(desk: Desk) -> None:
    secret = with_app(desk.anna)
    _secret, kept = shown_secret(signed_in("ben").get(f"{OWN}app/"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_concat(data) FROM mfa_authenticator")
        stored = cursor.fetchone()[0]
    assert secret not in stored
    assert len(re.findall(r'"(?:secret|seed)": "\d{8}:gAAAA', stored)) == 2
    assert kept.startswith("20260101:gAAAA")


def test_a_wrong_code_keeps_the_same_square(desk: Desk) -> None:
    client = signed_in()
    secret, kept = shown_secret(client.get(f"{OWN}app/"))
    answer = client.post(f"{OWN}app/", {"kept": kept, "code": "12"})
    assert (answer.status_code, shown_secret(answer)[0]) == (422, secret)
    assert "This code is not right." in answer.content.decode()
    assert factors.has_one(desk.anna) is False


def test_somebody_elses_square_is_not_taken(desk: Desk) -> None:
    secret, kept = shown_secret(signed_in("ben").get(f"{OWN}app/"))
    sent = {"kept": kept, "code": app_code(secret, time.time())}
    assert signed_in().post(f"{OWN}app/", sent).status_code == 422
    assert factors.holders() == set()


def test_a_second_app_is_refused(desk: Desk) -> None:
    client = signed_in()
    with_app(desk.anna)
    secret, kept = shown_secret(client.get(f"{OWN}app/"))
    answer = client.post(f"{OWN}app/", {"kept": kept, "code": app_code(secret, time.time())})
    assert (answer.status_code, Authenticator.objects.filter(type=factors.APP).count()) == (422, 1)


def test_the_password_alone_opens_nothing(desk: Desk) -> None:
    secret = with_app(desk.anna)
    client, answer = give_password(next="/reports/responses/")
    assert answer["Location"] == "/login/second/"
    assert opens(client) is False
    assert client.get("/").status_code == 302
    assert client.post(f"{OWN}app/", {"code": "1"})["Location"] == "/login/"  # nor a new second step
    assert client.get("/login/set-up/")["Location"] == "/login/"
    assert "signed_in" not in kinds()
    answer = client.post("/login/second/", {"code": app_code(secret, time.time())})
    assert answer["Location"] == "/reports/responses/"
    assert opens(client) is True
    assert kinds()[-1] == "signed_in"


def test_the_session_of_half_a_sign_in_is_left_behind(desk: Desk) -> None:
    secret = with_app(desk.anna)
    client, _answer = give_password()
    half = client.cookies["resonanz_session"].value
    client.post("/login/second/", {"code": app_code(secret, time.time())})
    assert (client.cookies["resonanz_session"].value == half, Session.objects.filter(pk=half).count()) == (
        False,
        0,
    )
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_a_code_is_taken_once(desk: Desk, clock: time_machine.Traveller) -> None:
    secret = with_app(desk.anna)
    code = app_code(secret, time.time())
    client, _answer = give_password()
    assert client.post("/login/second/", {"code": code}).status_code == 302
    clock.shift(timedelta(seconds=20))
    again, _answer = give_password()
    assert again.post("/login/second/", {"code": code}).status_code == 422
    assert opens(again) is False


@pytest.mark.parametrize(("off_s", "status"), [(-60, 422), (-30, 302), (0, 302), (30, 302), (60, 422)])
def test_a_clock_may_be_half_a_minute_off(desk: Desk, off_s: int, status: int) -> None:
    secret = with_app(desk.anna)
    Authenticator.objects.filter(type=factors.APP).update(data=_without_step())
    client, _answer = give_password()
    code = app_code(secret, time.time() + off_s)
    assert client.post("/login/second/", {"code": f"{code[:3]} {code[3:]}"}).status_code == status


def _without_step() -> dict[str, Any]:
    row = Authenticator.objects.get(type=factors.APP)
    return {"secret": row.data["secret"]}


def test_a_recovery_code_opens_once_and_is_told(desk: Desk) -> None:
    with_app(desk.anna)
    code = factors.fresh_codes(desk.anna)[3]
    client, _answer = give_password()
    answer = client.post("/login/second/", {"code": f"{code[:4]} {code[4:]}"}, follow=True)
    assert told(answer) == ["That was a recovery code. 9 are left."]
    assert factors.standing_of(desk.anna).codes_left == 9
    assert kinds()[-2:] == ["recovery_code_used", "signed_in"]
    again, _answer = give_password()
    assert again.post("/login/second/", {"code": code}).status_code == 422


def test_new_recovery_codes_end_the_old_ones(desk: Desk) -> None:
    with_app(desk.anna)
    old = factors.fresh_codes(desk.anna)
    new = factors.fresh_codes(desk.anna)
    assert (set(old) & set(new), factors.accepts(desk.anna, old[0])) == (set(), "")
    assert factors.accepts(desk.anna, new[0]) == factors.CODES


def test_without_a_second_step_there_are_no_recovery_codes(desk: Desk) -> None:
    with pytest.raises(FactorError, match="gone"):
        factors.fresh_codes(desk.anna)


def test_five_wrong_codes_make_even_the_right_one_wait_wherever_it_comes_from(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    secret = with_app(desk.anna)
    for number in range(GUESSES):
        client, _answer = give_password(client=browser(f"192.0.2.{number}"))
        assert client.post("/login/second/", {"code": "000000"}).status_code == 422
    answer = client.post("/login/second/", {"code": app_code(secret, time.time())})
    assert (answer.status_code, opens(client)) == (422, False)
    assert "Please try again in ten minutes." in answer.content.decode()
    clock.shift(timedelta(minutes=10, seconds=1))
    client, _answer = give_password()
    assert client.post("/login/second/", {"code": app_code(secret, time.time())}).status_code == 302


def test_half_a_sign_in_ends_after_ten_minutes(desk: Desk, clock: time_machine.Traveller) -> None:
    secret = with_app(desk.anna)
    client, _answer = give_password()
    clock.shift(timedelta(minutes=10, seconds=1))
    answer = client.post("/login/second/", {"code": app_code(secret, time.time())})
    assert (answer["Location"], opens(client)) == ("/login/", False)


@pytest.mark.parametrize("change", ["password", "switched off"])
def test_half_a_sign_in_ends_with_what_it_stood_on(desk: Desk, change: str) -> None:
    secret = with_app(desk.anna)
    client, _answer = give_password()
    if change == "password":
        desk.anna.set_password("another long pass word")
        desk.anna.save()
    else:
        Agent.objects.filter(pk=desk.anna.pk).update(is_active=False)
    answer = client.post("/login/second/", {"code": app_code(secret, time.time())})
    assert (answer["Location"], opens(client)) == ("/login/", False)


def test_a_lost_vault_key_lets_nobody_in_and_breaks_no_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = with_app(desk.anna)
    client, _answer = give_password()
    key = settings.KEYS / "vault-20260101"
    kept = key.read_text()
    try:
        key.rename(settings.KEYS / "elsewhere")
        assert client.post("/login/second/", {"code": app_code(secret, time.time())}).status_code == 422
    finally:
        (settings.KEYS / "elsewhere").rename(key)
    assert key.read_text() == kept
    assert "locked by a key that is not in this home" in caplog.text


# Changing it -------------------------------------------------------------------------------------


def test_after_a_quarter_of_an_hour_the_password_is_asked_once_more(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    clock.shift(timedelta(minutes=15, seconds=1))
    for path in ("", "app/", "passkey/"):
        assert client.get(OWN + path)["Location"] == f"{OWN}confirm/"
    assert client.post(f"{OWN}passkey/ask/")["Location"] == f"{OWN}confirm/"
    assert client.post(f"{OWN}confirm/", {"password": "guessed"}).status_code == 422
    assert client.post(f"{OWN}confirm/", {"password": PASSWORD})["Location"] == OWN
    assert client.get(OWN).status_code == 200


def test_guesses_of_the_password_wait_here_too(desk: Desk) -> None:
    client = signed_in()
    for _ in range(GUESSES):
        client.post(f"{OWN}confirm/", {"password": "guessed"})
    answer = client.post(f"{OWN}confirm/", {"password": PASSWORD})
    assert "Please try again in ten minutes." in answer.content.decode()


def test_the_last_step_takes_the_recovery_codes_with_it(desk: Desk) -> None:
    client = signed_in()
    with_app(desk.anna)
    assert client.post(OWN, {"do": "app-off"})["Location"] == OWN
    assert Authenticator.objects.count() == 0
    assert kinds()[-1] == "factor_removed"
    signed_in()


@pytest.mark.parametrize("do", ["app-off", "remove", "rename", "codes"])
def test_what_is_not_there_is_said_to_be_gone(desk: Desk, do: str) -> None:
    answer = signed_in().post(OWN, {"do": do, "number": "77", "name": "x"}, follow=True)
    assert told(answer) == ["This is not there any more."]


# Passkeys ----------------------------------------------------------------------------------------


def show(client: Client, device: Device, *, second: bool = False, **more: str) -> Answer:
    """Show a passkey at the sign-in page, or as the second step."""
    at = "/login/second/passkey/" if second else "/login/passkey/"
    return client.post(at, {"credential": device.get(client.post(f"{at}ask/").json())} | more)


def test_a_passkey_signs_in_alone(desk: Desk, clock: time_machine.Traveller) -> None:
    device = with_passkey("anna")
    clock.shift(timedelta(hours=1))
    client = browser()
    assert show(client, device, next="/reports/responses/")["Location"] == "/reports/responses/"
    assert opens(client) is True
    (key,) = factors.standing_of(desk.anna).passkeys
    assert (key.name, key.used_at, kinds()[-1]) == ("Laptop", timezone.now(), "signed_in")


def test_a_passkey_is_a_second_step(desk: Desk) -> None:
    device = with_passkey("anna")
    client, answer = give_password()
    assert (answer["Location"], opens(client)) == ("/login/second/", False)
    assert show(client, device, second=True)["Location"] == "/"
    assert opens(client) is True


def test_an_answer_is_taken_once(desk: Desk) -> None:
    device = with_passkey("anna")
    first, second = browser(), browser()
    answer = device.get(first.post("/login/passkey/ask/").json())
    kept = first.cookies[COOKIE].value
    assert first.post("/login/passkey/", {"credential": answer})["Location"] == "/"
    second.cookies[COOKIE] = kept
    assert second.post("/login/passkey/", {"credential": answer})["Location"] == "/login/"


def test_an_answer_to_another_question_is_none(desk: Desk, clock: time_machine.Traveller) -> None:
    device = with_passkey("anna")
    client = browser()
    old = device.get(client.post("/login/passkey/ask/").json())
    client.post("/login/passkey/ask/")
    assert client.post("/login/passkey/", {"credential": old})["Location"] == "/login/"
    late = device.get(client.post("/login/passkey/ask/").json())
    clock.shift(timedelta(minutes=5, seconds=1))
    assert client.post("/login/passkey/", {"credential": late})["Location"] == "/login/"


def test_somebody_elses_passkey_is_no_second_step(desk: Desk) -> None:
    with_app(desk.anna)
    bens = with_passkey("ben")
    client, _answer = give_password()
    assert show(client, bens, second=True)["Location"] == "/login/second/"
    assert opens(client) is False


def test_a_passkey_that_names_somebody_else_opens_nothing(desk: Desk) -> None:
    with_passkey("anna")
    bens = with_passkey("ben")
    bens.owner = web64(b"1" if desk.anna.pk == 1 else _base36(desk.anna.pk))
    assert show(browser(), bens)["Location"] == "/login/"


def _base36(number: int) -> bytes:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else b"") + digits[number % 36].encode()


@pytest.mark.parametrize(
    "origin", ["https://localhost.evil.example", "http://evil.example", "http://localhost.evil"]
)
def test_a_passkey_shown_to_another_site_opens_nothing(desk: Desk, origin: str) -> None:
    device = with_passkey("anna")
    device.origin = origin
    assert show(browser(), device)["Location"] == "/login/"


def test_alone_it_has_to_know_its_owner(desk: Desk) -> None:
    device = with_passkey("anna")
    device.flags = 0x01  # touched, but neither finger nor PIN
    assert show(browser(), device)["Location"] == "/login/"
    client, _answer = give_password()
    assert show(client, device, second=True)["Location"] == "/"


def test_a_removed_passkey_and_one_of_somebody_switched_off_open_nothing(desk: Desk) -> None:
    device, bens = with_passkey("anna"), with_passkey("ben")
    factors.remove_passkey(desk.anna, factors.standing_of(desk.anna).passkeys[0].number)
    Agent.objects.filter(pk=desk.ben.pk).update(is_active=False)
    assert show(browser(), device)["Location"] == "/login/"
    assert show(browser(), bens)["Location"] == "/login/"


@pytest.mark.parametrize("sent", HOSTILE)
def test_what_is_no_answer_breaks_no_page(desk: Desk, sent: str) -> None:
    client = browser()
    client.post("/login/passkey/ask/")
    assert client.post("/login/passkey/", {"credential": sent})["Location"] == "/login/"
    client = signed_in()
    client.post(f"{OWN}passkey/ask/")
    answer = client.post(f"{OWN}passkey/", {"name": "x", "credential": sent})
    assert (answer.status_code, factors.holders()) == (422, set())


def test_a_stranger_who_asks_writes_nothing(desk: Desk) -> None:
    client = browser()
    assert client.post("/login/passkey/ask/").json()["publicKey"]["rpId"] == "localhost"
    client.post("/login/passkey/", {"credential": "{}"})
    assert (Session.objects.count(), Event.objects.count()) == (0, 0)
    assert client.post("/login/second/passkey/ask/")["Location"] == "/login/"
    assert client.post("/login/second/passkey/")["Location"] == "/login/"


def test_passkeys_are_named_renamed_and_removed(desk: Desk) -> None:
    with_passkey("anna")
    client = browser()
    client.force_login(desk.anna)
    session = client.session
    session["proved_at"] = int(time.time())
    session.save()
    (key,) = factors.standing_of(desk.anna).passkeys
    client.post(OWN, {"do": "rename", "number": key.number, "name": " blauer Schlüssel "})
    assert factors.standing_of(desk.anna).passkeys[0].name == "blauer Schlüssel"
    client.post(OWN, {"do": "remove", "number": key.number})
    assert factors.standing_of(desk.anna).passkeys == ()


def test_nobody_renames_or_removes_a_colleagues_passkey(desk: Desk) -> None:
    with_passkey("anna")
    (key,) = factors.standing_of(desk.anna).passkeys
    ben = signed_in("ben")
    for do in ("rename", "remove"):
        ben.post(OWN, {"do": do, "number": key.number, "name": "mine"})
    assert factors.standing_of(desk.anna).passkeys == (key,)


def test_twenty_passkeys_are_the_most(desk: Desk) -> None:
    for _ in range(factors.PASSKEYS_MOST):
        factors.add_passkey(desk.anna, "x", {})
    with pytest.raises(FactorError, match="too_many"):
        factors.add_passkey(desk.anna, "x", {})


@pytest.mark.parametrize(
    ("host", "offered"), [("localhost:8000", True), ("127.0.0.1:8000", False), ("[::1]:8000", False)]
)
def test_passkeys_are_offered_where_browsers_have_them(desk: Desk, host: str, offered: bool) -> None:
    page = Client(headers={"Host": host}).get("/login/").content.decode()
    assert ("data-passkey" in page) is offered


# Everybody ---------------------------------------------------------------------------------------


def test_who_asks_everybody_needs_one_first(desk: Desk) -> None:
    answer = signed_in("olga").post("/settings/people/second-step/", {"on": "yes"}, follow=True)
    assert told(answer) == ["Set up your own second step first; otherwise you would lock yourself out."]
    assert factors.is_required() is False


def test_asking_everybody_signs_out_who_has_none(desk: Desk) -> None:
    olga, anna, ben = signed_in("olga"), signed_in(), signed_in("ben")
    for agent in (desk.olga, desk.anna):
        with_app(agent)
    answer = olga.post("/settings/people/second-step/", {"on": "yes"}, follow=True)
    assert told(answer) == [
        "Everybody needs a second step from now on. 1 person was signed out to set it up."
    ]
    assert [opens(each) for each in (olga, anna, ben)] == [True, True, False]
    assert (kinds()[-1], factors.is_required()) == ("factors_required", True)
    olga.post("/settings/people/second-step/", {"on": "no"})
    assert factors.is_required() is False
    assert opens(signed_in("ben")) is True


@pytest.fixture
def required(desk: Desk) -> Desk:
    """A desk that asks everybody."""
    with_app(desk.olga)
    factors.require(on=True, by=desk.olga)
    return desk


def test_who_has_none_is_led_to_it_and_opens_nothing_before(required: Desk) -> None:
    client, answer = give_password(next="/reports/responses/")
    assert answer["Location"] == "/login/set-up/"
    assert client.get("/login/set-up/").status_code == 200
    assert opens(client) is False
    for path in (OWN, f"{OWN}confirm/"):
        assert client.get(path).status_code == 302
    secret, kept = shown_secret(client.get(f"{OWN}app/"))
    assert opens(client) is False
    answer = client.post(f"{OWN}app/", {"kept": kept, "code": app_code(secret, time.time())})
    assert (answer.status_code, answer.context["onward"]) == (200, "/reports/responses/")
    assert len(answer.context["codes"]) == 10
    assert opens(client) is True


def test_a_passkey_fulfils_it_too(required: Desk) -> None:
    client, _answer = give_password()
    device = Device()
    question = client.post(f"{OWN}passkey/ask/").json()
    answer = client.post(f"{OWN}passkey/", {"name": "Telefon", "credential": device.create(question)})
    assert (answer.status_code, opens(client)) == (200, True)
    assert show(browser(), device)["Location"] == "/"


def test_the_last_one_stays_where_everybody_needs_one(required: Desk) -> None:
    with_app(required.anna)
    with pytest.raises(FactorError, match="required"):
        factors.remove_app(required.anna)
    assert factors.has_one(required.anna) is True


def test_an_operator_takes_a_lost_phone_off(desk: Desk) -> None:
    with_app(desk.anna)
    anna, _answer = give_password()
    anna.post("/login/second/", {"code": factors.fresh_codes(desk.anna)[0]})
    assert opens(anna) is True
    olga = signed_in("olga")
    assert "Lost phone or passkey" in olga.get(f"/settings/people/{desk.anna.pk}/").content.decode()
    olga.post(f"/settings/people/{desk.anna.pk}/second-step/")
    assert (opens(anna), opens(olga), factors.has_one(desk.anna)) == (False, True, False)
    event = Event.objects.get(kind="factor_reset")
    assert (event.actor, json.loads(event.facts)) == (desk.olga.pk, {"agent": desk.anna.pk})
    signed_in()


def test_at_the_machine_the_only_operator_gets_in_again(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    with_app(desk.olga)
    assert commands.unlock(Namespace(name="nobody")) == 2
    assert commands.unlock(Namespace(name="olga")) == 0
    assert (factors.has_one(desk.olga), Event.objects.get(kind="factor_reset").actor) == (False, None)
    assert "nobody signs in as 'nobody'" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/settings/people/second-step/", "/settings/people/1/second-step/"])
def test_only_operators_decide_for_others(desk: Desk, path: str) -> None:
    lead = signed_in("clara")
    assert (lead.get(path).status_code, lead.post(path, {"on": "yes"}).status_code) == (405, 403)
    with pytest.raises(FactorError, match="not_allowed"):
        factors.require(on=True, by=desk.clara)
    with pytest.raises(FactorError, match="not_allowed"):
        factors.reset(desk.anna, by=desk.clara)
