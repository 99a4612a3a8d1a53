"""What a text must hold to address its reader: words of du and Sie, and verbs that may ask for something.

Most posts hold none, or are not German: they are told by looking up each of their words once. What a word may
be is kept, as people use few words. These are necessary conditions; `address_form` judges what they let
through.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_places import FUNCTION, NO_REQUEST
from resonanz.annotate.address_requests import PARTICLES
from resonanz.annotate.german_words import JOINED, WORD, foreignness, key, keys
from resonanz.annotate.kept import LONGEST, Kept

if TYPE_CHECKING:
    from resonanz.annotate.address_places import Direction
    from resonanz.annotate.german_words import Sentence

DU = keys(
    "du dich dir dein deine deinem deinen deiner deines deins deinetwegen deinerseits deinesgleichen dei "
    "deim deina dini dinere dinem dim dien deen deene deenen deenem deener deenet deinet"
)
EUCH = keys(
    "euch euer eure eurem euren eurer eures euers euerm euern eurerseits euretwegen eich üch öich enk "
    "enker eui euem eues öie öii öies üür üüre ühr ühre ji jug juuch juun juuns"
)
OWN = keys(
    "ihnen ihre ihrem ihren ihrer ihres ihrerseits ihretwegen eana eanan eanane eahna eahnan eahnane eahner "
    "eahnare eahnam ihna ihnan ihne ihnä ihri ihrs ihrne iri iire iires ires irne irem jem jüm"
)
DU_IN_DIALECT = keys("di dia dis ding dinge dingem dinger diene dienen")
_PRONOUNS = DU | OWN | DU_IN_DIALECT | keys("ihr sie si se s'")
_PRONOUNS_OF_MANY = EUCH | keys("eu ehr")
# What makes a request of an unknown word before it (`address_requests`): in any text, or in a company's.
_REQUEST_GOES_ON: dict[Direction, frozenset[str]] = {
    "in": keys("mich mal doch uns mir ihn"),
    "out": keys("mich mal den einen deinen doch uns mir ihn"),
}

WORDS = 60_000  # whose flags are remembered
_MAY, _KEEP, _FLAGS = 1, 2, 3  # may address somebody; may be German, or hide other words; both
_COUNT = 2  # where the score for other languages begins
# What is hidden in any text, with nothing left of it.
_HIDDEN_ALL = regex.compile(
    r"(?:[@#]\w+(?:[.-]\w+)*|https?://[^\s„‟“”»«›‹\"‚‘’'>]+|[^\p{L}\p{M}\p{N}„‟“”»«›‹\"‚‘'>]+)[.,!?;:…]*"
)
_HIDES = regex.compile(r"[„‟“”»«›‹\"‚‘>\p{M}]|(?<![\p{L}\p{N}])'")  # other words than its own, or unevenly
_SPOKEN_OF = regex.compile(
    r"du|sie|ihre[nr]?|euer|eure|dein\w{0,2}"
)  # may be a name, a title or a word for itself
_ADDRESS = regex.compile(r"http|www\.")
_JOINT = regex.compile(r"['’‑-]")


class _Flags(Kept[int]):
    """What a piece of text between blanks may be, found out when it is first met."""

    def __init__(self, direction: Direction) -> None:
        """Flags for texts in one direction."""
        super().__init__()
        self._direction = direction

    def found(self, piece: str) -> int:
        """Work out the flags of a piece that was not met lately."""
        word = piece.rstrip(".,!?;:…")
        if not word.isalpha() and _HIDDEN_ALL.fullmatch(piece):
            return 0
        if len(piece) > LONGEST:
            return _FLAGS
        if word.isalpha():
            return _flags_of_word(key(word), self._direction) if word == piece else self[word]
        return _flags_of(piece, self._direction)


_flags: dict[Direction, _Flags] = {"in": _Flags("in"), "out": _Flags("out")}


def may_address(text: str, direction: Direction) -> bool:
    """Whether a text may address its reader: some word may, and not all of it is in other languages."""
    flags = foreign = 0
    known = _flags[direction]
    for piece in text.split():
        found = known[piece]
        flags |= found
        foreign += found >> _COUNT
    return bool(flags & _MAY) and (bool(flags & _KEEP) or foreign <= 1)


@lru_cache(maxsize=WORDS)
def _flags_of_word(word: str, direction: Direction) -> int:
    """The flags of one word alone, given as its key."""
    score = foreignness(word)
    flags = _KEEP if score < 0 or _SPOKEN_OF.fullmatch(word) else score << _COUNT
    may = word in _REQUEST_GOES_ON[direction] or (direction == "out" and word in PARTICLES)
    return flags | _MAY if may or _says_address(word, direction) else flags


def _flags_of(piece: str, direction: Direction) -> int:
    """The flags of all words that a piece has or leaves where a part of it is hidden, with signs between."""
    flags = _KEEP if _HIDES.search(piece) else 0
    for word in _words_in(piece):
        flags |= _flags_of_word(key(word), direction) & _FLAGS
    return flags


def _words_in(piece: str) -> list[str]:
    """The words of a piece, and what is left of them where a part of it is hidden, as links are."""
    words: list[str] = WORD.findall(piece)
    for word in list(words):
        parts = _JOINT.split(word)
        words += [
            word[start:end] for start, end in _spans(parts) if (start, end) != (0, len(word)) and start < end
        ]
    for link in _ADDRESS.finditer(piece):
        words += WORD.findall(piece[: link.start()])
    return words


def _spans(parts: list[str]) -> list[tuple[int, int]]:
    """From which part to which, as places in the word that they make when a sign joins them."""
    starts = [sum(len(part) + 1 for part in parts[:at]) for at in range(len(parts))]
    return [
        (starts[first], starts[last] + len(parts[last]))
        for first in range(len(parts))
        for last in range(first, len(parts))
    ]


def says_address(word: str, direction: Direction) -> bool:
    """Whether a word, as its key, may address somebody by itself: a pronoun, or a verb that asks or is of du.

    Of those who write to a company, nobody asks several people.
    """
    bare = word.removesuffix("'s")
    if bare in _PRONOUNS or word in _PRONOUNS or word.endswith("n's"):
        return True
    if word.endswith("se") and (word == "hamse" or agrees_with_sie(word.removesuffix("se"))):
        return True
    if verbs.second_singular(word) or verbs.singular_imperative(word):
        return True
    return direction == "out" and _says_to_many(word, bare)


def _says_to_many(word: str, bare: str) -> bool:
    if bare in _PRONOUNS_OF_MANY or verbs.second_plural(word):
        return True
    return verbs.plural_imperative(word) or verbs.swiss_imperative(word)


_says_address = lru_cache(maxsize=WORDS)(says_address)


@lru_cache(maxsize=20_000)
def _may_ask(word: str) -> bool:
    """Whether an unknown word may be a request, by its ending."""
    return word not in FUNCTION and not word.endswith(NO_REQUEST)


def candidates(sentence: Sentence, direction: Direction) -> list[int]:
    """The places of a sentence's words that may address somebody, alone or by what follows."""
    words = sentence.words
    found: list[int] = []
    goes_on = _REQUEST_GOES_ON[direction]
    after, ends = "", False  # the next word in the clause, and whether a particle ends the clause behind it
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        requested = after in goes_on and _may_ask(word.key)
        if requested or (ends and direction == "out") or _says_address(word.key, direction):
            found.append(at)
        if word.before != JOINED:
            after, ends = "", False
        else:
            ends = ends if after else word.key in PARTICLES
            after = word.key
    return found[::-1]


def is_clipped(verb: str) -> bool:
    """`schaun`, `hörn`: shorter than the standard form."""
    return not verb.endswith("en") and verbs.clipped_plural_verb(verb)


def agrees_with_sie(verb: str) -> bool:
    """Whether a verb goes with `Sie` that is drawn together with it: `kommse`, `könnse`."""
    if verb.endswith("mm"):  # "kommse"
        return verbs.asked_of_people(verb + "en")
    return verb.endswith("n") and (
        verbs.common_plural_verb(verb) or verbs.clipped_plural_verb(verb) or verbs.asked_of_people(verb)
    )
