"""What people do on the simulated X, and what stands there: the hand that steers it.

Programs come in through `network.py`; the laws are in `world.py`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.simulator import people
from resonanz.simulator.pictures import PICTURES
from resonanz.simulator.x import oauth
from resonanz.simulator.x.objects import Objects
from resonanz.simulator.x.problems import Problem
from resonanz.simulator.x.records import Memory, Message, Person, Post, Switches, Token
from resonanz.simulator.x.world import FOUNDED, Happened, Said, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resonanz.simulator.settings import SimulatorSettings

Json = dict[str, Any]
LONGEST_NAME = 15


def username(handle: str) -> str:
    """Return a handle as this network takes it: letters, digits and `_`, at most fifteen."""
    local = handle.removeprefix("@").partition("@")[0]
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in local)[:LONGEST_NAME]


class Hand:
    """The people of a simulated X."""

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.world = World(Memory(), clock)
        self.objects = Objects(self.world, settings.base_url)
        self.app_token = self._secret("app")
        self.settle()

    # who lives here

    @property
    def switches(self) -> Switches:
        """What can be turned."""
        return self.world.memory.switches

    def lasting(self, seconds: float) -> float:
        """Return how long something lasts that takes so many seconds on the real network."""
        return seconds / self.settings.speed

    def _secret(self, name: str) -> str:
        return hashlib.sha256(f"x:{self.settings.seed}:{name}".encode()).hexdigest()[:43]

    def settle(self) -> None:
        """Give everybody of the cast a place and a token; those who are known stay as they are."""
        for place, one in enumerate(people.PEOPLE):
            person = self.world.person_called(username(one.acct))
            if person is None:
                since = FOUNDED + timedelta(days=11 * place, hours=place % 12)
                person = self._join(username(one.acct), one.name, since)
                person.bio, person.company, person.bot = one.bio, one.company, one.bot
                person.premium = not one.company
            secret = self.settings.tokens.get(one.acct) or self._secret(person.username)
            self.world.memory.tokens[secret] = Token(
                secret, person.id, " ".join(sorted(oauth.SCOPES)), oauth.CLIENT_ID
            )
        self.world.memory.tokens[self.app_token] = Token(self.app_token, "", "", oauth.CLIENT_ID)

    def _join(self, handle: str, name: str, since: datetime) -> Person:
        person = Person(self.world.new_id(since), handle, name, since, premium=True)
        self.world.memory.people[person.id] = person
        return person

    def _somebody(self, order: Mapping[str, Any]) -> Person:
        handle = username(_text(order, "handle"))
        found = self.world.person_called(handle)
        since = self.world.clock() - timedelta(days=200)
        return found or self._join(handle, str(order.get("name") or handle), since)

    # the hand

    def say(self, order: Mapping[str, Any]) -> Json:
        """Let a person write; `encrypted` is a private message no program can read, `reposts` passes on."""
        with self.world.lock:
            author = self._somebody(order)
            said = self._said(order)
            at = _moment(order.get("at"))
            try:
                if order.get("private") or order.get("encrypted"):
                    return self._write(author, said, order, at)
                return self._shown(self.world.say(author, said, at=at))
            except Problem as problem:
                raise ValueError(problem.detail) from problem

    def _said(self, order: Mapping[str, Any]) -> Said:
        chosen = str(order.get("picture") or "")
        if chosen and chosen not in PICTURES:
            raise ValueError(f"the picture {chosen!r} is none of {', '.join(PICTURES)}")
        return Said(
            text="" if order.get("reposts") else _text(order, "text"),
            in_reply_to_id=str(order.get("in_reply_to") or ""),
            quotes_id=str(order.get("quotes") or ""),
            reposts_id=str(order.get("reposts") or ""),
            language=str(order.get("language") or "de"),
            picture=chosen,
        )

    def _write(self, author: Person, said: Said, order: Mapping[str, Any], at: datetime | None) -> Json:
        reader = self._reader(author, said, order)
        if order.get("encrypted"):
            when = at or self.world.clock()
            chat = Message(self.world.new_id(when), author.id, reader.id, "", when)
            self.world.tell(Happened("chat", message=chat))
            return {"id": chat.id, "uri": f"x:chat:{chat.id}"}
        plain = Said(text=said.text)
        message = self.world.write(author, reader, plain, at=at)
        return self.objects.message(message, frozenset({"sender_id", "created_at"})) | {
            "uri": f"x:message:{message.id}"
        }

    def _reader(self, author: Person, said: Said, order: Mapping[str, Any]) -> Person:
        """Find who shall read it: `to`, whoever wrote what it answers, or the first company it names."""
        memory = self.world.memory
        answered = memory.messages.get(said.in_reply_to_id) or memory.posts.get(said.in_reply_to_id)
        ids = {answered.sender_id, answered.reader_id} if isinstance(answered, Message) else set()
        wanted = [self.world.person_called(str(order.get("to") or people.COMPANY))] if order.get("to") else []
        wanted += [memory.people[i] for i in sorted(ids)]
        wanted += [memory.people[answered.author_id]] if isinstance(answered, Post) else []
        wanted += [p for p in memory.people.values() if p.company and f"@{p.username}" in said.text]
        wanted.append(self.world.person_called(username(people.COMPANY)))
        return next(p for p in wanted if p is not None and p.id != author.id)

    def _shown(self, post: Post) -> Json:
        fields_of = frozenset({"author_id", "created_at", "conversation_id", "referenced_tweets"})
        return self.objects.post(post, fields_of) | {"uri": self.objects.address(post)}

    def edit(self, order: Mapping[str, Any]) -> Json:
        """Let a person change a post, with a new id as the network does."""
        with self.world.lock:
            post = self._post(order)
            author = self.world.memory.people[post.author_id]
            was, author.premium = author.premium, True
            try:
                said = Said(text=_text(order, "text"), previous_id=post.id, language=post.language)
                return self._shown(self.world.say(author, said))
            except Problem as problem:
                raise ValueError(problem.detail) from problem
            finally:
                author.premium = was

    def delete(self, order: Mapping[str, Any]) -> None:
        """Let a person take a post or a message away."""
        with self.world.lock:
            if self.world.memory.messages.pop(str(order.get("id")), None) is None:
                post = self._post(order)
                self.world.delete(self.world.memory.people[post.author_id], post.id)

    def react(self, order: Mapping[str, Any]) -> None:
        """Let a person like a post or pass it on: `handle`, `id`, `kind` (`like`, `repost`)."""
        with self.world.lock:
            person, post = self._somebody(order), self._post(order)
            try:
                if order.get("kind") == "repost":
                    self.world.say(person, Said(text="", reposts_id=post.id))
                else:
                    self.world.like(person, post.id, on=True)
            except Problem as problem:  # pragma: no cover – the post was found above
                raise ValueError(problem.detail) from problem

    def _post(self, order: Mapping[str, Any]) -> Post:
        post = self.world.latest(str(order.get("id")))
        if post is None:
            raise ValueError(f"there is no post {order.get('id')!r}")
        return post

    def people(self) -> list[dict[str, str]]:
        """Return who lives here, with the tokens that never end."""
        known = {t.person_id: t.token for t in self.world.memory.tokens.values() if t.ends_at is None}
        return [
            {"handle": p.username, "name": p.name} | (_keys(known[p.id]) if p.id in known else {})
            for p in self.world.memory.people.values()
        ]

    def posts(self) -> list[Json]:
        """Return posts and messages as they stand now, oldest first."""
        memory = self.world.memory
        public = [self._truth(p) for p in self.world.standing()]
        private = [
            {
                "id": m.id,
                "handle": memory.people[m.sender_id].username,
                "to": memory.people[m.reader_id].username,
                "text": m.text,
                "in_reply_to": "",
                "private": True,
                "posted_at": m.created_at.isoformat(),
                "media": len(m.media),
            }
            for m in memory.messages.values()
        ]
        return sorted([*public, *private], key=lambda one: int(one["id"]))

    def _truth(self, post: Post) -> Json:
        parent = self.world.latest(post.in_reply_to_id)
        return {
            "id": post.id,
            "first_id": post.history[0],
            "handle": self.world.memory.people[post.author_id].username,
            "text": post.text,
            "in_reply_to": parent.id if parent else post.in_reply_to_id,
            "private": False,
            "posted_at": post.created_at.isoformat(),
            "quotes": post.quotes_id,
            "reposts": post.reposts_id,
            "edits": len(post.history) - 1,
            "likes": len(post.likes),
            "media": [self._upload(upload_id) for upload_id in post.media],
            "paid": post.paid,
            "by_machine": post.by_machine,
        }

    def _upload(self, upload_id: str) -> Json:
        upload = self.world.memory.uploads[upload_id]
        return {"alt": upload.alt, "bytes": len(upload.content)}


def _keys(token: str) -> dict[str, str]:
    """Return a token with the secret that signs calls made with it."""
    return {"token": token, "token_secret": oauth.token_secret(token)}


def _text(order: Mapping[str, Any], name: str) -> str:
    value = order.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is missing or no text")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.utcoffset() is None:
        raise ValueError("at needs a time zone")
    return moment
