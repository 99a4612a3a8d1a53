"""Private messages on the simulated X: who may write to whom, in which conversation, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.x.conftest import CUSTOMER, DESK, Caller

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator, Steered


def test_whoever_wrote_may_be_answered(simulator: RunningSimulator, x: Steered, desk: Caller) -> None:
    world = simulator._simulation.parts[0].world
    person = world.person_called(CUSTOMER)
    person.open_to_messages = False
    path = f"/2/dm_conversations/with/{person.id}/messages"
    assert desk.refused("POST", path, json={"text": "Hallo?"}) == (
        403,
        "You cannot send messages to this user.",
    )
    x.say(CUSTOMER, "Hallo!", private=True)
    talk = desk.post(path, text="Guten Tag")["data"]["dm_conversation_id"]
    assert talk == "-".join(sorted((desk.id, person.id), key=int))
    x.say("oezlem_k", "Ich auch", private=True)
    texts = [m["text"] for m in desk.get(f"/2/dm_conversations/{talk}/dm_events")["data"]]
    assert texts == ["Guten Tag", "Hallo!"]
    assert len(desk.get("/2/dm_events")["data"]) == 3
    assert [(p["handle"], p["to"]) for p in x.state()["posts"]][:2] == [(CUSTOMER, DESK), (DESK, CUSTOMER)]


def test_to_whom_somebody_writes_in_private(x: Steered, desk: Caller) -> None:
    public = desk.post("/2/tweets", text="Heute neu")["data"]["id"]
    werks = "nordlicht_werks"
    x.say(CUSTOMER, "An euch", private=True)
    x.say(CUSTOMER, f"@{werks} an die Werkstatt", private=True)
    x.say("oezlem_k", "Zu eurem Beitrag", private=True, in_reply_to=public)
    asked = x.say(CUSTOMER, "Ausdrücklich", private=True, to=werks)["id"]
    x.say(CUSTOMER, "Nachtrag", private=True, in_reply_to=asked)
    assert [p["to"] for p in x.state()["posts"] if p["private"]] == [DESK, werks, DESK, werks, werks]


def test_wrong_messages(x: Steered, desk: Caller) -> None:
    them = x.say(CUSTOMER, "Hallo!", private=True)["sender_id"]
    path = f"/2/dm_conversations/with/{them}/messages"
    two = [{"media_id": "1"}, {"media_id": "2"}]
    for body in ({"text": ""}, {"text": 7}, {"text": "x", "attachments": two}, {"attachments": two[:1]}):
        assert desk.refused("POST", path, json=body)[0] == 400
    assert desk.refused("POST", "/2/dm_conversations/with/77/messages", json={"text": "x"})[0] == 400
    assert desk.refused("POST", f"/2/dm_conversations/with/{desk.id}/messages", json={"text": "x"})[0] == 400
    assert desk.refused("POST", "/2/dm_conversations/1-2/messages", json={"text": "x"})[0] == 403
    assert x.refused("say", handle=CUSTOMER, text=" ", private=True).status_code == 422


@pytest.mark.parametrize("query", [{}, {"expansions": "sender_id"}])
def test_messages_end_after_thirty_days(x: Steered, desk: Caller, query: dict[str, str]) -> None:
    secret = x.say(CUSTOMER, "Hallo!", private=True)["id"]
    assert desk.get(f"/2/dm_events/{secret}", **query)["data"]["text"] == "Hallo!"
    desk.http.post("/_sim/clock", json={"forward_s": 31 * 86_400})
    assert desk.get("/2/dm_events") == {"meta": {"result_count": 0}}
    assert desk.get(f"/2/dm_events/{secret}")["errors"][0]["resource_type"] == "dm_event"


def test_pages_and_taking_away(x: Steered, desk: Caller) -> None:
    ids = [x.say(CUSTOMER, str(n), private=True)["id"] for n in range(3)][::-1]
    first = desk.get("/2/dm_events", max_results=2)
    second = desk.get("/2/dm_events", max_results=2, pagination_token=first["meta"]["next_token"])
    assert [m["id"] for page in (first, second) for m in page["data"]] == ids
    assert desk.http.delete(f"/2/dm_events/{ids[0]}").json() == {"data": {"deleted": False}}
    x.order("delete", id=ids[0])
    assert [m["id"] for m in desk.get("/2/dm_events")["data"]] == ids[1:]
