"""The catalogs say everything that the sources say, in German with Sie, and with Du where that differs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import resonanz.desk

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

DESK = Path(str(resonanz.desk.__file__)).parent
LOCALE = DESK / "locale"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "later": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|<[^>]+>")
FORMAL = re.compile(r"\b(Sie|Ihnen|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihres)\b")
INFORMAL = re.compile(r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]ein\w*|[Ee]uch|[Ee]ure?[rsnm]?)\b")
ABOUT_THINGS = {"Sie stehen in Suche", "Ihre Ziele und Zeiten", "Deutsch (Sie)"}  # not the reader
ABOUT_FORMS = re.compile(r"\b(du|Sie)\b|\{du:")  # in an English source: it speaks about the forms of address

Key = tuple[tuple[str, ...], str | None]


def catalog(locale: str) -> Catalog:
    with (LOCALE / locale / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def forms(text: object) -> tuple[str, ...]:
    """Return a text's singular and plural, or the one form it has."""
    return (text,) if isinstance(text, str) else tuple(cast("tuple[str, ...]", text))


@cache
def texts(locale: str) -> dict[Key, Message]:
    return {(forms(message.id), message.context): message for message in catalog(locale) if message.id}


@pytest.fixture(scope="module")
def sources() -> set[Key]:
    with (LOCALE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")  # type: ignore[no-untyped-call]
    found = extract_from_dir(DESK, methods, options, KEYWORDS)
    return {(forms(text), context) for _file, _line, text, _comments, context in found if text}


def test_german_says_all_that_the_sources_say_and_nothing_else(sources: set[Key]) -> None:
    german = set(texts("de"))
    assert (sources - german, german - sources) == (set(), set())


def test_du_overrides_texts_that_exist() -> None:
    assert set(texts("de_DU")) - set(texts("de")) == set()


@pytest.mark.parametrize("locale", ["de", "de_DU"])
def test_no_translation_is_missing_or_fuzzy(locale: str) -> None:
    unfinished = [
        message.id for message in texts(locale).values() if message.fuzzy or not all(forms(message.string))
    ]
    assert unfinished == []


@pytest.mark.parametrize("locale", ["de", "de_DU"])
def test_placeholders_and_tags_are_those_of_the_original(locale: str) -> None:
    unequal = [message.id for message in texts(locale).values() if not _same_places(message)]
    assert unequal == []


def _same_places(message: Message) -> bool:
    """Tell whether every form has the places of its original."""
    pairs = zip(forms(message.id), forms(message.string), strict=True)
    return all(_places(original) == _places(translated) for original, translated in pairs)


def _places(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("locale", ["de", "de_DU"])
def test_plurals_follow_the_german_rule(locale: str) -> None:
    shaped = catalog(locale)
    assert (shaped.num_plurals, shaped.plural_expr) == (2, "(n != 1)")


def test_sie_never_says_du() -> None:
    quoted = {"Dein Zugangs-Token", "Deutsch (Du)"}  # Mastodon's word for its field, our name of a language
    said = [_without(str(m.string), quoted) for m in texts("de").values() if not _about_forms(m)]
    assert [text for text in said if INFORMAL.search(text)] == []


def test_du_never_says_sie() -> None:
    said = [str(m.string) for m in texts("de_DU").values() if not _about_forms(m)]
    assert [text for text in said if FORMAL.search(text)] == []


def test_du_differs_from_sie_wherever_it_overrides() -> None:
    formal = texts("de")
    assert [key for key, message in texts("de_DU").items() if message.string == formal[key].string] == []


def test_du_overrides_every_text_that_speaks_to_the_reader() -> None:
    speaks = {key for key, message in texts("de").items() if FORMAL.search(str(message.string))}
    things = {key for key in speaks if any(words in str(texts("de")[key].string) for words in ABOUT_THINGS)}
    forms_named = {key for key, message in texts("de").items() if _about_forms(message)}
    assert speaks - things - forms_named - set(texts("de_DU")) == set()


def _about_forms(message: Message) -> bool:
    return bool(ABOUT_FORMS.search(" ".join(forms(message.id))))


def _without(text: str, quoted: set[str]) -> str:
    for words in quoted:
        text = text.replace(words, "")
    return text


@pytest.mark.parametrize("locale", ["de", "de_DU"])
def test_the_catalog_compiles(locale: str, tmp_path: Path) -> None:
    made = tmp_path / "django.mo"
    with made.open("wb") as file:
        write_mo(file, catalog(locale))
    assert made.stat().st_size > 1000
