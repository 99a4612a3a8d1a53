"""Many at a desk that runs, made in a process of their own: agents with open sessions, or customers who wait.

Run with RESONANZ_HOME set as `python -m tests.desk.crowd agents COUNT`, which prints their session keys,
or as `python -m tests.desk.crowd customers COUNT`.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
import django

django.setup()

from bench.filling import fill
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from resonanz.desk import home
from resonanz.desk.models import Agent, Role, Team


def arrive(number: int) -> str:
    """Add an agent to the first team and sign in; returns the session's key."""
    agent = Agent(username=f"agent{number}", first_name=f"Agent {number}", role=Role.AGENT, language="en")
    agent.set_unusable_password()
    agent.save()
    Team.objects.earliest("pk").agents.add(agent)
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key


if __name__ == "__main__":
    home.prepare()
    who, count = sys.argv[1], int(sys.argv[2])
    if who == "customers":
        fill(count, count, agents=1)
    print(json.dumps([arrive(number) for number in range(count)] if who == "agents" else count))
