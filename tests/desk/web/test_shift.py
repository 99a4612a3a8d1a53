"""The team's pages: ends of shifts, handovers, tags, joining, releases, many at once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from resonanz.case import State
from resonanz.desk import care, projection, reading, reading_team
from resonanz.desk.care import shifts
from resonanz.desk.care.incidents import link
from resonanz.desk.care.shifts import Choice, How
from resonanz.desk.models import (
    Agent,
    Conversation,
    Delivery,
    Event,
    Incident,
    IncidentLink,
    Note,
    Notice,
    NoticeKind,
    Outcome,
    Tag,
    Team,
)
from tests.cast import ADA, MIA, NOON, OTTO, Desk, conversation_of, desk, hear, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponseBase

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ours() -> Desk:
    return desk()


@pytest.fixture(autouse=True)
def _nothing_unexplained(db: None) -> Iterator[None]:
    yield
    assert projection.differences() == []


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def heard(ours: Desk, name: str, author: object = ADA, **span: float) -> Conversation:
    at = timezone.now() - timedelta(**(span or {"minutes": 5}))
    sighting = said(name, f"Frage {name}", author, at=at)  # type: ignore[arg-type]
    hear(ours.channel, sighting)
    return conversation_of(sighting)


def told(answer: HttpResponseBase) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(answer["HX-Trigger"])["resonanz:done"]
    return known


def text(answer: HttpResponseBase) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", b"".join(answer).decode()))


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def take_back(client: Client, answer: HttpResponseBase) -> HttpResponseBase:
    undo = told(answer)["undo"]
    return client.post(undo["url"], undo.get("values", {}), headers=HTMX)


# Here and gone -----------------------------------------------------------------------------------


def test_what_somebody_sends_begins_their_shift_and_reading_does_not(ours: Desk) -> None:
    client = signed_in(ours.anna)
    client.get("/")
    assert Agent.objects.get(pk=ours.anna.pk).on_shift_at is None
    client.post("/next/")
    assert Agent.objects.get(pk=ours.anna.pk).on_shift_at is not None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.post("/next/")
    assert [q["sql"] for q in queries if "UPDATE" in q["sql"]] == []


def test_signing_out_ends_the_shift_and_frees_what_was_mine(ours: Desk) -> None:
    talk = heard(ours, "1")
    client = signed_in(ours.anna)
    client.post(f"/c/{talk.pk}/assign", {"to": ours.anna.pk})
    client.post("/logout/")
    assert (fresh(talk).assignee, Agent.objects.get(pk=ours.anna.pk).on_shift_at) == (None, None)
    page = text(signed_in(ours.anna).get("/"))
    assert "1 conversation of yours went back to everybody and is still free" in page
    again = signed_in(ours.anna)
    again.post("/shift/back", {"wanted": "yes"})
    assert fresh(talk).assignee == ours.anna
    assert "While you were away" not in text(again.get("/"))


def test_leaving_what_went_back_to_the_others(ours: Desk) -> None:
    talk = heard(ours, "1")
    care.assign(talk, ours.anna, ours.anna)
    shifts.leave(ours.anna)
    assert "They stay with everybody" in text(
        signed_in(ours.anna).post("/shift/back", {"wanted": "no"}, follow=True)
    )
    assert fresh(talk).assignee is None
    assert "not" in text(signed_in(ours.tom).post("/shift/back", {"wanted": "yes"}, follow=True))


@pytest.fixture
def _noon(db: None) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.usefixtures("_noon")
def test_the_end_of_a_shift_lists_what_is_mine_and_does_as_told(ours: Desk) -> None:
    due, given = heard(ours, "1"), heard(ours, "2", OTTO)
    heard(ours, "3", MIA)
    for talk in (due, given):
        care.assign(talk, ours.anna, ours.anna)
    client = signed_in(ours.anna)
    page = client.get("/shift/").content.decode()
    assert "2 conversations are with you" in page
    assert re.findall(r'<li class="leaves" id="leaves-(\d+)"', page) == [str(due.pk), str(given.pk)]
    assert f'name="how-{due.pk}" value="keep" disabled' in page
    assert f'name="how-{due.pk}" value="return" checked' in page
    form = {f"how-{due.pk}": "keep", f"how-{given.pk}": "hand_over", f"to-{given.pk}": ours.ben.pk}
    refused = client.post("/shift/", form)
    assert refused.status_code == 422
    assert "2 conversations need another choice; nothing has changed yet." in text(refused)
    assert "Something is due here before you are back." in text(refused)
    assert fresh(due).assignee == ours.anna
    form |= {f"how-{due.pk}": "return", f"sentence-{given.pk}": "Otto wartet auf das Lager."}
    gone = client.post("/shift/", form)
    assert gone["Location"] == "/login/"
    assert (fresh(due).assignee, fresh(given).assignee, fresh(given).keeper) == (None, None, ours.ben)
    assert "Your shift is over" in text(client.get("/login/"))
    inbox = text(signed_in(ours.ben).get("/"))
    assert "Anna hands over to you" in inbox
    assert "Otto wartet auf das Lager." in inbox
    assert "Otto wartet" not in text(signed_in(ours.olga).get("/"))


def test_an_empty_end_of_shift_lets_one_go_home(ours: Desk) -> None:
    client = signed_in(ours.anna)
    assert "Nothing is with you" in text(client.get("/shift/"))
    assert client.post("/shift/")["Location"] == "/login/"


def test_a_handover_stays_on_top_until_somebody_has_read_it(ours: Desk) -> None:
    talk = heard(ours, "1")
    client = signed_in(ours.anna)
    panel = client.get(f"/c/{talk.pk}/hand_over/to")
    assert re.findall(r"<option[^>]*>([^<]+)", panel.content.decode()) == [
        "The next shift", "Ben", "Clara", "Olga",
    ]  # fmt: skip
    answer = client.post(f"/c/{talk.pk}/hand_over", {"to": "", "sentence": "Bitte zuerst."}, headers=HTMX)
    assert told(answer)["say"] == "Handed over to the next shift"
    assert client.post(f"/c/{talk.pk}/hand_over", {"sentence": ""}, headers=HTMX).status_code == 422
    ben = signed_in(ours.ben)
    page = ben.get("/").content.decode()
    assert "Anna hands over to this shift" in page
    (number,) = re.findall(r"/shift/read/(\d+)", page)
    ben.post(f"/shift/read/{number}")
    assert "Bitte zuerst." not in text(ben.get("/"))
    assert "Ben has read it" in text(ben.get(f"/c/{talk.pk}/"))
    assert "Anna handed over to the next shift: “Bitte zuerst.”" in text(ben.get(f"/c/{talk.pk}/"))
    assert ben.post("/shift/read/999").status_code == 404
    care.hand_over(fresh(talk), ours.anna, Choice(How.HAND_OVER, ours.clara, "Nur für Clara"))
    mine = shifts.unread(ours.clara)[0]
    ben.post(f"/shift/read/{mine.pk}")
    assert shifts.unread(ours.clara) == [mine]


def test_the_undo_of_a_handover_takes_its_banner_away(ours: Desk) -> None:
    talk = heard(ours, "1")
    care.assign(talk, ours.anna, ours.anna)
    client = signed_in(ours.anna)
    answer = client.post(
        f"/c/{talk.pk}/hand_over", {"to": ours.ben.pk, "sentence": "Bitte zuerst."}, headers=HTMX
    )
    assert "Bitte zuerst." in text(signed_in(ours.ben).get("/"))
    assert told(take_back(client, answer))["say"] == "The handover is undone"
    assert (fresh(talk).assignee, fresh(talk).keeper) == (ours.anna, None)
    assert "Bitte zuerst." not in text(signed_in(ours.ben).get("/"))
    assert "Anna took the handover back" in text(client.get(f"/c/{talk.pk}/"))
    late = take_back(client, answer)
    assert (late.status_code, "Too late to undo" in text(late)) == (422, True)
    refused = client.post(
        f"/c/{talk.pk}/hand_over", {"to": ours.tom.pk, "sentence": "Bitte zuerst."}, headers=HTMX
    )
    assert (refused.status_code, "Tom cannot answer customers yet" in text(refused)) == (422, True)


def test_the_team_page_says_who_is_here(ours: Desk) -> None:
    talk = heard(ours, "1", hours=3)
    care.assign(talk, ours.anna, ours.anna)
    shifts.seen(ours.anna)
    rows = [(c.agent.username, c.here_since is not None, c.open_count, c.late_count) for c in
            reading_team.colleagues(ours.ben)]  # fmt: skip
    late = int(fresh(talk).due_at is not None and fresh(talk).due_at < timezone.now())  # type: ignore[operator]
    assert rows == [("anna", True, 1, late), ("ben", False, 0, 0), ("clara", False, 0, 0),
                    ("olga", False, 0, 0), ("tom", False, 0, 0)]  # fmt: skip
    assert "1 of you is here" in text(signed_in(ours.ben).get("/team/"))
    assert "Trust" not in text(signed_in(ours.ben).get("/team/"))
    clara = signed_in(ours.clara)
    assert "Trust" in text(clara.get("/team/"))
    assert "go out without release" in text(
        clara.post(f"/team/{ours.tom.pk}/trust", {"trusted": "yes"}, follow=True)
    )
    assert Agent.objects.get(pk=ours.tom.pk).trusted
    olga = signed_in(ours.olga)
    answer = olga.post(f"/team/{ours.tom.pk}/trust", {"trusted": "no", "back": "person"})
    assert answer["Location"] == f"/settings/people/{ours.tom.pk}/"
    assert not Agent.objects.get(pk=ours.tom.pk).trusted
    assert signed_in(ours.ben).post(f"/team/{ours.tom.pk}/trust", {"trusted": "yes"}).status_code == 403


# Trainees ----------------------------------------------------------------------------------------


def held(ours: Desk) -> tuple[Conversation, Delivery]:
    talk = heard(ours, "1")
    care.reply(talk, ours.tom, care.Reply(text="Guten Tag, das Paket kommt morgen."))
    return talk, Delivery.objects.get()


def test_a_trainees_reply_waits_for_release_and_rings(ours: Desk) -> None:
    shifts.seen(ours.anna)
    talk, delivery = held(ours)
    assert delivery.due_at is None
    assert [n.agent for n in Notice.objects.filter(kind=NoticeKind.TO_RELEASE)] == [ours.anna]
    client = signed_in(ours.anna)
    page = text(client.get(f"/c/{talk.pk}/"))
    assert "waits for release" in page
    answer = client.post(
        f"/c/{talk.pk}/release", {"delivery": delivery.pk, "text": delivery.text}, headers=HTMX
    )
    assert told(answer)["say"] == "Released; it is on its way"
    delivery.refresh_from_db()
    assert (delivery.needs_release, delivery.released_by, delivery.due_at is None) == (
        False,
        ours.anna,
        False,
    )
    again = client.post(f"/c/{talk.pk}/release", {"delivery": delivery.pk}, headers=HTMX)
    assert (again.status_code, "Too late" in text(again)) == (422, True)
    assert client.post(f"/c/{talk.pk}/release", {"delivery": "0"}, headers=HTMX).status_code == 422


def test_without_anybody_here_the_leads_hear_of_it(ours: Desk) -> None:
    held(ours)
    rung = Notice.objects.filter(kind=NoticeKind.TO_RELEASE).order_by("agent__username")
    assert [notice.agent for notice in rung] == [ours.clara, ours.olga]


def test_a_reply_is_mended_before_it_goes_out(ours: Desk) -> None:
    talk, delivery = held(ours)
    client = signed_in(ours.anna)
    path = f"/c/{talk.pk}/release"
    assert client.post(path, {"delivery": delivery.pk, "text": " "}, headers=HTMX).status_code == 422
    assert "Too long" in text(client.post(path, {"delivery": delivery.pk, "text": "x" * 900}, headers=HTMX))
    secret = "Ihre IBAN DE89 3704 0044 0532 0130 00 ist notiert."
    stopped = client.post(path, {"delivery": delivery.pk, "text": secret}, headers=HTMX)
    assert stopped.status_code == 422
    mended = "Guten Tag, das Paket kommt heute. ^to"
    assert client.post(path, {"delivery": delivery.pk, "text": mended}, headers=HTMX).status_code == 204
    delivery.refresh_from_db()
    assert (delivery.text, delivery.agent, delivery.state) == (mended, ours.tom, Outcome.PLANNED)


def test_a_reply_goes_back_with_a_sentence(ours: Desk) -> None:
    talk, delivery = held(ours)
    client = signed_in(ours.anna)
    path = f"/c/{talk.pk}/give_back"
    assert client.post(path, {"delivery": delivery.pk, "sentence": ""}, headers=HTMX).status_code == 422
    client.post(path, {"delivery": delivery.pk, "sentence": "Bitte Sie sagen."}, headers=HTMX)
    delivery.refresh_from_db()
    assert (delivery.state, Note.objects.get().text) == (Outcome.CANCELLED, "@tom Bitte Sie sagen.")
    assert reading.box(talk, ours.tom).text.startswith("Guten Tag")
    kinds = set(Notice.objects.filter(agent=ours.tom).values_list("kind", flat=True))
    assert kinds == {NoticeKind.SENT_BACK, NoticeKind.MENTIONED}
    assert '<span class="called">@tom</span>' in client.get(f"/c/{talk.pk}/").content.decode()


def test_trainees_withdraw_their_own_and_release_none(ours: Desk) -> None:
    talk, delivery = held(ours)
    tom = signed_in(ours.tom)
    assert tom.post(f"/c/{talk.pk}/release", {"delivery": delivery.pk}, headers=HTMX).status_code == 422
    page = tom.get(f"/c/{talk.pk}/").content.decode()
    assert ("/withdraw" in page, "/release" in page) == (True, False)
    assert told(tom.post(f"/c/{talk.pk}/withdraw", {"delivery": delivery.pk}, headers=HTMX))["back"]
    delivery.refresh_from_db()
    assert delivery.state == Outcome.CANCELLED
    assert (
        signed_in(ours.anna)
        .post(f"/c/{talk.pk}/withdraw", {"delivery": delivery.pk}, headers=HTMX)
        .status_code
        == 422
    )


def test_a_trusted_trainee_takes_back_their_own_and_nobody_elses(ours: Desk) -> None:
    talk = heard(ours, "1")
    Agent.objects.filter(pk=ours.tom.pk).update(trusted=True)
    tom = signed_in(ours.tom)
    tom.post(f"/c/{talk.pk}/reply", {"text": "Guten Tag, das Paket kommt morgen."}, headers=HTMX)
    own = Delivery.objects.get()
    assert (own.needs_release, own.due_at is None) == (False, False)
    assert signed_in(ours.tom).post(f"/d/{own.pk}/repeat", headers=HTMX).status_code == 422
    assert told(tom.post(f"/d/{own.pk}/cancel", headers=HTMX))["back"] == f"/c/{talk.pk}/"
    own.refresh_from_db()
    assert own.state == Outcome.CANCELLED
    assert reading.box(talk, ours.tom).text.startswith("Guten Tag")
    other = care.reply(talk, ours.anna, care.Reply(text="Kommt morgen."))
    assert tom.post(f"/d/{other.pk}/cancel", headers=HTMX).status_code == 422


def test_what_a_release_is_stopped_for_is_sent_with_the_same_key(ours: Desk) -> None:
    talk, delivery = held(ours)
    new = said("2", "Hat sich erledigt!", to=said("1", ""), at=timezone.now())
    hear(ours.channel, new, at=timezone.now())
    client, path = signed_in(ours.anna), f"/c/{talk.pk}/release"
    typed = {"delivery": delivery.pk, "text": delivery.text}
    refused = client.post(path, typed, headers=HTMX)
    (despite,) = re.findall(r'name="despite" value="([^"]+)"', refused.content.decode())
    assert (refused.status_code, despite.partition(":")[0]) == (422, "changed_thread")
    assert client.post(path, typed | {"despite": despite}, headers=HTMX).status_code == 204


# Tags, teams and names ----------------------------------------------------------------------------


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


def test_who_came_again_is_said_on_the_row(ours: Desk) -> None:
    shifts.seen(ours.anna)
    talk = heard(ours, "1")
    care.assign(talk, ours.anna, ours.anna)
    care.resolve(talk, ours.anna, care.Dismissal.NO_ANSWER_NEEDED)
    again = heard(ours, "2", minutes=1)
    assert again.assignee == ours.anna
    assert "with you again" in text(signed_in(ours.anna).get("/"))
    assert "Came to Anna again" in text(signed_in(ours.anna).get(f"/c/{again.pk}/"))


def test_many_quiet_lines_are_folded_and_the_last_stays(ours: Desk) -> None:
    talk = heard(ours, "1")
    care.assign(talk, ours.anna, ours.ben)
    care.assign(talk, ours.clara, None)
    care.assign(talk, ours.anna, ours.anna)
    care.tag(talk, ours.anna, "Paket")
    Tag.objects.all().delete()
    with translation.override("en"):
        found = reading.entries(fresh(talk), None)
    assert [entry.kind for entry in found] == ["customer", "lines", "line"]
    words = [one.extras["line"].words for one in found[1].extras["folded"]] + [found[2].extras["line"].words]
    assert words == [
        "Anna gave it to Ben",
        "Clara gave it back to everybody",
        "Anna took it",
        "Anna put the tag “a tag that is gone” on",
    ]


def test_a_handover_to_somebody_who_comes_later_is_told_as_it_was(ours: Desk) -> None:
    talk = heard(ours, "1")
    shifts.seen(ours.anna)
    care.assign(talk, ours.anna, ours.anna)
    care.hand_over(fresh(talk), ours.anna, Choice(How.HAND_OVER, ours.ben, "Otto ruft um vier zurück."))
    shifts.seen(ours.ben)
    care.tag(talk, ours.ben, "Paket")
    with translation.override("en"):
        found = reading.entries(fresh(talk), None)
    shown = [one.extras["line"].words for one in found if one.kind == "line"]
    assert "Anna handed over to Ben: “Otto ruft um vier zurück.”" in shown
    folded = [e.extras["line"].words for one in found if one.kind == "lines" for e in one.extras["folded"]]
    assert "Ben is here and took it over" in folded + shown
    assert not [words for words in folded + shown if "has it back" in words]


def test_what_somebody_kept_comes_back_to_them_in_words(ours: Desk) -> None:
    talk = heard(ours, "1")
    shifts.seen(ours.anna)
    care.assign(talk, ours.anna, ours.anna)
    shifts.end(ours.anna, {talk.pk: Choice(How.KEEP)})
    shifts.seen(Agent.objects.get(pk=ours.anna.pk))
    with translation.override("en"):
        last = reading_team.lines(fresh(talk))[-1]
    assert last.words == "Anna is here again and has it back"


# Joining and parting ------------------------------------------------------------------------------


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


# Many at once -------------------------------------------------------------------------------------


@pytest.fixture
def many(ours: Desk) -> list[Conversation]:
    authors = [replace(ADA, uid=f"{ADA.uid}/{number}", name=f"Kunde {number}") for number in range(3)]
    return [heard(ours, str(number), author) for number, author in enumerate(authors)]


def test_many_at_once_and_all_of_it_undone(ours: Desk, many: list[Conversation]) -> None:
    client = signed_in(ours.anna)
    numbers = [talk.pk for talk in many]
    assert client.get("/bulk/numbers?view=waiting").json() == {"numbers": numbers}
    done = client.post("/bulk/do", {"number": numbers, "act": "assign", "to": ours.ben.pk}).json()
    assert (sorted(done["before"]), done["refused"]) == ([str(n) for n in numbers], [])
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
    assert (sorted(done["before"]), IncidentLink.objects.count()) == ([str(n) for n in numbers[1:]], 3)
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
