"""What pages show: queues, counts, threads, people. Reads only; nothing here writes.

Every list passes `access.visible_to`. Each function makes a fixed number of queries, however many
rows it returns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import BigIntegerField, Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from resonanz.case import State, Waiting
from resonanz.compose import length
from resonanz.desk import wording
from resonanz.desk.access import Conversations, channels_visible_to, visible_to
from resonanz.desk.care import answerable
from resonanz.desk.limits import limits_of
from resonanz.desk.models import (
    Agent,
    Author,
    AuthorHandle,
    Channel,
    Conversation,
    Delivery,
    Mention,
    Note,
    Outcome,
    Picture,
    PictureState,
    Role,
    Sighting,
    Unsent,
)
from resonanz.desk.storage import from_ms, to_ms

if TYPE_CHECKING:
    from resonanz.desk.models.people import Contact

VIEWS = ("waiting", "mine", "unassigned", "customer", "resolved")
PAGE = 50
OTHERS_MOST = 20  # other people's posts shown around a conversation
TURNS_MOST = 300  # turns of one conversation on its page; the newest count
EARLIER_MOST = 8
THUMB = 320  # CSS pixels, each way
UNKNOWN_SIZE = (320, 180)
ON_ITS_WAY = Q(state=Outcome.ARMED) | Q(state=Outcome.PLANNED, error_code="")


# The queue ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the queue shows it."""

    conversation: Conversation
    says: Mention | None
    on_its_way: bool
    fails: bool

    @property
    def warning(self) -> str:
        """The content warning that stands in for the words, "" for most."""
        carried = json.loads(self.says.extras) if self.says is not None and self.says.extras else {}
        return str(carried.get("warning", ""))

    @property
    def reopened(self) -> bool:
        """Whether the customer came back about a settled matter."""
        return self.conversation.reopened_count > 0


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of a view, and the cursor of the next one ("" after the last)."""

    rows: tuple[Row, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, all and in each view; how many are overdue, and when the next one is due."""

    views: dict[str, int]
    late: int
    next_due: datetime | None

    @property
    def waiting(self) -> int:
        """How many wait for us."""
        return self.views["waiting"]


def live_conversations(agent: Agent) -> Conversations:
    """Return the visible conversations that are no archive, with `on_its_way` and `fails`."""
    of_it = Delivery.objects.filter(conversation=OuterRef("pk"))
    stuck = Q(state=Outcome.REFUSED) | Q(state=Outcome.UNKNOWN, due_at=None)
    shown: Conversations = (
        visible_to(agent)
        .filter(from_import=None)
        .exclude(channel__network="archive")
        .annotate(on_its_way=Exists(of_it.filter(ON_ITS_WAY)), fails=Exists(of_it.filter(stuck)))
    )
    return shown


def _in_view(view: str, agent: Agent) -> Q:
    for_us = Q(state=State.OPEN, waiting=Waiting.US, on_its_way=False)
    return {
        "waiting": for_us,
        "mine": Q(state=State.OPEN, assignee=agent, on_its_way=False)
        & Q(waiting__in=[Waiting.US, Waiting.DEPARTMENT]),
        "unassigned": for_us & Q(assignee=None),
        "customer": Q(state=State.OPEN) & ~Q(waiting=Waiting.US),
        "resolved": Q(state=State.RESOLVED),
    }[view]


def in_view(agent: Agent, view: str) -> Conversations:
    """Return a view's conversations: to be answered by earliest due, else the latest first.

    Equals come in the order of arrival; nothing else counts (the queue is blind to reach).
    """
    shown = live_conversations(agent).filter(_in_view(view, agent))
    if view in {"customer", "resolved"}:
        return shown.order_by("-last_order")
    return shown.annotate(place=Coalesce("awaits", "last_order", output_field=BigIntegerField())).order_by(
        F("due_at").asc(nulls_last=True), "place"
    )


def queue(agent: Agent, view: str, after: str = "") -> Queue:
    """Return one page of a view after a cursor; raises ValueError for a cursor that is none."""
    shown = in_view(agent, view)
    if after:
        shown = shown.filter(_behind(view, after))
    found = list(shown.select_related("customer", "channel", "assignee")[: PAGE + 1])
    rows = rows_of(found[:PAGE])
    return Queue(tuple(rows), _cursor(view, found[PAGE - 1]) if len(found) > PAGE else "")


def rows_of(found: Sequence[Conversation]) -> list[Row]:
    """Return conversations with the words that they show, in one query for all."""
    spoken = {c.awaits or c.last_order for c in found}
    says = Mention.objects.only("order", "text", "audience", "incoming", "deleted_at", "extras").in_bulk(
        spoken
    )
    return [
        Row(
            c,
            says.get(c.awaits or c.last_order),
            on_its_way=_marked(c, "on_its_way"),
            fails=_marked(c, "fails"),
        )
        for c in found
    ]


def _marked(conversation: Conversation, name: str) -> bool:
    return bool(getattr(conversation, name, False))


def _cursor(view: str, last: Conversation) -> str:
    if view in {"customer", "resolved"}:
        return str(last.last_order)
    due = "" if last.due_at is None else str(to_ms(last.due_at))
    return f"{due}.{last.awaits or last.last_order}"


def _behind(view: str, cursor: str) -> Q:
    if view in {"customer", "resolved"}:
        return Q(last_order__lt=int(cursor))
    due, _, place = cursor.partition(".")
    later = Q(place__gt=int(place))
    if not due:
        return Q(due_at=None) & later
    moment = from_ms(int(due))
    return Q(due_at__gt=moment) | Q(due_at=None) | (Q(due_at=moment) & later)


def counts(agent: Agent) -> Counts:
    """Return the numbers above the queue: one query that groups the open ones by whose turn it is."""
    now = timezone.now()
    shown: Any = live_conversations(agent).filter(state=State.OPEN)  # the type knows no annotations
    groups: list[dict[str, Any]] = list(
        shown.order_by()
        .values("waiting", "assignee", "on_its_way")
        .annotate(
            many=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=now)),
            next_due=Min("due_at", filter=Q(due_at__gte=now)),
        )
    )
    ours = [g for g in groups if g["waiting"] == Waiting.US and not g["on_its_way"]]
    dues = [g["next_due"] for g in ours if g["next_due"] is not None]
    views = {
        "waiting": sum(g["many"] for g in ours),
        "mine": sum(g["many"] for g in groups if _is_mine(g, agent)),
        "unassigned": sum(g["many"] for g in ours if g["assignee"] is None),
        "customer": sum(g["many"] for g in groups if g["waiting"] != Waiting.US),
    }
    return Counts(views, sum(g["late"] for g in ours), min(dues, default=None))


def _is_mine(group: dict[str, Any], agent: Agent) -> bool:
    waits = group["waiting"] in {Waiting.US, Waiting.DEPARTMENT}
    return waits and not group["on_its_way"] and group["assignee"] == agent.pk


def waiting_count(agent: Agent) -> int:
    """Return how many conversations wait for us, for the tab's title."""
    return live_conversations(agent).filter(_in_view("waiting", agent)).count()


def next_for(agent: Agent, besides: int | None = None) -> Conversation | None:
    """Return whom this agent answers next: earliest due, not with a colleague, not the one just done."""
    shown = in_view(agent, "waiting").filter(Q(assignee=None) | Q(assignee=agent))
    return (shown if besides is None else shown.exclude(pk=besides)).first()


def touched(agent: Agent, view: str, numbers: Iterable[int]) -> dict[int, Row]:
    """Return those of some conversations that stand in a view now."""
    shown = (
        in_view(agent, view).filter(pk__in=list(numbers)).select_related("customer", "channel", "assignee")
    )
    return {row.conversation.pk: row for row in rows_of(list(shown))}


# One conversation --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a conversation, in its place in time: a post, a note, or a reply on its way.

    `kind` is customer, ours, other (somebody else in the thread), note, or outgo.
    """

    kind: str
    at: datetime
    place: int
    mention: Mention | None = None
    note: Note | None = None
    delivery: Delivery | None = None
    outgo: wording.Outgo | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    asked: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether its post is no longer on the network."""
        return self.mention is not None and self.mention.deleted_at is not None


def conversation(agent: Agent, number: int) -> Conversation | None:
    """Return a conversation that an agent may see, with what its page needs."""
    known = visible_to(agent).select_related("customer", "channel", "assignee", "thread", "brand")
    return known.filter(pk=number).first()


def entries(talk: Conversation, asked: Mention | None) -> list[Entry]:
    """Return everything that stands in a conversation, oldest first."""
    deliveries = list(
        talk.deliveries.exclude(state=Outcome.CANCELLED).select_related("agent", "channel").order_by("pk")
    )
    sent = {d.mention_id: d for d in deliveries if d.state == Outcome.SENT}
    found = [_turn(m, talk, sent.get(m.pk), asked) for m in _mentions(talk)]
    _add_thumbs(found)
    found += [Entry("note", n.written_at, 0, note=n) for n in talk.notes.select_related("agent")]
    found += [_outgo(d) for d in deliveries if d.state != Outcome.SENT]
    return sorted(found, key=lambda entry: (entry.at, entry.place))


def _mentions(talk: Conversation) -> list[Mention]:
    own = talk.mentions.select_related("author").order_by("-order")[:TURNS_MOST]
    seen_here = Sighting.objects.filter(channel=talk.channel, mention=OuterRef("pk"))
    others = (
        Mention.objects.filter(
            Exists(seen_here), thread=talk.thread, deleted_at=None, order__lte=talk.last_order
        )
        .exclude(conversation=talk)
        .select_related("author")
        .order_by("-order")[:OTHERS_MOST]
    )
    return [*own, *others]


def _turn(mention: Mention, talk: Conversation, sent: Delivery | None, asked: Mention | None) -> Entry:
    kind = "ours" if not mention.incoming else "customer" if mention.conversation_id == talk.pk else "other"
    if kind == "ours" and mention.conversation_id != talk.pk:
        kind = "other"
    return Entry(
        kind,
        mention.posted_at,
        mention.order,
        mention=mention,
        delivery=sent,
        extras=json.loads(mention.extras) if mention.extras and mention.deleted_at is None else {},
        asked=asked is not None and asked.pk == mention.pk,
    )


@dataclass(frozen=True, slots=True)
class Thumb:
    """A medium's picture as a conversation shows it; its size in CSS pixels, known before it is here."""

    picture: Picture
    width: int
    height: int

    @property
    def why(self) -> str:
        """Why it is not shown, "" where it is or will be."""
        refused = self.picture.state == PictureState.REFUSED
        return wording.picture_refusal(self.picture.reason) if refused else ""


def _add_thumbs(found: Sequence[Entry]) -> None:
    """Put to each medium its picture, if it has one; asks only where there are media."""
    media = {entry.place: entry.extras["media"] for entry in found if entry.extras.get("media")}
    if not media:
        return
    for picture in Picture.objects.filter(mention__in=media):
        if picture.number < len(media[picture.mention_id]):
            medium = media[picture.mention_id][picture.number]
            size = (picture.width, picture.height)
            if picture.state != PictureState.KEPT:
                size = (medium.get("width") or 0, medium.get("height") or 0)
            medium["thumb"] = Thumb(picture, *_fitting(*size))


def _fitting(width: int, height: int) -> tuple[int, int]:
    """Return a size within THUMB each way, of the same shape; small pictures stay small."""
    if width < 1 or height < 1:
        return UNKNOWN_SIZE
    scale = min(1.0, THUMB / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def picture(agent: Agent, number: int) -> Picture | None:
    """Return a kept picture that an agent may see: as part of a conversation, or beside one."""
    known = Picture.objects.select_related("mention").filter(pk=number, state=PictureState.KEPT).first()
    if known is None or known.mention.deleted_at is not None:
        return None
    own = Q(pk=known.mention.conversation_id)
    beside = Q(thread=known.mention.thread_id, channel__sightings__mention=known.mention)
    return known if visible_to(agent).filter(own | beside).exists() else None


def _outgo(delivery: Delivery) -> Entry:
    facts: dict[str, int | str] = {}
    if delivery.error_code == "too_long":
        limits = limits_of(delivery.channel)
        facts = {"length": length(delivery.text, limits), "limit": limits.length}
    state = wording.outgo(delivery, facts=facts)
    return Entry("outgo", delivery.planned_at, 1, delivery=delivery, outgo=state)


@dataclass(frozen=True, slots=True)
class Box:
    """What the reply box needs. `refusal` says why nobody can write here, "" where one can."""

    asked: Mention | None
    readers: wording.Readers | None
    text: str
    refusal: str
    once: UUID = field(default_factory=uuid4)  # the form's own key: sent twice, it is one answer


def box(talk: Conversation, agent: Agent) -> Box:
    """Return what the reply box shows to this agent."""
    asked = None if talk.channel.is_archive else answerable(talk)
    unsent = Unsent.objects.filter(conversation=talk, agent=agent).values_list("text", flat=True).first()
    text = (unsent or "").removesuffix(f" ^{agent.initials}")  # what was withdrawn comes back signed
    readers = asked and wording.readers(asked.audience, talk.customer.shown_name, talk.channel.network)
    return Box(asked, readers or None, text, _refusal(talk, asked))


def _refusal(talk: Conversation, asked: Mention | None) -> str:
    if talk.channel.is_archive:
        return "archive"
    if asked is None:
        return "nothing_to_answer"
    return "channel_login" if talk.channel.state == "login" else ""


def colleagues(talk: Conversation) -> list[Agent]:
    """Return who can take a conversation over: active agents whose teams care for its channel, and leads."""
    known = Agent.objects.filter(is_active=True).exclude(role=Role.TRAINEE)
    near = Q(teams__channels=talk.channel) | Q(role__in=[Role.LEAD, Role.COMMUNICATOR, Role.OPERATOR])
    return list(known.filter(near).distinct().order_by("first_name", "username"))


# The person --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the panel shows them."""

    author: Author
    handles: tuple[AuthorHandle, ...]
    earlier: tuple[Row, ...]


def person(talk: Conversation, agent: Agent) -> Person:
    """Return what we know of a conversation's customer: names, and earlier matters that one may see."""
    author = talk.customer
    same = Q(customer=author)
    contact: Contact | None = author.contact if author.contact_id else None
    if contact is not None:
        same |= Q(customer__contact=contact)
    earlier = (
        visible_to(agent).filter(same).exclude(pk=talk.pk).select_related("channel", "customer", "assignee")
    )
    rows = rows_of(list(earlier.order_by("-last_order")[:EARLIER_MOST]))
    handles = tuple(author.earlier_handles.order_by("-until")[:EARLIER_MOST])
    return Person(author, handles, tuple(rows))


# Channels ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channels:
    """How the channels of an agent are, as far as the inbox tells."""

    any: bool
    last_heard: datetime | None
    troubles: tuple[str, ...]


def channels(agent: Agent) -> Channels:
    """Return whether there are channels, when the last post came, and what is wrong with which."""
    known: list[Channel] = list(channels_visible_to(agent).exclude(network="archive"))
    heard = [channel.heard_at for channel in known if channel.heard_at is not None]
    can_mend = agent.has_role(Role.LEAD)
    failing = [channel for channel in known if channel.error_code or can_mend]
    troubles = tuple(words for channel in failing if (words := wording.channel_trouble(channel)))
    return Channels(bool(known), max(heard, default=None), troubles)
