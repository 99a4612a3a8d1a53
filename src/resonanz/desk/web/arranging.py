"""Laying out tabs and columns: adding, calling, moving, sharing, dropping. The pages are in `streams.py`.

Each answers a script with what to say, how to take it back and where to go on, or draws the column anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from resonanz.desk import columns, shapes, streams, wording_queries, wording_streams
from resonanz.desk.models import Query, Stream, StreamKind, Tab
from resonanz.desk.streams import StreamError, Wanted
from resonanz.desk.web.acting import agent_of, undo, whole_number
from resonanz.desk.web.streams import LAST_TAB, column_shown
from resonanz.query import QueryError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from resonanz.desk.models import Agent
    from resonanz.desk.web.acting import Told

FIRST_MOST = 12  # columns to begin with


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Lay out the columns that were ticked: in the tab that is named and still empty, else in a new one."""
    agent = agent_of(request)
    ready = [_ready(value) for value in request.POST.getlist("column")[:FIRST_MOST]]
    wanted = [column for column in ready if column is not None]
    tab = columns.tab_of(agent, whole_number(request.POST.get("tab", "")) or 0)
    try:
        if tab is None:
            tab = streams.add_tab(agent, _("My columns"), wanted)
        elif wanted:
            streams.fill(agent, tab, wanted)
        else:
            messages.info(request, _("Tick what this tab shall show."))
    except StreamError as error:  # such as a query that was dropped meanwhile
        messages.error(request, wording_streams.stream_error(error.code))
        return HttpResponseRedirect(reverse("streams"))
    return HttpResponseRedirect(reverse("stream-tab", args=[tab.pk]))


def _ready(value: str) -> Wanted | None:
    kind, _colon, about = value.partition(":")
    return Wanted(StreamKind(kind), about) if kind in StreamKind.values else None


@require_POST
def show_query(request: HttpRequest, number: int) -> HttpResponse:
    """Show a saved query as a column of the tab that was looked at last, and go there."""
    agent = agent_of(request)
    query = Query.objects.filter(pk=number).first()
    if query is None:
        raise Http404(_("This query does not exist any more."))
    last = columns.tab_of(agent, whole_number(request.COOKIES.get(LAST_TAB, "")) or 0)
    try:
        stream = streams.show_query(agent, query, last, _("My columns"))
    except StreamError as error:
        messages.error(request, wording_streams.stream_error(error.code))
        return HttpResponseRedirect(reverse("query", args=[number]))
    return HttpResponseRedirect(f"{reverse('stream-tab', args=[stream.tab_id])}#column-{stream.pk}")


@require_POST
def add_tab(request: HttpRequest) -> HttpResponse:
    """Make an empty tab."""
    try:
        tab = streams.add_tab(agent_of(request), request.POST.get("name", ""))
    except StreamError as error:
        return _refused(error)
    return JsonResponse({"go": reverse("stream-tab", args=[tab.pk])})


@require_POST
def add(request: HttpRequest, number: int) -> HttpResponse:
    """Add a column to a tab and draw it."""
    agent = agent_of(request)
    tab = columns.tab_of(agent, number)
    if tab is None:
        raise Http404(_("This tab does not exist, or its owner keeps it for themselves."))
    try:
        stream = streams.add(agent, tab, _wanted(request.POST))
    except (StreamError, QueryError) as error:
        return _refused(error)
    found = shapes.columns_seen(agent, [stream.pk])[0]
    return render(request, "streams/column.html", {"column": column_shown(agent, found)})


def _wanted(given: QueryDict) -> Wanted:
    kind = given.get("kind", "")
    if kind not in StreamKind.values:
        raise StreamError("gone")
    return Wanted(
        kind=StreamKind(kind),
        about=_about(given, wording_streams.KINDS[StreamKind(kind)].asks),
        channel=whole_number(given.get("channel", "")),
        narrowed=given.get("narrowed", "")[:5_000],
        name=given.get("name", ""),
    )


def _about(given: QueryDict, asks: str) -> str:
    """Return what a column is to be about; who was chosen counts only for the name that was typed last."""
    typed = given.get(asks, "")[:400]
    person = whole_number(given.get("person", ""))
    is_chosen = asks == "author" and person is not None and given.get("asked") == given.get("author")
    return f"#{person}" if is_chosen else typed


# A tab -------------------------------------------------------------------------------------------


@require_POST
def change_tab(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do something with a tab."""
    agent = agent_of(request)
    tab = Tab.objects.filter(pk=number).first()
    if tab is None or verb not in TAB_VERBS or (tab.owner_id != agent.pk and not tab.is_shared):
        raise Http404(_("This tab does not exist, or its owner keeps it for themselves."))
    try:
        return _told(TAB_VERBS[verb](tab, agent, request.POST))
    except StreamError as error:
        return _refused(error)


def _rename_tab(tab: Tab, agent: Agent, given: QueryDict) -> Told:
    streams.rename_tab(agent, tab, given.get("name", ""))
    return {"name": tab.name}


def _share_tab(tab: Tab, agent: Agent, given: QueryDict) -> Told:
    shared = given.get("on") == "1"
    streams.share(agent, tab, shared=shared)
    said = (
        _("Everybody here sees this tab now. Each sees in it what their teams care for.")
        if shared
        else _("Only you see this tab now.")
    )
    path = reverse("tab-do", args=[tab.pk, "share"])
    return {"say": said, "undo": undo(path, on="0" if shared else "1"), "again": True}


def _drop_tab(tab: Tab, agent: Agent, _given: QueryDict) -> Told:
    streams.drop_tab(agent, tab)
    said = _("Tab dropped: %(name)s") % {"name": tab.name}
    return {"say": said, "undo": undo(reverse("tab-do", args=[tab.pk, "restore"])), "go": reverse("streams")}


def _restore_tab(tab: Tab, agent: Agent, _given: QueryDict) -> Told:
    streams.restore_tab(agent, tab)
    return {"go": reverse("stream-tab", args=[tab.pk])}


def _move_tab(tab: Tab, agent: Agent, given: QueryDict) -> Told:
    streams.move_tab(agent, tab, whole_number(given.get("place", "")) or 0)
    return {}


# A column ----------------------------------------------------------------------------------------


@require_POST
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do something with a column."""
    agent = agent_of(request)
    stream = Stream.objects.select_related("tab", *shapes.WITH).filter(pk=number).first()
    if stream is None or verb not in VERBS or columns.tab_of(agent, stream.tab_id) is None:
        raise Http404(_("This column does not exist any more."))
    try:
        told = VERBS[verb](stream, agent, request.POST)
    except (StreamError, QueryError) as error:
        return _refused(error)
    if told is not None:
        return _told(told)
    return render(request, "streams/column.html", {"column": column_shown(agent, stream)})


def _rename(stream: Stream, agent: Agent, given: QueryDict) -> Told:
    streams.rename(agent, stream, given.get("name", ""))
    return {"name": wording_streams.title(stream), "about": wording_streams.about(stream)}


def _narrow(stream: Stream, agent: Agent, given: QueryDict) -> None:
    streams.narrow(agent, stream, given.get("narrowed", "")[:5_000])


def _hold(stream: Stream, agent: Agent, given: QueryDict) -> Told:
    held = given.get("on") == "1"
    streams.hold(agent, stream, held=held)
    said = (
        _("Fresh posts wait in this column until you ask for them.")
        if held
        else _("Fresh posts run in while nobody reads this column.")
    )
    return {"say": said, "held": held}


def _move(stream: Stream, agent: Agent, given: QueryDict) -> Told:
    streams.move(agent, stream, whole_number(given.get("place", "")) or 0)
    return {}


def _drop(stream: Stream, agent: Agent, _given: QueryDict) -> Told:
    streams.drop(agent, stream)
    said = _("Column dropped: %(name)s") % {"name": wording_streams.title(stream)}
    return {"say": said, "undo": undo(reverse("stream-do", args=[stream.pk, "restore"]))}


def _restore(stream: Stream, agent: Agent, _given: QueryDict) -> Told:
    streams.restore(agent, stream)
    return {"column": stream.pk, "place": stream.place}


def _told(told: Told) -> HttpResponse:
    """Tell a script; what was asked for through a toast's undo is told to the whole page."""
    answer = JsonResponse(told)
    if "column" in told or "go" in told or told.get("again"):
        answer.headers["HX-Trigger"] = json.dumps({"resonanz:laid-out": told})
    return answer


def _refused(error: StreamError | QueryError) -> HttpResponse:
    said = wording_queries.mistake(error) if isinstance(error, QueryError) else ""
    return JsonResponse({"say": said or wording_streams.stream_error(error.code)}, status=422)


TAB_VERBS: dict[str, Callable[[Tab, Agent, QueryDict], Told]] = {
    "rename": _rename_tab,
    "share": _share_tab,
    "drop": _drop_tab,
    "restore": _restore_tab,
    "move": _move_tab,
}
VERBS: dict[str, Callable[[Stream, Agent, QueryDict], Told | None]] = {
    "rename": _rename,
    "narrow": _narrow,
    "hold": _hold,
    "move": _move,
    "drop": _drop,
    "restore": _restore,
}
