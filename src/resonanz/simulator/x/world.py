"""The simulated X itself: what may be said, by whom, and what follows from it.

Every change happens under one lock and is told to `tell`. No HTTP here, no JSON, and no clock but the one
that is handed in. Laws after docs.x.com ("Manage posts", "Edit posts", "Direct messages") as of 2026-08-22.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from resonanz.simulator.x import prices, words
from resonanz.simulator.x.problems import Problem, forbidden
from resonanz.simulator.x.records import EDITABLE_FOR, Memory, Message, Person, Post, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH_MS = 1_288_834_974_657  # the moment from which the network's ids count
FOUNDED = datetime.fromisoformat("2023-03-01T00:00:00+00:00")
MOST_EDITS = 5
SAME_TEXT_WITHIN = timedelta(hours=24)
MESSAGES_KEPT = timedelta(days=30)
MEDIA_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wants to say. `previous_id` is the version of a post that it replaces."""

    text: str
    in_reply_to_id: str = ""
    quotes_id: str = ""
    reposts_id: str = ""
    previous_id: str = ""
    media: tuple[str, ...] = ()
    picture: str = ""
    language: str = "de"
    paid: bool = False
    by_machine: bool = False
    without_names: tuple[str, ...] = ()  # ids of people whom the network shall not put in front


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that streams tell: `post`, `delete`, `like` or `message`, and what it is about."""

    kind: str
    post: Post | None = None
    message: Message | None = None
    person: Person | None = None


def _nobody(_what: Happened) -> None:
    """Listen for nobody."""


class World:
    """The network's memory and its laws."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self.memory = memory
        self.clock = clock
        self.lock = RLock()
        self.tell: Callable[[Happened], None] = _nobody
        self._by_name: dict[str, Person] = {}

    def remember(self, memory: Memory) -> None:
        """Go on with another memory."""
        self.memory = memory
        self._by_name = {}

    # ids and people

    def new_id(self, at: datetime) -> str:
        """Return an id that grows with time, as the network makes them; never one that is taken."""
        wanted = (int(at.timestamp() * 1000) - EPOCH_MS) << 22
        memory = self.memory
        if wanted <= memory.last_id and (memory.last_id - wanted) >> 22 < 1000:
            wanted = memory.last_id + 1  # the same moment, or a clock that was set back a little
        taken = (memory.posts, memory.messages, memory.people, memory.uploads)
        while any(str(wanted) in ids for ids in taken):
            wanted += 1
        memory.last_id = max(memory.last_id, wanted)
        return str(wanted)

    def person_called(self, handle: str) -> Person | None:
        """Find a person by the handle, with or without @."""
        if len(self._by_name) != len(self.memory.people):
            self._by_name = {p.username.lower(): p for p in self.memory.people.values()}
        return self._by_name.get(handle.removeprefix("@").lower())

    def id_of(self, handle: str) -> str:
        """Return the id behind a handle, "" for nobody."""
        found = self.person_called(handle)
        return found.id if found else ""

    # reading

    def latest(self, post_id: str) -> Post | None:
        """Return the newest version of a post, None where it is gone."""
        post = self.memory.posts.get(post_id)
        while post is not None and post.next_id:
            post = self.memory.posts[post.next_id]
        return post

    def standing(self) -> list[Post]:
        """Return all posts as they are now, oldest first."""
        return sorted((p for p in self.memory.posts.values() if not p.next_id), key=lambda p: int(p.id))

    def names_in(self, post: Post, *, typed: bool = False) -> set[str]:
        """Return the ids of those whom a post names; `typed`: without those put in front by the network."""
        text = post.text[post.lead :] if typed else post.text
        return {found for handle in words.named(text) if (found := self.id_of(handle))}

    def summons(self, post: Post, person: Person) -> bool:
        """Whether a post lets this account answer through the interface: it names it, or quotes it."""
        quoted = self.memory.posts.get(post.quotes_id)
        if post.author_id == person.id or (quoted is not None and quoted.author_id == person.id):
            return True
        return person.id in self.names_in(post, typed=self.memory.switches.strict_gate)

    # posting

    def say(self, author: Person, said: Said, *, at: datetime | None = None, gated: bool = False) -> Post:
        """Publish something. Raises `Problem`; `gated` holds it to what the interface allows."""
        with self.lock:
            when = at or self.clock()
            parent = self._parent(author, said, gated=gated)
            post = self._made(author, said, parent, when)
            self._check(author, post, said)
            self._replace(author, post, said, when)
            self.memory.posts[post.id] = post
            if gated:
                self.memory.spent += self._price(author, post, parent)
            self.tell(Happened("post", post=post))
            return post

    def _parent(self, author: Person, said: Said, *, gated: bool) -> Post | None:
        for wanted in filter(None, (said.quotes_id, said.reposts_id)):
            if self.latest(wanted) is None:
                raise forbidden("You attempted to quote a Post that is deleted or not visible to you.")
        if not said.in_reply_to_id:
            return None
        parent = self.latest(said.in_reply_to_id)
        if parent is None:
            raise forbidden("You attempted to reply to a Post that is deleted or not visible to you.")
        if gated and self.memory.switches.reply_gate and not self.summons(parent, author):
            raise forbidden(
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
                "engaged by the author of the post you are replying to."
            )
        return parent

    def _made(self, author: Person, said: Said, parent: Post | None, when: datetime) -> Post:
        new_id = self.new_id(when)
        lead = self._lead(author, said, parent)
        original = self.latest(said.reposts_id)
        if original is not None:
            lead = f"RT @{self.memory.people[original.author_id].username}: {original.text}"
        return Post(
            id=new_id,
            author_id=author.id,
            text=lead + said.text,
            created_at=when,
            conversation_id=parent.conversation_id if parent else new_id,
            history=[new_id],
            language=said.language,
            in_reply_to_id=parent.id if parent else "",
            quotes_id=said.quotes_id,
            reposts_id=said.reposts_id,
            lead=0 if original else len(lead),
            media=list(said.media),
            picture=said.picture,
            paid=said.paid,
            by_machine=said.by_machine,
        )

    def _lead(self, author: Person, said: Said, parent: Post | None) -> str:
        """Return the names that the network puts in front of a reply, unless the text begins with them."""
        if parent is None:
            return ""
        ids = [parent.author_id, *(self.id_of(handle) for handle in words.named(parent.text))]
        typed = {self.id_of(handle) for handle in words.named(said.text)}
        left = [i for i in dict.fromkeys(ids) if i and i not in {author.id, *typed, *said.without_names}]
        return "".join(f"@{self.memory.people[i].username} " for i in left)

    def _check(self, author: Person, post: Post, said: Said) -> None:
        if not (said.text.strip() or said.media or said.picture or said.reposts_id):
            raise Problem(400, "invalid-request", "Invalid Request", "Post text must not be empty.")
        longest = words.LONGEST_PREMIUM if author.premium else words.LONGEST
        if words.weight(said.text) > longest:
            raise forbidden("Your Post text is too long. For more information see the guidelines.")
        same = (p for p in self.memory.posts.values() if p.author_id == author.id and p.text == post.text)
        young = (p for p in same if abs(post.created_at - p.created_at) < SAME_TEXT_WITHIN)
        if author.company and not said.reposts_id and any(p.id != said.previous_id for p in young):
            raise forbidden("You are not allowed to create a Tweet with duplicate content.")
        self._check_media(author, said.media)

    def _check_media(self, author: Person, wanted: tuple[str, ...]) -> None:
        files = [self.memory.uploads.get(media_id) for media_id in wanted]
        now = self.clock()
        good = [f for f in files if f and f.owner_id == author.id and self.is_ready(f, now)]
        if len(good) < len(files):
            raise Problem(400, "invalid-request", "Invalid Request", "Your media IDs are invalid.")
        if len(good) > 4 or (len(good) > 1 and any(f.kind != "image" for f in good)):
            raise Problem(
                400, "invalid-request", "Invalid Request", "You may attach 4 photos, or 1 GIF, or 1 video."
            )

    def is_ready(self, upload: Upload, now: datetime) -> bool:
        """Whether a file has been looked at, and is not too old to be shown."""
        return upload.ready_at is not None and upload.ready_at <= now < upload.ready_at + MEDIA_KEPT

    def _replace(self, author: Person, post: Post, said: Said, when: datetime) -> None:
        """Put an edit in its predecessor's place."""
        if not said.previous_id:
            return
        old = self.latest(said.previous_id)
        if old is None or old.author_id != author.id:
            raise forbidden("You are not allowed to edit this Post.")
        if not author.premium or (old.in_reply_to_id and author.company) or self.edits_left(old, when) < 1:
            raise forbidden("This Post can not be edited any more.")
        old.next_id = post.id
        post.history = [*old.history, post.id]
        for version in old.history:  # who asks for an older one is told of all
            self.memory.posts[version].history = list(post.history)
        post.conversation_id, post.in_reply_to_id = old.conversation_id, old.in_reply_to_id
        post.text, post.lead = old.text[: old.lead] + post.text, old.lead
        post.likes, post.media = list(old.likes), post.media or list(old.media)
        post.quotes_id, post.picture = old.quotes_id, post.picture or old.picture

    def edits_left(self, post: Post, now: datetime) -> int:
        """Return how often a post may still be edited."""
        first = self.memory.posts[post.history[0]]
        if now > first.created_at + EDITABLE_FOR:
            return 0
        return MOST_EDITS + 1 - len(post.history)

    def _price(self, author: Person, post: Post, parent: Post | None) -> int:
        if parent is not None and parent.author_id != author.id and self.summons(parent, author):
            return prices.POST_SUMMONED
        return prices.POST_WITH_LINK if words.has_link(post.text) else prices.POST

    # taking away, liking

    def delete(self, author: Person, post_id: str) -> bool:
        """Take an own post away with all its versions and reposts; whether it was there."""
        with self.lock:
            post = self.latest(post_id)
            if post is None:
                return False
            if post.author_id != author.id:
                raise forbidden("You are not authorized to delete this Post.")
            for version in post.history:
                del self.memory.posts[version]
            for other in [p for p in self.memory.posts.values() if p.reposts_id in post.history]:
                del self.memory.posts[other.id]
            self.tell(Happened("delete", post=post))
            return True

    def like(self, person: Person, post_id: str, *, on: bool) -> None:
        """Like a post or take it back. Raises `Problem` where it is gone."""
        with self.lock:
            post = self.latest(post_id)
            if post is None:
                raise forbidden("You attempted to like a Post that is deleted or not visible to you.")
            if on and person.id not in post.likes:
                post.likes.append(person.id)
                self.tell(Happened("like", post=post, person=person))
            elif not on and person.id in post.likes:
                post.likes.remove(person.id)

    # private messages

    def write(
        self, sender: Person, reader: Person, said: Said, *, at: datetime | None = None, gated: bool = False
    ) -> Message:
        """Send a private message. Raises `Problem` 403 where the reader takes none from this person."""
        with self.lock:
            if not (said.text.strip() or said.media):
                raise Problem(400, "invalid-request", "Invalid Request", "The message must not be empty.")
            if gated and not reader.open_to_messages and not self._spoke(reader, sender):
                raise forbidden("You cannot send messages to this user.")
            self._check_media(sender, said.media)
            when = at or self.clock()
            message = Message(self.new_id(when), sender.id, reader.id, said.text, when, list(said.media))
            self.memory.messages[message.id] = message
            if gated:
                self.memory.spent += prices.MESSAGE
            self.tell(Happened("message", message=message))
            return message

    def _spoke(self, one: Person, other: Person) -> bool:
        return any(m.sender_id == one.id and m.reader_id == other.id for m in self.memory.messages.values())

    def messages_of(self, person: Person) -> list[Message]:
        """Return what somebody wrote or got in private within the last 30 days, oldest first."""
        since = self.clock() - MESSAGES_KEPT
        mine = [m for m in self.memory.messages.values() if person.id in (m.sender_id, m.reader_id)]
        return sorted((m for m in mine if m.created_at >= since), key=lambda m: int(m.id))
