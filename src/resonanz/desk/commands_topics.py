"""The command `topics`: what more people speak of than is usual, with posts that show it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from resonanz.desk import home
from resonanz.desk.commands_words import SWITCHED_OFF, BadInput, command
from resonanz.desk.storage import from_ms

if TYPE_CHECKING:
    from resonanz.desk.reading_topics import Found, Theme

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
SPAN_H = {"h": 1, "d": 24, "w": 168}
SPAN_MOST_H = 24 * 365
SPAN = re.compile(r"([1-9]\d{0,4})([hdw])")


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    asking = command(commands, "topics", "tell what more people speak of than is usual", topics)
    asking.add_argument("--since", default="24h", help="a span such as 24h, 7d or 4w, or a date; usual 24h")
    asking.add_argument("--until", help="a date at which the span ends; usual now")
    asking.add_argument("--brand", help="only what was said to this brand")


def topics(options: argparse.Namespace) -> int:
    """Print the themes of a span, the most surprising first; everything that is stored is looked at."""
    until = timezone.now() if options.until is None else _date(options.until, "--until")
    since = _since(options.since, until)
    if since >= until:
        raise BadInput(
            f"--since: {options.since!r} is not before the end; expected a span or an earlier date"
        )
    home.prepare()
    from resonanz.desk import reading_topics  # noqa: PLC0415 - the home is ready only now
    from resonanz.desk.understood import switched_off  # noqa: PLC0415

    if "topics" in switched_off():
        raise BadInput(SWITCHED_OFF.format("topics"))

    found = reading_topics.found(reading_topics.Wanted(since, until, brand=_brand(options.brand)))
    themes = reading_topics.themes(found, None)
    if options.json:
        print(json.dumps([reading_topics.as_json(theme) for theme in themes], ensure_ascii=False, indent=2))
        return 0
    _tell(found, themes)
    return 0


def _tell(found: Found, themes: list[Theme]) -> None:
    if not found.knows_usual:
        words = f"only {found.past_count} posts from before: nobody can know yet what is usual"
        print(f"resonanz: {words}", file=sys.stderr, flush=True)
    elif not themes:
        print("resonanz: nothing rises above the usual", file=sys.stderr, flush=True)
    print("\n".join(map(_line, themes)), end="\n" if themes else "", flush=True)


def _line(theme: Theme) -> str:
    topic = theme.topic
    began = timezone.localtime(from_ms(topic.since_ms))
    counts = f"{len(topic.orders)} posts of {topic.people} people, usual {topic.usual:.1f}"
    head = f"{', '.join(theme.terms)}: {counts}, since {began:%Y-%m-%d %H:%M}"
    return "\n".join([head, *(f"  @{one.handle}: {' '.join(one.text.split())}" for one in theme.examples)])


# What was asked for ------------------------------------------------------------------------------


def _since(text: str, until: datetime) -> datetime:
    if (span := SPAN.fullmatch(text)) is not None:
        hours = int(span[1]) * SPAN_H[span[2]]
        if hours > SPAN_MOST_H:
            raise BadInput(f"--since: {text} is too long; expected a year at most")
        return until - timedelta(hours=hours)
    return _date(text, "--since")


def _date(text: str, where: str) -> datetime:
    """Return a moment as ISO 8601 writes it; a day begins, and a time without its zone is, in ours."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        span = "a span such as 24h or 7d, or " if where == "--since" else ""
        raise BadInput(f"{where}: {text!r} is no time; expected {span}a date such as 2026-11-20") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())


def _brand(name: str | None) -> int | None:
    from resonanz.desk.models import Brand  # noqa: PLC0415

    if name is None:
        return None
    known = Brand.objects.filter(name__iexact=name).first()
    if known is None:
        names = ", ".join(Brand.objects.order_by("name").values_list("name", flat=True))
        raise BadInput(f"--brand: there is no brand {name!r}; expected one of {names}")
    return known.pk
