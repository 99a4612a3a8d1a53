"""Charts, drawn on the server: a Vega-Lite description becomes an SVG that belongs into a page.

The SVG carries no style of its own: colours are classes (`reports.css` gives them light and dark), so the
content security policy has nothing to refuse. Every chart has a title and a sentence for who cannot
see it; its table is the page's. What a chart shows is decided here, what figures mean in `study.py`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from resonanz.study import Step, Survival

if TYPE_CHECKING:
    from collections.abc import Sequence

SVG = "http://www.w3.org/2000/svg"
FONT = "Inter, system-ui, sans-serif"
TICKS_S = (60, 900, 3600, 43_200, 86_400, 604_800, 2_419_200)
POINTS = 160  # more cannot be told apart at a chart's width

# Colours that stand for a class until the SVG is made; no chart would choose them.
INK, QUIET, LINE, ACCENT, BAND = "#010101", "#020202", "#030303", "#040404", "#050505"
LATE, CALM, MID, PALE = "#060606", "#070707", "#080808", "#090909"
CLASSES = {
    INK: "ink",
    QUIET: "quiet",
    LINE: "line",
    ACCENT: "accent",
    BAND: "band",
    LATE: "late",
    CALM: "calm",
    MID: "mid",
    PALE: "pale",
}


@dataclass(frozen=True, slots=True)
class Size:
    """A drawing's inner size in CSS pixels."""

    width: int
    height: int


WIDE = Size(760, 260)
NARROW = Size(270, 220)


def answered_curve(curve: Survival, size: Size, *, title: str, words: str) -> SafeString:
    """Draw the share answered over time (one minus Kaplan-Meier's survival) with its 95 % band.

    The line ends where too few conversations are left to say anything.
    """
    return drawn(_curve_spec(curve, size), title=title, words=words)


def drawn(spec: dict[str, Any], *, title: str, words: str) -> SafeString:
    """Return a chart as inline SVG; `title` names it, `words` say what it shows."""
    root = ET.fromstring(_svg(json.dumps(spec, sort_keys=True)))  # noqa: S314 - made by our own renderer
    _plain(root)
    _name(root, title, words)
    ET.register_namespace("", SVG)
    return mark_safe(ET.tostring(root, encoding="unicode"))  # noqa: S308 - serialised, not pasted together


@lru_cache(maxsize=64)
def _svg(spec: str) -> str:
    import vl_convert  # noqa: PLC0415 - starts a JavaScript engine; only who draws pays for it

    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="v5.20")
    return svg


def _plain(root: ET.Element) -> None:
    """Turn colours into classes; drop style, events, roles and what is not drawn."""
    for element in root.iter():
        classes = []
        for paint in ("fill", "stroke"):
            name = CLASSES.get(element.get(paint, "").lower())
            if name is not None:
                classes.append(f"{paint}-{name}")
                del element.attrib[paint]
        for name in [name for name in element.attrib if _unwanted(name)]:
            del element.attrib[name]
        if classes:
            element.set("class", " ".join(classes))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("display") == "none" or (child.tag == f"{{{SVG}}}path" and not child.get("d")):
                parent.remove(child)


def _unwanted(name: str) -> bool:
    return name in {"style", "class", "role", "pointer-events"} or name.startswith(("aria-", "on"))


def _name(root: ET.Element, title: str, words: str) -> None:
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", f"{title}. {words}")
    for tag, text in (("desc", words), ("title", title)):
        element = ET.Element(f"{{{SVG}}}{tag}")
        element.text = text
        root.insert(0, element)


def _curve_spec(curve: Survival, size: Size) -> dict[str, Any]:
    last = curve.until_s
    ticks = [tick for tick in TICKS_S if tick <= max(86_400, last * 1.05)]
    end = max(ticks[-1], min(last, TICKS_S[-1]))
    x = {
        "field": "s",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [TICKS_S[0], end], "nice": False},
        "axis": _axis() | {"values": ticks, "labelExpr": _labels(ticks), "grid": False, "domain": True},
    }
    y_axis = _axis() | {"labelExpr": percent_expr(), "values": [0, 0.25, 0.5, 0.75, 1], "domain": False}
    y = {"field": "y", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": y_axis}
    band = {
        "mark": {"type": "area", "interpolate": "step-after", "color": BAND, "clip": True},
        "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "color": ACCENT,
            "strokeWidth": 2,
            "clip": True,
        },
        "encoding": {"x": x, "y": y},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size.width,
        "height": size.height,
        "background": None,
        "padding": 4,
        "config": {"view": {"stroke": None}, "font": FONT},
        "data": {"values": _points(curve, end)},  # they may end before the axis does
        "layer": [band, line],
    }


def _points(curve: Survival, end: float) -> list[dict[str, float]]:
    """Read the curve at moments that lie evenly on the logarithmic axis, as far as it is known."""
    times = [step.at_s for step in curve.steps]
    stretch = log(end / TICKS_S[0])
    points = []
    for number in range(POINTS + 1):
        at = TICKS_S[0] * 2.718281828459045 ** (stretch * number / POINTS)
        if at > curve.until_s:
            break
        reached = bisect_right(times, at * 1.000001)
        step = curve.steps[reached - 1] if reached else Step(0, 1.0, 1.0, 1.0, 0, 0)
        points.append(
            {
                "s": round(at, 2),
                "y": round(1 - step.unanswered, 4),
                "low": round(1 - step.high, 4),
                "high": round(1 - step.low, 4),
            }
        )
    return points


def _axis() -> dict[str, Any]:
    return {
        "title": None,
        "labelColor": QUIET,
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelPadding": 6,
        "labelOverlap": True,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
    }


def _labels(ticks: Sequence[int]) -> str:
    words = {str(tick): time_label(tick) for tick in ticks}
    return f"({json.dumps(words)})[toString(round(datum.value))]"


def percent_expr() -> str:
    """Return how an axis writes shares in the reader's language."""
    before, after = re.split("0", _("0%"), maxsplit=1)
    return f"{json.dumps(before)} + round(datum.value * 100) + {json.dumps(after)}"


def time_label(seconds: int) -> str:
    """Return a round duration as an axis has room for it."""
    for unit, words in (
        (604_800, _("%(n)s wk")),
        (86_400, _("%(n)s d")),
        (3600, _("%(n)s h")),
        (60, _("%(n)s min")),
    ):
        if seconds >= unit and seconds % unit == 0:
            return words % {"n": seconds // unit}
    return _("%(n)s s") % {"n": seconds}
