"""The one shape of everything said on a network, and of everything we say there.

These are values: frozen, comparable, without a database and without a clock. A connector turns
a network's native answer into them; the desk stores them. What a network can do (lengths,
capabilities) is a value here too, so that differences between networks stay data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID


class Audience(IntEnum):
    """Who may read a post, from narrow to wide; a reply is never wider than what it answers."""

    DIRECT = 0  # only the people named in it
    FOLLOWERS = 1
    UNLISTED = 2  # public by link, kept out of timelines
    PUBLIC = 3

    @property
    def is_private(self) -> bool:
        """Whether strangers are shut out; the composer then looks and warns differently."""
        return self <= Audience.FOLLOWERS


class MediaKind(StrEnum):
    """What a medium is, as far as showing it is concerned."""

    IMAGE = "image"
    VIDEO = "video"
    GIF = "gif"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said it there. `uid` is the network's permanent id, never the handle, which may change."""

    network: str
    uid: str
    handle: str
    name: str = ""
    url: str = ""
    avatar_url: str = ""
    is_bot: bool = False
    followers_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film or sound on a post. Sizes in pixels, None where the network does not say."""

    kind: MediaKind
    url: str
    preview_url: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address in a post. `shown` is what stands in the text, `url` where it leads."""

    url: str
    shown: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Anything said on a network, normalised.

    `uri` is the network's global identity; `reply_to` and `root` are such uris too. `root` is the
    uri of the post that began the thread, its own uri where it began one. `text` is plain text with
    line breaks. `repost_of` is the uri of a post that this one only passes on, without a word of its own.
    Times are aware; a naive one is refused here, at the door.
    """

    network: str
    uri: str
    author: Author
    text: str
    posted_at: datetime
    audience: Audience
    root: str
    reply_to: str | None = None
    url: str = ""
    edited_at: datetime | None = None
    language: str | None = None
    warning: str = ""  # the content warning shown instead of a veiled text
    media_veiled: bool = False
    media: tuple[Media, ...] = ()
    links: tuple[Link, ...] = ()
    mentioned: tuple[str, ...] = ()  # permanent ids of the people named in it
    quoted: str | None = None
    repost_of: str | None = None
    paid: bool = False  # its author says that somebody paid for it

    def __post_init__(self) -> None:
        for name in ("posted_at", "edited_at"):
            stamp = getattr(self, name)
            if stamp is not None and stamp.utcoffset() is None:
                raise ValueError(f"Post.{name} needs a time zone, got the naive {stamp!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A post as one channel hears it: with the ids that this channel needs to answer it.

    `addressed` says that the post speaks to the channel (mention, reply to it, private mention).
    Posts that are only heard as context (a thread's other voices) or are our own are not addressed.
    `gate` says why the network's interface will not take an answer to it from this channel: `not_summoned`
    where its author neither named nor quoted us; "" where it will, as far as can be known before.
    """

    post: Post
    native_id: str
    native_thread_id: str
    addressed: bool = False
    own: bool = False
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A post that a connector could not understand, whole as it came (JSON), and what it lacked.

    `native_id` is empty where even that could not be told.
    """

    raw: str = field(repr=False)
    reason: str
    native_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one read brought. `cursor` continues after it; `more` says that there is more right now.

    A post that could not be understood is among the `unread`, and stops no other.

    `gone` are native ids that the network no longer shows to this channel (deleted or made private).
    `backfill` marks older posts fetched on purpose: their age says nothing about a late network. `gap` is a
    time of which posts may be missing that the network does not show any more. `notices` are codes of what
    happened besides posts and a person should know: `encrypted_chat`, somebody wrote where we cannot read.
    `messages` says how private messages were read where they have a list of their own that may be shut while
    all else is open: `yes`, or the code of the error that kept them away; None says nothing about them.
    """

    sightings: tuple[Sighting, ...] = ()
    unread: tuple[Unread, ...] = ()
    cursor: str = ""
    more: bool = False
    gone: tuple[str, ...] = ()
    backfill: bool = False
    gap: tuple[datetime, datetime] | None = None
    notices: tuple[str, ...] = ()
    messages: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes out with a text. `alt` describes it for those who cannot see it."""

    kind: MediaKind
    content: bytes = field(repr=False)
    content_type: str
    name: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person wants to say: the text as typed, to whom, and the files that go with it.

    `quotes` is the native id of a post that it shows; `paid` and `by_machine` are labels that the law or a
    network asks for: somebody paid for it, a machine wrote it.
    """

    text: str
    audience: Audience
    language: str | None = None
    warning: str = ""
    media: tuple[Attachment, ...] = ()
    quotes: str | None = None
    paid: bool = False
    by_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One outgoing post, ready for one attempt.

    `key` is random and stays with this delivery for ever; a person's repeat makes a new one.
    `answers` is the sighting's native id in the channel that sends, `None` for a post of its own.
    `named` are handles that the text must contain for the network to show it to them.
    """

    key: UUID
    draft: Draft
    created_at: datetime
    answers: str | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much a network takes, as data.

    `length` counts in `unit`: `"characters"` are code points, `"graphemes"` what a person sees as one
    character, `"weighted"` the weights of X. `bytes_length` is a second limit, in bytes of UTF-8. Every
    address counts `url_length` where that is set. A handle counts without its server part where
    `short_handles` is set; those that are answered count nothing at the beginning where `free_mentions` is.
    Of files `media_count` go with one text; `media_types` are the content types taken, empty where the
    network does not say; `video_bytes` holds for sounds too; `alt_length` counts code points.
    `message_length` and `message_bytes` hold for private messages where they are no posts; there `unit` is
    graphemes where it is for posts, and code points otherwise. An answer has to name whom it answers where
    `names_answered` is set, or nobody sees it.
    """

    length: int
    unit: str = "characters"
    url_length: int | None = None
    short_handles: bool = False
    bytes_length: int | None = None
    free_mentions: bool = False
    media_count: int = 4
    media_types: tuple[str, ...] = ()
    image_bytes: int | None = None
    video_bytes: int | None = None
    alt_length: int = 1500
    message_length: int | None = None
    message_bytes: int | None = None
    names_answered: bool = True
    edit: bool = False
    repeat_window: timedelta | None = None  # how long the network recognises a repeated delivery key


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An account as its network describes it, with what the network says about itself."""

    author: Author
    limits: Limits
    software: str = ""
    facts: dict[str, str] = field(default_factory=dict)
