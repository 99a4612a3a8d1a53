"""What was done with a conversation, as quiet lines in its thread: settled, dismissed, promised, put aside.

Read from the events, so that nothing disappears in silence. Two queries, however many lines.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from resonanz.case import State
from resonanz.desk import wording_promises as words
from resonanz.desk.models import Agent, Conversation, Event
from resonanz.desk.prepared import prepared
from resonanz.desk.storage import from_ms

KINDS = ("resolved", "reopened", "promised", "follow_up")
ICONS = {"resolved": "check", "reopened": "rotate-ccw", "promised": "handshake", "follow_up": "alarm-clock"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done. `reopens` marks one that can be taken back here, `stays` one never folded."""

    at: datetime
    icon: str
    words: str
    reopens: bool = False
    stays: bool = False


def lines(talk: Conversation) -> list[Line]:
    """Return what was done with a conversation, oldest first."""
    told = _told(talk.pk)
    if not told:
        return []
    actors = [e.actor for e in told if e.actor is not None]
    names = {a.pk: a.shown_name for a in Agent.objects.filter(pk__in=actors)}
    found = [Line(e.at, ICONS[e.kind], _words(e, names.get(e.actor or 0, "–"))) for e in told]
    if talk.state == State.RESOLVED:
        last = max((place for place, e in enumerate(told) if e.kind == "resolved"), default=None)
        if last is not None:
            line = found[last]
            found[last] = Line(line.at, line.icon, line.words, reopens=True)
    return found


@prepared
def _told(talk: int) -> QuerySet[Event]:
    return Event.objects.filter(conversation=talk, kind__in=KINDS).order_by("id")


def _words(event: Event, name: str) -> str:
    facts = json.loads(event.facts) if event.facts else {}
    if event.kind == "resolved":
        return words.resolved_line(name, facts.get("reason") or 0)
    if event.kind == "reopened":
        return words.reopened_line(name, by_hand=bool(facts.get("undo")))
    until = facts.get("until")
    moment = None if until is None else from_ms(until)
    if event.kind == "follow_up":
        return words.follow_up_line(name, moment, event.at)
    if moment is None or facts.get("undo"):
        return words.unpromised_line(name)
    return words.promised_line(name, moment, event.at)
