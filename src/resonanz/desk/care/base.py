"""What every verb of care stands on: the error that becomes a sentence, who may act, telling an event.

Nothing here decides anything about a conversation.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError

from resonanz.desk.bells import notify as notify  # noqa: PLC0414 - passed on to all verbs of care
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Conversation, Role

log = logging.getLogger("resonanz.care")
TEXT_MOST = 100_000  # characters that a note or an unsent text may have; a slip of the clipboard is longer


class CareError(Exception):
    """Something an agent cannot do now. `code` becomes a sentence in the desk; `facts` are its parameters.

    Codes: `empty`, `too_long` (length, limit), `wider_audience`, `nothing_to_answer`, `post_gone`,
    `not_allowed`, `lead_needed`, `archive`, `channel_login`, `too_late`, `no_signature`, `answered_already`
    (name, despite), `changed_thread` (despite), `reason_needed`; other modules name their further ones.
    """

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def joined_here(conversation: Conversation) -> list[int]:
    """Return a conversation and all that went on in it, over any number of joins."""
    found = [conversation.pk]
    joined = Conversation.objects.exclude(pk__in=found)
    while more := list(
        joined.filter(merged_into__in=found).exclude(pk__in=found).values_list("pk", flat=True)
    ):
        found += more
    return found


def expect_agent(agent: Agent) -> None:
    """Trainees read, note and suggest; everything else is for agents and those above."""
    if not agent.has_role(Role.AGENT):
        raise CareError("not_allowed")


def expect_lead(agent: Agent) -> None:
    """Some things are a lead's to do."""
    if not agent.has_role(Role.LEAD):
        raise CareError("lead_needed")


def expect_live(conversation: Conversation) -> None:
    """Archives are read, never changed."""
    if conversation.channel.is_archive:
        raise CareError("archive")


def tell(
    kind: str,
    at: datetime,
    conversation: Conversation,
    agent: Agent | None,
    *,
    mention: int | None = None,
    delivery: int | None = None,
    **facts: int | None,
) -> None:
    """Write an event of a conversation down. Call in the transaction of the change."""
    happen(
        kind,
        at,
        actor=None if agent is None else agent.pk,
        conversation=conversation.pk,
        mention=mention,
        delivery=delivery,
        **facts,
    )


@contextmanager
def one_of_many(what: str) -> Iterator[None]:
    """Do something with one of several: a fault in it is logged and stops no other.

    In a transaction, put a savepoint inside. Where the database itself fails, everything does.
    """
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        log.exception("%s failed and is passed over", what)
