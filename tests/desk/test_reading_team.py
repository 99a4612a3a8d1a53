"""What pages show of the team asks the database as little for many rows as for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from resonanz.desk import care, reading_history, reading_team
from resonanz.desk.care.notes import askable_in
from resonanz.desk.models import Agent, Brand, Channel, Team
from tests.cast import ADA, NOON, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


def test_the_end_of_a_shift_asks_as_little_for_five_cases_as_for_one(desk: Desk) -> None:
    counted = []
    for number in range(5):
        brand = Brand.objects.create(name=f"Marke {number}")
        channel = Channel.objects.create(
            network="mastodon", brand=brand, uid=str(number), handle=str(number), connected_at=NOON
        )
        Team.objects.get().channels.add(channel)
        post = said(str(number), "Wo ist mein Paket?", replace(ADA, uid=f"u{number}"), at=timezone.now())
        hear(channel, post)
        care.assign(conversation_of(post), desk.anna, desk.anna)
        with CaptureQueriesContext(connection) as asked:
            shown = reading_team.open_cases(desk.anna)
        counted.append(len(asked))
    assert (len(shown), set(counted)) == (5, {counted[0]})
    assert {one.receivers for one in shown} == {(desk.ben, desk.clara, desk.olga)}


def test_who_sees_a_case_by_another_channel_can_have_it(desk: Desk) -> None:
    fjord = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="fjord", handle="fjord", connected_at=NOON
    )
    team = Team.objects.create(name="Fjord")
    team.channels.add(fjord)
    rolf = Agent.objects.create_user("rolf", first_name="Rolf", role="agent")
    team.agents.add(rolf)
    both, one = (said(name, "@alle Hallo", at=timezone.now()) for name in ("1", "2"))
    hear(desk.channel, both, replace(one, post=replace(one.post, author=OTTO)))
    hear(fjord, both)
    cases = [conversation_of(both), conversation_of(one)]
    found = askable_in(cases)
    assert found == {talk.pk: care.askable(talk) for talk in cases}
    assert [rolf in found[talk.pk] for talk in cases] == [True, False]


def test_a_parted_conversation_counts_what_went_where_without_asking_again(desk: Desk) -> None:
    first = said("0", "Frage 0", at=timezone.now() - timedelta(minutes=9))
    later = timezone.now() - timedelta(minutes=8)
    posts = [said(str(number), f"Frage {number}", at=later, to=first) for number in range(1, 7)]
    hear(desk.channel, first, *posts)
    talk = conversation_of(first)
    orders = list(talk.mentions.order_by("order").values_list("order", flat=True))
    counted = []
    for some in (orders[1:3], orders[3:4], orders[4:7]):
        care.split(talk, desk.anna, some)
        with translation.override("en"), CaptureQueriesContext(connection) as asked:
            lines = reading_history.lines(talk)
        counted.append(len(asked))
    assert [line.words for line in lines] == [
        "Anna made 2 posts a conversation of their own",
        "Anna made 1 post a conversation of its own",
        "Anna made 3 posts a conversation of their own",
    ]
    assert counted == [counted[0]] * 3
