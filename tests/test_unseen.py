"""Hidden signs are found, and what scripts and emoji need is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.unseen import Piece, Trick, pieces, without_tricks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("Wo bleibt mein Paket?\nDanke", (Piece("Wo bleibt mein Paket?\nDanke"),)),
        ("Grüße 👍🏽", (Piece("Grüße 👍🏽"),)),
        ("abc\u202egpj.exe", (Piece("abc"), Piece("\u202e", Trick.TURNS), Piece("gpj.exe"))),
        ("pay\u200bpal", (Piece("pay"), Piece("\u200b", Trick.HIDES), Piece("pal"))),
        ("\ufeff\u2060a", (Piece("\ufeff\u2060", Trick.HIDES), Piece("a"))),
        ("a\u2066\u200b", (Piece("a"), Piece("\u2066\u200b", Trick.TURNS))),
        ("Vertrags\u00adende", (Piece("Vertrags"), Piece("\u00ad", Trick.HIDES), Piece("ende"))),
        ("a\x00b", (Piece("a"), Piece("\x00", Trick.HIDES), Piece("b"))),
    ],
)
def test_pieces(text: str, expected: tuple[Piece, ...]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "👨‍👩‍👧‍👦 ❤️ ☎︎ 🏳️‍🌈 🇩🇪 1️⃣ 👩🏽‍🚒 ™️",
        "می‌خواهم",
        "ශ්‍රීලංකා",
        "क्‍ष",
        "\u200fשלום (5)\u200f",
        "葛\U000e0100城",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "é und ÄÖÜ",
    ],
)
def test_what_scripts_and_emoji_need_is_no_trick(text: str) -> None:
    assert pieces(text) == (Piece(text),)


@pytest.mark.parametrize(
    "text",
    [
        "ab\u200dcd",
        "ab\u200ccd",
        "a\ufe0fb",
        "a\U000e0100b",
        "👍\U000e0041\U000e0042",
        "\u200eabc",
        "x\u3164y",
        "👍\u200d",
        "שלום \u202e 5",
    ],
)
def test_out_of_place_they_are(text: str) -> None:
    assert [piece.trick for piece in pieces(text) if piece.trick] != []
    assert without_tricks(text) != text


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\u202e\u200b\u200d\ufe0fab👍ه")))
def test_nothing_is_lost_and_nothing_is_left(text: str) -> None:
    found = pieces(text)
    assert "".join(piece.text for piece in found) == text
    assert all(piece.text for piece in found)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b").intersection(without_tricks(text))
