"""The end of a shift, and what the next one reads: handing over, taking back, confirming."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib import auth, messages
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from resonanz.desk import care, reading_team, wording, wording_team
from resonanz.desk.care import shifts
from resonanz.desk.care.shifts import Choice, How
from resonanz.desk.models import Agent, Handover
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Conversation
    from resonanz.desk.reading_team import Open
    from resonanz.desk.web.acting import Told, Verb


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """List what somebody has open at the end of their shift; POST does with each as chosen and signs off."""
    agent = agent_of(request)
    cases = reading_team.open_cases(agent)
    if request.method == "POST":
        choices = {case.talk.pk: _chosen(request, case.talk.pk) for case in cases}
        refused = shifts.end(agent, choices)
        if not refused:
            auth.logout(request)
            messages.success(request, _("Your shift is over, and nothing is left lying. Until next time!"))
            return HttpResponseRedirect(reverse("login"))
        cases = [_with(case, choices[case.talk.pk], refused.get(case.talk.pk)) for case in cases]
    shown = {"cases": cases, "area": "shift", "late": sum(case.refused != "" for case in cases)}
    return render(request, "shift/page.html", shown, status=422 if request.method == "POST" else 200)


def _chosen(request: HttpRequest, number: int) -> Choice:
    how = request.POST.get(f"how-{number}", "")
    to = whole_number(request.POST.get(f"to-{number}", ""))
    return Choice(
        How(how) if how in set(How) else How.RETURN,
        None if to is None else Agent.objects.filter(pk=to, is_active=True).first(),
        request.POST.get(f"sentence-{number}", ""),
    )


def _with(case: Open, choice: Choice, error: care.CareError | None) -> Open:
    """Return a case with what was chosen and what stands in the way."""
    said = "" if error is None else wording.care_error(error)
    to = None if choice.to is None else choice.to.pk
    return replace(case, how=choice.how, to=to, sentence=choice.sentence, refused=said)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back what went to everybody while somebody was away, or leave it there."""
    wanted = request.POST.get("wanted") == "yes"
    try:
        count = shifts.take_back(agent_of(request), wanted=wanted)
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
    else:
        said = wording_team.taken_back(count) if wanted else _("They stay with everybody")
        messages.success(request, said)
    return HttpResponseRedirect(reverse("inbox"))


@require_POST
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm that a handover was read."""
    handover = Handover.objects.select_related("conversation").filter(pk=number).first()
    if handover is None:
        raise Http404
    talk_of(request, handover.conversation_id)
    try:
        shifts.confirm_read(handover, agent_of(request))
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
    return HttpResponseRedirect(reverse("inbox"))


@require_GET
def hand_over_panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show to whom one case can be handed over, and room for the sentence."""
    agent, talk = agent_of(request), talk_of(request, number)
    receivers = shifts.receivers_of([talk], agent)[talk.pk]
    return render(request, "shift/hand_over.html", {"talk": talk, "receivers": receivers})


@require_GET
def askable(request: HttpRequest, number: int) -> HttpResponse:
    """Tell who can be called by @name in a note: the name that is shown, and the one to write."""
    people = care.askable(talk_of(request, number))
    firsts = [person.first_name.casefold() for person in people]
    told = []
    for person in people:
        first = person.first_name
        alone = first.isalnum() and firsts.count(first.casefold()) == 1
        call = first if alone else person.username
        told.append({"name": person.shown_name, "call": call, "role": person.get_role_display()})
    return JsonResponse({"people": told})


def _hand_over(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    number = whole_number(request.POST.get("to", ""))
    to = None if number is None else Agent.objects.filter(pk=number, is_active=True).first()
    given = care.hand_over(talk, agent, Choice(How.HAND_OVER, to, request.POST.get("sentence", "")))
    name = {"name": "" if to is None else to.shown_name}
    said = _("Handed over to the next shift") if to is None else _("Handed over to %(name)s") % name
    back = undo(reverse("change", args=[talk.pk, "undo_hand_over"]), handover=given.pk)
    return {"say": said, "changed": True, "undo": back, "closes": True}


def _undo_hand_over(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    number = whole_number(request.POST.get("handover", ""))
    given = talk.handovers.filter(pk=number or 0).first()
    if given is None:
        raise care.CareError("handover_over")
    shifts.undo_hand_over(given, agent)
    return {"say": _("The handover is undone"), "changed": True}


def banners(agent: Agent) -> dict[str, object]:
    """Return what stands on top of the inbox: handovers to be read, and what went back while away."""
    if not shifts.anything_new(agent):
        return {"handovers": [], "returned": []}
    return {"handovers": shifts.unread(agent), "returned": shifts.returned(agent)}


VERBS: dict[str, Verb] = {"hand_over": _hand_over, "undo_hand_over": _undo_hand_over}
