"""Incidents: many cases, one cause. What we know, what we say, who belongs, and by when we say more.

A lead opens, changes, moves, settles and reopens one; agents say which conversations belong to it. What goes
out is in `incident_answers`, what is proposed in `incident_proposals`, who still needs what in
`incident_lists`.

The time of the next news is a promise to everybody who was told one: moved, it moves theirs, and they are
listed until they have been told. Who has not been answered yet is promised nothing: their clock runs on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from resonanz.case import State
from resonanz.desk.care.base import CareError, expect_agent, expect_lead, expect_live, tell
from resonanz.desk.care.promises import expect_future
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Brand,
    Conversation,
    Delivery,
    Incident,
    IncidentLink,
    LinkState,
    Outcome,
    Unsent,
)
from resonanz.desk.storage import to_ms
from resonanz.phrases import Phrase, PhraseError, parse

VARIABLES = frozenset({"name", "brand", "agent", "due"})
TEXT_MOST = 5000
PUBLIC = ("text", "text_en")  # what is said while it lasts
SOLVED = ("solved_text", "solved_text_en")  # what is said when it is over
WORDINGS_LEAST = 12  # so many texts in a row should differ

Rules = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An incident as a lead wants it. Texts are phrases with `{name}`, `{brand}`, `{agent}`, `{due}`.

    `words` are rules: lists of words that a post says together when it belongs, most likely.
    """

    title: str
    facts: str = ""
    text: str = ""
    text_en: str = ""
    solved_text: str = ""
    solved_text_en: str = ""
    words: Rules = ()
    next_update_at: datetime | None = None
    owner: Agent | None = None


def open_incident(
    brand: Brand, lead: Agent, wanted: Wanted, conversations: Iterable[Conversation] = ()
) -> Incident:
    """Open an incident; the conversations that it was opened from belong to it.

    CareError: `lead_needed`, `title_missing`, `text_missing`, `incident_long` (limit), `phrase` (field, flaw,
    position from 1, found), `due_missing` (field), `in_the_past`, `too_far` (days).
    """
    expect_lead(lead)
    _expect_sayable(wanted)
    if wanted.next_update_at is not None:
        expect_future(wanted.next_update_at)
    now = timezone.now()
    with transaction.atomic():
        made = Incident(brand=brand, opened_at=now, **_fields(wanted))
        made.owner = wanted.owner or lead
        made.save()
        happen("incident_opened", now, actor=lead.pk, incident=made.pk)
        for conversation in conversations:
            link(conversation, lead, made)
    return made


def change(incident: Incident, lead: Agent, wanted: Wanted) -> int:
    """Change what is known and said; returns how many promises moved with a new time.

    A change of what customers read makes a new version: unsent words and answers on their way that were
    written with an older one are marked. CareError: as in `open_incident`; a time that is over may stay.
    """
    expect_lead(lead)
    _expect_sayable(wanted)
    now = timezone.now()
    with transaction.atomic():
        before = Incident.objects.get(pk=incident.pk)
        moved = wanted.next_update_at != before.next_update_at
        if moved and wanted.next_update_at is not None:
            expect_future(wanted.next_update_at)
        said = PUBLIC if before.solved_at is None else SOLVED
        other = any(getattr(before, name) != getattr(wanted, name) for name in said)
        fields = _fields(wanted)
        if other or (moved and says_due(before.text + before.text_en)):
            fields["version"] = before.version + 1
        Incident.objects.filter(pk=incident.pk).update(**fields)
        incident.refresh_from_db()
        happen("incident_changed", now, actor=lead.pk, incident=incident.pk, version=incident.version)
        if incident.version > before.version:
            _mark(incident, lead, now)
        return _move(incident, lead, before.next_update_at) if moved else 0


def move_update(incident: Incident, lead: Agent, until: datetime) -> int:
    """Set when we say more; returns how many promises moved with it. CareError: as in `change`."""
    incident.refresh_from_db()
    kept = {name: getattr(incident, name) for name in _fields(Wanted(title=""))}
    kept["words"] = tuple(map(tuple, incident.words))
    return change(incident, lead, Wanted(**kept | {"next_update_at": until}))


def solve(incident: Incident, lead: Agent, text: str = "", text_en: str = "") -> None:
    """The cause is gone: everybody who belongs to it is to be told, once. Texts replace those written before.

    CareError: `lead_needed`, `solved_text_missing`, `phrase`, `due_missing`.
    """
    expect_lead(lead)
    now = timezone.now()
    with transaction.atomic():
        known = Incident.objects.get(pk=incident.pk)
        texts = {"solved_text": text or known.solved_text, "solved_text_en": text_en or known.solved_text_en}
        if not any(one.strip() for one in texts.values()):
            raise CareError("solved_text_missing")
        for field, source in texts.items():
            if says_due(_phrase(field, source).source):
                raise CareError("due_missing", field=field)
        lasting = Incident.objects.filter(pk=incident.pk, solved_at=None)
        if lasting.update(solved_at=now, version=known.version + 1, **texts):
            happen("incident_solved", now, actor=lead.pk, incident=incident.pk)
            incident.refresh_from_db()
            _mark(incident, lead, now)  # "we are still on it" must not leave unnoticed any more
    incident.refresh_from_db()


def reopen_incident(incident: Incident, lead: Agent) -> None:
    """It is not over after all; who was told so stays told, and gets news again when they ask again."""
    expect_lead(lead)
    now = timezone.now()
    with transaction.atomic():
        if Incident.objects.filter(pk=incident.pk).exclude(solved_at=None).update(solved_at=None):
            happen("incident_reopened", now, actor=lead.pk, incident=incident.pk)
    incident.refresh_from_db()


# What is said ------------------------------------------------------------------------------------


def says_due(source: str) -> bool:
    """Whether a text names the time of the next news."""
    return "{due}" in source.replace(" ", "")


def wordings(source: str) -> int:
    """Return how many wordings a text has for one person; networks take repeats amiss."""
    return parse(source, variables=VARIABLES).variants_count


def _fields(wanted: Wanted) -> dict[str, object]:
    return {
        "title": wanted.title.strip(),
        "facts": wanted.facts,
        "text": wanted.text.strip(),
        "text_en": wanted.text_en.strip(),
        "solved_text": wanted.solved_text.strip(),
        "solved_text_en": wanted.solved_text_en.strip(),
        "words": [list(rule) for rule in wanted.words],
        "next_update_at": wanted.next_update_at,
        "owner": wanted.owner,
    }


def _expect_sayable(wanted: Wanted) -> None:
    if not wanted.title.strip():
        raise CareError("title_missing")
    if not wanted.text.strip() and not wanted.text_en.strip():
        raise CareError("text_missing")
    for field in (*PUBLIC, *SOLVED):
        phrase = _phrase(field, getattr(wanted, field))
        timeless = wanted.next_update_at is None or field in SOLVED
        if timeless and "due" in phrase.variables:
            raise CareError("due_missing", field=field)


def _phrase(field: str, source: str) -> Phrase:
    if len(source) > TEXT_MOST:
        raise CareError("incident_long", limit=TEXT_MOST)
    try:
        return parse(source, variables=VARIABLES)
    except PhraseError as error:
        facts: Mapping[str, int | str] = {"position": error.position + 1, "found": error.found}
        raise CareError("phrase", field=field, flaw=error.code, **facts) from error


def _mark(incident: Incident, agent: Agent, now: datetime) -> None:
    """Tell the pages on which words of an older version stand, written or about to go out."""
    written = Unsent.objects.filter(incident=incident, incident_version__lt=incident.version)
    planned = Delivery.objects.filter(
        incident=incident, incident_version__lt=incident.version, state=Outcome.PLANNED
    )
    numbers = {*written.values_list("conversation", flat=True)}
    numbers |= {*planned.exclude(conversation=None).values_list("conversation", flat=True)}
    for number in sorted(numbers):
        facts = {"incident": incident.pk, "version": incident.version}
        happen("incident_changed", now, actor=agent.pk, conversation=number, **facts)


def _move(incident: Incident, agent: Agent, before: datetime | None) -> int:
    """Move the promises that hang on the incident; their customers do not know the new time yet."""
    until = incident.next_update_at
    if before is None or until is None:
        return 0
    links = incident.links.filter(state=LinkState.LINKED, conversation__state=State.OPEN)
    held = links.filter(conversation__promised_at=before).select_related("conversation")
    now, moved = timezone.now(), list(held)
    for one in moved:
        tell("promised", now, one.conversation, agent, until=to_ms(until), told=0)
    return len(moved)


# Who belongs -------------------------------------------------------------------------------------


def link(conversation: Conversation, agent: Agent, incident: Incident) -> str:
    """Say that a conversation belongs to an incident; returns how it stood before, "" for not at all.

    CareError: `not_allowed`, `archive`, `incident_elsewhere`.
    """
    expect_agent(agent)
    expect_live(conversation)
    if incident.brand_id != conversation.brand_id:
        raise CareError("incident_elsewhere")
    return _set_state(conversation, agent, incident, LinkState.LINKED)


def unlink(conversation: Conversation, agent: Agent, incident: Incident, to: str = LinkState.REFUSED) -> str:
    """Say that it does not belong, so that it is not proposed again; returns how it stood before.

    `to` takes a step back instead: `proposed`, or "" as if nobody had ever linked it.
    """
    expect_agent(agent)
    expect_live(conversation)
    if to != "":
        return _set_state(conversation, agent, incident, LinkState(to))
    now = timezone.now()
    with transaction.atomic():
        known = IncidentLink.objects.filter(incident=incident, conversation=conversation)
        before = known.values_list("state", flat=True).first() or ""
        if known.delete()[0]:
            tell("unlinked", now, conversation, agent, incident=incident.pk)
    return before


def decide(
    incident: Incident, agent: Agent, belong: Iterable[IncidentLink], not_: Iterable[IncidentLink] = ()
) -> tuple[int, int]:
    """Confirm proposals and refuse others; returns how many of each were still open to be decided."""
    expect_agent(agent)
    counts = []
    with transaction.atomic():
        for links, state in ((belong, LinkState.LINKED), (not_, LinkState.REFUSED)):
            proposed = IncidentLink.objects.filter(
                pk__in=[one.pk for one in links], incident=incident, state=LinkState.PROPOSED
            )
            found = list(proposed.select_related("conversation__channel"))
            for one in found:
                _set_state(one.conversation, agent, incident, state)
            counts.append(len(found))
    return counts[0], counts[1]


def _set_state(conversation: Conversation, agent: Agent, incident: Incident, state: LinkState) -> str:
    now = timezone.now()
    with transaction.atomic():
        known = IncidentLink.objects.filter(incident=incident, conversation=conversation)
        before = known.values_list("state", flat=True).first()
        if before is None:
            IncidentLink.objects.create(
                incident=incident, conversation=conversation, state=state, by=agent, linked_at=now
            )
        elif before != state:
            known.update(state=state, by=agent, linked_at=now)
        if before != state:
            kind = {LinkState.LINKED: "linked", LinkState.PROPOSED: "proposed", LinkState.REFUSED: "unlinked"}
            tell(kind[state], now, conversation, agent, incident=incident.pk)
    return before or ""
