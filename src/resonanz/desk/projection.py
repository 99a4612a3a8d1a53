"""Conversation rows and clocks as the events make them: written with the events, checked by refolding.

The rules are `resonanz.case`; here they meet the tables. Nothing else writes these columns.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from resonanz.case import NO_FACTS, RULES, Case, Happened, case_after

Row = tuple[int | None, ...]

CASE_COLUMNS = (
    "state",
    "waiting",
    "opened_at",
    "resolved_at",
    "answered_at",
    "assignee_id",
    "team_id",
    "reopened_count",
    "awaits",
    "awaits_at",
    "due_at",
    "last_order",
    "matter",
    "urgency",
    "promised_at",
    "told_at",
    "follow_up_at",
    "private_at",
    "lifted_at",
    "enquiries_count",
    "merged_into_id",
)
CLOCK_COLUMNS = (
    "conversation_id", "number", "kind", "started_at", "due_at", "stopped_at", "stopped_by", "reason"
)  # fmt: skip
CASE_KINDS = tuple(RULES)


def case_row(case: Case) -> Row:
    """Return the values of CASE_COLUMNS."""
    awaits, promise = case.awaits, case.promise
    return (
        int(case.state),
        int(case.waiting),
        case.opened_ms,
        case.resolved_ms,
        case.answered_ms,
        case.assignee,
        case.team,
        case.reopened_count,
        awaits.order if awaits else None,
        awaits.at_ms if awaits else None,
        case.due_ms,
        case.last_order,
        case.matter,
        case.urgency,
        promise.due_ms if promise else None,
        case.told_ms,
        case.follow_up_ms,
        case.private_ms,
        case.lifted_ms,
        case.enquiries,
        case.merged_into,
    )


def clock_rows(conversation: int, case: Case) -> list[Row]:
    """Return the values of CLOCK_COLUMNS, a row a clock."""
    return [
        (conversation, number, int(c.kind), c.started_ms, c.due_ms, c.stopped_ms, c.stopped_by, c.reason)
        for number, c in enumerate(case.clocks)
    ]


def happened(rows: Iterable[Sequence[Any]]) -> dict[int, list[Happened]]:
    """Turn rows (conversation, kind, at, actor, mention, facts) into a case's events."""
    found: dict[int, list[Happened]] = defaultdict(list)
    for conversation, kind, at, actor, mention, facts in rows:
        known = json.loads(facts) if facts else NO_FACTS
        found[conversation].append(Happened(kind, at, actor, mention, known))
    return found


def read_happened(conversations: Sequence[int]) -> dict[int, list[Happened]]:
    """Return the recorded events of some conversations, oldest first."""
    if not conversations:
        return {}
    marks = ",".join(["%s"] * len(conversations))
    kinds = ",".join(f"'{kind}'" for kind in CASE_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversation, kind, at, actor, mention, facts FROM desk_event "
            f"WHERE conversation IN ({marks}) AND kind IN ({kinds}) ORDER BY id",
            conversations,
        )
        return happened(cursor.fetchall())


def write(cases: dict[int, Case]) -> None:
    """Bring the rows of existing conversations up to date."""
    if not cases:
        return
    columns = ", ".join(f"{name} = %s" for name in CASE_COLUMNS)
    clocks = [row for number, case in cases.items() for row in clock_rows(number, case)]
    surplus = [(number, len(case.clocks)) for number, case in cases.items()]  # after a merge or an undo
    marks = ", ".join(["%s"] * len(CLOCK_COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE desk_conversation SET {columns} WHERE id = %s",
            [(*case_row(case), number) for number, case in cases.items()],
        )
        cursor.executemany("DELETE FROM desk_clock WHERE conversation_id = %s AND number >= %s", surplus)
        cursor.executemany(
            f"INSERT INTO desk_clock ({', '.join(CLOCK_COLUMNS)}) VALUES ({marks}) "
            "ON CONFLICT (conversation_id, number) DO UPDATE SET kind = excluded.kind, "
            "started_at = excluded.started_at, due_at = excluded.due_at, "
            "stopped_at = excluded.stopped_at, stopped_by = excluded.stopped_by, reason = excluded.reason",
            clocks,
        )


def refresh(conversations: Sequence[int]) -> dict[int, Case]:
    """Fold the recorded events of some conversations again and write the result."""
    events = read_happened(conversations)
    cases = {number: case_after(events.get(number, [])) for number in conversations}
    write(cases)
    return cases


def differences(batch: int = 500) -> list[str]:
    """Return every stored value that the events do not explain; empty means that all is well."""
    found: list[str] = []
    last = 0
    while ids := _some_conversations(last, batch):
        last = ids[-1]
        events = read_happened(ids)
        for number in ids:
            found.extend(_compare(number, case_after(events.get(number, []))))
    return found


def _some_conversations(after: int, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM desk_conversation WHERE id > %s ORDER BY id LIMIT %s", [after, count])
        return [row[0] for row in cursor.fetchall()]


def _compare(number: int, case: Case) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(CASE_COLUMNS)} FROM desk_conversation WHERE id = %s", [number])
        stored = cursor.fetchone()
        cursor.execute(
            f"SELECT {', '.join(CLOCK_COLUMNS)} FROM desk_clock WHERE conversation_id = %s ORDER BY number",
            [number],
        )
        clocks = cursor.fetchall()
    wrong = [
        f"conversation {number}: {name} is {had!r}, the events say {should!r}"
        for name, had, should in zip(CASE_COLUMNS, stored, case_row(case), strict=True)
        if had != should
    ]
    if clocks != clock_rows(number, case):
        wrong.append(f"conversation {number}: its clocks are {clocks!r}, not {clock_rows(number, case)!r}")
    return wrong
