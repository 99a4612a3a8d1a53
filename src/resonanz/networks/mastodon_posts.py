"""Mastodon's entities made values: pure functions from JSON to posts, limits, policies and the cursor.

No traffic here and no memory; what is asked for, when, and what it means for the desk is in
`mastodon.py`. Servers leave fields out and add others: only what a post cannot be without (id, author,
time, identity) is demanded, and its absence is `Unclear("bad_answer")`, never another exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from resonanz.networks import Policy, Unclear
from resonanz.networks.answers import (
    Entity,
    bad_answer,
    count_of,
    demand,
    entity,
    moment,
    part_of,
    parts_of,
    text_of,
    texts_of,
    unread,
)
from resonanz.networks.mastodon_text import read_html
from resonanz.post import Audience, Author, Delivery, Limits, Link, Media, MediaKind, Post, Sighting, Unread

NETWORK = "mastodon"
NOBODY: Mapping[str, str] = MappingProxyType({})

# Before a server was asked. "Instance" (API documentation): 500 characters, addresses count 23, pictures
# to 16 MiB, films to 99 MiB. How a server counts is known only since 4.3; code points are never fewer than
# what a person sees.
LIMITS = Limits(
    length=500,
    url_length=23,
    short_handles=True,
    image_bytes=16 * 1024 * 1024,
    video_bytes=99 * 1024 * 1024,
    edit=True,
)
KEY_KEPT = timedelta(hours=1)  # "Statuses", Idempotency-Key: kept for up to one hour

AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "private": Audience.FOLLOWERS,
    "direct": Audience.DIRECT,
}
VISIBILITIES = {audience: name for name, audience in AUDIENCES.items()}


_KINDS = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "gifv": MediaKind.GIF,
    "audio": MediaKind.AUDIO,
}


def author_from_account(account: Entity, *, domain: str) -> Author:
    """Read an account. `domain` completes the handle of local people, who are shown without server.

    The permanent id is the account's `uri`; servers before 4.2 give only `url`.
    """
    acct = demand(account, "acct")
    uid = text_of(account, "uri") or demand(account, "url")
    return Author(
        network=NETWORK,
        uid=uid,
        handle=acct if "@" in acct else f"{acct}@{domain}",
        name=text_of(account, "display_name").strip() or text_of(account, "username") or acct,
        url=text_of(account, "url") or uid,
        avatar_url=text_of(account, "avatar_static") or text_of(account, "avatar"),
        is_bot=account.get("bot") is True,
        followers_count=count_of(account, "followers_count"),
    )


def people_in(statuses: Iterable[Entity]) -> dict[str, str]:
    """Return permanent id by local id for everybody who wrote one of the statuses."""
    found = {}
    for status in statuses:
        account = part_of(status, "account")
        uid = text_of(account, "uri") or text_of(account, "url")
        if uid:
            found[text_of(account, "id")] = uid
    return found


def media_from_attachment(attachment: Entity) -> Media:
    """Read a picture, film or sound. Sizes are those of the original."""
    original = part_of(attachment, "meta", "original")
    url = text_of(attachment, "url") or text_of(attachment, "remote_url")
    return Media(
        kind=_KINDS.get(text_of(attachment, "type"), MediaKind.OTHER),
        url=url,
        preview_url=text_of(attachment, "preview_url"),
        alt=text_of(attachment, "description"),
        width=count_of(original, "width"),
        height=count_of(original, "height"),
    )


def post_from_status(
    status: Entity, *, domain: str, thread: Sequence[Post] = (), people: Mapping[str, str] = NOBODY
) -> Post:
    """Read a status. `thread` are the known posts above it, the first of the thread first.

    The permanent ids of mentioned people are looked up in `people` by their local id, because a
    mention itself carries only their page's address, which stands in where they are unknown. An
    audience we do not know counts as the narrowest. A poll's options follow the text, one a line.
    """
    quoted = _quoted(status)
    text, links = read_html(text_of(status, "content"), skip_quote=quoted is not None)
    uri = text_of(status, "uri") or demand(status, "url")
    edited = text_of(status, "edited_at")
    return Post(
        network=NETWORK,
        uri=uri,
        author=author_from_account(entity(status.get("account"), "account"), domain=domain),
        text=_with_options(text, status),
        posted_at=moment(demand(status, "created_at")),
        audience=AUDIENCES.get(text_of(status, "visibility"), Audience.DIRECT),
        root=thread[0].root if thread else uri,
        reply_to=thread[-1].uri if thread else None,
        url=text_of(status, "url") or uri,
        edited_at=moment(edited) if edited else None,
        language=text_of(status, "language") or None,
        warning=text_of(status, "spoiler_text"),
        media_veiled=status.get("sensitive") is True,
        media=tuple(media_from_attachment(item) for item in parts_of(status, "media_attachments")),
        links=_with_title(links, part_of(status, "card")),
        mentioned=_mentioned(status, people),
        quoted=quoted,
    )


def sighting_from_status(
    status: Entity,
    *,
    home: Home,
    thread: Sequence[Sighting] = (),
    people: Mapping[str, str] = NOBODY,
    addressed: bool = False,
) -> Sighting:
    """Read a status as our account sees it. Our own posts are own and never addressed."""
    post = post_from_status(status, domain=home.domain, thread=[item.post for item in thread], people=people)
    own = wrote(status, home.account_id)
    native_id = demand(status, "id")
    return Sighting(
        post=post,
        native_id=native_id,
        native_thread_id=thread[0].native_thread_id if thread else native_id,
        addressed=addressed and not own,
        own=own,
    )


def repost_from(notification: Entity, *, domain: str) -> Sighting:
    """Read a notification that somebody passed on a post of ours.

    It names the original only, not the boost's own address: the boost is known by the original and the
    person, who can boost a post once. Taken back and made again it is the same.
    """
    original = post_from_status(entity(notification.get("status"), "status"), domain=domain)
    author = author_from_account(entity(notification.get("account"), "account"), domain=domain)
    uri = f"{original.uri}#boost={author.uid}"
    native_id = f"boost:{demand(notification, 'id')}"
    post = Post(
        network=NETWORK,
        uri=uri,
        author=author,
        text="",
        posted_at=moment(demand(notification, "created_at")),
        audience=original.audience,
        root=original.root,
        url=original.url,
        repost_of=original.uri,
    )
    return Sighting(post=post, native_id=native_id, native_thread_id=native_id)


def wrote(status: Entity, account_id: str) -> bool:
    """Tell whether the account wrote the status."""
    return demand(entity(status.get("account"), "account"), "id") == account_id


def speaks_to(status: Entity, account_id: str) -> bool:
    """Tell whether a status mentions the account or answers one of its posts."""
    named = any(str(item.get("id")) == account_id for item in parts_of(status, "mentions"))
    return named or str(status.get("in_reply_to_account_id")) == account_id


def may_be(status: Entity, delivery: Delivery, *, since: datetime) -> bool:
    """Tell whether an own status could be what a delivery became, by all but its words."""
    parent = status.get("in_reply_to_id")
    return (
        not status.get("reblog")
        and (None if parent is None else str(parent)) == delivery.answers
        and text_of(status, "visibility") == VISIBILITIES[delivery.draft.audience]
        and len(parts_of(status, "media_attachments")) == len(delivery.draft.media)
        and moment(demand(status, "created_at")) >= since
    )


def chain_above(status: Entity, ancestors: Iterable[Entity]) -> list[Entity]:
    """Return the unbroken line of posts above a status, the first one first.

    Followed by ids, so that neither a server's order nor a gap nor a ring does harm.
    """
    by_id = {demand(item, "id"): item for item in ancestors}
    chain: list[Entity] = []
    above = by_id.pop(_parent_id(status), None)
    while above is not None:
        chain.append(above)
        above = by_id.pop(_parent_id(above), None)
    return chain[::-1]


def _parent_id(status: Entity) -> str:
    parent = status.get("in_reply_to_id")
    return "" if parent is None else str(parent)


def _quoted(status: Entity) -> str | None:
    """Return the uri of the quoted post: since 4.5 inside a wrapper, on relatives bare."""
    wrapper = part_of(status, "quote")
    inner = part_of(wrapper, "quoted_status") or wrapper
    return text_of(inner, "uri") or None


def _with_options(text: str, status: Entity) -> str:
    options = [f"- {text_of(option, 'title')}" for option in parts_of(part_of(status, "poll"), "options")]
    return "\n\n".join(block for block in (text, "\n".join(options)) if block)


def _with_title(links: Sequence[Link], card: Entity) -> tuple[Link, ...]:
    address, title = text_of(card, "url"), text_of(card, "title")
    return tuple(replace(link, title=title) if link.url == address else link for link in links)


def _mentioned(status: Entity, people: Mapping[str, str]) -> tuple[str, ...]:
    uids = (
        people.get(str(item.get("id"))) or text_of(item, "uri") or text_of(item, "url")
        for item in parts_of(status, "mentions")
    )
    return tuple(dict.fromkeys(uid for uid in uids if uid))


def policy_from(answer: Entity) -> Policy:
    """Read which notifications are kept from us, filtered or dropped; kinds without their `for_`."""
    kept = sorted(
        key.removeprefix("for_")
        for key, value in answer.items()
        if key.startswith("for_") and value in ("filter", "drop")  # a list may stand there: no set
    )
    return Policy(known=True, filtered=tuple(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A server as it describes itself. `api` is its Mastodon API version, 0 where it names none."""

    domain: str
    title: str = ""
    version: str = ""
    source: str = ""
    api: int = 0
    streaming: str = ""
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The account we speak for and its server."""

    account_id: str
    instance: Instance

    @property
    def domain(self) -> str:
        """The server part of our people's handles."""
        return self.instance.domain


def instance_from(answer: Entity, *, host: str) -> Instance:
    """Read `/api/v2/instance`, or `/api/v1/instance` of older servers; `host` where neither names itself."""
    name = text_of(answer, "domain") or text_of(answer, "uri")
    api = count_of(part_of(answer, "api_versions"), "mastodon") or 0
    streaming = text_of(part_of(answer, "configuration", "urls"), "streaming")
    return Instance(
        domain=_domain(name, host).lower(),
        title=text_of(answer, "title"),
        version=text_of(answer, "version"),
        source=text_of(answer, "source_url"),
        api=api,
        streaming=streaming or text_of(part_of(answer, "urls"), "streaming_api"),
        limits=_limits_from(answer, counts_graphemes=api > 0),
    )


def _domain(name: str, host: str) -> str:
    try:
        return urlsplit(name).netloc or name.strip("/") or host
    except ValueError:  # no address at all
        return host


def _limits_from(answer: Entity, *, counts_graphemes: bool) -> Limits:
    statuses = part_of(answer, "configuration", "statuses")
    media = part_of(answer, "configuration", "media_attachments")
    length = count_of(statuses, "max_characters") or count_of(answer, "max_toot_chars")
    return replace(
        LIMITS,
        length=length or LIMITS.length,
        unit="graphemes" if counts_graphemes else LIMITS.unit,
        url_length=count_of(statuses, "characters_reserved_per_url") or LIMITS.url_length,
        media_count=count_of(statuses, "max_media_attachments") or LIMITS.media_count,
        media_types=texts_of(media, "supported_mime_types"),
        image_bytes=count_of(media, "image_size_limit") or LIMITS.image_bytes,
        video_bytes=count_of(media, "video_size_limit") or LIMITS.video_bytes,
        alt_length=count_of(media, "description_limit") or LIMITS.alt_length,
        repeat_window=KEY_KEPT if counts_graphemes else None,
    )


@dataclass(slots=True)
class Heard:
    """The statuses of one read, each once, by id; whoever heard it addressed to us is right.

    `reposts` are what others passed on of us. What is too broken to be any of these is put `aside`.
    """

    statuses: dict[str, Entity] = field(default_factory=dict)
    addressed: set[str] = field(default_factory=set)
    reposts: dict[str, Sighting] = field(default_factory=dict)
    aside: dict[str, Unread] = field(default_factory=dict)

    def add(self, status: Entity, *, addressed: bool = False) -> None:
        """Take a status in; `addressed` once is addressed for good."""
        native_id = demand(status, "id")
        self.statuses.setdefault(native_id, status)
        if addressed:
            self.addressed.add(native_id)

    def put_aside(self, what: object, error: Exception) -> None:
        """Keep something that cannot be understood, whole."""
        kept = unread(what, error)
        self.aside.setdefault(kept.raw, kept)

    def with_ids(self, items: object, name: str) -> list[Entity]:
        """Return the objects of a list that have an id; anything else in it is put aside."""
        if not isinstance(items, list):
            raise bad_answer(name)
        found = []
        for item in items:
            try:
                demand(entity(item, name), "id")
            except Unclear as error:
                self.put_aside(item, error)
            else:
                found.append(item)
        return found


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cursor remembers.

    `heard` and `own` are the newest notification and own post. `known` are the last posts of the
    conversations seen, complete above `floor`: a post that was long on its way sorts in below the
    newest one, so that a single marker would pass it by.
    """

    heard: str = ""
    own: str = ""
    floor: str = ""
    known: tuple[str, ...] = ()

    @classmethod
    def read(cls, cursor: str) -> Marks | None:
        """Read a cursor; None for one that is empty or not ours: then reading begins anew."""
        try:
            kept = json.loads(cursor)
            return cls(str(kept["n"]), str(kept["s"]), str(kept["f"]), tuple(map(str, kept["c"])))
        except (ValueError, KeyError, TypeError):
            return None

    def write(self) -> str:
        """Return the cursor."""
        kept = {"n": self.heard, "s": self.own, "f": self.floor, "c": self.known}
        return json.dumps(kept, separators=(",", ":"))
