"""Queries in sentences, in both languages; every code of the core has one."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings

from resonanz.desk.wording_queries import CLAUSES, explanation, loss, mistake
from resonanz.query import Loss, Op, QueryError, elsewhere, parse, reading
from resonanz.query.elsewhere import SEARCHES
from tests.query.material import expressions, is_valid


@pytest.mark.parametrize(
    ("said", "german", "english"),
    [
        ("toner", "Beiträge, die das Wort „toner“ haben.", "Posts that have the word “toner”."),
        (
            "apple OR iphone ipad",
            "Beiträge, die das Wort „apple“ haben oder (das Wort „iphone“ haben und das Wort „ipad“ haben).",
            "Posts that have the word “apple” or (have the word “iphone” and have the word “ipad”).",
        ),
        (
            '"a b"~1 -is:retweet lang:de',
            (
                "Beiträge, die „a b“ nah beieinander haben, mit höchstens 1 Wort dazwischen und "
                "keine bloßen Wiederholungen sind und in der Sprache Deutsch sind."
            ),
            (
                "Posts that have “a b” close together, with at most 1 word between and "
                "are no mere reposts and are in German."
            ),
        ),
        (
            "a since:2026-11-20 until:2026-11-21T14:30",
            (
                "Beiträge, die das Wort „a“ haben und vom 20. November 2026 oder später sind und spätestens "
                "vom 21. November 2026, 14:30 sind."
            ),
            (
                "Posts that have the word “a” and are from 20 Nov 2026 or later and are from 21 Nov 2026, "
                "14:30 at the latest."
            ),
        ),
        ("a lang:xyz", "Beiträge, die das Wort „a“ haben und in der Sprache xyz sind.", ""),
        (
            "a -followers:5..9",
            "Beiträge, die das Wort „a“ haben und nicht von Konten mit 5 bis 9 Followern sind.",
            "",
        ),
    ],
)
def test_a_query_is_a_sentence(said: str, german: str, english: str) -> None:
    tree = parse(said, timezone.get_default_timezone())
    with translation.override("de"):
        assert explanation(tree) == german
    with translation.override("en"):
        assert not english or explanation(tree) == english


VALUES = {
    Op.IS: reading.KINDS[:4], Op.HAS: reading.PARTS, Op.NETWORK: reading.NETWORKS,
    Op.AUDIENCE: reading.AUDIENCES,
    Op.STATE: reading.STATES, Op.SENTIMENT: reading.SENTIMENTS, Op.INTENT: reading.INTENTS,
    Op.ABOUT: reading.ABOUTS,
}  # fmt: skip


def test_each_choice_has_words_of_its_own() -> None:
    assert set(CLAUSES) == set(Op)
    for language, (op, choices) in product(("de", "en"), VALUES.items()):
        with translation.override(language):
            wanted = [explanation(parse(f"a {op.value}:{choice}")) for choice in choices]
            unwanted = [explanation(parse(f"a -{op.value}:{choice}")) for choice in choices]
        assert len(set(wanted + unwanted)) == 2 * len(choices)


@settings(max_examples=200, deadline=None)
@given(expressions.filter(is_valid))
def test_every_query_can_be_said(said: str) -> None:
    with translation.override("de"):
        assert re.fullmatch(r"Beiträge, die .+\.", explanation(parse(said)), re.DOTALL)


def test_every_mistake_and_every_loss_has_a_sentence() -> None:
    described = QueryError.__doc__ or ""
    codes = re.findall(r"`(\w+)`", described.split("Codes:")[1])
    facts: dict[str, str | int] = {
        "length": 1,
        "limit": 2,
        "word": "OR",
        "name": "is",
        "value": "x",
        "choices": "a, b",
    }
    lost = re.findall(r"`(\w+)`", (Loss.__doc__ or "").split("Codes:")[1])
    lost = [code for code in lost if code not in {"length", "limit"}]
    assert (len(codes), len(lost)) == (27, 4)
    for language in ("de", "en"):
        with translation.override(language):
            said = [mistake(QueryError(code, 0, 1, **facts)) for code in codes]
            said += [loss(Loss(code, "a", 1, 2), network) for code in lost for network in SEARCHES]
        assert len(set(said)) == len(codes) + len(lost) * len(SEARCHES)
        assert not [words for words in said if "%" in words]


def test_codes_of_losses_are_those_that_are_made() -> None:
    made = set(re.findall(r'Loss\(\s*"(\w+)"', Path(elsewhere.__file__).read_text()))
    assert made == {"filtered_here", "never_there", "too_long", "too_many"}
