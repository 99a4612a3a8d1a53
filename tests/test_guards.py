"""What is held back, what is only hinted at, and that good replies pass."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.annotate.private_data import OwnPattern
from resonanz.compose import USUAL_LIMITS
from resonanz.guards import TEXT_MOST, Problem, Voice, check
from resonanz.post import Limits

WIDE = Limits(length=5_000)
DU, SIE, NONE = Voice(form="du"), Voice(form="sie"), Voice()
HERE = Path(__file__).parent


def problems(
    text: str, voice: Voice = NONE, *, private: bool = False, limits: Limits = WIDE
) -> list[Problem]:
    return list(check(text, limits=limits, audience_private=private, voice=voice))


def kinds(text: str, voice: Voice = NONE, *, private: bool = False) -> list[str]:
    return [problem.kind for problem in problems(text, voice, private=private)]


def stops(text: str, voice: Voice = NONE) -> list[str]:
    return [problem.text for problem in problems(text, voice) if problem.hard]


# Private data ------------------------------------------------------------------------------------


def test_private_data_stops_a_public_text_and_says_where() -> None:
    text = "Wir haben Ihre Bestellung 4711-0815 gefunden und rufen Sie unter 030 23125 123 an."
    assert problems(text) == [
        Problem("private_data", True, 26, 35, "4711-0815", {"kind": "order_number"}),
        Problem("private_data", True, 65, 78, "030 23125 123", {"kind": "phone"}),
    ]
    assert problems(text, private=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "Unter 030 23125 123 erreichen wir Sie doch?",
        "Wir erreichen dich unter 030 23125 123 leider nicht.",
        "Unser Kollege ruft unter 030 23125 123 zurück.",
        "Notiert: 030 23125 123.",
        "Wir rufen Sie morgen zwischen 8 und 10 Uhr an: 030 23125 123",
        "Unser Kundenservice meldet sich unter 030 23125 123.",
        "Meine Kollegen rufen Sie morgen unter 030 23125 123 an.",
        "Sie haben bei der Hotline 030 23125 123 als Rückrufnummer angegeben.",
        "Bei uns steht als Nummer die 030 23125 123.",
        "Du hast uns die 030 23125 123 genannt, oder?",
        "Ich schreib dir gleich an die 030 23125 123.",
        "030 23125 123",
        "Die Hotline ist bis 20 Uhr da. Ihre Nummer lautet 030 23125 123?",
        "Call me? We will call you at +49 30 23125 123.",
    ],
)
def test_the_customers_number_is_private(text: str) -> None:
    assert [problem.hard for problem in problems(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Sie erreichen uns unter 030 23125 123.",
        "Ruf einfach an: 030 23125 123.",
        "Rufen Sie bitte direkt die 030 23125 123 an.",
        "Am besten wenden Sie sich an 030 23125 123.",
        "Unter 030 23125 123 erreichst du unsere Hotline.",
        "Unsere Telefonnummer: 030 23125 123",
        "Fundbüro: 030 23125 123, Mo–Fr 8–18 Uhr",
        "Die 030 23125 123 ist rund um die Uhr besetzt.",
        "Unsere Kolleginnen erreichst du unter 030 23125 123.",
        "Wir sind unter 030 23125 123 erreichbar.",
        "Kommen Sie gern vorbei: Lindenstraße 8, 50667 Köln.",
        "Retouren bitte an Fjord GmbH, Lindenstraße 8, 50667 Köln.",
        "You can reach us at +49 30 23125 123.",
        "Kostenlos anrufen: 0800 1234567.",
        "Unsere Filiale in der Hauptstraße 5, 10115 Berlin hat bis 20 Uhr auf.",
        "Unsere Filiale finden Sie in der Hauptstraße 5.",
        "Leite die Mail gern an phishing@fjord.example weiter.",
        "Schreib bitte an service@fjord.example.",
        "Alles Weitere per Mail: hilfe@fjord.example",
        "Schick uns bitte deine Bestellnummer per Direktnachricht.",
        "Der ICE 578 fährt am 12.03.2026 um 14:05 Uhr ab Gleis 7, 49,90 Euro.",
    ],
)
def test_what_is_the_companys_own_may_be_said(text: str) -> None:
    assert stops(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Wir schreiben an jule.krause@web.de.",
        "Schreib uns: j.krause@gmail.com",
        "Geht an krause@fjord.example raus",
    ],
)
def test_a_persons_address_is_private(text: str) -> None:
    assert [problem.facts for problem in problems(text) if problem.hard] == [{"kind": "email"}]


def test_own_contacts_are_known_in_every_spelling() -> None:
    contacts = ("+49 (0)30 23125-123", "Hauptstr. 5, 10115 Berlin", "Jule.Krause@gmx.de")
    voice = Voice(own_contacts=contacts)
    for text in (
        "030/23125123",
        "Tel. 0049 30 23125 123",
        "Hauptstraße 5, 10115 Berlin",
        "Es geht in die Hauptstraße 5.",
        "jule.krause@GMX.de",
    ):
        assert stops(text, voice) == []
        assert stops(text) != []
    assert stops("030 23125 124 oder Hauptstraße 55", voice) == ["030 23125 124", "Hauptstraße 55"]
    assert stops("030 23125 123", Voice(own_contacts=("123",))) == ["030 23125 123"]


def test_a_brands_own_number_pattern_is_private() -> None:
    voice = Voice(patterns=(OwnPattern("customer_number", r"FJ\d{6}"),))
    assert stops("Zu FJ123456 haben wir nichts.", voice) == ["FJ123456"]


# The voice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "voice", "expected", "found", "place"),
    [
        ("Können Sie uns Ihre Zugnummer nennen?", DU, "du", "sie", "Sie"),
        ("Schick uns gern deine Zugnummer.", SIE, "sie", "du", "Schick"),
        ("Schau bitte nach, dann melden wir uns bei Ihnen.", SIE, "sie", "mixed", "Schau"),
        ("Hast du es versucht? Wir melden uns bei Ihnen.", NONE, "none", "mixed", "Ihnen"),
    ],
)
def test_one_hint_where_the_form_differs(
    text: str, voice: Voice, expected: str, found: str, place: str
) -> None:
    (problem,) = problems(text, voice)
    assert (problem.kind, problem.hard, problem.facts) == (
        "address_form",
        False,
        {"expected": expected, "found": found},
    )
    assert problem.text == place == text[problem.start : problem.end]


def test_the_right_form_and_none_at_all_pass() -> None:
    for text, voice in (
        ("Schick uns gern deine Zugnummer.", DU),
        ("Nennen Sie uns bitte Ihre Zugnummer.", SIE),
        ("Der Zug fährt um 14:05 Uhr.", DU),
        ("Could you send us your order number?", NONE),
        ("Schick uns gern deine Zugnummer.", NONE),
    ):
        assert kinds(text, voice) == []


def test_words_that_the_brand_avoids() -> None:
    voice = Voice(forbidden_words=("Problem", "kulanz*", "aus  Kulanz", "z.B.", " *", ""))
    text = "Das PROBLEM lösen wir aus\nKulanz, z.B. mit Kulanzbetrag. "
    text += "#Problem @problem https://a.de/problem Problemlos"
    assert [(hint.kind, hint.hard, hint.text) for hint in problems(text, voice)] == [
        ("forbidden_word", False, "PROBLEM"),
        ("forbidden_word", False, "aus\nKulanz"),
        ("forbidden_word", False, "z.B."),
        ("forbidden_word", False, "Kulanzbetrag"),
    ]
    assert kinds("Problem", Voice(forbidden_words=("*",))) == []


# Length ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t", "@anna", "@anna @Otto@social.example …", "!", "\u200b"])
def test_nothing_to_send(text: str) -> None:
    found = check(text, limits=WIDE, audience_private=True, voice=DU, named=["anna", "otto@social.example"])
    assert [(problem.kind, problem.hard, problem.end) for problem in found] == [("empty", False, len(text))]


@pytest.mark.parametrize("text", ["👍", "7", "🇩🇪", "ok", "עברית"])
def test_little_is_something(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("network", "text", "facts"),
    [
        ("x", "🙂" * 280, {"length": 560, "limit": 280, "unit": "weighted"}),
        ("mastodon", "a" * 501, {"length": 501, "limit": 500, "unit": "characters"}),
        ("bluesky", "a" * 301, {"length": 301, "limit": 300, "unit": "graphemes"}),
        ("bluesky", "👨‍👩‍👧" * 200, {"length": 3600, "limit": 3000, "unit": "bytes"}),
    ],
)
def test_too_long(network: str, text: str, facts: dict[str, int | str]) -> None:
    assert problems(text, limits=USUAL_LIMITS[network]) == [
        Problem("too_long", False, 0, len(text), text, facts)
    ]


def test_who_is_answered_counts_nothing_on_x() -> None:
    text = "@anna " + "a" * 280
    found = check(text, limits=USUAL_LIMITS["x"], audience_private=False, voice=NONE, named=["anna"])
    assert found == ()


def test_a_slip_of_the_clipboard_is_only_too_long() -> None:
    text = "030 23125 123 <b>Sie</b> " * 200_000
    begun = time.process_time()
    (problem,) = problems(text, DU)
    assert time.process_time() - begun < 0.1
    assert (problem.kind, problem.hard, problem.end) == ("too_long", False, len(text))
    assert problem.facts == {"length": 5_000_000, "limit": 5_000, "unit": "characters"}


@pytest.mark.parametrize(
    "piece",
    ["a", "a ", "🙂", "<b>", "<a <a ", "[a](http://", "**a", "{a", "@a", "a@", "1", "1 ", "030 ", "A.", "!",
     "! ", "%a", "bit.ly/", "Sie ", "a-", "\u202e", "DE12 "],
)  # fmt: skip
def test_the_longest_text_is_looked_at_in_time(piece: str) -> None:
    text = (piece * TEXT_MOST)[: TEXT_MOST // 10]
    begun = time.process_time()
    found = problems(text, DU)
    assert time.process_time() - begun < 3
    assert kinds(piece * (TEXT_MOST + 1)) == ["too_long"]
    assert len(found) < TEXT_MOST


# How it looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("Näheres: https://bit.ly/3xYz.", "link_shortener", "https://bit.ly/3xYz."),
        ("Siehe tinyurl.com/abc", "link_shortener", "tinyurl.com/abc"),
        ("Das tut uns leid!!! Wirklich????", "repeated_punctuation", "!!!"),
        ("Wirklich ? ? ?", "repeated_punctuation", "? ? ?"),
        ("Das ist <b>wichtig</b>.", "markup", "<b>"),
        ("<img src=x onerror=alert(1)> Hallo", "markup", "<img src=x onerror=alert(1)>"),
        ("Das ist **sehr wichtig**.", "markup", "**sehr wichtig**"),
        ("Siehe [hier](https://a.de/x)", "markup", "[hier](https://a.de/x)"),
        ("Müller &amp; Söhne", "markup", "&amp;"),
        ("Hallo {name}, danke!", "placeholder", "{name}"),
        ("Hallo {{ first_name }}!", "placeholder", "{{ first_name }}"),
        ("Hallo [Name], danke!", "placeholder", "[Name]"),
        ("Hallo %vorname%, danke!", "placeholder", "%vorname%"),
        ("WIR KÖNNEN DAS LEIDER NICHT ÄNDERN", "shouting", "WIR KÖNNEN DAS LEIDER NICHT ÄNDERN"),
        ("@anna DAS IST JETZT ABER WIRKLICH GENUG, ja.", "shouting", "DAS IST JETZT ABER WIRKLICH GENUG"),
    ],
)
def test_hints_about_looks(text: str, kind: str, place: str) -> None:
    assert [(hint.kind, hint.hard, hint.text) for hint in problems(text)] == [(kind, False, place)]


@pytest.mark.parametrize(
    "text",
    [
        "Mehr auf https://bahn.example/bit.ly/x und orbit.ly-fan",
        "Wirklich?! Ja! Toll!!",
        "1 < 2 und a > b, <3 und 5 ** 2 ** 3",
        "R&B mit AT&T",
        "Der ICE 578 der DB hält in HH, NRW und bei der NFC.",
        "USB-C, HDMI, WLAN, LTE",
        "#STÖRUNG #HAMBURGHAUPTBAHNHOF https://a.de/WEG_ZUM_ZIEL ja",
        "Rabatt von 10 % bis 20 % auf alles",
        "Moment … gleich geht es weiter ...",
    ],
)
def test_what_only_looks_alike(text: str) -> None:
    assert kinds(text) == []


def test_whoever_is_named_in_private_reads_along() -> None:
    text = "@anna@social.example @Anna und @otto. schauen, mail a@b.de, https://a.de/@c"
    found = check(text, limits=WIDE, audience_private=True, voice=NONE, named=["@anna@social.example"])
    assert [(hint.kind, hint.hard, hint.text) for hint in found] == [("names_other", False, "@otto")]
    assert check(text, limits=WIDE, audience_private=True, voice=NONE) == ()
    public = check("Hallo @otto", limits=WIDE, audience_private=False, voice=NONE, named=["anna"])
    assert public == ()


def test_hard_stops_come_first() -> None:
    text = "Hallo {name}!!! Wir rufen Sie unter 030 23125 123 an."
    assert kinds(text, DU) == ["private_data", "placeholder", "repeated_punctuation", "address_form"]


# Any text ----------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            ["Sie", "du", "030 23125 123", "<b>", "{name}", "!!!", "@anna", "\u202e", "שלום", "https://"]
        )
        | st.text(max_size=8),
        max_size=12,
    ).map(" ".join),
    st.sampled_from([DU, SIE, NONE]),
    st.booleans(),
)
def test_problems_say_where_in_any_text(text: str, voice: Voice, private: bool) -> None:
    found = problems(text, voice, private=private)
    assert [problem for problem in found if text[problem.start : problem.end] != problem.text] == []
    assert [
        problem.kind for problem in found if problem.hard and (private or problem.kind != "private_data")
    ] == []


def test_right_to_left_text_keeps_its_places() -> None:
    text = "\u202eשלום Sie, טלפון 030 23125 123\u202c"
    found = problems(text, DU)
    assert next((problem.kind, problem.text) for problem in found) == ("private_data", "030 23125 123")


def test_good_replies_pass() -> None:
    """At most two of a hundred good replies get a hint or a stop that they do not deserve."""
    rows = [line.split("\t") for line in (HERE / "annotate/good_replies.tsv").read_text().splitlines()]
    forms: dict[str, Literal["du", "sie", "none"]] = {"du": "du", "sie": "sie", "en": "none"}
    wrong = []
    for number, voice, audience, text in rows:
        found = problems(text, Voice(form=forms[voice]), private=audience == "direct")
        wrong += [f"{number} {audience} {hint.kind}: {hint.text!r} in {text}" for hint in found]
    print("\n".join(wrong))
    print(f"good replies: {len(wrong)} false hints in {len(rows)}")
    assert len(rows) >= 700
    assert len(wrong) <= 0.02 * len(rows)
