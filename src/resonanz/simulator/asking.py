"""What a request asks for: its parameters, whoever asks, and one page of a list.

Shared by the rooms that speak HTTP; knows no endpoint.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from resonanz.simulator.world import Rejected, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from resonanz.simulator.records import Account, Token

T = TypeVar("T")


class Params:
    """Parameters by name, from the address and from a form or JSON body alike."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.removesuffix("[]"), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Return the last value of the name."""
        return self._values.get(name, [default])[-1]

    def many(self, name: str) -> list[str]:
        """Return all values of `name` and `name[]`."""
        return self._values.get(name, [])

    def flag(self, name: str) -> bool:
        """Whether the value says yes, as the network reads it."""
        return self.text(name).lower() in ("true", "1", "on", "t")

    def number(self, name: str, default: int, top: int) -> int:
        """Return a whole number between 1 and `top`; `default` for anything unreadable."""
        value = self.text(name)
        return max(1, min(int(value), top)) if value.isdigit() else default


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bool):
                pairs.append((name, "true" if item else "false"))
            elif item is not None:
                pairs.append((name, str(item)))
    return pairs


async def read_params(request: Request) -> Params:
    """Read the parameters of a request. Raises `Rejected` 400 for a body that is not what it says."""
    pairs = list(request.query_params.multi_items())
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json") and body:
        try:
            values = json.loads(body)
        except ValueError as error:
            raise Rejected(400, "The body is not JSON") from error
        if not isinstance(values, dict):
            raise Rejected(400, "The body is not a JSON object")
        pairs += _pairs(values)
    elif body:
        pairs += parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return Params(pairs)


def bearer(request: Request) -> str:
    """Return the access token of a request, from its header or its address."""
    header = request.headers.get("authorization", "")
    return (
        header[7:].strip()
        if header.lower().startswith("bearer ")
        else request.query_params.get("access_token", "")
    )


def token_of(request: Request, world: World) -> Token | None:
    """Return the valid token of a request, None without any. Raises `Rejected` 401 for a bad one."""
    secret = bearer(request)
    if not secret:
        return None
    token = world.memory.tokens.get(secret)
    if token is None:
        raise Rejected(401, "The access token is invalid")
    return token


def viewer(request: Request, world: World) -> Account | None:
    """Return whoever asks, None for anybody."""
    token = token_of(request, world)
    return world.memory.accounts.get(token.account_id) if token else None


def signed_in(request: Request, world: World, scope: str) -> Account:
    """Return whoever asks with the right `scope`. Raises `Rejected` 401 without, 403 for too little."""
    token = token_of(request, world)
    if token is None or not token.account_id:
        raise Rejected(401, "This method requires an authenticated user")
    granted = token.scopes.split()
    if scope not in granted and scope.partition(":")[0] not in granted:
        raise Rejected(403, "This action is outside the authorized scopes")
    return world.memory.accounts[token.account_id]


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list, newest first, with the value of its Link header ("" where nothing goes on)."""

    items: list[Any]
    link: str


def one_page(
    items: Sequence[T],
    request: Request,
    params: Params,
    *,
    id_of: Callable[[T], str],
    limits: tuple[int, int],
) -> Slice:
    """Cut one page out of a list by `max_id`, `since_id`, `min_id`, `limit` (default, top).

    `min_id` gives the oldest ones after it, `since_id` the newest ones. Source: Mastodon
    documentation, "Guidelines and best practices", pagination.
    """
    low = params.text("min_id") or params.text("since_id")
    high = params.text("max_id")
    limit = params.number("limit", *limits)
    chosen = sorted(items, key=lambda item: int(id_of(item)), reverse=True)
    if low.isdigit():
        chosen = [item for item in chosen if int(id_of(item)) > int(low)]
    if high.isdigit():
        chosen = [item for item in chosen if int(id_of(item)) < int(high)]
    chosen = chosen[-limit:] if params.text("min_id") else chosen[:limit]
    return Slice(list(chosen), _link(request, [id_of(item) for item in chosen], limit))


def _link(request: Request, ids: list[str], limit: int) -> str:
    if not ids:
        return ""
    kept = [p for p in request.query_params.multi_items() if p[0] not in ("max_id", "min_id", "since_id")]
    base = str(request.url.replace(query=""))
    links = [f'<{base}?{urlencode([*kept, ("min_id", ids[0])])}>; rel="prev"']
    if len(ids) == limit:
        links.insert(0, f'<{base}?{urlencode([*kept, ("max_id", ids[-1])])}>; rel="next"')
    return ", ".join(links)
