"""Steering any simulated network by program: write as a customer, order faults, count the truth.

All of it lies under `/_sim/NETWORK/`, answers only on loopback, and takes only JSON.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resonanz.simulator.control import only_loopback, read_order
from resonanz.simulator.part import Part, Reacting, Revoking, Switching, Telling
from resonanz.simulator.simulation import Simulation, simulation_of
from resonanz.simulator.trouble import fitting
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


def _part(request: Request) -> Part:
    try:
        return simulation_of(request).trouble.part(request.path_params["network"])
    except ValueError as error:
        raise Rejected(404, str(error)) from error


def _carried_out(act: Callable[[], Any]) -> Response:
    """Do something and answer what comes of it. Raises `Rejected` 422 for an unfit order."""
    try:
        return JSONResponse(act() or {})
    except ValueError as error:
        raise Rejected(422, str(error)) from error


async def networks(request: Request) -> Response:
    """`GET /_sim/networks`: which there are, with their endpoints and what can go wrong at each."""
    only_loopback(request)
    parts = simulation_of(request).parts
    listed = [{"name": p.name, "endpoints": {e.name: fitting(p, e) for e in p.endpoints}} for p in parts]
    return JSONResponse({"networks": listed})


async def state(request: Request) -> Response:
    """`GET /_sim/NETWORK/state`: posts, people, switches, what there is to know beside them."""
    only_loopback(request)
    part = _part(request)
    answer: dict[str, Any] = {"posts": part.posts(), "people": part.people()}
    if isinstance(part, Switching):
        answer["settings"] = part.settings_now()
    if isinstance(part, Telling):
        answer |= part.facts()
    return JSONResponse(answer)


async def say(request: Request) -> Response:
    """`POST /_sim/NETWORK/say`: as `part.Part.say`."""
    order, part = await read_order(request), _part(request)
    return _carried_out(lambda: part.say(order))


async def edit(request: Request) -> Response:
    """`POST /_sim/NETWORK/edit`: id, text."""
    order, part = await read_order(request), _part(request)
    return _carried_out(lambda: part.edit(order))


async def delete(request: Request) -> Response:
    """`POST /_sim/NETWORK/delete`: id."""
    order, part = await read_order(request), _part(request)
    return _carried_out(lambda: part.delete(order))


async def react(request: Request) -> Response:
    """`POST /_sim/NETWORK/react`: handle, id, kind."""
    order, part = await read_order(request), _part(request)
    if not isinstance(part, Reacting):
        raise Rejected(422, f"nobody can like posts on the simulated {part.name}")
    return _carried_out(lambda: part.react(order))


async def revoke(request: Request) -> Response:
    """`POST /_sim/NETWORK/revoke`: token."""
    order, part = await read_order(request), _part(request)
    if not isinstance(part, Revoking):
        raise Rejected(422, f"tokens of the simulated {part.name} can not be taken back")
    return _carried_out(lambda: part.revoke(str(order.get("token", ""))))


async def settings(request: Request) -> Response:
    """`POST /_sim/NETWORK/settings`: turn switches by name; answers how they stand."""
    order, part = await read_order(request), _part(request)
    if not isinstance(part, Switching):
        raise Rejected(422, f"the simulated {part.name} has no switches")

    def turned() -> dict[str, Any]:
        for name, value in order.items():
            part.turn(name, value)
        return part.settings_now()

    return _carried_out(turned)


async def faults(request: Request) -> Response:
    """`POST /_sim/NETWORK/faults`: endpoint, kind, count, delay_s. `DELETE` forgets them."""
    simulation, part = simulation_of(request), _part(request)
    if request.method == "DELETE":
        only_loopback(request)
        simulation.trouble.forget(part.name)
        return JSONResponse({"waiting": 0})
    order = await read_order(request)
    return _carried_out(lambda: _ordered(simulation, part, order))


def _ordered(simulation: Simulation, part: Part, order: dict[str, Any]) -> dict[str, Any]:
    count, delay = order.get("count", 1), order.get("delay_s")
    numbers = isinstance(count, int) and isinstance(delay, (int, float, type(None)))
    if not numbers:
        raise ValueError("count and delay_s must be numbers")
    endpoint, kind = str(order.get("endpoint", "")), str(order.get("kind", ""))
    made = simulation.trouble.order(part.name, endpoint, kind, count=count, delay_s=delay)
    waiting = sum(o.count for o in simulation.trouble.orders if o.network == part.name)
    return asdict(made) | {"waiting": waiting}


async def calls(request: Request) -> Response:
    """`GET /_sim/NETWORK/calls`: what was called last, newest first."""
    only_loopback(request)
    part = _part(request)
    made = [c for c in reversed(simulation_of(request).trouble.calls) if c.network == part.name]
    return JSONResponse({"calls": [asdict(c) | {"at": c.at.isoformat()} for c in made]})


async def clock(request: Request) -> Response:
    """`POST /_sim/clock`: forward_s; puts the networks' clock forward."""
    order = await read_order(request)
    simulation, seconds = simulation_of(request), order.get("forward_s")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        raise Rejected(422, "forward_s must be a number of seconds")

    def put() -> dict[str, Any]:
        simulation.clock.forward(seconds)
        return {"now": simulation.clock().isoformat()}

    return _carried_out(put)


ROUTES = [
    Route("/_sim/networks", networks),
    Route("/_sim/clock", clock, methods=["POST"]),
    Route("/_sim/{network}/state", state),
    Route("/_sim/{network}/calls", calls),
    Route("/_sim/{network}/say", say, methods=["POST"]),
    Route("/_sim/{network}/edit", edit, methods=["POST"]),
    Route("/_sim/{network}/delete", delete, methods=["POST"]),
    Route("/_sim/{network}/react", react, methods=["POST"]),
    Route("/_sim/{network}/revoke", revoke, methods=["POST"]),
    Route("/_sim/{network}/settings", settings, methods=["POST"]),
    Route("/_sim/{network}/faults", faults, methods=["POST", "DELETE"]),
]
