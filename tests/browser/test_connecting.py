"""Connecting an account of each network in a real browser, against the simulated networks: tested at once,
heard at once, answered, and connected again without losing anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import US, Person
from tests.desk.running import RunningDesk, running_desk
from tests.simulator.running import RunningSimulator, running_simulator

pytestmark = [pytest.mark.browser, pytest.mark.servers]
Arrive = Callable[..., Person]
CONNECT = "/settings/channels/connect/?network="
WORKSHOP = "nordlicht_werks"  # on X, where handles are short


@pytest.fixture(scope="module")
def network() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x", "mastodon", "bluesky"), heartbeat_s=1) as running:
        yield running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, network: RunningSimulator) -> Iterator[RunningDesk]:
    """A demo whose networks run already: no account is connected."""
    home: Path = tmp_path_factory.mktemp("connecting") / "home"
    demo = {"RESONANZ_DEMO": "yes", "RESONANZ_DEMO_NETWORK": network.base_url}
    with running_desk(home, RESONANZ_UNDO_SECONDS="1", **demo) as running:
        yield running


def fill(form: Locator, **typed: str) -> None:
    for name, value in typed.items():
        form.locator(f"[name={name}]").fill(value)


def usual(page: Page) -> Locator:
    """Return the form of a network's usual way in."""
    return page.locator("section.way form")


def allow(page: Page) -> None:
    """Go to the network and say yes there; the page comes back by itself."""
    page.locator("a.button.main").click()
    page.locator("button.main").click()
    page.wait_for_url(re.compile(r"/settings/channels/(\d+/money/|connect/\?.*)?$"))


def channel(page: Page, name: str) -> Locator:
    """Return a channel as the page of channels shows it."""
    of_it = page.locator("header p", has_text=re.compile(rf"^{name} ·"))
    return page.locator("article.channel").filter(has=of_it)


def told(page: Page) -> Locator:
    """Return what a page says first of what was just done."""
    return page.locator("p.notice[role=status]")


def arrives(inbox: Page, words: str) -> Page:
    """Wait for a post in an open inbox, and open it; nothing is loaded again."""
    row = inbox.locator("#rows .row", has_text=words)
    new = inbox.locator("#new")
    new.locator("visible=true").or_(row.first).first.wait_for()
    while not row.count():
        new.locator("visible=true").or_(row.first).first.wait_for()
        if new.is_visible():
            new.click()
        inbox.wait_for_timeout(200)
    row.first.click()
    inbox.locator(".post.asked .words", has_text=words).wait_for()
    return inbox


def answer(page: Page, words: str) -> None:
    page.locator("#reply-text").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".post.ours:not(.outgo)", has_text=words)).to_contain_text("sent")


def standing(network: RunningSimulator, name: str, words: str) -> list[dict[str, Any]]:
    """Return what stands on a network with these words in it."""
    return [post for post in network.network(name).state()["posts"] if words in post["text"]]


def x_app(network: RunningSimulator) -> dict[str, str]:
    state = network.network("x").state()
    return {key: state[key] for key in ("client_id", "client_secret")} | {"bearer_token": state["app_token"]}


def test_x_in_the_browser(someone: Arrive, network: RunningSimulator) -> None:
    person = someone(locale="en-GB")
    page, app = person.sign_in(), x_app(network)
    page.goto(person.desk.url + CONNECT + "x")
    expect(page.locator("#callback")).to_have_text(f"{person.desk.url}/settings/channels/connect/back/")
    fill(usual(page), **app | {"client_secret": "not this one"})
    usual(page).get_by_role("button", name="Go on").click()
    allow(page)
    expect(told(page)).to_contain_text("Copy client ID and client secret once more")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect an account on X")
    fill(usual(page), **app)
    usual(page).get_by_role("button", name="Go on").click()
    allow(page)
    expect(told(page)).to_contain_text(f"@{US} is connected")
    page.get_by_label("At most, in US dollars a month").fill("50")
    page.get_by_role("button", name="Set the budget").click()
    page.goto(person.desk.url + "/")
    network.network("x").say("frauke_m", f"@{US} Wo ist der Toner?", picture="parcel")
    arrives(page, "Wo ist der Toner?")
    expect(page.locator("#thread .media img").first).to_be_visible()
    answer(page, "Morgen bei Ihnen.")
    (said,) = standing(network, "x", "Morgen bei Ihnen.")
    (asked,) = standing(network, "x", "Wo ist der Toner?")
    assert (said["handle"], said["in_reply_to"]) == (US, asked["id"])
    page.goto(person.desk.url + "/settings/channels/")
    expect(channel(page, "X").locator("header .due")).to_have_text("works")
    expect(channel(page, "X").locator(".money-line").first).to_contain_text("50")


def test_an_ended_token_is_told_and_connecting_again_keeps_everything(
    someone: Arrive, network: RunningSimulator
) -> None:
    person, x = someone(locale="en-GB"), network.network("x")
    page = person.sign_in()
    x.fault("users.mentions", "revoked")
    page.goto(person.desk.url + "/settings/channels/")
    for _ in range(60):
        if channel(page, "X").locator("header .due").inner_text() != "works":
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(channel(page, "X").locator("header .due")).to_have_text("needs to be connected again")
    x.say("oezlem_k", f"@{US} Seid ihr noch da?")
    channel(page, "X").get_by_role("link", name="Connect again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Connect @{US} again")
    expect(usual(page).locator("[name=client_id]")).to_have_value(x_app(network)["client_id"])
    expect(usual(page).locator("[name=client_secret]")).to_have_value("")
    usual(page).get_by_role("button", name="Go on").click()
    allow(page)
    expect(channel(page, "X").locator("header .due")).to_have_text(re.compile("works|connected"))
    expect(channel(page, "X").locator(".money-line").first).to_contain_text("50")
    page.goto(person.desk.url + "/")
    arrives(page, "Seid ihr noch da?")
    expect(page.locator("#rows .row", has_text="Seid ihr noch da?")).to_have_count(1)
    page.goto(person.desk.url + "/search/?q=Toner")
    expect(page.locator(".hit", has_text="Wo ist der Toner?")).to_have_count(1)
    x.say("mika_sand", f"@{US} Und sofort?")
    page.goto(person.desk.url + "/")
    arrives(page, "Und sofort?")


def test_x_with_keys_that_are_pasted(someone: Arrive, network: RunningSimulator) -> None:
    person, state = someone(locale="en-GB"), network.network("x").state()
    page = person.sign_in()
    (own,) = [one for one in state["people"] if one["handle"] == WORKSHOP]
    keys = {key: state[key] for key in ("consumer_key", "consumer_secret")}
    keys |= {"access_token": own["token"], "access_token_secret": own["token_secret"]}
    page.goto(person.desk.url + CONNECT + "x&way=keys")
    form = page.locator("details.way form")
    fill(form, **keys | {"access_token_secret": "not this one"})
    form.get_by_role("button", name="Test and connect").click()
    expect(form.locator(".error")).to_contain_text("X does not accept these keys. Copy all four once more")
    expect(form.locator("[name=access_token]")).to_have_value("")
    fill(form, **keys)
    form.get_by_role("button", name="Test and connect").click()
    expect(told(page)).to_contain_text(f"@{WORKSHOP} is connected")
    page.goto(person.desk.url + "/")
    network.network("x").say("hb_wiesner", f"@{WORKSHOP} Repariert ihr auch Mixer?")
    arrives(page, "Repariert ihr auch Mixer?")
    answer(page, "Ja, bringen Sie ihn vorbei.")
    (said,) = standing(network, "x", "Ja, bringen Sie ihn vorbei.")
    assert said["handle"] == WORKSHOP


def test_bluesky_with_an_app_password(someone: Arrive, network: RunningSimulator) -> None:
    person, bluesky = someone(locale="en-GB"), network.network("bluesky")
    page, own = person.sign_in(), bluesky.state()["sign_in"][US]
    page.goto(person.desk.url + CONNECT + "bluesky")
    fill(usual(page), handle=f"@{own['identifier']}", password="aaaa-bbbb-cccc-dddd")
    usual(page).get_by_role("button", name="Test and connect").click()
    said = usual(page).locator(".error")
    expect(said).to_contain_text("Bluesky does not accept this handle with this app password.")
    fill(usual(page), password=own["app_password"])
    usual(page).get_by_role("button", name="Test and connect").click()
    expect(told(page)).to_contain_text(f"@{own['identifier']} is connected")
    refused = bluesky.refused("say", handle="hb_wiesner", text="Meine Nummer", private=True)
    assert refused.status_code == 422
    held = channel(page, "Bluesky").locator(".trap")
    expect(held).to_contain_text("Strangers cannot write to this account privately")
    held.get_by_role("button").click()
    expect(held).to_have_count(0)
    page.goto(person.desk.url + "/")
    bluesky.say("frauke_m", f"@{own['identifier']} Wann kommt der Filter?")
    arrives(page, "Wann kommt der Filter?")
    answer(page, "Am Freitag, Frau Martens.")
    (sent,) = standing(network, "bluesky", "Am Freitag, Frau Martens.")
    assert sent["handle"] == US
    bluesky.say("hb_wiesner", "Meine Nummer ist 2204817", private=True)
    arrives(page, "Meine Nummer ist 2204817")
    answer(page, "Danke, gefunden.")
    (secret,) = standing(network, "bluesky", "Danke, gefunden.")
    assert secret["private"] is True


def test_mastodon_in_the_browser(someone: Arrive, network: RunningSimulator) -> None:
    person = someone(locale="en-GB")
    page = person.sign_in()
    page.goto(person.desk.url + CONNECT + "mastodon")
    expect(usual(page).locator("[name=server]")).to_have_value(network.base_url)
    usual(page).get_by_role("button", name="Go on").click()
    allow(page)
    expect(told(page)).to_contain_text("is connected. New mentions arrive")
    page.goto(person.desk.url + "/")
    network.network("mastodon").say("mika_sand", f"@{US} Gibt es den Beutel noch?")
    arrives(page, "Gibt es den Beutel noch?")
    answer(page, "Ja, im Laden.")
    assert [post["handle"] for post in standing(network, "mastodon", "Ja, im Laden.")] == [US]


def test_what_to_type_stands_on_the_page_that_steers_the_networks(
    someone: Arrive, network: RunningSimulator
) -> None:
    person = someone(locale="en-GB")
    page = person.sign_in()
    page.goto(person.desk.url + CONNECT + "bluesky")
    there = page.get_by_role("link", name="What else is asked for stands there").get_attribute("href")
    shown = httpx.get(f"{there}", headers={"Accept-Language": "en"}).text
    assert network.network("bluesky").state()["sign_in"][US]["app_password"] in shown


# What can be done with what arrived --------------------------------------------------------------


def test_a_post_that_no_program_may_answer_is_answered_on_x_and_seen_there(
    someone: Arrive, network: RunningSimulator
) -> None:
    person = someone(locale="en-GB")
    page = person.sign_in()
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(person.desk.url + "/queries/new/")
    page.locator("[name=name]").fill("Without an @")
    page.get_by_role("button", name="Written").click()
    page.locator("main textarea").first.fill('"nordlicht haushalt"')
    page.get_by_role("button", name="Keep", exact=True).click()
    page.wait_for_url(re.compile(r"/queries/\d+/"))
    network.network("x").say("jolandaw", "Die Mangel von Nordlicht Haushalt quietscht")
    opens = page.get_by_role("button", name="Answer this")
    while not opens.count():  # a saved query is looked for every now and then
        page.wait_for_timeout(1000)
        page.reload()
    opens.first.click()
    gate = page.locator(".gate")
    expect(gate).to_contain_text("This post can only be answered on X itself")
    page.locator("#reply-text").fill("Wir kommen vorbei!")
    with person.context.expect_page() as opened:
        gate.get_by_role("link", name="Answer on X").click()
    there = opened.value
    assert person.page("/").evaluate("navigator.clipboard.readText()") == "Wir kommen vorbei!"
    there.locator("#text").fill("Wir kommen vorbei!")
    there.get_by_role("button", name="Post", exact=True).click()
    gate.get_by_role("button", name="Answered on X").click()
    expect(page.locator("#reply-text")).to_have_value("")
    expect(gate).to_contain_text("confirmed there", timeout=30_000)
    (said,) = standing(network, "x", "Wir kommen vorbei!")
    assert said["handle"] == US


def test_a_link_is_dear_and_what_we_said_can_be_deleted(someone: Arrive, network: RunningSimulator) -> None:
    person, x = someone(locale="en-GB"), network.network("x")
    page = person.sign_in()
    x.say("familie_broders", f"@{US} Gibt es eine Anleitung?")
    arrives(page, "Gibt es eine Anleitung?")
    page.locator("#reply-text").fill("Hier: https://example.org/anleitung")
    expect(page.locator("#strip")).to_contain_text("A link makes this post dearer")
    page.get_by_role("button", name="Send", exact=True).click()
    ours = page.locator(".post.ours:not(.outgo)", has_text="example.org/anleitung")
    expect(ours).to_contain_text("sent")
    page.reload()
    expect(page.locator("#person, aside").filter(has_text="$0.2").first).to_be_visible()
    ours.hover()
    ours.get_by_role("button", name="Delete").click()
    expect(page.locator(".post.ours .gone")).to_contain_text("Deleted on the network", timeout=30_000)
    assert standing(network, "x", "example.org/anleitung") == []
