"""What a text must hold to address its reader: words of du and Sie, and verbs that may ask for something.

Most posts hold none, or are not German: they are told by looking up each of their words once. What a word may
be is kept, as people use few words. Where all depends on a verb, the words beside it are looked at as well.
These are necessary conditions; `address_form` judges what they let through.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import regex

from resonanz.annotate import german_verbs as verbs
from resonanz.annotate.address_places import FUNCTION, NO_REQUEST
from resonanz.annotate.address_requests import PARTICLES, WISHED
from resonanz.annotate.german_words import (
    JOINED,
    OPENING,
    WORD,
    foreignness,
    is_short,
    is_shouted,
    key,
    keys,
)
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

# What may end something hidden though none of its words is a pronoun (in a customer's text): `Euer Ehren`.
_HONOURS = keys("majestät hoheit exzellenz durchlaucht eminenz ehren gnaden")

# What a word may be: a pronoun, a verb of du, one that asks a person or several, what makes a request of the
# word before it, a verb's particle.
_SAYS, _OF_DU, _ASKS, _ASKS_MANY, _GOES_ON, _PARTS = (1 << bit for bit in range(6))
_VERB = _OF_DU | _ASKS | _ASKS_MANY
# What a piece of text between blanks may do: address somebody anywhere; be German, or hide other words;
# address somebody where it opens a sentence, where no ich is beside it, together with the piece before it, or
# in a text that has one of `WISHED`.
_MAY, _KEEP, _IF_OPENING, _WITHOUT_ICH, _WITH_LAST, _WITH_WISHED = (1 << bit for bit in range(6))
_IN_PLACE = _IF_OPENING | _WITHOUT_ICH | _WITH_LAST
# A single word that the next one is joined to; one of which the next one makes no request; ich; in capitals;
# of `WISHED`.
_JOINS, _UNASKED, _ICH, _SHOUTED, _WISHED = (1 << bit for bit in range(6, 11))
_COUNT = 11  # where the score for other languages begins
# What is hidden in any text, with nothing left of it but numbers.
_HIDDEN_ALL = regex.compile(
    r"(?:[@#]\w+(?:[.-]\w+)*|https?://[^\s„‟“”»«›‹\"‚‘’'>]+|[^\p{L}\p{M}„‟“”»«›‹\"‚‘'>]+)[.,!?;:…]*"
)
_HIDES = regex.compile(r"[„‟“”»«›‹\"‚‘>\p{M}]|(?<![\p{L}\p{N}])'")  # other words than its own, or unevenly
_SPOKEN_OF = keys("du sie ihre ihren ihrer euer eure")  # may be a name or a word for itself, as `dein` may
_LONGEST_DEIN = len("Dein") + 2  # letters, behind `Film` and the like
_ADDRESS = re.compile(r"http|www\.")
_JOINT = re.compile(r"['’‑-]")


class _Kinds(Kept[int]):
    """What a word, given as its key, may be."""

    def __init__(self, direction: Direction) -> None:
        """Kinds for texts in one direction."""
        super().__init__()
        self._direction = direction

    def found(self, word: str) -> int:
        """Work out what a word may be that was not met lately.

        Of those who write to a company, nobody asks several people.
        """
        if _is_pronoun(word):
            return _SAYS
        kind = _GOES_ON if word in _REQUEST_GOES_ON[self._direction] else 0
        if verbs.second_singular(word):
            kind |= _OF_DU
        if verbs.singular_imperative(word):
            kind |= _ASKS
        if self._direction == "out":
            kind |= _SAYS * (word.removesuffix("'s") in _PRONOUNS_OF_MANY)
            kind |= _ASKS_MANY * _asks_many(word) | _PARTS * (word in PARTICLES)
        return kind


class _Flags(Kept[int]):
    """What a piece of text between blanks may do, found out when it is first met."""

    def __init__(self, direction: Direction) -> None:
        """Flags for texts in one direction."""
        super().__init__()
        self._direction = direction

    def found(self, piece: str) -> int:
        """Work out the flags of a piece that was not met lately."""
        word = piece.rstrip(".,!?;:…")
        if word.isalpha():
            return self._of_closed(word, piece) if word != piece else _flags_of_word(word, self._direction)
        if _HIDDEN_ALL.fullmatch(piece):
            return 0
        return _MAY | _KEEP if len(piece) > LONGEST else _flags_of_words(piece, self._direction)

    def _of_closed(self, word: str, piece: str) -> int:
        """The flags of a word and signs, which end a clause unless it is short and has a full stop."""
        flags = self[word]
        if not flags & _JOINS or ("." in piece and is_short(key(word))):
            return flags & ~(_JOINS | _UNASKED)
        return flags & ~_JOINS | _UNASKED


_kinds: dict[Direction, _Kinds] = {"in": _Kinds("in"), "out": _Kinds("out")}
_flags: dict[Direction, _Flags] = {"in": _Flags("in"), "out": _Flags("out")}


def may_address(text: str, direction: Direction) -> bool:
    """Whether a text may address its reader: some word may, and not all of it is in other languages."""
    pieces = text.split()
    found = list(map(_flags[direction].__getitem__, pieces))
    flags = 0
    for each in set(found):
        flags |= each
    wished = flags & _WITH_WISHED and flags & _WISHED
    if flags & _MAY or wished or (flags & _IN_PLACE and _may_in_place(text, pieces, found, flags)):
        return bool(flags & _KEEP) or sum(each >> _COUNT for each in found) <= 1
    return False


def _may_in_place(text: str, pieces: list[str], found: list[int], flags: int) -> bool:
    """Whether a piece that may address somebody in some places stands in such a one.

    Blanks that end a line or belong to a link are not among the pieces: where some are not printable, it may.
    """
    return not text.isprintable() or any(
        (each & _WITH_LAST and _may_be_request(pieces, found, at))
        or (each & (_IF_OPENING | _WITHOUT_ICH) and _may_be_verb(found, at, flags))
        for at, each in enumerate(found)
        if each & _IN_PLACE
    )


def _may_be_request(pieces: list[str], found: list[int], at: int) -> bool:
    """Whether a piece may make a request of the one before, which is behind `bitte` or opens a sentence."""
    if at == 0 or found[at - 1] & _UNASKED:
        return False
    inside = at > 1 and found[at - 1] & found[at - 2] & _JOINS
    return not inside or pieces[at - 2].lower() == "bitte" or pieces[at].lower().startswith("doch")


def _may_be_verb(found: list[int], at: int, flags: int) -> bool:
    """Whether a piece may be a verb that asks: no noun by its capital, and without ich beside it."""
    each, last, after = found[at], found[at - 1] if at else 0, found[at + 1] if at + 1 < len(found) else 0
    if each & _IF_OPENING and last & _JOINS and not flags & _SHOUTED:
        return False
    beside_ich = (last & _JOINS and last & _ICH) or (each & _JOINS and after & _ICH)
    return not (each & _WITHOUT_ICH and beside_ich)


def _flags_of_word(text: str, direction: Direction) -> int:
    """The flags of one word alone."""
    word = key(text)
    if "ſ" in word or "\u0307" in word or (word.startswith("dein") and len(text) <= _LONGEST_DEIN):
        return _MAY | _KEEP  # may be part of something hidden; expressions take such signs for s and i
    kind, score = _kinds[direction][word], foreignness(word)
    flags = _KEEP if score < 0 or word in _SPOKEN_OF else score << _COUNT
    flags |= _ICH * (word == "ich") | _SHOUTED * is_shouted(text) | _WISHED * (word in WISHED)
    if word not in _HONOURS:
        flags |= _JOINS | _UNASKED * (not _may_be_asked(word))
    if not kind:
        return flags
    if direction == "in":
        return flags | (_WITH_WISHED if word == "hab" else _where_it_says(kind, capital=text[0].isupper()))
    return flags | _MAY


def _where_it_says(kind: int, *, capital: bool) -> int:
    """In which places a word of a kind may address somebody; a noun's capital is usual where it opens."""
    if kind & _SAYS or (kind & _OF_DU and not capital):
        return _MAY
    where = _WITH_LAST if kind & _GOES_ON else 0
    if kind & _VERB:
        where |= _IF_OPENING * capital | _WITHOUT_ICH * (not kind & _OF_DU)
    return where


def _flags_of_words(piece: str, direction: Direction) -> int:
    """The flags of all words that a piece has or leaves where a part of it is hidden, with signs between."""
    flags = _KEEP | _SHOUTED if _HIDES.search(piece) else 0
    for word in _words_in(piece):
        known = key(word)
        flags |= _MAY * (_kinds[direction][known] != 0) | _SHOUTED * is_shouted(word)
        flags |= _KEEP * (foreignness(known) < 0 or known in _SPOKEN_OF or known.startswith("dein"))
        flags |= _WISHED * (known in WISHED)
    return flags


def _words_in(piece: str) -> list[str]:
    """The words of a piece, and what is left of them where a part of it is hidden, as links are."""
    words: list[str] = WORD.findall(piece)
    for word in [word for word in words if not word.isalpha()]:
        if len(parts := _JOINT.split(word)) > 1:
            words += [word[start:end] for start, end in _spans(parts) if 0 < end - start < len(word)]
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


def _is_pronoun(word: str) -> bool:
    """Whether a word, as its key, may be a pronoun, or be drawn together with one: `könnse`."""
    if word in _PRONOUNS or (word.endswith("'s") and (word[:-2] in _PRONOUNS or word.endswith("n's"))):
        return True
    return word.endswith("se") and (word == "hamse" or agrees_with_sie(word.removesuffix("se")))


def _asks_many(word: str) -> bool:
    return verbs.second_plural(word) or verbs.plural_imperative(word) or verbs.swiss_imperative(word)


def _may_be_asked(word: str) -> bool:
    """Whether an unknown word may be a request, by its ending."""
    return word not in FUNCTION and not word.endswith(NO_REQUEST)


def candidates(sentence: Sentence, direction: Direction) -> list[int]:
    """The places of a sentence's words that may address somebody, alone or by what stands beside them."""
    kinds = list(map(_kinds[direction].__getitem__, sentence.keys))
    if not any(kinds):
        return []
    asked = {
        at - 1 for at, kind in enumerate(kinds) if kind & _GOES_ON and _asks_last(sentence, at, direction)
    }
    if direction == "out":
        asked |= _parted(sentence, kinds)
    return [
        at
        for at, kind in enumerate(kinds)
        if kind & _SAYS or ((kind & _VERB or at in asked) and _is_verb(sentence, at, kind & _VERB))
    ]


def _asks_last(sentence: Sentence, at: int, direction: Direction) -> bool:
    """Whether a word may make a request of the one before; a customer's opens, or is behind `bitte`."""
    keys, befores = sentence.keys, sentence.befores
    if at == 0 or befores[at] != JOINED or not _may_be_asked(keys[at - 1]):
        return False
    opens = befores[at - 1] >= OPENING or (at > 1 and keys[at - 2] == "bitte")
    return opens or keys[at] == "doch" or direction == "out"


def _parted(sentence: Sentence, kinds: list[int]) -> set[int]:
    """The places of words in clauses that a particle closes."""
    found: set[int] = set()
    last, closed = True, False
    for at in range(len(kinds) - 1, -1, -1):
        if closed:
            found.add(at)
        if sentence.befores[at] != JOINED:
            last, closed = True, False
        elif last:
            last, closed = False, bool(kinds[at] & _PARTS)
    return found


def _is_verb(sentence: Sentence, at: int, kind: int) -> bool:
    """Whether a word may be a verb that asks or is of du: no noun by its capital, without ich beside it."""
    if sentence.texts[at][0].isupper() and sentence.befores[at] < OPENING and not sentence.shouted:
        return False
    if kind != _ASKS:
        return True
    keys, befores = sentence.keys, sentence.befores
    if at and befores[at] == JOINED and keys[at - 1] == "ich":
        return False
    return not (at + 1 < len(keys) and befores[at + 1] == JOINED and keys[at + 1] == "ich")


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
