"""From the networks into the desk. All reading of networks happens in this room.

| file | what it does |
|---|---|
| `reading` | reads a channel page by page: posts and cursor in one transaction |
| `rechecks` | looks at posts again that we have: edits and deletions |
| `sweeps` | asks whether all stored posts still stand, where a network wants that |
| `announced` | reads what a network told of and no ordinary reading brought |
| `hooks` | addresses of ours that networks call |
| `gone` | takes out what left the network |
| `searches` | searches the networks for the saved queries |
| `quarantine` | puts aside what could not be understood, and tries it again |
| `again` | reads a channel again and says what was missed: reconciliation |
"""

from resonanz.desk.listen.again import (
    can_read_again,
    fetch_missing,
    judge,
    missed_next,
    read_again,
    read_again_next,
)
from resonanz.desk.listen.announced import announced_next
from resonanz.desk.listen.gone import forget_words, withdraw
from resonanz.desk.listen.hooks import close_hook, hook_at, hook_of, open_hook, take_call
from resonanz.desk.listen.quarantine import replay
from resonanz.desk.listen.reading import LeaseLost, listen_next, read_now, take_in
from resonanz.desk.listen.rechecks import nudge, recheck_next, recheck_soon, stream_refused
from resonanz.desk.listen.searches import can_search, search_next
from resonanz.desk.listen.sweeps import gone_within, sweep_next

__all__ = [
    "LeaseLost",
    "announced_next",
    "can_read_again",
    "can_search",
    "close_hook",
    "fetch_missing",
    "forget_words",
    "gone_within",
    "hook_at",
    "hook_of",
    "judge",
    "listen_next",
    "missed_next",
    "nudge",
    "open_hook",
    "read_again",
    "read_again_next",
    "read_now",
    "recheck_next",
    "recheck_soon",
    "replay",
    "search_next",
    "stream_refused",
    "sweep_next",
    "take_call",
    "take_in",
    "withdraw",
]
