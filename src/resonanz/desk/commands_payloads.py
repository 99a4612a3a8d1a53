"""The command that reads a recorded answer of a network: `parse`. It needs no desk and no traffic."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resonanz.desk.commands_words import BadInput, Commands, command
from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from resonanz.networks import Parsed
    from resonanz.post import Post

NOT_UNDERSTOOD = 3


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parsing = command(commands, "parse", "print the posts of a network's recorded answer", parse)
    parsing.add_argument("--network", required=True, choices=sorted(NETWORKS))
    parsing.add_argument("file", metavar="FILE.json", help="- reads standard input")


def parse(options: argparse.Namespace) -> int:
    """Print the posts of a file, and name everything else in it; 3 where something was not understood."""
    read = _read(options.network, options.file)
    if options.json:
        print(json.dumps(_facts(read), ensure_ascii=False))
    else:
        for post in read.posts:
            print(f"{post.posted_at.isoformat()}  @{post.author.handle}  {post.uri}\n{post.text}\n")
        if read.without:
            print(f"Without a post: {', '.join(read.without)}")
    for kind in read.unknown:
        print(f"resonanz: unknown kind: {kind}", file=sys.stderr)
    for one in read.unread:
        print(f"resonanz: post {one.native_id or '?'} not understood: {one.reason}", file=sys.stderr)
    return NOT_UNDERSTOOD if read.unknown or read.unread else 0


def _read(network: str, name: str) -> Parsed:
    row = NETWORKS[network]
    if not row.reads_payloads:
        raise BadInput(f"answers of {network} cannot be read; expected another network")
    try:
        return row.parse(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise BadInput(f"{place}: {error.msg}; expected JSON") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: byte {error.start + 1} is not UTF-8; expected JSON in UTF-8") from error
    except ValueError as error:
        raise BadInput(f"{name}: {error}; expected JSON") from error


def _facts(read: Parsed) -> dict[str, Any]:
    return {
        "posts": [_shown(post) for post in read.posts],
        "without": list(read.without),
        "unknown": list(read.unknown),
        "unread": [{"native_id": one.native_id, "reason": one.reason} for one in read.unread],
    }


def _shown(post: Post) -> dict[str, Any]:
    """Return a post as JSON, with every name that posts have."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(post), default=_plain))
    return plain | {"audience": post.audience.name.lower()}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, Enum)
    return str(value.value)
