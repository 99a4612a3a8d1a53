"""What was worked out for words, remembered for those met lately: people use few words, and ever new ones.

Two generations: once the younger one is full, it becomes the older one, and what is asked for again is taken
over from there. So what is used is never worked out twice, and the memory has an end.
"""

from __future__ import annotations

from typing import TypeVar

KEPT = 60_000  # words of a generation
LONGEST = 60  # characters of a word that is remembered

Worth = TypeVar("Worth")


class Kept(dict[str, Worth]):
    """For each word what is `found` for it; a plain look-up for those of the younger generation."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        super().__init__()
        self._older: dict[str, Worth] = {}

    def found(self, word: str) -> Worth:
        """Work out what is kept for a word."""
        raise NotImplementedError

    def __missing__(self, word: str) -> Worth:
        """What was kept for a word long ago, or is found now."""
        worth = self._older.get(word)
        if worth is None:
            worth = self.found(word)
        if len(word) <= LONGEST:
            if len(self) >= KEPT:
                self._older = dict(self)
                self.clear()
            self[word] = worth
        return worth
