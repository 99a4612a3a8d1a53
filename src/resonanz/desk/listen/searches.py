"""Searching the networks for the saved queries: who speaks of us without speaking to us.

A network's search finds more than a query means, or in other words; each post is asked again here, and what
does not fit is let be. What fits is stored, and is nobody's conversation unless it speaks to us.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from resonanz.desk.crashpoints import crash_point
from resonanz.desk.finding import tree_of
from resonanz.desk.health import failed, open_network
from resonanz.desk.intake import Arrival
from resonanz.desk.listen.quarantine import put_aside
from resonanz.desk.listen.reading import store_each
from resonanz.desk.models import Channel, Query, StandingSearch
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.spellings import meant
from resonanz.desk.understood import without_notes
from resonanz.networks import NETWORKS, LoginNeeded, NetworkError
from resonanz.post import Sighting, Unread
from resonanz.query import SEARCHES, Node, compiled, said_of, satisfies

log = logging.getLogger("resonanz.listen")
EVERY = timedelta(minutes=2)
EACH_S = 6  # seconds for each query of a channel: with many, each comes up less often
LEASE = timedelta(minutes=5)
REFUSED_FOR = timedelta(hours=6)
PLAN_EVERY_S = 5
_planned = -PLAN_EVERY_S * 1.0


def search_next() -> bool:
    """Search one channel's network for one query; True if one was due."""
    now = timezone.now()
    _plan(now)
    wanted = StandingSearch.objects.filter(query__heard=True, query__dropped_at=None)
    due = wanted.filter(next_at__lte=now, channel__state=ChannelState.OK)
    search = due.select_related("channel", "query").order_by("next_at").first()
    if search is None or not _claim(search, now):
        return False
    try:
        found, unread, cursors = _find(search)
    except NetworkError as error:
        _failed(search, error)
        return True
    crash_point("listen.searched")
    _take_in(search, found, unread, cursors)
    return True


def finds(
    channel: Channel, query: Query, cursors: Mapping[str, str]
) -> tuple[list[Sighting], list[Unread], dict[str, str]]:
    """Return what a network finds that fits a query, what could not be understood, and the new cursors.

    A cursor belongs to a search as the network is asked; without one everything is found that it still shows.
    NetworkError as the network raises it.
    """
    tree = meant(tree_of(query))
    network = open_network(channel)
    found: dict[str, Sighting] = {}
    unread: list[Unread] = []
    kept: dict[str, str] = {}
    for asked in compiled(tree, channel.network).searches:
        page = network.search(asked, cursors.get(asked, ""))
        found |= {one.native_id: one for one in page.sightings if _fits(tree, one)}
        unread += page.unread
        kept[asked] = page.cursor
    return list(found.values()), unread, kept


def _fits(tree: Node, sighting: Sighting) -> bool:
    """Whether a post is what a query asks for, as far as can be told before anything is noted about it."""
    known = without_notes(tree)
    return sighting.addressed or known is None or satisfies(known, said_of(sighting.post))


def can_search(channel: Channel) -> bool:
    """Whether a channel's network can be searched for queries."""
    known = NETWORKS.get(channel.network)
    return known is not None and known.capabilities.search and channel.network in SEARCHES


def _plan(now: datetime) -> None:
    """Write down the searches that are missing: a new query, a new channel."""
    global _planned  # noqa: PLW0603 - when this process looked last concerns nobody else
    if time.monotonic() < _planned + PLAN_EVERY_S:
        return
    _planned = time.monotonic()
    queries = list(Query.objects.filter(heard=True).values_list("pk", flat=True))
    if not queries:
        return
    channels = [one.pk for one in Channel.objects.filter(state=ChannelState.OK) if can_search(one)]
    known = set(StandingSearch.objects.values_list("channel", "query"))
    missing = [(channel, query) for channel in channels for query in queries if (channel, query) not in known]
    StandingSearch.objects.bulk_create(
        [StandingSearch(channel_id=channel, query_id=query, next_at=now) for channel, query in missing],
        ignore_conflicts=True,
    )


def _claim(search: StandingSearch, now: datetime) -> bool:
    known = StandingSearch.objects.filter(pk=search.pk, next_at=search.next_at)
    return bool(known.update(next_at=now + LEASE))


def _find(search: StandingSearch) -> tuple[list[Sighting], list[Unread], dict[str, str]]:
    return finds(search.channel, search.query, json.loads(search.cursor) if search.cursor else {})


def _take_in(
    search: StandingSearch, found: Sequence[Sighting], unread: Sequence[Unread], cursors: dict[str, str]
) -> None:
    """Store what fits and move the cursor behind it, in one transaction.

    A query that was changed or dropped meanwhile has no such search any more: then the finds are stored, for
    they are true, and no cursor moves.
    """
    now = timezone.now()
    count = StandingSearch.objects.filter(channel=search.channel_id).count()
    wait = max(EVERY, timedelta(seconds=EACH_S * count))
    with transaction.atomic():
        added = store_each(search.channel, found, Arrival(heard_at=now, backfill=True)).added_count
        put_aside(search.channel, unread, now)
        StandingSearch.objects.filter(pk=search.pk).update(
            cursor=json.dumps(cursors),
            next_at=now + wait,
            searched_at=now,
            found_count=F("found_count") + added,
            error_code="",
            error_reason="",
        )


def _failed(search: StandingSearch, error: NetworkError) -> None:
    """Remember why a search brought nothing, and when to try again."""
    now = timezone.now()
    if isinstance(error, LoginNeeded):
        failed(search.channel, error, now)
    wait = REFUSED_FOR if error.permanent else LEASE
    StandingSearch.objects.filter(pk=search.pk).update(
        error_code=error.code, error_reason=error.reason[:500], next_at=max(error.retry_at or now, now + wait)
    )
    log.info("channel %s: query %s: %s", search.channel_id, search.query_id, error)
