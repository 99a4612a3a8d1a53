"""A small linear model of posts: what it is made of, how it judges, how it is kept in a file.

For each label there is one column of weights over the numbers of `features`, as whole numbers from −127 to
127 and a scale. The sum of a post's weights, times its value, is a logit. A head whose labels exclude each
other makes probabilities of its logits by the softmax, one whose labels may hold together by the logistic
function of each; both after calibration (Platt 1999; Guo et al. 2017, "On calibration of modern neural
networks").
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.features import BITS, SIZE, Features, features_of, word_features

MARK = b"resonanz model "
FORMAT = 1
DIGEST = 32  # bytes of SHA-256 at the end
PRESSED = 5  # level of zlib: 9 takes thirty times as long for a tenth less
SHIPPED = Path(__file__).with_name("shipped.model")

Weights = NDArray[np.int8]
Floats = NDArray[np.floating[Any]]


class ModelError(ValueError):
    """A file is no usable model; `code`: `missing`, `no_model`, `other_format`, `other_kind` or `cut_off`."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Head:
    """One question about a post. `one` says that its labels exclude each other.

    `scale`, `slope` and `shift` (labels,) make a calibrated logit of a sum of weights:
    (sum·scale)·slope + shift.
    Below a probability of `sure` (labels,) the label is unsure.
    """

    name: str
    labels: tuple[str, ...]
    one: bool
    scale: Floats
    slope: Floats
    shift: Floats
    sure: Floats

    def probabilities(self, logits: Floats) -> Floats:
        """Return probabilities (posts, labels) of logits before calibration."""
        logits = logits * self.slope + self.shift
        if not self.one:
            made: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
            return made
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True, slots=True)
class Model:
    """Heads and their weights (SIZE, labels of all heads), or of what else it sees. `about` says from what it
    was made and how good it was.
    """

    name: str
    heads: tuple[Head, ...]
    weights: Weights
    about: Mapping[str, Any] = field(default_factory=dict)

    def head(self, name: str) -> Head | None:
        """Return a head by its name, None where this model has not learnt it."""
        return next((head for head in self.heads if head.name == name), None)

    def columns(self, name: str) -> slice:
        """Return where a head's columns stand among the weights."""
        begin = 0
        for head in self.heads:
            if head.name == name:
                return slice(begin, begin + len(head.labels))
            begin += len(head.labels)
        raise KeyError(name)

    def logits(self, features: Features) -> Floats:
        """Return sums of weights times scales (posts, labels of all heads), before calibration."""
        posts = features.starts.size - 1
        sums = np.zeros((posts, self.weights.shape[1]), np.float32)
        full = np.flatnonzero(np.diff(features.starts))
        if full.size:
            begins = features.starts[full]
            rows = self.weights.take(features.numbers, axis=0)
            added = np.add.reduceat(rows, begins, axis=0, dtype=np.int32)
            sums[full] = added * features.values[begins][:, None]
        scaled: Floats = sums * np.concatenate([head.scale for head in self.heads])
        return scaled

    def judge(self, features: Features) -> dict[str, Floats]:
        """Return calibrated probabilities (posts, labels) by the head's name."""
        logits = self.logits(features)
        return {head.name: head.probabilities(logits[:, self.columns(head.name)]) for head in self.heads}

    def judge_texts(self, texts: Sequence[str], batch: int = 256) -> dict[str, Floats]:
        """Return calibrated probabilities (posts, labels) of many texts, a batch at a time."""
        parts = [self.judge(features_of(texts[at : at + batch])) for at in range(0, len(texts), batch)]
        return {
            head.name: np.concatenate([part[head.name] for part in parts])
            if parts
            else np.zeros((0, len(head.labels)), np.float32)
            for head in self.heads
        }

    def why(
        self, tokens: list[str], asked: Sequence[tuple[str, str]], most: int = 3
    ) -> list[list[tuple[int, float]]]:
        """Return for each head and label the words (by their place) that speak most for it, with shares.

        A share is what a word and its pieces add to the calibrated logit, less the mean of what they add to
        the other labels where those exclude each other.
        """
        if not tokens:
            return [[] for _ in asked]
        numbers, words = word_features(tokens)
        rows = self.weights.take(numbers, axis=0)
        length = np.sqrt(numbers.size)
        return [self._shares(rows, words, len(tokens), length, *one)[:most] for one in asked]

    def _shares(
        self, rows: Weights, words: NDArray[np.int64], count: int, length: float, name: str, label: str
    ) -> list[tuple[int, float]]:
        head = self.head(name)
        if head is None or label not in head.labels:
            return []
        place = head.labels.index(label)
        added = rows[:, self.columns(name)] * (head.scale * head.slope)
        gain = added[:, place]
        if head.one:
            gain = gain - (added.sum(axis=1) - gain) / max(1, len(head.labels) - 1)
        shares = np.bincount(words, gain, count) / length
        best = np.argsort(-shares, kind="stable")
        return [(int(at), float(shares[at])) for at in best if shares[at] > 0]


def about_us(scores: dict[str, Floats]) -> dict[str, Floats]:
    """Return scores whose feelings count as far as a post is about us."""
    if "sentiment" not in scores or "relevance" not in scores:
        return scores
    felt = scores["sentiment"] * np.array([1, 0, 1], np.float32) * scores["relevance"][:, 1:]
    felt[:, 1] = 1 - felt[:, 0] - felt[:, 2]
    return scores | {"sentiment": felt}


# In a file -----------------------------------------------------------------------------------------


def write(model: Model, path: Path) -> None:
    """Keep a model in a file; whoever reads it meanwhile sees the old one or the new one, whole."""
    header = {
        "name": model.name,
        "bits": BITS,
        "rows": model.weights.shape[0],
        "about": dict(model.about),
        "heads": [
            {
                "name": head.name,
                "labels": list(head.labels),
                "one": head.one,
                **{
                    key: [float(f"{x:.6g}") for x in getattr(head, key)]
                    for key in ("scale", "slope", "shift", "sure")
                },
            }
            for head in model.heads
        ],
    }
    body = b"%s%d\n%s\n" % (MARK, FORMAT, json.dumps(header, sort_keys=True, ensure_ascii=False).encode())
    body += zlib.compress(np.ascontiguousarray(model.weights.T).tobytes(), PRESSED)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(body + hashlib.sha256(body).digest())
    fresh.replace(path)


def read(path: Path, rows: int = SIZE) -> Model:
    """Read a model with so many rows of weights; raises `ModelError` that says what is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError("missing", path=str(path)) from error
    header, packed = _parts(raw, path)
    found = header.get("rows", SIZE)
    if found != rows:
        raise ModelError("other_kind", path=str(path), found=found, expected=rows)
    heads = tuple(_head(one) for one in header["heads"])
    width = sum(len(head.labels) for head in heads)
    columns = np.frombuffer(zlib.decompress(packed), np.int8).reshape(width, rows)
    weights = np.empty((rows, width), np.int8)
    for place, column in enumerate(columns):  # several times as quick as a copy of the whole turned round
        weights[:, place] = column
    return Model(header["name"], heads, weights, header["about"])


def _parts(raw: bytes, path: Path) -> tuple[dict[str, Any], bytes]:
    """Return header and packed weights of a file whose every byte is as it was written."""
    line, _, rest = raw.partition(b"\n")
    if not line.startswith(MARK) or not line[len(MARK) :].isdigit():
        raise ModelError("no_model", path=str(path))
    if int(line[len(MARK) :]) != FORMAT:
        raise ModelError("other_format", path=str(path), found=int(line[len(MARK) :]), expected=FORMAT)
    if hashlib.sha256(raw[:-DIGEST]).digest() != raw[-DIGEST:]:
        raise ModelError("cut_off", path=str(path), size=len(raw))
    text, _, packed = rest[:-DIGEST].partition(b"\n")
    header: dict[str, Any] = json.loads(text)
    if header["bits"] != BITS:
        raise ModelError("other_format", path=str(path), found=header["bits"], expected=BITS)
    return header, packed


def _head(one: Mapping[str, Any]) -> Head:
    numbers = (np.asarray(one[key], np.float32) for key in ("scale", "slope", "shift", "sure"))
    return Head(one["name"], tuple(one["labels"]), one["one"], *numbers)
