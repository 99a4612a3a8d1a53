"""What is noted lifts a conversation to urgent, never further, and not against a hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from resonanz.annotate.urgency import REASONS
from resonanz.case import Matter, Urgency
from resonanz.desk import care, projection, understanding
from resonanz.desk.care import lifting
from resonanz.desk.care.lifting import lift_next
from resonanz.desk.models import Annotation, Conversation, Event, Mention
from resonanz.desk.understanding import models
from tests.cast import MIA, NOON, OTTO, Desk, conversation_of, hear, said
from tests.desk.little_model import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models, "SHIPPED", kept(tmp_path, "resonanz"))
    monkeypatch.setattr(settings, "HOME", tmp_path)


def note(name: str, **intents: int) -> None:
    """Note what a post wants, as its model had said it."""
    Annotation.objects.filter(mention__uri__endswith=f"/{name}").update(intents=json.dumps(intents))


def annotate_all() -> None:
    while understanding.annotate_next():
        pass


def lift_all() -> None:
    while lift_next():
        pass


def level(name: str) -> Urgency:
    return Urgency(Conversation.objects.get(mentions__uri__endswith=f"/{name}").urgency)


def test_what_surely_presses_is_lifted_with_its_reason(desk: Desk) -> None:
    assert lift_next() is False
    hear(
        desk.channel, said("1", "Mein Anwalt schreibt euch"), said("2", "Hallo", OTTO), said("3", "Ach", MIA)
    )
    annotate_all()
    note("1", legal=900)
    note("2", legal=799)
    note("3", abuse=990)
    lift_all()
    assert [level(name) for name in "123"] == [Urgency.URGENT, Urgency.NORMAL, Urgency.NORMAL]
    event = Event.objects.get(kind="sorted")
    assert f'"rule":{REASONS["legal_threat"]}' in event.facts
    assert event.actor is None
    assert projection.differences() == []


def test_what_a_hand_has_sorted_since_stays(desk: Desk) -> None:
    lift_next()
    hear(desk.channel, said("1", "Mein Anwalt schreibt euch"))
    care.sort(conversation_of(said("1", "")), desk.anna, matter=Matter.OTHER)
    annotate_all()
    note("1", legal=900)
    lift_all()
    assert level("1") is Urgency.NORMAL


def test_what_somebody_says_that_a_post_wants_lifts_too(desk: Desk) -> None:
    lift_next()
    hear(desk.channel, said("1", "Ach"), said("2", "Ach", OTTO), said("3", "Ach", MIA))
    annotate_all()
    lift_all()
    for name, intents in (("1", "legal"), ("2", "question"), ("3", "press")):
        post = Mention.objects.get(uri__endswith=f"/{name}")
        understanding.correct(post, desk.anna, "intent", intents)
        if name == "3":
            understanding.correct(post, desk.anna, "relevance", "others")
    lift_all()
    assert [level(name) for name in "123"] == [Urgency.URGENT, Urgency.NORMAL, Urgency.NORMAL]


def test_what_nobody_said_and_what_is_only_checked_lift_nothing(desk: Desk) -> None:
    lift_next()
    hear(desk.channel, said("1", "Ach"), said("2", "Ach", OTTO))
    annotate_all()
    lift_all()
    note("1", legal=520)
    first, second = (Mention.objects.get(uri__endswith=f"/{name}") for name in "12")
    understanding.correct(first, desk.anna, "intent", "legal,question")  # the question is what is added
    understanding.correct(second, desk.clara, "intent", "legal", sampled=True)
    lift_all()
    assert [level(name) for name in "12"] == [Urgency.NORMAL, Urgency.NORMAL]


def test_what_is_settled_meanwhile_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lift_next()
    hear(desk.channel, said("1", "Mein Anwalt schreibt euch"))
    annotate_all()
    note("1", legal=900)
    found = lifting._pressing

    def and_meanwhile(told: object) -> list[Annotation]:
        notes = found(told)  # type: ignore[arg-type]
        care.resolve(conversation_of(said("1", "")), desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
        return notes

    monkeypatch.setattr(lifting, "_pressing", and_meanwhile)
    assert lift_next() is True
    assert level("1") is Urgency.NORMAL


@pytest.mark.parametrize("kind", ["intent", "urgency"])
def test_what_is_switched_off_lifts_nothing(desk: Desk, kind: str) -> None:
    lift_next()
    hear(desk.channel, said("1", "Mein Anwalt schreibt euch"))
    annotate_all()
    note("1", legal=900)
    understanding.switch(kind, desk.clara, on=False)
    assert lift_next() is False
    assert level("1") is Urgency.NORMAL
