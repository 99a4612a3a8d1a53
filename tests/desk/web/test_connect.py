"""Connecting accounts of every network: what each asks for, what goes to its connector, what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from resonanz.desk import ways_in
from resonanz.desk.models import Agent, Channel
from resonanz.desk.models.listening import ChannelState
from resonanz.networks import NETWORKS, Credentials, Login, LoginNeeded, Refused, Row
from tests import fake as network
from tests.cast import Desk
from tests.fake import World

pytestmark = pytest.mark.django_db
PAGE = "/settings/channels/connect/"
SECRETS = "/settings/channels/connect/token/"
BROWSER = "/settings/channels/connect/browser/"
BACK = "/settings/channels/connect/back/"
KEYS = {
    "consumer_key": "key one",
    "consumer_secret": "key two",
    "access_token": "key three",
    "access_token_secret": "key four",
}
begun: list[dict[str, Any]] = []


def begin_login(
    base_url: str, *, redirect_uri: str, simulated: bool = False, app: Mapping[str, str] | None = None
) -> Login:
    begun.append({"base_url": base_url, "redirect_uri": redirect_uri, "app": app})
    secret = dict(app or {}) | {"state": "st"}
    return Login(url="https://x.example/authorize", base_url=base_url, secret=secret, simulated=simulated)


def finish_login(login: Login, code: str) -> Credentials:
    if code == "too late":
        raise LoginNeeded("token_revoked")
    secret = {"client_id": login.secret["client_id"], "access_token": f"for {code}"}
    return Credentials(base_url=login.base_url, secret=secret, simulated=login.simulated)


@pytest.fixture(autouse=True)
def all_networks(fake: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake network in the place of all."""
    begun.clear()
    ways = ("oauth", "token", "keys", "password")
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, login=ways))
    monkeypatch.setattr(network, "begin_login", begin_login, raising=False)
    monkeypatch.setattr(network, "finish_login", finish_login, raising=False)
    for name in ("x", "bluesky"):
        monkeypatch.setitem(NETWORKS, name, Row("tests.fake"))
    return fake


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(agent)
    return browser


def post(desk: Desk, path: str, **typed: object) -> Any:
    return client_of(desk.clara).post(path, {"brand": str(desk.brand.pk)} | typed)


def test_only_networks_that_we_speak_to_show(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.network for one in ways_in.entrances()] == ["mastodon", "x", "bluesky"]
    monkeypatch.delitem(NETWORKS, "x")
    assert [one.network for one in ways_in.entrances()] == ["mastodon", "bluesky"]
    assert client_of(desk.clara).get(PAGE, {"network": "x"}).status_code == 404


def test_a_connectors_own_name_for_a_way_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, login=("token",)))
    entrance = ways_in.entrance_of("x")
    assert entrance is not None
    assert [way.name for way in entrance.ways] == ["keys"]
    assert ways_in.entrance_of("bluesky") is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mastodon", ["Access token", "read:notifications", "Server address"]),
        ("x", ["http://testserver/settings/channels/connect/back/", "Client ID", "Access Token Secret"]),
        ("bluesky", ["Allow access to your direct messages", "App password"]),
    ],
)
def test_each_network_says_what_to_click_and_asks_for_what_it_needs(
    desk: Desk, name: str, said: list[str]
) -> None:
    page = client_of(desk.clara).get(PAGE, {"network": name}).content.decode()
    assert [words for words in said if words not in page] == []


def test_x_is_connected_with_four_keys(desk: Desk) -> None:
    Channel.objects.all().delete()
    post(desk, SECRETS, network="x", way="keys", owns_app="yes", **KEYS)
    channel = Channel.objects.get()
    assert (channel.network, channel.base_url) == ("x", "https://api.x.com")
    assert channel.secret == KEYS | {"owns_app": "yes"}


def test_bluesky_is_connected_with_an_app_password(desk: Desk) -> None:
    Channel.objects.all().delete()
    typed = {"handle": "@nordlicht.bsky.social", "password": "abcd-efgh"}
    post(desk, SECRETS, network="bluesky", way="password", **typed)
    channel = Channel.objects.get()
    assert (channel.network, channel.base_url) == ("bluesky", "https://bsky.social")
    assert channel.secret == {"identifier": "nordlicht.bsky.social", "app_password": "abcd-efgh"}


def test_what_is_missing_is_said_beside_it_and_nothing_is_sent_back(desk: Desk, all_networks: World) -> None:
    answer = post(desk, SECRETS, network="x", way="keys", **(KEYS | {"access_token": ""}))
    assert list(answer.context["forms"]["keys"].errors) == ["access_token"]
    assert (answer.status_code, all_networks.asked) == (422, [])
    assert "key one" not in answer.content.decode()


def test_a_password_that_does_not_work_is_said_in_plain_words(desk: Desk, all_networks: World) -> None:
    all_networks.fails_with = [LoginNeeded("token_revoked")]
    answer = post(
        desk, SECRETS, network="bluesky", way="password", handle="a.example", password="secret word"
    )
    (words,) = answer.context["forms"]["password"].errors["password"]
    assert words.startswith("Fake does not accept this handle with this app password.")
    assert "secret word" not in answer.content.decode()


def test_a_way_that_a_network_does_not_have_is_none(desk: Desk) -> None:
    assert post(desk, SECRETS, network="bluesky", way="keys").status_code == 404
    assert post(desk, BROWSER, network="bluesky", way="password").status_code == 404


def go(desk: Desk, browser: Client, **typed: str) -> Any:
    asked = {"network": "x", "way": "oauth", "brand": str(desk.brand.pk)} | typed
    return browser.post(BROWSER, asked)


def test_x_in_the_browser_with_an_app_of_ones_own(desk: Desk) -> None:
    Channel.objects.all().delete()
    browser = client_of(desk.clara)
    page = go(desk, browser, client_id="id one", client_secret="hush", owns_app="yes")
    assert "https://x.example/authorize" in page.content.decode()
    callback = f"http://testserver{BACK}"
    app = {"client_id": "id one", "client_secret": "hush"}
    assert begun == [{"base_url": "https://api.x.com", "redirect_uri": callback, "app": app}]
    assert "hush" not in page.content.decode()
    assert browser.get(BACK, {"code": "c1", "state": "st"}).status_code == 200
    assert Channel.objects.count() == 0
    browser.post(BACK, {"code": "c1", "state": "st"})
    assert Channel.objects.get().secret == {
        "client_id": "id one",
        "access_token": "for c1",
        "owns_app": "yes",
    }


def test_a_code_that_came_too_late_stores_nothing(desk: Desk) -> None:
    Channel.objects.all().delete()
    browser = client_of(desk.clara)
    go(desk, browser, client_id="id one")
    answer = browser.post(BACK, {"code": "too late", "state": "st"}, follow=True)
    (said,) = answer.context["messages"]
    assert str(said).startswith("X did not take the sign-in. Copy client ID and client secret once more")
    assert (Channel.objects.count(), answer.context["entrance"].network) == (0, "x")


def test_who_says_no_over_there_is_back_at_the_account_it_was_about(desk: Desk) -> None:
    Channel.objects.update(network="x", secret={"client_id": "id one"}, base_url="https://api.x.com")
    browser = client_of(desk.clara)
    go(desk, browser, client_id="id one", again=str(desk.channel.pk))
    answer = browser.get(BACK, {"error": "access_denied", "state": "st"}, follow=True)
    assert [str(said) for said in answer.context["messages"]] == [
        "The sign-in was broken off there. Nothing was connected."
    ]
    assert answer.context["again"] == desk.channel


def test_keys_pasted_again_keep_the_live_connection_and_the_address_of_a_stream(desk: Desk) -> None:
    kept = KEYS | {"bearer_token": "b", "owns_app": "yes"}
    Channel.objects.update(network="x", secret=kept, state=ChannelState.LOGIN, base_url="https://api.x.com")
    post(desk, SECRETS, network="x", way="keys", again=str(desk.channel.pk), **KEYS)
    assert Channel.objects.get().secret == KEYS | {"bearer_token": "b"}
    Channel.objects.update(network="bluesky", secret={"identifier": "a", "jetstream": "wss://stream.example"})
    page = client_of(desk.clara).get(PAGE, {"again": desk.channel.pk}).content.decode()
    assert 'value="wss://stream.example"' in page


def test_the_demo_has_its_networks_addresses_in_the_form(desk: Desk, settings: Any) -> None:
    settings.DEMO, settings.DEMO_NETWORK_URL = True, "http://localhost:8010"
    page = client_of(desk.clara).get(PAGE, {"network": "bluesky"}).content.decode()
    assert page.count('value="http://localhost:8010"') == 1
    assert 'href="http://localhost:8010/console/bluesky#connect"' in page


def test_a_sign_in_that_cannot_begin_is_said_at_the_field(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> Login:
        raise Refused("refused", reason="client_id")

    monkeypatch.setattr(network, "begin_login", refuses, raising=False)
    answer = go(desk, client_of(desk.clara), client_id="id one")
    assert answer.context["forms"]["oauth"].errors["client_id"] == ["Fake refused. Fake says: “client_id”"]


def test_connecting_again_takes_the_app_that_is_known_and_keeps_the_rest(desk: Desk) -> None:
    kept = {"client_id": "id one", "client_secret": "hush", "refresh_token": "old", "bearer_token": "b"}
    Channel.objects.update(network="x", secret=kept, state=ChannelState.LOGIN, cursor="c7")
    Channel.objects.update(base_url="https://api.x.com")
    browser = client_of(desk.clara)
    page = browser.get(PAGE, {"again": desk.channel.pk}).content.decode()
    assert ('value="id one"' in page, "hush" in page) == (True, False)
    go(desk, browser, client_id="", client_secret="", again=str(desk.channel.pk))
    assert begun[0]["app"] == {"client_id": "id one", "client_secret": "hush"}
    browser.post(BACK, {"code": "c2", "state": "st"})
    channel = Channel.objects.get()
    assert (channel.state, channel.cursor) == (ChannelState.OK, "c7")
    assert channel.secret == {"client_id": "id one", "access_token": "for c2", "bearer_token": "b"}
