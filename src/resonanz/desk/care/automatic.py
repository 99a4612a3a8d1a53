"""The automatic answer outside of hours: honest, once, and never to machines.

It says that it is automatic and when somebody is back, in private where the network can. Whoever did not
speak to us, whose post is old, or who answers by machine gets none; nor does anybody twice: one a case, and
one a person in half a day. So two desks that face each other fall silent after one answer each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from resonanz.annotate.automatic import says_it_is_automatic
from resonanz.annotate.urgency import urgency
from resonanz.case import ReplyKind, State, Urgency
from resonanz.desk import events
from resonanz.desk.care.base import one_of_many
from resonanz.desk.care.gates import gate_of, sender
from resonanz.desk.care.room import room_for
from resonanz.desk.care.voices import language_of, moment, render, voice_of
from resonanz.desk.events import happen
from resonanz.desk.models import Channel, Conversation, Delivery, Mention, Outcome, Sighting, Voice
from resonanz.desk.policies import service_hours_of
from resonanz.hours import BusinessHours, is_open, next_opening
from resonanz.networks import NETWORKS
from resonanz.phrases import too_alike
from resonanz.post import Audience

log = logging.getLogger("resonanz.automatic")
READER = "automatic"  # this module's mark in the event log
AT_ONCE = 5  # posts of one transaction
FRESH = timedelta(minutes=30)  # a post that is older when it is read is not answered by a machine
QUIET = timedelta(hours=12)  # for so long the same person gets no second one
OWN_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """A customer's post that might be answered automatically, with what decides about it."""

    mention: Mention
    conversation: Conversation
    channel: Channel
    voice: Voice
    hours: BusinessHours
    now: datetime


def automatic_next() -> bool:
    """Answer automatically what came in outside of hours; True if anything new had happened."""
    with events.follow(READER, {"heard"}, AT_ONCE) as news:
        if news is None:
            return False
        orders = [event.mention for event in news.told if event.kind == "heard" and event.mention is not None]
        answers = _considered(orders, timezone.now())
        with transaction.atomic():
            if news.take():
                for heard, text in answers:
                    with one_of_many(f"answering post {heard.mention.pk}"), transaction.atomic():
                        _plan(heard, text)
        return True


def _considered(orders: Iterable[int], now: datetime) -> list[tuple[Heard, str]]:
    """Return what may be answered automatically, and the words."""
    answers = []
    for order in orders:
        with one_of_many(f"looking at post {order} for an automatic answer"):
            heard = _heard(order, now)
            text = "" if heard is None or why_not(heard) else _fitting(heard)
            if heard is not None and text:
                answers.append((heard, text))
    return answers


def _heard(order: int, now: datetime) -> Heard | None:
    known = Mention.objects.select_related(
        "author", "conversation__brand", "conversation__channel", "conversation__customer"
    )
    mention = known.filter(pk=order).first()
    if mention is None or mention.conversation is None:
        return None
    talk = mention.conversation
    hours = service_hours_of(talk.brand_id)
    return Heard(mention, talk, sender(talk, mention), voice_of(talk.brand), hours, now)


def why_not(heard: Heard) -> str:
    """Return the first of RULES that forbids an automatic answer, "" where none does."""
    return next((name for name, holds in RULES.items() if holds(heard)), "")


def _fitting(heard: Heard) -> str:
    """Return the words, "" where a brand's own cannot be sent."""
    try:
        text = words(heard)
    except ValueError as error:  # an old text of the brand's that cannot be read any more
        log.warning("the automatic answer of brand %s: %s", heard.conversation.brand_id, error)
        return ""
    if not room_for(heard.channel, heard.mention, audience_of(heard)).fits(text):
        log.warning("the automatic answer of brand %s is longer than a post", heard.conversation.brand_id)
        return ""
    return text


def _plan(heard: Heard, text: str) -> None:
    """Plan it, unless it was settled or answered since it was looked at, if only by the answer before."""
    heard.conversation.refresh_from_db(fields=["state"])
    if _not_live(heard) or _had_one(heard) or _being_answered(heard):
        return
    delivery = Delivery.objects.create(
        channel=heard.channel,
        conversation=heard.conversation,
        answers=heard.mention,
        kind=int(ReplyKind.AUTOMATIC),
        text=text,
        audience=audience_of(heard),
        ceiling=heard.mention.audience,
        language=language_of(heard.conversation),
        planned_at=heard.now,
        due_at=heard.now,
    )
    happen(
        "planned",
        heard.now,
        conversation=heard.conversation.pk,
        mention=heard.mention.pk,
        delivery=delivery.pk,
    )


def words(heard: Heard) -> str:
    """Return the brand's automatic answer as this customer reads it; who is in danger reads where help is."""
    language = language_of(heard.conversation)
    opens = moment(next_opening(heard.hours, heard.now), language, ZoneInfo(heard.hours.zone))
    danger = heard.conversation.urgency == Urgency.SAFETY or _sounds_dangerous(heard)
    return render(heard.conversation, "automatic_danger" if danger else "automatic", opens=opens)


def _sounds_dangerous(heard: Heard) -> bool:
    return urgency(heard.mention.text, tuple(heard.voice.safety_words)).level == Urgency.SAFETY


def audience_of(heard: Heard) -> Audience:
    """Return who reads it: only the customer where the network can answer a post in private.

    Where that would be a message to somebody who wrote us none, it is as public as what it answers: networks
    forbid machines to begin a private talk.
    """
    row = NETWORKS.get(heard.channel.network)
    asked = Audience(heard.mention.audience)
    if row is None or not row.capabilities.private_replies or row.capabilities.invitation == "message":
        return asked
    return min(asked, Audience.DIRECT)


# When to keep silent -----------------------------------------------------------------------------


def _switched_off(heard: Heard) -> bool:
    return not heard.voice.automatic


def _gated(heard: Heard) -> bool:
    return bool(gate_of(heard.channel, heard.mention))


def _somebody_is_there(heard: Heard) -> bool:
    return is_open(heard.hours, heard.now)


def _not_live(heard: Heard) -> bool:
    unreachable = heard.channel.is_archive or heard.channel.is_by_hand
    return unreachable or heard.channel.state != "ok" or heard.conversation.state != State.OPEN


def _not_addressed(heard: Heard) -> bool:
    return not Sighting.objects.filter(mention=heard.mention, addressed=True).exists()


def _old(heard: Heard) -> bool:
    """Heard late, read long ago by now, or from before the channel was connected."""
    mention = heard.mention
    since = max(heard.now - FRESH, heard.channel.connected_at)
    return mention.posted_at < since or mention.heard_at < since or mention.deleted_at is not None


def _bot(heard: Heard) -> bool:
    return heard.mention.author.is_bot


def _own_account(heard: Heard) -> bool:
    """Another channel of ours speaks here; two of our brands do not answer each other by machine."""
    author = heard.mention.author
    return Channel.objects.filter(network=author.network, uid=author.uid).exists()


def _machine(heard: Heard) -> bool:
    """Another desk's automatic answer, by what it says or because it is nearly ours."""
    text = heard.mention.text
    if says_it_is_automatic(text):
        return True
    sent = Delivery.objects.filter(kind=int(ReplyKind.AUTOMATIC)).order_by("-pk")
    ours = sent.values_list("text", flat=True)[:OWN_TEXTS]
    return bool(too_alike(ours, text))


def _had_one(heard: Heard) -> bool:
    customer = heard.conversation.customer
    person = Q(conversation__customer=customer)
    if customer.contact_id is not None:
        person |= Q(conversation__customer__contact=customer.contact_id)
    lately = person & Q(planned_at__gt=heard.now - QUIET)
    sent = Delivery.objects.filter(kind=int(ReplyKind.AUTOMATIC)).exclude(state=Outcome.CANCELLED)
    return sent.filter(Q(conversation=heard.conversation) | lately).exists()


def _being_answered(heard: Heard) -> bool:
    """A colleague works late: their words are on their way, or were said after this post."""
    ours = heard.conversation.deliveries.filter(kind__lt=int(ReplyKind.AUTOMATIC), reaction="")
    live = [Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN]
    if ours.filter(state__in=live).exists():
        return True
    return heard.conversation.mentions.filter(incoming=False, order__gt=heard.mention.order).exists()


RULES: dict[str, Callable[[Heard], bool]] = {
    "switched_off": _switched_off,
    "somebody_is_there": _somebody_is_there,
    "not_live": _not_live,
    "bot": _bot,
    "old": _old,
    "own_account": _own_account,
    "not_addressed": _not_addressed,
    "gated": _gated,
    "had_one": _had_one,
    "being_answered": _being_answered,
    "machine": _machine,
}
