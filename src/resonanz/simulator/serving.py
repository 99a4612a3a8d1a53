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
from starlette.routing import WebSocketRoute

from resonanz.simulator import console, pages, steering
from resonanz.simulator.simulation import Simulation
from resonanz.simulator.troubling import Troubling
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from resonanz.simulator.settings import SimulatorSettings

STOP_WITHIN_S = 3


async def _rejected(_request: Request, error: Exception) -> Response:
    rejected = cast("Rejected", error)
    return JSONResponse({"error": rejected.error}, status_code=rejected.status)


async def _unknown(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(("/api/", "/_sim/", "/oauth/", "/2/", "/xrpc/")):
        return JSONResponse({"error": "Record not found"}, status_code=404)
    return pages.not_found(request)


def create_app(settings: SimulatorSettings) -> Starlette:
    """Build the ASGI application of the chosen networks; `app.state.simulation` is all of them.

    Raises `ValueError` when a state file cannot be read, or a network is not there.
    """
    simulation = Simulation(settings)
    app = Starlette(
        routes=[
            *steering.ROUTES,
            *console.routes(simulation),
            *pages.SHARED,
            *(route for part in simulation.parts for route in part.routes),
        ],
        middleware=[Middleware(_Around, simulation=simulation)],
        exception_handlers={Rejected: _rejected, 404: _unknown},
        lifespan=simulation.living,
    )
    app.state.simulation = simulation
    app.state.simulator = simulation.mastodon
    return app


class _Around:
    """Puts trouble before all networks, behind it Mastodon's own faults and request limit."""

    def __init__(self, app: ASGIApp, simulation: Simulation) -> None:
        if simulation.mastodon is not None:
            app = simulation.mastodon.faults.around(simulation.mastodon.rate_limit.around(app))
        self._app = Troubling(app, simulation.trouble, lambda: simulation.stopping)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def serve(settings: SimulatorSettings, *, host: str = "127.0.0.1", port: int) -> None:
    """Run a simulated network until SIGTERM or SIGINT; open streams end at once, the state is saved.

    Everything lives in this one process. Raises `ValueError` for an address that is not loopback.
    """
    if host != "localhost" and not ip_address(host).is_loopback:
        raise ValueError(f"the simulated network is for this machine only, not for {host}")
    asyncio.run(_serve(create_app(settings), host, port))


def _talks(app: Starlette) -> bool:
    """Whether a network has streams over WebSockets."""
    return any(isinstance(route, WebSocketRoute) for route in app.routes)


async def _serve(app: Starlette, host: str, port: int) -> None:
    server = Server(
        app, address=host, port=port, interface=Interfaces.ASGI, websockets=_talks(app), log_enabled=False
    )
    server.workers_kill_timeout = STOP_WITHIN_S
    loop = asyncio.get_running_loop()

    def stop() -> None:
        app.state.simulation.stop()
        server.stop()  # type: ignore[no-untyped-call]

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
