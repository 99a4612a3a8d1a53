"""Machines that answer by themselves are known by what they say; people who complain of them are not."""

from __future__ import annotations

import pytest

from resonanz.annotate.automatic import says_it_is_automatic

MACHINES = [
    "Automatische Antwort: Gerade ist niemand von uns da. Wir lesen Ihre Nachricht ab morgen, 08:00 Uhr.",
    "@nordlicht@social.example Automatische Antwort: Wir sind ab 8 Uhr wieder da.",
    "@a@b.example @c [Auto-Reply] We are closed.",
    "🤖 Automatic answer: nobody of us is here right now.",
    "** Automatisierte Rückmeldung ** Ihr Anliegen ist eingegangen.",
    "Automatische Eingangsbestätigung – wir kümmern uns.",
    "Abwesenheitsnotiz: Ich bin bis Montag im Urlaub.",
    "Out of Office: back on Monday",
    "Out of the office. Back soon.",
    "Automated response\nThanks for reaching out!",
    "Auto-Response: thanks",
    "Autoresponder: wir melden uns",
    "Vielen Dank! Dies ist eine automatische Nachricht.",
    "Danke für deine Nachricht. Das ist eine automatisch generierte Antwort.",
    "Hallo! Diese Nachricht wurde automatisch erstellt, bitte nicht antworten.",
    "Wir haben Ihr Ticket erhalten. Bitte antworten Sie nicht auf diese Mail.",
    "Bitte nicht auf diese Nachricht antworten.",
    "Thank you. This is an automated message.",
    "Thanks, this message was sent automatically outside of business hours.",
    "Please do not reply to this message.",
    "Hi, I'm a bot and I post the weather.",
    "Ich bin ein Bot, frag meinen Menschen.",
    "Eingangsbestätigung: Wir haben Ihre Anfrage erhalten.",
]
PEOPLE = [
    "Ich bekomme von euch nur automatische Antworten, ist da jemand?",
    "Automatische Antwort bekommen, aber seit drei Tagen nichts gehört!",
    "Automatische Antworten könnt ihr euch sparen.",
    "Eure Eingangsbestätigung kam nie an.",
    "Eingangsbestätigung fehlt mir noch, könnt ihr nachsehen?",
    "Ist das ein Bot oder ein Mensch?",
    "Wird die Rechnung automatisch verschickt?",
    "Out of office hours nobody answers the phone here",
    "An automated message is all I ever get from you.",
    "Die automatische Tür in der Filiale klemmt.",
    "Warum ist mein Abo automatisch verlängert worden?",
    "Wo bleibt mein Paket?",
    "",
    "@nordlicht",
]


@pytest.mark.parametrize("text", MACHINES)
def test_a_machine_says_what_it_is(text: str) -> None:
    assert says_it_is_automatic(text)


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_no_machines(text: str) -> None:
    assert not says_it_is_automatic(text)


def test_a_novel_is_not_read_to_its_end() -> None:
    assert not says_it_is_automatic("Paket fehlt. " * 400 + "This is an automated message.")
