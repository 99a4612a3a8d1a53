"""What a call to the simulated X asks for: who calls, with what rights, which fields, which page.

Shared by all rooms that answer calls; knows no endpoint. A call that fails ends in `Problem`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from resonanz.simulator.x import spelling
from resonanz.simulator.x.problems import Problem, forbidden, unauthorized, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from resonanz.simulator.x.network import Network
    from resonanz.simulator.x.records import Person, Token

T = TypeVar("T")
Json = dict[str, Any]

POST_FIELDS = frozenset(
    "article article_title attachments author_id card_uri community_id context_annotations conversation_id "
    "created_at display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id "
    "lang matched_media_notes media_metadata non_public_metrics note_request_suggestions note_tweet "
    "organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets "
    "reply_settings scopes source suggested_source_links suggested_source_links_with_counts text username "
    "withheld".split()
)
PERSON_FIELDS = frozenset(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified "
    "location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url "
    "protected public_metrics receives_your_dm subscribes_to_you subscription subscription_type url "
    "username verified verified_followers_count verified_type withheld".split()
)
MEDIA_FIELDS = frozenset(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
    "promoted_metrics public_metrics type url variants width".split()
)
MESSAGE_FIELDS = frozenset(
    "attachments created_at dm_conversation_id entities event_type id participant_ids referenced_tweets "
    "sender_id text".split()
)
EXPANSIONS = frozenset(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
    "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id "
    "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id participant_ids sender_id "
    "username".split()
)
_ALWAYS_KNOWN = frozenset({"poll.fields", "place.fields"})
_FIELDS = {
    "tweet.fields": POST_FIELDS,
    "post.fields": POST_FIELDS,
    "user.fields": PERSON_FIELDS,
    "media.fields": MEDIA_FIELDS,
    "dm_event.fields": MESSAGE_FIELDS,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fields an answer shall have beside the usual ones, and what shall come with it."""

    post: frozenset[str] = frozenset()
    person: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    message: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()


EVERYTHING = Wanted(POST_FIELDS, PERSON_FIELDS, MEDIA_FIELDS, MESSAGE_FIELDS, EXPANSIONS)


@dataclass(slots=True)
class Call:
    """One call: the network it came to, its parameters and body, who calls, which spelling is spoken."""

    net: Network
    request: Request
    token: Token
    person: Person | None
    query: Mapping[str, str]
    body: Json
    spelling: str
    wanted: Wanted
    charges: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def me(self) -> Person:
        """Who calls. Raises `Problem` 403 for a program without a person."""
        if self.person is None:
            raise forbidden(
                "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. Supported "
                "authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
                "unsupported-authentication",
            )
        return self.person

    @property
    def now(self) -> datetime:
        """The network's time."""
        return self.net.world.clock()

    def path(self, name: str) -> str:
        """Return a number from the call's address. Raises `Problem` 400 for anything else."""
        value = str(self.request.path_params[name])
        if not value.isdigit() or len(value) > 19:
            raise wrong(name, value, f"The `{name}` query parameter value [{value}] is not valid")
        return value

    def number(self, name: str, low: int, top: int, default: int) -> int:
        """Return a whole number. Raises `Problem` 400 outside its bounds."""
        value = self.query.get(name)
        if value is None:
            return default
        if not value.isdigit() or not low <= int(value) <= top:
            raise wrong(
                name, value, f"The `{name}` query parameter value [{value}] is not between {low} and {top}"
            )
        return int(value)

    def text(self, name: str) -> str:
        """Return a text from the body. Raises `Problem` 400 where it is missing."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise wrong(name, str(value), f"$.{name}: is missing but it is required")
        return value


async def read_body(request: Request) -> Json:
    """Read a JSON body; {} where there is none. Raises `Problem` 400 for one that is not an object."""
    body = await request.body()
    if not body or not request.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise wrong("body", "", "The body is not a JSON object")
    return values


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Read fields and expansions. Raises `Problem` 400 for a value that is none."""
    asked: dict[str, frozenset[str]] = {}
    for name, known in _FIELDS.items():
        values = frozenset(spelling.old_field(v) for v in _listed(query, name))
        if unknown := values - known:
            raise _not_one_of(name, min(unknown), known)
        asked[name] = values
    expansions = frozenset(spelling.old_expansion(v) for v in _listed(query, "expansions"))
    if unknown := expansions - EXPANSIONS:
        raise _not_one_of("expansions", min(unknown), EXPANSIONS)
    post = asked["tweet.fields"] | asked["post.fields"]
    return Wanted(post, asked["user.fields"], asked["media.fields"], asked["dm_event.fields"], expansions)


def _listed(query: Mapping[str, str], name: str) -> list[str]:
    return [value for value in query.get(name, "").split(",") if value]


def _not_one_of(name: str, value: str, known: frozenset[str]) -> Problem:
    listed = ",".join(sorted(known))
    return wrong(name, value, f"The `{name}` query parameter value [{value}] is not one of [{listed}]")


def spoken(query: Mapping[str, str], switch: str, *, stream: bool, takes: frozenset[str]) -> str:
    """Return the spelling of the answer. Raises `Problem` 400 for parameters that are not known.

    A stream keeps the older parameters in both spellings.
    """
    asked = _listed(query, "expansions")
    new = "post.fields" in query or any(map(spelling.is_new_expansion, asked))
    old = "tweet.fields" in query or any(map(spelling.is_old_expansion, asked))
    refused = {"tweet": {"post.fields"}, "post": set() if stream else {"tweet.fields"}}.get(switch, set())
    for name in query:
        if name in refused or name not in takes | _FIELDS.keys() | _ALWAYS_KNOWN | {"expansions"}:
            known = ",".join(sorted(takes | (_FIELDS.keys() - refused) | {"expansions"}))
            raise wrong(name, query[name], f"The query parameter [{name}] is not one of [{known}]")
    if (switch == "tweet" and new) or (switch == "post" and old and not stream):
        raise _not_one_of("expansions", ",".join(asked), EXPANSIONS)
    return ("post" if new else "tweet") if switch == "either" else switch


def bearer(request: Request) -> str:
    """Return the access token of a call, "" without any."""
    header = request.headers.get("authorization", "")
    return header[7:].strip() if header.lower().startswith("bearer ") else ""


def check_rights(token: Token, scopes: str) -> None:
    """Raise `Problem` 403 where a person's token lacks a right."""
    granted = token.scopes.split()
    if lacking := [scope for scope in scopes.split() if scope not in granted]:
        raise forbidden(
            f"Your token lacks the scope {lacking[0]}.", "client-forbidden", reason="scope-not-granted"
        )


def known_token(net: Network, secret: str) -> Token:
    """Return a token that is good now. Raises `Problem` 401."""
    token = net.world.memory.tokens.get(secret)
    if token is None or (token.ends_at is not None and token.ends_at <= net.world.clock()):
        raise unauthorized()
    return token


# pages


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, newest first, and where the next one begins ("" at the end)."""

    items: list[Any]
    next_token: str


def one_page(call: Call, items: Sequence[T], id_of: Callable[[T], str], *, most: int) -> Page:
    """Cut a page out of a list by `since_id`, `until_id`, times and the token of the page before."""
    low, high = (call.number(name, 0, 10**19, edge) for name, edge in (("since_id", 0), ("until_id", 10**19)))
    token = call.query.get("pagination_token") or call.query.get("next_token") or ""
    if token:
        if not token.removeprefix("p").isdigit():
            raise wrong("pagination_token", token, f"The pagination token [{token}] is not valid")
        high = min(high, int(token.removeprefix("p")))
    chosen = sorted(items, key=lambda item: int(id_of(item)), reverse=True)
    chosen = [item for item in chosen if low < int(id_of(item)) < high]
    shown = chosen[:most]
    more = len(chosen) > most
    return Page(shown, f"p{int(id_of(shown[-1])):019d}" if more else "")


def between(call: Call, items: Sequence[T], at: Callable[[T], datetime]) -> list[T]:
    """Keep what was made from `start_time` on and before `end_time`."""
    edges = [_moment(call, name) for name in ("start_time", "end_time")]
    start, end = edges
    return [i for i in items if (start is None or at(i) >= start) and (end is None or at(i) < end)]


def _moment(call: Call, name: str) -> datetime | None:
    value = call.query.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise wrong(name, value, f"The `{name}` query parameter value [{value}] is not a time") from error
    if moment.utcoffset() is None:
        raise wrong(name, value, f"The `{name}` query parameter value [{value}] has no time zone")
    return moment
