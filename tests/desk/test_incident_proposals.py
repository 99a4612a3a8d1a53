"""The reader that proposes incidents: one fault stops nothing, a joining taken back takes nothing along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk import care
from resonanz.desk.care import incident_lists, incident_proposals, incidents
from resonanz.desk.care.merging import merge, unmerge
from resonanz.desk.care.sorting import sort_next
from resonanz.desk.models import Conversation, Event, Incident, IncidentLink
from resonanz.post import Author
from tests.cast import ADA, MIA, OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db
WORDS = (("app", "login"),)


def asks(desk: Desk, name: str, text: str, author: Author) -> Conversation:
    post = said(name, text, author, at=timezone.now())
    hear(desk.channel, post, at=timezone.now())
    return conversation_of(post)


def lasting(desk: Desk, title: str, *talks: Conversation) -> Incident:
    until = timezone.now() + timedelta(hours=2)
    wanted = incidents.Wanted(title=title, text="Wir sind dran bis {due}", next_update_at=until, words=WORDS)
    return incidents.open_incident(desk.brand, desk.clara, wanted, talks)


def read_all() -> None:
    for _ in range(20):
        if not incident_proposals.propose_next():
            return
    raise AssertionError("the reader never ends")


def proposed(incident: Incident) -> set[int]:
    return set(incident.links.filter(state="proposed").values_list("conversation", flat=True))


def test_a_new_rule_looks_at_those_who_wait_already(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a changed one: whatever form its words have, in both languages, before anything was learnt."""
    monkeypatch.setattr(incident_proposals, "AGAIN_MOST", 1)
    read_all()
    waiting = [
        asks(desk, f"w{number}", text, author)
        for number, (text, author) in enumerate(
            [
                ("your app crashes when I sign in", ADA),
                ("the app crashed every time I opened it today", MIA),
                ("Eure App crasht beim Start", OTTO),
            ]
        )
    ]
    other = asks(desk, "o", "bei mir auch 502", replace(ADA, uid="x1", handle="x1"))
    until = timezone.now() + timedelta(hours=2)
    wanted = incidents.Wanted(
        title="App", text="Bis {due}", next_update_at=until, words=(("app", "crashes"),)
    )
    incident = incidents.open_incident(desk.brand, desk.clara, wanted)
    read_all()
    assert proposed(incident) == {talk.pk for talk in waiting}
    incidents.change(incident, desk.clara, replace(wanted, words=(("502",),)))
    read_all()
    assert proposed(incident) == {talk.pk for talk in [*waiting, other]}


def test_an_incident_that_cannot_be_read_does_not_stop_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    read_all()
    known = [
        asks(desk, f"k{number}", text, author)
        for number, (text, author) in enumerate([("App hängt beim Login", ADA), ("Login der App hängt", MIA)])
    ]
    broken, sound = lasting(desk, "Karte"), lasting(desk, "App", *known)
    read_all()
    Incident.objects.filter(pk=broken.pk).update(words=[[7]])
    talk = asks(desk, "1", "Hängt der Login der App?", OTTO)
    read_all()
    proposed = [(link.incident, link.conversation) for link in IncidentLink.objects.filter(state="proposed")]
    assert proposed == [(sound, talk)]
    assert f"judging by incident {broken.pk}" in caplog.text


def test_an_event_without_its_facts_does_not_stop_those_behind_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    read_all()
    incident = lasting(desk, "App")
    first, second = asks(desk, "1", "Login der App hängt", ADA), asks(desk, "2", "Und jetzt?", ADA)
    Event.objects.create(at=timezone.now(), kind="merged", conversation=2**40, facts="")
    incidents.link(second, desk.anna, incident)
    merge(second, desk.anna, first)
    read_all()
    assert "joining as event" in caplog.text
    assert [link.conversation for link in incident_lists.links_of(desk.anna)] == [first]


def test_a_joining_that_was_taken_back_meanwhile_moves_no_link(desk: Desk) -> None:
    read_all()
    first, second = asks(desk, "1", "Guten Tag", ADA), asks(desk, "2", "Login der App hängt", ADA)
    incident = lasting(desk, "App", second)
    read_all()
    merge(second, desk.anna, first)
    unmerge(second, desk.anna)
    read_all()
    assert [link.conversation for link in incident.links.all()] == [second]


def test_parted_again_both_belong_as_before(desk: Desk) -> None:
    read_all()
    first, second = asks(desk, "1", "App geht nicht", ADA), asks(desk, "2", "Login der App hängt", ADA)
    incident = lasting(desk, "App", first, second)
    merge(second, desk.anna, first)
    read_all()
    assert incident_lists.counts(desk.anna, [incident])[incident.pk]["linked"] == 1
    unmerge(second, desk.anna)
    read_all()
    assert incident_lists.counts(desk.anna, [incident])[incident.pk]["linked"] == 2


def test_nothing_is_proposed_of_what_was_settled_or_solved_while_it_was_judged(desk: Desk) -> None:
    incident, other = lasting(desk, "App"), lasting(desk, "Karte")
    open_one = asks(desk, "1", "Login der App hängt", ADA)
    settled = asks(desk, "2", "Login der App hängt auch hier", MIA)
    found = [(open_one.pk, incident), (settled.pk, incident), (open_one.pk, other)]
    care.resolve(settled, desk.anna, care.Dismissal.SPAM)
    Incident.objects.filter(pk=other.pk).update(solved_at=timezone.now())
    for _ in range(2):  # as after a crash before the mark was moved
        incident_proposals._propose(found)
    assert [(link.incident, link.conversation) for link in IncidentLink.objects.all()] == [
        (incident, open_one)
    ]
    assert Event.objects.filter(kind="proposed").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reader", [incident_proposals.propose_next, sort_next])
def test_posts_are_read_and_judged_before_the_write_lock_is_taken(
    desk: Desk, reader: Callable[[], bool]
) -> None:
    reader()
    known = asks(desk, "0", "App hängt beim Login", MIA), asks(desk, "1", "Login der App hängt", OTTO)
    lasting(desk, "App", *known)
    asks(desk, "2", "Hilfe, beim Login der App hängt mein Kind im Aufzug fest!", ADA)
    with CaptureQueriesContext(connection) as asked:
        assert reader() is True
    locked, told = False, []
    for query in asked:
        locked = (locked or query["sql"].startswith("BEGIN")) and not query["sql"].startswith("COMMIT")
        told.append((locked, query["sql"]))
    assert [sql for locked, sql in told if locked and "UPDATE" in sql and "desk_bookmark" in sql]
    assert [sql for locked, sql in told if not locked and '"desk_mention"."text"' in sql]
    assert [sql for locked, sql in told if locked and '"desk_mention"."text"' in sql] == []
