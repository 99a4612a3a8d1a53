"""Sentences about promises, dismissals and a brand's voice. Part of `wording`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resonanz.desk import wording_replies
from resonanz.desk.models.care import Dismissal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resonanz.desk.care.promises import Choice
    from resonanz.desk.care.voices import Flaw


def sentences() -> dict[str, str]:
    """Return the sentences for the error codes of promises and voices."""
    return {
        "no_time": _("Choose a time, or write one such as 16:30."),
        "too_far": _("That is more than %(days)s days away. Promise something nearer."),
        "resolved_already": _("This is settled. Open it again first."),
        "voice": _("Something in the voice cannot be kept. Look at the marked fields."),
    }


def promise_time(at: datetime, now: datetime) -> str:
    """Return by when something is promised: the time today, else with the day."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return clock
    if local.date() == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": clock}
    return _("%(day)s, %(time)s") % {"day": date_format(local, _("D, j M")), "time": clock}


def choice_words(choice: Choice, now: datetime) -> tuple[str, str]:
    """Return how an offered time is called, and the time itself."""
    names = {
        "in_30": pgettext("promise", "in half an hour"),
        "in_60": pgettext("promise", "in an hour"),
        "today_12": pgettext("promise", "by noon"),
        "today_16": pgettext("promise", "this afternoon"),
        "today_18": pgettext("promise", "this evening"),
        "next_day": pgettext("promise", "next working day"),
    }
    return names[choice.code], promise_time(choice.at, now)


def to_customer(counted: Mapping[str, int]) -> str:
    """Return what became of the promises to one customer; "" where none was made."""
    parts = {
        "open": ngettext("%(n)s open", "%(n)s open", counted.get("open", 0)),
        "kept": ngettext("%(n)s kept", "%(n)s kept", counted.get("kept", 0)),
        "moved": ngettext("%(n)s moved", "%(n)s moved", counted.get("moved", 0)),
        "broken": ngettext("%(n)s broken", "%(n)s broken", counted.get("broken", 0)),
    }
    return " · ".join(words % {"n": counted[name]} for name, words in parts.items() if counted.get(name))


def dismissal(reason: int) -> str:
    """Return why a turn was left without an answer."""
    return str(Dismissal(reason).label)


# What happened, as a quiet line in the thread ------------------------------------------------------


def resolved_line(name: str, reason: int) -> str:
    """Return who settled a matter and, where somebody still waited, why."""
    if reason:
        sentence = _("%(name)s closed this without an answer: %(reason)s")
        return sentence % {"name": name, "reason": dismissal(reason)}
    return _("%(name)s settled this") % {"name": name}


def reopened_line(name: str, *, by_hand: bool) -> str:
    """Return that a matter is open again: by a colleague, or because the customer came back."""
    return _("%(name)s opened this again") % {"name": name} if by_hand else _("The customer came back")


def promised_line(name: str, until: datetime, made_at: datetime) -> str:
    """Return who promised an answer and by when."""
    return _("%(name)s promised an answer by %(time)s") % {
        "name": name,
        "time": promise_time(until, made_at),
    }


def unpromised_line(name: str) -> str:
    """Return that a promise was taken back."""
    return _("%(name)s took the promise back") % {"name": name}


def follow_up_line(name: str, until: datetime | None, set_at: datetime) -> str:
    """Return until when a matter was put aside."""
    if until is None:
        return _("%(name)s ended the follow-up") % {"name": name}
    return _("%(name)s looks at this again on %(time)s") % {
        "name": name,
        "time": promise_time(until, set_at),
    }


# The voice ---------------------------------------------------------------------------------------


def text_name(name: str) -> tuple[str, str]:
    """Return what one of a brand's ready texts is called, and when it is said."""
    return {
        "acknowledge": (
            _("Acknowledgement"),
            _("Said with one key, when the answer takes longer. {due} is the promised time."),
        ),
        "automatic": (
            _("Automatic answer outside of hours"),
            _("Has to say that it is automatic. {opens} is when somebody is back."),
        ),
        "automatic_danger": (
            _("The same where somebody may be in danger"),
            _("Names where help is. {opens} is when somebody is back."),
        ),
        "invite": (_("Invitation to go on in private"), _("Where the network has a private way.")),
        "ways": (
            _("Invitation to another way"),
            _("Where the network has none. {ways} are your e-mail, telephone and form."),
        ),
        "remove_own": (
            _("Request to delete private data"),
            _("When a customer wrote their telephone or order number in public."),
        ),
        "closing": (_("Closing words"), _("When all is settled.")),
    }[name]


def voice_flaw(flaw: Flaw) -> str:
    """Return what is wrong with a field of the voice, where, and what is expected."""
    facts = flaw.facts
    if flaw.code == "needed" and facts["found"] == "automat":
        return _("Say in the text that it is automatic: whoever reads it has a right to know.")
    sentences = {
        "too_long": _("Too long: %(length)s of %(limit)s characters."),
        "needed": _("%(found)s has to stand in this text."),
        "pattern": _("“%(found)s” is no pattern: %(problem)s."),
        "address": _("“%(found)s” is no address that customers can use."),
    }
    if flaw.code in sentences:
        return sentences[flaw.code] % facts
    return wording_replies.flaw(flaw.code, int(facts["position"]) + 1, str(facts["found"]))
