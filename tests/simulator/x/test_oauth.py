"""Signing in to the simulated X: consent, codes, refresh tokens that are good once, rights, signatures."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.simulator.running import running_simulator
from tests.simulator.x.conftest import CUSTOMER, DESK, Caller, caller

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator, Steered

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://localhost:8000/back"
WISH = {
    "client_id": "simulated-x-client",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "tweet.read tweet.write users.read offline.access",
    "state": "s1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
KEYS = ("simulated-x-client", "simulated-x-secret")


def ask(simulator: RunningSimulator, **change: str) -> httpx.Response:
    return httpx.get(
        f"{simulator.base_url}/i/oauth2/authorize", params=WISH | change, headers={"Accept-Language": "de"}
    )


def code(simulator: RunningSimulator, x: Steered, who: str = DESK, **change: str) -> dict[str, list[str]]:
    """Say yes as a company, and return what comes back."""
    ids = {p.username: p.id for p in simulator._simulation.parts[0].world.memory.people.values()}
    form = WISH | change | {"account": ids.get(who, "none")}
    answer = httpx.post(f"{simulator.base_url}/i/oauth2/authorize", data=form)
    assert answer.status_code == 302
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return parse_qs(address.query)


def token(simulator: RunningSimulator, *, auth: Any = KEYS, **form: str) -> httpx.Response:
    return httpx.post(f"{simulator.base_url}/2/oauth2/token", data=form, auth=auth)


def redeemed(simulator: RunningSimulator, x: Steered, **change: str) -> dict[str, Any]:
    given = code(simulator, x, **change)["code"][0]
    answer = token(
        simulator, grant_type="authorization_code", code=given, redirect_uri=BACK, code_verifier=VERIFIER
    )
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_the_whole_way(simulator: RunningSimulator, x: Steered) -> None:
    page = ask(simulator)
    assert page.text.count("Nordlicht Haushalt") == 1
    assert page.headers["content-security-policy"].count("form-action 'self' http://localhost:8000;") == 1
    given = redeemed(simulator, x)
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("bearer", 7200, WISH["scope"])
    me = caller(simulator, given["access_token"])
    assert me.get("/2/users/me")["data"]["username"] == DESK
    me.post("/2/tweets", text="Angemeldet")
    assert me.refused("GET", "/2/dm_events")[1] == "Your token lacks the scope dm.read."
    me.http.post("/_sim/clock", json={"forward_s": 7201})
    assert me.refused("GET", "/2/users/me") == (401, "Unauthorized")
    newer = token(simulator, grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert caller(simulator, newer["access_token"]).id
    assert newer["refresh_token"] != given["refresh_token"]
    again = token(simulator, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_a_refresh_token_ends_the_access_token_it_came_with(simulator: RunningSimulator, x: Steered) -> None:
    given = redeemed(simulator, x)
    token(simulator, grant_type="refresh_token", refresh_token=given["refresh_token"])
    old = caller(simulator, given["access_token"])
    assert old.refused("GET", "/2/users/me")[0] == 401


def test_without_offline_access_there_is_no_refresh_token(simulator: RunningSimulator, x: Steered) -> None:
    given = redeemed(simulator, x, scope="tweet.read users.read")
    assert "refresh_token" not in given


def test_a_plain_challenge_and_a_public_program(simulator: RunningSimulator, x: Steered) -> None:
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    given = code(simulator, x, **plain)["code"][0]
    form = {"code": given, "redirect_uri": BACK, "code_verifier": VERIFIER, "client_id": KEYS[0]}
    assert token(simulator, auth=None, grant_type="authorization_code", **form).status_code == 200


def test_who_says_no(simulator: RunningSimulator, x: Steered) -> None:
    assert code(simulator, x, who="nobody") == {"error": ["access_denied"], "state": ["s1"]}
    assert code(simulator, x, who=CUSTOMER) == {"error": ["access_denied"], "state": ["s1"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"client_id": "other"}, "client_id is not known"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"redirect_uri": "https://away.example/x"}, "must lie on this machine"),
        ({"code_challenge": ""}, "code_challenge is missing"),
        ({"code_challenge_method": "S512"}, "no such challenge method"),
        ({"scope": "tweet.read moon.read"}, "not known: moon.read"),
    ],
)
def test_wishes_that_nobody_is_asked_about(
    simulator: RunningSimulator, change: dict[str, str], told: str
) -> None:
    answer = ask(simulator, **change)
    assert (answer.status_code, told in answer.text) == (400, True)
    refused = httpx.post(f"{simulator.base_url}/i/oauth2/authorize", data=WISH | change)
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "change", [{"code": "other"}, {"redirect_uri": BACK + "2"}, {"code_verifier": "w" * 50}, {"wait": "31"}]
)
def test_codes_that_are_not_taken(simulator: RunningSimulator, x: Steered, change: dict[str, str]) -> None:
    form = {"code": code(simulator, x)["code"][0], "redirect_uri": BACK, "code_verifier": VERIFIER} | change
    if wait := form.pop("wait", ""):
        httpx.post(f"{simulator.base_url}/_sim/clock", json={"forward_s": int(wait)})
    assert token(simulator, grant_type="authorization_code", **form).status_code == 400


def test_wrong_programs(simulator: RunningSimulator, x: Steered) -> None:
    assert (
        token(simulator, auth=("simulated-x-client", "wrong"), grant_type="refresh_token").status_code == 401
    )
    wrong = {"Authorization": "Basic ?"}
    broken = httpx.post(f"{simulator.base_url}/2/oauth2/token", headers=wrong)
    assert broken.status_code == 401
    assert token(simulator, grant_type="password").json()["error"] == "unsupported_grant_type"
    assert httpx.post(f"{simulator.base_url}/oauth2/token", auth=("a", "b")).status_code == 403


def test_taking_back(simulator: RunningSimulator, x: Steered) -> None:
    given = redeemed(simulator, x)
    address = f"{simulator.base_url}/2/oauth2/revoke"
    assert httpx.post(address, data={"token": given["access_token"]}).status_code == 401
    assert httpx.post(address, data={"token": given["access_token"]}, auth=KEYS).json() == {"revoked": True}
    assert (
        token(simulator, grant_type="refresh_token", refresh_token=given["refresh_token"]).status_code == 400
    )
    x.order("revoke", token=x.token(DESK))
    left = redeemed(simulator, x)
    x.order("revoke", token="another")
    assert caller(simulator, left["access_token"]).id


def test_the_programs_own_token(simulator: RunningSimulator, x: Steered, desk: Caller) -> None:
    keys = ("simulated-x-consumer", "simulated-x-consumer-secret")
    given = httpx.post(
        f"{simulator.base_url}/oauth2/token", auth=keys, data={"grant_type": "client_credentials"}
    )
    app = caller(simulator, given.json()["access_token"])
    assert app.refused("GET", "/2/users/me")[0] == 403
    assert desk.refused("GET", "/2/tweets/search/stream/rules")[0] == 403
    assert app.get("/2/tweets/search/stream/rules")["meta"]["result_count"] == 0
    assert caller(simulator, "").refused("GET", "/2/users/me")[0] == 401


@pytest.mark.parametrize("header", ['OAuth oauth_token="nobody"', 'OAuth realm="x"'])
def test_signatures_by_nobody(simulator: RunningSimulator, header: str) -> None:
    answer = httpx.get(f"{simulator.base_url}/2/users/me", headers={"Authorization": header})
    assert answer.status_code == 401


def test_fixed_tokens_and_fast_time() -> None:
    """A demo knows its tokens beforehand; at sixty times the speed two hours last two minutes."""
    with running_simulator(networks=("x",), tokens={DESK: "fixed"}, speed=60) as fast:
        me = caller(fast, "fixed")
        assert me.get("/2/users/me")["data"]["username"] == DESK
        assert redeemed(fast, fast.network("x"))["expires_in"] == 120
