"""Further reports: whether somebody waits longer than others, and the promises that were not kept.

Nobody of ours is a group, a row or a column in any of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from resonanz.desk import charts_shift, reading_promises, waits, wording_fairness
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Agent, Role
from resonanz.desk.web.reports import duration, grouped, percent
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resonanz.fairness import Dimension, Group

SPANS = (7, 30, 90, 365)
PICTURE = 420  # pixels of the widest chart beside its group names
NARROW = 150


@dataclass(frozen=True, slots=True)
class Line:
    """A group in words."""

    name: str
    waits: str
    answered: str
    median: str
    p90: str
    relative: str
    hazard: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A dimension in words and as a picture."""

    name: str
    level: str
    word: str
    sentence: str
    lines: tuple[Line, ...]
    wide: SafeString | str
    narrow: SafeString | str


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in SPANS else 30


def _spans() -> list[tuple[int, str]]:
    return [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in SPANS]


def _channels(agent: Agent) -> frozenset[int] | None:
    if agent.has_role(Role.LEAD):
        return None
    return frozenset(channels_visible_to(agent).values_list("pk", flat=True))


@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """Show whether reach, network, language or kind make anybody wait longer; `format=json` gives figures."""
    days, now = _days(request), timezone.now()
    found = waits.fairness(now - timedelta(days=days), now, _channels(signed_in(request)))
    if request.GET.get("format") == "json":
        body = json.dumps(waits.as_json(found), ensure_ascii=False, indent=1)
        return HttpResponse(
            body, "application/json", headers={"Content-Disposition": 'attachment; filename="fairness.json"'}
        )
    context = {
        "answer": _answer(found.dimensions),
        "waits": ngettext(
            "%(n)s turn that waited for an answer, live conversations only.",
            "%(n)s turns that waited for an answer, live conversations only.",
            found.waits_count,
        )
        % {"n": grouped(found.waits_count)},
        "dimensions": [_shown(dimension) for dimension in found.dimensions],
        "days": days,
        "spans": _spans(),
        "area": "reports",
        "here": "fairness",
    }
    return render(request, "reports/fairness.html", context)


def _answer(dimensions: tuple[Dimension, ...]) -> str:
    unequal = [wording_fairness.dimension_name(d.name) for d in dimensions if d.verdict == "unfair"]
    if unequal:
        return _("Not everybody waits alike: look at %(names)s") % {"names": ", ".join(unequal)}
    if any(dimension.verdict == "fair" for dimension in dimensions):
        return _("Everybody waits alike, as far as can be seen")
    return _("Too few conversations for a verdict yet")


def _shown(dimension: Dimension) -> Shown:
    level, word = wording_fairness.verdict_word(dimension.verdict)
    name, sentence = wording_fairness.dimension_name(dimension.name), wording_fairness.sentence(dimension)
    named = [(wording_fairness.group_name(dimension.name, group.name), group) for group in dimension.groups]
    title = _("%(name)s: how likely to be answered next, compared with the others") % {"name": name}
    drawn = ["", ""]
    if any(group.hazard is not None for group in dimension.groups):
        drawn = [
            charts_shift.sooner(named, width, title=title, words=sentence) for width in (PICTURE, NARROW)
        ]
    lines = tuple(_line(label, group) for label, group in named)
    return Shown(name, level, word, sentence, lines, *drawn)


def _line(name: str, group: Group) -> Line:
    relative, hazard = group.relative_median, group.hazard
    return Line(
        name=name,
        waits=grouped(group.waits_count),
        answered=percent(group.answered_share),
        median=duration(group.median_s),
        p90=duration(group.p90_s),
        relative="–" if relative is None else f"{number_format(relative, 2, use_l10n=True)}×",
        hazard="–"
        if hazard is None
        else _("%(ratio)s× (%(low)s to %(high)s)")
        % {
            "ratio": number_format(hazard.ratio, 2, use_l10n=True),
            "low": number_format(hazard.low, 2, use_l10n=True),
            "high": number_format(hazard.high, 2, use_l10n=True),
        },
    )


@require_safe
@for_role(Role.LEAD)
def promises(request: HttpRequest) -> HttpResponse:
    """Show the promises that were not kept, those still owed first."""
    agent, days = signed_in(request), _days(request)
    since = timezone.now() - timedelta(days=days)
    found = reading_promises.broken(agent, since)
    owed = sum(one.made_good_at is None for one in found)
    if not found and not reading_promises.came_due(agent, since):
        answer = _("No promise has come due in this time yet")
    elif not found:
        answer = _("Every promise that came due was kept")
    elif owed:
        answer = ngettext(
            "%(n)s customer still waits for what we promised",
            "%(n)s customers still wait for what we promised",
            owed,
        ) % {"n": owed}
    else:
        answer = _("Nobody is owed anything, but some had to wait longer than promised")
    context = {
        "answer": answer,
        "broken": [
            (
                one,
                "" if one.made_good_at is None else duration((one.made_good_at - one.due_at).total_seconds()),
            )
            for one in found
        ],
        "days": days,
        "spans": _spans(),
        "area": "reports",
        "here": "promises",
    }
    return render(request, "reports/promises.html", context)
