"""Who is told what of a post that speaks to the accounts of two teams: the hub agrees with every list."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from resonanz.desk import care, events
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.guardian import SignedIn
from resonanz.desk.live import Hub, Listener
from resonanz.desk.models import Agent, Channel, Role, Team
from tests.cast import OTTO, Desk, conversation_of, hear, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def fjord(desk: Desk) -> Channel:
    """A second channel with a team of its own, Rolf's."""
    since = desk.channel.connected_at
    channel = Channel.objects.create(
        network="mastodon", brand=desk.brand, uid="fjord", handle="fjord", connected_at=since
    )
    team = Team.objects.create(name="Fjord")
    team.channels.add(channel)
    team.agents.add(Agent.objects.create_user("rolf", first_name="Rolf", role=Role.AGENT))
    return channel


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.reader.shutdown()


def signed_in(agent: Agent) -> SignedIn:
    seen = frozenset(channels_visible_to(agent).values_list("pk", flat=True))
    return SignedIn(agent.pk, agent.shown_name, "session", seen)


def listen(hub: Hub, *agents: Agent) -> list[Listener]:
    listeners = [Listener(signed_in(agent)) for agent in agents]
    hub.listeners.update(listeners)
    return listeners


def told(listener: Listener) -> list[str]:
    kinds = []
    while not listener.chunks.empty():
        chunk = listener.chunks.get_nowait()
        assert chunk is not None
        lines = chunk.decode().splitlines()
        kinds += [json.loads(line[6:])["kind"] for line in lines if line.startswith("data: ")]
    return kinds


def pass_on(hub: Hub) -> None:
    hub._tell(hub._read(hub.cursor), None)


def test_a_second_team_that_sees_a_conversation_is_told_of_it(desk: Desk, fjord: Channel, hub: Hub) -> None:
    rolf = Agent.objects.get(username="rolf")
    hub.cursor = events.newest()
    anna, other = listen(hub, desk.anna, rolf)
    post = said("1", "@nordlicht @fjord Wer ist zuständig?")
    hear(desk.channel, post)
    talk = conversation_of(post)
    pass_on(hub)
    assert (told(anna), told(other)) == (["opened", "heard"], [])
    hear(fjord, post)  # a moment later the second channel has heard it, too
    assert talk in visible_to(rolf)
    care.note(talk, desk.anna, "Ich frage nach.")
    pass_on(hub)
    assert (told(anna), told(other)) == (["noted"], ["noted"])
    elsewhere = said("2", "Nur an euch", OTTO)
    hear(desk.channel, elsewhere)
    pass_on(hub)
    assert told(other) == []


@pytest.mark.django_db(transaction=True)
def test_a_second_team_is_seen_looking(desk: Desk, fjord: Channel, hub: Hub) -> None:
    rolf = signed_in(Agent.objects.get(username="rolf"))
    post, elsewhere = said("1", "@nordlicht @fjord Wer ist zuständig?"), said("2", "Nur an euch", OTTO)
    hear(desk.channel, post, elsewhere)
    hear(fjord, post)

    async def look(number: int) -> int:
        await hub.present(rolf, "tab", number, typing=False)
        return len(hub.present_tabs)

    seen, hidden = conversation_of(post).pk, conversation_of(elsewhere).pk
    assert asyncio.run(look(seen)) == 1
    assert asyncio.run(look(hidden)) == 0
    hub.reader.submit(connections.close_all).result()


def test_learning_asks_one_question_however_many_there_are(desk: Desk, hub: Hub) -> None:
    counted = []
    for number in range(5):
        hear(desk.channel, said(str(number), "Hallo", OTTO))
        with CaptureQueriesContext(connection) as asked:
            hub._read(0)
        counted.append(len(asked))
    assert counted == [2] * 5
