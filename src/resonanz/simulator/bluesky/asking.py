"""What every way of a simulated Bluesky shares: who asks, with what, and how answers and refusals look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from resonanz.simulator.bluesky.rules import Rejected, invalid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from starlette.requests import Request

    from resonanz.simulator.bluesky.chats import Chats
    from resonanz.simulator.bluesky.records import Account
    from resonanz.simulator.bluesky.sessions import Sessions
    from resonanz.simulator.bluesky.views import Views
    from resonanz.simulator.bluesky.world import World


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything a way needs."""

    world: World
    sessions: Sessions
    views: Views
    chats: Chats
    base_url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the network."""

    rooms: Rooms
    request: Request

    @property
    def me(self) -> Account:
        """Who asks; `Rejected` without a good token."""
        return self.rooms.sessions.holder(self.request.headers.get("Authorization", ""))

    @property
    def viewer(self) -> str:
        """Whose eyes see the answer; empty for nobody's, which is allowed for what is public."""
        return self.me.did if self.request.headers.get("Authorization") else ""

    def text(self, name: str, default: str | None = None) -> str:
        """Return a parameter; `Rejected` where it is missing and has no default."""
        found = self.request.query_params.get(name, default)
        if found is None:
            raise invalid(f'Params must have the property "{name}"')
        return found

    def texts(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return self.request.query_params.getlist(name)

    def number(self, name: str, default: int, most: int) -> int:
        """Return a parameter that is a whole number from 0 to `most`."""
        typed = self.text(name, str(default))
        if not typed.isascii() or not typed.isdigit() or int(typed) > most:
            raise invalid(f"Error: Params/{name} must be an integer no greater than {most}")
        return int(typed)

    async def body(self) -> dict[str, Any]:
        """Return the JSON body; `Rejected` where it is none."""
        try:
            found = await self.request.json()
        except ValueError:
            raise invalid("Unable to parse JSON body") from None
        if not isinstance(found, dict):
            raise invalid("Input must be an object")
        return found

    def page(self, items: Sequence[Any], most: int = 100) -> tuple[list[Any], dict[str, str]]:
        """Return a page of a list that only grows at its end, and the cursor of the next one."""
        limit, start = max(1, self.number("limit", 50, most)), self.number("cursor", 0, 10**9)
        end = start + limit
        return list(items[start:end]), ({"cursor": str(end)} if end < len(items) else {})


def endpoint(
    rooms: Rooms, way: Callable[[Asked], Awaitable[Any]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the way as the server calls it: what it returns becomes JSON, what it refuses an error."""

    async def called(request: Request) -> Response:
        try:
            said = await way(Asked(rooms, request))
        except Rejected as error:
            return refused(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return refused(invalid(f"Invalid input: {error}"))
        return said if isinstance(said, Response) else JSONResponse(said)

    return called


def refused(error: Rejected) -> Response:
    """Return an error as XRPC tells it."""
    body = {"error": error.name, "message": error.message}
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def newest_first(asked: Asked, items: Iterable[tuple[str, int, Any]]) -> tuple[list[Any], dict[str, str]]:
    """Return a page of things with their time and number, and the cursor of the next page.

    A cursor names where the page ended, so that what comes in at the top meanwhile moves nothing.
    """
    limit, cursor = max(1, asked.number("limit", 50, 100)), asked.text("cursor", "")
    end = (cursor.partition("::")[0], int(cursor.partition("::")[2])) if cursor else ("~", 0)
    left = sorted((item for item in items if item[:2] < end), key=lambda item: item[:2], reverse=True)
    page = left[:limit]
    more = {"cursor": f"{page[-1][0]}::{page[-1][1]}"} if len(left) > limit else {}
    return [item for _, _, item in page], more
