"""The commands about queries: `query check` explains one, `match` holds many against posts, `search` finds.

The first two need no desk: no home is made and no database opened.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone, translation

from resonanz.desk import home
from resonanz.desk.commands_queue import counted
from resonanz.desk.commands_words import BadInput, command, decoded
from resonanz.desk.storage import from_ms

if TYPE_CHECKING:
    from resonanz.desk.finding import Post
    from resonanz.lines import Line
    from resonanz.query import Node, QueryError

Row = dict[str, object]
Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
USUAL_LIMIT = 50
PAGE = 500  # posts that are read from the store in one go
BATCH = 500  # posts that are matched in one go


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the three commands to the parser."""
    queries = commands.add_parser("query", help="look at a query").add_subparsers(
        required=True, metavar="WHAT"
    )
    checking = command(queries, "check", "say what a query means, and what networks make of it", query_check)
    checking.add_argument("expression", help="the query; - reads it from standard input")
    checking.add_argument("--network", help="only what this network makes of it")
    matching = command(commands, "match", "tell which queries each post fits", match)
    matching.add_argument("--queries", type=Path, required=True, help="lines of id, tab, query")
    matching.add_argument("--posts", type=Path, required=True, help="posts, one JSON object a line")
    searching = command(commands, "search", "find stored posts, newest first", search)
    searching.add_argument("expression", help="the query; - reads it from standard input")
    searching.add_argument("--limit", type=counted, default=USUAL_LIMIT, help=f"usual {USUAL_LIMIT}")


# One query ---------------------------------------------------------------------------------------


def query_check(options: argparse.Namespace) -> int:
    """Print what a query means and how networks are asked; 2 and the place of the mistake if it is none."""
    from resonanz.desk import wording_queries  # noqa: PLC0415 - only this command needs the sentences
    from resonanz.query import SEARCHES, QueryError, compiled, parse  # noqa: PLC0415

    said = _given(options)
    if options.network is not None and options.network not in SEARCHES:
        known = ", ".join(SEARCHES)
        raise BadInput(f"--network: there is no search for {options.network!r}; expected {known}")
    with translation.override(settings.LANGUAGE_CODE):
        try:
            tree = parse(said, timezone.get_default_timezone())
        except QueryError as error:
            return _tell_mistake(said, error, as_json=options.json)
        explanation = wording_queries.explanation(tree)
        names = [options.network] if options.network else list(SEARCHES)
        asked = {name: compiled(tree, name) for name in names}
        lost = [
            {"network": name, "code": one.code, "term": one.term, "message": wording_queries.loss(one, name)}
            for name, done in asked.items()
            for one in done.lost
        ]
    searches = {name: list(done.searches) for name, done in asked.items()}
    if options.json:
        plain = {name: found[0] if len(found) == 1 else found or None for name, found in searches.items()}
        row = {"valid": True, "explanation": explanation, "compiled": plain, "lost": lost, "error": None}
        print(json.dumps(row, ensure_ascii=False))
        return 0
    print(explanation)
    for name, found in searches.items():
        print(f"\n{name}:")
        print("\n".join(f"  {one}" for one in found) or "  –")
        print("".join(f"  ! {one['message']}\n" for one in lost if one["network"] == name), end="")
    return 0


def _given(options: argparse.Namespace) -> str:
    return sys.stdin.read().strip() if options.expression == "-" else str(options.expression)


def _tell_mistake(said: str, error: QueryError, *, as_json: bool) -> int:
    from resonanz.desk import wording_queries  # noqa: PLC0415

    start, end = error.start, error.end
    with translation.override(settings.LANGUAGE_CODE):
        words = wording_queries.mistake(error)
    if as_json:
        place = {"code": str(error), "message": words, "column": start + 1, "start": start, "end": end}
        row = {"valid": False, "explanation": "", "compiled": {}, "lost": [], "error": place}
        print(json.dumps(row, ensure_ascii=False))
    else:
        print(_with_caret(said, start, end), file=sys.stderr)
        print(f"resonanz: column {start + 1}: {words}", file=sys.stderr)
    return 2


SHOWN_MOST = 100  # characters of a query around its mistake


def _with_caret(said: str, start: int, end: int) -> str:
    """Return the query with a caret under the mistake; of a long one what is around it."""
    first = max(0, start - SHOWN_MOST // 2)
    shown = "".join(sign if sign.isprintable() else " " for sign in said[first : first + SHOWN_MOST])
    carets = "^" * max(1, min(end, first + len(shown)) - start)
    return f"{shown}\n{' ' * (start - first)}{carets}"


# What is stored ----------------------------------------------------------------------------------


def search(options: argparse.Namespace) -> int:
    """Print the newest stored posts that fit a query; 2 and the place of the mistake if it is none."""
    from resonanz.query import QueryError, parse  # noqa: PLC0415

    said = _given(options)
    try:
        tree = parse(said, timezone.get_default_timezone())
    except QueryError as error:
        return _tell_mistake(said, error, as_json=options.json)
    home.prepare()
    with suppress(BrokenPipeError):
        for post in islice(_stored(tree), options.limit):
            at = from_ms(post.posted_ms)
            row = post._asdict() | {"order": str(post.order), "posted_at": at.isoformat()}
            del row["posted_ms"]
            words = " ".join(post.text.split())
            local = timezone.localtime(at)
            shown = f"{local:%Y-%m-%d %H:%M}  @{post.handle}: {words}"
            print(json.dumps(row, ensure_ascii=False) if options.json else shown)
        sys.stdout.flush()
    return 0


def _stored(tree: Node) -> Iterator[Post]:
    from resonanz.desk.finding import LAST, find  # noqa: PLC0415 - the home is ready only now

    before: int | None = LAST
    while before is not None:
        page = find(tree, most=PAGE, before=before)
        yield from page.posts
        before = page.more


# Many queries ------------------------------------------------------------------------------------


def match(options: argparse.Namespace) -> int:
    """Print for each post which queries it fits, in the order of their file."""
    from resonanz.match import Matcher  # noqa: PLC0415

    names, trees = _queries(options.queries)
    lines = _posts(options.posts)
    batch = list(islice(lines, BATCH))
    matcher = Matcher(trees, (line.text for line in batch))
    with suppress(BrokenPipeError):
        while batch:
            for line, found in zip(batch, matcher.match(batch), strict=True):
                fits = [names[number] for number in found]
                print(json.dumps({"uri": line.uri, "queries": fits}, ensure_ascii=False))
            batch = list(islice(lines, BATCH))
        sys.stdout.flush()
    return 0


def _queries(path: Path) -> tuple[list[str], list[Node]]:
    from resonanz.desk import wording_queries  # noqa: PLC0415
    from resonanz.query import QueryError, parse  # noqa: PLC0415

    names: dict[str, None] = {}
    trees: list[Node] = []
    zone = timezone.get_default_timezone()
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        name, tab, said = decoded(line, where).partition("\t")
        if not tab or not name:
            raise BadInput(f"{where}: expected an id, a tab and a query")
        if name in names:
            raise BadInput(f"{where}: the id {name!r} stands twice; expected one line for each")
        try:
            trees.append(parse(said, zone))
        except QueryError as error:
            with translation.override(settings.LANGUAGE_CODE):
                words = wording_queries.mistake(error)
            raise BadInput(f"{where}, column {len(name) + 2 + error.start}: {words}") from error
        names[name] = None
    return list(names), trees


def _posts(path: Path) -> Iterator[Line]:
    from msgspec import DecodeError  # noqa: PLC0415 - a ValidationError is one, too

    from resonanz.lines import read_line  # noqa: PLC0415

    for number, line in _lines(path):
        try:
            found = read_line(line)
            if found.created_at.tzinfo is None:
                raise DecodeError("Expected a time with its zone - at `$.created_at`")
        except DecodeError as error:
            raise BadInput(f"{path}, line {number}: {error}") from error
        yield found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file that are not empty, with their numbers; only a line feed ends a line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if words := line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip(b"\r\n"):
                    yield number, words
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
