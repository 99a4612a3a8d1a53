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

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from resonanz.networks import (
    AcceptEverybody,
    Action,
    Answer,
    Boost,
    Capabilities,
    CheckPosts,
    Credentials,
    DeletePost,
    Favourite,
    Gone,
    LoginNeeded,
    LookUpPosts,
    LookUpProfile,
    Policy,
    ReadBack,
    ReadPolicy,
    Refused,
    Temporary,
    Unboost,
    Unclear,
    Understand,
    Unfavourite,
)
from resonanz.networks.answers import (
    Entity,
    bad_answer,
    demand,
    entities,
    entity,
    id_order,
    later,
    moment,
    only_this,
    text_of,
)
from resonanz.networks.http import Params
from resonanz.networks.mastodon_hearing import PAGE, Hearing, in_path
from resonanz.networks.mastodon_login import begin_login, finish_login, stream
from resonanz.networks.mastodon_parse import parse
from resonanz.networks.mastodon_posts import (
    LIMITS,
    VISIBILITIES,
    Heard,
    Home,
    author_from_account,
    may_be,
    policy_from,
    speaks_to,
    wrote,
)
from resonanz.networks.mastodon_text import full_handle, handles_in, plain_form, text_from_html, with_handles
from resonanz.post import Audience, Delivery, MediaKind, Page, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CAPABILITIES", "LIMITS", "Mastodon", "begin_login", "connect", "finish_login", "parse", "stream"]

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
            CheckPosts,
            DeletePost,
            Favourite,
            LookUpPosts,
            LookUpProfile,
            ReadBack,
            ReadPolicy,
            Unboost,
            Understand,
            Unfavourite,
        }
    ),
)

TOGETHER = 20  # ids in one look-up
CLOCKS_APART = timedelta(minutes=10)  # how far a server's clock may be behind ours
SEARCH_PAGES = 5
ACCEPTED = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
REACTIONS = {Favourite: "favourite", Unfavourite: "unfavourite", Boost: "reblog", Unboost: "unreblog"}


class Mastodon(Hearing):
    """One account on one server; what the methods promise is said in `resonanz.networks.Network`."""

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
            page = self._search_page(heard, [*params, *older])
            fresh = [item for item in page if id_order(demand(item, "id")) > id_order(cursor)]
            if not any(demand(item, "id") not in heard.statuses for item in fresh):
                break
            for status in fresh:
                heard.add(status, addressed=speaks_to(status, home.account_id))
            if len(page) < PAGE:
                break
            older = [("max_id", min(heard.statuses, key=id_order))]
        newest = max([cursor, *heard.statuses], key=id_order)
        sightings = self._sightings(heard, with_thread=False)
        unread = tuple(heard.aside.values())
        return Page(sightings=sightings, unread=unread, cursor=newest, backfill=not cursor)

    def _search_page(self, heard: Heard, params: Params) -> list[Entity]:
        try:
            answer = self._client.get("/api/v2/search", params).json
        except (Gone, Refused) as error:
            raise Refused("not_allowed_here", reason=error.reason) from error
        return heard.with_ids(entity(answer, "search").get("statuses"), "statuses")

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
                path = f"/api/v1/statuses/{in_path(delivery.answers)}/context"
                context = entity(self._client.get(path).json, "context")
                below = entities(context.get("descendants"), "descendants")
                yield from (status for status in below if wrote(status, home.account_id))
        path = f"/api/v1/accounts/{in_path(home.account_id)}/statuses"
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
        path = f"/api/v1/statuses/{in_path(demand(status, 'id'))}/source"
        with suppress(Gone, Refused):
            return plain_form(text_of(self._client.get(path).json, "text")) == wanted
        return False

    # Acting

    def act(self, action: Action) -> Answer:
        """Carry out an action. Deleting what is gone already is done; a missing policy is not known."""
        match action:
            case DeletePost(native_id):
                with suppress(Gone):
                    self._client.send("DELETE", f"/api/v1/statuses/{in_path(native_id)}")
                return None
            case CheckPosts() | LookUpPosts() | ReadBack() | Understand():
                return self._read_more(action)
            case LookUpProfile():
                return self._profile()
            case ReadPolicy():
                return self._policy()
            case AcceptEverybody():
                return self._accept_everybody()
        self._react(action)
        return None

    def _read_more(self, action: CheckPosts | LookUpPosts | ReadBack | Understand) -> Page:
        if isinstance(action, CheckPosts | LookUpPosts):
            return self._look_up(action.native_ids, with_thread=action.with_thread)
        return self.read_back(action.since) if isinstance(action, ReadBack) else self.understand(action.raw)

    def _react(self, action: Favourite | Unfavourite | Boost | Unboost) -> None:
        """Like or boost ("Statuses", favourite and reblog), or take it back; what is gone has neither."""
        path = f"/api/v1/statuses/{in_path(action.native_id)}/{REACTIONS[type(action)]}"
        try:
            with only_this():
                self._client.send("POST", path)
        except Gone:
            if isinstance(action, Favourite | Boost):
                raise

    def _look_up(self, native_ids: Sequence[str], *, with_thread: bool) -> Page:
        """Read posts again. One that is missing from the answer for many is asked for by itself.

        Gone is only what a server that knows our account does not know: one that is ill may say so of all. A
        refusal says nothing about what is there.
        """
        wanted = list(dict.fromkeys(native_ids))
        heard, gone = Heard(), []
        for start in range(0, len(wanted), TOGETHER):
            for status in self._statuses_together(wanted[start : start + TOGETHER]):
                heard.add(status)
        for native_id in wanted:
            if native_id not in heard.statuses:
                try:
                    with suppress(Refused):
                        heard.add(self._status(native_id))
                except Gone:
                    gone.append(native_id)
        if gone:
            self._expect_sane()
        own = self._at_home().account_id
        heard.addressed |= {key for key, status in heard.statuses.items() if speaks_to(status, own)}
        sightings = self._sightings(heard, with_thread=with_thread)
        return Page(sightings=sightings, unread=tuple(heard.aside.values()), gone=tuple(gone))

    def _expect_sane(self) -> None:
        """Raise `Unclear` where the server does not know our own account either."""
        try:
            self._account()
        except Gone as error:
            raise Unclear("bad_answer", reason=error.reason) from error

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


def connect(credentials: Credentials) -> Mastodon:
    """Open the door. No traffic yet."""
    return Mastodon(credentials)
