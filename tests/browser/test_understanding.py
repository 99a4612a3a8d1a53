"""What a post is about, in a real browser: seen, explained, corrected by a key, learnt from, checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]
LIVE_MS = 30_000  # how long a busy machine may take from a post on the network to its notes on the page


def english(someone: Arrive, **how: object) -> Page:
    return someone(locale="en-GB", **how).sign_in()


def test_why_is_said_and_one_key_corrects(someone: Arrive, network: RunningSimulator) -> None:
    network.say("otto", f"@{US} Das ist eine Frechheit, mein Paket kommt seit Wochen nicht!")
    page = english(someone)
    open_new(page, "otto")
    noted = page.locator("#thread .noted").last
    expect(noted.locator("summary .tag").first).to_have_text("negative", timeout=LIVE_MS)
    page.keyboard.press("y")
    expect(noted.locator(".labels")).to_contain_text("because of")
    expect(noted.locator("mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(noted.locator(".labels")).to_be_hidden()
    page.keyboard.press("y")
    expect(noted.locator(".relabel")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator("#toasts")).to_contain_text("Corrected: positive")
    expect(page.locator("#thread .noted summary .tag").first).to_have_text("positive", timeout=LIVE_MS)
    page.keyboard.press("u")
    expect(page.locator("#thread .noted summary .tag").first).to_have_text("negative", timeout=LIVE_MS)


def test_several_corrections_in_a_row_take_a_key_each(someone: Arrive, network: RunningSimulator) -> None:
    network.say("ada", f"@{US} Mein Paket ist schon wieder nicht da, eine Frechheit!")
    page = english(someone)
    open_new(page, "ada")
    noted = page.locator("#thread .noted").last
    expect(noted.locator("summary .tag").first).to_have_text("negative", timeout=LIVE_MS)
    page.keyboard.press("y")
    expect(noted.locator(".relabel")).to_be_visible()
    pressed = noted.locator(".relabel [aria-pressed=true]")
    expect(pressed.filter(has_text="complaint")).to_have_count(1)
    for key in "35bac":  # faster than they are written down; outside the panel, a is "assign"
        page.keyboard.press(key)
    for words in ("positive", "not about us", "praise", "question"):
        expect(pressed.filter(has_text=words)).to_have_count(1, timeout=LIVE_MS)
    expect(pressed.filter(has_text="complaint")).to_have_count(0)
    expect(noted.locator("summary")).to_be_focused()
    noted.get_by_role("button", name="negative").click()
    expect(pressed.filter(has_text="negative")).to_be_focused(timeout=LIVE_MS)
    page.keyboard.press("y")
    expect(noted.locator(".relabel")).to_be_hidden()


def test_a_click_counts_once_while_the_panel_is_drawn_anew(
    someone: Arrive, network: RunningSimulator
) -> None:
    network.say("eva", f"@{US} Mein Paket ist schon wieder nicht da, eine Frechheit!")
    page = english(someone)
    open_new(page, "eva")
    noted = page.locator("#thread .noted").last
    expect(noted.locator("summary .tag").first).to_have_text("negative", timeout=LIVE_MS)
    page.keyboard.press("y")
    expect(noted.locator(".relabel")).to_be_visible()
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route(f"**{noted.get_attribute('data-from')}", hold)
    page.keyboard.press("3")
    for _attempt in range(LIVE_MS // 50):
        if asked:
            break
        page.wait_for_timeout(50)
    question = noted.locator(".relabel [data-value=question]")
    question.hover()
    page.mouse.down()
    for route in asked:
        route.continue_()
    page.unroute_all()
    pressed = noted.locator(".relabel [aria-pressed=true]")
    expect(pressed.filter(has_text="positive")).to_have_count(1, timeout=LIVE_MS)
    expect(question).to_be_focused()
    page.mouse.up()
    expect(pressed.filter(has_text="question")).to_have_count(1, timeout=LIVE_MS)
    page.wait_for_timeout(1000)  # sent twice, it would be taken away again
    expect(pressed.filter(has_text="question")).to_have_count(1)


def use_newest(page: Page) -> str:
    """Take the newest model into use that learnt here, and return its name.

    On a slow machine a next one is made meanwhile: what was never used goes when a newer one is there.
    """
    usable = (
        page.get_by_role("row").filter(has_text="not measured yet").filter(has=page.get_by_role("button"))
    )
    for _attempt in range(60):
        if usable.count():
            name = usable.first.get_by_role("rowheader").inner_text()
            with page.expect_navigation():
                usable.first.get_by_role("button", name="Use").click()
            if page.get_by_text(f"The model “{name}” is in use.").count():
                return name
        page.wait_for_timeout(1000)
        page.reload()
    pytest.fail("no model was made that can be used")


def test_it_works_by_mouse_and_learns_in_the_background(someone: Arrive, network: RunningSimulator) -> None:
    page = english(someone)
    network.say("mia", f"@{US} Na bravo, das ist ja knorke geworden")
    open_new(page, "mia")
    expect(page.locator("#thread .noted[data-waits]")).to_have_count(0, timeout=LIVE_MS)
    page.locator("#thread .noted summary").last.click()
    for feeling in ("positive", "negative", "neutral"):
        page.locator(".relabel").get_by_role("button", name=feeling, exact=False).first.click()
        expect(page.locator("#thread .noted summary .tag").first).to_have_text(feeling, timeout=LIVE_MS)
    for intent in ("question", "request", "thanks"):
        page.locator(".relabel").get_by_role("button", name=intent, exact=False).first.click()
        expect(page.locator("#thread .noted summary")).to_contain_text(intent, timeout=LIVE_MS)
    page.goto(page.url.partition("/c/")[0] + "/reports/quality/")
    name = use_newest(page)
    row = page.get_by_role("row").filter(has_text=name)
    row.get_by_role("button", name="Back to the earlier model").click()
    expect(page.get_by_role("status").first).to_contain_text("The model “resonanz” is in use.")


def test_posts_are_checked_by_keyboard(someone: Arrive, network: RunningSimulator) -> None:
    network.say("ada", f"@{US} Vielen Dank, das war sehr freundlich von euch!")
    page = english(someone)
    open_new(page, "ada")
    expect(page.locator("#thread .noted[data-waits]")).to_have_count(0, timeout=LIVE_MS)
    page.goto(page.url.partition("/c/")[0] + "/reports/quality/check/")
    expect(page.get_by_text("Post 1 of 20")).to_be_visible()
    for key in "24A":
        page.keyboard.press(key)
    expect(page.locator("[name=sentiment]:checked")).to_have_value("neutral")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Post 2 of 20")).to_be_visible()
    page.goto(page.url.partition("/check/")[0] + "/?models=all")
    expect(page.get_by_text("1 decision checked").first).to_be_visible()


@pytest.mark.parametrize("path", ["reports/quality/", "reports/feelings/", "settings/understanding/"])
def test_narrow_pages_do_not_scroll_sideways(someone: Arrive, path: str) -> None:
    page = english(someone, width=390)
    page.goto(page.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
