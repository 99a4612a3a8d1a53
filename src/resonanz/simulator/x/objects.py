"""Posts, people, files and messages of the simulated X as JSON, with what comes along on request.

Everything is in the older spelling here (`spelling.py` changes it at the door). Shapes after the official
descriptions 2.166 and 2.167 of the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resonanz.simulator.pictures import PICTURES
from resonanz.simulator.x import words
from resonanz.simulator.x.problems import missing
from resonanz.simulator.x.records import EDITABLE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from resonanz.simulator.x.asking import Wanted
    from resonanz.simulator.x.records import Message, Person, Post, Upload
    from resonanz.simulator.x.world import World

Json = dict[str, Any]
FIXED = {"possibly_sensitive": False, "reply_settings": "everyone", "source": "X for Simulations"}
MEDIA_TYPES = {"image": "photo", "gif": "animated_gif"}
NO_COUNTS = {"bookmark_count": 0, "impression_count": 0}


def stamp(at: datetime) -> str:
    """Write a time as the network does: UTC, milliseconds, Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _only(values: Json, names: Iterable[str]) -> Json:
    return {name: values[name] for name in values if name in names and values[name] is not None}


class Objects:
    """Writes JSON for one world. `base_url` is where its files lie."""

    def __init__(self, world: World, base_url: str) -> None:
        self.world = world
        self._base_url = base_url

    def address(self, post: Post) -> str:
        """Return a post's address on the network."""
        return f"https://x.com/{self.world.memory.people[post.author_id].username}/status/{post.id}"

    # people

    def person(self, person: Person, wanted: frozenset[str] = frozenset()) -> Json:
        """Write somebody."""
        posts = [p for p in self.world.memory.posts.values() if p.author_id == person.id and not p.next_id]
        values: Json = {
            "id": person.id,
            "name": person.name,
            "username": person.username,
            "created_at": stamp(person.created_at),
            "description": person.bio,
            "profile_image_url": f"{self._base_url}/x/faces/{person.id}.png",
            "protected": False,
            "verified": person.premium,
            "verified_type": "business" if person.company else "none",
            "receives_your_dm": person.open_to_messages,
            "subscription_type": "Premium" if person.premium else "None",
            "public_metrics": {
                "followers_count": 0,
                "following_count": 0,
                "tweet_count": len(posts),
                "listed_count": 0,
                "like_count": sum(person.id in p.likes for p in self.world.memory.posts.values()),
            },
        }
        return _only(values, {"id", "name", "username"} | wanted)

    # posts

    def post(self, post: Post, wanted: frozenset[str] = frozenset()) -> Json:
        """Write a post."""
        media = [(self._key(post, i), self.address(post) + "/photo/1") for i in range(self._files(post))]
        whole = words.shown(post.text, self.world.id_of, media)
        is_long = words.weight(post.text[post.lead :]) > words.LONGEST
        brief = words.shown(words.cut(post.text), self.world.id_of, media) if is_long else whole
        values = self._plain(post, wanted) | {
            "text": brief.text,
            "display_text_range": [min(post.lead, len(brief.text)), len(brief.text)],
            "entities": brief.entities or None,
            "note_tweet": self._note(post) if is_long else None,
            "attachments": {"media_keys": [key for key, _ in media]} if media else None,
        }
        return _only(values, {"id", "text", "edit_history_tweet_ids"} | wanted)

    def _plain(self, post: Post, wanted: frozenset[str]) -> Json:
        """Return what needs no look at the text."""
        parent = self.world.memory.posts.get(post.in_reply_to_id)
        kinds = (
            ("retweeted", post.reposts_id),
            ("quoted", post.quotes_id),
            ("replied_to", post.in_reply_to_id),
        )
        referenced = [{"type": kind, "id": about} for kind, about in kinds if about]
        return FIXED | {
            "id": post.id,
            "edit_history_tweet_ids": list(post.history),
            "author_id": post.author_id,
            "created_at": stamp(post.created_at),
            "conversation_id": post.conversation_id,
            "lang": post.language,
            "in_reply_to_user_id": parent.author_id if parent else None,
            "referenced_tweets": referenced or None,
            "edit_controls": self._edit_controls(post),
            "public_metrics": self._counts(post) if "public_metrics" in wanted else None,
            "paid_partnership": post.paid or None,
        }

    def _note(self, post: Post) -> Json:
        whole = words.shown(post.text, self.world.id_of)
        return {"text": whole.text} | ({"entities": whole.entities} if whole.entities else {})

    def _edit_controls(self, post: Post) -> Json:
        first = self.world.memory.posts[post.history[0]]
        left = self.world.edits_left(post, self.world.clock())
        author = self.world.memory.people[post.author_id]
        return {
            "edits_remaining": max(left, 0),
            "is_edit_eligible": author.premium and left > 0,
            "editable_until": stamp(first.created_at + EDITABLE_FOR),
        }

    def _counts(self, post: Post) -> Json:
        others = [p for p in self.world.memory.posts.values() if not p.next_id]
        return {
            "retweet_count": sum(p.reposts_id in post.history for p in others),
            "reply_count": sum(p.in_reply_to_id in post.history for p in others),
            "like_count": len(post.likes),
            "quote_count": sum(p.quotes_id in post.history for p in others),
        } | NO_COUNTS

    def _files(self, post: Post) -> int:
        return len(post.media) or int(bool(post.picture))

    def _key(self, post: Post, place: int) -> str:
        return self.world.memory.uploads[post.media[place]].key if post.media else f"3_{post.id}"

    # files

    def media(self, post: Post, wanted: frozenset[str] = frozenset()) -> list[Json]:
        """Write a post's files."""
        files = [self.file(self.world.memory.uploads[i], wanted) for i in post.media]
        return files or ([self._drawn(post, wanted)] if post.picture else [])

    def _drawn(self, post: Post, wanted: frozenset[str]) -> Json:
        picture = PICTURES[post.picture]
        values = {
            "media_key": f"3_{post.id}",
            "type": "photo",
            "url": f"{self._base_url}/x/pictures/{post.picture}.png",
            "alt_text": picture.alt,
            "width": picture.width,
            "height": picture.height,
        }
        return _only(values, {"media_key", "type"} | wanted)

    def file(self, upload: Upload, wanted: frozenset[str] = frozenset()) -> Json:
        """Write an uploaded file."""
        where = f"{self._base_url}/x/files/{upload.id}"
        values: Json = {"media_key": upload.key, "type": MEDIA_TYPES.get(upload.kind, "video")}
        if upload.kind == "image":
            values |= {"url": where, "alt_text": upload.alt or None}
        else:
            variant = {"content_type": upload.content_type, "url": where}
            values |= {
                "preview_image_url": f"{where}/still",
                "variants": [variant],
                "alt_text": upload.alt or None,
            }
        return _only(values, {"media_key", "type"} | wanted)

    # messages

    def message(self, message: Message, wanted: frozenset[str] = frozenset()) -> Json:
        """Write a private message."""
        whole = words.shown(message.text, self.world.id_of, self._message_media(message))
        for link in whole.entities.get("urls", []):
            link.pop("media_key", None)
        keys = [self.world.memory.uploads[i].key for i in message.media]
        values: Json = {
            "id": message.id,
            "event_type": "MessageCreate",
            "text": whole.text,
            "sender_id": message.sender_id,
            "dm_conversation_id": message.conversation_id,
            "created_at": stamp(message.created_at),
            "participant_ids": sorted((message.sender_id, message.reader_id), key=int),
            "entities": whole.entities or None,
            "attachments": {"media_keys": keys} if keys else None,
        }
        return _only(values, {"id", "event_type", "text"} | wanted)

    def _message_media(self, message: Message) -> list[tuple[str, str]]:
        where = f"https://x.com/messages/media/{message.id}"
        return [(self.world.memory.uploads[i].key, where) for i in message.media]

    # what comes along

    def includes(self, posts: Iterable[Post], wanted: Wanted, spelling: str) -> tuple[Json, list[Json]]:
        """Return what was asked to come along with posts, and a problem for each that is not there."""
        posts = list(posts)
        others, lost = self._referenced(posts, wanted, spelling)
        included: Json = {}
        if people := self._people_of(posts, others, wanted):
            included["users"] = [self.person(p, wanted.person) for p in people]
        if others:
            included["tweets"] = [self.post(p, wanted.post) for p in others]
        showing = list(posts) if "attachments.media_keys" in wanted.expansions else []
        if "referenced_tweets.id.attachments.media_keys" in wanted.expansions:
            showing += others
        if files := {f["media_key"]: f for p in showing for f in self.media(p, wanted.media)}:
            included["media"] = list(files.values())
        return included, lost

    def _referenced(self, posts: list[Post], wanted: Wanted, spelling: str) -> tuple[list[Post], list[Json]]:
        found: dict[str, Post] = {}
        lost: dict[str, Json] = {}
        if any(name.startswith("referenced_tweets.id") for name in wanted.expansions):
            for post in posts:
                for about in filter(None, (post.reposts_id, post.quotes_id, post.in_reply_to_id)):
                    if other := self.world.memory.posts.get(about):
                        found[about] = other
                    else:
                        lost[about] = missing("tweet", about, "referenced_tweets.id", spelling)
        if "edit_history_tweet_ids" in wanted.expansions:
            versions = [i for post in posts for i in post.history]
            found |= {i: self.world.memory.posts[i] for i in versions}
        return list(found.values()), list(lost.values())

    def _people_of(self, posts: list[Post], others: list[Post], wanted: Wanted) -> list[Person]:
        memory, asked = self.world.memory, wanted.expansions
        ids: list[str] = []
        if "author_id" in asked:
            ids += [p.author_id for p in posts]
        if "referenced_tweets.id.author_id" in asked or (
            "referenced_tweets.id" in asked and "author_id" in asked
        ):
            ids += [p.author_id for p in others]
        if "in_reply_to_user_id" in asked:
            parents = (memory.posts.get(p.in_reply_to_id) for p in posts)
            ids += [p.author_id for p in parents if p]
        if "entities.mentions.username" in asked:
            ids += [i for p in posts for i in sorted(self.world.names_in(p))]
        return [memory.people[i] for i in dict.fromkeys(ids)]
