"""The care day of "Nordlicht Haushalt" as a whole: its greeting, its matters in order, its variations.

Texts only; when they are said is decided in `scenario.py`. `{hilft}` and `{werkstatt}` become the
company's handles; `{order}`, `{city}`, `{days}`, `{model}` and `{weekday}` change with every telling.
"""

from __future__ import annotations

from resonanz.simulator.afternoon import AFTERNOON
from resonanz.simulator.morning import MORNING

GREETING = (
    "Moin! Heute sind Anna (^aa) und Ben (^bb) für Sie da. Fragen zu Lieferung, Gerät oder "
    "Rechnung: einfach schreiben. Persönliches bitte nur als private Nachricht. #Nordlicht"
)

SLOTS = {
    "order": ("NH-48213", "NH-50977", "NH-47740", "NH-51302", "NH-49866", "NH-52018"),
    "city": ("Köln", "Flensburg", "Leipzig", "Ulm", "Bremen", "Kassel", "Hamburg"),
    "days": ("drei", "fünf", "acht", "zehn"),
    "model": ("Polar 640", "Brise 7", "Strand 812", "Kajüte 45"),
    "weekday": ("Montag", "Dienstag", "Donnerstag", "Freitag"),
}

# Said at the end from the third telling on, by the speaker's voice: the demo repeats itself only gently.
CLOSINGS = {
    "du": (" LG", " Grüße aus {city}!", " Schönen Tag euch!", " VG und danke"),
    "sie": (" Freundliche Grüße", " Schöne Grüße aus {city}", " Einen guten Tag wünsche ich."),
    "en": (" Cheers!", " Best wishes from {city}", " Thanks and bye"),
}

CASES = MORNING + AFTERNOON

# What is over before anybody looks: who asked, how many minutes ago, what; and the company's answer.
SETTLED = (
    (
        ("gregor_p", 190, "{hilft} Moin! Passt der Zulauf vom Strand 812 an einen normalen 3/4-Zoll-Hahn?"),
        (178, "Moin, ja, das passt. Der Schlauch liegt bei. ^aa"),
    ),
    (
        ("carmen_rt", 130, "{hilft} Guten Tag, gilt die Garantie beim Polar 640 auch für den Kompressor?"),
        (121, "Guten Tag Frau Ruiz-Thoma, ja, zwei Jahre auf das ganze Gerät, auch den Kompressor. ^bb"),
    ),
)

OPENING = (
    "wrong_delivery_window",
    "parcel_stuck",
    "invoice_twice",
    "praise_fitter",
    "error_code",
    "opening_hours",
)
