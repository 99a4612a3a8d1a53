"""The application as a whole, and the server that runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resonanz.simulator import api, control, oauth, pages, reactions, uploads
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.streaming import stream_of
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from resonanz.simulator.settings import SimulatorSettings

STOP_WITHIN_S = 3


async def _stream(request: Request) -> Response:
    sim = network_of(request)
    return stream_of(sim.world, sim.hub, request)


async def _rejected(_request: Request, error: Exception) -> Response:
    rejected = cast("Rejected", error)
    return JSONResponse({"error": rejected.error}, status_code=rejected.status)


async def _unknown(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(("/api/", "/_sim/", "/oauth/")):
        return JSONResponse({"error": "Record not found"}, status_code=404)
    return pages.not_found(request)


_API = [
    Route("/api/v2/instance", api.instance),
    Route("/api/v1/instance", api.old_instance),
    Route("/api/v1/apps", oauth.register_app, methods=["POST"]),
    Route("/api/v1/apps/verify_credentials", oauth.verify_app),
    Route("/api/v1/accounts/verify_credentials", api.verify_credentials),
    Route("/api/v1/accounts/lookup", api.account_lookup),
    Route("/api/v1/accounts/{id}", api.account),
    Route("/api/v1/accounts/{id}/statuses", api.account_statuses),
    Route("/api/v1/statuses", api.statuses),
    Route("/api/v1/statuses", api.create_status, methods=["POST"]),
    Route("/api/v1/statuses/{id}", api.status),
    Route("/api/v1/statuses/{id}", api.edit_status, methods=["PUT"]),
    Route("/api/v1/statuses/{id}", api.delete_status, methods=["DELETE"]),
    Route("/api/v1/statuses/{id}/context", api.status_context),
    Route("/api/v1/statuses/{id}/history", api.status_history),
    Route("/api/v1/statuses/{id}/source", api.status_source),
    Route("/api/v1/statuses/{id}/favourite", reactions.favourite, methods=["POST"]),
    Route("/api/v1/statuses/{id}/unfavourite", reactions.unfavourite, methods=["POST"]),
    Route("/api/v1/statuses/{id}/reblog", reactions.boost, methods=["POST"]),
    Route("/api/v1/statuses/{id}/unreblog", reactions.unboost, methods=["POST"]),
    Route("/api/v1/media", uploads.upload, methods=["POST"]),
    Route("/api/v2/media", uploads.upload, methods=["POST"]),
    Route("/api/v1/media/{id}", uploads.uploaded),
    Route("/api/v1/notifications", api.notifications),
    Route("/api/v1/notifications/requests", api.notification_requests),
    Route("/api/v1/notifications/requests/{id}/accept", api.accept_request, methods=["POST"]),
    Route("/api/v1/notifications/{id}", api.notification),
    Route("/api/v2/notifications/policy", api.read_policy),
    Route("/api/v2/notifications/policy", api.change_policy, methods=["PATCH"]),
    Route("/api/v1/conversations", api.conversations),
    Route("/api/v1/conversations/{id}/read", api.read_conversation, methods=["POST"]),
    Route("/api/v1/streaming/{name:path}", _stream),
]
_SIGNING_IN = [
    Route("/oauth/authorize", oauth.ask_person),
    Route("/oauth/authorize", oauth.person_answers, methods=["POST"]),
    Route("/oauth/token", oauth.give_token, methods=["POST"]),
    Route("/oauth/revoke", oauth.revoke, methods=["POST"]),
]
_STEERING = [
    Route("/_sim/say", control.say, methods=["POST"]),
    Route("/_sim/edit", control.edit, methods=["POST"]),
    Route("/_sim/delete", control.delete, methods=["POST"]),
    Route("/api/v2/search", api.search),
    Route("/_sim/crowd", control.crowd, methods=["POST"]),
    Route("/_sim/boost", control.boost, methods=["POST"]),
    Route("/_sim/swallow", control.swallow, methods=["POST"]),
    Route("/_sim/state", control.state),
    Route("/_sim/faults", control.faults, methods=["POST", "DELETE"]),
    Route("/_sim/settings", control.settings, methods=["POST"]),
    Route("/_sim/revoke", control.revoke, methods=["POST"]),
]


def create_app(settings: SimulatorSettings) -> Starlette:
    """Build the ASGI application of one simulated network; `app.state.simulator` is the network.

    Raises `ValueError` when the state file cannot be read.
    """
    sim = Simulator(settings)
    app = Starlette(
        routes=[*_API, *_SIGNING_IN, *_STEERING, *uploads.ROUTES, *pages.ROUTES],
        middleware=[Middleware(_Around, sim=sim)],
        exception_handlers={Rejected: _rejected, 404: _unknown},
        lifespan=sim.living,
    )
    app.state.simulator = sim
    return app


class _Around:
    """Puts the request limit and the faults before the application."""

    def __init__(self, app: ASGIApp, sim: Simulator) -> None:
        self._app = sim.faults.around(sim.rate_limit.around(app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def serve(settings: SimulatorSettings, *, host: str = "127.0.0.1", port: int) -> None:
    """Run a simulated network until SIGTERM or SIGINT; open streams end at once, the state is saved.

    Everything lives in this one process. Raises `ValueError` for an address that is not loopback.
    """
    if host != "localhost" and not ip_address(host).is_loopback:
        raise ValueError(f"the simulated network is for this machine only, not for {host}")
    asyncio.run(_serve(create_app(settings), host, port))


async def _serve(app: Starlette, host: str, port: int) -> None:
    server = Server(
        app, address=host, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    server.workers_kill_timeout = STOP_WITHIN_S
    loop = asyncio.get_running_loop()

    def stop() -> None:
        app.state.simulator.stop()
        server.stop()  # type: ignore[no-untyped-call]

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
