"""What a conversation is after what happened to it."""

from __future__ import annotations

from resonanz.case import (
    Case,
    Clock,
    ClockKind,
    Dismissal,
    Happened,
    Matter,
    Pending,
    ReplyKind,
    State,
    Urgency,
    Waiting,
    case_after,
    told,
)

FIRST, NEXT = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
PROMISE, RESOLUTION = ClockKind.PROMISE, ClockKind.RESOLUTION
ANNA = 7


def opened(at: int = 100) -> Happened:
    return Happened("opened", at)


def heard(order: int, due: int | None = None, at: int | None = None) -> Happened:
    return Happened("heard", 900, None, order, {"at": order if at is None else at, "due": due, "stamp": 0})


def spoke(order: int, by: ReplyKind = ReplyKind.HUMAN, at: int | None = None) -> Happened:
    return Happened("spoke", 901, ANNA, order, {"at": order if at is None else at, "by": int(by)})


def test_first_post_waits_for_us_with_a_clock() -> None:
    case = case_after([opened(), heard(10, due=70)])
    assert case == Case(
        waiting=Waiting.US,
        opened_ms=100,
        last_order=10,
        pending=(Pending(10, 10, 70),),
        clocks=(Clock(FIRST, 10, 70),),
    )
    assert case.awaits == Pending(10, 10, 70)
    assert case.running == Clock(FIRST, 10, 70)


def test_second_post_waits_behind_the_first_on_the_same_clock() -> None:
    case = case_after([opened(), heard(10, 70), heard(20, 80)])
    assert [turn.order for turn in case.pending] == [10, 20]
    assert case.clocks == (Clock(FIRST, 10, 70),)


def test_human_answer_stops_the_clock_and_waits_for_the_customer() -> None:
    case = case_after([opened(), heard(10, 70), spoke(30)])
    assert (case.waiting, case.pending, case.answered_ms) == (Waiting.CUSTOMER, (), 30)
    assert case.clocks == (Clock(FIRST, 10, 70, 30, 30),)
    assert case.running is None
    assert case.awaits is None


def test_acknowledgement_and_automatic_reply_answer_nothing() -> None:
    for kind in (ReplyKind.ACKNOWLEDGEMENT, ReplyKind.AUTOMATIC):
        case = case_after([opened(), heard(10, 70), spoke(30, kind)])
        assert (case.waiting, case.answered_ms, len(case.pending)) == (Waiting.US, None, 1)
        assert case.last_order == 30


def test_reply_heard_late_answers_only_what_stood_before_it() -> None:
    case = case_after([opened(), heard(10, 70), heard(40, 100), spoke(30)])
    assert (case.waiting, case.answered_ms) == (Waiting.US, 30)
    assert case.pending == (Pending(40, 40, 100),)
    assert case.clocks == (Clock(FIRST, 10, 70, 30, 30), Clock(NEXT, 40, 100))


def test_late_post_older_than_our_answer_still_waits() -> None:
    case = case_after([opened(), heard(10, 70), spoke(30), heard(20, 80)])
    assert (case.waiting, case.pending) == (Waiting.US, (Pending(20, 20, 80),))
    assert case.clocks[-1] == Clock(NEXT, 20, 80)


def test_late_posts_are_kept_in_their_order() -> None:
    case = case_after([opened(), heard(20, 80), heard(10, 70)])
    assert [turn.order for turn in case.pending] == [10, 20]


def test_clock_never_stops_before_it_began() -> None:
    case = case_after([opened(), heard(10, 70, at=50), spoke(30, at=40)])
    assert case.clocks == (Clock(FIRST, 50, 70, 50, 30),)


def test_our_second_answer_changes_neither_clock_nor_first_answer() -> None:
    once = case_after([opened(), heard(10, 70), spoke(30)])
    twice = case_after([spoke(40)], once)
    assert twice == once._replace(last_order=40)


def test_conversation_that_we_began_has_no_clock_until_the_customer_speaks() -> None:
    began = case_after([opened(), spoke(5)])
    assert (began.waiting, began.clocks, began.answered_ms) == (Waiting.CUSTOMER, (), 5)
    assert case_after([heard(10, 70)], began).clocks == (Clock(FIRST, 10, 70),)


def test_withdrawn_post_waits_no_longer() -> None:
    case = case_after([opened(), heard(10, 70), heard(20, 80), Happened("withdrawn", 25, None, 10)])
    assert (case.waiting, case.pending) == (Waiting.US, (Pending(20, 20, 80),))
    case = case_after([Happened("withdrawn", 26, None, 20)], case)
    assert (case.waiting, case.pending, case.running) == (Waiting.NOBODY, (), None)


def test_withdrawn_after_an_answer_waits_for_the_customer() -> None:
    case = case_after(
        [opened(), heard(10, 70), spoke(20), heard(30, 90), Happened("withdrawn", 31, None, 30)]
    )
    assert case.waiting == Waiting.CUSTOMER
    assert case_after([Happened("withdrawn", 32, None, 20)], case) == case


def test_resolving_shelves_what_was_pending_and_undoing_brings_it_back() -> None:
    before = case_after([opened(), heard(10, 70)])
    resolved = case_after([Happened("resolved", 50, ANNA)], before)
    assert (resolved.state, resolved.waiting, resolved.pending) == (State.RESOLVED, Waiting.NOBODY, ())
    assert resolved.clocks == (Clock(FIRST, 10, 70, 50, None),)
    again = case_after([Happened("reopened", 60, ANNA, None, {"undo": 1})], resolved)
    assert again == before


def test_undoing_a_resolve_with_nothing_pending() -> None:
    answered = case_after([opened(), heard(10), spoke(20), Happened("resolved", 30)])
    assert (
        case_after([Happened("reopened", 40, None, None, {"undo": 1})], answered).waiting == Waiting.CUSTOMER
    )
    untouched = case_after(
        [opened(), Happened("resolved", 30), Happened("reopened", 40, None, None, {"undo": 1})]
    )
    assert untouched.waiting == Waiting.NOBODY
    assert case_after([did("reopened", 50, undo=1)], untouched) == untouched


def test_customer_reopens_and_dismissed_posts_stay_dismissed() -> None:
    case = case_after(
        [opened(), heard(10), Happened("resolved", 20), Happened("reopened", 30), heard(30, 90)]
    )
    assert (case.state, case.waiting, case.reopened_count) == (State.OPEN, Waiting.US, 1)
    assert (case.has_been_asked, case_after([opened()]).has_been_asked) == (True, False)
    assert case.pending == (Pending(30, 30, 90),)
    assert case.resolved_ms is None


def test_answer_after_resolving_leaves_it_resolved() -> None:
    case = case_after([opened(), heard(10), Happened("resolved", 20), spoke(30)])
    assert (case.state, case.waiting, case.answered_ms) == (State.RESOLVED, Waiting.NOBODY, 30)


def test_assigning_and_waiting_for_a_department() -> None:
    case = case_after([opened(), heard(10), Happened("assigned", 11, ANNA, None, {"to": ANNA})])
    assert case.assignee == ANNA
    case = case_after([Happened("waits", 12, ANNA, None, {"waiting": int(Waiting.DEPARTMENT)})], case)
    assert (case.waiting, len(case.pending)) == (Waiting.DEPARTMENT, 1)
    assert case_after([Happened("assigned", 13, ANNA, None, {"to": None})], case).assignee is None


def test_other_events_change_nothing() -> None:
    case = case_after([opened(), heard(10)])
    assert case_after([Happened("noted", 11, ANNA)], case) == case


def test_resolving_without_a_running_clock_keeps_the_clocks() -> None:
    answered = case_after([opened(), heard(10, 70), spoke(30)])
    assert case_after([Happened("resolved", 50)], answered).clocks == answered.clocks


def did(kind: str, at: int, order: int | None = None, **facts: int | None) -> Happened:
    return Happened(kind, at, ANNA, order, facts)


def test_an_answer_while_resolved_is_not_forgotten_when_that_is_undone() -> None:
    case = case_after([opened(), heard(10, 70), did("resolved", 20), spoke(30), did("reopened", 40, undo=1)])
    assert (case.state, case.pending, case.waiting) == (State.OPEN, (), Waiting.CUSTOMER)
    assert case.clocks == (Clock(FIRST, 10, 70, 30, 30),)


def test_undoing_keeps_owner_and_urgency_of_now() -> None:
    case = case_after(
        [
            opened(),
            heard(10),
            did("resolved", 20),
            did("assigned", 21, to=ANNA, team=3),
            did("sorted", 22, urgency=1),
            did("reopened", 40, undo=1),
        ]
    )
    assert (case.assignee, case.team, case.urgency, len(case.pending)) == (ANNA, 3, Urgency.URGENT, 1)


def test_a_dismissal_is_written_on_the_clock_that_it_ended() -> None:
    case = case_after([opened(), heard(10, 70), did("resolved", 20, reason=int(Dismissal.SPAM))])
    assert case.clocks == (Clock(FIRST, 10, 70, 20, None, Dismissal.SPAM),)
    answered = case_after([opened(), heard(10, 70), spoke(15), did("promised", 16, until=90)])
    ended = case_after([did("resolved", 20, reason=int(Dismissal.SPAM))], answered)
    assert [clock.reason for clock in ended.clocks] == [0, 0]


def test_a_promise_stands_in_for_the_targets_of_what_was_said_before_it() -> None:
    asked = case_after([opened(), heard(10, 70)])
    promised = case_after([did("promised", 20, until=500)], asked)
    assert (promised.due_ms, promised.told_ms, promised.waiting) == (500, 500, Waiting.US)
    assert promised.promise == Clock(PROMISE, 20, 500)
    again = case_after([heard(30, 90)], promised)
    assert again.due_ms == 90
    kept = case_after([spoke(40)], again)
    assert kept.clocks[-1] == Clock(PROMISE, 20, 500, 40, 40)
    assert (kept.due_ms, kept.waiting, kept.promise) == (None, Waiting.CUSTOMER, None)


def test_due_is_nothing_where_nothing_is_promised() -> None:
    case = case_after([opened(), heard(10), did("promised", 20, until=None)])
    assert case.due_ms is None


def test_a_moved_promise_stays_to_be_seen_and_says_whether_it_was_told() -> None:
    case = case_after(
        [opened(), heard(10, 70), did("promised", 20, until=500), did("promised", 30, until=900, told=0)]
    )
    assert case.clocks[1:] == (Clock(PROMISE, 20, 500, 30), Clock(PROMISE, 30, 900))
    assert (case.due_ms, case.told_ms) == (900, 500)


def test_a_promise_taken_back_was_never_made() -> None:
    asked = case_after([opened(), heard(10, 70)])
    promised = did("promised", 20, until=500)
    undone = did("promised", 21, until=None, undo=1)
    assert case_after([promised, undone], asked) == asked
    assert case_after([undone], asked) == asked
    once = case_after([promised], asked)
    assert case_after([did("promised", 30, until=900), did("promised", 31, until=None, undo=1)], once) == once
    answered = case_after([opened(), heard(10, 70), spoke(15)])
    assert case_after([promised, undone], answered) == answered
    before = case_after([opened(), heard(10, 70), promised, spoke(25), heard(30, 90)])
    assert case_after([did("promised", 40, until=900), undone], before).promise is None


def test_a_human_answer_with_a_promise_still_waits_for_us() -> None:
    case = case_after([opened(), heard(10, 70), spoke(20), did("promised", 21, until=500)])
    assert (case.waiting, case.due_ms, case.pending) == (Waiting.US, 500, ())
    gone = case_after([heard(30, 90), Happened("withdrawn", 31, None, 30)], case)
    assert gone.waiting == Waiting.US


def test_a_promise_changes_nothing_about_a_department_that_is_asked() -> None:
    case = case_after([opened(), heard(10), did("asked", 12), did("promised", 20, until=500)])
    assert case.waiting == Waiting.DEPARTMENT


def test_the_whole_matter_has_a_clock_of_its_own() -> None:
    first = Happened("heard", 900, None, 10, {"at": 10, "due": 70, "end": 999})
    more = Happened("heard", 900, None, 20, {"at": 20, "due": 80, "end": 1000})
    case = case_after([opened(), first, more, spoke(30)])
    assert case.clocks == (Clock(FIRST, 10, 70, 30, 30), Clock(RESOLUTION, 10, 999))
    assert case_after([did("resolved", 40)], case).clocks[-1] == Clock(RESOLUTION, 10, 999, 40, 30)
    moved = case_after([did("sorted", 35, end=700)], case)
    assert moved.clocks[-1] == Clock(RESOLUTION, 10, 700)


def test_sorting_sets_new_targets_for_every_turn_that_waits() -> None:
    case = case_after([opened(), heard(10, 70), heard(20, 80)])
    urgent = case_after(
        [did("sorted", 25, urgency=2, matter=int(Matter.COMPLAINT), **{"due:10": 30, "due:20": 40})], case
    )
    assert (urgent.urgency, urgent.matter, urgent.due_ms) == (Urgency.SAFETY, Matter.COMPLAINT, 30)
    assert [turn.due_ms for turn in urgent.pending] == [30, 40]
    assert case_after([did("sorted", 26, matter=1)], case_after([opened()])).matter == Matter.QUESTION


def test_a_follow_up_is_due_where_nothing_else_is_and_goes_with_a_new_turn() -> None:
    case = case_after([opened(), heard(10, 70), spoke(20), did("follow_up", 21, until=700)])
    assert (case.due_ms, case.waiting) == (700, Waiting.CUSTOMER)
    assert case_after([heard(30, 90)], case).follow_up_ms is None
    assert case_after([did("follow_up", 22, until=None)], case).due_ms is None


def test_private_and_public_again() -> None:
    case = case_after([opened(), heard(10), did("moved", 20)])
    assert case.private_ms == 20
    assert case_after([did("moved", 30, private=0)], case).private_ms is None


def test_departments_are_waited_for_until_the_last_has_answered() -> None:
    case = case_after([opened(), heard(10, 70), did("asked", 12), did("asked", 13)])
    assert (case.waiting, case.enquiries, case.due_ms) == (Waiting.DEPARTMENT, 2, 70)
    assert case_after([did("informed", 14, answer=0)], case).waiting == Waiting.DEPARTMENT
    one = case_after([did("informed", 20)], case)
    assert (one.waiting, one.enquiries, one.lifted_ms) == (Waiting.US, 1, 20)
    answered = case_after([spoke(30)], one)
    assert (answered.waiting, answered.lifted_ms) == (Waiting.DEPARTMENT, None)
    assert case_after([did("informed", 40, answer=0)], answered).waiting == Waiting.CUSTOMER


def test_taking_a_question_back_waits_for_us_again_if_the_customer_does() -> None:
    asked = case_after([opened(), heard(10, 70), did("asked", 12)])
    assert case_after([did("informed", 13, answer=0)], asked).waiting == Waiting.US
    two = case_after([did("asked", 13), did("informed", 14, answer=0)], asked)
    assert two.waiting == Waiting.DEPARTMENT
    settled = case_after([did("resolved", 15), did("informed", 16)], asked)
    assert (settled.state, settled.waiting, settled.lifted_ms) == (State.RESOLVED, Waiting.NOBODY, None)


def test_an_answer_to_a_settled_case_is_there_when_it_is_opened_again() -> None:
    settled = case_after(
        [opened(), heard(10, 70), did("asked", 12), did("resolved", 15), did("informed", 16)]
    )
    assert (settled.enquiries, settled.state) == (0, State.RESOLVED)
    again = case_after([did("reopened", 17, undo=1)], settled)
    assert (again.enquiries, again.waiting, again.lifted_ms) == (0, Waiting.US, 16)


def test_a_corrected_answer_is_looked_at_again() -> None:
    used = case_after([opened(), heard(10, 70), did("asked", 12), did("informed", 14), spoke(20)])
    assert (used.waiting, used.lifted_ms) == (Waiting.CUSTOMER, None)
    looked = case_after([did("corrected", 30)], used)
    assert (looked.waiting, looked.lifted_ms) == (Waiting.US, 30)
    settled = case_after([did("resolved", 25), did("corrected", 30)], used)
    assert (settled.state, settled.lifted_ms) == (State.RESOLVED, None)


def test_a_favourite_answers_what_stands_before_it() -> None:
    case = case_after([opened(), heard(10, 70), heard(20, 80), Happened("reacted", 30, ANNA, 10, {"at": 29})])
    assert case.pending == (Pending(20, 20, 80),)
    assert case.clocks == (Clock(FIRST, 10, 70, 29, 10), Clock(NEXT, 20, 80))
    done = case_after([did("reacted", 40, 20)], case)
    assert (done.waiting, done.clocks[-1]) == (Waiting.NOBODY, Clock(NEXT, 20, 80, 40, 20))


def test_a_favourite_taken_back_gives_the_old_wait_back_with_its_due_time() -> None:
    before = case_after([opened(), heard(10, 70), heard(20, 80)])
    light = case_after([did("reacted", 40, 20)], before)
    assert (light.pending, light.due_ms) == ((), None)
    again = case_after([did("unreacted", 50, 20, **told(before))], light)
    assert again == before
    assert (again.waiting, again.due_ms, again.running) == (Waiting.US, 70, Clock(FIRST, 10, 70))


def test_taken_back_it_waits_for_a_department_or_nobody_as_without_it() -> None:
    asked = case_after([opened(), heard(10, 70), did("asked", 12)])
    light = case_after([did("reacted", 40, 10)], asked)
    assert case_after([did("unreacted", 50, 10, **told(asked))], light) == asked
    answered = case_after([opened(), heard(10, 70), spoke(60)])
    light = case_after([opened(), heard(10, 70), did("reacted", 40, 10), spoke(60)])
    assert light.clocks == (Clock(FIRST, 10, 70, 40, 10),)
    assert case_after([did("unreacted", 70, 10, **told(answered))], light) == answered
    waits = case_after([opened(), heard(10, 70), did("waits", 12, waiting=2)])
    light = case_after([did("reacted", 40, 10)], waits)
    assert case_after([did("unreacted", 50, 10, **told(waits))], light).waiting == Waiting.US


def test_taken_back_and_parted_what_is_left_has_a_clock_of_its_own() -> None:
    light = case_after([opened(), heard(20, 80), did("reacted", 40, 20)])
    left = {"waiting": 0, "opened_ms": 100, "last_order": 20, "turn:20": 20, "due:20": 80}
    case = case_after([did("unreacted", 50, 20, **left)], light)
    assert (case.clocks, case.due_ms) == ((Clock(FIRST, 20, 80),), 80)


def test_taken_back_in_a_settled_case_it_stays_settled_and_counts_as_unanswered() -> None:
    before = case_after([opened(), heard(10, 70), did("promised", 15, until=90)])
    light = case_after([did("reacted", 40, 10), did("resolved", 45)], before)
    assert light.clocks[0] == Clock(FIRST, 10, 70, 40, 10)
    again = case_after([did("unreacted", 50, 10, **told(before))], light)
    assert (again.state, again.waiting, again.pending) == (State.RESOLVED, Waiting.NOBODY, ())
    assert again.clocks == (Clock(FIRST, 10, 70, 40, None), light.clocks[1])
    assert case_after([did("reopened", 60, undo=1)], again) == before


def test_a_merged_case_keeps_nothing_of_its_own() -> None:
    case = case_after([opened(), heard(10, 70), spoke(20), did("merged", 30, into=5)])
    assert (case.state, case.merged_into, case.clocks, case.pending) == (State.RESOLVED, 5, (), ())


def test_a_turn_that_was_split_off_waits_here_no_longer() -> None:
    case = case_after([opened(), heard(10, 70), heard(20, 80), did("split_off", 30, 10, into=9)])
    assert case.pending == (Pending(20, 20, 80),)


def test_what_is_left_after_a_split_has_the_clocks_of_what_was_said_there() -> None:
    left = case_after([opened(), heard(20, 80)])
    whole = case_after([opened(), heard(10, 70), heard(20, 80)])
    assert case_after([did("split_off", 30, 10, into=9, **told(left))], whole) == left


def joined(one: Case, other: Case, at: int = 90) -> Case:
    return case_after([did("took_in", at, other=2, **told(other))], one)


def test_two_cases_in_one_wait_since_the_earlier_turn() -> None:
    one = case_after([opened(50), heard(40, 100)])
    other = case_after([opened(20), heard(10, 70), heard(12, 72)])
    case = joined(one, other)
    assert case.pending == (Pending(10, 10, 70), Pending(12, 12, 72), Pending(40, 40, 100))
    assert case.clocks == (Clock(FIRST, 10, 70),)
    assert (case.waiting, case.opened_ms, case.last_order, case.due_ms) == (Waiting.US, 20, 40, 70)
    answered = case_after([spoke(95)], case)
    assert (answered.waiting, answered.clocks) == (Waiting.CUSTOMER, (Clock(FIRST, 10, 70, 95, 95),))


def test_answers_of_before_stay_measured_and_only_one_of_them_is_the_first() -> None:
    one = case_after([opened(), heard(20, 80), spoke(30), did("follow_up", 31, until=300)])
    other = case_after([opened(), heard(10, 70), spoke(15), did("follow_up", 31, until=200)])
    case = joined(one, other)
    assert case.clocks == (Clock(FIRST, 10, 70, 15, 15), Clock(NEXT, 20, 80, 30, 30))
    assert (case.answered_ms, case.waiting, case.follow_up_ms) == (15, Waiting.CUSTOMER, 200)


def test_a_dismissed_turn_stays_dismissed_in_the_other_case() -> None:
    other = case_after([opened(), heard(10, 70), did("resolved", 20, reason=1), did("reopened", 21)])
    assert joined(case_after([opened(), heard(40, 100)]), other).clocks == (
        Clock(FIRST, 10, 70, 20, None, 1),
        Clock(NEXT, 40, 100),
    )


def test_of_two_promises_the_earlier_is_to_be_kept() -> None:
    late = case_after([opened(), heard(10, 70), did("promised", 20, until=500)])
    soon = case_after([opened(), heard(11, 71), did("promised", 21, until=400)])
    for case in (joined(late, soon), joined(soon, late)):
        assert (case.promise, case.told_ms) == (Clock(PROMISE, 21, 400), 400)
        assert Clock(PROMISE, 20, 500, 90) in case.clocks
    without = case_after([opened(), heard(12, 72)])
    assert joined(without, soon).told_ms == joined(soon, without).told_ms == 400


def test_one_matter_has_one_end_and_everything_that_was_known_of_either() -> None:
    one = case_after([opened(), Happened("heard", 900, None, 10, {"at": 10, "due": 70, "end": 900})])
    other = case_after(
        [
            opened(),
            Happened("heard", 900, None, 5, {"at": 5, "due": 65, "end": 800}),
            did("assigned", 20, to=ANNA, team=3),
            did("sorted", 21, matter=2, urgency=1),
            did("moved", 22),
            did("asked", 23),
        ]
    )
    case = joined(one, other)
    assert [clock for clock in case.clocks if clock.kind == RESOLUTION] == [Clock(RESOLUTION, 5, 800)]
    assert (case.assignee, case.team, case.matter, case.urgency) == (ANNA, 3, 2, 1)
    assert (case.private_ms, case.enquiries, case.waiting) == (22, 1, Waiting.US)
    kept = case_after([did("assigned", 20, to=8, team=4)], one)
    assert (joined(kept, other).assignee, joined(kept, other).team) == (8, 4)


def test_joining_can_be_taken_back_on_both_sides() -> None:
    one = case_after([opened(), heard(40, 100)])
    other = case_after([opened(), heard(10, 70), spoke(20), heard(30, 90)])
    undo = did("took_in", 95, other=2, undo=1)
    assert case_after([undo], joined(one, other)) == one
    gone = case_after([did("merged", 90, into=1)], other)
    back = did("merged", 95, into=1, undo=1)
    assert case_after([back], gone) == other
    assert (case_after([undo], one), case_after([back], other)) == (one, other)


def test_a_settled_case_promises_nothing_any_more() -> None:
    settled = case_after([opened(), heard(10, 70), spoke(20), did("resolved", 30)])
    assert case_after([did("promised", 40, until=500)], settled) == settled
