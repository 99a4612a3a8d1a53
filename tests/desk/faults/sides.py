"""What differs between the networks of the table: where faults are thrown, and how a person connects.

What cannot happen on a network is named here too, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from resonanz.networks import Credentials
from resonanz.networks.bluesky import sign_in
from resonanz.simulator.people import COMPANY
from resonanz.simulator.records import Token as MastodonToken
from resonanz.simulator.trouble import ANY, LISTS, STREAMS
from resonanz.simulator.world import FULL_SCOPES
from resonanz.simulator.x import oauth
from resonanz.simulator.x.records import Token as XToken

if TYPE_CHECKING:
    from resonanz.simulator.bluesky import BlueskyPart
    from resonanz.simulator.mastodon_part import MastodonPart
    from resonanz.simulator.x.network import Network as XPart
    from tests.simulator.running import RunningSimulator

# The columns of the table: what is looked at, and which of a side's endpoints the fault is thrown at.
HEARING = ("mentions", "messages", "all_in")
SENDING = ("answer", "message", "all_out")
COLUMNS = (*HEARING, "stream", *SENDING)
POSTS = ("parent_deleted", "post_edited")  # what happens to a post just before a call is heard
NO_ONE_ANSWER = ("timeout_after", "500_after")
ANYWHERE = {"all_in": ANY, "all_out": ANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One network. `endpoints` are by column; `looks` is where a lost answer is looked for, "" no list."""

    name: str
    endpoints: dict[str, str]
    looks: dict[str, str]
    access: Callable[[RunningSimulator], Credentials]
    edits: bool = True
    takes_messages_back: bool = False
    stream_signs_in: bool = True


def _mastodon_access(running: RunningSimulator) -> Credentials:
    """Return a fresh access, as the consent page would give it."""
    world = cast("MastodonPart", running.part("mastodon")).sim.world
    ours = world.account_named(COMPANY)
    assert ours is not None
    secret = f"access-{len(world.memory.tokens)}"
    world.memory.tokens[secret] = MastodonToken(secret, ours.id, FULL_SCOPES, timezone.now())
    return Credentials(base_url=running.base_url, secret={"access_token": secret}, simulated=True)


def _x_access(running: RunningSimulator) -> Credentials:
    part = cast("XPart", running.part("x"))
    memory = part.world.memory
    ours = part.world.person_called(COMPANY)
    assert ours is not None
    number, ends = len(memory.tokens), timezone.now() + timedelta(hours=2)
    token = XToken(
        f"access-{number}", ours.id, " ".join(sorted(oauth.SCOPES)), oauth.CLIENT_ID, ends, f"more-{number}"
    )
    memory.tokens[token.token] = memory.refreshes[token.refresh] = token
    secret = {
        "access_token": token.token,
        "refresh_token": token.refresh,
        "expires_at": str(int(ends.timestamp())),
        "client_id": oauth.CLIENT_ID,
        "client_secret": oauth.CLIENT_SECRET,
        "bearer_token": _app_token(part),
    }
    return Credentials(base_url=running.base_url, secret=secret, simulated=True)


def _app_token(part: XPart) -> str:
    """Return the program's own token; a new one where somebody took it back."""
    tokens = part.world.memory.tokens
    if part.app_token not in tokens:
        part.app_token += "-again"
        tokens[part.app_token] = XToken(part.app_token, "", "", oauth.CLIENT_ID)
    return part.app_token


def _bluesky_access(running: RunningSimulator) -> Credentials:
    part = cast("BlueskyPart", running.part("bluesky"))
    ours = part.world.somebody(COMPANY)
    ours.app_password = ours.app_password or "neues-app-passwort"
    signed = sign_in(running.base_url, ours.handle, ours.app_password, simulated=True)
    secret = signed.secret | {"jetstream": part.facts()["jetstream"]}
    return Credentials(base_url=signed.base_url, secret=secret, simulated=True)


SIDES: dict[str, Side] = {
    "mastodon": Side(
        name="mastodon",
        endpoints=ANYWHERE
        | {
            "mentions": "notifications",
            "messages": "conversations",
            "stream": "streaming",
            "answer": "statuses.create",
            "message": "statuses.create",
        },
        looks=ANYWHERE | {"answer": "accounts.statuses", "message": "statuses.context"},
        access=_mastodon_access,
        takes_messages_back=True,
    ),
    "x": Side(
        name="x",
        endpoints=ANYWHERE
        | {
            "mentions": "users.mentions",
            "messages": "messages.all",
            "stream": "activity.stream",
            "answer": "posts.create",
            "message": "messages.write_into",
        },
        looks=ANYWHERE | {"answer": "users.posts", "message": "messages.in"},
        access=_x_access,
    ),
    "bluesky": Side(
        name="bluesky",
        endpoints=ANYWHERE
        | {
            "mentions": "app.bsky.notification.listNotifications",
            "messages": "chat.bsky.convo.getLog",
            "stream": "jetstream",
            "answer": "com.atproto.repo.putRecord",
            "message": "chat.bsky.convo.sendMessage",
        },
        looks=ANYWHERE | {"answer": "", "message": "chat.bsky.convo.getMessages"},
        access=_bluesky_access,
        edits=False,
        stream_signs_in=False,
    ),
}


def impossible(network: str, kind: str, column: str) -> str:
    """Return why a fault cannot happen there; "" where it can."""
    side, private, live = SIDES[network], column in ("messages", "message"), column == "stream"
    unlisted = column in SENDING and not side.looks[column]
    reasons = {
        "only a stream can be silent": kind in STREAMS and not live,
        "nobody can edit there": kind == "post_edited" and not side.edits,
        "happens to posts, not to the stream": kind in POSTS and live,
        "nobody can take a message back there": kind in POSTS and private and not side.takes_messages_back,
        "a lost answer is looked up by its key, not in a list": kind in LISTS and unlisted,
        "nobody signs in to this stream": kind == "revoked" and live and not side.stream_signs_in,
        "a stream has no one answer": kind in NO_ONE_ANSWER and live,
    }
    return next((words for words, true in reasons.items() if true), "")
