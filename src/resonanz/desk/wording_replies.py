"""Sentences about replies: what stops one, what only hints, files, saved replies. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resonanz.networks import NETWORKS

if TYPE_CHECKING:
    from datetime import date

    from resonanz.desk.care.saved import Standing


def sentences() -> dict[str, str]:
    """Return the sentences for the error codes of replies, files, saved replies and moving to private."""
    return {
        "answered_yourself": _("You have answered this post already, perhaps in another tab. Read it above."),
        "private_already": _("This is private already: nobody else can read your answer."),
        "no_private_way": _(
            "%(network)s has no private way to this person, and your brand's voice names none. "
            "A team lead can enter e-mail, telephone or form there."
        ),
        "not_summoned": _(
            "%(network)s lets programs answer only people who named or quoted our account; this post does "
            "neither. Answer it on %(network)s itself, or choose another post of theirs. Your text is kept."
        ),
        "not_for_everybody": _("What was said in private is not passed on."),
        "no_files": _("%(network)s takes no files with an answer."),
        "too_many_files": _("%(network)s takes at most %(limit)s files with one answer."),
        "file_too_large": _("This file is too large: at most %(limit)s MB are taken."),
        "file_kind": _("%(network)s does not take files of this kind. Pictures and films go."),
        "not_a_picture": _("This is neither a picture nor a film that we can read."),
        "too_many_pixels": _("This picture has more than 40 megapixels. Make it smaller first."),
        "alt_too_long": _("The description is too long: %(length)s of %(limit)s characters."),
        "title_missing": _("Give it a title, so that colleagues find it."),
        "text_missing": _("Write a public text, German or English."),
        "text_long": _("That is more than %(limit)s characters. Two saved replies are easier to find."),
        "not_your_reply": _("Only its owner or a team lead can change this saved reply."),
        "phrase": _("At character %(position)s, “%(found)s”: this cannot be read as a text with variables."),
    }


def flaw(code: str, position: int | str, found: str) -> str:
    """Return what is wrong with a phrase (`phrases.Flaw`), where, and what is expected there."""
    expected = {
        "unclosed": _("this brace is never closed"),
        "unopened": _("this brace was never opened; write }} for a brace of its own"),
        "empty": _("something is missing between the marks"),
        "unknown_variable": _(
            "there is no such variable; of alternatives write at least two, with | between"
        ),
        "one_alternative": _("a second alternative is missing behind |"),
        "unknown_form": _("write du: or sie: here"),
        "missing_form": _("the other form is missing: write {du:…|sie:…}"),
        "repeated_form": _("each form may stand once only"),
        "too_deep": _("too many braces within each other"),
    }[code]
    where = {"position": position, "found": found, "expected": expected}
    return _("At character %(position)s, “%(found)s”: %(expected)s.") % where


def bystanders(count: int) -> str:
    """Return how many others wrote in the thread meanwhile."""
    return ngettext(
        "Meanwhile %(count)s other post has come into this thread.",
        "Meanwhile %(count)s other posts have come into this thread.",
        count,
    ) % {"count": count}


def alt_missing(count: int) -> str:
    """Return that pictures have no description."""
    return ngettext(
        "A picture has no description yet. Who cannot see hears it read out.",
        "%(count)s pictures have no description yet. Who cannot see hears it read out.",
        count,
    ) % {"count": count}


def expired(title: str, until: date) -> str:
    """Return that a saved reply that was put in is not valid any more."""
    day = date_format(until, "SHORT_DATE_FORMAT")
    words = _("“%(title)s” was valid until %(day)s. See whether it is still true.")
    return words % {"title": title, "day": day}


def too_long_words(length: int, limit: int, parts: int) -> str:
    """Return that a text is too long, and what it could become."""
    facts = {"length": length, "limit": limit, "parts": parts}
    if not parts:
        return _("Too long: %(length)s of %(limit)s characters. Shorten it.") % facts
    return _("Too long for one post: %(length)s of %(limit)s characters. It fits into %(parts)s.") % facts


def rule_words(rule: str) -> tuple[str, str]:
    """Return a guard's name and what it watches."""
    return {
        "changed_thread": (_("Changed thread"), _("something was written, edited or deleted meanwhile")),
        "answered_already": (
            _("Second answer"),
            _("a colleague, or another tab, answered this post already"),
        ),
        "private_data": (_("Private data in public"), _("telephone, account, address and the like")),
        "too_alike": (_("Too alike"), _("the same text again and again, which networks take amiss")),
        "address_form": (_("du or Sie"), _("the text speaks otherwise than the brand or the customer")),
        "forbidden_word": (_("Words to avoid"), _("words on the brand's list")),
        "names_other": (_("Somebody else named"), _("a private text names a further account")),
        "link_shortener": (_("Shortened link"), _("nobody sees where it leads")),
        "shouting": (_("Capital letters"), _("reads as shouting")),
        "repeated_punctuation": (_("Many marks"), _("!!! and ???")),
        "markup": (_("Formatting"), _("marks that would be shown as they are")),
        "placeholder": (_("Placeholder"), _("something is still to be filled in")),
        "alt_missing": (_("Picture without description"), _("who cannot see would miss it")),
        "expired_reply": (_("Expired saved reply"), _("its text was valid until a day that is over")),
    }[rule]


def labels() -> dict[str, str]:
    """Return what each mark is called that a network sets on a post."""
    return {"paid": _("Paid partnership"), "by_machine": _("Made with AI")}


def form_words(form: str, why: str) -> tuple[str, str]:
    """Return the form of address as the box shows it, and whose rule it is."""
    reasons = {
        "brand": _("the brand's rule"),
        "customer": _("as the customer does"),
        "channel": _("usual on this channel"),
        "usual": _("nothing is known yet"),
        "chosen": _("chosen for this answer"),
    }
    return ("du" if form == "du" else "Sie"), reasons[why]


def standing_word(standing: Standing) -> tuple[str, str]:
    """Return how a saved reply stands: the level of its mark, and the word."""
    return {
        "approved": ("calm", pgettext("saved reply", "approved")),
        "expiring": ("soon", pgettext("saved reply", "expires soon")),
        "expired": ("late", pgettext("saved reply", "expired")),
        "proposed": ("soon", pgettext("saved reply", "waits for approval")),
        "dropped": ("none", pgettext("saved reply", "dropped")),
    }[standing]


def private_kinds(kinds: tuple[str, ...]) -> str:
    """Return kinds of private data as a list in a sentence."""
    names = {
        "phone": _("a telephone number"),
        "iban": _("an account number"),
        "email": _("an e-mail address"),
        "card": _("a card number"),
        "address": _("a postal address"),
        "order_number": _("an order number"),
        "customer_number": _("a customer number"),
    }
    words = [names[kind] for kind in kinds]
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}


def reaction_words(reaction: str, network: str) -> tuple[str, str, str]:
    """Return a reaction as its network calls it: what to press, what stands under the post, what was done."""
    row = NETWORKS.get(network)
    name = reaction.removeprefix("un")
    if row is not None and row.capabilities.reactions == "like":
        return {
            "favourite": (_("Like"), _("liked"), _("Liked")),
            "boost": (_("Repost"), _("reposted"), _("Reposted")),
        }[name]
    return {
        "favourite": (_("Favourite"), _("favourited"), _("Favourited")),
        "boost": (_("Boost"), _("boosted"), _("Boosted")),
    }[name]
