"""What a model sees of posts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonanz.annotate.features import LONGEST, SIZE, features_of, tokens_of, word_features


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("   \n", []),
        ("Sooooo schön!!!!!", ["sooo", "schön", "!", "!", "!"]),
        ("@nordlicht_hilft siehe https://example.org/a?b=1", ["@nordlicht_hilft", "siehe", "://"]),
        ("Zug 4711 um 12:30", ["zug", "0000", "um", "00", ":", "00"]),
        ("www.example.org und hwww", ["://", "und", "hwww"]),
        ("#Bahn 😡😡", ["#", "bahn", "😡", "😡"]),
    ],
)
def test_words_are_counted_alike(text: str, tokens: list[str]) -> None:
    assert tokens_of(text) == tokens


def test_a_post_has_the_same_features_alone_and_in_a_batch() -> None:
    texts = ["Hallo Welt", "", "Die Bahn kommt nicht. Die Bahn!", "😡"]
    together = features_of(texts)
    for place, text in enumerate(texts):
        alone = features_of([text])
        span = slice(together.starts[place], together.starts[place + 1])
        assert together.numbers[span].tolist() == alone.numbers.tolist()
        assert together.values[span].tolist() == alone.values.tolist()
        assert sum(value**2 for value in alone.values.tolist()) == pytest.approx(1 if text else 0)


def test_a_batch_may_be_of_any_size() -> None:
    texts = ["Hallo Welt", *[""] * 70_000]
    assert features_of(texts).numbers.tolist() == features_of(texts[:1]).numbers.tolist()
    assert features_of(texts[::-1]).starts[-2:].tolist() == [0, features_of(texts).numbers.size]


def test_pieces_stay_within_words_and_pairs_within_posts() -> None:
    # "ab" with its blanks has " a", "ab", "b ", " ab", "ab ", " ab ", itself, and no pair
    assert features_of(["ab"]).numbers.size == 7
    both = features_of(["ab cd"]).numbers
    assert set(features_of(["ab"]).numbers) | set(features_of(["cd"]).numbers) < set(both.tolist())
    assert both.size == 7 + 7 + 1
    assert features_of(["ab", "cd"]).numbers.size == 14


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_has_features_in_range(texts: list[str]) -> None:
    found = features_of(texts)
    assert found.starts.size == len(texts) + 1
    assert ((found.numbers >= 0) & (found.numbers < SIZE)).all()
    assert [int(n) for n in np.diff(found.starts)] == [features_of([text]).numbers.size for text in texts]


def test_of_a_novel_only_the_beginning_counts() -> None:
    assert (
        features_of(["wort " * 50_000]).numbers.tolist()
        == features_of([("wort " * 50_000)[:LONGEST]]).numbers.tolist()
    )


def test_each_feature_belongs_to_the_word_where_it_begins() -> None:
    numbers, words = word_features(["ab", "cd"])
    assert sorted(words.tolist()) == [0] * 8 + [1] * 7  # the pair begins at the first
    assert set(numbers.tolist()) == set(features_of(["ab cd"]).numbers.tolist())
