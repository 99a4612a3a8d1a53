"""From a simulated network into the ledger: what is swallowed or deleted behind our back is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from resonanz.desk import listen, queries, reading_ledger
from resonanz.desk.listen import again, searches
from resonanz.desk.models import Channel, Conversation, Mention, Repost
from tests.cast import Desk
from tests.simulator.running import RunningSimulator, running_simulator

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
US = "nordlicht_hilft"


@pytest.fixture
def network(desk: Desk) -> Iterator[RunningSimulator]:
    """The desk's channel leads to a simulated network, and was read once."""
    with running_simulator() as running:
        Channel.objects.update(
            base_url=running.base_url,
            secret={"access_token": running.tokens[US]},
            simulated=True,
            uid=f"{running.base_url}/users/{US}",
        )
        running.say("ada", f"@{US} Der Anfang")
        read()
        yield running


def read() -> None:
    while listen.read_now(Channel.objects.get()):
        pass


def missing() -> list[str]:
    """Read again, read as usual, and name what is nowhere."""
    channel = Channel.objects.get()
    listen.read_again(channel)
    read()
    channel.refresh_from_db()
    return sorted(one.uri for one in listen.judge(channel))


def difference() -> int:
    days = reading_ledger.days([Channel.objects.get()], count=2, today=timezone.localdate())
    return sum(day.difference for day in days)


def test_nothing_is_missing_on_a_good_day(network: RunningSimulator) -> None:
    network.say("otto", f"@{US} Hallo?", visibility="direct")
    network.say(US, "Guten Morgen zusammen")
    read()
    assert (missing(), difference()) == ([], 0)


def test_a_mention_deleted_behind_our_back_is_one_and_named(network: RunningSimulator) -> None:
    asked = network.say("otto", f"@{US} Und mein Rad?")
    read()
    assert missing() == []
    Mention.objects.get(uri=asked["uri"]).delete()
    assert (missing(), difference()) == ([asked["uri"]], 1)


def test_a_swallowed_notification_is_one_named_and_fetched_into_its_thread(network: RunningSimulator) -> None:
    first = network.say("otto", f"@{US} Und mein Rad?")
    read()
    lost = network.say("otto", f"@{US} Hallo??", in_reply_to=first["id"])
    network.swallow(lost["id"])
    network.say("mia", f"@{US} Geöffnet?")
    read()
    network.swallow(lost["id"], on=False)
    assert (missing(), difference()) == ([lost["uri"]], 1)
    assert listen.fetch_missing(Channel.objects.get()) == 1
    assert difference() == 0
    talk = Conversation.objects.get(mentions__uri=lost["uri"])
    assert talk.mentions.filter(incoming=True).count() == 2


def test_boosts_of_our_posts_are_counted_and_seen(network: RunningSimulator) -> None:
    ours = network.say(US, "Neu: der Lastenanhänger")
    network.boost(ours["id"], "ada", "otto", "mia")
    read()
    assert Repost.objects.filter(of_uri=ours["uri"]).count() == 3
    assert missing() == []
    (day,) = reading_ledger.days([Channel.objects.get()], count=1, today=timezone.localdate())
    assert (day.classes["reposts"], day.classes["own"]) == (3, 1)


def test_a_saved_query_hears_who_does_not_speak_to_us(
    network: RunningSimulator, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "PLAN_EVERY_S", 0)
    monkeypatch.setattr(again, "INDEXED", timedelta(0))
    queries.save(desk.anna, "Nordlicht", "nordlicht fahrrad", heard=True)
    heard = network.say("mia", "Mein Nordlicht Fahrrad ist super")
    network.say("mia", "Mein Nordwind Fahrrad nicht")
    assert listen.search_next() is True
    assert list(Mention.objects.filter(conversation=None).values_list("uri", flat=True)) == [heard["uri"]]
    assert missing() == []
    (day,) = reading_ledger.days([Channel.objects.get()], count=1, today=timezone.localdate())
    assert day.classes["matched"] == 1
