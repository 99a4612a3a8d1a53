"""What pages show: queues, counts, threads, people. Reads only; nothing here writes.

Every list passes `access.visible_to`. Each function makes a fixed number of queries, however many
rows it returns.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet

from resonanz.case import State
from resonanz.compose import length
from resonanz.desk import (
    reading_enquiries,
    reading_history,
    reading_notes,
    reading_posts,
    reading_team,
    wording,
)
from resonanz.desk.access import channels_visible_to, scope_of, visible_in
from resonanz.desk.care import answerable
from resonanz.desk.care.answers import audience_for
from resonanz.desk.care.deleting import DELETE, UNDER_WAY, deletable
from resonanz.desk.care.reactions import REACTIONS, offered, standing
from resonanz.desk.contents import may_have
from resonanz.desk.limits import limits_of
from resonanz.desk.models import (
    Agent,
    Attachment,
    Author,
    AuthorHandle,
    Channel,
    Conversation,
    Delivery,
    Mention,
    Note,
    Outcome,
    Role,
    Sighting,
    Tag,
    Team,
    Unsent,
)
from resonanz.desk.models.people import name_of_agent
from resonanz.desk.prepared import each, prepared, within
from resonanz.desk.queue import VIEWS, behind, cursor, first_of, in_view
from resonanz.desk.queue import numbers as queue_numbers
from resonanz.desk.reading_gates import address_of
from resonanz.desk.reading_pictures import add_thumbs

if TYPE_CHECKING:
    from resonanz.desk.access import Scope

PAGE = 25
OTHERS_MOST = 20  # other people's posts shown around a conversation
TURNS_MOST = 300  # turns of one conversation on its page; the newest count
EARLIER_MOST = 8
IN_A_LINE = ("awaits", "last_order", "opened_at", "state")  # of an earlier matter
LINES_MOST = 2  # quiet lines in a row that are all shown


# The queue ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the queue shows it."""

    conversation: Conversation
    says: Mention | None
    on_its_way: bool
    fails: bool
    held: bool = False  # a trainee's reply waits for release
    tags: tuple[Tag, ...] = ()
    again: bool = False  # it came to its owner by itself, as they know the customer
    account: str = ""  # our account that was spoken to, where there are several
    departments: tuple[tuple[str, datetime], ...] = ()  # asked, when, and still to answer

    @property
    def is_promised(self) -> bool:
        """Whether what is due next is a promise."""
        talk = self.conversation
        return talk.promised_at is not None and talk.promised_at == talk.due_at

    @property
    def warning(self) -> str:
        """The content warning that stands in for the words, "" for most."""
        return "" if self.says is None else _warning(self.says)

    @property
    def reopened(self) -> bool:
        """Whether the customer came back about a settled matter."""
        return self.conversation.reopened_count > 0


def _warning(says: Mention) -> str:
    return str(json.loads(says.extras).get("warning", "")) if says.extras else ""


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
    safety: int = 0

    @property
    def waiting(self) -> int:
        """How many wait for us."""
        return self.views["waiting"]


def queue(agent: Agent, view: str, after: str = "", *, only: Q | None = None) -> Queue:
    """Return one page of a view after a cursor; raises ValueError for a cursor that is none.

    `only` narrows it down, to a tag or a team.
    """
    if only is None and not after:
        found = first_of(agent, view, PAGE + 1)
    else:
        shown = in_view(agent, view).filter(only or Q())
        if after:
            shown = shown.filter(behind(view, after))
        found = list(shown.select_related("customer")[: PAGE + 1])
    rows = rows_of(found[:PAGE])
    return Queue(tuple(rows), cursor(view, found[PAGE - 1]) if len(found) > PAGE else "")


def rows_of(found: Sequence[Conversation]) -> list[Row]:
    """Return conversations with the words that they show, in one query for all."""
    if not found:
        return []
    _fill_in(found)
    spoken = tuple(c.awaits or c.last_order for c in found)
    says = {mention.pk: mention for mention in _says(spoken)}
    several = len(_live_channels()) > 1
    departments = reading_enquiries.waits_for(found)
    tags, again = reading_team.tags_of(c.pk for c in found), reading_team.come_again(found)
    return [
        Row(
            c,
            says.get(c.awaits or c.last_order),
            on_its_way=_marked(c, "on_its_way"),
            fails=_marked(c, "fails"),
            held=_marked(c, "held"),
            account=c.channel.handle.partition("@")[0] if several else "",
            departments=departments.get(c.pk, ()),
            tags=tags.get(c.pk, ()),
            again=c.pk in again,
        )
        for c in found
    ]


@prepared
def _says(orders: tuple[int, ...]) -> QuerySet[Mention]:
    shown = Mention.objects.only("order", "text", "audience", "incoming", "deleted_at", "extras")
    return shown.filter(pk__in=each(orders))


@prepared
def _live_channels() -> QuerySet[Channel, int]:
    return Channel.objects.exclude(network="archive").values_list("pk", flat=True)


def _fill_in(found: Sequence[Conversation]) -> None:
    """Give conversations their channel, owner and team: many rows share a few, so each is read once."""
    channels = {one.pk: one for one in _channels(_set(talk.channel_id for talk in found))}
    agents = {one.pk: one for one in _agents(_set(talk.assignee_id for talk in found))}
    given = _set(talk.team_id for talk in found)
    teams = {one.pk: one for one in _teams(given)} if given else {}
    for talk in found:
        talk.channel = channels[talk.channel_id]
        talk.assignee = agents[talk.assignee_id] if talk.assignee_id is not None else None
        talk.team = teams[talk.team_id] if talk.team_id is not None else None


def _set(numbers: Iterable[int | None]) -> tuple[int, ...]:
    return tuple({number for number in numbers if number is not None})


@prepared
def _channels(numbers: tuple[int, ...]) -> QuerySet[Channel]:
    return Channel.objects.defer("secret").filter(pk__in=each(numbers))


@prepared
def _agents(numbers: tuple[int, ...]) -> QuerySet[Agent]:
    return Agent.objects.filter(pk__in=each(numbers))


@prepared
def _teams(numbers: tuple[int, ...]) -> QuerySet[Team]:
    return Team.objects.filter(pk__in=each(numbers))


def _marked(conversation: Conversation, name: str) -> bool:
    return bool(getattr(conversation, name, False))


def counts(agent: Agent) -> Counts:
    """Return the numbers above the queue: one query that counts the open ones for every view."""
    found = queue_numbers(agent)
    views = {view: found.get(view, 0) for view in VIEWS if view != "resolved"}
    return Counts(views, found.get("late", 0), found.get("next_due"), found.get("safety", 0))


def waiting_count(agent: Agent) -> int:
    """Return how many conversations wait for us, for the tab's title."""
    return int(queue_numbers(agent, ("waiting",)).get("waiting", 0))


def touched(agent: Agent, view: str, numbers: Iterable[int], *, only: Q | None = None) -> dict[int, Row]:
    """Return those of some conversations that stand in a view now."""
    shown = in_view(agent, view).filter(pk__in=list(numbers)).filter(only or Q()).select_related("customer")
    return {row.conversation.pk: row for row in rows_of(list(shown))}


# One conversation --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a conversation, in its place in time: a post, a note, or a reply on its way.

    `kind` is customer, ours, other (somebody else in the thread), note, line (what was done), enquiry,
    informed (a department's answer), or outgo.
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
    reactions: dict[str, Delivery] = field(default_factory=dict)  # ours that stand, by name
    offers: tuple[str, ...] = ()  # reactions that could be added
    deletable: bool = False  # ours, and can be taken off the network
    deleting: Delivery | None = None  # on its way there
    files: tuple[Attachment, ...] = ()  # that go out with it

    @property
    def is_gone(self) -> bool:
        """Whether its post is no longer on the network."""
        return self.mention is not None and self.mention.deleted_at is not None


def conversation(agent: Agent, number: int) -> Conversation | None:
    """Return a conversation that an agent may see, with what its page needs."""
    found = _conversation(number, scope=scope_of(agent))
    return found[0] if found else None


@prepared
def _conversation(number: int, *, scope: Scope) -> QuerySet[Conversation]:
    known = visible_in(scope).select_related("customer", "channel", "assignee", "thread", "brand")
    return known.filter(pk=number)


def entries(talk: Conversation, asked: Mention | None) -> list[Entry]:
    """Return everything that stands in a conversation, oldest first."""
    deliveries = within(_deliveries(talk.pk), conversation=talk) if may_have(talk, "deliveries") else []
    sent = {d.mention_id: d for d in deliveries if d.state == Outcome.SENT}
    reacted = [d for d in deliveries if d.reaction]
    found = [_turn(m, talk, sent.get(m.pk), asked, reacted) for m in _mentions(talk)]
    add_thumbs(found)
    reading_notes.add_notes(found)
    reading_posts.add_quoted(found, [talk.channel])
    _add_beside(found)
    notes = within(_notes(talk.pk), conversation=talk) if may_have(talk, "notes") else []
    found += [Entry("note", note.written_at, 0, note=note) for note in notes]
    for enquiry in reading_enquiries.asked(talk):
        found += [Entry(kind, at, 1, extras={"enquiry": enquiry}) for kind, at in enquiry.moments]
    done = reading_history.lines(talk)
    found += [Entry("line", line.at, 2, extras={"line": line}) for line in done]
    files = _files(talk.pk) if deliveries and may_have(talk, "files") else []
    found += [_outgo(d, files) for d in deliveries if d.state != Outcome.SENT and not _is_quiet(d)]
    return _folded(sorted(found, key=lambda entry: (entry.at, entry.place)))


def _add_beside(found: Sequence[Entry]) -> None:
    """Add what posts said before they were edited, and how often they were passed on."""
    mentions = {entry.mention.pk: entry.mention for entry in found if entry.mention is not None}
    earlier = reading_posts.earlier_words(mentions.values())
    reposts = reading_posts.reposts_counts(mentions.values())
    for entry in found:
        if entry.mention is not None:
            entry.extras["earlier"] = earlier.get(entry.mention.pk, [])
            entry.extras["reposts"] = reposts.get(entry.mention.pk, 0)


@prepared
def _deliveries(talk: int) -> QuerySet[Delivery]:
    kept = Delivery.objects.filter(conversation=talk).exclude(state=Outcome.CANCELLED)
    return kept.select_related("agent", "channel", "incident").order_by("pk")


@prepared
def _notes(talk: int) -> QuerySet[Note]:
    return Note.objects.filter(conversation=talk).select_related("agent")


@prepared
def _files(talk: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(conversation=talk, delivery__isnull=False).order_by("number", "pk")


def _folded(found: Sequence[Entry]) -> list[Entry]:
    """Return entries with quiet lines in a row folded into one; the last one and handovers stay in sight."""
    kept: list[Entry] = []
    for quiet, run in groupby(found, key=lambda e: e.kind == "line" and not e.extras["line"].stays):
        entries = list(run)
        if quiet and len(entries) > LINES_MOST:
            kept.append(Entry("lines", entries[0].at, 2, extras={"folded": entries[:-1]}))
            entries = entries[-1:]
        kept += entries
    return kept


def _mentions(talk: Conversation) -> list[Mention]:
    return [
        *within(_own(talk.pk), conversation=talk),
        *_others(talk.pk, talk.channel_id, talk.thread_id, talk.last_order),
    ]


@prepared
def _own(talk: int) -> QuerySet[Mention]:
    return Mention.objects.filter(conversation=talk).select_related("author").order_by("-order")[:TURNS_MOST]


@prepared
def _others(talk: int, channel: int, thread: int, last: int) -> QuerySet[Mention]:
    seen_here = Sighting.objects.filter(channel=channel, mention=OuterRef("pk"))
    beside = Mention.objects.filter(Exists(seen_here), thread=thread, deleted_at=None, order__lte=last)
    return beside.exclude(conversation=talk).select_related("author").order_by("-order")[:OTHERS_MOST]


def _is_quiet(delivery: Delivery) -> bool:
    """A reaction stands under its post; only one that failed is told of."""
    return bool(delivery.reaction) and delivery.state != Outcome.REFUSED


def _deletes(delivery: Delivery) -> bool:
    return delivery.reaction == DELETE and delivery.state in UNDER_WAY


def _turn(
    mention: Mention,
    talk: Conversation,
    sent: Delivery | None,
    asked: Mention | None,
    reacted: Sequence[Delivery],
) -> Entry:
    kind = "ours" if not mention.incoming else "customer" if mention.conversation_id == talk.pk else "other"
    if kind == "ours" and mention.conversation_id != talk.pk:
        kind = "other"
    reactions = standing(d for d in reacted if d.answers_id == mention.pk)
    deleting = next((d for d in reacted if d.answers_id == mention.pk and _deletes(d)), None)
    mine = kind == "customer" and mention.deleted_at is None and not talk.channel.is_archive
    return Entry(
        kind,
        mention.posted_at,
        mention.order,
        reactions=reactions,
        deletable=kind == "ours" and deleting is None and not talk.channel.is_archive and deletable(mention),
        deleting=deleting,
        offers=tuple(r for r in REACTIONS if mine and r not in reactions and offered(talk, mention, r)),
        mention=mention,
        delivery=sent,
        extras=json.loads(mention.extras) if mention.extras and mention.deleted_at is None else {},
        asked=asked is not None and asked.pk == mention.pk,
    )


def _outgo(delivery: Delivery, files: Iterable[Attachment]) -> Entry:
    facts: dict[str, int | str] = {}
    if delivery.error_code == "too_long":
        limits = limits_of(delivery.channel)
        facts = {"length": length(delivery.text, limits), "limit": limits.length}
    state = wording.outgo(delivery, facts=facts)
    mine = tuple(file for file in files if file.delivery_id == delivery.pk)
    there = {"there": address_of(delivery)} if delivery.state == Outcome.REFUSED else {}
    return Entry("outgo", delivery.planned_at, 1, delivery=delivery, outgo=state, files=mine, extras=there)


@dataclass(frozen=True, slots=True)
class Box:
    """What the reply box needs. `refusal` says why nobody can write here, "" where one can."""

    asked: Mention | None
    readers: wording.Readers | None
    text: str
    refusal: str
    once: UUID = field(default_factory=uuid4)  # the form's own key: sent twice, it is one answer
    unsent: Unsent | None = None


def box(talk: Conversation, agent: Agent, chosen: int | None = None) -> Box:
    """Return what the reply box shows to this agent; `chosen` is the order of a post to be answered."""
    asked = None if talk.channel.is_archive else _chosen(talk, chosen) or answerable(talk)
    kept = next(iter(_unsent(talk.pk, agent.pk)), None) if may_have(talk, "unsent") else None
    text = ("" if kept is None else kept.text).removesuffix(
        f" ^{agent.initials}"
    )  # what was withdrawn comes back signed
    audience = asked and audience_for(talk, asked)
    readers = asked and wording.readers(audience or 0, talk.customer.shown_name, talk.channel.network)
    return Box(asked, readers or None, text, _refusal(talk, asked), unsent=kept)


def _chosen(talk: Conversation, order: int | None) -> Mention | None:
    if order is None:
        return None
    said = talk.mentions.filter(incoming=True, deleted_at=None, order=order)
    return said.select_related("author").first()


@prepared
def _unsent(talk: int, agent: int) -> QuerySet[Unsent]:
    return Unsent.objects.filter(conversation=talk, agent=agent).select_related("saved_reply")


def _refusal(talk: Conversation, asked: Mention | None) -> str:
    if talk.channel.is_archive:
        return "archive"
    if asked is None:
        return "nothing_to_answer"
    if talk.channel.is_by_hand:
        return "by_hand"
    return "channel_login" if talk.channel.state == "login" else ""


def colleagues(talk: Conversation) -> list[Agent]:
    """Return who can take a conversation over: active agents whose teams care for its channel, and leads."""
    return list(_able(talk.channel_id))


def colleagues_named(talk: Conversation, *, besides: Collection[int | None]) -> list[tuple[str, str, bool]]:
    """Return number, name and whether they are here of who can take a conversation over, for a menu."""
    return [
        (str(pk), name_of_agent(first, last, username), since is not None)
        for pk, first, last, username, since in _named(talk.channel_id)
        if pk not in besides
    ]


def _able(channel: int) -> QuerySet[Agent]:
    known = Agent.objects.filter(is_active=True).exclude(role=Role.TRAINEE)
    near = Q(teams__channels=channel) | Q(role__in=[Role.LEAD, Role.COMMUNICATOR, Role.OPERATOR])
    return known.filter(near).distinct().order_by("first_name", "username")


@prepared
def _named(channel: int) -> QuerySet[Agent, tuple[int, str, str, str, datetime | None]]:
    return _able(channel).values_list("pk", "first_name", "last_name", "username", "on_shift_at")


# The person --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier matter of a customer, in a line."""

    number: int
    words: str
    opened_at: datetime
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the panel shows them."""

    author: Author
    handles: tuple[AuthorHandle, ...]
    earlier: tuple[Earlier, ...]


def person(talk: Conversation, agent: Agent) -> Person:
    """Return what we know of a conversation's customer: names, and earlier matters that one may see."""
    author = talk.customer
    scope = scope_of(agent)
    if author.contact_id is None:
        earlier = _earlier(talk.pk, author.pk, scope=scope)
    else:
        earlier = _earlier_of_one(talk.pk, author.pk, author.contact_id, scope=scope)
    says = {
        mention.pk: mention for mention in _says(tuple(talk.awaits or talk.last_order for talk in earlier))
    }
    matters = [
        Earlier(
            talk.pk,
            _in_a_line(says.get(talk.awaits or talk.last_order)),
            talk.opened_at,
            talk.state == State.RESOLVED,
        )
        for talk in earlier
    ]
    handles = _handles(author.pk) if may_have(talk, "handles") else []
    return Person(author, tuple(handles), tuple(matters))


def _in_a_line(says: Mention | None) -> str:
    """Return a post's words, or the content warning that stands in for them."""
    return "" if says is None else _warning(says) or says.text


@prepared
def _earlier(besides: int, customer: int, *, scope: Scope) -> QuerySet[Conversation]:
    shown = visible_in(scope).filter(customer=customer).exclude(pk=besides)
    return shown.only(*IN_A_LINE).order_by("-last_order")[:EARLIER_MOST]


@prepared
def _earlier_of_one(besides: int, customer: int, contact: int, *, scope: Scope) -> QuerySet[Conversation]:
    shown = visible_in(scope).filter(Q(customer=customer) | Q(customer__contact=contact)).exclude(pk=besides)
    return shown.only(*IN_A_LINE).order_by("-last_order")[:EARLIER_MOST]


@prepared
def _handles(author: int) -> QuerySet[AuthorHandle]:
    return AuthorHandle.objects.filter(author=author).order_by("-until")[:EARLIER_MOST]


# Channels ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channels:
    """How the channels of an agent are, as far as the inbox tells."""

    any: bool
    last_heard: datetime | None
    troubles: tuple[str, ...]


def channels(agent: Agent) -> Channels:
    """Return whether there are channels, when the last post came, and what is wrong with which."""
    known = _seen_by(agent.pk) if not agent.has_role(Role.LEAD) else _seen_by_leads()
    heard = [channel.heard_at for channel in known if channel.heard_at is not None]
    can_mend = agent.has_role(Role.LEAD)
    failing = [channel for channel in known if channel.error_code or can_mend]
    troubles = tuple(words for channel in failing if (words := wording.channel_trouble(channel)))
    return Channels(bool(known), max(heard, default=None), troubles)


@prepared
def _seen_by(agent: int) -> QuerySet[Channel]:
    return channels_visible_to(Agent(pk=agent)).exclude(network="archive").defer("secret")


@prepared
def _seen_by_leads() -> QuerySet[Channel]:
    return Channel.objects.exclude(network="archive").defer("secret")
