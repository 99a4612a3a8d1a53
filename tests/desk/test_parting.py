"""One conversation becomes two: what goes along with the posts that go, and what holds for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from resonanz.case import ClockKind, State, Urgency, Waiting
from resonanz.desk import care, listen, outbox, projection
from resonanz.desk.models import Clock, Conversation, Delivery, Event, Mention, Outcome
from resonanz.post import Audience, Sighting
from tests.cast import Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
LONG = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 25))


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> Iterator[None]:
    yield
    assert projection.differences() == []


def heard(desk: Desk, fake: World, name: str, to: Sighting | None = None) -> Sighting:
    post = said(name, f"Frage {name}", to=to, at=timezone.now())
    hear(desk.channel, post, at=timezone.now())
    fake.posts[name] = post
    return post


def withdrawn(desk: Desk, name: str) -> None:
    with transaction.atomic():
        listen.withdraw(desk.channel, [name], timezone.now())


def order_of(post: Sighting) -> int:
    return Mention.objects.get(uri=post.post.uri).order


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def deliver() -> None:
    while outbox.deliver_next():
        pass


def told(talk: Conversation, *kinds: str) -> list[str]:
    known = Event.objects.filter(conversation=talk.pk, kind__in=kinds)
    return list(known.order_by("id").values_list("kind", flat=True))


def promises(talk: Conversation) -> int:
    return Clock.objects.filter(conversation=talk, kind=ClockKind.PROMISE).count()


def test_all_parts_of_an_answer_go_along(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    until = (timezone.now() + timedelta(hours=3)).replace(microsecond=0)
    wanted = care.Reply(text=LONG, answers=order_of(second), in_parts=True, promise_until=until)
    care.reply(talk, desk.anna, wanted)
    made = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert set(Delivery.objects.values_list("conversation", flat=True)) == {made.pk}
    deliver()
    assert set(Delivery.objects.values_list("state", flat=True)) == {Outcome.SENT}
    assert (fresh(made).promised_at, fresh(talk).promised_at) == (until, None)
    assert (fresh(made).awaits, fresh(talk).awaits) == (None, order_of(first))


def test_private_stays_private_in_the_new_case(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    care.move_to_private(talk, desk.anna)
    made = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert made.private_at is not None
    assert care.reply(made, desk.anna, care.Reply(text="Hallo")).audience == Audience.DIRECT


def test_what_somebody_called_urgent_stays_urgent_in_the_new_case(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    care.sort(talk, desk.anna, urgency=Urgency.URGENT)
    made = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert (made.urgency, told(made, "sorted", "moved")) == (Urgency.URGENT, ["sorted"])


def test_a_promise_goes_where_its_words_go(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    until = (timezone.now() + timedelta(hours=3)).replace(microsecond=0)
    wanted = care.Reply(text="Bis später", answers=order_of(second), promise_until=until)
    reply = care.reply(talk, desk.anna, wanted)
    deliver()
    reply.refresh_from_db()
    began = Clock.objects.get(kind=ClockKind.PROMISE).started_at
    assert fresh(talk).promised_at == until
    made = care.split(fresh(talk), desk.anna, [order_of(second), reply.mention_id or 0])
    assert (made.promised_at, made.told_at, made.waiting) == (until, until, Waiting.US)
    assert Clock.objects.get(conversation=made, kind=ClockKind.PROMISE).started_at == began
    assert (fresh(talk).promised_at, promises(talk), fresh(talk).waiting) == (None, 0, Waiting.US)


def test_a_promise_whose_words_stay_stays(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    talk = conversation_of(first)
    until = (timezone.now() + timedelta(hours=3)).replace(microsecond=0)
    care.reply(talk, desk.anna, care.Reply(text="Bis später", promise_until=until))
    deliver()
    second = heard(desk, fake, "2", to=first)
    made = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert (made.promised_at, promises(made), fresh(talk).promised_at) == (None, 0, until)


def test_a_post_heard_before_the_join_and_deleted_after_it_is_split_off_whole(
    desk: Desk, fake: World
) -> None:
    first, second, third = (heard(desk, fake, name) for name in ("1", "2", "3"))
    one, other, last = (conversation_of(post) for post in (first, second, third))
    care.merge(other, desk.anna, one)
    withdrawn(desk, "2")
    care.merge(one, desk.anna, last)
    made = care.split(fresh(last), desk.anna, [order_of(second)])
    assert told(made, "heard", "withdrawn") == ["heard", "withdrawn"]
    assert (made.awaits, made.state, fresh(last).awaits) == (None, State.OPEN, order_of(first))


def test_parted_joined_and_parted_again_each_is_told_once(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    made = care.split(talk, desk.anna, [order_of(second)])
    withdrawn(desk, "2")
    care.merge(made, desk.anna, fresh(talk))
    again = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert told(again, "heard", "withdrawn") == ["heard", "withdrawn"]
    assert again.awaits is None


def test_a_post_of_which_nothing_was_told_can_be_split_off(desk: Desk, fake: World) -> None:
    first = heard(desk, fake, "1")
    second = heard(desk, fake, "2", to=first)
    talk = conversation_of(first)
    Event.objects.filter(mention=order_of(second)).update(conversation=None)
    projection.refresh([talk.pk])
    made = care.split(fresh(talk), desk.anna, [order_of(second)])
    assert (told(made, "opened", "heard"), made.awaits) == (["opened"], None)
