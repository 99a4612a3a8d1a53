"""A worker that asks X who we are whenever it is told to, and meets another one where tokens have ended.

Run as `python -m tests.desk.refresher` with RESONANZ_HOME set. `ask` on its input begins; a line of JSON ends
it: `done`, how the channel stands and which token it holds. Where the token has ended on the way, it first
says `ended` and waits for `go`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "resonanz.desk.settings"
import django

django.setup()

from resonanz.desk import channels, health
from resonanz.desk.models import Channel
from resonanz.desk.tokens import ChannelKeys
from resonanz.networks import Secret


def say(**told: str) -> None:
    """Say a line."""
    print(json.dumps(told), flush=True)


class Meeting(ChannelKeys):
    """The desk's own keys, with a meeting place before each trade."""

    def trade(self, used: Secret, ask: Callable[[Secret], Secret]) -> Secret:
        """Wait until the others have found their token ended too."""
        say(at="ended", token=used["access_token"])
        assert sys.stdin.readline() == "go\n"
        return super().trade(used, ask)


def ask() -> None:
    """Ask the network for our profile, as the desk does every half hour, and tell what came of it."""
    error = channels.check_now(Channel.objects.get())
    channel = Channel.objects.get()
    code = "" if error is None else error.code
    say(at="done", code=code, state=channel.state, token=channel.secret["access_token"])


if __name__ == "__main__":
    vars(health)["ChannelKeys"] = Meeting
    say(at="ready")
    while sys.stdin.readline() == "ask\n":
        ask()
