"""X's streams, as nudges to read: the activity stream, or where it cannot be had the filtered stream.

Both need the app's own key (`bearer_token`), and no address that the internet can reach. There is no
replay: what came while nobody listened is found by reading. The waits between two tries are X's
("Streaming", reconnecting): a quarter of a second longer each time after a broken connection, doubled from
five seconds after an error, and doubled from a minute where there were too many tries.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from resonanz.networks import Gone, NetworkError, Nudge, Refused, Temporary, Unclear
from resonanz.networks.answers import part_of, parts_of, text_of
from resonanz.networks.http import Client
from resonanz.networks.x_door import Bill, Door
from resonanz.networks.x_errors import refusal
from resonanz.networks.x_events import WANTED, charges_of, events_of, nudge_of
from resonanz.networks.x_hearing import Hearing
from resonanz.networks.x_prices import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resonanz.networks import Credentials

HEARTBEAT_S = 20.0  # a blank line comes at least that often
ACTIVITY, FILTERED = "/2/activity/stream", "/2/tweets/search/stream"
TRIES = 12  # without any that stood; then whoever listens decides
TAG = "resonanz"
FREE = Bill("stream", 0, lambda _answer: ())


class Backoff:
    """How long to wait before the next try, by what went wrong and how often in a row."""

    def __init__(self) -> None:
        self._failures = 0

    def stood(self) -> None:
        """Begin again from the shortest wait."""
        self._failures = 0

    def after(self, error: NetworkError) -> float:
        """Return the seconds to wait after an error."""
        times, self._failures = self._failures, self._failures + 1
        if error.code == "rate_limited":
            return min(960.0, 60.0 * 2.0**times)
        if isinstance(error.__cause__, Unclear) and error.__cause__.code == "server_error":
            return min(320.0, 5.0 * 2.0**times)
        return min(16.0, 0.25 * (times + 1))


class Listener:
    """Follows what happens to one account."""

    def __init__(self, credentials: Credentials, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._credentials = credentials
        self._door = Door(credentials)
        self._pause = pause
        self._cleared = False
        self._app = Client(
            credentials.base_url,
            token=credentials.secret.get("bearer_token", ""),
            simulated=credentials.simulated,
            refusal=refusal,
        )

    def nudges(self) -> Iterator[Nudge]:
        """Yield a nudge when the stream stands, again after each break, and whenever something happened."""
        if not self._credentials.secret.get("bearer_token"):
            raise Refused("not_allowed_here", reason="bearer_token")
        path, backoff, failures = self._path(), Backoff(), 0
        while True:
            try:
                for number, line in enumerate(self._app.lines(path, silence=HEARTBEAT_S)):
                    if number == 0:
                        failures = 0
                        yield Nudge()
                    elif line:
                        backoff.stood()
                        yield from self._told(line)
                raise Temporary("unreachable")
            except Gone as error:
                raise Refused("not_allowed_here", reason=error.reason) from error
            except Temporary as error:
                failures += 1
                if error.code not in {"unreachable", "rate_limited"} or failures >= TRIES:
                    raise
                self._clear(error)
                self._pause(backoff.after(error))

    def _clear(self, error: Temporary) -> None:
        """Close the app's other connections, once: one that X still holds for us keeps this one out."""
        if error.facts.get("kind") == "connections" and not self._cleared:
            self._cleared = True
            with suppress(NetworkError):
                self._app.send("DELETE", "/2/connections/all")

    def _told(self, line: str) -> Iterator[Nudge]:
        """Yield what a line means. What is no JSON or of an unknown kind means nothing."""
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return
        for problem in parts_of(said, "errors"):
            raise Temporary("unreachable", reason=text_of(problem, "title") or text_of(problem, "detail"))
        for event in events_of(said):
            purse, charges = self._credentials.purse, charges_of(event)
            if purse is not None and charges:
                purse.settle(purse.reserve("stream", NOW.event), charges)
            nudge = nudge_of(event)
            if nudge is not None:
                yield nudge

    # Which stream

    def _path(self) -> str:
        me = Hearing(self._credentials, door=self._door).at_home()
        if self._subscribe(me.uid):
            return ACTIVITY
        self._rule(f"@{me.author.handle}")
        return FILTERED

    def _subscribe(self, uid: str) -> bool:
        """Subscribe to what is not yet; tell whether anything is. Private events need the account's token."""
        try:
            rows = parts_of(self._app.get("/2/activity/subscriptions").json, "data")
        except (Gone, Refused):
            return False
        ours = {
            text_of(row, "event_type") for row in rows if text_of(part_of(row, "filter"), "user_id") == uid
        }
        for kind in WANTED:
            if kind not in ours and self._subscribed(kind, uid):
                ours.add(kind)
        return not ours.isdisjoint(WANTED)

    def _subscribed(self, kind: str, uid: str) -> bool:
        body = {"event_type": kind, "filter": {"user_id": uid}, "tag": TAG}
        try:
            self._door.ask(FREE, lambda client: client.send("POST", "/2/activity/subscriptions", body=body))
        except (Gone, Refused):
            return False
        return True

    def _rule(self, value: str) -> None:
        path = f"{FILTERED}/rules"
        try:
            rows = parts_of(self._app.get(path).json, "data")
            if value not in {text_of(row, "value") for row in rows}:
                self._app.send("POST", path, body={"add": [{"value": value, "tag": TAG}]})
        except (Gone, Refused) as error:
            raise Refused("not_allowed_here", reason=error.reason) from error


def stream(credentials: Credentials) -> Iterator[Nudge]:
    """Yield a nudge when the stream stands and whenever something happened.

    `Refused` with `not_allowed_here` without the app's own key, or where the app has no stream; `Temporary`
    when it could not be had again and again, or the budget is spent.
    """
    yield from Listener(credentials).nudges()
