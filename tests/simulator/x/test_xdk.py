"""The official client, written by the network's makers, works with the simulated X: `xdk` 0.10.6."""

from __future__ import annotations

import base64
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.x.conftest import CUSTOMER, DESK

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its models shadow names of their base
    import xdk
    from xdk.oauth1_auth import OAuth1

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import RunningSimulator, Steered

FIELDS = {
    "post_fields": ["created_at", "conversation_id", "public_metrics", "lang"],
    "expansions": ["author_id", "referenced_posts"],
}


def plain(answer: Any) -> dict[str, Any]:
    """Return a model's values."""
    values: dict[str, Any] = answer.model_dump(exclude_none=True)
    return values


@pytest.fixture
def client(simulator: RunningSimulator, x: Steered) -> Iterator[Any]:
    x.order("settings", spelling="post")
    made = xdk.Client(base_url=simulator.base_url, access_token=x.token(DESK))
    yield made
    made.session.close()


def test_a_day_with_the_official_client(client: Any, x: Steered) -> None:
    me = plain(client.users.get_me(user_fields=["created_at", "public_metrics"]))["data"]
    assert (me["username"], me["name"]) == (DESK, "Nordlicht Haushalt")

    asked = x.say(CUSTOMER, f"@{DESK} Wo ist mein Paket?")["id"]
    pages = list(client.users.get_mentions(me["id"], max_results=5, **FIELDS))
    assert [p["text"] for p in plain(pages[0])["data"]] == [f"@{DESK} Wo ist mein Paket?"]
    assert [u["username"] for u in plain(pages[0])["includes"]["users"]] == [CUSTOMER]

    reply = client.posts.create({"text": "Wir sehen nach.", "reply": {"in_reply_to_tweet_id": asked}})
    said = plain(reply)["data"]
    assert said["text"] == f"@{CUSTOMER} Wir sehen nach."
    looked = plain(client.posts.get_by_id(said["id"], **FIELDS))
    assert looked["data"]["referenced_posts"] == [{"type": "replied_to", "id": asked}]
    assert looked["data"]["conversation_id"] == asked

    found = list(client.posts.search_recent("paket", max_results=10))
    assert [p["id"] for page in found for p in plain(page).get("data", [])] == [asked]

    several = plain(client.posts.get_by_ids([asked, "1"]))
    assert [p["id"] for p in several["data"]] == [asked]
    assert [e["value"] for e in several["errors"]] == ["1"]

    assert plain(client.posts.delete(said["id"]))["data"] == {"deleted": True}
    assert x.texts() == [f"@{DESK} Wo ist mein Paket?"]


def test_private_messages(client: Any, x: Steered) -> None:
    secret = x.say(CUSTOMER, "Kundennummer 4711", private=True)
    sent = client.direct_messages.create_by_participant_id(secret["sender_id"], {"text": "Danke, notiert."})
    events = [e for page in client.direct_messages.get_events(max_results=10) for e in plain(page)["data"]]
    assert [(e["id"], e["text"]) for e in events] == [
        (plain(sent)["data"]["dm_event_id"], "Danke, notiert."),
        (secret["id"], "Kundennummer 4711"),
    ]


def test_a_picture_in_pieces(client: Any, x: Steered) -> None:
    content = b"\x89PNG" + bytes(range(200))
    begun = client.media.initialize_upload(
        {"media_category": "tweet_image", "media_type": "image/png", "total_bytes": len(content)}
    )
    media_id = plain(begun)["data"]["id"]
    for place, start in enumerate(range(0, len(content), 100)):
        piece = base64.b64encode(content[start : start + 100]).decode()
        client.media.append_upload(media_id, {"media": piece, "segment_index": place})
    assert plain(client.media.finalize_upload(media_id))["data"]["size"] == len(content)
    client.media.create_metadata({"id": media_id, "metadata": {"alt_text": {"text": "Ein Muster"}}})
    client.posts.create({"text": "Bild", "media": {"media_ids": [media_id]}})
    assert x.state()["posts"][-1]["media"] == [{"alt": "Ein Muster", "bytes": len(content)}]


def test_signed_calls(simulator: RunningSimulator, x: Steered) -> None:
    """The client's own OAuth 1.0a signature is taken, a wrong one is not."""
    keys = x.state()
    token = x.token(DESK)
    secret = next(p["token_secret"] for p in keys["people"] if p["handle"] == DESK)
    for given, worked in ((secret, True), ("wrong", False)):
        auth = OAuth1(
            api_key=keys["consumer_key"],
            api_secret=keys["consumer_secret"],
            access_token=token,
            access_token_secret=given,
            callback="http://localhost",
        )
        client = xdk.Client(base_url=simulator.base_url, auth=auth)
        try:
            said = plain(client.posts.create({"text": "Unterschrieben"}))["data"]["text"]
        except Exception as error:  # noqa: BLE001 – whatever the client raises for 401
            said = str(error.response.status_code)  # type: ignore[attr-defined]
        client.session.close()
        assert said == ("Unterschrieben" if worked else "401")
