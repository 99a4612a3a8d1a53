"""Light answers: a favourite or a boost of a customer's post, as deliveries that can be taken back.

Before one is sent it is simply cancelled; afterwards a second delivery takes it off the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from resonanz.case import Case, Happened, State, case_after, told
from resonanz.desk import projection
from resonanz.desk.care.base import CareError, expect_agent, expect_live, tell
from resonanz.desk.care.gates import sender
from resonanz.desk.models import Agent, Conversation, Delivery, Event, Mention, Outcome
from resonanz.networks import NETWORKS, Boost, Favourite
from resonanz.post import Audience

REACTIONS: dict[str, type[Favourite | Boost]] = {"favourite": Favourite, "boost": Boost}
TAKEN_BACK = {"favourite": "unfavourite", "boost": "unboost"}
ALIVE = (Outcome.PLANNED, Outcome.ARMED, Outcome.SENT, Outcome.UNKNOWN)


def react(conversation: Conversation, agent: Agent, mention: Mention, reaction: str) -> Delivery:
    """Plan a reaction to a post of the customer's; one that stands already is returned as it is.

    CareError: `not_known` (no such reaction there), `post_gone`, `not_for_everybody` (a private post is not
    passed on).
    """
    expect_agent(agent)
    expect_live(conversation)
    if not offered(conversation, mention, reaction):
        private = reaction == "boost" and Audience(mention.audience).is_private
        raise CareError("not_for_everybody" if private else "not_known")
    if mention.deleted_at is not None:
        raise CareError("post_gone")
    with transaction.atomic():
        known = standing(Delivery.objects.filter(answers=mention).order_by("pk"))
        if reaction in known:
            return known[reaction]
        return _plan(conversation, agent, mention, reaction, settings.UNDO_S)


def offered(conversation: Conversation, mention: Mention, reaction: str) -> bool:
    """Whether a post can be reacted to in this way: a customer's, on a network that knows it."""
    row = NETWORKS.get(conversation.channel.network)
    wanted = REACTIONS.get(reaction)
    if row is None or wanted is None or wanted not in row.capabilities.actions or not mention.incoming:
        return False
    return reaction != "boost" or not Audience(mention.audience).is_private


def standing(deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    """Return which reactions stand, given a post's deliveries from the oldest to the newest."""
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        if delivery.reaction in REACTIONS and delivery.state in ALIVE:
            found[delivery.reaction] = delivery
        for reaction, opposite in TAKEN_BACK.items():
            if delivery.reaction == opposite and delivery.state in ALIVE:
                found.pop(reaction, None)
    return found


def unreact(delivery: Delivery, agent: Agent) -> None:
    """Take a reaction back: before it was sent it never happens, afterwards it is taken off the network.

    Whom it answered waits for us again, as long as before. CareError: `too_late` while it is being sent.
    """
    expect_agent(agent)
    assert delivery.conversation is not None
    if delivery.reaction not in TAKEN_BACK:
        raise CareError("too_late")
    now = timezone.now()
    with transaction.atomic():
        planned = Delivery.objects.filter(pk=delivery.pk, state=Outcome.PLANNED)
        if planned.update(state=Outcome.CANCELLED, settled_at=now, due_at=None):
            tell("cancelled", now, delivery.conversation, agent, delivery=delivery.pk)
            return
        known = Delivery.objects.select_related("answers", "conversation").get(pk=delivery.pk)
        if known.state != Outcome.SENT or known.answers is None or known.conversation is None:
            raise CareError("too_late")
        if known not in standing(Delivery.objects.filter(answers=known.answers).order_by("pk")).values():
            raise CareError("too_late")  # a colleague has taken it back already
        _plan(known.conversation, agent, known.answers, TAKEN_BACK[known.reaction], 0)
        if _counts(known.conversation, known.answers):
            case = _without(known.conversation.pk, {known.answers.pk})
            facts = told(case if case.state is State.OPEN else case.before or case)
            tell("unreacted", now, known.conversation, agent, mention=known.answers.pk, **facts)


def _counts(conversation: Conversation, mention: Mention) -> bool:
    """Whether a reaction to a post was an answer in the case's events, and none stands any more."""
    if standing(Delivery.objects.filter(answers=mention).order_by("pk")):
        return False
    here = Q(conversation=conversation.pk) | Q(
        conversation__in=Conversation.objects.filter(merged_into=conversation).values("pk")
    )
    about = Event.objects.filter(here, mention=mention.pk, kind__in=["reacted", "unreacted"])
    last = about.order_by("-id").values_list("kind", flat=True).first()
    return last == "reacted"


def _without(conversation: int, posts: set[int]) -> Case:
    """Return what a case would be had nobody reacted to some posts, nor to those taken back before.

    What was joined with it is taken in as it would have been.
    """
    events = projection.read_happened([conversation]).get(conversation, [])
    back = {event.order: place for place, event in enumerate(events) if event.kind == "unreacted"}
    back |= dict.fromkeys(posts, len(events))
    gone = {order for order in back if order is not None}
    return case_after(
        _told_without(event, gone)
        for place, event in enumerate(events)
        if event.kind != "unreacted" and (event.kind != "reacted" or place > back.get(event.order, -1))
    )


def _told_without(event: Happened, posts: set[int]) -> Happened:
    other = event.facts.get("other")
    if event.kind != "took_in" or other is None or event.facts.get("undo"):
        return event
    joined = _without(other, posts)
    return event._replace(facts={"other": other, **told(joined.apart or joined)})


def _plan(conversation: Conversation, agent: Agent, mention: Mention, reaction: str, wait_s: int) -> Delivery:
    now = timezone.now()
    delivery = Delivery.objects.create(
        channel=sender(conversation, mention),
        conversation=conversation,
        answers=mention,
        agent=agent,
        text="",
        reaction=reaction,
        audience=mention.audience,
        ceiling=mention.audience,
        planned_at=now,
        due_at=now + timedelta(seconds=wait_s),
    )
    tell("planned", now, conversation, agent, mention=mention.pk, delivery=delivery.pk)
    return delivery
