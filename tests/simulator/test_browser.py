"""A person looks at the simulated network in a real browser: fresh without jumping, quiet console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.simulator.conftest import CUSTOMER, DESK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.simulator.running import RunningSimulator

pytestmark = pytest.mark.browser


@pytest.fixture
def page(simulator: RunningSimulator) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(
            locale="de-DE", viewport={"width": 390, "height": 700}, base_url=simulator.base_url
        )
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
        assert complaints == []


def top_of(page: Page, status_id: str) -> float:
    box = page.locator(f"#post-{status_id}").bounding_box()
    assert box is not None
    return box["y"]


def test_news_come_without_a_jump_and_a_person_writes(simulator: RunningSimulator, page: Page) -> None:
    said = [simulator.say("oezlem_k", f"@{DESK} Beitrag Nummer {n}")["id"] for n in range(12)]
    page.goto("/")
    simulator.say(CUSTOMER, f"@{DESK} ganz neu")
    expect(page.locator(".post").first).to_contain_text("ganz neu", timeout=8000)
    page.locator(f"#post-{said[3]}").scroll_into_view_if_needed()
    place = top_of(page, said[3])
    simulator.say(DESK, "@oezlem_k Gern!", in_reply_to=said[10])
    simulator.say(CUSTOMER, f"@{DESK} noch neuer")
    expect(page.locator("#fresh")).to_be_visible(timeout=8000)
    assert abs(top_of(page, said[3]) - place) < 1.5  # the browser's anchoring rounds to whole pixels
    page.locator("#fresh").click()
    expect(page.locator(".post").first).to_contain_text("noch neuer")
    page.get_by_role("link", name="Schreiben", exact=True).click()
    page.get_by_label("Wer schreibt").select_option("lena_backt")
    page.get_by_label("Text", exact=True).fill(f"@{DESK} Kurze Frage https://laden.example/{'w' * 90}")
    expect(page.locator("#count")).to_have_text(f"{len(DESK) + 1 + 13 + 23} von 500")
    page.get_by_label("Nur Genannte").check()
    page.get_by_role("button", name="Absenden").click()
    page.wait_for_url(f"**/?as=lena_backt#post-{simulator.state()['statuses'][-1]['id']}")
    expect(page.locator(".post").first).to_contain_text("privat")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
