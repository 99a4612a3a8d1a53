"""Length and HTML, as the network counts and writes them."""

from __future__ import annotations

import pytest

from resonanz.simulator.content import length, to_html


@pytest.mark.parametrize(
    ("text", "spoiler", "expected"),
    [
        ("Hallo", "", 5),
        ("👨‍👩‍👧‍👦!", "", 2),
        ("https://beispiel.example/ein/sehr/langer/weg?mit=allem", "", 23),
        ("Siehe https://a.example.", "", 6 + 23 + 1),
        ("@frauke@fjord.example hallo", "", len("@frauke hallo")),
        ("Text", "Warnung", 11),
        ("mail@beispiel.example", "", 21),
    ],
)
def test_length(text: str, spoiler: str, expected: int) -> None:
    assert length(text, spoiler) == expected


MENTION = (
    '<p><span class="h-card" translate="no"><a href="http://n.example/@mira" class="u-url mention">'
    "@<span>mira</span></a></span>, ja</p>"
)
TAG = (
    '<p><a href="http://n.example/tags/größe" class="mention hashtag" rel="tag">#<span>Größe</span></a>!</p>'
)
SHORT_LINK = (
    '<p><a href="https://www.laden.example/kasse" target="_blank" rel="nofollow noopener" translate="no">'
    '<span class="invisible">https://www.</span><span class="">laden.example/kasse</span>'
    '<span class="invisible"></span></a></p>'
)
LONG_LINK = (
    '<p><a href="https://laden.example/ein-ziemlich-langer-weg-zur-kasse" target="_blank" '
    'rel="nofollow noopener" translate="no"><span class="invisible">https://</span>'
    '<span class="ellipsis">laden.example/ein-ziemlich-lan</span>'
    '<span class="invisible">ger-weg-zur-kasse</span></a></p>'
)


def known(handle: str) -> tuple[str, str] | None:
    return ("http://n.example/@mira", "mira") if handle == "mira" else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eins\nzwei\n\ndrei", "<p>eins<br />zwei</p><p>drei</p>"),
        ("<b> & @niemand", "<p>&lt;b&gt; &amp; @niemand</p>"),
        ("@mira, ja", MENTION),
        ("#Größe!", TAG),
        ("https://www.laden.example/kasse", SHORT_LINK),
        ("https://laden.example/ein-ziemlich-langer-weg-zur-kasse", LONG_LINK),
    ],
)
def test_html(text: str, expected: str) -> None:
    assert to_html(text, base_url="http://n.example", address_of=known) == expected
