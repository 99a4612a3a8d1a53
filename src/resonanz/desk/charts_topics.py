"""A theme's rise: its posts by the hour or day as bars, drawn by hand as it stands in a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

HEIGHT, BAR, GAP = 48, 10, 2


def bars(counts: Sequence[int], usual: float, since: int, words: str) -> SafeString:
    """Draw counts, oldest first, those from place `since` on strong, with a line at what is usual in each.

    `words` say what it shows. It is as wide as it may be: its bars are stretched.
    """
    most = max(*counts, usual, 1)
    width = len(counts) * (BAR + GAP) - GAP
    tall = [HEIGHT * count / most for count in counts]
    drawn = [
        (
            place * (BAR + GAP),
            round(HEIGHT - of, 1),
            BAR,
            round(of, 1),
            "rising" if place >= since else "before",
        )
        for place, of in enumerate(tall)
        if of
    ]
    return format_html(
        '<svg class="rise" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "{}{}</svg>",
        width,
        HEIGHT,
        words,
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>', drawn),
        format_html('<path class="usual" d="M0 {}H{}"/>', round(HEIGHT - HEIGHT * usual / most, 1), width),
    )
