"""Danger in a real browser: it is heard on every page, stands on top, and leads to guidance; kinds by key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]
LIVE_MS = 30_000  # how long a busy machine may take from a post on the network to the page


def english(someone: Arrive, **how: object) -> Page:
    return someone(locale="en-GB", **how).sign_in()


def test_danger_is_heard_on_every_page_and_leads_to_guidance(
    someone: Arrive, network: RunningSimulator
) -> None:
    page = english(someone)
    page.goto(page.url + "settings/own/")
    network.say("ada", f"@{US} Hilfe, mein Kind ist im Auto eingesperrt!")
    alarm = page.get_by_role("alert").filter(has_text="ada")
    expect(alarm).to_contain_text("danger", timeout=LIVE_MS)
    expect(page.locator("#bell-count")).to_have_text("1")
    alarm.get_by_role("link", name="Open").click()
    expect(page.locator(".guidance")).to_contain_text("112")
    expect(page.locator(".guidance q")).to_have_text(["eingesperrt"])
    expect(page.locator("#rows .row-of").first).to_have_class("row-of safety")
    expect(page.locator("#bell-count")).to_have_text("", timeout=LIVE_MS)
    expect(page.get_by_role("alert").filter(has_text="danger")).to_have_count(0)


def test_kind_and_urgency_by_keyboard_and_back(someone: Arrive, network: RunningSimulator) -> None:
    network.say("otto", f"@{US} Warum ist das Paket offen gewesen?")
    page = english(someone)
    open_new(page, "otto")
    row = page.locator("#rows .row-of", has_text="Paket offen")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="complaint")).to_be_visible()
    page.keyboard.press("8")
    expect(row).to_contain_text("urgent", timeout=LIVE_MS)
    page.keyboard.press("u")
    expect(row).not_to_contain_text("urgent", timeout=LIVE_MS)


def test_further_views_stand_behind_more_and_stay_open(someone: Arrive, network: RunningSimulator) -> None:
    page = english(someone)
    page.locator("#more-views summary").click()
    network.say("mia", f"@{US} Wann habt ihr auf?")
    expect(page.locator("#new")).to_be_visible(timeout=LIVE_MS)
    leaf = page.locator("#more-views .leaf")
    expect(leaf).to_be_visible()
    leaf.get_by_role("link", name="Waiting for the customer").click()
    expect(page.locator(".views [aria-current]")).to_contain_text("Waiting for the customer")
    expect(page.get_by_role("heading", name="We wait for nobody")).to_be_visible()


def test_the_sound_is_switched_on_for_this_browser(someone: Arrive) -> None:
    page = english(someone)
    page.goto(page.url + "settings/own/")
    page.get_by_label("Soft sound").check()
    page.reload()
    expect(page.get_by_label("Soft sound")).to_be_checked()
    expect(page.get_by_label("Desktop note")).not_to_be_checked()


@pytest.mark.parametrize("path", ["bell/", "settings/targets/"])
def test_narrow_pages_do_not_scroll_sideways(someone: Arrive, path: str) -> None:
    page = english(someone, width=390)
    page.goto(page.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
