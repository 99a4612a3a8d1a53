"""Signs that nobody sees and that deceive: what turns the direction of a text, what hides in it.

A text is cut into pieces, those that are shown as they are and those that have to be marked. What scripts and
emoji need is no trick: joiners in Persian and Hindi and within an emoji family, direction marks where letters
run from right to left, the variation selector of an emoji, the signs that make a flag.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import regex


class Trick(StrEnum):
    """What hidden signs do."""

    NONE = ""  # nothing is hidden: a text as it is
    TURNS = "turns"  # the direction in which what follows is shown
    HIDES = "hides"  # takes no place, or that of a blank: parts words, or carries what nobody reads


class Piece(NamedTuple):
    """Some signs of a text, and what they do if they are hidden."""

    text: str
    trick: Trick = Trick.NONE


_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_MARKS = "\u061c\u200e\u200f"  # of a direction; they only say what the letters beside them are
_JOINING = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_OTHERS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065"
    "\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_ALL = f"{_TURNING}{_JOINING}{_SELECTORS}{_TAGS}{_OTHERS}"

_suspect = regex.compile(f"[{_ALL}]")
_run = regex.compile(f"[{_ALL}]+")
_turning = regex.compile(f"[{_TURNING}]")
_from_right = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
# What may stand where it stands: whole emoji with all that binds them, and letters with what they need.
_PICTURE = r"(?:\p{Extended_Pictographic}|\p{Regional_Indicator})"
_needed = regex.compile(
    rf"{_PICTURE}[\ufe0e\ufe0f]?\p{{Emoji_Modifier}}?[\ufe0f]?"
    rf"(?:\u200d{_PICTURE}[\ufe0e\ufe0f]?\p{{Emoji_Modifier}}?[\ufe0f]?)*"
    r"|[0-9#*]\ufe0f?\u20e3"
    r"|(?<=[\p{Arabic}\p{Syriac}\p{Mandaic}\p{Nko}\p{Mongolian}\p{Adlam}\p{Sinhala}\p{Devanagari}\p{Bengali}"
    r"\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Khmer}\p{Myanmar}"
    r"\p{Tibetan}\p{Balinese}\p{Javanese}\p{Hebrew}]\p{M}*)[\u200c\u200d]"
    r"|(?<=[\p{Han}\p{Myanmar}\p{Phags_Pa}\p{Manichaean}])[\ufe00-\ufe0d\U000e0100-\U000e01ef]"
    r"|(?<=\p{Mongolian})[\u180b-\u180e]|(?<=\p{Hangul})[\u115f\u1160]|(?<=\p{Khmer})[\u17b4\u17b5]"
    r"|(?<=[\p{S}\p{P}])[\ufe0e\ufe0f]"
)
_flag = regex.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")


def pieces(text: str) -> tuple[Piece, ...]:
    """Return a text in pieces, hidden signs that deceive on their own, neighbours among them together."""
    if text.isascii() and text.isprintable():
        return (Piece(text),) if text else ()
    if not _suspect.search(text):
        return (Piece(text),)
    found: list[Piece] = []
    done = 0
    for start, end in _hidden(text):
        if start > done:
            found.append(Piece(text[done:start]))
        run = text[start:end]
        found.append(Piece(run, Trick.TURNS if _turning.search(run) else Trick.HIDES))
        done = end
    return (*found, Piece(text[done:])) if done < len(text) else tuple(found)


def _hidden(text: str) -> list[tuple[int, int]]:
    """Return where signs are hidden that no letter and no emoji beside them needs."""
    fine = {
        at
        for pattern in (_flag, _needed)
        for found in pattern.finditer(text)
        for at in range(found.start(), found.end())
    }
    if _from_right.search(text):
        fine.update(at for at, sign in enumerate(text) if sign in _MARKS)
    places: list[tuple[int, int]] = []
    for run in _run.finditer(text):
        for at in range(run.start(), run.end()):
            if at in fine:
                continue
            if places and places[-1][1] == at:
                places[-1] = (places[-1][0], at + 1)
            else:
                places.append((at, at + 1))
    return places


def without_tricks(text: str) -> str:
    """Return a text without its hidden signs: for sentences of ours that it stands in."""
    return "".join(piece.text for piece in pieces(text) if not piece.trick)
