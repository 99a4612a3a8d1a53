"""Favourites and boosts: light answers to praise that can be taken back before and after they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.case import Matter, State, Waiting
from resonanz.desk import care, events, outbox, projection, reading, responses, waiting, waits
from resonanz.desk.care import merging
from resonanz.desk.models import Conversation, Delivery, Event, Mention, Outcome
from resonanz.desk.storage import EPOCH
from resonanz.networks import Refused, Unclear
from resonanz.post import Audience
from tests.cast import OTTO, US, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from resonanz.desk.models import Agent
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


def test_a_favourite_that_nobody_knows_of_is_done_again(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    """A repeat changes nothing, and no timeline would show whether the first attempt was taken."""
    _mention, first = favour(praise, desk.anna)
    fake.fails_with = [Unclear("timeout")]
    assert outbox.deliver_next()
    first.refresh_from_db()
    assert (first.state, first.error_code) == (Outcome.PLANNED, "unreachable")
    send_at_once()
    first.refresh_from_db()
    assert (first.state, first.error_code, fake.favourites) == (Outcome.SENT, "", {"1"})


def test_a_favourite_whose_worker_died_is_done_again(praise: Conversation, desk: Desk, fake: World) -> None:
    _mention, first = favour(praise, desk.anna)
    gone = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(pk=first.pk).update(
        state=Outcome.ARMED, armed_at=gone, lease_until=gone, answers_id_there="1"
    )
    outbox.look_next()
    send_at_once()
    first.refresh_from_db()
    assert (first.state, first.error_code, fake.favourites) == (Outcome.SENT, "", {"1"})
    assert "unclear" not in set(Event.objects.values_list("kind", flat=True))


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
    due = praise.due_at
    mention, delivery = favour(praise, desk.anna)
    send_at_once()
    delivery.refresh_from_db()
    care.unreact(delivery, desk.ben)
    send_at_once()
    praise.refresh_from_db()
    assert (fake.favourites, praise.waiting, praise.awaits) == (set(), Waiting.US, mention.pk)
    assert praise.due_at is not None
    assert praise.due_at == due
    with pytest.raises(care.CareError, match="too_late"):
        care.unreact(delivery, desk.anna)
    assert fake.asked == ["Favourite", "Unfavourite"]
    again = care.react(praise, desk.anna, mention, "favourite")
    assert again.pk != delivery.pk
    assert projection.differences() == []


def reported() -> dict[str, object]:
    (row,) = responses.response_rows(by=None, within=[])
    return {name: row[name] for name in ("answered", "reacted", "turns", "turns_answered")}


def waited_for() -> list[bool]:
    return [wait.answered for wait in waits.waits(EPOCH, timezone.now() + timedelta(minutes=1))]


def test_what_was_taken_back_is_no_answer_in_any_report(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    _mention, delivery = favour(praise, desk.anna)
    send_at_once()
    assert reported() == {"answered": 1, "reacted": 1, "turns": 1, "turns_answered": 1}
    assert waited_for() == [True]
    care.unreact(delivery, desk.anna)
    assert reported() == {"answered": 0, "reacted": 0, "turns": 1, "turns_answered": 0}
    assert waited_for() == [False]
    now = timezone.now() + timedelta(minutes=1)
    assert waiting.waiting_shares(EPOCH, now).us.share == pytest.approx(1, abs=0.05)
    favour(praise, desk.anna)
    send_at_once()
    assert reported() == {"answered": 1, "reacted": 1, "turns": 1, "turns_answered": 1}


def test_while_a_boost_stands_the_customer_has_an_answer(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    mention, favourite = favour(praise, desk.anna)
    boost = care.react(praise, desk.anna, mention, "boost")
    send_at_once()
    care.unreact(favourite, desk.anna)
    praise.refresh_from_db()
    assert (praise.waiting, praise.awaits, reported()["answered"]) == (Waiting.NOBODY, None, 1)
    care.unreact(boost, desk.anna)
    praise.refresh_from_db()
    assert (praise.waiting, praise.awaits, reported()["answered"]) == (Waiting.US, mention.pk, 0)
    assert projection.differences() == []


def test_two_favourites_taken_back_one_after_the_other(praise: Conversation, desk: Desk, fake: World) -> None:
    first, one = favour(praise, desk.anna)
    send_at_once()
    more = said("2", "Echt super!", at=timezone.now(), to=fake.posts["1"])
    fake.posts["2"] = more
    hear(desk.channel, more)
    second, other = favour(praise, desk.anna)
    send_at_once()
    assert second.pk > first.pk
    care.unreact(one, desk.anna)  # the second favourite answers the first post, too
    assert not Conversation.objects.exclude(awaits=None).exists()
    care.unreact(other, desk.anna)
    praise.refresh_from_db()
    assert (praise.awaits, praise.waiting) == (first.pk, Waiting.US)
    assert projection.differences() == []


def test_words_said_since_stay_the_answer(praise: Conversation, desk: Desk, fake: World) -> None:
    _mention, delivery = favour(praise, desk.anna)
    send_at_once()
    hear(desk.channel, said("us", "Gern!", US, at=timezone.now(), to=fake.posts["1"]))
    care.unreact(delivery, desk.anna)
    praise.refresh_from_db()
    assert (praise.awaits, praise.waiting) == (None, Waiting.CUSTOMER)
    assert reported() == {"answered": 1, "reacted": 0, "turns": 1, "turns_answered": 1}


def test_a_settled_matter_stays_settled_and_waits_once_it_is_opened(
    praise: Conversation, desk: Desk, fake: World
) -> None:
    mention, delivery = favour(praise, desk.anna)
    due = praise.due_at
    send_at_once()
    care.resolve(praise, desk.anna)
    care.unreact(delivery, desk.anna)
    praise.refresh_from_db()
    assert (praise.state, reported()["answered"], waited_for()) == (State.RESOLVED, 0, [False])
    care.reopen(praise, desk.anna)
    praise.refresh_from_db()
    assert (praise.awaits, praise.due_at, praise.waiting) == (mention.pk, due, Waiting.US)
    assert projection.differences() == []


def test_after_joining_it_waits_in_the_other_case(praise: Conversation, desk: Desk, fake: World) -> None:
    mention, delivery = favour(praise, desk.anna)
    due = praise.due_at
    send_at_once()
    question = said("q", "Und noch eine Frage", OTTO, at=timezone.now())
    hear(desk.channel, question)
    into = conversation_of(question)
    merging.merge(praise, desk.anna, into, same_person=True)
    assert reported()["reacted"] == 1
    delivery.refresh_from_db()
    care.unreact(delivery, desk.anna)
    into.refresh_from_db()
    assert (into.awaits, into.due_at, into.waiting) == (mention.pk, due, Waiting.US)
    assert reported()["reacted"] == 0
    assert projection.differences() == []


def test_parted_since_it_waits_where_the_post_is(praise: Conversation, desk: Desk, fake: World) -> None:
    question = said("2", "Und wo ist die Rechnung?", at=timezone.now(), to=fake.posts["1"])
    mention, delivery = favour(praise, desk.anna)
    send_at_once()
    hear(desk.channel, question)
    care.unreact(delivery, desk.anna)
    made = merging.split(praise, desk.anna, [mention.pk])
    assert (made.awaits, made.waiting) == (mention.pk, Waiting.US)
    praise.refresh_from_db()
    assert praise.awaits == Mention.objects.get(uri=question.post.uri).pk
    assert reported() == {"answered": 0, "reacted": 0, "turns": 2, "turns_answered": 0}
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
