"""A simulated Bluesky's public world: accounts, records, and who is told of what.

Every write goes through here and is told to the stream. Private messages are in `chats.py`, sessions in
`sessions.py`, what a person sees in `views.py`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from resonanz.simulator.bluesky.ids import did_of, file_cid, handle_of, record_cid, tid_of
from resonanz.simulator.bluesky.records import Account, Memory, Notification, Record
from resonanz.simulator.bluesky.rules import (
    BLOCK,
    DECLARATION,
    FOLLOW,
    GATE,
    LIKE,
    POST,
    REPOST,
    Rejected,
    expect_key,
    expect_record,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resonanz.simulator.people import Person

ANCESTORS_TOLD = 5  # so far up a thread people are told of an answer
EVENTS_KEPT = 10_000


class World:
    """Accounts and their collections. `told` is called with every event of the stream."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime], seed: int) -> None:
        self.memory = memory
        self.clock = clock
        self.seed = seed
        self.told: Callable[[dict[str, Any]], None] = lambda _event: None
        self._collections: dict[str, dict[str, Record]] = {}
        self._about: dict[tuple[str, str], dict[str, Record]] = {}
        for record in memory.records.values():
            self._enter(record)

    # Names and times

    def now(self) -> str:
        """Return the time as records carry it."""
        return written(self.clock())

    def next_tid(self) -> str:
        """Return a TID later than all before it."""
        now = int(self.clock().timestamp() * 1_000_000)
        self.memory.last_micros = max(now, self.memory.last_micros + 1)
        return tid_of(self.memory.last_micros)

    def next_number(self) -> int:
        """Count what happens."""
        self.memory.number += 1
        return self.memory.number

    # People

    def add_person(self, person: Person) -> Account:
        """Give somebody of the cast an account; a known one stays as it is."""
        known = self.named(person.acct)
        if known:
            return known
        return self._add(
            Account(
                did=did_of(f"{self.seed}:{person.acct}"),
                handle=handle_of(person.handle, person.domain),
                cast_name=person.acct,
                name=person.name,
                bio=person.bio,
                is_bot=person.bot,
            )
        )

    def somebody(self, name: str, shown: str = "") -> Account:
        """Return an account by what the play or the network calls it; an unknown name becomes a customer."""
        name = name.strip().removeprefix("@")
        if not name:
            raise ValueError("a person needs a handle")
        did = did_of(f"{self.seed}:{name}")
        return self.named(name) or self._add(
            Account(did=did, handle=handle_of(name), cast_name=name, name=shown or name)
        )

    def _add(self, account: Account) -> Account:
        account.created_at = account.created_at or self.now()
        digest = hashlib.sha256(f"{self.seed}:{account.did}:password".encode()).digest()
        letters = base64.b32encode(digest).decode().lower()
        account.app_password = "-".join(letters[start : start + 4] for start in range(0, 16, 4))
        self.memory.accounts[account.did] = account
        return account

    def named(self, name: str) -> Account | None:
        """Return an account by DID, handle, or what the play calls it."""
        for account in self.memory.accounts.values():
            if name.lower() in {account.did, account.handle, account.cast_name.lower()}:
                return account
        return None

    def account(self, actor: str) -> Account:
        """Return an account that is asked for; `Rejected` for none, or one that is closed."""
        found = self.named(actor)
        if found is None:
            raise invalid("Profile not found")
        if found.status:
            name = "AccountTakedown" if found.status == "takendown" else "AccountDeactivated"
            raise Rejected(name, f"Account is {found.status}")
        return found

    def close(self, did: str, status: str) -> None:
        """Close an account, or open it again with an empty status; the stream tells."""
        self.memory.accounts[did].status = status
        event: dict[str, Any] = {"kind": "account", "did": did, "active": not status}
        self._tell(event | ({"status": status} if status else {}))

    # Collections

    def records(self, collection: str, *, did: str = "") -> list[Record]:
        """Return what stands in a collection, everybody's or one person's, the oldest first."""
        return [
            record
            for uri, record in self._collections.get(collection, {}).items()
            if not did or uri.startswith(f"at://{did}/")
        ]

    def about(self, kind: str, uri: str) -> list[Record]:
        """Return what refers to a post: `reply`, `quote`, or the name of a collection of marks."""
        return list(self._about.get((kind, uri), {}).values())

    def _enter(self, record: Record) -> None:
        """Put a record where it is looked for."""
        self._collections.setdefault(collection_of(record.uri), {})[record.uri] = record
        for place in _references(record):
            self._about.setdefault(place, {})[record.uri] = record

    def _strike(self, record: Record) -> None:
        self._collections[collection_of(record.uri)].pop(record.uri)
        for place in _references(record):
            self._about[place].pop(record.uri)

    def put(self, did: str, collection: str, rkey: str, value: dict[str, Any]) -> tuple[Record, bool]:
        """Write a record and return it and whether that changed anything; equal content changes nothing."""
        expect_key(collection, rkey)
        expect_record(collection, value, self.memory.blobs)
        value = {"$type": collection, **value}
        uri, cid = f"at://{did}/{collection}/{rkey}", record_cid(value)
        known = self.memory.records.get(uri)
        if known and known.cid == cid:
            return known, False
        number = known.number if known else self.next_number()
        at = known.indexed_at if known else self.now()
        record = Record(uri=uri, cid=cid, value=value, indexed_at=at, number=number)
        if known:
            self._strike(known)
        self.memory.records[uri] = record
        self._enter(record)
        if known is None:
            self._notify(did, record)
        self._tell_commit("update" if known else "create", record)
        return record, True

    def delete(self, uri: str) -> None:
        """Take a record away, and what was told of it."""
        record = self.memory.records.pop(uri, None)
        if record is None:
            return
        self._strike(record)
        self.memory.notifications = [one for one in self.memory.notifications if one.uri != uri]
        self._tell_commit("delete", record)

    def add_blob(self, content: bytes, content_type: str) -> dict[str, Any]:
        """Keep a file and return what a record names it by."""
        cid = file_cid(content)
        self.memory.blobs[cid] = (content_type, base64.b64encode(content).decode())
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": content_type, "size": len(content)}

    # Between people

    def marks(self, collection: str, uri: str) -> list[Record]:
        """Return the likes or reposts of a post, each person's first."""
        found: dict[str, Record] = {}
        for record in self.about(collection, uri):
            found.setdefault(author_of(record.uri), record)
        return list(found.values())

    def follows(self, one: str, other: str) -> bool:
        """Tell whether one person follows the other."""
        return any(record.value.get("subject") == other for record in self.records(FOLLOW, did=one))

    def blocks(self, one: str, other: str) -> bool:
        """Tell whether either of two people blocks the other."""
        pairs = ((one, other), (other, one))
        return any(
            record.value.get("subject") == whom
            for who, whom in pairs
            for record in self.records(BLOCK, did=who)
        )

    def allows_messages(self, did: str) -> str:
        """Return whom somebody lets write to him: all, following or none."""
        declared = self.memory.records.get(f"at://{did}/{DECLARATION}/self")
        return str(declared.value.get("allowIncoming", "following")) if declared else "following"

    def is_gated(self, root: str, did: str) -> bool:
        """Tell whether a thread's author keeps somebody from answering in it (`app.bsky.feed.threadgate`)."""
        who, _, key = root.removeprefix("at://").partition(f"/{POST}/")
        gate = self.memory.records.get(f"at://{who}/{GATE}/{key}")
        return gate is not None and who != did and gate.value.get("allow") == []

    def _notify(self, did: str, record: Record) -> None:
        told = {did}
        for whom, reason, subject in self._whom_to_tell(record):
            if whom not in told and whom in self.memory.accounts:
                told.add(whom)
                self.memory.notifications.append(
                    Notification(
                        to=whom,
                        uri=record.uri,
                        reason=reason,
                        subject=subject,
                        at=record.indexed_at,
                        number=self.next_number(),
                    )
                )

    def _whom_to_tell(self, record: Record) -> Iterable[tuple[str, str, str]]:
        value, collection = record.value, collection_of(record.uri)
        if collection in {LIKE, REPOST}:
            subject = value["subject"]["uri"]
            yield author_of(subject), collection.rpartition(".")[2], subject
        if collection == FOLLOW:
            yield str(value.get("subject")), "follow", ""
        if collection != POST:
            return
        for facet in value.get("facets", []):
            for feature in facet["features"]:
                if feature["$type"] == "app.bsky.richtext.facet#mention":
                    yield feature["did"], "mention", ""
        quoted = quoted_in(value)
        if quoted:
            yield author_of(quoted), "quote", quoted
        above = value.get("reply", {}).get("parent", {}).get("uri", "")
        for _ in range(ANCESTORS_TOLD):
            if not above:
                return
            yield author_of(above), "reply", above
            parent = self.memory.records.get(above)
            above = parent.value.get("reply", {}).get("parent", {}).get("uri", "") if parent else ""

    # The stream

    def _tell_commit(self, operation: str, record: Record) -> None:
        _, _, did, collection, rkey = record.uri.split("/")
        event: dict[str, Any] = {"kind": "commit", "did": did, "operation": operation, "rev": self.next_tid()}
        event |= {"collection": collection, "rkey": rkey}
        if operation != "delete":
            event |= {"record": record.value, "cid": record.cid}
        self._tell(event)

    def _tell(self, event: dict[str, Any]) -> None:
        event |= {"seq": self.next_number(), "time_us": int(self.clock().timestamp() * 1_000_000)}
        self.memory.events.append(event)
        del self.memory.events[:-EVENTS_KEPT]
        self.told(event)


def written(moment: datetime) -> str:
    """Return a moment as records carry it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def author_of(uri: str) -> str:
    """Return whose record an at-address names."""
    return uri.removeprefix("at://").partition("/")[0]


def collection_of(uri: str) -> str:
    """Return in which collection a record stands."""
    return uri.split("/")[3]


def _references(record: Record) -> Iterable[tuple[str, str]]:
    """Return what a record refers to, and how."""
    collection, value = collection_of(record.uri), record.value
    if collection in {LIKE, REPOST}:
        yield collection, value["subject"]["uri"]
    if collection == POST:
        yield "reply", value.get("reply", {}).get("parent", {}).get("uri", "")
        yield "quote", quoted_in(value)


def quoted_in(value: dict[str, Any]) -> str:
    """Return the address of what a record quotes, alone or beside pictures."""
    record = value.get("embed", {}).get("record", {})
    return str(record.get("record", record).get("uri", ""))
