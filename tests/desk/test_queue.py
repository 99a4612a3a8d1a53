"""The queue's statements: what an answer on its way hides, and that no view looks through all deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from resonanz.desk import queue
from resonanz.desk.models import Conversation, Delivery, Outcome
from tests.cast import ADA, NOON, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(desk: Desk) -> list[Conversation]:
    posts = [said("1", "Wo ist mein Paket?", ADA), said("2", "Und meins?", OTTO)]
    hear(desk.channel, *posts)
    return [conversation_of(post) for post in posts]


def planned(desk: Desk, talk: Conversation | None, **changed: object) -> Delivery:
    facts = {"conversation": talk, "channel": desk.channel, "text": "Gleich.", "audience": 2, "ceiling": 3}
    times = {"planned_at": NOON, "due_at": NOON}
    return Delivery.objects.create(**facts | times | changed)


def shown(desk: Desk) -> list[int]:
    return [talk.pk for talk in queue.first_of(desk.anna, "waiting", 25)]


def test_an_answer_on_its_way_hides_its_conversation_and_no_other(
    desk: Desk, waiting: list[Conversation]
) -> None:
    first, second = waiting
    reply = planned(desk, first)
    assert shown(desk) == [second.pk]
    assert queue.numbers(desk.anna)["waiting"] == 1
    Delivery.objects.filter(pk=reply.pk).update(state=Outcome.SENT)
    assert shown(desk) == [first.pk, second.pk]


def test_what_belongs_to_no_conversation_hides_none(desk: Desk, waiting: list[Conversation]) -> None:
    planned(desk, None)
    assert shown(desk) == [talk.pk for talk in waiting]
    assert queue.numbers(desk.anna)["waiting"] == 2


@pytest.mark.parametrize(
    "changed", [{"needs_release": True}, {"error_code": "gone"}, {"reaction": "favourite"}]
)
def test_what_does_not_go_out_by_itself_hides_none(
    desk: Desk, waiting: list[Conversation], changed: dict[str, object]
) -> None:
    planned(desk, waiting[0], **changed)
    assert shown(desk) == [talk.pk for talk in waiting]
    assert queue.numbers(desk.anna)["release"] == ("needs_release" in changed)


def test_deliveries_that_are_settled_are_not_looked_through(desk: Desk) -> None:
    """Their number only grows; SQLite takes the index of those to do only if a statement names the states."""
    asked: list[tuple[str, Any]] = []  # with their values apart, as SQLite gets them

    def keep(
        execute: Callable[..., object], sql: str, params: object, many: object, context: object
    ) -> object:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        queue.numbers(desk.anna)
        queue.first_of(desk.anna, "waiting", 25)
    counting = [(sql, params) for sql, params in asked if "needs_release" in sql]
    assert len(counting) == 2
    for sql, params in counting:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plan = [row[3] for row in cursor.fetchall()]
        read = {step for step in plan if step.startswith(("SCAN V0", "SEARCH V0"))}
        assert read == {"SCAN V0 USING INDEX delivery_to_do"}, plan
