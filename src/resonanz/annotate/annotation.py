"""Everything that is noted about a post, in one go: what a model judges, and what rules find.

Sentiment is how the writer feels about us: where a post is hardly about us, a feeling in it is not about us
either, so the shares of positive and negative count as far as the post is relevant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.address_form import AddressForm, address_form
from resonanz.annotate.carried import as_written
from resonanz.annotate.features import LONGEST, features_of
from resonanz.annotate.labelled import NO_REASON
from resonanz.annotate.language import Language, identify
from resonanz.annotate.markup import without_markup
from resonanz.annotate.model import Floats, Model, about_us
from resonanz.annotate.private_data import Found, OwnPattern, find_private_data
from resonanz.annotate.second_look import CERTAIN, SecondLook
from resonanz.annotate.urgency import Urgency, urgencies

UNSURE = "unsure"
KNOWN = ("de", "en")  # languages of `training/`
FOREIGN = 0.99  # certainty that a post is in another one
HALVES = frozenset(map(chr, range(0x1F1E6, 0x1F200)))  # of flags
WORDS_MOST = 3  # that say why, for one label
CERTAINLY = 0.8  # from here on an intent may lift the urgency; below, it is only noted
FEELINGS = ("negative", "neutral", "positive")
KINDS = ("language", "sentiment", "relevance", "intent", "reason", "urgency", "private_data", "address_form")


class Judged(NamedTuple):
    """A label with its probability; `unsure` where none is likely enough, `likeliest` says which came
    nearest.
    """

    label: str
    score: float
    likeliest: str


class Annotation(NamedTuple):
    """What is noted about one post. What was not asked for, or no model has learnt, is None or empty.

    `feelings` are the probabilities of `FEELINGS`; `why` names the words that carried a label, as they stand
    in the post, and leaves out one that signs alone carried; `looked_twice` says that a second look was
    taken.
    """

    language: str = ""
    sentiment: Judged | None = None
    feelings: tuple[float, float, float] | None = None
    relevance: Judged | None = None
    intents: tuple[Judged, ...] = ()
    reason: Judged | None = None
    urgency: Urgency | None = None
    private_data: tuple[Found, ...] = ()
    address_form: AddressForm | None = None
    why: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    looked_twice: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be noted: kinds of `KINDS`, with the desk's own patterns of numbers and words that press."""

    kinds: frozenset[str] = frozenset(KINDS)
    patterns: Sequence[OwnPattern] = ()
    pressing: Sequence[str] = ()
    why: bool = True


ALL = Wanted()


def annotate(
    texts: Sequence[str],
    model: Model | None,
    wanted: Wanted = ALL,
    hints: Sequence[str] = (),
    second: SecondLook | None = None,
) -> list[Annotation]:
    """Return what is noted about posts; without a model, what rules find.

    `hints` are the languages that the networks name, "" where one names none. With `second`, posts that the
    model is unsure of are looked at twice.
    """
    languages = [Language("", 0)] * len(texts)
    if "language" in wanted.kinds:
        said = hints or [""] * len(texts)
        languages = [
            identify(without_markup(text[:LONGEST]), hint=hint)
            for text, hint in zip(texts, said, strict=True)
        ]
    notes: list[dict[str, object]] = [{} for _ in texts]
    if model is not None:
        foreign = np.array([_is_foreign(model, one) for one in languages], bool)
        notes = _judged(texts, model, wanted, second, foreign)
    of_rules = _by_rules(texts, wanted, notes) | {"language": [one.code for one in languages]}
    for kind, found in of_rules.items():
        for of_post, one in zip(notes, found, strict=True):
            of_post[kind] = one
    return [Annotation(**of_post) for of_post in notes]  # type: ignore[arg-type]


def _is_foreign(model: Model, language: Language) -> bool:
    """Whether a post is surely in a language that the model was never shown; a team may show it any."""
    return language.certainty >= FOREIGN and language.code not in KNOWN and "corrections" not in model.about


def _by_rules(
    texts: Sequence[str], wanted: Wanted, of_model: Sequence[Mapping[str, object]]
) -> dict[str, Sequence[object]]:
    """Return what rules find, kind by kind: the processor has each kind's tables at hand then."""
    found: dict[str, Sequence[object]] = {}
    if "urgency" in wanted.kinds:
        found["urgency"] = urgencies(texts, wanted.pressing, list(map(_certain, of_model)))
    if "private_data" in wanted.kinds:
        found["private_data"] = [tuple(find_private_data(text, patterns=wanted.patterns)) for text in texts]
    if "address_form" in wanted.kinds:
        found["address_form"] = [address_form(text, direction="in") for text in texts]
    return found


def _certain(of_model: Mapping[str, object]) -> frozenset[str]:
    """The intents that the model is sure of."""
    noted: Sequence[Judged] = of_model.get("intents", ())  # type: ignore[assignment]
    return frozenset([one.label for one in noted if one.score >= CERTAINLY])


# What the model says ----------------------------------------------------------------------------


def _judged(
    texts: Sequence[str],
    model: Model,
    wanted: Wanted,
    second: SecondLook | None,
    foreign: NDArray[np.bool_],
) -> list[dict[str, object]]:
    features = features_of(texts)
    scores = model.judge(features)
    found: list[dict[str, object]] = [{} for _ in texts]
    if second is not None and not wanted.kinds.isdisjoint(CERTAIN):
        scores, looked = second.over(texts, scores)
        for post in np.flatnonzero(looked):
            found[post]["looked_twice"] = True
    scores = about_us(scores)
    unread = np.flatnonzero(
        foreign | ~np.array([_says_something(tokens) for tokens in features.tokens], bool)
    )
    for head in model.heads:
        scores[head.name][unread] = 1 / len(head.labels) if head.one else 0
        if head.name in wanted.kinds:
            _add(found, model, head.name, scores[head.name])
    if wanted.why:
        for place, tokens in enumerate(features.tokens):
            found[place]["why"] = _why(model, texts[place], tokens, found[place])
    return found


def _says_something(tokens: Sequence[str]) -> bool:
    """Whether a post holds a word in Latin letters or a picture of a feeling: all that a model can know."""
    for token in tokens:  # mostly the first one does
        if "a" <= token[0] <= "ɏ" or (token not in HALVES and category(token[0]) == "So"):
            return True
    return False


def _add(found: list[dict[str, object]], model: Model, name: str, scores: Floats) -> None:
    head = model.head(name)
    assert head is not None
    if not head.one:
        held: list[tuple[Judged, ...]] = [()] * len(found)
        posts, places = np.nonzero(scores >= head.sure)
        for post, place, score in zip(
            posts.tolist(), places.tolist(), scores[posts, places].tolist(), strict=True
        ):
            held[post] += (Judged(head.labels[place], score, head.labels[place]),)
        for of_post, intents in zip(found, held, strict=True):
            of_post["intents"] = intents
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


# Why --------------------------------------------------------------------------------------------


def _why(
    model: Model, text: str, tokens: list[str], found: Mapping[str, object]
) -> dict[str, tuple[str, ...]]:
    """Return the words that carried each label that was found, the strongest first."""
    asked = [(head, judged.label) for head, judged in _labels(found) if judged.label != UNSURE]
    shares = model.why(tokens, asked, len(tokens))
    words = [as_written(text, (tokens[at] for at, _ in of_label), WORDS_MOST) for of_label in shares]
    return {label: of_label for (_, label), of_label in zip(asked, words, strict=True) if of_label}


def _labels(found: Mapping[str, object]) -> Iterator[tuple[str, Judged]]:
    for head in ("sentiment", "relevance", "reason"):
        judged = found.get(head)
        if isinstance(judged, Judged) and judged.label != NO_REASON:
            yield head, judged
    for judged in found.get("intents", ()):  # type: ignore[attr-defined]
        yield "intent", judged
