"""The inbox's pages: who is shown in which order, what a change answers, and what stays the person's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.case import Waiting
from resonanz.desk import care, queue, reading
from resonanz.desk.access import scope_of
from resonanz.desk.looks import in_one_look
from resonanz.desk.models import Conversation, Delivery, Event, Outcome, Unsent
from resonanz.post import Audience
from tests.cast import ADA, MIA, OTTO, US, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from resonanz.desk.models import Agent
    from resonanz.post import Sighting

pytestmark = pytest.mark.django_db
VERA = replace(MIA, uid=f"{MIA.uid}/2", name="Vera Wolf")
HTMX = {"HX-Request": "true"}


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def ago(**span: float) -> dict[str, object]:
    return {"at": timezone.now() - timedelta(**span)}


def heard(ours: Desk, name: str, text: str, author: object = ADA, **how: object) -> Conversation:
    sighting: Sighting = said(name, text, author, **how)  # type: ignore[arg-type]
    hear(ours.channel, sighting)
    return conversation_of(sighting)


def names(page: HttpResponseBase) -> list[str]:
    return re.findall(r'<bdi class="name">([^<]+)</bdi>', b"".join(page).decode())


def test_the_queue_is_earliest_due_first(ours: Desk) -> None:
    heard(ours, "1", "später", OTTO, **ago(minutes=5))
    heard(ours, "2", "zuerst", ADA, **ago(minutes=50))
    heard(ours, "3", "dazwischen", MIA, **ago(minutes=20))
    page = signed_in(ours.anna).get("/")
    assert names(page) == ["Ada Lamm", "Mia Voss", "Otto Traut"]
    assert "3 are waiting for us" in page.content.decode()
    assert "<title>(3) Inbox · Resonanz</title>" in page.content.decode()


def test_next_leads_to_the_earliest_that_is_no_colleagues(ours: Desk) -> None:
    first = heard(ours, "1", "zuerst", ADA, **ago(minutes=50))
    second = heard(ours, "2", "dann", OTTO, **ago(minutes=40))
    client = signed_in(ours.anna)
    assert client.post("/next/")["Location"] == f"/c/{first.pk}/"
    care.assign(first, ours.ben, ours.ben)
    assert client.post("/next/")["Location"] == f"/c/{second.pk}/"


def test_views_divide_the_open_ones(ours: Desk) -> None:
    mine = heard(ours, "1", "meins", ADA, **ago(minutes=30))
    heard(ours, "2", "frei", OTTO, **ago(minutes=20))
    done = heard(ours, "3", "fertig", MIA, **ago(minutes=10))
    care.assign(mine, ours.anna, ours.anna)
    care.resolve(done, ours.ben, care.Dismissal.NO_ANSWER_NEEDED)
    client = signed_in(ours.anna)
    shown = {view: names(client.get(f"/?view={view}")) for view in queue.VIEWS}
    assert shown == {
        "waiting": ["Ada Lamm", "Otto Traut"],
        "mine": ["Ada Lamm"],
        "unassigned": ["Otto Traut"],
        "follow_up": [],
        "again": [],
        "department": [],
        "release": [],
        "customer": [],
        "resolved": ["Mia Voss"],
    }
    care.reply(mine, ours.anna, care.Reply(text="Schon unterwegs"))
    waits = heard(ours, "4", "wartet", VERA, **ago(minutes=90))
    care.assign(waits, ours.anna, ours.anna)
    care.wait_for(waits, ours.anna, Waiting.CUSTOMER)
    figures = reading.counts(ours.anna)
    assert figures.views == {
        view: len(reading.queue(ours.anna, view).rows) for view in queue.VIEWS if view != "resolved"
    }
    some = {view: count for view, count in figures.views.items() if count}
    assert (some, figures.late) == ({"waiting": 1, "unassigned": 1, "customer": 1}, 0)


def test_what_is_due_at_this_very_moment_is_not_late_yet(ours: Desk) -> None:
    due = heard(ours, "1", "hallo", **ago(minutes=5)).due_at
    assert due is not None
    figures = []
    for passed_ms in (0, 1):
        with time_machine.travel(due + timedelta(milliseconds=passed_ms), tick=False):
            figures.append(reading.counts(ours.anna))
    assert [(figure.late, figure.next_due) for figure in figures] == [(0, due), (1, None)]


@pytest.mark.parametrize("path", ["/", "/search/?q=hallo", "/reports/responses/", "/settings/own/"])
def test_every_page_says_how_many_wait_for_us(ours: Desk, path: str) -> None:
    mine = heard(ours, "1", "meins", ADA, **ago(minutes=30))
    heard(ours, "2", "frei", OTTO, **ago(minutes=20))
    heard(ours, "3", "auch frei", MIA, **ago(minutes=10))
    waits = heard(ours, "4", "wartet", VERA, **ago(minutes=5))
    care.assign(mine, ours.anna, ours.anna)
    care.wait_for(waits, ours.anna, Waiting.CUSTOMER)
    page = signed_in(ours.anna).get(path).content.decode()
    assert re.findall(r"<title>\((\d+)\)|id=\"bar-count\"[^>]*>(\d+)<", page) == [("3", ""), ("", "3")]


def test_paging_shows_everybody_once(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    for number in range(5):
        person = replace(ADA, uid=f"u{number}", handle=f"u{number}", name=f"Gast {number}")
        heard(ours, str(number), "hallo", person, **ago(minutes=50 - 10 * (number // 2)))
    seen, after = [], ""
    while True:
        page = reading.queue(ours.anna, "waiting", after)
        seen += [row.conversation.customer.name for row in page.rows]
        if not (after := page.more):
            break
    assert seen == [f"Gast {number}" for number in range(5)]


def test_a_cursor_that_is_none_is_refused(ours: Desk) -> None:
    assert signed_in(ours.anna).get("/?after=nonsense").status_code == 400


def test_other_teams_conversations_do_not_exist(ours: Desk) -> None:
    talk = heard(ours, "1", "geheim", **ago(minutes=5))
    ours.channel.teams.clear()
    client = signed_in(ours.anna)
    assert names(client.get("/")) == []
    assert client.get(f"/c/{talk.pk}/").status_code == 404
    assert client.post(f"/c/{talk.pk}/resolve").status_code == 404
    assert names(signed_in(ours.clara).get("/")) == ["Ada Lamm"]


@pytest.mark.parametrize("path", ["/", "/c/{}/", "/c/{}/thread", "/inbox/pulse"])
def test_signing_in_comes_first(ours: Desk, path: str) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    answer = Client().get(path.format(talk.pk))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login/")


def test_reading_writes_nothing(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    with CaptureQueriesContext(connection) as asked:
        for path in ("/", f"/c/{talk.pk}/", f"/c/{talk.pk}/thread", "/inbox/pulse?since=0"):
            assert client.get(path).status_code == 200
    assert [q["sql"] for q in asked if not q["sql"].startswith("SELECT")] == []


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_queries_do_not_grow_with_rows(ours: Desk) -> None:
    talk = heard(ours, "1", "eins", ADA, **ago(minutes=30))
    client = signed_in(ours.anna)
    paths = ["/", f"/c/{talk.pk}/", "/inbox/pulse?since=0"]
    first = said("1", "eins", ADA)
    care.reply(talk, ours.ben, care.Reply(text="Guten Tag"))  # one of each: of nothing nothing is asked
    care.note(talk, ours.ben, "Notiz")
    care.assign(heard(ours, "2", "null", OTTO, **ago(minutes=40)), ours.ben, ours.ben)
    before = [queries(client, path) for path in paths]
    for number, author in enumerate((OTTO, MIA)):
        more = heard(ours, f"2{number}", "zwei", author, **ago(minutes=20))
        care.assign(more, ours.ben, ours.ben)
        hear(ours.channel, said(f"3{number}", "noch einmal", ADA, to=first, **ago(minutes=10)))  # type: ignore[arg-type]
        care.note(talk, ours.ben, "Notiz")
        care.reply(talk, ours.ben, care.Reply(text="Hallo"))
    assert [queries(client, path) for path in paths] == before


def test_a_reply_becomes_a_delivery_and_leads_to_the_next(ours: Desk) -> None:
    talk = heard(ours, "1", "wo ist es?", ADA, **ago(minutes=50))
    following = heard(ours, "2", "und meins?", OTTO, **ago(minutes=40))
    asked = care.answerable(talk)
    assert asked is not None
    answer = signed_in(ours.anna).post(
        f"/c/{talk.pk}/reply", {"text": "Unterwegs!", "answers": asked.pk, "then": "next"}, headers=HTMX
    )
    delivery = Delivery.objects.get()
    assert (delivery.text, delivery.answers_id, delivery.then_resolve) == ("Unterwegs! ^an", asked.pk, False)
    assert answer.status_code == 204
    told = json.loads(answer["HX-Trigger"])["resonanz:done"]
    assert told == {
        "conversation": talk.pk,
        "say": "Your answer to Ada Lamm is on its way",
        "sent": delivery.pk,
        "seen": str(Event.objects.get(kind="planned").pk),
        "go": f"/c/{following.pk}/",
    }
    assert names(signed_in(ours.anna).get("/")) == ["Otto Traut"]  # what is on its way waits no longer


def test_sending_and_resolving_is_one_step(ours: Desk) -> None:
    talk = heard(ours, "1", "danke", **ago(minutes=5))
    answer = signed_in(ours.anna).post(
        f"/c/{talk.pk}/reply", {"text": "Gern!", "then": "resolve"}, headers=HTMX
    )
    assert Delivery.objects.get().then_resolve is True
    assert json.loads(answer["HX-Trigger"])["resonanz:done"]["go"] == "/"


def test_an_answer_that_is_too_long_stays_with_its_reason(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    answer = client.post(f"/c/{talk.pk}/reply", {"text": "x" * 600}, headers=HTMX)
    assert answer.status_code == 422
    # 600 letters, "@ada " in front (the server's part is not counted), " ^an" behind
    assert "Too long: 609 of 500 characters. Shorten the text, then send it again." in answer.content.decode()
    plain = client.post(f"/c/{talk.pk}/reply", {"text": "x" * 600})
    assert (plain.status_code, "x" * 600 in plain.content.decode()) == (422, True)
    assert Delivery.objects.count() == 0


def test_what_is_typed_is_kept_and_comes_back(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    assert client.post(f"/c/{talk.pk}/unsent", {"text": "Hallo Ada, wir"}, headers=HTMX).status_code == 204
    assert "Hallo Ada, wir</textarea>" in client.get(f"/c/{talk.pk}/").content.decode()
    assert "Hallo Ada, wir" not in signed_in(ours.ben).get(f"/c/{talk.pk}/").content.decode()
    client.post(f"/c/{talk.pk}/reply", {"text": "Hallo Ada, wir suchen"}, headers=HTMX)
    assert Unsent.objects.count() == 0


def test_a_withdrawn_answer_returns_to_the_box(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    client.post(f"/c/{talk.pk}/reply", {"text": "Zu früh"}, headers=HTMX)
    delivery = Delivery.objects.get()
    answer = client.post(f"/d/{delivery.pk}/cancel", headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["resonanz:done"]["back"] == f"/c/{talk.pk}/"
    assert "Zu früh</textarea>" in client.get(f"/c/{talk.pk}/").content.decode()
    Delivery.objects.update(state=Outcome.ARMED)
    late = client.post(f"/d/{delivery.pk}/cancel", headers=HTMX)
    assert (late.status_code, "Too late to withdraw" in late.content.decode()) == (422, True)


def test_another_teams_delivery_is_out_of_reach(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    delivery = care.reply(talk, ours.clara, care.Reply(text="Hallo"))
    ours.channel.teams.clear()
    assert signed_in(ours.anna).post(f"/d/{delivery.pk}/cancel").status_code == 404
    assert Delivery.objects.get().state == Outcome.PLANNED


def test_a_refused_answer_says_why_and_what_to_do(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    delivery = care.reply(talk, ours.anna, care.Reply(text="Hallo"))
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Outcome.REFUSED, due_at=None, error_code="refused", error_reason="Text is blocked"
    )
    page = signed_in(ours.anna).get(f"/c/{talk.pk}/").content.decode()
    assert "Mastodon refused the answer. Change the text and send it again?" in page
    assert "Mastodon says: “Text is blocked”" in page
    assert f"/d/{delivery.pk}/cancel" in page
    assert f"/d/{delivery.pk}/repeat" in page
    assert "reply not sent" in page


def test_somebody_without_initials_answers_unsigned(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    type(ours.anna).objects.update(initials="")
    assert (
        signed_in(ours.anna).post(f"/c/{talk.pk}/reply", {"text": "Hallo"}, headers=HTMX).status_code == 204
    )
    assert Delivery.objects.get().text == "Hallo"


def test_private_and_public_never_look_alike(ours: Desk) -> None:
    client = signed_in(ours.anna)
    public = heard(ours, "1", "hallo", ADA, **ago(minutes=5))
    private = heard(ours, "2", "nur für euch", OTTO, audience=Audience.DIRECT, **ago(minutes=4))
    assert 'class="audience public"' in client.get(f"/c/{public.pk}/").content.decode()
    page = client.get(f"/c/{private.pk}/").content.decode()
    assert 'class="audience private"' in page
    assert "Only Otto Traut can read it" in page
    assert "not encrypted" in page


def test_what_went_on_in_private_says_so_in_its_head(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)

    def heads() -> list[list[str]]:
        """What the page says, and what a page that stands open is told."""
        pages = [client.get(path).content.decode() for path in (f"/c/{talk.pk}/", f"/c/{talk.pk}/thread")]
        return [re.findall(r"Mastodon, (\w+) · waits for us", page) for page in pages]

    assert heads() == [["public"], ["public"]]
    client.post(f"/c/{talk.pk}/private", headers=HTMX)
    assert heads() == [["private"], ["private"]]
    client.post(f"/c/{talk.pk}/public", headers=HTMX)
    assert heads() == [["public"], ["public"]]


def test_a_trainees_reply_waits_for_release(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.tom)
    assert client.post(f"/c/{talk.pk}/reply", {"text": "Hallo"}, headers=HTMX).status_code == 204
    assert client.post(f"/c/{talk.pk}/resolve", headers=HTMX).status_code == 422
    held = Delivery.objects.get()
    assert (held.state, held.needs_release, held.due_at) == ("planned", True, None)
    assert names(signed_in(ours.anna).get("/?view=release")) == ["Ada Lamm"]
    with pytest.raises(care.CareError, match="not_allowed"):
        care.release(held, ours.tom)
    care.release(held, ours.anna)
    held.refresh_from_db()
    assert (held.needs_release, held.released_by, held.due_at is None) == (False, ours.anna, False)


def test_an_archive_is_read_only_and_never_queued(ours: Desk) -> None:
    talk = heard(ours, "1", "lange her", **ago(days=400))
    type(ours.channel).objects.update(network="archive")
    client = signed_in(ours.anna)
    page = client.get(f"/c/{talk.pk}/").content.decode()
    assert "This conversation comes from an archive: it can be read, not answered." in page
    assert [mark for mark in ('id="reply"', 'id="note"', 'id="resolve"') if mark in page] == []
    assert client.post(f"/c/{talk.pk}/resolve", headers=HTMX).status_code == 422
    assert names(client.get("/")) == []


def test_resolving_can_be_undone(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    told = json.loads(client.post(f"/c/{talk.pk}/resolve", {"reason": "1"}, headers=HTMX)["HX-Trigger"])[
        "resonanz:done"
    ]
    assert (told["say"], told["go"], names(client.get("/"))) == ("Resolved: Ada Lamm", "/", [])
    client.post(told["undo"]["url"], headers=HTMX)
    assert names(client.get("/")) == ["Ada Lamm"]


def test_assigning_names_who_it_is_and_the_way_back(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    answer = client.post(f"/c/{talk.pk}/assign", {"to": ours.ben.pk}, headers=HTMX)
    told = json.loads(answer["HX-Trigger"])["resonanz:done"]
    assert (told["say"], told["undo"]["values"]) == ("Assigned to Ben", {"to": ""})
    assert Conversation.objects.get().assignee == ours.ben
    assert client.post(f"/c/{talk.pk}/assign", {"to": ours.tom.pk}, headers=HTMX).status_code == 422


def test_waiting_for_somebody_else_leaves_the_queue(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    client.post(f"/c/{talk.pk}/waits", {"for": "customer"}, headers=HTMX)
    assert (names(client.get("/")), names(client.get("/?view=customer"))) == ([], ["Ada Lamm"])


def test_the_pulse_tells_who_came_and_who_left(ours: Desk) -> None:
    first = heard(ours, "1", "hallo", ADA, **ago(minutes=5))
    client = signed_in(ours.anna)
    start = client.get("/inbox/pulse?since=0").json()
    assert list(start["rows"]) == [str(first.pk)]
    second = heard(ours, "2", "auch hallo", OTTO, **ago(minutes=4))
    care.resolve(first, ours.ben, care.Dismissal.NO_ANSWER_NEEDED)
    told = client.get(f"/inbox/pulse?since={start['cursor']}").json()
    assert (list(told["rows"]), told["left"], told["waiting"]) == ([str(second.pk)], [first.pk], 1)
    assert client.get(f"/inbox/pulse?since={told['cursor']}").json()["rows"] == {}


def test_the_thread_shows_others_quieter_and_marks_whom_we_answer(ours: Desk) -> None:
    first = said("1", "mein Paket fehlt", ADA, **ago(minutes=30))  # type: ignore[arg-type]
    other = said("2", "meins auch", OTTO, to=first, addressed=False, **ago(minutes=20))  # type: ignore[arg-type]
    ours_said = said("3", "Wir suchen", US, to=first, **ago(minutes=15))  # type: ignore[arg-type]
    again = said("4", "und?", ADA, to=ours_said, **ago(minutes=10))  # type: ignore[arg-type]
    for sighting in (first, other, ours_said, again):
        hear(ours.channel, sighting)
    talk = conversation_of(first)
    shown = reading.entries(talk, care.answerable(talk))
    assert [(entry.kind, entry.asked, entry.mention and entry.mention.text) for entry in shown] == [
        ("customer", False, "mein Paket fehlt"),
        ("other", False, "meins auch"),
        ("ours", False, "Wir suchen"),
        ("customer", True, "und?"),
    ]


def test_foreign_words_and_addresses_stay_words(ours: Desk) -> None:
    talk = heard(
        ours, "1", "<script>alert(1)</script> https://example.org/a javascript:alert(2)", **ago(minutes=5)
    )
    talk.customer.__class__.objects.update(url="javascript:alert(3)", name='<b onclick="x">Ada')
    page = signed_in(ours.anna).get(f"/c/{talk.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<b onclick" not in page
    assert 'href="javascript:' not in page
    assert '<a target="_blank" href="https://example.org/a" rel="nofollow">' in page


def test_pages_need_no_inline_code(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    answer = signed_in(ours.anna).get(f"/c/{talk.pk}/")
    page = answer.content.decode()
    assert re.findall(r"\son\w+=|\sstyle=|hx-on|<style", page) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "json" not in tag
    ] == []
    assert answer["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer["Cache-Control"] == "no-store, private"


def test_an_empty_inbox_is_praised_and_says_when_the_last_post_came(ours: Desk) -> None:
    type(ours.channel).objects.update(heard_at=timezone.now() - timedelta(minutes=7))
    page = signed_in(ours.anna).get("/").content.decode()
    assert "All answered. Well done!" in page
    assert "7 min ago" in page


def test_without_a_channel_the_lead_is_led_to_one(ours: Desk) -> None:
    ours.channel.delete()
    assert "/settings/channels/connect/" in signed_in(ours.olga).get("/").content.decode()
    assert "Ask your team lead to connect one." in signed_in(ours.anna).get("/").content.decode()


def test_a_channel_in_trouble_says_so_above_the_queue(ours: Desk) -> None:
    type(ours.channel).objects.update(state="login", error_code="token_revoked")
    page = signed_in(ours.clara).get("/").content.decode()
    assert "Mastodon no longer accepts our access. Connect the account again in the settings." in page


def test_held_back_messages_are_told_to_those_who_can_change_it(ours: Desk) -> None:
    type(ours.channel).objects.update(filtered=["private_mentions"])
    words = "Mastodon holds back private messages of strangers; we fetch them."
    shown = [words in signed_in(agent).get("/").content.decode() for agent in (ours.clara, ours.anna)]
    assert shown == [True, False]


def test_the_menu_keeps_choices_and_goes_back(ours: Desk) -> None:
    client = signed_in(ours.anna)
    answer = client.post("/prefer/", {"theme": "dark", "back": "/?view=mine"})
    assert (answer.status_code, answer["Location"]) == (302, "/?view=mine")
    assert client.post("/prefer/", {"language": "en", "back": "https://evil.example/"})["Location"] == "/"
    client.post("/prefer/", {"theme": "pink"})
    ours.anna.refresh_from_db()
    assert (ours.anna.theme, ours.anna.language) == ("dark", "en")
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_an_unknown_verb_and_a_get_change_nothing(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = signed_in(ours.anna)
    assert client.post(f"/c/{talk.pk}/explode").status_code == 404
    assert client.get(f"/c/{talk.pk}/resolve").status_code == 405


def test_a_form_without_its_token_is_explained(ours: Desk) -> None:
    talk = heard(ours, "1", "hallo", **ago(minutes=5))
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(ours.anna)
    answer = client.post(f"/c/{talk.pk}/resolve")
    assert (answer.status_code, "This page was open for too long" in answer.content.decode()) == (403, True)


def test_a_page_looks_up_once_what_its_reader_may_see(desk: Desk, client: Client) -> None:
    client.force_login(desk.anna)
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert sum("json_group_array" in one["sql"] for one in asked.captured_queries) == 1
    with in_one_look():
        before = scope_of(desk.anna)
        desk.anna.teams.clear()
        assert scope_of(desk.anna) == before
        assert scope_of(desk.clara) != before
    assert scope_of(desk.anna) != before
