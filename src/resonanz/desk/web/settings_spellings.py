"""Settings of a brand's spellings: declared, found in posts and accepted, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from resonanz.desk import brands
from resonanz.desk.models import Brand, Role, Spelling
from resonanz.desk.reading_spellings import DISTANCES, USUAL_DISTANCE, candidates
from resonanz.desk.storage import from_ms
from resonanz.desk.web.acting import whole_number
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.reading_spellings import Candidate

REFUSALS: dict[str, Callable[[], str]] = {
    "no_words": lambda: _("Write at least one word."),
    "spelled": lambda: _("This spelling is there already, with this brand or with another one."),
    "too_many": lambda: (
        _("This brand has %(limit)d spellings, and no more are possible. Take one out first.")
        % {"limit": brands.SPELLINGS_MOST}
    ),
}


@for_role(Role.LEAD)
def spellings(request: HttpRequest, number: int) -> HttpResponse:
    """Show a brand's spellings and what posts have; POST adds what was typed or ticked."""
    brand = get_object_or_404(Brand, pk=number)
    distance = whole_number(request.GET.get("distance", ""))
    distance = distance if distance in DISTANCES else USUAL_DISTANCE
    typed, refused = request.POST.get("text", ""), ""
    if request.method == "POST":
        refused = _add(request, brand, typed)
        if not refused:
            here = reverse("settings-spellings", args=[brand.pk])
            return redirect(f"{here}?distance={distance}")
    agent = signed_in(request)
    shown = {
        "brand": brand,
        "spellings": brand.spellings.order_by("text"),
        "candidates": [_row(one) for one in candidates(agent, brand, distance)],
        "choices": [(far, words, far == distance) for far, words in enumerate(_distances())],
        "may_widen": distance < max(DISTANCES),
        "taken_out": _taken_out(request, brand),
        "typed": typed,
        "refused": refused,
        "at": "brands",
    }
    return render(request, "settings/spellings.html", shown, status=422 if refused else 200)


def _add(request: HttpRequest, brand: Brand, typed: str) -> str:
    """Add what was typed, or all that was ticked; return why not, "" if it is done."""
    ticked = request.POST.getlist("found")[: brands.SPELLINGS_MOST]
    added = []
    for text in ticked or [typed]:
        try:
            added.append(brands.spell(brand, text, by=signed_in(request), found=bool(ticked)).text)
        except brands.BrandError as error:
            return REFUSALS[error.code]()
    messages.success(request, _("Also found from now on: %(spellings)s") % {"spellings": ", ".join(added)})
    return ""


def _distances() -> tuple[str, ...]:
    return (
        _("together or apart"),
        _("one letter off"),
        _("two letters off"),
    )


def _row(one: Candidate) -> dict[str, object]:
    count = ngettext("in %(count)d post", "in %(count)d posts", one.count) % {"count": one.count}
    off = ngettext("%(count)d letter off", "%(count)d letters off", one.distance) % {"count": one.distance}
    return {
        "text": one.text,
        "count": count,
        "off": off if one.distance else _("together or apart"),
        "sample": one.sample,
        "at": from_ms(one.sample.posted_ms),
    }


@require_POST
@for_role(Role.LEAD)
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Take a spelling out."""
    spelling = get_object_or_404(Spelling, pk=number)
    brands.unspell(spelling, by=signed_in(request))
    here = reverse("settings-spellings", args=[spelling.brand_id])
    return redirect(f"{here}?{urlencode({'dropped': spelling.text, 'found': int(spelling.found)})}")


def _taken_out(request: HttpRequest, brand: Brand) -> dict[str, str] | None:
    """Return the spelling that was just taken out, as the form that takes that back sends it."""
    text = request.GET.get("dropped", "")[: brands.SPELLING_LENGTH_MOST]
    if not text or brand.spellings.filter(text=text).exists():
        return None
    return {"text": text, "field": "found" if request.GET.get("found") == "1" else "text"}
