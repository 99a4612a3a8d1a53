"""The form for calls and letters, who is found while typing, and the box that notes the answer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk.models import Channel, Conversation
from tests.cast import ADA, Desk
from tests.desk.web.client import HTMX, heard, signed_in, text, told

if TYPE_CHECKING:
    from django.http import HttpResponseBase

pytestmark = pytest.mark.django_db
CALL = {"name": "Frau Krause", "way": "phone", "text": "Das Paket fehlt."}


def page_of(answer: HttpResponseBase) -> str:
    return b"".join(answer).decode()


def test_a_call_becomes_a_conversation_in_the_queue(ours: Desk) -> None:
    client = signed_in(ours.anna)
    inbox = page_of(client.get("/"))
    assert 'data-key="h" href="/by-hand/"' in inbox
    assert 'data-key="h"' in page_of(client.get("/alarms/"))
    assert 'data-key="h"' not in page_of(signed_in(ours.tom).get("/alarms/"))
    answer = client.post("/by-hand/", {**CALL, "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"})
    talk = Conversation.objects.get()
    assert answer["Location"] == f"/c/{talk.pk}/"
    page = text(client.get(answer["Location"]))
    assert "Das Paket fehlt." in page
    assert "By hand" in page
    assert "· Phone" in page
    assert "@Frau Krause" not in page
    assert "then write down here what you said" in page
    assert "Written down. It waits in the queue" in page


def test_the_form_stays_filled_when_something_is_wrong(ours: Desk) -> None:
    answer = signed_in(ours.anna).post("/by-hand/", {**CALL, "text": "", "way": "shop", "at": "morgen"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert "That time lies ahead" in page
    assert 'value="Frau Krause"' in page
    assert re.search(r'value="shop" checked', page)
    later = timezone.localtime() + timedelta(days=1)
    answer = signed_in(ours.anna).post("/by-hand/", {**CALL, "at": f"{later:%Y-%m-%dT%H:%M}"})
    assert (answer.status_code, Conversation.objects.count()) == (422, 0)


def test_known_people_are_offered_while_typing(ours: Desk) -> None:
    known = heard(ours, "1", ADA)
    client = signed_in(ours.anna)
    found = page_of(client.get("/by-hand/people?name=lam"))
    assert f'name="person" value="{known.customer_id}"' in found
    assert "Mastodon · 1 conversation" in text(client.get("/by-hand/people?name=lam"))
    assert page_of(client.get("/by-hand/people?name=l")).strip() == ""
    client.post("/by-hand/", {**CALL, "person": known.customer_id})
    talk = Conversation.objects.exclude(pk=known.pk).get()
    assert talk.customer.contact_id is not None


def test_the_answer_is_noted_and_nothing_sent(ours: Desk) -> None:
    client = signed_in(ours.anna)
    client.post("/by-hand/", CALL)
    talk = Conversation.objects.get()
    answer = client.post(f"/c/{talk.pk}/recorded", {"text": "Kommt morgen."}, headers=HTMX)
    assert told(answer)["say"] == "Written down as answered"
    page = text(client.get(f"/c/{talk.pk}/"))
    assert "Kommt morgen." in page
    assert "waits for the customer" in page
    empty = client.post(f"/c/{talk.pk}/recorded", {"text": ""}, headers=HTMX)
    assert (empty.status_code, "Write down in a few words" in page_of(empty)) == (422, True)


def test_several_brands_are_asked_for(ours: Desk) -> None:
    client = signed_in(ours.anna)
    assert "For which brand?" not in page_of(client.get("/by-hand/"))


def test_the_next_one_begins_as_the_last_one_came(ours: Desk) -> None:
    client = signed_in(ours.anna)
    client.post("/by-hand/", {**CALL, "way": "letter"})
    assert re.search(r'value="letter" checked', page_of(client.get("/by-hand/")))
    assert re.search(r'value="shop" checked', page_of(client.get("/by-hand/?way=shop")))
    client.cookies["resonanz_by_hand"] = "pigeon.x"
    assert re.search(r'value="phone" checked', page_of(client.get("/by-hand/")))


def test_trainees_are_told_why_not(ours: Desk) -> None:
    client = signed_in(ours.tom)
    assert "once you are an agent" in page_of(client.get("/by-hand/"))
    assert 'data-key="h"' not in page_of(client.get("/"))


def test_its_channel_is_none_to_mend(ours: Desk) -> None:
    signed_in(ours.anna).post("/by-hand/", CALL)
    channel = Channel.objects.get(network="hand")
    client = signed_in(ours.olga)
    assert f'id="channel-{channel.pk}"' not in page_of(client.get("/settings/channels/"))
    assert client.post(f"/settings/channels/{channel.pk}/pause/").status_code == 404
    for address in (
        "/",
        "/start/",
        "/settings/hours/",
        "/wall/",
        "/reports/responses/?by=channel",
        "/search/?q=paket",
    ):
        assert client.get(address).status_code == 200
