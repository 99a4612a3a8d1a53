"""The command `report fairness`: whether anybody waits longer than others for who he is."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from django.utils import timezone, translation

from resonanz.desk import home

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
DAYS_MOST = 3650


def add_commands(reports: Commands[argparse.ArgumentParser]) -> None:
    """Add the report to the words after `report`."""
    words = "whether reach, network, language or kind make anybody wait longer"
    fairness = reports.add_parser("fairness", help=words, description=f"{words.capitalize()}.")
    fairness.add_argument("--days", type=_days, default=30, help="how far back, default 30")
    fairness.add_argument("--json", action="store_true")
    fairness.set_defaults(run=report_fairness)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= DAYS_MOST:
        raise argparse.ArgumentTypeError(f"a number of days from 1 to {DAYS_MOST}, not {text!r}")
    return int(text)


def report_fairness(options: argparse.Namespace) -> int:
    """Print the verdicts, as sentences or as JSON."""
    from resonanz.desk import waits, wording_fairness  # noqa: PLC0415 - models need Django to be set up

    home.prepare()
    now = timezone.now()
    found = waits.fairness(now - timedelta(days=options.days), now)
    if options.json:
        print(json.dumps(waits.as_json(found), ensure_ascii=False, indent=2))
        return 0
    with translation.override("en"):
        print(f"{found.waits_count} waits in {options.days} days")
        for dimension in found.dimensions:
            name = wording_fairness.dimension_name(dimension.name)
            word = wording_fairness.verdict_word(dimension.verdict)[1]
            print(f"{name:9} {word}: {wording_fairness.sentence(dimension)}")
    return 0
