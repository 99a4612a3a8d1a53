"""Favourites and boosts: light answers to praise that can be taken back before and after they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.case import Matter, Waiting
from resonanz.desk import care, events, outbox, projection, reading
from resonanz.desk.models import Delivery, Event, Outcome
from resonanz.networks import Refused
from resonanz.post import Audience
from tests.cast import Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Conversation, Mention
    from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def praise(desk: Desk, fake: World) -> Conversation:
    thanks = said("1", "Danke, das ging ja schnell!", at=timezone.now())
    hear(desk.channel, thanks)
    fake.posts["1"] = thanks
    case = conversation_of(thanks)
    sort(case, Matter.PRAISE)
    return case


def sort(case: Conversation, matter: Matter) -> None:
    with transaction.atomic():
        events.happen("sorted", timezone.now(), conversation=case.pk, matter=matter.value, urgency=0)
    case.refresh_from_db()


def send_at_once() -> None:
    Delivery.objects.filter(state=Outcome.PLANNED).update(due_at=timezone.now())
    while outbox.deliver_next():
        pass


def favour(case: Conversation, agent: Agent) -> tuple[Mention, Delivery]:
    mention = care.answerable(case)
    assert mention is not None
    return mention, care.react(case, agent, mention, "favourite")


def test_a_favourite_answers_praise(praise: Conversation, desk: Desk, fake: World) -> None:
    mention, first = favour(praise, desk.anna)
    assert favour(praise, desk.ben)[1] == first
    send_at_once()
    praise.refresh_from_db()
    assert (fake.favourites, praise.awaits, praise.waiting) == ({"1"}, None, Waiting.NOBODY)
    assert Event.objects.filter(kind="reacted").values_list("mention", flat=True).get() == mention.pk
    (entry,) = reading.entries(praise, None)
    assert (list(entry.reactions), entry.offers) == (["favourite"], ("boost",))
    assert projection.differences() == []


def test_a_favourite_is_no_answer_to_a_question(praise: Conversation, desk: Desk, fake: World) -> None:
    sort(praise, Matter.QUESTION)
    favour(praise, desk.anna)
    send_at_once()
    praise.refresh_from_db()
    assert (fake.favourites, praise.waiting, praise.awaits is None) == ({"1"}, Waiting.US, False)


def test_taken_back_before_it_was_sent_it_never_happens(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    _mention, delivery = favour(praise, desk.anna)
    care.unreact(delivery, desk.anna)
    send_at_once()
    assert fake.asked == []
    (entry,) = reading.entries(praise, None)
    assert (entry.reactions, entry.offers) == ({}, ("favourite", "boost"))


def test_taken_back_afterwards_it_leaves_the_network_and_the_customer_waits(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    mention, delivery = favour(praise, desk.anna)
    send_at_once()
    delivery.refresh_from_db()
    care.unreact(delivery, desk.ben)
    send_at_once()
    praise.refresh_from_db()
    assert (fake.favourites, praise.waiting) == (set(), Waiting.US)
    assert fake.asked == ["Favourite", "Unfavourite"]
    again = care.react(praise, desk.anna, mention, "favourite")
    assert again.pk != delivery.pk
    assert projection.differences() == []


def test_a_private_post_is_not_boosted(desk: Desk, fake: World) -> None:
    hidden = said("1", "Danke!", audience=Audience.DIRECT)
    hear(desk.channel, hidden)
    case = conversation_of(hidden)
    mention = case.mentions.get()
    with pytest.raises(care.CareError, match="not_for_everybody"):
        care.react(case, desk.anna, mention, "boost")
    with pytest.raises(care.CareError, match="not_known"):
        care.react(case, desk.anna, mention, "applause")
    assert care.react(case, desk.anna, mention, "favourite").audience == Audience.DIRECT


def test_what_the_network_refuses_is_told(praise: Conversation, desk: Desk, fake: World) -> None:
    fake.fails_with = [Refused("refused", reason="nein")]
    favour(praise, desk.anna)
    send_at_once()
    kinds = [
        (entry.kind, entry.delivery and entry.delivery.reaction) for entry in reading.entries(praise, None)
    ]
    assert kinds == [("customer", None), ("outgo", "favourite")]
