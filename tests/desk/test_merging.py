"""Two conversations become one, one becomes two: what moves, what is measured, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resonanz.case import ClockKind, State, Waiting
from resonanz.desk import care, outbox, projection, responses
from resonanz.desk.care import incident_proposals
from resonanz.desk.models import (
    Author,
    Brand,
    Channel,
    Clock,
    Conversation,
    ConversationTag,
    Delivery,
    Incident,
    IncidentLink,
    Mention,
    Note,
    Sighting,
    Team,
    ThreadLink,
    Unsent,
)
from resonanz.desk.models.teamwork import LinkState
from resonanz.post import Audience
from tests.cast import ADA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> object:
    yield
    assert projection.differences() == []


def heard(
    desk: Desk, name: str, text: str, author: object = ADA, minutes: int = 0, to: object = None
) -> Conversation:
    sighting = said(name, text, author, at=NOON + minutes * MINUTE, to=to)  # type: ignore[arg-type]
    hear(desk.channel, sighting)
    return conversation_of(sighting)


def clocks(talk: Conversation) -> list[tuple[int, int, int | None]]:
    """Kind, minutes from noon to the start, minutes to the stop."""
    rows = Clock.objects.filter(conversation=talk, kind__lte=ClockKind.NEXT_RESPONSE).order_by("number")
    return [
        (
            row.kind,
            (row.started_at - NOON) // MINUTE,
            None if row.stopped_at is None else (row.stopped_at - NOON) // MINUTE,
        )
        for row in rows
    ]


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def conversations_in_report() -> object:
    (row,) = responses.response_rows(by=None, within=[])
    return row["conversations"]


def test_everything_said_moves_and_waits_since_it_was_said(desk: Desk) -> None:
    early = heard(desk, "1", "Wo ist mein Paket?", minutes=0)
    late = heard(desk, "2", "Und die Rechnung?", minutes=20)
    care.merge(early, desk.anna, late)
    one, gone = fresh(late), fresh(early)
    assert (one.state, one.waiting, one.mentions.count()) == (State.OPEN, Waiting.US, 2)
    assert (one.awaits_at, one.due_at, one.opened_at) == (NOON, NOON + 60 * MINUTE, early.opened_at)
    assert clocks(one) == [(ClockKind.FIRST_RESPONSE, 0, None)]
    assert (gone.state, gone.merged_into, gone.mentions.count(), clocks(gone)) == (State.RESOLVED, one, 0, [])
    assert conversations_in_report() == 1


def test_what_hangs_on_it_moves_along(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", minutes=1)
    care.note(other, desk.anna, "ruft gleich an")
    care.tag(one, desk.anna, "Paket")
    care.tag(other, desk.anna, "Paket")
    care.tag(other, desk.anna, "Köln")
    incident = Incident.objects.create(brand=desk.brand, title="Störung", opened_at=NOON)
    IncidentLink.objects.create(incident=incident, conversation=other, state=LinkState.LINKED, linked_at=NOON)
    care.reply(other, desk.ben, care.Reply(text="Moment bitte"))
    care.keep_unsent(one, desk.anna, "Hallo Ada")
    care.keep_unsent(other, desk.anna, "noch etwas")
    care.merge(other, desk.anna, one)
    assert Note.objects.get().conversation == one
    assert sorted(t.tag.name for t in one.tags.select_related("tag")) == ["Köln", "Paket"]
    assert (IncidentLink.objects.get().conversation, Delivery.objects.get().conversation) == (one, one)
    assert fresh(one).assignee == desk.ben
    assert Unsent.objects.get(conversation=one).text == "Hallo Ada\n\nnoch etwas"


def test_what_comes_to_the_merged_one_later_goes_to_the_other(desk: Desk) -> None:
    first, second = said("1", "eins"), said("2", "zwei", at=NOON + MINUTE)
    hear(desk.channel, first, second)
    one, other = conversation_of(first), conversation_of(second)
    care.merge(other, desk.anna, one)
    more = said("3", "und noch", at=NOON + 5 * MINUTE, to=second)
    hear(desk.channel, more)
    ours = said("4", "Hallo Ada", US, at=NOON + 9 * MINUTE, to=more)
    hear(desk.channel, ours)
    assert [conversation_of(s) for s in (first, second, more, ours)] == [one] * 4
    assert clocks(one) == [(ClockKind.FIRST_RESPONSE, 0, 9)]
    assert Conversation.objects.count() == 2


def test_a_private_message_after_joining_stands_in_the_joined_case(desk: Desk) -> None:
    first, second = said("1", "eins"), said("2", "zwei", at=NOON + MINUTE)
    hear(desk.channel, first, second)
    one, other = conversation_of(first), conversation_of(second)
    for talk in (one, other):
        care.move_to_private(talk, desk.anna)
    care.merge(other, desk.anna, one)
    private = said("9", "Hier privat", at=NOON + 5 * MINUTE, audience=Audience.DIRECT)
    hear(desk.channel, private)
    assert conversation_of(private) == one
    assert (fresh(other).state, fresh(one).waiting) == (State.RESOLVED, Waiting.US)


@pytest.mark.django_db(transaction=True)
def test_every_part_of_an_answer_names_whom_the_first_one_names(desk: Desk, fake: World) -> None:
    hers = heard(desk, "1", "eins")
    question = said("2", "zwei", OTTO, at=NOON + MINUTE, audience=Audience.DIRECT)
    hear(desk.channel, question)
    fake.posts["2"] = question
    his = conversation_of(question)
    care.merge(his, desk.anna, hers, same_person=True)
    text = " ".join(f"Das ist der Satz mit der Nummer {n} von vielen." for n in range(1, 15))
    order = Mention.objects.get(uri=question.post.uri).order
    care.reply(fresh(hers), desk.anna, care.Reply(text=text, answers=order, in_parts=True))
    while outbox.deliver_next():
        pass
    assert len(fake.received) == 2
    assert {sent.named for sent in fake.received} == {(OTTO.handle,)}


def test_undoing_a_join_leaves_the_incident_links_where_they_were(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", minutes=1)
    incident = Incident.objects.create(brand=desk.brand, title="Ausfall", opened_at=NOON)
    incident_proposals.propose_next()
    link = IncidentLink.objects.create(
        incident=incident, conversation=other, state=LinkState.LINKED, linked_at=NOON
    )
    care.merge(other, desk.anna, one)
    incident_proposals.propose_next()
    care.unmerge(other, desk.anna)
    link.refresh_from_db()
    there = link.conversation
    incident_proposals.propose_next()
    link.refresh_from_db()
    assert link.conversation == there == other


def test_joining_can_be_undone_until_something_comes(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", OTTO, minutes=1)
    care.note(other, desk.anna, "Notiz")
    before = [projection.read_happened([talk.pk]) for talk in (one, other)]
    with pytest.raises(care.CareError, match="other_person"):
        care.merge(other, desk.anna, one)
    care.merge(other, desk.anna, one, same_person=True)
    assert Author.objects.values("contact").distinct().count() == 1
    care.unmerge(other, desk.anna)
    assert (fresh(other).merged_into, fresh(other).awaits_at) == (None, NOON + MINUTE)
    assert clocks(one) == [(ClockKind.FIRST_RESPONSE, 0, None)]
    assert (Note.objects.get().conversation, one.mentions.count(), other.mentions.count()) == (other, 1, 1)
    assert [author.contact for author in Author.objects.all()] == [None, None]
    assert ThreadLink.objects.count() == 0
    assert before != [projection.read_happened([talk.pk]) for talk in (one, other)]
    care.merge(other, desk.anna, one, same_person=True)
    care.note(one, desk.ben, "inzwischen")
    with pytest.raises(care.CareError, match="too_late_to_part"):
        care.unmerge(other, desk.anna)
    with pytest.raises(care.CareError, match="too_late_to_part"):
        care.unmerge(one, desk.anna)


def test_a_person_with_two_accounts_is_answered_in_one_conversation(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", OTTO, minutes=1)
    care.merge(other, desk.anna, one, same_person=True)
    asked = care.answerable(fresh(one))
    assert asked is not None
    assert asked.author.handle == OTTO.handle
    third = heard(desk, "3", "drei", minutes=3)
    assert care.partners(third, desk.anna) == [fresh(one)]
    care.merge(third, desk.anna, one)
    assert fresh(one).mentions.count() == 3
    assert care.others(one, desk.anna, "ot") == []


def test_who_might_be_the_same_is_found_by_name(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", OTTO, minutes=1)
    assert care.others(one, desk.anna, "@otto") == [other]
    assert care.others(one, desk.anna, "o") == []
    assert care.partners(one, desk.anna) == []


def test_only_who_sees_both_may_join_them(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", minutes=1)
    second = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="2", handle="b@social.example", connected_at=NOON
    )
    Conversation.objects.filter(pk=other.pk).update(channel=second)
    Sighting.objects.filter(mention__conversation=other).update(channel=second)
    for left, right in ((one, fresh(other)), (fresh(other), one)):
        with pytest.raises(care.CareError, match="not_known"):
            care.merge(left, desk.anna, right)
    Team.objects.get().channels.add(second)
    care.merge(fresh(other), desk.anna, one)
    assert fresh(other).merged_into == one


def test_what_cannot_be_joined(desk: Desk) -> None:
    one, other = heard(desk, "1", "eins"), heard(desk, "2", "zwei", minutes=1)
    with pytest.raises(care.CareError, match="itself"):
        care.merge(one, desk.anna, one)
    with pytest.raises(care.CareError, match="not_allowed"):
        care.merge(one, desk.tom, other)
    brand = Brand.objects.create(name="Südlicht")
    Conversation.objects.filter(pk=other.pk).update(brand=brand)
    with pytest.raises(care.CareError, match="other_brand"):
        care.merge(one, desk.anna, fresh(other))
    Conversation.objects.filter(pk=other.pk).update(brand=desk.brand)
    care.resolve(other, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    with pytest.raises(care.CareError, match="not_open"):
        care.merge(one, desk.anna, fresh(other))
    assert Channel.objects.count() == 1


def test_another_matter_gets_a_conversation_of_its_own(desk: Desk) -> None:
    first = said("1", "Wo ist mein Paket?")
    ours = said("2", "Morgen bei dir!", US, at=NOON + 10 * MINUTE, to=first)
    second = said("3", "Und die Rechnung von Mai?", at=NOON + 20 * MINUTE, to=ours)
    third = said("4", "Danke, Paket ist da, aber kaputt", at=NOON + 30 * MINUTE, to=ours)
    hear(desk.channel, first, ours, second, third)
    talk = conversation_of(first)
    care.assign(talk, desk.anna, desk.ben)
    assert clocks(talk) == [(ClockKind.FIRST_RESPONSE, 0, 10), (ClockKind.NEXT_RESPONSE, 20, None)]
    made = care.split(talk, desk.anna, [conversation_of(second).mentions.get(uri=second.post.uri).order])
    assert (made.waiting, made.assignee, made.awaits_at) == (Waiting.US, desk.ben, NOON + 20 * MINUTE)
    assert clocks(made) == [(ClockKind.FIRST_RESPONSE, 20, None)]
    assert clocks(talk) == [(ClockKind.FIRST_RESPONSE, 0, 10), (ClockKind.NEXT_RESPONSE, 30, None)]
    assert fresh(talk).awaits_at == NOON + 30 * MINUTE
    assert conversations_in_report() == 2
    care.merge(made, desk.anna, talk)
    assert clocks(talk) == [(ClockKind.FIRST_RESPONSE, 0, 10), (ClockKind.NEXT_RESPONSE, 20, None)]
    again = care.split(fresh(talk), desk.anna, [made.last_order])
    assert clocks(again) == [(ClockKind.FIRST_RESPONSE, 20, None)]
    assert clocks(talk) == [(ClockKind.FIRST_RESPONSE, 0, 10), (ClockKind.NEXT_RESPONSE, 30, None)]


def test_question_and_answer_split_off_together_stay_measured(desk: Desk) -> None:
    first = said("1", "Wo ist mein Paket?")
    ours = said("2", "Morgen!", US, at=NOON + 10 * MINUTE, to=first)
    second = said("3", "Noch etwas", at=NOON + 20 * MINUTE, to=ours)
    hear(desk.channel, first, ours, second)
    talk = conversation_of(first)
    orders = list(talk.mentions.order_by("order").values_list("order", flat=True))
    made = care.split(talk, desk.anna, orders[:2])
    assert (clocks(made), made.waiting) == ([(ClockKind.FIRST_RESPONSE, 0, 10)], Waiting.CUSTOMER)
    assert clocks(talk) == [(ClockKind.FIRST_RESPONSE, 20, None)]
    assert fresh(talk).answered_at is None
    with pytest.raises(care.CareError, match="nothing_left"):
        care.split(fresh(talk), desk.anna, orders)
    with pytest.raises(care.CareError, match="nothing_chosen"):
        care.split(fresh(talk), desk.anna, [orders[1]])
    care.resolve(fresh(talk), desk.anna, care.Dismissal.DUPLICATE)
    with pytest.raises(care.CareError, match="not_open"):
        care.split(fresh(talk), desk.anna, orders[2:])


def test_a_reply_that_is_on_its_way_goes_where_its_question_goes(desk: Desk) -> None:
    first, second = said("1", "Paket?"), said("2", "Rechnung?", at=NOON + MINUTE)
    second = said("2", "Rechnung?", at=NOON + MINUTE, to=first)
    hear(desk.channel, first, second)
    talk = conversation_of(first)
    order = talk.mentions.get(uri=second.post.uri).order
    care.reply(talk, desk.anna, care.Reply(text="Kommt heute", answers=order))
    made = care.split(fresh(talk), desk.anna, [order])
    assert Delivery.objects.get().conversation == made
    assert ConversationTag.objects.count() == 0
