"""A person in front of the desk: Debian's Chromium against `resonanz up` and the simulated network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.desk.running import PASSWORD, RunningDesk, running_desk
from tests.simulator.running import RunningSimulator, running_simulator

CHROMIUM = "/usr/bin/chromium"
US = "nordlicht_hilft"


@pytest.fixture(scope="module")
def network() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, network: RunningSimulator) -> Iterator[RunningDesk]:
    """A desk connected to the simulated network; the first steps are behind it."""
    folder: Path = tmp_path_factory.mktemp("browser") / "home"
    with running_desk(folder, RESONANZ_UNDO_SECONDS="2") as running:
        running.hand("connect", network.base_url, network.tokens[US])
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: while it runs, its event loop is in the way of other tests' databases."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody with a browser. Whatever the console complains about fails the test at its end."""

    context: BrowserContext
    desk: RunningDesk
    complaints: list[str] = field(default_factory=list)

    def page(self, path: str = "/") -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.desk.url + path)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        refused = "status of 422" in message.text  # the browser's own word for a refused form
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(message.text)

    def sign_in(self, username: str = "anna") -> Page:
        """Sign in as a person does and return the inbox."""
        page = self.page("/login/")
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto(self.desk.url + "/")
        return page


@pytest.fixture
def someone(chromium: Browser, desk: RunningDesk) -> Iterator[Callable[..., Person]]:
    """Give a test as many people as it needs."""
    people: list[Person] = []

    def arrive(*, locale: str = "de-DE", width: int = 1440, scheme: str = "light") -> Person:
        context = chromium.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(15_000)
        people.append(Person(context, desk))
        return people[-1]

    yield arrive
    for person in people:
        person.context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
