"""Who waited how long, as the fairness report compares it: every turn of live conversations, with its groups.

Groups are reach (followers), network, language and kind of matter. What a fair order is, is reckoned in
`resonanz.fairness`; nobody of ours is a group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from resonanz.case import Matter
from resonanz.desk.policies import Policy, Subject, policy_of
from resonanz.desk.storage import to_ms
from resonanz.fairness import Dimension, Wait, fairness_of, reach_band
from resonanz.hours import service_s_between
from resonanz.post import Audience

DAYS = 30
TO_THE_S = 60  # targets are told apart to the minute
CLOCKS = """
SELECT k.started_at, k.due_at, k.stopped_at, k.stopped_by, c.brand_id, c.channel_id, c.matter, c.urgency,
    t.audience, h.network, a.followers_count,
    (SELECT m.language FROM desk_mention m WHERE m.conversation_id = c.id AND m.incoming
        ORDER BY m."order" LIMIT 1)
FROM desk_clock k JOIN desk_conversation c ON c.id = k.conversation_id
JOIN desk_thread t ON t.id = c.thread_id JOIN desk_channel h ON h.id = c.channel_id
JOIN desk_author a ON a.id = c.customer_id
WHERE k.kind <= 1 AND c.from_import_id IS NULL AND h.network <> 'archive' AND k.started_at BETWEEN %s AND %s
ORDER BY k.started_at, k.conversation_id
"""


@dataclass(frozen=True, slots=True)
class Fairness:
    """The report: how many waits since when, and a verdict for each dimension."""

    since: datetime
    until: datetime
    waits_count: int
    dimensions: tuple[Dimension, ...]


class _Clock(NamedTuple):
    started: int
    due: int | None
    stopped: int | None
    by: int | None
    brand: int
    channel: int
    matter: int
    urgency: int
    audience: int
    network: str
    followers: int | None
    language: str | None


def waits(since: datetime, until: datetime, channels: Collection[int] | None = None) -> Iterator[Wait]:
    """Yield every turn that began to wait between two moments, in some channels or in all.

    Who still waits, or was dismissed, was seen waiting until then.
    """
    policies = cache(policy_of)
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS, [to_ms(since), to_ms(until)])
        for row in cursor.fetchall():
            clock = _Clock(*row)
            if channels is None or clock.channel in channels:
                yield _wait(clock, policies(clock.brand), to_ms(until))


def _wait(clock: _Clock, policy: Policy, until: int) -> Wait:
    ended = until if clock.stopped is None else min(clock.stopped, until)
    language = (clock.language or "").partition("-")[0].lower()
    return Wait(
        waited_s=max(0, ended - clock.started) / 1000,
        answered=clock.by is not None and clock.stopped is not None and clock.stopped <= until,
        target_s=_target_s(clock, policy),
        arrived_at_s=clock.started / 1000,
        groups={
            "reach": reach_band(clock.followers),
            "network": clock.network,
            "language": language or "unknown",
            "kind": Matter(clock.matter).name.lower(),
        },
    )


def _target_s(clock: _Clock, policy: Policy) -> float | None:
    """Return what was promised: the time to the due time on the clock of its target, to the minute."""
    if clock.due is None:
        return None
    private = Audience(clock.audience).is_private
    targets = policy.targets(Subject(clock.channel, private, clock.matter, clock.urgency))
    seconds = service_s_between(targets.hours, clock.started / 1000, clock.due / 1000)
    return round(seconds / TO_THE_S) * float(TO_THE_S)


def fairness(since: datetime, until: datetime, channels: Collection[int] | None = None) -> Fairness:
    """Return the verdicts about everybody who began to wait between two moments."""
    found = list(waits(since, until, channels))
    return Fairness(since, until, len(found), fairness_of(found))


def as_json(report: Fairness) -> dict[str, object]:
    """Return the report as the command prints it: plain values, times as ISO 8601."""
    return {
        "since": report.since.isoformat(timespec="seconds"),
        "until": report.until.isoformat(timespec="seconds"),
        "waits": report.waits_count,
        "fair": all(dimension.verdict != "unfair" for dimension in report.dimensions),
        "dimensions": [asdict(dimension) for dimension in report.dimensions],
    }
