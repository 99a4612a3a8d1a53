"""The queue: which conversations stand in which view, and who comes first. Reads only.

Order: the small safety lane, then earliest due first, equals in the order of arrival. Nothing else counts;
the queue is blind to reach (`sla.queue_key`, DESIGN.md promise 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from resonanz.case import State, Urgency, Waiting
from resonanz.desk.access import Conversations, Scope, scope_of, visible_in
from resonanz.desk.models import Agent, AnsweredThere, Channel, Conversation, Delivery, Outcome, Role, Team
from resonanz.desk.models.listening import ChannelState
from resonanz.desk.models.publishing import TO_DO
from resonanz.desk.prepared import prepared
from resonanz.desk.storage import from_ms, to_ms

VIEWS = (
    "mine",
    "waiting",
    "unassigned",
    "follow_up",
    "again",
    "department",
    "release",
    "customer",
    "resolved",
)
LATEST_FIRST = {"customer", "resolved"}
# What hides a conversation for a moment: an answer that goes out by itself. Not a further part, as the part
# before it may fail, not a reaction, nothing on a channel that rests: there the customer still waits for us.
ON_ITS_WAY = Q(state=Outcome.ARMED, reaction="") | Q(
    state=Outcome.PLANNED,
    error_code="",
    needs_release=False,
    reaction="",
    due_at__isnull=False,
    channel__in=Channel.objects.filter(state=ChannelState.OK).values("pk"),
)


def live_conversations(agent: Agent) -> Conversations:
    """Return the visible conversations that are no archive, with `on_its_way`, `fails` and `held`."""
    return _live(scope_of(agent))


def _live(scope: Scope) -> Conversations:
    shown = visible_in(scope).filter(from_import=None, merged_into=None)
    if scope.archives:
        shown = shown.exclude(channel__in=scope.archives)
    marked: Conversations = shown.annotate(**_marks())
    return marked


@cache
def _marks() -> dict[str, Any]:
    """Return what is asked of a conversation's deliveries; making it up each time takes milliseconds.

    Few of all deliveries are still to do, and an index knows which: the conversations of these are gathered
    once, so that no view has to look up the deliveries of each conversation.
    """
    named = ", ".join(f"'{state}'" for state in TO_DO)  # in the statement itself, else the index is not taken
    is_to_do = RawSQL(f"state IN ({named})", [], output_field=BooleanField())  # noqa: S611 - words of ours
    to_do = Delivery.objects.filter(is_to_do)
    stuck = Q(state=Outcome.REFUSED) | Q(state=Outcome.UNKNOWN, due_at=None)
    held = Q(state=Outcome.PLANNED, needs_release=True)
    return {
        "on_its_way": _has(to_do.filter(ON_ITS_WAY), _ANSWERED_THERE),
        "fails": Exists(Delivery.objects.filter(stuck, conversation=OuterRef("pk"))),
        "held": _has(to_do.filter(held)),
    }


# Somebody says that they answered the newest post on the network itself; whether they did is looked for.
_ANSWERED_THERE = Q(last_order__in=AnsweredThere.objects.filter(confirmed_at=None).values("mention"))


def _has(deliveries: QuerySet[Delivery], also: Q | None = None) -> ExpressionWrapper[Q]:
    of = deliveries.values(of=Coalesce("conversation", 0))  # no null: beside one, nothing is "not in"
    here = Q(pk__in=of)
    return ExpressionWrapper(here if also is None else here | also, output_field=BooleanField())


def for_us(now: datetime) -> Q:
    """What asks for one of us: somebody waits for an answer or a promise, or a follow-up has come."""
    asks = Q(waiting=Waiting.US) | Q(follow_up_at__lte=now)
    return Q(state=State.OPEN) & asks & Q(on_its_way=False)  # the deliveries last: they cost a look elsewhere


def _end_of_day(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999_000)


def queue_view(view: str, agent: Agent) -> Q:
    """Return which conversations stand in a view; needs the marks of `live_conversations`."""
    return queue_views(agent)[view]


def queue_views(agent: Agent, now: datetime | None = None) -> dict[str, Q]:
    """Return for each view which conversations stand in it; needs the marks of `live_conversations`."""
    now = now or timezone.now()
    return _views(agent.pk, now, _end_of_day(now))


def _views(agent: int, now: datetime, end: datetime) -> dict[str, Q]:
    ours = for_us(now)
    is_open = Q(state=State.OPEN)
    return {
        "waiting": ours,
        "mine": is_open
        & Q(assignee=agent)
        & (Q(waiting__in=[Waiting.US, Waiting.DEPARTMENT]) | Q(follow_up_at__lte=now))
        & Q(on_its_way=False),
        "unassigned": Q(assignee=None) & ours,
        "follow_up": is_open & (Q(follow_up_at__lte=end) | Q(promised_at__lte=end)),
        "again": is_open & Q(reopened_count__gt=0) & ~Q(waiting=Waiting.CUSTOMER),
        "department": is_open & Q(enquiries_count__gt=0) | is_open & Q(waiting=Waiting.DEPARTMENT),
        "release": is_open & Q(held=True),
        "customer": is_open & Q(waiting__in=[Waiting.CUSTOMER, Waiting.NOBODY]),
        "resolved": Q(state=State.RESOLVED),
    }


def in_view(agent: Agent, view: str) -> Conversations:
    """Return a view's conversations: to be answered in the queue's order, else the latest first.

    On one's own list, what a department has answered comes before everything but danger.
    """
    return _ordered(live_conversations(agent).filter(queue_view(view, agent)), view)


def first_of(agent: Agent, view: str, most: int) -> list[Conversation]:
    """Return the first of a view, with their customers; what every page of the inbox asks."""
    now = timezone.now()
    return _first(agent.pk, now, _end_of_day(now), scope=scope_of(agent), view=view, most=most)


def _in_view(
    agent: int, now: datetime, end: datetime, *, scope: Scope, view: str, most: int
) -> Conversations:
    asked = _views(agent, now, end)[view]
    return _ordered(_live(scope).filter(asked), view).select_related("customer")[:most]


_first = prepared(_in_view, spare=True)  # only some views ask whose it is, or when today ends


def _ordered(shown: Conversations, view: str) -> Conversations:
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


SAFETY_SHARE_MOST = 0.05  # of a day's cases: more, and the rules or the world are out of order


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a day's cases stand in the safety lane."""

    safety: int
    cases: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where there are no cases."""
        return self.safety / self.cases if self.cases else 0.0


def safety_share(shown: Conversations, now: datetime) -> Share:
    """Return the share of the safety lane among the cases opened today, by the desk's own clock."""
    begins = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[str, int] = shown.filter(opened_at__gte=begins).aggregate(
        safety=Count("pk", filter=Q(urgency=Urgency.SAFETY)), cases=Count("pk")
    )
    return Share(found["safety"], found["cases"])


def numbers(agent: Agent, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return how many open conversations stand in each view, and `late`, `safety` and `next_due` (a moment).

    `only` names those that are wanted, where not all are. What is not there is 0 or None.
    """
    now = timezone.now()
    found = _counted(agent.pk, now, _end_of_day(now), scope=scope_of(agent), only=only)
    return {name.removeprefix("in_"): count for row in found for name, count in row.items()}


def _counting(
    agent: int, now: datetime, end: datetime, *, scope: Scope, only: tuple[str, ...]
) -> QuerySet[Conversation, dict[str, Any]]:
    """Give one row for all: they share their state, so by it they are one group."""
    ours = for_us(now)
    asked = {view: q for view, q in _views(agent, now, end).items() if view != "resolved"}
    asked |= {"late": Q(due_at__lt=now) & ours, "safety": Q(urgency=Urgency.SAFETY) & ours}
    sums: dict[str, Aggregate] = {name: Count("pk", filter=q) for name, q in asked.items()}
    sums["next_due"] = Min("due_at", filter=Q(due_at__gte=now) & ours)
    # A view and a field may share a name (`waiting`), so none of these is called as a view is.
    wanted = {f"in_{name}": total for name, total in sums.items() if name in only or not only}
    counted: Any = _live(scope).filter(state=State.OPEN).order_by().values("state").annotate(**wanted)
    return counted  # type: ignore[no-any-return]  # no type names columns that are made up as it runs


_counted = prepared(_counting, spare=True)


# Teams without somebody, of which at least one who may answer is on shift.
OTHERS_ON_SHIFT = """
SELECT DISTINCT t.team_id FROM desk_team_agents t JOIN desk_agent a ON a.id = t.agent_id
WHERE a.is_active AND a.on_shift_at IS NOT NULL AND a.role <> 'trainee'
    AND t.team_id NOT IN (SELECT team_id FROM desk_team_agents WHERE agent_id = %s)
"""


def _numbers_of(statement: str, agent: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [agent])
        return [row[0] for row in cursor.fetchall()]


def next_for(agent: Agent, besides: int | None = None) -> Conversation | None:
    """Return whom this agent answers next: first in the queue, not a colleague's, not the one just done.

    What a team has is its people's while one of them is on shift; leads may take everything.
    """
    free = Q(assignee=None)
    teams = [] if agent.has_role(Role.LEAD) else _numbers_of(OTHERS_ON_SHIFT, agent.pk)
    if teams:
        cares = Team.objects.filter(pk=OuterRef("team"), pk__in=teams, channels=OuterRef("channel"))
        free = Q(assignee=None) & (Q(team=None) | Q(~Exists(cares)))
    shown = in_view(agent, "waiting").filter(free | Q(assignee=agent))
    return (shown if besides is None else shown.exclude(pk=besides)).first()
