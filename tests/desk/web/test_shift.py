"""The team's pages: ends of shifts, handovers, who is here, and what a conversation tells of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from resonanz.desk import care, reading, reading_history, reading_team
from resonanz.desk.care import shifts
from resonanz.desk.care.shifts import Choice, How
from resonanz.desk.models import Agent, Tag
from tests.cast import MIA, NOON, OTTO, Desk
from tests.desk.web.client import HTMX, fresh, heard, signed_in, take_back, text, told

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_unexplained")]


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


# What a conversation tells of it -----------------------------------------------------------------


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
    care.promise(talk, ours.anna, timezone.now() + timedelta(days=3))  # else it is due before service opens
    assert shifts.end(ours.anna, {talk.pk: Choice(How.KEEP)}) == {}
    shifts.seen(Agent.objects.get(pk=ours.anna.pk))
    with translation.override("en"):
        last = reading_history.lines(fresh(talk))[-1]
    assert last.words == "Anna is here again and has it back"
