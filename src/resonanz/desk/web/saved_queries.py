"""Saved queries: the list, writing one with its meaning beside it, and what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import queries, reading_queries, wording_queries
from resonanz.desk.finding import LAST
from resonanz.desk.models import Query, Role
from resonanz.desk.queries import SavedQueryError
from resonanz.desk.storage import from_ms
from resonanz.desk.web.acting import agent_of, whole_number
from resonanz.query import QueryError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.finding import Page

LENGTH_MOST = 20_000  # characters of a form; what is longer than a query may be is told by the language


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the queries with what they mean and how much they bring."""
    agent = agent_of(request)
    context = {"area": "search", "rows": reading_queries.rows(agent), "may_write": agent.has_role(Role.AGENT)}
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
        "posts": _shown(page),
        "more": more,
        "may_write": agent.has_role(Role.AGENT),
    }
    part = request.headers.get("HX-Request") and "before" in request.GET
    return render(request, "queries/posts.html" if part else "queries/query.html", context)


def write(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Write a query, or change one."""
    agent = agent_of(request)
    known = None if number is None else _known(number)
    name = request.POST.get("name", "" if known is None else known.name)
    said = request.POST.get("expression", request.GET.get("q", "" if known is None else known.expression))
    refused = ""
    if request.method == "POST":
        try:
            kept = queries.save(agent, name, said[:LENGTH_MOST], known)
        except SavedQueryError as error:
            refused = wording_queries.saving_error(error.code)
        except QueryError as error:
            refused = wording_queries.mistake(error)
        else:
            messages.success(request, _("Kept: %(name)s") % {"name": kept.name})
            return HttpResponseRedirect(reverse("query", args=[kept.pk]))
    context: dict[str, object] = {"area": "search", "known": known, "name": name, "expression": said}
    context |= {"refused": refused}
    context |= _looked(request, said) if said.strip() else {}
    return render(request, "queries/write.html", context, status=422 if refused else 200)


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Say what an expression means while it is written, and what it finds."""
    said = request.POST.get("expression", "")[:LENGTH_MOST]
    return render(request, "queries/looked.html", _looked(request, said) if said.strip() else {})


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Let go of a query."""
    query = _known(number)
    try:
        queries.drop(agent_of(request), query)
    except SavedQueryError as error:
        messages.error(request, wording_queries.saving_error(error.code))
    else:
        messages.success(request, _("Dropped: %(name)s") % {"name": query.name})
    return HttpResponseRedirect(reverse("queries"))


def _looked(request: HttpRequest, said: str) -> dict[str, object]:
    looked = reading_queries.look(agent_of(request), said)
    return {"looked": looked, "posts": [] if looked.page is None else _shown(looked.page)}


def _shown(page: Page) -> list[dict[str, object]]:
    return [post._asdict() | {"at": from_ms(post.posted_ms)} for post in page.posts]


def _known(number: int) -> Query:
    query = Query.objects.filter(pk=number).first()
    if query is None:
        raise Http404(_("This query does not exist any more."))
    return query
