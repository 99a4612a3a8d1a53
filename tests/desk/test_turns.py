"""Reports walk what was said: cases that come back, and what a customer wrote while somebody answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from resonanz.desk import care, outbox, responses
from resonanz.desk.models import Conversation
from tests.cast import NOON, Desk, conversation_of, hear, said
from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
MAY, JUNE = datetime(2026, 5, 12, 10, tzinfo=UTC), datetime(2026, 6, 12, 10, tzinfo=UTC)


def report() -> dict[str, object]:
    (row,) = responses.response_rows(by=None, within=[])
    return row


def test_answered_in_may_and_asked_again_in_june_are_two_and_one_has_no_answer(
    desk: Desk, fake: World
) -> None:
    first = said("may", "Wo bleibt mein Paket?", at=MAY)
    fake.posts["may"] = first
    with time_machine.travel(MAY + timedelta(minutes=5), tick=False):
        hear(desk.channel, first, at=MAY + timedelta(minutes=1))
        care.reply(conversation_of(first), desk.anna, care.Reply(text="Kommt heute.", then_resolve=True))
        assert outbox.deliver_next() is True
    again = said("june", "Und wo bleibt das nächste?", at=JUNE, to=first)
    with time_machine.travel(JUNE + timedelta(minutes=5), tick=False):
        hear(desk.channel, again, at=JUNE + timedelta(minutes=1))
        assert conversation_of(again) != conversation_of(first)
        assert Conversation.objects.count() == 2
        row = report()
    assert (row["conversations"], row["answered"], row["response_rate"]) == (2, 1, 0.5)
    assert (row["turns"], row["turns_answered"], row["reopened"]) == (2, 1, 0)


def test_what_came_while_somebody_wrote_is_a_turn_of_its_own(desk: Desk, fake: World) -> None:
    question = said("1", "Wo bleibt mein Paket?")
    fake.posts["1"] = question
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        hear(desk.channel, question)
        care.reply(conversation_of(question), desk.anna, care.Reply(text="Kommt heute."))
        assert outbox.deliver_next() is True
    meanwhile = said("2", "Und die Rechnung?", at=NOON + timedelta(minutes=4), to=question)
    hear(desk.channel, meanwhile, at=NOON + timedelta(minutes=6))
    row = report()
    assert (row["turns"], row["turns_answered"], row["conversations"]) == (2, 1, 1)
