"""The dialog that joins conversations: what it says before somebody does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk.models import Channel, Conversation, Mention, Sighting, Team
from resonanz.post import Audience
from tests.cast import Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


def heard(desk: Desk, name: str, minutes: int) -> Conversation:
    sighting = said(name, f"Frage {name}", at=timezone.now() - timedelta(minutes=minutes))
    hear(desk.channel, sighting)
    return conversation_of(sighting)


def test_the_dialog_says_who_will_read_more_after_joining(desk: Desk) -> None:
    one, other, third = heard(desk, "1", 5), heard(desk, "2", 4), heard(desk, "3", 3)
    second = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="2", handle="b@social.example", connected_at=timezone.now()
    )
    Conversation.objects.filter(pk=other.pk).update(channel=second)
    Sighting.objects.filter(mention__conversation=other).update(channel=second)
    Mention.objects.filter(conversation=other).update(audience=Audience.DIRECT)
    night = Team.objects.create(name="Night")
    night.channels.add(second)
    night.agents.add(desk.anna)
    client = Client(headers={"accept-language": "en"})
    client.force_login(desk.anna)
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
        heard(desk, str(number), 2)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/c/{one.pk}/join/with")
    assert len(many) == len(few)
