"""What an account cost on each day of a month, as bars with the budget's even share as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

WIDTH, HEIGHT, GAP = 620, 120, 4


def days(amounts: Sequence[float], share: float | None, words: str) -> SafeString:
    """Draw amounts, the first day first; `share` becomes a line, `words` say what it shows."""
    most = max(*amounts, share or 0.0, 0.000001)
    step = WIDTH / len(amounts)
    bars = format_html_join(
        "",
        '<rect class="fill-accent" x="{}" y="{}" width="{}" height="{}" rx="1"/>',
        (
            (round(place * step + GAP / 2, 1), round(HEIGHT - tall, 1), round(step - GAP, 1), round(tall, 1))
            for place, tall in enumerate(HEIGHT * amount / most for amount in amounts)
            if tall
        ),
    )
    line = ""
    if share is not None:
        y = round(HEIGHT - HEIGHT * share / most, 1)
        line = format_html('<path class="share" d="M0 {y}H{width}"/>', y=max(y, 1), width=WIDTH)
    ground = format_html('<path class="stroke-line" d="M0 {}H{}"/>', HEIGHT, WIDTH)
    return format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}{}</svg>',
        *(WIDTH, HEIGHT + 1, words),
        *(bars, line, ground),
    )
