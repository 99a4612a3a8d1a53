"""Sentences of the intake ledger: its classes, its answer, why a post was put aside. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from resonanz.desk.models import Quarantined

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def class_name(name: str) -> str:
    """Return what a class of the ledger is called over its column."""
    return {
        "answered": pgettext("ledger", "answered"),
        "waiting": pgettext("ledger", "waiting"),
        "dismissed": pgettext("ledger", "dismissed"),
        "matched": pgettext("ledger", "only heard"),
        "reposts": pgettext("ledger", "reposts"),
        "own": pgettext("ledger", "own"),
        "quarantined": pgettext("ledger", "put aside"),
        "deleted": pgettext("ledger", "deleted"),
        "coming": pgettext("ledger", "on the way"),
        "missing": pgettext("ledger", "missing"),
    }[name]


def meanings() -> list[tuple[str, str]]:
    """Return what the other words of the ledger mean."""
    return [
        (_("seen"), _("shown by the network when it was read again, since the account was connected")),
        (_("read again"), _("when that was; the next time follows within the hour")),
        (_("delay"), _("how long a post takes from its author to you, the middle one of the last fifty")),
    ]


def class_meaning(name: str) -> str:
    """Return what a class of the ledger holds."""
    return {
        "answered": _("in a conversation, and answered or settled since"),
        "waiting": _("in a conversation that is still open"),
        "dismissed": _("in a conversation that was closed without an answer, with a reason"),
        "matched": _("speaks of you without speaking to you, or stands beside a conversation"),
        "reposts": _("passes a post on without a word of its own, and is counted there"),
        "own": _("said by one of your accounts"),
        "quarantined": _("could not be understood, and waits in the quarantine"),
        "deleted": _("was here and is gone from the network; its words are gone here too"),
        "coming": _("seen a moment ago, and not read as usual since"),
        "missing": _("shown by the network, and nowhere in the desk"),
    }[name]


def answer(*, seen: int, gap: int, read_at: datetime | None) -> str:
    """Return in one sentence whether every post that was seen is here; `read_at`: the last look again."""
    if read_at is None:
        return _("No network was read again yet.")
    if not seen:
        return _("Nothing new was there at %(time)s, when a network was read again last.") % {
            "time": time_format(localtime(read_at))
        }
    if gap:
        said = ngettext(
            "%(gap)s of %(seen)s posts is nowhere in the desk.",
            "%(gap)s of %(seen)s posts are nowhere in the desk.",
            gap,
        )
        return said % {"gap": number_format(gap), "seen": number_format(seen)}
    said = ngettext("The one post seen is here.", "All %(seen)s posts seen are here.", seen)
    return said % {"seen": number_format(seen)}


def delay(span: timedelta | None) -> str:
    """Return how long posts take from the network to the desk."""
    if span is None:
        return _("no post yet")
    seconds = round(span.total_seconds())
    if seconds < 2 * MINUTE_S:
        return _("about %(number)s s") % {"number": number_format(seconds)}
    if seconds < 2 * HOUR_S:
        return _("about %(number)s min") % {"number": number_format(round(seconds / MINUTE_S))}
    if seconds < 2 * DAY_S:
        return _("about %(number)s h") % {"number": number_format(round(seconds / HOUR_S))}
    return _("about %(number)s days") % {"number": number_format(round(seconds / DAY_S))}


def why_aside(row: Quarantined) -> str:
    """Return why a post lies in the quarantine."""
    if row.form == "network":
        return _("The network sent it in a form that the desk does not know (%(reason)s).") % {
            "reason": row.reason or _("no id")
        }
    return _("The desk understood it and could not store it (%(reason)s).") % {"reason": row.reason}
