"""Which conversations might belong to an incident: proposed by likeness, decided by a person.

A proposal changes nothing about a conversation. What was refused is learnt from and never proposed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import events
from resonanz.desk.care.base import one_of_many, tell
from resonanz.desk.models import (
    Conversation,
    Incident,
    IncidentLink,
    LinkState,
    Mention,
)
from resonanz.likeness import Model, Verdict

READER = "incidents"  # the bookmark in the event log
EVENTS_MOST = 100  # that are judged together: making a model of an incident is what takes time
WRITTEN_MOST = 5  # proposals of one transaction
AGAIN_MOST = 300  # waiting conversations that are looked at again when something was learnt
ANEW_MOST = 2_000  # that are looked at when an incident or its rules are new
LEARNT_MOST = 400  # posts of a kind that a model is made of
USUAL = timedelta(days=14)  # from how long before an incident its usual posts are taken
BEFORE = timedelta(hours=3)  # what was said so shortly before it may well be about it already
ANEW = frozenset({"incident_opened", "incident_changed", "incident_reopened"})
LEARNING = ANEW | {"linked", "unlinked"}


def propose_next() -> bool:
    """Look at what happened since the last time and propose who may belong; True if something had."""
    with events.follow(READER, LEARNING | {"heard", "merged"}, EVENTS_MOST) as news:
        if news is None:
            return False
        heard = {event.conversation for event in news.told if event.kind == "heard"}
        again = max((_again(event.kind) for event in news.told), default=0)
        found = _judged({number for number in heard if number}, again=again) if heard or again else []
        for first in range(0, len(found), WRITTEN_MOST):  # again after a crash: a proposal is written once
            _propose(found[first : first + WRITTEN_MOST])
        with transaction.atomic():
            if news.take():
                for event in news.told:
                    if event.kind == "merged":
                        with one_of_many(f"joining as event {event.id} says"), transaction.atomic():
                            _follow_merge(event)
        return True


def _again(kind: str) -> int:
    """Return how many of those who wait already are looked at once more after an event."""
    if kind in ANEW:
        return ANEW_MOST
    return AGAIN_MOST if kind in LEARNING else 0


def _propose(found: Sequence[tuple[int, Incident]]) -> None:
    with transaction.atomic():
        for number, incident in found:
            with one_of_many(f"proposing incident {incident.pk}"), transaction.atomic():
                _write(number, incident)


def _judged(heard: set[int], *, again: int) -> list[tuple[int, Incident]]:
    """Return which conversations sound like which incident."""
    lasting = list(Incident.objects.filter(solved_at=None))
    if not lasting:
        return []
    placed = IncidentLink.objects.filter(state=LinkState.LINKED, incident__in=lasting)
    waiting = Conversation.objects.filter(state=State.OPEN, awaits__isnull=False)
    waiting = waiting.exclude(pk__in=placed.values("conversation"))
    numbers = set(waiting.filter(pk__in=heard).values_list("pk", flat=True))
    if again:
        free = waiting.filter(brand__in={one.brand_id for one in lasting})
        numbers |= set(free.order_by("-last_order").values_list("pk", flat=True)[:again])
    found = {c.pk: c for c in Conversation.objects.filter(pk__in=numbers).select_related("channel")}
    texts = asked(found)
    best: dict[int, tuple[float, Incident]] = {}
    for incident in lasting:
        theirs = {n: text for n, text in texts.items() if found[n].brand_id == incident.brand_id}
        with one_of_many(f"judging by incident {incident.pk}"):
            for number, score in _alike(incident, theirs).items():
                if score > best.get(number, (0.0, incident))[0]:
                    best[number] = (score, incident)
    return [(number, incident) for number, (_score, incident) in sorted(best.items())]


def _alike(incident: Incident, texts: Mapping[int, str]) -> dict[int, float]:
    """Return which conversations sound like an incident and are not known to it, and how much so."""
    known = set(incident.links.filter(conversation__in=texts).values_list("conversation", flat=True))
    found: dict[int, float] = {}
    if not texts.keys() - known:
        return found
    model = model_of(incident)
    for number in sorted(texts.keys() - known):
        with one_of_many(f"judging conversation {number} by incident {incident.pk}"):
            verdict = model.judge(texts[number])
            if verdict.is_alike:
                found[number] = verdict.score
    return found


def _write(number: int, incident: Incident) -> None:
    """Propose an incident that still lasts for a conversation that is still open."""
    now = timezone.now()
    conversation = Conversation.objects.filter(pk=number, state=State.OPEN).first()
    if conversation is None or not Incident.objects.filter(pk=incident.pk, solved_at=None).exists():
        return
    _link, made = IncidentLink.objects.get_or_create(
        incident=incident, conversation=conversation, defaults={"linked_at": now}
    )
    if made:
        tell("proposed", now, conversation, None, incident=incident.pk)


def _follow_merge(event: events.Told) -> None:
    """What belonged to a conversation belongs to the one that it was joined with, and still is.

    Where both belong, each keeps its link: parted again, neither is without.
    """
    conversation, into = event.conversation or 0, json.loads(event.facts)["into"]
    if not Conversation.objects.filter(pk=conversation, merged_into=into).exists():
        return
    for link in IncidentLink.objects.filter(conversation=conversation):
        known = IncidentLink.objects.filter(incident=link.incident_id, conversation=into).first()
        if known is None:
            IncidentLink.objects.filter(pk=link.pk).update(conversation=into)
            continue
        kept = {
            name: getattr(known, name) or getattr(link, name)
            for name in ("answered_with_id", "followed_up_with_id")
        }
        if link.state == LinkState.LINKED:
            kept["state"] = LinkState.LINKED
        IncidentLink.objects.filter(pk=known.pk).update(**kept)


# The model ---------------------------------------------------------------------------------------


def asked(conversations: Iterable[int]) -> dict[int, str]:
    """Return what waits for an answer in conversations, as one text each."""
    said = Mention.objects.filter(
        conversation__in=list(conversations),
        incoming=True,
        deleted_at=None,
        order__gte=F("conversation__awaits"),
    )
    found: dict[int, list[str]] = {}
    for number, text in said.order_by("order").values_list("conversation", "text"):
        found.setdefault(number or 0, []).append(text)
    return {number: "\n".join(texts) for number, texts in found.items()}


def model_of(incident: Incident) -> Model:
    """Return what is known of an incident's posts: those linked, those refused, and what is usual."""
    links = incident.links.order_by("-linked_at")
    belonging = _posts(links.filter(state=LinkState.LINKED)[:LEARNT_MOST])
    refused = _posts(links.filter(state=LinkState.REFUSED)[:LEARNT_MOST])
    others = [*refused, *refused, *_usual(incident)]  # somebody looked at these: they count twice
    return Model(belonging, others, incident.words)


def _posts(links: Iterable[IncidentLink]) -> list[str]:
    """Return the post of each conversation for which it was linked: its newest of that time."""
    linked_at = {one.conversation_id: one.linked_at for one in links}
    said = Mention.objects.filter(conversation__in=linked_at, incoming=True, deleted_at=None)
    found: dict[int, str] = {}
    for number, text, heard_at in said.order_by("order").values_list("conversation", "text", "heard_at"):
        if number is not None and (number not in found or heard_at <= linked_at[number]):
            found[number] = text
    return list(found.values())


def _usual(incident: Incident) -> list[str]:
    """Return posts about other matters: from before, and those answered since without belonging."""
    begins = incident.opened_at - BEFORE
    before = Q(heard_at__gte=begins - USUAL, heard_at__lt=begins)
    said = Mention.objects.filter(incoming=True, deleted_at=None, conversation__brand=incident.brand_id)
    since = Q(conversation__answered_at__gte=incident.opened_at, heard_at__gte=begins)
    elsewhere = said.filter(since).exclude(conversation__in=incident.links.values("conversation"))
    return [
        *said.filter(before).order_by("-order").values_list("text", flat=True)[:LEARNT_MOST],
        *elsewhere.order_by("-order").values_list("text", flat=True)[:LEARNT_MOST],
    ]


# For people --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """An incident that a conversation may be linked to; `state` is how it stands already, "" for not."""

    incident: Incident
    verdict: Verdict
    state: str


def offers(conversation: Conversation) -> list[Offer]:
    """Return the incidents that last, for a conversation: the best match first."""
    states = dict(conversation.incident_links.values_list("incident", "state"))
    lasting = Incident.objects.filter(brand=conversation.brand_id, solved_at=None).select_related("owner")
    text = asked([conversation.pk]).get(conversation.pk) or _last_said(conversation)
    found = [Offer(one, model_of(one).judge(text), states.get(one.pk, "")) for one in lasting]
    return sorted(found, key=lambda offer: (-offer.verdict.score, -offer.incident.pk))


def _last_said(conversation: Conversation) -> str:
    said = conversation.mentions.filter(incoming=True, deleted_at=None).order_by("-order")
    return said.values_list("text", flat=True).first() or ""


def says(conversations: Sequence[Conversation]) -> list[str]:
    """Return what the customers of conversations wait for an answer to, else said last; in their order."""
    waiting = asked([talk.pk for talk in conversations])
    return [waiting.get(talk.pk) or _last_said(talk) for talk in conversations]


def suggested_words(conversations: Sequence[Conversation]) -> list[list[str]]:
    """Return rules of words that the posts of conversations share and other posts seldom have."""
    texts = says(conversations)
    if not texts:
        return []
    usual = Mention.objects.filter(incoming=True, conversation__brand=conversations[0].brand_id).exclude(
        conversation__in=[talk.pk for talk in conversations]
    )
    others = usual.filter(conversation__answered_at__isnull=False).order_by("-order")
    model = Model(texts, others.values_list("text", flat=True)[:LEARNT_MOST])
    return model.suggest(texts, besides=conversations[0].brand.name)
