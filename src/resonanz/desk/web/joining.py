"""Joining conversations that are one matter, and making a matter of its own out of some posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from resonanz.desk import care, reading, wording_team
from resonanz.desk.models import Conversation, Mention, Sighting, Team
from resonanz.desk.web.acting import agent_of, talk_of, undo, whole_number
from resonanz.post import Audience

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent
    from resonanz.desk.web.acting import Told, Verb

POSTS_MOST = 60  # the newest posts of a conversation that can be chosen


@dataclass(frozen=True, slots=True)
class Partner:
    """A conversation that could be joined, and who would read more than before if it were."""

    row: reading.Row
    readers: tuple[str, ...]


@require_GET
def join_panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show which conversations could be joined with this one; `q` looks among other people's."""
    agent, talk = agent_of(request), talk_of(request, number)
    words = request.GET.get("q", "")
    if "q" in request.GET:
        others = _partners(talk, care.others(talk, agent, words))
        return render(request, "shift/join_found.html", {"talk": talk, "others": others, "q": words})
    partners = _partners(talk, care.partners(talk, agent))
    return render(request, "shift/join.html", {"talk": talk, "partners": partners})


def _partners(talk: Conversation, found: list[Conversation]) -> list[Partner]:
    """Return rows with what would change for whom; three queries, however many there are."""
    numbers = [talk.pk, *(other.pk for other in found)]
    teams = _teams_of(numbers)
    private = set(
        Mention.objects.filter(conversation__in=numbers, audience__lt=Audience.UNLISTED)
        .values_list("conversation", flat=True)
        .distinct()
    )
    return [
        Partner(row, _readers(talk.pk, row.conversation.pk, teams, private)) for row in reading.rows_of(found)
    ]


def _teams_of(numbers: Iterable[int]) -> dict[int, set[str]]:
    """Return by conversation which teams read it: whose channel it is in, or was spoken to in it."""
    heard = Sighting.objects.filter(mention__conversation__in=numbers, addressed=True)
    where = set(heard.values_list("mention__conversation", "channel").distinct())
    where |= set(Conversation.objects.filter(pk__in=numbers).values_list("pk", "channel"))
    channels = {channel for _number, channel in where}
    known: dict[int, set[str]] = {}
    for channel, name in Team.objects.filter(channels__in=channels).values_list("channels", "name"):
        known.setdefault(channel, set()).add(name)
    teams: dict[int, set[str]] = {number: set() for number in numbers}
    for number, channel in where:
        teams[number] |= known.get(channel, set())
    return teams


def _readers(here: int, there: int, teams: dict[int, set[str]], private: set[int]) -> tuple[str, ...]:
    """Return who would read what is here, and who what is there, that do not read it yet."""
    ours, theirs = sorted(teams[there] - teams[here]), sorted(teams[here] - teams[there])
    said = []
    if ours:
        said.append(wording_team.will_read_here(ours, private=here in private))
    if theirs:
        said.append(wording_team.will_read_there(theirs, private=there in private))
    return tuple(said)


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
