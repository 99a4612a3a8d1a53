"""What a conversation is after what happened to it."""

from __future__ import annotations

from resonanz.case import Case, Clock, ClockKind, Happened, Pending, ReplyKind, State, Waiting, case_after

FIRST, NEXT = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
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


def test_customer_reopens_and_dismissed_posts_stay_dismissed() -> None:
    case = case_after(
        [opened(), heard(10), Happened("resolved", 20), Happened("reopened", 30), heard(30, 90)]
    )
    assert (case.state, case.waiting, case.reopened_count) == (State.OPEN, Waiting.US, 1)
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
