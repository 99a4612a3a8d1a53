"""Replies: what they answer, who reads them, what stops them, and how they are taken back.

A reply becomes a delivery, several where the text is longer than the network takes; the outbox sends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from resonanz.case import ReplyKind
from resonanz.compose import with_signature
from resonanz.desk.care import guards
from resonanz.desk.care.base import TEXT_MOST, CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.care.gates import expect_open, sender
from resonanz.desk.care.guards import Stop, Stopped
from resonanz.desk.care.notes import ring_release
from resonanz.desk.care.room import Room, room_for
from resonanz.desk.events import happen
from resonanz.desk.models import (
    Agent,
    Attachment,
    Conversation,
    Delivery,
    Event,
    Incident,
    IncidentLink,
    Mention,
    NoticeKind,
    Outcome,
    Role,
    SavedReply,
    Unsent,
)
from resonanz.desk.prepared import prepared
from resonanz.desk.storage import to_ms
from resonanz.networks import NETWORKS
from resonanz.post import Audience

PARTS_MOST = 10
OTHERS_CHANGE = ("heard", "spoke", "edited", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody wants to say, and how.

    `answers` is the order of the post that it answers, None for the one that waits. `audience` is that
    post's, or narrower; None takes the narrowest that the conversation allows: private once it is private,
    so that only somebody who names a wider one answers in public again. `form` is du or sie where its writer
    chose it for this once.
    `once` is the form's own key: the same form sent twice is one delivery. `seen` is the newest event that
    its writer had before their eyes. `despite` holds what they were told and send all the same, as
    `rule:number` (`answered_already:45`, `changed_thread:812`). `in_parts` lets a long text become several.
    `incident` is the one whose text it says, in the version that it then had. `further` says more to somebody
    whom a colleague may have answered before, as an incident's news and its end do. `as_prepared` says that
    nobody changed a word of what the desk wrote for the incident.
    """

    text: str
    answers: int | None = None
    audience: Audience | None = None
    kind: ReplyKind = ReplyKind.HUMAN
    then_resolve: bool = False
    once: UUID | None = None
    seen: int | None = None
    despite: Collection[str] = ()
    in_parts: bool = False
    form: str = ""
    promise_until: datetime | None = None
    saved_reply: SavedReply | None = None
    incident: Incident | None = None
    as_prepared: bool = False
    with_files: bool = True  # whether what lies beside the unsent words goes along
    further: bool = False
    labels: Collection[str] = ()  # what the network shall mark it with in public: `paid`, `by_machine`


def answerable(conversation: Conversation) -> Mention | None:
    """Return the post that a reply would answer: the newest that waits, else the customer's last.

    Once the matter is private, what was said in private comes first.
    """
    contact = conversation.customer.contact_id  # one person with several accounts
    who = (conversation.pk, conversation.customer_id, *([] if contact is None else [contact]))
    hidden = [] if conversation.private_at is None else _newest(*who, most=Audience.FOLLOWERS)
    return next(iter(hidden or _newest(*who, most=Audience.PUBLIC)), None)


@prepared
def _newest(talk: int, author: int, contact: int | None = None, *, most: Audience) -> QuerySet[Mention]:
    """The newest that a customer said for so many readers at most."""
    person = Q(author=author) if contact is None else Q(author=author) | Q(author__contact=contact)
    said = Mention.objects.filter(person, conversation=talk, incoming=True, deleted_at=None)
    return said.filter(audience__lte=most).select_related("author").order_by("-order")[:1]


def audience_for(conversation: Conversation, mention: Mention) -> Audience:
    """Return who reads an answer to a post: as many as read the post, and only the customer once private."""
    asked = Audience(mention.audience)
    return asked if conversation.private_at is None else min(asked, Audience.DIRECT)


def reply(conversation: Conversation, agent: Agent, wanted: Reply) -> Delivery:
    """Plan an answer to a customer's post; returns its first part.

    A trainee's waits for release. Raises CareError; the text is then still the caller's to keep. `Stopped`
    is what its writer should look at; sent again with `despite`, it goes out.
    """
    expect_live(conversation)
    if conversation.channel.is_by_hand:
        raise CareError("by_hand")
    try:
        return _reply(conversation, agent, wanted)
    except Stopped as stopped:
        guards.count(stopped, wanted.despite, conversation, agent)
        raise


def _reply(conversation: Conversation, agent: Agent, wanted: Reply) -> Delivery:
    now = timezone.now()
    with transaction.atomic():
        if wanted.once is not None:
            known = Delivery.objects.filter(send_key=wanted.once, agent=agent, conversation=conversation)
            if (twice := known.first()) is not None:
                return twice
        mention = _answered(conversation, wanted.answers)
        audience = wanted.audience if wanted.audience is not None else audience_for(conversation, mention)
        if audience > mention.audience:
            raise CareError("wider_audience")
        expect_open(sender(conversation, mention), mention, audience)
        wanted = replace(wanted, audience=audience)
        parts = _parts(wanted, agent, room_for(sender(conversation, mention), mention, audience))
        stops = [*changed_since(conversation, agent, wanted.seen)]
        stops += [] if wanted.further else [*answered_by_others(mention, agent, wanted.kind)]
        stops += [*_own(mention, agent, wanted), *_spoken_up(conversation, agent, mention, wanted)]
        guards.expect_told(stops, wanted.despite, conversation, agent)
        first = _plan(conversation, agent, mention, wanted, parts)
        if conversation.assignee is None and agent.has_role(Role.AGENT):
            tell("assigned", now, conversation, agent, to=agent.pk)
        if wanted.kind is ReplyKind.HUMAN:
            Unsent.objects.filter(conversation=conversation, agent=agent).delete()
    return first


def _plan(
    conversation: Conversation, agent: Agent, mention: Mention, wanted: Reply, parts: Sequence[str]
) -> Delivery:
    """Write the deliveries: the first goes out by itself, each further one after the one before it."""
    now = timezone.now()
    held = not agent.has_role(Role.AGENT) and not agent.trusted
    assert wanted.audience is not None
    marked = labels_for(conversation, wanted.audience) & set(wanted.labels)
    planned: list[Delivery] = []
    for number, text in enumerate(parts):
        last = number == len(parts) - 1
        delivery = Delivery.objects.create(
            send_key=(wanted.once if number == 0 else None) or uuid4(),
            channel=sender(conversation, mention),
            conversation=conversation,
            answers=mention if number == 0 else None,
            follows=planned[-1] if planned else None,
            agent=agent,
            kind=int(wanted.kind),
            text=text,
            audience=wanted.audience,
            ceiling=mention.audience,
            language=mention.language,
            paid="paid" in marked,
            by_machine="by_machine" in marked,
            then_resolve=wanted.then_resolve and last,
            promise_until=wanted.promise_until if last else None,
            saved_reply=wanted.saved_reply,
            incident=wanted.incident,
            incident_version=wanted.incident.version if wanted.incident else 0,
            as_prepared=wanted.as_prepared and len(parts) == 1,
            needs_release=held,
            planned_at=now,
            due_at=None if held or planned else now + timedelta(seconds=settings.UNDO_S),
        )
        planned.append(delivery)
        tell("held" if held else "planned", now, conversation, agent, delivery=delivery.pk)
    if held:
        ring_release(conversation, agent)
    if wanted.incident is not None:
        links = IncidentLink.objects.filter(incident=wanted.incident, conversation=conversation)
        told = "answered_with" if wanted.incident.solved_at is None else "followed_up_with"
        links.update(**{told: planned[0]})
    if wanted.kind is ReplyKind.HUMAN and wanted.with_files:
        mine = Attachment.objects.filter(conversation=conversation, agent=agent, delivery=None, number__gte=0)
        mine.update(delivery=planned[0])
    return planned[0]


def labels_for(conversation: Conversation, audience: Audience) -> frozenset[str]:
    """Return what an answer may be marked with on its network; in private there are no marks."""
    row = NETWORKS.get(conversation.channel.network)
    return frozenset() if row is None or audience.is_private else row.capabilities.labels


def changed_since(conversation: Conversation, agent: Agent | None, seen: int | None) -> Iterator[Stop]:
    """What the customer or our side wrote, edited or deleted while somebody wrote is read before sending.

    `agent` is its writer, `seen` the newest event before their eyes; None looks at nothing.
    """
    if seen is None:
        return
    since = Event.objects.filter(conversation=conversation.pk, id__gt=seen, kind__in=OTHERS_CHANGE).order_by(
        "-id"
    )
    mine = Delivery.objects.filter(conversation=conversation, agent=agent, mention__isnull=False)
    newest = since.exclude(kind="spoke", mention__in=mine.values("mention")).first()
    if newest is not None:
        yield Stop("changed_thread", newest.pk)


def _counting(mention: Mention, kind: ReplyKind = ReplyKind.HUMAN) -> QuerySet[Delivery]:
    """Return what went out to a post, or will, that makes another of this kind one too many.

    That is a human answer; for an acknowledgement also an acknowledgement.
    """
    counts = [Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN, Outcome.SENT]
    kinds = {ReplyKind.HUMAN, kind}
    return Delivery.objects.filter(answers=mention, state__in=counts, kind__in=kinds, reaction="")


def answered_by_others(mention: Mention, agent: Agent | None, kind: ReplyKind) -> Iterator[Stop]:
    """Two colleagues never answer the same post unawares; who is later sees the other's answer first."""
    others = _counting(mention, kind).exclude(agent=agent).select_related("agent")
    newest = others.order_by("-pk").first()
    if newest is not None:
        yield Stop("answered_already", newest.pk, {"name": newest.agent.shown_name if newest.agent else "?"})


def _own(mention: Mention, agent: Agent, wanted: Reply) -> Iterator[Stop]:
    """Nor does one colleague twice, from two tabs: an answer that this page has not shown stops the other."""
    if wanted.seen is None:
        return
    unseen = Event.objects.filter(kind__in=["planned", "held"], actor=agent.pk, id__gt=wanted.seen)
    newest = _counting(mention).filter(agent=agent, pk__in=unseen.values("delivery")).order_by("-pk").first()
    if newest is not None:
        yield Stop("answered_already", newest.pk, code="answered_yourself")


def _spoken_up(conversation: Conversation, agent: Agent, mention: Mention, wanted: Reply) -> list[Stop]:
    """Return what the guards say about the text and what goes with it; automatic texts were checked once."""
    if wanted.kind is ReplyKind.AUTOMATIC:
        return []
    assert wanted.audience is not None
    found = guards.problems(
        conversation, wanted.text, answers=mention, audience=wanted.audience, form=wanted.form
    )
    beside = guards.file_stops(conversation, agent) + guards.knowledge_stops(wanted.saved_reply)
    return guards.text_stops(found) + beside


def _answered(conversation: Conversation, order: int | None) -> Mention:
    if conversation.channel.state == "login":
        raise CareError("channel_login")
    if order is None:
        mention = answerable(conversation)
    else:
        mention = conversation.mentions.filter(incoming=True, order=order).first()
    if mention is None:
        raise CareError("nothing_to_answer")
    if mention.deleted_at is not None:
        raise CareError("post_gone")
    return mention


def _parts(wanted: Reply, agent: Agent, room: Room) -> Sequence[str]:
    """Return the text as it will go out, in one part or several, or say why it cannot."""
    if not wanted.text.strip():
        raise CareError("empty")
    if len(wanted.text) > TEXT_MOST:
        raise CareError("too_long", length=len(wanted.text), limit=TEXT_MOST)
    signed = wanted.text.strip()
    if wanted.kind is not ReplyKind.AUTOMATIC:
        signed = _signed(signed, agent)
    if room.fits(signed):
        return (signed,)
    too_long = CareError("too_long", length=room.length(signed), limit=room.limits.length)
    if not wanted.in_parts:
        raise too_long
    try:
        parts = room.parts(signed)
    except ValueError as error:
        raise too_long from error
    if len(parts) > PARTS_MOST:
        raise CareError("too_long", length=room.length(signed), limit=PARTS_MOST * room.limits.length)
    return parts


def in_parts(agent: Agent, text: str, room: Room) -> tuple[str, ...]:
    """Return the posts that a text would become, signed; raises CareError where it cannot be said so."""
    return tuple(_parts(Reply(text=text, in_parts=True), agent, room))


def _signed(text: str, agent: Agent) -> str:
    if not agent.initials:
        return text
    try:
        return with_signature(text, agent.initials)
    except ValueError as error:
        raise CareError("no_signature") from error


# Release -----------------------------------------------------------------------------------------


def release(delivery: Delivery, agent: Agent) -> None:
    """Let a trainee's reply go out; CareError `own_release` for one's own."""
    expect_agent(agent)
    if delivery.agent_id == agent.pk:
        raise CareError("own_release")
    now = timezone.now()
    with transaction.atomic():
        waiting = Delivery.objects.filter(pk=delivery.pk, state=Outcome.PLANNED, needs_release=True)
        if not waiting.update(needs_release=False, released_by=agent, due_at=now):
            raise CareError("too_late")
        rest = Delivery.objects.filter(follows=delivery, needs_release=True)
        while (part := rest.first()) is not None:
            Delivery.objects.filter(pk=part.pk).update(needs_release=False, released_by=agent)
            rest = Delivery.objects.filter(follows=part, needs_release=True)
        _told_about(delivery, agent, "released", NoticeKind.RELEASED)


def send_back(delivery: Delivery, agent: Agent) -> None:
    """Give a trainee's reply back to its writer, as unsent words."""
    expect_agent(agent)
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state=Outcome.PLANNED, needs_release=True).exists():
            raise CareError("too_late")
        _withdraw(delivery, delivery.agent or agent)
        _told_about(delivery, agent, "sent_back", NoticeKind.SENT_BACK)


def _told_about(delivery: Delivery, agent: Agent, kind: str, bell: NoticeKind) -> None:
    if delivery.conversation is not None:
        tell(kind, timezone.now(), delivery.conversation, agent, delivery=delivery.pk)
        if delivery.agent is not None:
            notify(delivery.agent, bell, delivery.conversation, by=agent)


# Taking back -------------------------------------------------------------------------------------


def cancel(delivery: Delivery, agent: Agent) -> None:
    """Withdraw a delivery that has not been armed yet, with all parts that would follow it.

    Its text goes back to its writer's unsent words.
    """
    if delivery.agent_id != agent.pk:
        expect_agent(agent)
    with transaction.atomic():
        _withdraw(delivery, agent)
        if delivery.conversation is not None:
            tell("cancelled", timezone.now(), delivery.conversation, agent, delivery=delivery.pk)


def _withdraw(delivery: Delivery, agent: Agent) -> None:
    now = timezone.now()
    words: list[str] = []
    part: Delivery | None = delivery
    while part is not None:
        taken = Delivery.objects.filter(pk=part.pk, state__in=[Outcome.PLANNED, Outcome.REFUSED]).update(
            state=Outcome.CANCELLED, settled_at=now, due_at=None, needs_release=False
        )
        if not taken:
            raise CareError("too_late")
        words.append(part.text)
        part = part.followed_by.exclude(state=Outcome.CANCELLED).first()
    said_by_hand = not delivery.reaction and delivery.kind != ReplyKind.AUTOMATIC
    if delivery.conversation is not None and said_by_hand:
        writer = delivery.agent or agent
        Attachment.objects.filter(delivery=delivery).update(delivery=None, agent=writer)
        _give_back(delivery, writer, "\n\n".join(words))


def _give_back(delivery: Delivery, agent: Agent, text: str) -> None:
    """Put a delivery's text back before its writer, behind what they are writing by now."""
    assert delivery.conversation is not None
    writing = Unsent.objects.filter(conversation=delivery.conversation, agent=agent).first()
    before = f"{writing.text}\n\n" if writing is not None else ""
    keep_unsent(delivery.conversation, agent, before + text)


def repeat(delivery: Delivery, agent: Agent) -> Delivery:
    """Send a refused or unfindable delivery again, as a new one with a key of its own.

    Only a person may do this, after the network was read back and did not show the first.
    """
    expect_agent(agent)
    now = timezone.now()
    with transaction.atomic():
        taken = Delivery.objects.filter(
            pk=delivery.pk, state__in=[Outcome.REFUSED, Outcome.UNKNOWN], looks_count__gte=0
        ).exclude(state=Outcome.UNKNOWN, due_at__isnull=False)
        if not taken.update(state=Outcome.CANCELLED, settled_at=now, due_at=None):
            raise CareError("too_late")
        copy = Delivery.objects.get(pk=delivery.pk)
        copy.pk, copy.send_key, copy.repeats = None, uuid4(), delivery
        copy.state, copy.agent, copy.planned_at, copy.due_at = Outcome.PLANNED, agent, now, now
        copy.armed_at = copy.settled_at = copy.mention = None
        copy.attempts_count = copy.looks_count = 0
        copy.error_code = copy.error_reason = copy.answers_id_there = ""
        copy.save(force_insert=True)
        delivery.attachments.update(delivery=copy)
        delivery.followed_by.update(follows=copy)
        IncidentLink.objects.filter(answered_with=delivery).update(answered_with=copy)
        IncidentLink.objects.filter(followed_up_with=delivery).update(followed_up_with=copy)
        happen("planned", now, actor=agent.pk, conversation=delivery.conversation_id, delivery=copy.pk)
    return copy


def keep_unsent(
    conversation: Conversation,
    agent: Agent,
    text: str,
    *,
    saved_reply: SavedReply | None = None,
    incident: Incident | None = None,
) -> bool:
    """Keep what somebody is writing; nothing is kept of nothing. True when they have just begun.

    `saved_reply` is the piece of knowledge that was put in, `incident` the incident whose text was, in its
    version; either stays with the words.
    """
    if len(text) > TEXT_MOST:
        raise CareError("too_long", length=len(text), limit=TEXT_MOST)
    with transaction.atomic():
        kept = Unsent.objects.filter(conversation=conversation, agent=agent)
        if not text.strip():
            kept.delete()
            return False
        now = timezone.now()
        if _just_sent(conversation, agent, text, now):
            return False
        used: dict[str, object] = {} if saved_reply is None else {"saved_reply": saved_reply}
        if incident is not None:
            used |= {"incident": incident, "incident_version": incident.version}
        if kept.update(text=text, written_at=now, **used):
            return False
        Unsent.objects.create(conversation=conversation, agent=agent, text=text, written_at=now, **used)
    return True


def displaced(conversation: Conversation, agent: Agent, text: str, *, known: int) -> str:
    """Return the kept words that this text would push aside, "" for none.

    `known` is the version (milliseconds) that its writer's page began with or kept last: what was kept
    since then was written elsewhere, in another tab.
    """
    other = Unsent.objects.filter(conversation=conversation, agent=agent).first()
    if other is None or to_ms(other.written_at) <= known or text.strip().startswith(other.text.strip()):
        return ""
    return other.text


def version_of(conversation: Conversation, agent: Agent) -> int:
    """Return when the kept words were written (milliseconds since 1970), 0 where there are none."""
    kept = Unsent.objects.filter(conversation=conversation, agent=agent).first()
    return 0 if kept is None else to_ms(kept.written_at)


def _just_sent(conversation: Conversation, agent: Agent, text: str, now: datetime) -> bool:
    """Whether these words were sent a moment ago: a browser may ask to keep them after it sent them."""
    lately = Delivery.objects.filter(
        conversation=conversation, agent=agent, planned_at__gte=now - timedelta(minutes=1)
    ).exclude(state__in=[Outcome.CANCELLED, Outcome.REFUSED])
    words = text.strip().partition(" ^")[0]
    return any(sent.partition(" ^")[0] == words for sent in lately.values_list("text", flat=True))
