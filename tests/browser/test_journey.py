"""The whole path in a real browser: hear a customer, answer, see it sent, settle it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def ours(network: RunningSimulator) -> list[str]:
    return [status["text"] for status in network.state()["statuses"] if status["acct"] == US]


def open_new(page: Page, name: str) -> None:
    """Ask for the new ones, then open one, as somebody with a mouse does."""
    row = page.locator("#rows .row", has_text=name)
    page.locator("#new:visible").or_(row.first).first.wait_for()
    if page.locator("#new").is_visible():
        page.locator("#new").click()
    row.first.click()
    page.locator("#case-name", has_text=name).wait_for()


def test_a_customer_is_heard_answered_and_settled(someone: Arrive, network: RunningSimulator) -> None:
    page = someone().sign_in()
    network.say("ada", f"@{US} Wo bleibt mein Paket? Die Hotline legt auf.")
    open_new(page, "ada")
    expect(page.locator(".post.asked .words")).to_contain_text("Wo bleibt mein Paket?")
    expect(page.locator("#audience")).to_contain_text("Öffentlich: alle können es lesen")
    before = len(ours(network))
    page.get_by_label("ada antworten").fill("Hallo Ada, heute bis 18 Uhr ist es da.")
    expect(page.locator("#reply-length")).to_contain_text("500")
    page.get_by_role("button", name="Senden", exact=True).click()
    on_its_way = page.locator(".post.ours.outgo", has_text="heute bis 18 Uhr")
    expect(on_its_way.get_by_role("button", name="Rückgängig")).to_be_visible()
    assert ours(network)[before:] == []
    sent = page.locator(".post.ours:not(.outgo)", has_text="heute bis 18 Uhr")
    expect(sent).to_contain_text("gesendet")
    said = ours(network)[before:]
    assert [text.removeprefix("@ada ") for text in said] == ["Hallo Ada, heute bis 18 Uhr ist es da. ^an"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Erledigt").click()
    expect(page.locator("#rows .row", has_text="Wo bleibt mein Paket?")).to_have_count(0)


def test_by_keyboard_alone(someone: Arrive, network: RunningSimulator) -> None:
    network.say("otto", f"@{US} Gibt es den Toner auch im Abo?")
    page = someone().sign_in()
    page.locator("#rows .row", has_text="Toner").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#case-name").wait_for()
    page.keyboard.press("r")
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type("Ja, ab Januar. jk?")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#rows .row", has_text="Toner")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.wait_for_timeout(4_000)
    assert any("Ja, ab Januar. jk?" in text for text in ours(network))


def test_a_private_message_is_answered_in_private(someone: Arrive, network: RunningSimulator) -> None:
    page = someone().sign_in()
    network.say("lars", f"@{US} Meine Kundennummer ist 2204817", visibility="direct")
    open_new(page, "lars")
    expect(page.locator("#audience")).to_contain_text("Nur lars kann es lesen")
    page.locator("#reply-text").fill("Danke, ist erledigt.")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(4_000)
    (status,) = [s for s in network.state()["statuses"] if "Danke, ist erledigt." in s["text"]]
    assert status["visibility"] == "direct"


def test_undo_brings_the_text_back_and_nothing_goes_out(someone: Arrive, network: RunningSimulator) -> None:
    network.say("mia", f"@{US} Kann ich umtauschen?")
    page = someone().sign_in()
    open_new(page, "mia")
    page.locator("#reply-text").fill("Ja, binnen 14 Tagen.")
    page.get_by_role("button", name="Senden", exact=True).click()
    page.locator(".post.ours", has_text="binnen 14 Tagen").get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type(" Gern!")
    expect(page.locator("#reply-text")).to_have_value("Ja, binnen 14 Tagen. Gern!")
    page.wait_for_timeout(3_000)
    assert not any("binnen 14 Tagen" in text for text in ours(network))


def test_typed_words_survive_a_reload(someone: Arrive, network: RunningSimulator) -> None:
    network.say("nele", f"@{US} Wann macht ihr auf?")
    page = someone().sign_in()
    open_new(page, "nele")
    page.locator("#reply-text").fill("Morgen ab neun, und")
    page.wait_for_timeout(1_500)
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("Morgen ab neun, und")


TOLD = """async ([path, to]) => {
    const csrf = document.querySelector('meta[name="csrf"]').content;
    const headers = { "HX-Request": "true", "X-CSRFToken": csrf };
    const body = new URLSearchParams({ to });
    const answer = await fetch(path, { method: "POST", body, headers });
    return JSON.parse(answer.headers.get("HX-Trigger"))["resonanz:done"];
}"""


def test_what_was_said_and_its_undo_come_along_to_the_inbox(
    someone: Arrive, network: RunningSimulator
) -> None:
    network.say("tom", f"@{US} Wer nimmt mich?")
    page = someone().sign_in()
    open_new(page, "tom")
    me = page.locator("#words").get_attribute("data-me")
    number = page.locator("#case").get_attribute("data-number")
    told = page.evaluate(TOLD, [f"/c/{number}/assign", me])
    page.evaluate(
        "told => document.dispatchEvent(new CustomEvent('resonanz:done', { detail: told }))",
        told | {"go": "/"},
    )
    page.wait_for_url(lambda url: "/c/" not in url)
    owner = page.locator("#rows .row", has_text="Wer nimmt mich?").locator(".owner")
    expect(page.locator("#toasts .toast span")).to_have_text(told["say"])
    expect(owner).to_have_count(1)
    page.keyboard.press("u")
    expect(owner).to_have_count(0)
    page.reload()
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_a_refusal_is_shown_beside_the_text_with_the_networks_reason(
    someone: Arrive, network: RunningSimulator
) -> None:
    network.say("paul", f"@{US} Hallo?")
    page = someone().sign_in()
    open_new(page, "paul")
    page.locator("#reply-text").fill("x" * 600)
    page.get_by_role("button", name="Senden", exact=True).click()
    expect(page.locator("#reply-error")).to_contain_text("500")
    expect(page.locator("#reply-text")).to_have_value("x" * 600)
    network.fault("status", method="POST", path_prefix="/api/v1/statuses", status=422)
    page.locator("#reply-text").fill("Moin Paul")
    page.get_by_role("button", name="Senden", exact=True).click()
    expect(page.locator(".post.ours.refused", has_text="Moin Paul")).to_contain_text("abgelehnt")


def test_colleagues_see_each_other(someone: Arrive, network: RunningSimulator) -> None:
    network.say("rosa", f"@{US} Zwei auf einmal?")
    anna, ben = someone().sign_in(), someone().sign_in("ben")
    open_new(anna, "rosa")
    ben.goto(anna.url)
    expect(anna.locator("body")).to_contain_text("Ben sieht")
    ben.locator("#reply-text").press_sequentially("Ich mach das")
    expect(anna.locator("body")).to_contain_text("Ben schreibt")


def test_eight_tabs_share_one_stream(someone: Arrive, network: RunningSimulator) -> None:
    person = someone()
    pages = [person.sign_in(), *(person.page("/") for _ in range(7))]
    for page in pages:
        page.locator("h1").wait_for()
    network.say("emil", f"@{US} Hört mich wer?")
    for page in pages:
        page.locator("#new:visible").or_(
            page.locator("#rows .row", has_text="Hört mich wer?")
        ).first.wait_for()
    pages[0].close()
    network.say("frida", f"@{US} Und jetzt noch?")
    for page in pages[1:]:
        expect(page).to_have_title(pages[1].title())
        page.locator("#new:visible").wait_for()
