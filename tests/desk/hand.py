"""A hand on a desk that runs in processes of its own: connect it, answer a case.

Run as `python -m tests.desk.hand VERB …` with RESONANZ_HOME set; prints one JSON value.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
import django

django.setup()

from resonanz.desk import care, channels, home
from resonanz.desk.models import Agent, Brand, Conversation, Role, Team
from resonanz.networks import Credentials


def connect(base_url: str, token: str) -> object:
    """Prepare the home and connect the channel."""
    home.prepare()
    agent = Agent.objects.create_user("anna", password="a long pass word", role=Role.OPERATOR, initials="an")
    Team.objects.get().agents.add(agent)
    credentials = Credentials(base_url=base_url, secret={"access_token": token}, simulated=True)
    application = channels.Application(network="mastodon", brand=Brand.objects.get(), credentials=credentials)
    return channels.connect(application, agent).pk


def reply(text: str) -> object:
    """Plan an answer to the only open case."""
    return care.reply(Conversation.objects.get(), Agent.objects.get(), text=text).pk


if __name__ == "__main__":
    verbs = {"connect": connect, "reply": reply}
    print(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))
