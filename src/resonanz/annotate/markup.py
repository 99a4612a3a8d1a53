"""Texts from web pages: their words without tags and escaped signs.

What networks send is plain by then; files that people export often are not. Only what plainly is markup goes:
tags that HTML knows and signs by their names, so `<3`, `a < b` and `Tom & Jerry` stay as they are.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

_INLINE = (
    "abbr|acronym|big|cite|code|del|em|font|ins|kbd|mark|small|span|strike|strong|sub|sup|time|wbr"
    "|a|b|i|q|s|u"
)
_BLOCK = (
    "article|aside|blockquote|body|br|button|center|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]"
    "|head|header|hr|html|iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|style"
    "|summary|table|tbody|td|tfoot|th|thead|title|tr|ul|video"
)
_VALUE = r"(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)"  # no sign in it begins another tag: one look at each
_REST = rf"(?:\s+[\w:-]+=\s?{_VALUE})*\s?/?>"
_TAG = re.compile(rf"</?(?:(?P<inline>{_INLINE})|{_BLOCK}){_REST}", re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)(?:\s[^<>]*)?>.*?</\1>", re.IGNORECASE | re.DOTALL)
_SIGN = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def without_markup(text: str) -> str:
    """Return the words of a text that holds markup; any other text as it is."""
    if "<" in text:
        text = _TAG.sub(_gap, _HIDDEN.sub(" ", text))
    return _SIGN.sub(_sign, text) if "&" in text else text


def _gap(tag: re.Match[str]) -> str:
    return "" if tag["inline"] else " "


def _sign(found: re.Match[str]) -> str:
    return unescape(found[0]) if found[0][1] == "#" or found[0][1:] in html5 else found[0]
