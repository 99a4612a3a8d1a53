"""Crowds, boosts by others, what is swallowed, and searching."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import CUSTOMER, DESK
from tests.simulator.test_corners import answered

if TYPE_CHECKING:
    from mastodon import Mastodon

    from tests.simulator.running import RunningSimulator


def test_a_crowd_speaks_with_many_mouths(simulator: RunningSimulator, desk: Mastodon) -> None:
    ids = simulator.crowd(503, f"@{DESK} Nummer {{n}}")
    said = {s["id"]: (s["acct"], s["text"]) for s in simulator.state()["statuses"]}
    assert [said[i] for i in (ids[0], ids[499], ids[500])] == [
        ("crowd0", f"@{DESK} Nummer 1"),
        ("crowd499", f"@{DESK} Nummer 500"),
        ("crowd0", f"@{DESK} Nummer 501"),
    ]
    assert len(desk.notifications(types=["mention"], limit=80)) == 80


@pytest.mark.parametrize("count", [0, 20_001, "viele", None])
def test_a_crowd_has_a_size(simulator: RunningSimulator, count: object) -> None:
    order = {"count": count, "text": "x"}
    assert answered(simulator, "POST", "/_sim/crowd", json=order) == (
        422,
        "count must be a whole number from 1 to 20000",
    )


def test_who_is_boosted_is_told_until_it_is_taken_back(
    simulator: RunningSimulator, desk: Mastodon, customer: Mastodon
) -> None:
    said = desk.status_post("Neu im Laden")
    simulator.boost(str(said.id), "ada", "ada")
    customer.status_reblog(said.id)
    told = desk.notifications(types=["reblog"])
    assert [one.account.username for one in told] == [CUSTOMER, "ada"]
    assert {str(one.status.id) for one in told} == {str(said.id)}
    customer.status_unreblog(said.id)
    assert [one.account.username for one in desk.notifications(types=["reblog"])] == ["ada"]
    assert desk.notifications(types=["mention"]) == []


@pytest.mark.parametrize("handles", [None, "ada", ["ada", 1]])
def test_who_boosts_is_named(simulator: RunningSimulator, handles: object) -> None:
    order = {"id": "1", "handles": handles}
    assert answered(simulator, "POST", "/_sim/boost", json=order) == (
        422,
        "handles is missing or no list of texts",
    )


def test_what_is_swallowed_comes_out_again(simulator: RunningSimulator, desk: Mastodon) -> None:
    said = simulator.say("ada", f"@{DESK} Hallo?")
    simulator.swallow(said["id"])
    assert desk.notifications() == []
    simulator.swallow(said["id"], on=False)
    assert [str(one.status.id) for one in desk.notifications()] == [said["id"]]


def test_public_posts_are_found_by_words(simulator: RunningSimulator, desk: Mastodon) -> None:
    texts = ["Mein Fahrrad klemmt", "mein FAHRRAD ist weg", "Das Rad klemmt"]
    ids = [simulator.say("ada", text)["id"] for text in texts]
    simulator.say("ada", "Mein Fahrrad, geheim", visibility="unlisted")

    def found(query: str) -> set[str]:
        return {str(status.id) for status in desk.search_v2(query, result_type="statuses").statuses}

    assert found("fahrrad mein") == {ids[0], ids[1]}
    assert found('"mein fahrrad" -weg') == {ids[0]}
    assert found("klemmt") == {ids[0], ids[2]}
    assert found("toaster") == set()
