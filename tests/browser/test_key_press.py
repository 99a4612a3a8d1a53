"""A key shows its effect before the server has answered, with a thousand open conversations.

How long that takes is measured by `resonanz bench keys`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import Person
from tests.desk.running import RunningDesk, running_desk

OPEN = 1_000
CONVERSATION = re.compile(r"/c/\d+/")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk where a thousand customers wait."""
    with running_desk(tmp_path_factory.mktemp("full") / "home") as desk:
        command = [sys.executable, "-m", "tests.desk.crowd", "customers", str(OPEN)]
        done = subprocess.run(command, env=desk.environment, stdout=subprocess.PIPE, check=True)
        assert json.loads(done.stdout) == OPEN
        yield desk


def test_a_key_waits_for_no_server(chromium: Browser, full: RunningDesk) -> None:
    person = Person(chromium.new_context(locale="de-DE"), full)
    page = person.sign_in()
    rows = page.locator("#rows .row")
    rows.first.wait_for()
    assert page.locator("#bar-count").inner_text() == str(OPEN)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#case-name").wait_for()
    asked: list[Route] = []

    def keep_waiting(route: Route) -> None:
        asked.append(route)

    page.route(CONVERSATION, keep_waiting)  # from here on the server is silent
    page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(3)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(2)).to_be_focused()
    assert asked
    number = page.locator("#rows > li").nth(2).get_attribute("data-number")
    for route in asked:
        route.fallback()
    page.unroute(CONVERSATION)
    expect(page).to_have_url(re.compile(rf"/c/{number}/"))
    assert person.complaints == []
    person.context.close()
