"""What this desk and a browser's passkey say to each other (W3C Web Authentication, level 2).

The question's secret part is kept in the browser, signed and for five minutes, so that a stranger who asks
writes nothing into the database. An answer is taken once.
"""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from fido2.webauthn import ResidentKeyRequirement, UserVerificationRequirement

from resonanz.desk.models import Agent

if TYPE_CHECKING:
    from django.http import HttpRequest

COOKIE = "resonanz_passkey"
LASTS_S = 300
ANSWER_MOST = 60_000  # characters; a device's certificate may come with a new passkey
NEW, SECOND, ALONE = "new", "second", "alone"  # what the question was for
# What a foreign answer can make the readers of it say: each only means that it is none
UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    NotImplementedError,
    IndexError,
    AssertionError,
)


class PasskeyError(Exception):
    """An answer that proves nothing: too old, taken before, of another desk, or no answer at all."""


def can_be_used(request: HttpRequest) -> bool:
    """Whether browsers offer passkeys under this address; they want a name, never a bare number."""
    try:
        ip_address(urlsplit(f"//{request.get_host()}").hostname or "")
    except ValueError:
        return True
    return False


def ask_new(agent: Agent) -> JsonResponse:
    """Return the question after a new passkey that can sign somebody in alone."""
    options, state = auth.get_server().register_begin(
        user=auth.build_user_payload(agent),
        credentials=auth.get_credentials(agent),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _question(dict(options), state, NEW)


def ask_known(agent: Agent | None) -> JsonResponse:
    """Return the question after one of somebody's passkeys, or after anybody's."""
    credentials = auth.get_credentials(agent) if agent else None
    needed = UserVerificationRequirement.PREFERRED if agent else UserVerificationRequirement.REQUIRED
    options, state = auth.get_server().authenticate_begin(credentials, user_verification=needed)
    return _question(dict(options), state, SECOND if agent else ALONE)


def _question(options: dict[str, Any], state: dict[str, Any], purpose: str) -> JsonResponse:
    response = JsonResponse(options)
    response.set_signed_cookie(
        COOKIE,
        json.dumps(state),
        salt=purpose,
        max_age=LASTS_S,
        httponly=True,
        samesite="Strict",
        secure=bool(settings.PUBLIC_ADDRESS),
    )
    return response


def made(request: HttpRequest) -> dict[str, Any]:
    """Return the new passkey that the browser has made; raises PasskeyError."""
    answer, state = _answer(request), _state(request, NEW)
    try:
        auth.get_server().register_complete(state, answer)
        auth.parse_registration_response(answer)
    except UNREADABLE as error:
        raise PasskeyError from error
    _take(state)
    return {name: answer[name] for name in ("id", "rawId", "type", "response")}


def proved(request: HttpRequest, agent: Agent | None) -> tuple[Agent, int]:
    """Return who has shown a passkey, and its number; of `agent` alone if given. Raises PasskeyError."""
    answer, state = _answer(request), _state(request, SECOND if agent else ALONE)
    owner = agent or _named_in(answer)
    try:
        shown = auth.get_server().authenticate_complete(state, auth.get_credentials(owner), answer)
        row: Authenticator = auth.get_authenticator_by_credential_id(owner, shown.credential_id)
    except UNREADABLE as error:
        raise PasskeyError from error
    _take(state)
    return owner, row.pk


def _named_in(answer: dict[str, Any]) -> Agent:
    """Return the person whose passkey it says it is."""
    try:
        named = auth.extract_user_from_response(answer)
    except (*UNREADABLE, ValidationError, OverflowError) as error:
        raise PasskeyError from error
    if not isinstance(named, Agent) or not named.is_active:
        raise PasskeyError
    return named


def _answer(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST.get("credential", "")
    try:
        answer = json.loads(sent) if len(sent) <= ANSWER_MOST else None
    except (ValueError, RecursionError) as error:
        raise PasskeyError from error
    if not isinstance(answer, dict):
        raise PasskeyError
    return answer


def _state(request: HttpRequest, purpose: str) -> dict[str, Any]:
    kept = request.get_signed_cookie(COOKIE, "", salt=purpose, max_age=LASTS_S)
    if not kept:
        raise PasskeyError
    state: dict[str, Any] = json.loads(kept)
    return state


def _take(state: dict[str, Any]) -> None:
    """Refuse a right answer that was taken before."""
    if not cache.add(f"passkey-{state['challenge']}", 1, LASTS_S):
        raise PasskeyError
