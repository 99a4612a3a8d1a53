"""The wave of an incident: hundreds ask the same thing in their own words, a few ask something else.

Plain values from a seed, so that tests can take them without any network. The words are in
`wave_words.py`; how they are said on the network is in `incident.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import regex

from resonanz.simulator.wave_words import FIRST_NAMES, LAST_NAMES, UNLIKE, VOICES

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_EQUAL = 2000
MOST_UNLIKE = len(UNLIKE)
RISING_SHARE = 0.15  # of the time: an incident is asked about soon, and then less and less
_BEGINNING = regex.compile(r"(?:^|[.?!] )\p{Ll}")
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ç": "c", "ş": "s", "ı": "i"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of the wave, `after_s` seconds from its beginning; `equal` if about the incident.

    `voice` is how the customer speaks and wants to be spoken to: du, sie or en. No company is named in
    the text: whoever says it puts the handle in front.
    """

    after_s: float
    handle: str
    name: str
    voice: str
    text: str
    equal: bool


def wave(seed: int, *, equal: int = 500, unlike: int = 40, minutes: float = 60.0) -> tuple[Asked, ...]:
    """Return a wave in the order in which it is said; everybody asks once, and no text comes twice.

    The same seed gives the same wave. Raises `ValueError` for more than `MOST_EQUAL` or `MOST_UNLIKE`.
    """
    expect_wave(equal=equal, unlike=unlike, minutes=minutes)
    chance = Random(f"wave:{seed}")  # noqa: S311 – a play, no secret
    people = iter(crowd(chance))
    texts = _different(chance)
    asked = [_equal(chance, next(people), texts, minutes * 60) for _ in range(equal)]
    others = chance.sample(UNLIKE, unlike)
    asked += [_unlike(chance, next(people), voice, text, minutes * 60) for voice, text in others]
    return tuple(sorted(asked, key=lambda one: (one.after_s, one.handle)))


def expect_wave(*, equal: int, unlike: int, minutes: float) -> None:
    """Raise `ValueError` for a wave that cannot be."""
    if not (0 <= equal <= MOST_EQUAL and 0 <= unlike <= MOST_UNLIKE and minutes > 0):
        raise ValueError(
            f"a wave has 0 to {MOST_EQUAL} equal and 0 to {MOST_UNLIKE} unlike questions in more than "
            f"0 minutes, got {equal}, {unlike}, {minutes}"
        )


def crowd(chance: Random) -> list[tuple[str, str]]:
    """Return handles and names, all different."""
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    chance.shuffle(pairs)
    return list(dict(_person(chance, first, last) for first, last in pairs).items())


def _person(chance: Random, first: str, last: str) -> tuple[str, str]:
    """Return a handle and a name as people choose them."""
    ways = (f"{first}_{last}", f"{first}{last[0]}_{last[-3:]}{len(first)}", f"{last}.{first}")
    shown = first if chance.random() < 0.2 else f"{first} {last}"
    return _handle(f"{chance.choice(ways)}_{chance.randrange(10, 99)}"), shown


def _handle(text: str) -> str:
    return text.lower().translate(_FOLD).replace(".", "_")


def _different(chance: Random) -> Callable[[str], str]:
    """Return a maker of texts for a voice that never makes the same twice."""
    made: set[str] = set()

    def text_for(voice: str) -> str:
        text = _worded(chance, voice)
        while text in made:
            text = _worded(chance, voice)
        made.add(text)
        return text

    return text_for


def _worded(chance: Random, voice: str) -> str:
    """Put a question together: greeting, trouble, since when, what was tried, what is wanted, farewell."""
    words = VOICES[voice]
    parts = {name: chance.choice(options) for name, options in words.parts.items()}
    parts["asked"] = parts["want"][0].lower() + parts["want"][1:]
    text = " ".join(chance.choice(words.forms).format(**parts).split())
    text = _BEGINNING.sub(lambda found: found[0].upper(), text)
    return _careless(chance, text) if chance.random() < words.careless else text


def _careless(chance: Random, text: str) -> str:
    """Write as people do in a hurry."""
    kind = chance.randrange(4)
    if kind == 0:
        return text.lower()
    if kind == 1:
        return text.replace("?", "??").replace("!", "!!")
    if kind == 2:
        return text.replace(",", "").removesuffix(".")
    place = chance.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 1 + 1 :]


def _equal(chance: Random, person: tuple[str, str], text_for: Callable[[str], str], seconds: float) -> Asked:
    voice = chance.choices(("du", "sie", "en"), weights=(55, 35, 10))[0]
    after_s = round(chance.triangular(0.0, seconds, seconds * RISING_SHARE), 3)
    return Asked(
        after_s=after_s, handle=person[0], name=person[1], voice=voice, text=text_for(voice), equal=True
    )


def _unlike(chance: Random, person: tuple[str, str], voice: str, text: str, seconds: float) -> Asked:
    after_s = round(chance.uniform(0.0, seconds), 3)
    return Asked(after_s=after_s, handle=person[0], name=person[1], voice=voice, text=text, equal=False)
