"""The intake ledger in a real browser: a lead reads that something was missed, and finds it fetched."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.desk.running import RunningDesk
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
WITHIN_S = 60


def shows(page: Page, words: str) -> None:
    """Open the page again until it says something: the worker reads while we wait."""
    end = time.monotonic() + WITHIN_S
    while page.get_by_text(words).count() == 0:
        assert time.monotonic() < end, page.locator("main").inner_text()
        page.wait_for_timeout(500)
        page.reload()


def test_what_was_swallowed_is_named_fetched_and_stands_in_the_inbox(
    someone: Callable[..., Person], network: RunningSimulator, desk: RunningDesk
) -> None:
    network.say("ada", f"@{US} Der Anfang")
    page = someone(locale="en-GB").sign_in()
    shows(page, "Der Anfang")
    lost = network.say("otto", f"@{US} Hört mich jemand?")
    network.swallow(lost["id"])
    network.say("mia", f"@{US} Ich bin später dran")
    shows(page, "Ich bin später dran")
    network.swallow(lost["id"], on=False)

    page.goto(desk.url + "/reports/intake/")
    page.get_by_role("button", name="Read again now").click()
    expect(page.locator(".notice")).to_contain_text("is read again now")
    shows(page, "1 was missed first and fetched")
    expect(page.locator("h1")).to_contain_text("posts seen are here")
    page.get_by_text("1 post was missed first and fetched").click()
    expect(page.locator(".how .rows", has_text="@otto")).to_be_visible()

    page.goto(desk.url + "/bell/")
    expect(page.locator("main")).to_contain_text("posts were missed")
    page.goto(desk.url + "/")
    expect(page.locator(".row", has_text="Hört mich jemand?")).to_be_visible()
