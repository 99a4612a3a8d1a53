"""The response report: who was answered and how fast, per brand, channel, network or week.

Computed from what was said and when (the mentions' honest time stamps), never from counters. The
arithmetic is `resonanz.study`; here it meets the rows, one conversation at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from resonanz.case import ReplyKind
from resonanz.desk import turns
from resonanz.desk.models import Brand, Channel
from resonanz.desk.policies import service_hours_by_brand
from resonanz.desk.turns import Heard, Marks
from resonanz.hours import ALWAYS_OPEN
from resonanz.study import Survival, Tally, iso_week, quantile, survival

GROUPINGS = ("company", "channel", "network", "week")
USUAL_WITHIN = "15m,1h,12h"
ALL = "all"

FLAT = (
    "group",
    "conversations",
    "answered",
    "response_rate",
    "response_rate_low",
    "response_rate_high",
    "median_s",
    "p90_s",
    "service_median_s",
    "service_p90_s",
    "human",
    "acknowledged",
    "automatic",
    "reacted",
    "dismissed",
    "reopened",
    "turns",
    "turns_answered",
    "turn_median_s",
    "turn_p90_s",
    "promises_kept",
    "promises_broken",
    "promises_moved",
)

Within = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Which:
    """Which conversations count: those of some channels (None: of all), and those that began so.

    With a `sentiment`, `intent` or `reason` (of `annotate.labelled` and `understood.reasons`) a post
    up to the first answer has to have it, with several one has to have them all. What a customer says
    afterwards may be about how we answered.
    """

    channels: Collection[int] | None = None
    sentiment: str = ""
    intent: str = ""
    reason: str = ""

    @property
    def asks_for_notes(self) -> bool:
        """Whether what was said matters."""
        return bool(self.sentiment or self.intent or self.reason)


ALL_OF_THEM = Which()


@dataclass(frozen=True, slots=True)
class Names:
    """What the groups are called."""

    brands: dict[int, str]
    channels: dict[int, str]
    networks: dict[int, str]  # by channel


def heard(which: Which = ALL_OF_THEM) -> Iterator[Heard]:
    """Yield the conversations that count and have an incoming post (`turns.heard`)."""
    noted = _noted(which) if which.asks_for_notes else None
    for item in turns.heard():
        is_there = which.channels is None or item.channel in which.channels
        if is_there and (noted is None or not noted.isdisjoint(item.opening)):
            yield item


def _noted(which: Which) -> frozenset[int]:
    """Return the posts that sound so, want this and write because of that."""
    asked = [(condition, value) for condition, value in _conditions(which) if value]
    where = " AND ".join(condition for condition, _value in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mention_id FROM desk_annotation WHERE {where}", [value for _condition, value in asked]
        )
        return frozenset(order for (order,) in cursor.fetchall())


def _conditions(which: Which) -> tuple[tuple[str, str], ...]:
    return (
        ("sentiment = %s", which.sentiment),
        ("intents LIKE %s", which.intent and f'%"{which.intent}"%'),
        ("reason = %s", which.reason),
    )


class Besides:
    """What a group's headline leaves out: everything that is no answer, and every turn after the first.

    Numbers of conversations with at least one such thing: `human`, `acknowledged`, `automatic` (who of ours
    spoke), `reacted` (praise that got a favourite or boost), `dismissed`, `reopened`. Stretches of waiting:
    `turns`, `turns_answered`, `turn_median_s`, `turn_p90_s` (seconds of calendar time). Promises by what
    became of them: `promises_kept`, `promises_broken`, `promises_moved`.
    """

    def __init__(self) -> None:
        self.counts = dict.fromkeys(FLAT[FLAT.index("human") :], 0)
        self.waits = array("d")

    def add(self, item: Heard, marks: Marks) -> None:
        """Count one conversation."""
        has = {
            "human": ReplyKind.HUMAN in item.kinds,
            "acknowledged": ReplyKind.ACKNOWLEDGEMENT in item.kinds,
            "automatic": ReplyKind.AUTOMATIC in item.kinds,
            "reacted": item.reacted,
            "dismissed": item.conversation in marks.dismissed,
            "reopened": item.reopened,
        }
        for name, yes in has.items():
            self.counts[name] += yes
        for became, count in marks.promises.get(item.conversation, {}).items():
            if became != "open":
                self.counts[f"promises_{became}"] += count
        answered = [wait.seconds for wait in item.waits if wait.seconds is not None]
        self.waits.extend(answered)
        self.counts["turns"] += len(item.waits)
        self.counts["turns_answered"] += len(answered)

    def figures(self) -> dict[str, int | float | None]:
        """Return the figures of everything added so far."""
        waits = sorted(self.waits)
        times = {"turn_median_s": quantile(waits, 0.5), "turn_p90_s": quantile(waits, 0.9)}
        return {**self.counts, **times}


def _names() -> Names:
    channels = list(Channel.objects.all())
    return Names(
        brands=dict(Brand.objects.values_list("pk", "name")),
        channels={channel.pk: _channel_name(channel) for channel in channels},
        networks={channel.pk: channel.network for channel in channels},
    )


def _channel_name(channel: Channel) -> str:
    return f"{channel.network} {channel.handle if channel.is_archive else '@' + channel.handle}"


def _group(by: str | None, item: Heard, names: Names) -> str:
    if by is None:
        return ALL
    if by == "company":
        return names.brands[item.brand]
    if by == "channel":
        return names.channels[item.channel]
    if by == "network":
        return names.networks[item.channel]
    return iso_week(item.response.asked_at_s, settings.TIME_ZONE)


def response_rows(*, by: str | None, within: Within, which: Which = ALL_OF_THEM) -> list[dict[str, object]]:
    """Return the report, a row a group, sorted; without `by` one row with the group `all`.

    Keys: group, conversations, answered, response_rate, response_rate_low, response_rate_high,
    median_s, p90_s, service_median_s, service_p90_s (seconds or None), within {label: share}, and those of
    `Besides`.
    """
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"expected one of {', '.join(GROUPINGS)}, found {by!r}")
    names, marks = _names(), turns.marks(timezone.now())
    hours = service_hours_by_brand(names.brands)
    tallies: dict[str, tuple[Tally, Besides]] = {}
    if not by:
        tallies[ALL] = (Tally(within=within, hours=ALWAYS_OPEN), Besides())
    for item in heard(which):
        group = _group(by, item, names)
        if group not in tallies:
            tallies[group] = (Tally(within=within, hours=ALWAYS_OPEN), Besides())
        tally, besides = tallies[group]
        tally.add(item.response, hours=hours[item.brand])
        besides.add(item, marks)
    return [
        {"group": group, **asdict(tally.figures()), **besides.figures()}
        for group, (tally, besides) in sorted(tallies.items())
    ]


def waiting_curve(now: datetime, which: Which = ALL_OF_THEM) -> Survival:
    """Return the Kaplan-Meier curve of the share still unanswered, as far as it says something.

    Who is still unanswered was seen waiting until now; in an archive until its last time stamp.
    """
    ends = _archive_ends()
    durations, censored = array("d"), bytearray()
    for item in heard(which):
        asked, answered = item.response.asked_at_s, item.response.answered_at_s
        until = answered if answered is not None else ends.get(item.channel, now.timestamp())
        durations.append(max(0.0, until - asked))
        censored.append(answered is None)
    return survival(durations, [bool(one) for one in censored])


def _archive_ends() -> dict[int, float]:
    """Return for each archive channel its last time stamp, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.channel_id, max(m.clock_at) FROM desk_conversation c JOIN desk_mention m "
            "ON m.conversation_id = c.id WHERE c.from_import_id IS NOT NULL GROUP BY c.channel_id"
        )
        return {channel: last / 1000 for channel, last in cursor.fetchall()}


def flat(rows: Sequence[dict[str, object]], within: Within) -> Iterator[list[object]]:
    """Yield the report as a table, header first; shares within a limit are columns of their own."""
    yield [*FLAT, *(f"within_{label}" for label, _ in within)]
    for row in rows:
        shares = row["within"]
        assert isinstance(shares, dict)
        yield [*(row[name] for name in FLAT), *(shares[label] for label, _ in within)]
