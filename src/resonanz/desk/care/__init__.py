"""What agents do with conversations. All writes of care happen in this room.

Each verb checks, changes and tells (an event) in one transaction. None of them opens a network: what is to be
said becomes a delivery, and the outbox carries it out.

| file | what it decides |
|---|---|
| `base` | the error that becomes a sentence, who may act, bells |
| `answers` | replies: what they answer, who reads them, what stops them, taking them back |
| `cases` | owner, waiting, follow-up, settled |
| `notes` | notes for colleagues |
"""

from resonanz.case import Dismissal
from resonanz.desk.care.answers import (
    Reply,
    answerable,
    cancel,
    greeted,
    keep_unsent,
    release,
    repeat,
    reply,
    send_back,
)
from resonanz.desk.care.base import TEXT_MOST, CareError
from resonanz.desk.care.cases import assign, follow_up, reopen, resolve, take_next, wait_for
from resonanz.desk.care.notes import note

__all__ = [
    "TEXT_MOST",
    "CareError",
    "Dismissal",
    "Reply",
    "answerable",
    "assign",
    "cancel",
    "follow_up",
    "greeted",
    "keep_unsent",
    "note",
    "release",
    "reopen",
    "repeat",
    "reply",
    "resolve",
    "send_back",
    "take_next",
    "wait_for",
]
