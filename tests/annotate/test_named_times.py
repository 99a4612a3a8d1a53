"""Which texts name a time to come, and so promise something to whoever reads them."""

from __future__ import annotations

import pytest

from resonanz.annotate.named_times import names_time

NAMED = [
    "Neues gibt es bis 09:00 Uhr.",
    "Mehr wissen wir bis 9.",
    "Wir melden uns um neun",
    "bis 9.30 wissen wir mehr",
    "spätestens 9 Uhr",
    "Gegen Mittag melden wir uns.",
    "Bis kurz nach zehn haben wir Neues",
    "um zwölf Uhr",
    "Bis morgen!",
    "Übermorgen mehr dazu",
    "Wir melden uns noch heute",
    "Heute Abend mehr",
    "Neues am Freitag",
    "Bis Montag wissen wir mehr",
    "In zwei Stunden melden wir uns",
    "Innerhalb von 30 Minuten",
    "in einer Stunde",
    "im Laufe des Nachmittags",
    "Ab 16h wieder da",
    "Seit 8 Uhr gestört, Neues bis 11 Uhr.",
    "We will write again by 9 am",
    "by 9 a.m. at the latest",
    "You hear from us by nine",
    "until noon",
    "more at 4 o'clock",
    "More news tomorrow.",
    "back on Tuesday",
    "next Friday",
    "later today",
    "this evening",
    "within the next hour we know more, in an hour at most",
    "in half an hour",
    "by about 17:30",
]
NOT_NAMED = [
    "Wir sind dran.",
    "Guten Morgen, wir sind dran.",
    "Schönen Abend noch!",
    "Seit 8 Uhr ist die App gestört.",
    "Seit heute Morgen hakt es.",
    "seit gestern Abend",
    "Since 8 am our app is down.",
    "since about 9 o'clock",
    "Wir erstatten bis 50 €.",
    "bis 10 Euro",
    "um 20 % langsamer",
    "bis 3 mal",
    "Fehler 502 in Version 3.12",
    "vor 2 Stunden ging es los",
    "vor zwei Wochen",
    "Nummer 12:345",
    "Das war um 22.11.2026 herum",
    "We are working on it.",
    "Our app is down, sorry.",
    "Update at 100 percent",
    "Thank you for your patience",
    "",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_time_to_come_is_seen(text: str) -> None:
    assert names_time(text) is True


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert names_time(text) is False
