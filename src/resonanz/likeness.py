"""Whether a post speaks of the same matter as others do: what proposes posts for an incident.

A model is made of posts that belong to the matter, of some that do not, and of the words that a person
named. It weighs each word by how much oftener it stands in those that belong (naive Bayes with a prior, after
Manning, Raghavan and Schütze, "Introduction to Information Retrieval", chapter 13), and wants more than one
reason: a matter is a trouble with a thing, and either alone is said of many other matters too.

Words are compared as search folds them, without their endings. Which words say nothing is known beforehand;
all else comes from the posts that are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import log

import regex

from resonanz.query import fold

ENOUGH = 5.0  # the score from which on a post is proposed
PAIRED = 0.5  # a pair repeats what its words say
MOST = 4.0  # no word says more than this
GIVEN = 2.0  # what a rule of words that a person gave counts for
STRONG = 1.2  # a word with this weight is a reason of its own
REASONS = 2  # how many reasons it takes
SAID_LEAST = 4  # letters of a word that is suggested
RULE_SLIPS = 0.05  # of other posts a rule may hit so many and still be trusted
KNOWN_SHARE = 0.66  # of the words of a post, so many have to be known from those that belong

_PRIOR_POSTS = 60.0  # the prior counts as much as so many posts that do not belong
_RARE = 0.02  # how often a word stands in any post, before one knows better
_UNSEEN = 1.0  # what a word that nobody has said yet speaks against it
_SEEN_ENOUGH = 8  # from so many posts on, a word that none of them says counts in full
_FEW = 3  # of fewer posts than this, what one says is enough for a rule
_PAIR_FROM = 2  # a pair counts once so many posts have it

COMMON_WORDS = frozenset(
    (
        # German
        "ab abend aber ach alle alles als also am an and andere andern auch auf aus bei beim bekannt "
        "bescheid besser besten bin bis bisher bissl bitte bzw da dabei dafur daher damen damit danach "
        "dank danke dankeschon dann daran darauf darum das dass davon dazu dein deine deinen deiner dem "
        "den denn der deren des deshalb dessen dich die dies diese diesem diesen dieser dieses ding dinge "
        "dir doch dort drin du durch eben ebenfalls eigentlich ein eine einem einen einer eines einfach "
        "einige einmal endlich er erst erstmal es etwa etwas euch euer eure eurem euren eurer frage "
        "fragen freundliche freundlichem freundlichen fur ganz ganze ganzen gar gebe geben geehrte "
        "geehrter gehen geht gerade gern gerne gesehen gestern gib gibt gibts ging gleich gott gru grus "
        "grusen grusi grusse gut gute guten guter hab habe haben habt hallo halt hat hatte hatten herr "
        "herren herzliche heut heute hey hi hier hilfe hin hoffe ich ihm ihn ihnen ihr ihre ihrem ihren "
        "ihrer im immer in ins inzwischen ist ja jahr jede jeden jeder jedes jemand jetzt kann kannst "
        "kaputt kein keine keinen keiner klar komm kommen kommt konnen konnt konnte konnten kriegen "
        "kriegt kurz lang lange langsam lassen lasst leider lg lieb liebe lieben lieber liebes liegt los "
        "mache machen machst macht mal man mehr mein meine meinem meinen meiner melden meldung mfg mich "
        "minute minuten mir mit mittag mittlerweile moin moment morgen muss mussen musst nach nachher ne "
        "nein nett neu neue neuen nicht nichts nie niemand nix noch nun nur ob oder oft oh ohne ok paar "
        "problem probleme sache sag sagen sagt schade schnell schon sehe sehen sehr seid sein seine seit "
        "seitdem selbst servus sicher sie sind so sobald sofort sogar solche soll sollen sollte sondern "
        "sonst stand statt stunde stunden super tag tage tagen team tipp toll tolle tun tut uber "
        "uberhaupt uhr um und uns unser unsere unten unter vg viel viele vielen vielleicht vom von vor "
        "vorhin wann war waren warum was weg wegen weil weiter weitere wenn wer werde werden wert wie "
        "wieder wieso will wir wird wirklich wissen wisst wo woche wohl woran wort wurde wurden zeit zu "
        "zum zur zusammen zwar zwei ner nem nen bringen bringt vormittag nachmittag morgens abends "
        # English
        "a about after all already also am an and any anybody anyone are as at back be been best but by "
        "can cant cheers could couldnt day did do does doesnt doing don dont else even ever for from get "
        "getting give go going good got had has have havent he hello help hey hi hour hours how i if im "
        "in is isnt it its ive just know like ll long many me more morning much my need new news no not "
        "now of off on one only or our out over please problem problems really right s same say says she "
        "should since so some somebody someone something still t take team thank thanks that thats the "
        "their them then there these they thing this those time to today too try trying until up us ve "
        "very was way we week well were what whats when where which who whole why will with without wont "
        "work working works would yes yet you your yours "
    ).split()
)
_ENDINGS = (
    "ungen",
    "ung",
    "enden",
    "end",
    "ern",
    "est",
    "ing",
    "en",
    "em",
    "er",
    "es",
    "et",
    "ed",
    "e",
    "n",
    "s",
    "t",
)
_STEM_LEAST = 4
_CALLED = regex.compile(r"@\S+")
_WRITTEN = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def stem(word: str) -> str:
    """A folded word without its endings, German or English: `crash`, `crashes` and `crashen` are one.

    At least four letters are left, three before a plural: `apps` is `app`.
    """
    ending = next((one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _STEM_LEAST), "")
    if ending:
        return stem(word[: -len(ending)])
    return word[:-1] if len(word) == _STEM_LEAST and word[-1] == "s" and word[-2] != "s" else word


_COMMON = frozenset(map(stem, COMMON_WORDS))


@lru_cache(maxsize=4096)
def features(text: str) -> frozenset[str]:
    """What is compared of a text: its words without endings, and each two that follow each other.

    Handles are left out, for all who speak to us name the same. A pair is joined by a blank.
    """
    said = [stem(word) for word in fold(_CALLED.sub(" ", text)) if word[0] not in "#$"]
    pairs = (f"{one} {two}" for one, two in pairwise(said))
    return frozenset((*said, *pairs))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much speaks for a post: `score` in natural units, its `reasons` (stems), whether `given` words hit.

    `known` is the share of what it says that those that belong have said too, from 0 to 1; `trusted` says
    that words hit which other posts hardly ever have, so that nothing needs to be learnt first.
    """

    score: float
    reasons: tuple[str, ...]
    given: bool
    known: float
    trusted: bool = False

    @property
    def is_alike(self) -> bool:
        """Whether it may be proposed: a rule that can be trusted says so, or what was learnt does."""
        if self.trusted:
            return True
        return self.score >= ENOUGH and len(self.reasons) >= REASONS and self.known >= KNOWN_SHARE


class Model:
    """One matter, made of posts."""

    __slots__ = ("_belong", "_belong_count", "_other_count", "_others", "_rules", "_trusted")

    def __init__(
        self, belonging: Iterable[str], others: Iterable[str] = (), rules: Iterable[Sequence[str]] = ()
    ) -> None:
        """Learn from texts. Each of `rules` lists words that stand together in a post of the matter."""
        belonging, others = list(belonging), list(others)
        self._belong, self._belong_count = _counted(belonging)
        self._others, self._other_count = _counted(others)
        self._rules = [demanded for rule in rules if (demanded := _demanded(rule))]
        self._trusted = [rule for rule in self._rules if _can_be_trusted(rule, belonging, others)]

    def judge(self, text: str) -> Verdict:
        """How much a text speaks of the matter."""
        said = features(text)
        hit = [rule for rule in self._rules if rule <= said]
        named = frozenset(word for rule in hit for word in rule)
        words = {w: self._weight(w, _RARE) for w in said if " " not in w and w not in _COMMON}
        for word in named:
            words[word] = max(words.get(word, 0.0), STRONG)
        pairs = {w: self._pair_weight(w) for w in said if " " in w}
        score = sum(words.values()) + PAIRED * sum(pairs.values()) + (GIVEN if hit else 0.0)
        strong = [w for w, weight in (words | pairs).items() if weight >= STRONG]
        trusted = any(rule in self._trusted for rule in hit)
        return Verdict(score, _apart(strong), bool(hit), self._known(words, named), trusted)

    def suggest(self, texts: Sequence[str], most: int = 5, besides: str = "") -> list[list[str]]:
        """Rules of two words that many of `texts` say together and other posts seldom, none of `besides`.

        They are whole words of at least four letters, as they are written there. Each further rule finds
        posts that those before it do not.
        """
        written = _spellings(texts)
        whole = {found for found, word in written.items() if len(word) >= SAID_LEAST and word.isalpha()}
        left = [features(text) & whole - features(besides) for text in texts]
        least = 1 if len(texts) < _FEW else 2
        rules: list[list[str]] = []
        while left and len(rules) < most:
            best = self._best_rule(left, least)
            if best is None:
                break
            rules.append([written[word] for word in best])
            left = [said for said in left if not said.issuperset(best)]
        return rules

    def _best_rule(self, posts: Sequence[frozenset[str]], least: int) -> tuple[str, ...] | None:
        """The two telling words that stand together in the most posts, at least in so many."""
        together: Counter[tuple[str, ...]] = Counter()
        for said in posts:
            telling = sorted(w for w in said if self._is_telling(w))
            together.update(combinations(telling, 2))
        ranked = (
            (n, self._weight(a, _RARE) + self._weight(b, _RARE), (a, b)) for (a, b), n in together.items()
        )
        count, _weight, best = max(ranked, default=(0, 0.0, ()))
        return best if count >= least else None

    def _is_telling(self, word: str) -> bool:
        return " " not in word and word not in _COMMON and self._weight(word, _RARE) >= STRONG

    def _weight(self, word: str, rare: float) -> float:
        """How much oftener a word stands in posts that belong, as a logarithm; below 0: seldomer."""
        usual = (self._others[word] + _PRIOR_POSTS * rare) / (self._other_count + _PRIOR_POSTS)
        if not self._belong[word]:
            return -_UNSEEN * min(1.0, self._belong_count / _SEEN_ENOUGH)
        here = (self._belong[word] + usual) / (self._belong_count + 1.0)
        return min(MOST, log(here / usual))

    def _pair_weight(self, pair: str) -> float:
        return max(0.0, self._weight(pair, _RARE / 2)) if self._belong[pair] >= _PAIR_FROM else 0.0

    def _known(self, words: Collection[str], named: Collection[str]) -> float:
        """The share of its words that those that belong have said too."""
        if not words:
            return 1.0
        return sum(1 for word in words if self._belong[word] or word in named) / len(words)


def _apart(strong: Sequence[str]) -> tuple[str, ...]:
    """Reasons that share no word, the longest first: "dienst nicht" and "nicht erreichbar" are one."""
    taken: set[str] = set()
    chosen = []
    for reason in sorted(strong, key=lambda one: (one.count(" "), one)):
        if not taken.intersection(reason.split()):
            taken.update(reason.split())
            chosen.append(reason)
    return tuple(chosen)


def _spellings(texts: Iterable[str]) -> dict[str, str]:
    """How each stem is written most often, in small letters."""
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for word in _WRITTEN.findall(_CALLED.sub(" ", text)):
            for token in fold(word):
                written.setdefault(stem(token), Counter())[word.lower()] += 1
    return {
        found: max(forms.items(), key=lambda form: (form[1], form[0]))[0] for found, forms in written.items()
    }


def _demanded(rule: Iterable[str]) -> frozenset[str]:
    """What a rule demands of a post: its words, and where several stand in one entry, in that order."""
    return frozenset(feature for words in rule for feature in features(words))


def _can_be_trusted(rule: frozenset[str], belonging: Iterable[str], others: Sequence[str]) -> bool:
    """Whether few other posts hit a rule, or no more of them than of those that belong."""
    wrong = sum(rule <= features(text) for text in others)
    if wrong <= RULE_SLIPS * (len(others) + _PRIOR_POSTS):
        return True
    return wrong <= sum(rule <= features(text) for text in belonging)


def _counted(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many texts each word stands, and how many texts there are."""
    found: Counter[str] = Counter()
    count = 0
    for text in texts:
        found.update(features(text))
        count += 1
    return found, count
