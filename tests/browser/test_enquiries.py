"""Asking a department in a browser: by keyboard, answered outside without an account, used in the reply."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def violations(page: Page) -> list[str]:
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in Axe().run(page).response["violations"]]


def know_the_store(page: Page, url: str) -> None:
    """Add the department, unless another test has."""
    page.goto(f"{url}/settings/departments/add/")
    page.locator("#id_name").fill("Lager")
    page.locator("#id_email").fill("lager@nordlicht.example")
    assert violations(page) == []
    page.locator("form.stack .button.main").click()
    page.goto(url)


def pressed_when_there(key: str, what: str) -> str:
    """A script that presses a key the moment something is put into the page, before anything else runs."""
    return f"""() => new MutationObserver((_, watch) => {{
        if (!document.querySelector({json.dumps(what)})) return;
        watch.disconnect();
        window.pressed = 1;
        const how = {{ key: {json.dumps(key)}, bubbles: true, cancelable: true }};
        document.body.dispatchEvent(new KeyboardEvent("keydown", how));
    }}).observe(document.body, {{ childList: true, subtree: true }})"""


def test_a_department_is_asked_answers_by_the_link_and_is_quoted(
    someone: Arrive, network: RunningSimulator, chromium: Browser
) -> None:
    person = someone(locale="en-GB")
    page = person.sign_in()
    know_the_store(page, person.desk.url)
    network.say("ada", f"@{US} Wo ist mein Paket? Bestellnummer 4711-2204, Tel. 0171 2345678")
    open_new(page, "ada")
    page.keyboard.press("q")
    panel = page.locator("#ask-panel")
    expect(panel).to_be_visible()
    page.locator("#ask-question").fill("Liegt es noch bei euch?")
    page.locator("input[name=show][value=order_number]").check()
    preview = page.locator("#ask-preview")
    expect(preview).to_contain_text("Liegt es noch bei euch?")
    expect(preview).to_contain_text("4711-2204")
    expect(preview).not_to_contain_text("0171")
    expect(preview).not_to_contain_text("@ada")
    assert violations(page) == []
    page.locator("#ask-question").press("Control+Enter")
    link = page.locator("#ask-link-text")
    expect(link).to_be_visible()
    address = link.input_value()
    page.keyboard.press("Escape")
    expect(page.locator("#standing .enquiry-line")).to_contain_text("Lager")

    # Outside: somebody without an account, and without script.
    plain = chromium.new_context(
        locale="de-DE", java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    outside = plain.new_page()
    outside.goto(address)
    expect(outside.locator("body")).to_contain_text("Liegt es noch bei euch?")
    assert [word for word in ("@ada", "0171") if word in outside.content()] == []
    assert outside.evaluate("document.documentElement.scrollWidth") <= 390
    outside.locator("#answer").fill("Ja, Regal 7. Geht heute raus.")
    outside.locator("#name").fill("Frau Yilmaz")
    outside.locator("form .button.main").click()
    expect(outside.locator("main")).to_contain_text("Ja, Regal 7. Geht heute raus.")
    assert plain.cookies() == []
    plain.close()

    answered = page.locator(".enquiry.informed")
    expect(answered).to_contain_text("Lager (Frau Yilmaz)")
    answered.locator("[data-use-answer]").click()
    expect(page.locator("#reply-text")).to_have_value("Ja, Regal 7. Geht heute raus.")
    expect(page.locator("#rows .row", has_text="ada").first.locator(".tag.calm")).to_be_visible()
    assert violations(page) == []


def test_the_page_outside_is_accessible_and_tells_that_somebody_looks(
    someone: Arrive, network: RunningSimulator, chromium: Browser
) -> None:
    person = someone(locale="en-GB")
    page = person.sign_in()
    know_the_store(page, person.desk.url)
    network.say("otto", f"@{US} Und meine Rechnung?")
    open_new(page, "otto")
    page.keyboard.press("q")
    page.locator("#ask-question").fill("Ist sie bezahlt?")
    page.locator("#ask-send").click()
    expect(page.locator("#ask-link-text")).to_be_visible()
    address = page.locator("#ask-link-text").input_value()
    page.locator("#ask-link form .button").click()
    expect(page.locator("#standing")).to_contain_text("not opened yet")
    for scheme in ("light", "dark"):
        outside = chromium.new_page(
            locale="de-DE",
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": 390, "height": 844},
        )
        with outside.expect_response(lambda answer: answer.url.endswith("/opened")) as told:
            outside.goto(address)
        assert told.value.status == 204
        assert violations(outside) == []
        outside.goto(f"{person.desk.url}/enquiry/nowhere/")
        assert violations(outside) == []
        outside.close()
    expect(page.locator("#standing")).not_to_contain_text("not opened yet")
    undo = page.locator(".enquiry", has_text="Ist sie bezahlt?").get_by_role("button", name="Withdraw")
    undo.click()
    expect(page.locator(".enquiry", has_text="Ist sie bezahlt?")).to_contain_text("withdrawn")
    expect(page.locator("#toasts [data-undo]")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("asked again")
    expect(page.locator("#standing .enquiry-line")).to_be_visible()


def test_a_key_asks_as_soon_as_the_conversation_stands_there(
    someone: Arrive, network: RunningSimulator
) -> None:
    """Whoever is quick gets the panel, not the page of its own that the plain link leads to."""
    person = someone(locale="en-GB")
    page = person.sign_in()
    know_the_store(page, person.desk.url)
    network.say("rike", f"@{US} Kommt die Lampe noch?")
    rows = page.locator("#rows .row", has_text="Lampe")
    page.locator("#new:visible").or_(rows.first).first.wait_for()
    if page.locator("#new").is_visible():
        page.locator("#new").click()
    page.evaluate(pressed_when_there("q", "#ask-open"))
    rows.first.click()
    expect(page.locator("#ask-panel #ask-question")).to_be_visible()
    assert page.evaluate("[window.pressed, location.pathname.endsWith('/ask')]") == [1, False]


def test_the_page_of_its_own_asks_too(someone: Arrive, network: RunningSimulator) -> None:
    """Who opens the question in a tab of its own comes back to a conversation that shows it asked."""
    person = someone(locale="en-GB")
    page = person.sign_in()
    know_the_store(page, person.desk.url)
    network.say("emil", f"@{US} Ist mein Ersatzteil da?")
    open_new(page, "emil")
    page.goto(f"{person.desk.url}{page.locator('#ask-open').get_attribute('href')}")
    page.locator("#ask-question").fill("Ist das Teil da?")
    page.locator("#ask-send").click()
    line = page.locator("#standing .enquiry-line")
    expect(line).to_contain_text("not opened yet")
    expect(page.locator(".enquiry", has_text="Ist das Teil da?").locator("[data-copy-link]")).to_be_visible()
