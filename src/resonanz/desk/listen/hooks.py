"""Addresses of ours that networks call when something happened. Closed until a lead opens one.

A call is believed if it is signed. Before it is answered, all that follows from it is written down: the
worker reads, so a call takes no longer than a few short writes.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from secrets import token_urlsafe

from django.db import transaction
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.listen.rechecks import nudge
from resonanz.desk.models import Agent, Channel, Role, Webhook
from resonanz.desk.money import ChannelPurse
from resonanz.networks import NETWORKS, Hook, Nudge, Told, Unclear

log = logging.getLogger("resonanz.listen")
SELDOM = timedelta(minutes=1)  # false calls are noted so often


def hook_of(channel: Channel) -> Hook | None:
    """Return how a channel's network calls, None where it does not."""
    row = NETWORKS.get(channel.network)
    return row.hook if row is not None else None


def open_hook(channel: Channel, key: str, *, by: Agent) -> Webhook:
    """Open an address for a channel's network, a new one where it has one; `key` is what it signs with.

    PermissionError for who is no lead; ValueError where the network does not call, or without a key.
    """
    if not by.has_role(Role.LEAD):
        raise PermissionError("only leads open webhooks")
    if hook_of(channel) is None or not key.strip():
        raise ValueError("a network that calls, and the key that it signs with")
    now = timezone.now()
    fresh = {"path": token_urlsafe(32), "key": {"key": key.strip()}, "opened_at": now}
    with transaction.atomic():
        row, _ = Webhook.objects.update_or_create(
            channel=channel, defaults=fresh | {"told_at": None, "refused_at": None}
        )
        happen("webhook", now, actor=by.pk, channel=channel.pk)
    return row


def close_hook(channel: Channel, *, by: Agent) -> None:
    """Close it: whoever calls finds nothing. PermissionError for who is no lead."""
    if not by.has_role(Role.LEAD):
        raise PermissionError("only leads close webhooks")
    with transaction.atomic():
        if Webhook.objects.filter(channel=channel).delete()[0]:
            happen("webhook", timezone.now(), actor=by.pk, channel=channel.pk)


def hook_at(network: str, path: str) -> Webhook | None:
    """Return the webhook with an address, None where there is none."""
    found = Webhook.objects.filter(path=path, channel__network=network)
    return found.select_related("channel").first()


def take_call(webhook: Webhook, body: bytes, signature: str) -> bool:
    """Take in what a network says; False where it is not the network that says it.

    A body that makes no sense is a reason to read the channel, and no more.
    """
    hook = hook_of(webhook.channel)
    now = timezone.now()
    if hook is None or not hook.is_genuine(webhook.key.get("key", ""), body, signature):
        if webhook.refused_at is None or webhook.refused_at < now - SELDOM:
            Webhook.objects.filter(pk=webhook.pk).update(refused_at=now)
        return False
    try:
        told = hook.told(body)
    except Unclear:
        log.warning("channel %s: a call of its network makes no sense", webhook.channel_id)
        told = (Told(Nudge()),)
    charges = [charge for one in told for charge in one.charges]
    if charges and NETWORKS[webhook.channel.network].capabilities.metered:
        ChannelPurse(webhook.channel_id).book("stream", charges)
    nudges = [one.nudge for one in told if one.nudge is not None]
    if nudges:
        nudge(webhook.channel_id, _together(nudges))
    Webhook.objects.filter(pk=webhook.pk).update(told_at=now)
    return True


def _together(nudges: list[Nudge]) -> Nudge:
    return Nudge(
        native_ids=tuple(dict.fromkeys(one for each in nudges for one in each.native_ids)),
        sealed=tuple(dict.fromkeys(one for each in nudges for one in each.sealed)),
        fresh=tuple(dict.fromkeys(one for each in nudges for one in each.fresh)),
    )
