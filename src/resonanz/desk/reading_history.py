"""What was done with a conversation, as quiet lines in its thread: settled, promised, put aside, given on.

Read from the events, so that nothing disappears in silence. Two queries, however many lines, and one each for
the names of teams, tags and handovers where there are any.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from resonanz.case import State
from resonanz.desk import reading_team, wording_promises, wording_team
from resonanz.desk.care.shifts import Why
from resonanz.desk.models import Conversation, Event, Handover, Tag, Team
from resonanz.desk.prepared import prepared
from resonanz.desk.storage import from_ms

ICONS = {
    "resolved": "check",
    "reopened": "rotate-ccw",
    "promised": "handshake",
    "follow_up": "alarm-clock",
    "assigned": "user-plus",
    "moved": "lock",
    "answered_there": "external-link",
    "merged": "merge",
    "took_in": "merge",
    "split_off": "split",
    "tagged": "tag",
    "untagged": "tag",
    "released": "check-check",
    "sent_back": "undo-2",
    "handed_over": "hand-helping",
    "handover_read": "check",
    "handover_undone": "undo-2",
}
OF_THE_CASE = {"resolved", "reopened", "promised", "follow_up"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done. `reopens` marks one that can be taken back here, `stays` one never folded."""

    at: datetime
    icon: str
    words: str
    reopens: bool = False
    stays: bool = False


Told = tuple[Event, dict[str, Any]]  # an event and its facts


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that lines need."""

    agents: Mapping[int, str]
    teams: Mapping[int, str]
    tags: Mapping[int, str]
    handovers: Mapping[int, str]


def lines(talk: Conversation) -> list[Line]:
    """Return who did what with a conversation, oldest first; numbers whose rows are gone stay nameless."""
    told = [(event, json.loads(event.facts) if event.facts else {}) for event in _told(talk.pk)]
    if not told:
        return []
    known = _known(told)
    of_the_case = [one for one in told if one[0].kind in OF_THE_CASE]
    made = [*_case_lines(talk, of_the_case, known), *_team_lines(told, known)]
    return sorted(made, key=lambda line: line.at)


@prepared
def _told(talk: int) -> QuerySet[Event]:
    return Event.objects.filter(conversation=talk, kind__in=ICONS).order_by("id")


def _known(told: Sequence[Told]) -> _Known:
    people = {event.actor for event, _ in told} | {facts.get("to") for _, facts in told}
    wanted: dict[str, set[int]] = defaultdict(set)
    for _event, facts in told:
        for name in ("team", "tag", "handover"):
            wanted[name].add(facts.get(name) or 0)
    return _Known(
        reading_team.names_of(number for number in people if number),
        _names(Team, wanted["team"], "name"),
        _names(Tag, wanted["tag"], "name"),
        _names(Handover, wanted["handover"], "sentence"),
    )


def _names(model: type[Team | Tag | Handover], numbers: set[int], field: str) -> dict[int, str]:
    """Return names by number; asks only where there is something to ask for."""
    if not numbers - {0}:
        return {}
    return dict(model.objects.filter(pk__in=numbers).values_list("pk", field))


# The case ----------------------------------------------------------------------------------------


def _case_lines(talk: Conversation, told: Sequence[Told], known: _Known) -> list[Line]:
    found = [
        Line(event.at, ICONS[event.kind], _case_words(event, facts, known.agents.get(event.actor or 0, "–")))
        for event, facts in told
    ]
    if talk.state == State.RESOLVED:
        last = max((place for place, (event, _) in enumerate(told) if event.kind == "resolved"), default=None)
        if last is not None:
            found[last] = replace(found[last], reopens=True)
    return found


def _case_words(event: Event, facts: Mapping[str, Any], name: str) -> str:
    if event.kind == "resolved":
        return wording_promises.resolved_line(name, facts.get("reason") or 0)
    if event.kind == "reopened":
        return wording_promises.reopened_line(name, by_hand=bool(facts.get("undo")))
    until = facts.get("until")
    moment = None if until is None else from_ms(until)
    if event.kind == "follow_up":
        return wording_promises.follow_up_line(name, moment, event.at)
    if moment is None or facts.get("undo"):
        return wording_promises.unpromised_line(name)
    return wording_promises.promised_line(name, moment, event.at)


# The team ----------------------------------------------------------------------------------------


def _team_lines(told: Sequence[Told], known: _Known) -> Iterator[Line]:
    owner, why = "", None
    parted: Counter[int] = Counter()  # posts, by the conversation that they went to
    for event, facts in told:
        if event.kind in OF_THE_CASE:
            continue
        if event.kind == "split_off":
            parted[facts["into"]] += 1
            if "opened_ms" not in facts:
                continue  # the last one of several tells
        given = {"given": int(why == Why.HANDED_OVER)}
        words = _team_words(event, facts | given, known, owner, parted)
        stays = event.kind == "handed_over" and facts.get("handover") in known.handovers
        yield Line(event.at, ICONS[event.kind], words, stays=stays)
        if event.kind == "assigned":
            owner, why = known.agents.get(facts.get("to") or 0, ""), facts.get("why")


def _team_words(
    event: Event, facts: Mapping[str, Any], known: _Known, owner: str, parted: Mapping[int, int]
) -> str:
    by, to = known.agents.get(event.actor or 0, ""), known.agents.get(facts.get("to") or 0, "")
    name = by or "–"
    if event.kind == "assigned":
        team = known.teams.get(facts.get("team") or 0, "")
        return wording_team.assigned_line(facts, by=by, to=to, before=owner, team=team)
    if event.kind == "handed_over":
        sentence = known.handovers.get(facts.get("handover") or 0, "…")
        return wording_team.handed_over_line(name, to, sentence)
    if event.kind in {"tagged", "untagged"}:
        tag = known.tags.get(facts.get("tag") or 0, "")
        return wording_team.tagged_line(name, tag, on=event.kind == "tagged")
    if event.kind == "moved":
        return wording_team.moved_line(name, private=bool(facts.get("private", 1)))
    if event.kind == "split_off":
        return wording_team.split_line(name, parted[facts["into"]])
    return wording_team.plain_line(event.kind, name, facts)
