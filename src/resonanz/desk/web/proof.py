"""What a browser has proved so far: only the password, or everything, and how long ago that was.

Who has given the right password and still owes the second step is *not* signed in: the session holds no user,
so no page and no live stream opens. It only remembers whose password it was, for ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from resonanz.desk.models import Agent

if TYPE_CHECKING:
    from django.http import HttpRequest

HALF = "half_signed_in"
PROVED_AT = "proved_at"
HALF_FOR_S = 10 * 60
FRESH_FOR_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password was right: who, and which page they want."""

    agent: Agent
    wanted: str


def begin(request: HttpRequest, agent: Agent, wanted: str) -> None:
    """Remember whose password was right; whoever was signed in here is signed out."""
    request.session.flush()
    request.session.set_expiry(HALF_FOR_S)
    mark = agent.get_session_auth_hash()
    request.session[HALF] = {"agent": agent.pk, "mark": mark, "at": _now(), "wanted": wanted}


def half(request: HttpRequest) -> Half | None:
    """Return who owes the second step; None for nobody, after ten minutes, and after a new password."""
    kept: dict[str, Any] = request.session.get(HALF) or {}
    if not kept or _now() - kept["at"] > HALF_FOR_S:
        return None
    agent = Agent.objects.filter(pk=kept["agent"], is_active=True).first()
    if agent is None or not constant_time_compare(kept["mark"], agent.get_session_auth_hash()):
        return None
    return Half(agent, kept["wanted"])


def forget(request: HttpRequest) -> None:
    """Begin anew, with nothing of the half session left."""
    if HALF in request.session:
        request.session.flush()


def signed_in(request: HttpRequest) -> Agent | None:
    """Return who is fully signed in."""
    return request.user if request.user.is_authenticated else None


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody proved within a quarter of an hour that it is they who sit here."""
    return _now() - int(request.session.get(PROVED_AT, 0)) <= FRESH_FOR_S


def refresh(request: HttpRequest) -> None:
    """Note that somebody has just proved who they are."""
    request.session[PROVED_AT] = _now()


def _now() -> int:
    return int(timezone.now().timestamp())
