"""Connecting an account in a real browser against servers that others wrote: Bluesky's, and mastodon-mock.

What mastodon-mock's sign-in does not carry is said in docs/networks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, chromium, someone
from tests.browser.test_connecting import CONNECT, answer, arrives, fill, told, usual
from tests.desk.running import RunningDesk, running_desk
from tests.networks.servers import MockServer, running_mock
from tests.real.conftest import until

if TYPE_CHECKING:
    from tests.real.conftest import Servers

__all__ = ["chromium", "someone"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk that may be connected to servers on this machine; no account is yet."""
    home: Path = tmp_path_factory.mktemp("real") / "home"
    demo = {"RESONANZ_DEMO": "yes", "RESONANZ_DEMO_NETWORK": "http://localhost:9"}
    with running_desk(home, RESONANZ_UNDO_SECONDS="1", **demo) as running:
        yield running


@pytest.fixture
def mock(tmp_path: Path) -> Iterator[MockServer]:
    with running_mock(tmp_path) as running:
        yield running


def signed_in(someone: Arrive) -> Page:
    person = someone(locale="en-GB")
    person.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    return person.sign_in()


def test_bluesky(someone: Arrive, desk: RunningDesk, servers: Servers) -> None:
    ours, frauke = servers.account("nordlicht"), servers.account("frauke")
    page = signed_in(someone)
    page.goto(desk.url + CONNECT + "bluesky")
    fill(usual(page), handle=ours.handle, password="aaaa-bbbb-cccc-dddd", server=servers.pds)
    usual(page).get_by_role("button", name="Test and connect").click()
    expect(usual(page).locator(".error")).to_contain_text(
        "does not accept this handle with this app password"
    )
    fill(usual(page), password=ours.app_password)
    usual(page).get_by_role("button", name="Test and connect").click()
    expect(told(page)).to_contain_text(f"@{ours.handle} is connected", timeout=30_000)
    page.goto(desk.url + "/")
    customer = frauke.person()
    words = f"Moin @{ours.handle}, die Maschine läuft aus 🚰"
    asked = customer.send_post(words, facets=customer.detect_facets(words), langs=["de"])
    page.set_default_timeout(60_000)
    arrives(page, "die Maschine läuft aus")
    answer(page, "Bitte den Hahn zudrehen, wir rufen an.")

    def replied() -> str | None:
        below = customer.get_post_thread(asked.uri).thread.replies
        return below[0].post.record.text if below else None

    assert until(replied, "our answer") == "Bitte den Hahn zudrehen, wir rufen an. ^an"


def test_mastodon(someone: Arrive, desk: RunningDesk, mock: MockServer) -> None:
    ours, frauke = mock.new_person("nordlicht"), mock.new_person("frauke")
    page = signed_in(someone)
    page.goto(desk.url + CONNECT + "mastodon")
    fill(usual(page), server=mock.url)
    usual(page).get_by_role("button", name="Go on").click()
    page.locator("a.button.main").click()
    page.get_by_role("button", name=ours.name).click()
    expect(told(page)).to_contain_text("is connected", timeout=30_000)
    page.goto(desk.url + "/")
    asked = frauke.app.status_post(f"@{ours.name} Wo bleibt mein Paket?")
    arrives(page, "Wo bleibt mein Paket?")
    answer(page, "Es kommt morgen.")
    (reply,) = frauke.app.status_context(asked["id"])["descendants"]
    assert "Es kommt morgen." in reply["content"]
