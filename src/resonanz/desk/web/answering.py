"""Answering: replies, notes, words kept while typing, and taking a reply back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz.desk import care, listen
from resonanz.desk.web.acting import key, onward, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation, Delivery
    from resonanz.desk.web.acting import Told, Verb


def _reply(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    then = request.POST.get("then", "stay")
    wanted = care.Reply(
        text=request.POST.get("text", ""),
        answers=whole_number(request.POST.get("answers", "")),
        then_resolve=then == "resolve",
        once=key(request.POST.get("once", "")),
        despite=request.POST.getlist("despite"),
    )
    delivery = care.reply(talk, agent, wanted)
    said = _("Your answer to %(name)s is on its way") % {"name": talk.customer.shown_name}
    told: Told = {"say": said, "sent": delivery.pk}
    if settings.UNDO_S:
        back = {"url": reverse("change_delivery", args=[delivery.pk, "cancel"]), "sending": True}
        told["undo"] = back | {"seconds": settings.UNDO_S}
    return told if then == "stay" else told | {"go": onward(talk, agent, request)}


def _note(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    care.note(talk, agent, request.POST.get("text", ""))
    return {"say": _("Note kept"), "noted": True}


def _keep(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    if care.keep_unsent(talk, agent, request.POST.get("text", "")):
        listen.recheck_soon(talk)
    return {}


def _cancel(delivery: Delivery, agent: Agent) -> Told:
    assert delivery.conversation_id is not None
    care.cancel(delivery, agent)
    back = reverse("conversation", args=[delivery.conversation_id])
    return {"say": _("Withdrawn; your text is back in the box"), "back": back}


def _repeat(delivery: Delivery, agent: Agent) -> Told:
    care.repeat(delivery, agent)
    return {"say": _("Is being sent again"), "changed": True}


VERBS: dict[str, Verb] = {"reply": _reply, "note": _note, "unsent": _keep}
FOR_TRAINEES = {"reply", "note", "unsent"}
DELIVERY_VERBS = {"cancel": _cancel, "repeat": _repeat}
