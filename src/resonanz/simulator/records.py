"""What the simulated network remembers: accounts, statuses, notifications, conversations, apps, tokens.

Plain mutable records, so that they can be saved and loaded as they are. What happens to them is in
`world.py`; what a client sees of them is in `entities.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

POLICY_FIELDS = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
)
POLICY_ANSWERS = ("accept", "filter", "drop")
VISIBILITIES = ("public", "unlisted", "private", "direct")


@dataclass(slots=True)
class Account:
    """One account. `domain` is empty for accounts of this server; `policy` holds own decisions only."""

    id: str
    handle: str
    name: str
    created_at: datetime
    domain: str = ""
    bio: str = ""
    company: bool = False
    bot: bool = False
    following: list[str] = field(default_factory=list)
    policy: dict[str, str] = field(default_factory=dict)
    permitted: list[str] = field(default_factory=list)  # senders whose requests were accepted

    @property
    def acct(self) -> str:
        """The handle as this server writes it: with the domain only for accounts of other servers."""
        return f"{self.handle}@{self.domain}" if self.domain else self.handle


@dataclass(slots=True)
class Edit:
    """One earlier wording of a status, with the time from which it stood there."""

    text: str
    spoiler: str
    sensitive: bool
    at: datetime


@dataclass(slots=True)
class Upload:
    """A file that somebody brought. `asks_left`: how often it has to be asked for until it is ready."""

    id: str
    account_id: str
    content: bytes = field(repr=False)
    content_type: str
    alt: str
    created_at: datetime
    asks_left: int = 0
    status_id: str = ""  # the status that shows it

    @property
    def kind(self) -> str:
        """The kind as attachments name it."""
        if self.content_type == "image/gif":
            return "gifv"
        return self.content_type.partition("/")[0]


@dataclass(slots=True)
class Status:
    """One post. `root_id` is the status that began the thread, `mentions` are account ids."""

    id: str
    account_id: str
    text: str
    created_at: datetime
    root_id: str
    visibility: str = "public"
    language: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    spoiler: str = ""
    sensitive: bool = False
    picture: str = ""
    media: list[str] = field(default_factory=list)  # ids of uploads
    favourites: list[str] = field(default_factory=list)  # account ids, the first one first
    boosts: list[str] = field(default_factory=list)  # account ids likewise
    mentions: list[str] = field(default_factory=list)
    edited_at: datetime | None = None
    edits: list[Edit] = field(default_factory=list)
    key: str = ""  # the Idempotency-Key it came with
    app: str = ""


@dataclass(slots=True)
class Notification:
    """A mention or a boost that an account is told about; a filtered one is kept aside.

    One that is `swallowed` happened, and is shown to nobody until it is let out.
    """

    id: str
    account_id: str
    from_id: str
    status_id: str
    created_at: datetime
    filtered: bool = False
    kind: str = "mention"  # or "reblog"
    swallowed: bool = False


@dataclass(slots=True)
class Conversation:
    """A private exchange as one account sees it: its own read mark, the others, the posts in order."""

    id: str
    account_id: str
    root_id: str
    others: list[str]
    status_ids: list[str]
    unread: bool = False


@dataclass(slots=True)
class App:
    """A program that may ask for tokens."""

    client_id: str
    client_secret: str
    name: str
    redirect_uris: list[str]
    scopes: str
    website: str = ""


@dataclass(slots=True)
class Token:
    """A right to act as an account. `client_id` is empty for the tokens given at the start."""

    token: str
    account_id: str
    scopes: str
    created_at: datetime
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class KeySeen:
    """A delivery key that arrived, whether or not it made a new status: the truth that a test counts."""

    account_id: str
    key: str
    status_id: str
    at: datetime
    repeated: bool


@dataclass(slots=True)
class Memory:
    """Everything, in one place. Dicts keep the order in which things arrived."""

    accounts: dict[str, Account] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    notifications: dict[str, Notification] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    keys: list[KeySeen] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    last_id: int = 0
    version: int = 0
    origin: str = ""  # the address that the global identities carry, for ever
