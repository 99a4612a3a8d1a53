"""Favourites and boosts: the part of the Mastodon API with which an account reacts without words.

A boost is counted and shown with whoever made it, but stands in nobody's timeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from resonanz.simulator.asking import signed_in
from resonanz.simulator.network import network_of

if TYPE_CHECKING:
    from starlette.requests import Request


def _answer(request: Request, kind: str, *, on: bool) -> Response:
    sim = network_of(request)
    scope = "write:statuses" if kind == "boosts" else "write:favourites"
    with sim.world.lock:
        account = signed_in(request, sim.world, scope)
        status = sim.world.react(account, request.path_params["id"], kind, on=on)
        shared = kind == "boosts" and on
        return JSONResponse(
            sim.entities.boost(status, account) if shared else sim.entities.status(status, account)
        )


async def favourite(request: Request) -> Response:
    """`POST /api/v1/statuses/{id}/favourite`."""
    return _answer(request, "favourites", on=True)


async def unfavourite(request: Request) -> Response:
    """`POST /api/v1/statuses/{id}/unfavourite`."""
    return _answer(request, "favourites", on=False)


async def boost(request: Request) -> Response:
    """`POST /api/v1/statuses/{id}/reblog`: answers the boost, which holds the boosted status."""
    return _answer(request, "boosts", on=True)


async def unboost(request: Request) -> Response:
    """`POST /api/v1/statuses/{id}/unreblog`."""
    return _answer(request, "boosts", on=False)
