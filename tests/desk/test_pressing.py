"""What people say of how urgent a post is: it sorts the conversation, and rules do not overrule it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from resonanz.case import Matter, Urgency
from resonanz.desk import care, projection, reading_quality, understanding
from resonanz.desk.care.lifting import lift_next
from resonanz.desk.care.sorting import sort_next
from resonanz.desk.models import Agent, Annotation, Conversation, Correction, Event, Mention, Notice
from tests.cast import MIA, NOON, OTTO, Desk, conversation_of, hear, said
from tests.desk.test_lifting import annotate_all, level, lift_all, note
from tests.fake import edited

pytestmark = pytest.mark.django_db
CALM = "Wann kommt mein Paket?"
LOCKED = "Hilfe, mein Kind ist im Auto eingesperrt!"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        sort_next()  # reads what comes from now on
        yield clock


def sort_all() -> None:
    while sort_next():
        pass


def say(agent: Agent, name: str, urgency: str, *, sampled: bool = False) -> Correction:
    post = Mention.objects.get(uri__endswith=f"/{name}")
    made = understanding.correct(post, agent, "urgency", urgency, sampled=sampled)
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
    hear(desk.channel, first, said("2", "Feuer! Es brennt in der Filiale, Menschen sind drin!", to=first))
    sort_all()
    assert conversation_of(first).mentions.count() == 2
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.SAFETY
    say(desk.anna, "2", "urgent")
    assert level("1") is Urgency.URGENT
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.NORMAL


def test_what_a_hand_said_of_the_conversation_itself_holds(desk: Desk) -> None:
    first = said("1", LOCKED)
    hear(desk.channel, first)
    sort_all()
    care.sort(conversation_of(first), desk.ben, matter=Matter.COMPLAINT)  # says nothing of the urgency
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.NORMAL
    say(desk.anna, "1", "safety")
    care.sort(conversation_of(first), desk.ben, urgency=Urgency.URGENT)
    say(desk.anna, "1", "normal")
    assert level("1") is Urgency.URGENT
    hear(desk.channel, said("2", LOCKED, to=first))
    sort_all()
    assert level("1") is Urgency.SAFETY
    say(desk.anna, "2", "normal")
    assert level("1") is Urgency.URGENT  # not below what the hand said


def test_what_is_only_checked_or_settled_or_off_sorts_nothing(desk: Desk) -> None:
    hear(desk.channel, said("1", CALM), said("2", CALM, OTTO), said("3", CALM, MIA))
    sort_all()
    say(desk.clara, "1", "safety", sampled=True)
    care.resolve(conversation_of(said("2", "")), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    say(desk.anna, "2", "safety")
    third = say(desk.anna, "3", "safety")
    understanding.switch("urgency", desk.clara, on=False)
    understanding.undo(third, desk.anna)
    assert [level(name) for name in "123"] == [Urgency.NORMAL, Urgency.NORMAL, Urgency.SAFETY]
    with pytest.raises(care.CareError):
        say(desk.anna, "3", "normal")
    assert understanding.noted_count("urgency") == 3
    understanding.forget("urgency", desk.clara)
    assert (understanding.noted_count("urgency"), Correction.objects.count()) == (0, 0)
    assert list(Annotation.objects.values_list("by_hand", flat=True)) == [0, 0, 0]


def test_neither_an_edit_nor_an_intent_overrules_a_person(desk: Desk) -> None:
    lift_next()
    first = said("1", LOCKED)
    hear(desk.channel, first)
    sort_all()
    say(desk.anna, "1", "normal")
    hear(desk.channel, edited(first, f"{LOCKED} Bitte!", timedelta(seconds=10)))
    annotate_all()
    note("1", legal=900)
    sort_all()
    lift_all()
    assert level("1") is Urgency.NORMAL
    assert Annotation.objects.get().urgency == "normal"


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


def test_a_post_that_stands_in_no_conversation_sorts_none(desk: Desk) -> None:
    hear(desk.channel, said("1", LOCKED))
    Mention.objects.update(conversation=None)
    assert say(desk.anna, "1", "normal").was == "safety"
    assert Conversation.objects.get().urgency == Urgency.NORMAL
