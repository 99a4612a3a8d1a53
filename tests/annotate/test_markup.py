"""The words of texts that hold tags and escaped signs."""

from __future__ import annotations

import numpy as np
import pytest

from resonanz.annotate.annotation import annotate
from resonanz.annotate.features import features_of
from resonanz.annotate.markup import without_markup
from tests.annotate.small import small_model


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ihr seid <b>toll</b> &amp; schnell", "Ihr seid toll & schnell"),
        ("un<em>glaub</em>lich<br>gut<br/>ja", "unglaublich gut ja"),
        ('<p class="x y">Hallo</p><P>Welt</P>', " Hallo  Welt "),
        ("<a href='https://example.org/?a=1&amp;b=2' rel=me>hier</a>", "hier"),
        ("K&auml;se &#8211; &#x1F642; &Uuml;bel &lt;b&gt;", "Käse – 🙂 Übel <b>"),
        ("vor<!-- <b>nichts -->nach<style>p { color: red }</style>!<script>a()</script>", "vor nach ! "),
    ],
)
def test_markup_goes(text: str, words: str) -> None:
    assert without_markup(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "", "ohne alles", "<3 <3 ihr seid toll", "a < b und c > d", "Tom & Jerry; B&B;",
        "AT&T &Fly &unbekannt;", "<Name einsetzen>", "<b und so weiter>", "<<< nur heute >>>", "<a",
        "https://example.org/?a=1&copy=2",
    ],
)  # fmt: skip
def test_everything_else_stays(text: str) -> None:
    assert without_markup(text) == text


def test_endless_tags_take_no_endless_time() -> None:
    for part in ("<", "<a ", '<a b="', "<a b=c ", "<style>", "<!--", "&amp", "&#1"):
        assert without_markup(part * 500) in {part * 500, " " * 500}


def test_a_post_is_judged_as_without_its_markup() -> None:
    plain, marked = "Ihr seid toll & schnell", "Ihr seid <b>toll</b> &amp; schnell"
    assert features_of([marked]).numbers.tolist() == features_of([plain]).numbers.tolist()
    judged = small_model().judge_texts([plain, marked])["sentiment"]
    assert np.array_equal(judged[0], judged[1])


def test_places_of_private_data_are_those_of_the_text_as_it_is() -> None:
    text = "<p>Ruft mich <b>bitte</b> an: 0171 5550123 &amp; schnell</p>"
    (found,) = annotate([text], small_model())
    assert [text[one.start : one.end] for one in found.private_data] == ["0171 5550123"]
    assert found.language == "de"
