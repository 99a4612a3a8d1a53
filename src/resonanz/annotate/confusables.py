"""Letters as a reader takes them, whatever alphabet they were picked from: Cyrillic `о` is read as `o`.

The rule is that of Unicode Technical Standard #39, "Unicode Security Mechanisms", section 4 (confusable
detection): two names are confusable if their skeletons are equal. Unicode's own table has thousands of signs
of every script; here stand those that pass for a Latin letter in a name, found by eye and by their Unicode
names, and the digits that fraudsters and players set for letters.
"""

from __future__ import annotations

import re
from unicodedata import name as name_of
from unicodedata import normalize

from resonanz.query import fold

# For each alphabet its signs and, in the same order, what they are read as. Large letters that look other
# than their small ones stand first, as they are looked up before the case is changed.
_ALIKE = (
    ("АВЕЅІЈКМНОРСТУХҮԌԚԜЗИЯГ", "abesijkmhopctyxygqw3nrr"),  # Cyrillic
    ("авеѕіјкмнорстухүԍԛԝзияг", "abesijkmhopctyxygqw3nrr"),
    ("ӏӀԁһѵѴґпѡцҺћђєЬҽ", "lldhvvrnwuhhhebe"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΣ", "abezhikmnoptyxe"),  # Greek
    ("αβεζηικμνορςστυχγωλϲϹ", "abeznikuvopsotuxywacc"),
    ("ՕՍԼօսհոռզցյլւքգա", "oulouhnnqgjluqqw"),  # Armenian
    ("ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᎩᏃᎾ", "abcdeghijklmprstvwyzo"),  # Cherokee
    ("οօ٥০๐໐", "oooooo"),  # round signs of other scripts
    ("ɑɒɡɩʋɯʏʙɢʜɪʟɴɾꞵ", "aagiumybghilnrb"),  # Latin beyond the alphabet
)
_SEEN = {sign: seen for signs, all_seen in _ALIKE for sign, seen in zip(signs, all_seen, strict=True)}
_LATIN = re.compile(r".*\b(?:LATIN|REGIONAL|MODIFIER) .*?\b([A-Z])(?: WITH .*)?")
_OF_GERMAN = frozenset("äöüßÄÖÜẞ")
_DIGITS = str.maketrans("01345789$€!|", "oleastbgseil")
_SHAPES = (("rn", "m"), ("vv", "w"), ("cl", "d"))  # pairs that are read as one letter


def latin(text: str) -> str:
    """Return a text with every sign that passes for a Latin letter as that letter, else as it is."""
    if text.isascii():
        return text
    return "".join(_letter(sign) for sign in normalize("NFC", text))


def foreign(text: str) -> tuple[str, ...]:
    """Return the signs of a text that pass for plain letters, each once; umlauts are none of them."""
    found = (sign for sign in normalize("NFC", text) if not sign.isascii() and sign not in _OF_GERMAN)
    return tuple(dict.fromkeys(sign for sign in found if _letter(sign) != sign))


def letters(text: str) -> str:
    """Return letters and digits alone, folded as search folds them; other alphabets as they are."""
    return "".join(token for token in fold(text) if token[0] not in "#@$" and token[0].isalnum())


def skeleton(text: str) -> str:
    """Return what is left when all that is easily confused is one: texts with equal skeletons look alike.

    Digits count as the letters they are set for, `I`, `l` and `1` as one, `rn` as `m`.
    """
    seen = letters(latin(text).lower().translate(_DIGITS)).replace("i", "l")
    for pair, read in _SHAPES:
        seen = seen.replace(pair, read)
    return seen


def _letter(sign: str) -> str:
    if sign.isascii() or sign in _OF_GERMAN:
        return sign
    if (seen := _SEEN.get(sign)) is not None:
        return seen
    plain = normalize("NFKD", sign)
    if plain[0].isascii() and plain[0].isalnum():
        return plain[0]
    if (seen := _SEEN.get(plain[0])) is not None:
        return seen
    found = _LATIN.fullmatch(name_of(sign, ""))
    return sign if found is None else found[1].lower()
