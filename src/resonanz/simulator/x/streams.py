"""The live streams of the simulated X: filtered posts, and what happens to an account.

A line of JSON for each thing, `\\r\\n` as a sign of life. Written after docs.x.com ("Filtered stream", "X
Activity API", "Disconnections") as of 2026-08-22. There is no replay.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse

from resonanz.simulator.x import prices, search
from resonanz.simulator.x.asking import EVERYTHING, Wanted
from resonanz.simulator.x.problems import Problem, kind_of, wrong
from resonanz.simulator.x.records import Rule, Subscription
from resonanz.simulator.x.spelling import respelled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from resonanz.simulator.x.asking import Call
    from resonanz.simulator.x.network import Network
    from resonanz.simulator.x.records import Message, Post
    from resonanz.simulator.x.world import Happened

Json = dict[str, Any]
MOST_RULES = 1000
LONGEST_RULE = 1024
MOST_SUBSCRIPTIONS = 1500
MOST_OPEN = {"filtered_stream": 1, "activity_stream": 2}
EVENT_TYPES = frozenset(
    "post.create post.delete post.mention.create post.reply.create post.quote.create post.repost.create "
    "like.create dm.received dm.sent chat.received".split()
)
_CLIENT_TYPES = EVENT_TYPES | frozenset(
    "dm.read dm.indicate_typing chat.sent follow.follow follow.unfollow".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """One open stream. A None in the queue ends it."""

    kind: str
    uuid: str
    wanted: Wanted
    spelling: str
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)

    def put(self, line: Json | None) -> None:
        """Hand over a line from any thread."""
        block = None if line is None else json.dumps(line, ensure_ascii=False).encode() + b"\r\n"
        self.loop.call_soon_threadsafe(self.queue.put_nowait, block)


class Streams:
    """Everybody who listens."""

    def __init__(self, net: Network, heartbeat_s: float) -> None:
        self._net = net
        self._heartbeat_s = heartbeat_s
        self._open: set[Listener] = set()
        self._closed = False

    def count(self, kind: str) -> int:
        """How many streams of a kind are open."""
        return sum(listener.kind == kind for listener in self._open)

    def tell(self, happened: Happened) -> None:
        """Tell what happened to whoever listens to it."""
        if happened.kind == "post" and happened.post is not None:
            self._filter(happened.post)
        self._call(happened)
        listeners = [s for s in self._open if s.kind == "activity_stream"]
        if not listeners:
            return
        for subscription in list(self._net.world.memory.subscriptions.values()):
            if _concerns(self._net, subscription, happened):
                for listener in listeners:
                    listener.put(self._activity(subscription, happened, listener.spelling))

    def _call(self, happened: Happened) -> None:
        """Call the webhook about what happened to companies: each has subscribed to everything."""
        if not self._net.webhook.is_open:
            return
        for kind, person_id in _about(self._net, happened):
            person = self._net.world.memory.people.get(person_id)
            if kind in EVENT_TYPES and person is not None and person.company:
                subscription = Subscription("", kind, person_id, "", self._net.world.clock())
                self._net.webhook.send(self._activity(subscription, happened, self._net.switches.spelling))

    def _filter(self, post: Post) -> None:
        listeners = [s for s in self._open if s.kind == "filtered_stream"]
        if not listeners:
            return
        net = self._net
        seen = search.Seen(net.world, post)
        rules = [r for r in net.world.memory.rules.values() if search.read(r.value)(seen)]
        if not rules:
            return
        prices.charge_read(net.world.memory, prices.POST_READ, [post.id], net.world.clock())
        for listener in listeners:
            listener.put(self._filtered(post, rules, listener))

    def _filtered(self, post: Post, rules: list[Rule], listener: Listener) -> Json:
        included, lost = self._net.objects.includes([post], listener.wanted, listener.spelling)
        line: Json = {"data": self._net.objects.post(post, self._net.fields(listener.wanted))}
        line |= {"includes": included} if included else {}
        line |= {"errors": lost} if lost else {}
        found: Json = respelled(line, listener.spelling)
        tags = [{"id": r.id} | ({"tag": r.tag} if r.tag else {}) for r in rules]
        return found | {"matching_rules": tags}

    def _activity(self, subscription: Subscription, happened: Happened, spelling: str) -> Json:
        payload, included = _payload(self._net, happened, spelling)
        each = prices.MESSAGE_TOLD if happened.kind == "message" else prices.POST_READ
        if subscription.event_type not in ("dm.sent", "post.delete"):
            self._net.world.memory.spent += each
        event: Json = {
            "event_uuid": self._net.world.new_id(self._net.world.clock()),
            "filter": {"user_id": subscription.person_id},
            "event_type": subscription.event_type,
            "payload": respelled(payload, spelling),
        }
        event |= {"tag": subscription.tag} if subscription.tag else {}
        return {"data": event | ({"includes": respelled(included, spelling)} if included else {})}

    def disconnect(self) -> list[str]:
        """End all streams as the network does when it works on itself; return their names."""
        ended = list(self._open)
        for listener in ended:
            problem = {
                "title": "operational-disconnect",
                "disconnect_type": "UpstreamOperationalDisconnect",
                "detail": "This stream has been disconnected upstream for operational reasons.",
                "type": kind_of("operational-disconnect", listener.spelling),
            }
            listener.put({"errors": [problem]})
            listener.put(None)
        return [listener.uuid for listener in ended]

    def close(self) -> None:
        """End all streams and open no more."""
        self._closed = True
        for listener in list(self._open):
            listener.put(None)

    async def blocks(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield what happens, with a sign of life where nothing does."""
        if self._closed:
            return
        self._open.add(listener)
        try:
            yield b"\r\n"
            while True:
                try:
                    block = await asyncio.wait_for(listener.queue.get(), self._heartbeat_s)
                except TimeoutError:
                    block = b"\r\n"
                if block is None:
                    return
                yield block
        finally:
            self._open.discard(listener)


# what concerns whom


def _author(net: Network, post_id: str) -> str:
    post = net.world.memory.posts.get(post_id)
    return post.author_id if post else ""


def _concerns(net: Network, subscription: Subscription, happened: Happened) -> bool:
    """Whether a subscription is about what happened."""
    return (subscription.event_type, subscription.person_id) in set(_about(net, happened))


def _about(net: Network, happened: Happened) -> list[tuple[str, str]]:
    """Return what happened to whom, as event types and people's ids."""
    post, message = happened.post, happened.message
    if message is not None:
        kind = "dm.received" if happened.kind == "message" else "chat.received"
        return [(kind, message.reader_id), ("dm.sent" if kind == "dm.received" else "", message.sender_id)]
    assert post is not None
    if happened.kind == "delete":
        return [("post.delete", post.author_id)]
    if happened.kind == "like":
        return [("like.create", post.author_id)]
    named = net.world.names_in(post, typed=True) if not post.reposts_id else set()
    return [
        ("post.create", post.author_id),
        *(("post.mention.create", person_id) for person_id in named),
        ("post.reply.create", _author(net, post.in_reply_to_id)),
        ("post.quote.create", _author(net, post.quotes_id)),
        ("post.repost.create", _author(net, post.reposts_id)),
    ]


def _payload(net: Network, happened: Happened, spelling: str) -> tuple[Json, Json]:
    """Write what happened: a post with what comes along, or the older shape of private messages."""
    post, objects = happened.post, net.objects
    if happened.kind == "message" and happened.message is not None:
        return _message(net, happened.message), {}
    if happened.kind == "chat" and happened.message is not None:
        chat = happened.message
        return {"id": chat.id, "conversation_id": chat.conversation_id, "sender_id": chat.sender_id}, {}
    assert post is not None
    if happened.kind == "delete":
        return {"id": post.id, "author_id": post.author_id}, {}
    if happened.kind == "like":
        assert happened.person is not None
        like = {"id": f"{happened.person.id}_{post.id}", "liked_tweet_id": post.id}
        return like | {"tweet_author_id": post.author_id, "timestamp_ms": _ms(net)}, {}
    return objects.post(post, EVERYTHING.post), objects.includes([post], EVERYTHING, spelling)[0]


def _ms(net: Network) -> int:
    return int(net.world.clock().timestamp() * 1000)


def _message(net: Network, message: Message) -> Json:
    """Write a private message in the shape of the network's first interface, as it still arrives."""
    memory = net.world.memory
    shown = net.objects.message(message, frozenset({"entities"}))
    at = str(int(message.created_at.timestamp() * 1000))
    content = {"text": shown["text"], "entities": shown.get("entities", {})}
    created = {
        "target": {"recipient_id": message.reader_id},
        "sender_id": message.sender_id,
        "message_data": content,
    }
    event = {"type": "message_create", "id": message.id, "created_timestamp": at, "message_create": created}
    people = (memory.people[message.sender_id], memory.people[message.reader_id])
    users = {p.id: {"id": p.id, "name": p.name, "screen_name": p.username} for p in people}
    return {"for_user_id": message.reader_id, "direct_message_events": [event], "users": users}


# opening


def _opened(call: Call, kind: str) -> Response:
    streams = call.net.streams
    if streams.count(kind) >= MOST_OPEN[kind]:
        raise Problem(
            429,
            "streaming-connection",
            "ConnectionException",
            "This stream is currently at the maximum allowed connection limit.",
            {"connection_issue": "TooManyConnections"},
        )
    uuid = call.net.world.new_id(call.now)
    listener = Listener(kind, uuid, call.wanted, call.spelling, asyncio.get_running_loop())
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(streams.blocks(listener), media_type="application/json", headers=headers)


async def filtered(call: Call) -> Response:
    """`GET /2/tweets/search/stream`."""
    if not call.net.world.memory.rules:
        detail = "You must define rules before you can open this stream."
        raise Problem(409, "rule-configuration-issue", "RuleConfigurationIssue", detail)
    return _opened(call, "filtered_stream")


async def activity(call: Call) -> Response:
    """`GET /2/activity/stream`."""
    return _opened(call, "activity_stream")


def disconnect(call: Call) -> Json:
    """`DELETE /2/connections/all`."""
    ended = call.net.streams.disconnect()
    results = [{"uuid": uuid, "success": True} for uuid in ended]
    return {"data": {"successful_kills": len(ended), "failed_kills": 0, "results": results}}


# rules and subscriptions


def _written(rule: Rule) -> Json:
    return {"id": rule.id, "value": rule.value} | ({"tag": rule.tag} if rule.tag else {})


def _sent(call: Call) -> str:
    return call.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rules(call: Call) -> Json:
    """`GET /2/tweets/search/stream/rules`."""
    found = list(call.net.world.memory.rules.values())
    if wanted := call.query.get("ids", ""):
        found = [r for r in found if r.id in wanted.split(",")]
    answer: Json = {"meta": {"sent": _sent(call), "result_count": len(found)}}
    return ({"data": [_written(r) for r in found]} | answer) if found else answer


def change_rules(call: Call) -> Json:
    """`POST /2/tweets/search/stream/rules`: add some, or take some away."""
    with call.net.world.lock:
        if "delete" in call.body:
            return _without_rules(call, call.body["delete"])
        added = call.body.get("add")
        if not isinstance(added, list) or not added:
            raise wrong("add", "", "JSON doesn't match expected schema")
        return _with_rules(call, added)


def _without_rules(call: Call, gone: object) -> Json:
    if not isinstance(gone, dict):
        raise wrong("delete", "", "JSON doesn't match expected schema")
    known = call.net.world.memory.rules
    ids, values = gone.get("ids", []), gone.get("values", [])
    meant = [r for r in known.values() if r.id in ids or r.value in values]
    for rule in meant:
        del known[rule.id]
    left = len(ids) + len(values) - len(meant)
    return {"meta": {"sent": _sent(call), "summary": {"deleted": len(meant), "not_deleted": left}}}


def _with_rules(call: Call, added: list[Any]) -> Json:
    made, errors = [], []
    for wish in added:
        value, tag = str(wish.get("value", "")), str(wish.get("tag", ""))
        if problem := _refused_rule(call, value):
            errors.append(problem)
            continue
        rule = Rule(call.net.world.new_id(call.now), value, tag)
        call.net.world.memory.rules[rule.id] = rule
        made.append(_written(rule))
    summary = {"created": len(made), "not_created": len(errors), "valid": len(made), "invalid": len(errors)}
    answer: Json = {"meta": {"sent": _sent(call), "summary": summary}}
    return answer | ({"data": made} if made else {}) | ({"errors": errors} if errors else {})


def _refused_rule(call: Call, value: str) -> Json | None:
    known = call.net.world.memory.rules
    name, detail = "", ""
    if any(r.value == value for r in known.values()):
        name, detail = "duplicate-rules", "This rule exists already."
    elif len(known) >= MOST_RULES:
        name, detail = "rule-cap", f"There can be {MOST_RULES} rules."
    elif len(value) > LONGEST_RULE:
        name, detail = "invalid-rules", f"A rule has at most {LONGEST_RULE} signs."
    else:
        try:
            search.read(value)
        except ValueError as error:
            name, detail = "invalid-rules", str(error)
    titles = {"duplicate-rules": "DuplicateRule", "rule-cap": "RulesCapExceeded"}
    problem = {"value": value, "title": titles.get(name, "UnprocessableEntity"), "detail": detail}
    kind = "invalid-request" if call.spelling == "post" else name  # 2.167 has no names for rules any more
    return problem | {"type": kind_of(kind, call.spelling)} if name else None


def subscribe(call: Call) -> Json:
    """`POST /2/activity/subscriptions`."""
    kind, chosen = call.text("event_type"), call.body.get("filter") or {}
    person_id = str(chosen.get("user_id", ""))
    if kind not in _CLIENT_TYPES:
        raise wrong("event_type", kind, f"$.event_type: [{kind}] is not known here")
    if person_id not in call.net.world.memory.people:
        raise wrong("filter.user_id", person_id, "$.filter.user_id: is nobody")
    with call.net.world.lock:
        known = call.net.world.memory.subscriptions
        if any((s.event_type, s.person_id) == (kind, person_id) for s in known.values()):
            raise Problem(409, "conflict", "Conflict", "There is such a subscription already.")
        if len(known) >= MOST_SUBSCRIPTIONS:
            raise Problem(403, "client-forbidden", "Forbidden", "There can be no more subscriptions.")
        tag = str(call.body.get("tag", ""))
        made = Subscription(call.net.world.new_id(call.now), kind, person_id, tag, call.now)
        known[made.id] = made
        return {"data": {"subscription": _subscription(made)}}


def _subscription(made: Subscription) -> Json:
    at = made.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values: Json = {
        "subscription_id": made.id,
        "event_type": made.event_type,
        "filter": {"user_id": made.person_id},
        "created_at": at,
        "updated_at": at,
    }
    return values | ({"tag": made.tag} if made.tag else {})


def subscriptions(call: Call) -> Json:
    """`GET /2/activity/subscriptions`."""
    found = [_subscription(s) for s in call.net.world.memory.subscriptions.values()]
    return {"data": found} if found else {}


def unsubscribe(call: Call) -> Json:
    """`DELETE /2/activity/subscriptions/:subscription_id`."""
    with call.net.world.lock:
        found = call.net.world.memory.subscriptions.pop(call.path("subscription_id"), None)
        return {"data": {"deleted": found is not None}}
