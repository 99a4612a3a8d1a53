"""An incident by keyboard: opened from a conversation, linked with one key, answered together, over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import US, Person
from tests.browser.test_journey import open_new, ours
from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


def faults(page: Page) -> list[str]:
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"wider than {width}"] if over else []
    return [f"{page.url} {one}" for one in found]


def test_the_same_question_from_many_is_answered_together(someone: Arrive, network: RunningSimulator) -> None:
    network.say("ada", f"@{US} Der Login in der App hängt. Störung?")
    lead = someone().sign_in()  # Anna runs this desk, so she may open incidents
    open_new(lead, "ada")
    lead.keyboard.press("l")
    lead.locator("#incident-leaf a[href*='from=']").click()
    lead.locator("#id_title").fill("App gestört")
    lead.locator("#id_text").fill("{Hallo|Hi} {name}, {die App hat eine Störung|unsere App ist gestört}.")
    lead.locator("#id_text_en").fill(
        "{Hello|Hi} {name}, {our app is down|the app does not work}. More by {due}."
    )
    soon = datetime.now() + timedelta(hours=3)  # noqa: DTZ005 - as the field takes it, in the desk's zone
    lead.locator("#id_next_update_at").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    wrong = faults(lead)
    lead.locator("form button.main").click()
    lead.wait_for_url("**/incidents/*/")
    wrong += faults(lead)
    here = lead.url

    network.say("otto", f"@{US} Komme nicht rein, App meldet einen Fehler")
    agent = someone().sign_in("ben")
    open_new(agent, "otto")
    agent.locator("#case-name").click()
    agent.keyboard.press("l")
    choice = agent.locator("#incident-leaf button", has_text="App gestört")
    expect(choice).to_be_focused()
    agent.keyboard.press("Enter")
    expect(agent.locator(".incident-strip")).to_contain_text("App gestört")
    agent.locator("#case-name").click()
    agent.keyboard.press("i")
    expect(agent.locator("#reply-text")).to_have_value(re.compile("^(Hallo|Hi).*gestört|Störung"))
    agent.locator("#reply-text").fill("")
    agent.wait_for_timeout(1_200)

    agent.goto(here)
    agent.keyboard.press("b")
    agent.wait_for_url("**/texts/answer/")
    wrong += faults(agent)
    before = len(ours(network))
    agent.keyboard.press("j")
    agent.keyboard.press("x")
    expect(agent.locator(".batch input:checked")).to_have_count(1)
    agent.keyboard.press("x")
    agent.keyboard.press("Enter")
    box = agent.locator(".batch textarea").first
    expect(box).to_be_focused()
    german = box.input_value()
    turn = agent.locator(".batch [data-other]").first
    turn.click()
    expect(box).to_have_value(re.compile("More by"))
    expect(box).to_have_attribute("lang", "en")
    told = agent.locator(".batch [data-promise]").first
    expect(told).to_contain_text(soon.strftime("%H:%M"))
    box.press_sequentially("!")
    expect(told).to_have_text(agent.locator("form[data-batch]").get_attribute("data-promise-rule") or "-")
    turn.click()
    expect(box).to_have_value(german)
    expect(told).not_to_contain_text(soon.strftime("%H:%M"))
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(here)
    expect(agent.locator("#leaving")).to_contain_text("2")
    agent.keyboard.press("u")
    expect(agent.locator(".notice[role=status]")).to_contain_text("2")
    expect(agent.locator("#leaving")).to_have_count(0)
    agent.keyboard.press("b")
    agent.wait_for_url("**/texts/answer/")
    for box in agent.locator(".batch input[type=checkbox]").all():
        box.check()
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(here)
    expect(agent.locator("#leaving")).to_be_visible()
    expect(agent.locator("#leaving")).to_have_count(0, timeout=30_000)  # gone by itself when all have left
    said = [text for text in ours(network)[before:] if "App" in text]
    assert len(said) == 2
    agent.goto(here.partition("/incidents/")[0] + "/incidents/")
    wrong += faults(agent)

    lead.goto(here)
    lead.locator("#solved-text").fill("{Hallo|Hi} {name}, {alles geht wieder|die App läuft wieder}.")
    lead.locator("form:has(#solved-text) button.main").click()
    expect(lead.locator("[data-key=b]")).to_contain_text("2")
    assert wrong == []
