"""E-mail addresses in texts, also as people hide them from machines: "anna (at) beispiel punkt de"."""

from __future__ import annotations

import re
from collections.abc import Iterator

_email = re.compile(
    r"(?<![\w@.%+/-])[\w.%+-]{1,64}(?<!\.)@(?:[^\W_](?:[\w-]{0,62})\.){1,5}[^\W\d_]{2,24}(?![\w@])"
    r"|(?<![\w@.%+/-])[\w.%+-]{1,64}(?: @ |@ )(?:[a-z0-9][a-z0-9-]{0,62}\.){1,5}[a-z]{2,24}\b",
    re.IGNORECASE,
)
_ENDINGS = "de|at|ch|com|net|org|eu|info|biz|io|li|lu|nl|fr|it|uk|me|online|email|example|test|dev|app|berlin"
_AT = r"\s?[(\[{<]\s?(?:at|ät|@|klammeraffe)\s?[)\]}>]\s?"
_DOT = r"(?:\s?[(\[{<]\s?(?:punkt|dot|\.)\s?[)\]}>]\s?|\s(?:punkt|dot)\s)"
_HOST = r"[a-z0-9äöü-]{1,63}"
_WORDED = rf"[\w.%+-]{{1,64}}(?:(?:\s(?:minus|bindestrich|unterstrich)\s|{_DOT})[\w.%+-]{{1,64}}){{0,3}}"
_bracketed_email = re.compile(
    rf"(?<![\w@.]){_WORDED}{_AT}{_HOST}(?:(?:\.|{_DOT}){_HOST}){{0,2}}(?:\.|{_DOT})(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_spelt_email = re.compile(
    rf"(?<![\w@.]){_WORDED}(?:\s(?:at|ät|bei|klammeraffe)\s|"
    rf"\s?@\s?){_HOST}{_DOT}(?:{_HOST}{_DOT})?(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_plain_at_email = re.compile(
    rf"(?<![\w@.])(?P<local>[\w.%+-]{{2,64}})\s(?:at|ät)\s(?:{_HOST}\.){{1,2}}(?:{_ENDINGS})\b", re.IGNORECASE
)
_mail_word = re.compile(r"\be?-?mail|\bmailt?\b|\baddress|\badresse|\bschreib", re.IGNORECASE)
_NO_LOCAL = frozenset(
    "me us you them him her it look looking work works working bin ist war is are was be available shop "
    "shopping "
    "buy bought order ordered online here page out up reach contact check see more find customer "
    "support".split()
)

# What a text must hold for each of them, found by a sign or two.
_at_sign = re.compile(
    r"@(?:(?<=[\w%+-]@)[^\W_]|(?<=[\w.%+-]@) [a-z0-9]|(?<=[\w.%+-] @) [a-z0-9])", re.IGNORECASE
)
_bracketed_at = re.compile(r"[(\[{<]\s?(?:at|ät|@|klammeraffe)\s?[)\]}>]", re.IGNORECASE)
_bracketed_dot = re.compile(r"[(\[{<]\s?(?:punkt|dot|\.)\s?[)\]}>]", re.IGNORECASE)
_worded_dot = re.compile(r"\s(?:punkt|dot)\s")  # in small letters, as the next
_plain_at = re.compile(r"t\s(?<=\s[aä]t\s)[^\s.]{1,63}\.")


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses begin and end in `text`, in no order; some may overlap."""
    low = text.lower()
    for possible, search in _SHAPES:
        if possible(text, low):
            for match in search.finditer(text):
                yield match.span()
    for match in _plain_at_email.finditer(text) if _has_plain_at(text, low) else ():
        local = match["local"].lower()
        if local not in _NO_LOCAL and (re.search(r"[\d._+-]", local) or _mail_word.search(text)):
            yield match.span()


def may_have_email(text: str) -> bool:
    """Whether `text` has the signs that one of the ways to write an address needs."""
    low = text.lower()
    return (
        _has_at(text, low) or _has_bracketed_at(text, low) or _has_dot(text, low) or _has_plain_at(text, low)
    )


def _has_at(text: str, _low: str) -> bool:
    return "@" in text and _at_sign.search(text) is not None


def _has_bracketed_at(text: str, _low: str) -> bool:
    return _has_bracket(text) and _bracketed_at.search(text) is not None


def _has_dot(text: str, low: str) -> bool:
    if ("punkt" in low or "dot" in low) and _worded_dot.search(low) is not None:
        return True
    return _has_bracket(text) and _bracketed_dot.search(text) is not None


def _has_bracket(text: str) -> bool:
    return "(" in text or "[" in text or "{" in text or "<" in text


def _has_plain_at(_text: str, low: str) -> bool:
    return _plain_at.search(low) is not None


_SHAPES = ((_has_at, _email), (_has_bracketed_at, _bracketed_email), (_has_dot, _spelt_email))
