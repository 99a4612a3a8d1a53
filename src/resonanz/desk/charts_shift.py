"""Charts of a shift: who is answered sooner than others, and how a day's posts and answers go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from resonanz.desk.charts import ACCENT, BAND, FONT, INK, LINE, QUIET, Size, drawn

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from resonanz.fairness import Group

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
ROW = 30  # pixels for one group
RATIOS = (0.25, 0.5, 1, 2, 4)
HOURS_LEAST = 12  # that the day's chart has room for; those to come stay empty
WALL = Size(900, 220)
WALL_NARROW = Size(300, 160)


def sooner(groups: Sequence[tuple[str, Group]], width: int, *, title: str, words: str) -> SafeString:
    """Draw how many times as likely as the others each group is to be answered next, with its 95 % range.

    1 is fair; to its right sooner. Groups without a comparison are left out.
    """
    rows = [
        {
            "group": name,
            "ratio": _within(group.hazard.ratio),
            "low": _within(group.hazard.low),
            "high": _within(group.hazard.high),
        }
        for name, group in groups
        if group.hazard is not None
    ]
    x: dict[str, Any] = {
        "type": "quantitative",
        "scale": {"type": "log", "domain": [RATIOS[0], RATIOS[-1]]},
        "axis": _axis() | {"values": RATIOS, "labelExpr": "datum.value + '×'", "grid": True},
    }
    y = {"field": "group", "type": "nominal", "sort": None, "axis": _axis() | {"domain": False}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
            "encoding": {"x": {"datum": 1, "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 3},
            "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "color": ACCENT, "fill": ACCENT, "size": 90},
            "encoding": {"y": y, "x": x | {"field": "ratio"}},
        },
    ]
    return drawn(_spec(Size(width, ROW * len(rows)), rows, layers), title=title, words=words)


def _within(ratio: float) -> float:
    return round(min(RATIOS[-1], max(RATIOS[0], ratio)), 3)


def day(hours: Sequence[tuple[datetime, int, int]], size: Size, *, title: str, words: str) -> SafeString:
    """Draw arrivals (pale bars) and answers (line) of each hour of a day."""
    rows: list[dict[str, Any]] = [
        {"hour": f"{timezone.localtime(at):%H}", "came": came, "answered": answered}
        for at, came, answered in hours
    ]
    last = hours[-1][0] if hours else timezone.now()
    ahead = [last + timedelta(hours=number) for number in range(1, HOURS_LEAST - len(hours) + 1)]
    rows += [{"hour": f"{timezone.localtime(at):%H}", "came": 0} for at in ahead]
    most = max([1, *(max(row[1], row[2]) for row in hours)])
    x = {
        "field": "hour",
        "type": "ordinal",
        "sort": None,
        "axis": _axis() | {"labelAngle": 0, "labelFontSize": 15, "labelOverlap": True},
    }
    steps = _steps(most)
    scale = {"domain": [0, steps[-1]], "nice": False}
    ticks = _axis() | {"values": steps, "format": "d", "domain": False, "labelFontSize": 15}
    y: dict[str, Any] = {"type": "quantitative", "scale": scale, "axis": ticks}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "color": BAND}, "encoding": {"x": x, "y": y | {"field": "came"}}},
        {
            "mark": {"type": "line", "color": ACCENT, "strokeWidth": 4},
            "encoding": {"x": x, "y": y | {"field": "answered"}},
        },
        {
            "mark": {"type": "point", "color": ACCENT, "fill": ACCENT, "size": 60},
            "encoding": {"x": x, "y": y | {"field": "answered"}},
        },
    ]
    return drawn(_spec(size, rows, layers), title=title, words=words)


def _steps(most: int) -> list[int]:
    """Return about four round numbers for an axis of counts; nothing drawn goes past the last."""
    rough = max(1.0, most / 4)
    size = 10 ** (len(str(int(rough))) - 1)
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough)
    return list(range(0, most + step, step))


def day_words(hours: Sequence[tuple[datetime, int, int]]) -> str:
    """Return what the day's chart shows as a sentence."""
    came, answered = sum(row[1] for row in hours), sum(row[2] for row in hours)
    return _("Today %(came)s have come in and %(answered)s were answered.") % {
        "came": came,
        "answered": answered,
    }


def _spec(size: Size, rows: Sequence[dict[str, Any]], layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "width": size.width,
        "height": size.height,
        "background": None,
        "padding": 4,
        "config": {"view": {"stroke": None}, "font": FONT},
        "data": {"values": list(rows)},
        "layer": layers,
    }


def _axis() -> dict[str, Any]:
    return {
        "title": None,
        "labelColor": QUIET,
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelPadding": 6,
        "labelLimit": 200,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
    }
