"""The command `queue`: who waits, in the order in which the desk answers."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from resonanz import case
from resonanz.desk import home

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Conversation

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
Row = dict[str, object]
USUAL_LIMIT = 100
VIEWS = (  # those of desk.queue, named here so that asking for help opens no database
    "mine",
    "waiting",
    "unassigned",
    "follow_up",
    "again",
    "department",
    "release",
    "customer",
    "resolved",
)


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    words = "print who waits, in the order in which the desk answers"
    listing = commands.add_parser("queue", help=words, description=words.capitalize() + ".")
    listing.add_argument("--agent", help="as this person sees it; needed for the view mine")
    listing.add_argument("--view", default="waiting", choices=VIEWS)
    listing.add_argument(
        "--limit", type=counted, default=USUAL_LIMIT, help=f"rows at most, usual {USUAL_LIMIT}"
    )
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=queue)


def counted(text: str) -> int:
    """Return how many rows are asked for, one at least."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} rows are none; expected 1 or more")
    return number


def queue(options: argparse.Namespace) -> int:
    """Print the rows of a view, the next one first."""
    home.prepare()
    from resonanz.desk.queue import in_view  # noqa: PLC0415 - the home is ready only now

    agent = _agent(options.agent)
    if agent is None or (options.view == "mine" and not options.agent):
        wanted = f"there is nobody called {options.agent!r}" if options.agent else "mine needs --agent NAME"
        print(f"resonanz: {wanted}", file=sys.stderr, flush=True)
        return 2
    shown = in_view(agent, options.view).select_related("customer", "channel", "assignee")
    rows = [_row(talk) for talk in shown[: options.limit]]
    print(json.dumps(rows, ensure_ascii=False) if options.json else "\n".join(map(_line, rows)), flush=True)
    return 0


def _agent(name: str | None) -> Agent | None:
    """Who looks: the one named, else somebody who sees everything."""
    from resonanz.desk.models import Agent, Role  # noqa: PLC0415

    if name is None:
        return Agent(role=Role.OPERATOR)
    return Agent.objects.filter(username__iexact=name).first()


def _row(talk: Conversation) -> Row:
    return {
        "conversation": talk.pk,
        "network": talk.channel.network,
        "channel": talk.channel.handle,
        "customer": talk.customer.handle,
        "waiting": case.Waiting(talk.waiting).name.lower(),
        "urgency": case.Urgency(talk.urgency).name.lower(),
        "matter": case.Matter(talk.matter).name.lower(),
        "due_at": _moment(talk.due_at),
        "promised_at": _moment(talk.promised_at),
        "assignee": None if talk.assignee is None else talk.assignee.username,
        "reported_again": talk.reopened_count > 0,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def _line(row: Row) -> str:
    due = row["due_at"] or "–"
    return f"{row['conversation']}  {due}  {row['urgency']}  {row['network']}  {row['customer']}"
