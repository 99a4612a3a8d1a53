"""What X takes for its calls: a dated list of prices in millionths of a US dollar, and the kinds of calls.

No traffic and no memory here: who holds the money is `resonanz.networks.Purse`, and which call costs what
is asked by `x_door.py`. Source: X API documentation, "Pricing", with the change of 20 April 2026. Where it
leaves something open, the dearer reading is taken, so that a budget is not overrun: things that come along
with what was asked for count as read, and an answer with a link costs what a post with a link costs.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from resonanz.networks import Charge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CALLS = (
    "stream",
    "search",
    "read_back",
    "sweep",
    "thread",
    "look_up",
    "timeline",
    "quotes",
    "upload",
    "send",
    "send_message",
    "delete",
    "find_sent",
    "messages",
    "profile",
    "mentions",
)
"""Every call that costs something; what comes first is given up first when money runs short."""

_WHOLE = re.compile(r"https?://", re.IGNORECASE)
_SHORT = re.compile(r"\w\.[^\W\d_]{2,}")
_LONGEST_WORD = 4096
_MOST_LABELS = 100  # the package takes the third power of their number


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The list from a day on, each in millionths of a dollar."""

    since: date
    post: int  # for each post that is read
    own_post: int  # the same in the lists of the account to which the app belongs
    user: int
    message: int  # a direct message that is read
    send: int
    send_link: int
    send_summoned: int  # an answer to somebody who named us
    send_message: int
    delete: int
    describe: int  # a file's description
    event: int  # a post or message that a stream brings


PRICES = (
    Prices(
        since=date(2026, 4, 20),
        post=5_000,
        own_post=1_000,
        user=10_000,
        message=10_000,
        send=15_000,
        send_link=200_000,
        send_summoned=10_000,
        send_message=15_000,
        delete=10_000,
        describe=5_000,
        event=10_000,
    ),
)
"""The lists that were ever valid, the newest last."""

NOW = PRICES[-1]


def reading(posts: Iterable[str] = (), users: Iterable[str] = (), *, own: Iterable[str] = ()) -> list[Charge]:
    """Return the charges for things that were read, by their ids."""
    kinds = (("post", NOW.post, posts), ("own_post", NOW.own_post, own), ("user", NOW.user, users))
    found = [Charge(what, each, tuple(dict.fromkeys(ids))) for what, each, ids in kinds]
    return [charge for charge in found if charge.ids]


def most_for_posts(count: int) -> int:
    """Return what reading so many posts costs at most: each with the post above, a quoted one, and people."""
    return count * (3 * NOW.post + 3 * NOW.user)


def most_for_messages(count: int) -> int:
    """Return what reading so many messages costs at most: each with sender and a post that it shows."""
    return count * (NOW.message + NOW.user + NOW.post)


def price_of(text: str, *, answers: bool) -> int:
    """Return what sending a text costs: dear with a link, cheaper as an answer to somebody who named us."""
    if has_link(text):
        return NOW.send_link
    return NOW.send_summoned if answers else NOW.send


def has_link(text: str) -> bool:
    """Whether X sees an address in a text; by its own rules `bahn.de` is one.

    Endings that came up lately are known to X, but not to its rules as they were published: whatever is
    written as an address counts.
    """
    words = (word for word in text.split() if _SHORT.search(word))
    return bool(_WHOLE.search(text)) or any(map(_is_linked, words))


def _is_linked(word: str) -> bool:
    return len(word) > _LONGEST_WORD or word.count(".") > _MOST_LABELS or bool(_addresses()(word))


@cache
def _addresses() -> Callable[[str], list[Any]]:
    """Return the package's finder of addresses, loaded when it is first needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads its table of emoji in an outdated way
        found: Callable[[str], list[Any]] = import_module("twitter_text").extract_urls_with_indices
    return found
