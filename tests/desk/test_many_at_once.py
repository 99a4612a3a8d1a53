"""Fifty agents click at once on one SQLite file, against a desk that runs and the simulated network.

Each takes the next, opens it, answers with a double click, and settles it once it is sent, till nobody waits.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.desk.running import RunningDesk, running_desk
from tests.simulator.running import running_simulator

AGENTS = 50
CUSTOMERS = 60
US = "nordlicht_hilft"
WITHIN_S = 120.0  # for a machine that is busy with other things
ANSWER = "Danke für den Hinweis, das ist in Arbeit."


@dataclass
class Click:
    """What an agent did, and what the desk answered."""

    path: str
    status: int


@dataclass
class Busy:
    """An agent with a browser and both hands full."""

    desk: RunningDesk
    session: str
    clicks: list[Click] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def work(self, start: threading.Barrier) -> None:
        """Answer until nobody waits, then settle what was sent."""
        cookies = {"resonanz_session": self.session}
        with httpx.Client(base_url=self.desk.url, cookies=cookies, timeout=60) as browser:
            start.wait(60)
            while (number := self._take_next(browser)) is not None:
                self._answer(browser, number)
            for number in self.answered:
                self._settle(browser, number)

    def _get(self, browser: httpx.Client, path: str) -> str:
        answer = browser.get(path)
        self.clicks.append(Click(path, answer.status_code))
        return answer.text

    def _post(self, browser: httpx.Client, path: str, token: str, **form: str) -> httpx.Response:
        headers = {"X-CSRFToken": token, "Origin": self.desk.url, "HX-Request": "true"}
        answer = browser.post(path, data=form, headers=headers)
        self.clicks.append(Click(path, answer.status_code))
        return answer

    def _take_next(self, browser: httpx.Client) -> int | None:
        page = self._get(browser, "/")
        answer = self._post(browser, "/next/", _token(page))
        found = re.fullmatch(r"/c/(\d+)/", answer.headers.get("Location", ""))
        return None if found is None else int(found[1])

    def _answer(self, browser: httpx.Client, number: int) -> None:
        page = self._get(browser, f"/c/{number}/")
        form = {name: _field(page, name) for name in ("once", "answers", "seen")}
        form |= {"text": ANSWER, "then": "stay"}
        for _ in range(2):
            self._post(browser, f"/c/{number}/reply", _token(page), **form)
        self.answered.append(number)

    def _settle(self, browser: httpx.Client, number: int) -> None:
        end = time.monotonic() + WITHIN_S
        while 'class="post ours outgo' in (page := self._get(browser, f"/c/{number}/")):
            assert time.monotonic() < end, page
            time.sleep(0.5)
        self._post(browser, f"/c/{number}/resolve", _token(page))


def _token(page: str) -> str:
    found = re.search(r'<meta name="csrf" content="([^"]+)"', page)
    assert found is not None, page[:2_000]
    return found[1]


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def _arrive(desk: RunningDesk) -> list[Busy]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.desk.crowd", "agents", str(AGENTS)],
        env=desk.environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Busy(desk, session) for session in json.loads(done.stdout)]


def _wait_for_customers(busy: Busy) -> None:
    end = time.monotonic() + WITHIN_S
    with httpx.Client(
        base_url=busy.desk.url, cookies={"resonanz_session": busy.session}, timeout=60
    ) as browser:
        while (waiting := browser.get("/inbox/pulse?since=0").json()["waiting"]) < CUSTOMERS:
            assert time.monotonic() < end, waiting
            time.sleep(0.3)


def test_fifty_agents_at_once_answer_everybody_once(tmp_path: Path) -> None:
    with running_simulator() as network, running_desk(tmp_path / "home", RESONANZ_UNDO_SECONDS="0") as desk:
        desk.hand("connect", network.base_url, network.tokens[US])
        crowd = _arrive(desk)
        for number in range(CUSTOMERS):
            network.say(f"kunde{number}", f"@{US} Wann kommt Paket Nummer {number}?")
        _wait_for_customers(crowd[0])
        start = threading.Barrier(AGENTS)
        began = time.monotonic()
        with ThreadPoolExecutor(AGENTS) as pool:
            done = [pool.submit(busy.work, start) for busy in crowd]
        failed = [str(work.exception())[:200] for work in done if work.exception() is not None]
        assert failed == [], "".join(desk.said[-80:])
        spent = time.monotonic() - began
        clicks = [click for busy in crowd for click in busy.clicks]
        print(f"{AGENTS} agents, {len(clicks)} clicks in {spent:.1f} s, {len(clicks) / spent:.0f} a second")
        assert [click for click in clicks if click.status >= 400] == []
        answered = Counter(number for busy in crowd for number in busy.answered)
        assert len(answered) == CUSTOMERS
        assert set(answered.values()) == {1}  # no two agents got the same
        posts = network.state()["statuses"]
        asked = {post["id"] for post in posts if post["text"].startswith(f"@{US} Wann")}
        answers = Counter(post["in_reply_to_id"] for post in posts if ANSWER in post["text"])
        assert answers == Counter(asked)  # each exactly once, in spite of every double click
        page = httpx.get(
            f"{desk.url}/inbox/pulse?since=0", cookies={"resonanz_session": crowd[0].session}
        ).json()
        assert page["waiting"] == 0
    assert not any("Traceback" in line or "database is locked" in line for line in desk.said)
