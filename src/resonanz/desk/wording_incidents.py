"""Sentences about incidents: why a verb refused, and what a prepared text should be looked at for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resonanz.desk.wording_promises import promise_time

if TYPE_CHECKING:
    from datetime import datetime

    from resonanz.desk.care import CareError


def sentences() -> dict[str, str]:
    """Return the sentences for the error codes of incidents."""
    return {
        "incident_long": _("That is more than %(limit)s characters; no network takes so much."),
        "due_missing": _(
            "The text says {due}, but there is no time for it. "
            "Set when the next news comes, or leave {due} out."
        ),
        "solved_text_missing": _("Write what customers are told now that it is over."),
        "incident_elsewhere": _("This incident belongs to another brand."),
        "too_many": _("At most %(limit)s at once, so that each is really read."),
        "text_changed": _(
            "The incident's text has changed meanwhile. Here is the new one: read it, then send."
        ),
        "done_already": _("A colleague was quicker: nothing was sent twice."),
        "time_over": _("The text names a time that has passed. Set a new time for the next news first."),
        "incident_changed": _(
            "The incident's text has changed since this was written: read it. The same key again sends."
        ),
        "changed_by_hand": _(
            "These words were changed by hand, so nothing replaces them. "
            "Take the answer back to write it anew."
        ),
        "too_alike": _(
            "Nearly the same text went out just before, and networks take that for spam. Change a few words; "
            "the same key again sends it as it is."
        ),
    }


def hint(code: str) -> str:
    """Return why a prepared text should be looked at before it is confirmed, "" for no reason."""
    return {
        "": "",
        "no_english": _("Writes English, and the incident has no English text."),
        "wrote_again": _("Has written again since we answered. Read it first: this text may not fit."),
        "own_words": _("You had begun an answer of your own; it stands here instead of the prepared one."),
        "time_over": _("The text names a time that has passed."),
        "too_alike": _(
            "Nearly the same as another text just before. More alternatives {a|b} in the text help."
        ),
    }[code]


def need_words(need: str) -> tuple[str, str, str]:
    """Return what a list of people needs: its title, what to do there, and what it says when it is empty."""
    return {
        "answer": (
            pgettext("incident", "To be answered"),
            _("Read each text, change what does not fit, send them together."),
            _("Everybody who belongs to it has an answer."),
        ),
        "tell": (
            pgettext("incident", "To be told the new time"),
            _("These people were told an earlier time. Each text names the new one."),
            _("Everybody knows the time of the next news."),
        ),
        "follow_up": (
            pgettext("incident", "To be told that it is over"),
            _("Each hears it once. Who has written again stands at the end: read that first."),
            _("Everybody has heard that it is over."),
        ),
    }[need]


def sent_words(count: int) -> str:
    """Return that texts are on their way."""
    words = ngettext("%(count)s answer is on its way.", "%(count)s answers are on their way.", count)
    return words % {"count": count}


def promise_words(until: datetime | None, now: datetime) -> str:
    """Return whether a text is a promise to whoever reads it: the time of the next news, None for no."""
    if until is None:
        return _("Names no time, so no promise goes with it.")
    return _("A promise goes with it: news by %(time)s.") % {"time": promise_time(until, now)}


def promise_rule(until: datetime, now: datetime) -> str:
    """Return when a text that somebody is changing is a promise."""
    words = _("If it names a time, news by %(time)s is promised with it.")
    return words % {"time": promise_time(until, now)}


def withdrawn_words(count: int) -> str:
    """Return how many answers were taken back."""
    if not count:
        return _("Nothing was left to take back: your answers have gone out.")
    words = ngettext(
        "%(count)s answer taken back; nothing of it goes out.",
        "%(count)s answers taken back; nothing of them goes out.",
        count,
    )
    return words % {"count": count}


def renewed_words(count: int) -> str:
    """Return that answers say the new text."""
    words = ngettext(
        "%(count)s answer says the new text now.", "%(count)s answers say the new text now.", count
    )
    return words % {"count": count}


def kept_words(error: CareError, count: int) -> str:
    """Return that answers still say the old text, and why."""
    words = ngettext(
        "%(count)s answer still says the old text: %(why)s",
        "%(count)s answers still say the old text: %(why)s",
        count,
    )
    reasons = {
        "too_alike": _(
            "nearly the same text goes out just before. The button again puts it in all the same."
        ),
        "too_long": _("the new one is too long for one post."),
        "time_over": _("the new one names a time that has passed."),
        "too_late": _("it has just left, or somebody changed it."),
    }
    why = reasons.get(error.code, _("something in the new one is to be looked at first. Read them yourself."))
    return words % {"count": count, "why": why}


def moved_words(count: int) -> str:
    """Return how many promises moved with a new time."""
    if not count:
        return _("Kept. Nobody had been told a time yet.")
    words = ngettext(
        "Kept. %(count)s promise moved; this person is listed until told.",
        "Kept. %(count)s promises moved; these people are listed until told.",
        count,
    )
    return words % {"count": count}


def decided_words(linked: int, refused: int) -> str:
    """Return what became of proposals."""
    facts = {"linked": linked, "refused": refused}
    return _("%(linked)s linked, %(refused)s left out.") % facts
