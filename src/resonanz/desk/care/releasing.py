"""What colleagues do with a trainee's replies: let them out, mend them first, give them back with a word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from resonanz.case import ReplyKind
from resonanz.desk.care import guards
from resonanz.desk.care.answers import answered_by_others, changed_since, release, send_back
from resonanz.desk.care.base import CareError, expect_agent
from resonanz.desk.care.guards import Stop, Stopped
from resonanz.desk.care.notes import note
from resonanz.desk.care.room import room_for
from resonanz.desk.models import Agent, Conversation, Delivery, Event, Mention, Outcome, Role
from resonanz.post import Audience


def release_edited(
    delivery: Delivery,
    agent: Agent,
    text: str,
    *,
    despite: Collection[str] = (),
    version: int | None = None,
) -> None:
    """Let a trainee's reply go out, perhaps with a colleague's words; the trainee stays its writer.

    It is stopped as every reply is: by what was said or answered since it was written, and by its words.
    Raises CareError `too_late`, `own_release`, `empty`, `too_long`, `promise_over` (the time that it promises
    has passed), and `Stopped`; `despite` as in `care.Reply`. `version` is that of the incident's text which
    stood in the reply that the colleague read, 0 for none.
    """
    expect_agent(agent)
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise CareError("empty")
    try:
        _release_edited(delivery, agent, words, despite, version)
    except Stopped as stopped:
        if delivery.conversation is not None:
            guards.count(stopped, despite, delivery.conversation, agent)
        raise


def _release_edited(
    delivery: Delivery, agent: Agent, words: str, despite: Collection[str], version: int | None
) -> None:
    with transaction.atomic():
        held = Delivery.objects.filter(pk=delivery.pk, state=Outcome.PLANNED, needs_release=True)
        near = ("conversation", "answers__author", "channel", "agent", "incident", "saved_reply")
        found = held.select_related(*near).first()
        if found is None or found.conversation is None or found.answers is None:
            raise CareError("too_late")
        if found.agent_id == agent.pk:
            raise CareError("own_release")
        parts = _parts(found)
        if any(one.promise_until is not None and one.promise_until <= timezone.now() for one in parts):
            raise CareError("promise_over")
        if words != found.text:
            _expect_fit(found, words)
            held.update(text=words, as_prepared=False)
        whole = "\n\n".join([words, *(one.text for one in parts[1:])])
        stops = [*_outdated(found, version), *_stops(found, found.conversation, found.answers, whole)]
        guards.expect_told(stops, despite, found.conversation, agent)
        release(found, agent)


def _parts(delivery: Delivery) -> list[Delivery]:
    """Return a reply with all parts that follow it."""
    parts = [delivery]
    while (part := parts[-1].followed_by.filter(state=Outcome.PLANNED).first()) is not None:
        parts.append(part)
    return parts


def _stops(delivery: Delivery, conversation: Conversation, answers: Mention, words: str) -> list[Stop]:
    """Return what whoever releases a reply should look at: what came since it was written, and its text."""
    written = Event.objects.filter(conversation=conversation.pk, kind="held", delivery=delivery.pk)
    seen = written.order_by("-id").values_list("id", flat=True).first() or 0  # 0: it came from another case
    problems = guards.problems(conversation, words, answers=answers, audience=Audience(delivery.audience))
    return [
        *changed_since(conversation, delivery.agent, seen),
        *answered_by_others(answers, delivery.agent, ReplyKind(delivery.kind)),
        *guards.text_stops(problems),
        *guards.knowledge_stops(delivery.saved_reply),
    ]


def _outdated(delivery: Delivery, version: int | None) -> Iterator[Stop]:
    """A reply that says an older text of its incident than the present one is read once more."""
    incident = delivery.incident
    said = delivery.incident_version if version is None else version
    if incident is not None and said < incident.version:
        number = crc32(f"{incident.pk}.{incident.version}".encode())
        yield Stop("changed_thread", number, code="incident_changed")


def _expect_fit(delivery: Delivery, words: str) -> None:
    assert delivery.answers is not None
    room = room_for(delivery.channel, delivery.answers, Audience(delivery.audience))
    if not room.fits(words):
        raise CareError("too_long", length=room.length(words), limit=room.limits.length)


def give_back(delivery: Delivery, agent: Agent, sentence: str) -> None:
    """Give a trainee's reply back with a sentence, which stands as a note that calls them."""
    expect_agent(agent)
    words = sentence.strip()
    if not words:
        raise CareError("sentence_missing")
    with transaction.atomic():
        send_back(delivery, agent)
        writer = delivery.agent
        if delivery.conversation is not None and writer is not None:
            note(delivery.conversation, agent, f"@{writer.username} {words}")


def trust(trainee: Agent, agent: Agent, *, on: bool) -> None:
    """Let a trainee send without release, or no longer; for leads and operators."""
    if not agent.has_role(Role.LEAD):
        raise CareError("lead_needed")
    Agent.objects.filter(pk=trainee.pk, role=Role.TRAINEE).update(trusted=on)
