"""The reply gate on the page of a conversation: what is said, where it leads, what stays typed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from resonanz.desk import listen, outbox
from resonanz.desk.care.gates import confirm_next
from resonanz.desk.limits import limits_row
from resonanz.desk.models import (
    Agent,
    AnsweredThere,
    Channel,
    Conversation,
    Delivery,
    Event,
    Mention,
    Outcome,
    Unsent,
)
from resonanz.networks import Refused
from resonanz.post import Limits, Page, Sighting
from tests import fake as network
from tests.cast import ADA, US, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
SHUT = "This post can only be answered on Fake itself"
LINK = "https://x.example/intent/post?in_reply_to={native_id}"


@pytest.fixture(autouse=True)
def gates(fake: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake network, with posts that no program may answer."""
    changed = replace(network.CAPABILITIES, answer_link=LINK, invitation="message")
    monkeypatch.setattr(network, "CAPABILITIES", changed)
    return fake


@pytest.fixture
def named() -> Sighting:
    """A post that names us."""
    return said("6", "@nordlicht Wo bleibt mein Paket?")


@pytest.fixture
def shut(desk: Desk, named: Sighting) -> Conversation:
    """A conversation whose newest post may not be answered by a program."""
    after = replace(said("7", "Die antworten ja nie", to=named), gate="not_summoned")
    hear(desk.channel, named, after)
    return conversation_of(named)


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(agent)
    return browser


def page_of(desk: Desk, talk: Conversation, **asked: str | int) -> str:
    return client_of(desk.anna).get(f"/c/{talk.pk}/", asked).content.decode()


def do(desk: Desk, talk: Conversation, verb: str, **typed: object) -> Any:
    browser = client_of(desk.anna)
    return browser.post(f"/c/{talk.pk}/{verb}", typed, headers={"HX-Request": "true"})


def order(name: str) -> int:
    return Mention.objects.get(uri__endswith=f"/{name}").pk


def test_the_page_says_so_with_the_way_there_and_the_ways_round(desk: Desk, shut: Conversation) -> None:
    page = page_of(desk, shut)
    assert SHUT in page
    assert 'href="https://x.example/intent/post?in_reply_to=7"' in page
    assert f"?view=waiting&amp;answers={order('6')}" in page
    assert "Or write to them privately" in page


def test_on_a_simulated_network_the_way_leads_to_where_it_runs(desk: Desk, shut: Conversation) -> None:
    Channel.objects.update(simulated=True, base_url="http://localhost:8010")
    page = page_of(desk, shut)
    assert 'href="http://localhost:8010/intent/post?in_reply_to=' in page
    assert "https://x.example/intent" not in page


def test_another_post_is_chosen_and_stays_so_when_the_thread_is_drawn_again(
    desk: Desk, shut: Conversation
) -> None:
    chosen = order("6")
    page = page_of(desk, shut, answers=chosen)
    assert (SHUT in page, "This answers the post you chose:" in page) == (False, True)
    assert f'name="answers" id="reply-answers" value="{chosen}"' in page
    again = client_of(desk.anna).get(f"/c/{shut.pk}/thread", {"answers": chosen}).content.decode()
    assert f'id="asked" data-order="{chosen}"' in again
    assert do(desk, shut, "reply", text="Kommt!", answers=chosen).status_code == 204


@pytest.mark.parametrize("chosen", ["999", "x", ""])
def test_a_post_that_is_none_of_theirs_is_not_chosen(desk: Desk, shut: Conversation, chosen: str) -> None:
    assert SHUT in page_of(desk, shut, answers=chosen)


def test_a_reply_all_the_same_is_refused_and_its_words_stay(desk: Desk, shut: Conversation) -> None:
    answer = client_of(desk.anna).post(f"/c/{shut.pk}/reply", {"text": "Doch, hier!"})
    page = answer.content.decode()
    assert (answer.status_code, Delivery.objects.count()) == (422, 0)
    assert "Fake lets programs answer only people who named or quoted our account" in page
    assert "Doch, hier!</textarea>" in page


def test_answered_there_waits_is_confirmed_and_can_be_taken_back(
    desk: Desk, shut: Conversation, named: Sighting
) -> None:
    post = order("7")
    told = json.loads(do(desk, shut, "there", answers=post)["HX-Trigger"])["resonanz:done"]
    assert told["say"] == "Noted. It is confirmed as soon as the answer is seen on Fake"
    page = page_of(desk, shut)
    assert "Waiting for confirmation" in page
    assert "Anna says it is answered on the network itself" in page
    do(desk, shut, "not_there", **told["undo"]["values"])
    assert (SHUT in page_of(desk, shut), AnsweredThere.objects.count()) == (True, 0)
    do(desk, shut, "there", answers=post)
    seventh = replace(said("7", "Die antworten ja nie", to=named), gate="not_summoned")
    hear(desk.channel, said("8", "Doch!", US, to=seventh))
    assert confirm_next() is True
    page = page_of(desk, shut)
    assert "Anna answered on Fake itself;" in page
    assert "The answer was seen on the network: confirmed" in page


def test_a_post_that_is_not_there_cannot_have_been_answered(desk: Desk, shut: Conversation) -> None:
    assert do(desk, shut, "there", answers="").status_code == 422
    assert do(desk, shut, "there", answers=order("6")).status_code == 422


def test_a_refused_delivery_offers_the_same_way(desk: Desk, shut: Conversation, gates: World) -> None:

    do(desk, shut, "reply", text="Kommt!", answers=order("6"))
    gates.fails_with = [Refused("not_summoned")]
    assert outbox.deliver_next() is True
    page = page_of(desk, shut)
    assert "Fake takes this answer from no program: the post neither names nor quotes our account." in page
    assert 'href="https://x.example/intent/post?in_reply_to=6"' in page
    delivery = Delivery.objects.get()
    assert delivery.state == Outcome.REFUSED
    browser = client_of(desk.anna)
    browser.post(f"/d/{delivery.pk}/cancel", headers={"HX-Request": "true"})
    assert Unsent.objects.get().text.startswith("Kommt!")


def test_who_takes_no_messages_can_be_answered_in_public_again(
    desk: Desk, shut: Conversation, gates: World
) -> None:

    do(desk, shut, "private")
    do(desk, shut, "reply", text="Hier privat.")
    gates.fails_with = [Refused("no_messages")]
    assert outbox.deliver_next() is True
    page = page_of(desk, shut)
    assert "This person takes no private messages from us on Fake." in page
    assert "Answer in public again" in page


def test_the_box_counts_a_message_as_a_message(desk: Desk, shut: Conversation) -> None:

    limits = Limits(length=280, unit="weighted", url_length=23, free_mentions=True, message_length=10_000)
    Channel.objects.update(limits=limits_row(limits))
    rules = client_of(desk.anna).get(f"/c/{shut.pk}/").context["counting"]
    assert (rules["length"], rules["unit"], rules["handle"]) == (280, "weighted", f"@{ADA.handle}")
    do(desk, shut, "private")
    rules = client_of(desk.anna).get(f"/c/{shut.pk}/").context["counting"]
    assert (rules["length"], rules["unit"], rules["handle"]) == (10_000, "characters", "")
    assert (rules["opened"]["length"], rules["opened"]["handle"]) == (280, f"@{ADA.handle}")


def test_what_the_network_told_besides_posts_is_shown_with_what_to_do(desk: Desk, gates: World) -> None:

    gates.pages.append(Page(cursor="c1", notices=("encrypted_chat", "never_heard_of")))
    Channel.objects.update(next_poll_at=timezone.now(), facts={"messages": "scope_missing"})
    assert listen.listen_next() is True
    assert Event.objects.filter(kind="noticed").count() == 1
    page = client_of(desk.clara).get("/settings/channels/").content.decode()
    assert "Somebody wrote to us in Fake’s encrypted chat, which no program can read." in page
    assert "Private messages are not read: the access to Fake does not allow it." in page
    Channel.objects.update(facts={"messages": "refused"}, secret={"refresh_token": "r"})
    Channel.objects.update(error_code="rate_limited", next_poll_at=timezone.now())
    page = client_of(desk.clara).get("/settings/channels/").content.decode()
    assert "Private messages are not read: Fake does not offer them" in page
    assert ("Asked to slow down until" in page, "is renewed by itself" in page) == (True, True)
    intake = client_of(desk.clara).get("/reports/intake/").content.decode()
    assert ("Access: is renewed by itself" in intake, "encrypted chat" in intake) == (True, True)
    Channel.objects.update(error_code="unpaid")
    page = client_of(desk.clara).get("/settings/channels/").content.decode()
    assert "Fake wants money first: the prepaid credit is used up." in page
