"""Mastodon, and every server that speaks its API.

Here lives what is asked of a server, when, and what it means for the desk. JSON becomes values in
`mastodon_posts.py`, HTML becomes text in `mastodon_text.py`, files go out in `mastodon_media.py`, the ways
in are in `mastodon_login.py`.

What differs between servers is found out by asking, never by the software's name: several relatives
ignore the Idempotency-Key, have no conversations, no policy or no stream, answer 400 for 422, and use
ids that are no numbers. Ids are opaque strings here; of two, the longer is the later, and of two
equally long the greater, which holds for numbers and for ULIDs alike.

Filtered notifications are always asked for. Since 4.3 a server keeps the private mentions of strangers
back ("Notifications API", policy), and a poll without them would move its marker past what it never saw.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from resonanz.networks import (
    AcceptEverybody,
    Action,
    Answer,
    Boost,
    Capabilities,
    Credentials,
    DeletePost,
    Favourite,
    Gone,
    LoginNeeded,
    LookUpPosts,
    LookUpProfile,
    Policy,
    ReadPolicy,
    Refused,
    Temporary,
    Unboost,
    Unclear,
    Unfavourite,
)
from resonanz.networks.http import Client, Params
from resonanz.networks.mastodon_login import ask_instance, begin_login, finish_login, stream
from resonanz.networks.mastodon_media import Uploads, later, only_this
from resonanz.networks.mastodon_posts import (
    LIMITS,
    VISIBILITIES,
    Entity,
    Heard,
    Home,
    Marks,
    author_from_account,
    bad_answer,
    chain_above,
    demand,
    entities,
    entity,
    id_order,
    may_be,
    moment,
    parents_first,
    people_in,
    policy_from,
    sighting_from_status,
    speaks_to,
    text_of,
    wrote,
)
from resonanz.networks.mastodon_text import full_handle, handles_in, plain_form, text_from_html, with_handles
from resonanz.networks.mastodon_threads import Threads
from resonanz.post import Audience, Delivery, MediaKind, Page, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["CAPABILITIES", "LIMITS", "Mastodon", "begin_login", "connect", "finish_login", "stream"]

CAPABILITIES = Capabilities(
    label="Mastodon",
    own_mark="mastodon.svg",
    login=("oauth", "token"),
    search=True,
    stream=True,
    delivery_key=True,
    edits_heard=False,  # an edited mention gives no notification: look posts up before answering
    deletions_heard=False,  # the stream tells only of posts in the own timeline
    private_replies=True,
    invitation="reply",
    authors_delete=True,
    posts_count=300,  # Mastodon, rate_limiter.rb: family "statuses"
    posts_window_s=3 * 3600,
    media=frozenset({MediaKind.IMAGE, MediaKind.GIF, MediaKind.VIDEO, MediaKind.AUDIO}),
    actions=frozenset(
        {
            AcceptEverybody,
            Boost,
            DeletePost,
            Favourite,
            LookUpPosts,
            LookUpProfile,
            ReadPolicy,
            Unboost,
            Unfavourite,
        }
    ),
)

PAGE = 40  # the most that notifications, conversations, search and own posts give at once
CONVERSATIONS_AT_ONCE = 20  # each may cost a call; the rest follows with the next read
TOGETHER = 20  # ids in one look-up
QUOTES_SINCE = 7  # `api_versions.mastodon` of 4.5, which notifies of quotes
CLOCKS_APART = timedelta(minutes=10)  # how far a server's clock may be behind ours
SEARCH_PAGES = 5
ACCEPTED = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
REACTIONS = {Favourite: "favourite", Unfavourite: "unfavourite", Boost: "reblog", Unboost: "unreblog"}


class Mastodon:
    """One account on one server; what the methods promise is said in `resonanz.networks.Network`."""

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
        self._has_conversations = True

    def __repr__(self) -> str:
        return f"Mastodon({self._client.host!r})"

    # Reading

    def read(self, cursor: str) -> Page:
        """Return mentions, quotes, private mentions and what we wrote elsewhere, parents first.

        An empty cursor brings the newest page of each as a backfill. The same post may come again in
        a later page, never twice in one. The posts above a reply come with it, not addressed.
        """
        marks = Marks.read(cursor)
        heard = Heard()
        known = marks or Marks()
        newest, more = self._hear_mentions(heard, known.heard, first=marks is None)
        floor, seen, rest = self._hear_conversations(heard, known, first=marks is None)
        own, own_more = self._hear_own(heard, known.own, first=marks is None)
        return Page(
            sightings=self._sightings(heard),
            cursor=Marks(newest, own, floor, seen).write(),
            more=marks is not None and (more or rest or own_more),
            backfill=marks is None,
        )

    def _hear_mentions(self, heard: Heard, marker: str, *, first: bool) -> tuple[str, bool]:
        wanted = {"mention", "quote"} if self._at_home().instance.api >= QUOTES_SINCE else {"mention"}
        params = [("types[]", kind) for kind in sorted(wanted)] + [("include_filtered", "true")]
        found, newest, more = self._newer("/api/v1/notifications", params, marker, first=first)
        for notification in found:
            status = notification.get("status")
            # Some servers send every kind; a status that is gone already leaves its place empty.
            if notification.get("type") in wanted and status is not None:
                heard.add(entity(status, "status"), addressed=True)
        return newest, more

    def _hear_own(self, heard: Heard, marker: str, *, first: bool) -> tuple[str, bool]:
        path = f"/api/v1/accounts/{_in_path(self._at_home().account_id)}/statuses"
        found, newest, more = self._newer(path, [("exclude_reblogs", "true")], marker, first=first)
        for status in found:
            if not status.get("reblog"):
                heard.add(status)
        return newest, more

    def _newer(
        self, path: str, params: Params, marker: str, *, first: bool
    ) -> tuple[list[Entity], str, bool]:
        """Return what is newer than the marker, the new marker, and whether more may be waiting.

        Forward by `min_id`, because `since_id` would jump to the newest page after a pause. Without
        a marker on a later read there was nothing before: everything found is new.
        """
        limit = ("limit", str(PAGE))
        if marker:
            page = self._list(path, [*params, limit, ("min_id", marker)])
            found = [item for item in page if id_order(demand(item, "id")) > id_order(marker)]
        else:
            page = self._list(path, [*params, limit])
            found = page if first else self._back_from(path, [*params, limit], page)
        newest = max([marker, *(demand(item, "id") for item in found)], key=id_order)
        return found, newest, bool(found) and len(page) >= PAGE and bool(marker)

    def _back_from(self, path: str, params: Params, page: list[Entity]) -> list[Entity]:
        found = {demand(item, "id"): item for item in page}
        while len(page) >= PAGE:
            count = len(found)
            page = self._list(path, [*params, ("max_id", min(found, key=id_order))])
            found |= {demand(item, "id"): item for item in page}
            if len(found) == count:
                break  # a server that does not page backward
        return list(found.values())

    # Private mentions

    def _hear_conversations(
        self, heard: Heard, marks: Marks, *, first: bool
    ) -> tuple[str, tuple[str, ...], bool]:
        """Hear changed conversations, oldest first; return floor, known and whether some are left.

        The second net under the notifications: it catches what a policy drops. Posts outside the
        last one's line of replies are heard through the notifications alone.
        """
        lasts, newest_floor, newest = self._changed_conversations(marks, first=first)
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
        self, marks: Marks, *, first: bool
    ) -> tuple[list[Entity], str, tuple[str, ...]]:
        """Return the last posts not known yet, oldest first, and floor and ids of the newest page."""
        changed: dict[str, Entity] = {}
        floor, newest = "", tuple[str, ...]()
        for page, goes_on in self._conversation_pages():
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

    def _conversation_pages(self) -> Iterator[tuple[dict[str, Entity], bool]]:
        """Yield last posts by id from the newest page on, and whether more follow; none on old servers."""
        follow: dict[str, str] = {}
        while self._has_conversations:
            try:
                params = [("limit", str(PAGE)), *((k, v) for k, v in follow.items() if k == "max_id")]
                received = self._client.get("/api/v1/conversations", params)
            except Gone:
                self._has_conversations = False
                return
            rows = entities(received.json, "conversations")
            lasts = [entity(row["last_status"], "last_status") for row in rows if row.get("last_status")]
            follow = received.next_page
            yield {demand(status, "id"): status for status in lasts}, "max_id" in follow
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

    def _sightings(self, heard: Heard, *, with_thread: bool = True) -> tuple[Sighting, ...]:
        """Turn statuses into sightings, with the posts above each where they are wanted too."""
        self._learn(heard.statuses.values())
        found: dict[str, Sighting] = {}
        for native_id in sorted(heard.statuses, key=id_order):
            status = heard.statuses[native_id]
            line = self._line_above(status)
            if with_thread:
                found |= {item.native_id: item for item in line if item.native_id not in found}
            found[native_id] = self._sighting(status, line, addressed=native_id in heard.addressed)
            # Above another post it will be context; it was heard in its own right now, not then.
            self._threads.keep(native_id, (*line, replace(found[native_id], addressed=False)))
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
                line = (*line, self._sighting(above, line))
            self._threads.keep(str(parent), line)
        return line

    def _statuses_above(self, status: Entity) -> list[Entity]:
        """Ask for the posts above; where the server cannot show the thread, for the parent alone."""
        path = f"/api/v1/statuses/{_in_path(demand(status, 'id'))}"
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

    # Searching

    def search(self, query: str, cursor: str) -> Page:
        """Return posts that the server's own search finds, newer than the cursor.

        What it finds is for the server to say: only posts of people who opted in, and none at all
        where no search index runs, which cannot be told from no hits. At most 200 posts a call.
        """
        heard = Heard()
        home = self._at_home()
        params = [("q", query), ("type", "statuses"), ("resolve", "false"), ("limit", str(PAGE))]
        older: Params = ()
        for _ in range(SEARCH_PAGES):
            page = self._search_page([*params, *older])
            fresh = [item for item in page if id_order(demand(item, "id")) > id_order(cursor)]
            if not any(demand(item, "id") not in heard.statuses for item in fresh):
                break
            for status in fresh:
                heard.add(status, addressed=speaks_to(status, home.account_id))
            if len(page) < PAGE:
                break
            older = [("max_id", min(heard.statuses, key=id_order))]
        newest = max([cursor, *heard.statuses], key=id_order)
        return Page(sightings=self._sightings(heard, with_thread=False), cursor=newest, backfill=not cursor)

    def _search_page(self, params: Params) -> list[Entity]:
        try:
            answer = self._client.get("/api/v2/search", params).json
        except (Gone, Refused) as error:
            raise Refused("not_allowed_here", reason=error.reason) from error
        return entities(entity(answer, "search").get("statuses"), "statuses")

    # Sending

    def send(self, delivery: Delivery) -> Sighting:
        """Publish: one request that changes what is seen, never repeated here; files are brought before it.

        What goes wrong with a file is `Temporary`, `Refused` or `LoginNeeded`: surely nothing was published.
        The thread of the answer is filled in from what we know of it; if that cannot be read now, the
        post stands as the first of its own thread, for it is sent all the same.
        """
        body = self._outgoing(delivery)
        try:
            answer = self._client.send(
                "POST", "/api/v1/statuses", body=body, headers={"Idempotency-Key": str(delivery.key)}
            )
        except Refused as error:
            raise self._too_long(body, error) or error from None
        status = entity(answer.json, "status")
        line: tuple[Sighting, ...] = ()
        with suppress(Gone, LoginNeeded, Refused, Temporary, Unclear):
            line = self._line_above(status)
        return self._sighting(status, line)

    def _outgoing(self, delivery: Delivery) -> dict[str, Any]:
        draft = delivery.draft
        body = {"status": self._worded(delivery), "visibility": VISIBILITIES[draft.audience]}
        optional = {
            "media_ids": self._uploads.bring(delivery, self._at_home().instance.limits),
            "in_reply_to_id": delivery.answers,
            "language": draft.language,
            "spoiler_text": draft.warning,
        }
        return body | {key: value for key, value in optional.items() if value}

    def _worded(self, delivery: Delivery) -> str:
        """Return the text with its handles. Private ones name exactly whom they are meant for.

        `Refused("not_allowed_here")` for a private text that names nobody, or somebody else, who
        would then read it.
        """
        domain = self._before_sending().domain
        if delivery.draft.audience is Audience.DIRECT:
            meant = {full_handle(handle, domain=domain) for handle in delivery.named}
            others = [name for name in handles_in(delivery.draft.text, domain=domain) if name not in meant]
            if others or not meant:
                raise Refused("not_allowed_here", handle=others[0] if others else "")
        return with_handles(delivery.draft.text, delivery.named, domain=domain)

    def _before_sending(self) -> Home:
        """Return our account; what goes wrong here is temporary, for nothing was sent yet."""
        with later():
            return self._at_home()

    def _too_long(self, body: Mapping[str, Any], error: Refused) -> Refused | None:
        limit = self._at_home().instance.limits.length
        length = len(body["status"]) + len(body.get("spoiler_text", ""))
        if error.code != "refused" or length <= limit:
            return None
        return Refused("too_long", reason=error.reason, limit=limit, length=length)

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        """Look for the delivery among the own posts since ten minutes before it was made.

        A post is the delivery if it answers the same post for the same audience with as many files and
        the same words, compared as `plain_form` makes them, or by their source where a server rewrote them.
        The limits of that: an equal text of our own in this time, to the same post, is taken for it;
        a server that changes the words themselves, or hides its own posts from their author, hides
        the match. Any failure to read is raised: `None` is said only after everything was seen.
        """
        wanted = plain_form(self._worded(delivery))
        for status in self._own_posts_since(delivery):
            if self._is_delivery(status, delivery, wanted):
                return self._sighting(status, self._line_above(status))
        return None

    def _own_posts_since(self, delivery: Delivery) -> Iterator[Entity]:
        """Yield own posts from the newest on; a private answer also from the thread it answers."""
        home = self._at_home()
        if delivery.draft.audience is Audience.DIRECT and delivery.answers:
            with suppress(Gone):
                path = f"/api/v1/statuses/{_in_path(delivery.answers)}/context"
                context = entity(self._client.get(path).json, "context")
                below = entities(context.get("descendants"), "descendants")
                yield from (status for status in below if wrote(status, home.account_id))
        path = f"/api/v1/accounts/{_in_path(home.account_id)}/statuses"
        params = [("limit", str(PAGE)), ("exclude_reblogs", "true")]
        since = delivery.created_at - CLOCKS_APART
        page = self._list(path, params)
        while page:
            yield from page
            oldest = min((demand(item, "id") for item in page), key=id_order)
            if min(moment(demand(item, "created_at")) for item in page) < since:
                return
            page = self._list(path, [*params, ("max_id", oldest)])
            if any(id_order(demand(item, "id")) >= id_order(oldest) for item in page):
                raise bad_answer("max_id")  # a server that does not page would keep us here

    def _is_delivery(self, status: Entity, delivery: Delivery, wanted: str) -> bool:
        if not may_be(status, delivery, since=delivery.created_at - CLOCKS_APART):
            return False
        if plain_form(text_from_html(text_of(status, "content"))) == wanted:
            return True
        path = f"/api/v1/statuses/{_in_path(demand(status, 'id'))}/source"
        with suppress(Gone, Refused):
            return plain_form(text_of(self._client.get(path).json, "text")) == wanted
        return False

    # Acting

    def act(self, action: Action) -> Answer:
        """Carry out an action. Deleting what is gone already is done; a missing policy is not known."""
        match action:
            case DeletePost(native_id):
                with suppress(Gone):
                    self._client.send("DELETE", f"/api/v1/statuses/{_in_path(native_id)}")
                return None
            case LookUpPosts(native_ids):
                return self._look_up(native_ids)
            case LookUpProfile():
                return self._profile()
            case ReadPolicy():
                return self._policy()
            case AcceptEverybody():
                return self._accept_everybody()
        self._react(action)
        return None

    def _react(self, action: Favourite | Unfavourite | Boost | Unboost) -> None:
        """Like or boost ("Statuses", favourite and reblog), or take it back; what is gone has neither."""
        path = f"/api/v1/statuses/{_in_path(action.native_id)}/{REACTIONS[type(action)]}"
        try:
            with only_this():
                self._client.send("POST", path)
        except Gone:
            if isinstance(action, Favourite | Boost):
                raise

    def _look_up(self, native_ids: Sequence[str]) -> Page:
        """Read posts again. One that is missing from the answer for many is asked for by itself."""
        wanted = list(dict.fromkeys(native_ids))
        heard, gone = Heard(), []
        for start in range(0, len(wanted), TOGETHER):
            for status in self._statuses_together(wanted[start : start + TOGETHER]):
                heard.add(status)
        for native_id in wanted:
            if native_id not in heard.statuses:
                try:
                    heard.add(self._status(native_id))
                except (Gone, Refused):
                    gone.append(native_id)
        own = self._at_home().account_id
        heard.addressed |= {key for key, status in heard.statuses.items() if speaks_to(status, own)}
        return Page(sightings=self._sightings(heard, with_thread=False), gone=tuple(gone))

    def _statuses_together(self, native_ids: Sequence[str]) -> list[Entity]:
        """Ask for many at once (since 4.3); none where the server cannot, or answers another question."""
        try:
            found = self._list("/api/v1/statuses", [("id[]", native_id) for native_id in native_ids])
        except (Gone, Refused):
            return []
        return [status for status in found if demand(status, "id") in native_ids]

    def _profile(self) -> Profile:
        self._home = None
        account = self._account()
        instance = self._at_home(account).instance
        facts = {"domain": instance.domain, "title": instance.title, "version": instance.version}
        facts |= {"api": str(instance.api), "source": instance.source}
        return Profile(
            author=author_from_account(account, domain=instance.domain),
            limits=instance.limits,
            software=f"Mastodon {instance.version}" if instance.api else instance.version,
            facts={key: value for key, value in facts.items() if value},
        )

    def _policy(self) -> Policy:
        try:
            return policy_from(entity(self._client.get("/api/v2/notifications/policy").json, "policy"))
        except Gone:
            return Policy(known=False)

    def _accept_everybody(self) -> Policy:
        kinds = dict.fromkeys([*ACCEPTED, *self._policy().filtered])
        body = {f"for_{kind}": "accept" for kind in kinds}
        try:
            answer = self._client.send("PATCH", "/api/v2/notifications/policy", body=body)
        except Gone as error:
            raise Refused("not_allowed_here", reason=error.reason) from error
        return policy_from(entity(answer.json, "policy"))

    # Asking

    def _list(self, path: str, params: Params) -> list[Entity]:
        return entities(self._client.get(path, params).json, path.rpartition("/")[2])

    def _status(self, native_id: str) -> Entity:
        return entity(self._client.get(f"/api/v1/statuses/{_in_path(native_id)}").json, "status")

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


def _in_path(native_id: str) -> str:
    return quote(native_id, safe="")


def connect(credentials: Credentials) -> Mastodon:
    """Open the door. No traffic yet."""
    return Mastodon(credentials)
