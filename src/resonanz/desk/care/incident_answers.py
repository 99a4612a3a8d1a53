"""What goes out because of an incident: a prepared text per person, confirmed by somebody who has read it.

Each is an ordinary reply with all its stops, to somebody who wrote to us, once. Wordings vary, so that no
text is nearly the same as those just before it, and they leave one after the other as the network's limit on
posts allows, with room left for everything else that the team answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from resonanz.annotate.named_times import names_time
from resonanz.case import ReplyKind
from resonanz.desk.care import guards
from resonanz.desk.care.answers import Reply, cancel, reply
from resonanz.desk.care.base import CareError, expect_agent, tell
from resonanz.desk.care.guards import Stop, Stopped
from resonanz.desk.care.incident_lists import BATCH, WROTE_AGAIN, Need, in_need, still_in_need
from resonanz.desk.care.incident_pace import RECENT, Pace, recent_texts, signed
from resonanz.desk.care.incidents import VARIABLES
from resonanz.desk.care.voices import LAST_SAID, Form, address_for, moment, spoken_in, voice_of
from resonanz.desk.models import (
    Agent,
    Channel,
    Conversation,
    Delivery,
    Incident,
    IncidentLink,
    Mention,
    Outcome,
    Unsent,
)
from resonanz.desk.policies import service_hours_of
from resonanz.phrases import ALIKE, greeting_name, parse, similarity, too_alike

TRIES = 16  # wordings that are tried


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text for one person, ready to be read and confirmed.

    `other` is the same in the other language, as (language, text), where the incident has both.
    `hint` says why it should be looked at first: `no_english`, `wrote_again`, `own_words` (the agent had
    begun an answer, which is shown), `time_over` (the time of the next news has passed), `too_alike`.
    """

    link: IncidentLink
    says: Mention | None
    text: str
    form: Form
    language: str
    hint: str = ""
    other: tuple[str, str] | None = None

    @property
    def conversation(self) -> Conversation:
        """Whose text it is."""
        return self.link.conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What an agent confirmed: the text, perhaps changed; `despite` as in `care.Reply`."""

    link: int
    text: str
    despite: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a batch: deliveries on their way, and what could not be sent, by link."""

    deliveries: tuple[Delivery, ...]
    refused: dict[int, CareError] = field(default_factory=dict)
    last_due_at: datetime | None = None


# Saying it ---------------------------------------------------------------------------------------


class Writer:
    """Writes an incident's text for one person after the other, each as unlike the last ones as it can."""

    def __init__(self, incident: Incident, agent: Agent, need: Need, recent: Iterable[str] = ()) -> None:
        self.agent = agent
        self.voice = voice_of(incident.brand)
        self.recent = list(recent)
        self._incident = incident
        sources = (incident.text, incident.text_en)
        if need == "follow_up":
            sources = (incident.solved_text, incident.solved_text_en)
        self._phrases = {
            language: parse(source, variables=VARIABLES)
            for language, source in zip(("de", "en"), sources, strict=True)
            if source.strip()
        }
        self._zone = ZoneInfo(service_hours_of(incident.brand_id).zone)

    def language_for(self, spoken: str) -> str:
        """Return in which language it is said to somebody: theirs, else the one that there is."""
        wanted = "en" if spoken.startswith("en") else "de"
        return wanted if wanted in self._phrases else next(iter(self._phrases))

    def due(self, language: str) -> str:
        """Return the time of the next news as it stands in texts, "" where there is none."""
        at = self._incident.next_update_at
        return "" if at is None else moment(at, language, self._zone)

    def form_for(self, conversation: Conversation) -> Form:
        """Return du or sie."""
        return address_for(conversation, self.voice).form

    def text(self, conversation: Conversation, spoken: str) -> str:
        """Return the text for a conversation's customer, and remember it among the recent ones."""
        chosen = self._unlike(self._wordings(conversation, self.language_for(spoken)))
        self.recent = [*self.recent[1 - RECENT :], signed(chosen, self.agent)]
        return chosen

    def other_text(self, conversation: Conversation, language: str) -> tuple[str, str] | None:
        """Return the text in another language than this one, with that language; None where there is none."""
        other = next((one for one in self._phrases if one != language), None)
        return None if other is None else (other, next(self._wordings(conversation, other)))

    def wrote(self, conversation: Conversation, text: str) -> bool:
        """Whether a text is, word for word, one that this prepares for a conversation's customer."""
        words = text.replace("\r\n", "\n").strip()
        return any(
            words == one.strip()
            for language in self._phrases
            for one in self._wordings(conversation, language)
        )

    def _wordings(self, conversation: Conversation, language: str) -> Iterator[str]:
        phrase, form = self._phrases[language], self.form_for(conversation)
        values = {
            "name": greeting_name(conversation.customer.shown_name, form="du" if language == "en" else form),
            "brand": conversation.brand.name,
            "agent": self.agent.first_name,
            "due": self.due(language),
        }
        seed = conversation.pk * 7 + self._incident.version
        for number in range(min(TRIES, phrase.variants_count)):
            yield phrase.render(form=form, values=values, seed=seed + number)

    def _unlike(self, wordings: Iterable[str]) -> str:
        """Return the first wording that is unlike the recent ones, else the least like them."""
        best, least = "", 2.0
        for text in wordings:
            whole = signed(text, self.agent)
            alike = max((similarity(whole, other) for other in self.recent), default=0.0)
            if alike < ALIKE:
                return text
            if alike < least:
                best, least = text, alike
        return best


def prepare(incident: Incident, agent: Agent, need: Need, most: int = BATCH) -> list[Prepared]:
    """Return the texts for the next people who need one, none where there is no text at all."""
    source = (incident.solved_text, incident.solved_text_en)
    if need != "follow_up":
        source = (incident.text, incident.text_en)
    if not any(one.strip() for one in source):
        return []
    links = list(
        in_need(incident, agent, need).select_related(
            "conversation__customer", "conversation__channel", "conversation__brand"
        )[:most]
    )
    says = _last_words(links)
    own = _begun(links, agent)
    channel = links[0].conversation.channel if links else None
    writer = Writer(incident, agent, need, () if channel is None else recent_texts(channel))
    over = need != "follow_up" and _is_over(incident)
    return [
        _prepared(writer, one, says.get(one.conversation_id, []), own.get(one.conversation_id), is_over=over)
        for one in links
    ]


def _prepared(
    writer: Writer, link: IncidentLink, says: Sequence[Mention], own: str | None, *, is_over: bool
) -> Prepared:
    spoken = spoken_in(says)
    language = writer.language_for(spoken)
    recent = list(writer.recent)
    text = writer.text(link.conversation, spoken)
    talk = link.conversation
    wrote_again = talk.awaits is not None and talk.answered_at is not None
    hints = (
        ("own_words", own is not None),
        ("wrote_again", wrote_again),
        ("time_over", is_over),
        ("no_english", spoken.startswith("en") and language != "en"),
        ("too_alike", bool(too_alike(recent, signed(text, writer.agent)))),
    )
    hint = next((name for name, holds in hints if holds), "")
    other = None if own else writer.other_text(talk, language)
    said = says[0] if says else None
    return Prepared(link, said, own or text, writer.form_for(talk), language, hint, other)


def _is_over(incident: Incident) -> bool:
    return incident.next_update_at is not None and incident.next_update_at <= timezone.now()


def _last_words(links: Sequence[IncidentLink]) -> dict[int, list[Mention]]:
    """Return the customers' last posts, the newest first."""
    said = Mention.objects.filter(
        conversation__in=[one.conversation_id for one in links], incoming=True, deleted_at=None
    )
    turn = Window(RowNumber(), partition_by=["conversation"], order_by="-order")
    found: dict[int, list[Mention]] = {}
    for mention in said.annotate(turn=turn).filter(turn__lte=LAST_SAID).order_by("-order"):
        found.setdefault(mention.conversation_id or 0, []).append(mention)
    return found


def _begun(links: Sequence[IncidentLink], agent: Agent) -> dict[int, str]:
    """Return what the agent has begun to write in these conversations."""
    own = Unsent.objects.filter(agent=agent, conversation__in=[one.conversation_id for one in links])
    return {one.conversation_id: one.text.removesuffix(f" ^{agent.initials}") for one in own}


# Sending it --------------------------------------------------------------------------------------


def claim(incident: Incident, agent: Agent, need: Need, most: int = BATCH) -> int:
    """Take the next people into one's own hands, so that no colleague reads the same; returns how many."""
    expect_agent(agent)
    now = timezone.now()
    with transaction.atomic():
        mine = in_need(incident, agent, need).filter(conversation__assignee=agent).count()
        free = in_need(incident, agent, need).filter(conversation__assignee=None).exclude(WROTE_AGAIN)
        taken = list(free.select_related("conversation")[: max(0, most - mine)])
        for one in taken:
            tell("assigned", now, one.conversation, agent, to=agent.pk)
    return len(taken)


def send(
    incident: Incident,
    agent: Agent,
    need: Need,
    confirmed: Sequence[Confirmed],
    *,
    version: int | None = None,
    seen: int | None = None,
    then_resolve: bool = False,
) -> Sent:
    """Plan the confirmed texts as replies, each to whoever still needs it.

    `seen` is the newest event when the page was drawn: who wrote since then is read before being answered.

    CareError: `not_allowed`, `too_many` (limit), `text_changed` where the incident's text is another one
    than in the `version` that the agent read. What becomes of each text is in the answer: `done_already`,
    `time_over`, Stopped (`too_alike` among others), and everything that `care.reply` refuses.
    """
    expect_agent(agent)
    if len(confirmed) > BATCH:
        raise CareError("too_many", limit=BATCH)
    incident.refresh_from_db()
    if version is not None and version != incident.version:
        raise CareError("text_changed")
    known = in_need(incident, agent, need).filter(pk__in=[one.link for one in confirmed])
    batch = _Batch(incident, agent, need, frozenset(known.values_list("pk", flat=True)), seen)
    planned: list[Delivery] = []
    refused: dict[int, CareError] = {}
    for one in confirmed:
        outcome = batch.send(one, then_resolve=then_resolve)
        if isinstance(outcome, CareError):
            refused[one.link] = outcome
        else:
            planned.append(outcome)
    last = max((d.due_at for d in planned if d.due_at is not None), default=None)
    return Sent(tuple(planned), refused, last)


class _Batch:
    """Sends the texts of one page; what is the same for all is read once."""

    def __init__(
        self, incident: Incident, agent: Agent, need: Need, links: frozenset[int], seen: int | None
    ) -> None:
        self.seen = seen
        self.incident = incident
        self.agent = agent
        self.need = need
        self.links = links  # those that the agent may see
        self.writer = Writer(incident, agent, need)
        self.paces: dict[int, Pace] = {}

    def send(self, one: Confirmed, *, then_resolve: bool) -> Delivery | CareError:
        """Plan one text. A refusal is returned, not raised: what was counted about it stays written."""
        with transaction.atomic():
            link = still_in_need(one.link, self.need) if one.link in self.links else None
            if link is None:
                return CareError("done_already")
            try:
                self._expect_sayable(link.conversation, one)
                wanted = self._reply(link.conversation, one, then_resolve=then_resolve)
                delivery = reply(link.conversation, self.agent, wanted)
            except CareError as error:
                return error
            due_at = self._pace(delivery.channel).take(delivery.text)
            if delivery.due_at is not None:
                delivery.due_at = due_at
                Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at)
            used = "followed_up_with" if self.need == "follow_up" else "answered_with"
            IncidentLink.objects.filter(pk=link.pk).update(**{used: delivery})
        return delivery

    def _reply(self, talk: Conversation, one: Confirmed, *, then_resolve: bool) -> Reply:
        return Reply(
            text=one.text,
            despite=one.despite,
            seen=self.seen,
            with_files=False,
            incident=self.incident,
            as_prepared=self.writer.wrote(talk, one.text),
            further=self.need != "answer",
            then_resolve=then_resolve,
            promise_until=promised_by(self.incident, one.text),
        )

    def _pace(self, channel: Channel) -> Pace:
        if channel.pk not in self.paces:
            self.paces[channel.pk] = Pace(channel)
        return self.paces[channel.pk]

    def _expect_sayable(self, talk: Conversation, one: Confirmed) -> None:
        """Raise what speaks against a text: its time is over, or it is nearly the same as those before it."""
        if self.need != "follow_up":
            expect_time_ahead(self.incident, one.text)
        alike = too_alike(self._pace(talk.channel).recent, signed(one.text, self.agent))
        if not alike:
            return
        stop = Stop("too_alike", crc32(one.text.encode("utf-8", "surrogatepass")), {"count": len(alike)})
        try:
            guards.expect_told([stop], one.despite, talk, self.agent)
        except Stopped as stopped:
            guards.count(stopped, one.despite, talk, self.agent)
            raise


def _due_words(incident: Incident) -> tuple[str, ...]:
    """Return the time of the next news as texts may name it."""
    if incident.next_update_at is None:
        return ()
    zone = ZoneInfo(service_hours_of(incident.brand_id).zone)
    return tuple(moment(incident.next_update_at, language, zone) for language in ("de", "en"))


def _names_due(incident: Incident, text: str) -> bool:
    return any(words in text for words in _due_words(incident))


def expect_time_ahead(incident: Incident, text: str) -> None:
    """Raise CareError `time_over` where a text names a time of the next news that has passed."""
    if _is_over(incident) and _names_due(incident, text):
        raise CareError("time_over")


def promised_by(incident: Incident, text: str) -> datetime | None:
    """Return the time of the next news: a promise to whoever reads a text that names a time, however it does.

    None where the text names no time at all, and where the time of the next news is over.
    """
    lasts = incident.solved_at is None and not _is_over(incident)
    return incident.next_update_at if lasts and names_time(text) else None


# Second thoughts ---------------------------------------------------------------------------------


def withdraw(incident: Incident, agent: Agent) -> int:
    """Take back those of one's own answers to an incident that have not left yet; returns how many.

    The texts go back to the conversations' unsent words.
    """
    waiting = Delivery.objects.filter(
        incident=incident, agent=agent, state=Outcome.PLANNED, kind=ReplyKind.HUMAN, follows=None
    )
    count = 0
    for delivery in waiting.select_related("conversation", "agent"):
        try:
            cancel(delivery, agent)
        except CareError:
            continue  # it left this very moment
        count += 1
    return count


def leaving(incident: Incident, agent: Agent | None = None) -> tuple[int, datetime | None]:
    """Return how many answers to an incident have not left yet, of one agent or all; when the last will."""
    mine = Q() if agent is None else Q(agent=agent)
    waiting = Delivery.objects.filter(mine, incident=incident, state=Outcome.PLANNED, needs_release=False)
    times = list(waiting.order_by(F("due_at").desc(nulls_last=True)).values_list("due_at", flat=True))
    return len(times), times[0] if times else None
