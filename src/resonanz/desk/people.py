"""Who works at the desk: adding people, changing what they may do, and what each chose for themselves.

All writes about agents and teams happen here. Signing in is in `web/entry.py`; what somebody may see
follows from team and role in `access.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from resonanz.desk.access import end_sessions
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Channel, Conversation, Role, Team
from resonanz.desk.models.care import State

if TYPE_CHECKING:
    from collections.abc import Iterable

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one when read aloud


class PeopleError(Exception):
    """Something that cannot be done with somebody. `code` becomes a sentence in the desk.

    Codes: `not_allowed`, `taken` (the name to sign in by), `yourself`, `last_operator`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What an agent chose for the own screen and signature."""

    first_name: str
    initials: str
    language: str
    theme: str
    density: str
    text_size: str
    single_keys: bool


def generated_password() -> str:
    """Return a random password of 12 letters and digits (59 bits), grouped so that it can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def create(
    username: str, *, name: str, role: Role, password: str = "", language: str = ""
) -> tuple[Agent, str]:
    """Add somebody to every team; return them and their password, a generated one if none was given.

    Raises PeopleError `taken` if somebody signs in by that name, written large or small.
    """
    if Agent.objects.filter(username__iexact=username).exists():
        raise PeopleError("taken")
    chosen = password or generated_password()
    agent = Agent(username=username, first_name=name, role=role, language=language)
    agent.set_password(chosen)
    with transaction.atomic():
        agent.save()
        agent.teams.set(Team.objects.all())
    return agent, chosen


def change_role(agent: Agent, role: Role, *, by: Agent) -> None:
    """Let somebody do more or less; raises PeopleError. Takes effect with their next click."""
    _check_operator(by)
    if agent.pk == by.pk:
        raise PeopleError("yourself")
    with transaction.atomic():
        if role != Role.OPERATOR:
            _check_not_last(agent)
        Agent.objects.filter(pk=agent.pk).update(role=role)


def set_password(agent: Agent, password: str) -> None:
    """Give somebody a new password. Every session of theirs ends with it."""
    agent.set_password(password)
    agent.save(update_fields=["password"])


def reset_password(agent: Agent, *, by: Agent) -> str:
    """Give somebody a generated password and return it, to be told to them; raises PeopleError."""
    _check_operator(by)
    chosen = generated_password()
    set_password(agent, chosen)
    return chosen


def deactivate(agent: Agent, *, by: Agent) -> int:
    """Sign somebody out for good and give their open conversations back to everybody; return how many.

    What they wrote stays, with their name. Raises PeopleError.
    """
    _check_operator(by)
    if agent.pk == by.pk:
        raise PeopleError("yourself")
    now = timezone.now()
    with transaction.atomic():
        _check_not_last(agent)
        Agent.objects.filter(pk=agent.pk).update(is_active=False)
        end_sessions({agent.pk})  # else an old browser would be signed in again with who comes back
        theirs = list(
            Conversation.objects.filter(assignee=agent, state=State.OPEN).values_list("pk", flat=True)
        )
        for conversation in theirs:
            happen("assigned", now, actor=by.pk, conversation=conversation, to=None)
    return len(theirs)


def reactivate(agent: Agent, *, by: Agent) -> None:
    """Let somebody sign in again, with the password and role of before; raises PeopleError."""
    _check_operator(by)
    Agent.objects.filter(pk=agent.pk).update(is_active=True)


def choose(agent: Agent, preferences: Preferences) -> None:
    """Keep what an agent chose for themselves."""
    Agent.objects.filter(pk=agent.pk).update(last_name="", **asdict(preferences))


def add_team(name: str, *, by: Agent) -> Team:
    """Add a team, with nobody in it; raises PeopleError `taken` if there is one of that name."""
    _check_operator(by)
    if Team.objects.filter(name__iexact=name).exists():
        raise PeopleError("taken")
    return Team.objects.create(name=name)


def arrange_team(team: Team, *, agents: Iterable[Agent], channels: Iterable[Channel], by: Agent) -> None:
    """Say who is in a team and which channels it cares for; raises PeopleError."""
    _check_operator(by)
    with transaction.atomic():
        team.agents.set(agents)
        team.channels.set(channels)


def _check_operator(by: Agent) -> None:
    if not by.has_role(Role.OPERATOR):
        raise PeopleError("not_allowed")


def _check_not_last(agent: Agent) -> None:
    others = Agent.objects.filter(role=Role.OPERATOR, is_active=True).exclude(pk=agent.pk)
    if agent.role == Role.OPERATOR and not others.exists():
        raise PeopleError("last_operator")
