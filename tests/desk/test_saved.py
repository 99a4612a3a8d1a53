"""Saved replies: written, approved, out of date, found, and said as this customer reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resonanz.desk import care, outbox
from resonanz.desk.care import saved
from resonanz.desk.models import Brand, Conversation, Delivery, SavedReply, Unsent
from tests.cast import Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from datetime import date

    from resonanz.desk.models import Agent
    from tests.fake import World

pytestmark = pytest.mark.django_db(transaction=True)
LATE = "Hallo {name}, {du:schick uns deine|sie:schicken Sie uns Ihre} Sendungsnummer."


@pytest.fixture
def case(desk: Desk, fake: World) -> Conversation:
    question = said("1", "Wo bleibt mein Paket? Die Sendung hängt fest.")
    hear(desk.channel, question)
    fake.posts["1"] = question
    return conversation_of(question)


def write(agent: Agent, title: str, text: str = "Gern.", **more: object) -> SavedReply:
    return saved.save(agent, saved.Piece(title=title, text=text, **more))  # type: ignore[arg-type]


def titles(case: Conversation, agent: Agent, words: str = "") -> list[str]:
    return [found.saved.title for found in saved.find(case, agent, words)]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_one_source_speaks_du_sie_and_english(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", LATE, text_en="Hello {name}, your number please.")
    assert saved.text_for(piece, case, desk.anna) == "Hallo Ada Lamm, schicken Sie uns Ihre Sendungsnummer."
    assert saved.text_for(piece, case, desk.anna, form="du") == "Hallo Ada, schick uns deine Sendungsnummer."
    case.mentions.update(language="en")
    assert saved.text_for(piece, case, desk.anna) == "Hello Ada, your number please."


def test_what_typing_finds_comes_by_words_then_by_use(case: Conversation, desk: Desk) -> None:
    write(desk.clara, "Rückgabe", "Vierzehn Tage für jede Sendung.")
    used = write(desk.clara, "Sendung hängt fest", LATE)
    write(desk.clara, "Sendung ins Ausland", "Geht überallhin.")
    assert titles(case, desk.anna, "send") == [
        "Sendung hängt fest",
        "Sendung ins Ausland",
        "Rückgabe",
    ]
    assert titles(case, desk.anna, "rueckg") == ["Rückgabe"]
    assert titles(case, desk.anna, "send xyz") == []
    assert titles(case, desk.anna)[0] == "Sendung hängt fest"
    abroad = SavedReply.objects.get(title="Sendung ins Ausland")
    care.reply(case, desk.anna, care.Reply(text="Geht überallhin.", saved_reply=abroad))
    outbox.deliver_next()
    assert titles(case, desk.anna, "send")[0] == "Sendung ins Ausland"
    counts = {row.title: row.used_count for row in saved.listed()}  # type: ignore[attr-defined]
    assert counts == {"Rückgabe": 0, "Sendung hängt fest": 0, "Sendung ins Ausland": 1}
    assert used.used_in.count() == 0


def test_nothing_out_of_date_or_unapproved_is_offered(case: Conversation, desk: Desk) -> None:
    write(desk.clara, "Alt", valid_until=in_days(-1))
    write(desk.clara, "Bald alt", valid_until=in_days(3))
    own = write(desk.anna, "Von Anna")
    other = Brand.objects.create(name="Südlicht")
    write(desk.clara, "Andere Marke", brand=other)
    assert titles(case, desk.ben) == ["Bald alt"]
    assert titles(case, desk.anna) == ["Bald alt", "Von Anna"]
    today = timezone.localdate()
    assert {row.title: saved.standing(row, today) for row in saved.listed()} == {
        "Alt": "expired",
        "Bald alt": "expiring",
        "Andere Marke": "approved",
        "Von Anna": "proposed",
    }
    with pytest.raises(care.CareError, match="lead_needed"):
        saved.approve(own, desk.ben)
    saved.approve(own, desk.clara)
    assert titles(case, desk.ben) == ["Bald alt", "Von Anna"]


def test_changed_words_need_approval_again_changed_facts_do_not(desk: Desk) -> None:
    piece = write(desk.anna, "Sendung", LATE)
    saved.approve(piece, desk.clara)
    piece.refresh_from_db()
    saved.save(desk.anna, saved.Piece(title="Sendung", text=LATE, facts="Ticket 4711"), piece)
    assert SavedReply.objects.get().approved_by == desk.clara
    saved.save(desk.anna, saved.Piece(title="Sendung", text="Anders."), SavedReply.objects.get())
    assert SavedReply.objects.get().approved_at is None
    with pytest.raises(care.CareError, match="not_yours"):
        saved.save(desk.ben, saved.Piece(title="Sendung", text="Bens."), SavedReply.objects.get())


def test_dropped_and_taken_back(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", LATE)
    with pytest.raises(care.CareError, match="not_yours"):
        saved.drop(piece, desk.anna)
    saved.drop(piece, desk.clara)
    assert (titles(case, desk.anna), len(saved.listed()), len(saved.listed(dropped=True))) == ([], 0, 1)
    saved.restore(piece, desk.clara)
    assert titles(case, desk.anna) == ["Sendung"]


@pytest.mark.parametrize(
    ("piece", "code", "facts"),
    [
        (saved.Piece(title=" ", text="x"), "title_missing", {}),
        (saved.Piece(title="x"), "text_missing", {}),
        (saved.Piece(title="x", text="x" * 5001), "text_long", {"limit": 5000}),
        (
            saved.Piece(title="x", text="Hallo", text_en="Hi {nam}"),
            "phrase",
            {"field": "text_en", "flaw": "unknown_variable", "position": 5, "found": "nam"},
        ),
    ],
)
def test_what_cannot_be_said_is_not_kept(
    desk: Desk, piece: saved.Piece, code: str, facts: dict[str, object]
) -> None:
    with pytest.raises(care.CareError) as raised:
        saved.save(desk.clara, piece)
    assert (raised.value.code, raised.value.facts) == (code, facts)
    assert SavedReply.objects.count() == 0


def test_what_is_used_is_remembered_while_typing_and_when_sent(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", LATE)
    care.keep_unsent(case, desk.anna, "Hallo Ada", saved_reply=piece)
    care.keep_unsent(case, desk.anna, "Hallo Ada, schick")
    assert Unsent.objects.get().saved_reply == piece
    care.reply(case, desk.anna, care.Reply(text="Hallo Ada.", saved_reply=piece))
    assert Delivery.objects.get().saved_reply == piece
