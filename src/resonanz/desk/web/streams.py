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
    wording_queries,
    wording_streams,
)
from resonanz.desk.finding import LAST
from resonanz.desk.models import Mention, Role, Stream, Tab
from resonanz.desk.web.acting import agent_of, undo, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.models import Agent, Query, StreamKind

LAST_TAB = "resonanz_tab"  # a cookie: where somebody was; the server writes nothing down when it is asked


@require_GET
def page(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show a tab's columns; without a number the one that was looked at last, or how to begin."""
    agent = agent_of(request)
    tabs = columns.tabs(agent)
    if number is None and not tabs:
        return render(request, "streams/start.html", _begin(agent))
    wanted = whole_number(request.COOKIES.get(LAST_TAB, "")) if number is None else number
    tab = next((tab for tab in tabs if tab.pk == wanted), tabs[0] if number is None else None)
    if tab is None:
        raise Http404(_("This tab does not exist, or its owner keeps it for themselves."))
    known = (
        events.newest()
    )  # before the posts are read: what comes in between is told twice, never not at all
    shown = [column_shown(agent, stream) for stream in columns.columns_of(tab)]
    context = {"tabs": tabs, "tab": tab, "columns": shown, "known": known} | around(agent, tab)
    if all(tab.owner_id != agent.pk for tab in tabs):
        context["first"] = _named(reading_streams.first_choice())
    context["chosen"] = whole_number(request.GET.get("query", ""))  # to make a column of
    answer = render(request, "streams/page.html", context)
    answer.set_cookie(LAST_TAB, str(tab.pk), path=reverse("streams"), httponly=True, samesite="Lax")
    return answer


def around(agent: Agent, tab: Tab) -> dict[str, object]:
    """Return what the page of a tab shows around its columns."""
    return {
        "may_change": streams.may_change(agent, tab),
        "kinds": list(wording_streams.KINDS.values()),
        "choices": reading_streams.choices(agent),
    } | _begin(agent)


def _begin(agent: Agent) -> dict[str, object]:
    return {"area": "streams", "offered": _offered(), "may_write": agent.has_role(Role.AGENT)}


def _offered() -> list[dict[str, object]]:
    return _named(reading_streams.ready_made())


def _named(columns: Sequence[tuple[StreamKind, Query | None]]) -> list[dict[str, object]]:
    """Return what is shown of columns that are offered."""
    return [
        {
            "value": kind.value if query is None else f"{kind.value}:{query.pk}",
            "title": wording_streams.ready_title(kind, query),
            "shows": wording_streams.KINDS[kind].shows,
            "icon": wording_streams.KINDS[kind].icon,
        }
        for kind, query in columns
    ]


def column_shown(agent: Agent, stream: Stream) -> dict[str, object]:
    """Return what is drawn of a column when it is opened."""
    found = columns.posts(agent, stream)
    shape = shapes.shape_of(stream)
    return {
        "stream": stream,
        "title": wording_streams.title(stream),
        "about": wording_streams.about(stream),
        "gone": wording_streams.gone(stream) if shape is None else "",
        "off": "" if shape is None else wording_queries.asks_in_vain(shape.tree),
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
    context = {"cards": cards, "more": more_of(stream, found.more), "tab_number": stream.tab_id}
    return render(request, "streams/chunk.html", context)


@require_GET
def posts(request: HttpRequest) -> HttpResponse:
    """Draw some posts that are fresh or have changed, newest first; what may not be seen is left out."""
    asked = [whole_number(order) for order in request.GET.get("orders", "").split(",")]
    orders = [order for order in asked if order is not None][: reading_streams.CARDS_MOST]
    found = reading_streams.cards(agent_of(request), orders)
    tab = whole_number(request.GET.get("tab", ""))
    return render(request, "streams/cards.html", {"cards": found, "tab_number": tab})


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Offer who may be meant by the name that is being typed for a column."""
    name = request.GET.get("author", "")[:400]
    found = reading_streams.people_called(agent_of(request), name)
    return render(request, "streams/people.html", {"people": found, "asked": name})


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
    is_new = mention is not None and mention.conversation_id is None
    try:
        if mention is None:
            raise care.CareError("not_known")
        talk = care.open_conversation(agent_of(request), mention)
    except care.CareError as error:
        return JsonResponse({"say": wording.care_error(error)}, status=422)
    tab = whole_number(request.GET.get("streams", ""))
    way = "" if tab is None else f"?streams={tab}"
    told: dict[str, object] = {"go": reverse("conversation", args=[talk.pk]) + way}
    if is_new:
        back = undo(reverse("change", args=[talk.pk, "unopen"]), back=request.POST.get("back", ""))
        told |= {"say": _("Opened as a conversation; it is yours"), "undo": back}
    return JsonResponse(told)


def column_of(request: HttpRequest, number: int) -> Stream:
    """Return a column that who asks may see; raises Http404."""
    found: Sequence[Stream] = shapes.columns_seen(agent_of(request), [number])
    if not found:
        raise Http404(_("This column does not exist any more."))
    return found[0]
