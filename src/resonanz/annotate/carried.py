"""The words that carry a label, as people may read them: whole, and as they stand in the text.

A model counts words in small letters with every digit a zero, no letter more than three times in a row, and
an emoji in as many parts as it has. Of that nobody can read a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import regex

from resonanz.annotate.features import LONGEST
from resonanz.annotate.markup import without_markup

_PICTURE = r"\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{Emoji_Modifier}?[\U000e0020-\U000e007f]*"
_EMOJI = regex.compile(rf"{_PICTURE}(?:\u200d{_PICTURE})*|\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3")
_PART = regex.compile(
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0e\ufe0f\u20e3]"
)
_ZEROS = {ord(str(digit)): "0" for digit in range(10)}
_THRICE = re.compile(r"([^\W\d_])\1\1")


def as_written(text: str, tokens: Iterable[str], most: int) -> tuple[str, ...]:
    """Return the first so many different words of tokens, as a text has them; signs tell people little."""
    text = without_markup(text[:LONGEST])
    small = _folded(text)
    found: dict[str, None] = {}
    for token in tokens:
        word = _word(text, small, token) if any(map(str.isalnum, token)) else _emoji(text, token)
        if word:
            found[word] = None
        if len(found) == most:
            break
    return tuple(found)


def _folded(text: str) -> str:
    """Return a text as tokens have it, sign for sign."""
    small = text.lower()
    if len(small) != len(text):  # some capitals make two small signs
        small = "".join(one if len(one := sign.lower()) == 1 else sign for sign in text)
    return small.translate(_ZEROS)


def _word(text: str, small: str, token: str) -> str:
    for start, end in _places(small, token):
        goes_on = small[end : end + 1].isalnum() or (
            token[0].isalnum() and small[max(start - 1, 0) : start].isalnum()
        )
        if not goes_on:
            return text[start:end]
    return token


def _places(small: str, token: str) -> Iterator[tuple[int, int]]:
    if _THRICE.search(token):
        for found in re.finditer(_THRICE.sub(r"\1{3,}", re.escape(token)), small):
            yield found.span()
        return
    start = small.find(token)
    while start >= 0:
        yield start, start + len(token)
        start = small.find(token, start + 1)


def _emoji(text: str, token: str) -> str:
    """Return the whole emoji that a sign is a part of, "" for any other sign."""
    if not _PART.match(token):
        return ""
    return next((one for one in _EMOJI.findall(text) if token in one), "")
