"""How good a model is, and how likely its likelihoods are: F1, precision, recall, confusion, reliability.

F1 is the harmonic mean of precision and recall; micro-F1 counts all decisions together (for labels that
exclude each other it is the share of right ones), macro-F1 is the mean over the labels. Reliability is the
expected calibration error over ten equal bins of the likeliest label's probability (Naeini et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.labelled import Labelled
from resonanz.annotate.model import Head, Model, about_us
from resonanz.annotate.second_look import SecondLook

BINS = 10
STEPS = 25  # of Newton's method; it needs about ten
NO_WORSE = 1e-9  # a rise of the cost that is rounding
TEMPERATURES = np.exp(np.linspace(np.log(0.2), np.log(5), 81))

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Bin:
    """Posts whose probability lies in a tenth: how many, what was said, and how often it was so."""

    count: int
    said: float
    was: float


@dataclass(frozen=True, slots=True)
class ForLabel:
    """One label's figures; `posts` is how many have it."""

    label: str
    posts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Quality:
    """A head's figures over labelled posts; `confusion[is][said]`, where labels exclude each other.

    `unsure` is the share of posts for which the model does not say, `sure_right` how often it is right
    otherwise, `majority` the micro-F1 of always saying the commonest label; `looked_twice` the share of posts
    at which a second look was taken.
    """

    posts: int
    micro_f1: float
    macro_f1: float
    majority: float
    unsure: float
    sure_right: float
    labels: tuple[ForLabel, ...]
    reliability: float
    bins: tuple[Bin, ...]
    confusion: dict[str, dict[str, int]]
    looked_twice: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as they are printed, rounded to four places."""
        return {
            "posts": self.posts,
            "micro_f1": round(self.micro_f1, 4),
            "macro_f1": round(self.macro_f1, 4),
            "majority": round(self.majority, 4),
            "unsure": round(self.unsure, 4),
            "sure_right": round(self.sure_right, 4),
            "looked_twice": round(self.looked_twice, 4),
            "labels": {
                one.label: {
                    "posts": one.posts,
                    "precision": round(one.precision, 4),
                    "recall": round(one.recall, 4),
                    "f1": round(one.f1, 4),
                }
                for one in self.labels
            },
            "reliability": {
                "error": round(self.reliability, 4),
                "bins": [
                    {"posts": b.count, "said": round(b.said, 4), "was": round(b.was, 4)} for b in self.bins
                ],
            },
            "confusion": self.confusion,
        }


def measured(
    model: Model, name: str, posts: Sequence[Labelled], second: SecondLook | None = None
) -> Quality | None:
    """Return how well a model judges labelled posts; None where it or they know nothing of that label."""
    head = model.head(name)
    if head is None:
        return None
    asked = [post for post in posts if (post.one(name) if head.one else _asked(head, post)) is not None]
    if not asked:
        return None
    texts = [post.text for post in asked]
    judged, looked = model.judge_texts(texts), np.zeros(0, bool)
    if second is not None:
        judged, looked = second.over(texts, judged)
    scores = about_us(judged)[name]
    if head.one:
        found = measured_one(head.labels, scores, [post.one(name) or "" for post in asked], head.sure)
        return replace(found, looked_twice=float(looked.mean()) if looked.size else 0.0)
    held = [[post.holds(label) for label in head.labels] for post in asked]
    truth = np.array([[np.nan if one is None else float(one) for one in row] for row in held])
    return measured_several(head.labels, scores, truth, head.sure)


def _asked(head: Head, post: Labelled) -> bool | None:
    """Return something where a post says anything of a head's labels."""
    return next((held for label in head.labels if (held := post.holds(label)) is not None), None)


def measured_one(labels: Sequence[str], scores: Numbers, truth: Sequence[str], sure: Numbers) -> Quality:
    """Return the figures of labels that exclude each other: probabilities (posts, labels), what is so,
    thresholds.
    """
    said = scores.argmax(axis=1)
    names = (*labels, *sorted(set(truth) - set(labels)))
    place = {name: number for number, name in enumerate(names)}
    real = np.array([place[name] for name in truth], np.int64)
    right = said == real
    top = scores[np.arange(said.size), said]
    is_sure = top >= np.asarray(sure)[said]
    of_labels = tuple(_for_label(name, real == k, said == k) for name, k in place.items())
    bins = _bins(top, right)
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (real, said), 1)
    return Quality(
        posts=said.size,
        micro_f1=float(right.mean()),
        macro_f1=float(np.mean([one.f1 for one in of_labels if one.posts])),
        majority=float(np.bincount(real).max() / real.size),
        unsure=float(1 - is_sure.mean()),
        sure_right=float(right[is_sure].mean()) if is_sure.any() else 0.0,
        labels=of_labels,
        reliability=_error(bins),
        bins=bins,
        confusion={a: {b: int(table[i, k]) for k, b in enumerate(names)} for i, a in enumerate(names)},
    )


def measured_several(labels: Sequence[str], scores: Numbers, truth: Numbers, sure: Numbers) -> Quality:
    """Return the figures of labels that may hold together: probabilities and truth (posts, labels), NaN not
    asked.
    """
    asked = ~np.isnan(truth)
    said, real = (scores >= sure) & asked, (truth == 1) & asked
    of_labels = tuple(
        _for_label(name, real[asked[:, k], k], said[asked[:, k], k])
        for k, name in enumerate(labels)
        if asked[:, k].any()
    )
    hits, missed = int((said & real).sum()), int((real & ~said).sum())
    wrong = int((said & ~real).sum())
    bins = _bins(scores[asked], real[asked])
    return Quality(
        posts=int(asked.any(axis=1).sum()),
        micro_f1=_f1(hits, wrong, missed),
        macro_f1=float(np.mean([one.f1 for one in of_labels if one.posts] or [0.0])),
        majority=float(
            _f1(int(real.sum(axis=0).max()), int((asked & ~real)[:, real.sum(axis=0).argmax()].sum()), 0)
        ),
        unsure=float((~said.any(axis=1)).mean()),
        sure_right=hits / max(1, hits + wrong),
        labels=of_labels,
        reliability=_error(bins),
        bins=bins,
        confusion={},
    )


def _for_label(name: str, real: NDArray[np.bool_], said: NDArray[np.bool_]) -> ForLabel:
    hits, wrong, missed = int((real & said).sum()), int((said & ~real).sum()), int((real & ~said).sum())
    return ForLabel(
        name,
        hits + missed,
        hits / max(1, hits + wrong),
        hits / max(1, hits + missed),
        _f1(hits, wrong, missed),
    )


def _f1(hits: int, wrong: int, missed: int) -> float:
    return 2 * hits / max(1, 2 * hits + wrong + missed)


def _bins(said: Numbers, was: NDArray[np.bool_]) -> tuple[Bin, ...]:
    place = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    return tuple(
        Bin(int(here.sum()), float(said[here].mean()), float(was[here].mean()))
        for k in range(BINS)
        if (here := place == k).any()
    )


def _error(bins: Sequence[Bin]) -> float:
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.said - one.was) for one in bins) / max(1, total)


# Calibration ------------------------------------------------------------------------------------


def calibrated_one(logits: Numbers, real: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Return one temperature for all labels that makes what is so the likeliest, and no shift."""
    labels = logits.shape[1]
    if not real.size:
        return np.ones(labels), np.zeros(labels)
    losses = [_loss(logits * temperature, real) for temperature in TEMPERATURES]
    return np.full(labels, TEMPERATURES[int(np.argmin(losses))]), np.zeros(labels)


def _loss(logits: Numbers, real: NDArray[np.int64]) -> float:
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return float((total - logits[np.arange(real.size), real]).mean())


def calibrated_several(logits: Numbers, truth: Numbers) -> tuple[Numbers, Numbers]:
    """Return slope and shift of each label by Platt's method, with his targets for few posts."""
    pairs = [_platt(logits[~np.isnan(t), k], t[~np.isnan(t)]) for k, t in enumerate(truth.T)]
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def _platt(logits: Numbers, truth: Numbers) -> tuple[float, float]:
    """Return slope and shift that fit best; Newton's method, held near 1 and 0 by a weak prior.

    A step that would make it worse is halved: where a model is very certain, Newton's leaps over the goal
    (Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs for support vector machines").
    """
    yes, no = int(truth.sum()), int((1 - truth).sum())
    if not yes or not no:
        return 1.0, 0.0
    aim = np.where(truth == 1, (yes + 1) / (yes + 2), 1 / (no + 2))
    at = np.array([1.0, 0.0])
    seen = np.stack([logits, np.ones_like(logits)], axis=1)
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-np.clip(seen @ at, -30, 30)))
        slope = seen.T @ (said - aim) + 0.1 * (at - [1, 0])
        curve = (seen * (said * (1 - said))[:, None]).T @ seen + 0.1 * np.eye(2)
        step, cost = np.linalg.solve(curve, slope), _cost(seen, aim, at)
        while _cost(seen, aim, at - step) > cost + NO_WORSE:
            step = step / 2
        at = at - step
    return float(np.clip(at[0], 0.1, 10)), float(at[1])


def _cost(seen: Numbers, aim: Numbers, at: Numbers) -> float:
    """Return what slope and shift lack of fitting, the prior included."""
    logits = seen @ at
    return float((np.logaddexp(0, logits) - aim * logits).sum() + 0.05 * ((at - [1, 0]) ** 2).sum())
