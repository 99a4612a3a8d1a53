"""Jetstream, an option: all that is posted on Bluesky as it happens, of which we are told what concerns us.

It needs no account and carries hundreds of events a second, so it runs only where the credentials name its
address (`jetstream`). Two forms are spoken, told apart by the address: `/subscribe` is the first, others are
the second (`network.bsky.jetstream.subscribeEvents`). Nothing rests on it: it says "read now", and polling
goes on beneath. What it says is not signed, so nothing of it is stored.
"""

from __future__ import annotations

import json
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from resonanz.networks import Credentials, Nudge, Refused, Temporary
from resonanz.networks.answers import Entity, part_of, parts_of, text_of
from resonanz.networks.bluesky_posts import POST, did_in
from resonanz.networks.bluesky_session import Session
from resonanz.networks.http import certificates, public_addresses, server_address

if TYPE_CHECKING:
    import ssl

SILENCE_SECONDS = 60.0  # somebody posts every moment
CONNECT_SECONDS = 10.0
MAX_EVENT_BYTES = 1024 * 1024
PAUSES = (0.5, 2.0, 5.0, 15.0)  # seconds before it is tried again; then whoever asked decides
WRITERS_KEPT = 20_000
POSTS_KEPT = 50  # of one writer
METHOD = "/xrpc/network.bsky.jetstream.subscribeEvents"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream is: host, port, path, and whether it speaks the first form."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_first(self) -> bool:
        """Whether its events have the first form."""
        return self.path.rstrip("/").endswith("/subscribe")

    def question(self, cursor: int | None) -> str:
        """Return the address with what is wanted: posts, and accounts that end."""
        if self.is_first:
            wanted = [("wantedCollections", POST)]
        else:
            wanted = [("kinds", "commit"), ("kinds", "account"), ("collections", POST)]
        if cursor is not None:
            wanted.append(("cursor", str(cursor)))
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}?{urlencode(wanted)}"


@dataclass(slots=True)
class Ear:
    """Hears which events concern an account, and remembers who spoke to it, to hear what they delete."""

    did: str
    cursor: int | None = None
    spoken: OrderedDict[str, list[str]] = field(default_factory=OrderedDict)

    def hear(self, frame: str | bytes) -> Nudge | None:
        """Return what a frame means for the account; None for nothing. `Temporary` if it ends it."""
        event = _event_in(frame)
        self._remember_place(event)
        commit = part_of(event, "commit") or event
        writer = text_of(event, "did")
        if text_of(commit, "collection") == POST:
            uri = f"at://{writer}/{POST}/{text_of(commit, 'rkey')}"
            if text_of(commit, "operation") == "delete":
                return Nudge((uri,)) if uri in self.spoken.get(writer, ()) else None
            return self._hear_post(writer, uri, part_of(commit, "record"))
        account = part_of(event, "account") or event
        if account.get("active") is False and writer in self.spoken:
            return Nudge(tuple(self.spoken[writer]))
        return None

    def _hear_post(self, writer: str, uri: str, record: Entity) -> Nudge | None:
        if writer != self.did and self.did not in _concerned(record):
            return None
        posts = self.spoken.setdefault(writer, [])
        posts.append(uri)
        del posts[:-POSTS_KEPT]
        self.spoken.move_to_end(writer)
        if len(self.spoken) > WRITERS_KEPT:
            self.spoken.popitem(last=False)
        return Nudge()

    def _remember_place(self, event: Entity) -> None:
        for name in ("time_us", "seq"):
            if isinstance(event.get(name), int):
                self.cursor = event[name]


def _event_in(frame: str | bytes) -> Entity:
    """Return the event that a frame carries, bare in the first form and wrapped in the second."""
    try:
        said: Any = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    if text_of(said, "$type") == "error":
        raise Temporary("overloaded", reason=text_of(said, "message") or text_of(said, "error"))
    return part_of(said, "payload") or (said if isinstance(said, dict) else {})


def _concerned(record: Entity) -> set[str]:
    """Return whom a post names, answers or quotes."""
    features = (feature for facet in parts_of(record, "facets") for feature in parts_of(facet, "features"))
    embed = part_of(record, "embed")
    quoted = part_of(embed, "record", "record") or part_of(embed, "record")
    above = (part_of(record, "reply", name) for name in ("parent", "root"))
    uris = [text_of(ref, "uri") for ref in (*above, quoted)]
    return {*(text_of(feature, "did") for feature in features), *(did_in(uri) for uri in uris)} - {""}


def stream(credentials: Credentials, *, pause: Callable[[float], None] = time.sleep) -> Iterator[Nudge]:
    """Yield a nudge when the stream stands and whenever something concerns the account.

    A stream that breaks is taken up again where it was. `Refused("not_allowed_here")` where none was chosen;
    `Temporary` when it cannot be reached several times in a row.
    """
    typed = credentials.secret.get("jetstream", "")
    if not typed:
        raise Refused("not_allowed_here")
    address = _address(typed, simulated=credentials.simulated)
    ear = Ear(Session(credentials).did)
    failures = 0
    while True:
        try:
            for nudge in _listened(address, ear, simulated=credentials.simulated):
                failures = 0
                yield nudge
        except Temporary:
            if failures >= len(PAUSES):
                raise
        pause(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1


def _listened(address: Address, ear: Ear, *, simulated: bool) -> Iterator[Nudge]:
    """Yield what one connection tells, until the server ends it. `Temporary` where it fails."""
    try:
        with connect(
            address.question(ear.cursor),
            sock=_connected(address, simulated=simulated),
            ssl=_secure(address),
            server_hostname=address.host if address.scheme == "wss" else None,
            open_timeout=CONNECT_SECONDS,
            max_size=MAX_EVENT_BYTES,
            proxy=None,
        ) as socket_:
            yield Nudge()  # something may have happened before it stood
            while True:
                nudge = ear.hear(socket_.recv(timeout=SILENCE_SECONDS))
                if nudge is not None:
                    yield nudge
    except InvalidStatus as error:
        if 400 <= error.response.status_code < 500 and ear.cursor is not None:
            ear.cursor = None  # too old, or of another instance: go on from now, for reading fills the gap
            return
        raise Temporary("unreachable", reason=f"HTTP {error.response.status_code}") from error
    except (OSError, WebSocketException, TimeoutError) as error:
        raise Temporary("unreachable", reason=str(error)[:200]) from error


def _address(typed: str, *, simulated: bool) -> Address:
    """Read an address that a person typed; plain `ws` only on a simulated network."""
    scheme, _, rest = typed.strip().rpartition("://")
    plain = scheme.lower() in {"ws", "http"}
    base = server_address(f"{'http' if plain else 'https'}://{rest}", simulated=simulated)
    parts = urlsplit(base)
    path = urlsplit(f"//{rest}").path.rstrip("/")
    return Address(
        "ws" if plain else "wss", parts.hostname or "", parts.port or (80 if plain else 443), path or METHOD
    )


def _connected(address: Address, *, simulated: bool) -> socket.socket:
    """Connect to an address that was checked, so that a name cannot change its mind in between."""
    hosts = (address.host,) if simulated else public_addresses(address.host, address.port)
    failure: OSError | None = None
    for host in hosts:
        try:
            return socket.create_connection((host, address.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            failure = error
    raise Temporary("unreachable", host=address.host) from failure


def _secure(address: Address) -> ssl.SSLContext | None:
    return certificates() if address.scheme == "wss" else None
