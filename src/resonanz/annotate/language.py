"""In which of two languages somebody writes, told by function words: for posts whose network does not say.

Function words are few, stand in every sentence and hardly ever wander into another language, unlike the names
of things (`Login`, `App`, `Support`). Words that both languages have count for neither (`in`, `was`, `so`).
A few of other languages count against both, so that Dutch is not taken for English.
"""

from __future__ import annotations

from typing import Literal

import regex

Spoken = Literal["de", "en", ""]

LEAST = 2  # so many different function words it takes
AHEAD = 2  # and more than so many times as many as of all other languages together

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
_WORD = regex.compile(r"'?\p{L}+(?:'\p{L}+)?")
_GERMAN_LETTER = regex.compile(r"(?<!\p{L})\p{Ll}\p{L}*[äöüß]|(?<!\p{L})[äöü]")


def spoken(text: str) -> Spoken:
    """Return whether a text is German (`de`) or English (`en`), "" where it is too short, mixed or neither.

    What stands in quotes is somebody else's, and handles, tags and addresses are no language.
    """
    plain = _NO_WORD.sub(" ", _QUOTED.sub(" ", text.replace("’", "'"))).replace("`", "'")
    words = {match[0] for match in _WORD.finditer(plain.casefold())}
    words |= {word.removeprefix("'") for word in words}
    german = len(words & _WORDS["de"]) + bool(_GERMAN_LETTER.search(plain))
    english, other = len(words & _WORDS["en"]), len(words & _WORDS["other"])
    if german >= LEAST and german > AHEAD * (english + other):
        return "de"
    if english >= LEAST and english > AHEAD * (german + other):
        return "en"
    return ""


def _spellings(words: str) -> frozenset[str]:
    """Words, and how they are written where there are no umlauts on the keyboard."""
    listed = words.casefold().split()
    digraphs = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
    return frozenset(listed) | {word.translate(digraphs) for word in listed}


_WORDS = {"de": _spellings(_GERMAN), "en": _spellings(_ENGLISH), "other": _spellings(_OTHER)}
