"""Alarms in sentences: what one watches, from when on it rings, what it tells people and chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext, override

from resonanz.desk import wording_streams
from resonanz.desk.models import AlarmOf

if TYPE_CHECKING:
    from datetime import datetime

    from resonanz.desk.models import Alarm, AlarmRing

SPANS = {  # seconds
    600: later("10 minutes"),
    1800: later("30 minutes"),
    3600: later("1 hour"),
    10_800: later("3 hours"),
    21_600: later("6 hours"),
    43_200: later("12 hours"),
    86_400: later("1 day"),
}
TITLE_MOST = 120  # characters; chats cut longer ones


def span(seconds: int) -> str:
    """Return a span in words."""
    return str(SPANS.get(seconds, "")) or ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {
        "n": seconds // 60
    }


def number(value: float) -> str:
    """Return a number as people write it, with one digit behind the point where it has any."""
    rounded = round(value, 1)
    return number_format(rounded, 0 if rounded == int(rounded) else 1, use_l10n=True)


def subject(alarm: Alarm) -> str:
    """Return what an alarm watches."""
    if alarm.of == AlarmOf.QUERY:
        return _("Posts that fit “%(name)s”") % {"name": "–" if alarm.query is None else alarm.query.name}
    if alarm.of == AlarmOf.STREAM:
        name = "–" if alarm.stream is None else wording_streams.title(alarm.stream)
        return _("Posts in the column “%(name)s”") % {"name": name}
    place = {"channel": "" if alarm.channel is None else alarm.channel.name or alarm.channel.handle}
    if alarm.of == AlarmOf.HEARD:
        return _("New posts on %(channel)s") % place if alarm.channel else _("New posts on all channels")
    return _("Who waits on %(channel)s") % place if alarm.channel else _("Who waits, on all channels")


def things(of: str, count: float) -> str:
    """Return a number of what is watched, such as "12 posts"."""
    shown = {"n": number(count)}
    if of == AlarmOf.WAITING:
        return ngettext("%(n)s customer waits", "%(n)s customers wait", _plural(count)) % shown
    return ngettext("%(n)s post", "%(n)s posts", _plural(count)) % shown


def _plural(count: float) -> int:
    return 1 if round(count, 1) == 1 else 2


def condition(alarm: Alarm) -> str:
    """Return from when on it rings."""
    values = {"span": span(alarm.span_s), "least": things(alarm.of, alarm.least_count)}
    if alarm.times is not None:
        values["times"] = number(alarm.times)
        if alarm.of == AlarmOf.WAITING:
            return _("rings at %(times)s times the usual, and when at least %(least)s") % values
        return _("rings at %(times)s times the usual within %(span)s, and at least %(least)s") % values
    if alarm.of == AlarmOf.WAITING:
        return _("rings when %(least)s or more") % values
    return _("rings at %(least)s within %(span)s") % values


def figure(alarm: Alarm, count: int, usual: float | None) -> str:
    """Return a count with its span and what is usual."""
    values = {"things": things(alarm.of, count), "span": span(alarm.span_s)}
    shown = values["things"] if alarm.of == AlarmOf.WAITING else _("%(things)s within %(span)s") % values
    if usual is None:
        return shown
    return _("%(figure)s, usual: %(usual)s") % {"figure": shown, "usual": number(usual)}


def title(ring: AlarmRing) -> str:
    """Return a ring's title, short enough for chats."""
    words = _("%(name)s: %(things)s") % {
        "name": ring.alarm.name[:80],
        "things": things(ring.alarm.of, ring.most_count),
    }
    return " ".join(words.split())[:TITLE_MOST]


def body(ring: AlarmRing, address: str) -> str:
    """Return what people and chats are told of a ring; `address` is the desk's own, where it is known."""
    alarm = ring.alarm
    lines = [
        f"{subject(alarm)}: {figure(alarm, ring.most_count, ring.usual)}.",
        _("This alarm %(condition)s.") % {"condition": condition(alarm)},
    ]
    if address:
        lines += ["", _("Look at it, acknowledge or snooze it:"), f"{address}/alarms/rings/{ring.pk}/"]
    return "\n".join(lines) + "\n"


def test_words(name: str) -> tuple[str, str]:
    """Return title and text of a test."""
    return (
        _("A test from Resonanz"),
        _("Alarms for “%(name)s” arrive here. There is nothing to do.") % {"name": name},
    )


def in_language(language: str) -> override:
    """Speak a language for a while; the desk's own where none is chosen."""
    return override(language or settings.LANGUAGE_CODE)


def clock(moment: datetime) -> str:
    """Return a time of day, with the day where it is not today."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT") if is_today else date_format(local, "SHORT_DATETIME_FORMAT")


REFUSALS = {  # codes of alarming.AlarmError and notifying.NotTold
    "not_allowed": later("You can look at alarms; agents and leads make them."),
    "not_yours": later("Only who made this alarm and leads can change it."),
    "operator_needed": later("Operators enter addresses, because these hold secrets."),
    "name_missing": later("Give it a name by which people recognise it."),
    "name_taken": later("There is an address of this name."),
    "query_missing": later("Choose the saved query that is watched."),
    "column_missing": later(
        "Choose the column that is watched. One in a colleague's tab has to be shared with the team."
    ),
    "number_small": later("At least 1."),
    "times_small": later("It has to be more than the usual: 1.1 times at least."),
    "span_unknown": later("Choose one of the spans."),
    "quiet_half": later("Quiet hours need a beginning and an end."),
    "nobody": later("Choose somebody who is told, or an address."),
    "over": later("It was over before this could be sent."),
    "not_an_address": later(
        "This is no address that can be used. It looks like slack://… or ntfys://…; copy it whole."
    ),
    "unknown_kind": later("Addresses of this kind are not allowed here. Possible are: %(known)s."),
    "open": later(
        "It would travel without encryption. Use the kind that ends in s, such as jsons:// or ntfys://."
    ),
    "local": later(
        "This is an address of this machine or of the local network. The desk calls only servers of the open "
        "internet, unless whoever runs it allows others (RESONANZ_LOCAL_ALARMS)."
    ),
    "unreachable": later(
        "The server could not be reached. Look whether the address is right and the server runs."
    ),
    "refused": later(
        "The server refused it (%(status)s). Look whether the chat still exists and the token in the address "
        "is valid."
    ),
    "busy": later("The server cannot take it just now (%(status)s)."),
    "not_taken": later(
        "The service did not take it. Look at the address again, and whether it still allows this."
    ),
}


def refusal(line: str) -> str:
    """Return a code, or a code and its value as a row keeps them ("refused: 404"), as a sentence."""
    code, _colon, value = line.partition(": ")
    return str(REFUSALS.get(code, code)) % {"status": value, "known": value}
