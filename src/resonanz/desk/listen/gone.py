"""What left the network leaves the desk: words, files, search rows. That somebody spoke then stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from resonanz.desk import media_files
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Annotation,
    Channel,
    Correction,
    Mention,
    Quarantined,
    Repost,
    Sighting,
    Unannotated,
    Wording,
)


def withdraw(channel: Channel, native_ids: Sequence[str], now: datetime) -> int:
    """Take posts that are gone from the network out of the desk: their words, files and search rows.

    What stays is that somebody said something then, so that the conversation remains readable.
    """
    if not native_ids:
        return 0
    Quarantined.objects.filter(channel=channel, native_id__in=native_ids).delete()
    _take_back_reposts(channel, native_ids, now)
    gone = Mention.objects.filter(
        sightings__channel=channel, sightings__native_id__in=native_ids, deleted_at=None
    )
    orders = list(gone.values_list("order", "conversation"))
    if not orders:
        return 0
    Mention.objects.filter(order__in=[order for order, _ in orders]).update(
        text="", extras="", deleted_at=now
    )
    for about in (Wording, Annotation, Correction, Unannotated):
        about.objects.filter(mention__in=[order for order, _ in orders]).delete()
    Sighting.objects.filter(mention__in=[order for order, _ in orders]).update(checked_at=None)
    forget_words([order for order, _ in orders])
    media_files.forget([order for order, _ in orders])
    for order, conversation in orders:
        happen("withdrawn", now, conversation=conversation, mention=order)
    return len(orders)


def _take_back_reposts(channel: Channel, native_ids: Sequence[str], now: datetime) -> None:
    taken_back = Repost.objects.filter(channel=channel, native_id__in=native_ids)
    counts = Counter(taken_back.values_list("of_uri", flat=True))
    taken_back.delete()
    originals = Mention.objects.filter(network=channel.network, uri__in=counts)
    for order, uri, talk in originals.values_list("order", "uri", "conversation"):
        happen("reposted", now, conversation=talk, mention=order, count=-counts[uri], channel=channel.pk)


def forget_words(orders: Sequence[int]) -> None:
    """Remove the full-text rows of some mentions."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM desk_words WHERE rowid = %s", [(order,) for order in orders])
