"""The wallboard: the room's numbers, readable from five metres, by sign-in or by a secret link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext
from django.views.decorators.http import require_GET, require_http_methods

from resonanz.desk import charts_shift, own_address, reading_wall, wall_link, wording_promises
from resonanz.desk.models import Agent, Role
from resonanz.desk.web.reports import percent
from resonanz.desk.web.settings_people import for_role, signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PARTS = "parts"  # asked by the page's script: the figures alone


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the room to somebody who is signed in, as far as their teams see it."""
    agent = signed_in(request)
    return _shown(request, agent, reverse("wall"))


@login_not_required
@require_GET
def wall_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the room to a screen that knows the link."""
    if not wall_link.opens(token):
        raise Http404(_("This link has ended. Ask a team lead for a new one."))
    response = _shown(request, None, reverse("wall_link", args=[token]))
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _shown(request: HttpRequest, agent: Agent | None, address: str) -> HttpResponse:
    seen = reading_wall.wall(agent)
    title, words = _("Posts and answers today"), charts_shift.day_words(seen.hours)
    context = {
        "wall": seen,
        "address": address,
        "by_link": agent is None,
        "waiting_words": npgettext("wall", "waits for us", "wait for us", seen.waiting),
        "answered_words": ngettext("answered today", "answered today", seen.answered_today),
        "share": percent(seen.safety_share),
        "incidents": [
            (name, "" if due is None else wording_promises.promise_time(due, seen.at))
            for name, due in seen.incidents
        ],
        "chart_words": words,
        "wide": charts_shift.day(seen.hours, charts_shift.WALL, title=title, words=words),
        "narrow": charts_shift.day(seen.hours, charts_shift.WALL_NARROW, title=title, words=words),
    }
    return render(request, "wall/parts.html" if PARTS in request.GET else "wall/page.html", context)


@require_http_methods(["GET", "POST"])
@for_role(Role.LEAD)
def link(request: HttpRequest) -> HttpResponse:
    """Make or revoke the link for a screen without sign-in."""
    agent = signed_in(request)
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            wall_link.revoke(agent)
            messages.success(request, _("The link has ended. Screens that showed it are dark now."))
        else:
            wall_link.make(agent)
            messages.success(request, _("A new link is made. One that there was before has ended."))
        return redirect("settings-wall")
    token = wall_link.token()
    return render(request, "wall/link.html", {"link": token and _address(request, token), "at": "wall"})


def _address(request: HttpRequest, token: str) -> str:
    return own_address.of_desk(request.build_absolute_uri("/")) + reverse("wall_link", args=[token])
