"""The trap: private mentions by strangers are set aside until the account decides otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.simulator.conftest import CUSTOMER, DESK

if TYPE_CHECKING:
    from mastodon import Mastodon

    from tests.simulator.running import RunningSimulator

POLICY = "/api/v2/notifications/policy"


def headers(simulator: RunningSimulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.tokens[DESK]}"}


def change(simulator: RunningSimulator, **answers: str) -> httpx.Response:
    return httpx.patch(simulator.base_url + POLICY, headers=headers(simulator), json=answers)


def heard(simulator: RunningSimulator, **params: str) -> list[str]:
    answer = httpx.get(
        f"{simulator.base_url}/api/v1/notifications", params=params, headers=headers(simulator)
    )
    return [n["status"]["id"] for n in answer.json()]


def test_a_private_mention_by_a_stranger_is_set_aside(simulator: RunningSimulator, desk: Mastodon) -> None:
    private = simulator.say(CUSTOMER, f"@{DESK} Kundennummer 12", visibility="direct")["id"]
    public = simulator.say(CUSTOMER, f"@{DESK} Hallo")["id"]
    assert heard(simulator) == [public]
    assert heard(simulator, include_filtered="true") == [public, private]
    assert desk.conversations() == []
    assert httpx.get(simulator.base_url + POLICY, headers=headers(simulator)).json() == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "filter",
        "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 1, "pending_notifications_count": 1},
    }


def test_a_changed_policy_holds_from_now_on(simulator: RunningSimulator, desk: Mastodon) -> None:
    before = simulator.say(CUSTOMER, f"@{DESK} vorher", visibility="direct")["id"]
    assert change(simulator, for_private_mentions="accept").json()["for_private_mentions"] == "accept"
    after = simulator.say(CUSTOMER, f"@{DESK} nachher", visibility="direct")["id"]
    assert heard(simulator) == [after]
    (request,) = desk.notification_requests()
    assert request.last_status.id == before
    accepted = httpx.post(
        f"{simulator.base_url}/api/v1/notifications/requests/{request.id}/accept", headers=headers(simulator)
    )
    assert accepted.status_code == 200
    assert heard(simulator) == [after, before]
    assert [c.last_status.id for c in desk.conversations()] == [after, before]


def test_public_mentions_set_aside_come_back_without_a_conversation(
    simulator: RunningSimulator, desk: Mastodon
) -> None:
    change(simulator, for_not_following="filter")
    said = simulator.say(CUSTOMER, f"@{DESK} laut")["id"]
    (request,) = desk.notification_requests()
    address = f"{simulator.base_url}/api/v1/notifications/requests/{request.id}/accept"
    httpx.post(address, headers=headers(simulator))
    later = simulator.say(CUSTOMER, f"@{DESK} noch einmal")["id"]
    assert (heard(simulator), desk.conversations()) == ([later, said], [])


def test_dropped_mentions_never_existed(simulator: RunningSimulator) -> None:
    change(simulator, for_not_following="drop")
    simulator.say(CUSTOMER, f"@{DESK} hört ihr mich?")
    assert heard(simulator, include_filtered="true") == []


def test_strangers_to_the_company_can_be_set_aside(simulator: RunningSimulator) -> None:
    change(simulator, for_not_followers="filter")
    simulator.say("oezlem_k", f"@{DESK} folge euch nicht")
    follower = simulator.say(CUSTOMER, f"@{DESK} folge euch")["id"]
    assert heard(simulator) == [follower]


def test_new_accounts_can_be_set_aside(simulator: RunningSimulator) -> None:
    change(simulator, for_new_accounts="filter")
    old = simulator.say("seit_langem_da", f"@{DESK} alt", posted_at=datetime.now(UTC))["id"]
    app = simulator._simulation.mastodon
    account = app.person("ganz_neu")
    account.created_at = datetime.now(UTC) - timedelta(days=3)
    simulator.say("ganz_neu", f"@{DESK} neu")
    assert heard(simulator) == [old]


def test_an_answer_to_our_private_message_comes_through(simulator: RunningSimulator, desk: Mastodon) -> None:
    ours = desk.status_post(f"@{CUSTOMER} Ihre Nummer bitte", visibility="direct")
    theirs = simulator.say(CUSTOMER, f"@{DESK} 4711", visibility="direct", in_reply_to=ours.id)["id"]
    assert heard(simulator) == [theirs]


def test_an_old_server_has_no_policy_and_hides_nothing(simulator: RunningSimulator) -> None:
    simulator.settings(old_server=True)
    private = simulator.say(CUSTOMER, f"@{DESK} Nummer 12", visibility="direct")["id"]
    assert heard(simulator) == [private]
    assert httpx.get(simulator.base_url + POLICY, headers=headers(simulator)).status_code == 404
    assert change(simulator, for_private_mentions="accept").status_code == 404


@pytest.mark.parametrize("value", ["maybe", ""])
def test_a_policy_takes_three_words(simulator: RunningSimulator, value: str) -> None:
    assert change(simulator, for_private_mentions=value).status_code == 422
