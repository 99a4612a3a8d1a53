"""In which language somebody writes: German and English by function words, other posts by their letters.

Function words are few, stand in every sentence and hardly ever wander into another language, unlike the names
of things (`Login`, `App`, `Support`). Words that both languages have count for neither (`in`, `was`, `so`).
A few of other languages count against both, so that Dutch is not taken for English. Where they do not
suffice, as in most of what is shorter than a sentence, `py3langid` says by rows of letters which language is
likeliest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Literal, NamedTuple

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

Spoken = Literal["de", "en", ""]

LEAST = 2  # so many different function words it takes
AHEAD = 2  # and more than so many times as many as of all other languages together
DESK = ("de", "en", "fr", "it", "es", "nl", "tr")  # languages that a desk tells apart, as ISO 639-1 codes
BY_WORDS = 0.999  # how certain function words are; measured, they are wrong in 1 of 2,000 German tweets
LIKELY = 0.5  # from which certainty on a language is named
SURE = 0.9  # from which certainty on a text is believed rather than its network
READ_MOST = 2_000  # characters

_GERMAN = (
    "der die das dem des ein eine einen einem einer eines 'n 'ne und oder ist sind bist wäre wird werden "
    "wurde würde hat habe haben hab habt hatte ich du er es wir ihr euch uns mich mir dich dir ihn ihm "
    "ihnen sie mein meine meinen meinem meiner dein deine deinen ihre ihren ihrem euer eure euren eurer "
    "unser unsere nicht nix kein keine keinen nichts noch schon auch nur aber doch mal ja nein bitte "
    "danke wie wo wann warum wieso wer wenn weil dass daß ob als bei beim mit nach von vom vor zu zum zur "
    "für auf aus über unter um seit bis durch gegen ohne ins da dort hier heute gestern morgen jetzt "
    "immer wieder sehr mehr viel geht gehts kann kannst können könnt könnte muss müssen soll sollte gibt "
    "kommt macht bleibt funktioniert leider endlich eigentlich einfach gerade wirklich niemand jemand "
    "diese dieser dieses denn dann erst ganz nochmal überhaupt hallo moin"
)
_ENGLISH = (
    "a the and to of is are were be been being i you your my me we our it its it's this that that's these "
    "those there they their them he she have has had having do does did don't doesn't didn't can can't "
    "cannot could couldn't would wouldn't should isn't aren't wasn't won't haven't hasn't i'm i've i'd "
    "i'll you're we're not for from with without on at by about after before again still since until "
    "because if when where why how what what's which who any anyone anybody some someone nobody nothing "
    "yet please thanks thank you're just only very too much more get got getting keeps trying try tried "
    "than then into or but as im ive dont doesnt didnt cant wont isnt"
)
_OTHER = (
    "ik een het niet mijn jullie geen zijn wordt je le les est pas vous nous une dans pour avec el los por "
    "para una que está muy con il che non sono della ho nie jest się"
)
_QUOTED = regex.compile(r"[„“”\"«»][^„“”\"«»\n]{2,200}[„“”\"«»]|‚[^‘’\n]{2,200}[‘’]")
_NO_WORD = regex.compile(r"https?://\S+|www\.\S+|[@#$][\p{L}\p{N}_.@-]+")
_HIDING = re.compile(r"[@#$„“”\"«»‚]")  # without one of them or an address nothing is hidden
_WORD = regex.compile(r"'?\p{L}+(?:'\p{L}+)?")
_LETTER = regex.compile(r"\p{L}")
_GERMAN_LETTER = regex.compile(r"(?<!\p{L})\p{Ll}\p{L}*[äöüß]|(?<!\p{L})[äöü]")


class Language(NamedTuple):
    """A language as ISO 639-1 code, "" where there is nothing to go by, and how certain it is, 0 to 1."""

    code: str
    certainty: float


_UNKNOWN = Language("", 0.0)


def identify(text: str, languages: Sequence[str] = DESK, hint: str = "") -> Language:
    """In which of `languages` a text is written.

    `hint` is what its network says (`de`, `de-AT`); it counts unless the text is surely in another one.
    Links, handles and tags are no language; what stands in quotes counts where nothing else does.
    """
    read = text[:READ_MOST]
    if (by_words := spoken(read)) in languages:
        return Language(by_words, BY_WORDS)
    hinted = hint.lower().replace("_", "-").partition("-")[0]
    likeliest = _by_letters(read, tuple(languages))
    if hinted in languages and likeliest.certainty < SURE:
        return Language(hinted, max(LIKELY, likeliest.certainty * (likeliest.code == hinted)))
    return likeliest if likeliest.certainty >= LIKELY else _UNKNOWN


def _by_letters(text: str, languages: tuple[str, ...]) -> Language:
    """The likeliest of `languages`, however unlikely; unknown where a text has no letter."""
    own = next((part for part in (_plain(text), _plain(text, quoted=True)) if _LETTER.search(part)), "")
    return Language(*_identifier(languages).classify(own)) if own and languages else _UNKNOWN


@lru_cache(maxsize=1)
def _every_language() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=16)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    """One that knows only these languages; they share its tables."""
    identifier = copy(_every_language())
    identifier.set_languages(languages)
    return identifier


def spoken(text: str) -> Spoken:
    """Return whether a text is surely German (`de`) or English (`en`), "" if short, mixed or neither.

    What stands in quotes is somebody else's, and handles, tags and addresses are no language.
    """
    return _by_words(_plain(text))


def _plain(text: str, *, quoted: bool = False) -> str:
    """A text without what is no language, and without what it quotes, or with it."""
    plain = text.replace("’", "'")
    if _HIDING.search(plain) or "://" in plain or "www." in plain:
        plain = _NO_WORD.sub(" ", plain if quoted else _QUOTED.sub(" ", plain))
    return plain.replace("`", "'")


def _by_words(plain: str) -> Spoken:
    words = _WORD.findall(plain.casefold())
    if "'" in plain:
        words += [word.removeprefix("'") for word in words]
    said = _LISTED.intersection(words)
    german, english, other = len(said & _WORDS["de"]), len(said & _WORDS["en"]), len(said & _WORDS["other"])
    if not _are_enough(german, english + other) and not plain.isascii():
        german += bool(_GERMAN_LETTER.search(plain))
    if _are_enough(german, english + other):
        return "de"
    return "en" if _are_enough(english, german + other) else ""


def _are_enough(words: int, others: int) -> bool:
    return words >= LEAST and words > AHEAD * others


def _spellings(words: str) -> frozenset[str]:
    """Words, and how they are written where there are no umlauts on the keyboard."""
    listed = words.casefold().split()
    digraphs = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
    return frozenset(listed) | {word.translate(digraphs) for word in listed}


_WORDS = {"de": _spellings(_GERMAN), "en": _spellings(_ENGLISH), "other": _spellings(_OTHER)}
_LISTED = frozenset().union(*_WORDS.values())
