"""Hidden signs in customers' names and words: shown where they stand, never at work in our sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone, translation

from resonanz.desk.models import Conversation
from resonanz.desk.web.tags import revealed, said
from tests.cast import ADA, Desk, conversation_of, hear
from tests.cast import said as says
from tests.desk.web.client import signed_in

if TYPE_CHECKING:
    from django.http import HttpResponseBase

pytestmark = pytest.mark.django_db
TURN, PARTS = "\u202e", "\u200b"
TURNS = "Invisible sign that turns the reading direction"
TRICKY = replace(ADA, name=f"Ada{TURN}.Lamm", handle=f"a{PARTS}da@social.example")
SIGNS = re.compile(r'<span class="unseen" role="img" title="([^"]+)" aria-label="\1"></span>')


@pytest.fixture
def talk(ours: Desk) -> Conversation:
    question = says("1", f"Rechnung {TURN}fdp.exe <b>", TRICKY, at=timezone.now())
    hear(ours.channel, question)
    return conversation_of(question)


def page_of(answer: HttpResponseBase) -> str:
    return b"".join(answer).decode()


def test_a_conversation_shows_what_is_hidden(ours: Desk, talk: Conversation) -> None:
    page = page_of(signed_in(ours.anna).get(f"/c/{talk.pk}/"))
    sign = f'<span class="unseen" role="img" title="{TURNS}" aria-label="{TURNS}"></span>'
    assert f"Rechnung {sign}fdp.exe &lt;b&gt;" in page
    assert f"<bdi>Ada{sign}.Lamm</bdi>" in page
    assert f'<bdi class="name">Ada{sign}.Lamm</bdi>' in page
    assert "Reply to Ada.Lamm" in page
    assert TURN not in page
    assert PARTS not in page


@pytest.mark.parametrize("address", ["/search/?q=rechnung", "/queries/new/?q=rechnung", "/shift/"])
def test_no_page_lets_it_work(ours: Desk, talk: Conversation, address: str) -> None:
    page = page_of(signed_in(ours.clara).get(address))
    assert TURN not in page
    assert PARTS not in page


def test_hits_show_it(ours: Desk, talk: Conversation) -> None:
    page = page_of(signed_in(ours.anna).get("/search/?q=rechnung"))
    assert set(SIGNS.findall(page)) == {TURNS, "Invisible sign"}


def test_a_flood_is_one_sign() -> None:
    with translation.override("en"):
        drawn = revealed(f"a{PARTS * 5000}b")
    assert SIGNS.findall(drawn) == ["5000 invisible signs"]
    assert SIGNS.sub("", drawn) == "ab"


def test_an_address_ends_at_a_hidden_sign() -> None:
    drawn = said(f"https://bank.example{PARTS}.evil.example/")
    assert re.findall(r'href="([^"]+)"', drawn) == ["https://bank.example"]


def test_plain_words_stay_as_they_are() -> None:
    assert revealed("Grüße & <b>👩‍🚒</b>") == "Grüße &amp; &lt;b&gt;👩‍🚒&lt;/b&gt;"
