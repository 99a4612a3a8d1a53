"""Desk and customer talk through the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from mastodon import (
    Mastodon,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from tests.simulator.conftest import CUSTOMER, DESK, client
from tests.simulator.running import RunningSimulator, running_simulator


def texts(simulator: RunningSimulator) -> list[str]:
    return [status["text"] for status in simulator.state()["statuses"]]


def headers(simulator: RunningSimulator, handle: str = DESK, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {simulator.tokens[handle]}", **more}


def test_instance_says_what_it_takes(simulator: RunningSimulator) -> None:
    instance = httpx.get(f"{simulator.base_url}/api/v2/instance").json()
    assert instance["configuration"]["statuses"] == {
        "max_characters": 500,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    assert instance["configuration"]["urls"] == {"streaming": simulator.base_url.replace("http", "ws")}
    assert instance["api_versions"] == {"mastodon": 4}
    simulator.settings(old_server=True)
    old = httpx.get(f"{simulator.base_url}/api/v2/instance").json()
    assert ("api_versions" in old, old["version"]) == (False, "4.2.20 (compatible; Resonanz simulator)")


def test_a_mention_is_answered_and_the_thread_holds_together(
    simulator: RunningSimulator, desk: Mastodon, customer: Mastodon
) -> None:
    asked = customer.status_post(f"@{DESK} Wo ist mein Paket?", visibility="public", language="de")
    (notice,) = desk.notifications(types=["mention"])
    assert (notice.type, notice.status.id, notice.account.acct) == ("mention", asked.id, CUSTOMER)
    answer = desk.status_post(f"@{CUSTOMER} Morgen bei Ihnen.", in_reply_to_id=asked.id, visibility="public")
    assert (answer.in_reply_to_id, answer.in_reply_to_account_id) == (asked.id, asked.account.id)
    thanks = customer.status_post(f"@{DESK} Danke!", in_reply_to_id=answer.id)
    context = desk.status_context(answer.id)
    assert [s.id for s in context.ancestors] == [asked.id]
    assert [s.id for s in context.descendants] == [thanks.id]
    assert answer.uri == f"{simulator.base_url}/users/{DESK}/statuses/{answer.id}"
    assert answer.url == f"{simulator.base_url}/@{DESK}/{answer.id}"
    assert [m.acct for m in answer.mentions] == [CUSTOMER]
    assert int(asked.id) < int(answer.id) < int(thanks.id)


def test_a_reply_without_the_handle_notifies_nobody(desk: Mastodon, customer: Mastodon) -> None:
    asked = customer.status_post(f"@{DESK} Hallo?")
    desk.status_post("Guten Tag!", in_reply_to_id=asked.id)
    assert customer.notifications() == []


@pytest.mark.parametrize("as_json", [True, False])
def test_a_delivery_key_is_good_once(simulator: RunningSimulator, as_json: bool) -> None:
    address = f"{simulator.base_url}/api/v1/statuses"
    keyed = headers(simulator, **{"Idempotency-Key": "k1"})
    body = {"status": "Nur einmal", "visibility": "unlisted"}
    first, second = (
        httpx.post(address, headers=keyed, json=body)
        if as_json
        else httpx.post(address, headers=keyed, data=body)
        for _ in range(2)
    )
    assert (first.status_code, second.status_code, second.json()["id"]) == (200, 200, first.json()["id"])
    other = httpx.post(address, headers=headers(simulator, CUSTOMER, **{"Idempotency-Key": "k1"}), json=body)
    assert other.json()["id"] != first.json()["id"]
    assert texts(simulator) == ["Nur einmal", "Nur einmal"]
    assert [(k["key"], k["repeated"]) for k in simulator.state()["keys"]] == [
        ("k1", False),
        ("k1", True),
        ("k1", False),
    ]


def test_some_servers_ignore_the_key(simulator: RunningSimulator, desk: Mastodon) -> None:
    simulator.settings(ignore_idempotency=True)
    for _ in range(2):
        desk.status_post("Doppelt", idempotency_key="k2")
    assert texts(simulator) == ["Doppelt", "Doppelt"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"status": "  "}, 422, "Validation failed: Text can't be blank"),
        ({"status": "ä" * 501}, 422, "Validation failed: Text character limit of 500 exceeded"),
        (
            {"status": "x", "visibility": "galaxy"},
            422,
            "Validation failed: Visibility is not included in the list",
        ),
        (
            {"status": "x", "in_reply_to_id": "1"},
            404,
            "The post you are trying to reply to does not appear to exist.",
        ),
    ],
)
def test_the_network_refuses_with_its_reason(
    simulator: RunningSimulator, body: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.post(f"{simulator.base_url}/api/v1/statuses", headers=headers(simulator), json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert texts(simulator) == []


def test_exactly_500_is_fine(desk: Mastodon) -> None:
    link = "https://laden.example/" + "w" * 80
    assert desk.status_post(f"{'ä' * 475}  {link}").content.startswith("<p>ää")


def test_edits_and_deletions(desk: Mastodon, customer: Mastodon) -> None:
    said = customer.status_post(f"@{DESK} flasch")
    customer.status_update(said.id, f"@{DESK} falsch")
    seen = desk.status(said.id)
    assert seen.edited_at is not None
    assert [edit.content[-10:] for edit in desk.status_history(said.id)] == ["flasch</p>", "falsch</p>"]
    assert len(desk.notifications()) == 1
    assert customer.status_source(said.id).text == f"@{DESK} falsch"
    with pytest.raises(MastodonNotFoundError):
        desk.status_delete(said.id)
    assert customer.status_delete(said.id).text == f"@{DESK} falsch"
    with pytest.raises(MastodonNotFoundError):
        desk.status(said.id)
    assert desk.notifications() == []


def test_many_statuses_are_read_at_once(simulator: RunningSimulator, desk: Mastodon) -> None:
    open_one = simulator.say(CUSTOMER, "offen")
    closed = simulator.say(CUSTOMER, "nur für Tobi @tobi_ausm_norden", visibility="direct")
    gone = simulator.say(CUSTOMER, "gleich weg")
    simulator.delete(gone["id"])
    ids = [closed["id"], open_one["id"], gone["id"]]
    answer = httpx.get(
        f"{simulator.base_url}/api/v1/statuses", params={"id[]": ids}, headers=headers(simulator)
    )
    assert [s["id"] for s in answer.json()] == [open_one["id"]]


def test_pages_of_own_statuses(simulator: RunningSimulator, desk: Mastodon) -> None:
    ids = [desk.status_post(f"Nummer {n}").id for n in range(5)]
    me = desk.account_verify_credentials().id
    address = f"{simulator.base_url}/api/v1/accounts/{me}/statuses"

    def page(**params: str) -> list[str]:
        return [s["id"] for s in httpx.get(address, params=params, headers=headers(simulator)).json()]

    assert page(limit="2") == [ids[4], ids[3]]
    assert page(limit="2", max_id=ids[3]) == [ids[2], ids[1]]
    assert page(limit="2", since_id=ids[0]) == [ids[4], ids[3]]
    assert page(limit="2", min_id=ids[0]) == [ids[2], ids[1]]
    assert page(exclude_reblogs="true") == ids[::-1]


def test_notifications_are_paged_by_links(simulator: RunningSimulator) -> None:
    said = [simulator.say(CUSTOMER, f"@{DESK} {n}")["id"] for n in range(5)]
    address: str | None = f"{simulator.base_url}/api/v1/notifications?limit=2&types[]=mention"
    pages = []
    while address:
        answer = httpx.get(address, headers=headers(simulator))
        pages.append([n["status"]["id"] for n in answer.json()])
        address = answer.links.get("next", {}).get("url")
    assert pages == [[said[4], said[3]], [said[2], said[1]], [said[0]]]
    other = httpx.get(
        f"{simulator.base_url}/api/v1/notifications", params={"types[]": "poll"}, headers=headers(simulator)
    )
    assert other.json() == []


def test_conversations_keep_private_talk_together(simulator: RunningSimulator, desk: Mastodon) -> None:
    simulator.settings(filter_private=False)
    first = simulator.say(CUSTOMER, f"@{DESK} Kundennummer 12", visibility="direct")
    second = simulator.say("tobi_ausm_norden", f"@{DESK} moin", visibility="direct")
    newest, oldest = desk.conversations()
    assert (newest.last_status.id, oldest.last_status.id) == (second["id"], first["id"])
    assert ([a.acct for a in oldest.accounts], oldest.unread) == ([CUSTOMER], True)
    answer = desk.status_post(f"@{CUSTOMER} Danke", in_reply_to_id=first["id"], visibility="direct")
    newest, _ = desk.conversations()
    assert (newest.id, newest.last_status.id, newest.unread) == (oldest.id, answer.id, False)
    (page,) = desk.conversations(limit=1)
    assert page.id == newest.id
    assert desk.conversations_read(oldest.id).unread is False
    answered = httpx.get(f"{simulator.base_url}/api/v1/conversations?limit=1", headers=headers(simulator))
    rest = httpx.get(answered.links["next"]["url"], headers=headers(simulator)).json()
    assert [c["last_status"]["id"] for c in rest] == [second["id"]]


def test_private_stays_private(simulator: RunningSimulator, desk: Mastodon) -> None:
    secret = simulator.say(CUSTOMER, "@tobi_ausm_norden unter uns", visibility="direct")
    with pytest.raises(MastodonNotFoundError):
        desk.status(secret["id"])
    assert httpx.get(f"{simulator.base_url}/api/v1/statuses/{secret['id']}").status_code == 404
    assert client(simulator, "tobi_ausm_norden").status(secret["id"]).id == secret["id"]


def test_a_late_mention_has_an_old_stamp_and_a_new_notification(
    simulator: RunningSimulator, desk: Mastodon
) -> None:
    before = simulator.say(CUSTOMER, f"@{DESK} zuerst gehört")
    stamp = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    late = simulator.say(CUSTOMER, f"@{DESK} kam spät an", posted_at=stamp)
    newest, older = desk.notifications()
    assert [newest.status.id, older.status.id] == [late["id"], before["id"]]
    assert newest.status.created_at == stamp
    assert int(late["id"]) < int(before["id"])


def test_accounts(simulator: RunningSimulator, desk: Mastodon) -> None:
    me = desk.account_verify_credentials()
    remote = desk.account_lookup("bo_karlsson@fjord.example")
    assert (me.acct, me.url) == (DESK, f"{simulator.base_url}/@{DESK}")
    assert (remote.acct, remote.uri) == (
        "bo_karlsson@fjord.example",
        "https://fjord.example/users/bo_karlsson",
    )
    assert desk.account_lookup("preisradar_bot").bot is True
    assert desk.account(me.id).id == me.id
    picture = httpx.get(me.avatar)
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    with pytest.raises(MastodonNotFoundError):
        desk.account_lookup("niemand")


def test_a_customer_posts_a_picture(simulator: RunningSimulator, desk: Mastodon) -> None:
    simulator.say(CUSTOMER, f"@{DESK} so kam es an", picture="parcel")
    (medium,) = desk.notifications()[0].status.media_attachments
    assert (medium.type, medium.meta.original.width, medium.meta.original.height) == ("image", 640, 420)
    assert httpx.get(medium.url).content[:4] == b"\x89PNG"


def test_bad_tokens(simulator: RunningSimulator, desk: Mastodon) -> None:
    simulator.revoke(simulator.tokens[DESK])
    with pytest.raises(MastodonUnauthorizedError):
        desk.notifications()
    answer = httpx.get(f"{simulator.base_url}/api/v1/notifications")
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "This method requires an authenticated user"},
    )


def test_the_request_limit(simulator: RunningSimulator, desk: Mastodon) -> None:
    free = httpx.get(f"{simulator.base_url}/api/v1/conversations", headers=headers(simulator, CUSTOMER))
    assert (free.headers["x-ratelimit-limit"], free.headers["x-ratelimit-remaining"]) == ("300", "299")
    reset = datetime.fromisoformat(free.headers["x-ratelimit-reset"])
    assert timedelta(0) < reset - datetime.now(UTC) <= timedelta(minutes=5)
    simulator.settings(rate_limit=2)
    address = f"{simulator.base_url}/api/v1/conversations"
    answers = [httpx.get(address, headers=headers(simulator)) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
    with pytest.raises(MastodonRatelimitError):
        desk.conversations()


def test_fixed_tokens_are_kept() -> None:
    with running_simulator(tokens={DESK: "fixed-token"}) as running:
        assert running.tokens[DESK] == "fixed-token"
        assert client(running, DESK).account_verify_credentials().acct == DESK


def test_orders_are_checked(simulator: RunningSimulator) -> None:
    def order(path: str, **body: object) -> tuple[int, str]:
        answer = httpx.post(f"{simulator.base_url}/_sim/{path}", json=body)
        return answer.status_code, answer.json()["error"]

    assert order("say", handle=CUSTOMER) == (422, "text is missing or no text")
    assert order("say", handle=CUSTOMER, text="x", posted_at="2026-01-01T00:00:00") == (
        422,
        "posted_at needs a time zone",
    )
    assert order("settings", filter_private=3) == (
        422,
        "filter_private is no switch of the simulator, or has a wrong value",
    )
    form = httpx.post(f"{simulator.base_url}/_sim/say", data={"handle": CUSTOMER, "text": "x"})
    assert form.status_code == 415
