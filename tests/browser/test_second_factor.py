"""The second step in a real browser: a passkey of a virtual device, an app by keyboard, every page of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.desk.running import PASSWORD
from tests.desk.web.device import app_code
from tests.desk.web.test_pages_in_browser import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession, Page

    from tests.desk.running import RunningDesk

    Arrive = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.servers]
OWN = "/settings/own/sign-in/"


def give_device(page: Page) -> CDPSession:
    """Put a device with fingerprint into this browser's hands."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    answers = {"isUserVerified": True, "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": device | answers})
    return wire


def type_password(page: Page, name: str) -> None:
    """Sign in with the password as far as it goes."""
    page.goto(page.url.partition("/login")[0] + "/login/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login/"))


def sign_out(page: Page) -> None:
    page.locator(".bar .menu summary").click()
    page.get_by_role("button", name="Abmelden").or_(page.get_by_role("button", name="Sign out")).click()
    page.wait_for_url("**/login/")


def test_a_passkey_alone_opens_the_desk(someone: Arrive) -> None:
    page = someone().sign_in("tom")
    give_device(page)
    page.goto(page.url + OWN.lstrip("/") + "passkey/")
    page.locator("input[name=name]").fill("Laptop")
    page.locator("form[data-passkey] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.locator(".button.main").click()
    expect(page.locator(".passkey input[name=name]")).to_have_value("Laptop")
    sign_out(page)
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    expect(page.locator(".bar .menu summary")).to_be_visible()


def test_who_shows_no_passkey_is_told_and_has_another_way(someone: Arrive) -> None:
    page = someone().page("/login/")
    wire = give_device(page)  # one that knows no passkey of this desk
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(page.locator("form[data-passkey] button")).to_be_enabled()
    wire.send("WebAuthn.disable")
    type_password(page, "ben")
    expect(page.locator(".bar .menu summary")).to_be_visible()


def test_an_app_by_keyboard_and_what_half_a_sign_in_opens(someone: Arrive, desk: RunningDesk) -> None:
    person = someone()
    page = person.sign_in("ben")
    page.goto(desk.url + OWN + "app/")
    secret = page.locator("code.key").inner_text()
    expect(page.locator("svg.square path")).to_be_visible()
    expect(page.locator("input[name=code]")).to_be_focused()
    page.keyboard.type(app_code(secret, time.time()))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    sign_out(page)
    type_password(page, "ben")
    assert page.url == f"{desk.url}/login/second/"
    assert [edge_answer(person, desk, path) for path in ("/live", "/live/presence", "/")] == [403, 403, 302]
    expect(page.locator("input[name=code]")).to_be_focused()
    page.keyboard.type(app_code(secret, time.time() + 30))  # its next one, half a minute early
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    assert edge_answer(person, desk, "/live/presence") == 204
    sign_out(page)
    type_password(page, "ben")
    expect(page.locator("input[name=code]")).to_be_focused()
    page.keyboard.type(recovery)
    page.keyboard.press("Enter")
    expect(page.locator("#main > .notice.soon")).to_contain_text("9")


def edge_answer(person: Person, desk: RunningDesk, path: str) -> int:
    """Return how the desk answers this browser's session at an address."""
    (session,) = [each["value"] for each in person.context.cookies() if each["name"] == "resonanz_session"]
    method, body = ("POST", b'{"tab": "x"}') if path.endswith("presence") else ("GET", None)
    with httpx.stream(
        method, desk.url + path, content=body, cookies={"resonanz_session": session}, timeout=10
    ) as answer:
        return answer.status_code


@pytest.mark.parametrize(("locale", "scheme"), [("de-DE", "light"), ("en-GB", "dark")])
def test_every_page_of_it_is_accessible_and_fits(
    someone: Arrive, desk: RunningDesk, locale: str, scheme: str
) -> None:
    person = someone(locale=locale, scheme=scheme)
    page = person.page("/login/")
    give_device(page)
    wrong = faults(page)
    type_password(page, "ben")  # has an app
    wrong += faults(page)
    type_password(page, "anna")
    for path in (OWN, f"{OWN}app/", f"{OWN}passkey/", f"{OWN}confirm/", "/settings/people/"):
        page.goto(desk.url + path)
        wrong += faults(page)
    page.goto(f"{desk.url}{OWN}passkey/")
    page.locator("input[name=name]").fill("Donaudampfschifffahrtsgesellschaftslaptop")
    page.locator("form[data-passkey] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    wrong += faults(page)
    page.goto(desk.url + OWN)
    wrong += faults(page)
    page.get_by_role("button", name="Donaudampfschifffahrtsgesellschaftslaptop").click()  # Remove …
    expect(page.locator(".passkey")).to_have_count(0)
    assert wrong == []


def test_who_has_none_is_led_to_it(someone: Arrive, desk: RunningDesk) -> None:
    operator = someone().sign_in("anna")
    give_device(operator)
    operator.goto(f"{desk.url}{OWN}passkey/")
    operator.locator("input[name=name]").fill("Laptop")
    operator.locator("form[data-passkey] button").click()
    operator.locator(".codes").wait_for()
    operator.goto(f"{desk.url}/settings/people/")
    operator.locator("button[name=on]").click()
    operator.locator("button[name=on][value=no]").wait_for()
    operator.goto(f"{desk.url}/settings/people/")
    operator.locator(".people a", has_text="Ben").click()
    operator.locator("form[action$='second-step/'] button").click()
    expect(operator.locator(".notice.calm")).to_be_visible()
    page = someone(width=390).page("/login/")
    type_password(page, "ben")
    assert page.url == f"{desk.url}/login/set-up/"
    wrong = faults(page)
    page.goto(desk.url + "/")
    assert "/login/" in page.url
    page.goto(f"{desk.url}{OWN}app/")
    wrong += faults(page)
    page.locator("input[name=code]").fill(app_code(page.locator("code.key").inner_text(), time.time()))
    page.locator("input[name=code]").press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    page.locator("a.button.main").click()
    expect(page.locator(".bar .menu summary")).to_be_visible()
    assert wrong == []
