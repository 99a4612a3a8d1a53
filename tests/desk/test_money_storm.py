"""Ten thousand posts on the simulated X and a budget that ends in the middle: nothing overrun, nothing lost.

The connector, the purse and the tables are the desk's own; what calls cost is counted by the desk and, by its
own list of prices, by the network.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, cast

import pytest

from resonanz.desk import channels, listen, queries, spending
from resonanz.desk.models import Budget, Channel, Gap, Mention, Reservation, StandingSearch
from resonanz.desk.models.listening import ChannelState
from resonanz.networks import Credentials
from tests.desk.web.client import signed_in
from tests.simulator.running import running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Desk
    from tests.simulator.running import RunningSimulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
US = "nordlicht_hilft"
MENTIONS, HITS, MESSAGES = 700, 7_300, 2_000  # X shows the latest 800 mentions
ALL = MENTIONS + HITS + MESSAGES
PEOPLE = 50
BUDGETS = (1, 5, 20)
MICRO = 1_000_000


class Storm:
    """A channel on an X where so much was said, and how far the desk has heard it."""

    def __init__(self, running: RunningSimulator, desk: Desk) -> None:
        self.desk = desk
        self.part = cast("Any", running.part("x"))
        self.part.turn("rate_limits", False)
        token = running.network("x").token(US)
        credentials = Credentials(base_url=running.base_url, secret={"access_token": token}, simulated=True)
        application = channels.Application(network="x", brand=desk.brand, credentials=credentials)
        Channel.objects.update(state=ChannelState.PAUSED)  # those of the cast, on another network
        self.channel = channels.connect(application)
        queries.save(desk.clara, "Toner", "toner", heard=True)
        self.read()
        self.search()
        self.ids = [self._said(number) for number in range(ALL)]

    def _said(self, number: int) -> str:
        order: dict[str, Any] = {"handle": f"wer_{number % PEOPLE}", "text": f"@{US} Frage {number}"}
        if number >= MENTIONS:
            order["text"] = f"Der Toner ist leer, Nummer {number}"
        if number >= MENTIONS + HITS:
            order |= {"text": f"Unter uns, Nummer {number}", "private": True}
        return str(self.part.say(order)["id"])

    def read(self) -> None:
        """Read what is said to us, page by page, until there is no more or no money for it."""
        while listen.read_now(self.channel):
            pass
        self.channel = Channel.objects.get(pk=self.channel.pk)

    def search(self) -> str:
        """Search for the query as often as it brings something; returns why not any more."""
        before = -1
        while before < (before := self.count()):
            StandingSearch.objects.filter(channel=self.channel).update(next_at=0)
            assert listen.search_next()
        return StandingSearch.objects.values_list("error_code", flat=True).get(channel=self.channel)

    def count(self) -> int:
        return Mention.objects.filter(sightings__channel=self.channel).count()

    def heard(self) -> list[str]:
        """Return the network's ids of all that is stored, each as often as it is."""
        told = Mention.objects.filter(sightings__channel=self.channel).values_list("uri", flat=True)
        return sorted(re.split("[/#]", uri)[-1] for uri in told)

    @property
    def spent_there(self) -> int:
        return int(self.part.facts()["spent"])

    @property
    def spent_here(self) -> int:
        assert not Reservation.objects.exists()
        return Budget.objects.get(channel=self.channel).spent

    def page(self, name: str) -> str:
        address = f"/settings/channels/{name}"
        return unescape(signed_in(self.desk.clara).get(address).content.decode())


@pytest.fixture
def storm(desk: Desk) -> Iterator[Storm]:
    with running_simulator(networks=("x",), speed=900) as running:  # its quarters of an hour last a second
        yield Storm(running, desk)


def test_ten_thousand_posts_overrun_no_budget_and_are_all_there_in_the_end(storm: Storm) -> None:
    for budget in BUDGETS:
        spending.allow(storm.channel, budget, by=storm.desk.clara)
        assert storm.search() == "budget_spent"
        heard, page = storm.count(), storm.page(f"{storm.channel.pk}/money/")
        if budget == BUDGETS[0]:
            assert "Stopped: saved queries. What is said to us still arrives, and answers" in page
        storm.read()
        assert storm.count() > heard
        assert storm.channel.error_code == "budget_spent"
        assert "Nothing is read any more" in storm.page(f"{storm.channel.pk}/money/")
        assert "The budget of this month is spent" in storm.page("")
        assert 0.7 * budget * MICRO < storm.spent_there <= storm.spent_here <= budget * MICRO
        assert storm.count() < ALL
    spending.allow(storm.channel, None, by=storm.desk.clara)
    assert storm.search() == ""
    storm.read()
    assert storm.heard() == sorted(storm.ids)
    assert storm.spent_there <= storm.spent_here
    assert not Gap.objects.exists()
