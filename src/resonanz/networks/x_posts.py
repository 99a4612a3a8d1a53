"""X's objects made values: pure functions from JSON to posts. No traffic here and no memory.

X is renaming: what was called `tweet` in a name is becoming `post` (`referenced_tweets`, `note_tweet`,
`edit_history_tweet_ids`, `includes.tweets`). Both are read everywhere. Only what a post cannot be without is
demanded (id, author, text), and its absence is `Unclear("bad_answer")`, never another exception.

A post's identity is the address of the first of its versions, for each edit has an id of its own; it is
answered by the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from resonanz.networks.answers import (
    Entity,
    bad_answer,
    count_of,
    demand,
    id_order,
    moment,
    part_of,
    parts_of,
    text_of,
    texts_of,
)
from resonanz.networks.x_text import urls_in, words_of
from resonanz.post import Audience, Author, Limits, Link, Media, MediaKind, Post, Sighting

NETWORK = "x"
SITE = "https://x.com"

# Files: "Media", best practices; messages: "Direct Messages". X says MB: the smaller reading is taken.
LIMITS = Limits(
    length=280,
    unit="weighted",
    url_length=23,
    free_mentions=True,
    names_answered=False,  # X names by itself whom an answer answers
    media_count=4,
    media_types=(
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/quicktime",
        "video/webm",
    ),
    image_bytes=5_000_000,
    video_bytes=512_000_000,
    alt_length=1_000,
    message_length=10_000,
)
GIF_BYTES = 15_000_000
LONG = 25_000  # for accounts that subscribe
SUBSCRIBERS = ("premium", "premiumplus", "premium_plus")

_KINDS = {"photo": MediaKind.IMAGE, "video": MediaKind.VIDEO, "animated_gif": MediaKind.GIF}
# What X calls a language that it could not tell: no words, only tags, links, names and the like.
_NO_LANGUAGE = ("und", "zxx", "art", "qam", "qct", "qht", "qme", "qst")
_LANGUAGES = {"iw": "he", "in": "id", "ji": "yi"}
_FIRST_MS = 1_288_834_974_657  # ids count milliseconds from here ("Twitter IDs"), shifted by 22 bits
_ID_BITS = 50  # shorter ids are older than the scheme, or another's
_EDITS_WITHIN = timedelta(days=1)


def either(source: Any, key: str) -> Any:
    """Return what stands under a key with `tweet` in it, or under the same with `post`."""
    if not isinstance(source, dict):
        return None
    found = source.get(key)
    return source.get(key.replace("tweet", "post")) if found is None else found


@dataclass(slots=True)
class Beside:
    """What comes along with an answer, by id: people, files, other posts, polls."""

    users: dict[str, Entity] = field(default_factory=dict)
    media: dict[str, Entity] = field(default_factory=dict)
    posts: dict[str, Entity] = field(default_factory=dict)
    polls: dict[str, Entity] = field(default_factory=dict)

    def add(self, answer: Any) -> None:
        """Take in what an answer includes."""
        includes = part_of(answer, "includes")
        rows: list[tuple[dict[str, Entity], Iterable[Entity], str]] = [
            (self.users, parts_of(includes, "users"), "id"),
            (self.media, parts_of(includes, "media"), "media_key"),
            (self.posts, parts_of({"all": either(includes, "tweets")}, "all"), "id"),
            (self.polls, parts_of(includes, "polls"), "id"),
        ]
        for kept, found, key in rows:
            kept |= {native_id: item for item in found if (native_id := text_of(item, key))}


@dataclass(frozen=True, slots=True)
class Me:
    """Our account there."""

    uid: str
    author: Author
    limits: Limits = LIMITS
    subscription: str = ""


def uri_of(native_id: str) -> str:
    """Return the address of a post whose author need not be known."""
    return f"{SITE}/i/status/{native_id}"


def versions_of(post: Entity) -> tuple[str, ...]:
    """Return the ids of a post's versions, the first one first; itself where it was never edited."""
    history = texts_of({"ids": either(post, "edit_history_tweet_ids")}, "ids")
    return tuple(native_id for native_id in history if native_id) or (demand(post, "id"),)


def referenced(post: Entity, kind: str) -> str:
    """Return the id of the post that this one answers, quotes or passes on; `kind` as X names it."""
    for item in parts_of({"all": either(post, "referenced_tweets")}, "all"):
        if text_of(item, "type") == kind:
            return text_of(item, "id")
    return ""


def time_in(native_id: str) -> datetime | None:
    """Return the moment that an id holds, None where it is not of the usual kind."""
    if not (native_id.isascii() and native_id.isdigit()) or len(native_id) > 19:
        return None
    number = int(native_id)
    if number >> _ID_BITS == 0:
        return None
    return datetime.fromtimestamp(((number >> 22) + _FIRST_MS) / 1_000, UTC)


def id_at(when: datetime) -> str:
    """Return the smallest id that X could have given at a moment."""
    return str((int(when.timestamp() * 1_000) - _FIRST_MS) << 22)


def author_of(user: Entity) -> Author:
    """Read a person. Who is gone or hidden comes as an id alone: then the address still leads there."""
    uid, handle = demand(user, "id"), text_of(user, "username")
    return Author(
        network=NETWORK,
        uid=uid,
        handle=handle,
        name=text_of(user, "name").strip() or handle,
        url=f"{SITE}/{handle}" if handle else f"{SITE}/i/user/{uid}",
        avatar_url=text_of(user, "profile_image_url"),
        followers_count=count_of(part_of(user, "public_metrics"), "followers_count"),
    )


def me_from(user: Entity) -> Me:
    """Read our own account, with the length that its subscription allows."""
    subscription = text_of(user, "subscription_type")
    subscribed = subscription.lower().replace(" ", "") in SUBSCRIBERS
    limits = replace(LIMITS, length=LONG) if subscribed else LIMITS
    return Me(demand(user, "id"), author_of(user), limits, subscription)


def post_of(post: Entity, beside: Beside, *, nameless: bool = False) -> Post:
    """Read a post. `nameless` allows one whose author the answer does not tell."""
    versions, native_id = versions_of(post), demand(post, "id")
    author = _author(post, "author_id", beside, nameless=nameless)
    uri = uri_of(versions[0])
    posted, edited = _times(post, versions)
    made = Post(
        network=NETWORK,
        uri=uri,
        author=author,
        text="",
        posted_at=posted,
        audience=_audience(post, beside),
        root=_root(post, uri),
        url=_page(author, native_id, uri),
    )
    if original := referenced(post, "retweeted"):
        passed_on = _first(original, beside)
        return replace(made, root=_root(beside.posts.get(original, {}), passed_on), repost_of=passed_on)
    answered, quoted = referenced(post, "replied_to"), referenced(post, "quoted")
    text, links = _said(post, quoted)
    return replace(
        made,
        text=_with_options(text, post, beside),
        reply_to=_first(answered, beside) if answered else None,
        edited_at=edited,
        language=_language(post),
        media_veiled=post.get("possibly_sensitive") is True,
        media=_media(post, beside),
        links=links,
        mentioned=named_in(post),
        quoted=_first(quoted, beside) if quoted else None,
        paid=post.get("paid_partnership") is True,
    )


def _author(source: Entity, key: str, beside: Beside, *, nameless: bool) -> Author:
    uid = text_of(source, key)
    if not uid and nameless:
        return Author(network=NETWORK, uid="", handle="")
    uid = uid or demand(source, key)
    return author_of(beside.users.get(uid) or {"id": uid})


def _page(author: Author, native_id: str, uri: str) -> str:
    return f"{author.url}/status/{native_id}" if author.handle else uri


def _first(native_id: str, beside: Beside) -> str:
    """Return the identity of another post; by the first of its versions where these came along."""
    known = beside.posts.get(native_id)
    return uri_of(versions_of(known)[0] if known else native_id)


def _root(post: Entity, usual: str) -> str:
    """Return the identity of the post that began the talk; X names it in every post of it."""
    native_id = text_of(post, "conversation_id")
    return uri_of(native_id) if native_id and native_id not in _versions_if_known(post) else usual


def _versions_if_known(post: Entity) -> tuple[str, ...]:
    """Return the ids of a post's versions, none for a post that did not come along."""
    return versions_of(post) if text_of(post, "id") else ()


def _times(post: Entity, versions: tuple[str, ...]) -> tuple[datetime, datetime | None]:
    """Return when a post was made and when it was changed.

    X tells one time. Whether this is the first version's or the last one's is not documented, but their ids
    hold both.
    """
    first, last = time_in(versions[0]), time_in(versions[-1])
    stamp = text_of(post, "created_at")
    created = moment(stamp) if stamp else time_in(demand(post, "id"))
    if created is None:
        raise bad_answer("created_at")
    if len(versions) == 1:
        return created, None
    near = first is not None and abs(created - first) < _EDITS_WITHIN
    return (first if near and first is not None else created), last or created


def _audience(post: Entity, beside: Beside) -> Audience:
    hidden = beside.users.get(text_of(post, "author_id"), {}).get("protected") is True
    return Audience.FOLLOWERS if hidden else Audience.PUBLIC


def _said(post: Entity, quoted: str) -> tuple[str, tuple[Link, ...]]:
    """Return the words: the long text where there is one, for `text` then ends after 280 signs."""
    note = part_of({"note": either(post, "note_tweet")}, "note")
    if text_of(note, "text"):
        return words_of(text_of(note, "text"), [*urls_in(note), *urls_in(post)], quoted=quoted)
    if not isinstance(post.get("text"), str):
        raise bad_answer("text")
    return words_of(text_of(post, "text"), urls_in(post), quoted=quoted)


def _language(post: Entity) -> str | None:
    code = text_of(post, "lang")
    return None if not code or code in _NO_LANGUAGE else _LANGUAGES.get(code, code)


def named_in(post: Entity) -> tuple[str, ...]:
    """Return the permanent ids of the people named in a post, in its long text too."""
    note = part_of({"note": either(post, "note_tweet")}, "note")
    found = [
        *parts_of(part_of(post, "entities"), "mentions"),
        *parts_of(part_of(note, "entities"), "mentions"),
    ]
    return tuple(dict.fromkeys(uid for item in found if (uid := text_of(item, "id"))))


def _media(source: Entity, beside: Beside) -> tuple[Media, ...]:
    keys = texts_of(part_of(source, "attachments"), "media_keys")
    return tuple(media_of(beside.media[key]) for key in dict.fromkeys(keys) if key in beside.media)


def media_of(item: Entity) -> Media:
    """Read a picture or film; of a film's versions the largest that is one file."""
    films = [one for one in parts_of(item, "variants") if text_of(one, "content_type") == "video/mp4"]
    best = max(
        films, key=lambda one: count_of(one, "bit_rate") or count_of(one, "bitrate") or 0, default=None
    )
    preview = text_of(item, "preview_image_url")
    return Media(
        kind=_KINDS.get(text_of(item, "type"), MediaKind.OTHER),
        url=text_of(item, "url") or text_of(best, "url") or preview,
        preview_url=preview,
        alt=text_of(item, "alt_text"),
        width=count_of(item, "width"),
        height=count_of(item, "height"),
    )


def _with_options(text: str, post: Entity, beside: Beside) -> str:
    """Return the text with a poll's options below, one a line."""
    polls = texts_of(part_of(post, "attachments"), "poll_ids")
    options = [
        text_of(one, "label")
        for poll in polls
        for one in parts_of(beside.polls.get(poll), "options")
        if text_of(one, "label")
    ]
    return "\n".join([text, *(f"• {option}" for option in options)]).strip() if options else text


# As our account sees it --------------------------------------------------------------------------


def speaks_to(post: Entity, beside: Beside, me: Me) -> bool:
    """Tell whether a post names the account, answers one of its posts or quotes one."""
    answers = text_of(post, "in_reply_to_user_id") == me.uid
    return me.uid in named_in(post) or answers or _quotes(post, beside, me)


def _quotes(post: Entity, beside: Beside, me: Me) -> bool:
    """Tell whose post is quoted: by its author, or by the link to it where the author does not come along."""
    quoted = referenced(post, "quoted")
    author = text_of(beside.posts.get(quoted), "author_id")
    if author or not quoted:
        return author == me.uid
    ours = f"/{me.author.handle}/status/{quoted}".lower()
    return any(ours in text_of(url, "expanded_url").lower() for url in urls_in(post))


def sighting_of(post: Entity, beside: Beside, me: Me, *, addressed: bool | None = None) -> Sighting:
    """Read a post as our account sees it; `addressed` None: its words decide.

    X takes an answer only if the author named or quoted us. Whether a name that X itself put before an
    answer counts is not documented: then it may be tried.
    """
    own = text_of(post, "author_id") == me.uid
    spoken = speaks_to(post, beside, me)
    made = post_of(post, beside)
    return Sighting(
        post=made,
        native_id=versions_of(post)[-1],
        native_thread_id=text_of(post, "conversation_id") or versions_of(post)[0],
        addressed=not own and not made.repost_of and (spoken if addressed is None else addressed),
        own=own,
        gate="" if own or spoken or made.repost_of else "not_summoned",
    )


# Direct messages ---------------------------------------------------------------------------------

MESSAGE = "dm:"


def message_id(conversation: str, event: str) -> str:
    """Return the id of a message in the desk: with its talk, for that is where it is answered."""
    return f"{MESSAGE}{conversation}:{event}"


def talk_of(native_id: str) -> str:
    """Return the talk of a message's id, empty for a post's."""
    return native_id.removeprefix(MESSAGE).partition(":")[0] if native_id.startswith(MESSAGE) else ""


def page_of_talk(conversation: str) -> str:
    """Return the address of a talk; it is the root of all its messages."""
    return f"{SITE}/messages/{conversation}"


def message_of(event: Entity, beside: Beside, *, nameless: bool = False) -> Post:
    """Read a direct message."""
    conversation, native_id = demand(event, "dm_conversation_id"), demand(event, "id")
    shown = next(iter(parts_of({"all": either(event, "referenced_tweets")}, "all")), {})
    quoted = text_of(shown, "id")
    text, links = words_of(text_of(event, "text"), urls_in(event), quoted=quoted)
    stamp = text_of(event, "created_at")
    posted = moment(stamp) if stamp else time_in(native_id)
    if posted is None:
        raise bad_answer("created_at")
    return Post(
        network=NETWORK,
        uri=f"{page_of_talk(conversation)}#{native_id}",
        author=_author(event, "sender_id", beside, nameless=nameless),
        text=text,
        posted_at=posted,
        audience=Audience.DIRECT,
        root=page_of_talk(conversation),
        url=page_of_talk(conversation),
        media=_media(event, beside),
        links=links,
        quoted=_first(quoted, beside) if quoted else None,
    )


def message_sighting(event: Entity, beside: Beside, me: Me) -> Sighting:
    """Read a direct message as our account sees it."""
    own = text_of(event, "sender_id") == me.uid
    conversation = demand(event, "dm_conversation_id")
    return Sighting(
        post=message_of(event, beside),
        native_id=message_id(conversation, demand(event, "id")),
        native_thread_id=conversation,
        addressed=not own,
        own=own,
    )


def by_age(items: Mapping[str, Any]) -> list[str]:
    """Return ids, the oldest first."""
    return sorted(items, key=id_order)
