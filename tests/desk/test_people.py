"""Adding people, changing what they may do, and letting them go."""

from __future__ import annotations

import re

import pytest

from resonanz.case import State
from resonanz.desk import care, people
from resonanz.desk.access import visible_to
from resonanz.desk.models import Agent, Conversation, Event, Role, Team
from tests.cast import Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


def test_somebody_new_gets_a_password_and_every_team(desk: Desk) -> None:
    _agent, password = people.create("nora", name="Nora Falk", role=Role.AGENT)
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", password)
    known = Agent.objects.get(username="nora")
    assert (known.shown_name, known.role, known.check_password(password)) == ("Nora Falk", Role.AGENT, True)
    assert list(known.teams.all()) == list(Team.objects.all())


def test_two_generated_passwords_differ() -> None:
    assert people.generated_password() != people.generated_password()


def test_a_name_to_sign_in_is_given_once(desk: Desk) -> None:
    with pytest.raises(people.PeopleError) as refused:
        people.create("ANNA", name="Another Anna", role=Role.AGENT)
    assert refused.value.code == "taken"


def test_only_operators_change_people(desk: Desk) -> None:
    with pytest.raises(people.PeopleError) as refused:
        people.change_role(desk.anna, Role.LEAD, by=desk.clara)
    assert (refused.value.code, Agent.objects.get(pk=desk.anna.pk).role) == ("not_allowed", Role.AGENT)


def test_a_role_changes(desk: Desk) -> None:
    people.change_role(desk.anna, Role.LEAD, by=desk.olga)
    assert Agent.objects.get(pk=desk.anna.pk).role == Role.LEAD


def test_nobody_takes_their_own_role_away(desk: Desk) -> None:
    with pytest.raises(people.PeopleError) as refused:
        people.change_role(desk.olga, Role.AGENT, by=desk.olga)
    assert refused.value.code == "yourself"


def test_the_last_operator_stays(desk: Desk) -> None:
    second, _ = people.create("otto", name="Otto", role=Role.OPERATOR)
    people.deactivate(desk.olga, by=second)
    with pytest.raises(people.PeopleError) as refused:
        people.deactivate(second, by=Agent.objects.get(pk=desk.olga.pk))
    assert refused.value.code == "last_operator"


def test_who_leaves_gives_open_conversations_back(desk: Desk) -> None:
    post = said("1", "Hallo?")
    hear(desk.channel, post)
    care.assign(conversation_of(post), desk.clara, desk.anna)
    assert people.deactivate(desk.anna, by=desk.olga) == 1
    conversation = Conversation.objects.get()
    assert (conversation.assignee, conversation.state) == (None, State.OPEN)
    last = Event.objects.order_by("-id").first()
    assert last is not None
    assert (last.kind, last.actor, last.facts) == ("assigned", desk.olga.pk, '{"to":null}')
    assert Agent.objects.get(pk=desk.anna.pk).is_active is False


def test_who_comes_back_signs_in_as_before(desk: Desk) -> None:
    people.deactivate(desk.anna, by=desk.olga)
    people.reactivate(desk.anna, by=desk.olga)
    known = Agent.objects.get(pk=desk.anna.pk)
    assert (known.is_active, known.role, known.check_password("a long pass word")) == (True, Role.AGENT, True)


def test_a_forgotten_password_is_replaced(desk: Desk) -> None:
    password = people.reset_password(desk.anna, by=desk.olga)
    known = Agent.objects.get(pk=desk.anna.pk)
    assert (known.check_password(password), known.check_password("a long pass word")) == (True, False)


def test_a_team_sees_its_channels_only(desk: Desk) -> None:
    hear(desk.channel, said("1", "Hallo?"))
    night = people.add_team("Night", by=desk.olga)
    people.arrange_team(Team.objects.get(name="Team"), agents=[desk.ben], channels=[], by=desk.olga)
    people.arrange_team(night, agents=[desk.anna], channels=[desk.channel], by=desk.olga)
    assert (visible_to(desk.anna).count(), visible_to(desk.ben).count(), visible_to(desk.clara).count()) == (
        1,
        0,
        1,
    )


def test_a_team_name_is_given_once(desk: Desk) -> None:
    with pytest.raises(people.PeopleError) as refused:
        people.add_team("team", by=desk.olga)
    assert refused.value.code == "taken"
