"""Pages of enquiries: the panel, the thread, the settings, and the page outside that has no login."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resonanz.desk import reading_enquiries
from resonanz.desk.care import enquiries
from resonanz.desk.care.enquiries import Question
from resonanz.desk.models import Conversation, Department, Enquiry, Event, Letter
from resonanz.desk.settings import MailServer
from resonanz.desk.web import enquiries as pages
from tests.cast import NOON, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from pytest_django import Settings

    from resonanz.desk.models import Agent

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
QUESTION = said("1", "Wo bleibt mein Paket? Bestellnummer 4711-2204")
SECRETS = ("ada@", "Lamm", "social.example", "4711-2204")


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def case(desk: Desk) -> Conversation:
    hear(desk.channel, QUESTION)
    return conversation_of(QUESTION)


@pytest.fixture
def store() -> Department:
    return Department.objects.create(name="Lager", email="lager@nordlicht.example", language="en")


def client_of(agent: Agent) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(agent)
    return browser


def outsider(language: str = "en") -> Client:
    return Client(headers={"accept-language": language}, enforce_csrf_checks=True)


def words(page: HttpResponseBase) -> str:
    text = re.sub(r"<(script|style|head).*?</\1>", "", b"".join(page).decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def asked(case: Conversation, desk: Desk, store: Department, **more: object) -> Enquiry:
    known: dict[str, object] = {"department": store, "text": "Ist es noch da?", "excerpt": (case.awaits,)}
    return enquiries.ask(case, desk.anna, Question(**known | more), address="http://testserver")  # type: ignore[arg-type]


# From a conversation -------------------------------------------------------------------------------


def test_the_panel_offers_departments_posts_and_what_is_private(
    case: Conversation, desk: Desk, store: Department
) -> None:
    client = client_of(desk.anna)
    panel = client.get(f"/c/{case.pk}/ask/", headers={"HX-Request": "true", "HX-Target": "ask-panel"})
    text = panel.content.decode()
    assert "<html" not in text
    assert re.findall(r'name="post" value="(\d+)" (checked)', text) == [(str(case.awaits), "checked")]
    assert re.findall(r'name="show" value="(\w+)"', text) == ["order_number"]
    assert "Bestellnummer [order number hidden]" in " ".join(words(panel).replace("] ", "]").split())
    page = client.get(f"/c/{case.pk}/ask/")
    assert "<html" in page.content.decode()


def test_without_a_department_the_panel_says_who_adds_one(case: Conversation, desk: Desk) -> None:
    assert "A team lead adds departments" in words(client_of(desk.anna).get(f"/c/{case.pk}/ask/"))
    assert "Add a department" in words(client_of(desk.clara).get(f"/c/{case.pk}/ask/"))


def test_the_preview_is_what_the_department_sees(case: Conversation, desk: Desk, store: Department) -> None:
    form = {"department": store.pk, "question": "Ist es da?", "post": case.awaits, "due": "2026-11-27T16:30"}
    client = client_of(desk.anna)
    preview = words(client.post(f"/c/{case.pk}/ask/preview/", form))
    enquiry = asked(case, desk, store, text="Ist es da?")
    shown = words(outsider().get(f"/enquiry/{enquiry.token}/"))
    middle = preview.split("asks:")[1].split("Please answer")[0].strip()
    assert middle.startswith("Ist es da? What was said Ada ")
    assert middle in shown
    assert "Friday, 27 Nov 2026, 16:30" in preview
    more = words(client.post(f"/c/{case.pk}/ask/preview/", form | {"show": "order_number"}))
    assert "4711-2204" in more
    nothing = words(client.post(f"/c/{case.pk}/ask/preview/", {"post": 17, "due": "gestern"}))
    assert nothing.endswith("will see Anna from customer care asks: Your question stands here.")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Ruft jemand unter 0171 2345678 an?", "phone number: 0171 2345678"),
        ("Schreibt ihr an ada.lamm@gmail.com?", "e-mail address: ada.lamm@gmail.com"),
        ("Ist es noch da?", ""),
        ("Gilt unsere Nummer 0341 5550100 noch?", ""),
    ],
)
def test_the_form_hints_at_private_data_in_the_question(
    case: Conversation, desk: Desk, store: Department, question: str, named: str
) -> None:
    form = {"department": store.pk, "question": question, "by": "link"}
    client = client_of(desk.anna)
    page = words(client.post(f"/c/{case.pk}/ask/preview/", form))
    assert ("Your question names private data" in page) is bool(named)
    assert named in page
    client.post(f"/c/{case.pk}/ask", form, headers=HTMX)
    assert Enquiry.objects.get().question == question  # a hint, no stop


def test_asking_by_script_gives_the_link_and_an_undo(
    case: Conversation, desk: Desk, store: Department
) -> None:
    client = client_of(desk.anna)
    form = {"department": store.pk, "question": "Ist es da?", "post": case.awaits, "by": "link"}
    answer = client.post(f"/c/{case.pk}/ask", form, headers=HTMX)
    told = json.loads(answer.headers["HX-Trigger"])["resonanz:done"]
    enquiry = Enquiry.objects.get()
    assert told["say"] == "Lager has been asked"
    assert told["enquired"] == {"link": f"http://testserver/enquiry/{enquiry.token}/"}
    assert told["undo"]["values"] == {"enquiry": enquiry.pk}
    assert enquiry.excerpt == [case.awaits]
    undone = client.post(told["undo"]["url"], told["undo"]["values"], headers=HTMX)
    back = json.loads(undone.headers["HX-Trigger"])["resonanz:done"]["undo"]
    enquiry.refresh_from_db()
    assert enquiry.withdrawn_at is not None
    client.post(back["url"], back["values"], headers=HTMX)
    enquiry.refresh_from_db()
    assert enquiry.withdrawn_at is None


def test_asking_by_letter_needs_a_mail_server(
    case: Conversation, desk: Desk, store: Department, settings: Settings
) -> None:
    client = client_of(desk.anna)
    assert "No mail server is set up" in words(client.get(f"/c/{case.pk}/ask/"))
    settings.MAIL = MailServer("localhost", 25, "", "", "no")
    settings.MAIL_FROM = "desk@nordlicht.example"
    assert "Send by e-mail" in words(client.get(f"/c/{case.pk}/ask/"))
    answer = client.post(
        f"/c/{case.pk}/ask", {"department": store.pk, "question": "Da?", "by": "letter"}, headers=HTMX
    )
    assert json.loads(answer.headers["HX-Trigger"])["resonanz:done"]["enquired"] == {"link": ""}
    assert Letter.objects.get().to == "lager@nordlicht.example"
    assert "e-mail on its way" in words(client.get(f"/c/{case.pk}/thread"))
    Letter.objects.update(due_at=None, error="refused: 5.1.1 no such mailbox")
    page = words(client.get(f"/c/{case.pk}/thread"))
    assert "e-mail not delivered" in page
    assert "It says: “5.1.1 no such mailbox”" in page


@pytest.mark.parametrize(
    ("form", "said_back"),
    [
        ({"question": "Da?"}, "Choose the department"),
        ({"department": "99", "question": "Da?"}, "Choose the department"),
        ({"department": "{}", "question": " "}, "Write what you want to know"),
        ({"department": "{}", "question": "Da?", "due": "2020-01-01T10:00"}, "That time is over"),
        ({"department": "{}", "question": "x" * 4001}, "4001 of 4000"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(
    case: Conversation, desk: Desk, store: Department, form: dict[str, str], said_back: str
) -> None:
    filled = {name: value.replace("{}", str(store.pk)) for name, value in form.items()}
    answer = client_of(desk.anna).post(f"/c/{case.pk}/ask", filled, headers=HTMX)
    assert (answer.status_code, Enquiry.objects.count()) == (422, 0)
    assert said_back in words(answer)


def test_trainees_and_strangers_do_not_ask(case: Conversation, desk: Desk, store: Department) -> None:
    form = {"department": store.pk, "question": "Da?"}
    assert client_of(desk.tom).post(f"/c/{case.pk}/ask", form, headers=HTMX).status_code == 422
    desk.ben.teams.clear()
    for path in (f"/c/{case.pk}/ask/", f"/c/{case.pk}/thread"):
        assert client_of(desk.ben).get(path).status_code == 404
    assert client_of(desk.ben).post(f"/c/{case.pk}/ask/preview/", form).status_code == 404
    assert Enquiry.objects.count() == 0


def test_another_conversations_enquiry_is_out_of_reach(
    case: Conversation, desk: Desk, store: Department
) -> None:
    other = said("7", "Anderes", at=NOON + timedelta(minutes=5))
    hear(desk.channel, other)
    enquiry = asked(case, desk, store)
    wrong = conversation_of(other)
    for number in (enquiry.pk, "x"):
        answer = client_of(desk.anna).post(
            f"/c/{wrong.pk}/withdraw_enquiry", {"enquiry": number}, headers=HTMX
        )
        assert answer.status_code == 422
    enquiry.refresh_from_db()
    assert enquiry.withdrawn_at is None


def test_head_thread_and_rows_show_who_is_asked_since_when_and_the_answer(
    case: Conversation, desk: Desk, store: Department
) -> None:
    client = client_of(desk.anna)
    enquiry = asked(case, desk, store)
    page = client.get(f"/c/{case.pk}/").content.decode()
    head = page.split('enquiry-line">')[1].split("</p>")[0]
    assert "Lager is asked" in head
    assert "not opened yet" in head
    assert "Lager" in words(client.get("/?view=department"))
    row = client.get("/?view=department").content.decode().split("asked:")[1].split("</span></span>")[0]
    assert "data-ago" in row
    enquiries.opened(enquiry)
    assert "opened" in words(client.get(f"/c/{case.pk}/thread"))
    enquiries.answer(enquiry, "Ja, <b>Regal 7</b>", "Frau Yilmaz")
    thread = client.get(f"/c/{case.pk}/thread")
    assert "Lager (Frau Yilmaz) answered" in words(thread)
    assert "Use in the reply" in words(thread)
    assert "Lager is asked" not in words(thread)
    assert "Ja, Regal 7" in words(thread)


def test_enquiries_cost_a_page_the_same_queries_however_many(
    case: Conversation, desk: Desk, store: Department
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            reading_enquiries.asked(case)
        return len(counted)

    none = queries()
    asked(case, desk, store)
    one = queries()
    for number in range(3):
        asked(case, desk, store, text=f"Frage {number}")
    assert (none, one, queries()) == (1, 3, 3)


# Outside -----------------------------------------------------------------------------------------


def test_the_page_outside_needs_no_login_and_shows_the_excerpt_only(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    client = outsider()
    page = client.get(f"/enquiry/{enquiry.token}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Anna asks Lager" in words(page)
    assert "Wo bleibt mein Paket?" in text
    assert [secret for secret in SECRETS if secret in text] == []
    assert client.cookies == {}
    assert {
        name: page.headers[name]
        for name in ("X-Robots-Tag", "Cache-Control", "Referrer-Policy", "Content-Language")
    } == {
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Content-Language": "en",
    }
    assert '<meta name="robots" content="noindex' in text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_an_answer_without_script_cookie_or_referrer(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    client, path = outsider(), f"/enquiry/{enquiry.token}/"
    form = {"answer": "<p>Ja, im Regal 7</p>", "name": "Frau Yilmaz"}
    sent = client.post(path, form, headers={"origin": "null"})
    assert (sent.status_code, sent.headers["Location"]) == (302, path)
    thanks = words(client.get(path))
    assert thanks.startswith("Nordlicht · customer care")
    assert "Thank you! Your answer has arrived." in thanks
    assert "Ja, im Regal 7" in thanks
    assert "For an hour you can still change it." in thanks
    change = client.get(path + "?correct").content.decode()
    assert "Ja, im Regal 7</textarea>" in change
    client.post(path, form | {"answer": "Nein"}, headers={"origin": "null"})
    enquiry.refresh_from_db()
    assert enquiry.answer == "Nein"
    Enquiry.objects.update(answered_at=timezone.now() - timedelta(hours=2))
    assert "please call the colleague" in words(client.get(path))
    late = client.post(path, form | {"answer": "Doch"})
    assert late.status_code == 422
    assert "more than an hour ago" in words(late)
    assert "Doch</textarea>" in late.content.decode()  # no word is lost


def over(path: str) -> str:
    """Read a link that is over; nothing of the case stands there, and nobody may write."""
    page = outsider().get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert [word for word in ("Ist es noch da?", "Wo bleibt", "Ada", "im Regal 7") if word in text] == []
    assert "<textarea" not in text
    return words(page)


def test_after_the_answer_and_its_hour_a_link_only_thanks(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    path = f"/enquiry/{enquiry.token}/"
    enquiries.answer(enquiry, "Ja, im Regal 7", "Frau Yilmaz")
    assert "Ja, im Regal 7" in words(outsider().get(path))
    Enquiry.objects.update(answered_at=timezone.now() - timedelta(minutes=61))
    assert "Thank you! Your answer has arrived." in over(path)


def test_some_days_after_the_case_was_settled_a_link_is_closed(
    case: Conversation, desk: Desk, store: Department
) -> None:
    path = f"/enquiry/{asked(case, desk, store).token}/"
    for days, shows in ((6, True), (8, False)):
        settled_at = timezone.now() - timedelta(days=days)
        Conversation.objects.update(state=1, resolved_at=settled_at)
        assert ("Ist es noch da?" in words(outsider().get(path))) is shows
    assert "This question is closed" in over(path)
    late = outsider().post(path, {"answer": "Doch, im Keller", "name": "Y"})
    assert late.status_code == 422
    assert "your answer was not taken" in words(late)
    assert "Doch, im Keller</textarea>" in late.content.decode()  # no word is lost
    assert Enquiry.objects.get().answered_at is None


def test_a_link_long_after_its_time_is_closed(case: Conversation, desk: Desk, store: Department) -> None:
    path = f"/enquiry/{asked(case, desk, store).token}/"
    Enquiry.objects.update(due_at=timezone.now() - timedelta(days=29))
    assert "Ist es noch da?" in words(outsider().get(path))
    Enquiry.objects.update(due_at=timezone.now() - timedelta(days=31))
    assert "This question is closed" in over(path)
    thread = client_of(desk.anna).get(f"/c/{case.pk}/thread")
    assert "the link has ended" in words(thread)
    assert path not in thread.content.decode()


def test_what_is_wrong_with_an_answer_is_said_and_nothing_typed_is_lost(
    case: Conversation, desk: Desk, store: Department
) -> None:
    path = f"/enquiry/{asked(case, desk, store).token}/"
    nameless = outsider().post(path, {"answer": "Ja & <b>nein</b>", "name": ""})
    assert nameless.status_code == 422
    assert "Say who you are" in words(nameless)
    assert "Ja &amp; &lt;b&gt;nein&lt;/b&gt;</textarea>" in nameless.content.decode()
    long = outsider().post(path, {"answer": "x" * 20_001, "name": "Yilmaz"})
    assert "20001 of 20000" in words(long)


def test_unknown_withdrawn_and_guessed_links_look_the_same(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    enquiries.withdraw(enquiry, desk.anna)
    client = outsider()
    pages_seen = [client.get(f"/enquiry/{token}/") for token in (enquiry.token, "x" * 32, "é")]
    assert {page.status_code for page in pages_seen} == {404}
    assert len({page.content for page in pages_seen}) == 1
    assert "This link leads nowhere any more" in words(pages_seen[0])
    assert client.post(f"/enquiry/{enquiry.token}/", {"answer": "Ja", "name": "Y"}).status_code == 404
    assert client.post(f"/enquiry/{enquiry.token}/opened").status_code == 404


def test_guessing_is_slowed_and_answers_cannot_flood(
    case: Conversation, desk: Desk, store: Department
) -> None:
    path = f"/enquiry/{asked(case, desk, store).token}/"
    client = outsider()
    for number in range(pages.WRITES_MOST):
        client.post(path, {"answer": f"Ja {number}", "name": "Y"})
    flood = client.post(path, {"answer": "Noch eins", "name": "Y"})
    assert flood.status_code == 422
    assert "very often" in words(flood)
    assert Enquiry.objects.get().answer == f"Ja {pages.WRITES_MOST - 1}"
    for number in range(pages.WRONG_MOST):
        client.get(f"/enquiry/guess-{number}/")
    assert client.get(path).status_code == 404
    assert outsider().get(path, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_looking_is_told_by_the_page_and_not_by_what_fetches_links(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    client = outsider()
    before = Event.objects.count()
    client.get(f"/enquiry/{enquiry.token}/")
    client.head(f"/enquiry/{enquiry.token}/")
    assert (Enquiry.objects.get().opened_at, Event.objects.count()) == (None, before)
    assert client.post(f"/enquiry/{enquiry.token}/opened").status_code == 204
    assert Enquiry.objects.get().opened_at is not None


def test_it_speaks_as_the_browser_does_and_knows_what_is_settled(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = asked(case, desk, store)
    german = outsider("de").get(f"/enquiry/{enquiry.token}/")
    assert german.headers["Content-Language"] == "de"
    assert '<html lang="de"' in german.content.decode()
    Conversation.objects.update(state=1)
    Enquiry.objects.update(due_at=timezone.now() - timedelta(hours=1), asked_by=None)
    page = words(outsider().get(f"/enquiry/{enquiry.token}/"))
    assert "Customer care asks Lager" in page
    assert "The matter has been settled meanwhile." in page
    assert "Your answer was due by" in page


# Settings ----------------------------------------------------------------------------------------

FORM = {
    "name": "Buchhaltung",
    "email": "b@nordlicht.example",
    "deputy_email": "",
    "hours": "1.5",
    "language": "de",
}


def test_a_lead_adds_changes_and_drops_departments(desk: Desk, store: Department) -> None:
    client = client_of(desk.clara)
    added = client.post("/settings/departments/add/", FORM, follow=True)
    assert "Buchhaltung" in words(added)
    assert "within 1.50 h" in words(added)
    made = Department.objects.get(name="Buchhaltung")
    assert (made.answer_s, made.language) == (5400, "de")
    edit = f"/settings/departments/{made.pk}/"
    assert 'value="b@nordlicht.example"' in client.get(edit).content.decode()
    taken = client.post(edit, FORM | {"name": "Lager"})
    assert taken.status_code == 422
    assert "There is a department of that name already." in words(taken)
    wrong = client.post(edit, FORM | {"email": "nirgends", "hours": "0"})
    assert (wrong.status_code, Department.objects.get(pk=made.pk).email) == (422, "b@nordlicht.example")
    client.post(edit, {"do": "drop"})
    assert "Not asked any more" in words(client.get("/settings/departments/"))
    assert [d.name for d in reading_enquiries.departments()] == ["Lager"]
    client.post(edit, {"do": "restore"})
    assert len(reading_enquiries.departments()) == 2


def test_the_settings_say_what_is_missing_for_letters(desk: Desk, settings: Settings) -> None:
    client = client_of(desk.clara)
    assert "No mail server is set up" in words(client.get("/settings/departments/"))
    settings.MAIL = MailServer("localhost", 25, "", "", "no")
    assert "The desk has no public address" in words(client.get("/settings/departments/"))
    settings.PUBLIC_ADDRESS = "https://desk.nordlicht.example"
    page = words(client.get("/settings/departments/"))
    assert "No mail server" not in page
    assert "public address" not in page


def test_agents_do_not_arrange_departments(desk: Desk, store: Department) -> None:
    client = client_of(desk.anna)
    for path in ("", "add/", f"{store.pk}/"):
        assert client.get(f"/settings/departments/{path}").status_code == 403
        assert client.post(f"/settings/departments/{path}", FORM).status_code == 403
    assert Department.objects.count() == 1


# The report ----------------------------------------------------------------------------------------


def test_the_response_report_says_for_whom_customers_waited(
    case: Conversation, desk: Desk, store: Department
) -> None:
    asked(case, desk, store)
    client = client_of(desk.clara)
    page = words(client.get("/reports/responses/"))
    assert "For a department: Lager" in page
    assert "For us" in page
    (row,) = client.get("/reports/responses/?format=json").json()
    assert set(row["waiting"]) == {"conversations", "us", "department", "customer", "nobody", "departments"}
    assert [each["name"] for each in row["waiting"]["departments"]] == ["Lager"]
    (by_brand,) = client.get("/reports/responses/?format=json&by=company").json()
    assert "waiting" not in by_brand
