"""Every page of settings, reports and signing in, in a real browser: accessible, quiet, nothing cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from resonanz.desk.models import Brand, Channel
from tests.cast import NOON, OTTO, US, Desk, hear, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/start/",
    "/settings/own/",
    "/settings/own/password/",
    "/settings/channels/",
    "/settings/channels/connect/?token",
    "/settings/people/",
    "/settings/people/add/",
    "/settings/hours/",
    "/settings/brands/",
    "/reports/responses/?by=channel",
)
LONG = "Donaudampfschifffahrtsgesellschaftskundendienst"
WIDTHS = (390, 1440)


@pytest.fixture
def full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A desk with long words, a channel in need and an answered question."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
    Brand.objects.filter(pk=desk.brand.pk).update(name=LONG)
    Channel.objects.update(name=LONG, handle=f"{LONG}@social.example", filtered=["private_mentions"])
    asked = said("1", "Hallo?")
    hear(desk.channel, asked, said("2", "Und ich?", OTTO))
    hear(desk.channel, said("3", "Hier!", US, at=NOON.replace(hour=13), to=asked))
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_words")  # no model's table, so no test's flush empties it


@pytest.fixture(params=["light", "dark"])
def page(full: None, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(locale="de-DE", color_scheme=request.param, base_url=live_server.url)
        complaints: list[str] = []
        page.on("console", lambda told: complaints.append(told.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
        assert [told for told in complaints if "Content Security Policy" in told or "Error:" in told] == []


def faults(page: Page) -> list[tuple[str, str, object]]:
    """Return what is wrong with the page as it stands: accessibility, and parts wider than the screen."""
    found: list[tuple[str, str, object]] = [
        (page.url, violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over:
            found.append((page.url, f"wider than {width}", over))
    return found


def test_every_page_is_accessible_and_fits(page: Page) -> None:
    page.goto("/login/?next=/start/")
    wrong = faults(page)
    page.get_by_label("Anmeldename").or_(page.get_by_label("Name to sign in")).fill("olga")
    page.locator("#id_password").fill("a long pass word")
    page.locator("form button.main").click()
    page.wait_for_url("**/start/")
    for path in PAGES:
        page.goto(path)
        wrong += faults(page)
    assert wrong == []


def test_a_password_can_be_looked_at_while_it_is_typed(page: Page) -> None:
    page.goto("/login/")
    field, show = page.locator("#id_password"), page.locator("[data-show-secret]")
    field.fill("secret")
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(field).to_have_attribute("type", "password")


def test_states_appear_when_another_country_is_chosen(page: Page) -> None:
    page.goto("/login/?next=/settings/hours/")
    page.locator("#id_username").fill("clara")
    page.locator("#id_password").fill("a long pass word")
    page.locator("form button.main").click()
    page.locator("#id_country").select_option("CH")
    expect(page.locator("#id_subdivision option", has_text="Appenzell Innerrhoden")).to_have_count(1)
    expect(page.locator("#id_subdivision option", has_text="Bayern")).to_have_count(0)
