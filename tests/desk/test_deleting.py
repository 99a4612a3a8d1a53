"""Deleting what we said: taken back for a moment, gone there, and only then gone here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from resonanz.desk import care, listen, outbox, reading
from resonanz.desk.care.deleting import deletable
from resonanz.desk.models import Conversation, Delivery, Event, Mention, Outcome, Wording
from resonanz.networks import NetworkError, Refused, Temporary, Unclear
from resonanz.post import Audience
from tests import fake as network
from tests.cast import Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    """A conversation with an answer of ours that went out."""
    asked = said("1", "Wo bleibt mein Paket?", at=timezone.now())
    hear(desk.channel, asked)
    fake.posts["1"] = asked
    found = conversation_of(asked)
    care.reply(found, desk.anna, care.Reply(text="Kommt mrogen."))
    go_on()
    return found


def go_on() -> None:
    """Let everything go out that waits, and look posts up again."""
    Delivery.objects.filter(state=Outcome.PLANNED).update(due_at=timezone.now())
    while outbox.deliver_next():
        pass
    while listen.recheck_next():
        pass


def ours() -> Mention:
    return Mention.objects.select_related("author").get(incoming=False)


def test_it_is_gone_there_and_then_here(case: Conversation, desk: Desk, fake: World) -> None:
    planned = care.delete_own(case, desk.anna, ours())
    assert care.delete_own(case, desk.ben, ours()) == planned
    (shown,) = [entry for entry in reading.entries(case, None) if entry.kind == "ours"]
    assert (shown.deleting, shown.deletable) == (planned, False)
    assert (fake.gone, ours().deleted_at) == (set(), None)
    go_on()
    assert (fake.gone, Delivery.objects.get(pk=planned.pk).state) == ({"own1"}, Outcome.SENT)
    assert (ours().text, ours().deleted_at is None) == ("", False)
    assert not Wording.objects.filter(mention=ours()).exists()
    assert not deletable(ours())
    assert not Event.objects.filter(kind="reacted").exists()


def test_for_a_moment_it_can_be_kept(case: Conversation, desk: Desk, fake: World) -> None:
    planned = care.delete_own(case, desk.anna, ours())
    care.keep_own(planned, desk.anna)
    go_on()
    assert (fake.gone, ours().text) == (set(), "Kommt mrogen. ^an")
    again = care.delete_own(case, desk.anna, ours())
    go_on()
    with pytest.raises(care.CareError, match="too_late"):
        care.keep_own(again, desk.anna)


@pytest.mark.parametrize("error", [Unclear("timeout"), Temporary("rate_limited")])
def test_what_is_not_sure_is_tried_again_since_a_repeat_is_harmless(
    case: Conversation, desk: Desk, fake: World, error: NetworkError
) -> None:
    fake.fails_with = [error]
    planned = care.delete_own(case, desk.anna, ours())
    Delivery.objects.filter(pk=planned.pk).update(due_at=timezone.now())
    assert outbox.deliver_next()
    assert Delivery.objects.get(pk=planned.pk).state == Outcome.PLANNED
    go_on()
    assert ours().deleted_at is not None


def test_whoever_died_over_it_is_followed_by_another(case: Conversation, desk: Desk, fake: World) -> None:
    planned = care.delete_own(case, desk.anna, ours())
    dead = timezone.now() - timedelta(minutes=5)
    Delivery.objects.filter(pk=planned.pk).update(state=Outcome.ARMED, lease_until=dead)
    assert not outbox.look_next()
    go_on()
    assert ours().deleted_at is not None


def test_a_refusal_is_shown_with_its_reason_and_the_post_stands(
    case: Conversation, desk: Desk, fake: World
) -> None:
    fake.fails_with = [Refused("not_allowed_here", reason="too old")]
    care.delete_own(case, desk.anna, ours())
    go_on()
    (refused,) = [entry for entry in reading.entries(case, None) if entry.kind == "outgo"]
    assert (refused.delivery and refused.delivery.error_reason, ours().deleted_at) == ("too old", None)


def test_what_the_other_person_keeps_is_not_offered(
    case: Conversation, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = ours()
    assert deletable(post)
    post.audience = Audience.DIRECT
    assert deletable(post)
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, deletes_messages=False))
    assert not deletable(post)
    asked = case.mentions.get(incoming=True)
    with pytest.raises(care.CareError, match="not_known"):
        care.delete_own(case, desk.anna, asked)
    post.network = "archive"
    assert not deletable(post)


def test_on_the_page(case: Conversation, desk: Desk, fake: World) -> None:
    browser = Client(headers={"Accept-Language": "en", "HX-Request": "true"})
    browser.force_login(desk.anna)
    page = browser.get(f"/c/{case.pk}/").content.decode()
    assert page.count(f'hx-post="/c/{case.pk}/delete"') == 1
    done = browser.post(f"/c/{case.pk}/delete", {"answers": str(ours().pk)})
    told = json.loads(done.headers["HX-Trigger"])["resonanz:done"]
    assert told["say"] == "Is being deleted"
    page = browser.get(f"/c/{case.pk}/").content.decode()
    assert (page.count(f'hx-post="/c/{case.pk}/delete"'), page.count("being deleted")) == (0, 1)
    kept = browser.post(told["undo"]["url"])
    assert json.loads(kept.headers["HX-Trigger"])["resonanz:done"]["say"] == "It stays"
    assert browser.post(f"/c/{case.pk}/delete", {"answers": "77"}).status_code == 422
    fake.fails_with = [Refused("not_allowed_here")]
    care.delete_own(case, desk.anna, ours())
    go_on()
    assert "Deletion" in browser.get(f"/c/{case.pk}/").content.decode()
