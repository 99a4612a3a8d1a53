"""Queries in a real browser: chips by keyboard, written and back, mistakes in their place, kept, undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def tab_to(page: Page, name: str) -> None:
    """Go on by the keyboard until something of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || document.activeElement.innerText.trim()") == name:
            return
    raise AssertionError(f"no way by keyboard to {name}")


def english(someone: Arrive, path: str, **how: object) -> Page:
    page = someone(locale="en-GB", **how).sign_in()
    page.goto(page.url.rstrip("/") + path)
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_a_query_of_chips_is_written_and_back_by_keyboard_alone(someone: Arrive, width: int) -> None:
    page = english(someone, "/queries/new/", width=width)
    page.locator("#name").focus()
    page.keyboard.type(f"Late parcels {width}")
    tab_to(page, "value-all")
    page.keyboard.type("paket")
    page.keyboard.press("Enter")
    expect(page.locator(".picked bdi")).to_have_text(["paket"])
    expect(page.locator("[name=value-all]")).to_be_focused()
    tab_to(page, "value-any0")
    for word in ("dhl", "#hermes"):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        expect(page.locator("[name=value-any0]")).to_have_value("")
        expect(page.locator("[name=value-any0]")).to_be_focused()
    tab_to(page, "kind-none")
    page.keyboard.type("is")
    expect(page.locator("select[name=value-none]")).to_be_visible()
    expect(page.locator("[name=kind-none]")).to_be_focused()
    tab_to(page, "value-none")
    page.keyboard.type("a reply")
    expect(page.locator("#looked")).to_contain_text("and are no replies.")
    expect(page.locator("#written-out")).to_contain_text("paket (dhl OR #hermes) -is:reply")
    page.get_by_role("button", name="Written").press("Enter")
    area = page.locator("textarea#expression")
    expect(area).to_be_focused()
    expect(area).to_have_value("paket (dhl OR #hermes) -is:reply")
    page.keyboard.press("Control+End")
    page.keyboard.type(" (a OR (b c))")
    page.get_by_role("button", name="Chips").press("Enter")
    expect(page.get_by_text("Chips cannot show brackets within brackets: b c.")).to_be_visible()
    expect(area).to_have_value("paket (dhl OR #hermes) -is:reply (a OR (b c))")
    area.fill("paket (dhl OR #hermes) -is:reply")
    page.get_by_role("button", name="Chips").press("Enter")
    expect(page.locator(".picked li")).to_have_count(4)
    page.get_by_role("button", name="Take out: dhl").press("Enter")
    expect(page.locator(".picked li")).to_have_count(3)
    expect(page.locator("#looked")).not_to_contain_text("dhl")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.locator("h1")).to_have_text(f"Late parcels {width}")
    expect(page.locator("code.said")).to_have_text("paket #hermes -is:reply")


def test_a_mistake_is_marked_in_the_editor_and_in_the_box(someone: Arrive) -> None:
    page = english(someone, "/queries/new/?q=paket+foo:bar")
    expect(page.locator("#looked mark")).to_have_text("foo")
    page.locator("#expression").fill("paket lang:xx9")
    expect(page.locator("#looked mark")).to_have_text("xx9")
    page.goto(page.url.partition("/queries")[0] + "/search/")
    page.locator("#search-words").fill("paket from:ada!")
    expect(page.locator("#results mark")).to_have_text("ada!")
    expect(page.locator("#search-words")).to_be_focused()


def test_a_query_in_the_box_is_kept_dropped_and_taken_back(
    someone: Arrive, network: RunningSimulator
) -> None:
    network.say("ada", f"@{US} Mein Päckchen hängt fest")
    page = english(someone, "/")
    open_new(page, "ada")
    page.goto(page.url.partition("/c/")[0].rstrip("/") + "/search/")
    page.keyboard.type("paeckchen -toner")
    expect(page.locator("#results .hit")).to_contain_text("Mein Päckchen hängt fest")
    expect(page.locator("#results-line")).to_contain_text("and do not have the word “toner”")
    again: list[str] = []
    page.on("request", lambda request: again.append(request.url))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#hits a.hit")).to_be_focused()
    assert [
        url for url in again if "/search/" in url
    ] == []  # what was found would be drawn anew, without focus
    page.get_by_role("link", name="Keep as a query").press("Enter")
    expect(page.locator(".picked li")).to_have_count(2)
    page.locator("#name").fill("Small parcels")
    page.keyboard.press("Enter")
    expect(page.locator("#hits")).to_contain_text("Mein Päckchen hängt fest")
    page.get_by_role("button", name="Drop").press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Dropped: Small parcels")
    expect(page.locator("#main")).not_to_contain_text("Small parcels")
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("h1")).to_have_text("Small parcels")


def test_what_was_refused_is_gone_once_it_is_mended(someone: Arrive) -> None:
    page = english(someone, "/queries/new/?q=paket+OR+(")
    page.locator("#name").fill("Brackets")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.locator("#refused")).to_contain_text("This bracket is never closed.")
    page.locator("#expression").fill("paket OR (karte)")
    expect(page.locator("#refused")).to_have_count(0)
    expect(page.locator("#looked")).to_contain_text("What it means")


def test_a_post_that_stands_alone_is_answered_from_the_search_and_given_back(
    someone: Arrive, network: RunningSimulator
) -> None:
    page = english(someone, "/queries/new/?q=kupferkessel")
    page.locator("#name").fill("Kettles")
    page.get_by_role("button", name="Keep").press("Enter")
    network.say("otto", "Der Kupferkessel pfeift nicht mehr")
    page.goto(page.url.partition("/queries")[0] + "/search/?q=kupferkessel+-toner")
    for _ in range(60):
        if page.get_by_role("button", name="Answer this").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Answer this")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/*/")
    expect(page.locator(".toast")).to_contain_text("Opened as a conversation")
    page.keyboard.press("u")
    page.wait_for_url("**/search/?q=kupferkessel+-toner")
    expect(page.locator(".toast")).to_contain_text("Taken back: nobody has to answer it")
