"""The command `lookalikes`: which accounts look like ours."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from django.utils import translation

from resonanz.desk import home
from resonanz.desk.commands_words import SWITCHED_OFF, BadInput, command

if TYPE_CHECKING:
    from resonanz.desk.reading_lookalikes import Row

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    listing = command(commands, "lookalikes", "list accounts that look like ours", lookalikes)
    listing.add_argument("--all", action="store_true", help="reported and harmless ones too")


def lookalikes(options: argparse.Namespace) -> int:
    """Print the open ones, or all, as lines or as JSON."""
    from resonanz.desk import reading_lookalikes  # noqa: PLC0415 - models need Django to be set up
    from resonanz.desk.models import Verdict  # noqa: PLC0415
    from resonanz.desk.understood import switched_off  # noqa: PLC0415

    home.prepare()
    if "lookalikes" in switched_off():
        raise BadInput(SWITCHED_OFF.format("lookalikes"))
    rows = reading_lookalikes.rows(None, None if options.all else Verdict.OPEN)
    with translation.override("en"):
        if options.json:
            print(json.dumps([_as_json(row) for row in rows], ensure_ascii=False, indent=2))
        else:
            print("\n".join(map(_line, rows)) or "No account looks like ours.")
    return 0


def _as_json(row: Row) -> dict[str, object]:
    one = row.lookalike
    return {
        "network": one.network,
        "handle": one.handle,
        "name": one.name,
        "url": row.url,
        "brand": one.brand.name,
        "resembles": {"handle": one.found["handle"], "name": one.found["name"]},
        "kinds": list(row.kinds),
        "strength": one.strength,
        "found_at": one.found_at.isoformat(),
        "posts": row.said_count,
        "verdict": one.get_verdict_display(),
    }


def _line(row: Row) -> str:
    from resonanz.desk.wording_lookalikes import reasons  # noqa: PLC0415

    one = row.lookalike
    why = " ".join(reasons(one))
    return f"{one.strength:.2f}  {one.network} @{one.handle} ({one.name or '–'}): {why}"
