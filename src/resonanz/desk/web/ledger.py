"""The intake ledger and the quarantine: is every post here, and what lies aside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import listen, reading_ledger, spending, wording_ledger, wording_money
from resonanz.desk.models import Channel, Quarantined, Role
from resonanz.desk.models.listening import OFFLINE
from resonanz.desk.web.acting import agent_of
from resonanz.desk.web.channel_words import connect_error, health_of, limits_words, notices_of
from resonanz.desk.web.settings_people import for_role
from resonanz.desk.wording import network_label
from resonanz.desk.wording_promises import dismissal
from resonanz.networks import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from resonanz.desk.reading_ledger import Day, Missed
    from resonanz.desk.web.channel_words import Health

SPANS = (7, 30, 90)
RAW_MOST = 4_000  # characters of what lies aside that a page shows


@dataclass(frozen=True, slots=True)
class Account:
    """One channel at the head of the ledger: how it is, and how long its posts take."""

    channel: Channel
    label: str
    health: Health
    delay: str
    read_again_at: datetime | None
    can_read_again: bool
    told: tuple[str, ...]  # by its network, besides posts, and what its budget says


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's day in words."""

    day: date
    label: str
    handle: str
    seen_count: int
    cells: tuple[tuple[str, int], ...]
    reasons: str
    caught_up_count: int
    difference: int


@require_GET
@for_role(Role.AGENT)
def page(request: HttpRequest) -> HttpResponse:
    """Show what the networks showed, day by day, and what became of it."""
    agent, today = agent_of(request), timezone.localdate()
    asked = request.GET.get("days", "")
    count = int(asked) if asked in map(str, SPANS) else SPANS[0]
    channels = reading_ledger.watched(agent)
    days = reading_ledger.days(channels, count=count, today=today)
    named = reading_ledger.missed(channels, since=timezone.now() - timedelta(days=count))
    context = {
        "area": "reports",
        "here": "ledger",
        "answer": wording_ledger.answer(
            seen=sum(day.seen_count for day in days),
            gap=sum(day.difference for day in days),
            read_at=max((one.read_again_at for one in channels if one.read_again_at), default=None),
        ),
        "accounts": [_account(channel) for channel in channels],
        "names": [(wording_ledger.class_name(name), name) for name in reading_ledger.CLASSES],
        "meanings": wording_ledger.meanings()
        + [
            (wording_ledger.class_name(name), wording_ledger.class_meaning(name))
            for name in reading_ledger.CLASSES
        ],
        "lines": [_line(day) for day in days],
        "missing": _named(named, channels, here=False),
        "late": _named(named, channels, here=True),
        "gaps": [
            (gap, network_label(gap.channel.network))
            for gap in reading_ledger.gaps(channels, since=timezone.now() - timedelta(days=count))
        ],
        "spans": [(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in SPANS],
        "days": count,
        "aside_count": len(reading_ledger.quarantined(channels)),
        "may": agent.has_role(Role.LEAD),
    }
    return render(request, "reports/ledger.html", context)


def _account(channel: Channel) -> Account:
    return Account(
        channel,
        network_label(channel.network),
        health_of(channel, timezone.now()),
        wording_ledger.delay(reading_ledger.delay_of(channel)),
        channel.read_again_at,
        listen.can_read_again(channel),
        tuple(_told(channel)),
    )


def _told(channel: Channel) -> Iterator[str]:
    now = timezone.now()
    for cost in spending.costs([channel], now=now):
        yield wording_money.headline(cost)
    yield from (f"{name}: {value}" for name, value in limits_words(channel, now))
    yield from notices_of(channel, now)


def _line(day: Day) -> Line:
    said = (f"{dismissal(reason)}: {count}" for reason, count in sorted(day.reasons.items()))
    return Line(
        day.day,
        network_label(day.channel.network),
        day.channel.handle,
        day.seen_count,
        tuple(day.classes.items()),
        ", ".join(said),
        day.caught_up_count,
        day.difference,
    )


def _named(found: list[Missed], channels: list[Channel], *, here: bool) -> list[tuple[Missed, str]]:
    labels = {channel.pk: network_label(channel.network) for channel in channels}
    return [(one, labels[one.channel]) for one in found if one.is_here is here]


@require_POST
@for_role(Role.LEAD)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Read one channel again now, as soon as the worker comes to it, and fetch what is missing."""
    channel = Channel.objects.filter(pk=number).exclude(network__in=OFFLINE).first()
    if channel is None:
        raise Http404
    Channel.objects.filter(pk=channel.pk).update(
        next_read_again_at=timezone.now(), next_poll_at=timezone.now()
    )
    try:
        fetched = listen.fetch_missing(channel)
    except NetworkError as error:
        messages.error(request, connect_error(error, network_label(channel.network)))
    else:
        said = ngettext("%(n)s missing post is in now.", "%(n)s missing posts are in now.", fetched)
        checked = _("@%(handle)s is read again now; the figures follow in a moment.")
        words = [said % {"n": fetched}] if fetched else []
        messages.success(request, " ".join([*words, checked % {"handle": channel.handle}]))
    return HttpResponseRedirect(reverse("ledger"))


@require_GET
@for_role(Role.LEAD)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Show what lies aside, whole."""
    rows = reading_ledger.quarantined(reading_ledger.watched(agent_of(request)))
    shown = [
        (row, network_label(row.channel.network), wording_ledger.why_aside(row), _readable(row.raw))
        for row in rows
    ]
    return render(request, "reports/quarantine.html", {"area": "reports", "here": "ledger", "rows": shown})


def _readable(raw: str) -> str:
    try:
        said = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except ValueError:
        said = raw
    return said.encode("utf-8", "replace").decode()[:RAW_MOST]


@require_POST
@for_role(Role.LEAD)
def replay(request: HttpRequest) -> HttpResponse:
    """Try one of them again, or all."""
    agent = agent_of(request)
    rows = Quarantined.objects.filter(channel__in=reading_ledger.watched(agent)).select_related("channel")
    if number := request.POST.get("number", ""):
        rows = rows.filter(pk=int(number) if number.isdecimal() else 0)
    done = left = 0
    for row in rows.order_by("pk"):
        try:
            came_in = listen.replay(row, agent)
        except NetworkError as error:
            messages.error(request, connect_error(error, network_label(row.channel.network)))
            break
        done, left = done + came_in, left + (not came_in)
    if done:
        said = ngettext("%(n)s post came in.", "%(n)s posts came in.", done)
        messages.success(request, said % {"n": done})
    if left:
        said = ngettext("%(n)s post is still not understood.", "%(n)s posts are still not understood.", left)
        messages.warning(request, said % {"n": left})
    return HttpResponseRedirect(reverse("quarantine"))
