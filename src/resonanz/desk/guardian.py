"""Who is at the edge's door, and when its process has to end.

Sign-in is checked here for what Django's middleware does not see. A process whose parent has died
ends itself, so that no orphan keeps the port.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from resonanz.desk.access import channels_visible_to
from resonanz.desk.models import Agent, Role

SESSION_COOKIE = settings.SESSION_COOKIE_NAME
PARENT_CHECK_S = 0.5


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An agent as the edge knows them. `channels` are the visible ones, None for all."""

    id: int
    name: str
    session_key: str
    channels: frozenset[int] | None


def agent_of(session_key: str) -> SignedIn | None:
    """Return who is signed in with this session, None for nobody."""
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    number, mark = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    agent = Agent.objects.filter(pk=number, is_active=True).first() if number else None
    if agent is None or not constant_time_compare(mark, agent.get_session_auth_hash()):
        return None
    channels = None
    if not agent.has_role(Role.LEAD):
        channels = frozenset(channels_visible_to(agent).values_list("pk", flat=True))
    return SignedIn(agent.pk, agent.shown_name, session_key, channels)


def still_signed_in(agent: SignedIn) -> bool:
    """Whether the session is still good and the agent may still see the same channels."""
    return agent_of(agent.session_key) == agent


def watch_parent() -> None:
    """End this process soon after its parent has died."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
