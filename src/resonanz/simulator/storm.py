"""A storm: one angry post that is passed on ever faster, people who pile on below it, hundreds who ask.

The first post names nobody: only whoever listens for the brand hears it in time. The questions are those
of the wave (`wave.py`). The same seed gives the same storm.
"""

from __future__ import annotations

from random import Random

from resonanz.simulator.course import Deed
from resonanz.simulator.people import COMPANY
from resonanz.simulator.wave import crowd, wave

SOURCE = ("wut_im_bauch", "M. K.")
ANGRY = (
    "Nordlicht weigert sich, meiner Mutter (81) das kaputte Notruf-Modul im Treppenlift zu tauschen. Drei "
    "Anrufe, dreimal abgewimmelt. So geht man mit alten Leuten um. Bitte teilen. #Nordlicht"
)
UNDER = (
    "Unfassbar. Geteilt.",
    "Genau das Gleiche bei meinem Vater letztes Jahr!",
    "Kauft da nicht mehr. Punkt.",
    "Gibt es dazu eine Stellungnahme, {company}?",
    "Ich arbeite im Pflegedienst, das ist leider Alltag.",
    "Bitte erst mal beide Seiten hören, Leute.",
    "Schon die Verbraucherzentrale gefragt? Die helfen.",
    "Schämt euch, {company}.",
)
STARTS_AT = 0.12  # of the time: until then hardly anybody has noticed
SHARES = 0.5  # reposts for each question


def storm(seed: int, *, equal: int, unlike: int, minutes: float) -> tuple[Deed, ...]:
    """Return the storm in the order in which it happens."""
    chance = Random(f"storm:{seed}")  # noqa: S311 – a play, no secret
    lasts = minutes * 60
    deeds = [Deed(after_s=0.0, kind="source", handle=SOURCE[0], name=SOURCE[1], text=ANGRY)]
    asked = wave(seed, equal=equal, unlike=unlike, minutes=minutes)
    for one in asked:
        after_s = lasts * STARTS_AT + one.after_s * (1 - STARTS_AT)
        language = "en" if one.voice == "en" else "de"
        text = f"@{COMPANY} {one.text}"
        deeds.append(
            Deed(after_s=after_s, kind="say", handle=one.handle, name=one.name, text=text, language=language)
        )
    taken = {one.handle for one in asked}
    people = (person for person in crowd(chance) if person[0] not in taken)
    wanted = [("repost", "")] * round(len(asked) * SHARES)
    wanted += [("under", text.format(company=f"@{COMPANY}")) for text in UNDER]
    for kind, text in wanted:
        handle, name = next(people)
        after_s = lasts * chance.triangular(0.02, 1.0, 0.35)
        deeds.append(Deed(after_s=after_s, kind=kind, handle=handle, name=name, text=text))
    return tuple(sorted(deeds, key=lambda deed: deed.after_s))
