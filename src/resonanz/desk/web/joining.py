"""Joining conversations that are one matter, and making a matter of its own out of some posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from resonanz.desk import care, reading
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb

POSTS_MOST = 60  # the newest posts of a conversation that can be chosen


@require_GET
def join_panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show which conversations could be joined with this one; `q` looks among other people's."""
    agent, talk = agent_of(request), talk_of(request, number)
    words = request.GET.get("q", "")
    if "q" in request.GET:
        others = reading.rows_of(care.others(talk, agent, words))
        return render(request, "shift/join_found.html", {"talk": talk, "others": others, "q": words})
    partners = reading.rows_of(care.partners(talk, agent))
    return render(request, "shift/join.html", {"talk": talk, "partners": partners})


@require_GET
def split_panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show the posts of a conversation to choose those that are another matter."""
    talk = talk_of(request, number)
    posts = list(talk.mentions.select_related("author").order_by("-order")[:POSTS_MOST])[::-1]
    return render(request, "shift/split.html", {"talk": talk, "posts": posts})


def _join(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    other = talk_of(request, whole_number(request.POST.get("other", "")) or 0)
    care.merge(other, agent, talk, same_person=request.POST.get("same") == "yes")
    path = reverse("change", args=[talk.pk, "part"])
    said = _("Joined: everything said is here now")
    here = reverse("conversation", args=[talk.pk])
    return {"say": said, "back": here, "undo": undo(path, other=other.pk), "closes": True}


def _part(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    other = talk_of(request, whole_number(request.POST.get("other", "")) or 0)
    if other.merged_into_id != talk.pk:
        raise care.CareError("too_late_to_part")
    care.unmerge(other, agent)
    return {"say": _("Two conversations again"), "back": reverse("conversation", args=[talk.pk])}


def _split(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    orders = [whole_number(order) for order in request.POST.getlist("post")]
    made = care.split(talk, agent, [order for order in orders if order is not None])
    path = reverse("change", args=[talk.pk, "join"])
    said = _("A conversation of its own; this is it")
    here = reverse("conversation", args=[made.pk])
    return {"say": said, "back": here, "undo": undo(path, other=made.pk), "closes": True}


VERBS: dict[str, Verb] = {"join": _join, "part": _part, "split": _split}
