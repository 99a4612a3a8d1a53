"""Whether a model that learnt is good enough: compared kind by kind on posts that neither has seen.

A kind with fewer than `LEAST` decisions says nothing yet. Where no kind says anything, the model waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LEAST = 5  # decisions of a kind on posts that were held back

Tally = Mapping[str, Sequence[int]]  # by kind: how many decisions were right, and how many there were


class Verdict(NamedTuple):
    """What a comparison says: kinds that the new one is worse at, and how many decisions it lacks."""

    worse: tuple[str, ...]
    missing: int

    @property
    def fits(self) -> bool:
        """Whether the new one may be taken into use by itself."""
        return not self.worse and not self.missing


def verdict(before: Tally, after: Tally) -> Verdict:
    """Return what the shares of two models say."""
    counts = {kind: min(before[kind][1], after[kind][1]) for kind in before if kind in after}
    voting = [kind for kind, count in counts.items() if count >= LEAST]
    worse = tuple(kind for kind in voting if _share(after[kind]) < _share(before[kind]))
    return Verdict(worse, 0 if voting else LEAST - max(counts.values(), default=0))


def _share(tally: Sequence[int]) -> float:
    return tally[0] / tally[1]
