"""What a conversation's facts are after everything that happened to it.

A case is one customer's matter: it is open or resolved, it waits for somebody, and clocks run on
it. All of that follows from the events, in the order in which they were written down; the desk
stores the result beside them for speed and can compute it again at any time (`resonanz check`).

Here live the rules only: no database, no clock of its own. Times are milliseconds since 1970 in
UTC, orders are the mentions' unique numbers. The values are named tuples, not dataclasses: intake
makes several of them a post, and their `_replace` is ten times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

NO_FACTS: Mapping[str, int | None] = MappingProxyType({})


class State(IntEnum):
    """Whether the matter is settled."""

    OPEN = 0
    RESOLVED = 1


class Waiting(IntEnum):
    """For whom the case waits; the queue shows those that wait for us."""

    US = 0
    DEPARTMENT = 1
    CUSTOMER = 2
    NOBODY = 3


class ReplyKind(IntEnum):
    """Who spoke for the company; only a human's words count as an answer."""

    HUMAN = 0
    ACKNOWLEDGEMENT = 1
    AUTOMATIC = 2


class ClockKind(IntEnum):
    """What a clock measures."""

    FIRST_RESPONSE = 0
    NEXT_RESPONSE = 1


class Happened(NamedTuple):
    """One event as far as a case is concerned; `facts` hold numbers only."""

    kind: str
    at_ms: int
    actor: int | None = None
    order: int | None = None
    facts: Mapping[str, int | None] = NO_FACTS


class Pending(NamedTuple):
    """A customer's turn that still awaits an answer; `due_ms` is None where no target is set."""

    order: int
    at_ms: int
    due_ms: int | None


class Clock(NamedTuple):
    """One stretch of waiting. It stops with the human answer `stopped_by`, or without any (None)."""

    kind: ClockKind
    started_ms: int
    due_ms: int | None
    stopped_ms: int | None = None
    stopped_by: int | None = None


class Case(NamedTuple):
    """The state of a conversation after some events."""

    state: State = State.OPEN
    waiting: Waiting = Waiting.NOBODY
    opened_ms: int = 0
    resolved_ms: int | None = None
    answered_ms: int | None = None  # the first human answer
    assignee: int | None = None
    reopened_count: int = 0
    last_order: int = 0
    pending: tuple[Pending, ...] = ()
    shelved: tuple[Pending, ...] = ()  # what was pending when it was resolved, for undoing that
    clocks: tuple[Clock, ...] = ()

    @property
    def awaits(self) -> Pending | None:
        """The oldest turn that still awaits an answer."""
        return self.pending[0] if self.pending else None

    @property
    def running(self) -> Clock | None:
        """The clock that is running, if any."""
        return self.clocks[-1] if self.clocks and self.clocks[-1].stopped_ms is None else None


def case_after(events: Iterable[Happened], case: Case | None = None) -> Case:
    """Fold events, in the order they were recorded, into a case."""
    folded = case or Case()
    for event in events:
        rule = RULES.get(event.kind)
        if rule is not None:
            folded = rule(folded, event)
    return folded


def _opened(case: Case, event: Happened) -> Case:
    return case._replace(opened_ms=event.at_ms)


def _heard(case: Case, event: Happened) -> Case:
    """A customer's turn: it waits for us from its own time stamp on, however late we heard it."""
    assert event.order is not None
    at_ms = event.facts["at"]
    assert at_ms is not None
    turn = Pending(event.order, at_ms, event.facts.get("due"))
    pending = tuple(sorted((*case.pending, turn))) if case.pending else (turn,)
    clocks = case.clocks if case.running else (*case.clocks, _clock(case.clocks, turn))
    return case._replace(
        waiting=Waiting.US,
        pending=pending,
        clocks=clocks,
        last_order=max(case.last_order, event.order),
    )


def _clock(earlier: tuple[Clock, ...], turn: Pending) -> Clock:
    kind = ClockKind.NEXT_RESPONSE if earlier else ClockKind.FIRST_RESPONSE
    return Clock(kind, turn.at_ms, turn.due_ms)


def _spoke(case: Case, event: Happened) -> Case:
    """Our turn. A human one answers every customer's turn before it, later ones keep waiting.

    `upto` names the newest turn that its writer had before their eyes, where that is known: what came
    while they wrote still waits, even if it stands before our words.
    """
    assert event.order is not None
    order, at_ms = event.order, event.facts["at"]
    assert at_ms is not None
    case = case._replace(last_order=max(case.last_order, order))
    if event.facts.get("by", 0) != ReplyKind.HUMAN:
        return case
    upto = event.facts.get("upto") or order
    left = tuple(turn for turn in case.pending if turn.order > upto)
    clocks = case.clocks
    if case.running and len(left) < len(case.pending):
        clocks = _stopped(case, at_ms, order)
        clocks = (*clocks, _clock(clocks, left[0])) if left else clocks
    waiting = case.waiting if left or case.state is State.RESOLVED else Waiting.CUSTOMER
    answered = at_ms if case.answered_ms is None else case.answered_ms
    return case._replace(pending=left, clocks=clocks, waiting=waiting, answered_ms=answered)


def _stopped(case: Case, at_ms: int, by: int | None) -> tuple[Clock, ...]:
    """The clocks with the running one stopped, never before it began (a network's clock may lag)."""
    if case.running is None:
        return case.clocks
    stop = max(at_ms, case.running.started_ms)
    return (*case.clocks[:-1], case.running._replace(stopped_ms=stop, stopped_by=by))


def _withdrawn(case: Case, event: Happened) -> Case:
    """A post is gone from the network: nobody can answer it any more."""
    left = tuple(turn for turn in case.pending if turn.order != event.order)
    if len(left) == len(case.pending):
        return case
    if left:
        return case._replace(pending=left)
    rest = Waiting.NOBODY if case.answered_ms is None else Waiting.CUSTOMER
    return case._replace(pending=(), clocks=_stopped(case, event.at_ms, None), waiting=rest)


def _assigned(case: Case, event: Happened) -> Case:
    return case._replace(assignee=event.facts.get("to"))


def _resolved(case: Case, event: Happened) -> Case:
    return case._replace(
        state=State.RESOLVED,
        waiting=Waiting.NOBODY,
        resolved_ms=event.at_ms,
        pending=(),
        shelved=case.pending,
        clocks=_stopped(case, event.at_ms, None),
    )


def _reopened(case: Case, event: Happened) -> Case:
    """Open again: for a new turn of the customer's, which follows, or undone by an agent's hand.

    Undone, everything stands as before: what was pending waits again and its clock never stopped.
    """
    case = case._replace(state=State.OPEN, resolved_ms=None)
    if not event.facts.get("undo"):
        return case._replace(waiting=Waiting.NOBODY, shelved=(), reopened_count=case.reopened_count + 1)
    if not case.shelved:
        waiting = Waiting.NOBODY if case.answered_ms is None else Waiting.CUSTOMER
        return case._replace(waiting=waiting)
    resumed = case.clocks[-1]._replace(stopped_ms=None, stopped_by=None)
    return case._replace(
        waiting=Waiting.US,
        pending=case.shelved,
        shelved=(),
        clocks=(*case.clocks[:-1], resumed),
    )


def _waits(case: Case, event: Happened) -> Case:
    return case._replace(waiting=Waiting(event.facts["waiting"] or 0))


RULES: dict[str, Callable[[Case, Happened], Case]] = {
    "opened": _opened,
    "heard": _heard,
    "spoke": _spoke,
    "withdrawn": _withdrawn,
    "assigned": _assigned,
    "resolved": _resolved,
    "reopened": _reopened,
    "waits": _waits,
}
