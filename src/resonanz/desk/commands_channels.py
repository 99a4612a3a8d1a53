"""The commands of accounts: connecting and checking them (`channel`), and what their calls cost (`cost`).

Secrets come from a JSON file, from standard input or are asked for on a terminal, never as arguments: those
stand in the shell's history and in every list of processes.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone, translation

from resonanz.desk import home
from resonanz.desk.commands_words import BadInput, command
from resonanz.networks import NetworkError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from resonanz.desk.models import Brand, Channel
    from resonanz.desk.spending import Cost
    from resonanz.desk.ways_in import Entrance, Way

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    channel = commands.add_parser("channel", help="connect accounts, and see whether they work")
    what = channel.add_subparsers(required=True, metavar="WHAT")
    adding = command(what, "add", "connect an account; it is tested before anything is stored", add)
    adding.add_argument("network", help="mastodon, x or bluesky")
    adding.add_argument("--brand", help="for which brand; usual: the first")
    connecting = (adding, command(what, "reconnect", "connect an account again; everything stays", reconnect))
    connecting[1].add_argument("name", help="its handle or number")
    for parser in connecting:
        parser.add_argument("--way", help="token, keys or password; usual: the first that needs no browser")
        parser.add_argument("--server", default="", help="the account's server, where it has one of its own")
        words = "a JSON file with what the way asks for; - reads standard input"
        parser.add_argument("--secrets", default="", metavar="FILE", help=words)
    command(what, "list", "every account and how it is", list_channels)
    checking = command(what, "check", "ask the networks whether accounts work", check)
    checking.add_argument("name", nargs="?", default="", help="its handle or number; usual: all")
    command(commands, "cost", "what the calls of each account have cost, in US dollars", cost)


# Connecting --------------------------------------------------------------------------------------


def add(options: argparse.Namespace) -> int:
    """Connect an account; 1 and the reason where it does not work."""
    home.prepare()
    entrance = _entrance(options.network)
    return _connect(options, entrance, options.server or entrance.server, brand=_brand(options.brand))


def reconnect(options: argparse.Namespace) -> int:
    """Connect an account again with new secrets: cursor, settings and budget stay."""
    home.prepare()
    channel = _named(options.name)
    server = options.server or channel.base_url
    return _connect(options, _entrance(channel.network), server, brand=channel.brand)


def _entrance(network: str) -> Entrance:
    from resonanz.desk import ways_in  # noqa: PLC0415 - only what connects needs the table

    known = {one.network: one for one in ways_in.entrances()}
    if network not in known:
        raise BadInput(f"accounts of {network!r} are not connected here; known: {', '.join(known)}")
    return known[network]


def _brand(name: str | None) -> Brand:
    from resonanz.desk.models import Brand  # noqa: PLC0415

    found = Brand.objects.filter(name=name) if name else Brand.objects.all()
    brand = found.order_by("pk").first()
    if brand is None:
        raise BadInput(
            f"there is no brand {name!r}" if name else "there is no brand yet; start the desk first"
        )
    return brand


def _connect(options: argparse.Namespace, entrance: Entrance, server: str, *, brand: Brand) -> int:
    from resonanz.desk import channels, ways_in  # noqa: PLC0415
    from resonanz.desk.web.channel_words import connect_error  # noqa: PLC0415
    from resonanz.desk.web.settings_connect import address_of  # noqa: PLC0415
    from resonanz.networks import Credentials  # noqa: PLC0415
    from resonanz.networks.http import server_address  # noqa: PLC0415

    way = _way(entrance, options.way)
    if not server:
        raise BadInput(f"{entrance.label} accounts live on servers of their own: --server names it")
    typed = _typed(way, options.secrets)
    address, simulated = address_of(server)
    with translation.override("en"):
        try:
            base_url = server_address(address, simulated=simulated)
            secret = ways_in.secret_of(way, typed)
            credentials = Credentials(base_url=base_url, secret=secret, simulated=simulated)
            application = channels.Application(network=entrance.network, brand=brand, credentials=credentials)
            channel = channels.connect(application)
        except NetworkError as error:
            words = connect_error(error, entrance.label, refused=str(way.refused))
            print(f"resonanz: {words}", file=sys.stderr)
            return 1
        except channels.ChannelTaken as taken:
            raise BadInput(f"this account belongs to the brand “{taken}”: --brand names it") from taken
        found = _state(channel, timezone.now())
    print(json.dumps(found) if options.json else f"{found['channel']} is connected")
    return 0


def _way(entrance: Entrance, name: str | None) -> Way:
    known = {way.name: way for way in entrance.ways if not way.by_browser}
    if not known:
        raise BadInput(f"{entrance.label} accounts are connected in the browser: Settings, Channels")
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        raise BadInput(f"{entrance.label} has no way {name!r} here; known: {', '.join(known)}")
    return known[name]


def _typed(way: Way, file: str) -> dict[str, object]:
    """Return what a way asks for, from a file or from somebody at a terminal."""
    found = _from_file(way, file) if file else _from_person(way)
    missing = [ask.name for ask in way.asks if not ask.is_optional and not found.get(ask.name)]
    if missing:
        raise BadInput(f"missing: {', '.join(missing)}")
    return found


def _from_file(way: Way, file: str) -> dict[str, object]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        given = json.loads(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no JSON"  # never what it holds
        raise BadInput(f"the secrets cannot be read: {reason}") from None
    if not isinstance(given, dict):
        raise BadInput("the secrets have to be one JSON object")
    names = {ask.key: ask.name for ask in way.asks} | {ask.name: ask.name for ask in way.asks}
    if strangers := sorted(set(given) - set(names)):
        expected = ", ".join(ask.name for ask in way.asks)
        raise BadInput(f"unknown in the secrets: {', '.join(strangers)}; expected: {expected}")
    return {names[key]: value for key, value in given.items()}


def _from_person(way: Way) -> dict[str, object]:
    if not sys.stdin.isatty():
        raise BadInput("nobody is here to be asked: --secrets names a JSON file, or - for standard input")
    found: dict[str, object] = {}
    with translation.override("en"):
        for ask in way.asks:
            if ask.is_tick:
                found[ask.name] = input(f"{ask.label}? [y/N] ").strip().lower() in {"y", "yes"}
            else:
                label = f"{ask.label} (optional)" if ask.is_optional else ask.label
                found[ask.name] = (getpass.getpass if ask.is_secret else input)(f"{label}: ")
    return found


# Looking -----------------------------------------------------------------------------------------


def list_channels(options: argparse.Namespace) -> int:
    """Print every account with its state; 1 where one needs somebody."""
    home.prepare()
    return _tell(options, _live())


def check(options: argparse.Namespace) -> int:
    """Ask the networks now; 1 where an account does not work."""
    from resonanz.desk.channels import check_now  # noqa: PLC0415
    from resonanz.desk.models.listening import ChannelState  # noqa: PLC0415

    home.prepare()
    chosen = [_named(options.name)] if options.name else _live()
    for channel in chosen:
        if channel.state != ChannelState.PAUSED:
            check_now(channel)
            channel.refresh_from_db()
    return _tell(options, chosen)


def _live() -> list[Channel]:
    from resonanz.desk.models import Channel  # noqa: PLC0415
    from resonanz.desk.models.listening import OFFLINE  # noqa: PLC0415

    return list(Channel.objects.exclude(network__in=OFFLINE).select_related("brand").order_by("pk"))


def _named(name: str) -> Channel:
    """Return the account with a handle or number; BadInput where there is none, or more than one."""
    wanted = name.removeprefix("@").casefold()
    known = _live()
    found = [one for one in known if wanted in {str(one.pk), one.handle.casefold()}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{one.pk} ({one.network} @{one.handle})" for one in found or known) or "none"
    raise BadInput(f"{'several accounts are' if found else 'no account is'} called {name!r}: {names}")


def _tell(options: argparse.Namespace, chosen: list[Channel]) -> int:
    now = timezone.now()
    with translation.override("en"):
        found = [_state(channel, now) for channel in chosen]
    for one in found:
        print(json.dumps(one) if options.json else _sentence(one))
    if not found and not options.json:
        print("No account is connected. “resonanz channel add” connects one, and so does Settings, Channels.")
    return 1 if any(one["level"] == "late" or one["error"] for one in found) else 0


def _state(channel: Channel, now: datetime) -> dict[str, object]:
    """Return how an account is; `delay_s` is how long ago it was read completely."""
    from resonanz.desk.web.channel_words import health_of, notices_of  # noqa: PLC0415

    health = health_of(channel, now)
    read = channel.read_at
    return {
        "channel": f"{channel.network} @{channel.handle}",
        "number": channel.pk,
        "brand": channel.brand.name,
        "state": channel.state,
        "level": health.level,
        "word": health.word,
        "todo": " ".join([*([health.advice] if health.advice else []), *notices_of(channel, now)]),
        "error": channel.error_code,
        "read_at": None if read is None else read.isoformat(timespec="seconds"),
        "delay_s": None if read is None else max(0, round((now - read).total_seconds())),
        "heard_at": None if channel.heard_at is None else channel.heard_at.isoformat(timespec="seconds"),
    }


def _sentence(one: Mapping[str, object]) -> str:
    delay = "never read" if one["delay_s"] is None else f"read {one['delay_s']} s ago"
    todo = f"\n  {one['todo']}" if one["todo"] else ""
    return f"{one['number']}  {one['channel']} ({one['brand']}): {one['word']}, {delay}{todo}"


# Money -------------------------------------------------------------------------------------------


def cost(options: argparse.Namespace) -> int:
    """Print what was spent today and this month, by call; with `--json` one line for each account."""
    from resonanz.desk import spending  # noqa: PLC0415
    from resonanz.desk.models import Channel  # noqa: PLC0415

    home.prepare()
    found = spending.costs(list(Channel.objects.order_by("pk")))
    for one in found:
        print(json.dumps(_facts(one)) if options.json else _told(one))
    if not found and not options.json:
        print("No account is on a network that takes money for calls.")
    return 0


def _facts(one: Cost) -> dict[str, object]:
    return {
        "channel": f"{one.channel.network} @{one.channel.handle}",
        "today": one.today,
        "month": one.month,
        "forecast": one.forecast,
        "budget": one.budget,
        "by_call": one.by_call,
    }


def _told(one: Cost) -> str:
    budget = "no limit" if one.budget is None else f"${one.budget:.2f} allowed"
    parts = "".join(f"\n  ${amount:.3f}  {call}" for call, amount in one.by_call.items())
    stopped = "\n  STOPPED: some calls are not made any more this month." if one.stopped_at else ""
    return (
        f"{one.channel.network} @{one.channel.handle}: ${one.today:.2f} today, ${one.month:.2f} this month, "
        f"${one.forecast:.2f} at its end ({budget}){stopped}{parts}"
    )
