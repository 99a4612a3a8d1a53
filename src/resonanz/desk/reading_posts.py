"""What posts said before they were edited, how often they were passed on, who may answer. Reads only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Count, Exists, OuterRef

from resonanz.desk.access import channels_visible_to
from resonanz.desk.finding import moment_of
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Mention, Repost, Role, Sighting, Wording
from resonanz.desk.reading_notes import brief_of
from resonanz.post import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from resonanz.desk.finding import Post
    from resonanz.desk.models import Agent, Channel

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


class WithQuote(Protocol):
    """What may quote another post: an entry of a conversation, a card in a column."""

    @property
    def mention(self) -> Mention | None:
        """Its post."""

    @property
    def extras(self) -> dict[str, Any]:
        """What its post carries besides its words."""


def add_quoted(found: Iterable[WithQuote], channels: Iterable[Channel] | QuerySet[Channel]) -> None:
    """Put to each post the one that it quotes, where one of some channels has heard that.

    Only what everybody may read is shown so; asks only where there are quotes.
    """
    quoting = [(one.mention, one.extras) for one in found if one.mention and one.extras.get("quoted")]
    if not quoting:
        return
    heard = Sighting.objects.filter(mention=OuterRef("pk"), channel__in=channels)
    known = Mention.objects.filter(
        Exists(heard),
        network__in={mention.network for mention, _ in quoting},
        uri__in=[extras["quoted"] for _, extras in quoting],
        audience__gte=Audience.UNLISTED,
        deleted_at=None,
    )
    quoted = {(one.network, one.uri): one for one in known.select_related("author")}
    for mention, extras in quoting:
        if (post := quoted.get((mention.network, extras["quoted"]))) is not None:
            extras["quoted_post"] = post


def reposts_counts(posts: Iterable[Known]) -> dict[int, int]:
    """Return how often posts were passed on, by their order: those that were."""
    orders = {(post.network, post.uri): post.order for post in posts}
    networks, uris = {network for network, _uri in orders}, [uri for _network, uri in orders]
    known = Repost.objects.filter(network__in=networks, of_uri__in=uris).values_list("network", "of_uri")
    counted = known.annotate(Count("pk")).order_by() if orders else ()
    return {orders[row[:2]]: row[2] for row in counted if row[:2] in orders}


def answerable(agent: Agent, orders: Iterable[int]) -> set[int]:
    """Return those of some posts that a channel has heard which can answer them."""
    if not agent.has_role(Role.AGENT):
        return set()
    speaking = [channel.pk for channel in channels_visible_to(agent) if limits_of(channel).length]
    heard = Sighting.objects.filter(mention__in=list(orders), mention__incoming=True, channel__in=speaking)
    return set(heard.values_list("mention", flat=True))


def shown(posts: Sequence[Post], agent: Agent | None = None) -> list[dict[str, object]]:
    """Return what a list of finds shows of posts; to an agent also which can be answered and are not yet."""
    counts, notes = reposts_counts(posts), brief_of(post.order for post in posts)
    alone = [post.order for post in posts if post.conversation is None]
    opens = answerable(agent, alone) if agent is not None and alone else set()
    return [
        post._asdict()
        | {
            "at": moment_of(post),
            "reposts": counts.get(post.order, 0),
            "can_open": post.order in opens,
            "brief": notes.get(post.order, ()),
        }
        for post in posts
    ]
