"""What posts said before they were edited, and how often they were passed on. Reads only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from django.db.models import Count

from resonanz.desk.finding import moment_of
from resonanz.desk.models import Repost, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resonanz.desk.finding import Post
    from resonanz.desk.models import Mention

SHOWN_MOST = 20  # earlier words of one post


class Known(Protocol):
    """A post as it is known: a mention, a find, or one that has just come in."""

    @property
    def order(self) -> int:
        """Its order."""

    @property
    def network(self) -> str:
        """The network that it was said on."""

    @property
    def uri(self) -> str:
        """Its name there."""


def earlier_words(mentions: Iterable[Mention]) -> dict[int, list[Wording]]:
    """Return what edited posts said before, the newest first, by their order."""
    edited = [mention.pk for mention in mentions if mention.edited_at is not None and not mention.deleted_at]
    found: dict[int, list[Wording]] = defaultdict(list)
    if edited:
        for wording in Wording.objects.filter(mention__in=edited).order_by("-until", "-pk"):
            if len(found[wording.mention_id]) < SHOWN_MOST:
                found[wording.mention_id].append(wording)
    return dict(found)


def reposts_counts(posts: Iterable[Known]) -> dict[int, int]:
    """Return how often posts were passed on, by their order: those that were."""
    orders = {(post.network, post.uri): post.order for post in posts}
    networks, uris = {network for network, _uri in orders}, [uri for _network, uri in orders]
    known = Repost.objects.filter(network__in=networks, of_uri__in=uris).values_list("network", "of_uri")
    counted = known.annotate(Count("pk")).order_by() if orders else ()
    return {orders[row[:2]]: row[2] for row in counted if row[:2] in orders}


def shown(posts: Sequence[Post]) -> list[dict[str, object]]:
    """Return what a list of finds shows of posts."""
    counts = reposts_counts(posts)
    return [post._asdict() | {"at": moment_of(post), "reposts": counts.get(post.order, 0)} for post in posts]
