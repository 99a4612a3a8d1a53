"""Who of an incident's conversations still needs what. Reads only; pages and verbs ask the same lists.

A conversation that was joined with another one is not listed; one that somebody answers right now waits until
that is out.
"""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from resonanz.case import ReplyKind, State
from resonanz.desk.access import visible_to
from resonanz.desk.models import Agent, Delivery, Incident, IncidentLink, LinkState, Outcome

Need = Literal["answer", "tell", "follow_up"]
NEEDS: tuple[Need, ...] = ("answer", "tell", "follow_up")
BATCH = 20  # texts that one person reads and confirms at once
ALIVE = (Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN, Outcome.SENT)
IN_FLIGHT = (Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN)

_LINKED = Q(state=LinkState.LINKED)
_OPEN = Q(conversation__state=State.OPEN)
_WAITS = Q(conversation__awaits__isnull=False)
_ANSWERED = Q(conversation__answered_at__isnull=False)
_LASTS = Q(incident__solved_at=None)
# Nobody was answered and somebody settled it: that person decided that no answer is needed.
_LEFT_OUT = Q(conversation__state=State.RESOLVED, conversation__answered_at=None)
# Followed up, and nothing was said about the incident since (it may have been opened again).
_FOLLOWED = Q(followed_up_with__state__in=ALIVE) & (
    Q(answered_with=None) | Q(answered_with__lt=F("followed_up_with"))
)

PROPOSED = Q(state=LinkState.PROPOSED) & _OPEN
NEEDED: dict[Need, Q] = {
    "answer": _LINKED & _LASTS & _OPEN & _WAITS & Q(in_flight=False),
    "tell": _LINKED
    & _LASTS
    & _OPEN
    & ~_WAITS
    & Q(in_flight=False, conversation__promised_at__isnull=False)
    & (Q(conversation__told_at=None) | ~Q(conversation__told_at=F("conversation__promised_at"))),
    "follow_up": _LINKED & ~_LASTS & ~_FOLLOWED & ~_LEFT_OUT & Q(in_flight=False),
}
WROTE_AGAIN = _WAITS & _ANSWERED


def _marked() -> QuerySet[IncidentLink]:
    flying = Delivery.objects.filter(
        conversation=OuterRef("conversation"), state__in=IN_FLIGHT, kind=ReplyKind.HUMAN, reaction=""
    )
    return IncidentLink.objects.filter(conversation__merged_into=None).annotate(in_flight=Exists(flying))


def still_in_need(link: int, need: Need) -> IncidentLink | None:
    """Return a link if its customer still needs something. Asked in the transaction that answers them."""
    known = _marked().filter(NEEDED[need], pk=link)
    return known.select_related(
        "conversation__channel", "conversation__customer", "conversation__brand"
    ).first()


def links_of(agent: Agent) -> QuerySet[IncidentLink]:
    """Return the links to conversations that an agent may see, with the mark `in_flight`."""
    return _marked().filter(conversation__in=visible_to(agent).values("pk"))


def in_need(incident: Incident, agent: Agent, need: Need) -> QuerySet[IncidentLink]:
    """Return who needs something: one's own first, then nobody's, then colleagues'; earliest due first.

    Who wrote again since we answered comes last: that has to be read first.
    """
    turn = Case(
        When(WROTE_AGAIN, then=Value(3)),
        When(conversation__assignee=agent, then=Value(0)),
        When(conversation__assignee=None, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = links_of(agent).filter(NEEDED[need], incident=incident).annotate(turn=turn)
    return found.order_by("turn", F("conversation__due_at").asc(nulls_last=True), "pk")


def proposals(incident: Incident, agent: Agent) -> QuerySet[IncidentLink]:
    """Return the conversations that might belong, the oldest proposal first."""
    return links_of(agent).filter(PROPOSED, incident=incident).order_by("linked_at", "pk")


def counts(agent: Agent, incidents: list[Incident]) -> dict[int, dict[str, int]]:
    """Return for incidents how many conversations are proposed, linked, answered, in need, followed up."""
    linked = _LINKED
    known: Any = links_of(agent).filter(incident__in=incidents)  # the type knows no annotations
    rows = known.values("incident").annotate(
        proposed=Count("pk", filter=PROPOSED),
        linked=Count("pk", filter=linked),
        in_the_air=Count("pk", filter=linked & Q(in_flight=True)),
        answered=Count("pk", filter=linked & _ANSWERED & ~_WAITS),
        followed_up=Count("pk", filter=linked & Q(followed_up_with__state=Outcome.SENT)),
        left_out=Count("pk", filter=linked & _LEFT_OUT),
        **{f"to_{need}": Count("pk", filter=NEEDED[need]) for need in NEEDS},
    )
    found = {row.pop("incident"): row for row in rows.order_by()}
    none = dict.fromkeys(
        (
            "proposed", "linked", "in_the_air", "answered", "followed_up", "left_out",
            *(f"to_{need}" for need in NEEDS),
        ),
        0,
    )  # fmt: skip
    return {one.pk: found.get(one.pk, none) for one in incidents}
