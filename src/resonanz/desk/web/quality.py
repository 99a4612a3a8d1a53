"""How good the model is here, its versions and the way back, and checking posts that were drawn by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import care, reading_quality, understanding, understood, wording
from resonanz.desk import wording_understanding as words
from resonanz.desk.models import Kind, LearntModel, Mention, Role
from resonanz.desk.understanding.learning import HELD
from resonanz.desk.web.acting import whole_number
from resonanz.desk.web.settings_people import for_role, signed_in
from resonanz.desk.web.understanding import choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Reason
    from resonanz.desk.reading_quality import OfKind, OfLabel
    from resonanz.desk.understanding import InUse

NOTHING = "-"  # somebody says that a post wants nothing, or has no private data
NONE_KEYS = dict(zip(understood.SEVERAL, "x-", strict=True))
ENOUGH = 20  # checks from which on a share is worth a headline


@require_safe
@for_role(Role.LEAD)
def page(request: HttpRequest) -> HttpResponse:
    """Show how often the model is right here, and which models there are."""
    now, every = understanding.current(), request.GET.get("models") == "all"
    judge = "" if every or now.model is None else now.model.name
    found = reading_quality.quality(judge)
    reasons = {one.code: one for one in understood.reasons(active=False)}
    context = {
        "answer": _answer(found, judge),
        "judge": judge,
        "others": _others(judge),
        "kinds": [_kind(one, reasons) for one in found],
        "any_checked": any(one.checked or one.unsure for one in found),
        "versions": [_version(one, now) for one in reading_quality.versions()],
        **_choice(),
        "based_on": understanding.base().name,
        "shipped_in_use": not LearntModel.objects.filter(in_use=True).exists(),
        "can_go_back": bool(understanding.state().before),
        "shipped_name": understanding.SHIPPED_NAME,
        "corrections": number_format(reading_quality.corrections_count()),
        "trouble": words.trouble(now.trouble, now.lacking) if now.trouble else "",
        "rules_alone": now.model is None,
        "learns": understood.setting()["learns"],
        "drawn_most": reading_quality.DRAWN_MOST,
        "area": "reports",
        "here": "quality",
    }
    return render(request, "reports/quality.html", context)


def _others(judge: str) -> str:
    """Return the models that were checked besides one, with how many decisions of each."""
    return ", ".join(
        f"{name or '–'} ({number_format(count)})"
        for name, count in reading_quality.judges().items()
        if name != judge
    )


def _choice() -> dict[str, object]:
    """Return whether a person has chosen the model, and which is proposed instead."""
    proposed = understanding.proposed()
    gains = "" if proposed is None else ", ".join(_gains(proposed))
    return {"chosen": understanding.state().chosen, "proposed": proposed, "gains": gains}


def _gains(row: LearntModel) -> list[str]:
    """Return for each kind that was measured how often a model is right, and how often the one before."""
    before, after = row.figures["before"], row.figures["after"]
    return [
        _("%(kind)s %(after)s instead of %(before)s")
        % {
            "kind": words.kind_name(kind),
            "after": words.share(after[kind][0] / after[kind][1]),
            "before": words.share(before[kind][0] / before[kind][1]),
        }
        for kind in before
        if before[kind][1] and after[kind][1]
    ]


def _answer(found: list[OfKind], judge: str) -> str:
    feeling = next((one for one in found if one.kind == Kind.SENTIMENT), None)
    if feeling is None or feeling.checked < ENOUGH:
        return _("How good the model is here is not known yet: check some posts")
    share = words.share(feeling.right / feeling.checked)
    said = (
        _("Where %(name)s says a feeling, it is right in %(share)s of the posts you checked")
        if judge
        else _("Where a model said a feeling, it was right in %(share)s of the posts you checked")
    )
    return said % {"share": share, "name": judge}


def _kind(found: OfKind, reasons: Mapping[str, Reason]) -> dict[str, object]:
    low, high = found.interval
    checked = ngettext("%(n)s decision checked", "%(n)s decisions checked", found.checked)
    return {
        "name": words.kind_name(found.kind),
        "share": words.share(found.right / found.checked) if found.checked else "–",
        "range": _range(low, high),
        "checked": checked % {"n": number_format(found.checked)},
        "unsure": found.unsure,
        "labels": [_label(found.kind, one, reasons) for one in found.labels if one.label],
    }


def _label(kind: str, one: OfLabel, reasons: Mapping[str, Reason]) -> dict[str, object]:
    low, high = one.interval
    return {
        "name": words.label(kind, one.label, reasons),
        "said": one.said,
        "right": words.share(one.right / one.said) if one.said else "–",
        "range": _range(low, high),
        "low": _percents(low),
        "width": _percents(None if low is None or high is None else high - low),
        "at": _percents(one.right / one.said if one.said else None),
        "found": words.share(one.right / one.meant) if one.meant else "–",
        "meant": one.meant,
    }


def _percents(share: float | None) -> str:
    """Return a share as a drawing takes it."""
    return f"{100 * (share or 0):.1f}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": words.share(low), "high": words.share(high)}


def _version(row: LearntModel, now: InUse) -> dict[str, object]:
    before, after = (_right(row.figures.get(name, {})) for name in ("before", "after"))
    said = understanding.judged(row)
    return {
        "row": row,
        "before": before,
        "after": after,
        "lacks": row.in_use and bool(now.trouble),
        "more": number_format(said.missing * HELD) if row.based_on and row.file else "",
        "worse": ", ".join(map(words.kind_name, said.worse)),
        "usable": bool(row.file) and not row.in_use,
        "by": row.used_by.shown_name if row.used_by is not None else "",
    }


def _right(tally: dict[str, list[int]]) -> list[str]:
    """Return for each kind how many decisions were right."""
    return [
        _("%(kind)s: %(right)s of %(all)s (%(share)s)")
        % {"kind": words.kind_name(kind), "right": right, "all": total, "share": words.share(right / total)}
        for kind, (right, total) in tally.items()
        if total
    ]


@require_POST
@for_role(Role.LEAD)
def use(request: HttpRequest) -> HttpResponse:
    """Take another model into use, go back to the one before, or let new ones be taken by themselves."""
    agent = signed_in(request)
    number = whole_number(request.POST.get("model", ""))
    try:
        if request.POST.get("do") == "back":
            taken = understanding.roll_back(agent)
        elif request.POST.get("do") == "automatic":
            taken = understanding.automatic(agent)
            messages.success(request, _("New models are taken into use by themselves again."))
            if taken is None:
                return HttpResponseRedirect(reverse("report-quality"))
        else:
            taken = None if number is None else get_object_or_404(LearntModel, pk=number)
            understanding.use(taken, agent)
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
    else:
        name = understanding.SHIPPED_NAME if taken is None else taken.name
        said = _("The model “%(name)s” is in use. The newest posts are judged again by it.")
        messages.success(request, said % {"name": name})
    return HttpResponseRedirect(reverse("report-quality"))


# Checking ----------------------------------------------------------------------------------------


@for_role(Role.LEAD)
def check(request: HttpRequest) -> HttpResponse:
    """Show a post drawn by lot with what the model says; POST keeps what a person says."""
    agent = signed_in(request)
    place = min(whole_number(request.POST.get("place") or request.GET.get("place", "")) or 1, 999)
    if request.method == "POST":
        place += 1 if _checked(request, agent) else 0
        if place > reading_quality.DRAWN_MOST:
            messages.success(request, _("Thank you: that was the last one of this round."))
            return HttpResponseRedirect(reverse("report-quality"))
        return HttpResponseRedirect(f"{reverse('quality-check')}?place={place}")
    model = understanding.current().model
    post = reading_quality.drawn(agent, judge="" if model is None else model.name)
    context = {
        "post": post,
        "groups": [] if post is None else _groups(),
        "place": place,
        "most": reading_quality.DRAWN_MOST,
        "area": "reports",
        "here": "quality",
    }
    return render(request, "reports/quality_check.html", context)


def _groups() -> list[dict[str, object]]:
    """Return the questions of a form; where several labels may hold, so may none, which has its key."""
    return [
        {"name": name, "kind": group[0].kind, "none_key": NONE_KEYS.get(group[0].kind, ""), "choices": group}
        for name, group in choices({})
    ]


def _checked(request: HttpRequest, agent: Agent) -> bool:
    """Keep what somebody says of a post; False where it was passed over, or nothing was said."""
    if request.POST.get("do") == "skip":
        return False
    said = False
    post = get_object_or_404(Mention, pk=whole_number(request.POST.get("order", "")) or 0)
    for kind in sorted(Kind.values, key=lambda kind: kind != Kind.URGENCY):  # rules go by what is noted
        given = request.POST.getlist(kind)
        if not given:
            continue
        try:
            value = ",".join(one for one in given if one != NOTHING)
            understanding.correct(post, agent, kind, value, sampled=True)
            said = True
        except care.CareError as error:
            messages.error(request, wording.care_error(error))
            return False
    return said
