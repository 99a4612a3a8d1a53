"""Joining and parting: what the dialog says before somebody does, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk.models import Channel, Conversation, Mention, Sighting, Team
from resonanz.post import Audience
from tests.cast import OTTO, Desk, conversation_of, hear, said
from tests.desk.web.client import HTMX, fresh, heard, signed_in, take_back, text, told

pytestmark = pytest.mark.django_db


def test_the_dialog_says_who_will_read_more_after_joining(desk: Desk) -> None:
    one, other, third = (heard(desk, name, minutes=ago) for name, ago in (("1", 5), ("2", 4), ("3", 3)))
    second = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="2", handle="b@social.example", connected_at=timezone.now()
    )
    Conversation.objects.filter(pk=other.pk).update(channel=second)
    Sighting.objects.filter(mention__conversation=other).update(channel=second)
    Mention.objects.filter(conversation=other).update(audience=Audience.DIRECT)
    night = Team.objects.create(name="Night")
    night.channels.add(second)
    night.agents.add(desk.anna)
    client = signed_in(desk.anna)
    rows = client.get(f"/c/{one.pk}/join/with").content.decode().split("<li>")[1:]
    said_of = {
        int(re.findall(r'name="other" value="(\d+)"', row)[0]): re.findall(r"<span>(Then [^<]+)</span>", row)
        for row in rows
    }
    assert said_of == {
        third.pk: [],
        other.pk: [
            "Then Night will read what stands here too.",
            "Then Team will read what stands there too, private messages included.",
        ],
    }
    with CaptureQueriesContext(connection) as few:
        client.get(f"/c/{one.pk}/join/with")
    for number in range(4, 8):
        heard(desk, str(number), minutes=2)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/c/{one.pk}/join/with")
    assert len(many) == len(few)


@pytest.mark.usefixtures("nothing_unexplained")
def test_joining_leads_from_one_to_the_other_and_back(ours: Desk) -> None:
    one, other = heard(ours, "1"), heard(ours, "2", minutes=3)
    stranger = heard(ours, "3", OTTO)
    client = signed_in(ours.anna)
    panel = client.get(f"/c/{one.pk}/join/with").content.decode()
    assert re.findall(r'name="other" value="(\d+)"', panel) == [str(other.pk)]
    found = client.get(f"/c/{one.pk}/join/with?q=otto").content.decode()
    assert re.findall(r'name="other" value="(\d+)"', found) == [str(stranger.pk)]
    joined = client.post(f"/c/{one.pk}/join", {"other": other.pk}, headers=HTMX)
    assert client.get(f"/c/{other.pk}/")["Location"] == f"/c/{one.pk}/"
    assert "Anna joined another conversation with this one" in text(client.get(f"/c/{one.pk}/"))
    assert told(take_back(client, joined))["say"] == "Two conversations again"
    assert client.get(f"/c/{other.pk}/").status_code == 200
    assert client.post(f"/c/{one.pk}/part", {"other": other.pk}, headers=HTMX).status_code == 422
    alone = client.post(f"/c/{one.pk}/join", {"other": stranger.pk}, headers=HTMX)
    assert (alone.status_code, "Confirm that it is the same person" in text(alone)) == (422, True)
    same = client.post(f"/c/{one.pk}/join", {"other": stranger.pk, "same": "yes"}, headers=HTMX)
    assert told(same)["back"] == f"/c/{one.pk}/"
    assert client.post(f"/c/{one.pk}/join", {"other": ""}, headers=HTMX).status_code == 404


@pytest.mark.usefixtures("nothing_unexplained")
def test_splitting_opens_the_new_one_and_can_be_undone(ours: Desk) -> None:
    now = timezone.now()
    first = said("1", "Paket?", at=now - timedelta(minutes=9))
    second = said("2", "Rechnung?", at=now - timedelta(minutes=8), to=first)
    hear(ours.channel, first, second)
    talk = conversation_of(first)
    client = signed_in(ours.anna)
    orders = re.findall(
        r'name="post" value="(\d+)"', client.get(f"/c/{talk.pk}/split/posts").content.decode()
    )
    assert len(orders) == 2
    assert client.post(f"/c/{talk.pk}/split", {"post": orders}, headers=HTMX).status_code == 422
    answer = client.post(f"/c/{talk.pk}/split", {"post": orders[1:]}, headers=HTMX)
    made = Conversation.objects.latest("pk")
    assert told(answer)["back"] == f"/c/{made.pk}/"
    assert "Anna made 1 post a conversation of its own" in text(client.get(f"/c/{talk.pk}/"))
    take_back(client, answer) if told(answer)["undo"]["url"] else None
    assert fresh(made).merged_into == talk
    assert talk.mentions.count() == 2
