"""The secret link under which a screen in the room shows the wallboard without anybody signed in.

A lead makes it and revokes it; a new one ends the one before. It shows numbers only.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest

from resonanz.desk.models import Agent, Role, Setting

NAME = "wall_token"


class WallError(Exception):
    """Only leads make and revoke the link."""


def token() -> str:
    """Return the secret part of the link, "" while there is none."""
    kept = Setting.objects.filter(pk=NAME).values_list("value", flat=True).first()
    return str(kept or "")


def opens(offered: str) -> bool:
    """Whether this is the secret part of the link."""
    known = token()
    return bool(known) and compare_digest(known.encode(), offered.encode())


def make(by: Agent) -> str:
    """Make a new link and return its secret part: 192 random bits; raises WallError."""
    _expect_lead(by)
    made = secrets.token_urlsafe(24)
    Setting.objects.update_or_create(name=NAME, defaults={"value": made})
    return made


def revoke(by: Agent) -> None:
    """End the link; screens that show it say so. Raises WallError."""
    _expect_lead(by)
    Setting.objects.filter(pk=NAME).delete()


def _expect_lead(by: Agent) -> None:
    if not by.has_role(Role.LEAD):
        raise WallError
