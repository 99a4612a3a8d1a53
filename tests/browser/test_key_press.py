"""How long a key press takes to the screen, with a thousand open conversations, in a real browser.

The browser itself measures it (Event Timing): from the key to the next picture that shows its effect. Presses
quicker than 16 ms are not reported by it and count as 16.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Person
from tests.desk.running import RunningDesk, running_desk

OPEN = 1_000
PRESSES = 30
AT_MOST_MS = 100
QUICK_MS = 16
WATCH = """
window.presses = [];
new PerformanceObserver((list) => {
  for (const told of list.getEntries()) if (told.name === "keydown") window.presses.push(told.duration);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk where a thousand customers wait."""
    with running_desk(tmp_path_factory.mktemp("full") / "home") as desk:
        command = [sys.executable, "-m", "tests.desk.crowd", "customers", str(OPEN)]
        done = subprocess.run(command, env=desk.environment, stdout=subprocess.PIPE, check=True)
        assert json.loads(done.stdout) == OPEN
        yield desk


def pressed(page: Page, keys: str) -> list[float]:
    """Press keys one after the other, as somebody does who looks; returns each one's milliseconds."""
    page.evaluate("window.presses.length = 0")
    names = {".": "Enter"}
    for key in keys:
        page.keyboard.press(names.get(key, key))
        page.wait_for_timeout(120)
    page.wait_for_load_state("networkidle")
    told: list[float] = page.evaluate("window.presses")
    return told + [float(QUICK_MS)] * (len(keys) - len(told))


def test_a_key_press_is_on_the_screen_within_a_tenth_of_a_second(
    chromium: Browser, full: RunningDesk
) -> None:
    context = chromium.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    person = Person(context, full)
    page = person.sign_in()
    page.goto(full.url + "/?view=waiting")
    page.locator("#rows .row").first.wait_for()
    assert page.locator("#bar-count").inner_text() == str(OPEN)
    found = pressed(page, "jjjjjkkkjj")  # through the list
    found += pressed(page, "j.")  # open one
    page.locator("#case-name").wait_for()
    found += pressed(page, "jjjjjjkkkjjjkkjjjj")  # with a conversation beside it: each opens the next
    p95 = statistics.quantiles(found, n=20)[18]
    print(f"key press to screen: p95 {p95:.0f} ms, median {statistics.median(found):.0f} ms")
    assert len(found) == PRESSES
    assert p95 <= AT_MOST_MS, sorted(found)
    assert person.complaints == []
    context.close()
