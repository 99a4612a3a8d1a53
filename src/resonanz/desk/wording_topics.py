"""Themes as sentences: how many speak of them, and why they stand there. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from resonanz.desk.wording_understanding import reason_name
from resonanz.topic_terms import OF_REASON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resonanz.desk.models import Reason
    from resonanz.topics import Rise, Topic

MILLION, BILLION = 6, 9  # powers of ten


def span_name(days: int) -> str:
    """Return a span as a choice."""
    return _("24 hours") if days == 1 else ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def headline(count: int, *, knows_usual: bool) -> str:
    """Return the report's answer: so many themes were found."""
    if not knows_usual:
        return _("Nobody can know yet what is usual")
    if not count:
        return _("Nothing rises above the usual")
    return ngettext("One theme rises", "%(n)s themes rise", count) % {"n": count}


def basis(posts: int, before: int, days: int, *, all_read: bool) -> str:
    """Return what was read for it: posts of the span, and of the time before."""
    said = _("%(posts)s of the last %(span)s, held against %(past)s from the time before.") % {
        "posts": _posts(posts),
        "span": span_name(days),
        "past": _posts(before),
    }
    if all_read:
        return said
    return said + " " + _("There are more; evenly spread ones were read.")


def _posts(count: int) -> str:
    return ngettext("%(n)s post", "%(n)s posts", count) % {"n": _grouped(count)}


def counts(topic: Topic) -> str:
    """Return how many posts of how many people there are, and how many people are usual."""
    known = {"posts": _grouped(len(topic.orders)), "people": _grouped(topic.people)}
    if topic.usual < 0.05:
        return _("%(posts)s posts of %(people)s people; usual is nobody") % known
    words = _("%(posts)s posts of %(people)s people; usual are %(usual)s")
    return words % (known | {"usual": amount(topic.usual)})


def named(form: str, reasons: Mapping[str, Reason]) -> str:
    """Return a term as people read it: as it is written, or what a reason is called here."""
    code = form.removeprefix(OF_REASON)
    return form if code == form else reason_name(code, reasons)


def why(rise: Rise, form: str) -> str:
    """Return in one sentence why a theme stands here: its most surprising term, as it is written."""
    known = {
        "term": form,
        "people": _grouped(rise.people),
        "expected": amount(rise.expected),
        "times": chance(rise.surprise),
    }
    if rise.term.startswith(OF_REASON):
        said = _("%(people)s people write because of “%(term)s”; one had to expect %(expected)s.") % known
    elif "." in rise.term:
        said = _("%(people)s people link to %(term)s; one had to expect %(expected)s.") % known
    else:
        said = _("%(people)s people say “%(term)s”; one had to expect %(expected)s.") % known
    return f"{said} " + _("By chance that happens in one of %(times)s such spans.") % known


def amount(number: float) -> str:
    """Return a mean count: tenths where it is small."""
    if number < 0.05:
        return _("hardly anybody")
    places = 0 if number >= 9.95 else 1
    return number_format(round(number, places), places, use_l10n=True, force_grouping=True)


def chance(surprise: float) -> str:
    """Return one in how many, as a round number."""
    power = int(surprise)
    if power >= BILLION:
        return _("more than a billion")
    if power >= MILLION:
        return _("more than a million")
    return _grouped(round(10**surprise, -max(power, 0)))


def _grouped(number: float) -> str:
    return number_format(number, 0, use_l10n=True, force_grouping=True)


def picture(highest: int, at: str) -> str:
    """Return what the bars of a theme show."""
    words = ngettext(
        "Posts over the span; the most are %(n)s, at %(at)s.",
        "Posts over the span; the most are %(n)s, at %(at)s.",
        highest,
    )
    return words % {"n": _grouped(highest), "at": at}
