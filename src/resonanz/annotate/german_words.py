"""Reading German posts: sentences and words with their places, without what is only quoted or only a name.

Here lives what every rule about German wording needs first: words, where sentences and clauses begin,
what is hidden (quotations, links, handles, hashtags, initials), and whether a sentence is German at all.
Word forms live in `german_verbs`, the form of address in `address_form`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

import regex

Pattern: TypeAlias = "re.Pattern[str] | regex.Pattern[str]"

_LONGEST = 80  # words that are read as one sentence, so that no flood without full stops takes long
# What stands between a word and the one before it.
JOINED, CLAUSE, OPENING, SENTENCE = range(4)

_NAMES = "de|at|ch|com|net|org|info|eu|io|app|shop|example|social|test|invalid"
_OPENING_QUOTE = r"(?<![\p{L}\p{N}])[‚‘']"
_DOTTED_NAME = rf"\.(?:{_NAMES})(?![\w-])"
WORD = regex.compile(r"(S['’](?!\p{L})|[\p{L}\p{M}]+(?:['’‑-][\p{L}\p{M}]+)*|\p{N}+)")
_ENDING = regex.compile(r"[!?…\n]|\p{Extended_Pictographic}|[:;=]-?[()DPp](?!\p{L})")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "‑": "-"})
_ABBREVIATIONS = frozenset(
    "nr ca bzw ggf evtl inkl exkl zzgl dr str tel usw abt max min mind st hr fr bspw vgl abs art".split()
)

# Words that occur in nearly every sentence of one language and hardly in the other ones.
_GERMAN = frozenset(
    "ich wir ist sind nicht und der das den dem ein eine einen einem mit fuer auf von zu im bei wie wenn "
    "dass auch noch aber oder hat haben habe kann koennen bitte danke mal schon nur hier uns mir mich "
    "ihnen euch dich dir es nach aus vor um bis ueber unter zum zur vom beim sehr gern gerne leider heute "
    "morgen jetzt immer wieder hast bist kannst willst musst koennt habt seid dein deine deinen deiner "
    "euer eure kein keine doch da wo warum wann nix nich dat wat un isch net ned au scho mer gut paket "
    "alles gute einfach kurz dann weil etwas wird werden wurde wurden mein meine unser unsere ja nein "
    "ihr sie dort immer noch nie ganz viel wer welche welcher sonst weiter ab seit "
    "hebbt koeoent suend ji nich mien dien vun allens mia ham eahna ned net eich choend "
    "haend hend hesch ues eus isch noed nid uf gsi han nit uech haes".split()
)
_FOREIGN = frozenset(
    "the you your are we to of and for our it this that have my they from been would could about there le "
    "les et est vous nous pour une dans pas avec votre sur ce qui notre moi toi c'est het van voor niet "
    "wij jij jullie zijn naar graag uw hebben wordt ook maar bent mijn heb deze geen jag och inte att som "
    "på till av är för hvad og ikke jeg til vil ditt hjälp el los que por con para usted gracias il che "
    "sono della nel ve bir icin ile bu cok jest czy à aux cette avez êtes bonne merci "
    "bonjour chez très".split()
)
_WEAK_FOREIGN = frozenset("det kan vi med har var si non la to mig din je de quelle belle coeur".split())
_FOREIGNNESS = dict.fromkeys(_WEAK_FOREIGN, 1) | dict.fromkeys(_FOREIGN, 2) | dict.fromkeys(_GERMAN, -2)


class Word(NamedTuple):
    """A word or number: as written, its key for comparing, its place, and what parts it from the last one."""

    text: str
    key: str
    start: int
    before: int

    @property
    def end(self) -> int:
        """Where it ends in the text, exclusive."""
        return self.start + len(self.text)

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        """Whether all of it is capitals, two letters at least."""
        return is_shouted(self.text)

    @property
    def opens(self) -> bool:
        """Whether a capital is usual here for any word: at a sentence's start, after a colon or bracket."""
        return self.before >= OPENING


def is_shouted(text: str) -> bool:
    """Whether a word is written in capitals, two at least."""
    return text.isupper() and len(text) > 1


@dataclass(frozen=True)
class Sentence:
    """The words of one sentence, as lists of what each of them is, and what stands behind the last one.

    Most sentences say nothing about the form of address: only for others their words are put together.
    """

    texts: list[str]
    keys: list[str]
    starts: list[int]
    befores: list[int]
    ending: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words in order."""
        return tuple(map(Word, self.texts, self.keys, self.starts, self.befores))

    @cached_property
    def shouted(self) -> bool:
        """Whether most words are written in capitals."""
        if not any(map(str.isupper, self.texts)):
            return False
        letters = [text for text in self.texts if len(text) > 1 and text[0].isalpha()]
        return 2 * sum(map(str.isupper, letters)) > len(letters)


def key(word: str) -> str:
    """The form in which words are compared: lower case, umlauts and ß written out, composed (NFC)."""
    if word.isascii():
        return word.lower()
    return normalize("NFC", word).lower().translate(_UMLAUTS)


_kept_key = lru_cache(maxsize=60_000)(key)


def keys(words: str) -> frozenset[str]:
    """The keys of the words that stand in `words`, parted by blanks."""
    return frozenset(key(word) for word in words.split())


class Hiding:
    """What is put out of sight before words are read: expressions, each with a sign a text must hold for it.

    Of two that match at one place the first counts.
    """

    def __init__(self, may: Pattern, *signed: tuple[str, str]) -> None:
        """Hide what the expressions match, which stand behind their signs, in texts where `may` is found."""
        self._may = may
        self._signed = [(re.compile(sign), expression) for sign, expression in signed]

    def hide(self, text: str) -> str:
        """`text` with every match blanked out in equal length."""
        if not self._may.search(text):
            return text
        there = tuple([expression for sign, expression in self._signed if sign.search(text)])
        return _any_of(there).sub(lambda match: "\0" * len(match[0]), text) if there else text


@lru_cache(maxsize=256)
def _any_of(expressions: tuple[str, ...]) -> regex.Pattern[str]:
    return regex.compile("|".join(expressions))


# Quotations, links, names and initials.
QUOTED_OR_NAMED = Hiding(
    re.compile(rf"[>@#^„‟“»«›‹\"‚‘'/]|www\.|\.(?:{_NAMES})"),
    (r">", r"(?m:^[ \t]*>.*$)"),  # a quoted line
    (r"://|www\.", r"https?://\S+|www\.\S+"),
    (r"@\S+\.", r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    (r"[@#]\S", r"[@#]\w+(?:[.-]\w+)*(?:@\w+(?:[.-]\w+)*)?"),
    (rf"\.(?:{_NAMES})", rf"(?<![\w.-])[\w-]+(?:\.[\w-]+)*{_DOTTED_NAME}(?:/\S*)?"),
    (r"\^", r"\^\p{L}{1,4}(?!\p{L})"),
    (r"[„‟]", r"[„‟][^„“”\"]{1,400}[“”\"]"),
    (r"“", r"“[^„“”]{1,400}”"),
    (r"[»«›‹]", r"»[^»«]{1,400}«|«[^»«]{1,400}»|›[^›‹]{1,400}‹|‹[^›‹]{1,400}›"),
    (r'"', r"(?<![\p{L}\p{N}])\"(?=\S)[^\"]{1,400}\"(?![\p{L}\p{N}])"),
    (
        r"(?<![^\W_])[‚‘']",
        rf"{_OPENING_QUOTE}(?=\S)(?:[^‚‘’'\n]|(?<=\p{{L}})['’](?=\p{{L}})){{1,300}}[‘’'](?![\p{{L}}\p{{N}}])",
    ),
)


def sentences(text: str) -> list[Sentence]:
    """The German sentences of `text` in order; those in other languages are left out."""
    read = _sentences(text)
    scores = [sum(map(_FOREIGNNESS.get, sentence.keys, repeat(0))) for sentence in read]
    balance = sum(scores)
    return [
        sentence
        for sentence, score in zip(read, scores, strict=True)
        if score < 0 or (score <= 1 and balance <= 1)
    ]


def _sentences(text: str) -> list[Sentence]:
    pieces = WORD.split(text)  # by turns what stands between words, and a word
    gaps, texts = pieces[::2], pieces[1::2]
    if not texts:
        return []
    starts = list(accumulate(map(len, pieces)))[::2]
    keys = list(map(_kept_key, texts))
    befores = [SENTENCE] + [JOINED] * (len(texts) - 1)
    begins = [0]
    for at, gap in enumerate(gaps[1:-1], 1):
        if gap != " ":
            glued = at - begins[-1] > 1 and not gaps[at - 1]  # `T4` is no day
            befores[at] = _break(gap, short="." in gap and not glued and is_short(keys[at - 1]))
        if befores[at] == SENTENCE or at - begins[-1] == _LONGEST:
            begins.append(at)
    return [
        Sentence(texts[begin:end], keys[begin:end], starts[begin:end], befores[begin:end], gaps[end])
        for begin, end in pairwise([*begins, len(texts)])
    ]


@lru_cache(maxsize=2_000)
def _break(gap: str, *, short: bool) -> int:
    """What a gap between two words parts: nothing, clauses, an opening that wants a capital, or sentences.

    Behind a `short` word a full stop ends no sentence.
    """
    if gap in {" ", "-", "/"}:
        return JOINED
    if "\0" in gap:
        head, _, tail = gap.rpartition("\0")
        ends = _break(head.replace("\0", ""), short=short) == SENTENCE
        return SENTENCE if ends else _break(tail, short=short)
    if _ENDING.search(gap):
        return SENTENCE
    if "." in gap:
        return JOINED if short and ".." not in gap else SENTENCE
    if any(mark in gap for mark in ':([{•*|–—"„“”»«‚‘') or " - " in gap:
        return OPENING
    return CLAUSE if any(mark in gap for mark in ",;)]}") else JOINED


def is_short(word: str) -> bool:
    """Whether a full stop belongs to the word: an abbreviation, or the number of a day (`3. Mai`)."""
    if word.isdecimal():
        return len(word) < 3 and int(word) <= 31
    return len(word) == 1 or word in _ABBREVIATIONS


def foreignness(word: str) -> int:
    """Below zero for a German word, above for one of other languages, given as its key."""
    return _FOREIGNNESS.get(word, 0)
