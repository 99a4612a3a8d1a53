"""What the reply box and the pages about replies show. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from resonanz.compose import addresses_in_word
from resonanz.desk import events, wording, wording_money, wording_replies
from resonanz.desk.access import visible_to
from resonanz.desk.care import CareError, Stopped
from resonanz.desk.care import guards as watch
from resonanz.desk.care.answers import audience_for, in_parts, labels_for
from resonanz.desk.care.attachments import beside_now, takes_files
from resonanz.desk.care.gates import sender
from resonanz.desk.care.room import room_for
from resonanz.desk.care.saved import sample, standing
from resonanz.desk.care.voices import address_for, language_of
from resonanz.desk.contents import may_have
from resonanz.desk.limits import limits_of
from resonanz.desk.models import Agent, Attachment, Conversation, Mention, SavedReply
from resonanz.desk.storage import to_ms
from resonanz.networks import NETWORKS
from resonanz.post import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resonanz.desk.care import Stop
    from resonanz.desk.reading import Box
    from resonanz.guards import Problem

PASTE_LEAST = 10_000  # characters; a paste of more than this, and of twenty posts, is a slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """What the reply box needs besides the words.

    `seen` is the newest event that this page shows, `version` that of the kept words. `open_readers` say who
    would read an answer in public where answers are private by now. `form` is "" where nobody is addressed by
    du or Sie.
    """

    seen: int
    version: int
    saved: SavedReply | None
    form: str
    form_word: str
    form_why: str
    files: tuple[Attachment, ...]
    takes_files: bool
    paste_most: int
    may_invite: bool
    open_audience: int | None
    open_readers: wording.Readers | None
    labels: tuple[tuple[str, str], ...] = ()  # what it may be marked with on the network


def seen_now() -> int:
    """Return the mark up to which a page drawn from now on shows everything. Ask before reading."""
    return events.newest()


def composer(talk: Conversation, agent: Agent, box: Box, seen: int) -> Composer:
    """Return what the reply box shows to this agent."""
    asked, kept = box.asked, box.unsent
    german = language_of(talk) != "en"
    address = address_for(talk)
    word, why = wording_replies.form_words(address.form, address.why)
    open_to = opened_audience(talk, asked)
    name, network = talk.customer.shown_name, talk.channel.network
    public = asked is not None and not Audience(asked.audience).is_private
    return Composer(
        seen=seen,
        version=0 if kept is None else to_ms(kept.written_at),
        saved=None if kept is None else kept.saved_reply,
        form=address.form if german else "",
        form_word=word,
        form_why=why,
        files=tuple(beside_now(talk.pk, agent.pk)) if may_have(talk, "files") else (),
        takes_files=takes_files(talk),
        paste_most=max(PASTE_LEAST, 20 * limits_of(talk.channel).length),
        may_invite=public and not talk.channel.is_archive,
        open_audience=open_to,
        open_readers=None if open_to is None else wording.readers(open_to, name, network),
        labels=_labels(talk, asked),
    )


def _labels(talk: Conversation, asked: Mention | None) -> tuple[tuple[str, str], ...]:
    if asked is None:
        return ()
    offered = labels_for(talk, Audience(asked.audience))
    words = wording_replies.labels()
    return tuple((name, words[name]) for name in words if name in offered)


def opened_audience(talk: Conversation, asked: Mention | None) -> int | None:
    """Return the audience that an answer in public would have, None where answers are no narrower anyway."""
    if asked is None or Audience(asked.audience).is_private or audience_for(talk, asked) == asked.audience:
        return None
    return int(asked.audience)


# The strip under the words -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to look at: a sentence, and where in the text it is (characters)."""

    words: str
    is_hard: bool
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One of several posts that a text would become."""

    text: str
    length: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What the desk has to say about a text that is being written; mostly nothing."""

    hints: tuple[Hint, ...]
    parts: tuple[Part, ...]
    too_long: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A text as it stands in the box, and how it would be sent."""

    text: str
    asked: Mention
    audience: Audience
    form: str = ""
    seen: int = 0
    saved: SavedReply | None = None


def strip(talk: Conversation, agent: Agent, writing: Writing) -> Strip:
    """Return what is to be said about a text while it is written."""
    found = watch.problems(
        talk, writing.text, answers=writing.asked, audience=writing.audience, form=writing.form
    )
    hints = [hint_of(problem) for problem in found]
    network = talk.channel.network
    beside = watch.file_stops(talk, agent) + watch.knowledge_stops(writing.saved)
    hints += [Hint(stop_words(stop, network), is_hard=False) for stop in beside]
    if dear := _dear_link(talk, writing):
        hints.append(Hint(dear, is_hard=False))
    parts, too_long = _parts(talk, agent, writing)
    others = watch.bystanders(talk, writing.seen)
    return Strip(
        hints=tuple(hints),
        parts=parts,
        too_long=too_long,
        others=wording_replies.bystanders(others) if others else "",
    )


def _dear_link(talk: Conversation, writing: Writing) -> str:
    """Return that a link costs money on this network, "" where none is there or it costs nothing."""
    row = NETWORKS.get(talk.channel.network)
    price = 0 if row is None or writing.audience is Audience.DIRECT else row.capabilities.link_price
    has_link = price and any(addresses_in_word(word) for word in writing.text.split())
    return wording_money.link_price(price) if has_link else ""


def hint_of(problem: Problem) -> Hint:
    """Return a problem of a text as a sentence with its place."""
    return Hint(wording.guard_advice(problem), problem.hard, problem.start, problem.end)


def _parts(talk: Conversation, agent: Agent, writing: Writing) -> tuple[tuple[Part, ...], str]:
    room = room_for(sender(talk, writing.asked), writing.asked, writing.audience)
    if len(writing.text) < room.limits.length // 4:
        return (), ""
    try:
        texts: Sequence[str] = in_parts(agent, writing.text, room)
    except CareError as error:
        if error.code != "too_long":
            return (), ""
        limit = int(error.facts["limit"])
        return (), wording_replies.too_long_words(int(error.facts["length"]), limit, 0)
    if len(texts) < 2:
        return (), ""
    shown = [Part(text, room.length(text), room.limits.length) for text in texts]
    signed = f"{writing.text.strip()} ^{agent.initials}" if agent.initials else writing.text.strip()
    whole = room.length(signed)
    return tuple(shown), wording_replies.too_long_words(whole, room.limits.length, len(shown))


def stop_words(stop: Stop, network: str) -> str:
    """Return the sentence of one reason to stop."""
    if stop.problem is not None:
        return wording.guard_advice(stop.problem)
    if stop.rule == "alt_missing":
        return wording_replies.alt_missing(int(stop.facts["count"]))
    if stop.rule == "expired_reply":
        return wording_replies.expired(str(stop.facts["title"]), date.fromisoformat(str(stop.facts["until"])))
    return wording.care_error(CareError(stop.code or stop.rule, **stop.facts), network)


@dataclass(frozen=True, slots=True)
class Told:
    """A reason to stop as the page tells it; `despite` comes back when the same key is pressed again."""

    words: str
    despite: str
    is_hard: bool
    start: int
    end: int


def stops_of(error: CareError, network: str) -> list[Told]:
    """Return all reasons of a stopped reply; none for any other error."""
    if not isinstance(error, Stopped):
        return []
    return [
        Told(
            stop_words(stop, network),
            stop.despite,
            stop.is_hard,
            0 if stop.problem is None else stop.problem.start,
            0 if stop.problem is None else stop.problem.end,
        )
        for stop in error.stops
    ]


# Files -------------------------------------------------------------------------------------------


def file_of(agent: Agent, number: int) -> Attachment | None:
    """Return a file that an agent may see: beside their own words, or in a conversation of theirs."""
    known = Attachment.objects.select_related("conversation__channel").filter(pk=number).first()
    if known is None or (known.delivery_id is None and known.agent_id != agent.pk):
        return None
    return known if visible_to(agent).filter(pk=known.conversation_id).exists() else None


# Saved replies and guards ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved reply as its page shows it."""

    saved: SavedReply
    standing: str
    says: str
    level: str
    word: str


def saved_row(saved: SavedReply, today: date) -> SavedRow:
    """Return a saved reply with its state as a word."""
    state = standing(saved, today)
    source, language = (saved.text, "de") if saved.text else (saved.text_en, "en")
    says = sample(source, "sie", language, saved.brand.name if saved.brand else "")
    return SavedRow(saved, state, says, *wording_replies.standing_word(state))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A guard as the report shows it."""

    tally: watch.Tally
    name: str
    watches: str
    is_hard: bool

    @property
    def percent(self) -> int:
        """The share that was sent all the same, in whole percent."""
        return round(100 * self.tally.share)


def rules(since: datetime) -> list[RuleRow]:
    """Return every guard with what became of it, the most overridden first, then by how often it spoke."""
    rows = [
        RuleRow(tally, *wording_replies.rule_words(tally.rule), tally.rule in watch.HARD)
        for tally in watch.tallies(since)
    ]
    return sorted(rows, key=lambda row: (-row.tally.share, -row.tally.shown))
