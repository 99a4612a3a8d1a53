"""Mastodon's ways in beside the door: signing in, the live stream, and asking a server about itself.

What is read and written once inside is in `mastodon.py`, which offers these functions as its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from resonanz.networks import Credentials, Gone, Login, LoginNeeded, Nudge, Refused, Unclear
from resonanz.networks.answers import demand, entity, part_of, text_of
from resonanz.networks.http import Client, server_address
from resonanz.networks.mastodon_posts import Instance, instance_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCOPES = (
    "read:accounts read:statuses read:notifications read:search "
    "write:statuses write:media write:favourites write:notifications write:conversations"
)


def ask_instance(client: Client) -> Instance:
    """Ask the server about itself: the newer form, the older, else what is usual."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        try:
            return instance_from(entity(client.get(path).json, "instance"), host=client.host)
        except (Gone, Refused):
            continue
        except Unclear as error:
            if error.code not in {"server_error", "bad_answer"}:
                raise
    return Instance(domain=client.host)


def begin_login(
    base_url: str, *, redirect_uri: str, simulated: bool = False, app: Mapping[str, str] | None = None
) -> Login:
    """Register with the server ("apps", OAuth with PKCE S256) and return where the person has to go.

    An `app` that somebody made before is not needed: every server registers one.

    The answer's secret holds `state`, which must come back with the code. `Refused` with
    `not_this_network` if the server does not speak this API, or none is named by the address.
    """
    del app
    base = server_address(base_url, simulated=simulated)
    form = {"client_name": "Resonanz", "redirect_uris": redirect_uri, "scopes": SCOPES}
    try:
        answer = Client(base, simulated=simulated).send("POST", "/api/v1/apps", form=form).json
        registered = entity(answer, "app")
        secret = {key: demand(registered, key) for key in ("client_id", "client_secret")}
    except (Gone, Unclear) as error:
        if error.code not in {"gone", "bad_answer"}:
            raise
        raise Refused("not_this_network", address=base) from error
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": secret["client_id"],
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    secret |= {"verifier": verifier, "state": state, "redirect_uri": redirect_uri}
    url = f"{base}/oauth/authorize?{urlencode(query)}"
    return Login(url=url, base_url=base, secret=secret, simulated=simulated)


def finish_login(login: Login, code: str) -> Credentials:
    """Turn the code that came back into credentials; the tokens do not expire by themselves.

    `LoginNeeded` with `scope_missing` if the person or the server granted less than we asked for.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": login.secret["client_id"],
        "client_secret": login.secret["client_secret"],
        "redirect_uri": login.secret["redirect_uri"],
        "code_verifier": login.secret["verifier"],
        "scope": SCOPES,
    }
    client = Client(login.base_url, simulated=login.simulated)
    token = entity(client.send("POST", "/oauth/token", form=form).json, "token")
    granted = text_of(token, "scope")
    if granted and not _covers(granted):
        raise LoginNeeded("scope_missing", granted=granted[:200])
    secret = {key: login.secret[key] for key in ("client_id", "client_secret")}
    secret["access_token"] = demand(token, "access_token")
    return Credentials(base_url=login.base_url, secret=secret, simulated=login.simulated)


def _covers(granted: str) -> bool:
    """Tell whether scopes contain ours; a broad one such as `read` contains its parts."""
    given = set(granted.split())
    return all(scope in given or scope.partition(":")[0] in given for scope in SCOPES.split())


def stream(credentials: Credentials) -> Iterator[Nudge]:
    """Yield a nudge when the stream stands and whenever something happened.

    There is no replay: what came while nobody listened is found by reading. `Refused` with
    `not_allowed_here` where the server has no stream; `Temporary` when it breaks.
    """
    token, simulated = credentials.secret.get("access_token", ""), credentials.simulated
    client = Client(credentials.base_url, token=token, simulated=simulated)
    account = entity(client.get("/api/v1/accounts/verify_credentials").json, "account")
    account_id = demand(account, "id")
    address = ask_instance(client).streaming.replace("ws", "http", 1) or credentials.base_url
    source = Client(address, token=token, simulated=simulated)
    try:
        for event, payload in source.events("/api/v1/streaming/user"):
            nudge = nudge_from(event, payload, account_id)
            if nudge is not None:
                yield nudge
    except Gone as error:
        raise Refused("not_allowed_here", reason=error.reason) from error


def nudge_from(event: str, payload: str, account_id: str) -> Nudge | None:
    """Read an event ("Streaming API"). Of the home timeline only our own posts matter."""
    if event in {"open", "notification", "conversation"}:
        return Nudge()
    if event == "delete":
        return Nudge((payload.strip(),))
    if event not in {"update", "status.update", "status_update"}:
        return None
    status = _decoded(payload)
    if event == "update":
        return Nudge() if text_of(part_of(status, "account"), "id") == account_id else None
    native_id = text_of(status, "id")
    return Nudge((native_id,)) if native_id else None


def _decoded(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None
