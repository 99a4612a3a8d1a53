"""Streams: tabs with live columns side by side. What is done with them is in `arranging.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import (
    care,
    charts_stream,
    columns,
    events,
    reading_streams,
    shapes,
    streams,
    wording,
    wording_streams,
)
from resonanz.desk.finding import LAST
from resonanz.desk.models import Mention, Role, Stream, Tab
from resonanz.desk.web.acting import agent_of, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent

LAST_TAB = "resonanz_tab"  # a cookie: where somebody was; the server writes nothing down when it is asked


@require_GET
def page(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show a tab's columns; without a number the one that was looked at last, or how to begin."""
    agent = agent_of(request)
    tabs = columns.tabs(agent)
    if number is None and not tabs:
        return render(request, "streams/start.html", {"area": "streams", **_offered()})
    wanted = whole_number(request.COOKIES.get(LAST_TAB, "")) if number is None else number
    tab = next((tab for tab in tabs if tab.pk == wanted), tabs[0] if number is None else None)
    if tab is None:
        raise Http404(_("This tab does not exist, or its owner keeps it for themselves."))
    known = (
        events.newest()
    )  # before the posts are read: what comes in between is told twice, never not at all
    shown = [column_shown(agent, stream) for stream in columns.columns_of(tab)]
    context = {"tabs": tabs, "tab": tab, "columns": shown, "known": known} | around(agent, tab)
    answer = render(request, "streams/page.html", context)
    answer.set_cookie(LAST_TAB, str(tab.pk), path=reverse("streams"), httponly=True, samesite="Lax")
    return answer


def around(agent: Agent, tab: Tab) -> dict[str, object]:
    """Return what the page of a tab shows around its columns."""
    return {
        "area": "streams",
        "may_change": streams.may_change(agent, tab),
        "kinds": wording_streams.KINDS.values(),
        "choices": reading_streams.choices(agent),
    }


def _offered() -> dict[str, object]:
    return {
        "offered": [
            {
                "value": kind.value if query is None else f"{kind.value}:{query.pk}",
                "title": wording_streams.ready_title(kind, query),
                "shows": wording_streams.KINDS[kind].shows,
                "icon": wording_streams.KINDS[kind].icon,
            }
            for kind, query in reading_streams.ready_made()
        ]
    }


def column_shown(agent: Agent, stream: Stream) -> dict[str, object]:
    """Return what is drawn of a column when it is opened."""
    found = columns.posts(agent, stream)
    is_gone = shapes.shape_of(stream) is None
    return {
        "stream": stream,
        "title": wording_streams.title(stream),
        "about": wording_streams.about(stream),
        "gone": wording_streams.gone(stream) if is_gone else "",
        "empty": wording_streams.empty(stream),
        "may_change": streams.may_change(agent, stream.tab),
        "may_watch": agent.has_role(Role.AGENT),
        "cards": reading_streams.cards(agent, [post.order for post in found.posts]),
        "more": more_of(stream, found.more),
    }


def more_of(stream: Stream, before: int | None) -> str:
    """Return the address of a column's next page, "" after the last."""
    return "" if before is None else f"{reverse('stream-column', args=[stream.pk])}?before={before}"


@require_GET
def column(request: HttpRequest, number: int) -> HttpResponse:
    """Draw a column; asked for what stands before an order, only a further page of its posts."""
    agent, stream = agent_of(request), column_of(request, number)
    before = whole_number(request.GET.get("before", ""))
    if before is None:
        return render(request, "streams/column.html", {"column": column_shown(agent, stream)})
    found = columns.posts(agent, stream, min(before, LAST))
    cards = reading_streams.cards(agent, [post.order for post in found.posts])
    return render(request, "streams/chunk.html", {"cards": cards, "more": more_of(stream, found.more)})


@require_GET
def posts(request: HttpRequest) -> HttpResponse:
    """Draw some posts that are fresh or have changed, newest first; what may not be seen is left out."""
    asked = [whole_number(order) for order in request.GET.get("orders", "").split(",")]
    orders = [order for order in asked if order is not None][: reading_streams.CARDS_MOST]
    found = reading_streams.cards(agent_of(request), orders)
    return render(request, "streams/cards.html", {"cards": found})


@require_GET
def pulse(request: HttpRequest, number: int) -> HttpResponse:
    """Draw how lively a column was in the last day."""
    felt = columns.pulse(agent_of(request), column_of(request, number))
    words = wording_streams.lively(felt.day_count, felt.hour_count)
    return render(
        request, "streams/pulse.html", {"words": words, "line": charts_stream.sparkline(felt.hours)}
    )


@require_POST
def answer(request: HttpRequest, order: int) -> HttpResponse:
    """Make a post a conversation of who asks, and say where it is."""
    mention = Mention.objects.filter(pk=order).first()
    try:
        if mention is None:
            raise care.CareError("not_known")
        talk = care.open_conversation(agent_of(request), mention)
    except care.CareError as error:
        return JsonResponse({"say": wording.care_error(error)}, status=422)
    return JsonResponse({"go": reverse("conversation", args=[talk.pk])})


def column_of(request: HttpRequest, number: int) -> Stream:
    """Return a column that who asks may see; raises Http404."""
    found: Sequence[Stream] = shapes.columns_seen(agent_of(request), [number])
    if not found:
        raise Http404(_("This column does not exist any more."))
    return found[0]
