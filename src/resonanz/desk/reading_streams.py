"""Cards: posts as columns show them, each within what somebody may see. Reads only.

Which posts a column shows is decided in `columns`; here they get what a card needs besides their words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from resonanz.case import State, Urgency, Waiting
from resonanz.desk import searching
from resonanz.desk.access import channels_visible_to, scope_of, visible_to
from resonanz.desk.models import Author, Channel, Mention, Query, Sighting, StreamKind, Tag
from resonanz.desk.reading_notes import add_brief
from resonanz.desk.reading_pictures import add_thumbs
from resonanz.desk.reading_posts import add_quoted, answerable, reposts_counts
from resonanz.post import Audience

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from resonanz.desk.models import Agent

CARDS_MOST = 100
OFFERED_QUERIES = 6
NAME_LEAST = 2  # letters before anybody is looked for
PEOPLE_MOST = 6
FIRST_COLUMNS = 4
FIRST_QUERIES = 2  # of them
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
    def is_danger(self) -> bool:
        """Whether whoever said it may be in danger, as the inbox shows it: until the matter is resolved."""
        talk = self.mention.conversation
        if talk is None or not self.mention.incoming or talk.state != State.OPEN:
            return False
        return talk.urgency == Urgency.SAFETY

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
    shown = _posts_visible_to(agent).filter(pk__in=orders).select_related(*SHOWN)
    found = list(shown.order_by("-order"))
    opens = answerable(agent, [mention.pk for mention in found if mention.conversation_id is None])
    counts = reposts_counts(found)
    made = [
        Card(m, m.pk in opens, json.loads(m.extras) if m.extras else {}, counts.get(m.pk, 0)) for m in found
    ]
    add_thumbs(made)
    add_brief(made)
    add_quoted(made, channels_visible_to(agent))
    return made


def _posts_visible_to(agent: Agent) -> QuerySet[Mention]:
    """Return posts that an agent may see. What a file told of no channel heard, so it is everybody's."""
    heard = Sighting.objects.filter(mention=OuterRef("pk"), channel__in=channels_visible_to(agent))
    talks = visible_to(agent).order_by().values("pk")
    filed = Q(from_import__isnull=False) & ~Q(from_import__in=scope_of(agent).unfinished)
    seen = Q(conversation__in=talks) | (Q(Exists(heard) | filed) & Q(conversation=None))
    return Mention.objects.filter(seen, deleted_at=None)


def people_called(agent: Agent, name: str) -> list[Author]:
    """Return people of this name or handle of whom somebody may see a post, who was heard last first."""
    if len(name.strip().removeprefix("@")) < NAME_LEAST:
        return []
    called = Author.objects.filter(pk__in=searching.people_called(name))
    spoke = _posts_visible_to(agent).filter(author=OuterRef("pk"), incoming=True)
    return list(called.filter(Exists(spoke)).order_by("-heard_at", "-pk")[:PEOPLE_MOST])


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


def first_choice() -> list[tuple[StreamKind, Query | None]]:
    """Return the four of `ready_made` that most people need: who speaks to us, then what we look for."""
    mentions, inbox, outbox, *queries = ready_made()
    return [mentions, *queries[:FIRST_QUERIES], inbox, outbox][:FIRST_COLUMNS]


def ready_made() -> list[tuple[StreamKind, Query | None]]:
    """Return the columns that somebody who has none yet may want."""
    queries = Query.objects.order_by("-changed_at")[:OFFERED_QUERIES]
    plain = (StreamKind.MENTIONS, StreamKind.INBOX, StreamKind.OUTBOX)
    return [*((kind, None) for kind in plain), *((StreamKind.QUERY, query) for query in queries)]
