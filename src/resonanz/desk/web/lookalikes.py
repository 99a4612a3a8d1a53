"""Accounts that look like ours: the report, what leads decide, and the mark at the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import lookalikes, reading_lookalikes, wording_lookalikes
from resonanz.desk.contents import may_have
from resonanz.desk.models import Role, Verdict
from resonanz.desk.models.listening import account
from resonanz.desk.understood import switched_off
from resonanz.desk.web.acting import agent_of
from resonanz.desk.web.settings_people import for_role
from resonanz.desk.wording import network_label

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Conversation, Lookalike
    from resonanz.desk.reading_lookalikes import Row

SHOWN = {"open": Verdict.OPEN, "reported": Verdict.REPORTED, "harmless": Verdict.HARMLESS}


@dataclass(frozen=True, slots=True)
class Shown:
    """A lookalike in words."""

    row: Row
    network: str
    level: str
    word: str
    reasons: list[str]
    wrote: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at the person in a conversation."""

    one: Lookalike
    level: str
    reasons: list[str]


@require_GET
@for_role(Role.AGENT)
def page(request: HttpRequest) -> HttpResponse:
    """Show the accounts that look like ours; `show` is one of SHOWN."""
    agent = agent_of(request)
    shown = request.GET.get("show", "open")
    verdict = SHOWN.get(shown, Verdict.OPEN)
    counts = reading_lookalikes.counts(agent)
    is_off = "lookalikes" in switched_off()
    context = {
        "area": "reports",
        "here": "lookalikes",
        "answer": _("Lookalikes are switched off")
        if is_off
        else wording_lookalikes.headline(counts[Verdict.OPEN]),
        "is_off": is_off,
        "rows": [_shown(row) for row in reading_lookalikes.rows(agent, verdict)],
        "verdict": verdict.name.lower(),
        "choices": [
            ("open", _("Undecided"), counts[Verdict.OPEN]),
            ("reported", _("Reported"), counts[Verdict.REPORTED]),
            ("harmless", _("Harmless"), counts[Verdict.HARMLESS]),
        ],
        "may": agent.has_role(Role.LEAD),
    }
    return render(request, "lookalikes/page.html", context)


def _shown(row: Row) -> Shown:
    one = row.lookalike
    wrote = ngettext("%(n)d post that you have", "%(n)d posts that you have", row.said_count)
    return Shown(
        row,
        network_label(one.network),
        *wording_lookalikes.how_sure(one.strength),
        wording_lookalikes.reasons(one),
        wrote % {"n": row.said_count},
    )


@require_POST
@for_role(Role.LEAD)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what a lead decided: `verdict` is one of SHOWN; `back` says in which list one was."""
    agent = agent_of(request)
    one = reading_lookalikes.visible(agent).filter(pk=number).first()
    verdict = SHOWN.get(request.POST.get("verdict", ""))
    if one is None or verdict is None:
        raise Http404
    lookalikes.decide(agent, one, verdict)
    who = account(one.handle, one.network)
    said = {
        Verdict.OPEN: _("%(who)s is open again."),
        Verdict.REPORTED: _("Noted that %(who)s was reported. You find it under “Reported”."),
        Verdict.HARMLESS: _("%(who)s is not shown as an imitation any more. You find it under “Harmless”."),
    }[verdict]
    messages.success(request, said % {"who": who})
    back = request.POST.get("back", "")
    here = reverse("report-lookalikes")
    return HttpResponseRedirect(f"{here}?show={back}" if back in SHOWN and back != "open" else here)


def mark_of(talk: Conversation) -> Mark | None:
    """Return that a conversation's customer looks like us, None for nearly everybody."""
    if not may_have(talk, "lookalike"):
        return None
    found = list(reading_lookalikes.of_author(talk.customer_id))
    if not found or "lookalikes" in switched_off():
        return None
    one = found[0]
    return Mark(one, wording_lookalikes.how_sure(one.strength)[0], wording_lookalikes.reasons(one))
