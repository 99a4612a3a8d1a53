"""Who is here, and that no case stays with somebody who is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from resonanz.case import Waiting
from resonanz.desk import care, edge, live, projection, queue, wording
from resonanz.desk.care import shifts
from resonanz.desk.care.shifts import Choice, How
from resonanz.desk.models import Agent, Conversation, Event, Handover, Notice, NoticeKind, Role, Team
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> Iterator[None]:
    yield
    assert projection.differences() == []


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + MINUTE, tick=False) as traveller:
        yield traveller


def case(desk: Desk, name: str = "1", author: object = ADA) -> Conversation:
    sighting = said(name, f"Frage {name}", author)  # type: ignore[arg-type]
    hear(desk.channel, sighting)
    return conversation_of(sighting)


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def person(agent: Agent) -> Agent:
    return Agent.objects.get(pk=agent.pk)


def work() -> None:
    while care.absent_next():
        pass


def kinds(*wanted: str) -> list[str]:
    return list(Event.objects.filter(kind__in=wanted).order_by("id").values_list("kind", flat=True))


def test_a_shift_begins_with_the_first_sign_of_life(desk: Desk, clock: time_machine.Traveller) -> None:
    assert shifts.seen(desk.anna)
    assert (person(desk.anna).on_shift_at, person(desk.anna).seen_at) == (NOON + MINUTE, NOON + MINUTE)
    clock.shift(30)
    assert not shifts.seen(person(desk.anna))
    assert person(desk.anna).seen_at == NOON + MINUTE
    clock.shift(45)
    assert not shifts.seen(person(desk.anna))
    assert person(desk.anna).seen_at == NOON + MINUTE + timedelta(seconds=75)
    assert kinds("shift_began", "shift_ended") == ["shift_began"]


def test_nobody_keeps_seven_cases_by_going_home(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.anna)
    shifts.seen(desk.ben)
    people = [replace(ADA, uid=f"{ADA.uid}/{number}") for number in range(7)]
    cases = [case(desk, str(number), author) for number, author in enumerate(people)]
    for talk in cases:
        care.assign(talk, desk.anna, desk.anna)
    care.promise(cases[0], desk.anna, NOON + timedelta(hours=3))
    clock.shift(5 * MINUTE)
    shifts.seen(person(desk.ben))
    work()
    assert Conversation.objects.filter(assignee=desk.anna).count() == 7
    clock.shift(5 * MINUTE)
    shifts.seen(person(desk.ben))
    work()
    assert Conversation.objects.filter(assignee=None).count() == 7
    assert fresh(cases[0]).promised_at == NOON + timedelta(hours=3)
    assert (person(desk.anna).on_shift_at, person(desk.ben).on_shift_at) == (None, NOON + MINUTE)
    rung = Notice.objects.filter(agent=desk.anna, kind=NoticeKind.RETURNED)
    assert rung.count() == 7
    care.assign(cases[1], desk.ben, desk.ben)
    shifts.seen(person(desk.anna))
    free = [*cases[2:], cases[0]]  # by when they are due: the promise gives time
    assert shifts.returned(desk.anna) == free
    assert shifts.take_back(desk.anna) == 6
    assert fresh(cases[1]).assignee == desk.ben
    assert (shifts.returned(desk.anna), rung.filter(seen_at=None).count()) == ([], 0)


def test_leaving_them_to_the_others_is_a_choice_too(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.anna)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.anna)
    assert shifts.leave(desk.anna) == 1
    assert shifts.take_back(desk.anna, wanted=False) == 0
    assert (fresh(talk).assignee, shifts.returned(desk.anna)) == (None, [])
    assert kinds("shift_ended") == ["shift_ended"]


def test_a_clock_that_jumps_throws_nobody_out(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.anna)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.anna)
    for jump in (timedelta(hours=2), -timedelta(hours=5)):
        clock.shift(jump)
        work()
        assert fresh(talk).assignee == desk.anna
        clock.shift(4 * MINUTE)
        work()
        assert fresh(talk).assignee == desk.anna
    clock.shift(5 * MINUTE)
    work()
    assert fresh(talk).assignee is None


def test_what_a_colleague_gives_to_somebody_who_does_not_come_goes_back(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    talk = case(desk)
    care.assign(talk, desk.anna, desk.ben)
    work()
    assert fresh(talk).assignee == desk.ben
    clock.shift(9 * MINUTE)
    work()
    assert fresh(talk).assignee is None


def test_a_switched_off_account_keeps_nothing(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.ben)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.ben)
    Agent.objects.filter(pk=desk.ben.pk).update(is_active=False)
    work()
    assert fresh(talk).assignee is None
    assert not shifts.seen(person(desk.ben))


def test_what_waits_for_its_customer_comes_back_with_the_next_shift(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    shifts.seen(desk.anna)
    question = said("1", "Wo ist mein Paket?")
    hear(desk.channel, question, said("2", "Morgen", US, at=NOON + MINUTE / 2, to=question))
    talk = conversation_of(question)
    care.assign(talk, desk.anna, desk.anna)
    assert talk.waiting == Waiting.CUSTOMER
    clock.shift(9 * MINUTE)
    work()
    assert (fresh(talk).assignee, fresh(talk).keeper) == (None, desk.anna)
    shifts.seen(person(desk.anna))
    assert (fresh(talk).assignee, fresh(talk).keeper) == (desk.anna, None)


def test_three_ways_to_end_a_shift(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.anna)
    shifts.seen(desk.ben)
    due, later, given, back = (
        case(desk, str(number), replace(ADA, uid=f"{ADA.uid}/{number}")) for number in range(4)
    )
    for talk in (due, later, given, back):
        care.assign(talk, desk.anna, desk.anna)
    care.promise(later, desk.anna, NOON + timedelta(days=1))
    assert (shifts.may_be_kept(fresh(due), NOON), shifts.may_be_kept(fresh(later), NOON)) == (False, True)
    choices = {
        due.pk: Choice(How.KEEP),
        later.pk: Choice(How.KEEP),
        given.pk: Choice(How.HAND_OVER, desk.ben),
    }
    refused = shifts.end(desk.anna, choices)
    assert {number: error.code for number, error in refused.items()} == {
        due.pk: "keep_due",
        given.pk: "sentence_missing",
    }
    assert person(desk.anna).on_shift_at is not None
    choices |= {
        due.pk: Choice(How.RETURN),
        given.pk: Choice(How.HAND_OVER, person(desk.ben), " Ersatz ist unterwegs. "),
    }
    assert shifts.end(desk.anna, choices) == {}
    assert [fresh(t).assignee for t in (due, later, given, back)] == [None, None, desk.ben, None]
    assert [fresh(t).keeper for t in (due, later, given, back)] == [None, desk.anna, None, None]
    (handover,) = shifts.unread(desk.ben)
    assert (handover.sentence, handover.by, handover.to) == ("Ersatz ist unterwegs.", desk.anna, desk.ben)
    assert shifts.unread(desk.olga) == []
    with pytest.raises(care.CareError, match="not_yours"):
        shifts.confirm_read(handover, desk.tom)
    shifts.confirm_read(handover, desk.ben)
    shifts.confirm_read(handover, desk.clara)
    assert Handover.objects.get().read_by == desk.ben
    assert shifts.unread(desk.ben) == []
    assert kinds("handed_over", "handover_read") == ["handed_over", "handover_read"]
    clock.shift(timedelta(hours=20))
    shifts.seen(person(desk.anna))
    assert fresh(later).assignee == desk.anna


def test_what_a_colleague_took_meanwhile_stays_theirs(desk: Desk, clock: time_machine.Traveller) -> None:
    one, other = case(desk, "1"), case(desk, "2", OTTO)
    for talk in (one, other):
        care.assign(talk, desk.anna, desk.anna)
        care.promise(talk, desk.anna, NOON + timedelta(days=1))
    assert shifts.end(desk.anna, {t.pk: Choice(How.KEEP) for t in (one, other)}) == {}
    care.assign(one, desk.ben, desk.ben)
    care.assign(other, desk.ben, desk.ben)
    care.assign(other, desk.ben, None)
    shifts.seen(person(desk.anna))
    assert (fresh(one).assignee, fresh(other).assignee) == (desk.ben, None)


def test_a_handover_waits_for_whom_it_is_for(desk: Desk, clock: time_machine.Traveller) -> None:
    talk, all_of_us = case(desk), case(desk, "2", MIA)
    care.hand_over(talk, desk.anna, Choice(How.HAND_OVER, desk.ben, "Ben kennt den Fall."))
    care.hand_over(all_of_us, desk.anna, Choice(How.HAND_OVER, None, "Bitte zuerst."))
    assert fresh(talk).assignee is None
    assert [h.sentence for h in shifts.unread(desk.ben)] == ["Ben kennt den Fall.", "Bitte zuerst."]
    assert [h.sentence for h in shifts.unread(desk.clara)] == ["Bitte zuerst."]
    assert shifts.unread(desk.anna) == []
    shifts.seen(person(desk.ben))
    assert fresh(talk).assignee == desk.ben
    assert Notice.objects.get(agent=desk.ben, kind=NoticeKind.HANDED_OVER).conversation == talk
    stranger = Agent.objects.create_user("rolf", role=Role.AGENT)
    with pytest.raises(care.CareError, match="not_theirs"):
        care.hand_over(talk, desk.anna, Choice(How.HAND_OVER, stranger, "Für dich"))
    with pytest.raises(care.CareError, match="too_long"):
        care.hand_over(talk, desk.anna, Choice(How.HAND_OVER, None, "x" * 100_001))


def test_a_returning_customer_comes_to_the_colleague_who_knows_them(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    shifts.seen(desk.anna)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.anna)
    care.resolve(talk, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    assert case(desk, "2").assignee == desk.anna
    shifts.leave(person(desk.anna))
    assert case(desk, "3").assignee is None


def test_nothing_is_handed_over_to_who_cannot_answer(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.anna)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.anna)
    choice = Choice(How.HAND_OVER, desk.tom, "Bitte übernehmen.")
    with pytest.raises(care.CareError, match="cannot_answer") as refused:
        care.hand_over(talk, desk.anna, choice)
    with override("en"):
        assert (
            wording.care_error(refused.value) == "Tom cannot answer customers yet. Choose somebody who can."
        )
    assert shifts.end(desk.anna, {talk.pk: choice})[talk.pk].code == "cannot_answer"
    assert (fresh(talk).assignee, Handover.objects.count()) == (desk.anna, 0)


@pytest.mark.parametrize("here", [True, False])
def test_a_handover_taken_back_leaves_nothing_behind(
    desk: Desk, clock: time_machine.Traveller, *, here: bool
) -> None:
    if here:
        shifts.seen(desk.ben)
    talk = case(desk)
    care.assign(talk, desk.anna, desk.anna)
    given = care.hand_over(talk, desk.anna, Choice(How.HAND_OVER, person(desk.ben), "Ersatz ist unterwegs."))
    with pytest.raises(care.CareError, match="handover_over"):
        shifts.undo_hand_over(given, desk.ben)
    shifts.undo_hand_over(given, desk.anna)
    assert (fresh(talk).assignee, fresh(talk).keeper, shifts.unread(desk.ben)) == (desk.anna, None, [])
    assert Notice.objects.filter(kind=NoticeKind.HANDED_OVER, seen_at=None).count() == 0
    with pytest.raises(care.CareError, match="handover_over"):
        shifts.undo_hand_over(given, desk.anna)
    shifts.seen(person(desk.ben))
    assert fresh(talk).assignee == desk.anna


def test_a_handover_that_goes_on_is_not_taken_back(desk: Desk, clock: time_machine.Traveller) -> None:
    shifts.seen(desk.ben)
    talk = case(desk)
    choice = Choice(How.HAND_OVER, None, "Bitte zuerst.")
    taken, older, newer = (care.hand_over(talk, desk.anna, choice) for _ in range(3))
    with pytest.raises(care.CareError, match="handover_over"):
        shifts.undo_hand_over(older, desk.anna)
    shifts.confirm_read(newer, desk.ben)
    with pytest.raises(care.CareError, match="handover_over"):
        shifts.undo_hand_over(newer, desk.anna)
    again = care.hand_over(talk, desk.anna, choice)
    care.assign(talk, desk.ben, desk.ben)
    with pytest.raises(care.CareError, match="handover_over"):
        shifts.undo_hand_over(again, desk.anna)
    assert fresh(talk).assignee == desk.ben
    assert taken in shifts.unread(desk.ben)


def test_looking_after_everybody_asks_little_and_locks_nothing(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    counted = []
    for number in range(5):
        owner = Agent.objects.create_user(f"away{number}", role=Role.AGENT)
        Team.objects.get().agents.add(owner)
        author = replace(ADA, uid=f"{ADA.uid}/{number}")
        care.assign(case(desk, str(number), author), desk.anna, owner)
        with CaptureQueriesContext(connection) as asked:
            assert care.absent_next() is False
        counted.append(len(asked))
        assert [query["sql"] for query in asked if not query["sql"].lstrip().startswith("SELECT")] == []
    assert counted == [4] * 5
    clock.shift(9 * MINUTE)
    work()
    assert Conversation.objects.filter(assignee=None).count() == 5


# Teams -------------------------------------------------------------------------------------------


@pytest.fixture
def billing(desk: Desk) -> Team:
    """A second team for the same channel, with Ben alone; Anna stays in the first."""
    team = Team.objects.create(name="Rechnungen")
    team.channels.add(desk.channel)
    team.agents.add(desk.ben)
    Team.objects.exclude(pk=team.pk).get().agents.remove(desk.ben)
    return team


def test_what_a_team_has_is_offered_to_its_people_first(
    desk: Desk, billing: Team, clock: time_machine.Traveller
) -> None:
    theirs, anybodys = case(desk, "1"), case(desk, "2", OTTO)
    care.assign(theirs, desk.clara, None, team=billing)
    shifts.seen(desk.ben)
    assert queue.next_for(desk.ben) == theirs
    assert queue.next_for(desk.anna) == anybodys
    assert queue.next_for(desk.anna, anybodys.pk) is None
    assert queue.next_for(desk.clara) == theirs  # a lead takes everything
    care.assign(theirs, desk.clara, desk.anna, team=billing)
    assert queue.next_for(desk.anna) == theirs  # it is hers, whatever her team
    care.assign(theirs, desk.clara, None, team=billing)
    assert care.take_next(desk.anna) == anybodys
    assert care.take_next(desk.ben) == theirs
    assert fresh(theirs).team == billing


def test_what_a_team_has_is_everybodys_while_none_of_them_is_on_shift(
    desk: Desk, billing: Team, clock: time_machine.Traveller
) -> None:
    theirs = case(desk, "1")
    care.assign(theirs, desk.clara, None, team=billing)
    shifts.seen(desk.anna)
    assert queue.next_for(desk.anna) == theirs
    billing.agents.add(desk.tom)
    shifts.seen(desk.tom)  # who cannot answer does not hold it back
    assert queue.next_for(desk.anna) == theirs
    shifts.seen(desk.ben)
    assert queue.next_for(desk.anna) is None
    billing.channels.clear()  # they do not see it any more
    assert queue.next_for(desk.anna) == theirs
    billing.channels.add(desk.channel)
    shifts.leave(person(desk.ben))
    assert queue.next_for(desk.anna) == theirs


def test_a_touched_page_is_a_sign_of_life(desk: Desk, clock: time_machine.Traveller) -> None:
    said = edge._said(b'{"tab": "alive-1", "conversation": null, "alive": true}')
    assert said == edge.Said("alive-1", None, typing=False, alive=True)
    quiet = edge._said(b'{"tab": "1", "conversation": 3, "typing": true, "alive": "yes"}')
    assert quiet == edge.Said("1", 3, typing=True, alive=False)
    edge._alive(desk.anna.pk)
    assert person(desk.anna).on_shift_at == NOON + MINUTE
    hub = live.Hub()
    assert [hub.is_news(7), hub.is_news(7), hub.is_news(8)] == [True, False, True]
