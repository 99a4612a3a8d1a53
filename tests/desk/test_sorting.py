"""Sorting: what a rule hears, what a hand decides, and which targets follow; and who is rung for danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from resonanz.annotate.urgency import REASONS
from resonanz.case import Matter, Urgency
from resonanz.desk import care, events, projection, queue, understanding
from resonanz.desk.care import alarms, sorting, voices
from resonanz.desk.care.sorting import sort_next
from resonanz.desk.models import (
    Agent,
    Author,
    Brand,
    Channel,
    Clock,
    Conversation,
    Event,
    Mention,
    Notice,
    NoticeKind,
    SlaPolicy,
    SlaRule,
    Voice,
)
from resonanz.post import Audience
from tests.cast import ADA, MIA, NOON, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
LOCKED = "Hilfe, mein Kind ist im Auto eingesperrt!"


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        yield clock


def on_shift(*agents: Agent) -> None:
    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(on_shift_at=NOON)


def rung() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("agent__username", "kind"))


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_danger_moves_to_the_lane_and_rings_for_all_on_shift(desk: Desk) -> None:
    assert sort_next() is False
    on_shift(desk.anna, desk.ben, desk.tom)
    calm = said("1", "Wann kommt mein Paket?", OTTO, at=NOON - timedelta(hours=1))
    danger = said("2", LOCKED, ADA)
    hear(desk.channel, calm, danger)
    assert [sort_next() for _ in range(3)] == [True, True, False]  # the second reads what the first told
    found = conversation_of(danger)
    assert (found.urgency, conversation_of(calm).urgency) == (Urgency.SAFETY, Urgency.NORMAL)
    assert rung() == [("anna", "safety"), ("ben", "safety")]
    assert queue.in_view(desk.anna, "waiting").first() == found
    event = Event.objects.get(kind="sorted")
    assert f'"rule":{REASONS["shut_in"]}' in event.facts
    assert event.actor is None
    assert projection.differences() == []


def test_danger_rings_the_leads_where_nobody_is_on_shift(desk: Desk) -> None:
    sort_next()
    hear(desk.channel, said("1", LOCKED))
    sort_next()
    assert rung() == [("clara", "safety")]


def test_a_rule_only_raises_and_only_for_what_is_new(desk: Desk) -> None:
    sort_next()
    first = said("1", LOCKED)
    hear(desk.channel, first)
    sort_next()
    case = conversation_of(first)
    care.sort(case, desk.anna, urgency=Urgency.NORMAL)
    hear(desk.channel, said("2", "Schon gut, war ein Scherz", to=first, at=NOON + timedelta(minutes=2)))
    sort_next()
    assert fresh(case).urgency == Urgency.NORMAL
    again = said("3", "Jetzt brennt es in eurer Filiale!", to=first, at=NOON + timedelta(minutes=3))
    hear(desk.channel, again)
    sort_next()
    assert fresh(case).urgency == Urgency.SAFETY
    assert projection.differences() == []


def test_our_own_posts_and_settled_cases_are_left_alone(desk: Desk) -> None:
    sort_next()
    first = said("1", LOCKED)
    hear(desk.channel, first)
    care.resolve(conversation_of(first), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    sort_next()
    assert not Event.objects.filter(kind="sorted").exists()


def test_the_brands_own_words_count(desk: Desk) -> None:
    Voice.objects.create(brand=desk.brand, safety_words=["Störfall"])
    sort_next()
    post = said("1", "Gibt es bei euch einen Störfall?")
    hear(desk.channel, post)
    sort_next()
    assert conversation_of(post).urgency == Urgency.SAFETY


def test_how_a_customer_addresses_us_is_remembered(desk: Desk) -> None:
    sort_next()
    hear(desk.channel, said("1", "Können Sie mir sagen, wann Sie liefern?", ADA), said("2", "Hallo!", OTTO))
    hear(desk.channel, said("3", "Kannst du mir bitte sagen, wo mein Paket ist?", MIA))
    sort_next()
    assert dict(Author.objects.values_list("handle", "form")) == {
        ADA.handle: "sie",
        OTTO.handle: "",
        MIA.handle: "du",
    }


def test_switched_off_nothing_is_raised_and_what_is_urgent_stays(desk: Desk) -> None:
    sort_next()
    before, after = said("1", LOCKED), said("2", LOCKED, OTTO)
    hear(desk.channel, before)
    sort_next()
    understanding.switch("urgency", desk.clara, on=False)
    hear(desk.channel, after)
    sort_next()
    levels = [conversation_of(post).urgency for post in (before, after)]
    assert levels == [Urgency.SAFETY, Urgency.NORMAL]
    understanding.switch("urgency", desk.clara, on=True)
    hear(desk.channel, said("3", LOCKED, MIA))
    sort_next()
    assert conversation_of(said("3", "")).urgency == Urgency.SAFETY


def test_switched_off_it_is_not_remembered_how_a_customer_addresses_us(desk: Desk) -> None:
    sort_next()
    known = said("1", "Kannst du mir bitte sagen, wo mein Paket ist?", ADA)
    hear(desk.channel, known)
    sort_next()
    understanding.switch("address_form", desk.clara, on=False)
    hear(desk.channel, said("2", "Kannst du mir bitte sagen, wo mein Paket ist?", MIA))
    sort_next()
    assert dict(Author.objects.values_list("handle", "form")) == {ADA.handle: "du", MIA.handle: ""}
    assert voices.form_for(conversation_of(known)) == "sie"
    understanding.forget("address_form", desk.clara)
    assert set(Author.objects.values_list("form", flat=True)) == {""}


def test_targets_follow_kind_and_urgency(desk: Desk) -> None:
    policy = SlaPolicy.objects.get()
    SlaPolicy.objects.update(resolution_s=7200)
    for urgency, matter, within_s in [(Urgency.SAFETY, None, 300), (None, Matter.PRAISE, 4 * 3600)]:
        SlaRule.objects.create(
            policy=policy,
            urgency=urgency,
            matter=matter,
            first_response_s=within_s,
            next_response_s=within_s * 2,
            resolution_s=None if matter else 3600,
            in_service_hours=False,
        )
    first = said("1", "Hallo")
    second = said("2", "Noch da?", to=first, at=NOON + timedelta(minutes=10))
    hear(desk.channel, first, second)
    case = conversation_of(first)
    assert case.due_at == NOON + timedelta(hours=1)
    care.sort(case, desk.anna, matter=Matter.PRAISE)
    assert fresh(case).due_at == NOON + timedelta(hours=4)
    care.sort(fresh(case), desk.anna, urgency=Urgency.SAFETY)
    assert fresh(case).due_at == NOON + timedelta(minutes=5)
    assert (fresh(case).matter, fresh(case).urgency) == (Matter.PRAISE, Urgency.SAFETY)
    end = Clock.objects.get(conversation=case, kind=3)
    assert end.due_at == NOON + timedelta(hours=1)
    care.sort(fresh(case), desk.anna, urgency=Urgency.NORMAL, matter=Matter.UNSORTED)
    assert fresh(case).due_at == NOON + timedelta(hours=1)
    assert Clock.objects.get(conversation=case, kind=3).due_at == NOON + timedelta(hours=2)
    assert projection.differences() == []


def test_private_turns_have_their_own_targets(desk: Desk) -> None:
    SlaRule.objects.create(
        policy=SlaPolicy.objects.get(),
        private=True,
        urgency=Urgency.URGENT,
        first_response_s=600,
        next_response_s=600,
        in_service_hours=False,
    )
    private = said("1", "Hallo", audience=Audience.DIRECT)
    hear(desk.channel, private)
    care.sort(conversation_of(private), desk.anna, urgency=Urgency.URGENT)
    assert conversation_of(private).due_at == NOON + timedelta(minutes=10)


def test_who_may_sort_and_what(desk: Desk) -> None:
    post = said("1", "Hallo")
    hear(desk.channel, post)
    case = conversation_of(post)
    with pytest.raises(care.CareError, match="not_allowed"):
        care.sort(case, desk.tom, urgency=Urgency.SAFETY)
    with pytest.raises(care.CareError, match="not_known"):
        care.sort(case, desk.anna)
    care.sort(case, desk.anna, urgency=Urgency.NORMAL)
    assert not Event.objects.filter(kind="sorted").exists()


def test_sorting_by_hand_rings_for_others_only(desk: Desk) -> None:
    on_shift(desk.anna, desk.ben)
    post = said("1", "Hallo")
    hear(desk.channel, post)
    care.sort(conversation_of(post), desk.anna, urgency=Urgency.SAFETY)
    assert rung() == [("ben", "safety")]


def test_too_many_in_the_lane_alarm_the_leads_once_a_day(desk: Desk, noon: time_machine.Traveller) -> None:
    sort_next()
    on_shift(desk.anna)
    people = [f"Gast {number}" for number in range(40)]
    for number, _name in enumerate(people):
        author = type(ADA)(network="mastodon", uid=f"u{number}", handle=f"u{number}", name=_name)
        hear(desk.channel, said(str(number), LOCKED if number > 36 else "Hallo", author))
    while sort_next():
        pass
    share = queue.safety_share(Conversation.objects.all(), NOON)
    assert (share.safety, share.cases, share.share) == (3, 40, 0.075)
    told = [("clara", "safety_share"), ("olga", "safety_share")]
    assert [row for row in rung() if row[1] == "safety_share"] == told
    assert Event.objects.get(kind="safety_alarm").facts == '{"share":75}'
    alarms._look_at_share(NOON + timedelta(minutes=5))
    assert Notice.objects.filter(kind=NoticeKind.SAFETY_SHARE).count() == 2


def test_a_quiet_day_raises_no_alarm_about_its_share(desk: Desk) -> None:
    assert queue.safety_share(Conversation.objects.all(), NOON).share == 0.0
    hear(desk.channel, said("1", LOCKED))
    care.sort(Conversation.objects.get(), desk.anna, urgency=Urgency.SAFETY)
    assert not Event.objects.filter(kind="safety_alarm").exists()


def test_a_post_that_no_rule_can_read_does_not_stop_those_behind_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Brand.objects.create(name="Fjord")
    Voice.objects.create(brand=broken, safety_words=[7])  # no word at all
    fjord = Channel.objects.create(
        network="mastodon", brand=broken, uid="fjord", handle="fjord", connected_at=desk.channel.connected_at
    )
    sort_next()
    hear(fjord, said("1", LOCKED, OTTO))
    danger = said("2", LOCKED)
    hear(desk.channel, danger)
    while sort_next():
        pass
    assert conversation_of(danger).urgency == Urgency.SAFETY
    assert "reading post" in caplog.text
    assert "TypeError" in caplog.text or "AttributeError" in caplog.text
    caplog.clear()
    assert sort_next() is False
    assert caplog.text == ""


def test_what_cannot_be_written_down_does_not_stop_those_behind_it(desk: Desk) -> None:
    sort_next()
    gone, danger = said("1", LOCKED, OTTO), said("2", LOCKED)
    hear(desk.channel, gone, danger)
    policy = SlaPolicy.objects.get()
    SlaRule.objects.create(  # no calendar reaches so far
        policy=policy, channel=desk.channel, urgency=Urgency.SAFETY, first_response_s=2**62,
        next_response_s=60, in_service_hours=False,
    )  # fmt: skip
    other = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="2", handle="zwei", connected_at=desk.channel.connected_at
    )
    Conversation.objects.filter(pk=conversation_of(danger).pk).update(channel=other)
    before = Event.objects.filter(kind="sorted").count()
    while sort_next():
        pass
    assert [conversation_of(post).urgency for post in (gone, danger)] == [Urgency.NORMAL, Urgency.SAFETY]
    assert Event.objects.filter(kind="sorted").count() == before + 1


def test_of_two_workers_one_takes_the_news_and_a_dead_one_takes_nothing(desk: Desk) -> None:
    sort_next()
    hear(desk.channel, said("1", LOCKED))
    one, other = (events._news("sorting", {"heard"}, 10) for _ in range(2))
    assert one is not None
    assert other is not None
    assert [event.kind for event in one.told] == ["opened", "heard"]
    with transaction.atomic():
        assert one.take()
        transaction.set_rollback(True)  # it dies before it has written
    with transaction.atomic():
        assert [other.take(), one.take()] == [True, False]
    assert events._news("sorting", {"heard"}, 10) is None
    with events.follow("sorting", {"heard"}, 10) as news:
        assert news is None
    hear(desk.channel, said("2", LOCKED, OTTO))
    with (
        events.follow("sorting", {"heard"}, 10) as news,
        events.follow("sorting", {"heard"}, 10) as again,  # another thread, while the first is at it
    ):
        assert news is not None
        assert again is None


def test_what_was_raised_before_a_worker_died_is_not_raised_again(desk: Desk) -> None:
    on_shift(desk.anna)
    sort_next()
    hear(desk.channel, said("1", LOCKED))
    first = sorting._read(sorting._incoming(Mention.objects.values_list("pk", flat=True)))
    assert len(first) == 1
    with transaction.atomic():
        sorting._write(first[0])
    while sort_next():
        pass
    assert Event.objects.filter(kind="sorted").count() == 1
    assert rung() == [("anna", "safety")]


def test_a_storm_is_read_in_small_portions(desk: Desk) -> None:
    sort_next()
    people = [replace(ADA, uid=f"u{number}", handle=f"u{number}") for number in range(25)]
    hear(desk.channel, *(said(str(number), "Hallo", author) for number, author in enumerate(people)))
    with events.follow("sorting", {"heard"}, 10) as news:
        assert news is not None
        assert [event.kind for event in news.told].count("heard") == 10
    rounds = 0
    while sort_next():
        rounds += 1
    assert rounds == 3


def test_many_posts_are_read_with_few_questions_each(desk: Desk) -> None:
    sort_next()
    for number in range(3):
        author = type(ADA)(network="mastodon", uid=f"u{number}", handle=f"u{number}", name="Gast")
        hear(desk.channel, said(str(number), "Wann kommt mein Paket?", author))
    with CaptureQueriesContext(connection) as asked:
        sort_next()
    assert len(asked) <= 9 + 3 * 2  # a post: its conversation as it stands, and the brand's words
