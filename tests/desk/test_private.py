"""From public to private: one conversation, an invitation in the network's way, no way back by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk import care, outbox, projection
from resonanz.desk.care import private
from resonanz.desk.models import Conversation, Delivery, ThreadLink, Voice
from resonanz.networks import NETWORKS, Capabilities
from resonanz.post import Audience
from tests.cast import OTTO, Desk, conversation_of, hear, said
from tests.fake import CAPABILITIES, World

if TYPE_CHECKING:
    from resonanz.post import Sighting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def question(desk: Desk, fake: World) -> Sighting:
    asked = said("1", "Wo bleibt mein Paket? Meine Nummer ist 0171 2345678.", at=timezone.now())
    hear(desk.channel, asked)
    fake.posts["1"] = asked
    return asked


def network_that(monkeypatch: pytest.MonkeyPatch, **can: object) -> None:
    changed: Capabilities = replace(CAPABILITIES, **can)  # type: ignore[arg-type]
    monkeypatch.setattr("tests.fake.CAPABILITIES", changed)
    assert NETWORKS["mastodon"].capabilities == changed


def test_one_key_prepares_a_reply_that_only_the_customer_reads(desk: Desk, question: Sighting) -> None:
    case = conversation_of(question)
    found = care.move_to_private(case, desk.anna)
    assert (found.audience, found.exposed) == (Audience.DIRECT, ("phone",))
    assert "privaten Nachricht" in found.text
    assert "Beitrag" in found.delete
    case.refresh_from_db()
    assert case.private_at is not None
    delivery = care.reply(case, desk.anna, care.Reply(text=found.text))
    assert (delivery.audience, delivery.ceiling) == (Audience.DIRECT, Audience.PUBLIC)
    assert projection.differences() == []


def test_a_private_answer_to_a_public_question_never_makes_a_second_conversation(
    desk: Desk, question: Sighting, fake: World
) -> None:
    case = conversation_of(question)
    found = care.move_to_private(case, desk.anna)
    care.reply(case, desk.anna, care.Reply(text=found.text))
    assert outbox.deliver_next() is True
    ours = fake.posts[str(Delivery.objects.get().send_key)]
    later = timezone.now() + timedelta(seconds=5)
    answered = said("2", "Kundennummer 4711", to=ours, audience=Audience.DIRECT, at=timezone.now())
    fresh = said("3", "Und noch etwas", audience=Audience.DIRECT, at=later)
    hear(desk.channel, answered)
    hear(desk.channel, fresh)
    assert Conversation.objects.count() == 1
    assert {conversation_of(one).pk for one in (question, answered, fresh)} == {case.pk}
    assert ThreadLink.objects.filter(conversation=case).count() == 2
    asked = care.answerable(Conversation.objects.get())
    assert asked is not None
    assert asked.text == "Und noch etwas"
    assert projection.differences() == []


def test_somebody_else_s_private_message_stays_another_matter(desk: Desk, question: Sighting) -> None:
    care.move_to_private(conversation_of(question), desk.anna)
    other = said("2", "Hallo", OTTO, audience=Audience.DIRECT, at=timezone.now())
    hear(desk.channel, other)
    assert conversation_of(other) != conversation_of(question)


def test_only_a_named_audience_answers_in_public_again_and_only_once(desk: Desk, question: Sighting) -> None:
    case = conversation_of(question)
    care.move_to_private(case, desk.anna)
    case.refresh_from_db()
    once = care.reply(case, desk.anna, care.Reply(text="Wir schreiben privat.", audience=Audience.PUBLIC))
    after = care.reply(case, desk.anna, care.Reply(text="Danke für die Nummer."))
    assert (once.audience, after.audience) == (Audience.PUBLIC, Audience.DIRECT)
    care.back_to_public(case, desk.anna)
    case.refresh_from_db()
    assert care.reply(case, desk.anna, care.Reply(text="Wieder für alle.")).audience == Audience.PUBLIC


def test_a_private_matter_is_never_answered_in_public(desk: Desk, fake: World) -> None:
    hidden = said("1", "Nur unter uns", audience=Audience.DIRECT)
    hear(desk.channel, hidden)
    case = conversation_of(hidden)
    with pytest.raises(care.CareError, match="wider_audience"):
        care.reply(case, desk.anna, care.Reply(text="Gern.", audience=Audience.PUBLIC))
    with pytest.raises(care.CareError, match="private_already"):
        care.move_to_private(case, desk.anna)


def test_where_the_network_has_no_way_the_brands_own_ways_are_named_in_public(
    desk: Desk, question: Sighting, monkeypatch: pytest.MonkeyPatch
) -> None:
    network_that(monkeypatch, invitation="", authors_delete=False)
    case = conversation_of(question)
    with pytest.raises(care.CareError, match="no_private_way"):
        care.move_to_private(case, desk.anna)
    case.refresh_from_db()
    assert case.private_at is None
    Voice.objects.create(brand=desk.brand, private_ways={"email": "hilfe@nordlicht.example"})
    found = private.invitation(Conversation.objects.get(), desk.anna)
    assert (found.audience, found.delete) == (Audience.PUBLIC, "")
    assert "hilfe@nordlicht.example" in found.text


def test_trainees_do_not_move_anybody(desk: Desk, question: Sighting) -> None:
    with pytest.raises(care.CareError, match="not_allowed"):
        care.move_to_private(conversation_of(question), desk.tom)
