"""An alarm in a real browser: made on a query, rung as posts arrive, answered, kept quiet, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]
RINGS_MS = 60_000  # an alarm of ten minutes is looked at every 15 s, and a busy machine takes its time


def english(someone: Arrive, **how: object) -> Page:
    return someone(locale="en-GB", **how).sign_in()


def root(page: Page) -> str:
    return page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]


def make(page: Page, name: str, words: str) -> None:
    """Save a query and make an alarm of it that rings at two posts within ten minutes."""
    page.goto(root(page) + "/queries/new/")
    page.get_by_label("Name").fill(name)
    if page.locator("#expression").count() == 0:  # the form of the last one is remembered
        page.get_by_role("button", name="Written").click()
    page.locator("#expression").fill(words)
    page.locator("#query button.main").click()
    page.get_by_role("link", name="Tell me when it grows").click()
    expect(page.get_by_label("Name")).to_have_value(name)
    page.get_by_label("Within").select_option("600")
    page.get_by_label("At least").fill("2")
    expect(page.locator("#alarm-looked")).to_contain_text("Would not have rung")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".alarm-row", has_text=name)).to_contain_text("calm")


def test_it_rings_on_every_page_and_is_answered_by_keyboard(
    someone: Arrive, network: RunningSimulator
) -> None:
    page = english(someone)
    make(page, "Toner", "tonerkartusche")
    page.goto(root(page) + "/reports/")
    for who in ("ada", "otto"):
        network.say(who, f"@{US} Die Tonerkartusche ist leer")
    banner = page.get_by_role("alert").filter(has_text="Alarm: Toner")
    expect(banner).to_contain_text("2 posts", timeout=RINGS_MS)
    banner.get_by_role("link", name="Open").click()
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.locator("#ring-now")).to_contain_text("2 posts within 10 minutes")
    page.keyboard.press("a")
    expect(page.locator("#ring-now")).to_contain_text("looks after it")
    expect(page.locator("#bell-count")).to_have_text("")
    page.keyboard.press("u")
    expect(page.locator("#ring-now")).to_contain_text("rings")
    page.keyboard.press("1")
    expect(page.locator("#ring-now")).to_contain_text("quiet until")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.locator(".alarm-row", has_text="Toner")).to_contain_text("rings, quiet until")


def test_list_and_ring_follow_what_colleagues_do_and_looking_quiets_the_bell(
    someone: Arrive, network: RunningSimulator
) -> None:
    page, other = english(someone), english(someone)
    make(page, "Papier", "papierstau")
    expect(page.get_by_role("heading", level=1)).to_contain_text("No alarm rings")
    for who in ("ada", "otto"):
        network.say(who, f"@{US} schon wieder Papierstau")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 alarm rings", timeout=RINGS_MS)
    other.goto(root(other) + "/alarms/")
    other.get_by_role("link", name="Papier", exact=True).click()
    expect(other.locator("#bell-count")).to_have_text("")
    page.get_by_role("link", name="Papier", exact=True).click()
    expect(page.locator("#ring-answers")).to_contain_text("I look after it")
    other.keyboard.press("a")
    expect(page.locator("#ring-now")).to_contain_text("looks after it")
    expect(page.locator("#ring-answers")).to_contain_text("Take back")
    page.get_by_role("link", name="Alarms").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No alarm rings unanswered")
    other.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 alarm rings")


def test_an_alarm_is_dropped_and_taken_back_on_a_telephone(someone: Arrive) -> None:
    page = english(someone, width=390)
    make(page, "Kabel", "kabelbruch")
    page.get_by_role("link", name="Kabel").click()
    page.get_by_label("at so many times the usual").check()
    expect(page.get_by_role("textbox", name="Times the usual")).to_be_visible()
    expect(page.get_by_label("Channel")).to_be_hidden()
    page.get_by_label("customers who wait").check()
    expect(page.get_by_label("Channel")).to_be_visible()
    expect(page.get_by_label("Within")).to_be_hidden()
    page.get_by_role("button", name="Drop this alarm").click()
    expect(page.get_by_text("“Kabel” watches no more.")).to_be_visible()
    expect(page.locator(".alarm-row", has_text="Kabel")).to_have_count(0)
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".alarm-row", has_text="Kabel")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
