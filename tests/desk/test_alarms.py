"""Alarms: who is told when something becomes due, is overdue, or was promised and not kept. Each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from resonanz.case import Urgency, Waiting
from resonanz.desk import care, own_address, projection
from resonanz.desk.care.alarms import alarm_next
from resonanz.desk.care.base import tell
from resonanz.desk.models import (
    Agent,
    Brand,
    Channel,
    Conversation,
    Event,
    Letter,
    Notice,
    Role,
    SlaPolicy,
    Team,
)
from resonanz.desk.settings import MailServer
from resonanz.desk.storage import to_ms
from tests.cast import ADA, NOON, OTTO, PERIODS, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as traveller:
        yield traveller


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def case_of(desk: Desk, name: str = "1", **how: object) -> Conversation:
    post = said(name, "Wann kommt mein Paket?", **how)  # type: ignore[arg-type]
    hear(desk.channel, post)
    return conversation_of(post)


def all_told() -> list[tuple[str, str]]:
    """Let the alarms run to their end and return who was told of what, by name."""
    for _ in range(20):
        if not alarm_next():
            break
    else:
        raise AssertionError("the alarms never end")
    return sorted(Notice.objects.values_list("agent__username", "kind"))


def test_the_owner_is_warned_once_before_it_is_due(desk: Desk, clock: time_machine.Traveller) -> None:
    case = case_of(desk)
    care.assign(case, desk.anna, desk.anna)
    clock.move_to(minutes(44))
    assert all_told() == []
    clock.move_to(minutes(46))
    assert all_told() == [("anna", "due_soon")]
    assert all_told() == [("anna", "due_soon")]
    assert Event.objects.get(kind="warned").facts == f'{{"due":{to_ms(minutes(60))}}}'
    assert Conversation.objects.get().warned_due_at == minutes(60)
    assert projection.differences() == []


def test_what_nobody_has_warns_those_on_shift(desk: Desk, clock: time_machine.Traveller) -> None:
    Agent.objects.filter(pk__in=[desk.anna.pk, desk.tom.pk]).update(on_shift_at=NOON)
    case_of(desk)
    clock.move_to(minutes(50))
    assert all_told() == [("anna", "due_soon")]


def test_a_new_due_time_warns_again(desk: Desk, clock: time_machine.Traveller) -> None:
    case = case_of(desk)
    care.assign(case, desk.anna, desk.anna)
    clock.move_to(minutes(50))
    all_told()
    Notice.objects.update(seen_at=minutes(50))
    SlaPolicy.objects.update(first_response_s=7200)
    care.sort(case, desk.anna, urgency=Urgency.URGENT)
    clock.move_to(minutes(110))
    assert all_told() == [("anna", "due_soon"), ("anna", "due_soon")]


def test_a_breach_is_told_to_the_leads_and_by_letter(
    desk: Desk, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.MAIL = MailServer("localhost", 25, "", "", "no")
    Agent.objects.filter(pk=desk.clara.pk).update(email="clara@example.org", language="de")
    case_of(desk)
    case_of(desk, "2", author=OTTO)
    clock.move_to(minutes(61))
    assert all_told() == [("clara", "overdue"), ("clara", "overdue")]
    letter = Letter.objects.get()
    assert (letter.to, letter.due_at) == ("clara@example.org", minutes(61))
    assert Event.objects.filter(kind="escalated").count() == 2
    clock.move_to(minutes(80))
    case_of(desk, "3", author=ADA, at=minutes(15))
    assert len(all_told()) == 3
    assert Letter.objects.count() == 2
    assert projection.differences() == []


@pytest.mark.parametrize(
    ("public", "used", "ends"),
    [
        ("", "", "stands in the queue.\n"),
        ("", "http://localhost:8000/", "\n\nhttp://localhost:8000/\n"),
        ("https://desk.nordlicht.example", "http://localhost:8000", "\n\nhttps://desk.nordlicht.example/\n"),
    ],
)
def test_the_letter_links_to_the_desk_where_its_address_is_known(
    desk: Desk, clock: time_machine.Traveller, settings: Settings, public: str, used: str, ends: str
) -> None:
    own_address.remember(used)
    settings.MAIL, settings.PUBLIC_ADDRESS = MailServer("localhost", 25, "", "", "no"), public
    Agent.objects.filter(pk=desk.clara.pk).update(email="clara@example.org", language="en")
    case_of(desk)
    clock.move_to(minutes(61))
    all_told()
    assert Letter.objects.get().body.endswith(ends)


def test_without_a_mail_server_no_letter_is_written(desk: Desk, clock: time_machine.Traveller) -> None:
    Agent.objects.filter(pk=desk.clara.pk).update(email="clara@example.org")
    case_of(desk)
    clock.move_to(minutes(61))
    assert all_told() == [("clara", "overdue")]
    assert Letter.objects.count() == 0


def test_a_breach_is_told_to_whom_the_brand_names_after_its_time(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    SlaPolicy.objects.update(escalate_s=600, escalate_to=desk.ben)
    case_of(desk)
    clock.move_to(minutes(69))
    assert all_told() == []
    clock.move_to(minutes(70))
    assert all_told() == [("ben", "overdue")]


def test_who_left_is_told_nothing(desk: Desk, clock: time_machine.Traveller) -> None:
    SlaPolicy.objects.update(escalate_to=desk.ben)
    Agent.objects.filter(pk__in=[desk.ben.pk, desk.clara.pk]).update(is_active=False)
    case_of(desk)
    clock.move_to(minutes(61))
    assert all_told() == [("olga", "overdue")]


def test_a_broken_promise_is_told_to_the_leads_as_such(desk: Desk, clock: time_machine.Traveller) -> None:
    case = case_of(desk)
    with transaction.atomic():
        tell("promised", minutes(1), case, desk.anna, until=to_ms(minutes(120)), told=1)
    clock.move_to(minutes(70))
    assert all_told() == []
    clock.move_to(minutes(121))
    assert all_told() == [("clara", "broken")]
    with transaction.atomic():
        tell("promised", minutes(121), case, desk.anna, until=to_ms(minutes(180)), told=1)
    clock.move_to(minutes(181))
    assert all_told() == [("clara", "broken"), ("clara", "broken")]
    assert projection.differences() == []


def test_nobody_is_told_of_what_is_answered_settled_or_old(desk: Desk, clock: time_machine.Traveller) -> None:
    care.reply(case_of(desk), desk.anna, care.Reply(text="Morgen."))
    settled = case_of(desk, "2", author=OTTO)
    care.resolve(settled, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    clock.move_to(minutes(61))
    assert all_told() == []
    waits = case_of(desk, "3", author=OTTO, at=minutes(60))
    care.wait_for(waits, desk.anna, Waiting.DEPARTMENT)
    clock.move_to(minutes(60 + 60 + 25 * 60))
    assert [row for row in all_told() if row[1] == "overdue"] == []


def test_a_brand_without_a_policy_has_the_usual_one(desk: Desk, clock: time_machine.Traveller) -> None:
    SlaPolicy.objects.all().delete()
    care.assign(case_of(desk), desk.anna, desk.anna)
    clock.move_to(minutes(50))
    assert all_told() == [("anna", "due_soon")]


def test_each_brand_has_its_own_times_and_all_are_asked_at_once(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    SlaPolicy.objects.update(escalate_to=desk.ben)
    counted, cases = [], []
    for number in range(5):
        brand = Brand.objects.create(name=f"Marke {number}")
        terms = {"warn_s": 60 * (number + 1), "escalate_s": 60 * number}
        SlaPolicy.objects.create(brand=brand, periods=PERIODS, **terms)
        channel = Channel.objects.create(
            network="mastodon", brand=brand, uid=str(number), handle=str(number), connected_at=minutes(-60)
        )
        Team.objects.get().channels.add(channel)
        post = said(str(number), "Wann kommt mein Paket?", replace(ADA, uid=f"u{number}"))
        hear(channel, post)
        cases.append(conversation_of(post))
        with CaptureQueriesContext(connection) as asked:
            assert alarm_next() is False
        counted.append(len(asked))
    assert counted == [5] * 5
    Agent.objects.filter(pk=desk.anna.pk).update(on_shift_at=NOON)
    clock.move_to(minutes(57))  # three minutes before: those who want to know three or more before
    assert all_told() == [("anna", "due_soon")] * 3
    clock.move_to(minutes(62))  # two minutes after
    late = [row for row in all_told() if row[1] == "overdue"]
    assert late == [("clara", "overdue")] * 3
    told = Notice.objects.filter(kind="overdue").values_list("conversation", flat=True)
    assert set(told) == {case.pk for case in cases[:3]}


def test_without_any_lead_nothing_hangs(desk: Desk, clock: time_machine.Traveller) -> None:
    Agent.objects.exclude(role=Role.AGENT).update(is_active=False)
    case = case_of(desk)
    with transaction.atomic():
        tell("promised", minutes(1), case, desk.anna, until=to_ms(minutes(10)), told=1)
    clock.move_to(minutes(70))
    assert all_told() == []
