"""What every verb of the inbox stands on: who asks, about which conversation, and how the page is told.

A page area puts its verbs into a table of its own, `VERBS`; `inbox.py` joins the tables. A verb takes the
conversation, the agent and the request, does one thing and returns what the page says: `say` (a sentence),
`undo` (see `undo`), `changed` (draw the thread again), `go` (whom to open next), `back` (an address).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from resonanz.desk import care, queue, reading
from resonanz.desk.models import Agent, Conversation, Role

if TYPE_CHECKING:
    from django.http import HttpRequest

    Told = dict[str, object]
    Verb = Callable[[Conversation, Agent, HttpRequest], Told]


def agent_of(request: HttpRequest) -> Agent:
    """Return who asks; every page here has somebody."""
    return cast(Agent, request.user)


def view_of(request: HttpRequest) -> str:
    """Return the view that a page stands in."""
    view = request.GET.get("view") or request.POST.get("view") or ""
    return view if view in queue.VIEWS else "waiting"


def whole_number(text: str) -> int | None:
    """Return a whole number that a form sent, None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 20 and int(text) < 2**63 else None


def key(text: str) -> UUID | None:
    """Return a form's own key, if it has a proper one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def talk_of(request: HttpRequest, found: int) -> Conversation:
    """Return a conversation that who asks may see; raises Http404."""
    talk = reading.conversation(agent_of(request), found)
    if talk is None:
        raise Http404(_("This conversation does not exist, or it belongs to another team."))
    return talk


def undo(path: str, **values: object) -> dict[str, object]:
    """Return how the page offers to take something back: where to post what, for half a minute."""
    return {"url": path, "seconds": 30} | ({"values": values} if values else {})


def onward(talk: Conversation, agent: Agent, request: HttpRequest) -> str:
    """Take the next conversation and return where it is; the inbox when nobody else waits."""
    may_take = agent.has_role(Role.AGENT)
    following = care.take_next(agent, talk.pk) if may_take else queue.next_for(agent, talk.pk)
    view = view_of(request)
    asked = "" if view == "waiting" else f"?view={view}"
    here = reverse("inbox") if following is None else reverse("conversation", args=[following.pk])
    return here + asked
