"""Enquiries: questions to departments, by e-mail or by a link that needs no login.

An enquiry has its own due time, reminder and deputy; the customer's clock goes on meanwhile. The answer lands
in the conversation and lifts it to the top of its owner's list. The link's token is the only key to it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import uuid4

import nh3
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from resonanz.case import State
from resonanz.desk import own_address
from resonanz.desk.care.base import CareError, expect_agent, expect_live, notify, tell
from resonanz.desk.models import Agent, Conversation, Department, Enquiry, Letter, NoticeKind
from resonanz.desk.policies import service_hours_of
from resonanz.desk.wording_enquiries import letter as letter_words
from resonanz.hours import add_service_time, service_time_between

QUESTION_MOST = 4_000  # characters
ANSWER_MOST = 20_000
NAME_MOST = 120
CORRECT_WITHIN = timedelta(hours=1)
SAME_WITHIN = timedelta(minutes=1)  # the same question again is a second click
WITHDRAW_AFTER = timedelta(seconds=30)  # until then a withdrawal can be taken back without a word
TRIED_AGAIN = timedelta(minutes=3)  # by then a letter that was being handed in is in or has failed
FARTHEST = timedelta(days=60)
SETTLED_FOR = timedelta(days=7)  # so long after the case was settled its link still shows the question
LATE_FOR = timedelta(days=30)  # and so long after an answer was due

_MARKUP = re.compile(
    r"</?(?:a|b|blockquote|body|br|code|div|em|font|h[1-6]|html|i|img|li|o:p|ol|p|pre|script|span|strong|style"
    r"|table|tbody|td|th|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote|pre)\s*>", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an agent wants to know, and what the department may read of the conversation.

    `excerpt` are orders of its posts, `shows` the kinds of private data in them that are not masked. Without
    `due_at` the department's usual time counts. `by_letter` False: the agent passes the link on.
    """

    department: Department
    text: str
    excerpt: tuple[int, ...] = ()
    shows: tuple[str, ...] = ()
    due_at: datetime | None = None
    by_letter: bool = True


# Asking ------------------------------------------------------------------------------------------


def due_for(department: Department, brand: int, now: datetime) -> datetime:
    """Return when a department's answer is due, counted in the brand's service hours."""
    return add_service_time(service_hours_of(brand), now, timedelta(seconds=department.answer_s))


def ask(conversation: Conversation, agent: Agent, wanted: Question, *, address: str) -> Enquiry:
    """Ask a department; `address` is the desk's own, as the agent's browser knows it.

    CareError: `department_dropped`, `question_missing`, `question_long` (length, limit), `resolved_already`,
    `not_in_conversation`, `in_the_past`, `too_far` (days).
    """
    expect_agent(agent)
    expect_live(conversation)
    now = timezone.now()
    question = _checked_question(wanted, now)
    with transaction.atomic():
        if not Conversation.objects.filter(pk=conversation.pk, state=State.OPEN).exists():
            raise CareError("resolved_already")
        if conversation.mentions.filter(order__in=wanted.excerpt).count() != len(set(wanted.excerpt)):
            raise CareError("not_in_conversation")
        same = Enquiry.objects.filter(
            conversation=conversation,
            department=wanted.department,
            asked_by=agent,
            question=question,
            withdrawn_at=None,
            asked_at__gt=now - SAME_WITHIN,
        ).first()
        return same or _asked(conversation, agent, wanted, question, own_address.remember(address))


def _checked_question(wanted: Question, now: datetime) -> str:
    question = wanted.text.strip()
    if wanted.department.dropped_at is not None:
        raise CareError("department_dropped")
    if not question:
        raise CareError("question_missing")
    if len(question) > QUESTION_MOST:
        raise CareError("question_long", length=len(question), limit=QUESTION_MOST)
    if wanted.due_at is not None and wanted.due_at <= now:
        raise CareError("in_the_past")
    if wanted.due_at is not None and wanted.due_at > now + FARTHEST:
        raise CareError("too_far", days=FARTHEST.days)
    return question


def _asked(
    conversation: Conversation, agent: Agent, wanted: Question, question: str, address: str
) -> Enquiry:
    now = timezone.now()
    due = wanted.due_at or due_for(wanted.department, conversation.brand_id, now)
    enquiry = Enquiry.objects.create(
        conversation=conversation,
        department=wanted.department,
        asked_by=agent,
        question=question,
        excerpt=sorted(set(wanted.excerpt)),
        shows=sorted(set(wanted.shows)),
        asked_at=now,
        due_at=due,
        remind_at=due,
    )
    if wanted.by_letter:
        _write("asked", enquiry, address, now + timedelta(seconds=settings.UNDO_S))
    tell("asked", now, conversation, agent, enquiry=enquiry.pk)
    if not Conversation.objects.filter(pk=conversation.pk, assignee__isnull=False).exists():
        tell("assigned", now, conversation, agent, to=agent.pk)  # the answer has to come to somebody
    return enquiry


def link_of(enquiry: Enquiry, address: str) -> str:
    """Return the link that a department reads and answers an enquiry by."""
    return f"{address}/enquiry/{enquiry.token}/"


def _write(kind: str, enquiry: Enquiry, address: str, due: datetime, *, to: str = "") -> None:
    """Plan a letter of a kind; nothing where no mail server is set up."""
    if settings.MAIL is None:
        return
    words = letter_words(kind, enquiry, link_of(enquiry, address))
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]
    Letter.objects.create(
        to=to or enquiry.department.email,
        subject=words.subject[:300],
        body=words.body,
        message_id=f"<{kind}.{uuid4().hex}@{domain}>",
        enquiry=enquiry,
        written_at=timezone.now(),
        due_at=due,
    )


def withdraw(enquiry: Enquiry, agent: Agent) -> None:
    """Take a question back; who has read it is told that it is settled.

    CareError: `enquiry_answered`, `enquiry_withdrawn`.
    """
    expect_agent(agent)
    with transaction.atomic():
        now = timezone.now()
        if not _open(enquiry).update(withdrawn_at=now):
            enquiry.refresh_from_db()
            raise CareError("enquiry_withdrawn" if enquiry.withdrawn_at else "enquiry_answered")
        if _stop_letters(enquiry):
            _write("withdrawn", enquiry, own_address.of_desk(), now + WITHDRAW_AFTER)
        tell("informed", now, enquiry.conversation, agent, enquiry=enquiry.pk, answer=0)


def _stop_letters(enquiry: Enquiry) -> bool:
    """Let no letter of an enquiry leave any more; whether one has, or may have.

    One that was tried may stand with the mail server, or be handed in at this moment: it is tried no more.
    """
    letters = Letter.objects.filter(enquiry=enquiry)
    waiting = letters.filter(sent_at=None)
    waiting.filter(Q(attempts_count=0) | Q(due_at=None)).delete()
    waiting.update(due_at=None)
    return letters.exists()


def restore(enquiry: Enquiry, agent: Agent) -> None:
    """Take a withdrawal back. CareError `letter_gone` once the department knows of it."""
    expect_agent(agent)
    with transaction.atomic():
        told = Letter.objects.filter(enquiry=enquiry, message_id__startswith="<withdrawn.")
        if told.exclude(sent_at=None, attempts_count=0).exists():
            raise CareError("letter_gone")
        if not Conversation.objects.filter(pk=enquiry.conversation_id, state=State.OPEN).exists():
            raise CareError("resolved_already")
        if not Enquiry.objects.filter(pk=enquiry.pk).exclude(withdrawn_at=None).update(withdrawn_at=None):
            return  # a second click
        told.delete()
        letters = Letter.objects.filter(enquiry=enquiry)
        letters.filter(sent_at=None).update(due_at=timezone.now() + TRIED_AGAIN)
        if not letters.exists():
            _write("asked", enquiry, own_address.of_desk(), timezone.now())
        tell("asked", timezone.now(), enquiry.conversation, agent, enquiry=enquiry.pk)


def _open(enquiry: Enquiry) -> QuerySet[Enquiry]:
    """Return the row as long as it waits for its answer."""
    return Enquiry.objects.filter(pk=enquiry.pk, answered_at=None, withdrawn_at=None)


# Answering ---------------------------------------------------------------------------------------


def by_token(token: str) -> Enquiry | None:
    """Return the enquiry that a link leads to; None for unknown and withdrawn ones alike."""
    known = Enquiry.objects.select_related("conversation__brand", "department", "asked_by")
    return known.filter(token=token, withdrawn_at=None).first()


def opened(enquiry: Enquiry) -> None:
    """Remember that somebody there looked; the first time counts."""
    with transaction.atomic():
        now = timezone.now()
        if Enquiry.objects.filter(pk=enquiry.pk, opened_at=None).update(opened_at=now):
            tell("enquiry_opened", now, enquiry.conversation, None, enquiry=enquiry.pk)


def may_correct(enquiry: Enquiry, now: datetime) -> bool:
    """Whether the department may still change its answer."""
    return enquiry.answered_at is None or now - enquiry.answered_at <= CORRECT_WITHIN


def is_over(enquiry: Enquiry, now: datetime) -> bool:
    """Whether an enquiry's link shows nothing any more of what was asked and said.

    That is after the answer and the hour for its correction, some days after the case was settled, and long
    after an answer was due: links lie in mailboxes for years.
    """
    if enquiry.answered_at is not None:
        return not may_correct(enquiry, now)
    settled_at = enquiry.conversation.resolved_at
    return (settled_at is not None and now - settled_at > SETTLED_FOR) or now - enquiry.due_at > LATE_FOR


def answer(enquiry: Enquiry, text: str, name: str, *, adds: bool = False) -> Enquiry:
    """Take a department's answer in, or within the hour its correction; `adds` puts it below the first one.

    CareError: `answer_missing`, `answer_long` (length, limit), `name_missing`, `enquiry_withdrawn`,
    `answer_final`.
    """
    words, who = plain(text), " ".join(name.split())[:NAME_MOST]
    if not words:
        raise CareError("answer_missing")
    if len(words) > ANSWER_MOST:
        raise CareError("answer_long", length=len(words), limit=ANSWER_MOST)
    if not who:
        raise CareError("name_missing")
    with transaction.atomic():
        fresh = Enquiry.objects.select_related("conversation__assignee", "asked_by").get(pk=enquiry.pk)
        if fresh.withdrawn_at is not None:
            raise CareError("enquiry_withdrawn")
        if fresh.answered_at is None:
            _taken_in(fresh, words, who)
        elif adds:
            known = fresh.answer.endswith(words)
            _corrected(fresh, fresh.answer if known else f"{fresh.answer}\n\n{words}", who)
        elif may_correct(fresh, timezone.now()):
            _corrected(fresh, words, who)
        else:
            raise CareError("answer_final")
    return fresh


def _taken_in(enquiry: Enquiry, words: str, who: str) -> None:
    now = timezone.now()
    enquiry.answer, enquiry.answered_by, enquiry.answered_at = words, who, now
    enquiry.remind_at = None
    enquiry.opened_at = enquiry.opened_at or now
    enquiry.save(update_fields=["answer", "answered_by", "answered_at", "remind_at", "opened_at"])
    Letter.objects.filter(enquiry=enquiry, sent_at=None).update(due_at=None)
    tell("informed", now, enquiry.conversation, None, enquiry=enquiry.pk, answer=1)
    _ring(enquiry, NoticeKind.INFORMED)


def _corrected(enquiry: Enquiry, words: str, who: str) -> None:
    now = timezone.now()
    if (words, who) == (enquiry.answer, enquiry.answered_by):
        return  # a second click
    enquiry.answer, enquiry.answered_by, enquiry.corrected_at = words, who, now
    enquiry.save(update_fields=["answer", "answered_by", "corrected_at"])
    tell("corrected", now, enquiry.conversation, None, enquiry=enquiry.pk)
    _ring(enquiry, NoticeKind.INFORMED)


def _ring(enquiry: Enquiry, kind: NoticeKind) -> None:
    """Ring for whoever has the case, and for who asked."""
    people = {agent.pk: agent for agent in (enquiry.conversation.assignee, enquiry.asked_by) if agent}
    for agent in people.values():
        notify(agent, kind, enquiry.conversation)


def plain(text: str) -> str:
    """Return text without markup, where somebody pasted some; lines stay lines."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if _MARKUP.search(words):
        words = nh3.clean(_LINE_ENDS.sub("\n", words), tags=set(), clean_content_tags={"script", "style"})
        words = html.unescape(words)
    return _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in words.split("\n"))).strip()


# Reminding ---------------------------------------------------------------------------------------


def remind_next() -> bool:
    """Remind one department that is late, or ask its deputy; True if there was one.

    The deputy is asked after half the time again. Without a mail server the agents' bells ring instead.
    """
    now = timezone.now()
    late = Enquiry.objects.filter(
        remind_at__lte=now, answered_at=None, withdrawn_at=None, conversation__state=State.OPEN
    )
    enquiry = late.select_related("conversation__assignee", "conversation__brand", "department", "asked_by")
    found = enquiry.order_by("remind_at").first()
    if found is None:
        return False
    with transaction.atomic():
        _remind(found, now)
    return True


def _remind(enquiry: Enquiry, now: datetime) -> None:
    deputy = enquiry.department.deputy_email
    if enquiry.reminded_at is None:
        changed = {"reminded_at": now, "remind_at": _deputy_due(enquiry, now) if deputy else None}
    else:
        changed = {"deputy_at": now, "remind_at": None}
    if not _open(enquiry).filter(remind_at=enquiry.remind_at).update(**changed):
        return  # another worker was quicker, or the answer came just now
    stands_in = "deputy_at" in changed
    kind, to = ("deputy", deputy) if stands_in else ("reminder", enquiry.department.email)
    _write(kind, enquiry, own_address.of_desk(), now, to=to)
    if settings.MAIL is None:
        _ring(enquiry, NoticeKind.OVERDUE)
    tell("reminded", now, enquiry.conversation, None, enquiry=enquiry.pk, deputy=int(stands_in))


def _deputy_due(enquiry: Enquiry, now: datetime) -> datetime:
    """Half the time again after the due time, in service hours where there were any between."""
    hours = service_hours_of(enquiry.conversation.brand_id)
    served = service_time_between(hours, enquiry.asked_at, enquiry.due_at)
    again = (
        add_service_time(hours, enquiry.due_at, served / 2)
        if served
        else enquiry.due_at + (enquiry.due_at - enquiry.asked_at) / 2
    )
    return max(again, now)
