"""Everything that is noted about a post, in one go: what a model judges, and what rules find.

Sentiment is how the writer feels about us: where a post is hardly about us, a feeling in it is not about us
either, so the shares of positive and negative count as far as the post is relevant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resonanz.annotate.address_form import AddressForm, address_form
from resonanz.annotate.features import Features, features_of
from resonanz.annotate.language import Spoken, spoken
from resonanz.annotate.model import Floats, Model
from resonanz.annotate.private_data import Found, OwnPattern, find_private_data
from resonanz.annotate.urgency import Urgency, urgency

UNSURE = "unsure"
FEELINGS = ("negative", "neutral", "positive")
KINDS = ("language", "sentiment", "relevance", "intent", "reason", "urgency", "private_data", "address_form")


@dataclass(frozen=True, slots=True)
class Judged:
    """A label with its probability; `unsure` where none is likely enough, `likeliest` says which came nearest."""

    label: str
    score: float
    likeliest: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is noted about one post. What was not asked for, or no model has learnt, is None or empty.

    `feelings` are the probabilities of `FEELINGS`; `why` names the words that carried a label.
    """

    language: Spoken = ""
    sentiment: Judged | None = None
    feelings: tuple[float, float, float] | None = None
    relevance: Judged | None = None
    intents: tuple[Judged, ...] = ()
    reason: Judged | None = None
    urgency: Urgency | None = None
    private_data: tuple[Found, ...] = ()
    address_form: AddressForm | None = None
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be noted, and how: kinds of `KINDS`, patterns of numbers and words that press, of the desk's own."""

    kinds: frozenset[str] = frozenset(KINDS)
    patterns: Sequence[OwnPattern] = ()
    pressing: Sequence[str] = ()
    why: bool = True


def annotate(texts: Sequence[str], model: Model | None, wanted: Wanted = Wanted()) -> list[Annotation]:  # noqa: B008
    """Return what is noted about posts; without a model, what rules find."""
    judged = _judged(texts, model, wanted) if model is not None else [{} for _ in texts]
    return [_with_rules(text, of_model, wanted) for text, of_model in zip(texts, judged, strict=True)]


def _with_rules(text: str, of_model: Mapping[str, object], wanted: Wanted) -> Annotation:
    kinds = wanted.kinds
    return Annotation(
        language=spoken(text) if "language" in kinds else "",
        urgency=urgency(text, wanted.pressing) if "urgency" in kinds else None,
        private_data=tuple(find_private_data(text, patterns=wanted.patterns)) if "private_data" in kinds else (),
        address_form=address_form(text, direction="in") if "address_form" in kinds else None,
        **of_model,  # type: ignore[arg-type]
    )


# What the model says ----------------------------------------------------------------------------


def _judged(texts: Sequence[str], model: Model, wanted: Wanted) -> list[dict[str, object]]:
    features = features_of(texts)
    scores = about_us(model.judge(features))
    found: list[dict[str, object]] = [{} for _ in texts]
    for head in model.heads:
        if head.name in wanted.kinds:
            _add(found, model, head.name, scores[head.name])
    if wanted.why:
        for place, tokens in enumerate(features.tokens):
            found[place]["why"] = _why(model, tokens, found[place])
    return found


def about_us(scores: dict[str, Floats]) -> dict[str, Floats]:
    """Return scores whose feelings count as far as a post is relevant; see the module."""
    if "sentiment" not in scores or "relevance" not in scores:
        return scores
    felt = scores["sentiment"] * np.array([1, 0, 1], np.float32) * scores["relevance"][:, 1:]
    felt[:, 1] = 1 - felt[:, 0] - felt[:, 2]
    return scores | {"sentiment": felt}


def _add(found: list[dict[str, object]], model: Model, name: str, scores: Floats) -> None:
    head = model.head(name)
    assert head is not None
    if not head.one:
        for post, place in np.argwhere(scores >= head.sure):
            score = float(scores[post, place])
            held = found[post].setdefault("intents", ())
            found[post]["intents"] = (*held, Judged(head.labels[place], score, head.labels[place]))  # type: ignore[misc]
        return
    best = scores.argmax(axis=1)
    tops = scores[np.arange(best.size), best].tolist()
    sure = head.sure[best].tolist()
    for post, (place, score) in enumerate(zip(best.tolist(), tops, strict=True)):
        label = head.labels[place]
        found[post][name] = Judged(label if score >= sure[post] else UNSURE, score, label)
    if name == "sentiment":
        for post, row in enumerate(scores.tolist()):
            found[post]["feelings"] = tuple(row)
