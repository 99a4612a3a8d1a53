"""A model that has learnt from corrections: the earlier one, moved as little as explains what people said.

To a model's logits a change is added that is linear in the same features: least loss over the corrections
plus a penalty on the size of the change (logistic regression with an offset and an L2 penalty), found by
accelerated gradient steps (Nesterov 1983; Beck & Teboulle 2009). NumPy alone, so that a desk needs no more
than it predicts with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.features import SIZE, Features, features_of
from resonanz.annotate.labelled import Labelled
from resonanz.annotate.model import Floats, Head, Model

STRENGTH = 5.0  # how much a correction weighs against staying as it was
STEPS = 100
MOST = 20_000  # corrections that are learnt from; older ones have done their work

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Told:
    """What corrections say of one head: features of their posts, logits before, and 1, 0 or NaN (posts,
    labels).
    """

    features: Features
    logits: Numbers
    targets: Numbers


def adapted(model: Model, corrections: Sequence[Labelled], *, name: str) -> Model:
    """Return a model that has learnt from corrections, with the labels that it did not know.

    The features of posts and the calibration stay as they are. Takes seconds for thousands of corrections.
    """
    corrections = corrections[-MOST:]
    heads, columns = [], []
    for head in model.heads:
        grown, weights = _with_new_labels(head, model.weights[:, model.columns(head.name)], corrections)
        told = _told(grown, weights, corrections)
        if told is None:
            heads.append(grown)
            columns.append(weights)
            continue
        change = _change(told, grown.one)
        full = weights * grown.scale + change / np.maximum(grown.slope, 1e-6)
        scale = np.maximum(np.abs(full).max(axis=0) / 127, 1e-9).astype(np.float32)
        columns.append(np.rint(full / scale).astype(np.int8))
        heads.append(replace(grown, scale=scale))
    about = {**model.about, "before": model.name, "corrections": len(corrections)}
    return Model(name, tuple(heads), np.concatenate(columns, axis=1), about)


def _with_new_labels(
    head: Head, weights: NDArray[np.int8], corrections: Sequence[Labelled]
) -> tuple[Head, NDArray[np.int8]]:
    """Return a head that also knows the reasons that a team made itself."""
    if head.name != "reason":
        return head, weights
    new = tuple(sorted({one.reason for one in corrections if one.reason is not None} - set(head.labels)))
    if not new:
        return head, weights

    def longer(numbers: Floats, value: float) -> Floats:
        return np.concatenate([numbers, np.full(len(new), value, np.float32)])

    grown = replace(
        head,
        labels=(*head.labels, *new),
        scale=longer(head.scale, 1.0),
        slope=longer(head.slope, float(head.slope[0])),
        shift=longer(head.shift, float(head.shift.min())),
        sure=longer(head.sure, float(head.sure[0])),
    )
    return grown, np.concatenate([weights, np.zeros((SIZE, len(new)), np.int8)], axis=1)


def _told(head: Head, weights: NDArray[np.int8], corrections: Sequence[Labelled]) -> _Told | None:
    """Return what corrections say of a head, None where nothing."""
    of_posts = [(post.text, _targets(head, post)) for post in corrections]
    asked = [(text, target) for text, target in of_posts if not np.isnan(target).all()]
    if not asked:
        return None
    features = features_of([text for text, _ in asked])
    alone = Model("", (head,), weights)
    logits = alone.logits(features) * head.slope + head.shift
    return _Told(features, logits.astype(np.float64), np.array([target for _, target in asked]))


def _targets(head: Head, post: Labelled) -> Numbers:
    if head.one:
        label = post.one(head.name)
        return np.array([np.nan if label is None else float(one == label) for one in head.labels])
    holds = [post.holds(one) for one in head.labels]
    return np.array([np.nan if one is None else float(one) for one in holds])


def _change(told: _Told, one: bool) -> Numbers:  # noqa: FBT001
    """Return the change of the calibrated weights (SIZE, labels) with the least loss and size."""
    numbers, places = np.unique(told.features.numbers, return_inverse=True)
    owner = np.repeat(np.arange(told.logits.shape[0]), np.diff(told.features.starts))
    values = told.features.values.astype(np.float64)
    posts = told.logits.shape[0]
    at = np.zeros((numbers.size, told.logits.shape[1]))
    ahead, pace = at, 1.0
    size = 1 / (0.5 * STRENGTH * _norm(places, owner, values) + 1)
    for _ in range(STEPS):
        slope = STRENGTH * _back(
            _misses(told, one, _forth(ahead, places, owner, values, posts)),
            places,
            owner,
            values,
            numbers.size,
        )
        stepped = ahead - size * (slope + ahead)
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead, at, pace = stepped + (pace - 1) / faster * (stepped - at), stepped, faster
    change = np.zeros((SIZE, at.shape[1]))
    change[numbers] = at
    return change


def _misses(told: _Told, one: bool, added: Numbers) -> Numbers:  # noqa: FBT001
    """Return how much more likely each label is said to be than it should (posts, labels)."""
    logits = told.logits + added
    if one:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        said = powers / powers.sum(axis=1, keepdims=True)
    else:
        said = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return np.where(np.isnan(told.targets), 0, said - np.nan_to_num(told.targets))


def _forth(
    weights: Numbers, places: NDArray[np.int64], owner: NDArray[np.int64], values: Numbers, posts: int
) -> Numbers:
    """Return the sums of weights by post (posts, labels)."""
    return np.stack(
        [np.bincount(owner, weights[places, k] * values, posts) for k in range(weights.shape[1])], axis=1
    )


def _back(
    misses: Numbers, places: NDArray[np.int64], owner: NDArray[np.int64], values: Numbers, size: int
) -> Numbers:
    """Return the sums of misses by feature (features, labels)."""
    return np.stack(
        [np.bincount(places, misses[owner, k] * values, size) for k in range(misses.shape[1])], axis=1
    )


def _norm(places: NDArray[np.int64], owner: NDArray[np.int64], values: Numbers) -> float:
    """Return the square of the largest stretch of the features: the steepest that the loss can be."""
    vector: Numbers = np.ones((int(places.max()) + 1 if places.size else 1, 1))
    posts = int(owner[-1]) + 1 if owner.size else 1
    largest = 0.0
    for _ in range(20):  # power method
        seen = np.bincount(owner, vector[places, 0] * values, posts)
        back = np.asarray(np.bincount(places, seen[owner] * values, vector.shape[0]), np.float64)
        vector = back[:, None]
        largest = float(np.linalg.norm(vector))
        if not largest:
            return 0.0
        vector = vector / largest
    return largest * 1.1
