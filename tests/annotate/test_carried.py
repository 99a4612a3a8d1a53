"""Words that carry a label, as people read them."""

from __future__ import annotations

import pytest

from resonanz.annotate.annotation import annotate
from resonanz.annotate.carried import as_written
from resonanz.annotate.features import tokens_of
from tests.annotate.small import small_model


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        (", / & > ( :)", ()),
        ("Sooooo SCHÖN!!!", ("Sooooo", "SCHÖN")),
        ("IBAN DE44500105 ok", ("IBAN", "DE44500105", "ok")),
        ("Auftrag_47 von @Nordlicht_Hilft", ("Auftrag", "47", "von", "@Nordlicht_Hilft")),
        ("unklar ist klar", ("unklar", "ist", "klar")),
        ("https://example.org/a da", ("da",)),
        ("Los 🇩🇪 👩‍👧 👍🏽 ❤️ 5️⃣", ("Los", "🇩🇪", "👩‍👧", "👍🏽", "❤️", "5", "5️⃣")),
        ("a\u200db 🇩", ("a", "b")),
        ("İstanbul ist toll", ("i", "stanbul", "ist", "toll")),
        ("<b>Käse</b> &amp; K&auml;SE", ("Käse",)),
    ],
)
def test_words_are_shown_as_they_stand(text: str, words: tuple[str, ...]) -> None:
    assert as_written(text, tokens_of(text), 9) == words


def test_so_many_and_no_more() -> None:
    assert as_written("Danke! Danke, ihr Lieben", ["danke", "!", "danke", "ihr", "lieben"], 2) == (
        "Danke",
        "ihr",
    )
    assert as_written("was anderes", ["danke", "sooo"], 3) == ("danke", "sooo")
    assert as_written("Xsooooo Soooo", ["sooo"], 3) == ("Soooo",)


def test_a_label_that_signs_alone_carried_has_no_words() -> None:
    (found,) = annotate(["!!! ??? ,,, /// &"], small_model())
    assert dict(found.why) == {}
