"""Who may see what: every list, search and live stream passes through here."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from resonanz.desk.models import Agent, Channel, Conversation, Role, Sighting

Conversations = QuerySet[Conversation]


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
    unfinished = _numbers("SELECT id FROM desk_import WHERE finished_at IS NULL")
    archives = _numbers("SELECT id FROM desk_channel WHERE network = 'archive' ORDER BY id")
    if agent.has_role(Role.LEAD):
        return Scope(None, True, unfinished, archives)  # noqa: FBT003 - a named tuple's field
    mine = _numbers(OF_THEIR_TEAMS, agent.pk)
    live = _numbers("SELECT id FROM desk_channel WHERE network <> 'archive'")
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


OF_THEIR_TEAMS = (
    "SELECT DISTINCT c.channel_id FROM desk_team_channels c JOIN desk_team_agents a ON a.team_id = c.team_id "
    "WHERE a.agent_id = %s ORDER BY c.channel_id"
)


def _numbers(statement: str, *values: int) -> tuple[int, ...]:
    """Run a SELECT of ids; building it by the ORM would take longer than the answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(row[0] for row in cursor.fetchall())
