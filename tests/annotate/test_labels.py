"""The own corpus: every post is labelled by the guide (docs/labelling.md); a second reader mostly agreed."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

TRAINING = Path(__file__).resolve().parents[2] / "training"
FEELINGS = {"positive", "neutral", "negative"}
INTENTS = frozenset(
    "complaint praise question request thanks cancellation purchase press legal data_protection "
    "cooperation abuse spam news other".split()
)
REASONS = frozenset(
    "delivery delay outage product price billing staff reachability website information comfort safety "
    "privacy ethics availability".split()
) | {""}
Row = dict[str, str]


def rows_of(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def posts() -> dict[str, Row]:
    rows = [row for file in sorted((TRAINING / "posts").glob("*.tsv")) for row in rows_of(file)]
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def test_there_are_enough_in_both_languages(posts: dict[str, Row]) -> None:
    languages = Counter(name[:2] for name in posts)
    assert languages["de"] >= 10_000
    assert languages["en"] >= 2_500


def test_no_text_stands_twice(posts: dict[str, Row]) -> None:
    texts = Counter(row["text"].casefold() for row in posts.values())
    assert [text for text, count in texts.items() if count > 1] == []


def test_labels_are_those_of_the_guide(posts: dict[str, Row]) -> None:
    for name, row in posts.items():
        assert (_is_labelled(row), row["text"].strip()) == (True, row["text"]), name


def _is_labelled(row: Row) -> bool:
    wanted = row["intents"].split(",")
    return (
        row["sentiment"] in FEELINGS
        and row["relevance"] in {"true", "false"}
        and set(wanted) <= INTENTS
        and ("other" not in wanted or len(wanted) == 1)
        and row["reason"] in REASONS
        and row["urgency"] in set("0123")
    )


def test_every_label_is_there_often_enough(posts: dict[str, Row]) -> None:
    intents = Counter(intent for row in posts.values() for intent in row["intents"].split(","))
    reasons = Counter(row["reason"] for row in posts.values())
    assert (frozenset(intents), frozenset(reasons)) == (INTENTS, REASONS)
    assert min(intents.values()) >= 100
    assert min(reasons.values()) >= 100
    assert sum(row["urgency"] == "3" for row in posts.values()) >= 200


def test_words_have_their_values() -> None:
    for name in ("words-de.tsv", "words-en.tsv"):
        words = rows_of(TRAINING / "words" / name)
        assert {int(row["value"]) for row in words} == set(range(-3, 4))
    wordings = rows_of(TRAINING / "words" / "intents.tsv")
    assert {row["intent"] for row in wordings} == INTENTS


@pytest.mark.parametrize(
    ("label", "least"), [("sentiment", 0.91), ("relevance", 0.9), ("reason", 0.75), ("urgency", 0.69)]
)
def test_a_second_reader_agrees(posts: dict[str, Row], label: str, least: float) -> None:
    second = rows_of(TRAINING / "second.tsv")
    assert len({row["id"] for row in second}) == 400
    assert kappa([(posts[row["id"]][label], row[label]) for row in second]) >= least


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa ("A coefficient of agreement for nominal scales", 1960)."""
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    same = sum(one == two for one, two in pairs) / len(pairs)
    chance = sum(count * second[label] for label, count in first.items()) / len(pairs) ** 2
    return (same - chance) / (1 - chance)
