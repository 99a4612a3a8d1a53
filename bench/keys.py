"""How long a key press takes to the screen, with a thousand open conversations, in a real browser.

The browser itself measures it (Event Timing): from the key to the next picture that shows its effect. Presses
quicker than 16 ms are not reported by it and count as 16. The whole desk runs beside the browser: with few
cores, what it does for one press is in the way of the next.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from tests.browser.conftest import CHROMIUM, Person
from tests.desk.running import RunningDesk, running_desk

OPEN = 1_000
ROUNDS = 5
BETWEEN_MS = 120  # as somebody presses who looks
QUICK_MS = 16
THROUGH_THE_LIST = "jjjjjkkkjj"
FROM_ONE_TO_THE_NEXT = "jjjjjjkkkjjjkkjjjj"  # beside the list stands a conversation: each opens another
WATCH = """
window.presses = [];
new PerformanceObserver((list) => {
  for (const told of list.getEntries()) if (told.name === "keydown") window.presses.push(told.duration);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


def pressed(page: Page, keys: str) -> list[float]:
    """Press keys one after the other; returns each one's milliseconds."""
    page.evaluate("window.presses.length = 0")
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(BETWEEN_MS)
    page.wait_for_load_state("networkidle")
    told: list[float] = page.evaluate("window.presses")
    return told + [float(QUICK_MS)] * (len(keys) - len(told))


def measured(desk: RunningDesk) -> list[float]:
    """Go through the inbox by keys, in a browser of its own; returns each press's milliseconds."""
    found: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        context = browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
        context.add_init_script(WATCH)
        page = Person(context, desk).sign_in()
        for _ in range(ROUNDS):
            page.goto(desk.url + "/?view=waiting")
            page.locator("#rows .row").first.wait_for()
            assert page.locator("#bar-count").inner_text() == str(OPEN)
            found += pressed(page, THROUGH_THE_LIST)
            page.keyboard.press("Enter")
            page.locator("#case-name").wait_for()
            found += pressed(page, FROM_ONE_TO_THE_NEXT)
        browser.close()
    return found


def main() -> None:
    """Measure and print one JSON object."""
    with running_desk(Path(os.environ["RESONANZ_HOME"]) / "desk") as desk:
        command = [sys.executable, "-m", "tests.desk.crowd", "customers", str(OPEN)]
        subprocess.run(command, env=desk.environment, stdout=subprocess.DEVNULL, check=True)
        found = measured(desk)
    figures = {
        "key_press_p95_ms": statistics.quantiles(found, n=20)[18],
        "key_press_p50_ms": statistics.median(found),
        "presses": len(found),
        "open": OPEN,
    }
    print(json.dumps({"name": "keys", "figures": figures, "ratios": {}}))


if __name__ == "__main__":
    main()
