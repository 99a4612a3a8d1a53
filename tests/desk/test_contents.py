"""What a conversation has at all: asked once while a page is only read, and true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.case import ClockKind
from resonanz.desk import care
from resonanz.desk.contents import PARTS, may_have
from resonanz.desk.looks import in_one_look
from resonanz.desk.models import (
    Agent,
    Attachment,
    AuthorHandle,
    Clock,
    Conversation,
    Delivery,
    Department,
    Enquiry,
    Incident,
    IncidentLink,
    Lookalike,
    Note,
    Unsent,
)
from resonanz.desk.reading import person
from resonanz.post import Audience
from tests.cast import OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
NAMES = [*PARTS, "handles", "lookalike", "promises"]


def _tag(talk: Conversation, agent: Agent) -> Model:
    care.tag(talk, agent, "Toner")
    return talk.tags.get()


def _enquiry(talk: Conversation, _agent: Agent) -> Model:
    asked = Department.objects.create(name="Versand", email="versand@nordlicht.example")
    now = timezone.now()
    return Enquiry.objects.create(
        conversation=talk, department=asked, question="Wo?", asked_at=now, due_at=now
    )


def _file(talk: Conversation, agent: Agent) -> Model:
    return Attachment.objects.create(
        conversation=talk, agent=agent, kind="image", bytes_count=1, added_at=timezone.now()
    )


def _delivery(talk: Conversation, agent: Agent) -> Model:
    return Delivery.objects.create(
        conversation=talk,
        channel=talk.channel,
        agent=agent,
        text="Hallo",
        audience=Audience.PUBLIC,
        planned_at=timezone.now(),
    )


def _link(talk: Conversation, _agent: Agent) -> Model:
    storm = Incident.objects.create(brand=talk.brand, title="Störung", opened_at=timezone.now())
    return IncidentLink.objects.create(conversation=talk, incident=storm, linked_at=timezone.now())


MAKERS: dict[str, Callable[[Conversation, Agent], Model]] = {
    "files": _file,
    "deliveries": _delivery,
    "enquiries": _enquiry,
    "incidents": _link,
    "notes": lambda t, a: Note.objects.create(conversation=t, agent=a, text="x", written_at=timezone.now()),
    "tags": _tag,
    "unsent": lambda t, a: Unsent.objects.create(
        conversation=t, agent=a, text="x", written_at=timezone.now()
    ),
    "handles": lambda t, _a: AuthorHandle.objects.create(
        author=t.customer, handle="ada_alt", until=timezone.now()
    ),
    "lookalike": lambda t, _a: Lookalike.objects.create(
        author=t.customer,
        brand=t.brand,
        network="mastodon",
        handle="ada",
        strength=1,
        found_at=timezone.now(),
    ),
    "promises": lambda t, _a: Clock.objects.create(
        conversation=t, number=9, kind=ClockKind.PROMISE, started_at=timezone.now(), due_at=timezone.now()
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_there_is_known(name: str, case: Conversation, desk: Desk) -> None:
    with in_one_look():
        assert [part for part in NAMES if may_have(case, part)] == []
    MAKERS[name](case, desk.anna)
    with in_one_look():
        assert [part for part in NAMES if may_have(case, part)] == [name]


def test_it_is_asked_once_a_page_and_for_each_conversation(case: Conversation, desk: Desk) -> None:
    other = said("2", "Danke!", OTTO)
    hear(desk.channel, other)
    second = conversation_of(other)
    _tag(second, desk.anna)
    with in_one_look(), CaptureQueriesContext(connection) as asked:
        assert not may_have(case, "tags")
        assert not may_have(case, "notes")
        assert may_have(second, "tags")
        assert not may_have(second, "notes")
    assert len(asked) == 2


def test_while_something_is_done_everything_may_be_there(case: Conversation) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert all(may_have(case, name) for name in NAMES)
    assert not asked.captured_queries


def test_a_promise_made_in_an_earlier_matter_counts(case: Conversation, desk: Desk) -> None:
    MAKERS["promises"](case, desk.anna)
    case.customer.save()
    later = Conversation.objects.get(pk=case.pk)
    later.pk = None
    later.save()
    with in_one_look():
        assert may_have(later, "promises")
        assert [matter.number for matter in person(later, desk.anna).earlier] == [case.pk]
