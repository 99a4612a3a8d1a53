"""A simulated Bluesky as the rooms that all simulated networks share know it: its ways, and a hand to write.

One address is server, network's view, message service and stream in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Route, WebSocketRoute

from resonanz.simulator.bluesky import showing, talking, ways
from resonanz.simulator.bluesky.asking import Rooms, endpoint
from resonanz.simulator.bluesky.chats import Chats
from resonanz.simulator.bluesky.jetstream import METHOD, Jetstream
from resonanz.simulator.bluesky.records import (
    Account,
    Convo,
    LogEvent,
    Memory,
    Message,
    Notification,
    Record,
    Session,
)
from resonanz.simulator.bluesky.rules import DECLARATION, LIKE, POST, REPOST, Rejected
from resonanz.simulator.bluesky.sessions import Sessions
from resonanz.simulator.bluesky.views import Views
from resonanz.simulator.bluesky.world import World, author_of, written
from resonanz.simulator.bluesky.writing import facets_in, picture_embed
from resonanz.simulator.part import Answered, Endpoint
from resonanz.simulator.people import COMPANY, PEOPLE, WORKSHOP

if TYPE_CHECKING:
    from resonanz.simulator.settings import SimulatorSettings

FORM = 1
# Where the things lie in the answers of the ways that list some.
ITEMS = {
    "app.bsky.feed.getPosts": "posts",
    "app.bsky.feed.getAuthorFeed": "feed",
    "app.bsky.feed.getTimeline": "feed",
    "app.bsky.feed.searchPosts": "posts",
    "app.bsky.notification.listNotifications": "notifications",
    "chat.bsky.convo.listConvos": "convos",
    "chat.bsky.convo.listConvoRequests": "requests",
    "chat.bsky.convo.getMessages": "messages",
    "chat.bsky.convo.getLog": "logs",
    "com.atproto.repo.listRecords": "records",
}
REFUSALS = {
    "401": ("ExpiredToken", "Token has expired"),
    "402": ("PaymentRequired", "Payment Required"),
    "403": ("Forbidden", "Forbidden"),
    "404": ("RecordNotFound", "Could not locate record"),
    "409": ("InvalidSwap", "Record was at another place"),
    "429": ("RateLimitExceeded", "Rate Limit Exceeded"),
    "500": ("InternalServerError", "Internal Server Error"),
    "503": ("UpstreamFailure", "Upstream service unreachable"),
}


class BlueskyPart:
    """The whole network."""

    name = "bluesky"
    quotes_posts = True

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._remember(Memory())
        every = {**ways.WAYS, **showing.WAYS, **talking.WAYS}
        self.routes: Sequence[BaseRoute] = [
            *(Route(f"/xrpc/{name}", self._way(way), methods=[how]) for name, (how, way) in every.items()),
            WebSocketRoute("/subscribe", self._first_stream),
            WebSocketRoute(f"/xrpc/{METHOD}", self._second_stream),
            Route("/xrpc/{method}", self._way(_not_implemented), methods=["GET", "POST"]),
        ]
        self.endpoints: Sequence[Endpoint] = [
            *(Endpoint(name, how, f"/xrpc/{name}", ITEMS.get(name, "")) for name, (how, _) in every.items()),
            Endpoint("jetstream", "GET", f"/xrpc/{METHOD}", stream=True),
        ]

    def _remember(self, memory: Memory) -> None:
        self.world = World(memory, self._clock, self._settings.seed)
        self.views = Views(self.world, self._settings.base_url)
        self.sessions = Sessions(self.world)
        self.chats = Chats(self.world, self.views)
        self.stream = Jetstream(self.world)
        for person in PEOPLE:
            account = self.world.add_person(person)
            account.app_password = self._settings.tokens.get(person.acct, account.app_password)
            if person.company and self._takes_from_strangers():
                self.world.put(account.did, DECLARATION, "self", {"allowIncoming": "all"})

    def _takes_from_strangers(self) -> bool:
        """Whether companies take messages from everybody: in every play customers write in private."""
        return self._settings.scenario != "none" or not self._settings.filter_private

    def _way(self, way: Any) -> Any:
        async def called(request: Any) -> Any:
            rooms = Rooms(self.world, self.sessions, self.views, self.chats, self._settings.base_url)
            return await endpoint(rooms, way)(request)

        return called

    async def _first_stream(self, socket: Any) -> None:
        await self.stream.first_form(socket)

    async def _second_stream(self, socket: Any) -> None:
        await self.stream.second_form(socket)

    # A hand

    def say(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let somebody write: a post, or with `private` a message to the person who is named or answered."""
        author = self.world.somebody(str(order.get("handle", "")), str(order.get("name") or ""))
        text = str(order.get("text", ""))
        try:
            if order.get("private"):
                return self._say_privately(author, text, order)
            return self._say_publicly(author, text, order)
        except Rejected as error:
            raise ValueError(error.message) from error

    def _say_publicly(self, author: Account, text: str, order: Mapping[str, Any]) -> dict[str, Any]:
        at = _moment(order.get("at")) or self._clock()
        value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": written(at)}
        value["langs"] = [str(order.get("language") or "de")]
        facets = facets_in(text, self.world)
        value |= {"facets": facets} if facets else {}
        if order.get("in_reply_to"):
            value["reply"] = self._reply_to(self._post_named(str(order["in_reply_to"])))
        quoted = self._post_named(str(order["quotes"])) if order.get("quotes") else None
        embed = picture_embed(self.world, order.get("picture"), quoted)
        value |= {"embed": embed} if embed else {}
        record, _ = self.world.put(author.did, POST, self.world.next_tid(), value)
        view = self.views.post(record, author.did)
        return view | {"id": record.uri}

    def _say_privately(self, author: Account, text: str, order: Mapping[str, Any]) -> dict[str, Any]:
        answered = str(order.get("in_reply_to") or "")
        message = self.world.memory.messages.get(answered.rpartition("/")[2])
        if message:
            convo = self.world.memory.convos[message.convo]
        else:
            convo = self.chats.begin(author.did, self._addressee(author, text, answered).did)
        at = _moment(order.get("at")) or self._clock()
        said = self.chats.say(author.did, convo.id, {"text": text, "sentAt": written(at)})
        uri = f"chat:{convo.id}/{said.id}"
        return self.chats.message_view(said, author.did) | {"id": uri, "uri": uri}

    def _addressee(self, author: Account, text: str, answered: str) -> Account:
        """Return to whom somebody writes: the author of what he answers, whom he names, or the company."""
        if answered in self.world.memory.records:
            return self.world.memory.accounts[author_of(answered)]
        for facet in facets_in(text, self.world):
            did = facet["features"][0].get("did")
            if did:
                return self.world.memory.accounts[did]
        company = self.world.somebody(COMPANY)
        if company is author:
            raise ValueError("name the person to whom this is written")
        return company

    def _post_named(self, uri: str) -> Record:
        found = self.world.memory.records.get(uri)
        if found is None:
            raise ValueError(f"there is no post {uri}")
        return found

    def _reply_to(self, parent: Record) -> dict[str, Any]:
        ref = {"uri": parent.uri, "cid": parent.cid}
        return {"root": parent.value.get("reply", {}).get("root", ref), "parent": ref}

    def edit(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse: the network shows a post as it was first written."""
        del order
        raise ValueError("Bluesky has no edits")

    def delete(self, order: Mapping[str, Any]) -> None:
        """Take a post or a message away."""
        name = str(order.get("id", ""))
        message = self.world.memory.messages.get(name.rpartition("/")[2])
        if message:
            self.chats.delete(message)
        else:
            self.world.delete(self._post_named(name).uri)

    def react(self, order: Mapping[str, Any]) -> None:
        """Let somebody like a post or pass it on; once more changes nothing."""
        kinds = {"like": LIKE, "repost": REPOST}
        kind, subject = str(order.get("kind", "")), self._post_named(str(order.get("id", "")))
        if kind not in kinds:
            raise ValueError(f"there is no reaction {kind!r}; there are like and repost")
        author = self.world.somebody(str(order.get("handle", "")))
        if any(author_of(one.uri) == author.did for one in self.world.marks(kinds[kind], subject.uri)):
            return
        ref = {"uri": subject.uri, "cid": subject.cid}
        value = {"$type": kinds[kind], "subject": ref, "createdAt": self.world.now()}
        self.world.put(author.did, kinds[kind], self.world.next_tid(), value)

    def revoke(self, secret: str) -> None:
        """Make an app password worthless, known by itself or by a token, and every session opened with it."""
        did = self.sessions.whose(secret)
        for account in self.world.memory.accounts.values():
            if secret and (account.app_password == secret or account.did == did):
                account.app_password = ""
                self.sessions.revoke(account.did)

    def facts(self) -> dict[str, Any]:
        """Return what a program needs: how people sign in here, by what the play calls them."""
        return {
            "sign_in": {
                one.cast_name: {"identifier": one.handle, "app_password": one.app_password, "did": one.did}
                for one in self.world.memory.accounts.values()
            },
            "jetstream": self._settings.base_url.replace("http", "ws", 1) + f"/xrpc/{METHOD}",
        }

    def admits(self) -> list[tuple[str, dict[str, str]]]:
        """Return handle and app password of each company, and the stream's address."""
        known = self.facts()
        return [
            *(
                (name, {"handle": one["identifier"], "password": one["app_password"]})
                for name, one in known["sign_in"].items()
                if name in (COMPANY, WORKSHOP)
            ),
            ("", {"jetstream": known["jetstream"]}),
        ]

    def stop(self) -> None:
        """End the streams."""
        self.stream.stop()

    def people(self) -> list[dict[str, str]]:
        """Return who lives here; the `token` of those who can be connected is their app password."""
        companies = {COMPANY, WORKSHOP}
        return [
            {"handle": one.cast_name, "name": one.name}
            | ({"token": one.app_password} if one.cast_name in companies else {})
            for one in self.world.memory.accounts.values()
        ]

    def posts(self) -> list[dict[str, Any]]:
        """Return everything that stands here now, oldest first."""
        public = [
            {
                "id": one.uri,
                "handle": self.world.memory.accounts[author_of(one.uri)].cast_name,
                "text": one.value["text"],
                "in_reply_to": one.value.get("reply", {}).get("parent", {}).get("uri"),
                "private": False,
                "posted_at": one.value["createdAt"],
                "likes": len(self.world.marks(LIKE, one.uri)),
            }
            for one in self.world.records(POST)
        ]
        private = [
            {
                "id": f"chat:{one.convo}/{one.id}",
                "handle": self.world.memory.accounts[one.sender].cast_name,
                "text": one.text,
                "in_reply_to": f"chat:{one.convo}/{one.answered}" if one.answered else None,
                "private": True,
                "to": self._reader(one),
                "posted_at": one.sent_at,
            }
            for one in self.world.memory.messages.values()
            if not one.deleted
        ]
        return sorted([*public, *private], key=lambda one: str(one["posted_at"]))

    def _reader(self, message: Message) -> str:
        members = self.world.memory.convos[message.convo].members
        other = next((did for did in members if did != message.sender), message.sender)
        return self.world.memory.accounts[other].cast_name

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        """Return how this network refuses; the end of a limit is told in seconds since 1970."""
        name, message = REFUSALS[kind]
        headers = {}
        if seconds is not None:
            until = self._clock() + timedelta(seconds=seconds)
            headers = {"RateLimit-Reset": str(int(until.timestamp())), "Retry-After": str(seconds)}
        # What has ended, and what is not there, the network calls a bad request.
        status = {"401": 400, "404": 400, "409": 400}.get(kind, int(kind))
        return Answered(status, {"error": name, "message": message}, headers)

    # Memory

    def saved(self) -> dict[str, Any]:
        """Return the memory as JSON."""
        return {"form": FORM, **asdict(self.world.memory)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from a memory; `ValueError` for one that is not ours."""
        if saved.get("form") != FORM:
            raise ValueError("this memory is not one of the simulated Bluesky's")
        try:
            self._remember(_memory_from(saved))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this memory cannot be read: {error}") from error


def _memory_from(saved: Mapping[str, Any]) -> Memory:
    def table(name: str, kind: Any) -> dict[str, Any]:
        return {key: kind(**one) for key, one in saved[name].items()}

    return Memory(
        accounts=table("accounts", Account),
        records=table("records", Record),
        convos=table("convos", Convo),
        messages=table("messages", Message),
        notifications=[Notification(**one) for one in saved["notifications"]],
        log=[LogEvent(**one) for one in saved["log"]],
        sessions=[Session(**one) for one in saved["sessions"]],
        blobs={cid: (str(kind), str(coded)) for cid, (kind, coded) in saved["blobs"].items()},
        sign_ins=dict(saved["sign_ins"]),
        events=list(saved["events"]),
        number=int(saved["number"]),
        last_micros=int(saved["last_micros"]),
    )


def _moment(stamp: Any) -> datetime | None:
    if not stamp:
        return None
    read = stamp if isinstance(stamp, datetime) else datetime.fromisoformat(str(stamp))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


async def _not_implemented(_asked: Any) -> Any:
    raise Rejected("MethodNotImplemented", "Method Not Implemented", status=501)
