"""From what a channel heard to rows: nothing twice, everything in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from resonanz.case import ClockKind, ReplyKind, State, Waiting
from resonanz.desk import projection
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Author,
    AuthorHandle,
    Channel,
    Clock,
    Conversation,
    Event,
    Mention,
    Sighting,
    SlaPolicy,
    SlaRule,
    Thread,
    ThreadLink,
)
from resonanz.desk.models.listening import SEQUENCE_BITS, Stamp
from resonanz.desk.projection import differences
from resonanz.post import Audience
from resonanz.post import Author as Person
from tests.cast import ADA, MIA, NOON, OTTO, SERVER, US, Desk, conversation_of, hear, said
from tests.fake import edited

MINUTE = timedelta(minutes=1)


def words_of(mention: Mention) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM desk_words WHERE rowid = %s", [mention.order])
        return str(cursor.fetchone()[0])


def test_first_post_becomes_a_conversation_with_clock_event_and_words(desk: Desk) -> None:
    question = said("1", "Wo bleibt mein Päckchen?")
    stored = hear(desk.channel, question)
    mention = Mention.objects.get()
    conversation = Conversation.objects.get()
    clock = Clock.objects.get()
    assert stored.added_count == 1
    assert stored.orders == {question.post.uri: mention.order}
    assert mention.order >> SEQUENCE_BITS == int(NOON.timestamp() * 1000)
    assert (mention.text, mention.incoming, mention.conversation_id) == (
        "Wo bleibt mein Päckchen?",
        True,
        conversation.pk,
    )
    assert (conversation.state, conversation.waiting) == (State.OPEN, Waiting.US)
    assert conversation.awaits == mention.order
    assert conversation.due_at == clock.due_at == NOON + timedelta(hours=1)
    assert clock.started_at == NOON
    assert [event.kind for event in Event.objects.order_by("id")] == ["opened", "heard"]
    assert words_of(mention) == "wo bleibt mein packchen"
    assert Sighting.objects.get().native_id == "1"


def test_the_same_post_again_changes_nothing(desk: Desk) -> None:
    question = said("1", "Hallo?")
    hear(desk.channel, question)
    before = (Mention.objects.count(), Event.objects.count(), Conversation.objects.count())
    assert hear(desk.channel, question, question).added_count == 0
    assert (Mention.objects.count(), Event.objects.count(), Conversation.objects.count()) == before
    assert Sighting.objects.count() == 1


def test_a_channel_closed_at_night_is_due_in_the_morning(desk: Desk) -> None:
    late = said("1", "Noch jemand da?", at=NOON.replace(hour=22))
    hear(desk.channel, late)
    assert conversation_of(late).due_at == NOON.replace(day=19, hour=8)  # 9 o'clock in Berlin


def test_two_customers_in_one_thread_are_two_conversations(desk: Desk) -> None:
    post = said("0", "Unser neuer Katalog", US)
    first = said("1", "Wo?", ADA, at=NOON + MINUTE, to=post)
    second = said("2", "Teuer!", OTTO, at=NOON + 2 * MINUTE, to=post)
    hear(desk.channel, post, first, second)
    assert Thread.objects.count() == 1
    assert {c.customer.handle for c in Conversation.objects.all()} == {ADA.handle, OTTO.handle}
    assert Mention.objects.get(uri=post.post.uri).conversation is None


def test_private_and_public_posts_of_one_person_are_one_matter_in_threads_of_their_own(desk: Desk) -> None:
    public = said("1", "Hilfe")
    unlisted = said("2", "Bitte", to=public, at=NOON + MINUTE, audience=Audience.UNLISTED)
    private = said("3", "Meine Nummer", to=public, at=NOON + 2 * MINUTE, audience=Audience.DIRECT)
    hear(desk.channel, public, unlisted, private)
    assert conversation_of(public) == conversation_of(unlisted)
    assert conversation_of(private) == conversation_of(public)
    assert Mention.objects.get(uri=private.post.uri).thread.audience == Audience.DIRECT
    assert Mention.objects.get(uri=public.post.uri).thread.audience == Audience.PUBLIC


def test_bystanders_are_kept_as_context_without_a_conversation(desk: Desk) -> None:
    root = said("1", "Wer kennt Nordlicht?", MIA, addressed=False)
    question = said("2", "@nordlicht stimmt das?", ADA, to=root, at=NOON + MINUTE)
    hear(desk.channel, root, question)
    assert Mention.objects.get(uri=root.post.uri).conversation is None
    assert Conversation.objects.get().customer.handle == ADA.handle


def test_context_that_turns_out_to_address_us_is_adopted(desk: Desk) -> None:
    root = said("1", "Nordlicht antwortet nie", MIA, addressed=False)
    hear(desk.channel, root, said("2", "@nordlicht ?", ADA, to=root, at=NOON + MINUTE))
    hear(desk.channel, said("1", "Nordlicht antwortet nie", MIA))
    adopted = conversation_of(root)
    assert (adopted.customer.handle, adopted.waiting) == (MIA.handle, Waiting.US)
    assert Conversation.objects.count() == 2


def test_our_answer_typed_elsewhere_stops_the_clock(desk: Desk) -> None:
    question = said("1", "Hallo?")
    answer = said("2", "@ada Moin!", US, to=question, at=NOON + 5 * MINUTE)
    hear(desk.channel, question)
    hear(desk.channel, answer)
    conversation = conversation_of(question)
    clock = Clock.objects.get()
    assert (conversation.waiting, conversation.answered_at) == (Waiting.CUSTOMER, NOON + 5 * MINUTE)
    assert clock.stopped_at == NOON + 5 * MINUTE
    assert clock.stopped_by == Mention.objects.get(uri=answer.post.uri).order
    assert Mention.objects.get(uri=answer.post.uri).kind == ReplyKind.HUMAN


def test_our_second_part_in_a_thread_belongs_to_the_same_conversation(desk: Desk) -> None:
    question = said("1", "Hallo?")
    part_one = said("2", "Erstens …", US, to=question, at=NOON + MINUTE)
    part_two = said("3", "Zweitens …", US, to=part_one, at=NOON + 2 * MINUTE)
    hear(desk.channel, question)
    hear(desk.channel, part_one)
    hear(desk.channel, part_two)
    assert conversation_of(part_two) == conversation_of(question)


def test_our_answer_whose_root_is_unknown_stays_in_the_thread_it_answers(desk: Desk) -> None:
    question = said("1", "Hallo?")
    answer = said("2", "Moin!", US, to=question, at=NOON + MINUTE)
    lost = replace(answer, post=replace(answer.post, root=answer.post.uri))
    hear(desk.channel, question)
    hear(desk.channel, lost)
    assert conversation_of(lost) == conversation_of(question)
    assert (Thread.objects.count(), Conversation.objects.count()) == (1, 1)


def test_a_deleted_post_is_not_brought_back_by_a_stale_page(desk: Desk) -> None:
    question = said("1", "Meine Nummer")
    hear(desk.channel, question)
    Mention.objects.update(deleted_at=NOON + MINUTE, text="")
    hear(desk.channel, edited(question, "Meine Nummer ist", MINUTE))
    assert Mention.objects.get().text == ""


def test_next_question_gets_a_clock_of_its_own(desk: Desk) -> None:
    SlaPolicy.objects.update(next_response_s=600)
    question = said("1", "Hallo?")
    answer = said("2", "Moin!", US, to=question, at=NOON + MINUTE)
    more = said("3", "Und wann?", to=answer, at=NOON + 2 * MINUTE)
    hear(desk.channel, question, answer)
    hear(desk.channel, more)
    assert [(c.number, c.due_at) for c in Clock.objects.order_by("number")] == [
        (0, NOON + timedelta(hours=1)),
        (1, NOON + 12 * MINUTE),
    ]
    assert conversation_of(more).waiting == Waiting.US


def test_writing_again_within_three_days_reopens_later_opens_anew(desk: Desk) -> None:
    first = said("1", "Kaputt")
    hear(desk.channel, first)
    case = conversation_of(first)
    from resonanz.desk import care  # noqa: PLC0415 - the verb under test is intake

    care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    Event.objects.filter(kind="resolved").update(at=NOON + MINUTE)
    projection.refresh([case.pk])
    again = said("2", "Immer noch", to=first, at=NOON + timedelta(days=2))
    hear(desk.channel, again)
    assert conversation_of(again) == case
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == (State.OPEN, 1)
    care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    Event.objects.filter(kind="resolved").update(at=NOON + timedelta(days=2, minutes=1))
    projection.refresh([case.pk])
    later = said("3", "Schon wieder", to=first, at=NOON + timedelta(days=9))
    hear(desk.channel, later)
    assert conversation_of(later) != case


def test_orders_are_unique_sorted_and_parents_come_first(desk: Desk) -> None:
    root = said("1", "a", at=NOON)
    twin = said("2", "b", OTTO, at=NOON)
    fast_clock = said("3", "c", MIA, to=root, at=NOON - timedelta(minutes=3))
    hear(desk.channel, root, twin, fast_clock)
    orders = {m.uri: m.order for m in Mention.objects.all()}
    assert orders[twin.post.uri] == orders[root.post.uri] + 1
    assert orders[fast_clock.post.uri] > orders[root.post.uri]
    third = said("4", "d", at=NOON)
    hear(desk.channel, third)
    assert Mention.objects.get(uri=third.post.uri).order == max(orders.values()) + 1


@pytest.mark.parametrize(
    ("posted", "complete_until", "stamp", "clock"),
    [
        (NOON, None, Stamp.NETWORK, NOON),
        (NOON + timedelta(days=400), None, Stamp.HEARD, NOON + MINUTE),
        (NOON - timedelta(hours=5), NOON - MINUTE, Stamp.READ, NOON - MINUTE),
        (NOON - 3 * MINUTE, NOON - MINUTE, Stamp.NETWORK, NOON - 3 * MINUTE),
    ],
)
def test_a_lying_clock_cannot_jump_the_queue(desk: Desk, posted, complete_until, stamp, clock) -> None:  # type: ignore[no-untyped-def]
    question = said("1", "Hallo?", at=posted)
    hear(desk.channel, question, at=NOON + MINUTE, complete_until=complete_until)
    mention = Mention.objects.get()
    tomorrow = NOON + MINUTE + timedelta(days=1)
    assert (mention.stamp, mention.clock_at, mention.posted_at) == (stamp, clock, min(posted, tomorrow))
    assert conversation_of(question).awaits_at == clock


def test_an_edit_replaces_words_and_is_told(desk: Desk) -> None:
    question = said("1", "Mein Drcker")
    hear(desk.channel, question)
    hear(desk.channel, edited(question, "Mein Drucker", MINUTE))
    mention = Mention.objects.get()
    assert (mention.text, mention.edited_at) == ("Mein Drucker", NOON + MINUTE)
    assert words_of(mention) == "mein drucker"
    assert Event.objects.order_by("id").last().kind == "edited"  # type: ignore[union-attr]
    hear(desk.channel, edited(question, "Mein Drucker", MINUTE))
    assert Event.objects.filter(kind="edited").count() == 1


def test_what_was_said_before_the_last_edit_does_not_come_back(desk: Desk) -> None:
    """A page that was read earlier may be stored later: the newest words stay."""
    question = said("1", "Mein Drcker")
    hear(desk.channel, edited(question, "Mein Drucker", 2 * MINUTE))
    hear(desk.channel, edited(question, "Mein Drukcer", MINUTE))
    hear(desk.channel, question)
    mention = Mention.objects.get()
    assert (mention.text, mention.edited_at) == ("Mein Drucker", NOON + 2 * MINUTE)
    assert words_of(mention) == "mein drucker"
    assert not mention.wordings.exists()


def test_a_new_handle_is_kept_with_the_old_one(desk: Desk) -> None:
    hear(desk.channel, said("1", "a"))
    renamed = Person(
        network="mastodon", uid=ADA.uid, handle="ada2@social.example", name="Ada L.", url=ADA.url
    )
    hear(desk.channel, said("2", "b", renamed, at=NOON + MINUTE))
    author = Author.objects.get()
    assert (author.handle, author.name) == ("ada2@social.example", "Ada L.")
    assert AuthorHandle.objects.get().handle == ADA.handle


def test_two_channels_hear_one_post_once(desk: Desk) -> None:
    workshop = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="workshop", handle="workshop", connected_at=NOON
    )
    question = said("1", "Hallo @beide")
    hear(desk.channel, question)
    hear(workshop, replace(question, native_id="77"))
    assert Mention.objects.count() == Conversation.objects.count() == 1
    assert sorted(Sighting.objects.values_list("channel", "native_id")) == sorted(
        [(desk.channel.pk, "1"), (workshop.pk, "77")]
    )


@pytest.mark.parametrize("newest_first", [False, True])
def test_one_customers_thread_through_two_channels_is_one_matter_in_any_order(
    desk: Desk, newest_first: bool
) -> None:
    second = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid=f"{SERVER}/users/shop", handle="shop", connected_at=NOON
    )
    first = said("1", "@nordlicht Wo ist mein Rad?")
    other = said("2", "Meins auch!", OTTO, to=first, at=NOON + MINUTE)
    more = said("3", "@shop oder weißt du es?", to=first, at=NOON + 2 * MINUTE)
    heard = [(desk.channel, first), (desk.channel, other), (second, more)]
    for channel, sighting in reversed(heard) if newest_first else heard:
        hear(channel, sighting, at=NOON + 3 * MINUTE)
    assert conversation_of(first) == conversation_of(more)
    assert conversation_of(other) != conversation_of(first)
    assert Conversation.objects.count() == 2


def test_intake_outside_a_transaction_is_refused(desk: Desk, transactional_db: None) -> None:
    from resonanz.desk.intake import Arrival, store  # noqa: PLC0415

    with pytest.raises(RuntimeError, match="posts and cursor belong together"):
        store(desk.channel, [said("1", "a")], Arrival(heard_at=NOON))


def test_stored_projections_are_what_the_events_say(desk: Desk) -> None:
    question = said("1", "Hallo?")
    hear(desk.channel, question, said("2", "Moin", US, to=question, at=NOON + MINUTE))
    hear(desk.channel, said("3", "Danke, und?", to=question, at=NOON + 2 * MINUTE))
    assert projection.differences() == []
    Conversation.objects.update(waiting=Waiting.NOBODY)
    assert projection.differences() == [
        f"conversation {Conversation.objects.get().pk}: waiting is 3, the events say 0"
    ]


def test_our_private_answer_and_what_comes_back_stay_in_the_conversation(desk: Desk) -> None:
    public = said("1", "Wo ist mein Paket?")
    ours = said("2", "Schreib uns bitte privat", US, to=public, at=NOON + MINUTE, audience=Audience.DIRECT)
    back = said("3", "Hier bin ich", to=ours, at=NOON + 2 * MINUTE, audience=Audience.DIRECT)
    hear(desk.channel, public)
    hear(desk.channel, ours)
    hear(desk.channel, back)
    talk = Conversation.objects.get()
    assert list(talk.mentions.order_by("order").values_list("audience", flat=True)) == [3, 0, 0]
    assert ThreadLink.objects.get().conversation == talk
    assert (talk.waiting, differences()) == (Waiting.US, [])


def test_who_was_asked_to_write_in_private_may_begin_a_thread_of_their_own(desk: Desk) -> None:
    public = said("1", "Wo ist mein Paket?")
    hear(desk.channel, public)
    talk = conversation_of(public)
    with transaction.atomic():
        happen("moved", NOON + MINUTE, conversation=talk.pk, private=1)
    fresh = said("9", "Ihr wolltet, dass ich schreibe", at=NOON + 2 * MINUTE, audience=Audience.DIRECT)
    stranger = said("8", "Ich auch", OTTO, at=NOON + 2 * MINUTE, audience=Audience.DIRECT)
    more = said("10", "Noch etwas", to=fresh, at=NOON + 3 * MINUTE, audience=Audience.DIRECT)
    hear(desk.channel, fresh, stranger)
    hear(desk.channel, more)
    assert conversation_of(fresh) == conversation_of(more) == talk
    assert conversation_of(stranger) != talk


def test_a_returning_customer_goes_to_the_colleague_who_is_here(desk: Desk) -> None:
    first = said("1", "Hallo")
    hear(desk.channel, first)
    talk = conversation_of(first)
    from resonanz.desk import care  # noqa: PLC0415 - the verb under test is intake

    care.assign(talk, desk.anna, desk.anna)
    care.resolve(talk, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    Agent.objects.filter(pk=desk.anna.pk).update(on_shift_at=NOON)
    new = said("2", "Etwas anderes", at=NOON + MINUTE)
    hear(desk.channel, new)
    assert conversation_of(new).assignee == desk.anna
    Agent.objects.update(on_shift_at=None)
    again = said("3", "Und noch etwas", to=first, at=NOON + 2 * MINUTE)
    hear(desk.channel, again, at=timezone.now())
    talk.refresh_from_db()
    assert (conversation_of(again), talk.assignee, talk.reopened_count) == (talk, None, 1)


def test_a_returning_customer_goes_to_nobody_who_may_not_see_the_channel(desk: Desk) -> None:
    first = said("1", "Hallo")
    hear(desk.channel, first)
    from resonanz.desk import care  # noqa: PLC0415 - the verb under test is intake

    care.assign(conversation_of(first), desk.anna, desk.anna)
    Agent.objects.filter(pk=desk.anna.pk).update(on_shift_at=NOON)
    desk.anna.teams.clear()
    new = said("2", "Etwas anderes", at=NOON + MINUTE)
    hear(desk.channel, new)
    assert conversation_of(new).assignee is None


def test_targets_depend_on_channel_and_audience_and_the_narrowest_rule_counts(desk: Desk) -> None:
    policy = SlaPolicy.objects.get(brand=desk.brand)
    SlaPolicy.objects.update(resolution_s=7200, in_service_hours=False)
    usual = {"policy": policy, "next_response_s": 60, "in_service_hours": False}
    SlaRule.objects.create(first_response_s=1800, channel=desk.channel, **usual)
    SlaRule.objects.create(first_response_s=900, channel=desk.channel, private=True, **usual)
    SlaRule.objects.create(first_response_s=60, urgency=2, **usual)
    public, private = said("1", "Hallo"), said("2", "Psst", OTTO, audience=Audience.DIRECT)
    hear(desk.channel, public, private)
    assert conversation_of(public).due_at == NOON + 30 * MINUTE
    assert conversation_of(private).due_at == NOON + 15 * MINUTE
    ends = Clock.objects.filter(kind=ClockKind.RESOLUTION).values_list("due_at", flat=True)
    assert list(ends) == []  # no rule here promises an end
    SlaRule.objects.all().delete()
    later = said("3", "Moin", MIA, at=NOON + MINUTE)
    hear(desk.channel, later)
    assert Clock.objects.get(kind=ClockKind.RESOLUTION).due_at == NOON + MINUTE + timedelta(hours=2)
    assert differences() == []


def test_a_matter_may_come_back_for_as_long_as_the_brand_says(desk: Desk) -> None:
    SlaPolicy.objects.update(reopen_days=1)
    first = said("1", "Hallo")
    hear(desk.channel, first)
    from resonanz.desk import care  # noqa: PLC0415 - the verb under test is intake

    care.resolve(conversation_of(first), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    late = said("2", "Wieder ich", to=first, at=NOON + MINUTE)
    hear(desk.channel, late, at=timezone.now() + timedelta(days=2))
    assert Conversation.objects.count() == 2
