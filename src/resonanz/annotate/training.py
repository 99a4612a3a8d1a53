"""Making a model from labelled posts alone. Needs the extra `train` (scikit-learn); predicting does not.

Every label is learnt against all others by logistic regression (LIBLINEAR's dual coordinate descent: Yu, Huang & Lin
2011). A fifth of the posts, chosen by their text, is kept back to calibrate the probabilities; then all are learnt
from. The same posts make the same model, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.features import SIZE, features_of
from resonanz.annotate.labelled import INTENTS, NO_REASON, RELEVANCE, SENTIMENTS, Labelled
from resonanz.annotate.measuring import calibrated_one, calibrated_several
from resonanz.annotate.model import Floats, Head, Model

HEADS = ("sentiment", "relevance", "intent", "reason")
STRENGTH = {"sentiment": 8.0, "relevance": 8.0, "intent": 8.0, "reason": 8.0}  # C of the regression
KEPT_BACK = 5  # one post in so many calibrates
LEAST = 2  # posts of a label, and posts without it
SURE = {"sentiment": 0.45, "relevance": 0.6, "intent": 0.5, "reason": 0.4}
CLIP = 99.99  # percentile of a column's weights that becomes 127

Matrix = Any  # scipy.sparse.csr_matrix, which has no types


class TrainingError(ValueError):
    """Nothing can be learnt; `code` is `no_extra` or `too_few`."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def train(posts: Sequence[Labelled], *, name: str) -> Model:
    """Return a model with a head for everything that the posts are labelled with."""
    matrix = _matrix([post.text for post in posts])
    back = np.array([_draw(post.text) for post in posts]) == 0
    weights = np.array([post.weight for post in posts])
    heads, columns = [], []
    for head in HEADS:
        labels = _labels(posts, head)
        targets = _targets(posts, head, labels)
        asked = ~np.isnan(targets).all(axis=1) if labels else np.zeros(len(posts), bool)
        if not labels or not asked.any():
            continue
        made, learnt = _learn(head, labels, matrix, targets, weights, back)
        heads.append(made)
        columns.append(learnt)
    if not heads:
        raise TrainingError("too_few")
    about = {"posts": len(posts), "labels": {head.name: _counts(posts, head) for head in heads}}
    return Model(name, tuple(heads), np.concatenate(columns, axis=1), about)


def _matrix(texts: Sequence[str]) -> Matrix:
    try:
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415
    except ImportError as error:
        raise TrainingError("no_extra") from error
    parts = [features_of(texts[at : at + 512]) for at in range(0, len(texts), 512)]
    return vstack([csr_matrix((p.values, p.numbers, p.starts), shape=(p.starts.size - 1, SIZE)) for p in parts]).tocsr()


def _draw(text: str) -> int:
    """Return a number below `KEPT_BACK` that depends on a text alone, so that twins stay together."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") % KEPT_BACK


def _labels(posts: Sequence[Labelled], head: str) -> tuple[str, ...]:
    """Return a head's labels; the intents of which there are enough, and all feelings where there are any."""
    if head == "intent":
        held = Counter(intent for post in posts for intent in INTENTS if post.holds(intent))
        denied = Counter(intent for post in posts for intent in INTENTS if post.holds(intent) is False)
        return tuple(one for one in INTENTS if held[one] >= LEAST and denied[one] >= LEAST)
    found = Counter(label for post in posts if (label := post.one(head)) is not None)
    if sum(count >= LEAST for count in found.values()) < LEAST:
        return ()
    known = {"sentiment": SENTIMENTS, "relevance": RELEVANCE}.get(head)
    return known or tuple(sorted(label for label, count in found.items() if count >= LEAST))


def _targets(posts: Sequence[Labelled], head: str, labels: Sequence[str]) -> NDArray[np.float64]:
    """Return 1 where a label holds, 0 where not, and NaN where nobody was asked (posts, labels)."""
    if head == "intent":
        rows = [[_number(post.holds(label)) for label in labels] for post in posts]
    else:
        rows = [[_number(None if (one := post.one(head)) is None else one == label) for label in labels] for post in posts]
    return np.array(rows, np.float64).reshape(len(posts), len(labels))


def _number(holds: bool | None) -> float:
    return np.nan if holds is None else float(holds)


def _counts(posts: Sequence[Labelled], head: Head) -> Mapping[str, int]:
    if head.one:
        found = Counter(post.one(head.name) for post in posts)
        return {label: found[label] for label in head.labels}
    return {label: sum(bool(post.holds(label)) for post in posts) for label in head.labels}


def _learn(
    name: str, labels: tuple[str, ...], matrix: Matrix, targets: NDArray[np.float64], weights: NDArray[np.float64], back: NDArray[np.bool_]
) -> tuple[Head, NDArray[np.int8]]:
    held = np.flatnonzero(back)
    trial = np.stack([_column(name, matrix, targets[:, k], weights, ~back, held) for k in range(len(labels))], axis=1)
    one = name != "intent"
    slope, shift = _calibration(one=one, logits=trial, targets=targets[held])
    learnt = [_weights(name, matrix, targets[:, k], weights) for k in range(len(labels))]
    column, bias = np.stack([w for w, _ in learnt], axis=1), np.array([b for _, b in learnt])
    scale = np.maximum(np.percentile(np.abs(column), CLIP, axis=0), 1e-9) / 127
    packed = np.clip(np.rint(column / scale), -127, 127).astype(np.int8)
    sure = np.full(len(labels), SURE[name], np.float32)
    head = Head(name, labels, one, _f(scale), _f(slope), _f(bias * slope + shift), sure)
    return head, packed


def _f(numbers: NDArray[np.float64]) -> Floats:
    return np.asarray(numbers, np.float32)


def _calibration(*, one: bool, logits: Floats, targets: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if one:
        asked = ~np.isnan(targets).any(axis=1)
        return calibrated_one(logits[asked], targets[asked].argmax(axis=1))
    return calibrated_several(logits, targets)


def _column(
    name: str, matrix: Matrix, target: NDArray[np.float64], weights: NDArray[np.float64], among: NDArray[np.bool_], held: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return logits of the posts kept back, by what is learnt from the others."""
    column, bias = _weights(name, matrix, np.where(among, target, np.nan), weights)
    made: NDArray[np.float64] = matrix[held] @ column + bias
    return made


def _weights(
    name: str, matrix: Matrix, target: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the weights of one label against all others, and its bias."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    asked = np.flatnonzero(~np.isnan(target))
    holds = target[asked] == 1
    if holds.sum() < LEAST or (~holds).sum() < LEAST:
        return np.zeros(SIZE), -5.0 if not holds.any() else 0.0
    regression = LogisticRegression(C=STRENGTH[name], solver="liblinear", dual=True, tol=1e-3, max_iter=300, random_state=0)
    regression.fit(matrix[asked], holds, sample_weight=weights[asked])
    return regression.coef_[0], float(regression.intercept_[0])


def words_of_feeling(rows: Sequence[tuple[int, str]], weight: float) -> list[Labelled]:
    """Return words as posts with a feeling: (−3 … 3, words)."""
    labels = {-1: "negative", 0: "neutral", 1: "positive"}
    return [Labelled(words, sentiment=labels[(value > 0) - (value < 0)], weight=weight) for value, words in rows]


def weighted(posts: Sequence[Labelled], weight: float) -> list[Labelled]:
    """Return posts that count so many times as much."""
    return [replace(post, weight=post.weight * weight) for post in posts]
