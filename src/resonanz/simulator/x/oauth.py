"""Signing in to the simulated X: OAuth 2.0 with PKCE, refresh tokens good for once, OAuth 1.0a signatures.

After docs.x.com ("OAuth 2.0 Authorization Code Flow with PKCE"), RFC 6749, RFC 7636 and RFC 5849. One
program is known, with fixed keys; its return address has to lie on this machine. Codes live in memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from resonanz.simulator import pages
from resonanz.simulator.asking import Params, read_params
from resonanz.simulator.wording import WORDS, language
from resonanz.simulator.x.problems import unauthorized
from resonanz.simulator.x.records import Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from resonanz.simulator.x.network import Network
    from resonanz.simulator.x.records import Person

CODE_LIVES_S = 30.0
CLIENT_ID = "simulated-x-client"
CLIENT_SECRET = "simulated-x-secret"  # noqa: S105 – of a network that is made up
CONSUMER_KEY = "simulated-x-consumer"
CONSUMER_SECRET = "simulated-x-consumer-secret"  # noqa: S105 – as above
SCOPES = frozenset(
    "tweet.read tweet.write tweet.moderate.write users.email users.read follows.read follows.write "
    "offline.access space.read mute.read mute.write like.read like.write list.read list.write block.read "
    "block.write bookmark.read bookmark.write dm.read dm.write media.write timeline.read".split()
)
KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code on its way from the person's browser to the program. Good once, for thirty seconds."""

    redirect_uri: str
    person_id: str
    scopes: str
    challenge: str
    method: str
    made_at: datetime


class OAuthError(Exception):
    """An error as RFC 6749 wants it: HTTP status, code, sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence

    def answer(self) -> Response:
        """Write the error."""
        body = {"error": self.code, "error_description": self.sentence}
        return JSONResponse(body, status_code=self.status)


# a person says yes


def _fault(params: Params) -> str:
    """Return what is wrong with a program's wish, "" where a person may be asked."""
    target = urlsplit(params.text("redirect_uri"))
    unknown = set(params.text("scope").split()) - SCOPES
    checks = (
        (params.text("client_id") != CLIENT_ID, "this client_id is not known"),
        (params.text("response_type") != "code", "response_type must be code"),
        (target.hostname not in ("localhost", "127.0.0.1", "::1"), "redirect_uri must lie on this machine"),
        (not params.text("code_challenge"), "code_challenge is missing"),
        (params.text("code_challenge_method", "plain") not in ("S256", "plain"), "no such challenge method"),
        (not params.text("scope") or bool(unknown), f"scope is missing or not known: {' '.join(unknown)}"),
    )
    return next((sentence for wrong, sentence in checks if wrong), "")


def ask_person(net: Network, request: Request, params: Params) -> Response:
    """`GET /i/oauth2/authorize`: the page on which a person chooses an account."""
    if fault := _fault(params):
        return pages.page(
            request, "X", f'<main class="card"><h1>X</h1><p>{escape(fault)}</p></main>', status=400
        )
    words = WORDS[language(request)]
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(params.text(name))}">'
        for name in KEPT
        if name in params
    )
    companies = [p for p in net.world.memory.people.values() if p.company]
    choices = "".join(_choice(p, first=not place) for place, p in enumerate(companies))
    target = urlsplit(params.text("redirect_uri"))
    title = words["consent"].format(app="Resonanz")
    body = (
        f'<main class="card"><h1>{title}</h1><p>{words["consent_hint"].format(app="Resonanz")}</p>'
        f'<form method="post" action="/i/oauth2/authorize">{hidden}<fieldset>{choices}</fieldset>'
        f'<p class="go"><button name="account" value="none">{words["consent_no"]}</button>'
        f'<button class="main">{words["consent_go"]}</button></p></form></main>'
    )
    return pages.page(request, title, body, allowed_origin=f"{target.scheme}://{target.netloc}")


def _choice(person: Person, *, first: bool) -> str:
    checked = " checked" if first else ""
    face = f'<img class="face" src="/x/faces/{person.id}.png" alt="" width="40" height="40">'
    return (
        f'<label class="choice account"><input type="radio" name="account" value="{person.id}"{checked}>'
        f"{face}<span>{escape(person.name)} <small>@{escape(person.username)}</small></span></label>"
    )


def person_answers(net: Network, request: Request, params: Params) -> Response:
    """`POST /i/oauth2/authorize`: send the person back with a code, or with a refusal."""
    pages.refuse_foreign_forms(request)
    if _fault(params):
        return ask_person(net, request, params)
    person = net.world.memory.people.get(params.text("account"))
    redirect = params.text("redirect_uri")
    if person is None or not person.company:
        answer = {"error": "access_denied"}
    else:
        code = secrets.token_urlsafe(24)
        method = params.text("code_challenge_method", "plain")
        scopes, challenge = params.text("scope"), params.text("code_challenge")
        net.codes[code] = Code(redirect, person.id, scopes, challenge, method, net.world.clock())
        answer = {"code": code}
    answer |= {"state": params.text("state")} if "state" in params else {}
    joint = "&" if urlsplit(redirect).query else "?"
    return RedirectResponse(f"{redirect}{joint}{urlencode(answer)}", status_code=302)


# tokens


async def give_token(net: Network, request: Request) -> Response:
    """`POST /2/oauth2/token`: for a code, or for a refresh token, which is then worth nothing any more."""
    params = await read_params(request)
    try:
        _client(request, params)
        with net.world.lock:
            grant = params.text("grant_type")
            if grant == "authorization_code":
                return _answer(net, *_redeem(net, params))
            if grant == "refresh_token":
                return _answer(net, *_trade(net, params))
        raise OAuthError(400, "unsupported_grant_type", "There is no such grant type.")
    except OAuthError as error:
        return error.answer()


def _client(request: Request, params: Params) -> None:
    """Check the program's keys. Without a secret it is a public one, which X allows too."""
    client_id, secret = params.text("client_id"), params.text("client_secret", CLIENT_SECRET)
    basic = request.headers.get("authorization", "")
    if basic.lower().startswith("basic "):
        try:
            decoded = base64.b64decode(basic[6:], validate=True).decode(errors="replace")
        except binascii.Error:
            decoded = ""
        client_id, _, secret = (unquote(part) for part in decoded.partition(":"))
    if client_id != CLIENT_ID or secret != CLIENT_SECRET:
        raise OAuthError(401, "unauthorized_client", "Missing valid authorization header")


def _redeem(net: Network, params: Params) -> tuple[str, str]:
    code = net.codes.pop(params.text("code"), None)
    proof = params.text("code_verifier")
    if code is not None and code.method == "S256":
        proof = base64.urlsafe_b64encode(hashlib.sha256(proof.encode()).digest()).decode().rstrip("=")
    late = code is not None and net.world.clock() - code.made_at > timedelta(seconds=CODE_LIVES_S)
    if code is None or late or code.redirect_uri != params.text("redirect_uri") or proof != code.challenge:
        raise OAuthError(400, "invalid_request", "Value passed for the authorization code was invalid.")
    return code.person_id, code.scopes


def _trade(net: Network, params: Params) -> tuple[str, str]:
    known = net.world.memory.refreshes.pop(params.text("refresh_token"), None)
    if known is None:
        raise OAuthError(400, "invalid_request", "Value passed for the token was invalid.")
    net.world.memory.tokens.pop(known.token, None)
    return known.person_id, known.scopes


def _answer(net: Network, person_id: str, scopes: str) -> Response:
    lasts = max(1, round(net.lasting(net.switches.token_s)))
    ends_at = net.world.clock() + timedelta(seconds=lasts)
    refresh = secrets.token_urlsafe(32) if "offline.access" in scopes.split() else ""
    token = Token(secrets.token_urlsafe(32), person_id, scopes, CLIENT_ID, ends_at, refresh)
    net.world.memory.tokens[token.token] = token
    body = {"token_type": "bearer", "expires_in": lasts, "access_token": token.token, "scope": scopes}
    if refresh:
        net.world.memory.refreshes[refresh] = token
        body["refresh_token"] = refresh
    return JSONResponse(body)


async def revoke(net: Network, request: Request) -> Response:
    """`POST /2/oauth2/revoke`."""
    params = await read_params(request)
    try:
        _client(request, params)
    except OAuthError as error:
        return error.answer()
    net.revoke(params.text("token"))
    return JSONResponse({"revoked": True})


async def give_app_token(net: Network, request: Request) -> Response:
    """`POST /oauth2/token`: the program's own token, for its consumer key and secret."""
    wanted = base64.b64encode(f"{CONSUMER_KEY}:{CONSUMER_SECRET}".encode()).decode()
    if request.headers.get("authorization", "") != f"Basic {wanted}":
        errors = [{"code": 99, "message": "Unable to verify your credentials"}]
        return JSONResponse({"errors": errors}, status_code=403)
    return JSONResponse({"token_type": "bearer", "access_token": net.app_token})


# OAuth 1.0a


def token_secret(token: str) -> str:
    """Return the secret that belongs to a person's token when calls are signed."""
    return hashlib.sha256(f"secret:{token}".encode()).hexdigest()[:40]


def signed_token(net: Network, request: Request) -> Token:
    """Return the token of a signed call without a form. Raises `Problem` 401 for a wrong signature."""
    header = request.headers["authorization"][6:]
    pairs = [part.strip().partition("=") for part in header.split(",")]
    given = {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}
    signature = given.pop("oauth_signature", "")
    given.pop("realm", None)
    token = net.world.memory.tokens.get(given.get("oauth_token", ""))
    signed = [*given.items(), *request.query_params.multi_items()]
    if token is None or given.get("oauth_consumer_key") != CONSUMER_KEY:
        raise unauthorized()
    expected = _signature(
        request.method, str(request.url.replace(query="")), signed, token_secret(token.token)
    )
    if not hmac.compare_digest(expected, signature):
        raise unauthorized()
    return token


def _signature(method: str, address: str, signed: Iterable[tuple[str, str]], secret: str) -> str:
    listed = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in signed)
    together = "&".join(f"{name}={value}" for name, value in listed)
    base = "&".join(quote(part, safe="~") for part in (method.upper(), address, together))
    key = f"{quote(CONSUMER_SECRET, safe='~')}&{quote(secret, safe='~')}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
