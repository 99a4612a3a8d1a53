"""The commands of listening: `listen` reads once, `reconcile` reads again, `ledger` and `quarantine` tell."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from resonanz.desk import home
from resonanz.desk.commands_queue import counted
from resonanz.desk.commands_words import command

if TYPE_CHECKING:
    from resonanz.desk.models import Channel, Quarantined
    from resonanz.desk.reading_ledger import Day, Missed, Standing

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
USUAL_DAYS = 7
STOPPED = {"paused": "paused", "login": "needs to be connected again"}
PAGES_MOST = 10_000  # of one channel, one after the other


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the four commands to the parser."""
    command(commands, "listen", "read every connected account once, to the end", listen)
    reconciling = command(
        commands, "reconcile", "read the networks again and name what was missed", reconcile
    )
    reconciling.add_argument("--days", type=counted, default=2, help="today included; usual 2")
    reconciling.add_argument("--fetch", action="store_true", help="bring in what was missed")
    books = command(commands, "ledger", "what the networks showed, and what became of each post", ledger)
    books.add_argument("--days", type=counted, default=USUAL_DAYS, help=f"usual {USUAL_DAYS}")
    quarantine = commands.add_parser(
        "quarantine", help="posts that could not be understood or stored"
    ).add_subparsers(required=True, metavar="WHAT")
    command(quarantine, "list", "what lies there", quarantine_list)
    command(quarantine, "replay", "try each of them again", quarantine_replay)


def _channels() -> list[Channel]:
    from resonanz.desk.models import Channel  # noqa: PLC0415
    from resonanz.desk.models.listening import OFFLINE  # noqa: PLC0415

    home.prepare()
    return list(Channel.objects.exclude(network__in=OFFLINE).order_by("pk"))


def _named(channel: Channel) -> str:
    return f"{channel.network} @{channel.handle}"


# Reading -----------------------------------------------------------------------------------------


def listen(options: argparse.Namespace) -> int:
    """Read every channel that works until there is no more; 1 where one could not be read."""
    rows = [_read(channel) for channel in _channels()]
    if options.json:
        print(json.dumps({"channels": rows}))
    for row in () if options.json else rows:
        said = row["error"] or f"{row['new']} new posts"
        print(f"{row['channel']}: {said}")
    if not rows and not options.json:
        print("No account is connected yet: see Settings, Channels.")
    return int(any(row["error"] for row in rows))


def _read(channel: Channel) -> dict[str, str | int]:
    from resonanz.desk import listen as verbs  # noqa: PLC0415
    from resonanz.desk.models import Channel, Mention  # noqa: PLC0415
    from resonanz.desk.models.listening import ChannelState  # noqa: PLC0415

    before = Mention.objects.filter(sightings__channel=channel).count()
    known = Channel.objects.filter(pk=channel.pk)
    error = STOPPED.get(channel.state, "")
    known.filter(state=ChannelState.OK).update(next_poll_at=timezone.now())
    for _page in range(PAGES_MOST if not error else 0):
        if not verbs.read_now(channel):
            break
    channel.refresh_from_db()
    if not error and channel.error_code:
        error = f"{channel.error_code} {channel.error_reason}".strip()
    new = Mention.objects.filter(sightings__channel=channel).count() - before
    return {"channel": _named(channel), "new": new, "error": error}


def reconcile(options: argparse.Namespace) -> int:
    """Read every network again and as usual, and say what was missed; 1 where something was."""
    from resonanz.desk import reading_ledger  # noqa: PLC0415

    channels = _channels()
    rows = [_reconciled(channel, options) for channel in channels]
    since = timezone.now() - timedelta(days=options.days)
    found = [one for one in reading_ledger.missed(channels, since=since) if not one.is_here]
    by_number = {channel.pk: channel for channel in channels}
    if options.json:
        print(json.dumps({"channels": rows, "difference": len(found), "missed": _facts(found, by_number)}))
        return int(bool(found))
    for row in rows:
        print(f"{row['channel']}: {row['error'] or str(row['seen']) + ' posts seen'}")
    print(f"{len(found)} of them are nowhere in the desk." if found else "Nothing was missed.")
    for one in found:
        print(f"  {one.posted_at.isoformat()}  @{one.handle}  {one.url or one.uri}")
    return int(bool(found))


def _reconciled(channel: Channel, options: argparse.Namespace) -> dict[str, str | int]:
    from resonanz.desk import listen as verbs  # noqa: PLC0415
    from resonanz.networks import NetworkError  # noqa: PLC0415

    row: dict[str, str | int] = {"channel": _named(channel), "seen": 0, "error": ""}
    if not verbs.can_read_again(channel):
        return row | {"error": "this network shows nothing again"}
    try:
        row["seen"] = verbs.read_again(channel, days=options.days)
    except NetworkError as error:
        return row | {"error": str(error)}
    row["error"] = _read(channel)["error"]
    channel.refresh_from_db()
    verbs.judge(channel)
    if options.fetch:
        row["fetched"] = verbs.fetch_missing(channel)
    return row


# Telling -----------------------------------------------------------------------------------------


def ledger(options: argparse.Namespace) -> int:
    """Print the ledger; 1 where a post is nowhere."""
    from resonanz.desk import reading_ledger  # noqa: PLC0415

    channels = _channels()
    found = reading_ledger.days(channels, count=options.days, today=timezone.localdate())
    named = reading_ledger.missed(channels, since=timezone.now() - timedelta(days=options.days))
    difference = sum(day.difference for day in found)
    if options.json:
        by_number = {channel.pk: channel for channel in channels}
        rows = [_row(day) for day in found]
        swept = [
            {"channel": channel.handle, "network": channel.network, "kept": one.kept_count}
            | {"late": one.late_count, "error": one.error_code}
            for channel, one in _standing(channels)
        ]
        missed = _facts(named, by_number)
        print(json.dumps({"days": rows, "difference": difference, "missed": missed, "swept": swept}))
        return int(bool(difference))
    for day in found:
        parts = ", ".join(f"{number} {name}" for name, number in day.classes.items() if number)
        print(f"{day.day}  {_named(day.channel)}: {day.seen_count} seen = {parts}")
    if not found:
        print("Nothing was seen yet: “resonanz reconcile” reads the networks again.")
    for channel, standing in _standing(channels):
        late = f", {standing.late_count} NOT IN TIME" if standing.late_count else ""
        print(f"{_named(channel)}: {standing.kept_count} posts looked for deletions{late}")
    for one in named:
        print(f"  {'fetched' if one.is_here else 'MISSING'}  @{one.handle}  {one.url or one.uri}")
    return int(bool(difference))


def _standing(channels: list[Channel]) -> list[tuple[Channel, Standing]]:
    from resonanz.desk import reading_ledger  # noqa: PLC0415

    found = ((channel, reading_ledger.standing(channel, timezone.now())) for channel in channels)
    return [(channel, one) for channel, one in found if one is not None]


def _row(day: Day) -> dict[str, object]:
    from resonanz.case import Dismissal  # noqa: PLC0415

    return {
        "day": day.day.isoformat(),
        "channel": day.channel.handle,
        "network": day.channel.network,
        "seen": day.seen_count,
        **day.classes,
        "dismissed_by_reason": {Dismissal(one).name.lower(): count for one, count in day.reasons.items()},
        "caught_up": day.caught_up_count,
        "difference": day.difference,
    }


def _facts(found: list[Missed], channels: dict[int, Channel]) -> list[dict[str, object]]:
    return [
        {
            "channel": channels[one.channel].handle,
            "uri": one.uri,
            "url": one.url,
            "author": one.handle,
            "posted_at": one.posted_at.isoformat(),
            "missed_at": None if one.missed_at is None else one.missed_at.isoformat(),
            "here": one.is_here,
        }
        for one in found
    ]


def quarantine_list(options: argparse.Namespace) -> int:
    """Print what lies in the quarantine."""
    rows = _quarantined()
    if options.json:
        print(json.dumps([_aside(row) | {"raw": row.raw} for row in rows]))
        return 0
    for row in rows:
        print(f"{row.pk}  {row.at.isoformat()}  {_named(row.channel)}  {row.native_id or '-'}: {row.reason}")
    print(f"{len(rows)} posts lie in the quarantine." if rows else "The quarantine is empty.")
    return 0


def quarantine_replay(options: argparse.Namespace) -> int:
    """Try each again; 1 where some stay."""
    from resonanz.desk import listen as verbs  # noqa: PLC0415
    from resonanz.networks import NetworkError  # noqa: PLC0415

    done: list[dict[str, object]] = []
    left: list[dict[str, object]] = []
    for row in _quarantined():
        said = _aside(row)
        try:
            (done if verbs.replay(row) else left).append(said)
        except NetworkError as error:
            print(f"{_named(row.channel)}: {error}", file=sys.stderr)
            left.append(said)
    if options.json:
        print(json.dumps({"replayed": done, "left": left}))
    else:
        print(f"{len(done)} came in, {len(left)} stay.")
    return int(bool(left))


def _quarantined() -> list[Quarantined]:
    from resonanz.desk.models import Quarantined  # noqa: PLC0415

    home.prepare()
    return list(Quarantined.objects.select_related("channel").order_by("pk"))


def _aside(row: Quarantined) -> dict[str, object]:
    return {
        "id": row.pk,
        "channel": row.channel.handle,
        "native_id": row.native_id,
        "form": row.form,
        "reason": row.reason,
        "at": row.at.isoformat(),
    }
