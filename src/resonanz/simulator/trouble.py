"""What can go wrong between a client and a simulated network, as values: kinds of faults, orders, calls.

How they are carried out is in `troubling.py`. Nothing here speaks HTTP.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.routing import compile_path

from resonanz.simulator.part import Revoking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from resonanz.simulator.part import Endpoint, Part

# Before the network acted, or instead of it.
REFUSING = ("401", "402", "403", "404", "409", "429", "429_bare", "500", "503")
BEFORE = ("timeout_before", "cut_before", *REFUSING, "slow", "revoked", "parent_deleted", "post_edited")
# After it acted: only the answer suffers.
AFTER = ("timeout_after", "cut_after", "500_after", "broken", "truncated", "unknown_fields", "renamed_fields")
LISTS = ("duplicates", "late", "disorder", "missing")
STREAMS = ("silent",)
KINDS = (*BEFORE, *AFTER, *LISTS, *STREAMS)
# On a stream that is open already; the others wait for the next one to be opened.
FLOWING = frozenset(
    {"cut_after", "broken", "truncated", "unknown_fields", "renamed_fields", *LISTS, *STREAMS}
)
BETWEEN = frozenset({"silent", "cut_after"})  # need no event to happen
ANY = "*"
WAITS_S = {"slow": 4.0, "429": 60.0}
LONG_S = 30.0
CALLS_KEPT = 200
UNHEARD_OF: dict[str, Any] = {"kind": "new", "values": [1, None, "ä"], "inner": {"deep": True}}


def fitting(part: Part, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the kinds that make sense at an endpoint."""
    kinds = [k for k in (*BEFORE, *AFTER) if k != "revoked" or isinstance(part, Revoking)]
    if endpoint.items or endpoint.stream:
        kinds += LISTS
    if endpoint.stream:
        kinds += STREAMS
    return tuple(k for k in kinds if not (endpoint.stream and k in ("timeout_after", "500_after")))


@dataclass(slots=True, kw_only=True)
class Order:
    """What shall go wrong for the next `count` calls of an endpoint, or of any (`*`)."""

    network: str
    endpoint: str
    kind: str
    count: int = 1
    delay_s: float = LONG_S


@dataclass(slots=True)
class Called:
    """A call that came in. `status` is 0 until it is answered, and where the answer never came."""

    number: int
    at: datetime
    network: str
    endpoint: str
    method: str
    path: str
    status: int = 0
    fault: str = ""


class Trouble:
    """The orders that wait, and what was called last."""

    def __init__(self, parts: Sequence[Part], clock: Callable[[], datetime]) -> None:
        self.orders: list[Order] = []
        self.calls: deque[Called] = deque(maxlen=CALLS_KEPT)
        self._clock = clock
        self._number = 0
        self._parts = {part.name: part for part in parts}
        self._paths = [
            (part, endpoint, compile_path(endpoint.path)[0]) for part in parts for endpoint in part.endpoints
        ]

    def part(self, name: str) -> Part:
        """Return a network. ValueError names those that are there."""
        if name not in self._parts:
            raise ValueError(f"{name!r} is no network here; there are: {', '.join(self._parts)}")
        return self._parts[name]

    def order(
        self, network: str, endpoint: str, kind: str, *, count: int = 1, delay_s: float | None = None
    ) -> Order:
        """Order a fault. ValueError says what there is to choose from."""
        known = {e.name: e for e in self.part(network).endpoints}
        if endpoint != ANY and endpoint not in known:
            raise ValueError(f"{endpoint!r} is no endpoint of {network}; there are: *, {', '.join(known)}")
        kinds = KINDS if endpoint == ANY else fitting(self.part(network), known[endpoint])
        if kind not in kinds:
            raise ValueError(f"{kind!r} can not go wrong at {endpoint}; there are: {', '.join(kinds)}")
        if count < 1:
            raise ValueError("count must be at least 1")
        waits = WAITS_S.get(kind, LONG_S) if delay_s is None else delay_s
        made = Order(network=network, endpoint=endpoint, kind=kind, count=count, delay_s=waits)
        self.orders.append(made)
        return made

    def forget(self, network: str = "") -> None:
        """Forget the orders of a network, or all."""
        self.orders = [o for o in self.orders if network and o.network != network]

    def place(self, method: str, path: str) -> tuple[Part, Endpoint] | None:
        """Return the endpoint that a call goes to."""
        for part, endpoint, pattern in self._paths:
            if endpoint.method == method and pattern.match(path):
                return part, endpoint
        return None

    def take(self, part: Part, endpoint: Endpoint, kinds: frozenset[str] | None = None) -> Order | None:
        """Take the first order that fits an endpoint; `kinds` narrows what is looked for."""
        possible = (
            frozenset(fitting(part, endpoint))
            if kinds is None
            else kinds & frozenset(fitting(part, endpoint))
        )
        for order in self.orders:
            meant = order.network == part.name and order.endpoint in (ANY, endpoint.name)
            if meant and order.kind in possible:
                order.count -= 1
                if not order.count:
                    self.orders.remove(order)
                return order
        return None

    def called(self, part: Part, endpoint: Endpoint, path: str) -> Called:
        """Write down a call."""
        self._number += 1
        made = Called(self._number, self._clock(), part.name, endpoint.name, endpoint.method, path)
        self.calls.append(made)
        return made


# answers that are not as they should be


def items_of(body: Any, path: str) -> list[Any] | None:
    """Return the list in an answer that `Endpoint.items` names, None where there is none."""
    found = body
    for name in path.split(".") if path != "." else []:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, list) else None


def put_items(body: Any, path: str, items: list[Any]) -> Any:
    """Return the answer with another list at the place that `Endpoint.items` names."""
    if path == ".":
        return items
    name, _, rest = path.partition(".")
    inner = body.get(name, {})
    return body | {name: put_items(inner, rest, items) if rest else items}


def with_unknown(body: Any, items: str) -> Any:
    """Return an answer with fields that nobody has heard of, in it and in each of its items."""
    listed = items_of(body, items) if items else None
    if listed is not None:
        fuller = [i | {"unheard_of": UNHEARD_OF} if isinstance(i, dict) else i for i in listed]
        body = put_items(body, items, fuller)
    return body | {"unheard_of": UNHEARD_OF} if isinstance(body, dict) else body


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return JSON with its fields renamed, however deep they lie."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, names) for inner in value]
    return value


def half(content: bytes) -> bytes:
    """Return the first half of an answer: no JSON any more."""
    return content[: max(1, len(content) // 2)]


def json_of(content: bytes) -> Any:
    """Read an answer; None for one that is no JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def bytes_of(body: Any) -> bytes:
    """Write an answer."""
    return json.dumps(body, ensure_ascii=False).encode()
