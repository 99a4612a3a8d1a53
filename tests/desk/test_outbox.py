"""From the desk to the network: one attempt, nothing twice, nothing that looks sent and is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from resonanz.case import State, Waiting
from resonanz.desk import care, leases, outbox
from resonanz.desk.models import (
    Channel,
    Conversation,
    Delivery,
    Event,
    Mention,
    Notice,
    NoticeKind,
    Outcome,
    Unsent,
)
from resonanz.networks import Gone, LoginNeeded, NetworkError, Refused, Temporary, Unclear
from resonanz.post import Audience
from tests import fake as network
from tests.cast import ADA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)  # arming is durable only outside other transactions


def answer(
    case: Conversation, desk: Desk, text: str = "Kommt morgen!", *, then_resolve: bool = False
) -> Delivery:
    return care.reply(case, desk.anna, care.Reply(text=text, then_resolve=then_resolve))


def look_again() -> bool:
    Delivery.objects.filter(state=Outcome.UNKNOWN, due_at__isnull=False).update(due_at=timezone.now())
    return outbox.look_next()


def test_an_answer_goes_out_once_and_stops_the_clock(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk)
    assert (delivery.state, delivery.audience, delivery.text) == (
        "planned",
        Audience.PUBLIC,
        "Kommt morgen! ^an",
    )
    assert outbox.deliver_next() is True
    assert outbox.deliver_next() is False
    delivery.refresh_from_db()
    case.refresh_from_db()
    (sent,) = fake.received
    assert (sent.key, sent.answers, sent.named) == (delivery.send_key, "1", (ADA.handle,))
    assert (sent.draft.text, sent.draft.audience) == ("Kommt morgen! ^an", Audience.PUBLIC)
    assert delivery.state == Outcome.SENT
    assert delivery.mention is not None
    assert delivery.mention.conversation == case
    assert (case.waiting, case.assignee) == (Waiting.CUSTOMER, desk.anna)
    assert [e.kind for e in Event.objects.order_by("id")][2:] == [
        "planned",
        "assigned",
        "armed",
        "spoke",
        "sent",
    ]


def test_send_and_resolve(case: Conversation, desk: Desk) -> None:
    answer(case, desk, then_resolve=True)
    outbox.deliver_next()
    case.refresh_from_db()
    assert (case.state, case.waiting) == (State.RESOLVED, Waiting.NOBODY)


def test_send_and_resolve_leaves_a_case_open_whose_customer_wrote_again(
    case: Conversation, desk: Desk, fake: World
) -> None:
    answer(case, desk, then_resolve=True)
    hear(
        desk.channel, said("2", "Und noch was", to=fake.posts["1"], at=timezone.now() + timedelta(minutes=5))
    )
    outbox.deliver_next()
    case.refresh_from_db()
    assert (case.state, case.waiting) == (State.OPEN, Waiting.US)


def test_a_withdrawn_delivery_never_goes_out_and_its_text_comes_back(
    case: Conversation, desk: Desk, fake: World
) -> None:
    delivery = answer(case, desk)
    care.cancel(delivery, desk.anna)
    assert outbox.deliver_next() is False
    assert fake.received == []
    assert Unsent.objects.get().text == "Kommt morgen! ^an"
    with pytest.raises(care.CareError, match="too_late"):
        care.cancel(delivery, desk.anna)


@pytest.mark.parametrize("error", [Refused("too_long", reason="Text zu lang"), Gone("gone")])
def test_refused_is_shown_with_its_reason_and_not_tried_again(
    case: Conversation, desk: Desk, fake: World, error: NetworkError
) -> None:
    delivery = answer(case, desk)
    fake.fails_with = [error]
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, delivery.error_reason) == (
        "refused",
        error.code,
        error.reason,
    )
    assert outbox.deliver_next() is False
    case.refresh_from_db()
    assert case.waiting == Waiting.US
    bell = Notice.objects.get()  # its writer may be at the next conversation by now
    assert (bell.agent, bell.kind, bell.conversation) == (desk.anna, NoticeKind.REFUSED, case)


def test_provably_unaccepted_is_planned_again_for_when_the_network_says(
    case: Conversation, desk: Desk, fake: World
) -> None:
    delivery = answer(case, desk)
    again = (timezone.now() + timedelta(minutes=7)).replace(microsecond=0)
    fake.fails_with = [Temporary("rate_limited", retry_at=again)]
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at, delivery.attempts_count) == ("planned", again, 1)
    Delivery.objects.update(due_at=timezone.now())
    Channel.objects.update(next_poll_at=None)
    assert outbox.deliver_next() is True
    assert len(fake.received) == 1


def test_a_revoked_token_keeps_the_answer_until_the_channel_is_back(
    case: Conversation, desk: Desk, fake: World
) -> None:
    delivery = answer(case, desk)
    fake.fails_with = [LoginNeeded("token_revoked")]
    outbox.deliver_next()
    Delivery.objects.update(due_at=timezone.now())
    assert outbox.deliver_next() is False
    Channel.objects.update(state="ok")
    assert outbox.deliver_next() is True
    delivery.refresh_from_db()
    assert delivery.state == Outcome.SENT


def test_a_lost_answer_is_unknown_then_found_and_never_sent_twice(
    case: Conversation, desk: Desk, fake: World
) -> None:
    delivery = answer(case, desk)
    fake.loses_answer = True
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert delivery.state == Outcome.UNKNOWN
    assert outbox.deliver_next() is False
    assert look_again() is True
    delivery.refresh_from_db()
    case.refresh_from_db()
    assert (delivery.state, case.waiting, len(fake.received)) == (Outcome.SENT, Waiting.CUSTOMER, 1)
    assert fake.looked_for[0] == fake.received[0]


def test_not_found_after_four_looks_a_person_decides(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk)
    fake.fails_with = [Unclear("timeout")]
    outbox.deliver_next()
    with pytest.raises(care.CareError, match="too_late"):
        care.repeat(delivery, desk.anna)
    for _ in range(4):
        assert look_again() is True
    assert look_again() is False
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at, delivery.error_code) == ("unknown", None, "not_found_there")
    assert [(bell.agent, bell.kind) for bell in Notice.objects.all()] == [(desk.anna, NoticeKind.NOT_FOUND)]
    copy = care.repeat(delivery, desk.anna)
    assert copy.send_key != delivery.send_key
    outbox.deliver_next()
    copy.refresh_from_db()
    delivery.refresh_from_db()
    assert (copy.state, copy.repeats, delivery.state) == (Outcome.SENT, delivery, Outcome.CANCELLED)
    assert len(fake.received) == 1


def test_looking_that_fails_is_not_counted_as_not_found(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk)
    fake.fails_with = [Unclear("cut"), Temporary("unreachable")]
    outbox.deliver_next()
    look_again()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.looks_count) == (Outcome.UNKNOWN, 0)


def test_a_delivery_armed_by_a_dead_worker_is_unknown(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk)
    host = leases.me().rpartition(":")[0]
    Delivery.objects.update(
        state=Outcome.ARMED,
        lease_by=f"{host}:999999999",
        lease_until=timezone.now() + timedelta(minutes=2),
        due_at=timezone.now() + timedelta(minutes=2),
    )
    assert outbox.look_next() is False
    assert leases.free_dead() == 1
    assert outbox.look_next() is True
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, fake.received) == (Outcome.UNKNOWN, "interrupted", [])


def test_a_private_question_is_answered_in_private_only(desk: Desk, fake: World) -> None:
    private = said("9", "Nur für euch", audience=Audience.DIRECT)
    hear(desk.channel, private)
    delivery = care.reply(conversation_of(private), desk.anna, care.Reply(text="Danke"))
    assert (delivery.audience, delivery.ceiling) == (Audience.DIRECT, Audience.DIRECT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(audience=Audience.PUBLIC)


def test_the_reply_is_heard_before_the_answer_arrives(case: Conversation, desk: Desk, fake: World) -> None:
    """The poll may bring our own post before the send returns: it is stored once and counted once."""
    delivery = answer(case, desk)
    original = fake.publish

    def publish_and_hear(outgoing):  # type: ignore[no-untyped-def]
        seen = original(outgoing)
        hear(desk.channel, seen, at=timezone.now())
        return seen

    fake.publish = publish_and_hear  # type: ignore[method-assign]
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert delivery.state == Outcome.SENT
    assert Mention.objects.filter(incoming=False).count() == 1
    assert Event.objects.filter(kind="spoke").count() == 1


def test_what_cannot_be_sent_says_why(case: Conversation, desk: Desk) -> None:
    def refusal(text: str = "Hallo", by: object = None) -> str:
        with pytest.raises(care.CareError) as caught:
            care.reply(case, by or desk.anna, care.Reply(text=text))  # type: ignore[arg-type]
        return caught.value.code

    assert refusal("   ") == "empty"
    assert refusal("x" * 490) == "too_long"
    Mention.objects.update(deleted_at=NOON)
    assert refusal() == "nothing_to_answer"
    Channel.objects.update(state="login")
    case.channel.refresh_from_db()
    assert refusal() == "channel_login"


def test_the_answered_post_can_be_chosen(desk: Desk, fake: World) -> None:
    first, second = said("1", "Eins?"), said("2", "Zwei?", at=NOON + timedelta(minutes=1))
    second_in_thread = said("2", "Zwei?", to=first, at=NOON + timedelta(minutes=1))
    hear(
        desk.channel,
        first,
        second_in_thread,
        said("3", "Drei", OTTO, to=first, at=NOON + timedelta(minutes=2)),
    )
    del second
    case = conversation_of(first)
    newest = care.answerable(case)
    assert newest is not None
    assert newest.uri == second_in_thread.post.uri
    chosen = Mention.objects.get(uri=first.post.uri)
    assert care.reply(case, desk.anna, care.Reply(text="Zu eins", answers=chosen.order)).answers == chosen
    other = Mention.objects.get(text="Drei")
    with pytest.raises(care.CareError, match="nothing_to_answer"):
        care.reply(case, desk.anna, care.Reply(text="x", answers=other.order))


def test_the_same_form_sent_twice_is_one_answer(case: Conversation, desk: Desk, fake: World) -> None:
    once = uuid4()
    first = care.reply(case, desk.anna, care.Reply(text="Kommt morgen!", once=once))
    assert care.reply(case, desk.anna, care.Reply(text="Kommt morgen!", once=once)) == first
    assert first.send_key == once
    while outbox.deliver_next():
        pass
    assert len(fake.received) == 1


def test_a_colleagues_answer_is_shown_before_a_second_one_goes_out(
    case: Conversation, desk: Desk, fake: World
) -> None:
    first = answer(case, desk)
    for _ in range(2):  # while it is on its way, and after it was sent
        with pytest.raises(care.CareError) as caught:
            care.reply(case, desk.ben, care.Reply(text="Ich weiß was!", answers=first.answers_id))
        assert (caught.value.code, caught.value.facts) == (
            "answered_already",
            {"name": "Anna", "despite": f"answered_already:{first.pk}"},
        )
        outbox.deliver_next()
    second = care.reply(
        case,
        desk.ben,
        care.Reply(text="Ich weiß was!", answers=first.answers_id, despite=[f"answered_already:{first.pk}"]),
    )
    assert second.state == Outcome.PLANNED


def test_what_came_while_somebody_wrote_still_waits(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk, then_resolve=True)
    unseen = said("2", "Und die Rechnung?", to=fake.posts["1"], at=delivery.planned_at)
    hear(desk.channel, unseen)
    outbox.deliver_next()
    case.refresh_from_db()
    assert (case.state, case.waiting) == (State.OPEN, Waiting.US)
    assert case.awaits == Mention.objects.get(uri=unseen.post.uri).order


def test_an_answer_to_a_deleted_post_stays_here(case: Conversation, desk: Desk, fake: World) -> None:
    delivery = answer(case, desk)
    Mention.objects.update(deleted_at=NOON)
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, fake.received) == (Outcome.REFUSED, "gone", [])


def test_an_answer_leaves_by_the_channel_that_heard_the_post(desk: Desk, fake: World) -> None:
    workshop = Channel.objects.create(
        network="mastodon",
        brand=desk.brand,
        uid="workshop",
        handle="workshop@social.example",
        connected_at=NOON,
    )
    first = said("1", "Hallo Nordlicht")
    hear(desk.channel, first)
    second = said("2", "Und die Werkstatt?", to=first, at=NOON + timedelta(minutes=1))
    hear(workshop, second)
    case = conversation_of(second)
    assert case == conversation_of(first)
    assert care.reply(case, desk.anna, care.Reply(text="Moin")).channel == workshop


def test_our_other_account_is_never_a_customer(desk: Desk, fake: World) -> None:
    workshop = Channel.objects.create(
        network="mastodon",
        brand=desk.brand,
        uid="workshop",
        handle="workshop@social.example",
        connected_at=NOON,
    )
    question = said("1", "Wann?")
    hear(desk.channel, question)
    ours = said("2", "@ada morgen, sagt die @werkstatt", US, to=question, at=NOON + timedelta(minutes=2))
    hear(workshop, replace(ours, own=False, addressed=True))
    assert Conversation.objects.count() == 1
    case = conversation_of(question)
    assert (case.waiting, case.answered_at) == (Waiting.CUSTOMER, NOON + timedelta(minutes=2))


def test_a_connector_that_breaks_is_an_unclear_answer(
    case: Conversation, desk: Desk, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = answer(case, desk)

    def breaks(_delivery: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fake, "publish", breaks)
    outbox.deliver_next()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (Outcome.UNKNOWN, "bad_answer")


def test_the_writer_gets_the_text_back_behind_what_they_write_now(case: Conversation, desk: Desk) -> None:
    delivery = answer(case, desk)
    care.keep_unsent(case, desk.anna, "Noch etwas")
    care.keep_unsent(case, desk.ben, "Bens Text")
    care.cancel(delivery, desk.ben)
    assert {u.agent.username: u.text for u in Unsent.objects.all()} == {
        "anna": "Noch etwas\n\nKommt morgen! ^an",
        "ben": "Bens Text",
    }


def test_an_answer_is_marked_as_its_writer_says_where_the_network_can(
    desk: Desk, case: Conversation, fake: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = frozenset({"paid", "by_machine"})
    monkeypatch.setattr(network, "CAPABILITIES", replace(network.CAPABILITIES, labels=both))
    care.reply(case, desk.anna, care.Reply(text="Anzeige: unser Neues", labels=["paid", "anything"]))
    care.reply(case, desk.anna, care.Reply(text="Noch etwas", labels=both, despite=("answered_already",)))
    private = care.Reply(text="Unter uns", labels=both, audience=Audience.DIRECT)
    care.reply(case, desk.anna, private)
    marks = Delivery.objects.order_by("pk").values_list("paid", "by_machine")
    assert list(marks) == [(True, False), (True, True), (False, False)]
    Delivery.objects.update(due_at=timezone.now())
    while outbox.deliver_next():
        pass
    drafts = {one.draft.text.partition(" ^")[0]: one.draft for one in fake.received}
    assert (drafts["Anzeige: unser Neues"].paid, drafts["Anzeige: unser Neues"].by_machine) == (True, False)
    assert drafts["Noch etwas"].by_machine is True


def test_a_network_without_marks_gets_none(desk: Desk, case: Conversation) -> None:
    care.reply(case, desk.anna, care.Reply(text="Hallo", labels=["paid"]))
    assert Delivery.objects.get().paid is False
