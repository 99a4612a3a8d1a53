"""Who may see what: every list, search and live stream passes through here."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from resonanz.desk.models import Agent, Channel, Conversation, Import, Role, Sighting

Conversations = QuerySet[Conversation]


def channels_visible_to(agent: Agent) -> QuerySet[Channel]:
    """Return the channels that an agent's teams care for; leads and above see all."""
    if agent.has_role(Role.LEAD):
        return Channel.objects.all()
    return Channel.objects.filter(teams__agents=agent).distinct()


def visible_to(agent: Agent) -> Conversations:
    """Return the conversations that an agent may see, those of unfinished imports left out.

    A post may speak to two of our accounts: those who care for either see the conversation.
    """
    shown = Conversation.objects.filter(
        Q(from_import=None) | ~Q(from_import__in=Import.objects.filter(finished_at=None))
    )
    if agent.has_role(Role.LEAD):
        return shown
    mine = channels_visible_to(agent)
    heard = Sighting.objects.filter(mention__conversation=OuterRef("pk"), channel__in=mine, addressed=True)
    return shown.filter(Q(channel__in=mine) | Exists(heard))
