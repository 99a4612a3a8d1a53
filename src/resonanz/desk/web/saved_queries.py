"""Saved queries: the list, writing one with its meaning beside it, and what it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import queries, reading_posts, reading_queries, wording_queries
from resonanz.desk.finding import LAST
from resonanz.desk.models import Query, Role
from resonanz.desk.queries import SavedQueryError
from resonanz.desk.web import query_editor
from resonanz.desk.web.acting import agent_of, whole_number
from resonanz.desk.web.query_editor import LENGTH_MOST
from resonanz.query import QueryError

if TYPE_CHECKING:
    from django.http import HttpRequest


NAME_MOST = 120  # characters of a name that an address proposes
UNDO_S = 60  # how long after dropping a query its list still offers to take that back


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the queries with what they mean and how much they bring."""
    agent = agent_of(request)
    context = {
        "area": "search",
        "rows": reading_queries.rows(agent),
        "may_write": agent.has_role(Role.AGENT),
        "dropped": _just_dropped(request.GET.get("dropped", "")),
    }
    return render(request, "queries/page.html", context)


@require_GET
def found(request: HttpRequest, number: int) -> HttpResponse:
    """Show the stored posts that fit a query; asked by a script, a further page of them."""
    agent, query = agent_of(request), _known(number)
    tree = queries.tree_of(query)
    page = reading_queries.posts(agent, query, whole_number(request.GET.get("before", "")) or LAST)
    more = "" if page.more is None else f"{reverse('query', args=[query.pk])}?before={page.more}"
    context = {
        "area": "search",
        "query": query,
        "explanation": wording_queries.explanation(tree),
        "also": reading_queries.also_written(tree),
        "off": wording_queries.asks_in_vain(tree),
        "searches": reading_queries.searches(query),
        "posts": reading_posts.shown(page.posts, agent),
        "more": more,
        "may_write": agent.has_role(Role.AGENT),
    }
    part = request.headers.get("HX-Request") and "before" in request.GET
    return render(request, "queries/posts.html" if part else "queries/query.html", context)


@require_GET
def language(request: HttpRequest) -> HttpResponse:
    """Show all that a query can say, each with what it means."""
    return render(request, "queries/language.html", {"area": "search", "groups": reading_queries.lessons()})


def write(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Write a query, or change one."""
    agent = agent_of(request)
    known = None if number is None else _known(number)
    name = request.POST.get("name", request.GET.get("name", "")[:NAME_MOST] if known is None else known.name)
    said, heard = query_editor.expression(request.POST), "heard" in request.POST
    if request.method != "POST":
        said = request.GET.get("q", "" if known is None else known.expression)[:LENGTH_MOST]
        heard = known is None or known.heard
    refused = ""
    if request.method == "POST":
        try:
            kept = queries.save(agent, name, said, known, heard=heard)
        except SavedQueryError as error:
            refused = wording_queries.saving_error(error.code)
        except QueryError as error:
            refused = wording_queries.mistake(error)
        else:
            messages.success(request, _("Kept: %(name)s") % {"name": kept.name})
            return HttpResponseRedirect(_on(request, kept))
    context: dict[str, object] = {"area": "search", "known": known, "name": name, "refused": refused}
    context |= query_editor.editor(request, said) | {"heard": heard, "back": _back(request)}
    context |= _looked(request, said) if said.strip() else {}
    return render(request, "queries/write.html", context, status=422 if refused else 200)


def _back(request: HttpRequest) -> str:
    """Return the address of the tab whose dialog led here to write a query, "" where none did."""
    tab = whole_number(request.GET.get("for", ""))
    if tab is None:
        return ""
    return reverse("stream-tab", args=[tab]) if tab else reverse("streams")


def _on(request: HttpRequest, kept: Query) -> str:
    """Return where to go on after keeping: back to where a column of it is to be, else to what it finds."""
    back = _back(request)
    return f"{back}?query={kept.pk}" if back else reverse("query", args=[kept.pk])


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Say what an expression means while it is written, and what it finds."""
    said = query_editor.expression(request.POST)
    shown = {"expression": said, "is_beside": request.POST.get("form") == "chips"}
    return render(request, "queries/looked.html", shown | (_looked(request, said) if said.strip() else {}))


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Let go of a query."""
    query = _known(number)
    try:
        queries.drop(agent_of(request), query)
    except SavedQueryError as error:
        messages.error(request, wording_queries.saving_error(error.code))
        return HttpResponseRedirect(reverse("query", args=[number]))
    return HttpResponseRedirect(f"{reverse('queries')}?dropped={number}")


@require_POST
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Take the dropping of a query back, and lead to it."""
    query = Query.every.filter(pk=number).first()
    if query is None:
        raise Http404(_("This query does not exist any more."))
    answer, to = HttpResponse(status=204), reverse("query", args=[number])
    try:
        queries.restore(agent_of(request), query)
    except SavedQueryError as error:
        messages.error(request, wording_queries.saving_error(error.code))
        to = reverse("queries")
    answer["HX-Redirect"] = to
    return answer


def _just_dropped(text: str) -> Query | None:
    """Return the query that was dropped a moment ago, if it was."""
    lately = timezone.now() - timedelta(seconds=UNDO_S)
    return Query.every.filter(pk=whole_number(text) or 0, dropped_at__gte=lately).first()


def _looked(request: HttpRequest, said: str) -> dict[str, object]:
    looked = reading_queries.look(agent_of(request), said)
    return {"looked": looked, "posts": [] if looked.page is None else reading_posts.shown(looked.page.posts)}


def _known(number: int) -> Query:
    query = Query.objects.filter(pk=number).first()
    if query is None:
        raise Http404(_("This query does not exist any more."))
    return query
