"""Cards: posts as columns show them, each within what somebody may see. Reads only.

Which posts a column shows is decided in `columns`; here they get what a card needs besides their words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from resonanz.case import State, Waiting
from resonanz.desk.access import channels_visible_to, visible_to
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Channel, Mention, Query, Role, Sighting, StreamKind, Tag
from resonanz.desk.reading_pictures import add_thumbs
from resonanz.desk.reading_posts import reposts_counts
from resonanz.post import Audience

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from resonanz.desk.models import Agent

CARDS_MOST = 100
OFFERED_QUERIES = 6
SHOWN = ("conversation", "author")


@dataclass(frozen=True, slots=True)
class Card:
    """A post in a column. `can_open` says that it may be made a conversation by who looks."""

    mention: Mention
    can_open: bool
    extras: dict[str, Any] = field(default_factory=dict)
    reposts: int = 0

    @property
    def place(self) -> int:
        """The post's order."""
        return self.mention.order

    @property
    def is_private(self) -> bool:
        """Whether it was said in private."""
        return self.mention.audience == Audience.DIRECT

    @property
    def standing(self) -> str:
        """How its conversation stands: waits, answered, resolved; "" where it has none."""
        talk = self.mention.conversation
        if talk is None:
            return ""
        if talk.state == State.RESOLVED:
            return "resolved"
        return "waits" if talk.waiting == Waiting.US else "answered"


def cards(agent: Agent, orders: Collection[int]) -> list[Card]:
    """Return some posts as cards, newest first: those that are still there and that an agent may see."""
    heard = Sighting.objects.filter(mention=OuterRef("pk"), channel__in=channels_visible_to(agent))
    talks = visible_to(agent).order_by().values("pk")
    seen = Q(conversation__in=talks) | Q(Exists(heard), conversation=None)
    shown = Mention.objects.filter(seen, pk__in=orders, deleted_at=None).select_related(*SHOWN)
    found = list(shown.order_by("-order"))
    opens = _openable(agent, [mention.pk for mention in found if mention.conversation_id is None])
    counts = reposts_counts(found)
    made = [
        Card(m, m.pk in opens, json.loads(m.extras) if m.extras else {}, counts.get(m.pk, 0)) for m in found
    ]
    add_thumbs(made)
    return made


def _openable(agent: Agent, orders: Iterable[int]) -> set[int]:
    """Return those of some posts that a channel has heard which can answer them."""
    if not agent.has_role(Role.AGENT):
        return set()
    speaking = [channel.pk for channel in channels_visible_to(agent) if limits_of(channel).length]
    heard = Sighting.objects.filter(mention__in=list(orders), mention__incoming=True, channel__in=speaking)
    return set(heard.values_list("mention", flat=True))


@dataclass(frozen=True, slots=True)
class Choices:
    """What the dialog for a new column offers to choose from."""

    queries: tuple[Query, ...]
    tags: tuple[Tag, ...]
    channels: tuple[Channel, ...]


def choices(agent: Agent) -> Choices:
    """Return it for somebody."""
    live = channels_visible_to(agent).exclude(network="archive").order_by("name", "handle")
    return Choices(tuple(Query.objects.order_by("name")), tuple(Tag.objects.order_by("name")), tuple(live))


def ready_made() -> list[tuple[StreamKind, Query | None]]:
    """Return the columns that somebody who has none yet may want."""
    queries = Query.objects.order_by("-changed_at")[:OFFERED_QUERIES]
    plain = (StreamKind.MENTIONS, StreamKind.INBOX, StreamKind.OUTBOX)
    return [*((kind, None) for kind in plain), *((StreamKind.QUERY, query) for query in queries)]
