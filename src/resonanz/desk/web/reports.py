"""The response report's page: was everybody answered, and how soon.

The figures come from `responses.py`; here they become words, a chart, a table and files to download.
Nobody's own figures are shown anywhere: all rows are of many conversations.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from resonanz.annotate.labelled import INTENTS, SENTIMENTS
from resonanz.desk import charts, responses, understood, wording
from resonanz.desk import wording_understanding as notes
from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Agent, Role
from resonanz.desk.waiting import as_json, waiting_so_far
from resonanz.desk.web.reports_waiting import waiting_rows
from resonanz.desk.web.settings_people import signed_in
from resonanz.study import answered_within_km, parse_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resonanz.desk.responses import Within
    from resonanz.desk.web.reports_waiting import Row
    from resonanz.study import Survival

BESIDES = responses.FLAT[responses.FLAT.index("human") :]
NOTES = ("sentiment", "intent", "reason")  # by which conversations are chosen
LIMITS_MOST = 6  # columns that a table has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the report in words. `low`, `rate` and `high` are tenths of a percent, for the bar."""

    group: str
    conversations: str
    answered: str
    share: str
    range: str
    median: str
    p90: str
    service_median: str
    service_p90: str
    within: list[str]
    low: int
    rate: int
    high: int
    besides: dict[str, str]

    @property
    def reach(self) -> int:
        """How wide the interval is, in tenths of a percent; wide enough to be seen."""
        return max(4, self.high - self.low)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader chose."""

    by: str
    limits: str
    within: Within
    which: responses.Which
    wrong: str = ""

    def link(self, **changed: str) -> str:
        """Return the address of the same report, something changed."""
        noted = {kind: getattr(self.which, kind) for kind in NOTES}
        chosen = {"by": self.by, "within": self.limits} | noted | changed
        return "?" + urlencode({name: value for name, value in chosen.items() if value})

    @property
    def everything(self) -> str:
        """The address of all conversations."""
        return self.link(**dict.fromkeys(NOTES, ""))

    @property
    def csv(self) -> str:
        """The address of the figures as a table."""
        return self.link(format="csv")

    @property
    def json(self) -> str:
        """The address of the figures as objects."""
        return self.link(format="json")


def front(_request: HttpRequest) -> HttpResponse:
    """Open the reports at the one there is."""
    return redirect("report-responses")


@require_safe
def responses_page(request: HttpRequest) -> HttpResponse:
    """Show the report, or give its figures as a file (`format` is csv or json)."""
    asked = _asked(request)
    form = request.GET.get("format")
    if form in {"csv", "json"}:
        return _file(asked, form)
    whole = responses.response_rows(by=None, within=asked.within, which=asked.which)[0]
    context = {"asked": asked, "area": "reports", "here": "responses", "groupings": _groupings(asked)}
    context |= {"choices": _choices(asked.which), "began": _began(asked.which)}
    if not whole["conversations"] and asked.which.asks_for_notes:
        return render(request, "reports/responses_none.html", context)
    if not whole["conversations"]:
        context["may_connect"] = signed_in(request).has_role(Role.LEAD)
        return render(request, "reports/responses_empty.html", context)
    rows = _rows(asked) if asked.by else []
    if asked.by == "week":
        rows.reverse()  # on a page the newest comes first; the files are sorted
    context |= {
        "answer": answer(whole),
        "line": line(whole, ""),
        "lines": [line(row, asked.by) for row in rows] or [line(whole, "")],
        "limits": [charts.time_label(int(seconds)) for _label, seconds in asked.within],
        "limits_now": list(zip(_limit_words(asked), line(whole, "").within, strict=True)),
        "besides": [(name, words, line(whole, "").besides[key]) for key, name, words in besides_words()],
        "besides_names": besides_words(),
        "waiting": _waiting(asked.which),
        "never": percent(1 - _number(whole["response_rate"])),
        "without": _without_words(whole),
        **_chart(responses.waiting_curve(timezone.now(), asked.which), asked),
    }
    return render(request, "reports/responses.html", context)


def _asked(request: HttpRequest) -> Asked:
    by = request.GET.get("by", "")
    by = by if by in responses.GROUPINGS else ""
    which = _which(request)
    typed = request.GET.get("within", "").replace(" ", "") or responses.USUAL_WITHIN
    try:
        within = parse_within(typed)
        if len(within) > LIMITS_MOST:
            raise ValueError(typed)
    except ValueError:
        wrong = _(
            "Write limits as numbers with m, h or d, parted by commas, such as 15m, 1h, 12h; six at most."
        )
        return Asked(by, responses.USUAL_WITHIN, parse_within(responses.USUAL_WITHIN), which, wrong)
    return Asked(by, typed, within, which)


def _which(request: HttpRequest) -> responses.Which:
    """Return whose conversations count, and how they began; what nobody knows or may see narrows nothing."""
    chosen = {
        kind: value for kind, known in _known().items() if (value := request.GET.get(kind, "")) in known
    }
    return responses.Which(_channels(signed_in(request)), **chosen)


def _known() -> dict[str, Sequence[str]]:
    """Return the kinds by which conversations may be chosen here, each with its labels."""
    reasons = [reason.code for reason in understood.reasons()]
    labels = {"sentiment": SENTIMENTS, "intent": INTENTS, "reason": reasons}
    return {kind: known for kind, known in labels.items() if kind not in understood.switched_off()}


def _label(kind: str, name: str) -> str:
    return notes.label(kind, name, {reason.code: reason for reason in understood.reasons()})


def _choices(which: responses.Which) -> list[dict[str, object]]:
    """Return what can be chosen of how conversations began, a list for each kind that is noted here."""
    names = {"sentiment": _("Feeling"), "intent": _("Intent"), "reason": _("Reason")}
    anything = {
        "sentiment": pgettext("feeling", "any"),
        "intent": pgettext("intent", "any"),
        "reason": pgettext("reason", "any"),
    }
    return [
        {
            "kind": kind,
            "name": names[kind],
            "chosen": getattr(which, kind),
            "offered": [("", anything[kind]), *((one, _label(kind, one)) for one in known)],
        }
        for kind, known in _known().items()
    ]


def _began(which: responses.Which) -> str:
    """Return in words how conversations have to begin, "" for all of them."""
    labels = [_label(kind, value) for kind in NOTES if (value := getattr(which, kind))]
    return ", ".join(labels)


def _waiting(which: responses.Which) -> list[Row]:
    """Return for whom customers waited; that is known of all conversations, not of those that began so."""
    if which.asks_for_notes:
        return []
    return waiting_rows(waiting_so_far(which.channels), duration, percent)


def _groupings(asked: Asked) -> list[tuple[str, str, bool]]:
    names = {
        "": _("All together"),
        "channel": _("By channel"),
        "network": _("By network"),
        "company": _("By brand"),
        "week": _("By week"),
    }
    return [(name, asked.link(by=key), asked.by == key) for key, name in names.items()]


def _channels(agent: Agent) -> frozenset[int] | None:
    """Return whose conversations count: those of the agent's teams; for leads and above all."""
    if agent.has_role(Role.LEAD):
        return None
    return frozenset(channels_visible_to(agent).values_list("pk", flat=True))


def _rows(asked: Asked) -> list[dict[str, object]]:
    return responses.response_rows(by=asked.by or None, within=asked.within, which=asked.which)


def _file(asked: Asked, form: str) -> HttpResponse:
    rows = _rows(asked)
    if form == "json":
        if not (asked.by or asked.which.asks_for_notes):
            rows[0]["waiting"] = as_json(waiting_so_far(asked.which.channels))
        body, kind = json.dumps(rows, ensure_ascii=False, indent=1), "application/json"
    else:
        text = io.StringIO()
        csv.writer(text).writerows(responses.flat(rows, asked.within))
        body, kind = text.getvalue(), "text/csv; charset=utf-8"
    parts = filter(None, ("responses", *(getattr(asked.which, kind) for kind in NOTES), asked.by))
    name = f"{'-'.join(parts)}.{form}"
    return HttpResponse(body, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chart(curve: Survival, asked: Asked) -> dict[str, SafeString | str]:
    """Return the curve in both sizes, with the sentence that says the same."""
    title = _("How likely an answer is, by time since the question")
    parts = [
        _("after %(limit)s %(share)s")
        % {"limit": label, "share": percent(answered_within_km(curve.steps, seconds))}
        for label, (_name, seconds) in zip(_limit_words(asked), asked.within, strict=True)
        if seconds <= curve.until_s
    ]
    words = _(
        "Estimated: %(parts)s. Whoever still waits counts only as long as they have waited, so this is not "
        "the share of all in the table."
    ) % {"parts": ", ".join(parts)}
    if not parts:
        words = _("Too few conversations, or too young, for a curve.")
    return {
        "chart_title": title,
        "chart_words": words,
        "chart_wide": charts.answered_curve(curve, charts.WIDE, title=title, words=words),
        "chart_narrow": charts.answered_curve(curve, charts.NARROW, title=title, words=words),
    }


def _limit_words(asked: Asked) -> list[str]:
    return [charts.time_label(int(seconds)) for _label, seconds in asked.within]


def _without_words(row: dict[str, Any]) -> str:
    count = int(row["conversations"]) - int(row["answered"])
    words = ngettext(
        "%(n)s conversation without an answer, settled or not",
        "%(n)s conversations without an answer, settled or not",
        count,
    )
    return words % {"n": grouped(count)}


# Figures in words --------------------------------------------------------------------------------


def answer(row: dict[str, Any]) -> str:
    """Return the report's answer: how many of how many were answered, and how soon half of them."""
    conversations, answered = int(row["conversations"]), int(row["answered"])
    known = {
        "conversations": grouped(conversations),
        "answered": grouped(answered),
        "median": duration(row["median_s"]),
    }
    if not answered:
        words = ngettext(
            "One conversation, and it was not answered.",
            "Of %(conversations)s conversations none was answered.",
            conversations,
        )
    elif answered == conversations:
        words = ngettext(
            "One conversation, answered after %(median)s.",
            "All %(conversations)s conversations were answered, half of them within %(median)s.",
            conversations,
        )
    else:
        words = ngettext(
            "Of %(conversations)s conversations one was answered, after %(median)s.",
            "Of %(conversations)s conversations %(answered)s were answered, half of them within %(median)s.",
            answered,
        )
    return words % known


def line(row: dict[str, Any], by: str) -> Line:
    """Return a row of figures in words."""
    rate, low, high = (row[f"response_rate{end}"] for end in ("", "_low", "_high"))
    return Line(
        group=_group_words(str(row["group"]), by),
        conversations=grouped(int(row["conversations"])),
        answered=grouped(int(row["answered"])),
        share=percent(rate),
        range=_("%(low)s to %(high)s") % {"low": percent(low), "high": percent(high)}
        if rate is not None
        else "–",
        median=duration(row["median_s"]),
        p90=duration(row["p90_s"]),
        service_median=duration(row["service_median_s"]),
        service_p90=duration(row["service_p90_s"]),
        within=[percent(share) for share in row["within"].values()],
        low=round(1000 * (low or 0)),
        rate=round(1000 * (rate or 0)),
        high=round(1000 * (high or 0)),
        besides={name: _besides(name, row[name]) for name in BESIDES},
    )


def _besides(name: str, value: float | None) -> str:
    return duration(value) if name.endswith("_s") else grouped(int(value or 0))


def besides_words() -> list[tuple[str, str, str]]:
    """Return each figure beside the headline: its key, its name, and what it counts."""
    return [
        ("human", _("Human"), _("conversations in which a person of ours spoke")),
        ("acknowledged", _("Acknowledged"), _("“we are on it”; no answer")),
        ("automatic", _("Automatic"), _("answered by machine; no answer")),
        ("reacted", _("Favourite or boost"), _("praise that was answered lightly")),
        ("dismissed", _("Dismissed"), _("left without an answer, with a reason")),
        ("reopened", _("Reported again"), _("the customer came back about a settled matter")),
        ("turns", _("Turns"), _("every time that somebody began to wait")),
        ("turns_answered", _("Turns answered"), _("by words, or lightly where it was praise")),
        (
            "turn_median_s",
            _("Half of the answered turns within"),
            _("calendar time, all turns and not only the first"),
        ),
        ("turn_p90_s", _("Nine of ten answered turns within"), _("calendar time")),
        ("promises_kept", _("Promises kept"), _("answered or settled by the time we named")),
        ("promises_broken", _("Promises broken"), _("the time passed")),
        ("promises_moved", _("Promises moved"), _("another time was named before")),
    ]


def _group_words(group: str, by: str) -> str:
    if not by:
        return _("All")
    if by == "week":
        year, _dash, week = group.partition("-W")
        return _("week %(week)s, %(year)s") % {"week": int(week), "year": year}
    if by == "network":
        return wording.network_label(group)
    if by == "channel":
        network, _blank, name = group.partition(" ")
        return f"{wording.network_label(network)} {name}"
    return group


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def grouped(number: int) -> str:
    """Return a count as the reader writes it."""
    return number_format(number, use_l10n=True, force_grouping=True)


def percent(share: float | None) -> str:
    """Return a share as the reader writes it; nearly all is not all, and nearly none is not none."""
    if share is None:
        return "–"
    tenths = round(share * 1000)
    if 0 < share < 1:
        tenths = min(999, max(1, tenths))
    number = number_format(tenths / 10, 0 if tenths in {0, 1000} else 1, use_l10n=True)
    return pgettext("share", "%(number)s%%") % {"number": number}


def duration(seconds: float | None) -> str:
    """Return a time span in its two largest units; a dash for none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours = minutes // 60
    if hours < 48 and minutes % 60 == 0:
        return _("%(n)s h") % {"n": hours}
    if hours < 48:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes % 60:02}"}
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}
