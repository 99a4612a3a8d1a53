"""The terms of a post, by which themes are told: words, pairs of words, hashtags, hosts of links, reasons.

Words are compared as search folds them, so that a theme can be searched for by its terms. Common words of
German and English say nothing of a theme, nor do numbers alone, those of cases, handles and our own names:
they part the words around them. In any other language only the counting in `resonanz.topics` tells which
words are common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from resonanz.likeness import COMMON_WORDS
from resonanz.query import fold

WORD_LEAST = 2  # letters; a number may have one digit
COPY_LEAST = 5  # words from which on the same text is a copy
_WEEK = "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag wochenende"
_WEEK += " monday tuesday wednesday thursday friday saturday sunday weekend tonight tomorrow yesterday"
_SIGNS = "rt via amp gt lt http https www lol omg wtf haha hahaha btw"
_FURTHER = (
    # German, as folded; what a calendar brings up and what stands in any sentence
    "vorgestern ubermorgen letzte letzten letzter letztes nachste nachsten nachster nachstes weniger meist "
    "zumindest jedoch sowie sowas irgendwie irgendwas ansonsten allerdings trotzdem obwohl wahrend bevor "
    "sobald solange falls damals zuruck gegen hinter neben zwischen au ausser innerhalb ihres unserer "
    "unserem unseren meines deines seines seiner seinem seinen dieselbe derselbe sich selber anderer anderes "
    "fast drei vier funf sechs mochte wollen wollte min std sek welche welcher welches wem wen wessen worden "
    "gewesen geworden ware waren wurden wurdest hast hattest hatt hab sei seien eh halt naja okay jo jup tja "
    "bzgl ca evtl usw zb nochmal nochmals weiss denke finde "
    # English
    "three four five six ago never keep keeps happens mins hrs because before between both during each few "
    "he her hers him his its itself me might more most must nor once other ours own same shall their theirs "
    "themselves these those through under until while whom would youre yourself ill weve theyre whats thats "
    "theres lets gonna wanna gotta im id ll re aint arent wasnt werent wouldnt shouldnt hasnt hadnt every "
    "didn doesn isn wasn won couldn wouldn shouldn ain aren"
)
COMMON = COMMON_WORDS | frozenset(f"{_WEEK} {_SIGNS} {_FURTHER}".split())
# They hide where a link leads.
SHORTENED = frozenset(
    "t.co bit.ly ow.ly dlvr.it buff.ly tinyurl.com goo.gl fb.me ift.tt is.gd lnkd.in j.mp trib.al".split()
)

OF_REASON = "reason:"  # before the code of a reason, as queries ask for it

_ADDRESS = re.compile(r"https?://(?:www\.)?([^\s/?#:]+)\S*|\bwww\.([^\s/?#:]+)\S*", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@/.&])[@＠][\w@.-]+")
_CASE_NUMBER = re.compile(r"\b[^\W\d_]{1,4}[-/]?\d{5,}\b")  # no theme, and nobody's business
_WRITTEN = re.compile(r"[#＃]?\w+(?:[-’'.]\w+)*")


class Terms(NamedTuple):
    """What of one post is counted.

    `runs` are rows of words that follow each other with nothing common between them; `marks` are hashtags
    with their `#`, hosts, which have a dot, and the reason that is noted, behind `OF_REASON`. `key` is the
    same number for the same words, whatever the links and handles beside them; 0 for a text so short that
    people say it alike by themselves.
    """

    runs: tuple[tuple[str, ...], ...]
    marks: frozenset[str]
    key: int = 0

    @property
    def singles(self) -> set[str]:
        """The words and marks; a number alone is none."""
        words = {word for run in self.runs for word in run if not word.isdecimal()}
        return words | self.marks

    def pairs(self, of: Collection[str]) -> Iterator[str]:
        """Yield each two words that follow each other, both among some, joined by a blank.

        One of the two may be a number instead: `9 euro`.
        """
        for run in self.runs:
            for one, two in pairwise(run):
                if (one in of or (one.isdecimal() and two in of)) and (two in of or two.isdecimal()):
                    yield f"{one} {two}"


def terms_of(text: str, links: Iterable[str] = (), *, own: Collection[str] = (), reason: str = "") -> Terms:
    """Return the terms of a text, of where its links lead, and of the code of the reason that is noted.

    `own` are folded words that name us.
    """
    hosts = [*_hosts(text), *(host for link in links for host in _hosts(link))]
    plain = _HANDLE.sub(" ", _ADDRESS.sub(" ", text)) if "@" in text or "www." in text or hosts else text
    tokens = fold(_CASE_NUMBER.sub(" ", plain))
    marks = {mark for mark in tokens if mark[0] == "#" and mark[1:] not in own}
    words = [intern(word) for word in tokens if word[0] not in "#@$"]
    key = hash(tuple(words)) if len(words) >= COPY_LEAST else 0
    reasons = [OF_REASON + reason] if reason else []
    return Terms(_runs(words, own), frozenset(marks.union(hosts, reasons)), key)


def _hosts(text: str) -> list[str]:
    found = [(one or two).lower().rstrip(".,)") for one, two in _ADDRESS.findall(text)]
    return [host for host in found if host not in SHORTENED and "." in host]


def _runs(words: Iterable[str], own: Collection[str]) -> tuple[tuple[str, ...], ...]:
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    for word in words:
        if word not in COMMON and word not in own and _is_word(word):
            run.append(word)
        elif run:
            runs.append(tuple(run))
            run = []
    return (*runs, tuple(run)) if run else tuple(runs)


def _is_word(word: str) -> bool:
    return word.isdecimal() or (len(word) >= WORD_LEAST and word.isalnum())


def own_words(names: Iterable[str]) -> frozenset[str]:
    """Return the folded words of our names and handles, which stand in every second post to us."""
    return frozenset(word for name in names for word in fold(name.replace("@", " ")) if word[0] not in "#@$")


def spelled(terms: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Return how terms are written most often in some texts; a term that stands nowhere as it is folded."""
    wanted = set(terms)
    forms: dict[str, Counter[str]] = {term: Counter() for term in wanted}
    for text in texts:
        written = [(form, fold(form)) for form in _WRITTEN.findall(_ADDRESS.sub(" ", text))]
        _tell_forms(written, forms)
    return {term: _usual_form(term, found) for term, found in forms.items()}


def _tell_forms(written: list[tuple[str, tuple[str, ...]]], forms: dict[str, Counter[str]]) -> None:
    for form, tokens in written:
        for token in tokens:
            if token in forms and (len(tokens) == 1 or form[0] in "#＃"):
                forms[token][form if token[0] == "#" else form.lstrip("#＃")] += 1
    for (one, first), (two, second) in pairwise(written):
        pair = f"{first[0]} {second[0]}" if first and second else ""
        if pair in forms:
            forms[pair][f"{one} {two}".replace("#", "")] += 1


def _usual_form(term: str, found: Counter[str]) -> str:
    """Return the form that is written most often, of equals the one in small letters."""
    return max(found, key=lambda form: (found[form], form), default=term)
