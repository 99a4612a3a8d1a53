"""The team's day in a real browser: tags, names in notes, joining, many at once, and the end of a shift."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def rows(page: Page, text: str) -> None:
    """Wait until a customer's words stand in the list."""
    page.locator("#rows .row", has_text=text).or_(page.locator("#new:visible")).first.wait_for()
    if page.locator("#new").is_visible():
        page.locator("#new").click()
    page.locator("#rows .row", has_text=text).first.wait_for()


def test_tags_names_and_joining_by_keyboard(someone: Arrive, network: RunningSimulator) -> None:
    page = someone().sign_in()
    network.say("ada", f"@{US} Erste Frage zum Paket")
    network.say("ada", f"@{US} Zweite Frage zum Paket")
    rows(page, "Zweite Frage")
    page.locator("#rows .row", has_text="Erste Frage").click()
    page.locator("#thread", has_text="Erste Frage").wait_for()
    page.locator("#case-name").focus()
    page.keyboard.press("t")
    page.keyboard.type("Paketfrage")
    page.keyboard.press("Enter")
    expect(page.locator("#standing .chips")).to_contain_text("Paketfrage")
    expect(page.locator("#case-name")).to_be_focused()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    dialog.locator("button", has_text="Zweite Frage").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#thread")).to_contain_text("Zweite Frage")
    page.locator("#toasts [data-undo]").click()
    expect(page.locator("#thread .post.customer")).to_have_count(1)
    page.locator("#case-name").focus()
    page.keyboard.press("n")
    page.keyboard.type("Weiß @b")
    expect(page.locator("#askable li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type("mehr?")
    expect(page.locator("#note-text")).to_have_value("Weiß @Ben mehr?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note .called")).to_have_text("@Ben")


def test_several_at_once_and_undone(someone: Arrive, network: RunningSimulator) -> None:
    page = someone().sign_in()
    network.say("otto", f"@{US} Welle eins")
    network.say("mia", f"@{US} Welle zwei")
    rows(page, "Welle zwei")
    rows(page, "Welle eins")
    page.locator("#rows .row", has_text="Welle eins").focus()
    page.keyboard.press("x")
    page.locator("#rows .row-of", has_text="Welle zwei").locator(".face").click()
    expect(page.locator("#bulk-count")).to_contain_text("2")
    page.locator("#bulk-tag").fill("Welle")
    page.locator("#bulk-tag").press("Enter")
    expect(page.locator("#rows .row .meta", has_text="Welle")).to_have_count(2)
    page.locator("#toasts [data-undo]").click()
    expect(page.locator("#rows .row .meta", has_text="Welle")).to_have_count(0)


def test_the_end_of_a_shift_and_the_next_one(someone: Arrive, network: RunningSimulator) -> None:
    page = someone().sign_in()
    network.say("nele", f"@{US} Mein Rad ist verbogen")
    rows(page, "Rad ist verbogen")
    page.locator("#rows .row", has_text="Rad ist verbogen").click()
    page.locator("#thread", has_text="Rad ist verbogen").wait_for()
    page.locator("#case-name").focus()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator("#standing")).to_contain_text("bei Ihnen")
    page.locator("#case-name").focus()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/shift/")
    page.locator(".leaves", has_text="Rad ist verbogen").locator("input[value=return]").focus()
    page.keyboard.press("2")
    page.keyboard.type("Nele bekommt eine neue Gabel.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/login/")
    following = someone().sign_in("ben")
    handed = following.locator(".handed", has_text="neue Gabel")
    handed.get_by_role("button").click()
    expect(handed).to_have_count(0)
