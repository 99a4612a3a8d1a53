"""The team: who is here, whom of the trainees to trust, and replies that wait for release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import care, reading_team
from resonanz.desk.care import releasing
from resonanz.desk.models import Agent, Delivery, Role
from resonanz.desk.web.acting import agent_of, whole_number
from resonanz.desk.web.settings_people import for_role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Conversation
    from resonanz.desk.web.acting import Told, Verb


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show who is here and how much each has."""
    agent = agent_of(request)
    people = reading_team.colleagues(agent)
    here = sum(one.here_since is not None for one in people)
    shown = {"people": people, "here": here, "area": "team", "may_trust": agent.has_role(Role.LEAD)}
    return render(request, "shift/team.html", shown)


@require_POST
@for_role(Role.LEAD)
def trust(request: HttpRequest, number: int) -> HttpResponse:
    """Let a trainee send without release, or no longer."""
    trainee = get_object_or_404(Agent, pk=number, role=Role.TRAINEE)
    on = request.POST.get("trusted") == "yes"
    releasing.trust(trainee, agent_of(request), on=on)
    known = {"name": trainee.shown_name}
    if on:
        messages.success(request, _("Replies of %(name)s go out without release from now on.") % known)
    else:
        messages.success(request, _("Replies of %(name)s wait for release from now on.") % known)
    back = request.POST.get("back") == "person" and agent_of(request).has_role(Role.OPERATOR)
    return HttpResponseRedirect(reverse("settings-person", args=[number]) if back else reverse("team"))


def _held(talk: Conversation, request: HttpRequest) -> Delivery:
    number = whole_number(request.POST.get("delivery", ""))
    found = talk.deliveries.filter(pk=number or 0).select_related("agent", "conversation").first()
    if found is None:
        raise care.CareError("too_late")
    return found


def _release(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    held = _held(talk, request)
    releasing.release_edited(
        held,
        agent,
        request.POST.get("text", held.text),
        despite=request.POST.getlist("despite"),
        version=whole_number(request.POST.get("version", "")),
    )
    return {"say": _("Released; it is on its way"), "changed": True, "sent": held.pk}


def _give_back(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    releasing.give_back(_held(talk, request), agent, request.POST.get("sentence", ""))
    return {"say": _("Given back with your sentence"), "changed": True}


def _withdraw(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    held = _held(talk, request)
    if held.agent_id != agent.pk or not held.needs_release:
        raise care.CareError("too_late")
    care.cancel(held, agent)
    said = _("Withdrawn; your text is back in the box")
    return {"say": said, "back": reverse("conversation", args=[talk.pk]), "write": True}


VERBS: dict[str, Verb] = {"release": _release, "give_back": _give_back, "withdraw": _withdraw}
FOR_TRAINEES = {"withdraw"}
