"""Signing in: programs register, a person chooses an account, the program gets a token.

Written after the Mastodon documentation, "OAuth API methods", and RFC 7636 (PKCE, S256). The page
that a person sees is drawn in `pages.py`. Codes live in memory and die with a restart.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from resonanz.simulator import pages
from resonanz.simulator.asking import Params, bearer, read_params, token_of
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.records import App, Token
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request

CODE_LIVES = timedelta(minutes=10)
KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
SHOWN_CODE = "urn:ietf:wg:oauth:2.0:oob"  # the program has no address: the code is shown to the person


@dataclass(frozen=True, slots=True)
class Code:
    """A code on its way from the person's browser to the program. Good once."""

    client_id: str
    redirect_uri: str
    account_id: str
    scopes: str
    challenge: str
    made_at: datetime


class OAuthError(Exception):
    """An error of the token endpoints: HTTP status, code and sentence as RFC 6749 wants them."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence

    def answer(self) -> Response:
        """Write the error."""
        content = {"error": self.code, "error_description": self.sentence}
        return JSONResponse(content, status_code=self.status)


async def register_app(request: Request) -> Response:
    """`POST /api/v1/apps`."""
    sim, params = network_of(request), await read_params(request)
    redirects = [uri for value in params.many("redirect_uris") for uri in value.split()]
    if not params.text("client_name") or not redirects:
        raise Rejected(422, "Validation failed: Application name can't be blank, Redirect URI can't be blank")
    app = App(
        client_id=secrets.token_urlsafe(32),
        client_secret=secrets.token_urlsafe(32),
        name=params.text("client_name"),
        redirect_uris=redirects,
        scopes=params.text("scopes") or "read",
        website=params.text("website"),
    )
    with sim.world.lock:
        sim.world.memory.apps[app.client_id] = app
    return JSONResponse(sim.entities.app(app, secret=True))


async def verify_app(request: Request) -> Response:
    """`GET /api/v1/apps/verify_credentials`."""
    sim = network_of(request)
    token = token_of(request, sim.world)
    app = sim.world.memory.apps.get(token.client_id) if token else None
    if app is None:
        raise Rejected(401, "The access token is invalid")
    return JSONResponse(sim.entities.app(app, secret=False))


def _wish(sim: Simulator, params: Params) -> App:
    """Check what a program asks a person for; raise `Rejected` 400 where nobody could be sent back."""
    app = sim.world.memory.apps.get(params.text("client_id"))
    if app is None:
        raise Rejected(400, "Client authentication failed due to unknown client")
    if params.text("redirect_uri") not in app.redirect_uris:
        raise Rejected(400, "The redirect uri included is not valid.")
    if params.text("response_type") != "code":
        raise Rejected(400, "The authorization server does not support this response type.")
    if params.text("code_challenge_method", "S256") != "S256":
        raise Rejected(400, "The code challenge method must be S256.")
    known = set(app.scopes.split())
    asked = params.text("scope", "read").split()
    if any(scope not in known and scope.partition(":")[0] not in known for scope in asked):
        raise Rejected(400, "The requested scope is invalid, unknown, or malformed.")
    return app


async def ask_person(request: Request) -> Response:
    """`GET /oauth/authorize`: the page on which a person chooses an account."""
    sim, params = network_of(request), await read_params(request)
    app = _wish(sim, params)
    kept = {name: params.text(name) for name in KEPT if name in params}
    accounts = [a for a in sim.world.memory.accounts.values() if a.company]
    target = urlsplit(params.text("redirect_uri"))
    origin = f"{target.scheme}://{target.netloc}" if target.scheme in ("http", "https") else ""
    return pages.consent(request, app=app, accounts=accounts, kept=kept, allowed_origin=origin)


async def person_answers(request: Request) -> Response:
    """`POST /oauth/authorize`: send the person back with a code, or with a refusal."""
    sim, params = network_of(request), await read_params(request)
    pages.refuse_foreign_forms(request)
    app = _wish(sim, params)
    redirect = params.text("redirect_uri")
    account = sim.world.memory.accounts.get(params.text("account"))
    if account is None or not account.company:
        answer = {"error": "access_denied", "error_description": "The resource owner denied the request."}
    else:
        code = secrets.token_urlsafe(24)
        sim.codes[code] = Code(
            client_id=app.client_id,
            redirect_uri=redirect,
            account_id=account.id,
            scopes=params.text("scope", "read"),
            challenge=params.text("code_challenge"),
            made_at=sim.world.clock(),
        )
        answer = {"code": code}
    if redirect == SHOWN_CODE:
        return pages.shown_code(request, answer.get("code", answer.get("error", "")))
    if "state" in params:
        answer["state"] = params.text("state")
    joint = "&" if urlsplit(redirect).query else "?"
    return RedirectResponse(f"{redirect}{joint}{urlencode(answer)}", status_code=302)


def _client(sim: Simulator, request: Request, params: Params) -> App:
    client_id, secret = params.text("client_id"), params.text("client_secret")
    basic = request.headers.get("authorization", "")
    if basic.lower().startswith("basic "):
        decoded = base64.b64decode(basic[6:]).decode(errors="replace")
        client_id, _, secret = decoded.partition(":")
    app = sim.world.memory.apps.get(client_id)
    if app is None or not secrets.compare_digest(app.client_secret, secret):
        raise OAuthError(401, "invalid_client", "Client authentication failed.")
    return app


def _redeem(sim: Simulator, app: App, params: Params) -> Code:
    code = sim.codes.pop(params.text("code"), None)
    verifier = params.text("code_verifier")
    proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    if (
        code is None
        or (code.client_id, code.redirect_uri) != (app.client_id, params.text("redirect_uri"))
        or sim.world.clock() - code.made_at > CODE_LIVES
        or (code.challenge and proof != code.challenge)
    ):
        raise OAuthError(
            400, "invalid_grant", "The provided authorization grant is invalid, expired, or revoked."
        )
    return code


async def give_token(request: Request) -> Response:
    """`POST /oauth/token`: for a code, or for the program itself."""
    sim, params = network_of(request), await read_params(request)
    try:
        app = _client(sim, request, params)
        grant = params.text("grant_type")
        if grant == "authorization_code":
            code = _redeem(sim, app, params)
            account_id, scopes = code.account_id, code.scopes
        elif grant == "client_credentials":
            account_id, scopes = "", params.text("scope", "read")
        else:
            raise OAuthError(400, "unsupported_grant_type", "The authorization grant type is not supported.")
    except OAuthError as error:
        return error.answer()
    with sim.world.lock:
        token = Token(secrets.token_urlsafe(32), account_id, scopes, sim.world.clock(), app.client_id)
        sim.world.memory.tokens[token.token] = token
    return JSONResponse(sim.entities.token(token))


async def revoke(request: Request) -> Response:
    """`POST /oauth/revoke`: take a token back; its streams end."""
    sim, params = network_of(request), await read_params(request)
    try:
        app = _client(sim, request, params)
    except OAuthError:
        return OAuthError(403, "unauthorized_client", "You are not authorized to revoke this token").answer()
    token = sim.world.memory.tokens.get(params.text("token") or bearer(request))
    if token is not None and token.client_id != app.client_id:
        return OAuthError(403, "unauthorized_client", "You are not authorized to revoke this token").answer()
    if token is not None:
        sim.take_back(token.token)
    return JSONResponse({})
