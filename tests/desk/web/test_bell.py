"""The bell: its number, its page, its facts for the script, and what is seen."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from resonanz.desk import care
from resonanz.desk.care.base import notify
from resonanz.desk.models import Agent, Conversation, Note, Notice, NoticeKind
from tests.cast import ADA, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
FACTS = {"Accept": "application/json"}


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def case_of(desk: Desk, name: str = "1", author: object = ADA) -> Conversation:
    post = said(name, "Hallo", author, at=timezone.now())  # type: ignore[arg-type]
    hear(desk.channel, post)
    return conversation_of(post)


def ring(agent: Agent, kind: NoticeKind, case: Conversation | None, **how: object) -> None:
    with transaction.atomic():
        notify(agent, kind, case, **how)  # type: ignore[arg-type]


def test_the_number_counts_conversations_not_rings(desk: Desk) -> None:
    case = case_of(desk)
    care.assign(case, desk.ben, desk.anna)
    ring(desk.anna, NoticeKind.DUE_SOON, case)
    ring(desk.anna, NoticeKind.SAFETY_SHARE, None)
    page = signed_in(desk.anna).get("/").content.decode()
    assert '<span class="count" id="bell-count">2</span>' in page
    facts = signed_in(desk.anna).get("/bell/", headers=FACTS).json()
    assert (facts["count"], facts["conversations"]) == (2, [case.pk])
    assert facts["newest"]["words"] == "too many in the safety lane"
    assert facts["newest"]["url"] == "/bell/"
    assert signed_in(desk.ben).get("/bell/", headers=FACTS).json() == {
        "count": 0,
        "conversations": [],
        "rings": [],
        "newest": None,
        "loud": None,
        "waiting": 1,
    }


def test_danger_stays_loud_behind_newer_things(desk: Desk) -> None:
    case = case_of(desk)
    ring(desk.anna, NoticeKind.SAFETY, case)
    ring(desk.anna, NoticeKind.SAFETY_SHARE, None)
    facts = signed_in(desk.anna).get("/bell/", headers=FACTS).json()
    assert (facts["loud"]["words"], facts["loud"]["url"]) == ("Ada Lamm: danger", f"/c/{case.pk}/")


def test_the_page_gathers_by_conversation_newest_first(desk: Desk) -> None:
    first, second = case_of(desk), case_of(desk, "2", OTTO)
    ring(desk.anna, NoticeKind.DUE_SOON, first)
    note = Note.objects.create(
        conversation=second, agent=desk.ben, text="Weißt du das?", written_at=timezone.now()
    )
    ring(desk.anna, NoticeKind.MENTIONED, second, by=desk.ben, note=note)
    ring(desk.anna, NoticeKind.SAFETY, first, by=desk.ben)
    page = signed_in(desk.anna).get("/bell/").content.decode()
    assert "2 things concern you" in page
    assert page.index("Ada Lamm") < page.index("Otto Traut")
    said_words = ["danger, says Ben", "due soon", "Ben asks you in a note", "Weißt du das?"]
    assert [word for word in said_words if word not in page] == []
    assert "is-loud" in page


def test_the_headline_counts_the_rows_that_are_new(desk: Desk) -> None:
    first, second = case_of(desk), case_of(desk, "2", OTTO)
    ring(desk.anna, NoticeKind.DUE_SOON, first)
    Notice.objects.update(seen_at=timezone.now())
    ring(desk.anna, NoticeKind.DUE_SOON, second)
    ring(desk.anna, NoticeKind.SAFETY_SHARE, None)
    ring(desk.anna, NoticeKind.EXPIRED, None)
    client = signed_in(desk.anna)
    new, seen = client.get("/bell/").content.decode().split("Looked at already")
    assert "3 things concern you" in new
    assert (new.count('class="bell-group"'), seen.count('class="bell-group"')) == (3, 1)
    assert "Otto Traut" in new
    assert "Ada Lamm" in seen
    assert client.get("/bell/", headers=FACTS).json()["count"] == 3


def test_opening_takes_the_bell_away(desk: Desk) -> None:
    first, second = case_of(desk), case_of(desk, "2", OTTO)
    for case in (first, second):
        ring(desk.anna, NoticeKind.DUE_SOON, case)
    client = signed_in(desk.anna)
    opened = client.post("/bell/", {"conversation": first.pk, "open": "yes"})
    assert opened["Location"] == f"/c/{first.pk}/"
    assert client.get("/bell/", headers=FACTS).json()["conversations"] == [second.pk]
    facts = client.post("/bell/", {"conversation": second.pk}, headers=FACTS).json()
    assert facts["count"] == 0
    assert "You have seen everything" in client.get("/bell/").content.decode()


def test_all_seen_and_only_ones_own(desk: Desk) -> None:
    case = case_of(desk)
    ring(desk.anna, NoticeKind.DUE_SOON, case)
    ring(desk.ben, NoticeKind.DUE_SOON, case)
    assert signed_in(desk.anna).post("/bell/")["Location"] == "/bell/"
    assert list(Notice.objects.filter(seen_at=None).values_list("agent__username", flat=True)) == ["ben"]


def test_an_empty_bell_teaches(desk: Desk) -> None:
    assert "Nothing has rung yet" in signed_in(desk.anna).get("/bell/").content.decode()


def test_what_one_may_no_longer_see_does_not_ring(desk: Desk) -> None:
    ring(desk.anna, NoticeKind.DUE_SOON, case_of(desk))
    desk.anna.teams.clear()
    assert signed_in(desk.anna).get("/bell/", headers=FACTS).json()["count"] == 0


def test_many_rings_are_folded(desk: Desk) -> None:
    case = case_of(desk)
    for _ in range(6):
        ring(desk.anna, NoticeKind.DUE_SOON, case)
        Notice.objects.update(seen_at=timezone.now())
    page = signed_in(desk.anna).get("/bell/").content.decode()
    assert "and 2 earlier" in page
