"""Posts that could not be understood or stored: put aside whole, and tried again when somebody says so.

Where the network shows one in a form that is understood, it is let go of and read again by `again`.

Nothing is dropped in silence, and no bad post keeps the good ones beside it from coming in.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from resonanz.desk.events import happen
from resonanz.desk.health import open_network
from resonanz.desk.intake import Arrival, store
from resonanz.desk.models import Agent, Channel, Quarantined
from resonanz.desk.models.listening import Form
from resonanz.networks import Gone, NetworkError, Understand
from resonanz.post import Page, Sighting, Unread

AGAIN_AFTER = timedelta(minutes=5)  # it may have been one broken answer: the network is read again
AT_ONCE = 500
log = logging.getLogger("resonanz.listen")
UNSTORABLE = (ValueError, OverflowError, TypeError, DataError, IntegrityError)  # UnicodeError is a ValueError


def put_aside(channel: Channel, unread: Sequence[Unread], now: datetime) -> None:
    """Keep what a connector did not understand. Call in a transaction."""
    for one in unread:
        _keep(channel, Form.NETWORK, one, now)


def put_aside_unstored(channel: Channel, sighting: Sighting, reason: str, now: datetime) -> None:
    """Keep a post that the desk could not store. Call in a transaction, after what was tried is undone."""
    _keep(channel, Form.DESK, Unread(raw=_whole(sighting), reason=reason, native_id=sighting.native_id), now)


def forget_understood(channel: Channel, native_ids: Sequence[str]) -> None:
    """Let go of what was put aside, now that the network shows it in a form that is understood.

    Then it counts as missed where it is not stored, and is fetched. Call in a transaction.
    """
    known = Quarantined.objects.filter(channel=channel, form=Form.NETWORK)
    for at in range(0, len(native_ids), AT_ONCE):
        known.filter(native_id__in=native_ids[at : at + AT_ONCE]).delete()


def replay(row: Quarantined, agent: Agent | None = None) -> bool:
    """Try again to understand and to store what was put aside; True if it is in or gone now.

    NetworkError where the network cannot be asked right now.
    """
    now = timezone.now()
    try:
        sightings = _understood(row)
        with transaction.atomic():
            store(row.channel, sightings, Arrival(heard_at=now, backfill=True))
            row.delete()
            happen("replayed", now, actor=agent.pk if agent else None, channel=row.channel_id)
    except NetworkError as error:
        if error.code != "bad_answer":
            raise
    except UNSTORABLE:
        log.info("channel %s: post %s still cannot be stored", row.channel_id, row.native_id)
    else:
        return True
    Quarantined.objects.filter(pk=row.pk).update(tried_at=now)
    return False


def _understood(row: Quarantined) -> tuple[Sighting, ...]:
    if row.form == Form.DESK:
        return (msgspec.convert(json.loads(row.raw), Sighting, strict=False),)
    try:
        page = open_network(row.channel).act(Understand(row.raw))
    except Gone:
        return ()
    assert isinstance(page, Page)
    return page.sightings


def _whole(sighting: Sighting) -> str:
    """Write a post down so that nothing of it is lost: JSON in ASCII holds what UTF-8 cannot."""
    return json.dumps(asdict(sighting), default=_moment)


def _moment(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _keep(channel: Channel, form: Form, one: Unread, now: datetime) -> None:
    digest = sha256(one.raw.encode("utf-8", "surrogatepass")).hexdigest()
    native_id = one.native_id.encode("utf-8", "replace").decode()[:500]
    _row, is_new = Quarantined.objects.get_or_create(
        channel=channel,
        digest=digest,
        defaults={
            "native_id": native_id,
            "form": form,
            "raw": one.raw,
            "reason": one.reason[:200],
            "at": now,
        },
    )
    if is_new:
        soon = now + AGAIN_AFTER
        Channel.objects.filter(pk=channel.pk, next_read_again_at__gt=soon).update(next_read_again_at=soon)
        log.error("channel %s: post %s is put aside: %s", channel.pk, native_id or "without id", one.reason)
        happen("quarantined", now, channel=channel.pk)
