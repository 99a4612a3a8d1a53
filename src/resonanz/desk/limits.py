"""What a channel's network takes, as it said itself when it was last asked."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from resonanz.desk.models import Channel
from resonanz.networks import NETWORKS
from resonanz.post import Limits


def limits_of(channel: Channel) -> Limits:
    """Return a channel's limits: what the server said, else the network's usual ones."""
    if channel.limits:
        known = dict(channel.limits)
        if known.get("repeat_window") is not None:
            known["repeat_window"] = timedelta(seconds=known["repeat_window"])
        if "media_types" in known:
            known["media_types"] = tuple(known["media_types"])
        return Limits(**known)
    row = NETWORKS.get(channel.network)
    return row.default_limits if row else Limits(length=100_000)


def limits_row(limits: Limits) -> dict[str, object]:
    """Return limits as the channel's row keeps them."""
    kept = {field.name: getattr(limits, field.name) for field in fields(limits)}
    if limits.repeat_window is not None:
        kept["repeat_window"] = limits.repeat_window.total_seconds()
    return kept
