"""Connecting an account by signing in in the browser, against a simulated network on loopback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from resonanz.desk.models import Channel
from resonanz.desk.web.settings_connect import SESSION_KEY
from tests.simulator.running import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.cast import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
HERE = "http://testserver"
BACK = "/settings/channels/connect/back/"


@pytest.fixture
def server() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def lead(desk: Desk, settings: Settings) -> Client:
    """A team lead's browser in the demo, where networks of this machine may be connected."""
    settings.DEMO = True
    Channel.objects.all().delete()
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(desk.clara)
    return browser


def go(lead: Client, server: RunningSimulator, brand: int) -> str:
    """Name the server and return the address that the page sends the person to."""
    typed = {"server": server.base_url, "brand": str(brand)}
    page = lead.post("/settings/channels/connect/browser/", typed)
    assert page.status_code == 200
    return str(page.context["url"])


def allow(url: str) -> str:
    """Be the person at the server: allow it; return the path that leads back, with code and state."""
    page = httpx.get(url).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    account = re.findall(r'name="account" value="(\d+)"', page)[0]
    origin = url.partition("/oauth")[0]
    answer = httpx.post(f"{origin}/oauth/authorize", data=fields | {"account": account})
    assert answer.headers["location"].startswith(HERE + BACK)
    return answer.headers["location"].removeprefix(HERE)


def told(lead: Client, path: str) -> list[str]:
    return [str(message) for message in lead.get(path, follow=True).context["messages"]]


def test_signing_in_there_connects_the_account_here(
    lead: Client, server: RunningSimulator, desk: Desk
) -> None:
    returned = allow(go(lead, server, desk.brand.pk))
    asked = lead.get(returned)
    assert (asked.status_code, Channel.objects.count()) == (200, 0)  # nothing is written on GET
    sent = {"code": asked.context["code"], "state": asked.context["state"]}
    assert lead.post(BACK, sent)["Location"] == "/settings/channels/"
    channel = Channel.objects.get()
    host = urlsplit(server.base_url).netloc
    assert (channel.handle, channel.simulated) == (f"nordlicht_hilft@{host}", True)
    assert channel.filtered != []  # a fresh server holds strangers' private messages back
    assert told(lead, BACK) == [
        f"@{channel.handle} is connected. New mentions arrive in the inbox from now on.",
        "The sign-in is too old. Please begin again.",
    ]


def test_what_waits_in_the_session_is_locked(lead: Client, server: RunningSimulator, desk: Desk) -> None:
    go(lead, server, desk.brand.pk)
    kept = lead.session[SESSION_KEY]
    assert (kept.split(":")[0], "client_secret" in kept) == ("20260101", False)


def test_an_answer_to_somebody_elses_sign_in_is_not_taken(
    lead: Client, server: RunningSimulator, desk: Desk
) -> None:
    returned = allow(go(lead, server, desk.brand.pk))
    foreign = re.sub(r"state=[^&]+", "state=another", returned)
    assert told(lead, foreign) == ["This answer does not belong to your sign-in. Please begin again."]
    assert Channel.objects.count() == 0


def test_a_refusal_there_is_said_here(lead: Client, server: RunningSimulator, desk: Desk) -> None:
    go(lead, server, desk.brand.pk)
    assert told(lead, f"{BACK}?error=access_denied") == [
        "The sign-in was broken off there. Nothing was connected."
    ]


def test_outside_the_demo_this_machine_is_no_server(
    lead: Client, server: RunningSimulator, desk: Desk, settings: Settings
) -> None:
    settings.DEMO = False
    answer = lead.post(
        "/settings/channels/connect/browser/", {"server": server.base_url, "brand": str(desk.brand.pk)}
    )
    assert answer.status_code == 422
    form = answer.context["forms"]["oauth"]
    assert form.errors["server"][0].startswith("This address leads into a private network")
