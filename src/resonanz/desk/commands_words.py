"""The commands that look at words alone: `compose check`, `address-form` and `private-data`.

They need no desk: no home is made and no database opened. The two that read standard input answer each
line as soon as it has come.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from resonanz.compose import USUAL_LIMITS, fits, length, split

if TYPE_CHECKING:
    from resonanz.guards import Problem
    from resonanz.post import Limits

Row = dict[str, object]
Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


SWITCHED_OFF = "{}: this is switched off in the settings, under Understanding posts"


class BadInput(Exception):
    """What was given cannot be used; the sentence says where and what was expected."""


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the three commands to the parser."""
    composing = commands.add_parser("compose", help="look at a text before it goes out").add_subparsers(
        required=True, metavar="WHAT"
    )
    checking = command(
        composing, "check", "count a text as a network does, and say what to mend", compose_check
    )
    checking.add_argument("--network", required=True, choices=sorted(USUAL_LIMITS))
    checking.add_argument("--text", required=True, help="the text; - reads it from standard input")
    checking.add_argument("--voice", choices=["du", "sie"], default="none", help="how the brand speaks")
    readers = checking.add_mutually_exclusive_group()
    readers.add_argument(
        "--public", dest="direct", action="store_false", help="strangers can read it (usual)"
    )
    readers.add_argument("--direct", action="store_true", help="only the customer can read it")
    checking.set_defaults(direct=False)
    forms = command(commands, "address-form", "tell du from Sie in lines of id, tab, text", address_forms)
    forms.add_argument(
        "--direction", choices=["out", "in"], default="out", help="who speaks: we, or a customer"
    )
    command(commands, "private-data", "find private data in lines of id, tab, text", private_data)


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    words: str,
    run_it: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Add a command that answers in words or JSON, and refuses bad input with 2."""
    parser = commands.add_parser(name, help=words, description=words.capitalize() + ".")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=partial(_or_refuse, run_it))
    return parser


def _or_refuse(run_it: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    try:
        return run_it(options)
    except BadInput as error:
        print(f"resonanz: {error}", file=sys.stderr, flush=True)
        return 2


# One text ----------------------------------------------------------------------------------------


def compose_check(options: argparse.Namespace) -> int:
    """Print how long a text is on a network, how it would be split, and what to mend."""
    from resonanz.guards import Voice, check  # noqa: PLC0415 - only this command needs all the rules

    text, limits = _given_text(options.text), USUAL_LIMITS[options.network]
    problems = check(text, limits=limits, audience_private=options.direct, voice=Voice(form=options.voice))
    with translation.override(settings.LANGUAGE_CODE):
        found = [_problem_row(problem) for problem in problems]
    row: Row = {
        "length": length(text, limits),
        "limit": limits.length,
        "fits": fits(text, limits),
        "parts": _parts(text, limits),
        "problems": found,
    }
    print(json.dumps(row, ensure_ascii=False) if options.json else _readable(row, found))
    return 0


def _given_text(words: str) -> str:
    text = decoded(sys.stdin.buffer.read(), "standard input") if words == "-" else words
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"--text: character {error.start + 1} is not UTF-8; expected text in UTF-8") from error
    return text


def _parts(text: str, limits: Limits) -> list[str]:
    """The posts that a text would make; none of a slip of the clipboard."""
    from resonanz.guards import TEXT_MOST  # noqa: PLC0415

    if len(text) > TEXT_MOST:
        return []
    try:
        return list(split(text, limits))
    except ValueError:  # a single address that is too long: the problems say so
        return [text]


def _problem_row(problem: Problem) -> Row:
    from resonanz.desk.wording import guard_advice  # noqa: PLC0415

    return {
        "kind": problem.kind,
        "hard": problem.hard,
        "start": problem.start,
        "end": problem.end,
        "text": problem.text,
        "advice": guard_advice(problem),
    }


def _readable(row: Row, problems: list[Row]) -> str:
    lines = [f"{row['length']} of {row['limit']}: {'fits' if row['fits'] else 'does not fit'}"]
    lines += [
        f"{'stop' if found['hard'] else 'hint'}  {found['kind']}: {found['advice']}" for found in problems
    ]
    return "\n".join(lines)


# Many texts --------------------------------------------------------------------------------------


def address_forms(options: argparse.Namespace) -> int:
    """Print for each line of standard input which form of address its text uses."""
    from resonanz.annotate.address_form import address_form  # noqa: PLC0415

    for name, text in _lines():
        seen = address_form(text, direction=options.direction)
        evidence = [{"form": e.form, "start": e.start, "end": e.end, "text": e.text} for e in seen.evidence]
        words = ", ".join(each.text for each in seen.evidence)
        _answer(
            options, {"id": name, "form": seen.form, "evidence": evidence}, f"{name}\t{seen.form}\t{words}"
        )
    return 0


def private_data(options: argparse.Namespace) -> int:
    """Print for each line of standard input the private data in its text."""
    from resonanz.annotate.private_data import find_private_data  # noqa: PLC0415

    for name, text in _lines():
        found = find_private_data(text)
        rows = [{"kind": each.kind, "start": each.start, "end": each.end} for each in found]
        words = ", ".join(f"{each.kind} {text[each.start : each.end]}" for each in found)
        _answer(options, {"id": name, "found": rows}, f"{name}\t{words or '–'}")
    return 0


def _answer(options: argparse.Namespace, row: Row, words: str) -> None:
    print(json.dumps(row, ensure_ascii=False) if options.json else words, flush=True)


def _lines() -> Iterator[tuple[str, str]]:
    """The lines of standard input as id and text; only a line feed ends a line."""
    for number, raw in enumerate(sys.stdin.buffer, 1):
        line = decoded(raw, f"line {number}").removesuffix("\n").removesuffix("\r")
        if number == 1:
            line = line.removeprefix("\ufeff")
        name, tab, text = line.partition("\t")
        if not tab:
            raise BadInput(f"line {number}: expected an id, a tab and a text; there is no tab")
        yield name, text


def decoded(raw: bytes, place: str) -> str:
    """Return bytes as text; raises BadInput that names the place and the byte."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{place}: byte {error.start + 1} is not UTF-8; expected text in UTF-8") from error
