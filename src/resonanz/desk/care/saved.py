"""Saved replies: what the team knows, as facts for us and a public text for customers.

One source holds du and Sie (`resonanz.phrases`); English stands beside it. Anybody may write one down; a lead
approves it, and what is changed afterwards has to be approved again. What is out of date drops out of the
finder by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Literal, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from resonanz.desk.care.answers import answerable
from resonanz.desk.care.base import CareError, expect_lead, notify
from resonanz.desk.care.voices import FORMS, LANGUAGES, VARIABLES, Form, form_for, language_of, values_for
from resonanz.desk.events import happen
from resonanz.desk.models import Agent, Brand, Conversation, NoticeKind, Outcome, Role, SavedReply
from resonanz.phrases import PhraseError, parse
from resonanz.query import fold

Standing = Literal["approved", "expiring", "expired", "proposed", "dropped"]
SOON = timedelta(days=14)
FOUND_MOST = 10
LOOKED_AT_MOST = 500
TEXT_MOST = 5000
SAID = ("title", "facts", "text", "text_en", "source", "valid_until", "brand")  # what a lead approves
SENT = Q(used_in__state=Outcome.SENT, used_in__follows=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What somebody writes down. `text` is a phrase with du and Sie; `brand` None means for every brand."""

    title: str
    facts: str = ""
    text: str = ""
    text_en: str = ""
    source: str = ""
    valid_until: date | None = None
    brand: Brand | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A saved reply that the finder offers, and its text as this customer would read it."""

    saved: SavedReply
    text: str
    used_count: int


def save(agent: Agent, piece: Piece, known: SavedReply | None = None) -> SavedReply:
    """Write a saved reply down, or change one; returns it.

    An agent's words wait for a lead's approval, a lead's own are approved. Whatever an agent changes of an
    approved one, its facts and how long it is valid too, waits for it again. CareError: `title_missing`,
    `text_missing`, `text_long` (limit), `phrase` (field, flaw, position from 1, found), `not_your_reply`.
    """
    _expect_sayable(piece)
    now = timezone.now()
    is_lead = agent.has_role(Role.LEAD)
    with transaction.atomic():
        kept = known or SavedReply(owner=agent)
        if known is not None:
            _expect_own(known, agent)
        same = known is not None and all(getattr(known, name) == getattr(piece, name) for name in SAID)
        kept.title, kept.facts, kept.text, kept.text_en = piece.title, piece.facts, piece.text, piece.text_en
        kept.source, kept.valid_until, kept.brand = piece.source, piece.valid_until, piece.brand
        kept.words = _words_of(piece)
        kept.changed_at = now
        if is_lead:
            kept.approved_by, kept.approved_at = agent, now
        elif not same:
            kept.approved_by, kept.approved_at = None, None
        kept.save()
        happen("saved_reply_changed", now, actor=agent.pk, saved_reply=kept.pk)
    return kept


def approve(saved: SavedReply, agent: Agent) -> None:
    """Let everybody use it; a lead's to do."""
    expect_lead(agent)
    now = timezone.now()
    with transaction.atomic():
        if SavedReply.objects.filter(pk=saved.pk, approved_at=None).update(
            approved_at=now, approved_by=agent
        ):
            happen("saved_reply_approved", now, actor=agent.pk, saved_reply=saved.pk)


def expire_next() -> bool:
    """Ring once for an approved one that has expired; True if there was one. The worker calls this.

    Its owner is told, or the leads where the owner is gone.
    """
    passed = SavedReply.objects.filter(dropped_at=None, valid_until__lt=timezone.localdate())
    untold = passed.filter(Q(told_until=None) | ~Q(told_until=F("valid_until"))).exclude(approved_at=None)
    found = untold.select_related("owner").order_by("pk").first()
    if found is None:
        return False
    with transaction.atomic():
        if untold.filter(pk=found.pk).update(told_until=F("valid_until")):
            own = found.owner if found.owner is not None and found.owner.is_active else None
            leads = Agent.objects.filter(is_active=True, role=Role.LEAD)
            for agent in leads if own is None else [own]:
                notify(agent, NoticeKind.EXPIRED)
    return True


def drop(saved: SavedReply, agent: Agent) -> None:
    """Take it out of use; what was sent with it stays as it is."""
    _set_dropped(saved, agent, on=False)


def restore(saved: SavedReply, agent: Agent) -> None:
    """Take the dropping back."""
    _set_dropped(saved, agent, on=True)


def _set_dropped(saved: SavedReply, agent: Agent, *, on: bool) -> None:
    _expect_own(saved, agent)
    now = timezone.now()
    with transaction.atomic():
        changed = SavedReply.objects.filter(pk=saved.pk, dropped_at__isnull=not on)
        if changed.update(dropped_at=None if on else now):
            happen("saved_reply_dropped", now, actor=agent.pk, saved_reply=saved.pk, on=int(on))


def standing(saved: SavedReply, today: date) -> Standing:
    """Return how a saved reply stands; of several things the one that keeps it from being used."""
    if saved.dropped_at is not None:
        return "dropped"
    if saved.valid_until is not None and saved.valid_until < today:
        return "expired"
    if saved.approved_at is None:
        return "proposed"
    if saved.valid_until is not None and saved.valid_until - today <= SOON:
        return "expiring"
    return "approved"


# Finding -----------------------------------------------------------------------------------------


def listed(words: str = "", *, dropped: bool = False) -> list[SavedReply]:
    """Return saved replies with `used_count`, the best hits first; without words by their titles."""
    tokens = fold(words)
    known = _counted(SavedReply.objects.filter(dropped_at__isnull=not dropped))
    for token in tokens:
        known = known.filter(words__contains=f" {token}")
    rows = list(known.select_related("owner", "approved_by", "brand").order_by("title", "pk"))
    if not tokens:
        return rows
    return sorted(rows, key=lambda saved: (-_weight(saved, tokens), -_used(saved)))


def find(conversation: Conversation, agent: Agent, typed: str, *, form: str = "") -> list[Found]:
    """Return at most ten usable saved replies: by the words that were typed, then by use.

    Without words, those come first that share words with what the customer asks. Somebody's own words that
    nobody has approved yet are offered to them alone.
    """
    today = timezone.localdate()
    usable = Q(approved_at__isnull=False) | Q(owner=agent)
    known = SavedReply.objects.filter(usable, Q(brand=None) | Q(brand=conversation.brand), dropped_at=None)
    known = known.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    tokens = fold(typed)
    for token in tokens:
        known = known.filter(words__contains=f" {token}")
    asked = answerable(conversation) if not tokens else None
    wanted = tokens or tuple(set(fold(asked.text)) if asked is not None else ())
    rows = list(_counted(known)[:LOOKED_AT_MOST])
    rows.sort(key=lambda saved: (-_weight(saved, wanted), -_used(saved), saved.title))
    speech = _speech(conversation, agent, form)
    offered = ((saved, _spoken(saved, speech)) for saved in rows)
    found = (Found(saved, text, _used(saved)) for saved, text in offered if text)
    return list(islice(found, FOUND_MOST))


def _counted(known: QuerySet[SavedReply]) -> QuerySet[SavedReply]:
    return known.annotate(used_count=Count("used_in", filter=SENT))


def _used(saved: SavedReply) -> int:
    return int(getattr(saved, "used_count", 0))


def _weight(saved: SavedReply, tokens: Iterable[str]) -> int:
    """Return how well words hit: in the title, whole words, beginnings of words."""
    title, _, rest = saved.words.partition(" \n")
    hits = 0
    for token in tokens:
        if f" {token} " in f"{title} ":
            hits += 6
        elif f" {token}" in title:
            hits += 4
        elif f" {token} " in f"{rest} ":
            hits += 2
        elif len(token) > 3 and f" {token}" in rest:
            hits += 1
    return hits


def _words_of(piece: Piece) -> str:
    """Return the folded words, each with a blank before it, the title's on a line of their own."""
    rest = fold(f"{piece.facts}\n{piece.text}\n{piece.text_en}")
    return "".join(f" {token}" for token in fold(piece.title)) + " \n" + "".join(f" {one}" for one in rest)


# Saying ------------------------------------------------------------------------------------------


def text_for(saved: SavedReply, conversation: Conversation, agent: Agent, *, form: str = "") -> str:
    """Return the public text as this customer reads it: language, form of address, name.

    `form` is du or sie where the agent chose it. A text that exists in the other language only is better than
    none; "" where there is no text at all.
    """
    return _spoken(saved, _speech(conversation, agent, form))


class _Speech(NamedTuple):
    """How one customer is spoken to, asked once for many texts."""

    language: str
    form: Form
    values: dict[str, str]
    seed: int


def _speech(conversation: Conversation, agent: Agent, form: str) -> _Speech:
    language = language_of(conversation)
    chosen: Form = ("du" if form == "du" else "sie") if form in FORMS else form_for(conversation)
    return _Speech(language, chosen, values_for(conversation, agent, language, chosen), conversation.pk)


def _spoken(saved: SavedReply, speech: _Speech) -> str:
    english = speech.language == "en"
    source = (saved.text_en or saved.text) if english else (saved.text or saved.text_en)
    phrase = parse(source, variables=VARIABLES)
    return phrase.render(form=speech.form, values=speech.values, seed=speech.seed)


def sample(source: str, form: Form, language: str, brand: str) -> str:
    """Return a text as somebody of a made-up name would read it. Raises PhraseError."""
    english = {"name": "Robin Muster", "due": "16:00", "opens": "08:00"}
    german = {"name": "Robin Muster", "due": "16:00 Uhr", "opens": "8 Uhr"}
    values = {"agent": "Kim", "brand": brand, "link": "https://example.org", "ways": "hilfe@example.org"}
    values |= english if language == LANGUAGES[1] else german
    if form == "du" or language == LANGUAGES[1]:
        values["name"] = "Robin"
    return parse(source, variables=VARIABLES).render(form=form, values=values, seed=0)


def _expect_sayable(piece: Piece) -> None:
    if not piece.title.strip():
        raise CareError("title_missing")
    if not piece.text.strip() and not piece.text_en.strip():
        raise CareError("text_missing")
    if max(len(piece.text), len(piece.text_en), len(piece.facts)) > TEXT_MOST:
        raise CareError("text_long", limit=TEXT_MOST)
    for field, source in (("text", piece.text), ("text_en", piece.text_en)):
        try:
            parse(source, variables=VARIABLES)
        except PhraseError as error:
            raise CareError(
                "phrase", field=field, flaw=error.code, position=error.position + 1, found=error.found
            ) from error


def _expect_own(saved: SavedReply, agent: Agent) -> None:
    """One's own, or a lead."""
    if saved.owner_id != agent.pk and not agent.has_role(Role.LEAD):
        raise CareError("not_your_reply")
