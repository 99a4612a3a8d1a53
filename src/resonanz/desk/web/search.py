"""The search page: one box, a few filters, what was found with its passage."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.http import QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from resonanz.case import State, Waiting
from resonanz.desk import (
    reading_notes,
    reading_posts,
    reading_queries,
    searching,
    wording,
    wording_queries,
)
from resonanz.desk.access import channels_visible_to
from resonanz.desk.finding import LAST, Page
from resonanz.desk.models import Agent, Role
from resonanz.desk.models.listening import account
from resonanz.desk.models.people import name_of_agent
from resonanz.desk.prepared import prepared
from resonanz.desk.searching import IN, Filters, Hit, Matter, Piece, Wanted, passage, search, wanted
from resonanz.desk.web.acting import agent_of, whole_number
from resonanz.desk.web.addresses import address
from resonanz.desk.web.tags import revealed
from resonanz.query import speaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from resonanz.desk.models import Channel
    from resonanz.desk.wording_understanding import Chip

ORDER_DIGITS = 19


class Shown(NamedTuple):
    """A hit as the page shows it: where it leads, who said what when, how the matter stands.

    All that a row shows is a value of its own, and what many rows share is drawn once: looking it up in the
    models, row by row, takes longer.
    """

    href: str
    number: str
    who: SafeString
    at: datetime | None
    is_gone: bool
    is_ours: bool
    words: SafeString
    brief: SafeString
    stands: SafeString


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show what is found; asked by a script, only the hits or a further page of them."""
    agent = agent_of(request)
    said = request.GET.get("q", "").strip()
    filters, after = _filters(request.GET), _order(request.GET.get("after", ""))
    if speaks(said) or reading_queries.names_a_brand(said):
        return _query(request, agent, said[:500], filters)
    asked = wanted(said)
    found = search(agent, asked, filters, after)
    notes = reading_notes.brief_of(_others_posts(found.hits))
    context = {
        "area": "search",
        "q": said,
        "asked": asked,
        "taken": wording_queries.taken_as_words(searching.taken_as_words(said)),
        "filters": filters,
        "found": found,
        "hits": [_shown(hit, notes) for hit in found.hits],
        "more": _more(request.GET, found),
    }
    if after is not None and request.headers.get("HX-Request"):
        return render(request, "search/hits.html", context)
    if request.headers.get("HX-Target") == "results":
        return render(request, "search/results.html", context)
    return render(request, "search/page.html", context | _choices(agent, filters))


def _query(request: HttpRequest, agent: Agent, said: str, filters: Filters) -> HttpResponse:
    """Show what a query finds that was typed into the box, and what it means."""
    after = _order(request.GET.get("after", ""))
    asked = reading_queries.asked(agent, said, filters, LAST if after is None else after)
    found = asked.looked.page or Page((), None)
    context = {
        "area": "search",
        "q": said,
        "filters": filters,
        "query": asked.expression,
        "looked": asked.looked,
        "posts": [
            post | {"words": _marked_words(post, asked.words)}
            for post in reading_posts.shown(found.posts, agent)
        ],
        "more": _onward(request.GET, found.more),
        "may_write": agent.has_role(Role.AGENT),
    }
    if after is not None and request.headers.get("HX-Request"):
        return render(request, "queries/posts.html", context)
    if request.headers.get("HX-Target") == "results":
        return render(request, "search/results.html", context)
    return render(request, "search/page.html", context | _choices(agent, filters))


def _marked_words(post: dict[str, object], words: Wanted) -> SafeString:
    pieces = map(_marked, passage(str(post["text"]), words))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece is escaped


def _onward(given: QueryDict, more: int | None) -> str:
    """Return the address of the next page of a query, "" after the last."""
    asked = given.copy()
    asked["after"] = str(more)
    return "" if more is None else f"{reverse('search')}?{asked.urlencode()}"


def _filters(given: QueryDict) -> Filters:
    """Return the filters of an address; what makes no sense filters nothing."""
    where = given.get("in", "")
    return Filters(
        where=where if where in IN else "all",
        network=given.get("network", "")[:16],
        channel=whole_number(given.get("channel", "")),
        since=_day(given.get("from", "")),
        until=_day(given.get("to", "")),
        mine=given.get("mine") == "1",
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2100 else None


def _order(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= ORDER_DIGITS else None


def _more(given: QueryDict, found: searching.Found) -> str:
    """Return the address of the next page, "" after the last."""
    if found.more is None:
        return ""
    asked = given.copy()
    asked["after"] = str(found.more)
    said = given.get("q", "").strip()
    asked["q"] = f"{said}*" if found.is_open and not said.endswith("*") else said
    return f"{reverse('search')}?{asked.urlencode()}"


def _others_posts(hits: Iterable[Hit]) -> list[int]:
    posts = [hit.mention for hit in hits if hit.mention is not None]
    return [post.order for post in posts if post.incoming and post.deleted_at is None]


def _shown(hit: Hit, notes: Mapping[int, tuple[Chip, ...]]) -> Shown:
    matter, post = hit.matter, hit.mention
    audience = None if post is None else post.audience
    first, last, username = matter.owner
    owner = "" if username is None else name_of_agent(first or "", last or "", username)
    return Shown(
        href=address("conversation", matter.number),
        number=f"#{matter.number}",
        who=_who(
            matter.name or matter.handle.partition("@")[0],
            account(matter.handle, matter.network),
            get_language(),
        ),
        at=None if post is None else post.posted_at,
        is_gone=post is not None and post.deleted_at is not None,
        is_ours=post is not None and not post.incoming,
        words=mark_safe("".join(map(_marked, hit.passage))),  # noqa: S308 - each piece is escaped
        brief=_brief(() if post is None else notes.get(post.order, ()), get_language()),
        stands=_stands(matter.network, audience, *_state(matter), owner, get_language()),
    )


@lru_cache(maxsize=1024)
def _brief(chips: tuple[Chip, ...], _language: str | None) -> SafeString:
    return render_to_string("understanding/brief.html", {"chips": chips})


@lru_cache(maxsize=4096)
def _who(name: str, account: str, _language: str | None) -> SafeString:
    return render_to_string("search/who.html", {"name": name, "account": account})


@lru_cache(maxsize=4096)
def _stands(
    network: str, audience: int | None, state: str, level: str, owner: str, _language: str | None
) -> SafeString:
    where = wording.network_label(network)
    if audience is not None:
        where = f"{where} · {wording.audience_word(audience)}"
    shown = {"network": network, "where": where, "state": state, "level": level, "owner": owner}
    return render_to_string("search/stands.html", shown)


def _marked(piece: Piece) -> str:
    """Return a piece of a passage, a hit with its mark; drawn here, as a page has hundreds."""
    return f"<mark>{revealed(piece.text)}</mark>" if piece.is_hit else revealed(piece.text)


def _state(matter: Matter) -> tuple[str, str]:
    """Return how a matter stands as a word and a level."""
    if matter.from_import is not None:
        return pgettext("state", "archive"), ""
    if matter.state == State.RESOLVED:
        return pgettext("state", "resolved"), "calm"
    return _waits(get_language())[matter.waiting]


@cache
def _waits(_language: str | None) -> dict[int, tuple[str, str]]:
    return {
        Waiting.US: (_("waits for us"), "soon"),
        Waiting.DEPARTMENT: (_("waits for a department"), ""),
        Waiting.CUSTOMER: (_("waits for the customer"), ""),
        Waiting.NOBODY: (_("waits for nobody"), ""),
    }


def _seen_by(agent: int, *, role: str) -> QuerySet[Channel]:
    seen = channels_visible_to(Agent(pk=agent, role=role))
    return seen.only("network", "handle", "name").order_by("network", "handle")


_channels = prepared(_seen_by, spare=True)  # leads see all: then it does not matter who asks


def _choices(agent: Agent, filters: Filters) -> dict[str, object]:
    """Return what the filters offer to this agent."""
    channels = _channels(agent.pk, role=agent.role)
    names = {
        "all": pgettext("search in", "Everything"),
        "open": pgettext("search in", "Open"),
        "resolved": pgettext("search in", "Resolved"),
        "archive": pgettext("search in", "Archive"),
    }
    return {
        "wheres": [(name, names[name], name == filters.where) for name in IN],
        "networks": sorted({(c.network, wording.network_label(c.network)) for c in channels}),
        "channels": channels,
    }
