"""What colleagues do with a trainee's replies: let them out, mend them first, give them back with a word."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from resonanz.compose import fits, length
from resonanz.desk.care import guards
from resonanz.desk.care.answers import greeted, release, send_back
from resonanz.desk.care.base import CareError, expect_agent
from resonanz.desk.care.notes import note
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Delivery, Outcome, Role
from resonanz.post import Audience


def release_edited(delivery: Delivery, agent: Agent, text: str, *, despite: Collection[str] = ()) -> None:
    """Let a trainee's reply go out with a colleague's words; the trainee stays its writer.

    Raises CareError `too_late`, `empty`, `too_long`, and `Stopped` for what the guards say to the new words.
    """
    expect_agent(agent)
    words = text.strip()
    if not words:
        raise CareError("empty")
    with transaction.atomic():
        held = Delivery.objects.filter(pk=delivery.pk, state=Outcome.PLANNED, needs_release=True)
        found = held.select_related("conversation", "answers__author", "channel").first()
        if found is None or found.conversation is None or found.answers is None:
            raise CareError("too_late")
        if words != found.text:
            _expect_fit(found, words)
            audience = Audience(found.audience)
            problems = guards.problems(found.conversation, words, answers=found.answers, audience=audience)
            guards.expect_told(guards.text_stops(problems), despite, found.conversation, agent)
            held.update(text=words)
        release(found, agent)


def _expect_fit(delivery: Delivery, words: str) -> None:
    assert delivery.answers is not None
    limits, whole = limits_of(delivery.channel), greeted(words, delivery.answers)
    if not fits(whole, limits):
        raise CareError("too_long", length=length(whole, limits), limit=limits.length)


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
