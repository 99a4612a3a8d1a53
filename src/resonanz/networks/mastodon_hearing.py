"""What an account on Mastodon hears: mentions, private ones, its own posts, the threads above; read back too.

What may be unreadable is put aside whole, one post at a time: it keeps no other from being heard, and no
marker from moving on. Sending, searching and acting are in `mastodon.py`.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from resonanz.networks import Credentials, Gone, Refused, Unclear
from resonanz.networks.answers import (
    BROKEN,
    Entity,
    bad_answer,
    demand,
    entities,
    entity,
    id_order,
    moment,
    only_broken,
    text_of,
)
from resonanz.networks.http import Client, Params
from resonanz.networks.mastodon_login import ask_instance
from resonanz.networks.mastodon_media import Uploads
from resonanz.networks.mastodon_posts import (
    Heard,
    Home,
    Marks,
    chain_above,
    people_in,
    repost_from,
    sighting_from_status,
    speaks_to,
)
from resonanz.networks.threads import Threads, parents_first
from resonanz.post import Page, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

PAGE = 40  # the most that notifications, conversations, search and own posts give at once
CONVERSATIONS_AT_ONCE = 20  # each may cost a call; the rest follows with the next read
QUOTES_SINCE = 7  # `api_versions.mastodon` of 4.5, which notifies of quotes
WITHOUT_CONVERSATIONS_S = 3600.0  # a server that has none is updated some day, or was ill for a moment
BACK_PAGES = 2_500  # of one list, read back at once: a hundred thousand posts


class Hearing:
    """The listening half of an account on one server."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = Client(
            credentials.base_url,
            token=credentials.secret.get("access_token", ""),
            simulated=credentials.simulated,
        )
        self._threads = Threads(clock)
        self._uploads = Uploads(self._client, clock=clock, pause=pause)
        self._people: dict[str, str] = {}
        self._home: Home | None = None
        self._clock = clock
        self._conversations_from = 0.0  # when they are asked for again, where the server did not know them

    def __repr__(self) -> str:
        return f"Mastodon({self._client.host!r})"

    # Reading

    def read(self, cursor: str) -> Page:
        """Return mentions, quotes, boosts, private mentions and what we wrote elsewhere, parents first.

        An empty cursor brings the newest page of each as a backfill. The same post may come again in
        a later page, never twice in one. The posts above a reply come with it, not addressed.
        """
        marks = Marks.read(cursor)
        heard = Heard()
        known = marks or Marks()
        newest, more = self._hear_notifications(heard, known.heard, first=marks is None)
        floor, seen, rest = self._hear_conversations(heard, known, first=marks is None)
        own, own_more = self._hear_own(heard, known.own, first=marks is None)
        return Page(
            sightings=self._sightings(heard),
            unread=tuple(heard.aside.values()),
            cursor=Marks(newest, own, floor, seen).write(),
            more=marks is not None and (more or rest or own_more),
            backfill=marks is None,
        )

    def _hear_notifications(self, heard: Heard, marker: str, *, first: bool) -> tuple[str, bool]:
        asked = self._news(heard)
        found, newest, more = self._newer(*asked, marker, first=first)
        for notification in found:
            self._hear_of(heard, notification)
        return newest, more

    def _news(self, heard: Heard) -> tuple[Heard, str, Params]:
        """Return where the notifications are asked for, with their kinds."""
        params = [("types[]", kind) for kind in sorted(self._kinds())] + [("include_filtered", "true")]
        return heard, "/api/v1/notifications", params

    def _kinds(self) -> set[str]:
        """Return the kinds of notifications that matter; a kind that a server does not know it may refuse."""
        quotes = {"quote"} if self._at_home().instance.api >= QUOTES_SINCE else set()
        return {"mention", "reblog", *quotes}

    def _hear_of(self, heard: Heard, notification: Entity) -> None:
        """Hear what a notification tells of. Some servers send every kind.

        A status that is gone already leaves its place empty.
        """
        kind, status = notification.get("type"), notification.get("status")
        if kind not in self._kinds() or status is None:
            return
        try:
            if kind == "reblog":
                repost = repost_from(notification, domain=self._at_home().domain)
                heard.reposts.setdefault(repost.post.uri, repost)
            else:
                heard.add(entity(status, "status"), addressed=True)
        except BROKEN as error:
            only_broken(error)
            heard.put_aside(notification, error)

    def _own_statuses(self, heard: Heard) -> tuple[Heard, str, Params]:
        path = f"/api/v1/accounts/{in_path(self._at_home().account_id)}/statuses"
        return heard, path, [("exclude_reblogs", "true")]

    def _hear_own(self, heard: Heard, marker: str, *, first: bool) -> tuple[str, bool]:
        found, newest, more = self._newer(*self._own_statuses(heard), marker, first=first)
        for status in found:
            if not status.get("reblog"):
                heard.add(status)
        return newest, more

    def _newer(
        self, heard: Heard, path: str, params: Params, marker: str, *, first: bool
    ) -> tuple[list[Entity], str, bool]:
        """Return what is newer than the marker, the new marker, and whether more may be waiting.

        Forward by `min_id`, because `since_id` would jump to the newest page after a pause. Without
        a marker on a later read there was nothing before: everything found is new, the oldest page first.
        """
        limit = ("limit", str(PAGE))
        if marker:
            received = self._client.get(path, [*params, limit, ("min_id", marker)]).json
            page = heard.with_ids(received, path.rpartition("/")[2])
            found = [item for item in page if id_order(demand(item, "id")) > id_order(marker)]
            full = len(received) >= PAGE
        else:
            found = list(self._back(heard, path, params, pages=1 if first else BACK_PAGES))
            full = len(found) > PAGE
            found = sorted(found, key=lambda item: id_order(demand(item, "id")))[: PAGE if full else None]
        newest = max([marker, *(demand(item, "id") for item in found)], key=id_order)
        return found, newest, bool(found) and full

    def _back(
        self, heard: Heard, path: str, params: Params, *, pages: int, since: datetime | None = None
    ) -> Iterator[Entity]:
        """Yield what a list holds from the newest on, page by page, down to a moment where one is given."""
        known: set[str] = set()
        older: Params = ()
        for _ in range(pages):
            received = self._client.get(path, [*params, ("limit", str(PAGE)), *older]).json
            page = heard.with_ids(received, path.rpartition("/")[2])
            fresh = [item for item in page if demand(item, "id") not in known]
            yield from fresh
            known |= {demand(item, "id") for item in fresh}
            if not fresh or len(received) < PAGE:
                return  # at the end, or a server that does not page backward
            if since is not None and any(_is_before(item, since) for item in fresh):
                return
            older = [("max_id", min(known, key=id_order))]

    def read_back(self, since: datetime) -> Page:
        """Return what was said to us and what we said since a moment, by whatever list shows it."""
        heard = Heard()
        for notification in self._back(*self._news(heard), pages=BACK_PAGES, since=since):
            self._hear_of(heard, notification)
        for status in self._back(*self._own_statuses(heard), pages=BACK_PAGES, since=since):
            if not status.get("reblog"):
                heard.add(status)
        for page, _goes_on in self._conversation_pages(heard):
            for status in page.values():
                heard.add(status, addressed=True)
            if any(_is_before(status, since) for status in page.values()):
                break
        found = self._sightings(heard, with_thread=False, ask_above=False)
        return Page(
            sightings=tuple(one for one in found if one.post.posted_at >= since),
            unread=tuple(heard.aside.values()),
        )

    def understand(self, raw: str) -> Page:
        """Read something again that was put aside; `Unclear` where it still makes no sense."""
        heard, what = Heard(), json.loads(raw)
        if text_of(what, "type") in self._kinds():
            self._hear_of(heard, entity(what, "notification"))
        else:
            heard.add(entity(what, "status"))
            own = self._at_home().account_id
            heard.addressed |= {key for key, status in heard.statuses.items() if speaks_to(status, own)}
        sightings = self._sightings(heard)
        if heard.aside:
            raise bad_answer(next(iter(heard.aside.values())).reason)
        return Page(sightings=sightings, backfill=True)

    # Private mentions

    def _hear_conversations(
        self, heard: Heard, marks: Marks, *, first: bool
    ) -> tuple[str, tuple[str, ...], bool]:
        """Hear changed conversations, oldest first; return floor, known and whether some are left.

        The second net under the notifications: it catches what a policy drops. Posts outside the
        last one's line of replies are heard through the notifications alone.
        """
        lasts, newest_floor, newest = self._changed_conversations(heard, marks, first=first)
        batch, left = lasts[:CONVERSATIONS_AT_ONCE], lasts[CONVERSATIONS_AT_ONCE:]
        for status in lasts if first else batch:
            self._hear_private(heard, status, marks.known)
        if left and not first:
            floor = demand(batch[-1], "id")
            return floor, tuple(kept for kept in marks.known if id_order(kept) > id_order(floor)), True
        if not self._has_conversations:
            return marks.floor, marks.known, False
        return newest_floor, newest, False

    def _changed_conversations(
        self, heard: Heard, marks: Marks, *, first: bool
    ) -> tuple[list[Entity], str, tuple[str, ...]]:
        """Return the last posts not known yet, oldest first, and floor and ids of the newest page."""
        changed: dict[str, Entity] = {}
        floor, newest = "", tuple[str, ...]()
        for page, goes_on in self._conversation_pages(heard):
            ids = sorted(page, key=id_order, reverse=True)
            if not newest:
                floor, newest = (ids[-1] if goes_on and ids else ""), tuple(ids)
            above = [native_id for native_id in ids if id_order(native_id) > id_order(marks.floor)]
            fresh = [native_id for native_id in above if native_id not in marks.known]
            news = any(native_id not in changed for native_id in fresh)
            changed |= {native_id: page[native_id] for native_id in fresh}
            if first or not news or len(above) < len(ids):
                break
        return [changed[native_id] for native_id in sorted(changed, key=id_order)], floor, newest

    @property
    def _has_conversations(self) -> bool:
        return self._clock() >= self._conversations_from

    def _conversation_pages(self, heard: Heard) -> Iterator[tuple[dict[str, Entity], bool]]:
        """Yield last posts by id from the newest page on, and whether more follow; none on old servers."""
        follow: dict[str, str] = {}
        while self._has_conversations:
            try:
                params = [("limit", str(PAGE)), *((k, v) for k, v in follow.items() if k == "max_id")]
                received = self._client.get("/api/v1/conversations", params)
            except Gone:
                self._conversations_from = self._clock() + WITHOUT_CONVERSATIONS_S
                return
            rows = heard.with_ids(received.json, "conversations")
            lasts = [row["last_status"] for row in rows if row.get("last_status")]
            follow = received.next_page
            found = heard.with_ids(lasts, "last_status")
            yield {demand(status, "id"): status for status in found}, "max_id" in follow
            if "max_id" not in follow:
                return

    def _hear_private(self, heard: Heard, last: Entity, known: Sequence[str]) -> None:
        """Hear a conversation's last post and the private ones above it since the last one known."""
        native_id = demand(last, "id")
        fresh = [last]
        if last.get("in_reply_to_id") and native_id not in heard.statuses:
            for status in reversed(self._statuses_above(last)):
                if demand(status, "id") in known:
                    break
                if text_of(status, "visibility") == "direct":
                    fresh.append(status)
        for status in fresh:
            heard.add(status, addressed=True)

    # Threads

    def _sightings(
        self, heard: Heard, *, with_thread: bool = True, ask_above: bool = True
    ) -> tuple[Sighting, ...]:
        """Turn statuses into sightings, with the posts above each where they are wanted too.

        Without `ask_above` nobody asks for these, and each post stands as the first of its thread.
        """
        self._learn(heard.statuses.values())
        found: dict[str, Sighting] = {one.native_id: one for one in heard.reposts.values()}
        for native_id in sorted(heard.statuses, key=id_order):
            status = heard.statuses[native_id]
            try:
                line = self._line_above(status) if ask_above else ()
                seen = self._sighting(status, line, addressed=native_id in heard.addressed)
            except BROKEN as error:
                only_broken(error)
                heard.put_aside(status, error)
                continue
            if with_thread:
                found |= {item.native_id: item for item in line if item.native_id not in found}
            found[native_id] = seen
            if ask_above:
                # Above another post it will be context; it was heard in its own right now, not then.
                self._threads.keep(native_id, (*line, replace(seen, addressed=False)))
        return parents_first(found.values())

    def _sighting(self, status: Entity, line: tuple[Sighting, ...], *, addressed: bool = False) -> Sighting:
        return sighting_from_status(
            status, home=self._at_home(), thread=line, people=self._people, addressed=addressed
        )

    def _line_above(self, status: Entity) -> tuple[Sighting, ...]:
        """Return the known posts above a status, the first of the thread first."""
        parent = status.get("in_reply_to_id")
        if parent is None:
            return ()
        line = self._threads.find(str(parent))
        if line is None:
            chain = self._statuses_above(status)
            self._learn(chain)
            line = ()
            for above in chain:
                try:
                    line = (*line, self._sighting(above, line))
                except BROKEN as error:
                    only_broken(error)
                    line = ()  # the thread goes on below what cannot be read
            self._threads.keep(str(parent), line)
        return line

    def _statuses_above(self, status: Entity) -> list[Entity]:
        """Ask for the posts above; where the server cannot show the thread, for the parent alone."""
        path = f"/api/v1/statuses/{in_path(demand(status, 'id'))}"
        try:
            context = entity(self._client.get(f"{path}/context").json, "context")
            return chain_above(status, entities(context.get("ancestors"), "ancestors"))
        except (Gone, Refused):
            return []
        except Unclear as error:
            if error.code not in {"server_error", "bad_answer"}:
                raise
        with suppress(Gone, Refused):
            return [self._status(str(status.get("in_reply_to_id")))]
        return []

    def _learn(self, statuses: Iterable[Entity]) -> None:
        if len(self._people) > 10_000:
            self._people.clear()
        self._people |= people_in(statuses)

    # Asking

    def _list(self, path: str, params: Params) -> list[Entity]:
        return entities(self._client.get(path, params).json, path.rpartition("/")[2])

    def _status(self, native_id: str) -> Entity:
        return entity(self._client.get(f"/api/v1/statuses/{in_path(native_id)}").json, "status")

    def _account(self) -> Entity:
        return entity(self._client.get("/api/v1/accounts/verify_credentials").json, "account")

    def _at_home(self, account: Entity | None = None) -> Home:
        """Return our account and server, asked for once a connection."""
        if self._home is None:
            account = account or self._account()
            instance = ask_instance(self._client)
            self._home = Home(account_id=demand(account, "id"), instance=instance)
            self._learn([{"account": account}])
        return self._home


def in_path(native_id: str) -> str:
    """Return an id as it may stand in an address."""
    return quote(native_id, safe="")


def _is_before(item: Entity, since: datetime) -> bool:
    try:
        return moment(demand(item, "created_at")) < since
    except Unclear:
        return False
