"""For whom customers waited, as rows of the report: us, each department, the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from resonanz.desk.waiting import Shares

    Row = tuple[str, str, str]
    Words = Callable[[float | None], str]


def waiting_rows(shares: Shares, duration: Words, percent: Words) -> list[Row]:
    """Return name, time and share of everybody who was waited for; nothing where nobody waited."""
    named = [(pgettext("waited for", "For us"), shares.us.seconds, shares.us.share)]
    named += [
        (_("For a department: %(name)s") % {"name": each.name or _("not named")}, each.seconds, each.share)
        for each in shares.departments
        if each.seconds
    ]
    named.append((_("For the customer's answer"), shares.customer.seconds, shares.customer.share))
    if shares.us.share is None:
        return []
    return [(name, duration(seconds), percent(share)) for name, seconds, share in named]
