"""What an account on Bluesky hears: notifications, its own posts, messages, the posts above; read back too.

What may be unreadable is put aside whole, one post at a time: it keeps no other from being heard, and no
place from moving on. Sending, searching and acting are in `bluesky.py`.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from resonanz.networks import Credentials, Gone
from resonanz.networks.answers import (
    BROKEN,
    Entity,
    bad_answer,
    entity,
    only_broken,
    part_of,
    parts_of,
    text_of,
)
from resonanz.networks.bluesky_heard import Heard
from resonanz.networks.bluesky_messages import DEFS, Messages
from resonanz.networks.bluesky_places import (
    PAGE,
    Ask,
    Item,
    Marks,
    Place,
    Walked,
    back_to,
    newest,
    onward,
)
from resonanz.networks.bluesky_posts import did_in, parts_of_uri, repost_from, sighting_from_view
from resonanz.networks.bluesky_session import Session
from resonanz.networks.threads import parents_first
from resonanz.post import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from resonanz.post import Sighting

TOGETHER = 25  # posts in one look-up (`app.bsky.feed.getPosts`)
SPOKEN = frozenset({"mention", "reply", "quote"})
BACK_PAGES = 1_000  # of one list, read back at once: a hundred thousand things
LEVELS = 8  # how far up a thread is followed; the first post of it is asked for besides
ABOVE_KEPT = 2_000
ABOVE_SECONDS = 600.0


class Hearing:
    """The listening half of an account."""

    def __init__(self, credentials: Credentials, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = Session(credentials)
        self._messages = Messages(self._session)
        self._clock = clock
        self._face: Entity = {}  # our account as posts show it
        self._above: OrderedDict[str, tuple[float, Sighting | None]] = OrderedDict()

    # Reading

    def read(self, cursor: str) -> Page:
        """Return mentions, answers, quotes, reposts, messages and what we wrote elsewhere, parents first.

        An empty cursor brings the newest page of each as a backfill. The same post may come again in a
        later page, never twice in one. The posts above a reply come with it, not addressed.
        """
        marks, heard = Marks.read(cursor), Heard()
        known = marks or Marks()
        told = _walked(self._notifications(heard), known.heard)
        self._hear_of(heard, told.found)
        own = _walked(self._own_posts(heard), known.own)
        _add_posts(heard, own.found)
        log, rest = self._messages.hear(heard, known.log)
        gaps = [walked.gap for walked in (told, own) if walked.gap]
        return Page(
            sightings=self._sightings(heard),
            unread=tuple(heard.aside.values()),
            cursor=Marks(told.place, own.place, log).write(),
            more=told.more or own.more or rest,
            gone=tuple(heard.gone),
            backfill=marks is None,
            messages=self._messages.missing or "yes",
            gap=(min(gap[0] for gap in gaps), max(gap[1] for gap in gaps)) if gaps else None,
        )

    def _notifications(self, heard: Heard) -> Ask:
        reasons = [("reasons", reason) for reason in sorted({*SPOKEN, "repost"})]

        def ask(at: str) -> tuple[list[Item], str]:
            params = [*reasons, ("limit", str(PAGE)), *([("cursor", at)] if at else [])]
            answer = self._session.get("app.bsky.notification.listNotifications", params)
            return heard.items(answer.get("notifications"), "notifications"), text_of(answer, "cursor")

        return ask

    def _own_posts(self, heard: Heard) -> Ask:
        about = [("actor", self._session.did), ("filter", "posts_with_replies"), ("limit", str(PAGE))]

        def ask(at: str) -> tuple[list[Item], str]:
            params = [*about, *([("cursor", at)] if at else [])]
            answer = self._session.get("app.bsky.feed.getAuthorFeed", params)
            return heard.items(answer.get("feed"), "feed"), text_of(answer, "cursor")

        return ask

    def _hear_of(self, heard: Heard, found: Iterable[Item]) -> None:
        """Hear what notifications tell of. Posts are asked for, with their pictures and labels.

        One that is not shown by then is heard as the notification told it: nothing is passed over.
        """
        spoken: dict[str, Entity] = {}
        for item in found:
            reason = text_of(item.said, "reason")
            if reason in SPOKEN:
                spoken.setdefault(item.name, item.said)
            elif reason == "repost":
                heard.reposts.setdefault(item.name, item.said)
        shown = self._views(spoken)
        for uri, notification in spoken.items():
            heard.add(shown.get(uri, notification))

    def read_back(self, since: datetime) -> Page:
        """Return what was said to us and what we said since a moment, by whatever list shows it."""
        heard = Heard()
        self._hear_of(heard, back_to(self._notifications(heard), since, pages=BACK_PAGES))
        _add_posts(heard, back_to(self._own_posts(heard), since, pages=BACK_PAGES))
        self._messages.hear_since(heard, since)
        found = self._sightings(heard, with_thread=False)
        return Page(
            sightings=tuple(one for one in found if one.post.posted_at >= since),
            unread=tuple(heard.aside.values()),
        )

    def understand(self, raw: str) -> Page:
        """Read something again that was put aside; `Unclear` where it still makes no sense."""
        heard, what = Heard(), entity(json.loads(raw), "post")
        if text_of(what, "$type").startswith(DEFS):
            self._messages.understand(heard, what)
        elif text_of(what, "reason"):
            self._hear_of(heard, heard.items([what], "notifications"))
        else:
            heard.add(part_of(what, "post") or what)
        sightings = self._sightings(heard)
        if heard.aside:
            raise bad_answer(next(iter(heard.aside.values())).reason)
        return Page(sightings=sightings, backfill=True)

    def look_up(self, native_ids: Iterable[str], *, with_thread: bool) -> Page:
        """Read posts and messages again; those that are not shown to us any more are gone."""
        heard = Heard()
        wanted = list(dict.fromkeys(native_ids))
        posts = [native_id for native_id in wanted if native_id.startswith("at://")]
        views = self._views(posts)
        for view in views.values():
            heard.add(view)
        heard.gone += [uri for uri in posts if uri not in views and self.is_gone(uri)]
        messages = [native_id for native_id in wanted if not native_id.startswith("at://")]
        if messages:
            self._messages.look_up(heard, messages)
        sightings = self._sightings(heard, with_thread=with_thread)
        return Page(sightings=sightings, unread=tuple(heard.aside.values()), gone=tuple(heard.gone))

    def is_gone(self, uri: str) -> bool:
        """Tell whether a post that was not among those shown is not there, or kept from us.

        A list may leave out what stands there: asked for by itself the network says what became of it. A post
        of ours may stand in our own collection, though the network shows it not yet.
        """
        try:
            if did_in(uri) == self._session.did:
                self._record(uri)
                return False
            params = [("uri", uri), ("depth", "0"), ("parentHeight", "0")]
            answer = self._session.get("app.bsky.feed.getPostThread", params)
        except Gone:
            return True
        return not part_of(answer, "thread", "post").get("author")

    # Posts

    def _record(self, uri: str) -> Entity:
        """Return a record of ours with its `cid` and `value`, as our own server keeps it."""
        repo, collection, rkey = parts_of_uri(uri)
        params = [("repo", repo), ("collection", collection), ("rkey", rkey)]
        return self._session.get("com.atproto.repo.getRecord", params)

    def _views(self, uris: Iterable[str]) -> dict[str, Entity]:
        """Return posts as they are shown, by address; those that are gone or kept from us are missing."""
        wanted, found = list(uris), dict[str, Entity]()
        for start in range(0, len(wanted), TOGETHER):
            params = [("uris", uri) for uri in wanted[start : start + TOGETHER]]
            answer = self._session.get("app.bsky.feed.getPosts", params)
            for view in parts_of(answer, "posts"):
                if text_of(view, "uri") in wanted:
                    found[text_of(view, "uri")] = view
        return found

    def _sightings(self, heard: Heard, *, with_thread: bool = True) -> tuple[Sighting, ...]:
        """Turn what was heard into sightings, with the posts above each where they are wanted too."""
        found = dict(heard.taken)
        for view in heard.views.values():
            try:
                seen = sighting_from_view(view, did=self._session.did)
            except BROKEN as error:
                only_broken(error)
                heard.put_aside(view, error)
            else:
                found[seen.native_id] = seen
        above = self._line_above(found) if with_thread else {}
        found = above | found
        roots = {one.native_id: one.post.root for one in found.values()}
        for notification in heard.reposts.values():
            try:
                repost = repost_from(notification, roots=roots)
            except BROKEN as error:
                only_broken(error)
                heard.put_aside(notification, error)
            else:
                found[repost.native_id] = repost
        return parents_first(found.values())

    # Threads

    def _line_above(self, found: dict[str, Sighting]) -> dict[str, Sighting]:
        """Return the posts above those found, a level at a time, so that many replies cost few questions."""
        line: dict[str, Sighting] = {}
        level = {uri for one in found.values() for uri in _next_above(one)}
        for _ in range(LEVELS):
            level -= {*found, *line}
            if not level:
                break
            self._ask_for(level)
            shown = {uri: seen for uri in level if (seen := self._remembered(uri)) is not None}
            line |= shown
            level = {uri for seen in shown.values() for uri in _next_above(seen)}
        return line

    def _ask_for(self, uris: Iterable[str]) -> None:
        """Learn posts that are not remembered; one that is not shown is remembered as such."""
        unknown = [uri for uri in uris if not self._knows(uri)]
        views = self._views(unknown)
        for uri in unknown:
            seen = None
            if uri in views:
                try:
                    seen = sighting_from_view(views[uri], did=self._session.did, addressed=False)
                except BROKEN as error:
                    only_broken(error)
            self._above[uri] = (self._clock(), seen)
            if len(self._above) > ABOVE_KEPT:
                self._above.popitem(last=False)

    def _knows(self, uri: str) -> bool:
        kept_at, _ = self._above.get(uri, (None, None))
        if kept_at is not None and self._clock() - kept_at > ABOVE_SECONDS:
            del self._above[uri]
            return False
        return kept_at is not None

    def _remembered(self, uri: str) -> Sighting | None:
        return self._above.get(uri, (0.0, None))[1]


def _next_above(sighting: Sighting) -> set[str]:
    """Return the post above and the first of the thread, where they are posts and not a conversation."""
    post = sighting.post
    return {uri for uri in (post.reply_to, post.root) if uri and uri != post.uri and uri.startswith("at://")}


def _walked(ask: Ask, place: Place | None) -> Walked:
    return newest(ask) if place is None else onward(ask, place)


def _add_posts(heard: Heard, found: Iterable[Item]) -> None:
    """Take in the posts of a feed; what we only passed on is none of ours."""
    for item in found:
        if not part_of(item.said, "reason"):
            heard.add(part_of(item.said, "post"))
