"""Counting as the network counts, splitting without loss, signing once."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import normalize

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from resonanz.compose import counting_rules, fits, length, split, with_signature
from resonanz.post import Limits

WRITTEN = Limits(length=300)
SHORT = Limits(length=500, url_length=23, short_handles=True)
SEEN = Limits(length=300, unit="graphemes")
FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "characters", "graphemes"),
    [
        ("", 0, 0),
        ("Grüße aus Köln", 14, 14),
        ("Gru\u0308ße", 5, 5),  # u and a combining diaeresis are composed
        ("x\u0304\u0323", 3, 1),  # no composed form of both
        (FAMILY, 5, 1),
        ("🇩🇪👍🏽", 4, 2),
        ("eins\r\nzwei\n", 10, 10),
    ],
)
def test_units(text: str, characters: int, graphemes: int) -> None:
    assert (length(text, WRITTEN), length(text, SEEN)) == (characters, graphemes)


@pytest.mark.parametrize(
    ("before", "url", "after"),
    [
        ("", "https://bahn.example/", ""),
        ("siehe ", "http://a.de", "."),
        ("(", "https://a.de/x", ")"),
        ("(siehe ", "https://a.de/Zug_(Fahrt)", "), ja"),
        ("[", "https://a.de/?q[]=1&b=[2]", "]!?"),
        ("„", "https://a.de/weg", "“"),
        ("<", "https://a.de/weg", ">"),
        ("", "https://müller.example/straße/größe-5?x=%20#teil", "… und"),
        ("", "HTTPS://sub.a-b.example:8443/a,b;c:d.html", ";"),
        ("", "https://a.de/x", "🙂"),
        ("🙂", "https://a.de", "🙂"),
        ("", "https://social.example/@anna@other.example", " ja"),
        ("", "https://a.de/x('1')/y", "'"),
        ("", "https://a.de", "/(unfertig"),
    ],
)
def test_an_address_counts_the_same_whatever_its_length(before: str, url: str, after: str) -> None:
    rest = len(before) + len(after) - (1 if after.startswith("/") else 0)
    assert length(before + url + after, SHORT) == rest + 23
    assert length(before + url + after, WRITTEN) == len(before + url + after)


@pytest.mark.parametrize(
    "text",
    ["bahn.example/weg", "ftp://a.de", "https://localhost/x", "http://127.0.0.1:8000/", "xhttps://a.de",
     "https://", "https://a.de2", "@https://a.de"],
)  # fmt: skip
def test_what_is_no_address_counts_as_written(text: str) -> None:
    assert length(text, SHORT) == len(text)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("@anna@social.example hallo", "@anna hallo"),
        ("@anna @otto_b.c@x.example!", "@anna @otto_b.c!"),
        ("(@anna@social.example)", "(@anna)"),
        ("anna@social.example", "anna@social.example"),
        ("@anna@social.example.", "@anna."),
        ("/@anna@social.example", "/@anna@social.example"),
    ],
)
def test_handles_count_without_their_server(text: str, counted: str) -> None:
    assert length(text, SHORT) == len(counted)
    assert length(text, replace(SHORT, short_handles=False)) == len(text)


def test_fits_up_to_the_limit() -> None:
    assert [fits("ä" * n, replace(WRITTEN, length=5)) for n in (4, 5, 6)] == [True, True, False]
    assert fits("https://a.example/" + "x" * 500, replace(SHORT, length=23))


pieces = st.lists(
    st.sampled_from(
        ["Wir", "prüfen", "das", "gern.", "Bitte", "z. B.", "Nr. 5", "gut!", "\n", "\r\n", FAMILY, "u\u0308",
         "https://a.example/weg/(x)", "(https://b.example),", "@anna@social.example", "Donaudampfschifffahrt"]
    )
    | st.text("aä. @🙂", max_size=5),
    max_size=25,
).map(" ".join)  # fmt: skip
all_limits = st.builds(
    Limits,
    length=st.integers(30, 80),
    unit=st.sampled_from(["characters", "graphemes"]),
    url_length=st.sampled_from([None, 23]),
    short_handles=st.booleans(),
)


@given(pieces, all_limits)
def test_the_rules_as_data_count_the_same(text: str, limits: Limits) -> None:
    """As the script in the browser counts, with nothing but the data."""
    rules = counting_rules(limits)

    def stand_in(match: regex.Match[str]) -> str:
        if match["url"] is not None:
            return match[0] if rules["url_length"] is None else "-" * int(rules["url_length"])
        return str(match["handle"]) if rules["short_handles"] else match[0]

    assert (rules["form"], rules["length"]) == ("NFC", limits.length)
    text = normalize("NFC", text.replace("\r\n", "\n"))
    counted = regex.sub(str(rules["pattern"]), stand_in, text, flags=regex.IGNORECASE)
    units = list(counted) if rules["unit"] == "characters" else regex.findall(r"\X", counted)
    assert length(text, limits) == len(units)


@given(pieces, all_limits, st.sampled_from(["", " ^ab"]))
def test_parts_fit_and_lose_nothing_but_blanks(text: str, limits: Limits, suffix: str) -> None:
    parts = split(text, limits, suffix=suffix)
    assert [part for part in parts if not fits(part, limits) or not part.endswith(suffix)] == []
    joined = "".join(part.removesuffix(suffix) for part in parts)
    assert "".join(joined.split()) == "".join(normalize("NFC", text).split())
    for whole in ("https://a.example/weg/(x)", "https://b.example", "@anna@social.example"):
        assert sum(part.count(whole) for part in parts) == text.count(whole)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 20, ()),
        ("  kurz \n", 20, ("kurz",)),
        ("Wir prüfen das. Bitte warten Sie noch.", 30, ("Wir prüfen das.", "Bitte warten Sie noch.")),
        ("Ja. Bitte warten Sie noch einen Tag", 20, ("Ja. Bitte warten Sie", "noch einen Tag")),
        ("Erste Zeile hier\nzweite Zeile da", 24, ("Erste Zeile hier", "zweite Zeile da")),
        ("Das gilt bei uns z. B. morgen und", 26, ("Das gilt bei uns z. B.", "morgen und")),
        ("Das gilt evtl. auch morgen frueh", 22, ("Das gilt evtl. auch", "morgen frueh")),
        ("Wirklich so? „Ja, ganz gewiss!“ Danke sehr", 34, ("Wirklich so? „Ja, ganz gewiss!“", "Danke sehr")),
        ("abcdefghijklmnop", 6, ("abcdef", "ghijkl", "mnop")),
        ("ab(https://a.de/x)cd", 15, ("ab(", "https://a.de/x)", "cd")),
    ],
)
def test_split(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split(text, Limits(length=limit)) == parts


def test_split_between_graphemes() -> None:
    assert split(FAMILY * 3, Limits(length=2, unit="graphemes")) == (FAMILY * 2, FAMILY)
    assert split(FAMILY * 2, Limits(length=7)) == (FAMILY, FAMILY)


def test_split_signs_every_part() -> None:
    parts = split("Wir prüfen das. Bitte warten Sie noch.", Limits(length=30), suffix=" ^ab")
    assert parts == ("Wir prüfen das. ^ab", "Bitte warten Sie noch. ^ab")


@pytest.mark.parametrize("text", ["https://a.example/weg", f"{FAMILY}b"])
def test_what_cannot_be_split_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be split and does not fit into 4"):
        split(text, Limits(length=4))


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("Gern geschehen!", "Gern geschehen! ^ab"),
        ("Gern geschehen! ^ab", "Gern geschehen! ^ab"),
        ("Gern geschehen!\n^cd \n", "Gern geschehen! ^ab"),
        ("2^ab", "2^ab ^ab"),
        ("", "^ab"),
        ("^ab", "^ab"),
    ],
)
def test_signature(text: str, signed: str) -> None:
    assert with_signature(text, "ab") == signed


@pytest.mark.parametrize("initials", ["", "a b", "abcde", "^a"])
def test_initials_are_letters(initials: str) -> None:
    with pytest.raises(ValueError, match="Initials are one to four letters"):
        with_signature("Hallo", initials)
