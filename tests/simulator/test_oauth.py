"""Signing in with a browser, step by step, and with the official client."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from mastodon import Mastodon

from tests.simulator.conftest import DESK

if TYPE_CHECKING:
    from tests.simulator.running import RunningSimulator

CALLBACK = "http://127.0.0.1:9/zurueck"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def register(simulator: RunningSimulator) -> dict[str, Any]:
    answer = httpx.post(
        f"{simulator.base_url}/api/v1/apps",
        data={"client_name": "Resonanz", "redirect_uris": CALLBACK, "scopes": "read write:statuses"},
    )
    content: dict[str, Any] = answer.json()
    return content


def wish(app: dict[str, Any], **more: str) -> dict[str, str]:
    fields = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": CALLBACK}
    return fields | {"scope": "read write:statuses", "state": "s1", "code_challenge": CHALLENGE} | more


def allowed_code(simulator: RunningSimulator, app: dict[str, Any], **more: str) -> str:
    page = httpx.get(
        f"{simulator.base_url}/oauth/authorize", params=wish(app, **more), headers={"Accept-Language": "de"}
    )
    assert "Anmelden bei Resonanz" in page.text
    assert page.headers["content-security-policy"].count("form-action 'self' http://127.0.0.1:9;") == 1
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    account = re.findall(r'name="account" value="(\d+)"', page.text)[0]
    back = httpx.post(f"{simulator.base_url}/oauth/authorize", data=fields | {"account": account})
    assert (back.status_code, back.headers["location"].startswith(CALLBACK + "?")) == (302, True)
    query = parse_qs(urlsplit(back.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def redeem(
    simulator: RunningSimulator, app: dict[str, Any], code: str, verifier: str = VERIFIER
) -> httpx.Response:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }
    fields |= {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    return httpx.post(f"{simulator.base_url}/oauth/token", data=fields)


def test_a_person_signs_in_and_out(simulator: RunningSimulator) -> None:
    app = register(simulator)
    code = allowed_code(simulator, app)
    token = redeem(simulator, app, code).json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write:statuses")
    signed = {"Authorization": f"Bearer {token['access_token']}"}
    address = f"{simulator.base_url}/api/v1/accounts/verify_credentials"
    assert httpx.get(address, headers=signed).json()["acct"] == DESK
    posted = httpx.post(
        f"{simulator.base_url}/api/v1/statuses", headers=signed, json={"status": "Hallo"}
    ).json()
    assert posted["application"] == {"name": "Resonanz", "website": None}
    denied = httpx.patch(f"{simulator.base_url}/api/v2/notifications/policy", headers=signed, json={})
    assert (denied.status_code, denied.json()) == (
        403,
        {"error": "This action is outside the authorized scopes"},
    )
    leave = {name: app[name] for name in ("client_id", "client_secret")} | {"token": token["access_token"]}
    assert httpx.post(f"{simulator.base_url}/oauth/revoke", data=leave).json() == {}
    assert httpx.get(address, headers=signed).status_code == 401


def test_a_code_is_good_once_and_for_its_verifier_only(simulator: RunningSimulator) -> None:
    app = register(simulator)
    assert redeem(simulator, app, allowed_code(simulator, app), "w" * 64).json()["error"] == "invalid_grant"
    code = allowed_code(simulator, app)
    assert [redeem(simulator, app, code).status_code for _ in range(2)] == [200, 400]


def test_a_program_must_know_its_secret(simulator: RunningSimulator) -> None:
    answer = redeem(simulator, register(simulator) | {"client_secret": "guessed"}, "code")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_program_without_a_person_may_not_write(simulator: RunningSimulator) -> None:
    app = register(simulator)
    fields = {"grant_type": "client_credentials", "scope": "write"}
    fields |= {name: app[name] for name in ("client_id", "client_secret")}
    token = httpx.post(f"{simulator.base_url}/oauth/token", data=fields).json()["access_token"]
    answer = httpx.post(
        f"{simulator.base_url}/api/v1/statuses",
        json={"status": "Hallo"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "This method requires an authenticated user")


def test_a_person_refuses(simulator: RunningSimulator) -> None:
    fields = wish(register(simulator)) | {"account": "none"}
    del fields["state"]
    back = httpx.post(f"{simulator.base_url}/oauth/authorize", data=fields)
    assert parse_qs(urlsplit(back.headers["location"]).query) == {
        "error": ["access_denied"],
        "error_description": ["The resource owner denied the request."],
    }


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "x"}, "Client authentication failed due to unknown client"),
        ({"redirect_uri": "http://evil.example/"}, "The redirect uri included is not valid."),
        ({"response_type": "token"}, "The authorization server does not support this response type."),
        ({"scope": "admin:read"}, "The requested scope is invalid, unknown, or malformed."),
        ({"code_challenge_method": "plain"}, "The code challenge method must be S256."),
    ],
)
def test_wrong_wishes_send_nobody_anywhere(
    simulator: RunningSimulator, change: dict[str, str], error: str
) -> None:
    params = wish(register(simulator)) | change
    answer = httpx.get(f"{simulator.base_url}/oauth/authorize", params=params)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_program_without_an_address_is_given_the_code_by_hand(simulator: RunningSimulator) -> None:
    shown = "urn:ietf:wg:oauth:2.0:oob"
    app = httpx.post(
        f"{simulator.base_url}/api/v1/apps", json={"client_name": "Konsole", "redirect_uris": shown}
    ).json()
    account = httpx.get(f"{simulator.base_url}/api/v1/accounts/lookup", params={"acct": DESK}).json()["id"]
    fields = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": shown,
        "account": account,
    }
    page = httpx.post(f"{simulator.base_url}/oauth/authorize", data=fields)
    (code,) = re.findall(r"<code>([^<]+)</code>", page.text)
    redeemed = {"grant_type": "authorization_code", "code": code, "redirect_uri": shown}
    basic = (app["client_id"], app["client_secret"])
    token = httpx.post(f"{simulator.base_url}/oauth/token", data=redeemed, auth=basic).json()
    assert token["scope"] == "read"
    wrong = httpx.post(f"{simulator.base_url}/oauth/token", data={"grant_type": "password"}, auth=basic)
    assert wrong.json()["error"] == "unsupported_grant_type"


def test_nobody_takes_back_what_is_not_his(simulator: RunningSimulator) -> None:
    app = register(simulator)
    fields = {name: app[name] for name in ("client_id", "client_secret")}
    address = f"{simulator.base_url}/oauth/revoke"
    foreign = httpx.post(address, data=fields | {"token": simulator.tokens[DESK]})
    guessed = httpx.post(address, data=fields | {"client_secret": "x", "token": "y"})
    unknown = httpx.post(address, data=fields | {"token": "nobody-knows"})
    assert [a.status_code for a in (foreign, guessed, unknown)] == [403, 403, 200]


def test_a_foreign_page_cannot_answer_for_the_person(simulator: RunningSimulator) -> None:
    answer = httpx.post(
        f"{simulator.base_url}/oauth/authorize",
        data=wish(register(simulator)) | {"account": "none"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_the_official_client_signs_in(simulator: RunningSimulator) -> None:
    client_id, secret = Mastodon.create_app(
        "Prüfung", scopes=["read"], redirect_uris=CALLBACK, api_base_url=simulator.base_url
    )
    official = Mastodon(client_id=client_id, client_secret=secret, api_base_url=simulator.base_url)
    asked = parse_qs(urlsplit(official.auth_request_url(redirect_uris=CALLBACK, scopes=["read"])).query)
    fields = {name: values[0] for name, values in asked.items()}
    account = httpx.get(f"{simulator.base_url}/api/v1/accounts/lookup", params={"acct": DESK}).json()["id"]
    back = httpx.post(f"{simulator.base_url}/oauth/authorize", data=fields | {"account": account})
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    official.log_in(code=code, redirect_uri=CALLBACK, scopes=["read"])
    assert official.account_verify_credentials().acct == DESK
    assert official.app_verify_credentials().name == "Prüfung"
