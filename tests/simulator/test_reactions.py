"""Favourites and boosts: once is enough, both can be taken back, and both are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError

from tests.simulator.conftest import CUSTOMER, DESK, client

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator


def reactions(simulator: RunningSimulator) -> tuple[list[str], list[str]]:
    (status,) = simulator.state()["statuses"]
    return status["favourites"], status["boosts"]


def test_a_repeat_changes_nothing(simulator: RunningSimulator, desk: Mastodon) -> None:
    praise = simulator.say(CUSTOMER, f"@{DESK} Super Service!")["id"]
    for _ in range(2):
        assert desk.status_favourite(praise).favourites_count == 1
        boost = desk.status_reblog(praise)
        assert (boost.reblog.id, boost.reblog.reblogs_count, boost.account.acct) == (praise, 1, DESK)
        assert boost.id != praise
    assert reactions(simulator) == ([DESK], [DESK])
    seen = desk.status(praise)
    assert (seen.favourited, seen.reblogged) == (True, True)
    others = client(simulator, "oezlem_k").status(praise)
    assert (others.favourited, others.reblogged, others.favourites_count) == (False, False, 1)
    for _ in range(2):
        assert desk.status_unfavourite(praise).favourites_count == 0
        assert desk.status_unreblog(praise).reblogs_count == 0
    assert reactions(simulator) == ([], [])


def test_private_posts_are_not_boosted(simulator: RunningSimulator, desk: Mastodon) -> None:
    private = simulator.say(CUSTOMER, f"@{DESK} Danke!", visibility="direct")["id"]
    with pytest.raises(MastodonAPIError, match="This action is not allowed"):
        desk.status_reblog(private)
    desk.status_favourite(private)
    assert reactions(simulator) == ([DESK], [])
    with pytest.raises(MastodonNotFoundError):
        client(simulator, "oezlem_k").status_favourite(private)


def test_pages_say_who_reacted(simulator: RunningSimulator, desk: Mastodon) -> None:
    praise = simulator.say(CUSTOMER, f"@{DESK} Super Service!")["id"]
    version = httpx.get(f"{simulator.base_url}/timeline.json").json()["version"]
    desk.status_favourite(praise)
    desk.status_reblog(praise)
    news = httpx.get(f"{simulator.base_url}/timeline.json?version={version}").json()["html"]
    assert news.count('<span class="liked">★ Nordlicht Haushalt</span>') == 1
    assert news.count('<span class="boosted">boosted by Nordlicht Haushalt</span>') == 1


def test_a_lost_answer_is_no_lost_reaction(simulator: RunningSimulator, desk: Mastodon) -> None:
    praise = simulator.say(CUSTOMER, f"@{DESK} Super Service!")["id"]
    simulator.fault("status_after", method="POST", path_prefix="/api/v1/statuses/", status=502)
    with pytest.raises(MastodonAPIError):
        desk.status_favourite(praise)
    assert reactions(simulator) == ([DESK], [])
