"""What stands in the demonstration from the start, so that a newcomer sees something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import care, demo
from resonanz.desk.care import saved
from resonanz.desk.models import Agent, Conversation, Department, SavedReply, SlaPolicy, Team
from resonanz.phrases import parse
from tests.cast import ADA, MIA, OTTO, US, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
MADE = demo.Demo(port=1, password="a long pass word", tokens={})


def test_a_newcomer_finds_a_department_and_what_the_team_has_learnt(desk: Desk) -> None:
    SlaPolicy.objects.get_or_create(brand=desk.brand)
    demo.people(MADE)
    assert not Department.objects.exists()  # a home that is in use stays as it is
    Agent.objects.all().delete()
    demo.people(MADE)
    demo.people(MADE)
    assert [one.name for one in Department.objects.all()] == ["Lager"]
    assert [saved.standing(one, timezone.localdate()) for one in SavedReply.objects.all()] == ["approved"] * 3
    for one in SavedReply.objects.all():
        for form in ("du", "sie"):
            assert "Jana" in parse(one.text, variables={"name"}).render(
                form=form, values={"name": "Jana"}, seed=1
            )
    assert Team.objects.filter(name="Kundendienst", agents__username="anna").exists()


def test_what_was_answered_long_ago_is_settled_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    old = [
        said("1", "Passt das?", ADA, at=now - timedelta(hours=3)),
        said("2", "Gilt das?", OTTO, at=now - timedelta(hours=2)),
    ]
    new = [said("3", "Wo ist es?", MIA, at=now - timedelta(minutes=9))]
    hear(desk.channel, *old, *new, at=now)
    monkeypatch.setattr(demo, "READY_WITHIN_S", 0.3)
    demo._settle()  # nobody has answered yet: it waits and gives up
    assert not Conversation.objects.filter(state=State.RESOLVED).exists()
    answers = [
        said(f"a{one.post.uri[-1]}", "Ja.", US, to=one, at=now - timedelta(minutes=100)) for one in old
    ]
    answers.append(said("a3", "Unterwegs.", US, to=new[0], at=now - timedelta(minutes=5)))
    hear(desk.channel, *answers, at=now)
    demo._settle()
    assert [conversation_of(one).state for one in (*old, *new)] == [
        State.RESOLVED,
        State.RESOLVED,
        State.OPEN,
    ]
    with pytest.raises(care.CareError):
        care.resolve(conversation_of(old[0]), desk.tom)
