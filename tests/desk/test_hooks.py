"""What X tells by calling us: believed if signed, written down before it is answered, read once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from resonanz.desk import listen
from resonanz.desk.channels import Application, connect
from resonanz.desk.listen import announced, sweeps
from resonanz.desk.models import Announced, Budget, Channel, Charged, Event, Mention, Sweep, Webhook
from resonanz.networks import NETWORKS, Credentials, Gone, Nudge, Temporary
from tests import fake as network
from tests.cast import OTTO, Desk, hear, said
from tests.fake import World
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.live_server_helper import LiveServer

    from tests.simulator.running import RunningSimulator

pytestmark = pytest.mark.django_db
KEY = "key of the app"


def signed(body: bytes, key: str = KEY) -> str:
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def event(kind: str, **payload: Any) -> bytes:
    return json.dumps({"data": {"event_type": kind, "payload": payload}}).encode()


@pytest.fixture
def opened(desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    """The fake network calls as X does."""
    monkeypatch.setattr(network, "HOOK", NETWORKS["x"].hook, raising=False)
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, metered=True))
    return listen.open_hook(desk.channel, f" {KEY} ", by=desk.clara)


def call(webhook: Webhook, body: bytes, signature: str | None = None) -> int:
    answer = Client().post(
        f"/hooks/mastodon/{webhook.path}/",
        body,
        content_type="application/json",
        headers={"x-twitter-webhooks-signature": signed(body) if signature is None else signature},
    )
    return answer.status_code


def test_the_question_is_answered_and_nothing_else_is_told(opened: Webhook) -> None:
    answer = Client().get(f"/hooks/mastodon/{opened.path}/", {"crc_token": "abc"})
    assert (answer.status_code, answer.json()) == (200, {"response_token": signed(b"abc")})
    for query in ({}, {"crc_token": ""}, {"crc_token": "a" * 1001}):
        assert Client().get(f"/hooks/mastodon/{opened.path}/", query).status_code == 400
    for path in (f"/hooks/x/{opened.path}/", "/hooks/mastodon/other/"):
        assert Client().get(path, {"crc_token": "abc"}).status_code == 404
    assert Client().put(f"/hooks/mastodon/{opened.path}/").status_code == 405


def test_what_is_not_signed_is_not_believed(opened: Webhook) -> None:
    body = event("post.mention.create", id="5")
    for wrong in ("", "sha256=AAAA", signed(body, "another"), signed(body + b" ")):
        assert call(opened, body, wrong) == 403
    first = Webhook.objects.get()
    assert (first.told_at, first.refused_at is None, Announced.objects.count()) == (None, False, 0)
    assert call(opened, body, "") == 403
    assert Webhook.objects.get().refused_at == first.refused_at  # noted once a minute


def test_what_is_too_large_is_not_read(opened: Webhook) -> None:
    assert call(opened, b" " * (512 * 1024 + 1)) == 413
    assert call(opened, b" " * (512 * 1024)) == 200


def test_a_call_is_written_down_and_paid(opened: Webhook, desk: Desk) -> None:
    Channel.objects.update(next_poll_at=timezone.now() + timedelta(hours=1))
    body = event("post.mention.create", id="5")
    assert (call(opened, body), call(opened, body)) == (200, 200)
    assert list(Announced.objects.values_list("native_id", flat=True)) == ["5"]
    assert Channel.objects.get(next_poll_at__lte=timezone.now()).stream_at is not None
    assert Charged.objects.get().amount == Budget.objects.get().spent == 5_000
    assert Webhook.objects.get().told_at is not None


@pytest.mark.parametrize(
    "body", [b"{", b"{}", event("like.create", id="5"), event("chat.received", sender_id="7")]
)
def test_whatever_is_signed_is_answered(opened: Webhook, body: bytes) -> None:
    assert call(opened, body) == 200
    told = Channel.objects.get().notices
    assert set(told) == ({"encrypted_chat"} if b"chat" in body else set())


def test_what_was_read_meanwhile_is_not_read_again(opened: Webhook, desk: Desk, fake: World) -> None:
    call(opened, event("post.mention.create", id="1"))
    assert listen.announced_next() is False  # the next reading first
    hear(desk.channel, said("1", "Hallo?"))
    Channel.objects.update(read_at=timezone.now() + timedelta(seconds=1))
    assert [listen.announced_next(), listen.announced_next()] == [True, False]
    assert (fake.asked, Announced.objects.count(), Mention.objects.count()) == ([], 0, 1)


def test_what_no_list_names_is_read_by_its_id(opened: Webhook, desk: Desk, fake: World) -> None:
    quote, call_at = said("7", "Schaut euch das an", OTTO), Channel.objects.filter(pk=desk.channel.pk)
    fake.now_there["7"] = quote
    fake.gone = {"8"}
    call(opened, event("post.quote.create", id="7"))
    call(opened, event("post.quote.create", id="8"))
    call(opened, event("post.quote.create", id="9"))
    call_at.update(read_at=timezone.now() + timedelta(seconds=1))
    assert listen.announced_next() is True
    assert Mention.objects.get().text == "Schaut euch das an"
    assert Announced.objects.get().native_id == "9"  # not there yet, or never
    assert listen.announced_next() is False


def test_what_cannot_be_read_is_tried_again_and_given_up_after_days(
    opened: Webhook, desk: Desk, fake: World
) -> None:
    call(opened, event("post.quote.create", id="7"))
    later = timezone.now() + timedelta(hours=3)
    for error, again in (
        (Temporary("rate_limited", retry_at=later), later),
        (Temporary("budget_spent", retry_at=later + timedelta(days=9)), later),
    ):
        Announced.objects.update(at=timezone.now() - announced.PATIENCE, next_at=timezone.now())
        fake.fails_with = [error]
        assert listen.announced_next() is True
        assert Announced.objects.get().next_at <= again
    Announced.objects.update(at=timezone.now() - announced.GIVEN_UP, next_at=timezone.now())
    fake.fails_with = [Gone("gone")]
    listen.announced_next()
    assert not Announced.objects.exists()


def test_a_deletion_that_is_told_is_looked_for_at_once(
    desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, gone_within_s=24 * 3600))
    monkeypatch.setattr(sweeps, "PLAN_EVERY_S", 0)
    hear(desk.channel, said("1", "Nordlicht!", addressed=False), at=timezone.now())
    assert listen.sweep_next() is False
    fake.gone = {"1"}
    listen.nudge(desk.channel.pk, Nudge(("1",)))
    assert Sweep.objects.get().next_at <= timezone.now()
    assert listen.sweep_next() is True
    assert Mention.objects.get().deleted_at is not None


def test_only_leads_open_and_close_it(opened: Webhook, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in (
        lambda: listen.open_hook(desk.channel, KEY, by=desk.anna),
        lambda: listen.close_hook(desk.channel, by=desk.anna),
    ):
        with pytest.raises(PermissionError):
            verb()
    with pytest.raises(ValueError, match="key"):
        listen.open_hook(desk.channel, " ", by=desk.clara)
    again = listen.open_hook(desk.channel, KEY, by=desk.clara)
    assert (again.pk, again.path == opened.path, len(again.path)) == (opened.pk, False, 43)
    assert call(opened, b"{}") == 404
    for _ in range(2):
        listen.close_hook(desk.channel, by=desk.clara)
    assert call(again, b"{}") == 404
    assert Event.objects.filter(kind="webhook").count() == 3
    monkeypatch.setattr(network, "HOOK", None)
    with pytest.raises(ValueError, match="calls"):
        listen.open_hook(desk.channel, KEY, by=desk.clara)
    assert listen.hook_of(Channel(network="archive")) is None


def test_the_settings_show_the_address_to_leads(
    opened: Webhook, desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/settings/channels/{desk.channel.pk}/webhook/"
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(desk.anna)
    assert browser.get(page).status_code == 403
    browser.force_login(desk.clara)
    shown = browser.get(page).content.decode()
    assert f"http://testserver/hooks/mastodon/{opened.path}/" in shown
    assert "this desk has none" in shown
    settings.PUBLIC_ADDRESS = "https://desk.example"
    shown = browser.get(page).content.decode()
    assert f"https://desk.example/hooks/mastodon/{opened.path}/" in shown
    assert "this desk has none" not in shown
    assert "Webhook: open, not called yet" in browser.get("/settings/channels/").content.decode()
    call(opened, b"{}")
    assert "Webhook: last called" in browser.get("/settings/channels/").content.decode()
    browser.post(page, {"close": "yes"})
    assert not Webhook.objects.exists()
    assert "Webhook: closed" in browser.get("/settings/channels/").content.decode()
    assert browser.post(page, {"key": ""}).status_code == 422
    assert browser.post(page, {"key": KEY}).status_code == 302
    assert Webhook.objects.get().key == {"key": KEY}
    Channel.objects.filter(pk=desk.channel.pk).update(secret={"consumer_secret": "known"})
    assert "key that the account is connected with" in browser.get(page).content.decode()
    browser.post(page, {"key": ""})
    assert Webhook.objects.get().key == {"key": "known"}
    monkeypatch.setattr(network, "HOOK", None)
    assert browser.get(page).status_code == 404


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(networks=("x",)) as running:
        yield running


@pytest.mark.django_db(transaction=True)
def test_the_simulated_x_calls_and_each_post_is_here_once(
    desk: Desk, simulator: RunningSimulator, live_server: LiveServer
) -> None:
    """A mention comes by reading and by the call, a quote only by the call: each is stored once."""
    x = simulator.network("x")
    secret = {"access_token": x.token("nordlicht_hilft")}
    credentials = Credentials(base_url=simulator.base_url, secret=secret, simulated=True)
    channel = connect(Application(network="x", brand=desk.brand, credentials=credentials), desk.clara)
    listen.read_now(channel)
    webhook = listen.open_hook(channel, x.state()["consumer_secret"], by=desk.clara)
    x.order(
        "settings", webhook=f"{live_server.url}/hooks/x/{webhook.path}/".replace("localhost", "127.0.0.1")
    )
    ours = x.say("nordlicht_hilft", "Neu bei uns")["id"]
    x.say("frauke_m", "@nordlicht_hilft Hallo?")
    x.say("frauke_m", "Schaut euch das an", quotes=ours)
    for _ in range(300):
        if x.state()["webhook"]["delivered"] >= 4:
            break
        time.sleep(0.02)
    facts = x.state()["webhook"]
    assert (facts["valid"], facts["lost"]) == (True, 0)
    listen.read_now(Channel.objects.get(pk=channel.pk))
    Announced.objects.update(at=timezone.now() - announced.PATIENCE)
    while listen.announced_next():
        pass
    texts = Mention.objects.filter(network="x", incoming=True).values_list("text", flat=True)
    assert sorted(texts) == ["@nordlicht_hilft Hallo?", "Schaut euch das an"]
    assert not Announced.objects.exists()
