"""For whom conversations wait, and how long: for us, for which department, for the customer.

Reckoned from the events alone, a stretch after the other: each event ends what was waited for before it. What
was said counts from the network's honest time, everything else from when it was done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from resonanz.case import Case, Happened, State, Waiting, case_after
from resonanz.desk.models import Enquiry
from resonanz.desk.projection import CASE_KINDS, happened
from resonanz.desk.storage import EPOCH, to_ms
from resonanz.study import quantile

EVENTS = f"""
SELECT e.conversation, e.kind, e.at, e.actor, e.mention, e.facts, c.channel_id
FROM desk_event e JOIN desk_conversation c ON c.id = e.conversation
    JOIN desk_channel h ON h.id = c.channel_id
WHERE c.from_import_id IS NULL AND h.network <> 'archive'
    AND e.kind IN ({", ".join(f"'{kind}'" for kind in CASE_KINDS)})
    AND c.opened_at <= %s AND (c.resolved_at IS NULL OR c.resolved_at >= %s)
ORDER BY e.conversation, e.id
"""


class Stretch(NamedTuple):
    """A time in which a conversation waited for somebody, in milliseconds, and the enquiries open then."""

    begin: int
    end: int
    waiting: Waiting
    enquiries: frozenset[int]


@dataclass(frozen=True, slots=True)
class Part:
    """What was waited for somebody: seconds of calendar time, summed over conversations, and the share."""

    seconds: float
    share: float | None  # of all waiting, from 0 to 1; None where nobody waited at all


@dataclass(frozen=True, slots=True)
class Department:
    """What one department was waited for. `name` is "" where somebody only said "waits for a department".

    `enquiries` were asked within the time; `answered` of these, and `late`: answered after their due time, or
    overdue now. `median_s` are the seconds to an answer.
    """

    name: str
    seconds: float
    share: float | None
    enquiries: int
    answered: int
    late: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Shares:
    """For whom was waited, over how many conversations. `department` is the sum over `departments`."""

    conversations: int
    us: Part
    department: Part
    customer: Part
    nobody: Part
    departments: tuple[Department, ...]


def waiting_shares(since: datetime, until: datetime, channels: Collection[int] | None = None) -> Shares:
    """Return for whom live conversations waited between two moments, in some channels or in all."""
    begin, end = to_ms(since), to_ms(until)
    spent: dict[Waiting, float] = dict.fromkeys(Waiting, 0.0)
    by_enquiry: dict[frozenset[int], float] = defaultdict(float)
    conversations = 0
    for events in _conversations(begin, end, channels):
        waited = False
        for stretch in stretches(events, end):
            length = (min(stretch.end, end) - max(stretch.begin, begin)) / 1000
            if length > 0:
                waited = True
                spent[stretch.waiting] += length
                if stretch.waiting is Waiting.DEPARTMENT:
                    by_enquiry[stretch.enquiries] += length
        conversations += waited
    whole = sum(spent.values())
    us, department, customer, nobody = (Part(spent[who], _share(spent[who], whole)) for who in Waiting)
    asked = _asked_between(since, until, channels)
    departments = _departments(_by_name(by_enquiry), whole, asked, until)
    return Shares(conversations, us, department, customer, nobody, departments)


def _share(seconds: float, whole: float) -> float | None:
    return seconds / whole if whole else None


def _conversations(begin: int, end: int, channels: Collection[int] | None) -> Iterator[list[Happened]]:
    """Yield the events of each live conversation that was open between two moments."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [end, begin])
        for (number, channel), rows in groupby(cursor, key=itemgetter(0, 6)):
            if channels is None or channel in channels:
                yield happened(row[:6] for row in rows)[number]


def stretches(events: list[Happened], end: int) -> Iterator[Stretch]:
    """Yield for whom one conversation waited, until `end`; nothing while it is resolved.

    A post that is older than what was known before it lengthens nothing backwards.
    """
    case, at, asked = Case(), 0, frozenset[int]()
    for event in events:
        moment = at if event.kind == "opened" else max(at, _moment(event))
        if case.state is State.OPEN and moment > at > 0:
            yield Stretch(at, moment, case.waiting, asked)
        case, at = case_after([event], case), moment
        asked = _asked(asked, event)
    if case.state is State.OPEN and end > at > 0:
        yield Stretch(at, end, case.waiting, asked)


def _moment(event: Happened) -> int:
    said = event.facts.get("at")
    return event.at_ms if said is None else said


def _asked(asked: frozenset[int], event: Happened) -> frozenset[int]:
    number = event.facts.get("enquiry")
    if event.kind not in {"asked", "informed"} or number is None:
        return asked
    return asked | {number} if event.kind == "asked" else asked - {number}


def _by_name(by_enquiry: dict[frozenset[int], float]) -> dict[str, float]:
    """Return seconds by department; a stretch in which several were asked counts for each in equal parts."""
    numbers = frozenset[int]().union(*by_enquiry)
    names = dict(Enquiry.objects.filter(pk__in=numbers).values_list("pk", "department__name"))
    seconds: dict[str, float] = defaultdict(float)
    for enquiries, spent in by_enquiry.items():
        asked = {names[number] for number in enquiries if number in names} or {""}
        for name in asked:
            seconds[name] += spent / len(asked)
    return seconds


def _asked_between(
    since: datetime, until: datetime, channels: Collection[int] | None
) -> dict[str, list[Enquiry]]:
    """Return what was asked between two moments and not withdrawn, by department."""
    rows = Enquiry.objects.filter(asked_at__gte=since, asked_at__lte=until, withdrawn_at=None)
    if channels is not None:
        rows = rows.filter(conversation__channel__in=list(channels))
    asked: dict[str, list[Enquiry]] = defaultdict(list)
    for enquiry in rows.select_related("department"):
        asked[enquiry.department.name].append(enquiry)
    return asked


def _departments(
    seconds: dict[str, float], whole: float, asked: dict[str, list[Enquiry]], until: datetime
) -> tuple[Department, ...]:
    """Return the departments, who was waited for most first."""
    found = [
        _department(name, seconds.get(name, 0.0), whole, asked.get(name, []), until)
        for name in {*seconds, *asked}
    ]
    return tuple(sorted(found, key=lambda department: (-department.seconds, department.name)))


def _department(name: str, seconds: float, whole: float, asked: list[Enquiry], until: datetime) -> Department:
    times = sorted((e.answered_at - e.asked_at).total_seconds() for e in asked if e.answered_at is not None)
    late = sum((enquiry.answered_at or until) > enquiry.due_at for enquiry in asked)
    return Department(
        name, seconds, _share(seconds, whole), len(asked), len(times), late, quantile(times, 0.5)
    )


def waiting_so_far(channels: Collection[int] | None = None) -> Shares:
    """Return for whom was waited from the beginning until now."""
    return waiting_shares(EPOCH, timezone.now(), channels)


def as_json(shares: Shares) -> dict[str, object]:
    """Return the figures as the report's key `waiting` holds them."""
    return asdict(shares)
