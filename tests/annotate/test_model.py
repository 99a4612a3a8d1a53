"""Models: learning, judging, explaining, and files that are no models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resonanz.annotate import learning, training
from resonanz.annotate.annotation import CERTAINLY, UNSURE, Wanted, annotate
from resonanz.annotate.features import SIZE, features_of
from resonanz.annotate.labelled import Labelled, labelled_in
from resonanz.annotate.measuring import (
    Quality,
    calibrated_one,
    calibrated_several,
    measured,
    measured_one,
    measured_several,
)
from resonanz.annotate.model import SHIPPED, Head, Model, ModelError, about_us, read, write
from tests.annotate.small import POSTS, small_model, some_posts

ANGRY = "Mein Paket ist schon wieder nicht da, unverschämt! Seit drei Tagen nur Ausreden."
GLAD = "Vielen Dank, super schnell geliefert und so nett!"


def test_the_same_posts_make_the_same_model(tmp_path: Path) -> None:
    write(small_model(), tmp_path / "one.model")
    write(training.train(some_posts(), name="small"), tmp_path / "two.model")
    assert (tmp_path / "one.model").read_bytes() == (tmp_path / "two.model").read_bytes()


def test_a_model_reads_as_it_was_written(tmp_path: Path) -> None:
    write(small_model(), tmp_path / "a" / "small.model")
    again = read(tmp_path / "a" / "small.model")
    assert (again.name, again.about) == ("small", small_model().about)
    assert (again.weights == small_model().weights).all()
    texts = [ANGRY, GLAD, ""]
    for name, scores in small_model().judge_texts(texts).items():
        assert np.allclose(scores, again.judge_texts(texts)[name], atol=1e-5)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["small.model"]


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.model"
    write(small_model(), path)
    whole = path.read_bytes()
    cases = {
        "no_model": [b"", b"PK\x03\x04", b"resonanz model x\n", whole[1:]],
        "other_format": [whole.replace(b"resonanz model 1\n", b"resonanz model 2\n", 1)],
        "cut_off": [whole[:-1], whole[: len(whole) // 2], whole[:40], whole[:-40] + b"x" + whole[-39:]],
    }
    for code, broken in cases.items():
        for raw in broken:
            path.write_bytes(raw)
            with pytest.raises(ModelError, match=code):
                read(path)
    with pytest.raises(ModelError, match="missing"):
        read(tmp_path / "none.model")


def test_a_model_for_another_range_of_features_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resonanz.annotate.model.BITS", 12)
    write(small_model(), tmp_path / "other.model")
    monkeypatch.undo()
    with pytest.raises(ModelError, match="other_format"):
        read(tmp_path / "other.model")


def test_what_is_learnt_is_known(tmp_path: Path) -> None:
    right = [post for post in some_posts() if post.sentiment is not None]
    found = annotate([post.text for post in right], small_model())
    share = np.mean(
        [
            one.sentiment is not None and one.sentiment.likeliest == post.sentiment
            for one, post in zip(found, right, strict=True)
        ]
    )
    assert share > 0.9


def test_probabilities_add_up() -> None:
    scores = about_us(small_model().judge_texts([ANGRY, GLAD, "", "😀😀", "Z̷̗a̴l̸g̵o̴", "<b>x</b>\x00\x07"]))
    for name in ("sentiment", "relevance", "reason"):
        assert scores[name].sum(axis=1).tolist() == pytest.approx([1] * 6, abs=1e-5)
    assert ((scores["intent"] >= 0) & (scores["intent"] <= 1)).all()
    assert {name: part.shape[0] for name, part in small_model().judge_texts([]).items()} == dict.fromkeys(
        scores, 0
    )


def test_without_relevance_a_feeling_is_taken_as_it_is() -> None:
    alone = {"sentiment": np.array([[0.2, 0.3, 0.5]])}
    assert about_us(alone) is alone
    both = {"sentiment": np.array([[0.4, 0.2, 0.4]]), "relevance": np.array([[0.75, 0.25]])}
    assert about_us(both)["sentiment"].tolist() == [pytest.approx([0.1, 0.8, 0.1])]


def test_an_annotation_says_why() -> None:
    angry, glad = annotate([ANGRY, GLAD], small_model())
    assert angry.sentiment is not None
    assert glad.sentiment is not None
    assert (angry.sentiment.label, glad.sentiment.label) == ("negative", "positive")
    assert set(angry.why["negative"]) <= set(
        ANGRY.replace(",", " ").replace("!", " ").replace(".", " ").split()
    )
    assert len(angry.why["negative"]) > 0
    assert small_model().why([], [("sentiment", "negative")]) == [[]]
    assert small_model().why(["x"], [("sentiment", "mixed"), ("weather", "fine")]) == [[], []]


def test_what_is_not_wanted_is_not_noted() -> None:
    (nothing,) = annotate([ANGRY], small_model(), Wanted(kinds=frozenset(), why=False))
    assert (nothing.language, nothing.sentiment, nothing.urgency, nothing.intents, dict(nothing.why)) == (
        "",
        None,
        None,
        (),
        {},
    )
    (rules,) = annotate([ANGRY], None)
    assert (rules.language, rules.sentiment) == ("de", None)
    assert rules.urgency is not None


def test_an_intent_that_is_certain_lifts_the_urgency() -> None:
    threat = "Wenn bis nächste Woche nichts kommt, geht das an meinen Anwalt und vor Gericht."
    model = read(SHIPPED)
    (found,) = annotate([threat], model)
    assert found.urgency is not None
    assert "legal" in {one.label for one in found.intents if one.score >= CERTAINLY}
    assert [reason.code for reason in found.urgency.reasons] == ["legal_threat"]
    (unasked,) = annotate([threat], model, Wanted(kinds=frozenset({"urgency"})))
    assert unasked.urgency is not None
    assert unasked.urgency.reasons == ()


def test_below_its_threshold_a_label_is_unsure() -> None:
    doubting = tuple(replace(head, sure=np.full_like(head.sure, 0.999)) for head in small_model().heads)
    (found,) = annotate([GLAD], replace(small_model(), heads=doubting))
    assert found.sentiment is not None
    assert (found.sentiment.label, found.sentiment.likeliest, found.intents) == (UNSURE, "positive", ())
    assert "positive" not in found.why


@pytest.mark.parametrize(
    "text", ["", "   ", "😀" * 300, "a" * 100_000, "Z̷̗" * 50, "<p>" * 99, "\x00\x1b[31m", "日本語 и русский"]
)
def test_odd_texts_are_judged_or_unsure(text: str) -> None:
    (found,) = annotate([text], small_model())
    assert found.sentiment is not None
    assert found.sentiment.label in {"negative", "neutral", "positive", UNSURE}


def test_columns_are_found_by_name() -> None:
    assert small_model().columns("sentiment") == slice(0, 3)
    with pytest.raises(KeyError):
        small_model().columns("weather")
    assert small_model().head("weather") is None


# Learning ---------------------------------------------------------------------------------------


def test_corrections_are_learnt_and_the_rest_stays() -> None:
    before = small_model()
    text = "Der Bot hat mir wieder den Klönschnack geschickt"
    told = [Labelled(text, sentiment="positive"), Labelled("Klönschnack!", sentiment="positive")] * 3
    after = learning.adapted(before, told, name="second")
    place = before.heads[0].labels.index("positive")
    assert (
        after.judge_texts([text])["sentiment"][0, place]
        > before.judge_texts([text])["sentiment"][0, place] + 0.1
    )
    assert (after.name, after.about["before"], after.about["corrections"]) == ("second", "small", 6)
    for head in ("relevance", "intent", "reason"):
        assert np.allclose(after.judge_texts([ANGRY])[head], before.judge_texts([ANGRY])[head])
    others = [post.text for post in some_posts()[:100]]
    moved = np.abs(after.judge_texts(others)["sentiment"] - before.judge_texts(others)["sentiment"]).mean()
    assert moved < 0.05


def test_a_reason_of_the_team_is_learnt() -> None:
    told = [
        Labelled("Der Pfandautomat ist kaputt", reason="deposit"),
        Labelled("Pfand weg, Automat streikt", reason="deposit"),
    ] * 5
    after = learning.adapted(small_model(), told, name="second")
    head = after.head("reason")
    assert head is not None
    scores = after.judge_texts(["Pfandautomat kaputt"])["reason"][0]
    assert head.labels[int(scores.argmax())] == "deposit"


def test_intents_are_learnt_one_by_one() -> None:
    told = [
        Labelled("Klönschnack bitte", intents=frozenset({"question"})),
        Labelled("Klönschnack", said={"praise": False}),
    ] * 4
    after = learning.adapted(small_model(), told, name="second")
    head = after.head("intent")
    assert head is not None
    place = head.labels.index("question")
    assert (
        after.judge_texts(["Klönschnack bitte"])["intent"][0, place]
        > small_model().judge_texts(["Klönschnack bitte"])["intent"][0, place]
    )


def test_few_words_tell_of_whom_a_post_is_and_what_is_said_in_few_posts_tells_a_feeling() -> None:
    texts = [f"{word} und {number}" for number in "abcdefgh" for word in ("Tram", "Wein")]
    seen = training._words([*texts, "Tram heute"], None)
    asked, holds = np.arange(len(texts)), np.array([True, False] * 8)
    telling, rare = seen.factors("relevance", asked, holds), seen.factors("sentiment", asked, holds)
    of_tram, of_both = (features_of([word]).numbers for word in ("Tram", "und"))
    assert telling[of_tram].min() > 4 * telling[of_both].max()
    assert rare.tolist() == seen.rarity.tolist()
    assert not np.allclose(telling, rare)
    assert np.mean(telling[seen.matrix[asked].indices] ** 2) == pytest.approx(1)


def test_without_corrections_nothing_changes() -> None:
    after = learning.adapted(small_model(), [Labelled("")], name="second")
    assert (after.weights == small_model().weights).all()
    empty = learning.adapted(small_model(), [Labelled("", sentiment="neutral")], name="second")
    assert np.allclose(
        empty.judge_texts([ANGRY])["sentiment"], small_model().judge_texts([ANGRY])["sentiment"], atol=0.01
    )


# Training ---------------------------------------------------------------------------------------


def test_too_little_to_learn_from() -> None:
    with pytest.raises(training.TrainingError, match="too_few"):
        training.train([Labelled("x", sentiment="neutral"), Labelled("y")], name="none")


def test_a_label_that_hardly_occurs_is_never_said() -> None:
    posts = [Labelled(f"Zug {n}", sentiment="negative" if n % 2 else "neutral") for n in range(40)]
    model = training.train(posts, name="two")
    assert model.judge_texts(["Zug 7"])["sentiment"][0, 2] < 0.05


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy.sparse", None)
    with pytest.raises(training.TrainingError, match="no_extra"):
        training.train([Labelled("x", sentiment="neutral")], name="none")


# Measuring --------------------------------------------------------------------------------------


def test_figures_of_labels_that_exclude_each_other() -> None:
    scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55]])
    found = measured_one(("a", "b"), scores, ["a", "b", "b", "c"], np.array([0.6, 0.6]))
    assert (found.micro_f1, found.majority, found.unsure) == (0.5, 0.5, 0.25)
    assert found.sure_right == pytest.approx(2 / 3)
    assert [(one.label, one.posts, one.precision, one.recall) for one in found.labels] == [
        ("a", 1, 0.5, 1.0),
        ("b", 2, 0.5, 0.5),
        ("c", 1, 0.0, 0.0),
    ]
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert found.confusion["b"] == {"a": 1, "b": 1, "c": 0}
    assert found.reliability == pytest.approx((0.1 + 0.6 + 0.2 + 0.55) / 4)
    assert found.as_json()["labels"]["a"] == {"posts": 1, "precision": 0.5, "recall": 1.0, "f1": 0.6667}


def test_figures_of_labels_that_may_hold_together() -> None:
    scores = np.array([[0.9, 0.8], [0.2, 0.7], [0.6, 0.1]])
    truth = np.array([[1, 0], [0, 1], [np.nan, 0]])
    found = measured_several(("a", "b"), scores, truth, np.array([0.5, 0.5]))
    assert [(one.label, one.posts, one.precision, one.recall) for one in found.labels] == [
        ("a", 1, 1.0, 1.0),
        ("b", 1, 0.5, 1.0),
    ]
    assert (found.posts, found.confusion) == (3, {})
    assert found.unsure == pytest.approx(1 / 3)
    assert found.micro_f1 == pytest.approx(0.8)


def test_a_model_is_measured_by_what_people_said() -> None:
    posts = [
        Labelled(ANGRY, "negative", intents=frozenset({"complaint"})),
        Labelled(GLAD, "positive", said={"praise": True}),
    ]
    sentiment, intent = measured(small_model(), "sentiment", posts), measured(small_model(), "intent", posts)
    assert isinstance(sentiment, Quality)
    assert isinstance(intent, Quality)
    assert (sentiment.posts, sentiment.micro_f1, intent.posts) == (2, 1.0, 2)
    assert measured(small_model(), "weather", posts) is None
    assert measured(small_model(), "relevance", posts) is None


def test_calibration_finds_what_was_done() -> None:
    chance = np.random.default_rng(5)
    logits = chance.normal(size=(4000, 3)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    real = np.array([chance.choice(3, p=row) for row in shares])
    slope, shift = calibrated_one(logits * 4, real)
    assert slope[0] == pytest.approx(0.25, abs=0.04)
    assert shift.tolist() == [0, 0, 0]
    truth = (chance.random((4000, 1)) < 1 / (1 + np.exp(-(0.5 * logits[:, :1] - 1)))).astype(float)
    slope, shift = calibrated_several(logits[:, :1], truth)
    assert (slope[0], shift[0]) == (pytest.approx(0.5, abs=0.1), pytest.approx(-1, abs=0.15))
    assert [a.tolist() for a in calibrated_one(np.zeros((0, 2)), np.zeros(0, np.int64))] == [[1, 1], [0, 0]]
    assert [a.tolist() for a in calibrated_several(np.ones((3, 1)), np.ones((3, 1)))] == [[1], [0]]


def test_calibration_by_few_posts_of_which_a_model_is_very_certain() -> None:
    for size in (1, 10, 100, 1000):
        logits = np.array([[-2.0], [-1.8], [-1.5], [1.6], [1.9], [1.7]]) * size
        truth = np.array([[0.0], [0], [0], [1], [1], [1]])
        slope, shift = calibrated_several(logits, truth)
        assert (1 / (1 + np.exp(-(logits * slope + shift))) > 0.5).tolist() == (truth == 1).tolist()


# What is shipped --------------------------------------------------------------------------------


def test_the_shipped_model_knows_every_head() -> None:
    model = read(SHIPPED)
    assert [head.name for head in model.heads] == ["sentiment", "relevance", "intent", "reason"]
    assert model.weights.shape[0] == SIZE
    assert model.about["posts"] == len(labelled_in(POSTS.parent))  # it has learnt what lies there now
    angry, glad = annotate([ANGRY, GLAD], model)
    assert angry.sentiment is not None
    assert glad.sentiment is not None
    assert (angry.sentiment.label, glad.sentiment.label) == ("negative", "positive")
    assert "complaint" in {one.label for one in angry.intents}
    assert "thanks" in {one.label for one in glad.intents}


def test_a_batch_is_judged_as_each_alone() -> None:
    texts = [post.text for post in some_posts()[:50]] + [""]
    together = small_model().judge(features_of(texts))
    for place, text in enumerate(texts):
        for name, scores in small_model().judge(features_of([text])).items():
            assert np.allclose(scores[0], together[name][place], atol=1e-6)


def test_a_model_may_have_one_head() -> None:
    head = Head("sentiment", ("a", "b"), True, *(np.ones(2, np.float32),) * 4)
    model = Model("one", (head,), np.zeros((SIZE, 2), np.int8))
    assert model.judge_texts(["x"])["sentiment"].tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    "text", ["", " ", "...", "4711 !?", "@nordlicht_hilft", "🇩🇪", "你好,服务很差", "Ваш сервис"]
)
def test_what_says_nothing_a_model_can_know_is_unsure(text: str) -> None:
    (found,) = annotate([text], read(SHIPPED))
    assert found.sentiment is not None
    assert found.relevance is not None
    assert found.reason is not None
    assert {found.sentiment.label, found.relevance.label, found.reason.label} == {UNSURE}
    assert (found.intents, dict(found.why)) == ((), {})
    assert found.feelings == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_a_language_that_the_model_was_never_shown_is_unsure_until_a_team_shows_it() -> None:
    french = "Votre service est vraiment nul, je suis très déçue de votre entreprise"
    shipped = read(SHIPPED)
    taught = learning.adapted(shipped, [Labelled(french, sentiment="negative")] * 3, name="desk-1")
    found = [annotate([french], model)[0].sentiment for model in (shipped, taught)]
    assert [one and one.label for one in found] == [UNSURE, "negative"]
    (unasked,) = annotate([french], shipped, Wanted(kinds=frozenset({"sentiment"})))
    assert unasked.sentiment is not None
    assert unasked.sentiment.score > 1 / 3
