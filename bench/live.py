"""How long a post takes from its commit to 200 browsers with six columns each, on one running server.

The desk runs as it does for people (`resonanz up`). One process speaks: it stores posts as the listener does
and notes when each was committed. Another one plays 200 browsers: each signed in as an agent of its own, with
one open stream, and notes when it is told of each post. All clocks are the monotonic one. Every
post speaks to us, so every browser is told of every post; half of the columns look for words of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.desk.running import RunningDesk

BROWSERS = 200
POSTS = 120
BETWEEN_S = 0.25
SETTLE_S = 3.0  # after the last post, and before the first
QUERIES = 60
MS = 1_000_000  # nanoseconds


# On the desk's home, in processes of their own ---------------------------------------------------


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
    import django  # noqa: PLC0415 - only the processes that need the desk's models

    django.setup()


def prepare() -> None:
    """Make agents with sessions and six columns each; prints [[session, [column, …]], …]."""
    _django()
    from tests.desk.crowd import arrive  # noqa: PLC0415

    from bench.filling import fill  # noqa: PLC0415
    from resonanz.desk import queries, streams  # noqa: PLC0415
    from resonanz.desk.models import Agent, StreamKind  # noqa: PLC0415

    fill(2_000, 500, agents=1)
    first = Agent.objects.earliest("pk")
    known = [queries.save(first, f"Suche {n}", f"paket{n} OR bestellung{n % 7}") for n in range(QUERIES)]
    found = []
    for number in range(BROWSERS):
        session = arrive(1_000 + number)
        agent = Agent.objects.latest("pk")
        wanted = [
            streams.Wanted(StreamKind.MENTIONS),
            streams.Wanted(StreamKind.INBOX),
            streams.Wanted(StreamKind.OUTBOX),
            streams.Wanted(StreamKind.MENTIONS, narrowed=f"bestellung{number % 9} -is:reply"),
            *(streams.Wanted(StreamKind.QUERY, str(known[(number + n) % QUERIES].pk)) for n in (0, 17)),
        ]
        tab = streams.add_tab(agent, "Alles", wanted)
        found.append([session, list(tab.streams.order_by("place").values_list("pk", flat=True))])
    print(json.dumps(found))


def speak() -> None:
    """Store posts one by one; prints when each was committed, by its order."""
    _django()
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from bench.filling import SERVER  # noqa: PLC0415
    from resonanz.desk.intake import Arrival, store  # noqa: PLC0415
    from resonanz.desk.models import Channel  # noqa: PLC0415
    from resonanz.post import Audience, Author, Post, Sighting  # noqa: PLC0415

    channel = Channel.objects.earliest("pk")
    committed: dict[str, int] = {}
    for number in range(POSTS):
        uri, now = f"{SERVER}/live/{number}", timezone.now()
        author = Author(
            network="mastodon", uid=f"{SERVER}/users/live{number}", handle=f"live{number}@x.example"
        )
        post = Post(
            network="mastodon",
            uri=uri,
            root=uri,
            author=author,
            text=f"Meine bestellung{number % 9} mit paket{number % QUERIES} ist nicht da",
            posted_at=now - timedelta(seconds=1),
            audience=Audience.PUBLIC,
        )
        seen = Sighting(post=post, native_id=uri, native_thread_id=uri, addressed=True)
        with transaction.atomic():
            stored = store(channel, [seen], Arrival(heard_at=now))
        committed[str(stored.orders[uri])] = time.monotonic_ns()
        time.sleep(BETWEEN_S)
    print(json.dumps(committed))


# The browsers ------------------------------------------------------------------------------------


class Browser:
    """One open stream that notes when it is told of each post."""

    def __init__(self, port: int, session: str, columns: list[int]) -> None:
        self.port = port
        self.session = session
        self.columns = columns
        self.told: dict[str, int] = {}

    def _asks(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            f"Cookie: resonanz_session={self.session}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        return "\r\n".join([*head, "", ""]).encode() + body

    async def open(self) -> None:
        """Open the stream and say which columns are shown."""
        self.lines, self.stream = await asyncio.open_connection("127.0.0.1", self.port)
        self.stream.write(self._asks("GET", "/live"))
        while b"retry" not in await self.lines.readline():
            pass
        said = {"page": "bench", "tab": 1, "columns": self.columns}
        reading, asking = await asyncio.open_connection("127.0.0.1", self.port)
        asking.write(self._asks("POST", "/live/columns", json.dumps(said).encode()))
        answer = await reading.readline()
        assert b" 204" in answer, answer
        asking.close()

    async def listen(self) -> None:
        """Note what is told, until it is stopped."""
        fresh = False
        while line := await self.lines.readline():
            if line.startswith(b"event: "):
                fresh = line == b"event: columns\n"
            elif fresh and line.startswith(b"data: "):
                at = time.monotonic_ns()
                for orders in json.loads(line[6:])["columns"].values():
                    for order in orders:
                        self.told.setdefault(order, at)


async def browse(port: int) -> None:
    """Open all browsers, say so, listen until standard input ends; prints what each was told, and when."""
    browsers = [Browser(port, *laid) for laid in json.loads(sys.stdin.readline())]
    for browser in browsers:
        await browser.open()
    print("ready", flush=True)
    listening = [asyncio.create_task(browser.listen()) for browser in browsers]
    await asyncio.to_thread(sys.stdin.readline)
    for task in listening:
        task.cancel()
    print(json.dumps([browser.told for browser in browsers]))


# All together ------------------------------------------------------------------------------------


def _part(name: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "bench.live", name, *words]


def measured(desk: RunningDesk) -> tuple[dict[str, int], list[dict[str, int]]]:
    """Return when each post was committed, and when each browser was told of it."""
    laid = subprocess.run(
        _part("prepare"), env=desk.environment, stdout=subprocess.PIPE, check=True
    ).stdout.splitlines()[-1]
    with subprocess.Popen(
        _part("browse", str(desk.port)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as browsers:
        assert browsers.stdin is not None
        assert browsers.stdout is not None
        browsers.stdin.write(laid + b"\n")
        browsers.stdin.flush()
        assert browsers.stdout.readline() == b"ready\n"
        time.sleep(SETTLE_S)
        said = subprocess.run(_part("speak"), env=desk.environment, stdout=subprocess.PIPE, check=True)
        time.sleep(SETTLE_S)
        told = browsers.communicate(b"\n")[0]
    return json.loads(said.stdout), json.loads(told)


def main() -> None:
    """Measure and print one JSON object."""
    from tests.desk.running import running_desk  # noqa: PLC0415 - the parts do without

    with running_desk(Path(os.environ["RESONANZ_HOME"]) / "desk") as desk:
        committed, told = measured(desk)
    spans = [(at[order] - since) / MS for at in told for order, since in committed.items() if order in at]
    figures = {
        "p50_ms": statistics.median(spans),
        "p95_ms": statistics.quantiles(spans, n=100)[94],
        "p99_ms": statistics.quantiles(spans, n=100)[98],
        "most_ms": max(spans),
        "count": len(spans),
        "missed": BROWSERS * POSTS - len(spans),
        "browsers": len(told),
        "posts": len(committed),
    }
    print(json.dumps({"name": "live", "figures": figures, "ratios": {}}))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] == "browse":
        asyncio.run(browse(int(sys.argv[2])))
    else:
        {"prepare": prepare, "speak": speak}.get(" ".join(sys.argv[1:]), main)()
