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
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from resonanz.post import Delivery, Limits, MediaKind, Page, Post, Profile, Sighting, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime


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
    """Codes: `unreachable`, `rate_limited`, `overloaded`, `budget_spent` (ours), `unpaid` (the network's)."""


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

    Of answers also `not_summoned` (`post.Sighting.gate`), `no_messages` (this person takes no private ones
    from us) and `said_already` (the network takes no text twice).
    Of pictures also `too_large` and `not_a_picture`; of files that go out `too_many_files`,
    `file_too_large`, `file_refused` and `alt_too_long`, each with its place, counted from 1;
    `scope_missing` where the access is good but lacks the right to this one thing.
    """

    permanent = True


Secret = dict[str, str]


class Keys(Protocol):
    """Where a channel's tokens lie, for networks whose tokens end and are traded for new ones.

    A refresh token is good for one use: two that trade the same one at once lose the account. So whoever
    keeps the tokens lets one trade at a time, among all threads and processes.
    """

    def current(self) -> Secret:
        """Return the tokens as they are now."""
        ...

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        """Return tokens that are newer than `used`, and ask the network for them only if nobody has yet.

        What `ask` returns is stored before it is returned. Whatever it raises goes through.
        """
        ...


@dataclass(frozen=True, slots=True)
class Charge:
    """What a network takes for one kind of thing in a call: millionths of a US dollar for each.

    `ids` name the things; the same thing costs once within a day of UTC. Without names `count` says how many.
    """

    what: str
    each: int
    ids: tuple[str, ...] = ()
    count: int = 0


class Purse(Protocol):
    """Money for a channel's calls. It is asked before each, so that a budget is never overrun."""

    def reserve(self, call: str, most: int, *, least: int | None = None) -> int:
        """Set aside what a call may cost at most and return the reservation's number.

        `Temporary("budget_spent")` where this is not left, or is kept for more important calls: then the
        call is not made. `call` is one of the connector's `CALLS`. `least` is what the smallest call of this
        kind costs at most, where this one is larger: only without that much such calls have stopped.
        """
        ...

    def settle(self, reservation: int, charges: Sequence[Charge] | None) -> None:
        """Replace what was set aside by what the call cost; None where nobody knows: then it stays spent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How a channel reaches its account. `secret` maps names to tokens and is stored encrypted.

    Without `keys` tokens live as long as this object; without a `purse` nobody counts.
    """

    base_url: str
    secret: Secret = field(repr=False)
    simulated: bool = False  # only then are plain http and loopback addresses allowed
    keys: Keys | None = field(default=None, compare=False, repr=False)
    purse: Purse | None = field(default=None, compare=False, repr=False)


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
class CheckPosts:
    """Ask as cheaply as the network allows whether posts still stand. Answer: a Page with those that were
    changed as `sightings`, and with `gone`; those that stand as they were known may be left out.
    """

    native_ids: tuple[str, ...]
    with_thread: ClassVar[bool] = False


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
    | CheckPosts
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
    login: tuple[str, ...]  # ways to connect: "token", "oauth", "keys", "password"
    search: bool = False
    stream: bool = False
    delivery_key: bool = False  # the network recognises a repeated delivery by its key
    key_lasts: bool = False  # for ever, of what everybody can read: then a repeat can never be a second post
    edits_heard: bool = False
    deletions_heard: bool = False
    private_replies: bool = False
    private_is_encrypted: bool = False
    # How a person is invited to go on in private: "reply", a reply to his public post that only he sees;
    # "message", a private message to him; "link", a public reply with a link into the private talk; "" none.
    invitation: str = ""
    # Where a person answers by hand what the interface may not answer (`post.Sighting.gate`); `{native_id}`
    # is the post's. Empty: there is no such post.
    answer_link: str = ""
    # Where a handle and a tag in a text lead; `{handle}` and `{tag}` without their sign. Empty: nowhere.
    handle_link: str = ""
    tag_link: str = ""
    labels: frozenset[str] = frozenset()  # a post may be marked with: `paid`, `by_machine` (`post.Draft`)
    # Private messages that a policy filters do not reach us at all; else they wait aside and are read there.
    turns_away: bool = False
    reactions: str = "favourite"  # what people there do: "favourite" and boost, or "like" and repost
    metered: bool = False  # calls cost money: see `Purse`
    # What its calls cost, in millionths of a US dollar by the thing that is paid for, and since when.
    prices: tuple[tuple[str, int], ...] = ()
    prices_since: date | None = None
    link_price: int = 0  # what a post costs more than others for a link in it: millionths of a US dollar
    # Within so many seconds the network wants gone here what is gone there, so every stored post is asked for
    # again (`CheckPosts`). 0: it does not say.
    gone_within_s: int = 0
    deletes_messages: bool = True  # our private messages too can be taken away, for both sides
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
    """The stream says: read now. `native_ids` are posts that changed or went away.

    `fresh` are posts for us that came. The next reading brings most of them; not every network's lists name
    all, so what is missing then has to be read by its id.
    `sealed` are permanent ids of people who wrote in a talk that only the network's own app can open (""
    where it does not say who): nothing of it can be read here, a person has to look there.
    """

    native_ids: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a network told by calling us: what it means (None: nothing), and what it costs."""

    nudge: Nudge | None
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """How a network calls an address of ours when something happened, and how it is known to be the network.

    Both sides know a `key`. With `question` in an address it asks whether this is the right place.
    """

    question: str
    signature: str  # the header that a call is signed with
    answer: Callable[[str, str], dict[str, str]]  # for a key and what was asked
    is_genuine: Callable[[str, bytes, str], bool]  # for a key, the body to the byte, and its signature
    told: Callable[[bytes], tuple[Told, ...]]  # `Unclear` where a body makes no sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a payload holds: its posts, and the kinds of things in it that carry none (`user`, `error`, …).

    `unknown` are kinds that the connector does not know; `unread` posts that it could not understand.
    """

    posts: tuple[Post, ...] = ()
    without: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


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

    def begin_login(
        self,
        base_url: str,
        *,
        redirect_uri: str,
        simulated: bool = False,
        app: Mapping[str, str] | None = None,
    ) -> Login:
        """Return where the person has to go. `app` is what the operator made in the network's console, where
        an app cannot register itself: `client_id`, perhaps `client_secret`."""
        begin = cast("Callable[..., Login]", import_module(self.module).begin_login)
        given = {"app": app} if app else {}
        return begin(base_url, redirect_uri=redirect_uri, simulated=simulated, **given)

    def finish_login(self, login: Login, code: str) -> Credentials:
        """Turn the code that came back into credentials."""
        return cast(Credentials, import_module(self.module).finish_login(login, code))

    @property
    def hook(self) -> Hook | None:
        """How it calls us, None where it does not."""
        return cast("Hook | None", getattr(import_module(self.module), "HOOK", None))

    @property
    def reads_payloads(self) -> bool:
        """Whether `parse` is offered."""
        return hasattr(import_module(self.module), "parse")

    def parse(self, payload: bytes) -> Parsed:
        """Read an answer of the network as it was recorded. ValueError where it is no JSON."""
        return cast("Callable[[bytes], Parsed]", import_module(self.module).parse)(payload)

    def stream(self, credentials: Credentials) -> Iterator[Nudge]:
        """Yield a nudge whenever something happened; ends or raises when the stream does."""
        opener = cast("Callable[[Credentials], Iterator[Nudge]]", import_module(self.module).stream)
        return opener(credentials)


NETWORKS: dict[str, Row] = {
    "bluesky": Row("resonanz.networks.bluesky"),
    "feed": Row("resonanz.networks.feed"),
    "mastodon": Row("resonanz.networks.mastodon"),
    "x": Row("resonanz.networks.x"),
}
