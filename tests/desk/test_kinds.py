"""The kind of a matter by what is noted: only where a lead wants it, nobody sorted, and the model is sure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from resonanz.case import Matter
from resonanz.desk import care, projection, understanding
from resonanz.desk.care.kinds import kinds_next, matter_in
from resonanz.desk.models import Annotation, Conversation, Event, Mention, SlaPolicy, SlaRule
from resonanz.desk.understanding import models
from tests.cast import MIA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.desk.little_model import kept

pytestmark = pytest.mark.django_db
ANGRY = "Das ist furchtbar, alles verspätet"


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


def sort_all() -> None:
    while kinds_next():
        pass


def matter(name: str) -> Matter:
    return Matter(Conversation.objects.get(mentions__uri__endswith=f"/{name}").matter)


def test_rules_by_kind_count_for_what_nobody_sorted(desk: Desk) -> None:
    policy = SlaPolicy.objects.get()
    SlaRule.objects.create(
        policy=policy,
        matter=Matter.COMPLAINT,
        first_response_s=600,
        next_response_s=600,
        in_service_hours=False,
    )
    understanding.sorts(desk.clara, on=True)
    hear(desk.channel, said("1", ANGRY), said("2", "Hallo", OTTO), said("3", ANGRY, MIA))
    care.sort(conversation_of(said("3", "")), desk.anna, matter=Matter.OTHER)
    annotate_all()
    note("1", complaint=900, question=950)
    note("2", question=799)
    note("3", complaint=900)
    sort_all()
    assert [matter(name) for name in "123"] == [Matter.COMPLAINT, Matter.UNSORTED, Matter.OTHER]
    assert conversation_of(said("1", "")).due_at == NOON + timedelta(minutes=10)
    told = Event.objects.filter(kind="sorted").order_by("pk").values_list("actor", flat=True)
    assert list(told) == [desk.anna.pk, None]
    assert projection.differences() == []
    assert kinds_next() is False


def test_what_somebody_corrects_counts_however_sure_the_model_was(desk: Desk) -> None:
    understanding.sorts(desk.clara, on=True)
    hear(desk.channel, said("1", "Hallo"))
    annotate_all()
    sort_all()
    assert matter("1") == Matter.UNSORTED
    understanding.correct(Mention.objects.get(), desk.anna, "intent", "praise")
    sort_all()
    assert matter("1") == Matter.PRAISE


def test_it_is_off_until_a_lead_wants_it_and_begins_with_what_comes(desk: Desk) -> None:
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    note("1", complaint=900)
    assert kinds_next() is False
    with pytest.raises(care.CareError):
        understanding.sorts(desk.anna, on=True)
    understanding.sorts(desk.clara, on=True)
    sort_all()
    assert matter("1") == Matter.UNSORTED
    understanding.switch("intent", desk.clara, on=False)
    hear(desk.channel, said("2", ANGRY, OTTO))
    annotate_all()
    assert kinds_next() is False


def test_what_is_settled_or_about_something_else_stays_as_it_is(desk: Desk) -> None:
    understanding.sorts(desk.clara, on=True)
    asked = said("1", ANGRY)
    hear(desk.channel, asked, said("2", ANGRY, OTTO))
    annotate_all()
    for name in "12":
        note(name, complaint=900)
    Annotation.objects.filter(mention__uri__endswith="/2").update(about="others")
    hear(desk.channel, said("3", "Danke", US, to=asked, at=NOON + timedelta(seconds=30)))
    care.resolve(conversation_of(asked), desk.anna)
    sort_all()
    assert [matter(name) for name in "12"] == [Matter.UNSORTED, Matter.UNSORTED]
    assert matter_in(Annotation(intents='{"thanks":900}')) is None


def test_who_sorts_while_notes_are_read_is_right(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    understanding.sorts(desk.clara, on=True)
    hear(desk.channel, said("1", ANGRY))
    annotate_all()
    note("1", complaint=900)
    talk = conversation_of(said("1", ""))

    def and_meanwhile(found: Annotation) -> Matter | None:
        care.sort(talk, desk.anna, matter=Matter.OTHER)
        return matter_in(found)

    monkeypatch.setattr("resonanz.desk.care.kinds.matter_in", and_meanwhile)
    sort_all()
    assert matter("1") == Matter.OTHER
