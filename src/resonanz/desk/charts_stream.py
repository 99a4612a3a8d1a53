"""A column's pulse: posts by the hour as a small line, drawn by hand as it stands in a heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

WIDTH, HEIGHT, EDGE = 72, 28, 4


def sparkline(hours: Sequence[int]) -> SafeString:
    """Draw counts, oldest first; the sentence beside it says what it shows."""
    most = max(*hours, 1)
    step = (WIDTH - 2 * EDGE) / (len(hours) - 1)
    drawn = [
        (round(EDGE + step * place, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * count / most, 1))
        for place, count in enumerate(hours)
    ]
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" fill="none" aria-hidden="true">'
        '<polyline points="{}" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>'
        '<circle cx="{}" cy="{}" r="2.2" fill="currentColor"/></svg>',
        *(WIDTH, HEIGHT, WIDTH, HEIGHT),
        " ".join(f"{x},{y}" for x, y in drawn),
        *drawn[-1],
    )
