"""The simulated Mastodon as a part: its routes, its endpoints, and the hand that steers it.

What stands behind it is in `network.py` and `world.py`. Steering that only this network has is in
`control.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from resonanz.simulator import api, control, oauth, pages, reactions, store, uploads
from resonanz.simulator.network import Simulator, network_of
from resonanz.simulator.part import Answered, Endpoint
from resonanz.simulator.people import COMPANY, companies_of
from resonanz.simulator.pictures import PICTURES
from resonanz.simulator.settings import Switches
from resonanz.simulator.streaming import stream_of
from resonanz.simulator.world import Rejected, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from resonanz.simulator.records import Status


async def _stream(request: Request) -> Response:
    sim = network_of(request)
    return stream_of(sim.world, sim.hub, request)


_API: tuple[tuple[str, str, str, Callable[[Request], Any], str], ...] = (
    ("instance", "GET", "/api/v2/instance", api.instance, ""),
    ("instance.old", "GET", "/api/v1/instance", api.old_instance, ""),
    ("apps.create", "POST", "/api/v1/apps", oauth.register_app, ""),
    ("apps.verify", "GET", "/api/v1/apps/verify_credentials", oauth.verify_app, ""),
    ("accounts.verify", "GET", "/api/v1/accounts/verify_credentials", api.verify_credentials, ""),
    ("accounts.lookup", "GET", "/api/v1/accounts/lookup", api.account_lookup, ""),
    ("accounts.one", "GET", "/api/v1/accounts/{id}", api.account, ""),
    ("accounts.statuses", "GET", "/api/v1/accounts/{id}/statuses", api.account_statuses, "."),
    ("statuses.several", "GET", "/api/v1/statuses", api.statuses, "."),
    ("statuses.create", "POST", "/api/v1/statuses", api.create_status, ""),
    ("statuses.one", "GET", "/api/v1/statuses/{id}", api.status, ""),
    ("statuses.edit", "PUT", "/api/v1/statuses/{id}", api.edit_status, ""),
    ("statuses.delete", "DELETE", "/api/v1/statuses/{id}", api.delete_status, ""),
    ("statuses.context", "GET", "/api/v1/statuses/{id}/context", api.status_context, "descendants"),
    ("statuses.history", "GET", "/api/v1/statuses/{id}/history", api.status_history, "."),
    ("statuses.source", "GET", "/api/v1/statuses/{id}/source", api.status_source, ""),
    ("statuses.favourite", "POST", "/api/v1/statuses/{id}/favourite", reactions.favourite, ""),
    ("statuses.unfavourite", "POST", "/api/v1/statuses/{id}/unfavourite", reactions.unfavourite, ""),
    ("statuses.boost", "POST", "/api/v1/statuses/{id}/reblog", reactions.boost, ""),
    ("statuses.unboost", "POST", "/api/v1/statuses/{id}/unreblog", reactions.unboost, ""),
    ("media.old", "POST", "/api/v1/media", uploads.upload, ""),
    ("media.create", "POST", "/api/v2/media", uploads.upload, ""),
    ("media.one", "GET", "/api/v1/media/{id}", uploads.uploaded, ""),
    ("notifications", "GET", "/api/v1/notifications", api.notifications, "."),
    ("notifications.requests", "GET", "/api/v1/notifications/requests", api.notification_requests, "."),
    (
        "notifications.accept",
        "POST",
        "/api/v1/notifications/requests/{id}/accept",
        api.accept_request,
        "",
    ),
    ("notifications.one", "GET", "/api/v1/notifications/{id}", api.notification, ""),
    ("policy", "GET", "/api/v2/notifications/policy", api.read_policy, ""),
    ("policy.change", "PATCH", "/api/v2/notifications/policy", api.change_policy, ""),
    ("conversations", "GET", "/api/v1/conversations", api.conversations, "."),
    ("conversations.read", "POST", "/api/v1/conversations/{id}/read", api.read_conversation, ""),
    ("search", "GET", "/api/v2/search", api.search, "statuses"),
    ("streaming", "GET", "/api/v1/streaming/{name:path}", _stream, ""),
    ("oauth.token", "POST", "/oauth/token", oauth.give_token, ""),
    ("oauth.revoke", "POST", "/oauth/revoke", oauth.revoke, ""),
)
_SIGNING_IN = (
    Route("/oauth/authorize", oauth.ask_person),
    Route("/oauth/authorize", oauth.person_answers, methods=["POST"]),
)
_REFUSALS = {
    "401": (401, "The access token is invalid"),
    "402": (402, "Payment required"),
    "403": (403, "This action is not allowed"),
    "404": (404, "Record not found"),
    "409": (409, "There is such a record already"),
    "429": (429, "Too many requests"),
    "500": (500, "Something went wrong on our end"),
    "503": (503, "Remote data could not be fetched"),
}


def _text(order: Mapping[str, Any], name: str) -> str:
    value = order.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is missing or no text")
    return value


class MastodonPart:
    """The simulated Mastodon."""

    name = "mastodon"
    renames: Mapping[str, str] = {"content": "html", "account": "author", "created_at": "published"}

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.endpoints: Sequence[Endpoint] = [
            Endpoint(name, method, path, items, stream=name == "streaming")
            for name, method, path, _answer, items in _API
        ]
        calls = [Route(path, answer, methods=[method]) for _name, method, path, answer, _items in _API]
        self.routes: Sequence[BaseRoute] = [
            *calls,
            *_SIGNING_IN,
            *control.ROUTES,
            *uploads.ROUTES,
            *pages.routes(sim.home),
        ]

    def admits(self) -> list[tuple[str, dict[str, str]]]:
        """Return each company's access token."""
        known = companies_of(self)
        return [(p["handle"], {"token": p["token"]}) for p in self.people() if p["handle"] in known]

    # the hand

    def say(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let a person write."""
        world = self.sim.world
        chosen = str(order.get("picture") or "")
        if chosen and chosen not in PICTURES:
            raise ValueError(f"the picture {chosen!r} is none of {', '.join(PICTURES)}")
        text, private = _text(order, "text"), bool(order.get("private"))
        if private and not world.named_in(text):
            text = f"@{COMPANY} {text}"
        words = Words(
            text=text,
            visibility="direct" if private else "public",
            in_reply_to_id=str(order.get("in_reply_to") or "") or None,
            language=str(order.get("language") or "de"),
            picture=chosen,
        )
        at = datetime.fromisoformat(str(order["at"])) if order.get("at") else None
        with world.lock:
            author = self.sim.person(_text(order, "handle"))
            return self._done(lambda: world.post(author, words, posted_at=at))

    def _done(self, act: Callable[[], Status]) -> dict[str, Any]:
        try:
            return self.sim.entities.status(act())
        except Rejected as rejected:
            raise ValueError(rejected.error) from rejected

    def edit(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let a person change a status."""
        with self.sim.world.lock:
            status = self._status(order)
            author = self.sim.world.memory.accounts[status.account_id]
            words = Words(text=_text(order, "text"), spoiler=status.spoiler)
            return self._done(lambda: self.sim.world.edit(author, status.id, words))

    def delete(self, order: Mapping[str, Any]) -> None:
        """Let a person take a status away."""
        with self.sim.world.lock:
            status = self._status(order)
            self.sim.world.delete(self.sim.world.memory.accounts[status.account_id], status.id)

    def react(self, order: Mapping[str, Any]) -> None:
        """Let a person favourite or boost."""
        kind = "boosts" if order.get("kind") == "repost" else "favourites"
        with self.sim.world.lock:
            status, person = self._status(order), self.sim.person(_text(order, "handle"))
            self._done(lambda: self.sim.world.react(person, status.id, kind, on=True))

    def _status(self, order: Mapping[str, Any]) -> Status:
        status = self.sim.world.memory.statuses.get(str(order.get("id")))
        if status is None:
            raise ValueError(f"there is no post {order.get('id')!r}")
        return status

    def people(self) -> list[dict[str, str]]:
        """Return who lives here."""
        memory = self.sim.world.memory
        tokens = {t.account_id: t.token for t in reversed(memory.tokens.values())}
        return [
            {"handle": a.acct, "name": a.name} | ({"token": tokens[a.id]} if a.id in tokens else {})
            for a in memory.accounts.values()
        ]

    def posts(self) -> list[dict[str, Any]]:
        """Return everything that stands there now."""
        return [
            {
                "id": s["id"],
                "handle": s["acct"],
                "text": s["text"],
                "in_reply_to": s["in_reply_to_id"] or "",
                "private": s["visibility"] in ("direct", "private"),
                "posted_at": s["created_at"],
                "edits": int(bool(s["edited_at"])),
                "likes": len(s["favourites"]),
                "media": s["media"],
            }
            for s in self.sim.truth()["statuses"]
        ]

    def settings_now(self) -> dict[str, Any]:
        """Return the switches."""
        return {f.name: getattr(self.sim.switches, f.name) for f in fields(Switches)}

    def turn(self, name: str, value: object) -> None:
        """Turn a switch."""
        control.turn(self.sim, name, value)

    def refusal(self, kind: str, seconds: int | None) -> Answered:
        """Return how this network refuses."""
        status, sentence = _REFUSALS[kind]
        headers = {} if seconds is None else self.sim.faults.limited_for(seconds)
        return Answered(status, {"error": sentence}, headers)

    def revoke(self, secret: str) -> None:
        """Make a token worthless."""
        self.sim.take_back(secret)

    def stop(self) -> None:
        """End the open streams."""
        self.sim.stop()

    # remembering

    def saved(self) -> dict[str, Any]:
        """Return the memory as JSON."""
        with self.sim.world.lock:
            saved: dict[str, Any] = json.loads(
                json.dumps(asdict(self.sim.world.memory), default=store.marked)
            )
            return saved

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from a memory."""
        try:
            memory = store.memory_of(json.loads(json.dumps(saved), object_hook=store.unmarked))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no memory of a simulated Mastodon: {error}") from error
        self.sim.world.memory = memory
