"""The response report: who was answered and how fast, per brand, channel, network or week.

Computed from what was said and when (the mentions' honest time stamps), never from counters. The
arithmetic is `resonanz.study`; here it meets the rows, one conversation at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from resonanz.case import ReplyKind
from resonanz.desk.models import Brand, Channel
from resonanz.desk.policies import service_hours_of
from resonanz.hours import ALWAYS_OPEN
from resonanz.study import Response, Survival, Tally, iso_week, survival

GROUPINGS = ("company", "channel", "network", "week")
USUAL_WITHIN = "15m,1h,12h"
ALL = "all"
CHUNK = 5_000

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
)

Within = Sequence[tuple[str, float]]

# Every turn of every visible conversation. The index on conversation_id ends in the order, so that
# nothing needs to be sorted.
TURNS = """
SELECT m.conversation_id, c.brand_id, c.channel_id, m.clock_at, m.incoming, m.kind
FROM desk_mention m JOIN desk_conversation c ON c.id = m.conversation_id
WHERE m.conversation_id IS NOT NULL AND (c.from_import_id IS NULL OR c.from_import_id NOT IN (
    SELECT id FROM desk_import WHERE finished_at IS NULL))
ORDER BY m.conversation_id, m."order"
"""


class Heard(NamedTuple):
    """A conversation that had something to answer."""

    brand: int
    channel: int
    response: Response


@dataclass(frozen=True, slots=True)
class Names:
    """What the groups are called."""

    brands: dict[int, str]
    channels: dict[int, str]
    networks: dict[int, str]  # by channel


def heard(channels: Collection[int] | None = None) -> Iterator[Heard]:
    """Yield every conversation with an incoming post, with its question and its first human answer.

    `channels` limits it to some channels.

    Turns are walked in their order, in which a parent stands before its child; a clock that runs back
    (another server's) counts as standing still.
    """
    return (item for item in _heard() if channels is None or item.channel in channels)


def _heard() -> Iterator[Heard]:
    with connection.cursor() as cursor:
        cursor.execute(TURNS)
        current, asked, reached, answered = -1, None, 0, None
        place = (0, 0)
        while rows := cursor.fetchmany(CHUNK):
            for conversation, brand, channel, at, incoming, kind in rows:
                if conversation != current:
                    if asked is not None:
                        yield Heard(*place, Response(asked / 1000, answered))
                    current, asked, reached, answered = conversation, None, at, None
                    place = (brand, channel)
                reached = max(reached, at)
                if incoming:
                    asked = reached if asked is None else asked
                elif asked is not None and answered is None and kind == ReplyKind.HUMAN:
                    answered = reached / 1000
        if asked is not None:
            yield Heard(*place, Response(asked / 1000, answered))


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


def response_rows(
    *, by: str | None, within: Within, channels: Collection[int] | None = None
) -> list[dict[str, object]]:
    """Return the report, a row a group, sorted; without `by` one row with the group `all`.

    `channels` limits it to the conversations of some channels; None takes all.

    Keys: group, conversations, answered, response_rate, response_rate_low, response_rate_high,
    median_s, p90_s, service_median_s, service_p90_s (seconds or None), within {label: share}.
    """
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"expected one of {', '.join(GROUPINGS)}, found {by!r}")
    names = _names()
    hours = {brand: service_hours_of(brand) for brand in names.brands}
    tallies: dict[str, Tally] = {} if by else {ALL: Tally(within=within, hours=ALWAYS_OPEN)}
    for item in heard(channels):
        group = _group(by, item, names)
        if group not in tallies:
            tallies[group] = Tally(within=within, hours=ALWAYS_OPEN)
        tallies[group].add(item.response, hours=hours[item.brand])
    return [{"group": group, **asdict(tallies[group].figures())} for group in sorted(tallies)]


def waiting_curve(now: datetime, channels: Collection[int] | None = None) -> Survival:
    """Return the Kaplan-Meier curve of the share still unanswered, as far as it says something.

    Who is still unanswered was seen waiting until now; in an archive until its last time stamp.
    """
    ends = _archive_ends()
    durations, censored = array("d"), bytearray()
    for item in heard(channels):
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
