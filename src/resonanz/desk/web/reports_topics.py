"""The report about themes: what rises now, with posts that show it and what to do about it in one click."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from resonanz.desk import reading_posts, reading_topics, understood, wording_topics
from resonanz.desk.access import channels_visible_to, scope_of
from resonanz.desk.charts_topics import bars
from resonanz.desk.models import Agent, Brand, Role
from resonanz.desk.storage import from_ms, to_ms
from resonanz.desk.web.acting import agent_of, whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from resonanz.desk.reading_topics import Found, Theme

BINS = {1: 24, 7: 28, 30: 30}  # by days; the span's parts that are counted apart
USUAL_DAYS = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader chose."""

    days: int
    brand: int | None

    def link(self, **changed: object) -> str:
        """Return the address of the same report, something changed."""
        chosen = {"days": self.days, "brand": self.brand} | changed
        return "?" + urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True, slots=True)
class Shown:
    """A theme in words, as a picture, with its posts and where to go on."""

    title: str
    counts: str
    why: str
    since: datetime
    picture: SafeString
    begins: str
    ends: str
    bins: list[tuple[str, int]]
    terms: list[tuple[str, int, str]]
    posts: list[dict[str, object]]
    search: str
    query: str
    column: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what rises, for everybody within what they may see; `format=json` gives figures."""
    agent = agent_of(request)
    if "topics" in understood.switched_off():
        if "format" in request.GET:
            raise Http404(_("Themes are switched off"))
        off = {"answer": _("Themes are switched off"), "is_off": True, "may": agent.has_role(Role.LEAD)}
        return render(request, "reports/topics.html", off | {"area": "reports", "here": "topics"})
    brands = _brands(agent)
    asked = _asked(request, brands)
    scope = scope_of(agent)
    found = reading_topics.found_lately(timedelta(days=asked.days), timezone.now(), scope, asked.brand)
    themes = reading_topics.themes(found, scope)
    if request.GET.get("format") == "json":
        body = json.dumps([reading_topics.as_json(theme) for theme in themes], ensure_ascii=False, indent=1)
        name = 'attachment; filename="themes.json"'
        return HttpResponse(body, "application/json", headers={"Content-Disposition": name})
    context = {
        "answer": wording_topics.headline(len(themes), knows_usual=found.knows_usual),
        "basis": wording_topics.basis(
            found.posts_count, found.past_count, asked.days, all_read=found.step == found.past_step == 1
        ),
        "found": found,
        "rising": [_shown(theme, found, asked, agent) for theme in themes],
        "asked": asked,
        "spans": [(asked.link(days=n), wording_topics.span_name(n), n == asked.days) for n in BINS],
        "brands": [(asked.link(brand=one.pk), one.name, one.pk == asked.brand) for one in brands],
        "all_brands": asked.link(brand=None),
        "may_write": agent.has_role(Role.AGENT),
        "area": "reports",
        "here": "topics",
    }
    return render(request, "reports/topics.html", context)


def _brands(agent: Agent) -> list[Brand]:
    """Return the brands to choose from; none where there is only one."""
    found = Brand.objects.filter(channels__in=channels_visible_to(agent)).distinct().order_by("name")
    brands = list(found)
    return brands if len(brands) > 1 else []


def _asked(request: HttpRequest, brands: list[Brand]) -> Asked:
    days, brand = (whole_number(request.GET.get(name, "")) for name in ("days", "brand"))
    known = {one.pk for one in brands}
    return Asked(days if days in BINS else USUAL_DAYS, brand if brand in known else None)


def _shown(theme: Theme, found: Found, asked: Asked, agent: Agent) -> Shown:
    topic = theme.topic
    since = from_ms(topic.since_ms)
    counted = _bins(theme, found, asked.days)
    highest = max(range(len(counted)), key=lambda place: counted[place][1])
    began = _bin(topic.since_ms, found, asked.days)
    words = wording_topics.picture(counted[highest][1], counted[highest][0])
    usual = topic.usual / len(counted)
    reasons = {one.code: one for one in understood.reasons(active=False)}
    names = {term: wording_topics.named(form, reasons) for term, form in theme.forms.items()}
    title = [wording_topics.named(form, reasons) for form in theme.terms]
    day = timezone.localtime(since).date().isoformat()
    write = {"q": theme.expression, "name": ", ".join(title)}
    return Shown(
        title=" · ".join(title),
        counts=wording_topics.counts(topic),
        why=wording_topics.why(topic.rises[0], names[topic.rises[0].term]),
        since=since,
        picture=bars([count for _name, count in counted], usual, began, words),
        begins=counted[0][0],
        ends=counted[-1][0],
        bins=counted,
        terms=[(names[rise.term], rise.people, wording_topics.amount(rise.expected)) for rise in topic.rises],
        posts=reading_posts.shown(theme.examples, agent),
        search=f"{reverse('search')}?{urlencode({'q': theme.expression, 'from': day})}",
        query=f"{reverse('query-new')}?{urlencode(write)}",
        column=f"{reverse('query-new')}?{urlencode(write | {'for': 0})}",
    )


def _bin(at_ms: int, found: Found, days: int) -> int:
    since, until = to_ms(found.since), to_ms(found.until)
    return min(max(0, (at_ms - since) * BINS[days] // (until - since)), BINS[days] - 1)


def _bins(theme: Theme, found: Found, days: int) -> list[tuple[str, int]]:
    """Return the parts of the span by when they begin, each with how many posts of the theme it has."""
    counts = [0] * BINS[days]
    for moment in theme.topic.moments:
        counts[_bin(moment, found, days)] += 1
    width = (found.until - found.since) / BINS[days]
    return [(_name(found.since + width * place, days), count) for place, count in enumerate(counts)]


def _name(at: datetime, days: int) -> str:
    local = timezone.localtime(at)
    if days == max(BINS):
        return date_format(local, "SHORT_DATE_FORMAT")
    return date_format(local, "H:i" if days == 1 else "D H:i")
