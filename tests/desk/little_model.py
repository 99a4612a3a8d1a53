"""A model small enough to say by heart what it knows: a few words, each of which speaks for one label."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resonanz.annotate.features import SIZE, tokens_of, word_features
from resonanz.annotate.labelled import INTENTS, NO_REASON, REASONS, RELEVANCE, SENTIMENTS
from resonanz.annotate.model import Head, Model, write

LABELS = {
    "sentiment": SENTIMENTS,
    "relevance": RELEVANCE,
    "intent": INTENTS,
    "reason": (*REASONS, NO_REASON),
}
WEIGHT = 1.8  # of each piece of a word: as in a real model, small beside what a post adds up to
SAYS = {  # what each word speaks for
    "furchtbar": (("sentiment", "negative"), ("intent", "complaint"), ("relevance", "true")),
    "wunderbar": (("sentiment", "positive"), ("intent", "praise"), ("relevance", "true")),
    "sachlich": (("sentiment", "neutral"), ("relevance", "true")),
    "verspätet": (("reason", "delay"),),
    "grundlos": (("reason", NO_REASON),),
    "nordlicht": (("relevance", "true"),),
    "wann": (("intent", "question"),),
    "polarlicht": (("relevance", "false"), ("sentiment", "neutral")),
}


def little_model(name: str = "little", says: dict[str, tuple[tuple[str, str], ...]] | None = None) -> Model:
    """Return a model that knows the words of SAYS; of everything else it is unsure."""
    heads = tuple(_head(head, labels) for head, labels in LABELS.items())
    weights = np.zeros((SIZE, sum(map(len, LABELS.values()))), np.int8)
    model = Model(name, heads, weights, {"posts": 0})
    for word, spoken in (says or SAYS).items():
        numbers, _words = word_features(tokens_of(word))
        for head, label in spoken:
            column = model.columns(head).start + LABELS[head].index(label)
            weights[numbers, column] = 127
    return model


def _head(name: str, labels: tuple[str, ...]) -> Head:
    size, one = len(labels), name != "intent"
    ones = np.ones(size, np.float32)
    scale, shift = np.float32(WEIGHT / 127), np.float32(0 if one else -4)
    return Head(name, labels, one, ones * scale, ones, ones * shift, ones * np.float32(0.7))


def kept(folder: Path, name: str = "little") -> Path:
    """Write the model to a file and return it."""
    path = folder / f"{name}.model"
    write(little_model(name), path)
    return path
