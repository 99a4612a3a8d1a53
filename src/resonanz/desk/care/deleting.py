"""Deleting what we said: planned like an answer, so that it can be taken back for a moment, then gone there.

The words leave the desk when the network shows that the post is gone, never before. What a network keeps for
the other person (private messages on some) is not offered.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from resonanz.desk.care.base import CareError, expect_agent, expect_live, tell
from resonanz.desk.models import Agent, Channel, Conversation, Delivery, Mention, Outcome
from resonanz.networks import NETWORKS, DeletePost
from resonanz.post import Audience

DELETE = "delete"  # as `Delivery.reaction`
UNDER_WAY = (Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN)


def deletable(mention: Mention) -> bool:
    """Whether a post is one of ours, stands there still, and its network lets us take it away."""
    row = NETWORKS.get(mention.network)
    if row is None or mention.incoming or mention.deleted_at is not None:
        return False
    can = row.capabilities
    return DeletePost in can.actions and (can.deletes_messages or mention.audience != Audience.DIRECT)


def delete_own(conversation: Conversation, agent: Agent, mention: Mention) -> Delivery:
    """Plan that a post of ours goes away; one that is planned already is returned as it is.

    CareError `not_known` for a post that cannot be deleted from here.
    """
    expect_agent(agent)
    expect_live(conversation)
    channel = Channel.objects.filter(network=mention.network, uid=mention.author.uid).first()
    if channel is None or not deletable(mention):
        raise CareError("not_known")
    now = timezone.now()
    with transaction.atomic():
        known = Delivery.objects.filter(answers=mention, reaction=DELETE, state__in=UNDER_WAY).first()
        if known is not None:
            return known
        delivery = Delivery.objects.create(
            channel=channel,
            conversation=conversation,
            answers=mention,
            agent=agent,
            text="",
            reaction=DELETE,
            audience=mention.audience,
            ceiling=mention.audience,
            planned_at=now,
            due_at=now + timedelta(seconds=settings.UNDO_S),
        )
        tell("planned", now, conversation, agent, mention=mention.pk, delivery=delivery.pk)
    return delivery


def keep_own(delivery: Delivery, agent: Agent) -> None:
    """Let the post stand after all. CareError `too_late` once its deletion has begun."""
    expect_agent(agent)
    assert delivery.conversation is not None
    now = timezone.now()
    with transaction.atomic():
        planned = Delivery.objects.filter(pk=delivery.pk, reaction=DELETE, state=Outcome.PLANNED)
        if not planned.update(state=Outcome.CANCELLED, settled_at=now, due_at=None):
            raise CareError("too_late")
        tell("cancelled", now, delivery.conversation, agent, delivery=delivery.pk)
