"""A campaign: the company tells news, and for hours people like it, pass it on, ask and praise.

Reactions come quickly and then ever more slowly, as with most posts. The same seed gives the same campaign.
"""

from __future__ import annotations

from random import Random

from resonanz.simulator.course import Deed
from resonanz.simulator.people import COMPANY, PEOPLE
from resonanz.simulator.wave import crowd

HOURS = 6.0
HALF_AFTER_S = 45 * 60.0  # by then half of all reactions have come
LIKES = 60
REPOSTS = 25
NEWS = (
    "Neu ab heute: der Polar 640 Eco, 30 % sparsamer und flüsterleise. Zur Einführung bis Sonntag mit "
    "kostenloser Lieferung und Altgeräte-Mitnahme: https://nordlicht.example/polar-eco #Nordlicht"
)
UNDER = (
    ("de", "Passt der in eine 60er-Nische?"),
    ("de", "Endlich! Unser alter brummt wie ein Traktor."),
    ("de", "Gilt die kostenlose Lieferung auch auf die Inseln?"),
    ("de", "Haben wir seit der Messe auf dem Zettel. Sieht richtig gut aus."),
    ("de", "Und was kostet er nach der Aktion?"),
    ("de", "30 % gegenüber welchem Gerät? Das steht nirgends."),
    ("en", "Does it come with an English manual?"),
    ("de", "Schon bestellt, Termin Donnerstag. Bin gespannt!"),
    ("de", "Kann ich meinen Gutschein damit verbinden?"),
    ("de", "Wird der auch repariert, wenn in acht Jahren ein Teil fehlt?"),
    ("de", "Der Link geht bei mir nicht auf."),
    ("en", "Beautiful. My grandmother would love this one."),
    ("de", "Gibt es den auch in Weiß?"),
    ("de", "Nehmt ihr wirklich jedes Altgerät mit, auch ohne Kauf?"),
)


def campaign(seed: int) -> tuple[Deed, ...]:
    """Return the campaign in the order in which it happens."""
    chance = Random(f"campaign:{seed}")  # noqa: S311 – a play, no secret
    people = iter(crowd(chance))
    company = next(person for person in PEOPLE if person.acct == COMPANY)
    deeds = [Deed(after_s=0.0, kind="source", handle=COMPANY, name=company.name, text=NEWS)]
    kinds = [("like", "de", "")] * LIKES + [("repost", "de", "")] * REPOSTS
    kinds += [("under", language, text) for language, text in UNDER]
    for kind, language, text in kinds:
        handle, name = next(people)
        after_s = min(chance.expovariate(0.6931 / HALF_AFTER_S), HOURS * 3600) + 20.0
        deeds.append(Deed(after_s=after_s, kind=kind, handle=handle, name=name, text=text, language=language))
    return tuple(sorted(deeds, key=lambda deed: deed.after_s))
