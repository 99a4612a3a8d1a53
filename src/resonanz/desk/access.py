"""Who may see what: every list, search and live stream passes through here."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from resonanz.desk import looks
from resonanz.desk.models import Agent, Channel, Conversation, Role, Sighting
from resonanz.desk.prepared import prepared

Conversations = QuerySet[Conversation]


class People(ModelBackend):
    """Finds who has signed in, on every page."""

    def get_user(self, user_id: int) -> Agent | None:
        """Return the agent with a number, if they may sign in."""
        return next((agent for agent in _agent(int(user_id)) if self.user_can_authenticate(agent)), None)


@prepared
def _agent(number: int) -> QuerySet[Agent]:
    return Agent.objects.filter(pk=number)


def end_sessions(agents: Collection[int], keep: str = "") -> int:
    """End the sessions of some people; return how many people had one."""
    ended: set[int] = set()
    for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(pk=keep):
        number = int(session.get_decoded().get(SESSION_KEY, 0))
        if number in agents:
            session.delete()
            ended.add(number)
    return len(ended)


def channels_visible_to(agent: Agent) -> QuerySet[Channel]:
    """Return the channels that an agent's teams care for; leads and above see all."""
    if agent.has_role(Role.LEAD):
        return Channel.objects.all()
    return Channel.objects.filter(teams__agents=agent).distinct()


class Scope(NamedTuple):
    """What of the desk somebody may see: `channels` are None for leads and above, who see all.

    `alone` says that nobody else has a channel: then no post can speak to one of ours and to another's.
    """

    channels: tuple[int, ...] | None
    alone: bool
    unfinished: tuple[int, ...]  # imports
    archives: tuple[int, ...]  # channels of recorded conversations, whoever may see them


def scope_of(agent: Agent) -> Scope:
    """Return what an agent may see at this moment."""
    return looks.once(("scope", agent.pk), partial(_scope_of, agent))


def _scope_of(agent: Agent) -> Scope:
    with connection.cursor() as cursor:
        cursor.execute(OF_THE_DESK, [agent.pk])
        unfinished, archives, live, mine = (tuple(json.loads(found)) for found in cursor.fetchone())
    if agent.has_role(Role.LEAD):
        return Scope(None, True, unfinished, archives)  # noqa: FBT003 - a named tuple's field
    return Scope(mine, set(live) <= set(mine), unfinished, archives)


def visible_to(agent: Agent) -> Conversations:
    """Return the conversations that an agent may see, those of unfinished imports left out.

    A post may speak to two of our accounts: those who care for either see the conversation.
    """
    return visible_in(scope_of(agent))


def visible_in(scope: Scope) -> Conversations:
    """Return the conversations of a scope; asking says no more than it has to, as every list asks it."""
    shown = Conversation.objects.all()
    if scope.unfinished:
        shown = shown.filter(Q(from_import=None) | ~Q(from_import__in=scope.unfinished))
    if scope.channels is None:
        return shown
    mine = scope.channels or (0,)  # which none has: somebody without channels sees nothing
    own = Q(channel__in=mine)
    if scope.alone:
        return shown.filter(own)
    heard = Sighting.objects.filter(mention__conversation=OuterRef("pk"), channel__in=mine, addressed=True)
    return shown.filter(own | Exists(heard))


# Every page asks this several times; building it by the ORM would take longer than the answer.
OF_THE_DESK = """SELECT
           (SELECT json_group_array(id) FROM desk_import WHERE finished_at IS NULL),
           (SELECT json_group_array(id) FROM (
               SELECT id FROM desk_channel WHERE network = 'archive' ORDER BY id)),
           (SELECT json_group_array(id) FROM desk_channel WHERE network <> 'archive'),
           (SELECT json_group_array(channel_id) FROM (
               SELECT DISTINCT c.channel_id FROM desk_team_channels c
               JOIN desk_team_agents a ON a.team_id = c.team_id WHERE a.agent_id = %s ORDER BY c.channel_id))
"""
