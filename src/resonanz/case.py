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
from typing import Any, NamedTuple

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
    """What a clock measures: waiting for an answer, for a promise to be kept, for the matter's end."""

    FIRST_RESPONSE = 0
    NEXT_RESPONSE = 1
    PROMISE = 2
    RESOLUTION = 3


class Matter(IntEnum):
    """What kind of matter it is, as far as somebody or a rule said so."""

    UNSORTED = 0
    QUESTION = 1
    COMPLAINT = 2
    PRAISE = 3
    OTHER = 4


class Urgency(IntEnum):
    """How soon it must be seen; the safety lane comes before everything else."""

    NORMAL = 0
    URGENT = 1
    SAFETY = 2


class Dismissal(IntEnum):
    """Why a customer's turn is not answered; 0 stands for "answered or still to be answered"."""

    NONE = 0
    NO_ANSWER_NEEDED = 1
    SPAM = 2
    NOT_ABOUT_US = 3
    ANSWERED_ELSEWHERE = 4
    DUPLICATE = 5
    ABUSE = 6


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
    """One stretch of waiting. It stops with the human answer `stopped_by`, or without any (None).

    `reason` is the `Dismissal` with which it ended unanswered.
    """

    kind: ClockKind
    started_ms: int
    due_ms: int | None
    stopped_ms: int | None = None
    stopped_by: int | None = None
    reason: int = 0


class Case(NamedTuple):
    """The state of a conversation after some events."""

    state: State = State.OPEN
    waiting: Waiting = Waiting.NOBODY
    opened_ms: int = 0
    resolved_ms: int | None = None
    answered_ms: int | None = None  # the first human answer
    assignee: int | None = None
    team: int | None = None
    reopened_count: int = 0
    last_order: int = 0
    matter: int = 0  # Matter
    urgency: int = 0  # Urgency
    told_ms: int | None = None  # the last time that the customer was promised in words
    follow_up_ms: int | None = None
    private_ms: int | None = None  # when we asked the customer to go on in private
    lifted_ms: int | None = None  # when a department's answer arrived that nobody has used yet
    enquiries: int = 0  # questions to departments without an answer
    merged_into: int | None = None
    pending: tuple[Pending, ...] = ()
    clocks: tuple[Clock, ...] = ()
    before: Case | None = None  # what it was when it was resolved, for undoing that
    apart: Case | None = None  # what it was before it was joined with another, for undoing that

    @property
    def awaits(self) -> Pending | None:
        """The oldest turn that still awaits an answer."""
        return self.pending[0] if self.pending else None

    @property
    def running(self) -> Clock | None:
        """The clock that waits for an answer, if one does."""
        for clock in reversed(self.clocks):
            if clock.kind <= ClockKind.NEXT_RESPONSE:
                return clock if clock.stopped_ms is None else None
        return None

    @property
    def promise(self) -> Clock | None:
        """The clock of the promise that is still to be kept, if there is one."""
        return _running(self.clocks, ClockKind.PROMISE)

    @property
    def has_been_asked(self) -> bool:
        """Whether any turn of the customer's has been measured yet."""
        return any(clock.kind == ClockKind.FIRST_RESPONSE for clock in self.clocks)

    @property
    def due_ms(self) -> int | None:
        """When somebody of ours has to act.

        A promise stands in for the targets of what was said before it, as the customer knows a time by
        then; what came after it has its own. Where nothing is due, the follow-up is.
        """
        promise = self.promise
        if promise is not None:
            since = [turn.due_ms for turn in self.pending if turn.at_ms > promise.started_ms]
            return min((due for due in (promise.due_ms, *since) if due is not None), default=None)
        running = self.running
        return self.follow_up_ms if running is None else running.due_ms


def case_after(events: Iterable[Happened], case: Case | None = None) -> Case:
    """Fold events, in the order they were recorded, into a case."""
    folded = case or Case()
    for event in events:
        rule = RULES.get(event.kind)
        if rule is not None:
            before = folded.before
            folded = rule(folded, event)
            if before is not None and event.kind in SAID:
                folded = folded._replace(before=rule(before, event))
    return folded


# Clocks ------------------------------------------------------------------------------------------


def _running(clocks: tuple[Clock, ...], kind: ClockKind) -> Clock | None:
    return next((c for c in reversed(clocks) if c.kind == kind and c.stopped_ms is None), None)


def _stopped(
    clocks: tuple[Clock, ...], clock: Clock | None, at_ms: int, by: int | None = None, reason: int = 0
) -> tuple[Clock, ...]:
    """The clocks with one of them stopped, never before it began (a network's clock may lag)."""
    if clock is None:
        return clocks
    ended = clock._replace(stopped_ms=max(at_ms, clock.started_ms), stopped_by=by, reason=reason)
    return tuple(ended if one is clock else one for one in clocks)


def _response(clocks: tuple[Clock, ...], turn: Pending) -> Clock:
    first = not any(clock.kind == ClockKind.FIRST_RESPONSE for clock in clocks)
    return Clock(ClockKind.FIRST_RESPONSE if first else ClockKind.NEXT_RESPONSE, turn.at_ms, turn.due_ms)


def _idle(case: Case) -> Waiting:
    """For whom a case waits when no turn of the customer's does."""
    if case.enquiries:
        return Waiting.DEPARTMENT
    if case.promise is not None:
        return Waiting.US
    return Waiting.NOBODY if case.answered_ms is None else Waiting.CUSTOMER


# What was said -----------------------------------------------------------------------------------


def _opened(case: Case, event: Happened) -> Case:
    return case._replace(opened_ms=event.at_ms)


def _heard(case: Case, event: Happened) -> Case:
    """A customer's turn: it waits for us from its own time stamp on, however late we heard it.

    `end` is when the whole matter should be settled, where the team has set itself such a target.
    """
    assert event.order is not None
    at_ms = event.facts["at"]
    assert at_ms is not None
    turn = Pending(event.order, at_ms, event.facts.get("due"))
    pending = tuple(sorted((*case.pending, turn))) if case.pending else (turn,)
    clocks = case.clocks if case.running else (*case.clocks, _response(case.clocks, turn))
    end = event.facts.get("end")
    if end is not None and _running(clocks, ClockKind.RESOLUTION) is None:
        clocks = (*clocks, Clock(ClockKind.RESOLUTION, at_ms, end))
    return case._replace(
        waiting=Waiting.US,
        pending=pending,
        clocks=clocks,
        follow_up_ms=None,
        last_order=max(case.last_order, event.order),
    )


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
    answered = at_ms if case.answered_ms is None else case.answered_ms
    clocks = _stopped(case.clocks, case.promise, at_ms, order)
    case = case._replace(clocks=clocks, answered_ms=answered, lifted_ms=None)
    return _answered(case, event.facts.get("upto") or order, at_ms, order)


def _reacted(case: Case, event: Happened) -> Case:
    """A colleague's favourite or boost on the customer's post: a light answer to it and all before it."""
    assert event.order is not None
    return _answered(case, event.order, event.facts.get("at") or event.at_ms, event.order)


def _unreacted(case: Case, event: Happened) -> Case:
    """The reaction was taken back: whom it answered waits again, since when they did and as it was due.

    The facts hold what is `told` of the case had nobody reacted; of a settled one, before it was settled.
    That stays settled, and the wait that the reaction ended counts as unanswered.
    """
    if case.state is State.RESOLVED:
        light = {c for c in case.clocks if c.stopped_by == event.order and c.kind <= ClockKind.NEXT_RESPONSE}
        clocks = (clock._replace(stopped_by=None) if clock in light else clock for clock in case.clocks)
        return case._replace(clocks=tuple(clocks))
    left = _as_told(event.facts)
    if left.pending and left.running is None:  # the turn that began the wait became another case's
        left = left._replace(clocks=(*left.clocks, _response(left.clocks, left.pending[0])))
    if left.pending and left.waiting is not Waiting.DEPARTMENT:
        left = left._replace(waiting=Waiting.US)
    return case._replace(waiting=left.waiting, pending=left.pending, clocks=left.clocks)


def _answered(case: Case, upto: int, at_ms: int, by: int) -> Case:
    left = tuple(turn for turn in case.pending if turn.order > upto)
    clocks = case.clocks
    if case.running is not None and len(left) < len(case.pending):
        clocks = _stopped(clocks, case.running, at_ms, by)
        clocks = (*clocks, _response(clocks, left[0])) if left else clocks
    case = case._replace(pending=left, clocks=clocks)
    return case if left or case.state is State.RESOLVED else case._replace(waiting=_idle(case))


def _withdrawn(case: Case, event: Happened) -> Case:
    """A post is gone from the network, or became another case's: nobody can answer it here any more."""
    left = tuple(turn for turn in case.pending if turn.order != event.order)
    if len(left) == len(case.pending):
        return case
    case = case._replace(pending=left)
    if left:
        return case
    case = case._replace(clocks=_stopped(case.clocks, case.running, event.at_ms))
    return case._replace(waiting=_idle(case))


# What was done -----------------------------------------------------------------------------------


def _assigned(case: Case, event: Happened) -> Case:
    return case._replace(assignee=event.facts.get("to"), team=event.facts.get("team", case.team))


def _resolved(case: Case, event: Happened) -> Case:
    """Settled; what still waited is thereby dismissed, with the `reason` that the agent gave."""
    clocks = case.clocks
    for clock in case.clocks:
        if clock.stopped_ms is None:
            ends = clock.kind == ClockKind.RESOLUTION
            reason = 0 if ends or not case.pending else event.facts.get("reason") or 0
            clocks = _stopped(clocks, clock, event.at_ms, case.last_order if ends else None, reason)
    return case._replace(
        state=State.RESOLVED,
        waiting=Waiting.NOBODY,
        resolved_ms=event.at_ms,
        follow_up_ms=None,
        lifted_ms=None,
        pending=(),
        clocks=clocks,
        before=case._replace(before=None),
    )


def _reopened(case: Case, event: Happened) -> Case:
    """Open again: for a new turn of the customer's, which follows, or undone by an agent's hand.

    Undone, everything stands as before: what was pending waits again and its clocks never stopped.
    """
    if event.facts.get("undo") and case.before is not None:
        kept = {name: getattr(case, name) for name in ("assignee", "team", "matter", "urgency")}
        return case.before._replace(last_order=case.last_order, **kept)
    case = case._replace(state=State.OPEN, resolved_ms=None, before=None)
    if event.facts.get("undo"):
        return case._replace(waiting=_idle(case))
    return case._replace(waiting=_idle(case), reopened_count=case.reopened_count + 1)


def _waits(case: Case, event: Happened) -> Case:
    return case._replace(waiting=Waiting(event.facts["waiting"] or 0))


def _sorted(case: Case, event: Happened) -> Case:
    """Somebody or a rule said what matter it is and how urgent; `due:ORDER` and `end` are the new targets."""
    facts = event.facts
    pending = tuple(
        turn._replace(due_ms=facts.get(f"due:{turn.order}", turn.due_ms)) for turn in case.pending
    )
    clocks = case.clocks
    if case.running is not None and pending:
        clocks = _dated(clocks, case.running, pending[0].due_ms)
    matter, urgency = facts.get("matter"), facts.get("urgency")
    end = _running(clocks, ClockKind.RESOLUTION)
    if end is not None and "end" in facts:
        clocks = _dated(clocks, end, facts["end"])
    return case._replace(
        matter=case.matter if matter is None else matter,
        urgency=case.urgency if urgency is None else urgency,
        pending=pending,
        clocks=clocks,
    )


def _dated(clocks: tuple[Clock, ...], clock: Clock, due_ms: int | None) -> tuple[Clock, ...]:
    return tuple(one._replace(due_ms=due_ms) if one is clock else one for one in clocks)


def _promised(case: Case, event: Happened) -> Case:
    """The customer gets an answer by `until`; `told` says that the customer was told this very time.

    An earlier promise ends here, in time (moved) or too late (broken); either stays to be seen. With
    `undo` it is taken back as if it had never been made, and an earlier one stands again.
    """
    until = event.facts["until"]
    if event.facts.get("undo"):
        return _promise_undone(case)
    if case.state is State.RESOLVED:
        return case  # settled meanwhile: there is nothing left to promise
    clocks = _stopped(case.clocks, case.promise, event.at_ms)
    clocks = (*clocks, Clock(ClockKind.PROMISE, event.at_ms, until))
    told = until if event.facts.get("told", 1) else case.told_ms
    waiting = case.waiting if case.waiting is Waiting.DEPARTMENT else Waiting.US
    return case._replace(clocks=clocks, told_ms=told, waiting=waiting)


def _promise_undone(case: Case) -> Case:
    promise = case.promise
    if promise is None:
        return case
    clocks = tuple(clock for clock in case.clocks if clock is not promise)
    earlier = next((clock for clock in reversed(clocks) if clock.kind == ClockKind.PROMISE), None)
    if earlier is not None and earlier.stopped_by is None and earlier.stopped_ms == promise.started_ms:
        clocks = tuple(clock._replace(stopped_ms=None) if clock is earlier else clock for clock in clocks)
    case = case._replace(clocks=clocks)
    told = None if case.promise is None else case.promise.due_ms
    case = case._replace(told_ms=told)
    return case if case.pending or case.state is State.RESOLVED else case._replace(waiting=_idle(case))


def _followed_up(case: Case, event: Happened) -> Case:
    return case._replace(follow_up_ms=event.facts.get("until"))


def _moved(case: Case, event: Happened) -> Case:
    return case._replace(private_ms=event.at_ms if event.facts.get("private", 1) else None)


def _asked(case: Case, _event: Happened) -> Case:
    """A department was asked; the customer's clocks go on."""
    return case._replace(enquiries=case.enquiries + 1, waiting=Waiting.DEPARTMENT)


def _informed(case: Case, event: Happened) -> Case:
    """A department's answer arrived (`answer` 1), or the question was taken back (0)."""
    case = case._replace(enquiries=max(0, case.enquiries - 1))
    if case.state is State.RESOLVED:
        return case
    if event.facts.get("answer", 1):
        return case._replace(lifted_ms=event.at_ms, waiting=Waiting.US)
    if case.waiting is not Waiting.DEPARTMENT or case.enquiries:
        return case
    return case._replace(waiting=Waiting.US if case.pending else _idle(case))


# Joining and parting -----------------------------------------------------------------------------

TOLD = (
    "waiting", "opened_ms", "answered_ms", "assignee", "team", "last_order", "matter", "urgency", "told_ms",
    "follow_up_ms", "private_ms", "lifted_ms", "enquiries",
)  # fmt: skip


def told(case: Case) -> dict[str, int | None]:
    """Return a case as the facts of an event: what another case takes in, or what is left of this one."""
    facts: dict[str, int | None] = {name: getattr(case, name) for name in TOLD}
    for turn in case.pending:
        facts |= {f"turn:{turn.order}": turn.at_ms, f"due:{turn.order}": turn.due_ms}
    for number, clock in enumerate(case.clocks):
        facts |= {f"clock:{number}:{name}": value for name, value in clock._asdict().items()}
    return {name: None if value is None else int(value) for name, value in facts.items()}


def _as_told(facts: Mapping[str, int | None]) -> Case:
    turns = [name.removeprefix("turn:") for name in facts if name.startswith("turn:")]
    pending = tuple(sorted(Pending(int(o), facts[f"turn:{o}"] or 0, facts.get(f"due:{o}")) for o in turns))
    numbers = [int(name.split(":")[1]) for name in facts if name.startswith("clock:") and "kind" in name]
    clocks = tuple(_clock_told(facts, number) for number in sorted(numbers))
    values: dict[str, Any] = {name: facts.get(name) for name in TOLD}
    values["waiting"] = Waiting(values["waiting"])
    return Case(**values, pending=pending, clocks=clocks)


def _clock_told(facts: Mapping[str, int | None], number: int) -> Clock:
    clock = Clock(*(facts.get(f"clock:{number}:{name}") for name in Clock._fields))  # type: ignore[arg-type]
    return clock._replace(kind=ClockKind(clock.kind))


def _corrected(case: Case, event: Happened) -> Case:
    """A department changed its answer: somebody looks again, even where the first one was used already."""
    if case.state is State.RESOLVED:
        return case
    return case._replace(lifted_ms=event.at_ms, waiting=Waiting.US)


def _merged(case: Case, event: Happened) -> Case:
    """Everything said here goes on in another case, which takes it in; `undo` takes that back."""
    if event.facts.get("undo"):
        return case.apart or case
    return case._replace(
        state=State.RESOLVED,
        waiting=Waiting.NOBODY,
        resolved_ms=event.at_ms,
        merged_into=event.facts["into"],
        pending=(),
        clocks=(),
        follow_up_ms=None,
        lifted_ms=None,
        before=None,
        apart=case._replace(apart=None),
    )


def _took_in(case: Case, event: Happened) -> Case:
    """Another case (`told` in the facts) goes on here: nobody's waiting begins anew or is counted twice."""
    if event.facts.get("undo"):
        return case.apart or case
    other = _as_told(event.facts)
    pending = tuple(sorted({*case.pending, *other.pending}))
    kept = _first_due(case.promise, other.promise)
    theirs = case.told_ms is None or (kept is not None and kept is not case.promise)
    return case._replace(
        waiting=min(case.waiting, other.waiting),
        opened_ms=min(case.opened_ms, other.opened_ms),
        answered_ms=_least(case.answered_ms, other.answered_ms),
        assignee=other.assignee if case.assignee is None else case.assignee,
        team=other.team if case.team is None else case.team,
        last_order=max(case.last_order, other.last_order),
        matter=case.matter or other.matter,
        urgency=max(case.urgency, other.urgency),
        told_ms=other.told_ms if theirs else case.told_ms,
        follow_up_ms=None if pending else _least(case.follow_up_ms, other.follow_up_ms),
        private_ms=_least(case.private_ms, other.private_ms),
        lifted_ms=_least(case.lifted_ms, other.lifted_ms),
        enquiries=case.enquiries + other.enquiries,
        pending=pending,
        clocks=_joined((*case.clocks, *other.clocks), pending, kept, event.at_ms),
        apart=case._replace(apart=None),
    )


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _first_due(one: Clock | None, other: Clock | None) -> Clock | None:
    return min((c for c in (one, other) if c is not None), key=lambda clock: clock.due_ms or 0, default=None)


def _joined(
    clocks: Iterable[Clock], pending: tuple[Pending, ...], promise: Clock | None, at_ms: int
) -> tuple[Clock, ...]:
    """The clocks of two cases as one's: the first wait is the first response, one promise is to be kept."""
    known = sorted(clocks, key=lambda clock: clock.started_ms)
    over = [c for c in known if c.kind <= ClockKind.NEXT_RESPONSE and c.stopped_ms is not None]
    waits = [Clock(ClockKind.NEXT_RESPONSE, turn.at_ms, turn.due_ms) for turn in pending[:1]]
    responses = [clock._replace(kind=ClockKind.NEXT_RESPONSE) for clock in (*over, *waits)]
    responses[:1] = [clock._replace(kind=ClockKind.FIRST_RESPONSE) for clock in responses[:1]]
    promises = tuple(c for c in known if c.kind == ClockKind.PROMISE)
    for clock in promises:
        if clock.stopped_ms is None and clock is not promise:
            promises = _stopped(promises, clock, at_ms)
    ends = [c for c in known if c.kind == ClockKind.RESOLUTION]
    goes_on = next((c for c in ends if c.stopped_ms is None), None)
    ends = [c for c in ends if c.stopped_ms is not None or c is goes_on]
    return (*responses, *promises, *ends)


def _split_off(case: Case, event: Happened) -> Case:
    """A turn is another case's from now on; the last one's facts hold what is `told` of this one without."""
    case = _withdrawn(case, event)
    if "opened_ms" not in event.facts:
        return case
    left = _as_told(event.facts)
    return case._replace(
        waiting=left.waiting,
        answered_ms=left.answered_ms,
        last_order=left.last_order,
        pending=left.pending,
        clocks=left.clocks,
    )


# True of a resolved case's past too.
SAID = frozenset({"spoke", "reacted", "unreacted", "withdrawn", "split_off", "informed", "corrected"})

RULES: dict[str, Callable[[Case, Happened], Case]] = {
    "opened": _opened,
    "heard": _heard,
    "spoke": _spoke,
    "reacted": _reacted,
    "unreacted": _unreacted,
    "withdrawn": _withdrawn,
    "split_off": _split_off,
    "assigned": _assigned,
    "resolved": _resolved,
    "reopened": _reopened,
    "waits": _waits,
    "sorted": _sorted,
    "promised": _promised,
    "follow_up": _followed_up,
    "moved": _moved,
    "asked": _asked,
    "informed": _informed,
    "corrected": _corrected,
    "merged": _merged,
    "took_in": _took_in,
}
