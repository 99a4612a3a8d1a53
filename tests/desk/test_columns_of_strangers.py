"""Who is told what of fresh posts: each browser hears of its own teams' posts only, whatever it shows.

Who comes back is told of all that came meanwhile, and of nothing else.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from resonanz.desk import columns, events, live, streams
from resonanz.desk.finding import ANYWHERE
from resonanz.desk.guardian import SignedIn
from resonanz.desk.listen import withdraw
from resonanz.desk.live import Hub, Listener
from resonanz.desk.models import Agent, Channel, Mention, Role, StreamKind, Team
from resonanz.desk.shapes import Shape
from tests.cast import MIA, OTTO, SERVER, Desk, hear, said

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
ALL = {1: Shape(None, ANYWHERE)}  # a column that shows whatever there is


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.reader.shutdown()


@pytest.fixture
def rolf(desk: Desk) -> Agent:
    """Who cares for another account."""
    channel = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="fjord", handle="fjord", connected_at=NOW
    )
    team = Team.objects.create(name="Fjord")
    team.channels.add(channel)
    agent = Agent.objects.create_user("rolf", role=Role.AGENT)
    team.agents.add(agent)
    return agent


class Browser:
    """Somebody's browser, which shows every post there is."""

    def __init__(self, hub: Hub, agent: Agent, teams: Channel | None) -> None:
        channels = None if agent.has_role(Role.LEAD) else frozenset([teams.pk] if teams else [])
        self.agent = SignedIn(agent.pk, agent.username, agent.username, channels)
        self.listener = Listener(self.agent)
        hub.listeners.add(self.listener)
        hub.columns.show(self.agent, "page", 1, ALL)

    def told(self, name: str) -> list[str]:
        """Return all posts that it was told of since: `columns` or `gone`."""
        found: list[str] = []
        while not self.listener.chunks.empty():
            chunk = self.listener.chunks.get_nowait() or b""
            for line in chunk.decode().splitlines():
                said = json.loads(line[6:]) if line.startswith("data: ") else {}
                found += said.get("gone", []) if name == "gone" else said.get("columns", {}).get("1", [])
        return found


@pytest.fixture
def browsers(hub: Hub, desk: Desk, rolf: Agent) -> dict[str, Browser]:
    fjord = Channel.objects.get(uid="fjord")
    whose = {desk.anna: desk.channel, rolf: fjord, desk.clara: None}
    emil = Agent.objects.create_user("emil", role=Role.AGENT)  # of no team
    hub.cursor = events.newest()
    return {agent.username: Browser(hub, agent, at) for agent, at in (*whose.items(), (emil, None))}


def pass_on(hub: Hub) -> None:
    told = hub._read(hub.cursor)
    hub._tell(told, hub.columns.sort(told, hub.columns.look()))


def told(browsers: dict[str, Browser], name: str = "columns") -> dict[str, list[str]]:
    return {who: browser.told(name) for who, browser in browsers.items()}


def order_of(name: str) -> str:
    return str(Mention.objects.get(uri=f"{SERVER}/statuses/{name}").order)


def test_a_fresh_post_comes_to_who_may_see_it(hub: Hub, desk: Desk, browsers: dict[str, Browser]) -> None:
    hear(desk.channel, said("1", "Wo ist mein Paket?"))
    pass_on(hub)
    first = [order_of("1")]
    assert told(browsers) == {"anna": first, "rolf": [], "clara": first, "emil": []}
    hear(Channel.objects.get(uid="fjord"), said("2", "Und meines?", OTTO))
    pass_on(hub)
    second = [order_of("2")]
    assert told(browsers) == {"anna": [], "rolf": second, "clara": second, "emil": []}


def test_what_a_channel_only_heard_comes_to_who_cares_for_it(
    hub: Hub, desk: Desk, browsers: dict[str, Browser]
) -> None:
    hear(desk.channel, said("1", "Nordlicht ist teuer", MIA, addressed=False))
    pass_on(hub)
    heard = [order_of("1")]
    assert told(browsers) == {"anna": heard, "rolf": [], "clara": heard, "emil": []}


def test_a_post_that_is_gone_is_told_to_who_may_see_it(
    hub: Hub, desk: Desk, browsers: dict[str, Browser]
) -> None:
    hear(desk.channel, said("1", "Wo ist mein Paket?"))
    pass_on(hub)
    gone = [order_of("1")]
    told(browsers)
    withdraw(desk.channel, ["1"], NOW)
    pass_on(hub)
    assert told(browsers, "gone") == {"anna": gone, "rolf": [], "clara": gone, "emil": []}


def test_how_often_it_was_passed_on_is_told_to_who_may_see_it(
    hub: Hub, desk: Desk, browsers: dict[str, Browser]
) -> None:
    hear(desk.channel, said("1", "Wo ist mein Paket?"))
    hub._read(hub.cursor)
    counted = hub.columns.count([int(order_of("1"))], hub.columns.look())
    heard = {who: bool(counted.said(browser.agent, hub)) for who, browser in browsers.items()}
    assert heard == {"anna": True, "rolf": False, "clara": True, "emil": False}


def test_the_pulse_counts_only_what_somebody_may_see(desk: Desk, rolf: Agent) -> None:
    hear(desk.channel, said("1", "Wo ist mein Paket?", at=NOW - timedelta(minutes=5)))
    tab = streams.add_tab(desk.anna, "Probe")
    stream = streams.add(desk.anna, tab, streams.Wanted(StreamKind.MENTIONS, ""))
    assert (columns.pulse(desk.anna, stream).day_count, columns.pulse(rolf, stream).day_count) == (1, 0)


# Coming back -------------------------------------------------------------------------------------


def events_of(listener: Listener) -> list[str]:
    """Return the kinds of the events that it was told of, `columns` and `reload` among them."""
    kinds: list[str] = []
    while not listener.chunks.empty():
        lines = (listener.chunks.get_nowait() or b"").decode().splitlines()
        for name, line in itertools.pairwise(lines):
            if name.startswith("event: ") and line.startswith("data: "):
                kinds.append(json.loads(line[6:]).get("kind", name[7:]))
    return kinds


async def come_back(hub: Hub, browser: Browser, last: int) -> list[str]:
    """Join again with the last event that it knows of; return what it is told."""
    listener = hub.join(browser.agent, last)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # what it asks for
    hub.leave(listener)
    return events_of(listener)


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_is_told_every_event_of_theirs_since(
    hub: Hub, desk: Desk, browsers: dict[str, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hub.cursor
    hear(desk.channel, said("1", "Wo ist mein Paket?"))
    hear(desk.channel, said("2", "Nordlicht ist teuer", MIA, addressed=False))
    hear(desk.channel, said("3", "Und meines?", OTTO))
    hub.cursor = events.newest()

    def told_since(who: str, last: int) -> list[str]:
        return asyncio.run(come_back(hub, browsers[who], last))

    assert told_since("anna", before) == told_since("clara", before) == ["opened", "heard"] * 2
    assert told_since("rolf", before) == told_since("emil", before) == []
    assert told_since("anna", hub.cursor - 1) == ["heard"]
    assert told_since("anna", hub.cursor) == []
    monkeypatch.setattr(live, "CATCH_UP_MOST", 3)
    assert told_since("anna", before) == ["reload"]
    hub.reader.submit(connections.close_all).result()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_comes_back_is_told_every_post_of_its_columns_since(
    hub: Hub, desk: Desk, browsers: dict[str, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = streams.add_tab(desk.clara, "Alle")
    streams.share(desk.clara, tab, shared=True)
    stream = streams.add(desk.clara, tab, streams.Wanted(StreamKind.MENTIONS, ""))
    before = events.newest()
    hear(desk.channel, said("1", "Wo ist mein Paket?"))
    hear(desk.channel, said("2", "Und meines?", OTTO))
    hub.cursor = events.newest()

    def told_since(who: str, last: int) -> list[str]:
        browser = browsers[who]
        asyncio.run(hub.show(browser.agent, "page", tab.pk, [stream.pk], last))
        chunks = browser.listener.chunks
        lines = b"".join(chunks.get_nowait() or b"" for _ in range(chunks.qsize()))
        said = [json.loads(line[6:]) for line in lines.decode().splitlines() if line.startswith("data: ")]
        assert lines.count(b"id: ") == len(said)  # so that the browser knows where to go on
        return ["reload" for one in said if one.get("reload")] or [
            order for one in said for order in one["columns"][str(stream.pk)]
        ]

    both = [order_of("1"), order_of("2")]
    assert told_since("anna", before) == told_since("clara", before) == both
    assert told_since("rolf", before) == told_since("emil", before) == []
    assert told_since("anna", hub.cursor - 1) == both[1:]
    assert told_since("anna", hub.cursor) == []
    monkeypatch.setattr(live, "CATCH_UP_MOST", 3)
    assert told_since("anna", before) == ["reload"]
    hub.reader.submit(connections.close_all).result()
