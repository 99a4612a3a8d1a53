"""Feelings by the day: what share of posts was negative, unsure, neutral, positive, one bar a day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format

from resonanz.desk.charts import CALM, FONT, LATE, LINE, MID, PALE, QUIET, Size, drawn, percent_expr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from resonanz.desk.reading_feelings import Day

WIDE = Size(860, 240)
NARROW = Size(290, 200)
COLOURS = {"negative": LATE, "unsure": MID, "neutral": PALE, "positive": CALM}  # from below
CLASSES = {"negative": "late", "unsure": "mid", "neutral": "pale", "positive": "calm"}


def shares(days: Sequence[Day], size: Size, *, title: str, words: str) -> SafeString:
    """Draw each day's shares; a day without posts stays empty."""
    rows = [
        {
            "day": str(number),
            "feeling": feeling,
            "place": place,
            "share": day.counts.get(feeling, 0) / day.total,
        }
        for number, day in enumerate(days)
        for place, feeling in enumerate(COLOURS)
        if day.total
    ]
    names = {str(number): date_format(day.on, "MONTH_DAY_FORMAT") for number, day in enumerate(days)}
    most = 8 if size is WIDE else 3
    step = max(1, -(-len(days) // most))
    ticks = [str(number) for number in range(0, len(days), step)]
    x_axis = _axis() | {
        "values": ticks,
        "labelExpr": f"({json.dumps(names, ensure_ascii=False)})[datum.value]",
        "labelAngle": 0,
    }
    spec: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size.width,
        "height": size.height,
        "background": None,
        "padding": 4,
        "config": {"view": {"stroke": None}, "font": FONT},
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "day",
                "type": "ordinal",
                "sort": None,
                "axis": x_axis,
                "scale": {"domain": list(names)},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "stack": "zero",
                "scale": {"domain": [0, 1]},
                "axis": _axis() | {"values": [0, 0.5, 1], "labelExpr": percent_expr(), "domain": False},
            },
            "order": {"field": "place"},
            "color": {
                "field": "feeling",
                "type": "nominal",
                "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
                "legend": None,
            },
        },
    }
    return drawn(spec, title=title, words=words)


def _axis() -> dict[str, Any]:
    return {
        "title": None,
        "labelColor": QUIET,
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelPadding": 6,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
    }
