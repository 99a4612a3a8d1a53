"""Accounts that imitate a brand: its name in another alphabet, with `Support` behind it, misspelled.

An account is told by its handle and its display name together. Either alone is often innocent: thousands are
called Brandt, and a fan may have our handle on another server. What counts is that nothing but the brand's
name is there, besides words that a customer service uses. Any other word (`fan`, `Kiel`, `nervt`) makes it
somebody's own account. The rules and what they are worth stand in docs/lookalikes.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from rapidfuzz.distance import OSA, Levenshtein

from resonanz.annotate.confusables import foreign, latin, letters, skeleton
from resonanz.annotate.service_words import SHORT, TICKS, cuts, is_service_word, is_telling
from resonanz.unseen import without_tricks

REPORTED = 0.5  # from this strength on, somebody should look
LEAST = 2  # letters of a name that can be imitated
OWN_LEAST = 4  # letters from which on a name by itself says who is meant; `Ada` and `SBB` need more than that
EDITED_LEAST = 5  # letters of a name of which one may be wrong
LONG = 12  # letters from which on two may be wrong, and a wrong one in handle and name is no accident


class Kind(StrEnum):
    """How an account resembles ours."""

    HOMOGLYPH = "homoglyph"  # signs that pass for others: of another alphabet, or `I` for `l`
    DIGITS = "digits"  # digits for letters
    ADDED = "added"  # a word of a customer service, or a tick, beside the name
    LETTER = "letter"  # a letter changed, doubled, left out or swapped
    ARRANGED = "arranged"  # the same letters, otherwise parted or in another order
    NAME = "name"  # our name, over a handle that is not ours or as its handle
    ELSEWHERE = "elsewhere"  # our handle on another server or network


class Account(NamedTuple):
    """An account as its network shows it; `network` and `handle` tell where it is."""

    network: str
    handle: str
    name: str = ""


@dataclass(frozen=True)
class Brand:
    """What a brand is known by: its name and spellings, and its own accounts."""

    names: tuple[str, ...]
    accounts: tuple[Account, ...] = ()

    @cached_property
    def handles(self) -> tuple[_Mark, ...]:
        """What of the brand's own handles can be imitated."""
        return _marks((local(account.handle), _of_handle(account.handle)) for account in self.accounts)

    @cached_property
    def shown(self) -> tuple[_Mark, ...]:
        """What of its names can be imitated."""
        names = (*self.names, *(account.name for account in self.accounts))
        return _marks((name, _of_name(name)) for name in names)


@dataclass(frozen=True, slots=True)
class Imitation:
    """That an account imitates a brand, how, and how strongly (0 to 1).

    `handle` and `name` are what of ours its handle and its name resemble, "" where they do not; `words` are
    added words as they are written, `signs` the signs of other alphabets that pass for Latin letters.
    """

    handle: str
    name: str
    kinds: tuple[Kind, ...]
    strength: float
    words: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


class Piece(NamedTuple):
    """A part of a handle or name, and whether it differs from what it is compared with."""

    text: str
    differs: bool


class _Written(NamedTuple):
    """Words as they are compared: in a row, in small letters, by their letters alone, and as they look."""

    joined: str
    low: str
    letters: str
    looks: str
    sorted: tuple[str, ...]


class _Mark(NamedTuple):
    """Something of ours that can be imitated, and what it is called."""

    said: str
    written: _Written


class _Way(NamedTuple):
    """A handle or a name, or what is left of it without some words of a service."""

    written: _Written
    words: tuple[str, ...]
    signs: tuple[str, ...]


class _Match(NamedTuple):
    """How a handle or a name fits a brand; `near` says that a letter is wrong, `signs` pass for others."""

    mark: _Mark
    kinds: frozenset[Kind]
    words: tuple[str, ...]
    signs: tuple[str, ...]
    near: bool

    @property
    def is_anybodys(self) -> bool:
        """Whether the name is too short to say who is meant, and nothing else says it."""
        return len(self.mark.written.low) < OWN_LEAST and not self.signs and not self.says_service

    @property
    def says_service(self) -> bool:
        """Whether a word was added that only companies add."""
        return any(is_telling(word.lower()) for word in self.words)

    @property
    def is_disguised(self) -> bool:
        """Whether signs were chosen that look like others."""
        return not self.kinds.isdisjoint({Kind.HOMOGLYPH, Kind.DIGITS})


def imitation(brand: Brand, account: Account) -> Imitation | None:
    """Return how an account imitates a brand, None if it does not or is the brand's own."""
    if is_own(brand, account):
        return None
    handle = _match(_of_handle(account.handle), (*brand.handles, *brand.shown))
    name = _match(_of_name(account.name), (*brand.shown, *brand.handles))
    strength = _strength(handle, name, account)
    if strength < REPORTED:
        return None
    found = [match for match in (handle, name) if match is not None]
    kinds = {kind for match in found for kind in match.kinds} | _whereabouts(brand, account, handle)
    return Imitation(
        handle="" if handle is None else handle.mark.said,
        name="" if name is None else name.mark.said,
        kinds=tuple(kind for kind in Kind if kind in (kinds or {Kind.NAME})),
        strength=strength,
        words=tuple(dict.fromkeys(word for match in found for word in match.words)),
        signs=tuple(dict.fromkeys(sign for match in found for sign in match.signs)),
    )


def differences(ours: str, theirs: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return two handles or names in pieces, with the letters marked in which they differ."""
    codes = Levenshtein.opcodes(ours.lower(), theirs.lower())
    mine = (Piece(ours[code.src_start : code.src_end], code.tag != "equal") for code in codes)
    other = (Piece(theirs[code.dest_start : code.dest_end], code.tag != "equal") for code in codes)
    return tuple(piece for piece in mine if piece.text), tuple(piece for piece in other if piece.text)


def local(handle: str) -> str:
    """Return what of a handle its owner chose: without @, server, and the usual endings of domains."""
    name, _at, server = handle.strip().removeprefix("@").partition("@")
    if server or "." not in name:
        return name
    labels = [_decoded(label) for label in name.split(".")]
    if len(labels) > 2 and not is_service_word(labels[0].lower()):
        return labels[0]
    return ".".join(labels if _whole_word(labels[-1]) else labels[:-1])


# Whose it is -------------------------------------------------------------------------------------


def is_own(brand: Brand, account: Account) -> bool:
    """Whether it is one of the brand's accounts, or stands under a domain or on a server of the brand's."""
    handle = account.handle.lower()
    return any(
        (account.network, handle) == (own.network, own.handle.lower())
        or ("@" not in handle and handle.endswith(f".{own.handle.lower()}"))
        or _is_own_server(brand, handle, own.handle.lower())
        for own in brand.accounts
    )


def _is_own_server(brand: Brand, handle: str, own: str) -> bool:
    """Whether both are on one server, and it bears the brand's name: others have no accounts there."""
    server = handle.rpartition("@")[2]
    if "@" not in handle or server != own.rpartition("@")[2]:
        return False
    known = {mark.written.letters for mark in (*brand.shown, *brand.handles)}
    return any(letters(label) in known for label in server.split("."))


def _whereabouts(brand: Brand, account: Account, handle: _Match | None) -> set[Kind]:
    if handle is None:
        return {Kind.NAME}
    theirs = local(account.handle).lower()
    is_ours = any(theirs == local(own.handle).lower() for own in brand.accounts)
    return {Kind.ELSEWHERE} if is_ours else set()


# How much it takes -------------------------------------------------------------------------------


def _strength(handle: _Match | None, name: _Match | None, account: Account) -> float:
    """Return how strongly handle and name together look like the brand."""
    if name is not None and not name.near:
        if name.is_anybodys:
            return 0.3 if handle is None or name.words else 0.7
        if name.is_disguised:
            return 0.95
        return 0.9 if name.words or handle is not None else 0.7
    if handle is not None and not handle.near:
        return _strength_of_handle(handle, name, account)
    return _strength_of_slips(handle, name, account)


def _strength_of_handle(handle: _Match, name: _Match | None, account: Account) -> float:
    """Of a handle like ours under a name that is not ours."""
    if handle.signs:
        return 0.85
    if handle.says_service:
        return 0.8
    if name is not None:
        return 0.7
    is_numbered = any(word.isdigit() for word in handle.words)  # as are thousands of private people
    return 0.3 if account.name or is_numbered or handle.is_anybodys else 0.6


def _strength_of_slips(handle: _Match | None, name: _Match | None, account: Account) -> float:
    """Of letters that are wrong: people have names like that, so a second reason is needed."""
    found = [match for match in (handle, name) if match is not None]
    if any(match.words for match in found):
        return 0.6 if len(found) == 2 or not account.name or name is not None else 0.3
    is_long = any(len(match.mark.written.low) >= LONG for match in found)
    return 0.6 if len(found) == 2 and is_long else 0.2


# How a handle or a name fits ---------------------------------------------------------------------


def _marks(said: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[_Mark, ...]:
    """Return what can be imitated of names in words, as it stands and without `GmbH` or `de`."""
    found: dict[str, _Mark] = {}
    for text, tokens in said:
        for rest in (tokens, _bare(tokens, SHORT.__contains__)[0]):
            mark = _Mark(text, _written(rest))
            if len(mark.written.looks) >= LEAST:
                found.setdefault(mark.written.low, mark)
    return tuple(found.values())


def _match(tokens: tuple[str, ...], marks: Sequence[_Mark]) -> _Match | None:
    """Return the closest of all that can be imitated: as it stands, or without words of a service."""
    found = [_fits(mark, way) for way in _ways(tokens) for mark in marks]
    known = [match for match in found if match is not None]
    return min(known, key=lambda match: (match.near, len(match.kinds)), default=None)


def _fits(mark: _Mark, way: _Way) -> _Match | None:
    ours, theirs = mark.written, way.written
    signs = tuple(sign for sign in way.signs if sign.lower() not in ours.low)
    added = frozenset({Kind.ADDED}) if way.words else frozenset()
    if (kinds := _same(ours, theirs)) is not None:
        kinds = frozenset({Kind.HOMOGLYPH}) if signs else kinds
        return _Match(mark, kinds | added, way.words, signs, near=False)
    size = len(ours.low)
    if _slips(ours.looks, theirs.looks) > (0 if size < EDITED_LEAST else 1 if size < LONG else 2):
        return None
    disguise = {Kind.HOMOGLYPH} if signs else set()
    return _Match(mark, frozenset({Kind.LETTER, *disguise}) | added, way.words, signs, near=True)


def _slips(ours: str, theirs: str) -> int:
    """Return how many letters are changed, too many, left out or swapped; one held down is one."""
    wrong = OSA.distance(ours, theirs)
    if wrong > 1 and ours[:1] == theirs[:1] and ours[-1:] == theirs[-1:]:
        return min(wrong, 1) if _repeated.sub(r"\1", ours) == _repeated.sub(r"\1", theirs) else wrong
    return wrong


def _same(ours: _Written, theirs: _Written) -> frozenset[Kind] | None:
    """Return how the same name is written, None where it is another one."""
    if theirs.low == ours.low:
        return frozenset() if theirs.sorted == ours.sorted else frozenset({Kind.ARRANGED})
    if theirs.looks == ours.looks:
        if theirs.letters == ours.letters:
            return frozenset({Kind.LETTER})  # an umlaut written otherwise
        return frozenset({Kind.DIGITS if re.search(r"\d", theirs.low) else Kind.HOMOGLYPH})
    if len(theirs.sorted) > 1 and theirs.sorted == ours.sorted:
        return frozenset({Kind.ARRANGED})
    return None


# Words -------------------------------------------------------------------------------------------

_repeated = re.compile(r"(.)\1+")
_token = re.compile(rf"[^\W_]+|[{TICKS}]")
_hump = re.compile("(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])")


def _of_handle(handle: str) -> tuple[str, ...]:
    return _of_name(local(handle))


@lru_cache(maxsize=1024)
def _of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name or handle as they are written; `NordlichtHilfe` is two."""
    text = normalize("NFC", without_tricks(name))
    plain = latin(text)  # sign for sign
    found: list[str] = []
    for word in _token.finditer(plain):
        humps = [word.start() + hump.start() for hump in _hump.finditer(word[0])]
        ends = [word.start(), *humps, word.end()]
        found += [text[start:end] for start, end in pairwise(ends)]
    return tuple(found)


def _bare(
    tokens: Sequence[str], is_extra: Callable[[str], bool] = is_service_word
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words without the extra ones at their ends, and these."""
    start, end = 0, len(tokens)
    while start < end and is_extra(latin(tokens[start]).lower()):
        start += 1
    while start < end and is_extra(latin(tokens[end - 1]).lower()):
        end -= 1
    return tuple(tokens[start:end]), (*tokens[:start], *tokens[end:])


@lru_cache(maxsize=1024)  # of the account that is just compared with one brand after the other
def _ways(tokens: tuple[str, ...]) -> tuple[_Way, ...]:
    """Return words as they stand, and what may be left of them; also of one that is written together."""
    rest, words = _bare(tokens)
    found: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    if set(TICKS).isdisjoint(tokens):  # a tick is added, never part of a name
        found.append((tokens, ()))
    if words and rest:
        found.append((rest, words))
    if len(rest) == 1:
        whole = rest[0]
        for start, end in cuts(latin(whole).lower()):
            ends = tuple(piece for piece in (whole[:start], whole[end:]) if piece)
            found.append(((whole[start:end],), (*words, *ends)))
    return tuple(_Way(_written(left), added, foreign("".join(left))) for left, added in found)


def _written(tokens: Sequence[str]) -> _Written:
    joined = "".join(tokens)
    low = joined.lower()
    return _Written(joined, low, letters(low), skeleton(joined), tuple(sorted(map(letters, tokens))))


def _whole_word(label: str) -> bool:
    """Whether an ending of a domain says something, such as `.support`."""
    return len(label) > 3 and is_service_word(label.lower())


def _decoded(label: str) -> str:
    """Return a domain's label in its own letters (RFC 3492)."""
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
