"""X (Twitter) through version 2 of its API: mentions, posts, direct messages, search.

Sources: X API documentation and its descriptions 2.166 and 2.167. What is particular here: an answer is
only taken if its addressee named or quoted us; there is no key by which X would know a repeated delivery,
so the own posts are read back; every call costs money. Direct messages are the older, unencrypted kind; the
newer, encrypted ones cannot be read by an interface like this, and only a notice of them comes
(`x_streams.py`).

What an account hears is in `x_hearing.py`; keys, money and spellings in `x_door.py`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.networks import (
    Action,
    Answer,
    Capabilities,
    Charge,
    CheckPosts,
    Credentials,
    DeletePost,
    Gone,
    LoginNeeded,
    LookUpPosts,
    LookUpProfile,
    Policy,
    ReadBack,
    ReadPolicy,
    Refused,
    Understand,
)
from resonanz.networks.answers import (
    Entity,
    bad_answer,
    demand,
    entity,
    id_order,
    later,
    moment,
    only_this,
    part_of,
    parts_of,
    text_of,
    texts_of,
)
from resonanz.networks.x_cursor import Marks, Place
from resonanz.networks.x_door import Bill, fixed, read_in, utc_now
from resonanz.networks.x_errors import stamp_of
from resonanz.networks.x_hearing import SEARCH, SEARCH_DAYS, Heard, Hearing, in_path
from resonanz.networks.x_login import begin_login, finish_login
from resonanz.networks.x_media import Uploads
from resonanz.networks.x_parse import parse
from resonanz.networks.x_posts import (
    LIMITS,
    MESSAGE,
    either,
    id_at,
    message_sighting,
    referenced,
    sighting_of,
    talk_of,
    time_in,
)
from resonanz.networks.x_prices import NOW, most_for_posts, price_of
from resonanz.networks.x_streams import stream
from resonanz.networks.x_text import compared, sendable, undone, urls_in
from resonanz.networks.x_webhooks import HOOK
from resonanz.post import Audience, Delivery, MediaKind, Page, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CAPABILITIES", "HOOK", "LIMITS", "X", "begin_login", "connect", "finish_login", "parse", "stream"]

CAPABILITIES = Capabilities(
    label="X",
    own_mark="x.svg",
    login=("oauth", "token"),
    search=True,
    stream=True,
    delivery_key=False,
    edits_heard=False,  # an edit has an id of its own, and nobody is told: look posts up before answering
    deletions_heard=False,
    private_replies=True,
    private_is_encrypted=False,
    invitation="message",
    answer_link="https://x.com/intent/post?in_reply_to={native_id}",
    handle_link="https://x.com/{handle}",
    tag_link="https://x.com/hashtag/{tag}",
    labels=frozenset({"paid", "by_machine"}),
    metered=True,
    prices=tuple((name, price) for name, price in asdict(NOW).items() if name != "since"),
    prices_since=NOW.since,
    link_price=NOW.send_link - NOW.send,
    gone_within_s=24 * 3600,  # "Developer policy": what was deleted there
    deletes_messages=False,
    authors_delete=True,
    posts_count=300,  # "Manage Posts": the lowest of three numbers that its documents name
    posts_window_s=3 * 3600,
    media=frozenset({MediaKind.IMAGE, MediaKind.GIF, MediaKind.VIDEO}),
    actions=frozenset({CheckPosts, DeletePost, LookUpPosts, LookUpProfile, ReadBack, ReadPolicy, Understand}),
)

CLOCKS_APART = timedelta(minutes=10)
SENT_PAGES = 40
SEARCH_MARK = timedelta(hours=1)  # what X finds late is found again; it takes no mark of more than seven days


class X(Hearing):
    """One account; what the methods promise is said in `resonanz.networks.Network`."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime] = utc_now,
        running: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(credentials, clock=clock)
        self._base = credentials.base_url
        self._uploads = Uploads(self._door, clock=running, pause=pause)

    def __repr__(self) -> str:
        return f"X({self._base!r})"

    # Searching

    def search(self, query: str, cursor: str) -> Page:
        """Return what X's search of the last seven days finds, newer than the cursor.

        The first search brings one page. The mark follows the time, so that a query that finds little keeps
        one that X takes. Whoever did not search for seven days begins anew, with a gap.
        """
        marks = Marks.read(cursor)
        known, first = marks or Marks(), marks is None
        heard, me, place = Heard(), self.at_home(), known.mentions

        def fetch(heard: Heard, place: Place) -> tuple[list[str], str]:
            return self._searched(heard, query, place)

        try:
            place, more = self._sweep(heard, fetch, place, first=first)
        except Refused:
            if not place.mark:
                raise
            place, more = self._sweep(heard, fetch, Place(), first=True)
            heard.gap = self._unsearched(known.mentions)
        if not more:
            recent = id_at(self._door.now - SEARCH_MARK)
            place = Place(mark=max(place.mark, recent, key=id_order))
        return Page(
            sightings=self._sightings(heard, me, with_thread=False),
            unread=tuple(heard.aside.values()),
            cursor=Marks(mentions=place, dialect=self._door.dialect.name).write(),
            more=more,
            backfill=first,
            gap=heard.gap,
        )

    def _searched(self, heard: Heard, query: str, place: Place) -> tuple[list[str], str]:
        more = (("query", query), ("sort_order", "recency"))
        return self._listed(heard, "search", SEARCH, place, more)

    def _unsearched(self, place: Place) -> tuple[datetime, datetime] | None:
        begin, end = time_in(place.mark), self._door.now - SEARCH_DAYS
        return (begin, end) if begin and begin < end else None

    # Sending

    def send(self, delivery: Delivery) -> Sighting:
        """Publish: one request that changes what is seen, never repeated here; files are brought before it.

        What goes wrong with a file or with who we are is `Temporary`, `Refused` or `LoginNeeded`: surely
        nothing was published.
        """
        with later():
            self.at_home()
        if delivery.draft.audience is Audience.DIRECT:
            return self._send_message(delivery)
        if talk_of(delivery.answers or ""):
            raise Refused("not_allowed_here")  # what was said in private is not answered in public
        files = self._uploads.bring(delivery, self.at_home().limits, private=False)
        body = _outgoing(delivery, files)
        most = max(NOW.send, price_of(delivery.draft.text, answers=False))
        bill = Bill("send", most, lambda _answer: _sent(delivery))
        with only_this():
            answer = self._door.ask(bill, lambda client: client.send("POST", "/2/tweets", body=body))
        return self._as_sent(delivery, entity(part_of(answer).get("data"), "post"))

    def _as_sent(self, delivery: Delivery, made: Entity) -> Sighting:
        """Return the post as it stands there, in the thread of the one that it answers."""
        native_id, said = demand(made, "id"), text_of(made, "text")
        me, heard, references = self.at_home(), Heard(), []
        if delivery.answers:
            references.append({"type": "replied_to", "id": delivery.answers})
        if delivery.draft.quotes:
            references.append({"type": "quoted", "id": delivery.draft.quotes})
        whole = {
            "id": native_id,
            "text": said if said and "//t.co/" not in said else delivery.draft.text,
            "author_id": me.uid,
            "created_at": self._door.now.isoformat(),
            "referenced_tweets": references,
            "conversation_id": self._talk_above(heard, delivery.answers) or native_id,
        }
        heard.beside.users[me.uid] = {
            "id": me.uid,
            "username": me.author.handle,
            "name": me.author.name,
            "profile_image_url": me.author.avatar_url,
        }
        self._remember(whole)
        return sighting_of(whole, heard.beside, me)

    def _talk_above(self, heard: Heard, answers: str | None) -> str:
        """Return an answer's talk. If it cannot be read now, the answer is sent all the same."""
        if not answers:
            return ""
        if answers not in self._known:
            with suppress(LoginNeeded):
                self.bring(heard, [answers])
        known = text_of(heard.beside.posts.get(answers), "conversation_id")
        return known or self._known.get(answers) or answers

    # Direct messages

    def _send_message(self, delivery: Delivery) -> Sighting:
        """Send a direct message: into the talk of the message that it answers, or to a post's author."""
        with later():
            path = self._talk_path(delivery)
        files = self._uploads.bring(delivery, self.at_home().limits, private=True)
        body: dict[str, Any] = {"text": delivery.draft.text} if delivery.draft.text else {}
        if files:
            body["attachments"] = [{"media_id": native_id} for native_id in files]
        bill = fixed("send_message", "send_message", NOW.send_message)
        try:
            with only_this():
                answer = self._door.ask(
                    bill, lambda client: client.send("POST", f"{path}/messages", body=body)
                )
        except (Gone, Refused) as error:
            raise _unwelcome(error) from error
        made = entity(part_of(answer).get("data"), "message")
        return self._as_message(
            {
                "id": demand(made, "dm_event_id"),
                "dm_conversation_id": demand(made, "dm_conversation_id"),
                "text": delivery.draft.text,
                "created_at": self._door.now.isoformat(),
            }
        )

    def _as_message(self, event: dict[str, Any]) -> Sighting:
        me = self.at_home()
        seen = message_sighting({**event, "sender_id": me.uid}, Heard().beside, me)
        return replace(seen, post=replace(seen.post, author=me.author))

    def _talk_path(self, delivery: Delivery) -> str:
        """Return where a message goes; `Refused("not_allowed_here")` for one that answers nobody."""
        answers = delivery.answers or ""
        if answers.startswith(MESSAGE):
            return f"/2/dm_conversations/{in_path(talk_of(answers))}"
        if not answers:
            raise Refused("not_allowed_here")
        bill = Bill("thread", most_for_posts(1), read_in)
        answer = self._door.read(bill, "/2/tweets", [("ids", answers)])
        author = next((text_of(item, "author_id") for item in parts_of(answer, "data")), "")
        if not author:
            raise Gone("gone")
        return f"/2/dm_conversations/with/{in_path(author)}"

    # What became of a delivery

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        """Look for the delivery among the own posts or messages since ten minutes before it was made.

        A post is the delivery if it answers and quotes the same posts with as many files and the same words,
        links written out and names at the beginning left away. The limit of that: an equal text of our own in
        this time, to the same post, is taken for it; X takes no text twice in a row either. Any failure to
        read is raised: `None` is said only after everything was seen.
        """
        me, heard = self.at_home(), Heard()
        since = delivery.created_at - CLOCKS_APART
        if delivery.draft.audience is Audience.DIRECT:
            return self._message_sent(delivery, heard, since)
        place, path = Place(), f"/2/users/{in_path(me.uid)}/tweets"
        start = (("start_time", stamp_of(since)), ("exclude", "retweets"))
        for _ in range(SENT_PAGES):
            ids, below = self._listed(heard, "find_sent", path, place, start)
            for native_id in sorted(ids, key=id_order, reverse=True):
                if _is_delivery(heard.posts[native_id], delivery, since):
                    return sighting_of(heard.posts[native_id], heard.beside, me)
            if not below:
                return None
            place = Place(page=below)
        raise bad_answer("next_token")  # a list that does not end was not seen whole

    def _message_sent(self, delivery: Delivery, heard: Heard, since: datetime) -> Sighting | None:
        path = f"{self._talk_path(delivery)}/dm_events"
        me = self.at_home()
        for page in self._message_pages(heard, path, "find_sent", since):
            for event in page:
                if text_of(event, "sender_id") == me.uid and _is_message(event, delivery, since):
                    return message_sighting(event, heard.beside, me)
        return None

    # Acting

    def act(self, action: Action) -> Answer:
        """Carry out an action. Deleting what is gone already is done. Nobody says what X keeps back."""
        match action:
            case DeletePost(native_id):
                self._delete(native_id)
                return None
            case CheckPosts() | LookUpPosts() | ReadBack() | Understand():
                return self.read_again(action)
            case LookUpProfile():
                return self._profile()
            case ReadPolicy():
                return Policy(known=False)
        raise Refused("not_allowed_here")

    def _delete(self, native_id: str) -> None:
        """Delete a post. A message would be deleted for us only: that is not what is asked for.

        Whether X answers `deleted: false` to a repeat is not documented: then the post is looked for.
        """
        if native_id.startswith(MESSAGE):
            raise Refused("not_allowed_here")
        bill = fixed("delete", "delete", NOW.delete)
        path = f"/2/tweets/{in_path(native_id)}"
        with suppress(Gone), only_this():
            answer = self._door.ask(bill, lambda client: client.send("DELETE", path))
            still = part_of(answer, "data").get("deleted") is False
            if still and native_id not in self.look_up([native_id], with_thread=False).gone:
                raise Refused("refused")

    def _profile(self) -> Profile:
        me = self.at_home(fresh=True)
        facts = {"id": me.uid, "subscription": me.subscription}
        kept = {key: value for key, value in facts.items() if value}
        return Profile(author=me.author, limits=me.limits, software="X API v2", facts=kept)


def connect(credentials: Credentials) -> X:
    """Open the door. No traffic yet."""
    return X(credentials)


def _outgoing(delivery: Delivery, files: list[str]) -> dict[str, Any]:
    """Return what is sent; nothing is said that is not so, since some of it only some accounts may say."""
    draft = delivery.draft
    optional: dict[str, Any] = {
        "text": sendable(draft.text),
        "reply": {"in_reply_to_tweet_id": delivery.answers} if delivery.answers else None,
        "quote_tweet_id": draft.quotes,
        "media": {"media_ids": files} if files else None,
        "paid_partnership": draft.paid,
        "made_with_ai": draft.by_machine,
    }
    return {key: value for key, value in optional.items() if value}


def _sent(delivery: Delivery) -> list[Charge]:
    price = price_of(delivery.draft.text, answers=delivery.answers is not None)
    what = {NOW.send_link: "send_link", NOW.send_summoned: "send_summoned"}.get(price, "send")
    return [Charge(what, price, count=1)]


def _unwelcome(error: Gone | Refused) -> Gone | Refused:
    """Return what a refused message means: people choose who may write to them."""
    if isinstance(error, Refused) and error.facts.get("status") == 403 and error.code != "not_allowed_here":
        return Refused("no_messages", reason=error.reason)
    return error


def _is_delivery(post: Entity, delivery: Delivery, since: datetime) -> bool:
    draft, quoted = delivery.draft, referenced(post, "quoted")
    if referenced(post, "replied_to") != (delivery.answers or "") or quoted != (draft.quotes or ""):
        return False
    files = texts_of(part_of(post, "attachments"), "media_keys")
    if len(files) != len(draft.media) or moment(demand(post, "created_at")) < since:
        return False
    note = part_of({"note": either(post, "note_tweet")}, "note")
    said = text_of(note, "text") or text_of(post, "text")
    urls = [*urls_in(note), *urls_in(post)]
    return compared(undone(said, urls, quoted=quoted)) == compared(draft.text)


def _is_message(event: Entity, delivery: Delivery, since: datetime) -> bool:
    if moment(demand(event, "created_at")) < since:
        return False
    said = undone(text_of(event, "text"), urls_in(event))
    return compared(said) == compared(delivery.draft.text)
