"""Why an account looks like ours, in words. Part of `wording`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import name as name_of

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resonanz.annotate.confusables import latin
from resonanz.annotate.lookalikes import Kind

if TYPE_CHECKING:
    from resonanz.desk.models import Lookalike

WARNING = (
    "{Hallo|Guten Tag} {name}, das Konto @%(handle)s gehört nicht zu uns. {du:Schick|sie:Schicken Sie} ihm "
    "bitte keine Telefonnummern, Codes oder Kontodaten und {du:melde|sie:melden Sie} es im Netzwerk. "
    "{du:Dein|sie:Ihr} Anliegen klären wir hier."
)
WARNING_EN = (
    "Hello {name}, the account @%(handle)s is not ours. Please send it no phone numbers, codes or bank "
    "details and report it to the network. We help you here."
)
SURE, LIKELY = 0.85, 0.7  # strengths from which on it is called so


def how_sure(strength: float) -> tuple[str, str]:
    """Return the level ("" for none) and the word for a strength."""
    if strength >= SURE:
        return "late", pgettext("lookalike", "very likely an imitation")
    if strength >= LIKELY:
        return "soon", pgettext("lookalike", "likely an imitation")
    return "", pgettext("lookalike", "perhaps an imitation")


def reasons(one: Lookalike) -> list[str]:
    """Return why an account looks like ours, a sentence for each reason."""
    return [_reason(Kind(kind), one) for kind in one.found["kinds"]]


def headline(count: int) -> str:
    """Return how many accounts are open, as the page's answer."""
    if not count:
        return _("Nobody poses as you, as far as the desk can hear")
    words = ngettext("%(n)d account looks like one of yours", "%(n)d accounts look like yours", count)
    return words % {"n": count}


def _reason(kind: Kind, one: Lookalike) -> str:
    if kind is Kind.HOMOGLYPH:
        return _homoglyph(one.found["signs"])
    if kind is Kind.ADDED:
        words = ", ".join(_("“%(word)s”") % {"word": word} for word in one.found["words"])
        return _("Your name with words of a customer service beside it: %(words)s.") % {"words": words}
    return {
        Kind.DIGITS: _("Digits stand for letters."),
        Kind.LETTER: _("A letter is changed, doubled, left out or swapped."),
        Kind.ARRANGED: _("The same letters, otherwise parted or in another order."),
        Kind.NAME: _("It bears your name, but is none of your accounts."),
        Kind.ELSEWHERE: _("It is your handle on another server or network."),
    }[kind]


def _homoglyph(signs: list[str]) -> str:
    if not signs:
        return _("Letters stand for others that look alike, such as a large I for a small l.")
    parts = [_sign(sign) for sign in signs[:4]]
    return _("Letters of another alphabet pass for Latin ones: %(signs)s.") % {"signs": ", ".join(parts)}


def _sign(sign: str) -> str:
    script = {
        "CYRILLIC": _("Cyrillic"),
        "GREEK": _("Greek"),
        "ARMENIAN": _("Armenian"),
        "CHEROKEE": _("Cherokee"),
    }.get(name_of(sign, "").split(" ")[0], _("special sign"))
    return _("“%(sign)s” for %(letter)s (%(script)s)") % {
        "sign": sign,
        "letter": latin(sign),
        "script": script,
    }


def warning(one: Lookalike) -> dict[str, object]:
    """Return a saved reply that warns of an account: its title, and its texts in the language of phrases."""
    handle = one.handle.replace("{", "{{").replace("}", "}}")
    return {
        "title": _("Warning of a false account: @%(handle)s") % {"handle": one.handle[:60]},
        "text": WARNING % {"handle": handle},
        "text_en": WARNING_EN % {"handle": handle},
    }
