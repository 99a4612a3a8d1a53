"""A letter written down by keyboard alone: from one key to the queue, and its answer noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def test_from_one_key_to_the_queue_and_answered(someone: Arrive) -> None:
    page = someone(locale="en-GB").sign_in()
    page.keyboard.press("h")
    page.wait_for_url("**/by-hand/")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("Frau Krause")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Letter")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Die Rechnung stimmt nicht.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/c/*/")
    expect(page.locator("#rows .row-of", has_text="Frau Krause")).to_contain_text("By hand")
    expect(page.locator("#thread")).to_contain_text("Die Rechnung stimmt nicht.")
    expect(page.locator("#note")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.locator("#recorded-text")).to_be_focused()
    page.keyboard.type("Neue Rechnung geht heute raus.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("Neue Rechnung geht heute raus.")
    expect(page.locator("#standing")).to_contain_text("waits for the customer")
    expect(page.locator("#recorded-text")).to_have_value("")


def test_a_call_takes_three_keys_besides_its_words_from_anywhere(someone: Arrive) -> None:
    page = someone(locale="en-GB").sign_in()
    page.goto(page.url + "alarms/")
    page.keyboard.press("h")
    page.wait_for_url("**/by-hand/")
    expect(page.get_by_label("Who was it?")).to_be_focused()
    page.keyboard.type("Herr Brandt")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Wo ist mein Stuhl?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/c/*/")
    page.keyboard.press("h")
    page.wait_for_url("**/by-hand/")
    expect(page.get_by_label("Who was it?")).to_be_focused()
    page.keyboard.type("brandt")
    expect(page.locator("#people")).to_contain_text("Herr Brandt")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Herr Brandt")).to_be_checked()
    page.keyboard.press("Enter")
    page.keyboard.type("Er ist da, danke!")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/c/*/")
    expect(page.locator("#case-name")).to_contain_text("Herr Brandt")
