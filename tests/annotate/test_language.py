"""In which language somebody writes: measured on short hand-written posts, most of them complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from resonanz.annotate.language import BY_WORDS, Language, identify, spoken
from tests.shared_data import shared_data

LINES = Path(__file__).with_name("language.tsv").read_text(encoding="utf-8").splitlines()
POSTS = [(language, text) for language, _tab, text in (line.partition("\t") for line in LINES)]


def of(language: str) -> list[str]:
    return [text for known, text in POSTS if known == language]


@pytest.mark.parametrize("language", ["de", "en"])
def test_short_posts_are_told_apart(language: str) -> None:
    texts = of(language)
    other = "en" if language == "de" else "de"
    assert len(texts) == 60
    assert [text for text in texts if spoken(text) == other] == []  # unknown is a pity, wrong is a fault
    assert sum(spoken(text) == language for text in texts) >= 57


def test_what_is_too_short_mixed_or_neither_stays_unknown() -> None:
    assert [(text, spoken(text)) for text in of("") if spoken(text)] == []


def test_no_writing_stops_it() -> None:
    assert [spoken(text) for text in ("", "'", "’’", "\ud800 \x00", "и не могу")] == [""] * 5


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_surely_german_or_english_is_identified_so(language: str) -> None:
    assert {identify(text) for text in of(language) if spoken(text)} == {Language(language, BY_WORDS)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("App stürzt dauernd ab", "de"),
        ("Login broken since yesterday", "en"),
        ("Je ne peux pas me connecter depuis hier soir", "fr"),
        ("Non riesco ad accedere al mio conto da stamattina", "it"),
        ("No puedo entrar en mi cuenta desde ayer", "es"),
        ("Ik kan al sinds gisteren niet meer inloggen", "nl"),
        ("Dünden beri hesabıma giriş yapamıyorum", "tr"),
        ("@nordlicht #fail https://example.org/the/and/you", ""),
        ("👍👍👍 502", ""),
        ("", ""),
        ("\ud800", ""),
        ("„Ihre Sitzung ist leider abgelaufen, bitte neu anmelden“", "de"),
    ],
)
def test_other_languages_are_told_by_their_letters(text: str, code: str) -> None:
    assert identify(text).code == code


def test_of_the_languages_asked_for_the_likeliest_counts() -> None:
    assert identify("Ik kan niet inloggen vandaag", ("de", "nl")).code == "nl"
    assert identify("Wo bleibt mein Paket?", ("en", "fr")).code != "de"
    assert identify("Wo bleibt mein Paket?", ()) == Language("", 0.0)


def test_a_network_is_believed_where_the_text_does_not_say_otherwise() -> None:
    assert identify("ok", hint="fr") == Language("fr", 0.5)
    assert identify("", hint="de-AT") == Language("de", 0.5)
    assert identify("Nordlicht Support Hotline", hint="de").code == "de"
    assert identify("Nordlicht Support Hotline", hint="de").certainty > 0.5
    assert identify("ok", hint="xx") == Language("", 0.0)
    assert identify("Wo bleibt denn mein Paket?", hint="en") == Language("de", BY_WORDS)
    assert identify("Je ne peux pas me connecter depuis hier soir", hint="de").code == "fr"


@pytest.mark.parametrize(("file", "language"), [("potts/tweets.tsv", "de"), ("airline_en/tweets.tsv", "en")])
def test_real_tweets_are_identified(file: str, language: str) -> None:
    lines = shared_data(file).read_text(encoding="utf-8").splitlines()[1:1001]
    found = [identify(line.rpartition("\t")[2]).code for line in lines]
    assert found.count(language) >= 970
    assert len(found) - found.count(language) - found.count("") <= 8
