"""Promising: the panel behind `s`, the acknowledgement with one key, follow-ups, and why nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from resonanz.desk import care, reading_promises, wording_promises
from resonanz.desk.care import promises
from resonanz.desk.models import Role
from resonanz.desk.policies import service_hours_of
from resonanz.desk.storage import from_ms, to_ms
from resonanz.desk.web.acting import agent_of, key, talk_of, undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb

MS_MOST = 10**14
LATER = ((1, 9), (3, 9), (7, 9))  # follow-ups: in so many days, at what hour


@require_GET
def panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show the panel of one conversation: when do they hear from us, and how do we tell them."""
    agent, talk = agent_of(request), talk_of(request, number)
    can_change = agent.has_role(Role.AGENT) and not talk.channel.is_archive and talk.state == 0
    context: dict[str, object] = {"talk": talk, "can_change": can_change}
    if can_change:
        context |= _offers(talk, agent)
    here = request.headers.get("HX-Request")
    return render(request, "promising/panel.html" if here else "promising/page.html", context)


def _offers(talk: Conversation, agent: Agent) -> dict[str, object]:
    now = timezone.now()
    offered = promises.offered_for(talk)
    usual = promises.usual(offered)
    shown = [choice for choice in offered if choice.served] or [usual]
    asked = care.answerable(talk)
    return {
        "choices": [
            {
                "ms": to_ms(choice.at),
                "name": wording_promises.choice_words(choice, now),
                "text": care.acknowledgement(talk, agent, choice.at),
                "usual": choice == usual,
            }
            for choice in shown
        ],
        "text": care.acknowledgement(talk, agent, usual.at),
        "pattern": care.acknowledgement(talk, agent, now).replace(_clock(talk, now), "{due}"),
        "closed": not any(choice.served and choice.code != "next_day" for choice in offered),
        "can_tell": asked is not None and talk.channel.state != "login",
        "asked": asked,
        "later": _later(now),
        "once": uuid4(),
        "moves": talk.promised_at is not None,
    }


def _clock(talk: Conversation, at: datetime) -> str:
    return promises.due_words(talk, at)


def kept_words(talk: Conversation) -> str:
    """Return what became of the promises to this customer, "" where none was made."""
    return wording_promises.to_customer(reading_promises.to_customer(talk))


def _later(now: datetime) -> list[tuple[int, str]]:
    local = timezone.localtime(now)
    days = [
        (local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        for days, hour in LATER
    ]
    return [(to_ms(at), wording_promises.promise_time(at, now)) for at in days]


def chosen(request: HttpRequest, field: str = "until") -> datetime:
    """Return the time that a form sent: one that was offered, or one's own; raises CareError `no_time`."""
    value = request.POST.get(field, "")
    if value == "own":
        own = _own(request.POST.get(f"{field}_own", ""))
        if own is not None:
            return own
    number = whole_number(value)
    if number is None or number > MS_MOST:
        raise care.CareError("no_time")
    return from_ms(number)


def _own(typed: str) -> datetime | None:
    """Return a typed moment of the desk's own zone, None for anything else."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else timezone.make_aware(found)


def promised_with(request: HttpRequest) -> datetime | None:
    """Return what a reply promises besides its words, None for nothing."""
    number = whole_number(request.POST.get("promise", ""))
    if number is None or number > MS_MOST:
        return None
    until = from_ms(number)
    promises.expect_future(until)
    return until


def _acknowledge(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    until = chosen(request)
    delivery = care.acknowledge(
        talk,
        agent,
        until,
        text=request.POST.get("text", "").replace("\r\n", "\n"),
        once=key(request.POST.get("once", "")),
        despite=tuple(request.POST.getlist("despite")),
    )
    told: Told = {"say": _said(talk, until, told=True), "changed": True, "promised": True}
    if settings.UNDO_S:
        back = {"url": reverse("change_delivery", args=[delivery.pk, "cancel"]), "sending": True}
        told["undo"] = back | {"seconds": settings.UNDO_S}
    return told


def _promise(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    until = chosen(request)
    care.promise(talk, agent, until)
    back = undo(reverse("change", args=[talk.pk, "unpromise"]))
    return {"say": _said(talk, until, told=False), "changed": True, "promised": True, "undo": back}


def _said(talk: Conversation, until: datetime, *, told: bool) -> str:
    facts = {
        "name": talk.customer.shown_name,
        "time": wording_promises.promise_time(until, timezone.now()),
    }
    words = _("%(name)s is told: answer by %(time)s") if told else _("Promised to %(name)s: by %(time)s")
    if promises.is_served(service_hours_of(talk.brand_id), until):
        return words % facts
    return f"{words % facts}. {_('Nobody is on duty then.')}"


def _unpromise(talk: Conversation, agent: Agent, _request: HttpRequest) -> Told:
    care.unpromise(talk, agent)
    return {"say": _("Promise taken back"), "changed": True}


def _follow_up(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    before = "" if talk.follow_up_at is None else str(to_ms(talk.follow_up_at))
    back = undo(reverse("change", args=[talk.pk, "follow-up"]), at=before or "never")
    if request.POST.get("at") == "never":
        care.follow_up(talk, agent, None)
        return {"say": _("No follow-up any more"), "changed": True, "promised": True, "undo": back}
    at = chosen(request, "at")
    care.follow_up(talk, agent, at)
    facts = {"time": wording_promises.promise_time(at, timezone.now())}
    words = _("Comes back at %(time)s") % facts
    if talk.awaits is not None:
        words = f"{words}. {_('The customer still waits for an answer until then.')}"
    return {"say": words, "changed": True, "promised": True, "undo": back}


VERBS: dict[str, Verb] = {
    "acknowledge": _acknowledge,
    "promise": _promise,
    "unpromise": _unpromise,
    "follow-up": _follow_up,
}
