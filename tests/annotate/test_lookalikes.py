"""Accounts that imitate a brand: 375 labelled ones of twelve invented brands, and each rule by itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from resonanz.annotate.confusables import foreign, latin, skeleton
from resonanz.annotate.lookalikes import Account, Brand, Imitation, Kind, Piece, differences, imitation, local
from tests.shared_data import shared_data

TABLES = Path(__file__).resolve().parents[1] / "lookalikes"
US = Account("mastodon", "nordlicht@social.example", "Nordlicht")
BRAND = Brand(("Nordlicht", "Nordlicht Reisen"), (US, Account("bluesky", "nordlicht.example")))


def _rows(name: str) -> list[list[str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def brands() -> dict[str, Brand]:
    found = {}
    for name, spelling, accounts in _rows("brands.tsv"):
        own = tuple(Account(*account.split(" ")) for account in accounts.split(";"))
        found[name] = Brand(tuple(filter(None, (name, spelling))), own)
    return found


@pytest.mark.parametrize("table", ["accounts.tsv", "accounts_unseen.tsv"])
def test_imitations_are_found_and_others_left_in_peace(table: str, brands: dict[str, Brand]) -> None:
    told = [
        (label == "imitation", imitation(brands[brand], Account(network, handle, name)) is not None)
        for brand, label, network, handle, name in _rows(table)
    ]
    both, reported = told.count((True, True)), sum(is_told for _is, is_told in told)
    precision, recall = both / reported, both / sum(is_one for is_one, _told in told)
    print(f"{table}: {len(told)} accounts, precision {precision:.3f}, recall {recall:.3f}")
    assert (len(told) > 180, precision >= 0.95, recall >= 0.95) == (True, True, True)


def _found(handle: str, name: str = "", network: str = "x") -> Imitation | None:
    return imitation(BRAND, Account(network, handle, name))


@pytest.mark.parametrize(
    ("handle", "name", "kinds"),
    [
        ("nоrdlicht", "", (Kind.HOMOGLYPH,)),  # a Cyrillic о
        ("ṅordlicht", "", (Kind.HOMOGLYPH,)),
        ("nordIicht", "Nordlicht", (Kind.HOMOGLYPH,)),  # a large I
        ("n0rdlicht", "Nordlicht", (Kind.DIGITS,)),
        ("nordlicht_hilfe", "", (Kind.ADDED,)),
        ("nordlichthilfe", "", (Kind.ADDED,)),
        ("helpnordlicht24", "", (Kind.ADDED,)),
        ("nordlich", "Nordlicht", (Kind.LETTER,)),
        ("nоrdlich", "Nordlicht", (Kind.HOMOGLYPH, Kind.LETTER)),
        ("nordliiiiicht", "Nordlicht", (Kind.LETTER,)),
        ("reisen_nordlicht", "", (Kind.ARRANGED,)),
        ("nord_licht", "", (Kind.ARRANGED,)),
        ("user_4711", "Nordlicht Support DE", (Kind.ADDED, Kind.NAME)),
        ("user_4711", "Nordlicht ✅", (Kind.ADDED, Kind.NAME)),
        ("user_4711", "Ｎｏｒｄｌｉｃｈｔ", (Kind.HOMOGLYPH, Kind.NAME)),
        ("nordlicht", "", (Kind.ELSEWHERE,)),
        ("nordlicht_de", "", (Kind.ADDED,)),
        ("nordlicht.support", "", (Kind.ADDED,)),
        ("NordlichtReisen", "", (Kind.NAME,)),
        ("nordlicht.bsky.social", "", (Kind.ELSEWHERE,)),
        ("hilfe.nordlicht.com", "", (Kind.ADDED,)),
        ("xn--nrdlicht-nbh.example", "", (Kind.HOMOGLYPH,)),
        ("user_4711", "Nordlich Support", (Kind.ADDED, Kind.LETTER, Kind.NAME)),
        ("nordlich_hilfe", "", (Kind.ADDED, Kind.LETTER)),
        ("nordlichreisen", "Nordlich Reisen", (Kind.LETTER,)),
        ("nordlicht_reisen", "Nordlich", (Kind.LETTER,)),
    ],
)
def test_each_kind_is_named(handle: str, name: str, kinds: tuple[Kind, ...]) -> None:
    found = _found(handle, name)
    assert found is not None
    assert found.kinds == kinds


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("nordlichtfan", "Nordlichtfan"),
        ("peter_nordlicht", "Peter Nordlicht"),
        ("nordlichter", "Nordlichter Kiel e.V."),
        ("nordlicht", "Lena fotografiert"),  # a name of her own
        ("nordlicht_87", "Maren"),
        ("nordlicht87", ""),
        ("von_nordlicht", "Max von Nordlicht"),
        ("nordlicht_de", "Maren"),
        ("nordlich", "Nordlich"),
        ("nordlich_hilfe", "Sabine M."),
        ("nordlich", ""),
        ("service_team", "Service Team"),
        ("xn--\u00ff.example", ""),
        ("ab", "Ab"),
        ("", ""),
        ("news.nordlicht.example", "Nordlicht News"),  # only we give handles under our domain
    ],
)
def test_others_are_left_in_peace(handle: str, name: str) -> None:
    assert _found(handle, name) is None


def test_our_own_accounts_and_server_are_no_imitation() -> None:
    brand = Brand(("Nordlicht",), (Account("mastodon", "hilfe@nordlicht.example", "Nordlicht Hilfe"),))
    told = [
        imitation(brand, Account("mastodon", handle, "Nordlicht Hilfe")) is None
        for handle in (
            "Hilfe@nordlicht.example",
            "reisen@nordlicht.example",
            "hilfe@nordlicht-hilfe.example",
            "hilfe@other.example",
        )
    ]
    assert told == [True, True, False, False]


def test_on_a_server_for_everybody_others_are_looked_at() -> None:
    found = imitation(BRAND, Account("mastodon", "nordlicht_hilfe@social.example", "Nordlicht"))
    assert found is not None
    assert (found.handle, found.name, found.words, found.strength) == (
        "nordlicht",
        "Nordlicht",
        ("hilfe",),
        0.9,
    )


def test_the_signs_that_deceive_are_named() -> None:
    found = _found("nоrdliсht")
    assert found is not None
    assert (found.signs, found.strength) == (("о", "с"), 0.85)


@pytest.mark.parametrize(
    ("handle", "name", "is_one"),
    [
        ("ada", "Ada Lovelace", False),
        ("ada_l", "Ada", False),
        ("ada", "", False),
        ("ada_87", "Ada 87", False),
        ("ads_support", "Ads Support", False),
        ("ada", "Ada", True),  # both, where ours is called otherwise
        ("ada_support", "", True),
        ("adahilfe", "", True),
        ("user_4711", "ADA Kundenservice", True),
        ("аdа", "", True),
    ],
)
def test_short_names_need_more(handle: str, name: str, is_one: bool) -> None:
    brand = Brand(("Ada",), (Account("mastodon", "ada_versichert@social.example"),))
    assert (imitation(brand, Account("x", handle, name)) is not None) == is_one


def test_signs_of_our_own_name_are_no_disguise() -> None:
    brand = Brand(("Café Ørsted",), (Account("x", "cafe_orsted"),))
    found = imitation(brand, Account("x", "user_4711", "Café Ørsted"))
    assert found is not None
    assert (found.kinds, found.signs) == ((Kind.NAME,), ())


def test_no_company_is_taken_for_another() -> None:
    with (shared_data("brands_ch") / "accounts.csv").open(encoding="utf-8", newline="") as lines:
        known = {row["screen_name"]: row["brand"] for row in csv.DictReader(lines)}
    brands = [Brand((name,), (Account("x", handle),)) for handle, name in known.items()]
    mistaken = [
        (brand.names[0], name)
        for brand in brands
        for handle, name in known.items()
        if name != brand.names[0] and imitation(brand, Account("x", handle, name))
    ]
    assert (len(known) > 90, mistaken) == (True, [])


def test_the_letters_that_differ_are_marked() -> None:
    assert differences("Nordlicht", "Nоrdlicht24") == (
        (Piece("N", False), Piece("o", True), Piece("rdlicht", False)),
        (Piece("N", False), Piece("о", True), Piece("rdlicht", False), Piece("24", True)),
    )
    assert differences("", "") == ((), ())


@pytest.mark.parametrize(
    ("handle", "own"),
    [
        ("@anna@social.example", "anna"),
        ("anna_k", "anna_k"),
        ("anna.bsky.social", "anna"),
        ("anna.example", "anna"),
        ("anna.support", "anna.support"),
        ("hilfe.anna.com", "hilfe.anna"),
    ],
)
def test_what_of_a_handle_its_owner_chose(handle: str, own: str) -> None:
    assert local(handle) == own


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Nordlicht", "Nordlicht"),
        ("Möwe", "Möwe"),
        ("ΝΟΡΤ", "nopt"),
        ("ʟᴜᴍɪᴏ", "lumio"),
        ("𝐍𝐨𝐫𝐝", "Nord"),
        ("🅝🇩🇪", "nde"),
        ("ṅ", "n"),
        ("ӧ", "o"),
        ("漢字", "漢字"),
    ],
)
def test_signs_are_read_as_they_look(text: str, seen: str) -> None:
    assert latin(text) == seen


def test_a_mark_over_a_foreign_letter_hides_nothing() -> None:
    assert latin("о\u0304") == "о\u0304".replace("о", "o")
    assert foreign("Möwe о о") == ("о",)
    assert skeleton("rnoewe") == skeleton("Möwe") == skeleton("M0EWE")
