"""A hand on a desk that runs in processes of its own: connect it, answer a case.

Run as `python -m tests.desk.hand VERB …` with RESONANZ_HOME set; prints one JSON value.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from resonanz.desk import care, channels, home
from resonanz.desk.care import saved as knowledge
from resonanz.desk.models import Agent, Brand, Conversation, Role, SlaPolicy, Team, Voice
from resonanz.networks import Credentials


def people() -> object:
    """Prepare the home with an operator, an agent and a trainee."""
    home.prepare()
    for name, role in (("anna", Role.OPERATOR), ("ben", Role.AGENT), ("tom", Role.TRAINEE)):
        agent = Agent.objects.create_user(
            name, password="a long pass word", first_name=name.title(), role=role, initials=name[:2]
        )
        Team.objects.get().agents.add(agent)
    return Agent.objects.count()


def connect(base_url: str, token: str) -> object:
    """Connect the channel."""
    agent = Agent.objects.get(username="anna")
    credentials = Credentials(base_url=base_url, secret={"access_token": token}, simulated=True)
    application = channels.Application(network="mastodon", brand=Brand.objects.get(), credentials=credentials)
    return channels.connect(application, agent).pk


def reply(text: str) -> object:
    """Plan an answer to the only open case."""
    return care.reply(
        Conversation.objects.get(), Agent.objects.get(username="anna"), care.Reply(text=text)
    ).pk


def off_duty() -> object:
    """Close the desk for now and switch the automatic answer on."""
    closed = {str((timezone.localtime().weekday() + 3) % 7): [[480, 481]]}
    for brand in Brand.objects.all():
        SlaPolicy.objects.update_or_create(brand=brand, defaults={"periods": closed})
        Voice.objects.update_or_create(brand=brand, defaults={"automatic": True})
    return closed


def saved(title: str, text: str, facts: str) -> object:
    """Write a saved reply down that everybody may use."""
    lead = Agent.objects.get(username="anna")
    return knowledge.save(lead, knowledge.Piece(title=title, text=text, facts=facts)).pk


def leave_team(username: str) -> object:
    """Take an agent out of every team."""
    Agent.objects.get(username=username).teams.clear()
    return username


def sign_out(session: str) -> object:
    """End a session, as signing out does."""
    SessionStore(session).delete()
    return True


VERBS: dict[str, Callable[..., object]] = {
    "people": people,
    "connect": connect,
    "reply": reply,
    "off_duty": off_duty,
    "saved": saved,
    "leave_team": leave_team,
    "sign_out": sign_out,
}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
