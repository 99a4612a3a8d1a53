"""Bluesky, and every server that speaks the AT Protocol's application `app.bsky`.

Here lives what is asked of the network, when, and what it means for the desk. The way in is
`bluesky_session.py`; what is heard `bluesky_hearing.py`, with the place in the network's lists in
`bluesky_places.py` and messages in `bluesky_messages.py`; JSON becomes values in `bluesky_posts.py`,
`bluesky_embeds.py` and `bluesky_text.py`; records of ours are made in `bluesky_sending.py`.

What we write lies on the account's own server at once; what anybody reads comes from the network's view of
all servers, moments later. So what we sent is told and found by its record, never by what is shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
    Login,
    LookUpPosts,
    LookUpProfile,
    NetworkError,
    Policy,
    ReadBack,
    ReadPolicy,
    Refused,
    Temporary,
    Unboost,
    Understand,
    Unfavourite,
)
from resonanz.networks.answers import Entity, demand, later, part_of, text_of
from resonanz.networks.bluesky_heard import Heard
from resonanz.networks.bluesky_hearing import Hearing
from resonanz.networks.bluesky_parsing import parse
from resonanz.networks.bluesky_places import PAGE, Item, Marks, Place, newest, onward
from resonanz.networks.bluesky_posts import (
    LIKE,
    LIMITS,
    MESSAGE,
    POST,
    REPOST,
    author_from_profile,
    did_in,
    parts_of_message,
    parts_of_uri,
    sighting_from_view,
)
from resonanz.networks.bluesky_sending import (
    bring_images,
    expect_fits,
    expect_open,
    key_about,
    key_of,
    post_record,
    shown_as_sent,
    strong_ref,
    written_at,
)
from resonanz.networks.bluesky_session import sign_in
from resonanz.networks.bluesky_stream import stream
from resonanz.networks.bluesky_text import as_sent, facets_for
from resonanz.post import Audience, Delivery, MediaKind, Page, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CAPABILITIES",
    "LIMITS",
    "Bluesky",
    "begin_login",
    "connect",
    "finish_login",
    "parse",
    "sign_in",
    "stream",
]

CAPABILITIES = Capabilities(
    label="Bluesky",
    own_mark="bluesky.svg",
    login=("password",),
    search=True,
    stream=True,
    delivery_key=True,
    key_lasts=True,
    edits_heard=False,  # the network shows a post as it was first written
    deletions_heard=False,  # of posts only by reading them again, or by the optional stream
    private_replies=True,
    invitation="message",
    turns_away=True,
    reactions="like",
    handle_link="https://bsky.app/profile/{handle}",
    tag_link="https://bsky.app/hashtag/{tag}",
    deletes_messages=False,
    authors_delete=True,
    posts_count=1_200,  # "Rate Limits": 5,000 points an hour, 3 a record; the rest is for likes and the app
    posts_window_s=3_600,
    media=frozenset({MediaKind.IMAGE}),
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

CLOCKS_APART = timedelta(minutes=10)  # how far the message service's clock may be behind ours
DECLARATION = "chat.bsky.actor.declaration"
# Who may write to an account (`allowIncoming`), and whom each choice keeps away.
KEPT_AWAY = {"all": (), "following": ("not_following",), "none": ("private_mentions",)}
COLLECTIONS = {Favourite: LIKE, Unfavourite: LIKE, Boost: REPOST, Unboost: REPOST}
OWN_MARK = {LIKE: "like", REPOST: "repost"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Bluesky(Hearing):
    """One account; what the methods promise is said in `resonanz.networks.Network`."""

    def __repr__(self) -> str:
        return f"Bluesky({self._session!r})"

    # Searching

    def search(self, query: str, cursor: str) -> Page:
        """Return posts that the network's own search finds, newer than the cursor, oldest first."""
        marks, heard = Marks.read(cursor), Heard()
        place = marks.heard if marks else None

        def ask(at: str) -> tuple[list[Item], str]:
            params = [("q", query), ("sort", "latest"), ("limit", str(PAGE))]
            answer = self._session.get(
                "app.bsky.feed.searchPosts", [*params, *([("cursor", at)] if at else [])]
            )
            return heard.items(answer.get("posts"), "posts"), text_of(answer, "cursor")

        walked = newest(ask) if place is None else onward(ask, place)
        for item in walked.found:
            heard.add(item.said)
        return Page(
            sightings=self._sightings(heard, with_thread=False),
            unread=tuple(heard.aside.values()),
            cursor=Marks(walked.place, Place()).write(),
            more=walked.more,
            backfill=place is None,
            gap=walked.gap,
        )

    # Sending

    def send(self, delivery: Delivery) -> Sighting:
        """Publish: one request that changes what is seen, never repeated here; all it needs is asked before.

        What goes wrong before it is `Temporary`, `Refused`, `Gone` or `LoginNeeded`: nothing was published.
        """
        if delivery.draft.audience is Audience.DIRECT:
            return self._send_message(delivery)
        if delivery.draft.audience is not Audience.PUBLIC:
            raise Refused("not_allowed_here")
        uri = self._uri_of(delivery)
        record = self._outgoing(delivery)
        answer = self._written(uri, record)
        if answer is None:  # an earlier attempt was taken, and nobody heard of it
            return self._sighting_of(self._taken(uri))
        return self._sighting_of({"uri": uri, "cid": demand(answer, "cid"), "value": record})

    def _taken(self, uri: str) -> Entity:
        """Return what stands under a key that the server calls taken; `Temporary` where nothing does."""
        try:
            return self._record(uri)
        except Gone as error:
            raise Temporary("overloaded", reason=error.reason) from error

    def _outgoing(self, delivery: Delivery) -> dict[str, Any]:
        draft = delivery.draft
        expect_fits(as_sent(draft.text), length=LIMITS.length, most_bytes=LIMITS.bytes_length or 0)
        with later():
            answered = self._shown(delivery.answers) if delivery.answers else None
            quoted = self._shown(draft.quotes) if draft.quotes else None
            if answered:
                expect_open(answered)
            images = bring_images(self._session, draft.media)
            return post_record(
                delivery, resolve=self._resolve, answered=answered, quoted=quoted, images=images
            )

    def _shown(self, native_id: str) -> Entity:
        """Return a post as it is shown now; `Gone` where it is not, `Refused` for a private message."""
        if native_id.startswith(MESSAGE):
            raise Refused("not_allowed_here")  # a private message is not answered in public
        view = self._views([native_id]).get(native_id)
        if view is None and self.is_gone(native_id):
            raise Gone("gone")
        if view is None:
            raise Temporary("overloaded")  # it is not shown now, and stands there all the same
        return view

    def _resolve(self, handle: str) -> str:
        """Return whose handle it is; one that is nobody's stays what it is in the text."""
        try:
            answer = self._session.get("com.atproto.identity.resolveHandle", [("handle", handle)])
        except (Gone, Refused):
            return ""
        return text_of(answer, "did")

    def _uri_of(self, delivery: Delivery) -> str:
        with later():
            return f"at://{self._session.did}/{POST}/{key_of(delivery)}"

    def _written(self, uri: str, record: Mapping[str, Any]) -> Entity | None:
        """Write a record where nothing stands yet; None where something does."""
        repo, collection, rkey = parts_of_uri(uri)
        body = {"repo": repo, "collection": collection, "rkey": rkey, "record": record, "swapRecord": None}
        try:
            return self._session.send("com.atproto.repo.putRecord", body)
        except Refused as error:
            if error.facts.get("name") == "InvalidSwap":
                return None
            raise

    def _author(self) -> Entity:
        """Return our account as posts show it, asked for once; without its name where nobody tells that."""
        if not self._face:
            own = {"did": self._session.did, "handle": self._session.handle}
            try:
                profile = self._session.get("app.bsky.actor.getProfile", [("actor", self._session.did)])
            except NetworkError:
                return own
            told = {key: text_of(profile, key) for key in ("displayName", "avatar")}
            self._face = own | {key: text for key, text in told.items() if text}
        return self._face

    def _sighting_of(self, record: Entity) -> Sighting:
        """Return a record of ours as a post, without asking the network, which may not show it yet."""
        view = shown_as_sent(
            part_of(record, "value"),
            uri=demand(record, "uri"),
            cid=text_of(record, "cid"),
            author=self._author(),
        )
        blobs = f"{self._session.pds}/xrpc/com.atproto.sync.getBlob?did={{did}}&cid={{cid}}"
        return sighting_from_view(view, did=self._session.did, blobs=blobs)

    def _send_message(self, delivery: Delivery) -> Sighting:
        text = as_sent(delivery.draft.text)
        expect_fits(text, length=LIMITS.message_length or 0, most_bytes=LIMITS.message_bytes or 0)
        if delivery.draft.media:
            raise Refused("too_many_files", limit=0, count=len(delivery.draft.media))
        with later():
            message: dict[str, Any] = {"text": text}
            facets = facets_for(text, self._resolve)
            if facets:
                message["facets"] = facets
            if delivery.draft.quotes:
                ref = strong_ref(self._shown(delivery.draft.quotes))
                message["embed"] = {"$type": "app.bsky.embed.record", "record": ref}
            convo = self._convo_of(delivery)
        return self._messages.send(convo, message)

    def _convo_of(self, delivery: Delivery) -> str:
        """Return the conversation that a private delivery belongs into, begun if need be."""
        answers = delivery.answers or ""
        if answers.startswith(MESSAGE):
            return parts_of_message(answers)[0]
        return self._messages.convo_with(self._recipient(delivery))

    def _recipient(self, delivery: Delivery) -> str:
        """Return whom a private delivery is for: the author of what it answers, or the one it names."""
        did = did_in(delivery.answers or "")
        if not did and len(delivery.named) == 1:
            did = self._resolve(delivery.named[0].removeprefix("@").lower())
        if not did:
            raise Refused("not_allowed_here", handle=", ".join(delivery.named))
        return did

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        """Look for what a delivery became: a post by its key, exactly; a message by its words and time.

        The limits of the second: an equal message of ours to the same person within this time is taken for
        it. Any failure to read is raised: `None` is said only after everything was seen.
        """
        if delivery.draft.audience is not Audience.DIRECT:
            try:
                return self._sighting_of(self._record(f"at://{self._session.did}/{POST}/{key_of(delivery)}"))
            except Gone:
                return None
        answers = delivery.answers or ""
        if answers.startswith(MESSAGE):
            convo = parts_of_message(answers)[0]
        else:
            convo = self._messages.known_convo_with(self._recipient(delivery))
        since = delivery.created_at - CLOCKS_APART
        return self._messages.find(convo, as_sent(delivery.draft.text), since) if convo else None

    # Acting

    def act(self, action: Action) -> Answer:
        """Carry out an action. Deleting what is gone already is done."""
        match action:
            case DeletePost(native_id):
                self._delete(native_id)
            case CheckPosts() | LookUpPosts() | ReadBack() | Understand():
                return self._read_more(action)
            case LookUpProfile():
                return self._profile()
            case ReadPolicy():
                return self._policy()
            case AcceptEverybody():
                return self._accept_everybody()
            case Favourite() | Boost():
                self._mark(action.native_id, COLLECTIONS[type(action)])
            case _:
                self._unmark(action.native_id, COLLECTIONS[type(action)])
        return None

    def _read_more(self, action: CheckPosts | LookUpPosts | ReadBack | Understand) -> Page:
        if isinstance(action, CheckPosts | LookUpPosts):
            return self.look_up(action.native_ids, with_thread=action.with_thread)
        return self.read_back(action.since) if isinstance(action, ReadBack) else self.understand(action.raw)

    def _delete(self, native_id: str) -> None:
        """Take a record of ours away. Of a message only our own sight could be cleared, so it is refused."""
        if did_in(native_id) != self._session.did:
            raise Refused("not_allowed_here")
        repo, collection, rkey = parts_of_uri(native_id)
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        self._session.send("com.atproto.repo.deleteRecord", body)

    def _mark(self, native_id: str, collection: str) -> None:
        """Like a post or pass it on; where that was done, by us or in the app, nothing changes."""
        view = self._shown(native_id)
        if text_of(part_of(view, "viewer"), OWN_MARK[collection]):
            return
        record = {"$type": collection, "subject": strong_ref(view), "createdAt": written_at(_utc_now())}
        self._written(f"at://{self._session.did}/{collection}/{key_about(native_id)}", record)

    def _unmark(self, native_id: str, collection: str) -> None:
        """Take it back, whoever of us did it; what is gone has none."""
        view = self._views([native_id]).get(native_id, {})
        made = text_of(part_of(view, "viewer"), OWN_MARK[collection])
        own = f"at://{self._session.did}/{collection}/{key_about(native_id)}"
        for uri in dict.fromkeys([own, *([made] if made else [])]):
            self._delete(uri)

    def _profile(self) -> Profile:
        did = self._session.did
        profile = self._session.get("app.bsky.actor.getProfile", [("actor", did)])
        facts = {"did": did, "server": self._session.pds, "messages": self._messages.check() or "yes"}
        return Profile(author=author_from_profile(profile), limits=LIMITS, software="Bluesky", facts=facts)

    def _policy(self) -> Policy:
        """Read who may write to us; nothing said means those whom we follow (`allowIncoming`)."""
        try:
            declared = self._record(f"at://{self._session.did}/{DECLARATION}/self")
        except Gone:
            declared = {}
        chosen = text_of(part_of(declared, "value"), "allowIncoming") or "following"
        return Policy(known=True, filtered=KEPT_AWAY.get(chosen, (chosen,)))

    def _accept_everybody(self) -> Policy:
        record = {"$type": DECLARATION, "allowIncoming": "all"}
        body = {"repo": self._session.did, "collection": DECLARATION, "rkey": "self", "record": record}
        self._session.send("com.atproto.repo.putRecord", body)
        return self._policy()


def connect(credentials: Credentials) -> Bluesky:
    """Open the door. No traffic yet.

    The secret holds `identifier` and `app_password`, and a session's tokens where there is one (`sign_in`).
    """
    return Bluesky(credentials)


def begin_login(base_url: str, *, redirect_uri: str, simulated: bool = False) -> Login:
    """Refuse: an app password is made in the network's own settings and typed here."""
    del base_url, redirect_uri, simulated
    raise Refused("not_allowed_here")


def finish_login(login: Login, code: str) -> Credentials:
    """Refuse: nobody signs in through the browser."""
    del login, code
    raise Refused("not_allowed_here")
