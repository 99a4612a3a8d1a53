"""The way to X's API: which keys open it, what each call costs, and which of two spellings it takes.

Here lives what every call needs alike. Access tokens last two hours; a refresh token is good for one use,
so trading it is left to whoever keeps the keys (`resonanz.networks.Keys`). Money is set aside before a call
and settled after it. X is renaming its parameters from `tweet` to `post`; the guides still teach the old
names, so these are tried first, and what the server turned out to take is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from resonanz.networks import (
    Charge,
    Credentials,
    LoginNeeded,
    NetworkError,
    Refused,
    Secret,
    Temporary,
    Unclear,
)
from resonanz.networks.answers import Entity, demand, entity, parts_of, text_of
from resonanz.networks.http import Client, Params, Received
from resonanz.networks.x_errors import refusal, spacing
from resonanz.networks.x_posts import either
from resonanz.networks.x_prices import reading
from resonanz.networks.x_signing import app_header, signer

BEFORE_END = timedelta(minutes=5)  # a token is traded so long before it ends
LASTS_S = 7_200  # "OAuth 2.0": an access token is valid for two hours

USER_FIELDS = "name,username,profile_image_url,protected,public_metrics,verified_type"
MEDIA_FIELDS = "alt_text,height,media_key,preview_image_url,type,url,variants,width"


Shape = Literal["post", "message", "bare"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The names of parameters and of what may be asked for, in one of the two spellings."""

    name: str
    post: tuple[tuple[str, str], ...]
    message: tuple[tuple[str, str], ...]
    bare: tuple[tuple[str, str], ...]  # a post's versions and nothing that costs beside it


_BESIDE = (("user.fields", USER_FIELDS), ("media.fields", MEDIA_FIELDS))
# 2.166 of X's own description, and all its guides.
TWEETS = Dialect(
    "tweet",
    (
        (
            "tweet.fields",
            (
                "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
                "in_reply_to_user_id,lang,note_tweet,paid_partnership,possibly_sensitive,referenced_tweets,text"
            ),
        ),
        (
            "expansions",
            (
                "attachments.media_keys,attachments.poll_ids,author_id,referenced_tweets.id,"
                "referenced_tweets.id.author_id"
            ),
        ),
        *_BESIDE,
    ),
    (
        (
            "dm_event.fields",
            "attachments,created_at,dm_conversation_id,entities,event_type,referenced_tweets,sender_id,text",
        ),
        ("expansions", "attachments.media_keys,sender_id"),
        *_BESIDE,
    ),
    (("tweet.fields", "edit_history_tweet_ids"),),
)
# 2.167: some fields have become expansions.
POSTS = Dialect(
    "post",
    (
        (
            "post.fields",
            "attachments,conversation_id,created_at,entities,lang,note_post,paid_partnership,possibly_sensitive,text",
        ),
        (
            "expansions",
            (
                "attachments.media_keys,attachments.poll_ids,author_id,edit_history_post_ids,"
                "in_reply_to_user_id,referenced_posts"
            ),
        ),
        *_BESIDE,
    ),
    (
        ("dm_event.fields", "attachments,created_at,dm_conversation_id,entities,event_type,text"),
        ("expansions", "attachments.media_keys,referenced_posts,sender_id"),
        *_BESIDE,
    ),
    (("expansions", "edit_history_post_ids"),),
)
DIALECTS = {dialect.name: dialect for dialect in (TWEETS, POSTS)}


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a call is named in the books, what it costs at most, and how the answer tells what it cost."""

    call: str
    most: int
    charges: Callable[[Any], Sequence[Charge]]
    least: int | None = None  # what the smallest call of this kind costs at most, where this one is larger


def fixed(call: str, what: str, price: int) -> Bill:
    """Return the bill of a call that costs the same whatever it answers."""
    return Bill(call, price, lambda _answer: (Charge(what, price, count=1),))


def read_in(answer: Any, *, own: bool = False) -> list[Charge]:
    """Return what an answer costs by what is in it: posts, people, and what came along."""
    found = _listed(answer)
    users = [item for item in found if "username" in item]
    posts = _ids(item for item in found if "username" not in item)
    includes = answer.get("includes") if isinstance(answer, dict) else None
    beside = _ids(parts_of({"all": either(includes, "tweets")}, "all"))
    people = _ids([*users, *parts_of(includes, "users")])
    return reading([*([] if own else posts), *beside], people, own=posts if own else [])


def _ids(items: Any) -> list[str]:
    return [native_id for item in items if (native_id := text_of(item, "id"))]


def _listed(answer: Any) -> list[Entity]:
    """Return what an answer's `data` holds, be it one thing or many."""
    found = answer.get("data") if isinstance(answer, dict) else None
    return [found] if isinstance(found, dict) else parts_of(answer, "data")


class Door:
    """One account's way in. Tokens, money and the spelling are seen to here, and nowhere else."""

    def __init__(self, credentials: Credentials, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._credentials = credentials
        self._secret = dict(credentials.secret)
        self._clock = clock
        self._client: Client | None = None
        self._opened_with: Secret = {}
        self.dialect = TWEETS
        self.spacing = timedelta(0)  # how long the last call should not be made again

    @property
    def owned(self) -> bool:
        """Whether the account is the one to which the app belongs: its own lists are cheaper then."""
        return self._credentials.secret.get("owns_app") == "yes"

    @property
    def now(self) -> datetime:
        """The time, as the connector is told it."""
        return self._clock()

    # Money

    def ask(self, bill: Bill, do: Callable[[Client], Received]) -> Any:
        """Make one call and return its decoded answer. What failed surely costs nothing."""
        purse = self._credentials.purse
        if purse is None or not bill.most:
            return self._answered(do)
        number = purse.reserve(bill.call, bill.most, least=bill.least)
        try:
            answer = self._answered(do)
        except NetworkError as error:
            purse.settle(number, None if error.acted is None else ())
            raise
        purse.settle(number, bill.charges(answer))
        return answer

    def _answered(self, do: Callable[[Client], Received]) -> Any:
        received = self._opened(do)
        self.spacing = spacing(received.headers, self._clock())
        return received.json

    # Keys

    def _opened(self, do: Callable[[Client], Received]) -> Received:
        secret = self._valid()
        try:
            return do(self._client_for(secret))
        except LoginNeeded as error:
            if error.code != "token_revoked" or not secret.get("refresh_token"):
                raise
        return do(self._client_for(self._trade(secret)))

    def _current(self) -> Secret:
        keys = self._credentials.keys
        return keys.current() if keys else self._secret

    def _valid(self) -> Secret:
        """Return tokens that do not end right now. While they still hold, an ill server does no harm."""
        secret, now = self._current(), self._clock()
        ends = _ends(secret)
        if ends is None or now < ends - BEFORE_END or not secret.get("refresh_token"):
            return secret
        try:
            return self._trade(secret)
        except (Temporary, Unclear):
            if now >= ends:
                raise
            return secret

    def _trade(self, used: Secret) -> Secret:
        keys = self._credentials.keys
        if keys is not None:
            return keys.trade(used, self._asked)
        self._secret = self._asked(used)
        return self._secret

    def _asked(self, secret: Secret) -> Secret:
        """Trade tokens for new ones. A lost answer is asked for once more, with the same token.

        The old token is given up only by the answer that brings the new one. `Temporary` where none came.
        """
        try:
            return self._ask_once(secret)
        except Unclear:
            pass
        try:
            return self._ask_once(secret)
        except Unclear as error:
            raise Temporary("unreachable", reason=error.reason) from error

    def _ask_once(self, secret: Secret) -> Secret:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": secret["refresh_token"],
            "client_id": secret.get("client_id", ""),
        }
        return secret | asked_for_tokens(
            self._credentials.base_url, form, secret, simulated=self._credentials.simulated, now=self._clock()
        )

    def _client_for(self, secret: Secret) -> Client:
        if self._client is None or secret != self._opened_with:
            signed = signer(secret, clock=lambda: self._clock().timestamp())
            self._opened_with = dict(secret)
            self._client = Client(
                self._credentials.base_url,
                token="" if signed else secret.get("access_token", ""),
                simulated=self._credentials.simulated,
                clock=self._clock,
                signed=signed,
                refusal=refusal,
            )
        return self._client

    # Reading in either spelling

    def read(self, bill: Bill, path: str, params: Params, *, of: Shape = "post") -> Any:
        """Read posts or messages with all that belongs to them, in the spelling that the server takes."""

        def attempt(dialect: Dialect) -> Any:
            named = {"post": dialect.post, "message": dialect.message, "bare": dialect.bare}[of]
            return self.ask(bill, lambda client: client.get(path, [*params, *named]))

        try:
            return attempt(self.dialect)
        except Refused as error:
            if error.code in {"not_summoned", "said_already"}:  # words that only mean this where one writes
                raise Refused("refused", reason=error.reason) from error
            if not error.facts.get("parameters"):
                raise
            other = POSTS if self.dialect is TWEETS else TWEETS
            try:
                answer = attempt(other)
            except Refused:
                raise error from None
        self.dialect = other
        return answer


def _ends(secret: Secret) -> datetime | None:
    stamp = secret.get("expires_at", "")
    usual = stamp.isascii() and stamp.isdigit() and len(stamp) <= 10
    return datetime.fromtimestamp(int(stamp), UTC) if usual else None


def asked_for_tokens(
    base_url: str, form: dict[str, str], app: Secret, *, simulated: bool, now: datetime
) -> Secret:
    """Ask for tokens ("OAuth 2.0", token) and return what is to be kept of them.

    `LoginNeeded`: the code or refresh token is not good, or the app is not known.
    """
    headers = app_header(app.get("client_id", ""), app.get("client_secret", ""))
    client = Client(base_url, simulated=simulated, refusal=refusal)
    try:
        answer = client.send("POST", "/2/oauth2/token", form=form, headers=headers).json
    except Refused as error:
        raise LoginNeeded("token_revoked", reason=error.reason) from error
    token = entity(answer, "token")
    lasts = token.get("expires_in")
    ends = now + timedelta(seconds=lasts if isinstance(lasts, int) and lasts > 0 else LASTS_S)
    kept = {"access_token": demand(token, "access_token"), "expires_at": str(int(ends.timestamp()))}
    kept |= {key: text for key in ("refresh_token", "scope") if (text := text_of(token, key))}
    return kept
