"""Writing down a call, a letter or a visit, and what was answered to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from resonanz.desk import reading_people, wording
from resonanz.desk.care.base import CareError
from resonanz.desk.care.by_hand import WAYS, Entered, brands_of, enter, record
from resonanz.desk.models import Role
from resonanz.desk.web.acting import agent_of, key, whole_number

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb

LAST = "resonanz_by_hand"  # a cookie: way and brand of the last one; it saves choosing them again


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the form, or make a conversation of it and open that."""
    agent, refused = agent_of(request), ""
    if request.method == "POST":
        try:
            talk = enter(agent, _entered(request))
        except CareError as error:
            refused = wording.care_error(error)
        else:
            messages.success(request, _("Written down. It waits in the queue like every other."))
            answer = HttpResponseRedirect(reverse("conversation", args=[talk.pk]))
            last = f"{request.POST.get('way', '')}.{talk.channel.brand_id}"
            answer.set_cookie(LAST, last, path=reverse("by-hand"), httponly=True, samesite="Lax")
            return answer
    context = _shown(request, agent) | {"refused": refused, "area": "inbox"}
    return render(request, "by_hand/page.html", context, status=422 if refused else 200)


def _shown(request: HttpRequest, agent: Agent) -> dict[str, object]:
    """Return what stands in the form: what was typed, else who it is from the address, the telephone, now."""
    typed = request.POST if request.method == "POST" else request.GET
    brands, (last_way, last_brand) = brands_of(agent), _last(request)
    return {
        "typed": typed,
        "ways": wording.ways().items(),
        "way": next((way for way in (typed.get("way"), last_way) if way in WAYS), WAYS[0]),
        "chosen": whole_number(typed.get("brand", last_brand)),
        "at": typed.get("at") or f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "brands": brands if len(brands) > 1 else [],
        "may": agent.has_role(Role.AGENT) and bool(brands),
        "once": key(typed.get("once", "")) or uuid4(),
        "people": reading_people.found(agent, typed.get("name", "")),
        "person": typed.get("person", ""),
    }


def _last(request: HttpRequest) -> tuple[str, str]:
    """Return by which way and for which brand the last one came: one call is seldom alone."""
    way, _dot, brand = request.COOKIES.get(LAST, "").partition(".")
    return way, brand


def _entered(request: HttpRequest) -> Entered:
    given = request.POST
    return Entered(
        name=given.get("name", ""),
        way=given.get("way", ""),
        text=given.get("text", ""),
        at=_moment(given.get("at", "")),
        once=key(given.get("once", "")) or uuid4(),
        person=whole_number(given.get("person", "")),
        brand=whole_number(given.get("brand", "")),
    )


def _moment(text: str) -> datetime:
    """Return a time that a form sent, in the desk's zone; none is now."""
    if not text:
        return timezone.now()
    try:
        read = datetime.fromisoformat(text)
        return timezone.make_aware(read) if timezone.is_naive(read) else read
    except (ValueError, OverflowError):
        raise CareError("wrong_time") from None


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show who may be meant by the name that is being typed."""
    found = reading_people.found(agent_of(request), request.GET.get("name", ""))
    context = {"people": found, "person": request.GET.get("person", "")}
    return render(request, "by_hand/people.html", context)


def _record(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    once: UUID | None = key(request.POST.get("once", ""))
    record(talk, agent, request.POST.get("text", ""), once=once)
    return {
        "say": _("Written down as answered"),
        "changed": True,
        "back": reverse("conversation", args=[talk.pk]),
    }


VERBS: dict[str, Verb] = {"recorded": _record}
