"""In which language somebody writes: measured on short hand-written posts, most of them complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from resonanz.annotate.language import spoken

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
