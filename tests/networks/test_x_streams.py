"""X's streams and webhooks: what they tell becomes nudges, and a stream that breaks is taken up again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.networks import NETWORKS, Charge, Nudge, Refused, Temporary, Told, Unclear
from resonanz.networks.x_events import WANTED, Event, charges_of, events_of, nudge_of
from resonanz.networks.x_streams import ACTIVITY, FILTERED, TRIES, Backoff, Listener
from resonanz.networks.x_webhooks import crc_answer, events_in, is_from_x
from tests.networks.scripted import Say
from tests.networks.x_world import ME, Wallet, credentials, problem, running_x, sent_body

if TYPE_CHECKING:
    from tests.networks.scripted import Scripted

SECRET = {"access_token": "user", "bearer_token": "app"}
SUBSCRIBED = "GET /2/activity/subscriptions"


def said(kind: str, **payload: Any) -> dict[str, Any]:
    return {"data": {"event_uuid": "1", "event_type": kind, "filter": {"user_id": ME}, "payload": payload}}


def lines(*told: Any) -> Say:
    """A stream that says this, with heartbeats between, and ends."""
    rows = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in told]
    return Say(b"\r\n\r\n" + b"".join(row + b"\r\n\r\n" for row in rows))


def subscribed() -> Say:
    return Say({"data": [{"event_type": kind, "filter": {"user_id": ME}} for kind in WANTED]})


def listening(script: Scripted, waited: list[float], **more: Any) -> Listener:
    return Listener(credentials(script, secret=SECRET, **more), pause=waited.append)


def test_what_happens_becomes_nudges() -> None:
    told = [
        said("post.mention.create", id="5"),
        said("post.delete", id="6"),
        said("chat.received", sender_id="2002"),
        b"{broken",
        {"data": {"id": "7", "text": "a"}, "matching_rules": [{"id": "1"}]},
        said("like.create", id="8"),
        said("dm.received", direct_message_events=[{"id": "9"}]),
    ]
    with running_x() as script:
        script.routes |= {SUBSCRIBED: subscribed(), f"GET {ACTIVITY}": lines(*told)}
        found = list(islice(NETWORKS["x"].stream(credentials(script, secret=SECRET)), 6))
        tokens = {headers["authorization"] for _, path, _, headers, _ in script.seen if path == ACTIVITY}
    fresh = Nudge(fresh=("5",))
    assert found == [Nudge(), fresh, Nudge(("6",)), Nudge(sealed=("2002",)), Nudge(), Nudge()]
    assert tokens == {"Bearer app"}


def test_what_is_not_subscribed_to_yet_is() -> None:
    with running_x() as script:
        script.routes |= {
            SUBSCRIBED: Say({"data": [{"event_type": WANTED[0], "filter": {"user_id": ME}}]}),
            "POST /2/activity/subscriptions": [Say({}), Say({}, 403)],
            f"GET {ACTIVITY}": lines(),
        }
        next(listening(script, []).nudges())
        body = sent_body(script, "POST", "/2/activity/subscriptions")
        asked = [headers["authorization"] for how, path, _, headers, _ in script.seen if how == "POST"]
    assert body == {"event_type": WANTED[-1], "filter": {"user_id": ME}, "tag": "resonanz"}
    assert asked == ["Bearer user"] * (len(WANTED) - 1)


@pytest.mark.parametrize("shut", [Say({}, 403), Say({}, 404), Say({"data": []})])
def test_where_there_is_no_activity_stream_a_rule_names_us(shut: Say) -> None:
    rules = f"{FILTERED}/rules"
    with running_x() as script:
        script.routes |= {
            SUBSCRIBED: shut,
            f"GET {rules}": [
                Say({"data": [{"id": "1", "value": "from:nordwind"}]}),
                Say({"data": [{"value": "@nordwind"}]}),
            ],
            f"POST {rules}": Say({}, 201),
            f"GET {FILTERED}": lines({"data": {"id": "7", "text": "@nordwind"}}),
        }
        first = list(islice(listening(script, []).nudges(), 2))
        assert sent_body(script, "POST", rules) == {"add": [{"value": "@nordwind", "tag": "resonanz"}]}
        assert list(islice(listening(script, []).nudges(), 2)) == first == [Nudge(), Nudge()]
        assert len([1 for how, path, *_ in script.seen if (how, path) == ("POST", rules)]) == 1
        script.routes[f"GET {rules}"] = Say({}, 403)
        with pytest.raises(Refused) as refused:
            next(listening(script, []).nudges())
    assert refused.value.code == "not_allowed_here"


def test_without_the_app_s_own_key_there_is_no_stream() -> None:
    with running_x() as script, pytest.raises(Refused):
        next(NETWORKS["x"].stream(credentials(script)))


def test_a_stream_that_breaks_is_taken_up_again() -> None:
    waited: list[float] = []
    with running_x() as script:
        script.routes |= {
            SUBSCRIBED: subscribed(),
            f"GET {ACTIVITY}": [
                lines({"errors": [{"title": "operational-disconnect", "disconnect_type": "x"}]}),
                Say({}, cut=True),
                Say({}, 503),
                Say({}, 429),
                lines(said("post.create", id="1")),
                Say({}, 404),
            ],
        }
        stream = listening(script, waited).nudges()
        found = list(islice(stream, 3))
        with pytest.raises(Refused):
            next(stream)
    assert found == [Nudge(), Nudge(), Nudge()]
    assert waited == [0.25, 0.5, 20.0, 480.0, 0.25]


def test_too_many_connections_are_cleared_once() -> None:
    waited: list[float] = []
    with running_x() as script:
        crowded = Say(problem("streaming-connection", connection_issue="TooManyConnections"), 429)
        script.routes |= {SUBSCRIBED: subscribed(), f"GET {ACTIVITY}": [crowded, crowded, lines()]}
        next(listening(script, waited).nudges())
        assert len([1 for how, *_ in script.seen if how == "DELETE"]) == 1
    assert waited == [60.0, 120.0]


def test_a_stream_that_cannot_be_had_is_given_up() -> None:
    waited: list[float] = []
    with running_x() as script:
        script.routes |= {SUBSCRIBED: subscribed(), f"GET {ACTIVITY}": Say({}, 503)}
        with pytest.raises(Temporary):
            next(listening(script, waited).nudges())
        script.routes[f"GET {ACTIVITY}"] = Say({}, 402)
        with pytest.raises(Temporary) as unpaid:
            next(listening(script, waited).nudges())
        script.routes[f"GET {ACTIVITY}"] = Say({"data": 1}, 204)
        with pytest.raises(Refused):
            next(listening(script, waited).nudges())
    assert (waited[:8], len(waited)) == ([5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 320.0], TRIES - 1)
    assert unpaid.value.code == "unpaid"


def test_what_a_stream_brings_is_paid_and_ends_with_the_money() -> None:
    wallet = Wallet(limit=25_000)
    with running_x() as script:
        told = [
            said("post.mention.create", id="5"),
            said("dm.sent", id="6"),
            said("post.mention.create", id="7"),
        ]
        script.routes |= {SUBSCRIBED: subscribed(), f"GET {ACTIVITY}": lines(*told, *told[:1] * 5)}
        stream = listening(script, [], purse=wallet).nudges()
        with pytest.raises(Temporary) as spent:
            list(stream)
    assert spent.value.code == "budget_spent"
    assert (wallet.spent, wallet.held) == (20_000, {})


def test_waits_grow_as_x_asks() -> None:
    backoff, broken = Backoff(), Temporary("unreachable")
    assert [backoff.after(broken) for _ in range(3)] == [0.25, 0.5, 0.75]
    for _ in range(100):
        backoff.after(broken)
    assert backoff.after(broken) == 16.0
    assert backoff.after(Temporary("rate_limited")) == 960.0
    backoff.stood()
    assert backoff.after(Temporary("rate_limited")) == 60.0


# Events ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ({}, []),
        ([], []),
        ({"data": {}}, []),
        (said("post.create", data={"id": "5"}), [("post.create", "5")]),
        (said("post.create", id_str="5"), [("post.create", "5")]),
        ({"for_user_id": ME, "tweet_create_events": [{"id_str": "5"}]}, [("post.create", "5")]),
        ({"tweet_delete_events": [{"status": {"id": "6"}}]}, [("post.delete", "6")]),
        ({"direct_message_events": [{"id": "7"}, {"id": "8"}]}, [("dm.received", "7"), ("dm.received", "8")]),
    ],
)
def test_events_in_every_wrapping(told: object, events: list[tuple[str, str]]) -> None:
    assert [(one.kind, one.native_id) for one in events_of(told)] == events


@pytest.mark.parametrize(
    ("kind", "payload", "nudge", "price"),
    [
        ("post.mention.create", {}, Nudge(), 5_000),
        ("post.delete", {}, Nudge(), 5_000),
        ("dm.received", {}, Nudge(), 10_000),
        ("dm.sent", {}, Nudge(), 0),
        ("oauth.revoke", {}, Nudge(), 0),
        ("like.create", {}, None, 0),
        ("chat.received", {"message": {"sender_id": "3"}}, Nudge(sealed=("3",)), 10_000),
        ("chat.received", {}, Nudge(sealed=("",)), 10_000),
    ],
)
def test_what_an_event_means_and_costs(
    kind: str, payload: dict[str, Any], nudge: Nudge | None, price: int
) -> None:
    event = Event(kind, payload)
    assert nudge_of(event) == nudge
    assert sum(one.each * one.count for one in charges_of(event)) == price


def test_what_is_for_us_is_named() -> None:
    kinds = ("post.mention.create", "post.reply.create", "post.quote.create", "post.create")
    told = [nudge_of(Event(kind, {}, "5")) for kind in kinds]
    assert told == [Nudge(fresh=("5",))] * 3 + [Nudge()]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "payload", "event_type", "id", "id_str", "tweet_create_events", "status"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_event_is_read_or_passed_over(told: object) -> None:
    for event in events_in(json.dumps(told).encode()):
        nudge = nudge_of(event)
        assert nudge is None or all(isinstance(one, str) for one in nudge.native_ids + nudge.sealed)
        assert all(one.each > 0 for one in charges_of(event))


# Webhooks ----------------------------------------------------------------------------------------


def test_a_webhook_answers_x_s_question_and_checks_what_it_signed() -> None:
    digest = base64.b64encode(hmac.new(b"key", b"token", hashlib.sha256).digest()).decode()
    assert crc_answer("key", "token") == {"response_token": f"sha256={digest}"}
    body = json.dumps(said("post.mention.create", id="5")).encode()
    good = crc_answer("key", body.decode())["response_token"]
    assert is_from_x("key", body, good)
    assert [
        is_from_x(*odd) for odd in (("key", body + b" ", good), ("other", body, good), ("key", body, "ü"))
    ] == [
        False,
        False,
        False,
    ]
    assert events_in(body) == (Event("post.mention.create", {"id": "5"}, "5"),)
    hook = NETWORKS["x"].hook
    assert hook is not None
    assert hook.told(body) == (Told(Nudge(fresh=("5",)), (Charge("post", 5_000, ("5",)),)),)
    assert (hook.answer("key", "token"), hook.is_genuine("key", body, good)) == (
        {"response_token": f"sha256={digest}"},
        True,
    )
    assert NETWORKS["mastodon"].hook is None
    for broken in (b"{", b"[" * 100_000, b"\xff"):
        with pytest.raises(Unclear):
            events_in(broken)
