"""Casework: who has a conversation, for whom it waits, and when it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz.case import Waiting
from resonanz.desk import care, reading
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
    before = talk.assignee_id
    care.assign(talk, agent, to)
    if to is None:
        said = _("Given back to everybody")
    elif to.pk == agent.pk:
        said = _("Assigned to you")
    else:
        said = _("Assigned to %(name)s") % {"name": to.shown_name}
    path = reverse("change", args=[talk.pk, "assign"])
    return {"say": said, "changed": True, "undo": undo(path, to=before or "")}


def _resolve(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    reason = whole_number(request.POST.get("reason", ""))
    known = reason in set(care.Dismissal) and reason
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


VERBS: dict[str, Verb] = {"assign": _assign, "resolve": _resolve, "reopen": _reopen, "waits": _wait}
