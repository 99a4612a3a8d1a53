"""The panel behind `s`, what it sends, what stands in the thread, and why nobody is answered."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.case import ReplyKind, State
from resonanz.desk import care, outbox
from resonanz.desk.models import Clock, Conversation, Delivery, Mention, Outcome, SlaPolicy
from resonanz.desk.storage import to_ms
from tests.cast import ADA, Desk, conversation_of, hear, said
from tests.fake import World

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import Settings

    from resonanz.desk.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    """Ada's open question; somebody is on duty day and night."""
    SlaPolicy.objects.update(periods={str(day): [[0, 1440]] for day in range(7)}, country="")
    question = said("1", "Wo bleibt mein Paket?", at=timezone.now() - timedelta(minutes=15))
    hear(desk.channel, question)
    fake.posts["1"] = question
    return conversation_of(question)


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def panel(client: Client, case: Conversation) -> str:
    return client.get(f"/c/{case.pk}/promises", headers=HTMX).content.decode()


def done(response: HttpResponse) -> dict[str, object]:
    assert response.status_code == 204, response.content.decode()
    told: dict[str, object] = json.loads(response.headers["HX-Trigger"])["resonanz:done"]
    return told


def post(client: Client, case: Conversation, verb: str, **fields: object) -> HttpResponse:
    response: HttpResponse = client.post(f"/c/{case.pk}/{verb}", fields, headers=HTMX)  # type: ignore[assignment]
    return response


def test_the_panel_has_one_time_chosen_and_the_words_ready(case: Conversation, desk: Desk) -> None:
    page = panel(signed_in(desk.anna), case)
    assert len(re.findall(r'type="radio"[^>]* checked', page)) == 1
    (text,) = re.findall(r'<textarea id="promise-text"[^>]*>([^<]*)</textarea>', page)
    (chosen,) = re.findall(r'data-text="([^"]*)" checked', page)
    assert text == chosen
    assert "wir sind dran" in text
    assert "{due}" in page
    assert "Public, as the post" in page
    assert "Nobody is on duty" not in page


def test_without_script_the_panel_is_a_page(case: Conversation, desk: Desk) -> None:
    page = signed_in(desk.anna).get(f"/c/{case.pk}/promises").content.decode()
    assert "Ada Lamm · Resonanz</title>" in page
    assert f'action="/c/{case.pk}/acknowledge"' in page


def test_trainees_and_settled_matters_have_nothing_to_promise(case: Conversation, desk: Desk) -> None:
    assert "Nothing can be promised here" in panel(signed_in(desk.tom), case)
    care.resolve(case, desk.anna, care.Dismissal.SPAM)
    page = panel(signed_in(desk.anna), case)
    assert "Nothing can be promised here" in page
    assert "promise-form" not in page


def test_out_of_hours_only_the_next_working_day_is_offered_and_it_says_why(
    case: Conversation, desk: Desk
) -> None:
    later = str((timezone.localtime().weekday() + 3) % 7)
    SlaPolicy.objects.update(periods={later: [[480, 1200]]})
    page = panel(signed_in(desk.anna), case)
    assert len(re.findall(r'name="until" value="\d+"', page)) == 1
    assert "next working day" in page
    assert "Nobody is on duty for the rest of the day" in page


def test_one_key_sends_the_acknowledgement_once_and_offers_undo(
    case: Conversation, desk: Desk, fake: World, settings: Settings
) -> None:
    settings.UNDO_S = 5
    client = signed_in(desk.anna)
    page = panel(client, case)
    (ms,) = re.findall(r'value="(\d+)" data-text="[^"]*" checked', page)
    (text,) = re.findall(r'<textarea id="promise-text"[^>]*>([^<]*)</textarea>', page)
    (once,) = re.findall(r'name="once" value="([^"]+)"', page)
    form = {"until": ms, "text": text, "once": once}
    told = done(post(client, case, "acknowledge", **form))
    delivery = Delivery.objects.get()
    assert told["undo"] == {"url": f"/d/{delivery.pk}/cancel", "sending": True, "seconds": 5}
    assert "Ada Lamm is told: answer by " in str(told["say"])
    done(post(client, case, "acknowledge", **form))
    assert Delivery.objects.count() == 1
    thread = client.get(f"/c/{case.pk}/").content.decode()
    assert "acknowledgement" in thread
    Delivery.objects.update(due_at=timezone.now())
    outbox.deliver_next()
    assert to_ms(Conversation.objects.get().promised_at or timezone.now()) == int(ms)
    assert fake.received[0].draft.text == f"{text} ^an"
    after = client.get(f"/c/{case.pk}/").content.decode()
    assert "promised by " in after
    assert "Anna promised an answer by " in after
    standing = after.split('id="standing"')[1].split("</p>")[0]
    assert standing.count("promised by ") == 1
    assert standing.count("<time") == 1  # the promise is what is due, so it is said once
    assert "1 open" in after


def test_a_promise_by_telephone_is_undone_by_its_toast(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    until = str(to_ms(timezone.now() + timedelta(hours=2)))
    told = done(post(client, case, "promise", until=until, text="ignored"))
    assert (Clock.objects.filter(kind=2).count(), Delivery.objects.count()) == (1, 0)
    undo = told["undo"]
    assert isinstance(undo, dict)
    done(client.post(undo["url"], headers=HTMX))  # type: ignore[arg-type]
    assert Clock.objects.filter(kind=2).count() == 0
    assert "Anna took the promise back" in client.get(f"/c/{case.pk}/").content.decode()


def test_ones_own_time_and_what_cannot_be_one(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    own = (timezone.localtime() + timedelta(hours=3)).replace(second=0, microsecond=0)
    done(post(client, case, "promise", until="own", until_own=f"{own:%Y-%m-%dT%H:%M}"))
    assert Conversation.objects.get().promised_at == own
    for bad in (
        {},
        {"until": "own", "until_own": ""},
        {"until": "own", "until_own": "2026-99-99T99:99"},
        {"until": "9" * 18},
        {"until": "soon"},
    ):
        response = post(client, case, "promise", **bad)
        assert (response.status_code, "Choose a time" in response.content.decode()) == (422, True)
    past = post(client, case, "promise", until=str(to_ms(timezone.now() - timedelta(hours=1))))
    assert "That time is over" in past.content.decode()


def test_a_time_out_of_hours_is_taken_and_said(case: Conversation, desk: Desk) -> None:
    later = str((timezone.localtime().weekday() + 3) % 7)
    SlaPolicy.objects.update(periods={later: [[480, 1200]]})
    until = str(to_ms(timezone.now() + timedelta(hours=1)))
    assert "Nobody is on duty then." in str(
        done(post(signed_in(desk.anna), case, "promise", until=until))["say"]
    )


def test_a_reply_carries_a_promise(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    until = to_ms(timezone.now() + timedelta(hours=2))
    done(post(client, case, "reply", text="Ich frage im Lager.", promise=str(until)))
    assert to_ms(Delivery.objects.get().promise_until or timezone.now()) == until
    done(post(client, case, "reply", text="Und noch etwas.", promise="", despite="answered_yourself:1"))
    assert Delivery.objects.filter(promise_until=None).count() == 1
    late = post(client, case, "reply", text="Zu spät.", promise="1")
    assert "That time is over" in late.content.decode()


def test_putting_aside_and_taking_that_back(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    at = to_ms(timezone.now() + timedelta(days=2))
    told = done(post(client, case, "follow-up", at=str(at)))
    assert "still waits" in str(told["say"])
    assert to_ms(Conversation.objects.get().follow_up_at or timezone.now()) == at
    thread = client.get(f"/c/{case.pk}/").content.decode()
    assert "follow-up " in thread
    assert "Anna looks at this again on " in thread
    undo = told["undo"]
    assert isinstance(undo, dict)
    done(client.post(undo["url"], undo["values"], headers=HTMX))  # type: ignore[arg-type]
    assert Conversation.objects.get().follow_up_at is None
    assert "Anna ended the follow-up" in client.get(f"/c/{case.pk}/").content.decode()


def test_a_moved_promise_says_what_the_customer_expects(case: Conversation, desk: Desk) -> None:
    care.promise(case, desk.anna, timezone.now() + timedelta(hours=1))
    page = panel(signed_in(desk.anna), case)
    assert "Promise another time" in page
    assert "Ada Lamm expects an answer by " in page


def test_who_waits_is_dismissed_with_a_reason_that_stays_to_be_read(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    page = client.get(f"/c/{case.pk}/").content.decode()
    assert [int(n) for n in re.findall(r'name="reason" value="(\d)"', page)] == [1, 2, 3, 4, 5, 6]
    refused = post(client, case, "resolve")
    assert "Somebody is still waiting here" in refused.content.decode()
    done(post(client, case, "resolve", reason="2"))
    after = client.get(f"/c/{case.pk}/").content.decode()
    assert "Anna closed this without an answer: spam or advertising" in after
    assert Clock.objects.get().reason == care.Dismissal.SPAM
    assert f'action="/c/{case.pk}/reopen"' in after
    done(post(client, case, "reopen"))
    again = client.get(f"/c/{case.pk}/").content.decode()
    assert "Anna opened this again" in again
    assert Conversation.objects.get().state == State.OPEN


def test_who_was_answered_is_settled_without_a_question(case: Conversation, desk: Desk, fake: World) -> None:
    care.reply(case, desk.anna, care.Reply(text="Kommt morgen!"))
    outbox.deliver_next()
    client = signed_in(desk.anna)
    assert 'name="reason"' not in client.get(f"/c/{case.pk}/").content.decode()
    done(post(client, case, "resolve"))
    assert "Anna settled this" in client.get(f"/c/{case.pk}/").content.decode()


def test_what_a_machine_said_is_marked(case: Conversation, desk: Desk) -> None:
    Delivery.objects.create(
        channel=desk.channel,
        conversation=case,
        answers=Mention.objects.get(),
        kind=int(ReplyKind.AUTOMATIC),
        text="Automatische Antwort: ab 8.",
        audience=0,
        ceiling=3,
        planned_at=timezone.now(),
        due_at=timezone.now(),
        state=Outcome.PLANNED,
    )
    page = signed_in(desk.anna).get(f"/c/{case.pk}/").content.decode()
    assert "automatic</span>" in page


def test_lines_cost_two_queries_however_many(case: Conversation, desk: Desk) -> None:
    client = signed_in(desk.anna)
    client.get(f"/c/{case.pk}/thread")
    counts = []
    for _round in range(2):
        for hours in (1, 2, 3):
            care.promise(case, desk.anna, timezone.now() + timedelta(hours=hours))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(f"/c/{case.pk}/thread")
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert ADA.name in client.get(f"/c/{case.pk}/").content.decode()
