"""Settings of channels: health in words, pausing, held-back private messages, connecting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from resonanz.desk.models import Agent, Channel
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.web.channel_words import health_of
from resonanz.desk.web.settings_connect import may_be_simulated
from resonanz.networks import LoginNeeded, Temporary
from tests import fake as network
from tests.cast import US, Desk
from tests.fake import World

pytestmark = pytest.mark.django_db
PAGE = "/settings/channels/"
TOKEN_PAGE = "/settings/channels/connect/token/"


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(agent)
    return browser


def typed(desk: Desk, **changed: str) -> dict[str, str]:
    return {"server": "social.example", "brand": str(desk.brand.pk), "token": "abc"} | changed


@pytest.mark.parametrize(
    ("changed", "level", "word"),
    [
        ({}, "calm", "works"),
        ({"state": ChannelState.LOGIN}, "late", "needs to be connected again"),
        ({"state": ChannelState.PAUSED}, "soon", "paused"),
        ({"error_code": "unreachable"}, "soon", "trouble"),
        ({"read_at": None}, "late", "not read"),
    ],
)
def test_health_in_a_word(desk: Desk, changed: dict[str, object], level: str, word: str) -> None:
    now = timezone.now()
    for name, value in ({"read_at": now} | changed).items():
        setattr(desk.channel, name, value)
    with translation.override("en"):
        health = health_of(desk.channel, now)
    assert (health.level, health.word, health.reconnect) == (
        level,
        word,
        level == "late" and "state" in changed,
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("unreachable", "Mastodon cannot be reached at the moment."),
        ("rate_limited", "Mastodon asks us to slow down. Mastodon says: “Nein”"),
        ("bad_answer", "Mastodon answers something that we do not understand. Mastodon says: “Nein”"),
        ("server_error", "Mastodon had a fault of its own. Mastodon says: “Nein”"),
    ],
)
def test_trouble_of_an_account_that_worked_before(desk: Desk, code: str, words: str) -> None:
    desk.channel.error_code, desk.channel.error_reason = code, "Nein"
    with translation.override("en"):
        advice = health_of(desk.channel, timezone.now()).advice
    heals = " The desk keeps trying by itself; what was said meanwhile is read then."
    assert advice == words + heals


def test_a_channel_that_is_not_read_any_more_says_what_to_do(desk: Desk) -> None:
    now = timezone.now()
    desk.channel.read_at = now - timedelta(minutes=4)
    with translation.override("en"):
        advice = health_of(desk.channel, now).advice
    assert advice == (
        "The desk has not looked for new posts for a while. Probably its worker does not run: "
        "start it with “resonanz up”."
    )


def test_agents_see_how_channels_are_and_change_nothing(desk: Desk) -> None:
    browser = client_of(desk.anna)
    page = browser.get(PAGE).content.decode()
    assert ("nordlicht@social.example" in page, "/pause/" in page) == (True, False)
    assert browser.post(f"{PAGE}{desk.channel.pk}/pause/").status_code == 403
    assert browser.post(f"{PAGE}{desk.channel.pk}/everybody/").status_code == 403
    assert Channel.objects.get().state == ChannelState.OK


def test_pausing_and_resuming(desk: Desk) -> None:
    browser = client_of(desk.clara)
    browser.post(f"{PAGE}{desk.channel.pk}/pause/")
    assert Channel.objects.get().state == ChannelState.PAUSED
    assert browser.get(f"{PAGE}{desk.channel.pk}/resume/").status_code == 405
    browser.post(f"{PAGE}{desk.channel.pk}/resume/")
    assert Channel.objects.get().state == ChannelState.OK


def test_everybodys_private_messages_are_let_through(desk: Desk, fake: World) -> None:
    fake.filtered = ("private_mentions",)
    Channel.objects.update(filtered=["private_mentions"])
    browser = client_of(desk.clara)
    assert "Private messages of strangers are held back" in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}{desk.channel.pk}/everybody/")
    assert (Channel.objects.get().filtered, fake.asked) == ([], ["AcceptEverybody"])
    assert "Private messages of strangers are held back" not in browser.get(PAGE).content.decode()


def test_a_network_that_turns_strangers_away_is_no_folder_to_look_into(
    desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, turns_away=True))
    Channel.objects.update(filtered=["not_following"])
    page = client_of(desk.clara).get(PAGE).content.decode()
    assert "Strangers cannot write to this account privately" in page
    assert "folder" not in page
    inbox = client_of(desk.clara).get("/").content.decode()
    assert "Fake lets hardly anybody write to us privately." in inbox


@pytest.mark.parametrize(("told", "shown"), [("None", 0), ("", 0), ("Premium", 1)])
def test_a_subscription_is_shown_where_there_is_one(desk: Desk, told: str, shown: int) -> None:
    Channel.objects.update(facts={"subscription": told})
    assert client_of(desk.clara).get(PAGE).content.decode().count("Subscription") == shown


def test_a_network_that_does_not_answer_is_said_on_the_page(desk: Desk, fake: World) -> None:
    fake.fails_with = [Temporary("overloaded")]
    answer = client_of(desk.clara).post(f"{PAGE}{desk.channel.pk}/everybody/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Fake is overloaded at the moment. Please try again in some minutes."
    ]


def test_an_account_is_tested_and_connected(desk: Desk, fake: World) -> None:
    Channel.objects.all().delete()
    answer = client_of(desk.clara).post(TOKEN_PAGE, typed(desk, server="@nordlicht@social.example"))
    assert answer["Location"] == PAGE
    channel = Channel.objects.get()
    assert (channel.base_url, channel.secret, channel.handle) == (
        "https://social.example",
        {"access_token": "abc"},
        US.handle,
    )


def test_connecting_again_keeps_everything(desk: Desk, fake: World) -> None:
    Channel.objects.update(state=ChannelState.LOGIN, cursor="c7", error_code="token_revoked")
    browser = client_of(desk.clara)
    page = browser.get(f"/settings/channels/connect/?again={desk.channel.pk}").content.decode()
    assert 'value="https://social.example"' in page
    browser.post(TOKEN_PAGE, typed(desk, token="new one"))
    channel = Channel.objects.get(pk=desk.channel.pk)
    assert (channel.state, channel.cursor, channel.error_code) == (ChannelState.OK, "c7", "")
    assert channel.secret == {"access_token": "new one"}


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("http://127.0.0.1:3000", "This address leads into a private network or is not encrypted."),
        ("social", "At this address we find no Fake server."),
    ],
)
def test_an_address_that_cannot_be_is_said_beside_it(
    desk: Desk, fake: World, server: str, words: str
) -> None:
    answer = client_of(desk.clara).post(TOKEN_PAGE, typed(desk, server=server))
    assert (answer.status_code, fake.asked) == (422, [])
    assert words in answer.context["forms"]["token"].errors["server"][0]


def test_a_token_that_does_not_work_is_said_beside_it(desk: Desk, fake: World) -> None:
    fake.fails_with = [LoginNeeded("token_revoked", reason="The access token is invalid")]
    answer = client_of(desk.clara).post(TOKEN_PAGE, typed(desk))
    ours = "Fake does not accept this access token. Copy it once more, from start to end."
    theirs = "Fake says: “The access token is invalid”"
    assert answer.context["forms"]["token"].errors["token"] == [f"{ours} {theirs}"]
    assert "abc" not in answer.content.decode()  # a secret is never sent back


def test_an_account_of_another_brand_is_not_taken_over(desk: Desk, fake: World) -> None:
    other = desk.brand.__class__.objects.create(name="Südlicht")
    answer = client_of(desk.clara).post(TOKEN_PAGE, typed(desk, brand=str(other.pk)))
    assert answer.context["forms"]["token"].errors["brand"] == [
        "This account belongs to the brand “Nordlicht” already. Choose that one."
    ]


@pytest.mark.parametrize(
    ("address", "demo", "allowed"),
    [
        ("http://127.0.0.1:3000", True, True),
        ("localhost:3000", True, True),
        ("http://[::1]:3000/", True, True),
        ("http://127.0.0.1:3000", False, False),
        ("http://192.168.0.7", True, False),
        ("https://social.example", True, False),
        ("http://[broken", True, False),
    ],
)
def test_only_the_demo_takes_addresses_of_this_machine(
    settings: object, address: str, *, demo: bool, allowed: bool
) -> None:
    settings.DEMO = demo  # type: ignore[attr-defined]
    assert may_be_simulated(address) is allowed


def test_coming_back_without_having_gone_says_so(desk: Desk) -> None:
    answer = client_of(desk.clara).get("/settings/channels/connect/back/?code=x&state=y", follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "The sign-in is too old. Please begin again."
    ]
