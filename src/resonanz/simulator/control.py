"""What the real network does not have: writing as a customer, ordering faults, counting the truth.

All of it lies under `/_sim/`, answers only on loopback, and takes only JSON, so that no foreign page
in a browser on the same machine can reach it.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resonanz.simulator.faults import Fault
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.records import VISIBILITIES
from resonanz.simulator.settings import Switches
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from starlette.requests import Request

CROWD_MOST = 20_000  # posts in one order
CROWD_PEOPLE = 500
_KINDS: dict[str, tuple[type, ...]] = {
    "old_server": (bool,),
    "ignore_idempotency": (bool,),
    "rate_limit": (int, type(None)),
    "filter_private": (bool,),
    "slow_media": (int,),
}


def only_loopback(request: Request) -> None:
    """Refuse whoever is not on this machine. Raises `Rejected` 403."""
    host = request.client.host if request.client else ""
    try:
        near = ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        raise Rejected(403, "The simulator is steered from its own machine only")


async def read_order(request: Request) -> dict[str, Any]:
    """Read what shall be done. Raises `Rejected` for anything but a JSON object from this machine."""
    only_loopback(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Rejected(415, "Orders to the simulator are JSON")
    try:
        order = await request.json()
    except ValueError as error:
        raise Rejected(400, "The body is not JSON") from error
    if not isinstance(order, dict):
        raise Rejected(400, "The body is not a JSON object")
    return order


def _text(order: dict[str, Any], name: str, default: str | None = None) -> str:
    value = order.get(name, default)
    if not isinstance(value, str):
        raise Rejected(422, f"{name} is missing or no text")
    return value


async def say(request: Request) -> Response:
    """`POST /_sim/say`: handle, text; visibility, in_reply_to, language, spoiler_text, picture, posted_at."""
    order = await read_order(request)
    sim = network_of(request)
    visibility = _text(order, "visibility", "public")
    if visibility not in VISIBILITIES:
        raise Rejected(422, f"visibility must be one of {', '.join(VISIBILITIES)}")
    words = Words(
        text=_text(order, "text"),
        visibility=visibility,
        in_reply_to_id=order.get("in_reply_to"),
        language=order.get("language"),
        spoiler=_text(order, "spoiler_text", ""),
        picture=_text(order, "picture", ""),
    )
    with sim.world.lock:
        author = sim.person(_text(order, "handle"))
        status = sim.world.post(author, words, posted_at=_moment(order.get("posted_at")))
        return JSONResponse(sim.entities.status(status))


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Rejected(422, "posted_at is no time in ISO 8601") from error
    if moment.utcoffset() is None:
        raise Rejected(422, "posted_at needs a time zone")
    return moment


async def edit(request: Request) -> Response:
    """`POST /_sim/edit`: id, text; the author changes his status."""
    order = await read_order(request)
    sim = network_of(request)
    with sim.world.lock:
        status = sim.world.memory.statuses.get(_text(order, "id"))
        if status is None:
            raise Rejected(404, "Record not found")
        author = sim.world.memory.accounts[status.account_id]
        words = Words(text=_text(order, "text"), spoiler=status.spoiler, sensitive=status.sensitive)
        return JSONResponse(sim.entities.status(sim.world.edit(author, status.id, words)))


async def delete(request: Request) -> Response:
    """`POST /_sim/delete`: id; the author takes his status away."""
    order = await read_order(request)
    sim = network_of(request)
    with sim.world.lock:
        status = sim.world.memory.statuses.get(_text(order, "id"))
        if status is None:
            raise Rejected(404, "Record not found")
        sim.world.delete(sim.world.memory.accounts[status.account_id], status.id)
        return JSONResponse({"id": status.id})


async def crowd(request: Request) -> Response:
    """`POST /_sim/crowd`: count, text; so many posts by up to 500 people, `{n}` in the text counts them."""
    order = await read_order(request)
    sim = network_of(request)
    count, text = order.get("count"), _text(order, "text")
    if not isinstance(count, int) or not 0 < count <= CROWD_MOST:
        raise Rejected(422, f"count must be a whole number from 1 to {CROWD_MOST}")
    with sim.world.lock:
        people = [sim.person(f"crowd{n}") for n in range(min(count, CROWD_PEOPLE))]
        said = [
            sim.world.post(people[n % len(people)], Words(text=text.replace("{n}", str(n + 1))))
            for n in range(count)
        ]
        return JSONResponse({"ids": [status.id for status in said]})


async def boost(request: Request) -> Response:
    """`POST /_sim/boost`: id, handles; each of these people passes a status on."""
    order = await read_order(request)
    sim = network_of(request)
    handles = order.get("handles")
    if not isinstance(handles, list) or not all(isinstance(handle, str) for handle in handles):
        raise Rejected(422, "handles is missing or no list of texts")
    with sim.world.lock:
        for handle in handles:
            sim.world.react(sim.person(handle), _text(order, "id"), "boosts", on=True)
        return JSONResponse({"boosts": len(sim.world.memory.statuses[_text(order, "id")].boosts)})


async def swallow(request: Request) -> Response:
    """`POST /_sim/swallow`: id, on; nobody is shown the notifications of a status any more, or again.

    A client that meanwhile reads on past them never hears of them by itself.
    """
    order = await read_order(request)
    sim = network_of(request)
    with sim.world.lock:
        told = [n for n in sim.world.memory.notifications.values() if n.status_id == _text(order, "id")]
        for notice in told:
            notice.swallowed = order.get("on") is not False
        return JSONResponse({"notifications": len(told)})


async def state(request: Request) -> Response:
    """`GET /_sim/state`: everything that is on the network, and every delivery key that arrived."""
    only_loopback(request)
    return JSONResponse(network_of(request).truth())


async def faults(request: Request) -> Response:
    """`POST /_sim/faults`: method, path_prefix, effect, status, count, delay_s. `DELETE` forgets them."""
    sim = network_of(request)
    if request.method == "DELETE":
        only_loopback(request)
        sim.faults.orders.clear()
        return JSONResponse({"waiting": 0})
    order = await read_order(request)
    try:
        sim.faults.orders.append(Fault(**order))
    except (TypeError, ValueError) as error:
        raise Rejected(422, str(error)) from error
    return JSONResponse({"waiting": len([f for f in sim.faults.orders if f.count > 0])})


def check(name: str, value: object) -> None:
    """Raise `ValueError` where a switch is not there, or the value is none for it."""
    if name not in _KINDS or not isinstance(value, _KINDS[name]):
        raise ValueError(f"{name} is no switch of the simulator, or has a wrong value")


def turn(sim: Simulator, name: str, value: object) -> None:
    """Turn one switch. Raises `ValueError` as `check`."""
    check(name, value)
    setattr(sim.switches, name, value)


async def settings(request: Request) -> Response:
    """`POST /_sim/settings`: turn old_server, ignore_idempotency, rate_limit, filter_private, slow_media."""
    order = await read_order(request)
    sim = network_of(request)
    try:
        for name, value in order.items():
            check(name, value)
    except ValueError as error:
        raise Rejected(422, str(error)) from error
    for name, value in order.items():
        setattr(sim.switches, name, value)
    return JSONResponse({f.name: getattr(sim.switches, f.name) for f in fields(Switches)})


async def revoke(request: Request) -> Response:
    """`POST /_sim/revoke`: token; as if the account's owner had taken the right back."""
    order = await read_order(request)
    sim = network_of(request)
    sim.take_back(_text(order, "token"))
    return JSONResponse({})


ROUTES = [
    Route("/_sim/say", say, methods=["POST"]),
    Route("/_sim/edit", edit, methods=["POST"]),
    Route("/_sim/delete", delete, methods=["POST"]),
    Route("/_sim/crowd", crowd, methods=["POST"]),
    Route("/_sim/boost", boost, methods=["POST"]),
    Route("/_sim/swallow", swallow, methods=["POST"]),
    Route("/_sim/state", state),
    Route("/_sim/faults", faults, methods=["POST", "DELETE"]),
    Route("/_sim/settings", settings, methods=["POST"]),
    Route("/_sim/revoke", revoke, methods=["POST"]),
]
