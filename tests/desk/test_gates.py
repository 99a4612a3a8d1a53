"""Posts that no program may answer: said before anybody types, answered there by hand, and looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import care, outbox, queue, reading, reading_gates
from resonanz.desk.care.gates import SEEN_WITHIN, confirm_next, gate_of
from resonanz.desk.care.opening import open_conversation
from resonanz.desk.limits import limits_row
from resonanz.desk.models import (
    AnsweredThere,
    Conversation,
    Delivery,
    Event,
    Mention,
    Notice,
    NoticeKind,
    Outcome,
)
from resonanz.desk.models import Sighting as Heard
from resonanz.networks import Refused
from resonanz.post import Audience, Limits, Sighting
from tests import fake as network
from tests.cast import ADA, US, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://x.example/intent/post?in_reply_to={native_id}"


@pytest.fixture
def gated(fake: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake network, with posts that no program may answer."""
    changed = replace(network.CAPABILITIES, answer_link=LINK, invitation="message")
    monkeypatch.setattr(network, "CAPABILITIES", changed)
    return fake


@pytest.fixture
def shut(desk: Desk, gated: World) -> Sighting:
    """A post that names us without the @, so that it may not be answered."""
    return replace(said("7", "Nordlicht antwortet ja nie"), gate="not_summoned")


def heard(desk: Desk, *sightings: Sighting) -> Conversation:
    hear(desk.channel, *sightings)
    return conversation_of(sightings[0])


def post_of(sighting: Sighting) -> Mention:
    return Mention.objects.get(uri=sighting.post.uri)


def refusal(talk: Conversation, desk: Desk, **more: object) -> str:
    with pytest.raises(care.CareError) as caught:
        care.reply(talk, desk.anna, care.Reply(text="Doch!", **more))  # type: ignore[arg-type]
    return caught.value.code


def test_the_reply_box_says_so_before_anybody_types(desk: Desk, shut: Sighting) -> None:
    talk = heard(desk, shut)
    gate = reading_gates.gate(talk, reading.box(talk, desk.anna).asked)
    assert gate is not None
    assert gate.address == "https://x.example/intent/post?in_reply_to=7"
    assert (gate.said_at, gate.others, gate.by_message) == (None, (), True)


def test_the_verb_refuses_too_and_plans_nothing(desk: Desk, shut: Sighting) -> None:
    talk = heard(desk, shut)
    assert refusal(talk, desk) == "not_summoned"
    assert Delivery.objects.count() == 0


def test_a_private_message_passes(desk: Desk, shut: Sighting) -> None:
    talk = heard(desk, shut)
    care.move_to_private(talk, desk.anna)
    talk.refresh_from_db()
    assert reading_gates.gate(talk, post_of(shut)) is None
    assert care.reply(talk, desk.anna, care.Reply(text="Hallo")).audience == Audience.DIRECT


def test_another_post_of_theirs_is_answered_instead(desk: Desk, shut: Sighting) -> None:
    named = said("6", "@nordlicht Wo bleibt mein Paket?", at=shut.post.posted_at - timedelta(minutes=5))
    after = replace(shut, post=replace(shut.post, root=named.post.uri, reply_to=named.post.uri))
    talk = heard(desk, named, after)
    gate = reading_gates.gate(talk, reading.box(talk, desk.anna).asked)
    assert gate is not None
    assert [post.text for post in gate.others] == [named.post.text]
    box = reading.box(talk, desk.anna, post_of(named).pk)
    assert (box.asked, reading_gates.gate(talk, box.asked)) == (post_of(named), None)
    assert care.reply(talk, desk.anna, care.Reply(text="Doch!", answers=post_of(named).pk)).pk


def test_what_is_answered_there_waits_for_confirmation_and_nobody_else_is_sent(
    desk: Desk, shut: Sighting
) -> None:
    before = said("5", "Mein Paket fehlt", at=shut.post.posted_at - timedelta(minutes=5))
    after = replace(shut, post=replace(shut.post, root=before.post.uri, reply_to=before.post.uri))
    talk = heard(desk, before, after)  # both wait, and one answer will do for both
    care.answered_there(talk, desk.anna, post_of(shut))
    talk.refresh_from_db()
    assert (talk.assignee, queue.next_for(desk.anna), confirm_next()) == (desk.anna, None, False)
    gate = reading_gates.gate(talk, post_of(shut))
    assert gate is not None
    assert (gate.said_by, gate.said_at is not None, gate.seen_at) == ("Anna", True, None)
    hear(desk.channel, said("7b", "Hallo?", to=after, at=shut.post.posted_at + timedelta(minutes=8)))
    assert queue.next_for(desk.anna) == talk  # they wrote again
    answer = said("8", "@ada Hier sind wir!", US, to=after, at=shut.post.posted_at + timedelta(minutes=9))
    hear(desk.channel, answer)
    assert confirm_next() is True
    gate = reading_gates.gate(talk, post_of(shut))
    assert gate is not None
    assert gate.seen_at == answer.post.posted_at
    facts = list(Event.objects.filter(kind="answered_there").order_by("id").values_list("facts", flat=True))
    assert facts == ["", '{"found":1}']
    talk.refresh_from_db()
    assert talk.awaits is None  # as with every answer that is typed there
    assert confirm_next() is False


def test_what_is_not_seen_there_comes_back_and_is_told(desk: Desk, shut: Sighting) -> None:
    talk = heard(desk, shut)
    care.answered_there(talk, desk.anna, post_of(shut))
    AnsweredThere.objects.update(at=timezone.now() - SEEN_WITHIN - timedelta(seconds=1))
    assert confirm_next() is True
    assert queue.next_for(desk.anna) == talk
    assert Notice.objects.get(agent=desk.anna).kind == NoticeKind.NOT_FOUND
    assert AnsweredThere.objects.count() == 0


def test_it_can_be_taken_back_once(desk: Desk, shut: Sighting) -> None:
    talk = heard(desk, shut)
    care.answered_there(talk, desk.anna, post_of(shut))
    care.not_answered_there(talk, desk.anna, post_of(shut))
    assert queue.next_for(desk.anna) == talk
    with pytest.raises(care.CareError, match="too_late"):
        care.not_answered_there(talk, desk.anna, post_of(shut))


def test_a_post_without_a_gate_is_answered_here(desk: Desk, gated: World) -> None:
    open_post = said("9", "@nordlicht Hallo?")
    talk = heard(desk, open_post)
    with pytest.raises(care.CareError, match="not_known"):
        care.answered_there(talk, desk.anna, post_of(open_post))


def test_what_the_network_refuses_all_the_same_offers_the_same_way(desk: Desk, gated: World) -> None:
    unclear = said("9", "Hallo @nordlicht?")
    talk = heard(desk, unclear)
    care.reply(talk, desk.anna, care.Reply(text="Hier!"))
    gated.posts["9"] = unclear
    gated.fails_with = [Refused("not_summoned")]
    assert outbox.deliver_next() is True
    delivery = Delivery.objects.get()
    assert (delivery.state, gate_of(desk.channel, post_of(unclear))) == (Outcome.REFUSED, "not_summoned")
    assert reading_gates.address_of(delivery) == "https://x.example/intent/post?in_reply_to=9"
    care.answered_there(talk, desk.anna, post_of(unclear))
    assert Delivery.objects.get().state == Outcome.CANCELLED


def test_opening_a_found_post_keeps_its_gate(desk: Desk, shut: Sighting) -> None:
    found = replace(shut, addressed=False)
    hear(desk.channel, found)
    talk = open_conversation(desk.anna, post_of(found))
    assert refusal(talk, desk) == "not_summoned"


def test_an_edited_post_is_answered_under_its_newest_id(desk: Desk, gated: World) -> None:
    first = said("9", "@nordlicht Hallo?")
    talk = heard(desk, first)
    edited = replace(first, native_id="9b", post=replace(first.post, text="@nordlicht Hallo!"))
    hear(desk.channel, edited)
    assert Heard.objects.count() == 2
    care.reply(talk, desk.anna, care.Reply(text="Hier!"))
    assert outbox.deliver_next() is True
    assert gated.received[0].answers == "9b"
    hear(desk.channel, replace(edited, native_id="9c"))
    assert outbox.outgoing(Delivery.objects.get()).answers == "9b"  # whatever comes, it is looked for as sent


def test_private_messages_have_a_length_of_their_own(desk: Desk, gated: World) -> None:
    limits = Limits(length=20, message_length=60, names_answered=False)
    talk = heard(desk, said("9", "@nordlicht Hallo?"))
    desk.channel.limits = limits_row(limits)
    desk.channel.save()
    talk = Conversation.objects.get(pk=talk.pk)
    text = "Das sind etwas mehr als zwanzig Zeichen."
    with pytest.raises(care.CareError) as caught:
        care.reply(talk, desk.anna, care.Reply(text=text))
    assert caught.value.facts == {"length": 44, "limit": 20}
    care.move_to_private(talk, desk.anna)
    talk.refresh_from_db()
    assert care.reply(talk, desk.anna, care.Reply(text=text)).text == f"{text} ^an"
    assert ADA.handle not in Delivery.objects.get().text
