"""Making a model from labelled posts alone. Needs the extra `train` (scikit-learn); predicting does not.

A feeling is one about us: posts that are not count as neutral, whatever mood they are in. Every label is
learnt against all others by logistic regression (LIBLINEAR's dual coordinate descent: Yu, Huang & Lin
2011). For feelings, features that few posts have count more, by inverse document frequency (Spärck Jones
1972); for all else those that stand much more often beside a label than elsewhere, or more seldom, by the
logarithm of that ratio (Wang & Manning 2012, "Baselines and bigrams"). A fifth of the posts, chosen by their
text, is kept back to calibrate the probabilities; then all are learnt
from. The same posts make the same model, byte for byte.

Posts that were written to be learnt from have other shares of labels than life has. A prior says how many
times as likely a label is there; it moves the odds by that (Saerens, Latinne & Decaestecker 2002).

A model may stand on another: what that one says of a post is then seen beside the features (stacking:
Wolpert 1992). As it is linear as well, what is learnt is one sum of weights again, in the same size.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.features import SIZE, features_of
from resonanz.annotate.labelled import INTENTS, RELEVANCE, SENTIMENTS, Labelled
from resonanz.annotate.measuring import Numbers, calibrated_one, calibrated_several
from resonanz.annotate.model import Head, Model
from resonanz.annotate.second_look import CERTAIN

HEADS = ("sentiment", "relevance", "intent", "reason")
STRENGTH = 8.0  # C of the regression
SECOND_STRENGTH = 0.003  # of that over embeddings, which are few numbers and all of one size
NEVER = -5.0  # logit of a label that no post has
KEPT_BACK = 5  # one post in so many calibrates
LEAST = 2  # posts of a label, and posts without it
SURE = {"sentiment": 0.45, "relevance": 0.6, "intent": 0.5, "reason": 0.4}
TOLERANCE = 0.1  # of the regression; less changes no figure and takes longer
CLIP = 99.99  # percentile of a column's weights that becomes 127
TOLD_BY_FEW = frozenset({"relevance", "intent", "reason"})  # by few words; a feeling by many small signs
STANDS = 0.2  # how much what a model says that one stands on weighs against the features

Prior = Mapping[tuple[str, str], float]  # head and label: times
NO_PRIOR: Prior = {}

Matrix = Any  # scipy.sparse.csr_matrix, which has no types


class TrainingError(ValueError):
    """Nothing can be learnt; `code` is `no_extra` or `too_few`."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class _Seen(Protocol):
    """What a regression sees of posts: a `matrix` (posts, numbers), and how strongly it may learn from it."""

    matrix: Matrix
    strength: float

    def factors(self, head: str, asked: NDArray[np.int64], holds: NDArray[np.bool_], /) -> Numbers | None:
        """Return by what the matrix's numbers are multiplied for one label of a head; None: by nothing.

        `asked` are the posts that are learnt from, `holds` says which of them have the label.
        """

    def folded(self, column: Numbers, bias: Numbers) -> tuple[Numbers, Numbers]:
        """Return weights of what a model sees, and bias, that say the same as those of the matrix."""


@dataclass(slots=True)
class _Words:
    """Features, then what the model says that one stands on; `rarity` (SIZE,) is how much each weighs."""

    matrix: Matrix
    rarity: Numbers
    base: Model | None
    strength: float = STRENGTH

    def factors(self, head: str, asked: NDArray[np.int64], holds: NDArray[np.bool_], /) -> Numbers:
        found = np.ones(self.matrix.shape[1])
        found[:SIZE] = self._telling(asked, holds) if head in TOLD_BY_FEW else self.rarity
        return found

    def _telling(self, asked: NDArray[np.int64], holds: NDArray[np.bool_]) -> Numbers:
        """Return how many times as often, or as seldom, a feature stands beside a label: the logarithm."""
        held, others = (self._posts_with(asked[one]) + 1.0 for one in (holds, ~holds))
        ratio = np.abs(np.log((held / held.sum()) / (others / others.sum())))
        return _of_mean_one(ratio, self._features(asked))

    def _posts_with(self, posts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of these posts have each feature."""
        return np.bincount(self._features(posts), minlength=SIZE)

    def _features(self, posts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the features of some posts, one after the other."""
        matrix = self.matrix[posts]
        found: NDArray[np.int64] = matrix.indices[(matrix.data != 0) & (matrix.indices < SIZE)]
        return found

    def folded(self, column: Numbers, bias: Numbers) -> tuple[Numbers, Numbers]:
        of_features = column[:SIZE]
        if self.base is not None:
            scale = np.concatenate([head.scale for head in self.base.heads])
            of_features = of_features + self.base.weights @ (STANDS * scale[:, None] * column[SIZE:])
        return of_features, bias


@dataclass(slots=True)
class _Embedded:
    """Embeddings (posts, DIMENSIONS) less their mean, in units of their spread."""

    matrix: Matrix
    mean: Numbers
    spread: Numbers
    strength: float = SECOND_STRENGTH

    def factors(self, _head: str, _asked: NDArray[np.int64], _holds: NDArray[np.bool_], /) -> None:
        return None

    def folded(self, column: Numbers, bias: Numbers) -> tuple[Numbers, Numbers]:
        of_numbers = column / self.spread[:, None]
        return of_numbers, bias - self.mean @ of_numbers


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What a head is learnt from: what is seen, 1 or 0 or NaN (posts, labels), weights, who is kept back."""

    head: str
    seen: _Seen
    targets: NDArray[np.float64]
    weights: NDArray[np.float64]
    back: NDArray[np.bool_]


def train(
    posts: Sequence[Labelled], *, name: str, base: Model | None = None, prior: Prior = NO_PRIOR
) -> Model:
    """Return a model with a head for everything that the posts are labelled with, standing on `base`.

    `prior` says how many times as likely labels are in life as among these posts.
    """
    made = _trained(posts, _words([post.text for post in posts], base), HEADS, name, prior)
    return made if base is None else replace(made, about={"stands_on": base.name, **made.about})


def train_second(posts: Sequence[Labelled], vectors: Numbers, *, name: str, prior: Prior = NO_PRIOR) -> Model:
    """Return the heads of a second look, from posts and their embeddings (posts, DIMENSIONS)."""
    mean, spread = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
    return _trained(posts, _Embedded((vectors - mean) / spread, mean, spread), tuple(CERTAIN), name, prior)


def _trained(posts: Sequence[Labelled], seen: _Seen, names: Sequence[str], name: str, prior: Prior) -> Model:
    posts = [replace(post, sentiment="neutral") if _about_others(post) else post for post in posts]
    back = np.array([_draw(post.text) for post in posts]) == 0
    weights = np.array([post.weight for post in posts])
    heads, columns = [], []
    for name_of_head in names:
        labels = _labels(posts, name_of_head)
        if labels:
            lesson = _Lesson(name_of_head, seen, _targets(posts, name_of_head, labels), weights, back)
            made, learnt = _learn(lesson, name_of_head, labels)
            times = [prior.get((name_of_head, label), 1.0) for label in labels]
            heads.append(replace(made, shift=made.shift + np.log(times, dtype=np.float32)))
            columns.append(learnt)
    if not heads:
        raise TrainingError("too_few")
    about = {"posts": len(posts), "labels": {head.name: _counts(posts, head) for head in heads}}
    return Model(name, tuple(heads), np.concatenate(columns, axis=1), about)


def _about_others(post: Labelled) -> bool:
    return post.sentiment is not None and post.relevance == "false"


def _words(texts: Sequence[str], base: Model | None) -> _Words:
    try:
        from scipy.sparse import csr_matrix, hstack, vstack  # noqa: PLC0415
    except ImportError as error:
        raise TrainingError("no_extra") from error
    parts = [features_of(texts[at : at + 512]) for at in range(0, len(texts), 512)]
    matrix = vstack(
        [csr_matrix((p.values, p.numbers, p.starts), shape=(p.starts.size - 1, SIZE)) for p in parts]
    ).tocsr()
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(matrix.indices, minlength=SIZE))) + 1
    rarity = _of_mean_one(rarity, matrix.indices)
    if base is not None:
        said = np.concatenate([base.logits(part) for part in parts])
        matrix = hstack([matrix, csr_matrix(STANDS * said)]).tocsr()
    return _Words(matrix, rarity, base)


def _of_mean_one(factors: Numbers, seen: NDArray[np.int64]) -> Numbers:
    """Return factors whose squares are one in the mean of the features seen, so that strengths compare."""
    return factors / np.sqrt(np.mean(factors[seen] ** 2)) if seen.size else factors


def _draw(text: str) -> int:
    """Return a number below `KEPT_BACK` that depends on a text alone, so that twins stay together."""
    return (
        int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") % KEPT_BACK
    )


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
        rows = [
            [_number(None if (one := post.one(head)) is None else one == label) for label in labels]
            for post in posts
        ]
    return np.array(rows, np.float64).reshape(len(posts), len(labels))


def _number(holds: bool | None) -> float:  # noqa: FBT001 - a target
    return np.nan if holds is None else float(holds)


def _counts(posts: Sequence[Labelled], head: Head) -> Mapping[str, int]:
    if head.one:
        found = Counter(post.one(head.name) for post in posts)
        return {label: found[label] for label in head.labels}
    return {label: sum(bool(post.holds(label)) for post in posts) for label in head.labels}


def _learn(lesson: _Lesson, head: str, labels: tuple[str, ...]) -> tuple[Head, NDArray[np.int8]]:
    """Return a calibrated head and its weights."""
    slope, shift = _calibration(lesson, one=head != "intent")
    column, bias = lesson.seen.folded(*_regressions(lesson, lesson.targets))
    scale = np.maximum(np.percentile(np.abs(column), CLIP, axis=0), 1e-9) / 127
    packed = np.clip(np.rint(column / scale), -127, 127).astype(np.int8)
    numbers = (scale, slope, bias * slope + shift, np.full(len(labels), SURE[head]))
    return Head(head, labels, head != "intent", *(np.asarray(one, np.float32) for one in numbers)), packed


def _calibration(lesson: _Lesson, *, one: bool) -> tuple[Numbers, Numbers]:
    """Return slope and shift of each label, from the posts kept back by what is learnt from the others."""
    column, bias = _regressions(lesson, np.where(lesson.back[:, None], np.nan, lesson.targets))
    targets = lesson.targets[lesson.back]
    logits = lesson.seen.matrix[np.flatnonzero(lesson.back)] @ column + bias
    if not one:
        return calibrated_several(logits, targets)
    asked = ~np.isnan(targets).any(axis=1)
    return calibrated_one(logits[asked], targets[asked].argmax(axis=1))


def _regressions(
    lesson: _Lesson, targets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights of the matrix's numbers (numbers, labels) and bias (labels,)."""
    learnt = [_regression(lesson, target) for target in targets.T]
    return np.stack([weights for weights, _ in learnt], axis=1), np.array([bias for _, bias in learnt])


def _regression(lesson: _Lesson, target: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the weights of one label against all others, and its bias."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    asked = np.flatnonzero(~np.isnan(target))
    holds = target[asked] == 1
    if min(holds.sum(), (~holds).sum()) < LEAST:
        return np.zeros(lesson.seen.matrix.shape[1]), NEVER if not holds.any() else 0.0
    regression = LogisticRegression(
        C=lesson.seen.strength, solver="liblinear", dual=True, tol=TOLERANCE, random_state=0
    )
    matrix, factors = lesson.seen.matrix[asked], lesson.seen.factors(lesson.head, asked, holds)
    if factors is not None:
        matrix.data = matrix.data * factors[matrix.indices]  # its own: rows that were chosen are a copy
    regression.fit(matrix, holds, sample_weight=lesson.weights[asked])
    learnt = regression.coef_[0]
    return learnt if factors is None else learnt * factors, float(regression.intercept_[0])
