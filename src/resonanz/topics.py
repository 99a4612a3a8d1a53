"""Themes: what more people speak of now than one had to expect, with the posts that show it.

The formula. Of each term the people who said it are counted, each once; a text that is passed on word for
word counts once. The spans before, each as long as the one looked at, say what was to be expected: the
Gamma-Poisson model (Gelman and others, "Bayesian Data Analysis", chapter 2.6) has after S people in E posts
of the past, for N posts now, a negative binomial distribution of mean N·(S + a)/(E + b) and shape S + a; so a
term that nobody has ever said is no special case. How much the counts of the past sway from span to span
beyond chance is put on top (the moment estimate of a negative binomial's dispersion, drawn to a prior where
counts are few). The probability of so many people or more is the term's p-value, its negative decimal
logarithm the surprise. All terms that enough people say are tested; Holm's step-down procedure corrects for
their number (S. Holm, "A simple sequentially rejective multiple test procedure", 1979).

Terms that stand in the same posts are one theme. Chance may lift a word now and then, but hardly two words in
the same posts: so a theme needs one term that is very unlikely, or two that are unlikely. Where posts come
from is the desk's.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import NamedTuple

from resonanz.topic_terms import OF_REASON, Terms

PEOPLE_LEAST = 3  # fewer are no theme
TIMES_LEAST = 2.0  # so many times what was to be expected
ALONE_MOST = 0.001  # up to this corrected p-value a term is a theme by itself
TOGETHER_MOST = 0.5  # and up to this one, if another such term that shares no word stands in the same posts
HISTORY_LEAST = 100  # posts; of fewer nobody knows what is usual
TERMS_MOST = 6  # of one theme that are shown
EXAMPLES = 12  # of a theme; not all may be shown to everybody

PRIOR_COUNT, PRIOR_POSTS = 0.5, 50.0  # a and b: what is known of a term before anything is counted
PRIOR_SWAY = 0.3  # squared coefficient of variation between spans
PRIOR_SWAY_COUNT = 10.0  # the prior counts as much as so many people
TOGETHER = 0.25  # Jaccard's index from which on two terms are one theme
WITHIN = 0.5  # or so much of a term's posts have the theme's already
SAME_POSTS = 0.8  # a pair stands for a word if it has so much of the word's posts
RISE = 3.0  # how many times the usual a rise is taken for, to find when it began

_LN10 = log(10.0)


class Said(NamedTuple):
    """A post: its place among all (`order`), when it was said in milliseconds, by whom, and its terms."""

    order: int
    at_ms: int
    author: int
    terms: Terms


class Indexed:
    """Posts by their terms. A copy of a text within the same span is left out."""

    def __init__(self) -> None:
        self.orders, self.moments, self.authors, self.spans = (array("q") for _ in range(4))
        self.postings: dict[str, array[int]] = {}
        self._copied: set[int] = set()
        self._span = 0

    def __len__(self) -> int:
        return len(self.orders)

    def add(self, post: Said, found: Iterable[str], span: int = 0) -> bool:
        """Take a post in with those of its terms that count; tell whether it is none that was copied.

        Posts of one span come one after the other.
        """
        if self._is_copy(post, span):
            return False
        number = len(self.orders)
        self.orders.append(post.order)
        self.moments.append(post.at_ms)
        self.authors.append(post.author)
        self.spans.append(span)
        for term in found:
            self.postings.setdefault(term, array("L")).append(number)
        return True

    def _is_copy(self, post: Said, span: int) -> bool:
        if span != self._span:
            self._copied.clear()
            self._span = span
        key = post.terms.key
        if key in self._copied:
            return True
        if key:
            self._copied.add(key)
        return False

    def numbers(self, terms: Iterable[str]) -> set[int]:
        """Return the numbers of the posts that have any of some terms."""
        return {number for term in terms for number in self.postings.get(term, ())}

    def people(self, numbers: Iterable[int]) -> int:
        """Return how many people said some posts, each counted once a span."""
        return len({(self.spans[number], self.authors[number]) for number in numbers})

    def people_by_span(self, numbers: Iterable[int]) -> Counter[int]:
        """Return how many people said some posts in each span."""
        return Counter(span for span, _author in {(self.spans[n], self.authors[n]) for n in numbers})


class Now:
    """The span that is looked at, and the terms of it that may be themes."""

    def __init__(self, posts: Iterable[Said]) -> None:
        kept = list(posts)
        self.posts = Indexed()
        often = _said_often(post.terms.singles for post in kept)
        pairs = _said_often(set(post.terms.pairs(often)) for post in kept)
        for post in kept:
            singles = post.terms.singles & often
            self.posts.add(post, singles.union(pairs.intersection(post.terms.pairs(often))))
        said = {term: self.posts.people(numbers) for term, numbers in self.posts.postings.items()}
        self.people = {term: people for term, people in said.items() if people >= PEOPLE_LEAST}
        self._asked = frozenset(self.people)
        self._words = frozenset(word for term in self.people if " " in term for word in term.split(" "))

    def asked_of(self, terms: Terms) -> set[str]:
        """Return those terms of a post that may be themes: what of the past has to be counted."""
        pairs = (pair for pair in terms.pairs(self._words) if pair in self._asked)
        return (terms.singles & self._asked).union(pairs)


def _said_often(found: Iterable[Collection[str]]) -> set[str]:
    """Return the terms of enough posts: only those can be of enough people, and only their pairs.

    That is the Apriori principle (Agrawal and Srikant, "Fast algorithms for mining association rules", 1994).
    """
    counts: Counter[str] = Counter()
    for terms in found:
        counts.update(terms)
    return {term for term, count in counts.items() if count >= PEOPLE_LEAST}


@dataclass(frozen=True, slots=True)
class Rise:
    """A term that more people say: their number, how many were to be expected, and the surprise."""

    term: str
    people: int
    expected: float
    surprise: float  # -log10 of the probability of so many or more


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme: its terms with the most surprising first, how many posts of how many people have any.

    `usual` is the mean number of people in one span of the past, `since_ms` when it began to rise, `orders`
    are its posts, oldest first, and `examples` the most typical ones of different people.
    """

    terms: tuple[str, ...]
    rises: tuple[Rise, ...]
    people: int
    usual: float
    since_ms: int
    orders: tuple[int, ...]
    moments: tuple[int, ...]
    examples: tuple[int, ...]

    @property
    def surprise(self) -> float:
        """How unlikely its most surprising term is by chance: -log10 of the p-value."""
        return self.rises[0].surprise


# One term ----------------------------------------------------------------------------------------


def rises(now: Now, past: Indexed) -> list[Rise]:
    """Return the terms whose number of people chance does not explain, the most surprising first."""
    exposure = Counter(past.spans)
    found = [
        rise
        for term, people in now.people.items()
        if (rise := _rise(term, people, len(now.posts), past, exposure)) is not None
    ]
    found.sort(key=lambda rise: (-rise.surprise, -rise.people, rise.term))
    return found[: _passing(found, len(now.people), TOGETHER_MOST)]


def _rise(term: str, people: int, posts: int, past: Indexed, exposure: Counter[int]) -> Rise | None:
    counts = past.people_by_span(past.postings.get(term, ()))
    total, spoken = sum(counts.values()), sum(exposure.values())
    shape = total + PRIOR_COUNT
    expected = posts * shape / (spoken + PRIOR_POSTS)
    if people < TIMES_LEAST * expected:
        return None
    varies = 1 / shape + _sway(counts, exposure, total / max(spoken, 1))
    return Rise(term, people, expected, -log_tail(people, expected, 1 / varies) / _LN10)


def _sway(counts: Counter[int], exposure: Counter[int], rate: float) -> float:
    """Return how much a term's share sways between spans beyond chance: its squared coefficient of variation.

    The moment estimate is sum((x - m)² - m) / sum(m²) over spans with x people where m were to be expected.
    """
    total = sum(counts.values())
    beyond, squares = 0.0, 0.0
    for span, posts in exposure.items():
        mean = rate * posts
        beyond += (counts[span] - mean) ** 2 - mean
        squares += mean * mean
    estimate = max(0.0, beyond / squares) if squares else 0.0
    return (PRIOR_SWAY * PRIOR_SWAY_COUNT + estimate * total) / (PRIOR_SWAY_COUNT + total)


def log_tail(count: int, mean: float, shape: float) -> float:
    """Return the natural logarithm of P(X >= count) for a negative binomial X of some mean and shape.

    For counts above the mean; what lies further out than 200 terms is bounded by a geometric series.
    """
    share = mean / (mean + shape)
    first = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    first += shape * log1p(-share) + count * log(share)
    total, term, ratio = 1.0, 1.0, share
    for number in range(count, count + 200):
        ratio = share * (number + shape) / (number + 1)
        term *= ratio
        total += term
        if term < total * 1e-12:
            break
    ratio = max(ratio, share)
    return min(0.0, first + log(total + term * ratio / (1 - ratio)))


def _passing(found: Sequence[Rise], tests: int, most: float) -> int:
    """Return how many rises, the most surprising first, Holm's procedure lets pass of so many tests."""
    for place, rise in enumerate(found):
        if exp(-rise.surprise * _LN10) * (tests - place) > most:
            return place
    return len(found)


# Themes ------------------------------------------------------------------------------------------


def topics(now: Now, past: Indexed, *, since_ms: int, until_ms: int) -> list[Topic]:
    """Return the themes of the span between two moments, the most surprising first.

    None where the past holds too few posts to know what is usual.
    """
    if len(past) < HISTORY_LEAST:
        return []
    found = rises(now, past)
    alone = set(found[: _passing(found, len(now.people), ALONE_MOST)])
    groups = [one for one in _groups(found, now) if one.rises[0] in alone or one.is_of_several]
    return [_topic(group, now.posts, past, since_ms, until_ms) for group in groups]


class _Group:
    """Terms that stand in the same posts, while they are found."""

    def __init__(self, rise: Rise, numbers: set[int]) -> None:
        self.rises, self.lead, self.numbers = [rise], numbers, set(numbers)

    def has(self, numbers: set[int]) -> bool:
        """Whether posts are those of the theme: as many as alike its lead's, or mostly the theme's."""
        alike = len(self.lead & numbers) / len(self.lead | numbers)
        return alike >= TOGETHER or len(self.numbers & numbers) / len(numbers) >= WITHIN

    def take(self, rise: Rise, numbers: set[int]) -> None:
        self.rises.append(rise)
        self.numbers |= numbers

    @property
    def is_of_several(self) -> bool:
        """Whether two of its terms share no word; a reason was read off the words and shows nothing more."""
        said = [rise.term for rise in self.rises if not rise.term.startswith(OF_REASON)]
        words = [set(term.removeprefix("#").split(" ")) for term in said]
        return any(words[0].isdisjoint(one) for one in words)


def _groups(found: Sequence[Rise], now: Now) -> list[_Group]:
    groups: list[_Group] = []
    for rise in found:
        numbers = now.posts.numbers([rise.term])
        group = next((one for one in groups if one.has(numbers)), None)
        if group is None:
            groups.append(_Group(rise, numbers))
        else:
            group.take(rise, numbers)
    return groups


def _topic(group: _Group, posts: Indexed, past: Indexed, since_ms: int, until_ms: int) -> Topic:
    terms = _shown_terms(group.rises, posts)
    numbers = sorted(group.numbers, key=posts.orders.__getitem__)
    spans = len(set(past.spans))
    usual = past.people(past.numbers(rise.term for rise in group.rises)) / spans
    moments = [posts.moments[number] for number in numbers]
    began = onset(moments, usual, since_ms, until_ms)
    return Topic(
        terms=terms,
        rises=tuple(group.rises),
        people=posts.people(numbers),
        usual=usual,
        since_ms=began,
        orders=tuple(posts.orders[number] for number in numbers),
        moments=tuple(moments),
        examples=tuple(posts.orders[number] for number in _typical(group.rises, numbers, posts)),
    )


def _shown_terms(found: Sequence[Rise], posts: Indexed) -> tuple[str, ...]:
    """Return a theme's terms without those that say the same: a word that nearly always stands in a pair of
    words, and a hashtag's bare word or the tag, whichever has fewer posts."""
    terms = [rise.term for rise in found]
    numbers = {term: posts.numbers([term]) for term in terms}
    hidden: set[str] = set()
    for pair in (term for term in terms if " " in term):
        said = [word for word in pair.split(" ") if word in numbers]
        covers = all(len(numbers[pair]) >= SAME_POSTS * len(numbers[word]) for word in said)
        hidden.update(said if covers else [pair])
    for tag in (term for term in terms if term[0] == "#" and term[1:] in numbers):
        is_tag = len(numbers[tag]) >= SAME_POSTS * len(numbers[tag[1:]])
        hidden.add(tag[1:] if is_tag else tag)
    return tuple(term for term in terms if term not in hidden)[:TERMS_MOST]


def _typical(found: Sequence[Rise], numbers: Sequence[int], posts: Indexed) -> list[int]:
    """Return the posts with the most surprising terms, of equals the oldest; one of each person."""
    weights: Counter[int] = Counter()
    for rise in found:
        for number in posts.postings[rise.term]:
            weights[number] += rise.surprise  # type: ignore[assignment] # a counter's sums may be fractions
    chosen: list[int] = []
    people: set[int] = set()
    for number in sorted(numbers, key=lambda number: (-weights[number], posts.orders[number])):
        if posts.authors[number] not in people and len(chosen) < EXAMPLES:
            people.add(posts.authors[number])
            chosen.append(number)
    return chosen


BINS = 48  # parts of a span in which a rise may begin


def onset(moments: Sequence[int], usual: float, since_ms: int, until_ms: int) -> int:
    """Return the moment of the first post of the rise.

    That is the start of the run of bins with the largest log likelihood ratio of a Poisson rate of `RISE`
    times the usual against the usual: what a CUSUM chart names as the change point (E. S. Page, "Continuous
    inspection schemes", 1954). Moments ascend.
    """
    width = max(1, (until_ms - since_ms) // BINS)
    counts = Counter(min((moment - since_ms) // width, BINS - 1) for moment in moments)
    drift = (RISE - 1) * max(usual, 1.0) / BINS
    best, running, start, began = float("-inf"), 0.0, 0, 0
    for place in range(BINS):
        if running <= 0:
            running, start = 0.0, place
        running += counts[place] * log(RISE) - drift
        if running > best:
            best, began = running, start
    return moments[min(bisect_left(moments, since_ms + began * width), len(moments) - 1)]
