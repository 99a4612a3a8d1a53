"""Folding: what search takes for the same, and laws that hold for any text."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonanz.query import fold, folded
from resonanz.query.folding import _Forms

MARKS = "#@$_"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ()),
        (" \n\t -- ", ()),
        ("Zürich ZUERICH Zurich zu\u0308rich", ("zurich",) * 4),
        ("Straße STRASSE STRAẞE", ("strasse",) * 3),
        ("früher frueher", ("fruher", "fruher")),
        ("säen saeen", ("san", "san")),
        ("neue Steuer, Goethe", ("neu", "steur", "gothe")),
        ("Café Łódź Ærø Citroën ĳ", ("cafe", "lodz", "aro", "citron", "ij")),
        ("𝐁𝐚𝐡𝐧 Ｂａｈｎ Ⓑⓐⓗⓝ", ("bahn",) * 3),
        ("geht's geht’s gehtʼs", ("geht", "s") * 3),
        ("„WLAN-Störung“ – 3,50€ … Bahn™", ("wlan", "storung", "3", "50", "€", "bahn")),
        ("m² ٣ İ", ("m2", "3", "i")),
        ("Wa\u00adren\u200bkorb a\ufeffb", ("waren", "korb", "ab")),
        ("Привет, йод и\u0306од Ёлка", ("привет", "йод", "йод", "ёлка")),
        ("\u2126 \u03a9", ("\u03c9", "\u03c9")),
        ("x\ud800y x\ue000y x\ufffey x\u0085y", ("x", "y") * 4),
        ("\u0958 \uf900 \u212b", ("\u0915\u093c", "\u8c48", "a")),
    ],
)
def test_words(text: str, tokens: tuple[str, ...]) -> None:
    assert fold(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Danke🙏🙏", ("danke", "🙏", "🙏")),
        ("👍🏽 👍 👍\ufe0f", ("👍", "👍", "👍")),
        ("👨‍👩‍👧❤️‍🔥", ("👨", "👩", "👧", "❤", "🔥")),
        ("🇩🇪🇫🇷ja", ("🇩🇪", "🇫🇷", "ja")),
        ("1️⃣ ℹ️ ★", ("1", "ℹ", "★")),
        ("🏴\U000e0067\U000e007f", ("🏴",)),
    ],
)
def test_emoji_are_tokens(text: str, tokens: tuple[str, ...]) -> None:
    assert fold(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Liebe #Bahn, hallo", ("liebe", "bahn", "hallo", "#bahn")),
        ("Hallo! #Bahn #Zug", ("hallo", "bahn", "zug", "#bahn", "#zug")),
        ("Die Bahn #bahn", ("die", "bahn", "#bahn")),
        ("#bahn und #BAHN", ("bahn", "und", "#bahn")),
        ("bahn #deutsche_bahn", ("bahn", "deutsche", "bahn", "#deutsche_bahn")),
        ("@anna_b@social.example ja", ("anna", "b", "social", "example", "ja", "@anna_b")),
        ("anna@example.org", ("anna", "example", "org")),
        ("＃Grüße $DBX #", ("grusse", "dbx", "#grusse", "$dbx")),
        ("#🚄 50 $", ("🚄", "50")),
    ],
)
def test_marks(text: str, tokens: tuple[str, ...]) -> None:
    assert fold(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("https://www.bahn.example/Störung/zug-5?utm=x#teil!", ("bahn", "example", "storung", "zug", "5")),
        ("(HTTP://bahn.example) ja", ("bahn", "example", "ja")),
        ("https://social.example/@anna", ("social", "example", "anna", "@anna")),
    ],
)
def test_addresses_give_host_and_path(text: str, tokens: tuple[str, ...]) -> None:
    assert fold(text) == tokens


def test_folded_joins_by_blanks() -> None:
    assert folded("Liebe #Bahn: Zürich!") == "liebe bahn zurich #bahn"


any_text = st.text() | st.text(
    st.sampled_from("aeouäßE #@$_.:/?-hstpw\u0308\u0301\u0306\u200d\ufe0f🇩🇪👍🏽йΐא\u05b8\u0653ا½ª")
    | st.characters(),
    max_size=30,
)


@given(any_text)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(folded(text)) == fold(text)


@given(any_text)
def test_tokens_have_only_the_agreed_characters(text: str) -> None:
    for token in fold(text):
        assert token
        assert all(
            char > "\x7f" or char in MARKS or (char.isalnum() and not char.isupper()) for char in token
        )
        assert token.split() == [token]
        assert token.encode().decode() == token


@settings(deadline=None)  # a database for each example
@given(any_text)
def test_the_full_text_index_cuts_at_the_blanks(text: str) -> None:
    store = sqlite3.connect(":memory:")
    try:
        store.execute("""CREATE VIRTUAL TABLE f USING fts5(t, tokenize="ascii tokenchars '#@$_'")""")
        store.execute("CREATE VIRTUAL TABLE v USING fts5vocab(f, instance)")
        store.execute("INSERT INTO f VALUES (?)", (folded(text),))
        seen = tuple(term for (term,) in store.execute("SELECT term FROM v ORDER BY offset"))
    finally:
        store.close()
    assert seen == fold(text)


@given(st.text("abcdefghäöüß🙏 ", min_size=1))
def test_case_and_spelling_make_no_difference(text: str) -> None:
    spelled = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    assert fold(spelled) == fold(text) == fold(text.upper())


def test_odd_characters_cannot_fill_the_memory() -> None:
    forms = _Forms(dict.fromkeys(range(-20_000, 0), ""))
    assert (forms[ord("é")], len(forms)) == ("e", 20_000)
