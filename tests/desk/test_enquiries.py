"""Asking a department: who may, what they read, reminders, answers, and the case meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone, translation

from resonanz.case import ClockKind, State, Waiting
from resonanz.desk import care, events, letters, projection, queue, reading_enquiries
from resonanz.desk.care import departments, enquiries
from resonanz.desk.care.enquiries import Question
from resonanz.desk.models import Clock, Conversation, Department, Enquiry, Event, Letter, Mention, Notice
from resonanz.desk.models.teamwork import NoticeKind
from resonanz.desk.settings import MailServer
from resonanz.post import Audience
from tests.cast import NOON, US, Desk, conversation_of, hear, said
from tests.desk.post_office import PostOffice, post_office

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
HERE = "http://localhost:8000"
QUESTION = said("1", "Wo bleibt mein Paket? Bestellnummer 4711-2204, ruft an: 0171 2345678", at=NOON)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Wednesday, 13:10 in Berlin; service is from 8 to 20 o'clock."""
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def case(clock: time_machine.Traveller, desk: Desk) -> Conversation:
    hear(desk.channel, QUESTION)
    return conversation_of(QUESTION)


@pytest.fixture
def store(desk: Desk) -> Department:
    wanted = departments.Wanted(
        name="Lager",
        email="lager@nordlicht.example",
        deputy_email="versand@nordlicht.example",
        language="en",
    )
    return departments.keep_department(wanted, by=desk.clara)


@pytest.fixture
def mail(settings: Settings) -> Iterator[PostOffice]:
    with post_office() as running:
        settings.MAIL = MailServer("127.0.0.1", running.port, "", "", "no")
        settings.MAIL_FROM = "desk@nordlicht.example"
        yield running


def ask(case: Conversation, desk: Desk, store: Department, **more: object) -> Enquiry:
    known: dict[str, object] = {"department": store, "text": "Ist das Paket noch da?"}
    return enquiries.ask(case, desk.anna, Question(**known | more), address=HERE)  # type: ignore[arg-type]


def fresh(case: Conversation) -> Conversation:
    return Conversation.objects.get(pk=case.pk)


def deliver() -> None:
    while letters.send_next():
        pass


def bells() -> list[tuple[str, str]]:
    return [(n.agent.username, n.kind) for n in Notice.objects.select_related("agent").order_by("pk")]


# Asking ------------------------------------------------------------------------------------------


def test_who_asks_or_promises_has_the_case_from_then_on(
    case: Conversation, desk: Desk, store: Department
) -> None:
    ask(case, desk, store)
    case.refresh_from_db()
    assert case.assignee == desk.anna
    care.assign(case, desk.clara, desk.ben)
    ask(case, desk, store, text="Und wann?")
    care.promise(case, desk.anna, NOON + timedelta(hours=2))
    case.refresh_from_db()
    assert case.assignee == desk.ben  # asking for a colleague takes nothing away from them
    care.assign(case, desk.ben, None)
    case.refresh_from_db()
    care.promise(case, desk.anna, NOON + timedelta(hours=3))
    case.refresh_from_db()
    assert case.assignee == desk.anna


def test_the_customers_clock_goes_on_while_a_department_is_asked(
    case: Conversation, desk: Desk, store: Department
) -> None:
    before = (case.due_at, list(Clock.objects.values_list("kind", "started_at", "due_at", "stopped_at")))
    enquiry = ask(case, desk, store)
    after = fresh(case)
    assert (after.waiting, after.enquiries_count, after.awaits) == (Waiting.DEPARTMENT, 1, case.awaits)
    assert before == (
        after.due_at,
        list(Clock.objects.values_list("kind", "started_at", "due_at", "stopped_at")),
    )
    assert Clock.objects.get().kind == ClockKind.FIRST_RESPONSE
    assert enquiry.due_at == datetime(2026, 11, 18, 16, 10, tzinfo=UTC)  # four hours of service
    assert projection.differences() == []


def test_the_usual_time_counts_in_service_hours_and_another_one_can_be_asked_for(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, 0, tzinfo=UTC))  # Friday, 18 o'clock in Berlin
    assert ask(case, desk, store).due_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    own = timezone.now() + timedelta(minutes=90)
    assert ask(case, desk, store, text="Und das andere?", due_at=own).due_at == own


def test_a_letter_with_the_link_is_sent_and_holds_nothing_of_the_customer(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice
) -> None:
    enquiry = ask(case, desk, store, excerpt=(case.awaits,))
    deliver()
    (letter,) = mail.letters
    body = letter.get_content()
    assert (letter["To"], letter["Subject"]) == (
        "lager@nordlicht.example",
        f"Question from customer care (Nordlicht, no. {enquiry.pk})",
    )
    assert f"{HERE}/enquiry/{enquiry.token}/" in body
    assert "Ist das Paket noch da?" in body
    assert "Wednesday, 18 Nov 2026, 17:10" in body
    assert [word for word in ("Ada", "Lamm", "Wo bleibt", "4711", "0171") if word in body] == []
    assert Event.objects.filter(kind="lettered", facts=f'{{"enquiry":{enquiry.pk},"sent":1}}').count() == 1


def test_letters_speak_the_departments_language(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice
) -> None:
    Department.objects.update(language="de")
    ask(case, desk, Department.objects.get())
    deliver()
    assert "18. November 2026, 17:10" in mail.letters[0].get_content()


def test_a_link_to_pass_on_sends_nothing_and_without_a_server_nothing_is_planned(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, settings: Settings
) -> None:
    ask(case, desk, store, by_letter=False)
    settings.MAIL = None
    ask(case, desk, store, text="Zweite Frage")
    assert Letter.objects.count() == 0
    lines = [asked.letter.word for asked in reading_enquiries.asked(case)]
    assert lines == ["no e-mail", "no e-mail"]


def test_the_public_address_stands_in_links(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://desk.nordlicht.example"
    enquiry = ask(case, desk, store)
    deliver()
    link = f"https://desk.nordlicht.example/enquiry/{enquiry.token}/"
    assert link in mail.letters[0].get_content()
    assert [asked.link for asked in reading_enquiries.asked(case)] == [link]


def test_tokens_cannot_be_guessed(case: Conversation, desk: Desk, store: Department) -> None:
    tokens = {ask(case, desk, store, text=f"Frage {number}").token for number in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {32}  # 24 random bytes: 192 bits


def test_a_second_click_asks_once(case: Conversation, desk: Desk, store: Department) -> None:
    assert ask(case, desk, store).pk == ask(case, desk, store).pk
    assert (fresh(case).enquiries_count, Event.objects.filter(kind="asked").count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": "  "}, "question_missing"),
        ({"text": "x" * 4001}, "question_long"),
        ({"excerpt": (12345,)}, "not_in_conversation"),
        ({"due_at": NOON}, "in_the_past"),
        ({"due_at": NOON + timedelta(days=61)}, "too_far"),
    ],
)
def test_what_cannot_be_asked(
    case: Conversation, desk: Desk, store: Department, more: dict[str, object], code: str
) -> None:
    with pytest.raises(care.CareError, match=code):
        ask(case, desk, store, **more)
    assert Enquiry.objects.count() == 0


def test_who_may_not_ask_and_when(case: Conversation, desk: Desk, store: Department) -> None:
    with pytest.raises(care.CareError, match="not_allowed"):
        enquiries.ask(case, desk.tom, Question(department=store, text="Hm?"), address=HERE)
    departments.drop_department(store, by=desk.clara)
    store.refresh_from_db()
    with pytest.raises(care.CareError, match="department_dropped"):
        ask(case, desk, store)
    departments.drop_department(store, by=desk.clara, dropped=False)
    store.refresh_from_db()
    care.resolve(case, desk.anna, care.Dismissal.SPAM)
    with pytest.raises(care.CareError, match="resolved_already"):
        ask(case, desk, store)


# Answering ---------------------------------------------------------------------------------------


def test_the_answer_lifts_the_case_to_the_top_of_its_owners_list(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    earlier = said("9", "Hallo?", at=NOON - timedelta(hours=1))
    hear(desk.channel, earlier)
    urgent = conversation_of(earlier)
    for each in (case, urgent):
        care.assign(each, desk.ben, desk.ben)
    enquiry = ask(case, desk, store)
    assert [c.pk for c in queue.in_view(desk.ben, "mine")] == [urgent.pk, case.pk]
    clock.shift(timedelta(minutes=20))
    enquiries.answer(enquiry, "Ja, im Regal 7.\n\nGeht heute raus.", " Frau   Yilmaz ")
    after = fresh(case)
    assert (after.waiting, after.enquiries_count, after.lifted_at) == (Waiting.US, 0, timezone.now())
    assert [c.pk for c in queue.in_view(desk.ben, "mine")] == [case.pk, urgent.pk]
    assert bells() == [("ben", NoticeKind.INFORMED), ("anna", NoticeKind.INFORMED)]
    (shown,) = reading_enquiries.asked(case)
    assert (shown.enquiry.answer, shown.enquiry.answered_by) == (
        "Ja, im Regal 7.\n\nGeht heute raus.",
        "Frau Yilmaz",
    )
    assert [kind for kind, _at in shown.moments] == ["enquiry", "informed"]
    assert projection.differences() == []


def test_answering_the_customer_takes_the_case_down_again(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiries.answer(ask(case, desk, store), "Ja", "Yilmaz")
    hear(desk.channel, said("2", "Ihr Paket geht heute raus.", US, to=QUESTION, at=timezone.now()))
    after = fresh(case)
    assert (after.lifted_at, after.waiting) == (None, Waiting.CUSTOMER)
    assert projection.differences() == []


def test_of_several_enquiries_each_is_answered_by_itself(
    case: Conversation, desk: Desk, store: Department
) -> None:
    accounts = departments.keep_department(
        departments.Wanted(name="Buchhaltung", email="b@nordlicht.example"), by=desk.clara
    )
    first = ask(case, desk, store)
    second = ask(case, desk, accounts, text="Ist es bezahlt?")
    assert reading_enquiries.waits_for([fresh(case)]) == {
        case.pk: (("Lager", first.asked_at), ("Buchhaltung", second.asked_at))
    }
    enquiries.answer(second, "Ja, am Montag.", "Herr Ott")
    after = fresh(case)
    assert (after.enquiries_count, after.waiting) == (1, Waiting.US)
    assert [name for name, _at in reading_enquiries.waits_for([after])[case.pk]] == ["Lager"]
    enquiries.withdraw(first, desk.anna)
    assert (fresh(case).enquiries_count, reading_enquiries.waits_for([fresh(case)])) == (0, {})
    assert projection.differences() == []


def test_an_answer_can_be_corrected_for_an_hour_and_rings_again(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    enquiry = ask(case, desk, store)
    enquiries.answer(enquiry, "Ja", "Yilmaz")
    enquiries.answer(enquiry, "Ja", "Yilmaz")  # a second click
    assert Event.objects.filter(kind__in=["informed", "corrected"]).count() == 1
    hear(desk.channel, said("2", "Ja, es ist da.", US, to=QUESTION, at=timezone.now()))
    Notice.objects.update(seen_at=timezone.now())
    clock.shift(timedelta(minutes=59))
    enquiries.answer(enquiry, "Nein, doch nicht", "Yilmaz")
    enquiry.refresh_from_db()
    after = fresh(case)
    assert (enquiry.answer, enquiry.corrected_at) == ("Nein, doch nicht", timezone.now())
    assert (after.waiting, after.lifted_at) == (Waiting.US, timezone.now())
    assert Notice.objects.filter(kind=NoticeKind.INFORMED, seen_at=None).count() == 1
    clock.shift(timedelta(minutes=2))
    with pytest.raises(care.CareError, match="answer_final"):
        enquiries.answer(enquiry, "Ach", "Yilmaz")
    assert projection.differences() == []


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        (" \n ", "Yilmaz", "answer_missing"),
        ("<p> </p>", "Yilmaz", "answer_missing"),
        ("x" * 20_001, "Yilmaz", "answer_long"),
        ("Ja", "  ", "name_missing"),
    ],
)
def test_what_is_no_answer(
    case: Conversation, desk: Desk, store: Department, text: str, name: str, code: str
) -> None:
    enquiry = ask(case, desk, store)
    with pytest.raises(care.CareError, match=code):
        enquiries.answer(enquiry, text, name)
    assert fresh(case).enquiries_count == 1


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Regal 7\r\nheute", "Regal 7\nheute"),
        ("5 < 7 & 9 > 8, a <3 b", "5 < 7 & 9 > 8, a <3 b"),
        ("<Artikel 4711> ist da", "<Artikel 4711> ist da"),
        ("<p>Ja,<br>im <b>Regal&nbsp;7</b></p><p>Gruß &amp; Dank</p>", "Ja,\nim Regal\xa07\nGruß & Dank"),
        ("<script>alert(1)</script>Ja <img src=x onerror=alert(1)>da", "Ja da"),
        ("<div>eins</div><div>zwei</div>", "eins\nzwei"),
        ("a\n\n\n\n\nb  \n", "a\n\nb"),
    ],
)
def test_pasted_markup_becomes_plain_text(pasted: str, kept: str) -> None:
    assert enquiries.plain(pasted) == kept


def test_an_answer_to_a_settled_case_is_kept_and_rings(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry = ask(case, desk, store)
    care.resolve(case, desk.anna, care.Dismissal.NO_ANSWER_NEEDED)
    enquiries.answer(enquiry, "Gefunden!", "Yilmaz")
    after = fresh(case)
    assert (after.state, after.waiting, after.lifted_at) == (State.RESOLVED, Waiting.NOBODY, None)
    assert bells() == [("anna", NoticeKind.INFORMED)]
    care.reopen(case, desk.anna)
    again = fresh(case)
    assert (again.waiting, again.enquiries_count, again.lifted_at is None) == (Waiting.US, 0, False)
    assert projection.differences() == []


def test_looking_is_remembered_once(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    enquiry = ask(case, desk, store)
    first = timezone.now()
    enquiries.opened(enquiry)
    clock.shift(timedelta(minutes=5))
    enquiries.opened(enquiry)
    enquiry.refresh_from_db()
    assert (enquiry.opened_at, Event.objects.filter(kind="enquiry_opened").count()) == (first, 1)


# Withdrawing -------------------------------------------------------------------------------------


def test_withdrawn_before_the_letter_left_nobody_hears_of_it(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, settings: Settings
) -> None:
    settings.UNDO_S = 5
    enquiry = ask(case, desk, store)
    deliver()
    enquiries.withdraw(enquiry, desk.anna)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        deliver()
    assert mail.letters == []
    after = fresh(case)
    assert (after.waiting, after.enquiries_count) == (Waiting.US, 0)
    assert enquiries.by_token(enquiry.token) is None
    with pytest.raises(care.CareError, match="enquiry_withdrawn"):
        enquiries.answer(enquiry, "Ja", "Yilmaz")
    with pytest.raises(care.CareError, match="enquiry_withdrawn"):
        enquiries.withdraw(enquiry, desk.anna)
    assert projection.differences() == []


def test_a_withdrawal_is_taken_back_without_a_word_and_told_after_half_a_minute(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, clock: time_machine.Traveller
) -> None:
    enquiry = ask(case, desk, store)
    deliver()
    enquiries.withdraw(enquiry, desk.anna)
    enquiries.restore(enquiry, desk.anna)
    enquiries.restore(enquiry, desk.anna)  # a second click
    clock.shift(timedelta(minutes=1))
    deliver()
    assert len(mail.letters) == 1
    assert (fresh(case).waiting, fresh(case).enquiries_count) == (Waiting.DEPARTMENT, 1)
    enquiries.withdraw(enquiry, desk.anna)
    clock.shift(timedelta(minutes=1))
    deliver()
    asked, settled = mail.letters
    assert settled["Subject"].startswith("Settled:")
    assert settled["In-Reply-To"] == asked["Message-ID"]
    with pytest.raises(care.CareError, match="letter_gone"):
        enquiries.restore(enquiry, desk.anna)
    assert projection.differences() == []


def test_an_unsent_letter_is_written_again_when_a_withdrawal_is_taken_back(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, settings: Settings
) -> None:
    settings.UNDO_S = 5
    enquiry = ask(case, desk, store)
    enquiries.withdraw(enquiry, desk.anna)
    enquiries.restore(enquiry, desk.anna)
    deliver()
    assert [letter["To"] for letter in mail.letters] == ["lager@nordlicht.example"]


def test_what_is_answered_cannot_be_withdrawn_and_what_is_settled_not_restored(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiry, other = ask(case, desk, store), ask(case, desk, store, text="Zweite Frage")
    enquiries.answer(enquiry, "Ja", "Yilmaz")
    with pytest.raises(care.CareError, match="enquiry_answered"):
        enquiries.withdraw(enquiry, desk.anna)
    enquiries.withdraw(other, desk.anna)
    care.resolve(case, desk.anna, care.Dismissal.SPAM)
    with pytest.raises(care.CareError, match="resolved_already"):
        enquiries.restore(other, desk.anna)


# Reminding ---------------------------------------------------------------------------------------


def test_a_late_department_is_reminded_and_then_its_deputy_is_asked(
    case: Conversation, desk: Desk, store: Department, mail: PostOffice, clock: time_machine.Traveller
) -> None:
    enquiry = ask(case, desk, store)
    deliver()
    assert enquiries.remind_next() is False
    clock.move_to(enquiry.due_at)
    assert [enquiries.remind_next(), enquiries.remind_next()] == [True, False]
    enquiry.refresh_from_db()
    assert enquiry.remind_at == enquiry.due_at + timedelta(hours=2)  # half of four hours, still in service
    clock.move_to(enquiry.remind_at)
    assert [enquiries.remind_next(), enquiries.remind_next()] == [True, False]
    deliver()
    assert [(letter["To"], letter["Subject"].split(" ")[0]) for letter in mail.letters] == [
        ("lager@nordlicht.example", "Question"),
        ("lager@nordlicht.example", "Reminder:"),
        ("versand@nordlicht.example", "Can"),
    ]
    assert {letter["In-Reply-To"] for letter in mail.letters[1:]} == {mail.letters[0]["Message-ID"]}
    assert all(enquiry.token in letter.get_content() for letter in mail.letters)
    assert [e.facts for e in Event.objects.filter(kind="reminded").order_by("id")] == [
        f'{{"enquiry":{enquiry.pk},"deputy":0}}',
        f'{{"enquiry":{enquiry.pk},"deputy":1}}',
    ]
    assert reading_enquiries.asked(case)[0].standing.word == "deputy asked"


def test_half_the_time_again_counts_in_service_hours(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 20, 15, 0, tzinfo=UTC))  # Friday, 16 o'clock in Berlin
    enquiry = ask(case, desk, store)
    assert enquiry.due_at == datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    clock.move_to(enquiry.due_at)
    enquiries.remind_next()
    enquiry.refresh_from_db()
    assert enquiry.remind_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    at_night = ask(
        case, desk, store, text="Nachts", due_at=datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    )  # asked and due outside of service: then it is calendar time
    clock.move_to(at_night.due_at)
    enquiries.remind_next()
    at_night.refresh_from_db()
    assert at_night.remind_at == datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def test_nobody_is_reminded_of_what_is_answered_withdrawn_or_settled(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller, mail: PostOffice
) -> None:
    answered, withdrawn = ask(case, desk, store, text="eins"), ask(case, desk, store, text="zwei")
    late = ask(case, desk, store, text="drei")
    enquiries.answer(answered, "Ja", "Yilmaz")
    enquiries.withdraw(withdrawn, desk.anna)
    care.resolve(case, desk.anna, care.Dismissal.SPAM)
    clock.move_to(late.due_at + timedelta(hours=1))
    assert enquiries.remind_next() is False
    care.reopen(case, desk.anna)
    assert [enquiries.remind_next(), enquiries.remind_next()] == [True, False]
    assert Event.objects.filter(kind="reminded").count() == 1


def test_without_a_deputy_there_is_one_reminder_and_without_a_server_the_bell_rings(
    case: Conversation, desk: Desk, store: Department, clock: time_machine.Traveller
) -> None:
    Department.objects.update(deputy_email="")
    enquiry = ask(case, desk, Department.objects.get())
    clock.move_to(enquiry.due_at)
    enquiries.remind_next()
    clock.shift(timedelta(days=3))
    assert enquiries.remind_next() is False
    assert (Letter.objects.count(), bells()) == (0, [("anna", NoticeKind.OVERDUE)])


# What the department reads -------------------------------------------------------------------------


def test_the_excerpt_shows_first_names_and_masks_everything_private(
    case: Conversation, desk: Desk, store: Department
) -> None:
    own = said("2", "Wir schauen nach, @ada@social.example!", US, to=QUESTION, at=NOON + timedelta(minutes=1))
    more = said(
        "3",
        "@nordlicht@social.example Ja, Ada Lamm. Mail: ada@post.example oder social.example/@ada, MfG Lamm",
        to=QUESTION,
        at=NOON + timedelta(minutes=2),
    )
    hear(desk.channel, own, more)
    orders = list(case.mentions.values_list("order", flat=True))
    shown = reading_enquiries.excerpt(case, orders, ["order_number"])
    texts = [(s.who, s.ours, "".join(p.text or f"[{p.masked}]" for p in s.pieces)) for s in shown]
    assert texts == [
        ("Ada", False, "Wo bleibt mein Paket? Bestellnummer 4711-2204, ruft an: [phone number]"),
        ("Nordlicht", True, "Wir schauen nach, @…!"),
        ("Ada", False, "Ja, Ada. Mail: [e-mail address] oder social.example/@…, MfG L."),
    ]


def test_what_the_customer_deleted_is_not_shown(case: Conversation, desk: Desk) -> None:
    Mention.objects.update(deleted_at=timezone.now())
    (shown,) = reading_enquiries.excerpt(case, [case.awaits or 0], [])
    assert (shown.gone, shown.pieces) == (True, ())


def test_private_posts_are_not_ticked_by_themselves(case: Conversation, desk: Desk) -> None:
    whisper = said("2", "Nur für euch", to=QUESTION, at=NOON + timedelta(minutes=1), audience=Audience.DIRECT)
    hear(desk.channel, whisper)
    Mention.objects.filter(uri=whisper.post.uri).update(conversation=case)
    choices = reading_enquiries.choices(case)
    assert [(c.mention.text[:3], c.ticked, c.private) for c in choices] == [
        ("Wo ", True, False),
        ("Nur", False, True),
    ]
    assert choices[0].kinds == ("order_number", "phone")


# Departments -------------------------------------------------------------------------------------


def test_departments_are_a_leads_to_arrange(desk: Desk, store: Department) -> None:
    wanted = departments.Wanted(name="Lager", email="neu@nordlicht.example")
    with pytest.raises(care.CareError, match="lead_needed"):
        departments.keep_department(wanted, by=desk.anna)
    with pytest.raises(care.CareError, match="lead_needed"):
        departments.drop_department(store, by=desk.anna)
    with pytest.raises(care.CareError, match="name_taken"):
        departments.keep_department(wanted, by=desk.clara)
    changed = departments.keep_department(wanted, by=desk.clara, department=store)
    assert (changed.pk, Department.objects.get().email) == (store.pk, "neu@nordlicht.example")


def test_every_event_of_an_enquiry_is_known_and_holds_numbers_only(
    case: Conversation, desk: Desk, store: Department
) -> None:
    enquiries.answer(ask(case, desk, store), "Ja", "Yilmaz")
    told = [e for e in events.after(0) if e.kind in {"asked", "informed"}]
    assert [(e.kind, e.actor) for e in told] == [("asked", desk.anna.pk), ("informed", None)]
