"""The report of how people feel: shares by the day, what they want, what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from resonanz.desk import charts_feelings, understood
from resonanz.desk import wording_understanding as words
from resonanz.desk.reading_feelings import FEELINGS, feelings
from resonanz.desk.web.reports import grouped
from resonanz.desk.web.settings_people import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.reading_feelings import Day, Feelings

SPANS = (7, 30, 90)
SHOWN_MOST = 10  # intents or reasons


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show how people feel about us, as far as the model is sure."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in SPANS else 30
    found = feelings(signed_in(request), days)
    title = _("How people feel about us, by the day")
    answer = _answer(found)
    sizes = (charts_feelings.WIDE, charts_feelings.NARROW)
    reasons = {one.code: one for one in understood.reasons(active=False)}
    context = {
        "answer": answer,
        "total": ngettext(
            "%(n)s post of others, about us or not clearly about anything else.",
            "%(n)s posts of others, about us or not clearly about anything else.",
            found.total,
        )
        % {"n": grouped(found.total)},
        "charts": [charts_feelings.shares(found.days, size, title=title, words=answer) for size in sizes]
        if found.total
        else [],
        "keys": [_key(found, feeling) for feeling in FEELINGS],
        "rows": [_row(day) for day in reversed(found.days) if day.total],
        "intents": _bars("intent", found.intents, words.intents(get_language())),
        "reasons": _bars(
            "reason", found.reasons, {c: words.reason_name(c, reasons) for c, _n in found.reasons}
        ),
        "days": days,
        "spans": [(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in SPANS],
        "names": [words.label("sentiment", feeling) for feeling in FEELINGS],
        "area": "reports",
        "here": "feelings",
    }
    return render(request, "reports/feelings.html", context)


def _answer(found: Feelings) -> str:
    if not found.total:
        return _("No post was judged in this time")
    negative, positive = found.count("negative"), found.count("positive")
    facts = {"negative": words.share(negative / found.total), "positive": words.share(positive / found.total)}
    return _("%(negative)s negative, %(positive)s positive") % facts


def _key(found: Feelings, feeling: str) -> dict[str, object]:
    count = found.count(feeling)
    colour = charts_feelings.CLASSES[feeling]
    share = words.share(count / found.total) if found.total else "–"
    return {
        "words": words.label("sentiment", feeling),
        "colour": colour,
        "share": share,
        "count": grouped(count),
    }


def _row(day: Day) -> dict[str, object]:
    return {"on": day.on, "counts": [day.counts.get(feeling, 0) for feeling in FEELINGS], "total": day.total}


def _bars(kind: str, counts: Sequence[tuple[str, int]], names: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the most frequent labels with their bars, each leading to its posts."""
    most = max((count for _label, count in counts), default=1)
    return [
        {
            "name": names.get(label, label),
            "count": number_format(count, use_l10n=True),
            "width": f"{100 * count / most:.1f}",
            "url": f"{reverse('search')}?{urlencode({'q': f'{kind}:{label}'})}",
        }
        for label, count in counts[:SHOWN_MOST]
    ]
