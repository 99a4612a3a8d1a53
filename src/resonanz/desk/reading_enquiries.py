"""What pages show of enquiries: all to agents, the excerpt alone to departments. Reads only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from resonanz.annotate.private_data import find_private_data
from resonanz.desk import own_address, wording, wording_enquiries
from resonanz.desk.care.enquiries import is_over, link_of, may_correct
from resonanz.desk.care.voices import guards_voice
from resonanz.desk.contents import may_have
from resonanz.desk.models import Author, Conversation, Department, Enquiry, Letter, Mention
from resonanz.desk.prepared import prepared, within
from resonanz.guards import check
from resonanz.phrases import greeting_name
from resonanz.post import Audience, Limits

if TYPE_CHECKING:
    from resonanz.annotate.private_data import Found, OwnPattern

ANY_LENGTH = Limits(length=1_000_000)
CHOICES_MOST = 30  # posts of a conversation that can be ticked; the newest count

_LEADING = re.compile(r"^(?:@[\w.@:-]+\s+)+")
_SURNAMES = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*")
_HANDLES = re.compile(r"(?<![\w.+-])@\w(?:[\w.-]*\w)?(?:@[\w-]+(?:\.[\w-]+)+)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a post as the department reads it; `masked` names what is hidden in its place."""

    text: str
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A post as the department reads it. `ours` says who spoke, `who` is a first name or initials."""

    who: str
    ours: bool
    at: datetime
    pieces: tuple[Piece, ...]
    media_count: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """An enquiry as the conversation shows it."""

    enquiry: Enquiry
    standing: wording_enquiries.Standing
    letter: wording_enquiries.Standing
    link: str  # "" once it shows nothing any more

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.enquiry.answered_at is None and self.enquiry.withdrawn_at is None

    @property
    def moments(self) -> tuple[tuple[str, datetime], ...]:
        """Where it stands in the conversation: as a question, and as an answer once there is one."""
        question = ("enquiry", self.enquiry.asked_at)
        answered = self.enquiry.answered_at
        return (question,) if answered is None else (question, ("informed", answered))


@prepared
def _enquiries(talk: int) -> QuerySet[Enquiry]:
    return Enquiry.objects.filter(conversation=talk).select_related("department", "asked_by").order_by("pk")


@dataclass(frozen=True, slots=True)
class Choice:
    """A post that can be ticked; `private` warns, `kinds` are the private data in it."""

    mention: Mention
    ours: bool
    ticked: bool
    private: bool
    kinds: tuple[str, ...]


# For agents --------------------------------------------------------------------------------------


def departments() -> list[Department]:
    """Return the departments that can be asked, by name."""
    return list(Department.objects.filter(dropped_at=None).order_by("name"))


def asked(talk: Conversation) -> list[Asked]:
    """Return a conversation's enquiries, the oldest first. Three queries, or one where there are none."""
    found = within(_enquiries(talk.pk), conversation=talk) if may_have(talk, "enquiries") else []
    if not found:
        return []
    letters: dict[int | None, Letter] = {}
    for letter in Letter.objects.filter(enquiry__in=found).order_by("pk"):
        letters[letter.enquiry_id] = letter
    now, address, server = timezone.now(), own_address.of_desk(), settings.MAIL is not None
    return [
        Asked(enquiry, wording_enquiries.standing(enquiry, now), wording_enquiries.link_over(), "")
        if is_over(enquiry, now)
        else Asked(
            enquiry,
            wording_enquiries.standing(enquiry, now),
            wording_enquiries.letter_line(letters.get(enquiry.pk), server=server),
            link_of(enquiry, address),
        )
        for enquiry in found
    ]


def waits_for(found: Iterable[Conversation]) -> dict[int, tuple[tuple[str, datetime], ...]]:
    """Return by conversation which departments are to answer and since when; asks only where any is."""
    asking = [talk.pk for talk in found if talk.enquiries_count]
    known: dict[int, tuple[tuple[str, datetime], ...]] = {}
    if asking:
        waiting = Enquiry.objects.filter(conversation__in=asking, answered_at=None, withdrawn_at=None)
        rows = waiting.order_by("pk").values_list("conversation", "department__name", "asked_at")
        for number, name, at in rows:
            known[number] = (*known.get(number, ()), (name, at))
    return known


def choices(talk: Conversation, ticked: Sequence[int] | None = None) -> list[Choice]:
    """Return the posts that can be shown to a department, oldest first.

    Without a choice the customer's last one that is not private is ticked.
    """
    turns = list(talk.mentions.filter(deleted_at=None).order_by("-order")[:CHOICES_MOST])
    patterns = patterns_for(talk)
    last = next((m.order for m in turns if m.incoming and not _is_private(m)), None)
    chosen = {last} if ticked is None else set(ticked)
    return [
        Choice(m, not m.incoming, m.order in chosen, _is_private(m), _kinds(m.text, patterns))
        for m in reversed(turns)
    ]


def _is_private(mention: Mention) -> bool:
    return Audience(mention.audience).is_private


def _kinds(text: str, patterns: Sequence[OwnPattern]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.kind for found in find_private_data(text, patterns=patterns)))


def patterns_for(talk: Conversation) -> tuple[OwnPattern, ...]:
    """Return the brand's own number patterns."""
    return guards_voice(talk).patterns


def private_in(talk: Conversation, question: str) -> tuple[str, ...]:
    """Return the private data that a question names itself, as they stand there: nobody masks them."""
    voice = guards_voice(talk)
    found = check(question, limits=ANY_LENGTH, audience_private=False, voice=voice, named=())
    return tuple(
        f"{wording_enquiries.private_kind(str(one.facts['kind']))}: {one.text}"
        for one in found
        if one.kind == "private_data"
    )


# For departments ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outside:
    """An enquiry as the page without a login shows it."""

    enquiry: Enquiry
    asked_by: str
    excerpt: tuple[Said, ...]
    due: str
    late: bool
    settled: bool
    may_correct: bool
    is_over: bool


def outside(enquiry: Enquiry) -> Outside:
    """Return what a department reads of its enquiry; once that is over, no post."""
    now = timezone.now()
    over = is_over(enquiry, now)
    return Outside(
        enquiry=enquiry,
        asked_by=enquiry.asked_by.shown_name if enquiry.asked_by else "",
        excerpt=() if over else tuple(excerpt(enquiry.conversation, enquiry.excerpt, enquiry.shows)),
        due=wording_enquiries.moment(enquiry.due_at),
        late=enquiry.answered_at is None and enquiry.due_at < now,
        settled=enquiry.answered_at is None and enquiry.conversation.state != 0,
        may_correct=may_correct(enquiry, now),
        is_over=over,
    )


def excerpt(talk: Conversation, orders: Sequence[int], shows: Sequence[str]) -> list[Said]:
    """Return the ticked posts as a department reads them, oldest first.

    No handle, no surname, no contact data: private data stands masked, except the kinds in `shows`.
    """
    patterns = patterns_for(talk)
    found = Mention.objects.filter(order__in=list(orders)).select_related("author").order_by("order")
    return [
        Said(
            who=talk.brand.name if not mention.incoming else short_name(mention.author),
            ours=not mention.incoming,
            at=mention.posted_at,
            pieces=() if mention.deleted_at else _pieces(mention, shows, patterns),
            media_count=0 if mention.deleted_at else _media_count(mention),
            gone=mention.deleted_at is not None,
        )
        for mention in found
    ]


def _media_count(mention: Mention) -> int:
    return len(json.loads(mention.extras).get("media", ())) if mention.extras else 0


def short_name(author: Author) -> str:
    """Return a customer's first name, or initials where the name does not look like one."""
    return greeting_name(author.shown_name, form="du") or wording.initials(author.shown_name)


def _pieces(mention: Mention, shows: Sequence[str], patterns: Sequence[OwnPattern]) -> tuple[Piece, ...]:
    """Cut a post into what is read and what is masked."""
    text = _LEADING.sub("", mention.text) or mention.text
    pieces: list[Piece] = []
    at = 0
    for found in _hidden(text, shows, patterns):
        pieces.append(Piece(_unnamed(text[at : found.start], mention.author)))
        pieces.append(Piece("", wording_enquiries.private_kind(found.kind)))
        at = found.end
    pieces.append(Piece(_unnamed(text[at:], mention.author)))
    return tuple(piece for piece in pieces if piece.text or piece.masked)


def _hidden(text: str, shows: Sequence[str], patterns: Sequence[OwnPattern]) -> list[Found]:
    return [found for found in find_private_data(text, patterns=patterns) if found.kind not in shows]


def _unnamed(text: str, author: Author) -> str:
    """Return words without handles, and with the author's surname as an initial."""
    words = _HANDLES.sub("@…", text)
    first = greeting_name(author.name, form="du")
    if not first or author.name == first:
        return words
    words = words.replace(author.name, first)
    for surname in set(_SURNAMES.findall(author.name)) - {first}:
        words = re.sub(rf"(?<!\w){re.escape(surname)}(?!\w)", f"{surname[0]}.", words)
    return words
