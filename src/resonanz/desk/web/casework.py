"""Casework: who has a conversation, for whom it waits, and when it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from resonanz.case import Waiting
from resonanz.desk import care, reading
from resonanz.desk.models import Team
from resonanz.desk.web.acting import onward, undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb


def _assign(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    number = whole_number(request.POST.get("to", ""))
    to = next((colleague for colleague in reading.colleagues(talk) if colleague.pk == number), None)
    if number is not None and to is None:
        raise care.CareError("not_theirs")
    before: dict[str, object] = {"to": talk.assignee_id or ""}
    team = _team(talk, request)
    if (None if team is None else team.pk) != talk.team_id:
        before |= {"team": talk.team_id or "", "both": "yes"}
    care.assign(talk, agent, to, team=team)
    if team is not None and to is None:
        said = _("Assigned to the team %(name)s") % {"name": team.name}
    elif to is None:
        said = _("Given back to everybody")
    elif to.pk == agent.pk:
        said = _("Assigned to you")
    else:
        said = _("Assigned to %(name)s") % {"name": to.shown_name}
    path = reverse("change", args=[talk.pk, "assign"])
    return {"say": said, "changed": True, "undo": undo(path, **before)}


def _team(talk: Conversation, request: HttpRequest) -> Team | None:
    """Return which team has it from now on: the one named; with a person it stays; given back, none has."""
    number = whole_number(request.POST.get("team", ""))
    if number is not None:
        team = Team.objects.filter(pk=number, channels=talk.channel_id).first()
        if team is None:
            raise care.CareError("not_theirs")
        return team
    stays = request.POST.get("to") and request.POST.get("both") != "yes"
    return talk.team if stays else None


def _resolve(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    reason = whole_number(request.POST.get("reason", ""))
    known = reason is not None and reason in set(care.Dismissal)
    care.resolve(talk, agent, care.Dismissal(reason or 0) if known else None)
    said = _("Resolved: %(name)s") % {"name": talk.customer.shown_name}
    back = undo(reverse("change", args=[talk.pk, "reopen"]))
    return {"say": said, "undo": back, "go": onward(talk, agent, request)}


def _reopen(talk: Conversation, agent: Agent, _request: HttpRequest) -> Told:
    care.reopen(talk, agent)
    return {"say": _("Opened again"), "back": reverse("conversation", args=[talk.pk])}


def _wait(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    known = {"us": Waiting.US, "department": Waiting.DEPARTMENT, "customer": Waiting.CUSTOMER}
    waiting = known.get(request.POST.get("for", ""))
    if waiting is None:
        raise care.CareError("not_known")
    before = next((name for name, value in known.items() if value == talk.waiting), "us")
    care.wait_for(talk, agent, waiting)
    said = {
        Waiting.US: _("Waits for us"),
        Waiting.DEPARTMENT: _("Waits for a department"),
        Waiting.CUSTOMER: _("Waits for the customer"),
    }[waiting]
    path = reverse("change", args=[talk.pk, "waits"])
    return {"say": said, "changed": True, "undo": undo(path, **{"for": before})}


def _unopen(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    """Take back that a post was made a conversation, and lead back to where it stood."""
    care.take_back_opening(talk, agent)
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return {"say": _("Taken back: nobody has to answer it"), "go": back if here else reverse("streams")}


VERBS: dict[str, Verb] = {
    "assign": _assign,
    "resolve": _resolve,
    "reopen": _reopen,
    "waits": _wait,
    "unopen": _unopen,
}
