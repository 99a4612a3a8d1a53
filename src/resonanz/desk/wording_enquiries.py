"""Sentences about enquiries to departments: refusals, letters, where one stands. Part of `wording`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

if TYPE_CHECKING:
    from datetime import datetime

    from resonanz.desk.models import Enquiry, Letter


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject and body."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enquiry stands: a word, its level (calm, soon, late), and what one may do about it."""

    level: str
    word: str
    advice: str = ""


def sentences() -> dict[str, str]:
    """Return the sentences for the error codes of enquiries and departments."""
    return {
        "no_department": _("Choose the department that knows it."),
        "department_dropped": _("This department is not asked any more. Choose another one."),
        "question_missing": _("Write what you want to know."),
        "question_long": _("The question is too long: %(length)s of %(limit)s characters."),
        "resolved_already": _("This conversation is resolved. Open it again first."),
        "not_in_conversation": _("One of the ticked posts does not stand in this conversation any more."),
        "enquiry_answered": _("The department has answered already. Read it above."),
        "enquiry_withdrawn": _("This question was withdrawn already."),
        "letter_gone": _("The department has been told already. Ask again if you still need to know."),
        "answer_missing": _("Write your answer first."),
        "answer_long": _("That is too long: %(length)s of %(limit)s characters. Shorten it a little."),
        "name_missing": _("Say who you are, so that the colleague knows whom to thank."),
        "answer_final": _("This answer was given more than an hour ago and is in use. Call the colleague."),
        "enquiry_over": _(
            "This question is closed, so your answer was not taken. Please call customer care."
        ),
        "name_taken": _("There is a department of that name already."),
    }


def letter(kind: str, enquiry: Enquiry, link: str) -> Words:
    """Return the letter of a kind to a department, in its language.

    Kinds: `asked`, `reminder`, `deputy`, `withdrawn`. What the customer said stands behind the link only.
    """
    with override(enquiry.department.language):
        facts = {
            "department": enquiry.department.name,
            "agent": enquiry.asked_by.shown_name if enquiry.asked_by else _("A colleague"),
            "brand": enquiry.conversation.brand.name,
            "number": enquiry.pk,
            "due": moment(enquiry.due_at),
            "asked": moment(enquiry.asked_at),
        }
        subject, opening = _openings()[kind]
        lines = [opening % facts, _quoted(enquiry.question)]
        if kind != "withdrawn":
            lines += [
                _("Read and answer here, without signing in:") + f"\n{link}",
                _(
                    "Whoever has this link can read and answer the question: "
                    "pass it on only to colleagues who know the answer."
                ),
            ]
        return Words(subject % facts, "\n\n".join(lines) + "\n")


def _openings() -> dict[str, tuple[str, str]]:
    return {
        "asked": (
            _("Question from customer care (%(brand)s, no. %(number)s)"),
            _(
                "Hello %(department)s,\n\n%(agent)s from customer care needs your help for a customer. "
                "Please answer by %(due)s:"
            ),
        ),
        "reminder": (
            _("Reminder: question from customer care (%(brand)s, no. %(number)s)"),
            _(
                "Hello %(department)s,\n\na customer is waiting for your answer; it was due by %(due)s. "
                "%(agent)s asked you on %(asked)s:"
            ),
        ),
        "deputy": (
            _("Can you step in? Question from customer care (%(brand)s, no. %(number)s)"),
            _(
                "Hello,\n\nyou stand in for %(department)s. Nobody has answered there so far, and a customer "
                "is waiting: it was due by %(due)s. %(agent)s asked on %(asked)s:"
            ),
        ),
        "withdrawn": (
            _("Settled: question from customer care (%(brand)s, no. %(number)s)"),
            _("Hello %(department)s,\n\nthis question has settled itself, there is nothing left to do:"),
        ),
    }


def _quoted(question: str) -> str:
    return "\n".join(f"  {line}" for line in question.splitlines())


def moment(at: datetime) -> str:
    """Return a time with its day, as letters and the outside page say it."""
    local = timezone.localtime(at)
    return _("%(day)s, %(date)s, %(time)s") % {
        "day": date_format(local, "l"),
        "date": date_format(local, "DATE_FORMAT"),
        "time": f"{local:%H:%M}",
    }


def private_kind(kind: str) -> str:
    """Return what kind of private data something is, as it stands in place of the data."""
    return {
        "phone": _("phone number"),
        "iban": _("bank account"),
        "email": _("e-mail address"),
        "card": _("card number"),
        "address": _("postal address"),
        "order_number": _("order number"),
        "customer_number": _("customer number"),
    }[kind]


def standing(enquiry: Enquiry, now: datetime) -> Standing:
    """Return where an enquiry stands."""
    if enquiry.answered_at is not None:
        return Standing("calm", pgettext("enquiry", "answered"))
    if enquiry.withdrawn_at is not None:
        return Standing("calm", pgettext("enquiry", "withdrawn"))
    opened = pgettext("enquiry", "opened") if enquiry.opened_at else pgettext("enquiry", "not opened yet")
    if enquiry.deputy_at is not None:
        return Standing("late", _("deputy asked"), opened)
    if enquiry.reminded_at is not None:
        return Standing("late", _("reminded"), opened)
    return Standing("late" if enquiry.due_at < now else "calm", opened)


def letter_line(letter: Letter | None, *, server: bool) -> Standing:
    """Return what became of an enquiry's latest e-mail."""
    if letter is None:
        if server:
            return Standing("calm", _("by link, no e-mail"))
        return Standing("soon", _("no e-mail"), _("No mail server is set up: copy the link and pass it on."))
    if letter.sent_at is not None:
        return Standing("calm", _("e-mail sent"))
    if letter.due_at is None:
        advice = letter_error(letter.error)
        return Standing("late", _("e-mail not delivered"), advice)
    if letter.error:
        return Standing("soon", _("e-mail not sent yet, we keep trying"), letter_error(letter.error))
    return Standing("calm", _("e-mail on its way"))


def link_over() -> Standing:
    """Return that an enquiry's link leads nowhere any more."""
    return Standing("late", _("the link has ended"), _("Ask again if you still need to know."))


def letter_error(error: str) -> str:
    """Return why an e-mail did not go out; after the code stand the mail server's own words."""
    code, _colon, said = error.partition(": ")
    sentence = {
        "refused": _("The mail server refuses this address. Check it, or copy the link and pass it on."),
        "unreachable": _("The mail server cannot be reached. Copy the link if it is urgent."),
        "login": _("The mail server does not accept our name and password. Tell an operator."),
        "insecure": _("The mail server's certificate or encryption is not in order. Tell an operator."),
        "busy": _("The mail server asks us to wait."),
        "too_old": _("It waited too long for a mail server. Copy the link and pass it on."),
    }.get(code, _("The mail server did not take it."))
    return sentence if not said else f"{sentence} {_('It says: “%(words)s”') % {'words': said}}"
