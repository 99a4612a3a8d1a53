"""What a simulated Bluesky remembers: values that become JSON as they are. Nothing here acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Account:
    """Somebody with an account. `status` is empty, or why it is closed: `takendown`, `deactivated`.

    `cast_name` is what the play calls him. `messages_allowed` says whether his app password has the right to
    private messages.
    """

    did: str
    handle: str
    cast_name: str
    name: str
    bio: str = ""
    is_bot: bool = False
    app_password: str = ""
    messages_allowed: bool = True
    status: str = ""
    created_at: str = ""
    seen_at: str = ""


@dataclass(slots=True, kw_only=True)
class Record:
    """Something in somebody's collection. `number` counts what was ever written, and sorts lists."""

    uri: str
    cid: str
    value: dict[str, Any]
    indexed_at: str
    number: int


@dataclass(slots=True, kw_only=True)
class Notification:
    """Somebody was told of a record."""

    to: str
    uri: str
    reason: str
    subject: str
    at: str
    number: int


@dataclass(slots=True, kw_only=True)
class Message:
    """A private message. `hidden_from` are members who cleared it from their own sight."""

    id: str
    convo: str
    rev: str
    sender: str
    text: str
    sent_at: str
    facets: list[dict[str, Any]] = field(default_factory=list)
    quoted: str = ""
    answered: str = ""
    deleted: bool = False
    hidden_from: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Convo:
    """A conversation; `status` by member is `request` until he accepts or writes."""

    id: str
    members: list[str]
    rev: str
    status: dict[str, str]
    messages: list[str] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class LogEvent:
    """Something that happened in a conversation, as its members' logs tell it."""

    rev: str
    kind: str
    convo: str
    message: str = ""
    only_for: str = ""


@dataclass(slots=True, kw_only=True)
class Session:
    """A session's two tokens; `used` says that the one for renewing was traded."""

    did: str
    access: str
    refresh: str
    ends_at: float
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Memory:
    """All of it. `events` is what the stream tells, the newest last."""

    accounts: dict[str, Account] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    convos: dict[str, Convo] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    log: list[LogEvent] = field(default_factory=list)
    blobs: dict[str, tuple[str, str]] = field(default_factory=dict)  # CID to content type and base64
    sessions: list[Session] = field(default_factory=list)
    sign_ins: dict[str, list[float]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    last_micros: int = 0
