"""What people say of how urgent a post is: it sorts the conversation, and rules do not overrule it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from resonanz.case import Matter, Urgency
from resonanz.desk import care, projection, reading_quality, understanding
from resonanz.desk.care import merging
from resonanz.desk.care.lifting import lift_next
from resonanz.desk.care.sorting import sort_after, sort_next
from resonanz.desk.models import Agent, Annotation, Conversation, Correction, Event, Import, Mention, Notice
from resonanz.desk.web.sorting import safety_of
from tests.cast import MIA, NOON, OTTO, Desk, conversation_of, hear, said
from tests.desk.test_lifting import annotate_all, level, lift_all, note
from tests.fake import edited

pytestmark = pytest.mark.django_db
CALM = "Wann kommt mein Paket?"
SOON = "Ich brauche noch heute eine Antwort, mein Zug geht in einer Stunde"
FIRE = "Feuer! Es brennt in der Filiale, Menschen sind drin!"
LOCKED = "Hilfe, mein Kind ist im Auto eingesperrt!"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        sort_next()  # reads what comes from now on
        yield clock


def sort_all() -> None:
    while sort_next():
        pass


def mention_of(name: str) -> Mention:
    return Mention.objects.get(uri__endswith=f"/{name}")


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def say(agent: Agent, name: str, urgency: str, *, sampled: bool = False) -> Correction:
    made = understanding.correct(mention_of(name), agent, "urgency", urgency, sampled=sampled)
    assert made is not None
    return made


def test_what_somebody_says_sorts_at_once_and_can_be_taken_back(desk: Desk) -> None:
    Agent.objects.filter(pk=desk.ben.pk).update(on_shift_at=NOON)
    hear(desk.channel, said("1", CALM), said("2", LOCKED, OTTO))
    sort_all()
    rung = Notice.objects.count()
    up, down = say(desk.anna, "1", "safety"), say(desk.anna, "2", "normal")
    assert [(one.was, one.value) for one in (up, down)] == [("normal", "safety"), ("safety", "normal")]
    assert (level("1"), level("2")) == (Urgency.SAFETY, Urgency.NORMAL)
    assert Notice.objects.count() == rung + 1  # whoever is on shift hears of the danger
    assert Event.objects.filter(kind="sorted", actor=desk.anna.pk).count() == 2
    for one in (up, down):
        understanding.undo(one, desk.anna)
    assert (level("1"), level("2")) == (Urgency.NORMAL, Urgency.SAFETY)
    assert projection.differences() == []


def test_another_post_that_presses_holds_its_conversation(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first, said("2", FIRE, to=first))
    sort_all()
    assert conversation_of(first).mentions.count() == 2
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.SAFETY
    say(desk.anna, "2", "urgent")
    assert level("1") is Urgency.URGENT
    say(desk.anna, "1", "urgent")
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.URGENT
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.NORMAL


def test_posts_that_were_joined_hold_it_too(desk: Desk) -> None:
    first, second, third = said("1", LOCKED), said("2", FIRE), said("3", CALM)
    hear(desk.channel, first, second, third)
    sort_all()
    merging.merge(conversation_of(second), desk.anna, conversation_of(first))
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.SAFETY
    care.sort(conversation_of(third), desk.ben, urgency=Urgency.URGENT)
    merging.merge(conversation_of(third), desk.anna, conversation_of(first))
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.URGENT  # what the hand said of the third


def test_what_a_hand_said_of_the_conversation_itself_holds(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first)
    sort_all()
    care.sort(conversation_of(first), desk.ben, matter=Matter.COMPLAINT)  # says nothing of the urgency
    say(desk.anna, "1", "normal")
    assert (level("1"), conversation_of(first).matter) == (Urgency.NORMAL, Matter.COMPLAINT)
    say(desk.anna, "1", "safety")
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.URGENT)
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.URGENT
    hear(desk.channel, said("2", LOCKED, to=first))
    sort_all()
    assert level("1") is Urgency.SAFETY
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.URGENT  # not below what the hand said


def test_less_never_raises_and_as_much_never_lowers(desk: Desk) -> None:
    first, second = said("1", LOCKED), said("2", CALM, OTTO)
    hear(desk.channel, first, second)
    sort_all()
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.NORMAL)
    for urgency in ("urgent", "normal"):
        say(desk.anna, "1", urgency)
        assert level("1") is Urgency.NORMAL
    sort_after(conversation_of(second), desk.anna, mention_of("1"), Urgency.URGENT)  # by a post elsewhere
    say(desk.anna, "2", "normal")
    assert level("2") is Urgency.URGENT


def test_taken_back_it_is_as_before_unless_somebody_has_spoken_since(desk: Desk) -> None:
    first, second, third = said("1", LOCKED), said("2", CALM, OTTO), said("3", LOCKED, MIA)
    hear(desk.channel, first, second, third)
    sort_all()
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.NORMAL)
    nothing = say(desk.anna, "1", "normal")
    understanding.undo(nothing, desk.anna)
    assert level("1") is Urgency.NORMAL  # a hand has lowered it before
    up = say(desk.anna, "2", "urgent")
    hear(desk.channel, said("4", LOCKED, OTTO, to=second))
    sort_all()
    understanding.undo(up, desk.anna)
    assert level("2") is Urgency.SAFETY
    down = say(desk.anna, "3", "normal")
    care.sort(conversation_of(third), desk.ben, urgency=Urgency.URGENT)
    understanding.undo(down, desk.anna)
    assert level("3") is Urgency.URGENT
    one, two = say(desk.anna, "4", "urgent"), say(desk.anna, "4", "normal")
    assert level("4") is Urgency.NORMAL
    for made, then in ((two, Urgency.URGENT), (one, Urgency.SAFETY)):
        understanding.undo(made, desk.anna)
        assert level("4") is then


def test_a_check_that_is_taken_back_sorts_nothing(desk: Desk) -> None:
    hear(desk.channel, said("1", LOCKED))
    sort_all()
    say(desk.anna, "1", "normal")
    checked = say(desk.clara, "1", "normal", sampled=True)
    understanding.undo(checked, desk.clara)
    assert level("1") is Urgency.NORMAL


def test_taken_back_no_danger_of_others_is_lost(desk: Desk) -> None:
    first, second = said("1", CALM), said("2", CALM, OTTO)
    hear(desk.channel, first, second)
    up = say(desk.anna, "1", "safety")
    hear(desk.channel, said("3", FIRE, to=first))  # presses as much, so it sorts nothing
    sort_all()
    understanding.undo(up, desk.anna)
    assert level("1") is Urgency.SAFETY
    up = say(desk.anna, "2", "safety")
    care.sort(conversation_of(second), desk.ben, urgency=Urgency.SAFETY)  # confirmed by a hand
    understanding.undo(up, desk.anna)
    assert level("2") is Urgency.SAFETY
    say(desk.anna, "2", "urgent")
    assert level("2") is Urgency.SAFETY


def test_taken_back_danger_is_back_where_it_had_sorted_nothing(desk: Desk) -> None:
    first, second = said("1", LOCKED), said("3", CALM)
    hear(desk.channel, first, said("2", FIRE, to=first), second)
    sort_all()
    one = say(desk.anna, "1", "normal")
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.NORMAL
    understanding.undo(one, desk.anna)
    assert level("1") is Urgency.SAFETY
    again = say(desk.anna, "1", "normal")
    merging.merge(conversation_of(first), desk.anna, conversation_of(second))
    understanding.undo(again, desk.anna)
    assert level("3") is Urgency.SAFETY


def test_what_a_hand_has_dealt_with_does_not_come_back_with_another_post(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first)
    sort_all()
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.NORMAL)
    hear(desk.channel, said("2", FIRE, to=first))
    sort_all()
    assert level("1") is Urgency.SAFETY
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.NORMAL


def test_a_hand_holds_against_less_and_against_a_split_also_where_it_was_joined(desk: Desk) -> None:
    first, second = said("1", LOCKED), said("2", CALM)
    hear(desk.channel, first, second)
    sort_all()
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.NORMAL)
    merging.merge(conversation_of(first), desk.anna, conversation_of(second))
    say(desk.anna, "1", "urgent")
    assert level("1") is Urgency.NORMAL
    third = said("3", CALM, OTTO)
    hear(desk.channel, third, said("4", CALM, OTTO, to=third))
    say(desk.anna, "4", "safety")
    care.sort(conversation_of(third), desk.ben, urgency=Urgency.NORMAL)
    merging.split(conversation_of(third), desk.clara, [mention_of("4").pk])
    assert level("4") is Urgency.NORMAL


@pytest.mark.parametrize("word", ["urgent", "safety"])
def test_a_post_that_is_split_off_takes_along_what_was_said_of_it_alone(desk: Desk, word: str) -> None:
    first = said("1", CALM)
    hear(desk.channel, first, said("2", CALM, to=first), said("3", CALM, to=first))
    sort_all()
    made = say(desk.anna, "2", word)
    calm = merging.split(conversation_of(first), desk.anna, [mention_of("3").pk])
    pressing = merging.split(conversation_of(first), desk.clara, [mention_of("2").pk])
    sort_all()
    assert Event.objects.get(kind="sorted", conversation=pressing.pk).actor == desk.anna.pk
    assert calm.urgency == Urgency.NORMAL
    assert pressing.urgency == level("2") == Urgency[word.upper()]
    understanding.undo(made, desk.anna)
    assert level("2") is Urgency.NORMAL
    assert projection.differences() == []


def test_danger_that_was_confirmed_stays_danger_where_it_is_split_off(desk: Desk) -> None:
    first = said("1", CALM)
    hear(desk.channel, first, said("2", LOCKED, to=first), said("3", FIRE, to=first))
    sort_all()
    say(desk.anna, "2", "safety")
    say(desk.clara, "3", "safety", sampled=True)
    for name in "23":
        merging.split(conversation_of(first), desk.anna, [mention_of(name).pk])
    sort_all()
    assert (level("2"), level("3")) == (Urgency.SAFETY, Urgency.SAFETY)


def test_what_is_only_checked_or_settled_or_off_sorts_nothing(desk: Desk) -> None:
    hear(desk.channel, said("1", CALM), said("2", CALM, OTTO), said("3", CALM, MIA))
    sort_all()
    checked = say(desk.clara, "1", "safety", sampled=True)
    care.resolve(conversation_of(said("2", "")), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    say(desk.anna, "2", "safety")
    third = say(desk.anna, "3", "safety")
    understanding.switch("urgency", desk.clara, on=False)
    understanding.undo(third, desk.anna)
    assert [level(name) for name in "123"] == [Urgency.NORMAL, Urgency.NORMAL, Urgency.SAFETY]
    with pytest.raises(care.CareError):
        say(desk.anna, "3", "normal")
    understanding.undo(checked, desk.clara)
    assert understanding.noted_count("urgency") == 3
    understanding.forget("urgency", desk.clara)
    assert (understanding.noted_count("urgency"), Correction.objects.count()) == (0, 0)
    assert list(Annotation.objects.values_list("by_hand", flat=True)) == [0, 0, 0]


def test_what_was_recorded_elsewhere_is_not_sorted(desk: Desk) -> None:
    hear(desk.channel, said("1", CALM))
    Conversation.objects.update(from_import=Import.objects.create(began_at=NOON, finished_at=NOON))
    say(desk.anna, "1", "safety")
    assert level("1") is Urgency.NORMAL


def test_said_again_it_sorts_what_was_only_checked_or_was_settled_then(desk: Desk) -> None:
    second = said("2", CALM, OTTO)
    hear(desk.channel, said("1", CALM), second)
    say(desk.clara, "1", "safety", sampled=True)
    care.resolve(conversation_of(second), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    say(desk.anna, "2", "urgent")
    care.reopen(conversation_of(second), desk.anna)
    assert say(desk.anna, "1", "safety").confirms
    assert understanding.correct(mention_of("2"), desk.anna, "urgency", "urgent") is None
    assert (level("1"), level("2")) == (Urgency.SAFETY, Urgency.URGENT)


def test_neither_an_edit_nor_an_intent_overrules_a_person_but_new_danger_does(
    desk: Desk, noon: time_machine.Traveller
) -> None:
    lift_next()
    first, second = said("1", SOON), said("2", CALM, OTTO)
    hear(desk.channel, first, second)
    sort_all()
    assert level("1") is Urgency.URGENT
    say(desk.anna, "1", "normal")
    say(desk.clara, "2", "normal", sampled=True)
    hear(desk.channel, edited(first, f"{SOON} Bitte!", timedelta(seconds=10)), at=later(2))
    hear(desk.channel, edited(second, SOON, timedelta(seconds=10)), at=later(2))
    annotate_all()
    note("1", legal=900)
    sort_all()
    lift_all()
    assert (level("1"), level("2")) == (Urgency.NORMAL, Urgency.URGENT)  # a check does not deafen rules
    assert Annotation.objects.get(mention=mention_of("1")).urgency == "normal"
    hear(desk.channel, edited(first, LOCKED, timedelta(seconds=20)), at=later(3))
    sort_all()
    assert level("1") is Urgency.SAFETY
    annotate_all()
    note_now = Annotation.objects.get(mention=mention_of("1"))
    assert (note_now.urgency, note_now.by_hand) == ("safety", 0)  # what was said was said of other words
    noon.shift(timedelta(minutes=5))
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.NORMAL
    hear(desk.channel, edited(first, f"{LOCKED} Bitte", timedelta(seconds=30)), at=later(9))
    sort_all()
    assert level("1") is Urgency.NORMAL  # that danger was known
    say(desk.anna, "2", "urgent")
    hear(desk.channel, edited(second, FIRE, timedelta(seconds=40)), at=later(4))  # before it was said
    sort_all()
    assert level("2") is Urgency.URGENT


def test_what_is_about_others_presses_nobody_here(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first, said("2", "Ach", to=first))
    annotate_all()
    note("2", legal=900)
    Annotation.objects.filter(mention=mention_of("2")).update(about="others")
    sort_all()
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.NORMAL


def test_the_box_for_danger_goes_by_what_people_say(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first, said("2", CALM, to=first))
    sort_all()
    told = safety_of(conversation_of(first))
    assert told is not None
    assert told.words == ("eingesperrt",)
    say(desk.anna, "2", "safety")
    say(desk.anna, "1", "normal")
    told = safety_of(conversation_of(first))
    assert told is not None
    assert told.words == ()


def test_how_often_rules_hear_rightly_is_measured(desk: Desk) -> None:
    hear(desk.channel, said("1", CALM), said("2", LOCKED, OTTO), said("3", "Ach ja", MIA))
    annotate_all()
    for name, urgency in (("1", "normal"), ("2", "safety"), ("3", "urgent")):
        say(desk.clara, name, urgency, sampled=True)
    measured = next(one for one in reading_quality.quality() if one.kind == "urgency")
    assert (measured.checked, measured.right, measured.unsure) == (3, 2, 0)
    assert {one.label: (one.said, one.right, one.meant) for one in measured.labels} == {
        "normal": (2, 1, 1),
        "safety": (1, 1, 1),
        "urgent": (0, 0, 1),
    }


def test_a_post_that_is_gone_or_stands_in_no_conversation_sorts_none(desk: Desk) -> None:
    hear(desk.channel, said("1", CALM), said("2", LOCKED, OTTO))
    sort_all()
    gone = mention_of("2")
    Mention.objects.filter(pk=gone.pk).update(deleted_at=NOON)
    understanding.correct(gone, desk.anna, "urgency", "urgent")  # it went while the page was open
    assert level("2") is Urgency.URGENT
    Mention.objects.filter(uri__endswith="/1").update(conversation=None)
    assert say(desk.anna, "1", "safety").was == "normal"
    assert set(Conversation.objects.values_list("urgency", flat=True)) == {Urgency.NORMAL, Urgency.URGENT}
