"""The queue: which conversations stand in which view, and who comes first. Reads only.

Order: the small safety lane, then earliest due first, equals in the order of arrival. Nothing else counts;
the queue is blind to reach (`sla.queue_key`, DESIGN.md promise 5).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import BigIntegerField, Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from resonanz.case import State, Urgency, Waiting
from resonanz.desk.access import Conversations, visible_to
from resonanz.desk.models import Agent, Conversation, Delivery, Outcome
from resonanz.desk.storage import from_ms, to_ms

VIEWS = (
    "waiting",
    "mine",
    "unassigned",
    "follow_up",
    "again",
    "department",
    "release",
    "customer",
    "resolved",
)
LATEST_FIRST = {"customer", "resolved"}
ON_ITS_WAY = Q(state=Outcome.ARMED) | Q(state=Outcome.PLANNED, error_code="", needs_release=False)


def live_conversations(agent: Agent) -> Conversations:
    """Return the visible conversations that are no archive, with `on_its_way`, `fails` and `held`."""
    of_it = Delivery.objects.filter(conversation=OuterRef("pk"))
    stuck = Q(state=Outcome.REFUSED) | Q(state=Outcome.UNKNOWN, due_at=None)
    held = Q(state=Outcome.PLANNED, needs_release=True)
    shown: Conversations = (
        visible_to(agent)
        .filter(from_import=None, merged_into=None)
        .exclude(channel__network="archive")
        .annotate(
            on_its_way=Exists(of_it.filter(ON_ITS_WAY)),
            fails=Exists(of_it.filter(stuck)),
            held=Exists(of_it.filter(held)),
        )
    )
    return shown


def for_us(now: datetime) -> Q:
    """What asks for one of us: somebody waits for an answer or a promise, or a follow-up has come."""
    return Q(state=State.OPEN, on_its_way=False) & (Q(waiting=Waiting.US) | Q(follow_up_at__lte=now))


def _end_of_day(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999_000)


def queue_view(view: str, agent: Agent) -> Q:
    """Return which open conversations stand in a view; needs the marks of `live_conversations`."""
    now = timezone.now()
    ours = for_us(now)
    is_open = Q(state=State.OPEN)
    return {
        "waiting": ours,
        "mine": is_open
        & Q(assignee=agent, on_its_way=False)
        & (Q(waiting__in=[Waiting.US, Waiting.DEPARTMENT]) | Q(follow_up_at__lte=now)),
        "unassigned": ours & Q(assignee=None),
        "follow_up": is_open & (Q(follow_up_at__lte=_end_of_day(now)) | Q(promised_at__lte=_end_of_day(now))),
        "again": is_open & Q(reopened_count__gt=0) & ~Q(waiting=Waiting.CUSTOMER),
        "department": is_open & Q(enquiries_count__gt=0) | is_open & Q(waiting=Waiting.DEPARTMENT),
        "release": is_open & Q(held=True),
        "customer": is_open & Q(waiting__in=[Waiting.CUSTOMER, Waiting.NOBODY]),
        "resolved": Q(state=State.RESOLVED),
    }[view]


def in_view(agent: Agent, view: str) -> Conversations:
    """Return a view's conversations: to be answered in the queue's order, else the latest first.

    On one's own list, what a department has answered comes before everything but danger.
    """
    shown = live_conversations(agent).filter(queue_view(view, agent))
    if view in LATEST_FIRST:
        return shown.order_by("-last_order")
    lanes = [When(urgency=Urgency.SAFETY, then=Value(0))]
    if view == "mine":
        lanes.append(When(lifted_at__isnull=False, then=Value(1)))
    return shown.annotate(
        lane=Case(*lanes, default=Value(2), output_field=IntegerField()),
        place=Coalesce("awaits", "last_order", output_field=BigIntegerField()),
    ).order_by("lane", F("due_at").asc(nulls_last=True), "place")


def cursor(view: str, last: Conversation) -> str:
    """Return the cursor behind a row of a view."""
    if view in LATEST_FIRST:
        return str(last.last_order)
    due = "" if last.due_at is None else str(to_ms(last.due_at))
    lane = getattr(last, "lane", 2)
    return f"{lane}.{due}.{last.awaits or last.last_order}"


def behind(view: str, cursor: str) -> Q:
    """Return what comes behind a cursor; raises ValueError for a cursor that is none."""
    if view in LATEST_FIRST:
        return Q(last_order__lt=int(cursor))
    lane, due, place = cursor.split(".")
    later = Q(place__gt=int(place))
    if due:
        moment = from_ms(int(due))
        later = Q(due_at__gt=moment) | Q(due_at=None) | (Q(due_at=moment) & later)
    else:
        later = Q(due_at=None) & later
    return Q(lane__gt=int(lane)) | (Q(lane=int(lane)) & later)


def next_for(agent: Agent, besides: int | None = None) -> Conversation | None:
    """Return whom this agent answers next: first in the queue, not a colleague's, not the one just done."""
    shown = in_view(agent, "waiting").filter(Q(assignee=None) | Q(assignee=agent))
    return (shown if besides is None else shown.exclude(pk=besides)).first()
