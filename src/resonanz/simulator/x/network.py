"""The simulated X as a part: its calls with rights, limits and money, its switches and its memory.

What stands behind the calls is in `world.py`, what they answer in `posts.py`, `messages.py`, `media.py` and
`streams.py`, what people do in `hand.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from inspect import isawaitable
from math import ceil
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resonanz.simulator import store
from resonanz.simulator.asking import read_params
from resonanz.simulator.part import Answered, Endpoint
from resonanz.simulator.pictures import PICTURES, avatar, picture
from resonanz.simulator.x import oauth, prices, spelling
from resonanz.simulator.x.asking import (
    Call,
    Wanted,
    bearer,
    check_rights,
    known_token,
    read_body,
    read_wanted,
    spoken,
)
from resonanz.simulator.x.hand import Hand
from resonanz.simulator.x.problems import Problem, forbidden, unauthorized
from resonanz.simulator.x.records import (
    SPELLINGS,
    Memory,
    Message,
    Person,
    Post,
    Rule,
    Subscription,
    Switches,
    Token,
    Upload,
)
from resonanz.simulator.x.streams import Streams
from resonanz.simulator.x.ways import WAYS, Way
from resonanz.simulator.x.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from resonanz.simulator.settings import SimulatorSettings

Json = dict[str, Any]
WINDOW_S = 900.0
_IMPLIED = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "attachments.media_keys": "attachments",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "referenced_tweets.id.attachments.media_keys": "referenced_tweets",
    "entities.mentions.username": "entities",
}
_SWITCH_KINDS: dict[str, tuple[type, ...]] = {
    "spelling": (str,),
    "reply_gate": (bool,),
    "strict_gate": (bool,),
    "credit": (int, type(None)),
    "rate_limits": (bool,),
    "processing_s": (int, float),
    "token_s": (int, float),
    "webhook": (str,),
}


class Network(Hand):
    """The simulated X."""

    name = "x"
    renames = spelling.SWITCHED
    quotes_posts = True

    def __init__(self, settings: SimulatorSettings, clock: Callable[[], datetime]) -> None:
        super().__init__(settings, clock)
        self.streams = Streams(self, settings.heartbeat_s)
        self.webhook = Webhook(oauth.CONSUMER_SECRET)
        self.world.tell = self.streams.tell
        self.codes: dict[str, oauth.Code] = {}
        self._counts: dict[tuple[str, str, int], int] = {}
        self.endpoints: Sequence[Endpoint] = _endpoints()
        self.routes: Sequence[BaseRoute] = self._routes()

    def facts(self) -> Json:
        """Return what a program needs to sign in, and what calls have cost in millionths of a US dollar."""
        return {
            "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
            "consumer_key": oauth.CONSUMER_KEY,
            "consumer_secret": oauth.CONSUMER_SECRET,
            "app_token": self.app_token,
            "spent": self.world.memory.spent,
            "webhook": self.webhook.facts(),
            "streams": self.streams.count("filtered_stream") + self.streams.count("activity_stream"),
        }

    def admits(self) -> list[tuple[str, dict[str, str]]]:
        """Return the app's keys, and those of each company's account."""
        app = {
            "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
            "bearer_token": self.app_token,
            "consumer_key": oauth.CONSUMER_KEY,
            "consumer_secret": oauth.CONSUMER_SECRET,
        }
        companies = {p.username for p in self.world.memory.people.values() if p.company}
        known = [one for one in self.people() if one["handle"] in companies]
        keys = {"access_token": "token", "access_token_secret": "token_secret"}
        return [
            ("", app),
            *((one["handle"], {field: one[key] for field, key in keys.items()}) for one in known),
        ]

    def settings_now(self) -> Json:
        """Return what can be turned, as it stands."""
        return {f.name: getattr(self.switches, f.name) for f in fields(Switches)}

    def turn(self, name: str, value: object) -> None:
        """Turn a switch. ValueError for one that is not there, or a wrong value."""
        kinds = _SWITCH_KINDS.get(name)
        wrong = (
            kinds is None or not isinstance(value, kinds) or (name == "spelling" and value not in SPELLINGS)
        )
        if wrong or (isinstance(value, bool) and bool not in (kinds or ())):
            raise ValueError(f"{name} is no switch of this network, or {value!r} is no value for it")
        if name == "webhook":
            self.webhook.register(str(value))
        setattr(self.switches, name, value)

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        """Return how this network refuses; 403 is for a reply to somebody who did not call for it."""
        problem = _REFUSALS[kind]()
        headers = dict(problem.headers)
        if seconds is not None:
            reset = int(self.world.clock().timestamp()) + seconds
            headers |= {
                "x-rate-limit-limit": "0",
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": str(reset),
            }
        return Answered(problem.status, problem.body(self._answered_spelling()), headers)

    def _answered_spelling(self) -> str:
        return "post" if self.switches.spelling == "post" else "tweet"

    def revoke(self, secret: str) -> None:
        """Make a token worthless, and the refresh token that came with it."""
        with self.world.lock:
            memory = self.world.memory
            for refresh, token in list(memory.refreshes.items()):
                if secret in (refresh, token.token):
                    del memory.refreshes[refresh]
                    memory.tokens.pop(token.token, None)
            memory.tokens.pop(secret, None)

    def stop(self) -> None:
        """End the open streams."""
        self.streams.close()

    # remembering

    def saved(self) -> Json:
        """Return the memory as JSON."""
        with self.world.lock:
            saved: Json = json.loads(json.dumps(asdict(self.world.memory), default=store.marked))
            return saved

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from a memory. ValueError where it is none of this network."""
        try:
            raw = json.loads(json.dumps(saved), object_hook=store.unmarked)
            kinds: Json = {
                "people": Person, "posts": Post, "messages": Message, "uploads": Upload, "tokens": Token,
                "refreshes": Token, "rules": Rule, "subscriptions": Subscription,
            }  # fmt: skip
            tables: Json = {
                name: {i: kind(**one) for i, one in raw[name].items()} for name, kind in kinds.items()
            }
            rest: Json = {name: raw[name] for name in ("last_id", "spent", "charged", "charged_on")}
            self.world.remember(Memory(**tables, **rest, switches=Switches(**raw["switches"])))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no memory of a simulated X: {error}") from error
        self.settle()

    # calls

    def fields(self, wanted: Wanted) -> frozenset[str]:
        """Return the fields of a post that were asked for, by name or by what comes along."""
        return wanted.post | {_IMPLIED[name] for name in wanted.expansions if name in _IMPLIED}

    def fields_of_posts(self, call: Call) -> frozenset[str]:
        """Return the fields of posts that a call asks for."""
        return self.fields(call.wanted)

    def _routes(self) -> list[BaseRoute]:
        calls = [Route(way.path, self._answering(way), methods=[way.method]) for way in WAYS]
        return [
            *calls,
            Route("/i/oauth2/authorize", self._ask_person),
            Route("/i/oauth2/authorize", self._person_answers, methods=["POST"]),
            Route("/2/oauth2/token", self._give_token, methods=["POST"]),
            Route("/2/oauth2/revoke", self._revoke, methods=["POST"]),
            Route("/oauth2/token", self._give_app_token, methods=["POST"]),
            Route("/x/faces/{id}.png", self._face),
            Route("/x/pictures/{name}.png", self._picture),
            Route("/x/files/{id}", self._file),
        ]

    def _answering(self, way: Way) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            return await self._answer(way, request)

        return answer

    async def _answer(self, way: Way, request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            call = await self._call(way, request)
            headers = self._counted(way, call)
            answer = way.answer(call)
            if isawaitable(answer):
                answer = await answer
        except Problem as problem:
            return self._refused(problem, headers)
        if isinstance(answer, Response):
            answer.headers.update(headers)
            return answer
        self._charge(call)
        return JSONResponse(spelling.respelled(answer, call.spelling), way.status, headers=headers)

    def _refused(self, problem: Problem, headers: dict[str, str]) -> Response:
        body = problem.body(self._answered_spelling())
        return JSONResponse(
            body, problem.status, headers=headers | problem.headers, media_type="application/problem+json"
        )

    async def _call(self, way: Way, request: Request) -> Call:
        token = self._token(request)
        person = self.world.memory.people.get(token.person_id)
        if way.who == "app" and person is not None:
            detail = "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint."
            raise forbidden(detail, "unsupported-authentication")
        if person is not None:
            check_rights(token, way.scopes)
        query = dict(request.query_params)
        spelled = spoken(query, self.switches.spelling, stream=way.stream, takes=way.takes)
        call = Call(
            self, request, token, person, query, await read_body(request), spelled, read_wanted(query)
        )
        if way.who == "user":
            _ = call.me
        return call

    def _token(self, request: Request) -> Token:
        if request.headers.get("authorization", "").startswith("OAuth "):
            return oauth.signed_token(self, request)
        if not (secret := bearer(request)):
            raise unauthorized()
        return known_token(self, secret)

    def _counted(self, way: Way, call: Call) -> dict[str, str]:
        """Count a call against its limit and the credit. Raises `Problem` 429 or 402."""
        window = self.lasting(WINDOW_S)
        now = call.now.timestamp()
        end = ceil(now / window) * window
        self._counts = {key: n for key, n in self._counts.items() if key[2] >= int(now)}
        key = (way.name, call.token.person_id or "app", ceil(end))
        used = self._counts[key] = self._counts.get(key, 0) + 1
        headers = {
            "x-rate-limit-limit": str(way.limit),
            "x-rate-limit-remaining": str(max(way.limit - used, 0)),
            "x-rate-limit-reset": str(ceil(end)),
        }
        if not self.switches.rate_limits:
            headers = {}
        elif used > way.limit:
            raise Problem(429, "rate-limit-exceeded", "Too Many Requests", "Too Many Requests", {}, headers)
        if prices.is_broke(self.world.memory):
            raise _broke()
        return headers

    def _charge(self, call: Call) -> None:
        with self.world.lock:
            for each, names in call.charges:
                prices.charge_read(self.world.memory, each, names, call.now)

    # signing in and files

    async def _ask_person(self, request: Request) -> Response:
        return oauth.ask_person(self, request, await read_params(request))

    async def _person_answers(self, request: Request) -> Response:
        return oauth.person_answers(self, request, await read_params(request))

    async def _give_token(self, request: Request) -> Response:
        return await oauth.give_token(self, request)

    async def _revoke(self, request: Request) -> Response:
        return await oauth.revoke(self, request)

    async def _give_app_token(self, request: Request) -> Response:
        return await oauth.give_app_token(self, request)

    async def _face(self, request: Request) -> Response:
        person = self.world.memory.people.get(request.path_params["id"])
        if person is None:
            return Response(status_code=404)
        return Response(avatar(person.name, person.id, company=person.company), media_type="image/png")

    async def _picture(self, request: Request) -> Response:
        if (name := request.path_params["name"]) not in PICTURES:
            return Response(status_code=404)
        return Response(picture(name), media_type="image/png")

    async def _file(self, request: Request) -> Response:
        found = self.world.memory.uploads.get(request.path_params["id"])
        if found is None or found.ready_at is None:
            return Response(status_code=404)
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return Response(found.content, media_type=found.content_type, headers=headers)


def _endpoints() -> list[Endpoint]:
    """Return what faults can be thrown at: every call, and signing in."""
    calls = [Endpoint(w.name, w.method, w.path, w.items, w.stream) for w in WAYS]
    return [*calls, Endpoint("oauth.token", "POST", "/2/oauth2/token")]


def _broke() -> Problem:
    detail = "Your account does not have any credits to fulfill this request."
    return Problem(402, "credits", "CreditsDepleted", detail)


_REFUSALS: dict[str, Callable[[], Problem]] = {
    "401": unauthorized,
    "402": _broke,
    "403": lambda: forbidden(
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
        "by the author of the post you are replying to."
    ),
    "404": lambda: Problem(
        404, "resource-not-found", "Not Found Error", "Could not find what you asked for."
    ),
    "409": lambda: Problem(409, "conflict", "Conflict", "This contradicts what is there already."),
    "429": lambda: Problem(429, "rate-limit-exceeded", "Too Many Requests", "Too Many Requests"),
    "500": lambda: Problem(500, "internal-error", "Internal Server Error", "Something is broken."),
    "503": lambda: Problem(503, "about:blank", "Service Unavailable", "Service Unavailable"),
}


def create_part(settings: SimulatorSettings, clock: Callable[[], datetime]) -> Network:
    """Make a simulated X."""
    return Network(settings, clock)
