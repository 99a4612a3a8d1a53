"""A person steers the networks in a real browser: by keyboard, on a telephone, in the dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.simulator.running import RunningSimulator

pytestmark = pytest.mark.browser


@pytest.fixture
def running() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x", "mastodon")) as both:
        yield both


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


def test_writing_breaking_and_watching(running: RunningSimulator, browser: Browser) -> None:
    complaints: list[str] = []
    page = browser.new_page(
        locale="de-DE", viewport={"width": 390, "height": 800}, base_url=running.base_url, color_scheme="dark"
    )
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Text", exact=True).fill(f"@{DESK} Wo bleibt mein Paket?")
    page.get_by_label("Wer schreibt").select_option(CUSTOMER)
    page.get_by_role("button", name="Absenden").press("Enter")
    expect(page.locator(".line .said")).to_have_text(f"@{DESK} Wo bleibt mein Paket?")
    page.get_by_label("Was", exact=True).select_option("429")
    page.get_by_label("Wo", exact=True).select_option("posts.create")
    page.get_by_role("button", name="Anordnen").click()
    expect(page.locator(".orders li")).to_have_count(1)
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
    running.network("x").say("oezlem_k", f"@{DESK} Meins auch")
    expect(page.locator(".line")).to_have_count(2, timeout=8000)
    page.get_by_role("link", name="Mastodon").click()
    expect(page.get_by_text("Noch hat niemand etwas geschrieben.")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_left_out(running: RunningSimulator, browser: Browser, scheme: str) -> None:
    x = running.network("x")
    said = x.say(CUSTOMER, f"@{DESK} Hallo", picture="parcel")["id"]
    x.say(CUSTOMER, "Geheim", private=True)
    x.say(DESK, "Guten Tag", in_reply_to=said)
    x.fault("*", "late")
    page = browser.new_page(
        viewport={"width": 1440, "height": 900},
        base_url=running.base_url,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(f"/console/x?reply={said}")
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
