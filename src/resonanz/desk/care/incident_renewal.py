"""Answers to an incident that have not left yet while its text changed: the new text for them, or a person.

Only an answer that says word for word what the desk prepared takes the new text by itself, and only where
nothing speaks against it. Whatever a person wrote or changed stays as it is, and is listed to be read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zlib import crc32

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from resonanz.desk.access import visible_to
from resonanz.desk.care import guards
from resonanz.desk.care.answers import in_parts
from resonanz.desk.care.base import CareError, expect_agent, tell
from resonanz.desk.care.guards import Stop, Stopped
from resonanz.desk.care.incident_answers import Writer, expect_time_ahead, promised_by
from resonanz.desk.care.incident_lists import Need
from resonanz.desk.care.incident_pace import recent_texts, signed
from resonanz.desk.care.room import room_for
from resonanz.desk.care.voices import spoken_in
from resonanz.desk.models import Agent, Channel, Conversation, Delivery, Incident, Outcome
from resonanz.phrases import too_alike
from resonanz.post import Audience


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many answers say the new text now, and why others do not, by delivery."""

    count: int
    refused: dict[int, CareError]


def outdated(incident: Incident, agent: Agent) -> QuerySet[Delivery]:
    """Return the answers in conversations that an agent may see that have not left yet and say an older text.

    Of an answer in several parts its first one stands here; next to leave comes first.
    """
    waiting = Delivery.objects.filter(
        incident=incident, state=Outcome.PLANNED, incident_version__lt=incident.version, follows=None
    )
    return waiting.filter(conversation__in=visible_to(agent).values("pk")).order_by("due_at", "pk")


def renew(
    incident: Incident, agent: Agent, only: Delivery | None = None, *, despite: Collection[str] = ()
) -> Renewed:
    """Put the new text into answers that say the old one as it was prepared.

    What is refused stays as it is: Stopped, `too_long`, `time_over`, `nothing_to_answer`, `too_late`;
    `despite` names rules that stop nothing this time.
    CareError: `not_allowed`, `solved_text_missing`, `text_missing`.
    """
    expect_agent(agent)
    incident.refresh_from_db()
    chosen = outdated(incident, agent).filter(as_prepared=True)
    chosen = chosen if only is None else chosen.filter(pk=only.pk)
    found = list(
        chosen.select_related(
            "conversation__customer", "conversation__brand", "conversation__channel",
            "channel", "agent", "answers__author",
        )
    )  # fmt: skip
    renewal = _Renewal(incident, agent, [one.pk for one in found], despite)
    refused: dict[int, CareError] = {}
    for delivery in found:
        try:
            renewal.put_in(delivery)
        except CareError as error:
            refused[delivery.pk] = error
    return Renewed(len(found) - len(refused), refused)


class _Renewal:
    """Writes the new text into one answer after the other, each unlike those that leave just before it."""

    def __init__(
        self, incident: Incident, agent: Agent, numbers: Collection[int], despite: Collection[str]
    ) -> None:
        lasts = incident.solved_at is None
        self.incident = incident
        self.agent = agent
        self.need: Need = "answer" if lasts else "follow_up"
        self.numbers = numbers  # what these say now counts for nothing
        self.despite = despite
        self.recent: dict[int, list[str]] = {}
        self.writers: dict[int, Writer] = {}
        texts = ("text", "text_en") if lasts else ("solved_text", "solved_text_en")
        if not any(getattr(incident, name).strip() for name in texts):
            raise CareError("text_missing" if lasts else "solved_text_missing")

    def put_in(self, delivery: Delivery) -> None:
        """Let an answer say the new text; raises CareError where it stays as it is."""
        talk, mention = delivery.conversation, delivery.answers
        if talk is None or mention is None:
            raise CareError("nothing_to_answer")
        writer, before = self._writer(delivery), self._recent(delivery.channel)
        writer.recent = list(before)
        text = writer.text(talk, spoken_in([mention]))
        expect_time_ahead(self.incident, text)
        self._expect_sayable(text, delivery, writer.agent, before)
        room = room_for(delivery.channel, mention, Audience(delivery.audience))
        parts = in_parts(writer.agent, text, room)
        if len(parts) > 1:
            raise CareError("too_long", length=len(text), limit=len(parts[0]))
        self._write(delivery, talk, parts[0], text)
        self.recent[delivery.channel_id] = writer.recent

    def _writer(self, delivery: Delivery) -> Writer:
        who = delivery.agent or self.agent
        if who.pk not in self.writers:
            self.writers[who.pk] = Writer(self.incident, who, self.need)
        return self.writers[who.pk]

    def _recent(self, channel: Channel) -> list[str]:
        if channel.pk not in self.recent:
            self.recent[channel.pk] = recent_texts(channel, self.numbers)
        return self.recent[channel.pk]

    def _expect_sayable(self, text: str, delivery: Delivery, writer: Agent, before: Collection[str]) -> None:
        talk, mention = delivery.conversation, delivery.answers
        assert talk is not None
        assert mention is not None
        audience = Audience(delivery.audience)
        stops = guards.text_stops(guards.problems(talk, text, answers=mention, audience=audience))
        alike = too_alike(before, signed(text, writer))
        if alike:
            stops.append(Stop("too_alike", crc32(text.encode()), {"count": len(alike)}))
        fresh = [stop for stop in stops if stop.rule not in self.despite]
        if fresh:
            raise Stopped(fresh)

    def _write(self, delivery: Delivery, talk: Conversation, said: str, text: str) -> None:
        now = timezone.now()
        with transaction.atomic():
            waiting = Delivery.objects.filter(
                pk=delivery.pk, state=Outcome.PLANNED, as_prepared=True, text=delivery.text
            )
            changed = {"text": said, "incident_version": self.incident.version}
            if not waiting.update(**changed, promise_until=promised_by(self.incident, text)):
                raise CareError("too_late")
            facts = {"incident": self.incident.pk, "version": self.incident.version}
            tell("incident_changed", now, talk, self.agent, delivery=delivery.pk, **facts)
