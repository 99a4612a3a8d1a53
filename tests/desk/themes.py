"""A desk on which people speak of this and that for weeks, and lately of one thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from resonanz.desk.models import Channel
from resonanz.post import Audience, Author, Sighting
from tests.cast import SERVER, Desk, hear, said

DAYS, A_DAY = 30, 12
OF_THIS = "Kaffee Regen Fahrrad Garten Musik Kino Brot Hund Katze Fenster Lampe Tasche Schuhe Urlaub".split()
OF_THAT = "kalt warm schön laut leise groß klein schnell rot grün weich alt frisch bunt hell".split()
NEWS = (
    "Warum riechen die neuen Pfandbecher so?",
    "Pfandbecher am Automaten, und keiner nimmt sie zurück",
    "Der Pfandbecher riecht nach Seife",
    "Ich mag die #Pfandbecher nicht",
    "Rückgabe der Pfandbecher? Fehlanzeige",
    "Pfandbecher undicht, Kaffee auf der Hose",
    "Wieder so ein Pfandbecher, der riecht",
)


def somebody(number: int) -> Author:
    uid = f"{SERVER}/users/p{number}"
    return Author(network="mastodon", uid=uid, handle=f"p{number}@social.example", name=f"Person {number}")


def weeks(until: datetime, name: str = "w") -> Iterable[Sighting]:
    """Yield posts of this and that, some a day, the oldest first."""
    for number in range(DAYS * A_DAY):
        words = f"{OF_THIS[number * 5 % 14]} ist {OF_THAT[number * 7 % 15]}"
        at = until - timedelta(days=DAYS) + timedelta(days=1) / A_DAY * number
        yield said(f"{name}{number}", words, somebody(number % 90), at=at)


def news(
    until: datetime, texts: Iterable[str] = NEWS, name: str = "n", first: int = 100
) -> Iterable[Sighting]:
    """Yield posts of the last hours, each of somebody else."""
    for number, text in enumerate(texts):
        at = until - timedelta(hours=5) + timedelta(minutes=30 * number)
        yield said(f"{name}{number}", text, somebody(first + number), at=at)


def speak(desk: Desk, until: datetime, channel: Channel | None = None) -> None:
    """Let all of them be heard."""
    hear(channel or desk.channel, *weeks(until - timedelta(hours=6)), at=until)
    hear(channel or desk.channel, *news(until), at=until)


def in_private(sighting: Sighting) -> Sighting:
    """Return a post that only we may read."""
    return replace(sighting, post=replace(sighting.post, audience=Audience.DIRECT))
