"""A small X on loopback for the tests of the connector: it answers what a test made of it, and keeps count.

It knows posts, people, direct messages and one app; the simulated network that people use is elsewhere.
Answers have the documented shapes. `routes` may be replaced to let anything go wrong.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from resonanz.networks import Charge, Credentials, Temporary
from resonanz.networks.x import X
from resonanz.post import Audience, Delivery, Draft, Page
from tests.networks.scripted import Say, Scripted, running_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resonanz.networks import Secret

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ME, MIRA = "1001", "2002"
FIRST_MS = 1_288_834_974_657


def id_at(minutes: float, number: int = 0) -> str:
    """Return the id that X would give to something so many minutes after NOW."""
    moment = NOW + timedelta(minutes=minutes)
    return str(((int(moment.timestamp() * 1000) - FIRST_MS) << 22) + number)


def stamp(minutes: float) -> str:
    """Return a time as X writes it."""
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def person(uid: str, handle: str, **more: Any) -> dict[str, Any]:
    return {"id": uid, "username": handle, "name": handle.title(), **more}


PEOPLE = {ME: person(ME, "nordwind"), MIRA: person(MIRA, "mira_k")}


def post(minutes: float, text: str, *, author: str = MIRA, number: int = 0, **more: Any) -> dict[str, Any]:
    native_id = id_at(minutes, number)
    made: dict[str, Any] = {
        "id": native_id,
        "text": text,
        "author_id": author,
        "created_at": stamp(minutes),
        "conversation_id": native_id,
        "edit_history_tweet_ids": [native_id],
    }
    if "@nordwind" in text:
        made["entities"] = {"mentions": [{"start": 0, "end": 9, "username": "nordwind", "id": ME}]}
    return made | more


def answer_to(above: dict[str, Any], minutes: float, text: str, **more: Any) -> dict[str, Any]:
    made = post(minutes, text, **more)
    references = [*made.get("referenced_tweets", []), {"type": "replied_to", "id": above["id"]}]
    return made | {
        "referenced_tweets": references,
        "conversation_id": above["conversation_id"],
        "in_reply_to_user_id": above["author_id"],
    }


def message(minutes: float, text: str, *, sender: str = MIRA, **more: Any) -> dict[str, Any]:
    return {
        "id": id_at(minutes),
        "event_type": "MessageCreate",
        "text": text,
        "sender_id": sender,
        "dm_conversation_id": f"{ME}-{MIRA}",
        "created_at": stamp(minutes),
    } | more


def answered(
    items: Sequence[Any], *, more: str = "", errors: Sequence[Any] = (), posts: Sequence[Any] = ()
) -> dict[str, Any]:
    """Return a list as X answers it, with the people and posts that belong to it."""
    said: dict[str, Any] = {"meta": {"result_count": len(items)}}
    if items:
        said["data"] = list(items)
        writers = {item.get("author_id") or item.get("sender_id") for item in [*items, *posts]}
        said["includes"] = {"users": [PEOPLE[uid] for uid in sorted(writers & PEOPLE.keys())]}
        if posts:
            said["includes"]["tweets"] = list(posts)
    if more:
        said["meta"]["next_token"] = more
    if errors:
        said["errors"] = list(errors)
    return said


def problem(kind: str, detail: str = "", **more: Any) -> dict[str, Any]:
    return {
        "type": f"https://api.x.com/2/problems/{kind}",
        "title": kind.replace("-", " ").title(),
        "detail": detail or kind,
    } | more


@dataclass
class Wallet:
    """A purse as the desk will have one: what was set aside, what came of it, and a limit."""

    limit: int = 10**12
    again: datetime | None = None
    spent: int = 0
    held: dict[int, tuple[str, int]] = field(default_factory=dict)
    calls: list[tuple[str, int]] = field(default_factory=list)
    charged: list[tuple[str, Sequence[Charge] | None]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def reserve(self, call: str, most: int, *, least: int | None = None) -> int:
        assert least is None or least <= most
        if self.spent + sum(most for _, most in self.held.values()) + most > self.limit:
            raise Temporary("budget_spent", retry_at=self.again)
        self.calls.append((call, most))
        self.held[len(self.calls)] = (call, most)
        return len(self.calls)

    def settle(self, reservation: int, charges: Sequence[Charge] | None) -> None:
        call, most = self.held.pop(reservation)
        self.charged.append((call, charges))
        if charges is None:
            self.spent += most
        for charge in charges or ():
            fresh = {(charge.what, native_id) for native_id in charge.ids} - self.seen
            self.seen |= fresh
            self.spent += charge.each * (len(fresh) + charge.count)


@dataclass
class Ring:
    """A place for keys that lets one trade at a time."""

    secret: Secret
    trades: int = 0

    def current(self) -> Secret:
        return self.secret

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        if self.secret == used:
            self.secret = ask(used)
            self.trades += 1
        return self.secret


def me_answer(**more: Any) -> Say:
    return Say({"data": PEOPLE[ME] | more})


def quiet() -> dict[str, Any]:
    """Return the routes of an X on which nothing happens."""
    return {
        "GET /2/users/me": me_answer(),
        f"GET /2/users/{ME}/mentions": Say(answered([])),
        f"GET /2/users/{ME}/tweets": Say(answered([])),
        "GET /2/dm_events": Say(answered([])),
        "GET /2/tweets/search/recent": Say(answered([])),
    }


@contextmanager
def running_x(**routes: Any) -> Iterator[Scripted]:
    """Run an X; routes are named as `GET /path`."""
    with running_script(quiet()) as script:
        script.routes |= routes
        yield script


def credentials(script: Scripted, **more: Any) -> Credentials:
    secret = more.pop("secret", {"access_token": "user-token"})
    return Credentials(base_url=script.url, secret=secret, simulated=True, **more)


def sent_body(script: Scripted, method: str, path: str) -> Any:
    """Return the last body that was sent to a path."""
    bodies = [body for how, where, _, _, body in script.seen if (how, where) == (method, path)]
    return json.loads(bodies[-1])


MENTIONS, OWN = f"GET /2/users/{ME}/mentions", f"GET /2/users/{ME}/tweets"
TALK = f"{ME}-{MIRA}"


def desk(script: Scripted, **more: Any) -> X:
    return X(credentials(script, **more), clock=lambda: NOW, pause=lambda _: None)


def page(answer: object) -> Page:
    assert isinstance(answer, Page)
    return answer


def delivery(text: str, answers: str | None = None, **more: Any) -> Delivery:
    audience = more.pop("audience", Audience.PUBLIC)
    return Delivery(
        key=UUID(int=7), draft=Draft(text=text, audience=audience, **more), created_at=NOW, answers=answers
    )
