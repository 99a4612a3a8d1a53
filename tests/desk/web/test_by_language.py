"""Words that are text from the beginning are the same words, in each language."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, engines
from django.template.base import TextNode
from django.utils import translation

OURS = engines["django"].engine  # type: ignore[attr-defined]  # the only engine that there is
DJANGOS = Engine(libraries={"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"})
LANGUAGES = ("de", "en", "de-du", "de")  # the first one again, after others
SAID = (
    '{% translate "Search" %}',
    "{% translate 'Find a saved reply …' %}",
    '{% translate "resolved" context "state" %}',
    '{% translate "Saved" context "replies" %}',
    '{% translate "A & B <i>" %}',
    '{% translate "100 %% of it" %}',
    '{% translate "Search" as found %}[{{ found }}]',
    '{% translate "Search" noop %}',
    '{% translate "search"|upper %}',
    "{% translate word %}",
    '{% translate "Search" context kind %}',
    '{% static "css/base.css" %}',
    '{% static "css/base.css" as sheet %}{{ sheet }}',
    "{% static sheet %}",
)
PAGE = {"word": "Search", "kind": "state", "sheet": "css/base.css"}


@pytest.mark.parametrize("source", SAID)
def test_a_tag_says_what_django_says(source: str) -> None:
    for language in LANGUAGES:
        with translation.override(language):
            ours = OURS.from_string(source).render(Context(PAGE))
            djangos = DJANGOS.from_string("{% load i18n static %}" + source).render(Context(PAGE))
            assert ours == djangos != ""


def test_only_what_the_page_cannot_change_is_text() -> None:
    is_text = [type(OURS.from_string(source).nodelist[0]) is TextNode for source in SAID]
    assert [source for source, fixed in zip(SAID, is_text, strict=True) if fixed] == [
        *SAID[:6],
        '{% static "css/base.css" %}',
    ]


def test_an_icon_is_text_unless_its_name_comes_with_the_page() -> None:
    fixed, named = OURS.from_string('{% icon "search" %}'), OURS.from_string("{% icon name %}")
    assert type(fixed.nodelist[0]) is TextNode
    assert "<svg" in fixed.render(Context()) == named.render(Context({"name": "search"}))
    stored = OURS.from_string('{% icon "search" as drawn %}[{{ drawn }}]')
    assert stored.render(Context()).startswith("[<svg")


def test_a_template_is_kept_for_each_language() -> None:
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(OURS.get_template("search/field.html"))
    assert said[0] is said[3]
    assert len({id(template) for template in said}) == 3
    with translation.override("de"):
        german = said[0].render(Context({"area": "inbox"}))
        assert "Alles durchsuchen" in german
        assert "Search everything" not in german
    with translation.override("en"):
        assert "Search everything" in said[1].render(Context({"area": "inbox"}))
