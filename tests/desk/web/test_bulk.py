"""Many conversations at once: assigned, tagged, settled, linked, and all of it undone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import care
from resonanz.desk.care.incidents import link
from resonanz.desk.models import Conversation, Event, Incident, IncidentLink, Tag
from tests.cast import ADA, Desk
from tests.desk.web.client import fresh, heard, signed_in, text, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_unexplained")]


@pytest.fixture
def many(ours: Desk) -> list[Conversation]:
    authors = [replace(ADA, uid=f"{ADA.uid}/{number}", name=f"Kunde {number}") for number in range(3)]
    return [heard(ours, str(number), author) for number, author in enumerate(authors)]


def test_many_at_once_and_all_of_it_undone(ours: Desk, many: list[Conversation]) -> None:
    client = signed_in(ours.anna)
    numbers = [talk.pk for talk in many]
    assert client.get("/bulk/numbers?view=waiting").json() == {"numbers": numbers}
    done = client.post("/bulk/do", {"number": numbers, "act": "assign", "to": ours.ben.pk}).json()
    assert (sorted(done["before"], key=int), done["refused"]) == ([str(n) for n in numbers], [])
    back = client.post("/bulk/undo", {"before": json.dumps(done["before"]), "act": "assign"})
    assert told(back)["say"] == "3 are as before"
    assert {fresh(talk).assignee for talk in many} == {None}
    tagged = client.post("/bulk/do", {"number": numbers, "act": "tag", "name": "Welle"}).json()
    assert len(tagged["before"]) == 3
    assert client.get(f"/bulk/numbers?tag={Tag.objects.get().pk}").json() == {"numbers": numbers}
    reason = int(care.Dismissal.DUPLICATE)
    client.post("/bulk/do", {"number": numbers[:1], "act": "resolve", "reason": reason})
    assert [fresh(talk).state for talk in many] == [State.RESOLVED, State.OPEN, State.OPEN]
    until = (timezone.localtime() + timedelta(hours=1)).isoformat()
    put = client.post("/bulk/do", {"number": numbers, "act": "follow_up", "until": until}).json()
    assert (len(put["before"]), put["refused"][0]["name"]) == (2, "Kunde 0")
    assert "open" in put["refused"][0]["words"]
    care.resolve(many[1], ours.anna, care.Dismissal.SPAM)
    left = client.post("/bulk/undo", {"before": json.dumps(put["before"]), "act": "follow_up"})
    assert told(left)["say"] == "2 are as before"


def test_many_are_linked_to_an_incident(ours: Desk, many: list[Conversation]) -> None:
    incident = Incident.objects.create(brand=ours.brand, title="Störung", opened_at=timezone.now())
    client = signed_in(ours.anna)
    numbers = [talk.pk for talk in many]
    link(many[0], ours.anna, incident)
    done = client.post("/bulk/do", {"number": numbers, "act": "link", "incident": incident.pk}).json()
    assert (sorted(done["before"], key=int), IncidentLink.objects.count()) == (
        [str(n) for n in numbers[1:]],
        3,
    )
    client.post("/bulk/undo", {"before": json.dumps(done["before"]), "act": "link"})
    assert [one.conversation for one in IncidentLink.objects.all()] == [many[0]]
    none = client.post("/bulk/do", {"number": numbers, "act": "link"}).json()
    assert len(none["refused"]) == 3
    assert "Störung" in text(client.get("/bulk/"))


def test_what_is_no_request_changes_nothing(ours: Desk, many: list[Conversation]) -> None:
    client = signed_in(ours.anna)
    before = Event.objects.count()
    client.get("/")
    assert client.post("/bulk/do", {"number": "x", "act": "tag"}).status_code == 400
    assert client.post("/bulk/do", {"number": "1", "act": "explode"}).status_code == 400
    for wrong in ("", "[]", '{"x": {}}', '{"1": 3}', "[" * 100_000):
        assert client.post("/bulk/undo", {"before": wrong, "act": "tag"}).status_code == 400
    for act, facts in (("link", {"was": 99}), ("follow_up", {"until": 2**62}), ("assign", {"to": "x"})):
        wild = json.dumps({str(many[0].pk): facts})
        answer = client.post("/bulk/undo", {"before": wild, "act": act})
        assert told(answer)["say"] == "That choice does not exist here. Load the page again."
    too_many = client.post("/bulk/do", {"number": list(range(1, 202)), "act": "tag", "name": "x"})
    assert (too_many.status_code, too_many.json()["error"]) == (422, "At most 200 at once. Choose fewer.")
    wide = json.dumps({str(number): {} for number in range(201)})
    assert "At most 200" in told(client.post("/bulk/undo", {"before": wide, "act": "tag"}))["say"]
    late = client.post(
        "/bulk/do", {"number": many[0].pk, "act": "follow_up", "until": "2020-01-01T10:00"}
    ).json()
    assert len(late["refused"]) == 1
    assert Event.objects.exclude(kind="shift_began").count() == before
