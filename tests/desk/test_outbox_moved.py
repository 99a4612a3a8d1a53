"""A case is joined, parted or settled while its answer is on the way: that is told where it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from resonanz.case import Matter, State, Waiting
from resonanz.desk import care, outbox, projection
from resonanz.desk.health import open_network
from resonanz.desk.models import Conversation, Delivery, Event, Mention, Outcome
from resonanz.networks import NetworkError, Refused
from resonanz.post import Delivery as Outgoing
from resonanz.post import Sighting
from tests.cast import Desk, conversation_of, hear, said
from tests.fake import FakeNetwork, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> Iterator[None]:
    yield
    assert projection.differences() == []


@pytest.fixture
def cases(desk: Desk, fake: World) -> tuple[Conversation, Conversation]:
    """Two of Ada's matters."""
    posts = [said(name, f"Frage {name}", at=timezone.now()) for name in ("1", "2")]
    for post in posts:
        hear(desk.channel, post, at=timezone.now())
        fake.posts[post.native_id] = post
    one, other = (conversation_of(post) for post in posts)
    return one, other


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def armed(delivery: Delivery) -> Delivery:
    """A delivery as a worker holds it while it calls the network."""
    Delivery.objects.filter(pk=delivery.pk).update(state=Outcome.ARMED)
    return Delivery.objects.select_related("channel", "conversation", "answers__author").get(pk=delivery.pk)


def call(delivery: Delivery) -> Sighting:
    assert delivery.channel is not None
    outgoing: Outgoing = outbox.outgoing(delivery)
    return open_network(delivery.channel).send(outgoing)


def told(kind: str) -> list[int | None]:
    return list(Event.objects.filter(kind=kind).order_by("id").values_list("conversation", flat=True))


def test_joined_during_the_call_the_promise_runs_on_the_joined_case(
    desk: Desk, cases: tuple[Conversation, Conversation]
) -> None:
    one, other = cases
    until = (timezone.now() + timedelta(hours=2)).replace(microsecond=0)
    delivery = armed(care.reply(one, desk.anna, care.Reply(text="Bis später", promise_until=until)))
    seen = call(delivery)
    care.merge(one, desk.anna, other)
    outbox.settle_sent(delivery, seen)
    assert (told("sent"), told("promised")) == ([other.pk], [other.pk])
    assert (fresh(other).promised_at, fresh(one).promised_at) == (until, None)
    assert (fresh(one).state, fresh(one).waiting) == (State.RESOLVED, Waiting.NOBODY)


def test_a_join_taken_back_during_the_call_leaves_the_promise_where_it_belongs(
    desk: Desk, cases: tuple[Conversation, Conversation]
) -> None:
    one, other = cases
    until = (timezone.now() + timedelta(hours=2)).replace(microsecond=0)
    planned = care.reply(
        one, desk.anna, care.Reply(text="Bis später", promise_until=until, then_resolve=True)
    )
    care.merge(one, desk.anna, other)
    delivery = armed(planned)
    seen = call(delivery)
    care.unmerge(one, desk.anna)
    outbox.settle_sent(delivery, seen)
    assert (told("promised"), told("resolved")) == ([one.pk], [one.pk])
    assert (fresh(other).promised_at, fresh(other).state) == (None, State.OPEN)


def test_parted_during_the_call_it_is_told_of_the_new_case(
    desk: Desk, cases: tuple[Conversation, Conversation]
) -> None:
    one, other = cases
    care.merge(other, desk.anna, one)
    order = Mention.objects.get(uri__endswith="/2").order
    delivery = armed(care.reply(fresh(one), desk.anna, care.Reply(text="Zu zwei", answers=order)))
    seen = call(delivery)
    made = care.split(fresh(one), desk.anna, [order])
    outbox.settle_sent(delivery, seen)
    assert told("sent") == [made.pk]
    assert (fresh(made).waiting, fresh(one).waiting) == (Waiting.CUSTOMER, Waiting.US)


def during(
    monkeypatch: pytest.MonkeyPatch, name: str, act: object, error: NetworkError | None = None
) -> None:
    """Let something happen at the desk while the network is asked."""
    real = getattr(FakeNetwork, name)

    def asked(self: FakeNetwork, wanted: object) -> object:
        act()  # type: ignore[operator]
        if error is not None:
            raise error
        return real(self, wanted)

    monkeypatch.setattr(FakeNetwork, name, asked)


def test_a_refusal_is_told_where_the_case_is_now(
    desk: Desk, cases: tuple[Conversation, Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = cases
    care.reply(one, desk.anna, care.Reply(text="Hallo"))
    during(monkeypatch, "send", lambda: care.merge(one, desk.anna, other), Refused("refused"))
    assert outbox.deliver_next()
    assert told("refused") == [other.pk]


def test_a_favourite_settles_the_case_where_it_is_now(
    desk: Desk, cases: tuple[Conversation, Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = cases
    for talk in cases:
        care.sort(talk, desk.anna, matter=Matter.PRAISE)
    asked = care.answerable(one)
    assert asked is not None
    care.react(one, desk.anna, asked, "favourite")
    during(monkeypatch, "act", lambda: care.merge(one, desk.anna, other))
    assert outbox.deliver_next()
    assert told("reacted") == [other.pk]


def test_a_look_that_finds_nothing_is_told_where_the_case_is_now(
    desk: Desk, cases: tuple[Conversation, Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = cases
    delivery = care.reply(one, desk.anna, care.Reply(text="Hallo"))
    Delivery.objects.filter(pk=delivery.pk).update(state=Outcome.UNKNOWN, due_at=timezone.now())
    during(monkeypatch, "find_sent", lambda: care.merge(one, desk.anna, other))
    assert outbox.look_next()
    assert told("looked") == [other.pk]


@contextmanager
def before_the_lock(act: Callable[[], object]) -> Iterator[None]:
    """Let something happen at the desk after the next reading, before the write lock is taken."""
    waiting = [act]

    def asked(ask: Callable[..., object], sql: str, *more: object) -> object:
        if waiting and sql.startswith("BEGIN"):
            waiting.pop()()
        return ask(sql, *more)

    with connection.execute_wrapper(asked):
        yield
    assert waiting == []


def test_what_a_dead_worker_left_is_told_where_the_case_is_now(
    desk: Desk, cases: tuple[Conversation, Conversation]
) -> None:
    one, other = cases
    died = armed(care.reply(one, desk.anna, care.Reply(text="Hallo")))
    Delivery.objects.filter(pk=died.pk).update(lease_until=timezone.now())
    with before_the_lock(lambda: care.merge(one, desk.anna, other)):
        outbox.look_next()
    assert told("unclear") == [other.pk]


def test_a_promise_on_a_case_settled_meanwhile_starts_no_clock(
    desk: Desk, cases: tuple[Conversation, Conversation]
) -> None:
    one, _other = cases
    until = timezone.now() + timedelta(hours=2)
    delivery = armed(care.reply(one, desk.anna, care.Reply(text="Bis später", promise_until=until)))
    seen = call(delivery)
    care.resolve(fresh(one), desk.ben, care.Dismissal.NO_ANSWER_NEEDED)
    outbox.settle_sent(delivery, seen)
    assert (fresh(one).state, fresh(one).waiting, fresh(one).promised_at) == (
        State.RESOLVED,
        Waiting.NOBODY,
        None,
    )
