"""Keys, signing in, signatures and refusals of X: tokens are renewed in time and never lost."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.networks import (
    NETWORKS,
    Credentials,
    LoginNeeded,
    LookUpProfile,
    NetworkError,
    Refused,
    Temporary,
    Unclear,
)
from resonanz.networks.x import X
from resonanz.networks.x_cursor import Marks, Place
from resonanz.networks.x_door import Door, read_in
from resonanz.networks.x_errors import refusal, spacing
from resonanz.networks.x_login import SCOPES
from resonanz.networks.x_prices import CALLS, has_link, price_of
from resonanz.networks.x_prices import NOW as PRICES
from resonanz.networks.x_signing import app_header, signature, signer
from tests.networks.scripted import Say
from tests.networks.x_world import ME, NOW, PEOPLE, Ring, credentials, me_answer, running_x

if TYPE_CHECKING:
    from tests.networks.scripted import Scripted

TOKEN = "POST /2/oauth2/token"
ASKED = "GET /2/users/me"


def fresh(number: int, **more: Any) -> Say:
    return Say(
        {
            "token_type": "bearer",
            "expires_in": 7200,
            "access_token": f"a{number}",
            "refresh_token": f"r{number}",
        }
        | more
    )


def secret(ends: timedelta | None, **more: str) -> dict[str, str]:
    held = {"client_id": "app", "access_token": "a0", "refresh_token": "r0"} | more
    return held | ({"expires_at": str(int((NOW + ends).timestamp()))} if ends is not None else {})


def asked_with(script: Scripted) -> list[str]:
    """Return the access tokens with which we asked who we are."""
    return [headers["authorization"] for _, path, _, headers, _ in script.seen if path == "/2/users/me"]


def forms(script: Scripted) -> list[dict[str, str]]:
    return [
        dict(parse_qsl(body.decode())) for how, path, _, _, body in script.seen if path == "/2/oauth2/token"
    ]


def who(script: Scripted, ring: Ring | None = None, **more: Any) -> X:
    return X(credentials(script, keys=ring, **more), clock=lambda: NOW)


# Renewing ----------------------------------------------------------------------------------------


def test_a_token_is_renewed_before_it_ends() -> None:
    ring = Ring(secret(timedelta(minutes=4), client_secret="s e"))
    with running_x() as script:
        script.routes[TOKEN] = fresh(1)
        who(script, ring).act(LookUpProfile())
        headers = next(headers for _, path, _, headers, _ in script.seen if path == "/2/oauth2/token")
    assert asked_with(script) == ["Bearer a1"]
    assert forms(script) == [{"grant_type": "refresh_token", "refresh_token": "r0", "client_id": "app"}]
    assert headers["authorization"] == "Basic YXBwOnMlMjBl"
    ends = str(int((NOW + timedelta(hours=2)).timestamp()))
    assert ring.secret == {
        "client_id": "app",
        "client_secret": "s e",
        "access_token": "a1",
        "refresh_token": "r1",
        "expires_at": ends,
    }


def test_a_token_that_ended_early_is_renewed_once_and_the_call_made_again() -> None:
    ring = Ring(secret(timedelta(hours=1)))
    with running_x() as script:
        script.routes |= {TOKEN: fresh(1), ASKED: [Say({}, 401), me_answer()]}
        who(script, ring).act(LookUpProfile())
        assert asked_with(script) == ["Bearer a0", "Bearer a1"]
        script.routes |= {TOKEN: fresh(2), ASKED: Say({}, 401)}
        with pytest.raises(LoginNeeded):
            who(script, ring).act(LookUpProfile())
    assert (ring.trades, len(asked_with(script))) == (2, 4)


def test_without_keys_tokens_live_in_the_connection() -> None:
    held = secret(timedelta(seconds=-1))
    with running_x() as script:
        script.routes[TOKEN] = [fresh(1), fresh(2)]
        x = who(script, secret=held)
        x.act(LookUpProfile())
        x.act(LookUpProfile())
    assert asked_with(script) == ["Bearer a1", "Bearer a1"]
    assert held["access_token"] == "a0"


def test_what_another_has_renewed_is_taken() -> None:
    ring = Ring(secret(timedelta(hours=1)))

    def stale(_query: dict[str, str]) -> Say:
        if len(asked_with(script)) == 1:
            ring.secret = ring.secret | {"access_token": "b", "refresh_token": "rb"}
            return Say({}, 401)
        return me_answer()

    with running_x() as script:
        script.routes[ASKED] = stale
        who(script, ring).act(LookUpProfile())
    assert (asked_with(script), ring.trades) == (["Bearer a0", "Bearer b"], 0)


def test_a_lost_answer_is_asked_for_once_more_with_the_same_token() -> None:
    ring = Ring(secret(timedelta(seconds=-1)))
    with running_x() as script:
        script.routes[TOKEN] = [Say({}, cut=True), fresh(1)]
        who(script, ring).act(LookUpProfile())
    assert [form["refresh_token"] for form in forms(script)] == ["r0", "r0"]
    assert ring.secret["refresh_token"] == "r1"


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (
            Say(
                {"error": "invalid_request", "error_description": "Value passed for the token was invalid."},
                400,
            ),
            LoginNeeded,
            "token_revoked",
        ),
        (Say({"error": "invalid_client"}, 401), LoginNeeded, "token_revoked"),
        (Say({}, cut=True), Temporary, "unreachable"),
        (Say({}, 503), Temporary, "unreachable"),
        (Say({}, 429), Temporary, "rate_limited"),
        (Say({"access_token": ""}), Temporary, "unreachable"),
        (Say([]), Temporary, "unreachable"),
    ],
)
def test_what_goes_wrong_with_renewing_loses_no_token(said: Say, kind: type[NetworkError], code: str) -> None:
    ring = Ring(secret(timedelta(seconds=-1)))
    with running_x() as script:
        script.routes[TOKEN] = said
        with pytest.raises(kind) as error:
            who(script, ring).act(LookUpProfile())
    assert error.value.code == code
    assert (ring.secret["refresh_token"], asked_with(script)) == ("r0", [])


def test_while_a_token_holds_an_ill_server_does_no_harm() -> None:
    ring = Ring(secret(timedelta(minutes=2)))
    with running_x() as script:
        script.routes[TOKEN] = Say({}, 500)
        who(script, ring).act(LookUpProfile())
    assert asked_with(script) == ["Bearer a0"]


@pytest.mark.parametrize("ends", ["", "soon", "9" * 30])
def test_a_token_without_a_usual_end_is_used_until_it_is_refused(ends: str) -> None:
    with running_x() as script:
        who(script, secret=secret(None, expires_at=ends)).act(LookUpProfile())
        script.routes[ASKED] = Say({}, 401)
        with pytest.raises(LoginNeeded):
            who(script, secret={"access_token": "pasted"}).act(LookUpProfile())
        with pytest.raises(LoginNeeded):
            who(script, secret={"access_token": "a token"}).act(LookUpProfile())
    assert asked_with(script) == ["Bearer a0", "Bearer pasted"]


def test_a_right_that_is_missing_is_not_renewed() -> None:
    with running_x() as script:
        script.routes[ASKED] = Say({"detail": "Missing scope users.read"}, 403)
        with pytest.raises(LoginNeeded) as missing:
            who(script, secret=secret(None)).act(LookUpProfile())
    assert (missing.value.code, forms(script)) == ("scope_missing", [])


def test_many_at_once_trade_one_token_once() -> None:
    """The keeper lets one trade at a time; X takes each refresh token once."""
    lock, used = threading.Lock(), set[str]()

    class Locked(Ring):
        def trade(self, *words: Any) -> dict[str, str]:
            with lock:
                return super().trade(*words)

    ring = Locked(secret(timedelta(seconds=-1)))

    def token(_query: dict[str, str]) -> Say:
        number = forms(script)[-1]["refresh_token"]
        if number in used:
            return Say({"error": "invalid_request"}, 400)
        used.add(number)
        return fresh(len(used), expires_in=7200)

    failed: list[NetworkError] = []

    def ask() -> None:
        try:
            who(script, ring).act(LookUpProfile())
        except NetworkError as error:
            failed.append(error)

    with running_x() as script:
        script.routes[TOKEN] = token
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (failed, ring.trades) == ([], 1)


# Signing in --------------------------------------------------------------------------------------


def test_signing_in_with_an_app_of_ones_own() -> None:
    row = NETWORKS["x"]
    app = {"client_id": " app ", "client_secret": "s", "odd": "x"}
    with running_x() as script:
        script.routes[TOKEN] = fresh(1, scope=SCOPES)
        login = row.begin_login(script.url, redirect_uri="https://desk.example/back", simulated=True, app=app)
        asked = parse_qs(urlsplit(login.url).query)
        found = row.finish_login(login, "the-code")
    assert login.url.startswith(f"{script.url}/i/oauth2/authorize?")
    assert asked["client_id"] == ["app"]
    assert asked["code_challenge_method"] == ["S256"]
    assert (asked["state"], asked["scope"]) == ([login.secret["state"]], [SCOPES])
    (form,) = forms(script)
    assert form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://desk.example/back",
        "code_verifier": login.secret["verifier"],
        "client_id": "app",
    }
    kept = dict(found.secret)
    assert int(kept.pop("expires_at")) > datetime.now(UTC).timestamp() + 7000
    assert kept == {
        "client_id": "app",
        "client_secret": "s",
        "access_token": "a1",
        "refresh_token": "r1",
        "scope": SCOPES,
    }
    assert (found.base_url, found.simulated) == (script.url, True)


def test_signing_in_goes_wrong_in_plain_words() -> None:
    row = NETWORKS["x"]
    real = row.begin_login("", redirect_uri="https://desk.example/back", app={"client_id": "app"})
    assert real.url.startswith("https://x.com/i/oauth2/authorize?")
    assert real.base_url == "https://api.x.com"
    with pytest.raises(Refused):
        row.begin_login("", redirect_uri="https://desk.example/back")
    with running_x() as script:
        login = row.begin_login(script.url, redirect_uri="x", simulated=True, app={"client_id": "app"})
        script.routes[TOKEN] = [Say({"error": "invalid_grant"}, 400), fresh(1, scope="tweet.read"), fresh(2)]
        with pytest.raises(LoginNeeded) as late:
            row.finish_login(login, "late")
        with pytest.raises(LoginNeeded) as less:
            row.finish_login(login, "less")
        assert "client_secret" not in row.finish_login(login, "good").secret
    assert (late.value.code, less.value.code) == ("token_revoked", "scope_missing")


# Signatures --------------------------------------------------------------------------------------

PASTED = {
    "consumer_key": "dpf43f3p2l4k3l03",
    "consumer_secret": "kd94hf93k423kf44",
    "access_token": "nnch734d00sl2jdk",
    "access_token_secret": "pfkkdhi9sl3r4s00",
}


def test_a_signature_as_the_standard_computes_it() -> None:
    """The example with which the standard's first edition explains itself (OAuth Core 1.0, appendix A.5)."""
    request = httpx.Request("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original")
    said = {
        "oauth_consumer_key": PASTED["consumer_key"],
        "oauth_token": PASTED["access_token"],
        "oauth_nonce": "kllo9940pd9333jh",
        "oauth_timestamp": "1191242096",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_version": "1.0",
    }
    assert signature(request, said, PASTED) == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


def test_pasted_keys_sign_every_request() -> None:
    with running_x() as script:
        who(script, secret=PASTED).act(LookUpProfile())
    (said,) = asked_with(script)
    pairs = dict(part.split("=", 1) for part in said.removeprefix("OAuth ").split(", "))
    assert pairs["oauth_token"] == '"nnch734d00sl2jdk"'
    assert pairs["oauth_timestamp"] == f'"{int(NOW.timestamp())}"'
    assert set(pairs) >= {"oauth_signature", "oauth_nonce"}


def test_keys_that_are_not_all_there_sign_nothing() -> None:
    assert signer(PASTED | {"access_token_secret": ""}, clock=lambda: 0.0) is None
    assert app_header("app", "") == {}


# Refusals ----------------------------------------------------------------------------------------

SOON = int((NOW + timedelta(minutes=9)).timestamp())
LATER = int((NOW + timedelta(hours=9)).timestamp())


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, None),
        ({"x-rate-limit-reset": str(SOON)}, 9),
        ({"Retry-After": "120"}, 2),
        (
            {
                "x-rate-limit-reset": str(SOON),
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": str(LATER),
            },
            540,
        ),
        (
            {
                "x-rate-limit-reset": str(SOON),
                "x-app-limit-24hour-remaining": "5",
                "x-app-limit-24hour-reset": str(LATER),
            },
            9,
        ),
        ({"x-rate-limit-reset": "soon"}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], minutes: int | None) -> None:
    error = refusal(429, headers, b"{}", now=NOW)
    assert error.retry_at == (None if minutes is None else NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("left", "reset", "seconds"),
    [
        ("5", str(SOON), 108),
        ("0", str(SOON), 540),
        ("300", str(SOON), 0),
        ("x", str(SOON), 0),
        ("5", "soon", 0),
        ("5", str(int(NOW.timestamp()) - 60), 0),
    ],
)
def test_how_far_apart_calls_should_be(left: str, reset: str, seconds: int) -> None:
    headers = {"x-rate-limit-remaining": left, "x-rate-limit-reset": reset}
    assert spacing(headers, NOW) == timedelta(seconds=seconds)
    assert spacing({}, NOW) == timedelta(0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", ""),
        (b"[" * 100_000, ""),
        (b"<html>", ""),
        (b"[]", ""),
        (b'{"title": "A", "detail": "B"}', "B"),
        (b'{"title": "A"}', "A"),
        (b'{"errors": [{"message": "C"}], "detail": "B"}', "C"),
        (b'{"errors": [{"detail": "D"}]}', "D"),
        (b'{"error": "e", "error_description": "F"}', "F"),
        (b'{"error": "e"}', "e"),
    ],
)
def test_the_reason_is_in_x_s_own_words(body: bytes, reason: str) -> None:
    assert refusal(400, {}, body, now=NOW).reason == reason


def test_too_many_connections_are_told_apart() -> None:
    body = json.dumps({"type": "https://api.x.com/2/problems/streaming-connection", "title": "x"}).encode()
    assert refusal(429, {}, body, now=NOW).facts == {"kind": "connections"}
    assert type(refusal(410, {}, b"", now=NOW)).__name__ == "Gone"


@given(
    st.integers(100, 599),
    st.binary(max_size=80)
    | st.builds(
        lambda x: json.dumps(x).encode(),
        st.dictionaries(
            st.sampled_from(["type", "title", "errors", "detail"]),
            st.text() | st.integers() | st.lists(st.dictionaries(st.just("type"), st.text())),
        ),
    ),
)
def test_any_refusal_is_an_error_of_ours(status: int, body: bytes) -> None:
    assert isinstance(refusal(status, {"x-rate-limit-reset": "9" * 40}, body, now=NOW), NetworkError)


# Money -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Guten Tag", False),
        ("z.B. um 8.30 Uhr, bzw. 3.5.", False),
        ("Mehr auf nordwind.example", False),  # no ending that there is
        ("Mehr auf bahn.de", True),
        ("siehe https://nordwind.example/a", True),
        ("siehe HTTPS://bahn.de", True),
        ("a." * 101 + "de", True),
        ("x" * 4097 + ".de", True),
        ("", False),
    ],
)
def test_a_link_is_what_x_takes_for_one(text: str, link: bool) -> None:
    assert has_link(text) is link
    assert price_of(text, answers=True) == (200_000 if link else 10_000)
    assert price_of(text, answers=False) == (200_000 if link else 15_000)


def test_the_price_list_has_a_day_and_every_call_a_name() -> None:
    assert PRICES.since.isoformat() == "2026-04-20"
    assert (len(CALLS), CALLS[-1]) == (len(set(CALLS)), "mentions")


@pytest.mark.parametrize(
    "answer", [None, [], {"data": 5}, {"data": {"id": 5}}, {"data": [3, {}], "includes": []}]
)
def test_odd_answers_cost_nothing(answer: object) -> None:
    assert read_in(answer) == []


def test_people_are_paid_for_as_people() -> None:
    said = {"data": [PEOPLE[ME], {"id": "1", "text": "a"}], "includes": {"posts": [{"id": "2"}]}}
    assert [(one.what, one.ids) for one in read_in(said)] == [("post", ("1", "2")), ("user", (ME,))]
    assert [(one.what, one.ids) for one in read_in(said, own=True)] == [
        ("post", ("2",)),
        ("own_post", ("1",)),
        ("user", (ME,)),
    ]


# The cursor --------------------------------------------------------------------------------------


@given(
    st.text()
    | st.sampled_from(["null", "[]", "{}", '{"x":5}', '{"x":"a","mentions":{"count":"b","mark":3}}'])
)
def test_any_cursor_is_read_or_begins_anew(cursor: str) -> None:
    marks = Marks.read(cursor)
    assert marks is None or Marks.read(marks.write()) == marks


def test_a_cursor_keeps_its_places() -> None:
    marks = Marks(mentions=Place("5", "p", "9", "7", 3), own=Place("6"), dialect="post")
    assert Marks.read(marks.write()) == marks
    assert Place("5").after([], "").done() == Place("5")


def test_a_door_of_its_own_clock() -> None:
    before = datetime.now(UTC)
    assert Door(Credentials(base_url="https://api.x.com", secret={})).now >= before
    with pytest.raises(Unclear):
        raise Unclear("bad_answer")


def test_the_row_of_x() -> None:
    row = NETWORKS["x"]
    assert (row.capabilities.label, row.capabilities.metered, row.capabilities.delivery_key) == (
        "X",
        True,
        False,
    )
    assert row.capabilities.answer_link.format(native_id="5").endswith("in_reply_to=5")
    assert (row.default_limits.unit, row.default_limits.url_length) == ("weighted", 23)
    assert [name for name, one in NETWORKS.items() if not one.reads_payloads] == ["feed"]
