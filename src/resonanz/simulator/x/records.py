"""What the simulated X remembers: people, posts with their versions, messages, files, tokens, rules.

Plain mutable records, so that they can be saved and loaded as they are. What happens to them is in
`world.py`; what a client sees of them is in `objects.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SPELLINGS = ("tweet", "post", "either")
EDITABLE_FOR = timedelta(hours=1)  # docs.x.com, changelog of 2025-10-03


@dataclass(slots=True)
class Person:
    """Somebody with an account. `premium` may write long posts and edit; ids are numbers as texts."""

    id: str
    username: str
    name: str
    created_at: datetime
    bio: str = ""
    company: bool = False
    bot: bool = False
    premium: bool = False
    open_to_messages: bool = True  # takes private messages from people who were never written to


@dataclass(slots=True)
class Post:
    """One version of a post: an edit makes a new one with a new id.

    `history` is oldest first, and the same in every version. `lead` is how many characters of the text are
    names put in front of a reply by the network. `next_id` is the version that took its place.
    """

    id: str
    author_id: str
    text: str
    created_at: datetime
    conversation_id: str
    history: list[str]
    language: str = "de"
    in_reply_to_id: str = ""
    quotes_id: str = ""
    reposts_id: str = ""
    lead: int = 0
    media: list[str] = field(default_factory=list)
    picture: str = ""
    paid: bool = False
    by_machine: bool = False
    hidden: bool = False
    likes: list[str] = field(default_factory=list)
    next_id: str = ""


@dataclass(slots=True)
class Message:
    """A private message between two people."""

    id: str
    sender_id: str
    reader_id: str
    text: str
    created_at: datetime
    media: list[str] = field(default_factory=list)

    @property
    def conversation_id(self) -> str:
        """The two people's ids, the smaller one first."""
        return "-".join(sorted((self.sender_id, self.reader_id), key=int))


@dataclass(slots=True)
class Upload:
    """A file. `ready_at` is when it has been looked at, None while it still comes in."""

    id: str
    owner_id: str
    category: str
    content_type: str
    total: int
    pieces: dict[str, bytes] = field(default_factory=dict)
    finished_at: datetime | None = None
    ready_at: datetime | None = None
    alt: str = ""

    @property
    def key(self) -> str:
        """The name under which answers speak of it: kind, then id."""
        kind = {"image": "3", "gif": "16", "video": "13"}.get(self.kind, "7")
        return f"{kind}_{self.id}"

    @property
    def kind(self) -> str:
        """`image`, `gif`, `video` or `subtitles`."""
        return self.category.rpartition("_")[2]

    @property
    def content(self) -> bytes:
        """The whole file."""
        return b"".join(self.pieces[place] for place in sorted(self.pieces, key=int))


@dataclass(slots=True)
class Token:
    """An access token. Without a person it is the program's own; without an end it lives for ever."""

    token: str
    person_id: str
    scopes: str
    client_id: str
    ends_at: datetime | None = None
    refresh: str = ""


@dataclass(slots=True)
class Rule:
    """A rule of the filtered stream."""

    id: str
    value: str
    tag: str = ""


@dataclass(slots=True)
class Subscription:
    """What the activity stream shall tell about."""

    id: str
    event_type: str
    person_id: str
    tag: str
    created_at: datetime


@dataclass(slots=True)
class Switches:
    """What can be turned while it runs.

    `spelling` is which names fields and parameters have. `reply_gate` refuses replies to people who neither
    named nor quoted the account; with `strict_gate` names that the network put in front do not count.
    `credit` is how many millionths of a US dollar may be spent, None: as many as one likes. `rate_limits`
    turns the request limits on. Times are in seconds; the simulator's speed divides them. `webhook` is an
    address of this machine that is told what happens to companies; empty: none.
    """

    spelling: str = "tweet"
    reply_gate: bool = True
    strict_gate: bool = False
    credit: int | None = None
    rate_limits: bool = True
    processing_s: float = 3.0
    token_s: float = 7200.0
    webhook: str = ""


@dataclass(slots=True)
class Memory:
    """Everything. `spent` is in millionths of a US dollar; `charged` what was paid for on `charged_on`."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    refreshes: dict[str, Token] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    last_id: int = 0
    spent: int = 0
    charged: list[str] = field(default_factory=list)
    charged_on: str = ""
