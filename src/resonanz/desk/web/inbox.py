"""The inbox: the queue, one conversation, the person, and everything that is done there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.case import Waiting
from resonanz.compose import counting_rules
from resonanz.desk import care, events, listen, reading, wording
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Conversation, Delivery, Role

if TYPE_CHECKING:
    from django.http import HttpRequest

    Told = dict[str, object]
    Verb = Callable[[Conversation, Agent, HttpRequest], Told]

FOR_TRAINEES = {"note", "unsent"}
ROWS_AT_ONCE = 60  # rows that one pulse redraws; more than that and the list offers to load again


# Reading -----------------------------------------------------------------------------------------


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the queue; asked by a script, only the list or a further page of it."""
    agent, view = _agent(request), _view(request)
    try:
        found = reading.queue(agent, view, request.GET.get("after", ""))
    except (ValueError, OverflowError):
        return HttpResponseBadRequest(_("This address is not complete. Open the inbox again."))
    context = {"queue": found, "view": view, "open_number": _number(request.GET.get("open", ""))}
    if request.GET.get("after"):
        return render(request, "inbox/rows.html", context)
    context |= _around(agent, view)
    if request.headers.get("HX-Target") == "queue":
        return render(request, "inbox/queue.html", context)
    return render(request, "inbox/page.html", context)


@require_GET
def conversation(request: HttpRequest, number: int) -> HttpResponse:
    """Show a conversation; asked by a script, without the queue beside it."""
    agent, view = _agent(request), _view(request)
    talk = _talk(request, number)
    context = _opened(talk, agent) | {"view": view, "open_number": number}
    if request.headers.get("HX-Target") == "open":
        return render(request, "inbox/open.html", context)
    context |= _around(agent, view) | {"queue": reading.queue(agent, view)}
    return render(request, "inbox/page.html", context)


@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """Go to whom this agent answers next."""
    talk = reading.next_for(_agent(request))
    return HttpResponseRedirect(reverse("inbox") if talk is None else reverse("conversation", args=[talk.pk]))


@require_GET
def thread(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was said again, without touching the reply box."""
    agent = _agent(request)
    talk = _talk(request, number)
    return render(
        request, "inbox/thread_again.html", _opened(talk, agent, whole=False) | {"view": _view(request)}
    )


@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """Tell what changed in the queue since an event: numbers, changed rows, who is new, who is gone."""
    agent, view = _agent(request), _view(request)
    since = _number(request.GET.get("since", "")) or 0
    told = events.after(since, 2000)
    numbers = sorted({event.conversation for event in told if event.conversation is not None})[-ROWS_AT_ONCE:]
    rows = reading.touched(agent, view, numbers)
    figures = reading.counts(agent)
    context = {"view": view, "open_number": _number(request.GET.get("open", ""))}
    return JsonResponse(
        {
            "cursor": str(told[-1].id if told else since),
            "waiting": figures.waiting,
            "head": render_to_string("inbox/head.html", context | _figures(figures, view), request),
            "troubles": render_to_string(
                "inbox/troubles.html", {"channels": reading.channels(agent)}, request
            ),
            "rows": {
                number: render_to_string("inbox/row.html", context | {"row": row}, request)
                for number, row in rows.items()
            },
            "left": [number for number in numbers if number not in rows],
        }
    )


def _agent(request: HttpRequest) -> Agent:
    return cast(Agent, request.user)


def _view(request: HttpRequest) -> str:
    view = request.GET.get("view") or request.POST.get("view") or ""
    return view if view in reading.VIEWS else "waiting"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _talk(request: HttpRequest, number: int) -> Conversation:
    talk = reading.conversation(_agent(request), number)
    if talk is None:
        raise Http404(_("This conversation does not exist, or it belongs to another team."))
    return talk


def _figures(figures: reading.Counts, view: str) -> dict[str, object]:
    names = {
        "waiting": pgettext("view", "Waiting for us"),
        "mine": pgettext("view", "Mine"),
        "unassigned": pgettext("view", "Unassigned"),
        "customer": pgettext("view", "Waiting for others"),
        "resolved": pgettext("view", "Resolved"),
    }
    return {
        "figures": figures,
        "headline": wording.waiting_line(figures.waiting),
        "views": [(name, names[name], figures.views.get(name), name == view) for name in reading.VIEWS],
        "view_name": names[view],
    }


def _around(agent: Agent, view: str) -> dict[str, object]:
    """Return what stands around the list: numbers, the channels' health, the cursor of live updates."""
    figures = reading.counts(agent)
    return _figures(figures, view) | {
        "area": "inbox",
        "waiting_count": figures.waiting,
        "cursor": str(events.newest()),
        "channels": reading.channels(agent),
    }


def _opened(talk: Conversation, agent: Agent, *, whole: bool = True) -> dict[str, object]:
    """Return what a conversation's page needs; `whole` with the person."""
    box = reading.box(talk, agent)
    refusal = box.refusal or ("" if agent.has_role(Role.AGENT) else "not_allowed")
    shown: dict[str, object] = {
        "talk": talk,
        "box": box,
        "entries": reading.entries(talk, box.asked if talk.awaits is not None else None),
        "network": wording.network_label(talk.channel.network),
        "audience": wording.audience_word(talk.thread.audience),
        "refusal": refusal and wording.care_error(care.CareError(refusal), talk.channel.network),
        "can_change": agent.has_role(Role.AGENT) and not talk.channel.is_archive,
        "undo_s": settings.UNDO_S,
    }
    if shown["can_change"]:
        shown["colleagues"] = reading.colleagues(talk)
    if whole:
        shown["person"] = reading.person(talk, agent)
        shown["counting"] = _counting(talk, agent, box)
    return shown


def _counting(talk: Conversation, agent: Agent, box: reading.Box) -> dict[str, object]:
    """Return how the reply is counted, as the script in the reply box needs it."""
    rules: dict[str, object] = dict(counting_rules(limits_of(talk.channel)))
    handle = "" if box.asked is None else f"@{box.asked.author.handle}"
    return rules | {"handle": handle, "initials": agent.initials}


# Doing -------------------------------------------------------------------------------------------


@require_POST
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do something with a conversation: one of VERBS."""
    act = VERBS.get(verb)
    if act is None:
        raise Http404
    return _do(request, _talk(request, number), act if verb in FOR_TRAINEES else _for_agents(act))


@require_POST
def change_delivery(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Withdraw a reply that is not out yet, or send one again that did not get there."""
    delivery = Delivery.objects.filter(pk=number).select_related("conversation", "channel", "answers").first()
    act = {"cancel": _cancel, "repeat": _repeat}.get(verb)
    if delivery is None or delivery.conversation_id is None or act is None:
        raise Http404
    talk = _talk(request, delivery.conversation_id)
    return _do(request, talk, _for_agents(lambda _talk, agent, _request: act(delivery, agent)))


def _for_agents(act: Verb) -> Verb:
    """Return a verb that trainees are told they may not use yet."""

    def checked(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
        if not agent.has_role(Role.AGENT):
            raise care.CareError("not_allowed")
        return act(talk, agent, request)

    return checked


def _do(request: HttpRequest, talk: Conversation, act: Verb) -> HttpResponse:
    """Carry a verb out and tell the page what happened; an error stays beside what was typed."""
    agent = _agent(request)
    try:
        told = act(talk, agent, request)
    except care.CareError as error:
        despite = error.facts.get("delivery", "")
        return _refused(request, talk, wording.care_error(error, talk.channel.network), despite)
    if not request.headers.get("HX-Request"):
        if "say" in told:
            messages.success(request, str(told["say"]))
        return HttpResponseRedirect(reverse("conversation", args=[talk.pk]))
    response = HttpResponse(status=204)
    if told:
        response.headers["HX-Trigger"] = json.dumps({"resonanz:done": {"conversation": talk.pk, **told}})
    return response


def _refused(request: HttpRequest, talk: Conversation, words: str, despite: int | str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "inbox/refused.html", {"words": words, "despite": despite}, status=422)
    context = _opened(talk, _agent(request)) | _around(_agent(request), "waiting")
    context |= {"queue": reading.queue(_agent(request), "waiting"), "view": "waiting", "open_number": talk.pk}
    context |= {"words": words, "typed": request.POST.get("text", ""), "despite": despite}
    return render(request, "inbox/page.html", context, status=422)


def _onward(talk: Conversation, agent: Agent, request: HttpRequest) -> str:
    """Return where to go after this one; the inbox when nobody else waits."""
    following = reading.next_for(agent, besides=talk.pk)
    view = _view(request)
    asked = "" if view == "waiting" else f"?view={view}"
    return (
        reverse("inbox") + asked
        if following is None
        else reverse("conversation", args=[following.pk]) + asked
    )


def _undo(path: str) -> Told:
    return {"url": path, "seconds": 30}


def _key(text: str) -> UUID | None:
    """Return the form's own key, if it has a proper one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _reply(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    then = request.POST.get("then", "stay")
    delivery = care.reply(
        talk,
        agent,
        text=request.POST.get("text", ""),
        answers=_number(request.POST.get("answers", "")),
        then_resolve=then == "resolve",
        once=_key(request.POST.get("once", "")),
        despite=_number(request.POST.get("despite", "")),
    )
    said = _("Your answer to %(name)s is on its way") % {"name": talk.customer.shown_name}
    told: Told = {"say": said, "sent": delivery.pk}
    if settings.UNDO_S:
        undo = {"url": reverse("change_delivery", args=[delivery.pk, "cancel"]), "sending": True}
        told["undo"] = undo | {"seconds": settings.UNDO_S}
    return told if then == "stay" else told | {"go": _onward(talk, agent, request)}


def _note(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    care.note(talk, agent, request.POST.get("text", ""))
    return {"say": _("Note kept"), "noted": True}


def _keep(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    if care.keep_unsent(talk, agent, request.POST.get("text", "")):
        listen.recheck_soon(talk)
    return {}


def _assign(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    number = _number(request.POST.get("to", ""))
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
    return {"say": said, "changed": True, "undo": _undo(path) | {"values": {"to": before or ""}}}


def _resolve(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    care.resolve(talk, agent)
    said = _("Resolved: %(name)s") % {"name": talk.customer.shown_name}
    undo = _undo(reverse("change", args=[talk.pk, "reopen"]))
    return {"say": said, "undo": undo, "go": _onward(talk, agent, request)}


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
    return {"say": said, "changed": True, "undo": _undo(path) | {"values": {"for": before}}}


def _cancel(delivery: Delivery, agent: Agent) -> Told:
    assert delivery.conversation_id is not None
    care.cancel(delivery, agent)
    back = reverse("conversation", args=[delivery.conversation_id])
    return {"say": _("Withdrawn; your text is back in the box"), "back": back}


def _repeat(delivery: Delivery, agent: Agent) -> Told:
    care.repeat(delivery, agent)
    return {"say": _("Is being sent again"), "changed": True}


VERBS: dict[str, Verb] = {
    "reply": _reply,
    "note": _note,
    "unsent": _keep,
    "assign": _assign,
    "resolve": _resolve,
    "reopen": _reopen,
    "waits": _wait,
}
