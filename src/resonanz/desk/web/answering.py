"""Answering: replies, notes, words kept while typing, and taking a reply back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from resonanz.desk import care, listen, reading_replies
from resonanz.desk.care.answers import audience_for, displaced, version_of
from resonanz.desk.models import Event, SavedReply
from resonanz.desk.web.acting import agent_of, key, onward, talk_of, whole_number
from resonanz.desk.web.incidents import put_in, with_incident
from resonanz.desk.web.promising import promised_with
from resonanz.post import Audience

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Conversation, Delivery, Mention
    from resonanz.desk.web.acting import Told, Verb


def _reply(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    then = request.POST.get("then", "stay")
    audience = whole_number(request.POST.get("audience", ""))
    wanted = care.Reply(
        text=request.POST.get("text", "").replace("\r\n", "\n"),  # as the box counts it
        answers=whole_number(request.POST.get("answers", "")),
        audience=Audience(audience) if audience in set(Audience) else None,
        form=request.POST.get("form", ""),
        then_resolve=then == "resolve",
        once=key(request.POST.get("once", "")),
        seen=whole_number(request.POST.get("seen", "")),
        despite=request.POST.getlist("despite"),
        in_parts=request.POST.get("in_parts") == "1",
        labels=request.POST.getlist("label"),
        saved_reply=_saved(request),
        promise_until=promised_with(request),
    )
    wanted = with_incident(wanted, talk, request)
    delivery = care.reply(talk, agent, wanted)
    name = {"name": talk.customer.shown_name}
    if delivery.needs_release:
        held = _("Your answer to %(name)s waits for a colleague to release it") % name
        return {"say": held, "sent": delivery.pk, "seen": str(_planned(delivery))}
    said = _("Your answer to %(name)s is on its way") % name
    told: Told = {"say": said, "sent": delivery.pk, "seen": str(_planned(delivery))}
    if settings.UNDO_S:
        back = {"url": reverse("change_delivery", args=[delivery.pk, "cancel"]), "sending": True}
        told["undo"] = back | {"seconds": settings.UNDO_S}
    return told if then == "stay" else told | {"go": onward(talk, agent, request)}


def _note(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    care.note(talk, agent, request.POST.get("text", ""))
    return {"say": _("Note kept"), "noted": True}


def _planned(delivery: Delivery) -> int:
    """Return the event up to which the thread was looked at when this reply was taken."""
    told = Event.objects.filter(conversation=delivery.conversation_id, delivery=delivery.pk)
    return told.order_by("id").values_list("id", flat=True).first() or 0


def _saved(request: HttpRequest) -> SavedReply | None:
    number = whole_number(request.POST.get("saved", ""))
    return None if number is None else SavedReply.objects.filter(pk=number).first()


def _keep(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    text, known = request.POST.get("text", ""), whole_number(request.POST.get("known", ""))
    aside = "" if known is None else displaced(talk, agent, text, known=known)
    if care.keep_unsent(talk, agent, text, saved_reply=_saved(request), incident=put_in(talk, request)):
        listen.recheck_soon(talk)
    return {"kept": version_of(talk, agent), "aside": aside[:ASIDE_MOST]}


@require_POST
def strip(request: HttpRequest, number: int) -> HttpResponse:
    """Say what is to be looked at in a text that is being written; mostly nothing."""
    agent, talk = agent_of(request), talk_of(request, number)
    asked = _asked(talk, whole_number(request.POST.get("answers", "")))
    text = request.POST.get("text", "")
    if asked is None or not text.strip():
        return HttpResponse("")
    chosen = whole_number(request.POST.get("audience", ""))
    writing = reading_replies.Writing(
        text=text,
        asked=asked,
        audience=Audience(chosen) if chosen in set(Audience) else audience_for(talk, asked),
        form=request.POST.get("form", ""),
        seen=whole_number(request.POST.get("seen", "")) or 0,
        saved=_saved(request),
    )
    shown = reading_replies.strip(talk, agent, writing)
    in_parts = request.POST.get("in_parts") == "1"
    return render(request, "replies/strip.html", {"strip": shown, "in_parts": in_parts})


def _asked(talk: Conversation, order: int | None) -> Mention | None:
    if order is None:
        return care.answerable(talk)
    return talk.mentions.filter(incoming=True, order=order).select_related("author").first()


def _cancel(delivery: Delivery, agent: Agent) -> Told:
    assert delivery.conversation_id is not None
    care.cancel(delivery, agent)
    back = reverse("conversation", args=[delivery.conversation_id])
    return {"say": _("Withdrawn; your text is back in the box"), "back": back, "write": True}


def _repeat(delivery: Delivery, agent: Agent) -> Told:
    care.repeat(delivery, agent)
    return {"say": _("Is being sent again"), "changed": True}


ASIDE_MOST = 2000  # characters of displaced words that go back in a header
VERBS: dict[str, Verb] = {"reply": _reply, "note": _note, "unsent": _keep}
FOR_TRAINEES = {"reply", "note", "unsent"}
DELIVERY_VERBS = {"cancel": _cancel, "repeat": _repeat}
OWN_DELIVERY_VERBS = {"cancel"}  # these trainees may use too, with what they wrote themselves
