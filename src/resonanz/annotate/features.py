"""What a linear model sees of posts: words, pairs of words and pieces of words, as numbers of a fixed range.

A feature's number is a hash of its characters (the hashing trick: Weinberger et al. 2009, "Feature hashing
for large scale multitask learning"), so there is no vocabulary to keep. All posts of a batch are hashed
together with polynomial hashes over their code points, modulo 2^64.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resonanz.annotate.markup import without_markup

BITS = 18  # 262,144 numbers
SIZE = 1 << BITS
LONGEST = 4000  # characters of a post that count; those of longer ones say nothing new
PIECES = range(2, 6)  # lengths of pieces of words, with the blank before and behind

_TOKEN = re.compile(r"https?://\S+|www\.\S+|@\w+|[^\W_]+|[^\w\s]")
_THRICE = re.compile(r"(.)\1\1")  # many times as quick as the next, and without it there is none
_SAME = re.compile(r"([^\W\d_]|[!?.])\1{2,}")
_DIGIT = re.compile(r"[1-9]")
_DIGITS = {ord(str(digit)): "0" for digit in range(10)}
_ADDRESSES = ("http://", "https://", "www.")
_FACTOR = np.uint64(0x9E3779B97F4A7C15 | 1)
_INVERSE = np.uint64(pow(int(_FACTOR), -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)
_TOP = np.uint64(64 - BITS)

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a batch, post after post.

    `numbers` (n,) in [0, SIZE); `starts` (posts + 1,) where each post's begin; `values` (n,) float32,
    such that the squares of a post's add up to one. `tokens` are the words of each post as they were counted.
    """

    numbers: Numbers
    starts: Numbers
    values: NDArray[np.float32]
    tokens: list[list[str]]


def tokens_of(text: str) -> list[str]:
    """Return the words and signs of a post as they are counted: small, no markup, all digits alike."""
    small = without_markup(text[:LONGEST]).lower()
    if _THRICE.search(small):
        small = _SAME.sub(r"\1\1\1", small)
    if _DIGIT.search(small):
        small = small.translate(_DIGITS)
    found: list[str] = _TOKEN.findall(small)
    if "://" not in small and "www." not in small:
        return found
    return ["://" if token[0] in "hw" and token.startswith(_ADDRESSES) else token for token in found]


def features_of(texts: Sequence[str]) -> Features:
    """Return the features of posts; an empty post has none."""
    tokens = [tokens_of(text) for text in texts]
    hashed = _hashed(tokens)
    owner = np.concatenate([owners for _, owners, _ in hashed]).astype(np.min_scalar_type(len(texts)))
    numbers = np.concatenate([part for part, _, _ in hashed]).astype(np.uint32)
    numbers = numbers[np.argsort(owner, kind="stable")]  # small owners are sorted by their digits: one pass
    ends = np.bincount(owner, minlength=len(texts)).cumsum()
    for start, end in pairwise([0, *ends.tolist()]):  # one post at a time fits the processor's nearest memory
        numbers[start:end].sort()
    first = np.ones(numbers.size, np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    first[ends[ends < numbers.size]] = True
    starts = np.concatenate([[0], np.concatenate([[0], np.cumsum(first)])[ends]])
    counts = np.diff(starts)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    return Features(numbers[first].astype(np.int64), starts, values, tokens)


def word_features(tokens: list[str]) -> tuple[Numbers, Numbers]:
    """Return the numbers of one post's features and of the word where each begins, for saying why."""
    hashed = _hashed([tokens])
    return np.concatenate([part[0] for part in hashed]), np.concatenate([part[2] for part in hashed])


def _hashed(tokens: list[list[str]]) -> list[tuple[Numbers, Numbers, Numbers]]:
    """Return numbers, posts and words (counted through the batch) of words, pairs and pieces."""
    flat = [token for post in tokens for token in post]
    lengths = np.fromiter(map(len, flat), np.int64, len(flat))
    owner = np.repeat(np.arange(len(tokens)), [len(post) for post in tokens])
    codes = np.frombuffer(f" {' '.join(flat)} ".encode("utf-32-le", "surrogatepass"), np.uint32).astype(
        np.uint64
    )
    if not flat:
        nothing = np.zeros(0, np.int64)
        return [(nothing, nothing, nothing)]
    begins = np.cumsum(lengths + 1) - lengths
    words = _word_hashes(codes, begins, begins + lengths)
    number = np.arange(len(flat))
    together = owner[1:] == owner[:-1]
    pairs = (words[:-1] * _FACTOR + words[1:])[together]
    word_at = np.repeat(number, lengths + 1)  # of each sign; a blank belongs to the word behind it
    return [
        (_range(words), owner, number),
        (_range(pairs), owner[:-1][together], number[:-1][together]),
        *_pieces(codes, begins, lengths, owner, word_at),
    ]


def _word_hashes(codes: NDArray[np.uint64], begins: Numbers, ends: Numbers) -> NDArray[np.uint64]:
    """Return a hash of each word: sums of code × factor^place, moved to the same first place."""
    powers = np.full(codes.size + 1, _FACTOR, np.uint64)
    powers[0] = 1
    powers = np.cumprod(powers, dtype=np.uint64)
    back = np.full(codes.size + 1, _INVERSE, np.uint64)
    back[0] = 1
    back = np.cumprod(back, dtype=np.uint64)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers[:-1], dtype=np.uint64)])
    hashes: NDArray[np.uint64] = (sums[ends] - sums[begins]) * back[begins] + np.uint64(1)
    return hashes


def _pieces(
    codes: NDArray[np.uint64], begins: Numbers, lengths: Numbers, owner: Numbers, word_at: Numbers
) -> list[tuple[Numbers, Numbers, Numbers]]:
    """Return the pieces of words by length, as `_hashed` does."""
    last = np.repeat(begins + lengths, lengths + 1)  # the blank behind the word, for each sign
    owner_at = owner[word_at]
    place = np.arange(word_at.size)
    hashes = codes.copy()
    found = []
    for length in PIECES:
        hashes = hashes[:-1] * _FACTOR + codes[length - 1 :]
        inside = np.flatnonzero(place + length - 1 <= last)
        found.append((_range(hashes[inside] + np.uint64(length)), owner_at[inside], word_at[inside]))
    return found


def _range(hashes: NDArray[np.uint64]) -> Numbers:
    """Return hashes mixed and cut to the range of features."""
    mixed = (hashes ^ (hashes >> _SHIFT)) * _MIX
    return (((mixed ^ (mixed >> _SHIFT)) * _MIX) >> _TOP).astype(np.int64)
