"""Tags on conversations, the list that one of them or a team filters, and keeping tags in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from resonanz.desk import care, reading_team, wording
from resonanz.desk.care import tags
from resonanz.desk.models import Role, Tag, Team
from resonanz.desk.web.acting import agent_of, undo, whole_number
from resonanz.desk.web.settings_people import for_role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Conversation
    from resonanz.desk.web.acting import Told, Verb


def _tag(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    put = care.tag(talk, agent, request.POST.get("name", ""))
    if put is None:
        return {"say": _("That tag is on already")}
    path = reverse("change", args=[talk.pk, "untag"])
    return {
        "say": _("Tagged: %(name)s") % {"name": put.name},
        "changed": True,
        "undo": undo(path, tag=put.pk),
    }


def _untag(talk: Conversation, agent: Agent, request: HttpRequest) -> Told:
    chosen = Tag.objects.filter(pk=whole_number(request.POST.get("tag", "")) or 0).first()
    if chosen is None or not care.untag(talk, agent, chosen):
        return {"changed": True}
    path = reverse("change", args=[talk.pk, "tag"])
    said = _("Tag taken off: %(name)s") % {"name": chosen.name}
    return {"say": said, "changed": True, "undo": undo(path, name=chosen.name)}


def choices(talk: Conversation) -> dict[str, object]:
    """Return what the menus of a conversation offer: its tags, all tags, and the teams it could go to."""
    return {
        "tags_on": reading_team.tags_on(talk),
        "tags": reading_team.every_tag(),
        "teams": reading_team.teams_of(talk),
    }


# The list that is filtered -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Only:
    """What narrows a list down: a tag or a team. `query` is its part of an address."""

    condition: Q
    query: str
    name: str
    kind: str


def only_of(request: HttpRequest) -> Only | None:
    """Return what narrows the list of a page down, None where nothing (that exists) is asked for."""
    number = whole_number(request.GET.get("tag", ""))
    tag = None if number is None else Tag.objects.filter(pk=number).first()
    if tag is not None:
        return Only(Q(tags__tag=tag), f"tag={tag.pk}", tag.name, "tag")
    number = whole_number(request.GET.get("team", ""))
    team = None if number is None else Team.objects.filter(pk=number).first()
    return None if team is None else Only(Q(team=team), f"team={team.pk}", team.name, "team")


def condition_of(only: Only | None) -> Q | None:
    """Return the condition of what narrows a list down, if anything does."""
    return None if only is None else only.condition


# Keeping tags in order ---------------------------------------------------------------------------


@require_safe
@for_role(Role.LEAD)
def settings(request: HttpRequest) -> HttpResponse:
    """List the tags, with how many conversations each has."""
    return render(request, "tagging/settings.html", {"tags": tags.in_use(), "at": "tags"})


@require_POST
@for_role(Role.LEAD)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Rename a tag (two of one name become one) or remove it."""
    chosen, agent = get_object_or_404(Tag, pk=number), agent_of(request)
    if request.POST.get("do") == "remove":
        count = tags.remove(chosen, agent)
        words = ngettext(
            "Tag removed from %(count)d conversation.", "Tag removed from %(count)d conversations.", count
        )
        messages.success(request, words % {"count": count})
        return HttpResponseRedirect(reverse("settings-tags"))
    try:
        kept = tags.rename(chosen, agent, request.POST.get("name", ""))
    except care.CareError as error:
        messages.error(request, wording.care_error(error))
    else:
        joined = kept.pk != chosen.pk
        said = _("Joined with “%(name)s”.") if joined else _("Renamed to “%(name)s”.")
        messages.success(request, said % {"name": kept.name})
    return HttpResponseRedirect(reverse("settings-tags"))


VERBS: dict[str, Verb] = {"tag": _tag, "untag": _untag}
