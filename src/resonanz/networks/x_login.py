"""Signing in on X in the browser (OAuth 2.0 with PKCE), with the app that the operator made in X's console.

Where the address of the API is X's own, the person is sent to x.com; anywhere else to the same address.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from resonanz.networks import Credentials, Login, LoginNeeded, Refused
from resonanz.networks.http import server_address
from resonanz.networks.x_door import asked_for_tokens, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE = "https://api.x.com"
AUTHORIZE = "/i/oauth2/authorize"
SCOPES = "tweet.read tweet.write users.read dm.read dm.write media.write offline.access"
_KEPT = ("client_id", "client_secret")


def begin_login(
    base_url: str, *, redirect_uri: str, simulated: bool = False, app: Mapping[str, str] | None = None
) -> Login:
    """Return where the person has to go. `app` holds `client_id`, and `client_secret` of an app that has one.

    The answer's secret holds `state`, which must come back with the code: within 30 seconds.
    `Refused` without an app, since X lets none register by itself.
    """
    base = server_address(base_url or BASE, simulated=simulated)
    kept = {key: value for key in _KEPT if (value := (app or {}).get(key, "").strip())}
    if not kept.get("client_id"):
        raise Refused("refused", reason="client_id")
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": kept["client_id"],
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    secret = kept | {"verifier": verifier, "state": state, "redirect_uri": redirect_uri}
    site = "https://x.com" if base == BASE else base
    url = f"{site}{AUTHORIZE}?{urlencode(query)}"
    return Login(url=url, base_url=base, secret=secret, simulated=simulated)


def finish_login(login: Login, code: str) -> Credentials:
    """Turn the code that came back into credentials that can be renewed.

    `LoginNeeded` with `scope_missing` if the person or the app granted less than we asked for.
    """
    app = {key: login.secret[key] for key in _KEPT if key in login.secret}
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": login.secret["redirect_uri"],
        "code_verifier": login.secret["verifier"],
        "client_id": app["client_id"],
    }
    tokens = asked_for_tokens(login.base_url, form, app, simulated=login.simulated, now=utc_now())
    granted = tokens.get("scope", "")
    if granted and not set(SCOPES.split()) <= set(granted.split()):
        raise LoginNeeded("scope_missing", granted=granted[:200])
    return Credentials(base_url=login.base_url, secret=app | tokens, simulated=login.simulated)
