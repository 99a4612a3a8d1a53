"""Who is told when something becomes due, is overdue, was promised and not kept, or is dangerous.

Warned is whoever has the case, else those on shift; told of a breach are those whom the brand names, else the
leads. Each is told once of the same due time. Bells ring at once, e-mails are gathered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from resonanz import case
from resonanz.desk import own_address, queue
from resonanz.desk.access import Conversations
from resonanz.desk.bells import notify_all
from resonanz.desk.care.base import notify, tell
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Brand,
    Channel,
    Conversation,
    Delivery,
    Letter,
    Notice,
    NoticeKind,
    Role,
    Setting,
    SlaPolicy,
)
from resonanz.desk.storage import to_ms

OLD = timedelta(days=1)  # what has been overdue for longer rings no more: the leads see it on the wall
LETTERS_APART = timedelta(minutes=15)  # one e-mail about overdue cases to the same person
SHARE_FROM = 20  # cases of a day before their share says anything
ABOVE = [Role.LEAD, Role.COMMUNICATOR, Role.OPERATOR]
SHARE_TOLD_ON = "safety_share_told_on"
SPARE = SlaPolicy()  # the usual targets, for a brand without any


@dataclass(frozen=True, slots=True)
class _Terms:
    """When a brand wants to be told of what."""

    warn: timedelta
    escalate: timedelta
    escalate_to: int | None


# Whom ---------------------------------------------------------------------------------------------


def on_shift(channel: Channel, least: Role = Role.AGENT) -> list[Agent]:
    """Return who is on shift, may answer, and belongs to a team that cares for a channel."""
    here = Agent.objects.filter(is_active=True, teams__channels=channel).exclude(on_shift_at=None).distinct()
    return [agent for agent in here.order_by("pk") if agent.has_role(least)]


def leads_of(channel: Channel) -> list[Agent]:
    """Return the leads of the teams that care for a channel, else whoever is lead or above."""
    leads = Agent.objects.filter(is_active=True, role__in=ABOVE).order_by("pk")
    of_team = leads.filter(role=Role.LEAD, teams__channels=channel).distinct()
    return list(of_team) or list(leads.filter(role=Role.LEAD)) or list(leads)


def look(agent: Agent, conversation: int | None = None, *, kind: str = "", ring: int | None = None) -> int:
    """Take note that somebody looked at a conversation's bells, at those of a kind, an alarm's, or at all.

    Returns how many were new.
    """
    unseen = Notice.objects.filter(agent=agent, seen_at=None)
    if kind:
        unseen = unseen.filter(kind=kind)
    if conversation is not None:
        unseen = unseen.filter(conversation=conversation)
    if ring is not None:
        unseen = unseen.filter(ring=ring)
    return unseen.update(seen_at=timezone.now())


# Danger ------------------------------------------------------------------------------------------


def ring_for_safety(conversation: Conversation, now: datetime, *, by: Agent | None = None) -> None:
    """Tell everybody on shift that somebody may be in danger, the leads where nobody is. In a transaction."""
    there = on_shift(conversation.channel) or leads_of(conversation.channel)
    notify_all(there, NoticeKind.SAFETY, conversation, by=by)
    _look_at_share(now)


def _look_at_share(now: datetime) -> None:
    """Tell the leads once a day when too many cases stand in the safety lane."""
    share = queue.safety_share(Conversation.objects.filter(from_import=None), now)
    today = timezone.localdate(now).isoformat()
    if share.cases < SHARE_FROM or share.share <= queue.SAFETY_SHARE_MOST:
        return
    if Setting.objects.filter(name=SHARE_TOLD_ON, value=today).exists():
        return
    Setting.objects.update_or_create(name=SHARE_TOLD_ON, defaults={"value": today})
    happen("safety_alarm", now, share=round(share.share * 1000))
    for lead in Agent.objects.filter(is_active=True, role__in=ABOVE).order_by("pk"):
        notify(lead, NoticeKind.SAFETY_SHARE)


# Time --------------------------------------------------------------------------------------------


def alarm_next() -> bool:
    """Tell of one case that is due soon, overdue, or whose promise was broken; True if there was one."""
    now = timezone.now()
    terms = _terms()
    return _break_next(now) or (bool(terms) and (_escalate_next(terms, now) or _warn_next(terms, now)))


def _terms() -> dict[int, _Terms]:
    """Return each brand's terms, by brand."""
    names = ("brand", "warn_s", "escalate_s", "escalate_to")
    rows = {row[0]: row[1:] for row in SlaPolicy.objects.values_list(*names)}
    usual = (SPARE.warn_s, SPARE.escalate_s, None)
    found = {brand: rows.get(brand, usual) for brand in Brand.objects.values_list("pk", flat=True)}
    return {
        brand: _Terms(timedelta(seconds=warn), timedelta(seconds=escalate), to)
        for brand, (warn, escalate, to) in found.items()
    }


def _due_by(until: Mapping[int, datetime]) -> Q:
    """Cases due by a moment that depends on their brand; one question for all brands."""
    brands: dict[datetime, list[int]] = {}
    for brand, moment in until.items():
        brands.setdefault(moment, []).append(brand)
    each = (Q(brand__in=numbers, due_at__lte=moment) for moment, numbers in brands.items())
    return Q(due_at__lte=max(brands)) & reduce(or_, each)


def _open_cases() -> Conversations:
    """The open cases without those whose answer is on its way."""
    coming = Delivery.objects.filter(queue.ON_ITS_WAY, conversation=OuterRef("pk"))
    found: Conversations = Conversation.objects.filter(
        ~Exists(coming), state=case.State.OPEN, from_import=None
    ).exclude(channel__network="archive")
    return found.select_related("channel", "assignee", "customer")


def _warn_next(terms: Mapping[int, _Terms], now: datetime) -> bool:
    unwarned = Q(warned_due_at=None) | ~Q(warned_due_at=F("due_at"))
    soon = _due_by({brand: now + one.warn for brand, one in terms.items()})
    found = _open_cases().filter(unwarned, soon, due_at__gt=now).order_by("due_at", "pk").first()
    if found is None:
        return False
    with transaction.atomic():
        if not _mark(found, "warned_due_at"):
            return True
        asked = [found.assignee] if found.assignee is not None else on_shift(found.channel)
        for agent in asked:
            notify(agent, NoticeKind.DUE_SOON, found)
        _tell_of("warned", found, now)
    return True


def _escalate_next(terms: Mapping[int, _Terms], now: datetime) -> bool:
    untold = Q(escalated_due_at=None) | ~Q(escalated_due_at=F("due_at"))
    late = _due_by({brand: now - one.escalate for brand, one in terms.items()})
    found = _open_cases().filter(untold, late, due_at__gt=now - OLD).order_by("due_at", "pk").first()
    if found is None:
        return False
    with transaction.atomic():
        if not _mark(found, "escalated_due_at"):
            return True
        told = _told_of_breach(found, terms[found.brand_id])
        if found.promised_at != found.due_at:  # of a broken promise they are told as such
            for agent in told:
                notify(agent, NoticeKind.OVERDUE, found)
        _tell_of("escalated", found, now)
        _write_to(told, now)
    return True


def _break_next(now: datetime) -> bool:
    told = Notice.objects.filter(
        conversation=OuterRef("pk"), kind=NoticeKind.BROKEN, at__gte=OuterRef("promised_at")
    )
    broken = _open_cases().filter(~Exists(told), promised_at__lte=now, promised_at__gt=now - OLD)
    found = broken.order_by("promised_at", "pk").first()
    leads = [] if found is None else leads_of(found.channel)
    if found is None or not leads:
        return False
    with transaction.atomic():
        Notice.objects.filter(
            conversation=found, kind=NoticeKind.BROKEN, seen_at=None, at__lt=found.promised_at
        ).update(seen_at=now)
        for lead in leads:
            notify(lead, NoticeKind.BROKEN, found)
    return True


def _told_of_breach(conversation: Conversation, terms: _Terms) -> list[Agent]:
    named = (
        None
        if terms.escalate_to is None
        else Agent.objects.filter(pk=terms.escalate_to, is_active=True).first()
    )
    return leads_of(conversation.channel) if named is None else [named]


def _mark(conversation: Conversation, column: str) -> bool:
    """Remember of which due time somebody was told; False where it has changed, or another was quicker."""
    same = Conversation.objects.filter(pk=conversation.pk, state=case.State.OPEN, due_at=conversation.due_at)
    untold = Q(**{column: None}) | ~Q(**{column: conversation.due_at})
    return bool(same.filter(untold).update(**{column: conversation.due_at}))


def _tell_of(kind: str, conversation: Conversation, now: datetime) -> None:
    assert conversation.due_at is not None
    tell(kind, now, conversation, None, due=to_ms(conversation.due_at))


# By e-mail ---------------------------------------------------------------------------------------


def _write_to(people: Iterable[Agent], now: datetime) -> None:
    """Write to those who have an e-mail address that cases are overdue, all in one letter."""
    if settings.MAIL is None:
        return
    for agent in people:
        lately = Letter.objects.filter(
            to=agent.email, message_id__startswith="<overdue.", written_at__gt=now - LETTERS_APART
        )
        if agent.email and not lately.exists():
            _write(agent, now)


def _write(agent: Agent, now: datetime) -> None:
    late = queue.live_conversations(agent).filter(queue.for_us(now), due_at__lte=now).count()
    with override(agent.language or settings.LANGUAGE_CODE):
        subject = ngettext("%(count)d conversation is overdue", "%(count)d conversations are overdue", late)
        body = _("The desk has conversations whose answer is overdue. Whose they are stands in the queue.")
        address = own_address.of_desk()
        Letter.objects.create(
            to=agent.email,
            subject=subject % {"count": late},
            body=f"{body}\n\n{address}/\n" if address else f"{body}\n",
            message_id=f"<overdue.{uuid4().hex}@resonanz.invalid>",
            written_at=now,
            due_at=now,
        )
