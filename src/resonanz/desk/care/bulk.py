"""The same with many conversations at once, and taking all of it back.

Each conversation is a transaction of its own: what one of them refuses does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.utils import timezone

from resonanz.case import Dismissal, State
from resonanz.desk.access import visible_to
from resonanz.desk.care.base import CareError
from resonanz.desk.care.cases import assign, follow_up, reopen, resolve
from resonanz.desk.care.incidents import link, unlink
from resonanz.desk.care.notes import askable
from resonanz.desk.care.tags import tag, untag
from resonanz.desk.models import Agent, Conversation, Incident, Role, Tag, Team
from resonanz.desk.models.teamwork import LinkState
from resonanz.desk.storage import from_ms, to_ms

MOST = 200
HIGHEST = to_ms(datetime(9999, 12, 31, tzinfo=UTC))  # of any number that an undo names: no id is higher
STATES = ("", *(state.value for state in LinkState))  # numbers for how a link stood before

Before = Mapping[str, int | None]


class Act(StrEnum):
    """What can be done with many at once."""

    ASSIGN = "assign"
    TAG = "tag"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to do with each; only what the act needs is read. Assigning to neither gives back to everybody."""

    act: Act
    to: Agent | None = None
    team: Team | None = None
    name: str = ""
    reason: Dismissal | None = None
    until: datetime | None = None
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: by conversation, what it takes to undo it, or why it was refused."""

    before: dict[int, Before] = field(default_factory=dict)
    refused: dict[int, CareError] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def do(numbers: Collection[int], agent: Agent, wanted: Wanted) -> Done:
    """Do the same with up to MOST conversations; raises CareError `too_many_chosen` for more."""
    act = ACTS[wanted.act]
    return _each(numbers, agent, lambda talk: act(talk, agent, wanted))


def undo(before: Mapping[int, Before], agent: Agent, act: Act) -> Done:
    """Take back what was done, as far as it was: `before` is what `do` returned.

    It comes back from a browser: CareError `not_known` for what `do` cannot have returned.
    """
    back = BACK[act]
    if not all(0 <= number <= HIGHEST and _is_sound(facts, act) for number, facts in before.items()):
        raise CareError("not_known")
    return _each(before, agent, lambda talk: back(talk, agent, before[talk.pk]))


def _is_sound(facts: Mapping[str, object], act: Act) -> bool:
    known = {"was": len(STATES) - 1}
    return set(facts) <= NAMES[act] and all(
        value is None or (type(value) is int and 0 <= value <= known.get(name, HIGHEST))
        for name, value in facts.items()
    )


def _each(numbers: Collection[int], agent: Agent, act: Callable[[Conversation], Before | None]) -> Done:
    if len(numbers) > MOST:
        raise CareError("too_many_chosen", limit=MOST)
    done = Done()
    found = visible_to(agent).filter(pk__in=list(numbers), merged_into=None)
    for talk in found.select_related("channel", "customer"):
        done.names[talk.pk] = talk.customer.shown_name
        try:
            before = act(talk)
        except CareError as error:
            done.refused[talk.pk] = error
        else:
            if before is not None:
                done.before[talk.pk] = before
    return done


def _assign(talk: Conversation, agent: Agent, wanted: Wanted) -> Before | None:
    if wanted.to is not None and (wanted.to.role == Role.TRAINEE or wanted.to not in askable(talk)):
        raise CareError("not_theirs")
    before = {"to": talk.assignee_id, "team": talk.team_id}
    team = talk.team if wanted.to is not None else None
    if wanted.team is not None:
        team = _caring(talk, wanted.team.pk)
    assign(talk, agent, wanted.to, team=team)
    return before


def _caring(talk: Conversation, number: int) -> Team:
    """Return a team that cares for a conversation's channel."""
    team = Team.objects.filter(pk=number, channels=talk.channel_id).first()
    if team is None:
        raise CareError("not_theirs")
    return team


def _assign_back(talk: Conversation, agent: Agent, before: Before) -> Before:
    number, team = before.get("to"), before.get("team")
    able = (one for one in askable(talk) if one.has_role(Role.AGENT))
    to = None if number is None else next((one for one in able if one.pk == number), None)
    if number is not None and to is None:
        raise CareError("not_theirs")
    assign(talk, agent, to, team=None if team is None else _caring(talk, team))
    return before


def _tag(talk: Conversation, agent: Agent, wanted: Wanted) -> Before | None:
    put = tag(talk, agent, wanted.name)
    return None if put is None else {"tag": put.pk}


def _tag_back(talk: Conversation, agent: Agent, before: Before) -> Before:
    put = Tag.objects.filter(pk=before.get("tag") or 0).first()
    if put is not None:
        untag(talk, agent, put)
    return before


def _resolve(talk: Conversation, agent: Agent, wanted: Wanted) -> Before | None:
    if talk.state != State.OPEN:
        return None
    resolve(talk, agent, wanted.reason)
    return {}


def _resolve_back(talk: Conversation, agent: Agent, before: Before) -> Before:
    reopen(talk, agent)
    return before


def _follow_up(talk: Conversation, agent: Agent, wanted: Wanted) -> Before | None:
    if talk.state != State.OPEN:
        raise CareError("not_open")
    before = None if talk.follow_up_at is None else to_ms(talk.follow_up_at)
    follow_up(talk, agent, wanted.until)
    return {"until": before}


def _follow_up_back(talk: Conversation, agent: Agent, before: Before) -> Before:
    until = before.get("until")
    moment = None if until is None else from_ms(until)
    follow_up(talk, agent, moment if moment is not None and moment > timezone.now() else None)
    return before


def _link(talk: Conversation, agent: Agent, wanted: Wanted) -> Before | None:
    if wanted.incident is None:
        raise CareError("not_known")
    before = link(talk, agent, wanted.incident)
    if before == LinkState.LINKED:
        return None
    return {"incident": wanted.incident.pk, "was": STATES.index(before)}


def _link_back(talk: Conversation, agent: Agent, before: Before) -> Before:
    incident = Incident.objects.filter(pk=before.get("incident") or 0, brand=talk.brand_id).first()
    if incident is not None:
        unlink(talk, agent, incident, to=STATES[before.get("was") or 0])
    return before


NAMES: Mapping[Act, frozenset[str]] = {
    Act.ASSIGN: frozenset({"to", "team"}),
    Act.TAG: frozenset({"tag"}),
    Act.RESOLVE: frozenset(),
    Act.FOLLOW_UP: frozenset({"until"}),
    Act.LINK: frozenset({"incident", "was"}),
}
ACTS: Mapping[Act, Callable[[Conversation, Agent, Wanted], Before | None]] = {
    Act.ASSIGN: _assign,
    Act.TAG: _tag,
    Act.RESOLVE: _resolve,
    Act.FOLLOW_UP: _follow_up,
    Act.LINK: _link,
}
BACK: Mapping[Act, Callable[[Conversation, Agent, Before], Before]] = {
    Act.ASSIGN: _assign_back,
    Act.TAG: _tag_back,
    Act.RESOLVE: _resolve_back,
    Act.FOLLOW_UP: _follow_up_back,
    Act.LINK: _link_back,
}
