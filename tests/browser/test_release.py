"""Releasing a trainee's reply in a real browser: what came meanwhile is told, and no mended word is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def opened(page: Page, words: str) -> None:
    """Open the conversation of a customer who said this."""
    page.locator("#rows .row", has_text=words).or_(page.locator("#new:visible")).first.wait_for()
    if page.locator("#new").is_visible():
        page.locator("#new").click()
    page.locator("#rows .row", has_text=words).first.click()
    page.locator("#thread", has_text=words).wait_for()


def test_what_came_meanwhile_is_told_and_mended_words_stay(
    someone: Arrive, network: RunningSimulator
) -> None:
    trainee, colleague = someone().sign_in("tom"), someone().sign_in()
    first = network.say("ada", f"@{US} Wann kommt mein Paket?")
    opened(trainee, "Wann kommt mein Paket?")
    trainee.locator("#reply-text").fill("Ihr Paket kommt morgen.")
    trainee.locator("#reply-text").press("Control+Enter")
    trainee.locator("#thread .outgo.planned").wait_for()
    network.say("ada", f"@{US} Hat sich erledigt!", in_reply_to=first["id"])
    colleague.goto(trainee.url)
    colleague.locator("#thread", has_text="Hat sich erledigt!").wait_for()
    held = colleague.locator("#thread .outgo .held").first
    held.locator("summary").click()
    held.locator("textarea").fill("Schön, dass es da ist. ^to")
    held.locator("button.main").click()
    expect(held.locator(".refused .notice")).to_have_count(1)
    network.say("ada", f"@{US} Danke trotzdem!", in_reply_to=first["id"])
    colleague.locator("#thread", has_text="Danke trotzdem!").wait_for()
    expect(held.locator("textarea")).to_have_value("Schön, dass es da ist. ^to")
    expect(held.locator("textarea")).to_be_visible()
    expect(held.locator(".refused .notice")).to_have_count(1)
    held.locator("button.main").click()
    held.locator(".refused .notice").first.wait_for()
    held.locator("button.main").click()
    colleague.locator("#thread .post.ours:not(.outgo)", has_text="Schön, dass es da ist.").wait_for()
