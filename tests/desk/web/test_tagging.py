"""Tags on rows and in lists, teams that get a conversation, and names in notes."""

from __future__ import annotations

import pytest

from resonanz.desk import care
from resonanz.desk.models import Agent, Tag, Team
from tests.cast import OTTO, Desk
from tests.desk.web.client import HTMX, fresh, heard, signed_in, take_back, text, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_unexplained")]


def test_tags_stand_on_rows_and_filter_the_list(ours: Desk) -> None:
    one, other = heard(ours, "1"), heard(ours, "2", OTTO)
    client = signed_in(ours.anna)
    put = client.post(f"/c/{one.pk}/tag", {"name": "Paket"}, headers=HTMX)
    assert told(put)["say"] == "Tagged: Paket"
    tag = Tag.objects.get()
    assert told(client.post(f"/c/{one.pk}/tag", {"name": "paket"}, headers=HTMX)) == {
        "conversation": one.pk,
        "say": "That tag is on already",
    }
    page = client.get(f"/?tag={tag.pk}").content.decode()
    assert (f'id="row-{one.pk}"' in page, f'id="row-{other.pk}"' in page) == (True, False)
    assert "Only with the tag “Paket”" in text(client.get(f"/?tag={tag.pk}"))
    pulse = client.get(f"/inbox/pulse?since=0&tag={tag.pk}").json()
    assert (list(pulse["rows"]), pulse["left"]) == ([str(one.pk)], [other.pk])
    assert f'id="row-{other.pk}"' in client.get("/?tag=77").content.decode()
    assert "Anna put the tag “Paket” on" in text(client.get(f"/c/{one.pk}/"))
    take_back(client, put)
    assert one.tags.count() == 0
    gone = client.post(f"/c/{one.pk}/untag", {"tag": tag.pk}, headers=HTMX)
    assert told(gone) == {"conversation": one.pk, "changed": True}
    client.post(f"/c/{one.pk}/tag", {"name": "Paket"}, headers=HTMX)
    take_back(client, client.post(f"/c/{one.pk}/untag", {"tag": tag.pk}, headers=HTMX))
    assert one.tags.count() == 1


def test_leads_keep_tags_in_order(ours: Desk) -> None:
    talk = heard(ours, "1")
    first, second = care.tag(talk, ours.anna, "Paket"), care.tag(talk, ours.anna, "Päckchen")
    assert first is not None
    assert second is not None
    clara = signed_in(ours.clara)
    assert "1 conversation" in text(clara.get("/settings/tags/"))
    joined = clara.post(f"/settings/tags/{second.pk}/", {"do": "rename", "name": "paket"}, follow=True)
    assert "Joined with “Paket”." in text(joined)
    renamed = clara.post(f"/settings/tags/{first.pk}/", {"do": "rename", "name": "Sendung"}, follow=True)
    assert "Renamed to “Sendung”." in text(renamed)
    assert "Write the tag" in text(clara.post(f"/settings/tags/{first.pk}/", {"name": " "}, follow=True))
    removed = clara.post(f"/settings/tags/{first.pk}/", {"do": "remove"}, follow=True)
    assert "Tag removed from 1 conversation." in text(removed)
    assert "No tags yet" in text(removed)
    assert signed_in(ours.anna).get("/settings/tags/").status_code == 403


def test_a_team_gets_a_conversation_and_its_list(ours: Desk) -> None:
    talk, team = heard(ours, "1"), Team.objects.get()
    heard(ours, "2", OTTO)
    client = signed_in(ours.anna)
    given = client.post(f"/c/{talk.pk}/assign", {"team": team.pk}, headers=HTMX)
    assert told(given)["say"] == "Assigned to the team Team"
    client.post(f"/c/{talk.pk}/assign", {"to": ours.ben.pk}, headers=HTMX)
    assert (fresh(talk).team, fresh(talk).assignee) == (team, ours.ben)
    assert "Only of the team “Team”" in text(client.get(f"/?team={team.pk}"))
    take_back(client, given)
    assert (fresh(talk).team, fresh(talk).assignee) == (None, None)
    other = Team.objects.create(name="Fremd")
    assert client.post(f"/c/{talk.pk}/assign", {"team": other.pk}, headers=HTMX).status_code == 422


def test_only_those_who_see_it_are_offered_by_name(ours: Desk) -> None:
    Agent.objects.create_user("rolf", first_name="Rolf")
    Agent.objects.filter(pk=ours.clara.pk).update(first_name="Ben")
    people = signed_in(ours.anna).get(f"/c/{heard(ours, '1').pk}/askable").json()["people"]
    assert [(one["name"], one["call"]) for one in people] == [
        ("Anna", "Anna"), ("Ben", "ben"), ("Ben", "clara"), ("Olga", "Olga"), ("Tom", "Tom"),
    ]  # fmt: skip
