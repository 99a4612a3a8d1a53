"""What agents do with conversations: answer, note, assign, resolve. All writes of care happen here.

Each verb checks, changes and tells (an event) in one transaction. None of them opens a network: a
reply becomes a delivery, and the outbox carries it out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from resonanz import case
from resonanz.compose import fits, length, with_signature
from resonanz.desk.events import happen
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Channel, Conversation, Delivery, Mention, Note, Outcome, Role, Unsent

TEXT_MOST = 100_000  # characters that a note or an unsent text may have; a slip of the clipboard is longer


class CareError(Exception):
    """Something an agent cannot do now. `code` becomes a sentence in the desk; `facts` are its parameters.

    Codes: `empty`, `too_long` (length, limit), `wider_audience`, `nothing_to_answer`, `post_gone`,
    `not_allowed`, `archive`, `channel_login`, `too_late`, `no_signature`,
    `answered_already` (name, delivery).
    """

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def answerable(conversation: Conversation) -> Mention | None:
    """Return the post that a reply would answer: the oldest without an answer, else the customer's last."""
    said = conversation.mentions.filter(incoming=True, deleted_at=None, author=conversation.customer)
    if conversation.awaits is not None:
        waiting = said.filter(order__gte=conversation.awaits).order_by("-order").first()
        if waiting is not None:
            return waiting
    return said.order_by("-order").first()


def reply(
    conversation: Conversation,
    agent: Agent,
    *,
    text: str,
    answers: int | None = None,
    then_resolve: bool = False,
    once: UUID | None = None,
    despite: int | None = None,
) -> Delivery:
    """Plan an answer to a customer's post, to the same people who could read that post.

    `once` is the form's own key: the same form sent twice is one delivery. `despite` names a colleague's
    delivery that the agent has seen and answers all the same. Raises CareError; the text is then still
    the caller's to keep.
    """
    _expect_sender(agent)
    now = timezone.now()
    with transaction.atomic():
        if once is not None:
            known = Delivery.objects.filter(send_key=once, agent=agent, conversation=conversation).first()
            if known is not None:
                return known
        mention = _answered(conversation, answers)
        _expect_nobody_else(mention, agent, despite)
        signed = _checked(conversation, text, agent, mention)
        delivery = Delivery.objects.create(
            send_key=once or uuid4(),
            channel=_sender(conversation, mention),
            conversation=conversation,
            answers=mention,
            agent=agent,
            text=signed,
            audience=mention.audience,
            ceiling=mention.audience,
            language=mention.language,
            then_resolve=then_resolve,
            planned_at=now,
            due_at=now + timedelta(seconds=settings.UNDO_S),
        )
        _tell("planned", now, conversation, agent, delivery=delivery.pk)
        if conversation.assignee is None:
            _tell("assigned", now, conversation, agent, to=agent.pk)
        Unsent.objects.filter(conversation=conversation, agent=agent).delete()
    return delivery


def _expect_sender(agent: Agent) -> None:
    """Trainees read and write notes; everything else is for agents and those above."""
    if not agent.has_role(Role.AGENT):
        raise CareError("not_allowed")


def _expect_nobody_else(mention: Mention, agent: Agent, despite: int | None) -> None:
    """Two colleagues never answer the same post unawares; who is later sees the other's answer first."""
    counts = [Outcome.PLANNED, Outcome.ARMED, Outcome.UNKNOWN, Outcome.SENT]
    others = Delivery.objects.filter(answers=mention, state__in=counts).exclude(agent=agent)
    newest = others.select_related("agent").order_by("-pk").first()
    if newest is not None and newest.pk != despite:
        name = newest.agent.shown_name if newest.agent else "?"
        raise CareError("answered_already", name=name, delivery=newest.pk)


def _sender(conversation: Conversation, mention: Mention) -> Channel:
    """Return the channel that answers: the conversation's where it heard the post, else one that did."""
    heard = Channel.objects.filter(sightings__mention=mention).exclude(state="login").order_by("pk")
    own = heard.filter(pk=conversation.channel_id).first()
    return own or heard.filter(sightings__addressed=True).first() or conversation.channel


def _answered(conversation: Conversation, order: int | None) -> Mention:
    if conversation.channel.is_archive:
        raise CareError("archive")
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


def _checked(conversation: Conversation, text: str, agent: Agent, mention: Mention) -> str:
    """Return the text as it will go out, or say why it cannot."""
    if not text.strip():
        raise CareError("empty")
    signed = _signed(text.strip(), agent)
    limits = limits_of(conversation.channel)
    whole = greeted(signed, mention)
    if not fits(whole, limits):
        raise CareError("too_long", length=length(whole, limits), limit=limits.length)
    return signed


def _signed(text: str, agent: Agent) -> str:
    if not agent.initials:
        return text
    try:
        return with_signature(text, agent.initials)
    except ValueError as error:
        raise CareError("no_signature") from error


def greeted(text: str, mention: Mention) -> str:
    """Return the text with the handle in front that the network needs to show it to its reader."""
    handle = f"@{mention.author.handle}"
    return text if handle.lower() in text.lower() else f"{handle} {text}"


def cancel(delivery: Delivery, agent: Agent) -> None:
    """Withdraw a delivery that has not been armed yet. Its text goes back to the agent's unsent words."""
    _expect_sender(agent)
    now = timezone.now()
    with transaction.atomic():
        taken = Delivery.objects.filter(pk=delivery.pk, state__in=[Outcome.PLANNED, Outcome.REFUSED]).update(
            state=Outcome.CANCELLED, settled_at=now, due_at=None
        )
        if not taken:
            raise CareError("too_late")
        if delivery.conversation is not None:
            _tell("cancelled", now, delivery.conversation, agent, delivery=delivery.pk)
            _give_back(delivery, delivery.agent or agent)


def _give_back(delivery: Delivery, agent: Agent) -> None:
    """Put a delivery's text back before its writer, behind what they are writing by now."""
    assert delivery.conversation is not None
    writing = Unsent.objects.filter(conversation=delivery.conversation, agent=agent).first()
    before = f"{writing.text}\n\n" if writing is not None else ""
    keep_unsent(delivery.conversation, agent, before + delivery.text)


def repeat(delivery: Delivery, agent: Agent) -> Delivery:
    """Send a refused or unfindable delivery again, as a new one with a key of its own.

    Only a person may do this, after the network was read back and did not show the first.
    """
    _expect_sender(agent)
    now = timezone.now()
    with transaction.atomic():
        taken = Delivery.objects.filter(
            pk=delivery.pk, state__in=[Outcome.REFUSED, Outcome.UNKNOWN], looks_count__gte=0
        ).exclude(state=Outcome.UNKNOWN, due_at__isnull=False)
        if not taken.update(state=Outcome.CANCELLED, settled_at=now, due_at=None):
            raise CareError("too_late")
        copy = Delivery.objects.create(
            channel=delivery.channel,
            conversation=delivery.conversation,
            answers=delivery.answers,
            agent=agent,
            repeats=delivery,
            kind=delivery.kind,
            text=delivery.text,
            audience=delivery.audience,
            ceiling=delivery.ceiling,
            language=delivery.language,
            then_resolve=delivery.then_resolve,
            planned_at=now,
            due_at=now,
        )
        happen("planned", now, actor=agent.pk, conversation=delivery.conversation_id, delivery=copy.pk)
    return copy


def note(conversation: Conversation, agent: Agent, text: str) -> Note:
    """Write something for colleagues."""
    words = text.strip()
    if not words:
        raise CareError("empty")
    if len(words) > TEXT_MOST:
        raise CareError("too_long", length=len(words), limit=TEXT_MOST)
    now = timezone.now()
    with transaction.atomic():
        written = Note.objects.create(conversation=conversation, agent=agent, text=words, written_at=now)
        _tell("noted", now, conversation, agent)
    return written


def keep_unsent(conversation: Conversation, agent: Agent, text: str) -> bool:
    """Keep what somebody is writing; nothing is kept of nothing. True when they have just begun."""
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
        if kept.update(text=text, written_at=now):
            return False
        Unsent.objects.create(conversation=conversation, agent=agent, text=text, written_at=now)
    return True


def _just_sent(conversation: Conversation, agent: Agent, text: str, now: datetime) -> bool:
    """Whether these words were sent a moment ago: a browser may ask to keep them after it sent them."""
    lately = Delivery.objects.filter(
        conversation=conversation, agent=agent, planned_at__gte=now - timedelta(minutes=1)
    ).exclude(state__in=[Outcome.CANCELLED, Outcome.REFUSED])
    words = text.strip().partition(" ^")[0]
    return any(sent.partition(" ^")[0] == words for sent in lately.values_list("text", flat=True))


def assign(conversation: Conversation, agent: Agent, to: Agent | None) -> None:
    """Give a conversation to somebody, or back to everybody."""
    _tell_alone("assigned", conversation, agent, to=None if to is None else to.pk)


def resolve(conversation: Conversation, agent: Agent) -> None:
    """Settle the matter. Can be taken back with `reopen`."""
    _change_state("resolved", conversation, agent, case.State.OPEN)


def reopen(conversation: Conversation, agent: Agent) -> None:
    """Take "resolved" back: everything waits as before."""
    _change_state("reopened", conversation, agent, case.State.RESOLVED, undo=1)


def wait_for(conversation: Conversation, agent: Agent, waiting: case.Waiting) -> None:
    """Say for whom an open conversation waits."""
    _change_state("waits", conversation, agent, case.State.OPEN, waiting=int(waiting))


def _change_state(
    kind: str, conversation: Conversation, agent: Agent, needed: case.State, **facts: int | None
) -> None:
    _expect_sender(agent)
    if conversation.channel.is_archive:
        raise CareError("archive")
    with transaction.atomic():
        if not Conversation.objects.filter(pk=conversation.pk, state=int(needed)).exists():
            return  # somebody else was quicker, with the same result
        _tell(kind, timezone.now(), conversation, agent, **facts)


def _tell_alone(kind: str, conversation: Conversation, agent: Agent, **facts: int | None) -> None:
    _expect_sender(agent)
    if conversation.channel.is_archive:
        raise CareError("archive")
    with transaction.atomic():
        _tell(kind, timezone.now(), conversation, agent, **facts)


def _tell(
    kind: str,
    at: datetime,
    conversation: Conversation,
    agent: Agent,
    *,
    delivery: int | None = None,
    **facts: int | None,
) -> None:
    happen(kind, at, actor=agent.pk, conversation=conversation.pk, delivery=delivery, **facts)
