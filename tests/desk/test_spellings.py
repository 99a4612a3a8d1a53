"""Spellings of brands: declared or found in posts, and what queries make of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.desk import brands, reading_spellings, spellings
from resonanz.desk.commands import run
from resonanz.desk.finding import find
from resonanz.desk.models import Spelling
from resonanz.desk.reading_spellings import candidates
from resonanz.desk.understood import is_asked_to_lack
from resonanz.query import parse, satisfies, with_spellings
from tests.cast import ADA, NOON, OTTO, Desk, hear, said
from tests.desk.test_finding import meant as as_told
from tests.query.material import expressions, is_valid, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk whose brand is called OTTO Office, with posts in several spellings of it."""
    brands.rename(desk.brand, "OTTO Office", by=desk.clara)
    desk.brand.refresh_from_db()
    words = (
        "Bei OTTO Office bestellt",
        "ottooffice liefert nicht",
        "wieder #OttoOffice, wieder nichts",
        "Oto Office ist nett",
        "Mein Auto steht vor dem Office",
        "otto ofice?",
    )
    for number, text in enumerate(words):
        hear(desk.channel, said(str(number), text, ADA, at=NOON + timedelta(minutes=number)))
    return desk


def found(expression: str) -> list[str]:
    return [post.uri.rpartition("/")[2] for post in find(parse(expression), most=50).posts]


def spell(office: Desk, *texts: str) -> None:
    for one in texts:
        brands.spell(office.brand, one, by=office.clara)


def test_a_query_finds_every_spelling_of_a_brand(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert found("ottooffice") == ["2", "1"]
    spell(office, "ottooffice", "Oto  Office")
    assert spellings.groups() == (("OTTO Office", "ottooffice", "Oto Office"),)
    assert found("ottooffice") == found('"otto office"') == found("OTTO-Office") == ["3", "2", "1", "0"]
    assert found('exact:"OTTO Office"') == ["0"]
    assert found("#ottooffice") == ["2"]
    assert found('office -"oto office"') == ["4"]
    assert found("ottooffice -ottooffice") == []
    assert run(["search", "ottooffice", "--limit", "1"]) == 0
    assert "Oto Office ist nett" in capsys.readouterr().out


def test_a_spelling_is_there_once_and_belongs_to_one_brand(office: Desk) -> None:
    other = brands.add("Nordlicht", by=office.clara)
    spell(office, "ottooffice")
    for brand, one, code in (
        (office.brand, "Ottooffice", "spelled"),
        (office.brand, "Otto-Office", "spelled"),
        (other, "OttoOffice", "spelled"),
        (other, "OTTO OFFICE", "spelled"),
        (office.brand, " – ", "no_words"),
    ):
        with pytest.raises(brands.BrandError, match=code):
            brands.spell(brand, one, by=office.clara)
    with pytest.raises(brands.BrandError, match="not_allowed"):
        brands.spell(office.brand, "otto", by=office.anna)
    with pytest.raises(brands.BrandError, match="not_allowed"):
        brands.unspell(Spelling.objects.get(), by=office.anna)
    spell(office, *(f"otto{number}" for number in range(brands.SPELLINGS_MOST - 1)))
    with pytest.raises(brands.BrandError, match="too_many"):
        spell(office, "otto")
    spelling = Spelling.objects.get(text="ottooffice")
    brands.unspell(spelling, by=office.clara)
    assert "ottooffice" not in spellings.groups()[0]


def test_spellings_are_found_in_posts_with_distance_count_and_sample(office: Desk) -> None:
    hear(office.channel, said("9", "Ottooffice, bitte melden", OTTO, at=NOON + timedelta(hours=1)))

    def seen(distance: int) -> list[tuple[str, int, int, str]]:
        rows = candidates(office.clara, office.brand, distance)
        return [(row.text, row.distance, row.count, row.sample.text[:10]) for row in rows]

    together = ("Ottooffice", 0, 3, "Ottooffice")
    assert seen(0) == [together]
    assert seen(1) == [together, ("Oto Office", 1, 1, "Oto Office"), ("otto ofice", 1, 1, "otto ofice")]
    spell(office, "ottooffice")
    assert [row[0] for row in seen(1)] == ["Oto Office", "otto ofice"]
    office.ben.teams.clear()
    assert candidates(office.ben, office.brand, 1) == []


def test_ordinary_words_are_shown_for_what_they_are_and_accepted_by_nobody(office: Desk) -> None:
    brand = brands.add("Otto", by=office.clara)
    rows = [(row.text, row.distance, row.count) for row in candidates(office.clara, brand, 2)]
    assert ("Auto", 2, 1) in rows
    assert ("Oto", 1, 1) in rows
    assert not Spelling.objects.exists()
    assert candidates(office.clara, brands.add("–", by=office.clara), 2) == []


def test_a_single_word_is_found_apart_too(office: Desk) -> None:
    brand = brands.add("Nordlicht", by=office.clara)
    texts = ("Nord Licht hilft", "Nordlich t antwortet", "am Nordlicht vorbei", "nodrlicht und nordlihct")
    for number, text in enumerate(texts):
        hear(office.channel, said(f"n{number}", text, at=NOON + timedelta(hours=2, minutes=number)))
    rows = [(row.text, row.distance) for row in candidates(office.clara, brand, 1)]
    assert rows == [("Nord Licht", 0), ("nodrlicht", 1), ("Nordlich", 1), ("nordlihct", 1)]


def test_words_that_a_post_writes_otherwise_are_named_as_they_are_compared(office: Desk) -> None:
    assert reading_spellings._as_said("Otto_Office x", ("otto", "office")) == "otto office"
    assert reading_spellings._as_said("Hallo Öto  Öffice", ("oto", "office")) == "Öto Öffice"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    queries=st.lists(expressions.filter(is_valid), min_size=3, max_size=8),
    said_texts=st.lists(texts().filter(lambda text: "\ud800" not in text and "\x00" not in text), max_size=5),
    others=st.lists(st.sampled_from(["ottooffice", "Bahn", "der Bahn", "zurich", "neu", "ee"]), unique=True),
)
def test_the_store_and_the_meaning_agree_on_spellings(
    desk: Desk, queries: list[str], said_texts: list[str], others: list[str]
) -> None:
    from django.db import transaction  # noqa: PLC0415 - only here a test rolls back by itself

    first = said("root", "Zürich")
    posts = [first] + [
        said(f"t{number}", text, ADA, at=NOON + timedelta(minutes=number + 1), to=first)
        for number, text in enumerate(said_texts)
    ]
    with transaction.atomic():
        brands.rename(desk.brand, "OTTO Office", by=desk.clara)
        for one in others:
            brands.spell(desk.brand, one, by=desk.clara)
        hear(desk.channel, *posts)
        groups = [("OTTO Office", *others)]
        for query in queries:
            tree = with_spellings(parse(query), groups)
            fits = [post.post.uri for post in reversed(posts) if satisfies(tree, as_told(post))]
            wanted = [] if is_asked_to_lack(tree) else fits  # nothing is noted here yet
            assert [post.uri for post in find(parse(query), most=50).posts] == wanted, query
        transaction.set_rollback(True)
