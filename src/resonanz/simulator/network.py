"""One running simulated network: its world, its streams, its faults and its scenario, put together.

The rooms that speak HTTP find everything through `network_of(request)`.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from resonanz.simulator import people, store
from resonanz.simulator.asking import token_of
from resonanz.simulator.clock import Clock
from resonanz.simulator.entities import Entities
from resonanz.simulator.faults import Faults, RateLimit
from resonanz.simulator.plays import Play, play_of
from resonanz.simulator.records import Account, Memory
from resonanz.simulator.settings import SimulatorSettings, Switches
from resonanz.simulator.streaming import Hub
from resonanz.simulator.world import Event, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request

    from resonanz.simulator.oauth import Code

SAVE_EVERY_S = 3.0
LONGEST_SLEEP_S = 0.5
_FOUNDED = datetime(2023, 3, 1, tzinfo=UTC)


class Simulator:
    """A simulated network. Begins where its state file ends, if there is one."""

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.home = "/" if settings.networks == ("mastodon",) else "/mastodon"
        self.switches = Switches(
            old_server=settings.old_server,
            ignore_idempotency=settings.ignore_idempotency,
            rate_limit=settings.rate_limit,
            filter_private=settings.filter_private,
        )
        saved = store.load(settings.state_file) if settings.state_file else None
        memory = saved.memory if saved else Memory(origin=settings.base_url)
        self.world = World(memory, self.switches, clock=self.clock, seed=settings.seed)
        self.entities = Entities(self.world, settings.base_url)
        self.hub = Hub(self._payload, heartbeat_s=settings.heartbeat_s)
        self.world.tell = self.hub.publish
        self.stopping = asyncio.Event()
        self.codes: dict[str, Code] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.faults = Faults(lambda: self.stopping, self.clock)
        self.rate_limit = RateLimit(lambda: self.switches.rate_limit, self.clock)
        self.scenario: Play = play_of(settings, self.world)
        self._people()
        self._begin(saved)

    def _people(self) -> None:
        """Give every account of the cast its place and its token; known ones stay as they are."""
        for place, person in enumerate(people.PEOPLE):
            account = self.world.account_named(person.acct)
            if account is None:
                account = self._add(person, place)
            if (fixed := self.settings.tokens.get(person.acct)) and fixed not in self.world.memory.tokens:
                self.world.add_account(account, token=fixed)
        self._follow()

    def _add(self, person: people.Person, place: int) -> Account:
        since = _FOUNDED + timedelta(days=11 * place, hours=place % 12)
        account = Account(
            id=str((int(since.timestamp() * 1000) << 16) + place),
            handle=person.handle,
            name=person.name,
            created_at=since,
            domain=person.domain,
            bio=person.bio,
            company=person.company,
            bot=person.bot,
        )
        return self.world.add_account(account, token=self.settings.tokens.get(person.acct, ""))

    def _follow(self) -> None:
        company = self.world.account_named(people.COMPANY)
        for person in people.PEOPLE:
            account = self.world.account_named(person.acct)
            if company and account and person.follows and company.id not in account.following:
                account.following.append(company.id)

    def _begin(self, saved: store.Saved | None) -> None:
        if self.settings.scenario == "none":
            return
        self.world.heard = self.scenario.heard
        if saved and saved.scenario:
            self.scenario.resume(saved.scenario, away=self.clock() - saved.saved_at)
        else:
            self.scenario.begin(self.clock())

    # living

    @asynccontextmanager
    async def living(self, app: Starlette) -> AsyncIterator[None]:  # noqa: ARG002 – the framework's signature
        """Play the scenario and save now and then, as long as the application lives."""
        self._loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(self._play()), asyncio.create_task(self._save_often())]
        try:
            yield
        finally:
            self._end()
            await asyncio.gather(*tasks)
            self.save()

    def stop(self) -> None:
        """End streams and waiting requests, so that a server can stop at once. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self.stopping.set()
        self.hub.close()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _play(self) -> None:
        while not self.stopping.is_set():
            wait = self.scenario.play(self.clock())
            await self._pause(min(max(wait.total_seconds(), 0.02), LONGEST_SLEEP_S))

    async def _save_often(self) -> None:
        while not self.stopping.is_set():
            await self._pause(SAVE_EVERY_S)
            if not self.stopping.is_set():
                self.save()

    def save(self) -> None:
        """Write the state file, if there shall be one."""
        if self.settings.state_file is None:
            return
        with self.world.lock:
            scenario = self.scenario.state() if self.settings.scenario != "none" else None
            store.save(self.settings.state_file, store.Saved(self.world.memory, scenario, self.clock()))

    # for the rooms that speak HTTP

    def take_back(self, secret: str) -> None:
        """Make a token worthless and end its streams."""
        with self.world.lock:
            self.world.memory.tokens.pop(secret, None)
        self.hub.end(secret)

    def _payload(self, event: Event) -> Any:
        memory = self.world.memory
        if event.kind == "delete":
            return event.about
        if event.kind == "notification":
            return self.entities.notification(memory.notifications[event.about])
        if event.kind == "conversation":
            return self.entities.conversation(memory.conversations[event.about])
        return self.entities.status(memory.statuses[event.about])

    def app_name(self, request: Request) -> str:
        """Name the program behind a request's token."""
        token = token_of(request, self.world)
        app = self.world.memory.apps.get(token.client_id) if token else None
        return app.name if app else ""

    def person(self, acct: str) -> Account:
        """Find an account by its handle; a new customer joins the network with an old account."""
        with self.world.lock:
            found = self.world.account_named(acct)
            if found is not None:
                return found
            handle, _, domain = acct.removeprefix("@").partition("@")
            since = self.clock() - timedelta(days=200)
            return self.world.add_account(
                Account(
                    id=self.world.new_id(since), handle=handle, name=handle, created_at=since, domain=domain
                )
            )

    def _file(self, upload_id: str) -> dict[str, Any]:
        file = self.world.memory.uploads[upload_id]
        return {"kind": file.kind, "alt": file.alt, "bytes": len(file.content)}

    def truth(self) -> dict[str, Any]:
        """Tell everything that is on the network, private or not: what a test counts."""
        with self.world.lock:
            accounts = self.world.memory.accounts
            statuses = [
                {
                    "id": s.id,
                    "uri": self.entities.status_uri(s),
                    "acct": accounts[s.account_id].acct,
                    "text": s.text,
                    "visibility": s.visibility,
                    "in_reply_to_id": s.in_reply_to_id,
                    "created_at": s.created_at.isoformat(),
                    "edited_at": s.edited_at.isoformat() if s.edited_at else None,
                    "key": s.key,
                    "media": [self._file(upload_id) for upload_id in s.media],
                    "favourites": [accounts[i].acct for i in s.favourites],
                    "boosts": [accounts[i].acct for i in s.boosts],
                }
                for s in sorted(self.world.memory.statuses.values(), key=lambda s: int(s.id))
            ]
            tokens = list(reversed(self.world.memory.tokens.values()))  # an account's first token wins
            keys = [asdict(k) | {"at": k.at.isoformat()} for k in self.world.memory.keys]
            return {
                "statuses": statuses,
                "keys": keys,
                "settings": asdict(self.switches),
                "streams": self.hub.count,
                "tokens": {accounts[t.account_id].acct: t.token for t in tokens if t.account_id},
            }


def network_of(request: Request) -> Simulator:
    """Return the simulated network that a request came to."""
    return cast("Simulator", request.app.state.simulator)
