"""The desk while a storm passes: 10,000 reposts and 300 originals in a minute, six columns open in a browser.

The network, the desk (`resonanz up`) and the browser run on this machine, all in each other's way. Half of
the columns watch for saved queries. The browser itself measures each key press (Event Timing, as `bench keys`
does) while somebody walks through the columns. At the end it is counted what became of the storm.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from tests.browser.conftest import CHROMIUM, US, Person
from tests.desk.running import RunningDesk, running_desk
from tests.simulator.running import RunningSimulator, running_simulator

from bench.keys import BETWEEN_MS, QUICK_MS, WATCH

REPOSTS, ORIGINALS, OWN_POSTS = 10_000, 300, 40
STORM_S, WAVES = 60, 12
WITHIN_S = 240
KEYS = ("j", "j", "j", "k", "ArrowRight", "j", "j", "k", "ArrowRight", "j", "ArrowLeft", "ArrowLeft")


def rage(network: RunningSimulator, own: list[str]) -> None:
    """Let it come in waves: people pass on what we said, others say what they think of it."""
    each = REPOSTS // OWN_POSTS
    for wave in range(WAVES):
        began = time.monotonic()
        for number in range(wave, OWN_POSTS, WAVES):
            network.boost(own[number], *(f"crowd{n}" for n in range(each)))
        network.crowd(ORIGINALS // WAVES, f"@{US} So geht das nicht, Sturm {wave + 1}.{{n}}")
        time.sleep(max(0.0, STORM_S / WAVES - (time.monotonic() - began)))


def counted(home: Path) -> dict[str, int]:
    """Count what the desk has, without its code."""
    questions = {
        "reposts": "SELECT count(*) FROM desk_repost",
        "conversations": "SELECT count(*) FROM desk_conversation",
        "originals": "SELECT count(*) FROM desk_mention WHERE incoming",
    }
    with sqlite3.connect(home / "resonanz.sqlite3", timeout=10) as connection:
        found = {name: int(connection.execute(sql).fetchone()[0]) for name, sql in questions.items()}
    connection.close()
    return found


def walked(page: Page, home: Path, storm: threading.Thread) -> tuple[list[float], float]:
    """Press keys until all of the storm is here; milliseconds of each, and seconds that it took."""
    began, presses = time.monotonic(), 0
    while storm.is_alive() or counted(home)["reposts"] < REPOSTS:
        assert time.monotonic() - began < WITHIN_S, counted(home)
        for key in KEYS:
            page.keyboard.press(key)
            page.wait_for_timeout(BETWEEN_MS)
        presses += len(KEYS)
    took = time.monotonic() - began
    told: list[float] = page.evaluate("window.presses")
    return told + [float(QUICK_MS)] * (presses - len(told)), took


def weathered(desk: RunningDesk, network: RunningSimulator, home: Path) -> tuple[list[float], float]:
    """Open six columns and let the storm come."""
    own = [network.say(US, f"Nordlicht, Nachricht {n}")["id"] for n in range(OWN_POSTS)]
    network.say("ada", f"@{US} Noch ist es ruhig")
    desk.hand("connect", network.base_url, network.tokens[US])
    desk.hand("six_columns", "anna")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        context = browser.new_context(locale="de-DE", viewport={"width": 1920, "height": 1000})
        context.add_init_script(WATCH)
        page = Person(context, desk).sign_in()
        page.goto(desk.url + "/streams/")
        page.locator(".card", has_text="Noch ist es ruhig").first.wait_for(timeout=60_000)
        storm = threading.Thread(target=rage, args=(network, own))
        storm.start()
        found = walked(page, home, storm)
        storm.join()
        page.locator(".card, .fresh:visible").first.wait_for()
        browser.close()
    return found


def main() -> None:
    """Measure and print one JSON object."""
    home = Path(os.environ["RESONANZ_HOME"]) / "desk"
    with running_simulator() as network, running_desk(home) as desk:
        presses, took = weathered(desk, network, home)
        after = counted(home)
    figures = {
        "key_press_p95_ms": statistics.quantiles(presses, n=20)[18],
        "key_press_p50_ms": statistics.median(presses),
        "presses": len(presses),
        "over_after_s": took,
        "reposts": after["reposts"],
        "originals": after["originals"] - 1,  # but for the one before
        "conversations": after["conversations"] - 1,
    }
    print(json.dumps({"name": "storm", "figures": figures, "ratios": {}}))


if __name__ == "__main__":
    main()
