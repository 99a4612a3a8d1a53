"""What each command does with its words; the work itself is in the verbs."""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from resonanz.annotate.labelled import INTENTS, SENTIMENTS
from resonanz.desk import (
    commands_channels,
    commands_imports,
    commands_listen,
    commands_lookalikes,
    commands_models,
    commands_payloads,
    commands_queries,
    commands_queue,
    commands_reports,
    commands_simulate,
    commands_topics,
    commands_understanding,
    home,
)
from resonanz.desk.commands_words import add_commands
from resonanz.study import parse_within

Run = Callable[[argparse.Namespace], int]


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(words)
    os.umask(0o077)  # what the desk writes is for its own user only
    run_it: Run = options.run
    try:
        return run_it(options)
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def say(text: str) -> None:
    """Tell a person something; standard output stays free for results."""
    print(text, file=sys.stderr, flush=True)


# Running -----------------------------------------------------------------------------------------


def up(options: argparse.Namespace) -> int:
    """Start the desk: web side and worker, in the demo the simulated network too."""
    from resonanz.desk.supervisor import supervise  # noqa: PLC0415 - only this command needs it

    if refusal := _unsafe(options.host):
        say(refusal)
        return 2
    home.prepare()
    port = options.port or _port()
    address = settings.PUBLIC_ADDRESS or f"http://localhost:{port}"
    commands: dict[str, Sequence[str]] = {
        "web": _self("web", "--host", options.host, "--port", str(port)),
        "worker": _self("work"),
    }
    if settings.DEMO:
        _prepare_demo(commands, address)
    else:
        _first_user(address)
    running = Path(settings.HOME) / "running"
    running.write_text(str(os.getpid()))
    try:
        return supervise(commands)
    finally:
        running.unlink(missing_ok=True)


def _self(*words: str) -> list[str]:
    return [sys.executable, "-m", "resonanz.desk", *words]


def _unsafe(host: str) -> str:
    """Return why the desk must not be served on this address, "" if it may."""
    if host in {"localhost", "127.0.0.1", "::1"} or settings.PUBLIC_ADDRESS:
        return ""
    return (
        f"resonanz: {host} would carry passwords over plain http. Put a proxy with https in front and set "
        "RESONANZ_PUBLIC_ADDRESS=https://…; see docs/operating.md."
    )


def _port() -> int:
    from resonanz.desk.demo import free_port  # noqa: PLC0415

    return free_port(8000)


def _prepare_demo(commands: dict[str, Sequence[str]], address: str) -> None:
    from resonanz.desk import demo  # noqa: PLC0415

    made = demo.load()
    demo.people(made)
    if settings.DEMO_NETWORK_URL:  # somebody runs the networks: accounts are connected by hand
        print(demo.welcome(made, address, networks=settings.DEMO_NETWORK_URL), flush=True)
        return
    os.environ["RESONANZ_DEMO_NETWORK"] = made.network_url
    state = Path(settings.HOME) / "simulated-network.json"
    words = ["--networks", demo.NETWORKS, "--port", str(made.port)]
    words += ["--state", str(state), "--tokens", str(made.tokens_file)]
    commands["simulated networks"] = _self("simulate", *words)
    threading.Thread(target=demo.connect, args=(made,), daemon=True).start()
    print(demo.welcome(made, address), flush=True)


def _first_user(address: str) -> None:
    from resonanz.desk import people  # noqa: PLC0415
    from resonanz.desk.models import Agent, Role  # noqa: PLC0415

    print(f"\n  Resonanz  {address}", flush=True)
    if Agent.objects.exists():
        return
    _agent, password = people.create("admin", name="", role=Role.OPERATOR)
    print(f"  Sign in   admin  /  {password}   (shown once; change it in the settings)\n", flush=True)


def web(options: argparse.Namespace) -> int:
    """Serve pages and live updates."""
    if refusal := _unsafe(options.host):
        say(refusal)
        return 2
    home.prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    from resonanz.desk.edge import serve  # noqa: PLC0415 - it sets up the whole web side

    serve("127.0.0.1" if options.host == "localhost" else options.host, options.port)
    return 0


def work(_options: argparse.Namespace) -> int:
    """Listen and deliver until told to stop."""
    from resonanz.desk.guardian import watch_parent  # noqa: PLC0415
    from resonanz.desk.worker import Worker  # noqa: PLC0415

    home.prepare()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    watch_parent()
    Worker(stop).run()
    return 0


# Reports ----------------------------------------------------------------------------


def report_responses(options: argparse.Namespace) -> int:
    """Print the response report."""
    from resonanz.desk.responses import Which, flat, response_rows  # noqa: PLC0415
    from resonanz.desk.understood import reasons, switched_off  # noqa: PLC0415
    from resonanz.desk.waiting import as_json, waiting_so_far  # noqa: PLC0415

    try:
        within = parse_within(options.within)
    except ValueError as error:
        say(f"resonanz: --within: {error}")
        return 2
    home.prepare()
    which = Which(sentiment=options.sentiment, intent=options.intent, reason=options.reason)
    known = [reason.code for reason in reasons(active=False)]
    if which.reason and which.reason not in known:
        say(f"resonanz: --reason: there is no {which.reason!r}; expected one of {', '.join(known)}.")
        return 2
    asked = {name for name in ("sentiment", "intent", "reason") if getattr(which, name)}
    for kind in sorted(asked & switched_off()):
        say(f"resonanz: --{kind}: this is switched off in the settings, under Understanding posts.")
        return 2
    rows = response_rows(by=options.by, within=within, which=which)
    if options.json and options.by is None and not which.asks_for_notes:
        rows[0]["waiting"] = as_json(waiting_so_far())
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif options.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(flat(rows, within))
    else:
        _print_table(list(flat(rows, within)))
    return 0


def _print_table(rows: list[list[object]]) -> None:
    """Print a table for people: shares in per cent, durations in hours and minutes."""
    header = [str(name) for name in rows[0]]
    cells = [[_readable(name, value) for name, value in zip(header, row, strict=True)] for row in rows[1:]]
    table = [header, *cells]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def _readable(name: str, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float) and name.endswith("_s"):
        minutes = round(value / 60)
        return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
    return f"{value * 100:.1f} %" if isinstance(value, float) else str(value)


# Looking after it --------------------------------------------------------------------------------


def check(options: argparse.Namespace) -> int:
    """Fold all events again and compare the result with what is stored."""
    from resonanz.desk.projection import differences  # noqa: PLC0415

    home.prepare()
    wrong = differences()
    if options.json:
        print(json.dumps({"differences": wrong}, ensure_ascii=False))
    for line in wrong:
        say(f"resonanz: {line}")
    say("All conversations are what their events say." if not wrong else f"{len(wrong)} differences.")
    return 1 if wrong else 0


def add_user(options: argparse.Namespace) -> int:
    """Add an agent and print the password."""
    from resonanz.desk import people  # noqa: PLC0415
    from resonanz.desk.models import Role  # noqa: PLC0415

    home.prepare()
    try:
        _agent, password = people.create(options.name, name="", role=Role(options.role))
    except people.PeopleError as error:
        say(f"resonanz: {options.name!r} cannot be added ({error.code.replace('_', ' ')})")
        return 2
    print(f"{options.name}  {password}")
    return 0


def unlock(options: argparse.Namespace) -> int:
    """Take the second step off somebody's sign-in."""
    from resonanz.desk import factors  # noqa: PLC0415
    from resonanz.desk.models import Agent  # noqa: PLC0415

    home.prepare()
    agent = Agent.objects.filter(username=options.name).first()
    if agent is None:
        say(f"resonanz: nobody signs in as {options.name!r}")
        return 2
    factors.reset(agent, by=None)
    say(f"{options.name} signs in with the password alone now, and is signed out everywhere.")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Run a benchmark of the checkout."""
    folder = Path(__file__).resolve().parents[3] / "bench"
    if not (folder / "__init__.py").exists():
        say("resonanz: benchmarks run from a checkout of the project; this is an installed package")
        return 2
    sys.path.insert(0, str(folder.parent))
    from bench import run_bench  # noqa: PLC0415

    return int(run_bench(options.name, as_json=options.json))


# The words ---------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="resonanz", description=(__doc__ or "").split("\n", 1)[0])
    parser.description = "A self-hosted desk for the dialogue between companies and their customers."
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _running_words(commands)
    commands_imports.add_commands(commands)
    _report_words(commands)
    add_commands(commands)
    commands_queue.add_commands(commands)
    commands_queries.add_commands(commands)
    commands_topics.add_commands(commands)
    _model_words(commands)
    commands_channels.add_commands(commands)
    commands_listen.add_commands(commands)
    commands_lookalikes.add_commands(commands)
    commands_payloads.add_commands(commands)
    commands_models.add_commands(commands)
    checking = _command(commands, "check", "compare what is stored with what the events say", check)
    checking.add_argument("--json", action="store_true")
    user = _command(commands, "user", "add an agent", add_user)
    user.add_argument("name")
    user.add_argument(
        "--role", default="agent", choices=["trainee", "agent", "lead", "communicator", "operator"]
    )
    lost = _command(commands, "unlock", "take a lost second step off somebody's sign-in", unlock)
    lost.add_argument("name")
    benches = _command(commands, "bench", "measure speed and memory (from a checkout)", bench)
    benches.add_argument(
        "name", choices=["annotate", "intake", "inbox", "keys", "live", "match", "search", "storm"]
    )
    benches.add_argument("--json", action="store_true")
    return parser


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, words: str, run_it: Run
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words.capitalize() + ".")
    parser.set_defaults(run=run_it)
    return parser


def _model_words(commands: Commands[argparse.ArgumentParser]) -> None:
    words = "make, measure and choose models that understand posts"
    models = commands.add_parser("model", help=words).add_subparsers(required=True, metavar="WHAT")
    commands_models.add_model_commands(models)
    commands_understanding.add_model_commands(models)


def _running_words(commands: Commands[argparse.ArgumentParser]) -> None:
    starting = _command(commands, "up", "start the desk: web side and worker, watched and restarted", up)
    starting.add_argument("--host", default="localhost")
    starting.add_argument("--port", type=int, default=0, help="default: the first free one from 8000")
    serving = _command(commands, "web", "serve pages and live updates only", web)
    serving.add_argument("--host", default="localhost")
    serving.add_argument("--port", type=int, default=8000)
    _command(commands, "work", "listen and deliver only", work)
    network = _command(
        commands, "simulate", "run simulated networks on this machine", commands_simulate.simulate
    )
    commands_simulate.add_words(network)


def _report_words(commands: Commands[argparse.ArgumentParser]) -> None:
    reports = commands.add_parser("report", help="print a report").add_subparsers(
        required=True, metavar="WHAT"
    )
    responses = _command(reports, "responses", "who was answered, and how fast", report_responses)
    responses.add_argument("--by", choices=["company", "channel", "network", "week"])
    responses.add_argument("--within", default="15m,1h,12h", help="limits, default 15m,1h,12h")
    words = "only conversations in which a post before the first answer"
    responses.add_argument("--sentiment", choices=SENTIMENTS, default="", help=f"{words} sounds so")
    responses.add_argument(
        "--intent", choices=INTENTS, default="", metavar="INTENT", help=f"{words} wants this"
    )
    responses.add_argument(
        "--reason", default="", metavar="REASON", help=f"{words} was written because of this"
    )
    commands_reports.add_commands(reports)
    form = responses.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
