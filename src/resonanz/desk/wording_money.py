"""Sentences about money: what was spent, what stops first, what a call is called. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resonanz.desk.spending import Cost


def dollars(amount: float) -> str:
    """Return an amount of US dollars; below ten cents in tenths of a cent."""
    places = 3 if 0 < amount < 0.1 else 2
    return _("$%(amount)s") % {"amount": number_format(round(amount, places), places)}


def call_word(call: str) -> str:
    """Return what a call is for, in words."""
    return {
        "mentions": _("what is said to us"),
        "messages": _("private messages"),
        "quotes": _("who quotes us"),
        "search": _("saved queries"),
        "stream": _("live connection"),
        "look_up": _("looking for edits and deletions"),
        "read_back": _("reading again what was missed"),
        "sweep": _("checking whether stored posts were deleted there"),
        "thread": _("the posts above an answer"),
        "profile": _("the account itself"),
        "timeline": _("our own posts"),
        "own_posts": _("our own posts"),
        "post": _("answers and posts"),
        "send": _("answers and posts"),
        "send_message": _("answers in private"),
        "upload": _("pictures and films"),
        "delete": _("deleting our own posts"),
        "find_sent": _("looking whether an answer went out"),
    }.get(call, call)


def price_word(name: str) -> str:
    """Return what a price is for, in words."""
    return {
        "post": _("reading a post"),
        "own_post": _("reading a post, where the app belongs to the account"),
        "user": _("reading a person"),
        "message": _("reading a private message"),
        "send": _("a post"),
        "send_link": _("a post or answer with a link"),
        "send_summoned": _("an answer to somebody who named us"),
        "send_message": _("a private message"),
        "delete": _("deleting a post"),
        "describe": _("describing a picture"),
        "event": _("a post or message by the live connection"),
    }.get(name, name)


def headline(cost: Cost) -> str:
    """Return the answer to "do we stay within the budget?"."""
    facts = {"spent": dollars(cost.month), "forecast": dollars(cost.forecast)}
    if cost.budget is None:
        return _("%(spent)s spent this month, and no limit is set") % facts
    facts["budget"] = dollars(cost.budget)
    if cost.month >= cost.budget:
        return _("The budget is spent: %(spent)s of %(budget)s") % facts
    if cost.stopped_at is not None:
        return _("The budget is running out: %(spent)s of %(budget)s are spent") % facts
    if cost.forecast > cost.budget:
        return _("At this pace the budget ends before the month: %(spent)s of %(budget)s are spent") % facts
    return _("%(spent)s of %(budget)s spent this month; the budget lasts") % facts


def stopped_words(calls: Iterable[str]) -> str:
    """Return what is not done any more for want of money."""
    known = list(calls)
    if "" in known:
        return _(
            "Nothing is read and nothing is sent any more. Answers that wait go out by themselves when there "
            "is money again."
        )
    if "mentions" in known:
        return _(
            "Nothing is read any more, as a page of posts might cost more than is left. Answers go out as "
            "long as the rest lasts."
        )
    words = ", ".join(dict.fromkeys(call_word(call) for call in known))
    if not words:
        return _("Single calls were not made, as they might have cost more than is left.")
    return _("Stopped: %(calls)s. What is said to us still arrives, and answers still go out.") % {
        "calls": words
    }


def picture_words(most: float, on: str, share: float | None) -> str:
    """Return what the picture of the days shows."""
    if not most:
        return _("Nothing was spent this month yet.")
    facts = {"most": dollars(most), "day": on}
    if share is None:
        return _("Most was spent on %(day)s: %(most)s.") % facts
    facts["share"] = dollars(share)
    return (
        _("Most was spent on %(day)s: %(most)s. The line is an even share of the budget: %(share)s.") % facts
    )


def link_price(amount: int) -> str:
    """Return that a link in a post costs money; the price is in millionths of a US dollar."""
    return _("A link makes this post dearer: it costs %(amount)s more. Leave it out if it is not needed.") % {
        "amount": dollars(amount / 1_000_000)
    }
