"""The inbox: the queue, one conversation, the person, and everything that is done there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.compose import counting_rules
from resonanz.desk import (
    care,
    events,
    queue,
    reading,
    reading_gates,
    reading_incidents,
    reading_replies,
    spending,
    wording,
    wording_money,
)
from resonanz.desk.care.answers import audience_for
from resonanz.desk.care.gates import sender
from resonanz.desk.care.room import room_for
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Conversation, Delivery, Mention, Role
from resonanz.desk.models.care import Dismissal
from resonanz.desk.web import (
    answering,
    by_hand,
    casework,
    enquiries,
    incidents,
    inviting,
    joining,
    lookalikes,
    promising,
    shift,
    sorting,
    tagging,
    team,
    understanding,
)
from resonanz.desk.web.acting import agent_of, talk_of, view_of, whole_number
from resonanz.post import Audience

if TYPE_CHECKING:
    from django.http import HttpRequest

    from resonanz.desk.web.acting import Told, Verb

# Every page area's verbs, and those that trainees may use too.
VERBS: dict[str, Verb] = (
    answering.VERBS
    | by_hand.VERBS
    | casework.VERBS
    | enquiries.VERBS
    | incidents.VERBS
    | inviting.VERBS
    | promising.VERBS
    | sorting.VERBS
    | joining.VERBS
    | shift.VERBS
    | tagging.VERBS
    | team.VERBS
    | understanding.VERBS
)
FOR_TRAINEES = answering.FOR_TRAINEES | team.FOR_TRAINEES
DELIVERY_VERBS = answering.DELIVERY_VERBS | incidents.DELIVERY_VERBS | inviting.DELIVERY_VERBS
FIRST_VIEWS = ("mine", "waiting", "unassigned", "follow_up")  # tabs; the others stand behind "more"
ROWS_AT_ONCE = 60  # rows that one pulse redraws; more than that and the list offers to load again


# Reading -----------------------------------------------------------------------------------------


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the queue; asked by a script, only the list or a further page of it."""
    agent, view, only = agent_of(request), view_of(request), tagging.only_of(request)
    try:
        found = reading.queue(agent, view, request.GET.get("after", ""), only=tagging.condition_of(only))
    except (ValueError, OverflowError):
        return HttpResponseBadRequest(_("This address is not complete. Open the inbox again."))
    context = {"queue": found, "view": view, "open_number": whole_number(request.GET.get("open", ""))}
    context["only"] = only
    if request.GET.get("after"):
        return render(request, "inbox/rows.html", context)
    context |= _around(agent, view)
    if request.headers.get("HX-Target") == "queue":
        return render(request, "inbox/queue.html", context)
    return render(request, "inbox/page.html", context)


@require_GET
def conversation(request: HttpRequest, number: int) -> HttpResponse:
    """Show a conversation; asked by a script, without the queue beside it."""
    agent, view = agent_of(request), view_of(request)
    talk = talk_of(request, number)
    if talk.merged_into_id is not None:
        return HttpResponseRedirect(reverse("conversation", args=[talk.merged_into_id]))
    context = _opened(talk, agent, chosen=_chosen(request)) | {"view": view, "open_number": number}
    context["from_tab"] = whole_number(request.GET.get("streams", ""))  # whose column it was opened in
    if request.headers.get("HX-Target") == "open":
        return render(request, "inbox/open.html", context)
    context |= _around(agent, view) | {"queue": reading.queue(agent, view)}
    return render(request, "inbox/page.html", context)


@require_POST
def following(request: HttpRequest) -> HttpResponse:
    """Take whom this agent answers next, and go there."""
    agent = agent_of(request)
    talk = care.take_next(agent) if agent.has_role(Role.AGENT) else queue.next_for(agent)
    return HttpResponseRedirect(reverse("inbox") if talk is None else reverse("conversation", args=[talk.pk]))


@require_GET
def thread(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was said again, without touching the reply box."""
    agent = agent_of(request)
    talk = talk_of(request, number)
    context = _opened(talk, agent, chosen=_chosen(request), whole=False) | {"view": view_of(request)}
    return render(request, "inbox/thread_again.html", context)


def _chosen(request: HttpRequest) -> int | None:
    """Return which post somebody wants to answer, where it is not the newest."""
    return whole_number(request.GET.get("answers", ""))


@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """Tell what changed in the queue since an event: numbers, changed rows, who is new, who is gone."""
    agent, view = agent_of(request), view_of(request)
    since = whole_number(request.GET.get("since", "")) or 0
    told = events.after(since, 2000)
    numbers = sorted({event.conversation for event in told if event.conversation is not None})[-ROWS_AT_ONCE:]
    only = tagging.only_of(request)
    rows = reading.touched(agent, view, numbers, only=tagging.condition_of(only))
    figures = reading.counts(agent)
    context = {"view": view, "open_number": whole_number(request.GET.get("open", ""))}
    return JsonResponse(
        {
            "cursor": str(told[-1].id if told else since),
            "waiting": figures.waiting,
            "head": render_to_string(
                "inbox/head.html", context | _figures(figures, view) | _share(agent), request
            ),
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


def _figures(figures: reading.Counts, view: str) -> dict[str, object]:
    names = {
        "waiting": pgettext("view", "Team"),
        "mine": pgettext("view", "Mine"),
        "unassigned": pgettext("view", "Unassigned"),
        "follow_up": pgettext("view", "Follow-up today"),
        "again": pgettext("view", "Reported again"),
        "department": pgettext("view", "Waiting for department"),
        "release": pgettext("view", "To be released"),
        "customer": pgettext("view", "Waiting for the customer"),
        "resolved": pgettext("view", "Resolved"),
    }
    tabs = [(name, names[name], figures.views.get(name), name == view) for name in queue.VIEWS]
    return {
        "figures": figures,
        "headline": wording.waiting_line(figures.waiting),
        "views": [tab for tab in tabs if tab[0] in FIRST_VIEWS or tab[3]],
        "more_views": [tab for tab in tabs if tab[0] not in FIRST_VIEWS and not tab[3]],
        "view_name": names[view],
    }


def _share(agent: Agent) -> dict[str, object]:
    """Return for leads what share of today's cases stands in the safety lane."""
    if not agent.has_role(Role.LEAD):
        return {}
    share = queue.safety_share(queue.live_conversations(agent), timezone.now())
    return {"share": wording.safety_line(share.safety, share.cases)}


def _around(agent: Agent, view: str) -> dict[str, object]:
    """Return what stands around the list: numbers, the channels' health, the cursor of live updates."""
    figures = reading.counts(agent)
    return (
        _figures(figures, view)
        | _share(agent)
        | shift.banners(agent)
        | {
            "area": "inbox",
            "waiting_count": figures.waiting,
            "cursor": str(events.newest()),
            "channels": reading.channels(agent),
        }
    )


def _opened(
    talk: Conversation, agent: Agent, *, chosen: int | None = None, whole: bool = True
) -> dict[str, object]:
    """Return what a conversation's page needs; `chosen` is the post to answer, `whole` with the person."""
    seen = reading_replies.seen_now()
    box = reading.box(talk, agent, chosen)
    refusal = box.refusal
    shown: dict[str, object] = {
        "talk": talk,
        "box": box,
        "entries": reading.entries(talk, box.asked if talk.awaits is not None else None),
        "network": wording.network_label(talk.channel.network),
        "audience": wording.audience_word(Audience.DIRECT if talk.private_at else talk.thread.audience),
        "refusal": refusal and wording.care_error(care.CareError(refusal), talk.channel.network),
        "recording": refusal == "by_hand",
        "can_change": agent.has_role(Role.AGENT) and not talk.channel.is_archive,
        "undo_s": settings.UNDO_S,
    }
    shown["composer"] = reading_replies.composer(talk, agent, box, seen)
    shown["gate"] = reading_gates.gate(talk, box.asked)
    shown["chosen"] = chosen if box.asked is not None and box.asked.pk == chosen else None
    shown["counting"] = _counting(talk, agent, box)
    shown["safety"] = sorting.safety_of(talk)
    if shown["can_change"]:
        shown |= sorting.choices(talk)
        shown |= tagging.choices(talk)
        shown["colleagues"] = reading.colleagues_named(talk, besides={agent.pk, talk.assignee_id})
        shown["dismissals"] = Dismissal.choices
    shown["incident_strips"] = reading_incidents.strips(talk, agent)
    if whole:
        shown["person"] = reading.person(talk, agent)
        shown["promised"] = promising.kept_words(talk)
        shown["cost"] = _cost(talk, agent)
        shown["lookalike"] = lookalikes.mark_of(talk)
    return shown


def _cost(talk: Conversation, agent: Agent) -> str:
    """Return for leads what a conversation has cost so far, "" where its network takes no money."""
    if not agent.has_role(Role.LEAD) or not spending.is_metered(talk.channel):
        return ""
    cost = spending.cost_of(talk)
    return "" if cost is None else wording_money.dollars(cost)


def _counting(talk: Conversation, agent: Agent, box: reading.Box) -> dict[str, object]:
    """Return how the reply is counted, as the script in the reply box needs it."""
    if box.asked is None:
        return {**counting_rules(limits_of(talk.channel)), "handle": "", "initials": agent.initials}
    audience, opened = audience_for(talk, box.asked), reading_replies.opened_audience(talk, box.asked)
    rules = _rules(talk, box.asked, audience) | {"initials": agent.initials}
    return rules if opened is None else rules | {"opened": _rules(talk, box.asked, Audience(opened))}


def _rules(talk: Conversation, asked: Mention, audience: Audience) -> dict[str, object]:
    room = room_for(sender(talk, asked), asked, audience)
    return {**counting_rules(room.limits), "handle": room.handle}


# Doing -------------------------------------------------------------------------------------------


@require_POST
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do something with a conversation: one of VERBS."""
    act = VERBS.get(verb)
    if act is None:
        raise Http404
    return _do(request, talk_of(request, number), act if verb in FOR_TRAINEES else _for_agents(act))


@require_POST
def change_delivery(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Withdraw a reply that is not out yet, or send one again that did not get there."""
    delivery = Delivery.objects.filter(pk=number).select_related("conversation", "channel", "answers").first()
    act = DELIVERY_VERBS.get(verb)
    if delivery is None or delivery.conversation_id is None or act is None:
        raise Http404
    talk = talk_of(request, delivery.conversation_id)

    def checked(_talk: Conversation, agent: Agent, _request: HttpRequest) -> Told:
        return act(delivery, agent)

    own = verb in answering.OWN_DELIVERY_VERBS and delivery.agent_id == agent_of(request).pk
    return _do(request, talk, checked if own else _for_agents(checked))


def _for_agents(act: Verb) -> Verb:
    """Return a verb that trainees are told they may not use yet."""

    def checked(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
        if not agent.has_role(Role.AGENT):
            raise care.CareError("not_allowed")
        return act(talk, agent, request)

    return checked


def _do(request: HttpRequest, talk: Conversation, act: Verb) -> HttpResponse:
    """Carry a verb out and tell the page what happened; an error stays beside what was typed."""
    agent = agent_of(request)
    try:
        told = act(talk, agent, request)
    except care.CareError as error:
        return _refused(request, talk, error)
    if not request.headers.get("HX-Request"):
        if "say" in told:
            messages.success(request, str(told["say"]))
        return HttpResponseRedirect(reverse("conversation", args=[talk.pk]))
    response = HttpResponse(status=204)
    if told:
        response.headers["HX-Trigger"] = json.dumps({"resonanz:done": {"conversation": talk.pk, **told}})
    return response


def _refused(request: HttpRequest, talk: Conversation, error: care.CareError) -> HttpResponse:
    network = talk.channel.network
    told = {
        "words": wording.care_error(error, network),
        "code": error.code,
        "stops": reading_replies.stops_of(error, network),
    }
    if request.headers.get("HX-Request"):
        return render(request, "inbox/refused.html", told, status=422)
    context = _opened(talk, agent_of(request)) | _around(agent_of(request), "waiting")
    context |= {
        "queue": reading.queue(agent_of(request), "waiting"),
        "view": "waiting",
        "open_number": talk.pk,
    }
    context |= told | {"typed": request.POST.get("text", "")}
    return render(request, "inbox/page.html", context, status=422)
