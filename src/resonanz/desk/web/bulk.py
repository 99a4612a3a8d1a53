"""The same with many conversations at once: chosen in the list, done in portions, undone as a whole."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import care, queue, reading_team, wording, wording_team
from resonanz.desk.care import bulk
from resonanz.desk.care.bulk import Act, Wanted
from resonanz.desk.models import Agent, Role, Tag, Team
from resonanz.desk.models.care import Dismissal
from resonanz.desk.reading_incidents import incidents_of
from resonanz.desk.web.acting import agent_of, view_of, whole_number
from resonanz.desk.web.tagging import only_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.care.bulk import Done

EVENING, MORNING = 18, 9  # hours


@require_GET
def panel(request: HttpRequest) -> HttpResponse:
    """Show what can be done with what is chosen."""
    agent = agent_of(request)
    people = [one.agent for one in reading_team.colleagues(agent) if one.agent.has_role(Role.AGENT)]
    shown = {
        "people": people,
        "teams": Team.objects.order_by("name"),
        "tags": Tag.objects.order_by("name"),
        "reasons": Dismissal.choices,
        "times": times(timezone.localtime()),
        "incidents": incidents_of(agent).filter(solved_at=None).order_by("-opened_at"),
    }
    return render(request, "shift/bulk.html", shown)


def times(now: datetime) -> list[tuple[str, str]]:
    """Return when many may be looked at again: a moment as text, and how it is called."""
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    evening = morning.replace(hour=EVENING)
    week = timedelta(days=7 - now.weekday())
    offered = [
        (now + timedelta(hours=1), pgettext("follow-up", "in an hour")),
        (evening, pgettext("follow-up", "this evening")),
        (morning + timedelta(days=1), pgettext("follow-up", "tomorrow morning")),
        (morning + week, pgettext("follow-up", "on Monday morning")),
    ]
    return [(at.isoformat(timespec="seconds"), name) for at, name in offered if at > now]


@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Tell the numbers of a view's conversations, as many as can be worked on at once."""
    shown = queue.in_view(agent_of(request), view_of(request))
    only = only_of(request)
    if only is not None:
        shown = shown.filter(only.condition)
    return JsonResponse({"numbers": list(shown.values_list("pk", flat=True)[: bulk.MOST])})


@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Do one thing with some conversations; tells what is needed to undo it, and names what was refused."""
    chosen = [whole_number(number) for number in request.POST.getlist("number")]
    act = request.POST.get("act", "")
    if act not in set(Act) or None in chosen:
        return HttpResponseBadRequest(_("This address is not complete. Open the inbox again."))
    try:
        done = bulk.do([n for n in chosen if n is not None], agent_of(request), _wanted(request, Act(act)))
    except care.CareError as error:
        return JsonResponse({"error": wording.care_error(error)}, status=422)
    return JsonResponse({"before": done.before, "refused": _refused(done)})


def _wanted(request: HttpRequest, act: Act) -> Wanted:
    to, team, incident = (whole_number(request.POST.get(name, "")) for name in ("to", "team", "incident"))
    reason = whole_number(request.POST.get("reason", ""))
    until = request.POST.get("until", "")
    return Wanted(
        act=act,
        to=None if to is None else Agent.objects.filter(pk=to, is_active=True).first(),
        team=None if team is None else Team.objects.filter(pk=team).first(),
        name=request.POST.get("name", ""),
        reason=care.Dismissal(reason) if reason and reason in set(care.Dismissal) else None,
        until=_moment(until),
        incident=None
        if incident is None
        else incidents_of(agent_of(request)).filter(pk=incident, solved_at=None).first(),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _refused(done: Done) -> list[dict[str, object]]:
    return [
        {
            "number": number,
            "name": done.names[number],
            "url": reverse("conversation", args=[number]),
            "words": wording.care_error(error),
        }
        for number, error in done.refused.items()
    ]


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done with many."""
    try:
        before = json.loads(request.POST.get("before", ""))
        known = {int(number): dict(facts) for number, facts in before.items()}
        act = Act(request.POST.get("act", ""))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return HttpResponseBadRequest(_("This address is not complete. Open the inbox again."))
    try:
        done = bulk.undo(known, agent_of(request), act)
    except care.CareError as error:
        said = wording.care_error(error)
    else:
        said = wording_team.many_undone(len(done.before), [done.names[n] for n in done.refused])
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = json.dumps(
        {"resonanz:done": {"conversation": 0, "say": said, "changed": True}}
    )
    return response
