"""Calls and letters written down: they wait like every other, and nothing is ever sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from resonanz.case import State, Waiting
from resonanz.desk import care, channels, listen, projection, reading_people
from resonanz.desk.access import visible_to
from resonanz.desk.care.base import CareError
from resonanz.desk.care.by_hand import Entered, brands_of, enter, record
from resonanz.desk.models import Author, Brand, Channel, Clock, Conversation, Delivery, Event, Team
from resonanz.post import Audience
from tests.cast import Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


def call(**changed: object) -> Entered:
    usual = Entered(name="Frau Krause", way="phone", text="Das Paket fehlt.", at=timezone.now(), once=uuid4())
    return replace(usual, **changed)  # type: ignore[arg-type]


def refused(desk: Desk, **changed: object) -> str:
    with pytest.raises(CareError) as caught:
        enter(desk.anna, call(**changed))
    assert Conversation.objects.count() == 0
    return caught.value.code


def test_a_call_waits_like_every_other(desk: Desk) -> None:
    at = timezone.now() - timedelta(minutes=20)
    talk = enter(desk.anna, call(at=at))
    assert (talk.state, talk.waiting, talk.customer.name) == (State.OPEN, Waiting.US, "Frau Krause")
    assert talk.channel.is_by_hand
    assert talk.thread.audience == Audience.DIRECT
    mention = talk.mentions.get()
    assert (mention.text, mention.clock_at) == ("Das Paket fehlt.", mention.posted_at)
    assert Clock.objects.filter(conversation=talk).exists()
    assert talk in visible_to(desk.ben)
    assert projection.differences() == []


def test_the_same_form_twice_is_one(desk: Desk) -> None:
    entered = call()
    assert enter(desk.anna, entered).pk == enter(desk.anna, entered).pk
    assert Conversation.objects.get().mentions.count() == 1


def test_no_network_is_asked_about_it(desk: Desk) -> None:
    talk = enter(desk.anna, call())
    Channel.objects.exclude(pk=talk.channel_id).delete()
    assert (channels.listening(), listen.recheck_next(), listen.listen_next()) == ([], False, False)
    assert Conversation.objects.get().recheck_at is None


def test_what_was_answered_is_a_persons_answer_and_never_sent(desk: Desk) -> None:
    talk = enter(desk.anna, call())
    with pytest.raises(CareError) as caught:
        care.reply(talk, desk.anna, care.Reply(text="Kommt morgen"))
    assert caught.value.code == "by_hand"
    once = uuid4()
    record(talk, desk.anna, "Zurückgerufen: kommt morgen.", once=once)
    record(talk, desk.anna, "Zurückgerufen: kommt morgen.", once=once)
    talk = Conversation.objects.get(pk=talk.pk)
    assert (talk.waiting, talk.answered_at is not None, talk.assignee) == (Waiting.CUSTOMER, True, desk.anna)
    own = talk.mentions.select_related("author").get(incoming=False)
    assert (own.text, own.author.name) == ("Zurückgerufen: kommt morgen.", desk.anna.shown_name)
    assert Event.objects.filter(kind="spoke").count() == 1
    assert Delivery.objects.count() == 0
    assert projection.differences() == []


def test_somebody_known_is_one_person_with_who_they_were(desk: Desk) -> None:
    before = said("1", "Wo?")
    hear(desk.channel, before)
    ada = conversation_of(before).customer
    talk = enter(desk.anna, call(name="Ad", person=ada.pk))
    assert talk.customer.name == "Ada Lamm"
    ada.refresh_from_db()
    talk.customer.refresh_from_db()
    assert ada.contact_id is not None
    assert ada.contact_id == talk.customer.contact_id
    again = enter(desk.anna, call(name="Ada", person=talk.customer_id, way="letter"))
    assert (again.customer_id, again.pk != talk.pk) == (talk.customer_id, True)
    known = reading_people.found(desk.anna, "ada")
    assert [(one.author.pk, one.talks_count) for one in known] == [(talk.customer_id, 2), (ada.pk, 1)]
    assert reading_people.found(desk.anna, "a") == []


def test_people_of_other_teams_are_not_found(desk: Desk) -> None:
    before = said("1", "Wo?")
    hear(desk.channel, before)
    ada = Author.objects.get(name="Ada Lamm")
    Team.objects.get().agents.remove(desk.ben)
    assert reading_people.found(desk.ben, "ada") == []
    with pytest.raises(CareError):
        enter(desk.ben, call(person=ada.pk))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "name_needed"),
        ({"way": "pigeon"}, "way_needed"),
        ({"text": "\n"}, "words_needed"),
        ({"text": "x" * 100_001}, "too_long"),
        ({"brand": 999}, "not_known"),
        ({"person": 999}, "not_known"),
    ],
)
def test_what_is_missing_is_said(desk: Desk, changed: dict[str, object], code: str) -> None:
    assert refused(desk, **changed) == code


def test_times_are_from_this_year_and_not_ahead(desk: Desk) -> None:
    now = timezone.now()
    assert refused(desk, at=now + timedelta(hours=1)) == "wrong_time"
    assert refused(desk, at=now - timedelta(days=400)) == "wrong_time"
    assert enter(desk.anna, call(at=now + timedelta(minutes=2))).waiting == Waiting.US


def test_trainees_and_people_without_a_team_write_nothing_down(desk: Desk) -> None:
    for agent, code in ((desk.tom, "not_allowed"), (desk.ben, "not_known")):
        Team.objects.get().agents.remove(desk.ben)
        with pytest.raises(CareError) as caught:
            enter(agent, call())
        assert caught.value.code == code


def test_each_brand_has_its_own(desk: Desk) -> None:
    other = Brand.objects.create(name="Fjord")
    Channel.objects.create(
        network="mastodon", brand=other, uid="u", handle="fjord@x.example", connected_at=timezone.now()
    )
    assert [brand.name for brand in brands_of(desk.clara)] == ["Fjord", "Nordlicht"]
    assert enter(desk.clara, call(brand=other.pk)).brand == other
    assert enter(desk.clara, call(brand=desk.brand.pk)).brand == desk.brand
    assert [brand.name for brand in brands_of(desk.anna)] == ["Nordlicht"]


def test_only_what_was_entered_is_answered_so(desk: Desk) -> None:
    question = said("1", "Wo?")
    hear(desk.channel, question)
    with pytest.raises(CareError) as caught:
        record(conversation_of(question), desk.anna, "Da")
    assert caught.value.code == "not_known"
    talk = enter(desk.anna, call())
    with pytest.raises(CareError) as caught:
        record(talk, desk.anna, " ")
    assert caught.value.code == "words_needed"
