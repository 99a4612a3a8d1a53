"""X's unsuccessful answers made ours: problems (RFC 7807), older lists of errors, and its headers.

The documents name the types of problems, not every status with which they come, and not how an answer to
somebody who did not name us is refused. So the words are read as well, and what is not known stays `refused`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from resonanz.networks import Gone, LoginNeeded, NetworkError, Refused, Temporary, Unclear
from resonanz.networks.answers import parts_of, text_of
from resonanz.networks.http import MAX_REASON, retry_time

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARAMETER = re.compile(r"\b(?:(?:tweet|post|dm_event|user|media|poll)\.fields|expansions)\b")
_NOT_SUMMONED = re.compile(r"summon|mentioned|engaged by|reply to this conversation|quoted", re.IGNORECASE)
_GONE = re.compile(r"deleted or not visible|no longer (?:exists|available)", re.IGNORECASE)
_SAID = re.compile(r"duplicate", re.IGNORECASE)
_LONG = re.compile(r"too long|maximum (?:length|allowed)|character limit", re.IGNORECASE)
_SCOPE = re.compile(r"\bscopes?\b|oauth1 app permissions|app permissions", re.IGNORECASE)
_UNPAID = ("usage-capped", "credits")
DAILY = ("x-user-limit-24hour", "x-app-limit-24hour")


def refusal(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> NetworkError:
    """Return the error that an unsuccessful answer of X means."""
    said = _decoded(body)
    reason, kind = reason_in(said), kind_of(said)
    if status == 402 or any(word in kind for word in _UNPAID):
        return Temporary("unpaid", reason=reason)
    if status == 429:
        return _too_often(headers, now, reason, kind)
    if status >= 500:
        return Unclear("server_error", reason=reason, status=status)
    if status == 403:
        return _forbidden(reason, kind)
    usual = {401: LoginNeeded("token_revoked"), 404: Gone("gone"), 410: Gone("gone")}.get(status)
    return type(usual)(usual.code, reason=reason) if usual else _unfit(status, said, reason)


def _too_often(headers: Mapping[str, str], now: datetime, reason: str, kind: str) -> Temporary:
    """Return the error for too many calls, or too many streams at once."""
    if "connection" in kind:
        return Temporary("rate_limited", reason=reason, kind="connections")
    return Temporary("rate_limited", reason=reason, retry_at=_again(headers, now))


def _forbidden(reason: str, kind: str) -> NetworkError:
    """Return what a 403 means. Of most of them only the words tell."""
    if kind == "client-forbidden":  # the app itself has no access to this
        return Refused("not_allowed_here", reason=reason, status=403)
    if _SCOPE.search(reason):
        return LoginNeeded("scope_missing", reason=reason)
    if _GONE.search(reason):
        return Gone("gone", reason=reason)
    codes = ((_SAID, "said_already"), (_NOT_SUMMONED, "not_summoned"))
    code = next((code for words, code in codes if words.search(reason)), "refused")
    return Refused(code, reason=reason, status=403)


def _unfit(status: int, said: Any, reason: str) -> Refused:
    if _LONG.search(reason):
        return Refused("too_long", reason=reason, status=status)
    named = " ".join(_PARAMETER.findall(json.dumps(said)))
    return Refused("refused", reason=reason, status=status, parameters=named)


def reason_in(said: Any) -> str:
    """Return X's own wording from an error, empty if there is none."""
    first = next(iter(parts_of(said, "errors")), {})
    for source, key in (
        (first, "message"),
        (first, "detail"),
        (said, "detail"),
        (said, "error_description"),
        (said, "title"),
        (said, "error"),
    ):
        if found := text_of(source, key):
            return found[:MAX_REASON]
    return ""


def kind_of(said: Any) -> str:
    """Return the last part of a problem's type: `invalid-request`, `usage-capped` and so on."""
    found = text_of(said, "type") or text_of(next(iter(parts_of(said, "errors")), {}), "type")
    return found.rstrip("/").rpartition("/")[2].lower()


def _again(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when to come back: the end of the quarter of an hour, or of the day where that is used up."""
    for name in DAILY:
        reset = headers.get(f"{name}-reset", "")
        if headers.get(f"{name}-remaining") == "0" and reset.isascii() and reset.isdigit():
            return retry_time({"X-RateLimit-Reset": reset}, now=now)
    reset, after = headers.get("x-rate-limit-reset", ""), headers.get("Retry-After", "")
    return retry_time({"X-RateLimit-Reset": reset, "Retry-After": after}, now=now)


def spacing(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long to wait before the same call again, so that few calls that are left last to the end."""
    left, reset = headers.get("x-rate-limit-remaining", ""), headers.get("x-rate-limit-reset", "")
    ends = retry_time({"X-RateLimit-Reset": reset}, now=now)
    if not (left.isascii() and left.isdigit()) or len(left) > 1 or ends is None:
        return timedelta(0)
    return max(timedelta(0), ends - now) / (int(left) or 1)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def stamp_of(when: datetime) -> str:
    """Write a moment as X's parameters want it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
