"""The commands that bring files in: recorded conversations and posts, with a progress bar.

What a file has to be is checked in `staging` and `staging_posts`; the work is in the archives' verbs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from resonanz.desk import home
from resonanz.desk.commands_words import BadInput, command

if TYPE_CHECKING:
    from resonanz.desk.archive_posts import ImportedPosts
    from resonanz.desk.staging_posts import BadLine

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it
BAR = 30
QUIET_S = 2


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the two commands to the parser."""
    importing = commands.add_parser("import", help="import recorded conversations, or posts").add_subparsers(
        required=True, metavar="WHAT"
    )
    words = "import a CSV file of recorded conversations"
    conversations = command(importing, "conversations", words, import_conversations)
    conversations.add_argument("file", type=Path)
    posts = command(importing, "posts", "import posts, one JSON object a line", import_posts)
    posts.add_argument("file", type=Path)
    posts.add_argument("--skip-bad", action="store_true", help="leave bad lines out instead of refusing all")


def say(text: str) -> None:
    """Tell a person something; standard output stays free for results."""
    print(text, file=sys.stderr, flush=True)


# Conversations -----------------------------------------------------------------------------------


def import_conversations(options: argparse.Namespace) -> int:
    """Import an archive of recorded conversations."""
    from resonanz.desk.archive import import_conversations as take  # noqa: PLC0415
    from resonanz.desk.imports import Busy  # noqa: PLC0415
    from resonanz.desk.staging import BadFile  # noqa: PLC0415

    home.prepare()
    try:
        done = take(options.file, Bar())
    except BadFile as error:
        say(f"resonanz: {error}")
        return 2
    except Busy:
        say(BUSY)
        return 1
    except OSError as error:
        say(f"resonanz: {options.file}: cannot be read ({error.strerror})")
        return 2
    if not done.turns_count + done.known_count:
        say(f"{options.file} holds no posts.")
    elif not done.turns_count:
        say(f"Nothing new: all {done.known_count} posts of {options.file} are here already.")
    else:
        words = f"{_many(done.conversations_count, 'conversation')} with {_many(done.turns_count, 'post')}"
        again = f" ({done.known_count} were here already)" if done.known_count else ""
        say(f"Imported {words} from {options.file}{again}.")
    if options.json:
        print(
            json.dumps(
                {
                    "conversations": done.conversations_count,
                    "turns": done.turns_count,
                    "known": done.known_count,
                }
            )
        )
    return 0


# Posts -------------------------------------------------------------------------------------------


def import_posts(options: argparse.Namespace) -> int:
    """Import posts as `match` reads them; 2 and the bad lines if there are any, with nothing stored."""
    from resonanz.desk.archive_posts import import_posts as take  # noqa: PLC0415
    from resonanz.desk.imports import Busy  # noqa: PLC0415
    from resonanz.desk.staging_posts import BadPosts  # noqa: PLC0415

    home.prepare()
    try:
        done = take(options.file, Bar(), skip_bad=options.skip_bad)
    except BadPosts as error:
        _name_bad(options.file, error.bad, error.bad_count)
        lines = "the line" if error.bad_count == 1 else f"the {error.bad_count} lines"
        raise BadInput(
            f"nothing of {options.file} was stored; mend {lines}, or leave them out with --skip-bad"
        ) from None
    except Busy:
        say(BUSY)
        return 1
    except OSError as error:
        raise BadInput(f"{options.file}: cannot be read ({error.strerror})") from None
    _name_bad(options.file, done.bad, done.bad_count)
    say(_closing(options.file, done))
    if options.json:
        counts = {"posts": done.posts_count, "known": done.known_count}
        print(json.dumps(counts | {"reposts": done.reposts_count, "bad": done.bad_count}))
    return 0


def _name_bad(file: Path, bad: tuple[BadLine, ...], bad_count: int) -> None:
    for line in bad:
        say(f"resonanz: {file}, line {line.number}: {line.reason}")
    if bad_count > len(bad):
        say(f"resonanz: … and {_many(bad_count - len(bad), 'further bad line')}")


def _closing(file: Path, done: ImportedPosts) -> str:
    besides = []
    if done.known_count and done.posts_count:
        besides.append(f"{done.known_count} {'was' if done.known_count == 1 else 'were'} here already")
    if done.reposts_count:
        it = "it is" if done.reposts_count == 1 else "they are"
        besides.append(f"{_many(done.reposts_count, 'repost')} left out: {it} counted on the original")
    if done.bad_count:
        besides.append(f"{_many(done.bad_count, 'bad line')} left out")
    more = f" ({'; '.join(besides)})" if besides else ""
    if done.posts_count:
        return f"Imported {_many(done.posts_count, 'post')} from {file}{more}."
    if done.known_count:
        known = f"all {done.known_count} posts" if done.known_count > 1 else "the one post"
        return f"Nothing new: {known} of {file} {'are' if done.known_count > 1 else 'is'} here already{more}."
    return f"{file} holds no posts{more}."


# What both say -----------------------------------------------------------------------------------

BUSY = "resonanz: another import is being published; try again when it is done"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


class Bar:
    """A progress bar on standard error: drawn in place on a terminal, a line each tenth elsewhere.

    Work that is done within two seconds shows nothing.
    """

    def __init__(self) -> None:
        self.last = -1
        self.begins = time.monotonic() + QUIET_S

    def __call__(self, done: int, whole: int) -> None:
        """Draw how much is done."""
        steps = BAR if sys.stderr.isatty() else 10
        now = steps if whole == 0 else done * steps // whole
        if now == self.last or time.monotonic() < self.begins:
            return
        self.last = now
        if sys.stderr.isatty():
            end = "\n" if now == steps else ""
            sys.stderr.write(f"\r[{'█' * now}{' ' * (BAR - now)}] {done * 100 // max(whole, 1):3d} %{end}")
            sys.stderr.flush()
        else:
            say(f"{now * 10} %")
