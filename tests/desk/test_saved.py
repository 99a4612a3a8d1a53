"""Saved replies: written, approved, out of date, found, and said as this customer reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from resonanz.desk import care, outbox
from resonanz.desk.care import guards, saved
from resonanz.desk.models import Agent, Brand, Conversation, Delivery, Notice, SavedReply, Unsent
from tests.cast import Desk, conversation_of, hear, said

if TYPE_CHECKING:
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


@pytest.mark.parametrize(
    "change",
    [{"text": "Anders."}, {"facts": "Ticket 4711"}, {"valid_until": date(2031, 1, 1)}, {"source": "Kim"}],
)
def test_whatever_its_owner_changes_of_an_approved_piece_needs_approval_again(
    desk: Desk, change: dict[str, Any]
) -> None:
    piece = write(desk.anna, "Sendung", LATE)
    saved.approve(piece, desk.clara)
    same = saved.Piece(title="Sendung", text=LATE)
    saved.save(desk.anna, same, SavedReply.objects.get())
    assert SavedReply.objects.get().approved_by == desk.clara
    saved.save(desk.anna, replace(same, **change), SavedReply.objects.get())
    assert SavedReply.objects.get().approved_at is None
    saved.save(desk.clara, same, SavedReply.objects.get())
    assert SavedReply.objects.get().approved_by == desk.clara
    with pytest.raises(care.CareError, match="not_your_reply"):
        saved.save(desk.ben, saved.Piece(title="Sendung", text="Bens."), SavedReply.objects.get())


def test_dropped_and_taken_back(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", LATE)
    with pytest.raises(care.CareError, match="not_your_reply"):
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


# Out of date -------------------------------------------------------------------------------------


def rung() -> list[tuple[str, str]]:
    return [(n.agent.username, n.kind) for n in Notice.objects.select_related("agent").order_by("pk")]


def test_its_owner_is_told_once_when_a_piece_expires(desk: Desk) -> None:
    piece = write(desk.anna, "Sendung", valid_until=in_days(0))
    saved.approve(piece, desk.clara)
    write(desk.anna, "Nie freigegeben", valid_until=in_days(-3))
    saved.drop(write(desk.clara, "Aussortiert", valid_until=in_days(-3)), desk.clara)
    write(desk.clara, "Ohne Ende")
    assert saved.expire_next() is False
    SavedReply.objects.filter(pk=piece.pk).update(valid_until=in_days(-1))
    assert [saved.expire_next(), saved.expire_next()] == [True, False]
    assert rung() == [("anna", "expired")]
    Notice.objects.update(seen_at=timezone.now())
    SavedReply.objects.filter(pk=piece.pk).update(valid_until=in_days(-2))  # another day that is over
    assert [saved.expire_next(), saved.expire_next()] == [True, False]
    assert len(rung()) == 2


def test_where_the_owner_is_gone_the_leads_are_told(desk: Desk) -> None:
    saved.approve(write(desk.anna, "Sendung", valid_until=in_days(-1)), desk.clara)
    Agent.objects.filter(pk=desk.anna.pk).update(is_active=False)
    assert saved.expire_next() is True
    assert rung() == [("clara", "expired")]


def test_a_reply_with_an_expired_piece_is_looked_at_once_more(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", valid_until=in_days(-1))
    wanted = care.Reply(text="Ihr Paket kommt morgen an.", saved_reply=piece)
    with pytest.raises(care.Stopped, match="expired_reply") as raised:
        care.reply(case, desk.anna, wanted)
    assert [stop.is_hard for stop in raised.value.stops] == [False]
    despite = [stop.despite for stop in raised.value.stops]
    assert care.reply(case, desk.anna, replace(wanted, despite=despite)).saved_reply == piece


def test_the_hint_at_expired_pieces_can_be_switched_off(case: Conversation, desk: Desk) -> None:
    piece = write(desk.clara, "Sendung", valid_until=in_days(-1))
    assert len(guards.knowledge_stops(piece)) == 1
    assert guards.knowledge_stops(write(desk.clara, "Heute noch", valid_until=in_days(0))) == []
    guards.switch("expired_reply", desk.clara, on=False)
    assert guards.knowledge_stops(piece) == []
