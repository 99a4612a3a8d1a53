"""Promises, dismissals, the voice and the wallboard in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new, ours
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def test_s_and_enter_send_the_acknowledgement(someone: Arrive, network: RunningSimulator) -> None:
    network.say("bea", f"@{US} Wann kommt der Monteur?")
    page = someone(locale="en-GB").sign_in()
    open_new(page, "bea")
    before = len(ours(network))
    page.keyboard.press("s")
    panel = page.get_by_role("dialog", name="We are on it")
    expect(panel.locator("#promise-send")).to_be_focused()
    words = panel.locator("#promise-text").input_value()
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    expect(page.locator(".post.ours:not(.outgo)", has_text="acknowledgement")).to_be_visible()
    expect(page.locator("#standing")).to_contain_text("promised by")
    expect(page.locator(".happened", has_text="Anna promised an answer by")).to_be_visible()
    (said,) = ours(network)[before:]
    assert said.removeprefix("@bea ") == f"{words} ^an"


def test_another_time_changes_the_words_and_goes_along_with_the_reply(
    someone: Arrive, network: RunningSimulator
) -> None:
    network.say("cem", f"@{US} Wo ist meine Rechnung?")
    page = someone(locale="en-GB").sign_in()
    open_new(page, "cem")
    page.keyboard.press("s")
    panel = page.locator("#promise-panel")
    last = panel.locator("input[name=until][data-text]").last
    last.check()
    expect(panel.locator("#promise-text")).to_have_value(last.get_attribute("data-text") or "")
    panel.get_by_role("button", name="Promise it with my answer").click()
    expect(page.locator("#reply-promise")).to_contain_text("promises an answer by")
    page.locator("#reply-text").fill("Ich frage in der Buchhaltung.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".happened", has_text="promised an answer by")).to_be_visible(timeout=20_000)
    expect(page.locator("#reply-promise")).to_be_hidden()


def test_e_asks_why_and_a_number_answers(someone: Arrive, network: RunningSimulator) -> None:
    network.say("dora", f"@{US} Gewinne jetzt ein Handy!")
    page = someone(locale="en-GB").sign_in()
    open_new(page, "dora")
    address = page.url
    page.keyboard.press("e")
    expect(page.locator("#resolve-menu .leaf")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#toasts")).to_contain_text("Resolved: dora")
    page.goto(address)
    line = page.locator(".happened", has_text="closed this without an answer: spam or advertising")
    line.get_by_role("button", name="Undo").click()
    expect(page.locator(".happened").last).to_contain_text("opened this again")


def test_the_voice_reads_along_while_it_is_written(someone: Arrive) -> None:
    page = someone(locale="en-GB").sign_in()
    page.goto(page.url.split("/c/")[0].rstrip("/") + "/settings/voice/")
    page.locator("summary", has_text="Acknowledgement").click()
    page.locator("#text-acknowledge-de").fill("{du:Moin|sie:Guten Tag} {name}, bis {due}!")
    preview = page.locator("#text-acknowledge-de-preview")
    expect(preview).to_contain_text("Moin Jana, bis")
    expect(preview).to_contain_text("Guten Tag Jana Krause, bis")
    page.locator("#text-acknowledge-de").fill("Moin {name")
    expect(preview).to_contain_text("this brace is never closed")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_wall_is_reached_by_keys_and_by_link(someone: Arrive, width: int) -> None:
    person = someone(locale="en-GB", width=width, scheme="dark")
    page = person.sign_in()
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(re.compile("/wall/"))
    expect(page.locator(".big").first).to_contain_text("for us")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Link for a screen").click()
    page.get_by_role("button", name=re.compile("Make a")).click()
    address = page.locator("#wall-address").input_value()
    screen = someone(locale="en-GB").context.new_page()
    screen.goto(address)
    expect(screen.locator(".big").first).to_contain_text("for us")
    expect(screen.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="End the link").click()
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
    expect(screen.locator("#stale")).to_contain_text("This link has ended", timeout=15_000)
