"""What posts said before they were edited, and how often they were passed on. Reads only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count

from resonanz.desk.models import Repost, Wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from resonanz.desk.models import Mention

SHOWN_MOST = 20  # earlier words of one post


def earlier_words(mentions: Iterable[Mention]) -> dict[int, list[Wording]]:
    """Return what edited posts said before, the newest first, by their order."""
    edited = [mention.pk for mention in mentions if mention.edited_at is not None and not mention.deleted_at]
    found: dict[int, list[Wording]] = defaultdict(list)
    if edited:
        for wording in Wording.objects.filter(mention__in=edited).order_by("-until", "-pk"):
            if len(found[wording.mention_id]) < SHOWN_MOST:
                found[wording.mention_id].append(wording)
    return dict(found)


def reposts_counts(network: str, uris: Collection[str]) -> dict[str, int]:
    """Return how often posts were passed on, those that were."""
    known = Repost.objects.filter(network=network, of_uri__in=uris)
    return dict(known.values_list("of_uri").annotate(Count("pk")).order_by())
