"""What the pages about incidents show. Reads only; every list passes `access.visible_to`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from resonanz.desk.access import channels_visible_to
from resonanz.desk.care import incident_answers, incident_lists, incident_renewal
from resonanz.desk.care.incident_answers import Writer
from resonanz.desk.care.incident_lists import NEEDS, Need
from resonanz.desk.care.incident_proposals import asked
from resonanz.desk.care.incidents import WORDINGS_LEAST, wordings
from resonanz.desk.care.voices import language_of
from resonanz.desk.contents import may_have
from resonanz.desk.models import (
    Agent,
    Brand,
    Conversation,
    Delivery,
    Incident,
    IncidentLink,
    LinkState,
    Role,
    Unsent,
)
from resonanz.desk.prepared import prepared, within
from resonanz.phrases import PhraseError

SHOWN_MOST = 50
SOLVED_MOST = 30


@dataclass(frozen=True, slots=True)
class Row:
    """An incident with its figures."""

    incident: Incident
    counts: dict[str, int]

    @property
    def is_overdue(self) -> bool:
        """Whether the time of the next news has passed."""
        at = self.incident.next_update_at
        return self.incident.solved_at is None and at is not None and at <= timezone.now()

    @property
    def needs(self) -> list[tuple[Need, int]]:
        """What people still need, and how many."""
        return [(need, self.counts[f"to_{need}"]) for need in NEEDS]


def brands_of(agent: Agent) -> list[Brand]:
    """Return the brands whose channels an agent may see; all for leads while there is no channel yet."""
    seen = channels_visible_to(agent).values("brand")
    found = list(Brand.objects.filter(pk__in=seen).order_by("name"))
    return found or (list(Brand.objects.order_by("name")) if agent.has_role(Role.LEAD) else [])


def incidents_of(agent: Agent) -> QuerySet[Incident]:
    """Return the incidents of the brands whose channels an agent may see; leads see all."""
    known = Incident.objects.select_related("owner", "brand")
    return known if agent.has_role(Role.LEAD) else known.filter(brand__in=brands_of(agent))


def rows(agent: Agent, *, solved: bool) -> list[Row]:
    """Return the incidents that last, or the latest solved ones, with their figures."""
    known = incidents_of(agent).filter(solved_at__isnull=not solved)
    order = "-solved_at" if solved else "-opened_at"
    found = list(known.order_by(order, "-pk")[: SOLVED_MOST if solved else None])
    counted = incident_lists.counts(agent, found)
    return [Row(one, counted[one.pk]) for one in found]


def row(agent: Agent, incident: Incident) -> Row:
    """Return one incident with its figures."""
    return Row(incident, incident_lists.counts(agent, [incident])[incident.pk])


@dataclass(frozen=True, slots=True)
class Proposed:
    """A conversation that might belong, with what its customer says."""

    link: IncidentLink
    says: str


def proposals(agent: Agent, incident: Incident) -> list[Proposed]:
    """Return the conversations that might belong to an incident, the oldest proposals first."""
    found = list(
        incident_lists.proposals(incident, agent).select_related(
            "conversation__customer", "conversation__channel", "conversation__thread"
        )[: incident_lists.BATCH]
    )
    says = asked([one.conversation_id for one in found])
    return [Proposed(one, says.get(one.conversation_id, "")) for one in found]


def belonging(agent: Agent, incident: Incident) -> list[IncidentLink]:
    """Return the conversations linked last."""
    found = incident_lists.links_of(agent).filter(incident=incident, state=LinkState.LINKED)
    return list(
        found.select_related(
            "conversation__customer", "conversation__assignee", "answered_with", "followed_up_with"
        ).order_by("-linked_at", "-pk")[:SHOWN_MOST]
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """Answers that have not left yet: how many, until when, how many are one's own.

    Of those that say an older text, `outdated` say it as it was prepared and `by_hand` were changed.
    """

    count: int
    until: datetime | None
    mine: int
    outdated: int
    by_hand: int

    @property
    def leaves_at(self) -> datetime | None:
        """When the last one leaves, None where that is within a minute."""
        at = self.until
        return None if at is None or at < timezone.now() + timedelta(minutes=1) else at


def leaving(agent: Agent, incident: Incident) -> Leaving:
    """Return what is on its way because of an incident."""
    count, until = incident_answers.leaving(incident)
    mine, _until = incident_answers.leaving(incident, agent)
    old = incident_renewal.outdated(incident, agent)
    prepared = old.filter(as_prepared=True).count()
    return Leaving(count, until, mine, prepared, old.count() - prepared)


def outdated(agent: Agent, incident: Incident) -> list[Delivery]:
    """Return the answers that have not left yet and say an older text, those changed by hand first."""
    old = incident_renewal.outdated(incident, agent).select_related("conversation__customer", "agent")
    return list(old.order_by("as_prepared", "due_at", "pk")[:SHOWN_MOST])


def wordings_of(source: str) -> int | None:
    """Return how many wordings a text has where these are too few, None where they are enough."""
    try:
        count = wordings(source) if source.strip() else WORDINGS_LEAST
    except PhraseError:
        return None
    return count if count < WORDINGS_LEAST else None


# In a conversation -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strip:
    """An incident as its conversation shows it: linked or proposed, and its text for this customer.

    `outdated` says that the words in the box came from an older text; `mark` names the version.
    """

    incident: Incident
    state: str
    text: str = ""
    outdated: bool = False

    @property
    def mark(self) -> str:
        """What the form sends back when the text was put in."""
        return f"{self.incident.pk}.{self.incident.version}"


def strips(talk: Conversation, agent: Agent) -> list[Strip]:
    """Return the incidents of a conversation, those linked first. One query where there is none."""
    if not may_have(talk, "incidents"):
        return []
    return [_strip(one, talk, agent) for one in within(_links(talk.pk), conversation=talk) if _concerns(one)]


@prepared
def _links(talk: int) -> QuerySet[IncidentLink]:
    known = IncidentLink.objects.filter(conversation=talk).exclude(state=LinkState.REFUSED)
    return known.select_related("incident__brand", "incident__owner").order_by("state", "-pk")


def _concerns(link: IncidentLink) -> bool:
    return link.state == LinkState.LINKED or link.incident.solved_at is None


def _strip(link: IncidentLink, talk: Conversation, agent: Agent) -> Strip:
    incident = link.incident
    if link.state != LinkState.LINKED:
        return Strip(incident, link.state)
    need: Need = "answer" if incident.solved_at is None else "follow_up"
    has_text = incident.text or incident.text_en
    if need == "follow_up":
        has_text = incident.solved_text or incident.solved_text_en
    text = Writer(incident, agent, need).text(talk, language_of(talk)) if has_text else ""
    older = Unsent.objects.filter(
        conversation=talk, agent=agent, incident=incident, incident_version__lt=incident.version
    )
    return Strip(incident, link.state, text, older.exists())


def is_outdated(delivery: Delivery) -> bool:
    """Whether an answer that has not left yet says an older text of its incident."""
    incident = delivery.incident
    return incident is not None and delivery.incident_version < incident.version
