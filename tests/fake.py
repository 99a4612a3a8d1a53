"""A complete fake network: written against the same door, it remembers what it was told and asked.

Its table row is added for the time of a test by the fixture `fake`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from resonanz.networks import (
    AcceptEverybody,
    Action,
    Answer,
    Boost,
    Capabilities,
    CheckPosts,
    Credentials,
    DeletePost,
    Favourite,
    LookUpPosts,
    LookUpProfile,
    NetworkError,
    Nudge,
    Policy,
    ReadBack,
    ReadPolicy,
    Unboost,
    Unclear,
    Understand,
    Unfavourite,
)
from resonanz.post import Attachment, Delivery, Limits, Media, MediaKind, Page, Post, Profile, Sighting
from tests.cast import SERVER, US

CAPABILITIES = Capabilities(
    label="Fake",
    own_mark="fake",
    login=("token",),
    search=True,
    stream=True,
    private_replies=True,
    invitation="reply",
    authors_delete=True,
    media=frozenset({MediaKind.IMAGE, MediaKind.VIDEO}),
    actions=frozenset(
        {
            AcceptEverybody,
            Boost,
            CheckPosts,
            DeletePost,
            Favourite,
            LookUpPosts,
            LookUpProfile,
            ReadBack,
            ReadPolicy,
            Unboost,
            Understand,
            Unfavourite,
        }
    ),
)
LIMITS = Limits(length=500)


@dataclass
class World:
    """The network's side: what it shows, what it received, and what it will answer."""

    pages: list[Page] = field(default_factory=list)
    received: list[Delivery] = field(default_factory=list)
    posts: dict[str, Sighting] = field(default_factory=dict)
    now_there: dict[str, Sighting] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    fails_with: list[NetworkError] = field(default_factory=list)
    loses_answer: bool = False
    looked_for: list[Delivery] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    filtered: tuple[str, ...] = ()
    favourites: set[str] = field(default_factory=set)
    boosts: set[str] = field(default_factory=set)
    finds: dict[str, list[Page]] = field(default_factory=dict)  # by what is searched for
    shows: Page = field(default_factory=Page)  # when it is read back
    understands: dict[str, Page] = field(default_factory=dict)  # by what was put aside

    def publish(self, delivery: Delivery) -> Sighting:
        """Take a delivery in and show it, as the network does."""
        self.received.append(delivery)
        number = f"own{len(self.received)}"
        parent = self.posts.get(delivery.answers or "")
        uri = f"{SERVER}/statuses/{number}"
        post = Post(
            network="mastodon",
            uri=uri,
            root=parent.post.root if parent else uri,
            reply_to=parent.post.uri if parent else None,
            author=US,
            text=delivery.draft.text,
            posted_at=delivery.created_at + timedelta(seconds=1),
            audience=delivery.draft.audience,
            url=uri,
            media=tuple(_shown(uri, place, file) for place, file in enumerate(delivery.draft.media, start=1)),
        )
        seen = Sighting(post=post, native_id=number, native_thread_id=number, own=True)
        self.posts[str(delivery.key)] = seen
        return seen


def _shown(uri: str, place: int, file: Attachment) -> Media:
    return Media(kind=file.kind, url=f"{uri}/files/{place}", alt=file.alt)


WORLD = World()


class FakeNetwork:
    """One account on it."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def read(self, cursor: str) -> Page:
        WORLD.asked.append(f"read {cursor}")
        _fail()
        page = WORLD.pages.pop(0) if WORLD.pages else Page(cursor=cursor)
        WORLD.posts.update({s.native_id: s for s in page.sightings})
        return page

    def search(self, query: str, cursor: str) -> Page:
        WORLD.asked.append(f"search {query}")
        _fail()
        found = WORLD.finds.get(query)
        return found.pop(0) if found else Page(cursor=cursor)

    def send(self, delivery: Delivery) -> Sighting:
        _fail()
        seen = WORLD.publish(delivery)
        if WORLD.loses_answer:
            WORLD.loses_answer = False
            raise Unclear("timeout")
        return seen

    def find_sent(self, delivery: Delivery) -> Sighting | None:
        WORLD.looked_for.append(delivery)
        _fail()
        return WORLD.posts.get(str(delivery.key))

    def act(self, action: Action) -> Answer:
        WORLD.asked.append(type(action).__name__)
        _fail()
        match action:
            case CheckPosts() | LookUpPosts() | ReadBack() | Understand():
                return _read_more(action)
            case LookUpProfile():
                return Profile(author=US, limits=LIMITS, software="Fake 1.0")
            case ReadPolicy():
                return Policy(known=True, filtered=WORLD.filtered)
            case AcceptEverybody():
                WORLD.filtered = ()
                return Policy(known=True)
            case Favourite(native_id):
                WORLD.favourites.add(native_id)
            case Unfavourite(native_id):
                WORLD.favourites.discard(native_id)
            case Boost(native_id):
                WORLD.boosts.add(native_id)
            case Unboost(native_id):
                WORLD.boosts.discard(native_id)
            case DeletePost(native_id):
                WORLD.gone.add(native_id)
                WORLD.now_there.pop(native_id, None)
        return None


def _read_more(action: CheckPosts | LookUpPosts | ReadBack | Understand) -> Page:
    match action:
        case CheckPosts(native_ids) | LookUpPosts(native_ids):
            there = tuple(WORLD.now_there[i] for i in native_ids if i in WORLD.now_there)
            return Page(sightings=there, gone=tuple(i for i in native_ids if i in WORLD.gone))
        case ReadBack(since):
            shown = tuple(s for s in WORLD.shows.sightings if s.post.posted_at >= since)
            return Page(sightings=shown, unread=WORLD.shows.unread)
        case Understand(raw):
            if raw not in WORLD.understands:
                raise Unclear("bad_answer")
            return WORLD.understands[raw]


def _fail() -> None:
    if WORLD.fails_with:
        raise WORLD.fails_with.pop(0)


def connect(credentials: Credentials) -> FakeNetwork:
    """Open the door."""
    return FakeNetwork(credentials)


def stream(_credentials: Credentials) -> Iterator[Nudge]:
    """Say once that there is something to read."""
    yield Nudge()


def edited(sighting: Sighting, text: str, after: timedelta) -> Sighting:
    """Return a post as it stands there after its author changed it."""
    return replace(
        sighting, post=replace(sighting.post, text=text, edited_at=sighting.post.posted_at + after)
    )
