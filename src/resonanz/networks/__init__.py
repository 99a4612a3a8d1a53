"""The narrow door to every network: five methods, one error tree, one table.

A network is one file in this room, named after it, and only these files speak HTTP. A connector
imports `resonanz.post` and the thin client in `http.py`, nothing else: it knows no database, no
desk, and of the time only what it is told. To add a network: write the file, add its row to
`NETWORKS`, add golden pairs to `tests/networks/<network>/`, describe it in `docs/networks.md`.

The error tree. Each error answers the caller's three questions: is it permanent, when may I try
again, and may the network have acted all the same?

    NetworkError
     ├── Temporary     later will do; `retry_at` says when, if the network said so; nothing was done
     ├── Unclear       the answer is missing or unusable: it may have been done, look before repeating
     ├── LoginNeeded   the token is no longer good; a person has to connect again
     ├── Gone          the thing addressed does not exist any more (deleted, or hidden from us)
     └── Refused       the network said no, with its reason; the same again will be refused again
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from resonanz.post import Delivery, Limits, MediaKind, Page, Profile, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime


class NetworkError(Exception):
    """Something a network did not do for us.

    `code` is one of a closed list per class and becomes a sentence in the desk; `facts` are its
    parameters; `reason` is the network's own wording, to be shown beside ours, never instead of it.
    """

    permanent = False
    acted: bool | None = False  # False: surely nothing was done; None: nobody knows

    def __init__(
        self, code: str, *, reason: str = "", retry_at: datetime | None = None, **facts: str | int
    ) -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.reason = reason
        self.retry_at = retry_at
        self.facts = facts


class Temporary(NetworkError):
    """Codes: `unreachable`, `rate_limited`, `overloaded`."""


class Unclear(NetworkError):
    """Codes: `timeout`, `cut`, `server_error`, `bad_answer`."""

    acted = None


class LoginNeeded(NetworkError):
    """Codes: `token_revoked`, `scope_missing`."""

    permanent = True


class Gone(NetworkError):
    """Code: `gone`."""

    permanent = True


class Refused(NetworkError):
    """Codes: `refused`, `too_long`, `not_this_network`, `not_allowed_here`, `unsafe_address`.

    Of pictures also `too_large` and `not_a_picture`; of files that go out `too_many_files`,
    `file_too_large`, `file_refused` and `alt_too_long`, each with its place, counted from 1;
    `scope_missing` where the access is good but lacks the right to this one thing.
    """

    permanent = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How a channel reaches its account. `secret` maps names to tokens and is stored encrypted."""

    base_url: str
    secret: dict[str, str] = field(repr=False)
    simulated: bool = False  # only then are plain http and loopback addresses allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A sign-in in the person's browser, half way: open `url`, keep `secret` until the code comes back."""

    url: str
    base_url: str
    secret: dict[str, str] = field(repr=False)
    simulated: bool = False


# Actions: the closed set of everything else that can be done on a network. Each is a value; whether a
# network offers it is in its capabilities.


@dataclass(frozen=True, slots=True)
class DeletePost:
    """Take one of our own posts off the network. Answer: None."""

    native_id: str


@dataclass(frozen=True, slots=True)
class LookUpPosts:
    """Read posts again, to hear edits and deletions. Answer: a Page with `sightings` and `gone`.

    `with_thread` brings the posts above each too, so that one that was never heard finds its place.
    """

    native_ids: tuple[str, ...]
    with_thread: bool = False


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Read again, from the newest back to a moment, what was said to us and what we said: whatever a
    cursor says. Answer: a Page; nobody's thread is asked for.
    """

    since: datetime


@dataclass(frozen=True, slots=True)
class Understand:
    """Try again to understand a post that was put aside (`post.Unread.raw`). Answer: a Page with it.

    `Unclear("bad_answer")` where it is still not understood.
    """

    raw: str


@dataclass(frozen=True, slots=True)
class LookUpProfile:
    """Read the own account and what its server allows. Answer: a Profile."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """Mark a post as one that we like; a repeat changes nothing. Answer: None."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Unfavourite:
    """Take that back. Answer: None."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Boost:
    """Pass a post on to our followers; a repeat changes nothing. Answer: None."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Unboost:
    """Take that back. Answer: None."""

    native_id: str


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """Ask which private mentions the network filters away. Answer: a Policy."""


@dataclass(frozen=True, slots=True)
class AcceptEverybody:
    """Set the policy so that strangers' private mentions arrive. Answer: the new Policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which notifications a network keeps from us; `filtered` names the kinds, empty when none."""

    known: bool
    filtered: tuple[str, ...] = ()


Action = (
    DeletePost
    | LookUpPosts
    | LookUpProfile
    | ReadBack
    | Understand
    | Favourite
    | Unfavourite
    | Boost
    | Unboost
    | ReadPolicy
    | AcceptEverybody
)
Answer = None | Page | Profile | Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a network's connector can do; the desk asks these, never the network's name."""

    label: str  # the network's own name, as it wants to be written
    own_mark: str  # the icon's file name
    login: tuple[str, ...]  # ways to connect: "token", "oauth"
    search: bool = False
    stream: bool = False
    delivery_key: bool = False  # the network recognises a repeated delivery by its key
    edits_heard: bool = False
    deletions_heard: bool = False
    private_replies: bool = False
    private_is_encrypted: bool = False
    # How a person is invited to go on in private: "reply", a reply to his public post that only he sees;
    # "message", a private message to him; "link", a public reply with a link into the private talk; "" none.
    invitation: str = ""
    authors_delete: bool = False  # people can take their posts off it, so they may be asked to
    # How many posts an account may send within so many seconds, by the network's rules; None: not said.
    posts_count: int | None = None
    posts_window_s: int = 0
    media: frozenset[MediaKind] = frozenset()  # kinds of files that may go with an answer
    actions: frozenset[type[Action]] = frozenset()


class Network(Protocol):
    """One account on one network. Five methods; all may raise a NetworkError and nothing else."""

    def read(self, cursor: str) -> Page:
        """Return what was said to the account after `cursor`, oldest first; "" means from now on."""
        ...

    def search(self, query: str, cursor: str) -> Page:
        """Return what the network's own search finds after `cursor`, oldest first."""
        ...

    def send(self, delivery: Delivery) -> Sighting:
        """Make exactly one attempt to publish; the answer is the post as it now stands there."""
        ...

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        """Read the own timeline back and return the post that this delivery became, if it did."""
        ...

    def act(self, action: Action) -> Answer:
        """Carry out one of the actions that the capabilities name."""
        ...


@dataclass(frozen=True, slots=True)
class Nudge:
    """The stream says: read now. `native_ids` are posts that changed or went away."""

    native_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A network's line in the table: where its code lives. Imported on first use."""

    module: str

    @property
    def capabilities(self) -> Capabilities:
        """What the network can do."""
        return cast(Capabilities, import_module(self.module).CAPABILITIES)

    @property
    def default_limits(self) -> Limits:
        """Its limits before the server was asked."""
        return cast(Limits, import_module(self.module).LIMITS)

    def connect(self, credentials: Credentials) -> Network:
        """Open the door. No traffic yet."""
        return cast("Callable[[Credentials], Network]", import_module(self.module).connect)(credentials)

    def begin_login(self, base_url: str, *, redirect_uri: str, simulated: bool = False) -> Login:
        """Register with the server and return where the person has to go."""
        return cast(
            Login,
            import_module(self.module).begin_login(base_url, redirect_uri=redirect_uri, simulated=simulated),
        )

    def finish_login(self, login: Login, code: str) -> Credentials:
        """Turn the code that came back into credentials."""
        return cast(Credentials, import_module(self.module).finish_login(login, code))

    def stream(self, credentials: Credentials) -> Iterator[Nudge]:
        """Yield a nudge whenever something happened; ends or raises when the stream does."""
        opener = cast("Callable[[Credentials], Iterator[Nudge]]", import_module(self.module).stream)
        return opener(credentials)


NETWORKS: dict[str, Row] = {
    "feed": Row("resonanz.networks.feed"),
    "mastodon": Row("resonanz.networks.mastodon"),
}
