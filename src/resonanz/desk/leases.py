"""Whose lease it is, and which leases nobody holds any more.

A lease runs out by itself; on the same machine a dead worker is recognised sooner, at the next
worker's start, so that a crash costs seconds instead of the length of a lease.
"""

from __future__ import annotations

import os
import socket

from django.utils import timezone

from resonanz.desk.models import Channel, Delivery, Outcome


def me() -> str:
    """Return this process's name on leases: machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(name: str) -> bool:
    """Whether a lease's holder is surely gone. Of other machines nothing is known."""
    host, _, number = name.rpartition(":")
    if host != socket.gethostname() or name == me():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def free_dead() -> int:
    """End the leases of dead workers; returns how many there were."""
    now = timezone.now()
    freed = 0
    for channel in Channel.objects.filter(lease_until__gt=now).exclude(lease_by=""):
        if is_dead(channel.lease_by):
            freed += Channel.objects.filter(pk=channel.pk, lease_by=channel.lease_by).update(lease_until=now)
    for delivery in Delivery.objects.filter(state=Outcome.ARMED, lease_until__gt=now):
        if is_dead(delivery.lease_by):
            mine = Delivery.objects.filter(pk=delivery.pk, state=Outcome.ARMED, lease_by=delivery.lease_by)
            freed += mine.update(lease_until=now)
    return freed
