"""Blogs and news by RSS and Atom: read as a network on which nobody answers.

Here lives the network's door. Documents are fetched in `feed_http.py`, read in `feed_entries.py` and
`feed_text.py`, compared with what was there before in `feed_memory.py`; `feed_find.py` finds the feeds of a
site. Nothing can be sent, and nobody signs in: a channel is the desk's subscription to an address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from resonanz.networks import (
    Action,
    Answer,
    Capabilities,
    Credentials,
    Login,
    LookUpPosts,
    LookUpProfile,
    Nudge,
    Policy,
    ReadPolicy,
    Refused,
    Unclear,
)
from resonanz.networks.feed_entries import Document, read_document
from resonanz.networks.feed_find import Found, feeds_in
from resonanz.networks.feed_http import FeedClient, Fetched, feed_address, fetch, origin_of
from resonanz.networks.feed_memory import Kept, Memory, News, compared, fingerprint, moment
from resonanz.post import Audience, Author, Delivery, Limits, Page, Post, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "CAPABILITIES",
    "LIMITS",
    "Feed",
    "Found",
    "begin_login",
    "connect",
    "discover",
    "finish_login",
    "stream",
]

NETWORK = "feed"
EVERY = timedelta(minutes=5)  # other people's servers: no feed is asked more often, whoever calls
CAPABILITIES = Capabilities(
    label="RSS/Atom",
    own_mark="feed.svg",
    login=(),
    edits_heard=True,  # an entry with other words is heard as long as the feed has it
    actions=frozenset({LookUpProfile}),
)
LIMITS = Limits(length=0, media_count=0)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Feed:
    """One feed; what the methods promise is said in `resonanz.networks.Network`.

    `credentials.base_url` is the feed's address; it stays the feed's identity when the feed moves.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime] = _utc_now,
        client: Callable[..., FeedClient] = FeedClient,
        every: timedelta = EVERY,
    ) -> None:
        self._simulated = credentials.simulated
        self._address = feed_address(credentials.base_url, simulated=credentials.simulated)
        self._clock = clock
        self._client = client
        self._every = every

    def __repr__(self) -> str:
        return f"Feed({self._address!r})"

    def read(self, cursor: str) -> Page:
        """Return entries that are new or have new words, oldest first.

        An empty cursor brings what the feed has now as a backfill, at most its 400 newest. The cursor has
        at most 262,144 characters. Within five minutes of the last answer the page is empty, without traffic.
        """
        known, now = Memory.read(cursor), self._clock()
        memory, asked = known or Memory(), int(now.timestamp())
        if 0 <= asked - memory.asked < self._every.total_seconds():
            return Page(cursor=cursor)
        fetched = self._fetch(memory)
        body = fingerprint(fetched.body) if fetched.fresh else memory.body
        seen = Memory(fetched.lasting, fetched.etag, fetched.modified, body, asked, memory.kept)
        if body == memory.body:
            return Page(cursor=seen.write())
        document = _document(fetched)
        news, kept = compared(document.entries, memory.kept, feed=self._address, now=now)
        author = self._author(document)
        # Feeds begin with the newest; of two with the same time the lower one is the older.
        oldest_first = sorted(enumerate(news), key=lambda placed: (placed[1].kept.posted, -placed[0]))
        return Page(
            sightings=tuple(_sighting(one, author) for _, one in oldest_first),
            cursor=replace(seen, kept=kept).write(),
            backfill=known is None,
            gap=_gap(memory, kept[: len(document.entries)]),
        )

    def search(self, query: str, cursor: str) -> Page:
        """Refuse: a feed has no search of its own."""
        del query, cursor
        raise Refused("not_allowed_here")

    def send(self, delivery: Delivery) -> Sighting:
        """Refuse: nothing can be sent to a feed."""
        del delivery
        raise Refused("not_allowed_here")

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        """Return None: nothing was ever sent."""
        del delivery
        return None

    def act(self, action: Action) -> Answer:
        """Read the feed's own words about itself; all that changes something is refused.

        A feed keeps nothing back. Posts are not looked up one by one: `read` hears their edits, and one
        that left the feed is not gone.
        """
        if isinstance(action, LookUpProfile):
            return self._profile()
        if isinstance(action, LookUpPosts):
            return Page()
        if isinstance(action, ReadPolicy):
            return Policy(known=False)
        raise Refused("not_allowed_here")

    def _profile(self) -> Profile:
        """Describe the subscription. Its uid is not the site's, for what the site says is not ours."""
        document = _document(self._fetch(Memory()))
        author = replace(self._author(document), uid=f"subscription:{self._address}")
        return Profile(author=author, limits=LIMITS)

    def _author(self, document: Document) -> Author:
        host = urlsplit(self._address).hostname or ""
        return Author(
            network=NETWORK,
            uid=self._address,
            handle=host,
            name=document.title or host,
            url=document.site or self._address,
        )

    def _fetch(self, memory: Memory) -> Fetched:
        validators = {"If-None-Match": memory.etag, "If-Modified-Since": memory.modified}
        address = memory.address or self._address
        return fetch(
            address,
            # A simulated feed that moved to another server is held to the rules of the open internet.
            simulated=self._simulated and origin_of(address) == origin_of(self._address),
            clock=self._clock,
            headers={name: value for name, value in validators.items() if value},
            client=self._client,
        )


def _document(fetched: Fetched) -> Document:
    document = read_document(fetched.body, content_type=fetched.content_type, address=fetched.address)
    if document is None:
        raise Unclear("bad_answer", reason="the document is no feed")
    return document


def _gap(memory: Memory, shown: Sequence[Kept]) -> tuple[datetime, datetime] | None:
    """Return from when to when entries may have come and gone: where nothing that we knew is left.

    A feed shows its newest entries only. As long as one of them is an old acquaintance, none was missed.
    """
    known = {one.uri for one in memory.kept}
    if not known or not shown or any(one.uri in known for one in shown):
        return None
    since, until = memory.asked, min(one.posted for one in shown)
    return (moment(since), moment(until)) if since < until else None


def _sighting(news: News, author: Author) -> Sighting:
    entry, kept = news.entry, news.kept
    post = Post(
        network=NETWORK,
        uri=kept.uri,
        root=kept.uri,
        author=author,
        text=entry.text,
        posted_at=moment(kept.posted),
        edited_at=moment(kept.edited) if kept.edited else None,
        audience=Audience.PUBLIC,
        url=entry.url,
        language=entry.language,
        media=entry.media,
        links=entry.links,
    )
    return Sighting(post=post, native_id=kept.uri, native_thread_id=kept.uri)


def discover(
    address: str,
    *,
    simulated: bool = False,
    clock: Callable[[], datetime] = _utc_now,
    client: Callable[..., FeedClient] = FeedClient,
) -> tuple[Found, ...]:
    """Return the feeds at an address that a person typed: itself, or those that its page names, in order.

    `Refused` with `not_this_network` where there is none; all other errors are those of reading.
    """
    fetched = fetch(
        feed_address(address, simulated=simulated),
        simulated=simulated,
        clock=clock,
        headers={},
        client=client,
    )
    return feeds_in(fetched, simulated=simulated)


def connect(credentials: Credentials) -> Feed:
    """Open the door. No traffic yet; `Refused` if the address is none."""
    return Feed(credentials)


def begin_login(
    base_url: str, *, redirect_uri: str, simulated: bool = False, app: Mapping[str, str] | None = None
) -> Login:
    """Refuse: nobody signs in to a feed."""
    del base_url, redirect_uri, simulated, app
    raise Refused("not_allowed_here")


def finish_login(login: Login, code: str) -> Credentials:
    """Refuse: nobody signs in to a feed."""
    del login, code
    raise Refused("not_allowed_here")


def stream(credentials: Credentials) -> Iterator[Nudge]:
    """Return a stream that has ended: feeds are only polled."""
    del credentials
    return iter(())
