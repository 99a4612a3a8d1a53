"""Requests signed with the four keys that X's console shows (OAuth 1.0a, RFC 5849), and the header of an app.

For accounts that are connected by pasting keys. These keys do not end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def signer(
    secret: Mapping[str, str], *, clock: Callable[[], float], nonce: Callable[[], str] = secrets.token_hex
) -> Callable[[httpx.Request], httpx.Request] | None:
    """Return what signs requests with pasted keys, None where these are not all there."""
    if any(not secret.get(key) for key in KEYS):
        return None

    def sign(request: httpx.Request) -> httpx.Request:
        said = {
            "oauth_consumer_key": secret["consumer_key"],
            "oauth_nonce": nonce(),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(clock())),
            "oauth_token": secret["access_token"],
            "oauth_version": "1.0",
        }
        said["oauth_signature"] = signature(request, said, secret)
        pairs = ", ".join(f'{key}="{_escaped(value)}"' for key, value in said.items())
        request.headers["Authorization"] = f"OAuth {pairs}"
        return request

    return sign


def signature(request: httpx.Request, said: Mapping[str, str], secret: Mapping[str, str]) -> str:
    """Return a request's signature (RFC 5849, 3.4). Bodies are JSON or files here and are not signed.

    The host is the header's, for the address itself may be the number that was looked up.
    """
    params = [*said.items(), *request.url.params.multi_items()]
    pairs = sorted((_escaped(key), _escaped(value)) for key, value in params)
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    where = f"{request.url.scheme}://{request.headers['Host'].lower()}{path}"
    base = "&".join(
        _escaped(part) for part in (request.method, where, "&".join("=".join(pair) for pair in pairs))
    )
    key = f"{_escaped(secret['consumer_secret'])}&{_escaped(secret['access_token_secret'])}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def app_header(client_id: str, client_secret: str) -> dict[str, str]:
    """Return how an app with a secret names itself; nothing for an app without one."""
    if not client_secret:
        return {}
    pair = f"{_escaped(client_id)}:{_escaped(client_secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
