"""Promises: which times are offered, what the customer is told, moving, keeping, taking back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from resonanz.case import ClockKind, ReplyKind, Waiting
from resonanz.desk import care, outbox, projection
from resonanz.desk.care import promises
from resonanz.desk.models import Clock, Conversation, Delivery, Event, SlaPolicy, Voice
from resonanz.desk.policies import hours_of
from tests.cast import ADA, PERIODS, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = hours_of("Europe/Berlin", PERIODS)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Berlin; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def offered(now: datetime) -> dict[str, tuple[datetime, bool]]:
    return {choice.code: (choice.at, choice.served) for choice in promises.choices(HOURS, now)}


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    """Ada's open question, asked a quarter of an hour ago."""
    question = said("1", "Wo bleibt mein Paket?", at=timezone.now() - timedelta(minutes=15))
    hear(desk.channel, question)
    fake.posts["1"] = question
    return conversation_of(question)


def fresh(case: Conversation) -> Conversation:
    return Conversation.objects.get(pk=case.pk)


def clocks(case: Conversation) -> list[tuple[datetime | None, bool, bool]]:
    """Each promise: until when, whether it ended, whether by an answer."""
    found = Clock.objects.filter(conversation=case, kind=ClockKind.PROMISE).order_by("number")
    return [(c.due_at, c.stopped_at is not None, c.stopped_by is not None) for c in found]


def test_on_a_working_morning_all_usual_times_are_offered() -> None:
    assert offered(at(18, 9, 2)) == {
        "in_30": (at(18, 9, 35), True),
        "in_60": (at(18, 10, 5), True),
        "today_12": (at(18, 12), True),
        "today_16": (at(18, 16), True),
        "today_18": (at(18, 18), True),
        "next_day": (at(19, 10), True),
    }
    assert promises.usual(promises.choices(HOURS, at(18, 9, 2))).code == "in_60"


def test_times_that_are_over_or_all_too_near_are_left_out_and_equal_ones_said_once() -> None:
    assert list(offered(at(18, 15, 45))) == ["in_30", "in_60", "today_18", "next_day"]
    assert offered(at(18, 15, 0))["in_60"] == (at(18, 16), True)
    assert "today_16" not in offered(at(18, 15, 0))


def test_out_of_hours_the_next_day_of_service_is_usual() -> None:
    evening = offered(at(20, 19, 40))  # a Friday
    assert evening == {
        "in_30": (at(20, 20, 10), False),
        "in_60": (at(20, 20, 40), False),
        "next_day": (at(23, 10), True),
    }
    assert promises.usual(promises.choices(HOURS, at(20, 19, 40))).at == at(23, 10)


def test_closing_time_still_counts_and_a_late_opening_gets_two_hours() -> None:
    assert promises.is_served(HOURS, at(18, 20))
    assert not promises.is_served(HOURS, at(18, 20, 1))
    assert not promises.is_served(HOURS, at(18, 8))
    late = hours_of("Europe/Berlin", {"3": [[840, 1200]]})
    choices = {c.code: c.at for c in promises.choices(late, at(18, 9))}
    assert choices["next_day"] == at(19, 16)
    never = promises.choices(late, at(18, 23, 30))
    assert promises.usual(never).code == "next_day"


def test_an_acknowledgement_tells_the_customer_and_starts_the_promise_when_sent(
    case: Conversation, desk: Desk, fake: World
) -> None:
    until = timezone.now() + timedelta(hours=2)
    delivery = care.acknowledge(case, desk.anna, until)
    assert fresh(case).promised_at is None
    outbox.deliver_next()
    after = fresh(case)
    (sent,) = fake.received
    clock = f"{timezone.localtime(until, BERLIN):%H:%M} Uhr"
    assert clock in sent.draft.text
    assert "wir sind dran" in sent.draft.text
    assert "Ada Lamm" in sent.draft.text  # with Sie all of the name, for nobody's gender is guessed
    assert (after.promised_at, after.told_at, after.waiting) == (_ms(until), _ms(until), Waiting.US)
    assert (after.due_at, after.answered_at, after.awaits is None) == (_ms(until), None, False)
    delivery.refresh_from_db()
    assert delivery.mention is not None
    assert delivery.mention.kind == ReplyKind.ACKNOWLEDGEMENT
    assert projection.differences() == []


def _ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000).astimezone(UTC)


def test_a_human_answer_in_time_keeps_it(case: Conversation, desk: Desk) -> None:
    care.promise(case, desk.anna, timezone.now() + timedelta(hours=2))
    care.reply(case, desk.anna, care.Reply(text="Es kommt heute."))
    outbox.deliver_next()
    assert [(ended, by) for _due, ended, by in clocks(case)] == [(True, True)]
    assert fresh(case).promised_at is None
    assert projection.differences() == []


def test_a_human_answer_may_promise_more(case: Conversation, desk: Desk, fake: World) -> None:
    until = timezone.now() + timedelta(hours=3)
    care.reply(case, desk.anna, care.Reply(text="Ich frage im Lager nach.", promise_until=until))
    outbox.deliver_next()
    after = fresh(case)
    assert (after.promised_at, after.waiting, after.awaits) == (_ms(until), Waiting.US, None)
    assert after.answered_at is not None
    assert projection.differences() == []


def test_a_new_time_moves_the_promise_and_the_old_one_stays_to_be_seen(
    case: Conversation, desk: Desk, fake: World
) -> None:
    first, second = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=5)
    care.promise(case, desk.anna, first)
    care.acknowledge(case, desk.anna, second, text="Hallo Ada, es dauert leider länger.")
    outbox.deliver_next()
    assert clocks(case) == [(_ms(first), True, False), (_ms(second), False, False)]
    assert fake.received[0].draft.text == "Hallo Ada, es dauert leider länger. ^an"


def test_a_promise_by_telephone_is_taken_back_and_the_earlier_one_stands_again(
    case: Conversation, desk: Desk, fake: World
) -> None:
    first, second = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=5)
    before = fresh(case).due_at
    care.promise(case, desk.anna, first)
    care.promise(case, desk.anna, second)
    care.unpromise(case, desk.anna)
    assert (clocks(case), fresh(case).told_at) == ([(_ms(first), False, False)], _ms(first))
    care.unpromise(case, desk.anna)
    after = fresh(case)
    assert (clocks(case), after.promised_at, after.told_at, after.due_at) == ([], None, None, before)
    assert fake.received == []
    assert projection.differences() == []


def test_the_acknowledgement_speaks_as_the_customer_and_the_brand_do(case: Conversation, desk: Desk) -> None:
    until = timezone.now() + timedelta(minutes=90)
    assert "bei Ihnen" in care.acknowledgement(case, desk.anna, until)
    case.customer.form = "du"
    assert "bei dir" in care.acknowledgement(case, desk.anna, until)
    assert "Ada," in care.acknowledgement(case, desk.anna, until)
    Voice.objects.create(brand=desk.brand, form="sie", texts={"acknowledge": {"de": "Bis {due}!"}})
    assert care.acknowledgement(case, desk.anna, until).startswith("Bis ")
    case.mentions.update(language="en")
    assert "we are on it" in care.acknowledgement(case, desk.anna, until)


def test_times_follow_the_brands_zone(case: Conversation, desk: Desk) -> None:
    SlaPolicy.objects.update(zone="America/New_York")
    until = timezone.now() + timedelta(minutes=90)
    local = until.astimezone(ZoneInfo("America/New_York"))
    assert f"{local:%H:%M} Uhr" in care.acknowledgement(case, desk.anna, until)
    assert {c.at.utcoffset() for c in promises.offered_for(case)} == {local.utcoffset()}


@pytest.mark.parametrize(
    ("span", "code"), [(timedelta(minutes=-1), "in_the_past"), (timedelta(days=61), "too_far")]
)
def test_times_that_cannot_be_are_refused(case: Conversation, desk: Desk, span: timedelta, code: str) -> None:
    for act in (care.promise, care.acknowledge):
        with pytest.raises(care.CareError, match=code):
            act(case, desk.anna, timezone.now() + span)
    assert Event.objects.filter(kind__in=["promised", "planned"]).count() == 0


def test_who_may_not_and_what_is_settled(case: Conversation, desk: Desk) -> None:
    until = timezone.now() + timedelta(hours=1)
    for act in (care.promise, care.acknowledge):
        with pytest.raises(care.CareError, match="not_allowed"):
            act(case, desk.tom, until)
    care.resolve(case, desk.anna, care.Dismissal.SPAM)
    with pytest.raises(care.CareError, match="resolved_already"):
        care.promise(case, desk.anna, until)


def test_a_double_click_acknowledges_once(case: Conversation, desk: Desk) -> None:
    from uuid import uuid4  # noqa: PLC0415

    until, once = timezone.now() + timedelta(hours=1), uuid4()
    first = care.acknowledge(case, desk.anna, until, once=once)
    assert care.acknowledge(case, desk.anna, until, once=once) == first
    assert first.conversation is not None
    assert first.conversation.deliveries.count() == 1
    assert first.conversation.customer.name == ADA.name


def test_two_colleagues_do_not_acknowledge_the_same_post_unawares(case: Conversation, desk: Desk) -> None:
    until = timezone.now() + timedelta(hours=1)
    first = care.acknowledge(case, desk.anna, until)
    with pytest.raises(care.CareError, match="answered_already"):
        care.acknowledge(case, desk.ben, until)
    care.acknowledge(case, desk.ben, until, despite=(f"answered_already:{first.pk}",))
    assert Delivery.objects.count() == 2
