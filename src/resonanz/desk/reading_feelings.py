"""How people feel about us and what they want, by the day. Reads only."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.utils import timezone

from resonanz.desk import understood
from resonanz.desk.access import scope_of
from resonanz.desk.finding import posts_seen
from resonanz.desk.models.listening import SEQUENCE_BITS
from resonanz.desk.storage import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resonanz.desk.models import Agent

HOUR_MS = 3_600_000
FEELINGS = ("negative", "unsure", "neutral", "positive")  # in the order in which they are drawn
FROM = """FROM desk_annotation n JOIN desk_mention m ON m."order" = n.mention_id"""


class Day(NamedTuple):
    """One day's posts by feeling."""

    on: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


class Feelings(NamedTuple):
    """Some days, and of all of them how many posts have each intent and reason, most first."""

    days: Sequence[Day]
    intents: Sequence[tuple[str, int]]
    reasons: Sequence[tuple[str, int]]

    def count(self, feeling: str) -> int:
        """Return how many posts sound so."""
        return sum(day.counts.get(feeling, 0) for day in self.days)

    @property
    def total(self) -> int:
        """How many posts in all."""
        return sum(day.total for day in self.days)


def feelings(agent: Agent, days: int) -> Feelings:
    """Return the last days' posts that somebody may see; those about something else do not count."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    begin = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    low = to_ms(begin) << SEQUENCE_BITS
    off = understood.switched_off()
    by_day: dict[date, Counter[str]] = {first + timedelta(days=n): Counter() for n in range(days)}
    if "sentiment" not in off:
        for hour, feeling, count in _asked(agent, low, _HOURLY):
            on = timezone.localdate(from_ms(int(hour) * HOUR_MS))
            by_day.setdefault(on, Counter())[str(feeling)] += int(count)
    intents = () if "intent" in off else _counted(agent, low, _INTENTS)
    reasons = () if "reason" in off else _counted(agent, low, _REASONS)
    return Feelings([Day(on, counts) for on, counts in sorted(by_day.items())], intents, reasons)


_HOURLY = f"""SELECT (n.mention_id >> {SEQUENCE_BITS}) / {HOUR_MS} AS hour, n.sentiment, count(*) {FROM}
    WHERE n.sentiment <> '' AND {{where}} GROUP BY 1, 2"""
_INTENTS = f"""SELECT i.key, count(*) {FROM}, json_each(n.intents) i
    WHERE n.intents <> '' AND {{where}} GROUP BY 1 ORDER BY 2 DESC, 1"""
_REASONS = f"""SELECT n.reason, count(*) {FROM}
    WHERE n.reason NOT IN ('', 'none', 'unsure') AND {{where}} GROUP BY 1 ORDER BY 2 DESC, 1"""


def _asked(agent: Agent, low: int, statement: str) -> list[tuple[str | int, ...]]:
    seen, values = posts_seen(scope_of(agent))
    where = f"n.mention_id >= %s AND n.about <> 'others' AND {seen}"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(where=where), [low, *values])
        found: list[tuple[str | int, ...]] = cursor.fetchall()
    return found


def _counted(agent: Agent, low: int, statement: str) -> list[tuple[str, int]]:
    return [(str(label), int(count)) for label, count in _asked(agent, low, statement)]
