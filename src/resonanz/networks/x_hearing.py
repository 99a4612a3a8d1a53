"""What an account on X hears: mentions, what it said itself, direct messages, quotes, and the posts above.

Each list has a place of its own in the cursor. Mentions come first: an error there is one of the whole
read. The others may be shut for a while (their limits are far lower, messages may be read 15 times in 15
minutes, and money is kept for mentions) without keeping mentions from coming in; their places then stay
where they are.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from resonanz.networks import (
    Charge,
    CheckPosts,
    Gone,
    LookUpPosts,
    ReadBack,
    Refused,
    Temporary,
    Unclear,
    Understand,
)
from resonanz.networks.answers import (
    BROKEN,
    Entity,
    bad_answer,
    demand,
    entity,
    id_order,
    moment,
    part_of,
    parts_of,
    text_of,
    unread,
)
from resonanz.networks.threads import parents_first
from resonanz.networks.x_cursor import Marks, Place
from resonanz.networks.x_door import DIALECTS, Bill, Door, Shape, read_in, utc_now
from resonanz.networks.x_errors import kind_of, stamp_of
from resonanz.networks.x_posts import (
    Beside,
    Me,
    by_age,
    either,
    me_from,
    message_sighting,
    referenced,
    sighting_of,
    time_in,
    versions_of,
)
from resonanz.networks.x_prices import NOW, most_for_messages, most_for_posts, reading
from resonanz.post import Page, Sighting, Unread

if TYPE_CHECKING:
    from resonanz.networks import Credentials

PAGE = 25  # what one call brings; more would set aside much money for calls that mostly bring nothing
LEAST = 5  # where money is short
LEAST_FOUND = 10  # of a search: "Recent search" takes no smaller number
PAGES = 4  # of one list in one read
BACK_PAGES = 200
MOST = 100  # where there is more
REACH = 780  # "Mentions timeline": the latest 800 can be read, of which some may be gone
LEVELS = 2  # how many times the posts above are asked for
TOGETHER = 100  # ids in one look-up
KNOWN = 10_000
SHUT = timedelta(minutes=15)  # X counts calls in quarters of an hour
REFUSED = timedelta(minutes=2)  # it may be for good (no right to messages), or a fault of the moment
MESSAGES = "messages"
SEARCH = "/2/tweets/search/recent"
SEARCH_DAYS = timedelta(days=7)

Fetch = Callable[["Heard", Place], tuple[list[str], str]]  # ids of a page, and the name of the one below


@dataclass(slots=True)
class Heard:
    """What one read found: posts and messages as they came, and what could not be understood."""

    posts: dict[str, Entity] = field(default_factory=dict)
    messages: dict[str, Entity] = field(default_factory=dict)
    addressed: set[str] = field(default_factory=set)
    beside: Beside = field(default_factory=Beside)
    aside: dict[str, Unread] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    gap: tuple[datetime, datetime] | None = None

    def put_aside(self, item: object, error: Exception, *, message: bool) -> None:
        """Keep what could not be understood, whole, with what came along for it."""
        kept = {"kind": "message" if message else "post", "item": item, "includes": self._along(item)}
        raw = json.dumps(kept)
        self.aside.setdefault(raw, replace(unread(item, error), raw=raw))

    def _along(self, item: object) -> dict[str, list[Entity]]:
        said = json.dumps(item)
        kinds = ("users", "media", "posts", "polls")
        kept: dict[str, dict[str, Entity]] = {kind: getattr(self.beside, kind) for kind in kinds}
        return {kind: [row for key, row in rows.items() if f'"{key}"' in said] for kind, rows in kept.items()}


class Hearing:
    """The listening half of an account on X."""

    def __init__(
        self, credentials: Credentials, *, clock: Callable[[], datetime] = utc_now, door: Door | None = None
    ) -> None:
        self._door = door or Door(credentials, clock=clock)
        self._me: Me | None = None
        self._known: OrderedDict[str, str] = OrderedDict()  # the talk of each post that was heard
        self._shut: dict[str, datetime] = {}
        self._why_shut: dict[str, str] = {}

    # Reading

    def read(self, cursor: str) -> Page:
        """Return what is new in each list, parents first.

        An empty cursor brings the newest page of each as a backfill, and marks where to go on.
        """
        marks = Marks.read(cursor)
        known, first = marks or Marks(), marks is None
        self._door.dialect = DIALECTS.get(known.dialect, self._door.dialect)
        heard, me = Heard(), self.at_home()
        mentions = self._sweep(heard, self._mentions, known.mentions, first=first, reach=REACH)
        own = self._beside_mentions("own", heard, self._own, known.own, first=first)
        messages = self._beside_mentions(MESSAGES, heard, self._messages, known.messages, first=first)
        place = self._findable(known.quotes)
        quotes = self._beside_mentions("quotes", heard, self._quotes, place, first=first)
        places = {"mentions": mentions, "own": own, MESSAGES: messages, "quotes": quotes}
        return Page(
            sightings=self._sightings(heard, me),
            unread=tuple(heard.aside.values()),
            cursor=Marks(
                **{name: place for name, (place, _more) in places.items()}, dialect=self._door.dialect.name
            ).write(),
            more=any(more for _place, more in places.values()),
            backfill=first,
            gap=heard.gap,
            messages=self._why_shut.get(MESSAGES, "yes"),
        )

    def _sweep(
        self, heard: Heard, fetch: Fetch, place: Place, *, first: bool = False, reach: int = 0
    ) -> tuple[Place, bool]:
        """Read a list down to its mark, some pages at once; return the new place and whether more is left.

        A list that ends after `reach` posts may have ended above the mark. Pages that were paid for are kept
        where the next one cannot be had.
        """
        for number in range(1 if first else PAGES):
            try:
                ids, below = fetch(heard, place)
            except Temporary:
                if not number:
                    raise
                return place, True
            except Refused:
                if not place.page:
                    raise
                # The name of a page is good for a while only. What was heard already comes again.
                place = Place(mark=place.mark)
                continue
            place = place.after(ids, below)
            if first:
                return place.done(), False
            if not below:
                if 0 < reach <= place.count:
                    heard.gap = _gap(place)
                return place.done(), False
        return place, True

    def _beside_mentions(
        self, name: str, heard: Heard, fetch: Fetch, place: Place, *, first: bool
    ) -> tuple[Place, bool]:
        """Read a list unless it is shut: where X says so, or few calls are left.

        Without money it is only left for now: asking the purse costs nothing, and it may be filled any time.
        """
        until = self._shut.get(name)
        if until is not None and self._door.now < until:
            return place, False
        try:
            swept = self._sweep(heard, fetch, place, first=first)
        except Temporary as error:
            if error.code not in {"rate_limited", "budget_spent"}:
                raise
            if error.code == "rate_limited":  # a budget may be raised at any time, X's limits do not change
                self._shut[name] = error.retry_at or self._door.now + SHUT
            self._why_shut[name] = error.code
        except (Gone, Refused) as error:  # the app may read no messages, say
            self._shut[name] = self._door.now + REFUSED
            self._why_shut[name] = error.code
        else:
            self._why_shut.pop(name, None)
            self._shut[name] = self._door.now + self._door.spacing
            return swept
        return place, False

    def _mentions(self, heard: Heard, place: Place) -> tuple[list[str], str]:
        path = f"/2/users/{in_path(self.at_home().uid)}/mentions"
        return self._listed(heard, "mentions", path, place, addressed=True)

    def _own(self, heard: Heard, place: Place) -> tuple[list[str], str]:
        path = f"/2/users/{in_path(self.at_home().uid)}/tweets"
        return self._listed(heard, "timeline", path, place, (("exclude", "retweets"),))

    def _quotes(self, heard: Heard, place: Place) -> tuple[list[str], str]:
        """Find who quotes us: no list names them, but each holds a link to one of our posts."""
        handle = self.at_home().author.handle
        links = " OR ".join(f'url:"{site}/{handle}/status"' for site in ("x.com", "twitter.com"))
        query = f"({links}) is:quote -is:retweet -from:{handle}"
        more = (("query", query), ("sort_order", "recency"))
        return self._listed(heard, "quotes", SEARCH, place, more)

    def _findable(self, place: Place) -> Place:
        """Return a place in what X's search reaches; all that it finds is newer than an older one."""
        seen_at = time_in(place.mark)
        return Place() if seen_at is not None and seen_at < self._door.now - SEARCH_DAYS else place

    def _listed(
        self,
        heard: Heard,
        call: str,
        path: str,
        place: Place,
        more: Sequence[tuple[str, str]] = (),
        *,
        addressed: bool = False,
    ) -> tuple[list[str], str]:
        """Read a page of posts, fewer where money is short; return their ids and the next page's name."""
        since = [("since_id", place.mark)] if place.mark else []
        page = [("pagination_token", place.page)] if place.page else []
        least = LEAST_FOUND if call == "search" else LEAST
        dearest = most_for_posts(least)
        answer = self._paid(
            lambda count: self._door.read(
                Bill(call, most_for_posts(count), lambda said: read_in(said, own=self._door.owned), dearest),
                path,
                [*more, *since, *page, ("max_results", str(count))],
            ),
            least,
            many=bool(place.page) or call == "read_back",
        )
        found = self._take(heard, answer, addressed=addressed)
        return found, text_of(part_of(answer, "meta"), "next_token")

    def _paid(self, ask: Callable[[int], Any], least: int, *, many: bool) -> Any:
        """Ask for a page as large as there is money for."""
        for count in (MOST, PAGE) if many else (PAGE,):
            try:
                return ask(count)
            except Temporary as error:
                if error.code != "budget_spent":
                    raise
        return ask(least)

    def _take(self, heard: Heard, answer: Any, *, addressed: bool = False) -> list[str]:
        """Take in the posts of an answer; return their ids. One without an id is put aside."""
        heard.beside.add(answer)
        ids = []
        for item in _rows(answer):
            try:
                native_id = demand(entity(item, "post"), "id")
            except Unclear as error:
                heard.put_aside(item, error, message=False)
                continue
            ids.append(native_id)
            heard.posts[native_id] = item
            if addressed:
                heard.addressed.add(native_id)
        return ids

    # Direct messages

    def _messages(self, heard: Heard, place: Place) -> tuple[list[str], str]:
        """Read a page of messages. There is no `since_id`: it ends where a known one is met."""
        ids, below = self._messages_at(heard, "/2/dm_events", MESSAGES, place.page, above=place.mark)
        fresh = [native_id for native_id in ids if id_order(native_id) > id_order(place.mark)]
        return fresh, below if len(fresh) == len(ids) else ""

    def _messages_at(
        self, heard: Heard, path: str, call: str, page: str = "", *, above: str = ""
    ) -> tuple[list[str], str]:
        follow = [("pagination_token", page)] if page else []
        answer = self._paid(
            lambda count: self._door.read(
                Bill(call, most_for_messages(count), _messages_read, most_for_messages(LEAST)),
                path,
                [("event_types", "MessageCreate"), *follow, ("max_results", str(count))],
                of="message",
            ),
            LEAST,
            many=bool(page) or call == "read_back",
        )
        heard.beside.add(answer)
        ids = []
        for item in _rows(answer):
            try:
                native_id = demand(entity(item, "message"), "id")
            except Unclear as error:
                heard.put_aside(item, error, message=True)
                continue
            ids.append(native_id)
            if id_order(native_id) > id_order(above) and text_of(item, "event_type") in {"MessageCreate", ""}:
                heard.messages[native_id] = item
        return ids, text_of(part_of(answer, "meta"), "next_token")

    # Sightings

    def _sightings(self, heard: Heard, me: Me, *, with_thread: bool = True) -> tuple[Sighting, ...]:
        """Turn what was heard into sightings, with the posts above where they are wanted."""
        above = self._above(heard) if with_thread else {}
        found = {}
        for native_id in by_age(above | heard.posts):
            item = heard.posts.get(native_id) or above[native_id]
            addressed = native_id in heard.addressed or (None if native_id in heard.posts else False)
            with putting_aside(heard, item, message=False):
                seen = sighting_of(item, heard.beside, me, addressed=addressed)
                found[seen.post.uri] = seen
                self._remember(item)
        for native_id in by_age(heard.messages):
            item = heard.messages[native_id]
            with putting_aside(heard, item, message=True):
                seen = message_sighting(item, heard.beside, me)
                found[seen.post.uri] = seen
        return parents_first(found.values())

    def _remember(self, item: Entity) -> None:
        self._known[demand(item, "id")] = text_of(item, "conversation_id")
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)

    def _above(self, heard: Heard) -> dict[str, Entity]:
        """Return the posts above those heard: what came along, and by look-up what is not known yet.

        Money and limits may keep them away: then the thread stands without them.
        """
        found = self._line(heard, heard.posts.values())
        for _ in range(LEVELS):
            missing = self._missing(heard, [*heard.posts.values(), *found.values()])
            if not missing or not self.bring(heard, missing[:TOGETHER]):
                break
            found |= self._line(heard, [*heard.posts.values(), *found.values()])
        return found

    def bring(self, heard: Heard, native_ids: Sequence[str]) -> bool:
        """Look posts up that belong beside others; tell whether X answered."""
        bill = Bill("thread", most_for_posts(len(native_ids)), read_in)
        try:
            answer = self._door.read(bill, "/2/tweets", [("ids", ",".join(native_ids))])
        except (Temporary, Unclear, Gone, Refused):
            return False
        heard.beside.add(answer)
        heard.beside.posts |= {text_of(item, "id"): item for item in parts_of(answer, "data")}
        return True

    @staticmethod
    def _line(heard: Heard, below: Iterable[Entity]) -> dict[str, Entity]:
        """Return the posts above that came along, as far up as they did.

        In the newer spelling their authors do not come: such a post is looked up instead.
        """
        found: dict[str, Entity] = {}
        waiting = list(below)
        while waiting:
            above = referenced(waiting.pop(), "replied_to")
            item = heard.beside.posts.get(above)
            if text_of(item, "author_id") and item and above not in found and above not in heard.posts:
                found[above] = item
                waiting.append(item)
        return found

    def _missing(self, heard: Heard, below: Iterable[Entity]) -> list[str]:
        wanted = dict.fromkeys(referenced(item, "replied_to") for item in below)
        told = {key for key, item in heard.beside.posts.items() if text_of(item, "author_id")}
        known = (heard.posts, told, self._known)
        return [native_id for native_id in wanted if native_id and all(native_id not in one for one in known)]

    # Reading again

    def read_again(self, action: CheckPosts | LookUpPosts | ReadBack | Understand) -> Page:
        """Carry out what an action asks to be read once more."""
        if isinstance(action, CheckPosts):
            return self.check(action.native_ids)
        if isinstance(action, LookUpPosts):
            return self.look_up(action.native_ids, with_thread=action.with_thread)
        return self.read_back(action.since) if isinstance(action, ReadBack) else self.understand(action.raw)

    def read_back(self, since: datetime) -> Page:
        """Return what was said to us and what we said since a moment, whatever a cursor says."""
        heard, me = Heard(), self.at_home()
        start = (("start_time", stamp_of(since)),)
        for path, more, addressed in (
            ("mentions", start, True),
            ("tweets", (*start, ("exclude", "retweets")), False),
        ):
            place = Place()
            for _ in range(BACK_PAGES):
                whole = f"/2/users/{in_path(me.uid)}/{path}"
                _ids, below = self._listed(heard, "read_back", whole, place, more, addressed=addressed)
                place = Place(page=below)
                if not below:
                    break
        self._messages_back(heard, since)
        found = self._sightings(heard, me, with_thread=False)
        return Page(
            sightings=tuple(one for one in found if one.post.posted_at >= since),
            unread=tuple(heard.aside.values()),
        )

    def _messages_back(self, heard: Heard, since: datetime) -> None:
        """Read messages back, as far as X lets us: it may be that none can be read, or none right now."""
        try:
            for _ in self._message_pages(heard, "/2/dm_events", "read_back", since):
                pass
        except (Gone, Refused):
            pass
        except Temporary as error:
            if error.code != "rate_limited":
                raise

    def _message_pages(self, heard: Heard, path: str, call: str, since: datetime) -> Iterator[list[Entity]]:
        """Yield messages from the newest on, page by page, down to a moment."""
        page = ""
        for _ in range(BACK_PAGES):
            ids, page = self._messages_at(heard, path, call, page)
            found = [heard.messages[native_id] for native_id in ids if native_id in heard.messages]
            yield found
            if not page or any(_is_before(item, since) for item in found):
                return

    def look_up(self, native_ids: Sequence[str], *, with_thread: bool) -> Page:
        """Read posts again. Of an edited one the newest version is asked for.

        X names what it no longer shows; an id that is in no answer is neither there nor gone. Direct messages
        are not looked up: they cannot be changed, and their limit is low.
        """
        wanted = [native_id for native_id in dict.fromkeys(native_ids) if native_id.isdigit()]
        heard, me = Heard(), self.at_home()
        self._looked_up(heard, wanted)
        newer = [
            versions[-1]
            for item in list(heard.posts.values())
            if (versions := versions_of(item))[-1] != item["id"]
        ]
        self._looked_up(heard, [native_id for native_id in newer if native_id not in heard.posts])
        sightings = self._sightings(heard, me, with_thread=with_thread)
        gone = tuple(dict.fromkeys(heard.gone))
        return Page(sightings=sightings, unread=tuple(heard.aside.values()), gone=gone)

    def _looked_up(self, heard: Heard, wanted: Sequence[str], call: str = "look_up") -> None:
        for answer in self._each(heard, wanted, call):
            self._take(heard, answer)

    def _each(self, heard: Heard, wanted: Sequence[str], call: str, of: Shape = "post") -> Iterator[Any]:
        """Yield X's answers about posts, as many at once as there may be, or few where money is short."""
        start, together = 0, TOGETHER
        while page := wanted[start : start + together]:
            most, least = (_most_for(of, count) for count in (len(page), min(len(page), LEAST)))
            try:
                answer = self._door.read(
                    Bill(call, most, read_in, least), "/2/tweets", [("ids", ",".join(page))], of=of
                )
            except Gone as error:  # X names each post that is gone; without that, nothing is known of any
                raise Unclear("bad_answer", reason=error.reason) from error
            except Temporary as error:
                if error.code != "budget_spent" or len(page) <= LEAST:
                    raise
                together = LEAST
                continue
            heard.gone += [native_id for native_id in gone_in(answer) if native_id in page]
            start += together
            yield answer

    def check(self, native_ids: Sequence[str]) -> Page:
        """Ask whether posts still stand: only for their ids and versions, so that nobody else is paid for.

        Those of which there is a newer version are read whole. Messages are not asked for, as in `look_up`.
        """
        wanted = [native_id for native_id in dict.fromkeys(native_ids) if native_id.isdigit()]
        heard, newer = Heard(), list[str]()
        for answer in self._each(heard, wanted, "sweep", "bare"):
            for item in parts_of(answer, "data"):
                with suppress(Unclear):  # what has no id tells nothing of any
                    last = versions_of(item)[-1]
                    newer += [last] if last != text_of(item, "id") else []
        fresh = Heard()
        self._looked_up(fresh, newer, "sweep")
        sightings = self._sightings(fresh, self.at_home(), with_thread=False) if newer else ()
        gone = tuple(dict.fromkeys([*heard.gone, *fresh.gone]))
        return Page(sightings=sightings, unread=tuple(fresh.aside.values()), gone=gone)

    def understand(self, raw: str) -> Page:
        """Read something again that was put aside; `Unclear` where it still makes no sense."""
        heard, me = Heard(), self.at_home()
        try:
            kept = json.loads(raw)
        except (ValueError, RecursionError):
            raise bad_answer("item") from None
        heard.beside.add(kept)
        item = entity(part_of(kept).get("item"), "item")
        try:
            if text_of(kept, "kind") == "message":
                sighting = message_sighting(item, heard.beside, me)
            else:
                sighting = sighting_of(item, heard.beside, me)
        except BROKEN as error:
            raise _as_bad(error) from error
        return Page(sightings=(sighting,), backfill=True)

    # Our account

    def at_home(self, *, fresh: bool = False) -> Me:
        """Return our account, asked for once a connection."""
        if self._me is None or fresh:
            params = [("user.fields", "name,username,profile_image_url,public_metrics,subscription_type")]
            bill = Bill("profile", NOW.user, read_in)
            answer = self._door.ask(bill, lambda client: client.get("/2/users/me", params))
            self._me = me_from(entity(part_of(answer).get("data"), "user"))
        return self._me


@contextmanager
def putting_aside(heard: Heard, item: Entity, *, message: bool) -> Iterator[None]:
    """Put a post aside that cannot be read, so that it keeps no other from being heard."""
    try:
        yield
    except BROKEN as error:
        heard.put_aside(item, error, message=message)


def in_path(native_id: str) -> str:
    """Return an id as it may stand in an address."""
    return quote(native_id, safe="")


def gone_in(answer: Any) -> list[str]:
    """Return the ids of which an answer says that they are not there, or not for us (partial errors)."""
    kinds = ("resource-not-found", "not-authorized-for-resource")
    errors = [item for item in parts_of(answer, "errors") if kind_of(item) in kinds]
    return [text_of(item, "resource_id") or text_of(item, "value") for item in errors]


def _messages_read(answer: Any) -> list[Charge]:
    ids = tuple(native_id for item in parts_of(answer, "data") if (native_id := text_of(item, "id")))
    includes = part_of(answer, "includes")
    posts = [text_of(item, "id") for item in parts_of({"all": either(includes, "tweets")}, "all")]
    people = [text_of(item, "id") for item in parts_of(includes, "users")]
    read = [Charge("message", NOW.message, ids)] if ids else []
    return [*read, *reading(posts, people)]


def _most_for(of: Shape, count: int) -> int:
    """Return what looking so many posts up costs at most; a bare one brings nothing along."""
    return NOW.post * count if of == "bare" else most_for_posts(count)


def _rows(answer: Any) -> list[Any]:
    found = answer.get("data") if isinstance(answer, dict) else None
    if found is None and isinstance(answer, dict):
        return []  # nothing was found
    if not isinstance(found, list):
        raise bad_answer("data")
    return found


def _gap(place: Place) -> tuple[datetime, datetime] | None:
    """Return the time between the mark and the oldest post that the list still showed."""
    begin, end = time_in(place.mark), time_in(place.oldest)
    return (begin, end) if begin and end and begin < end else None


def _is_before(item: Entity, since: datetime) -> bool:
    with suppress(Unclear):
        return moment(demand(item, "created_at")) < since
    return False


def _as_bad(error: Exception) -> Unclear:
    return error if isinstance(error, Unclear) else bad_answer(str(error))
