"""The simulated network itself: who may see what, and what follows from a post, an edit, a deletion.

Every change happens under one lock and is told to `tell` as an `Event`. No HTTP here, no JSON, and no
clock but the one that is handed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from resonanz.simulator import content, policy
from resonanz.simulator.records import (
    Account,
    Conversation,
    Edit,
    KeySeen,
    Memory,
    Notification,
    Status,
    Token,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resonanz.simulator.settings import Switches

KEY_KEPT = timedelta(hours=1)  # Mastodon documentation, "statuses API methods", Idempotency-Key
DEEPEST_THREAD = 4096  # Mastodon documentation, "View parent and child statuses in the context"
FULL_SCOPES = "read write follow push"
MAX_MEDIA = 4


class Rejected(Exception):
    """The network says no: an HTTP status and the sentence that goes with it."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class Event:
    """Something an account is told at once. `kind` is the stream's event name, `about` an id."""

    kind: str
    account_id: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody wants to say. `key` is the delivery key, `app` the program that says it."""

    text: str
    visibility: str = "public"
    in_reply_to_id: str | None = None
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    picture: str = ""
    media: tuple[str, ...] = ()
    key: str = ""
    app: str = ""


def _nobody(_what: object) -> None:
    """Listen for nobody."""


class World:
    """The network's memory and its laws."""

    def __init__(
        self, memory: Memory, switches: Switches, *, clock: Callable[[], datetime], seed: int
    ) -> None:
        self.memory = memory
        self.switches = switches
        self.clock = clock
        self.seed = seed
        self.lock = RLock()
        self.tell: Callable[[Event], None] = _nobody
        self.heard: Callable[[Status], None] = _nobody

    # ids and accounts

    def new_id(self, at: datetime) -> str:
        """Return an id that grows with time: milliseconds shifted by 16 bits, as Mastodon makes them."""
        wanted = int(at.timestamp() * 1000) << 16
        if wanted <= self.memory.last_id and (self.memory.last_id - wanted) >> 16 < 1000:
            wanted = self.memory.last_id + 1  # the same moment, or a clock that was set back a little
        memory = self.memory
        known = (memory.statuses, memory.notifications, memory.accounts, memory.uploads)
        while any(str(wanted) in ids for ids in known):
            wanted += 1
        self.memory.last_id = max(self.memory.last_id, wanted)
        return str(wanted)

    def add_account(self, account: Account, *, token: str = "") -> Account:
        """Take in an account; one of this server gets a token, a fixed one or one made from the seed."""
        with self.lock:
            self.memory.accounts[account.id] = account
            secret = token or hashlib.sha256(f"{self.seed}:{account.acct}".encode()).hexdigest()[:43]
            self.memory.tokens[secret] = Token(secret, account.id, FULL_SCOPES, self.clock())
            return account

    def account_named(self, acct: str) -> Account | None:
        """Find an account by its handle, with or without @ and this server's own name."""
        wanted = acct.removeprefix("@").lower()
        wanted = wanted.removesuffix("@" + self.host.lower())
        return next((a for a in self.memory.accounts.values() if a.acct.lower() == wanted), None)

    @property
    def host(self) -> str:
        """This server's name in handles."""
        return self.memory.origin.partition("://")[2]

    # who sees what

    def visible(self, status: Status, viewer: Account | None) -> bool:
        """Whether the viewer (None: anybody) may read the status."""
        if status.visibility in ("public", "unlisted"):
            return True
        if viewer is None:
            return False
        if viewer.id == status.account_id or viewer.id in status.mentions:
            return True
        return status.visibility == "private" and status.account_id in viewer.following

    def status(self, status_id: str, viewer: Account | None) -> Status:
        """Return a status that the viewer may read; otherwise it does not exist (404)."""
        found = self.memory.statuses.get(status_id)
        if found is None or not self.visible(found, viewer):
            raise Rejected(404, "Record not found")
        return found

    def ancestors(self, status: Status, viewer: Account | None) -> list[Status]:
        """Return what the status answers, from the thread's beginning down to its parent."""
        chain: list[Status] = []
        parent = self.memory.statuses.get(status.in_reply_to_id or "")
        while parent is not None and len(chain) < DEEPEST_THREAD:
            chain.append(parent)
            parent = self.memory.statuses.get(parent.in_reply_to_id or "")
        return [s for s in reversed(chain) if self.visible(s, viewer)]

    def descendants(self, status: Status, viewer: Account | None) -> list[Status]:
        """Return everything below the status, each answer right after what it answers."""
        children: dict[str, list[Status]] = {}
        for other in sorted(self.memory.statuses.values(), key=lambda s: -int(s.id)):
            if other.root_id == status.root_id and other.in_reply_to_id:
                children.setdefault(other.in_reply_to_id, []).append(other)
        below: list[Status] = []
        waiting = list(children.get(status.id, []))
        while waiting and len(below) < DEEPEST_THREAD:
            nearest = waiting.pop()
            below.append(nearest)
            waiting.extend(children.get(nearest.id, []))
        return [s for s in below if self.visible(s, viewer)]

    def statuses_of(self, account: Account, viewer: Account | None) -> list[Status]:
        """Return an account's statuses that the viewer may read, oldest first."""
        mine = (s for s in self.memory.statuses.values() if s.account_id == account.id)
        return sorted((s for s in mine if self.visible(s, viewer)), key=lambda s: int(s.id))

    # posting

    def post(self, author: Account, words: Words, *, posted_at: datetime | None = None) -> Status:
        """Say something. Raises `Rejected` with 404 for a lost parent, 422 for a text that does not do.

        A repeated delivery key within an hour returns the first status, unless the network is switched
        to ignore keys. `posted_at` backdates: the status looks older, the notification comes now.
        """
        with self.lock:
            now = self.clock()
            if (known := self._known_key(author, words.key, now)) is not None:
                return known
            self._check(words)
            files = self._files(author, words.media)
            parent = self.status(words.in_reply_to_id, author) if words.in_reply_to_id else None
            status = self._new_status(author, words, parent, posted_at or now)
            self.memory.statuses[status.id] = status
            for file in files:
                file.status_id = status.id
            if words.key:
                self.memory.keys.append(KeySeen(author.id, words.key, status.id, now, repeated=False))
            self._spread(status, now)
            self.heard(status)
            return status

    def _known_key(self, author: Account, key: str, now: datetime) -> Status | None:
        if not key or self.switches.ignore_idempotency:
            return None
        for seen in self.memory.keys:
            if (
                (seen.account_id, seen.key) == (author.id, key)
                and now - seen.at < KEY_KEPT
                and not seen.repeated
            ):
                self.memory.keys.append(KeySeen(author.id, key, seen.status_id, now, repeated=True))
                return self.memory.statuses.get(seen.status_id)
        return None

    def _check(self, words: Words) -> None:
        if not words.text.strip() and not words.picture and not words.media:
            raise Rejected(422, "Validation failed: Text can't be blank")
        if content.length(words.text, words.spoiler) > content.MAX_CHARACTERS:
            limit = content.MAX_CHARACTERS
            raise Rejected(422, f"Validation failed: Text character limit of {limit} exceeded")

    def _new_status(self, author: Account, words: Words, parent: Status | None, at: datetime) -> Status:
        new_id = self.new_id(at)
        return Status(
            id=new_id,
            account_id=author.id,
            text=words.text,
            created_at=at,
            root_id=parent.root_id if parent else new_id,
            visibility=words.visibility,
            language=words.language,
            in_reply_to_id=parent.id if parent else None,
            in_reply_to_account_id=parent.account_id if parent else None,
            spoiler=words.spoiler,
            sensitive=words.sensitive or bool(words.spoiler),
            picture=words.picture,
            media=list(words.media),
            mentions=[a.id for a in self.named_in(words.text)],
            key=words.key,
            app=words.app,
        )

    def _files(self, author: Account, wanted: tuple[str, ...]) -> list[Upload]:
        """Return the uploads a status shall show. Raises `Rejected` 422 for those that cannot be shown."""
        found = [self.memory.uploads.get(upload_id) for upload_id in wanted]
        files = [f for f in found if f and f.account_id == author.id and not f.status_id]
        if len(files) < len(wanted):
            raise Rejected(422, "Validation failed: a file is not there, or belongs to another post")
        if any(f.asks_left for f in files):
            raise Rejected(422, "Validation failed: a file is still being looked at")
        alike = len(files) == 1 or all(f.kind == "image" for f in files)
        if len(files) > MAX_MEDIA or not alike:
            raise Rejected(422, f"Validation failed: a post takes {MAX_MEDIA} pictures, or one other file")
        return files

    def upload(self, author: Account, content: bytes, *, content_type: str, alt: str) -> Upload:
        """Take in a file for a later status; films and sounds have to be waited for at least once."""
        with self.lock:
            now = self.clock()
            asks = self.switches.slow_media or int(not content_type.startswith("image/"))
            file = Upload(self.new_id(now), author.id, content, content_type, alt, now, asks)
            self.memory.uploads[file.id] = file
            return file

    def react(self, account: Account, status_id: str, kind: str, *, on: bool) -> Status:
        """Favourite or boost a status ("favourites", "boosts") or take it back; a repeat changes nothing.

        Raises `Rejected` 404 for a status that the account cannot see, 403 for a boost of a private one.
        """
        with self.lock:
            status = self.status(status_id, account)
            if kind == "boosts" and status.visibility not in ("public", "unlisted"):
                raise Rejected(403, "This action is not allowed")
            who: list[str] = getattr(status, kind)
            if on != (account.id in who):
                (who.append if on else who.remove)(account.id)
                self.memory.version += 1
                if kind == "boosts" and account.id != status.account_id:
                    self._tell_of_boost(account, status, on=on)
            return status

    def named_in(self, text: str) -> list[Account]:
        """Return the accounts whose handles stand in the text, each once, in order."""
        found: dict[str, Account] = {}
        for piece in content.pieces(text):
            account = self.account_named(piece.value) if piece.kind == "handle" else None
            if account is not None:
                found.setdefault(account.id, account)
        return list(found.values())

    def _spread(self, status: Status, now: datetime) -> None:
        self.memory.version += 1
        author = self.memory.accounts[status.account_id]
        for reader in self._home_readers(status, author):
            self.tell(Event("update", reader.id, status.id))
        if status.visibility == "direct":
            self._into_conversation(author, status, unread=False)
        for named in status.mentions:
            if named != author.id:
                self._notify(self.memory.accounts[named], author, status, now)

    def _home_readers(self, status: Status, author: Account) -> Iterable[Account]:
        """Whose home timeline shows it: the author's own and his followers'; never a private mention."""
        if status.visibility == "direct":
            return []
        accounts = self.memory.accounts.values()
        return [a for a in accounts if a is author or author.id in a.following]

    def _notify(self, reader: Account, sender: Account, status: Status, now: datetime) -> None:
        verdict = policy.verdict(self, reader, sender, status)
        if verdict == "drop":
            return
        filtered = verdict == "filter"
        notice = Notification(self.new_id(now), reader.id, sender.id, status.id, now, filtered)
        self.memory.notifications[notice.id] = notice
        if filtered:
            return
        self.tell(Event("notification", reader.id, notice.id))
        if status.visibility == "direct":
            self._into_conversation(reader, status, unread=True)

    def _tell_of_boost(self, sender: Account, status: Status, *, on: bool) -> None:
        notices = self.memory.notifications
        if on:
            now = self.clock()
            notice = Notification(
                self.new_id(now), status.account_id, sender.id, status.id, now, kind="reblog"
            )
            notices[notice.id] = notice
            self.tell(Event("notification", status.account_id, notice.id))
            return
        for known in list(notices.values()):
            if (known.kind, known.from_id, known.status_id) == ("reblog", sender.id, status.id):
                del notices[known.id]

    # private conversations

    def _into_conversation(self, reader: Account, status: Status, *, unread: bool) -> None:
        others = sorted({status.account_id, *status.mentions} - {reader.id})
        found = next(
            (
                c
                for c in self.memory.conversations.values()
                if (c.account_id, c.root_id, c.others) == (reader.id, status.root_id, others)
            ),
            None,
        )
        if found is None:
            found = Conversation(self.new_id(status.created_at), reader.id, status.root_id, others, [])
            self.memory.conversations[found.id] = found
        found.status_ids = sorted({*found.status_ids, status.id}, key=int)
        found.unread = unread
        self.tell(Event("conversation", reader.id, found.id))

    def conversations_of(self, account: Account) -> list[Conversation]:
        """Return the account's private conversations, the one with the newest post first."""
        mine = [c for c in self.memory.conversations.values() if c.account_id == account.id and c.status_ids]
        return sorted(mine, key=lambda c: int(c.status_ids[-1]), reverse=True)

    def accept_requests(self, account: Account, sender_id: str) -> None:
        """Let a sender's filtered mentions through, now and from now on."""
        with self.lock:
            account.permitted = sorted({*account.permitted, sender_id})
            for notice in self.memory.notifications.values():
                if notice.account_id == account.id and notice.from_id == sender_id and notice.filtered:
                    notice.filtered = False
                    status = self.memory.statuses[notice.status_id]
                    if status.visibility == "direct":
                        self._into_conversation(account, status, unread=True)

    # editing and deleting

    def edit(self, author: Account, status_id: str, words: Words, *, at: datetime | None = None) -> Status:
        """Change an own status. Nobody is notified anew; those who have it at home are told."""
        with self.lock:
            status = self._own(author, status_id)
            self._check(words)
            status.edits.append(
                Edit(status.text, status.spoiler, status.sensitive, status.edited_at or status.created_at)
            )
            status.text, status.spoiler, status.sensitive = words.text, words.spoiler, words.sensitive
            status.language = words.language or status.language
            status.mentions = [a.id for a in self.named_in(words.text)]
            status.edited_at = at or self.clock()
            self.memory.version += 1
            for reader in self._home_readers(status, author):
                self.tell(Event("status.update", reader.id, status.id))
            return status

    def delete(self, author: Account, status_id: str) -> Status:
        """Take an own status away, with its notifications; those who have it are told."""
        with self.lock:
            status = self._own(author, status_id)
            told = {a.id for a in self._home_readers(status, author)} | set(status.mentions) | {author.id}
            del self.memory.statuses[status.id]
            for upload_id in status.media:
                del self.memory.uploads[upload_id]
            notices = self.memory.notifications
            for notice in [n for n in notices.values() if n.status_id == status.id]:
                del notices[notice.id]
            for conversation in self.memory.conversations.values():
                conversation.status_ids = [i for i in conversation.status_ids if i != status.id]
            self.memory.version += 1
            for reader in sorted(told):
                self.tell(Event("delete", reader, status.id))
            return status

    def _own(self, author: Account, status_id: str) -> Status:
        status = self.memory.statuses.get(status_id)
        if status is None or status.account_id != author.id:
            raise Rejected(404, "Record not found")
        return status
