"""Phrases: one source text for du and Sie, with variables and varied wording.

Saved replies, incident texts, acknowledgements and automatic answers are written in a small language:

- `{name}` is a variable; whoever parses says which ones there are.
- `{Hallo|Hi|Guten Tag}` are alternatives, so that five hundred answers are not one text.
- `{du:schick uns deine|sie:schicken Sie uns Ihre}` says the same in both forms of address.
- `{{` and `}}` stand for braces: `{{name}}` is the text `{name}`. Where braces that open together close
  apart, as in `{{name}|Du da}`, they are nested.

Alternatives and forms may hold each other and variables. What a value contains is never interpreted.

Here live the language, the name to greet somebody by, and how alike two texts are, for networks take
repeats amiss. Which variables a text may use and who approved it is the desk's; how long a text is for a
network is told by `compose.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

import regex

from resonanz.query import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

Form = Literal["du", "sie"]
Flaw = Literal[
    "unclosed", "unopened", "empty", "unknown_variable", "one_alternative",
    "unknown_form", "missing_form", "repeated_form", "too_deep",
]  # fmt: skip

VARIABLES = frozenset({"name", "brand", "agent", "due", "link"})
"""The variables that every text of a desk may use."""

DEEPEST = 8
"""How many braces may stand within each other; nobody can read more."""

_EXPECTED: dict[Flaw, str] = {
    "unclosed": "a closing brace for this one",
    "unopened": "an opening brace before this one",
    "empty": "words",
    "unknown_variable": "a known variable, or alternatives parted by |",
    "one_alternative": "a second alternative behind |",
    "unknown_form": "du: or sie:",
    "missing_form": "both du: and sie:",
    "repeated_form": "each form once",
    "too_deep": f"at most {DEEPEST} braces within each other",
}
_SHOWN = 40


class PhraseError(ValueError):
    """A text that is no phrase: what is wrong (`code`), where (`position`, from 0), and what was `found`."""

    def __init__(self, code: Flaw, position: int, found: str) -> None:
        self.code: Flaw = code
        self.position = position
        self.found = found[:_SHOWN]
        super().__init__(f"At {position}: expected {_EXPECTED[code]}, found {self.found!r}.")


@dataclass(frozen=True, slots=True)
class Variable:
    """A place for a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which each wording takes one."""

    options: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Forms:
    """The same said to a friend and to a stranger."""

    du: Parts
    sie: Parts


Part = str | Variable | Choice | Forms
Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parsed text; `parse` makes it."""

    source: str
    parts: Parts

    @property
    def variables(self) -> frozenset[str]:
        """The names of the values that `render` needs."""
        return frozenset(part.name for part in _walk(self.parts) if isinstance(part, Variable))

    @property
    def has_forms(self) -> bool:
        """Whether du and Sie read differently."""
        return any(isinstance(part, Forms) for part in _walk(self.parts))

    @property
    def variants_count(self) -> int:
        """How many wordings there are for one person: of du and Sie, the form that has fewer."""
        return min(_count(self.parts, "du"), _count(self.parts, "sie"))

    def render(self, *, form: Form, values: Mapping[str, str], seed: int) -> str:
        """The text for one person.

        The same seed gives the same wording. Neighbouring seeds differ where there is any alternative, and
        as many seeds in a row as there are wordings in `form` give each of them once. An empty value
        leaves no stray blank or comma: "Hallo {name}," becomes "Hallo,". Raises `ValueError` where one of
        `variables` has no value at all, for a text with a hole must not go out.
        """
        missing = sorted(self.variables - values.keys())
        if missing:
            raise ValueError(f"The phrase needs a value for {', '.join(missing)}.")
        index = seed % _count(self.parts, form)
        pieces = _wording(self.parts, form, index)
        return _tidy(
            "".join(piece if isinstance(piece, str) else _filled(values[piece.name]) for piece in pieces)
        )


def parse(source: str, *, variables: Collection[str] = VARIABLES) -> Phrase:
    """Read a source text that may use `variables`. Raises `PhraseError` for the first thing that is wrong."""
    return Phrase(source, _Reader(source, variables).parts(0, len(source), 0))


# Reading


_TEXT = regex.compile(r"[^{}]+")
_FORM = regex.compile(r"\s*(?:(?i:(?P<form>du|sie)):|(?P<other>[a-z]+):(?![\s/]))")


class _Reader:
    """Reads one source; braces are paired first, so that `{{` and `}}` can be told from nested ones."""

    __slots__ = ("_literal", "_pairs", "_source", "_variables")

    def __init__(self, source: str, variables: Collection[str]) -> None:
        self._source = source
        self._variables = variables
        self._pairs = _pairs(source)
        self._literal = _literals(source, self._pairs)

    def parts(self, start: int, end: int, depth: int) -> Parts:
        """What stands between two places."""
        found: list[Part] = []
        at = start
        while at < end:
            text = _TEXT.match(self._source, at, end)
            if text is not None:
                found.append(text[0])
                at = text.end()
            elif at in self._literal:
                found.append(self._source[at])
                at += 2
            else:
                close = self._close_of(at)
                found.append(self._group(at, close, depth + 1))
                at = close + 1
        return tuple(found)

    def _close_of(self, at: int) -> int:
        if self._source[at] == "}":
            raise PhraseError("unopened", at, self._source[at:])
        if at not in self._pairs:
            raise PhraseError("unclosed", at, self._source[at:])
        return self._pairs[at]

    def _group(self, opening: int, close: int, depth: int) -> Part:
        if depth > DEEPEST:
            raise PhraseError("too_deep", opening, self._source[opening:])
        spans = self._spans(opening + 1, close)
        named = [_FORM.match(self._source, *span) for span in spans]
        if any(named):
            return self._forms(opening, spans, named, depth)
        if len(spans) == 1:
            return self._variable(*spans[0])
        # Said twice, an alternative would only feign another wording.
        return Choice(tuple(dict.fromkeys(self._said(*span, depth) for span in spans)))

    def _spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The places between the bars of one level."""
        bars, at = [start - 1], start
        while at < end:
            if self._source[at] == "|":
                bars.append(at)
            at = self._pairs.get(at, at) + 1
        return [(bar + 1, then) for bar, then in zip(bars, [*bars[1:], end], strict=True)]

    def _said(self, start: int, end: int, depth: int) -> Parts:
        if not self._source[start:end].strip():
            raise PhraseError("empty", start, self._source[start : end + 1])
        return self.parts(start, end, depth)

    def _variable(self, start: int, end: int) -> Variable:
        content = self._source[start:end]
        name = content.strip()
        if name in self._variables:
            return Variable(name)
        if not name:
            raise PhraseError("empty", start, self._source[start : end + 1])
        raise PhraseError("one_alternative" if "{" in name else "unknown_variable", start, name)

    def _forms(
        self,
        opening: int,
        spans: Sequence[tuple[int, int]],
        named: Sequence[regex.Match[str] | None],
        depth: int,
    ) -> Forms:
        said: dict[str, Parts] = {}
        for (start, end), name in zip(spans, named, strict=True):
            if name is None or name["form"] is None:
                raise PhraseError("unknown_form", start, self._source[start:end])
            form = name["form"].lower()
            if form in said:
                raise PhraseError("repeated_form", start, self._source[start:end])
            said[form] = self._said(name.end(), end, depth)
        if len(said) == 1:
            raise PhraseError("missing_form", opening, self._source[opening : spans[-1][1] + 1])
        return Forms(said["du"], said["sie"])


def _pairs(source: str) -> dict[int, int]:
    """Where each opening brace is closed, if every brace counts."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for brace in regex.finditer(r"[{}]", source):
        if brace[0] == "{":
            waiting.append(brace.start())
        elif waiting:
            pairs[waiting.pop()] = brace.start()
    return pairs


def _literals(source: str, pairs: Mapping[int, int]) -> frozenset[int]:
    """Where a doubled brace begins that stands for itself: closed together, or neither closed nor opened."""
    closing = set(pairs.values())
    literal: set[int] = set()
    for double in regex.finditer(r"\{\{|\}\}", source, overlapped=True):
        at = double.start()
        if at - 1 in literal or at in literal:
            continue
        if double[0] == "}}":
            stands_alone = at not in closing and at + 1 not in closing
        else:
            outer, inner = pairs.get(at), pairs.get(at + 1)
            stands_alone = outer == inner  # both None
            if inner is not None and outer == inner + 1:
                literal.update((at, inner))
        if stands_alone:
            literal.add(at)
    return frozenset(literal)


# Wording


def _walk(parts: Parts) -> Iterator[Part]:
    for part in parts:
        yield part
        inner: Iterable[Parts] = ()
        if isinstance(part, Choice):
            inner = part.options
        elif isinstance(part, Forms):
            inner = (part.du, part.sie)
        for deeper in inner:
            yield from _walk(deeper)


def _count(parts: Parts, form: Form) -> int:
    return prod(_part_count(part, form) for part in parts)


def _part_count(part: Part, form: Form) -> int:
    if isinstance(part, Choice):
        return sum(_count(option, form) for option in part.options)
    if isinstance(part, Forms):
        return _count(part.du if form == "du" else part.sie, form)
    return 1


def _wording(parts: Parts, form: Form, index: int) -> Iterator[str | Variable]:
    """The wording of that number. Each place adds the digits before it, so that neighbours differ in many."""
    turn = 0
    for part in parts:
        index, digit = divmod(index, _part_count(part, form))
        yield from _part_wording(part, form, (digit + turn) % _part_count(part, form))
        turn += digit


def _part_wording(part: Part, form: Form, index: int) -> Iterator[str | Variable]:
    if isinstance(part, Choice):
        option, inner = _in_turns([_count(option, form) for option in part.options], index)
        yield from _wording(part.options[option], form, inner)
    elif isinstance(part, Forms):
        yield from _wording(part.du if form == "du" else part.sie, form, index)
    else:
        yield part


def _in_turns(counts: Sequence[int], index: int) -> tuple[int, int]:
    """Whose turn it is, and for which time, when all take turns until each has had as many as it counts."""
    rounds = 0
    while True:
        taking = [i for i, count in enumerate(counts) if count > rounds]
        more = min(counts[i] for i in taking) - rounds
        if index < more * len(taking):
            return taking[index % len(taking)], rounds + index // len(taking)
        index -= more * len(taking)
        rounds += more


_HOLE = "\x00"  # stands where a value is empty, until the text around it is closed


def _filled(value: str) -> str:
    return value.replace(_HOLE, "").strip() or _HOLE


_AROUND_HOLES = [
    (regex.compile(pattern.replace("_", _HOLE), regex.MULTILINE), instead)
    for pattern, instead in (
        *2 * [(r"""[(\[„"“‚«»]\s*_\s*[)\]“"”‘»«]|[@#^]_""", _HOLE)],  # what enclosed or marked it
        (r"_(?:[ \t]*,?[ \t]*_)+", _HOLE),
        (r"^[ \t]*(?:[-–—•][ \t]*)?_[ \t]*[,.!]?[ \t]*(?:\n|\Z)", ""),  # a line of its own
        (r"(?:^|(?<=[.!?…]))[ \t]*_[.!?…]+", ""),  # a sentence of its own
        (r"(?:[,;:]|[ \t][-–—])?[ \t]*_[ \t]*(?=[.!?…]|$)", ""),
        (r",[ \t]*_[ \t]*(?=,)", ""),
    )
]
_BEGINS = regex.compile(rf"(^|[.!?…]\s+){_HOLE}[ \t]*[,;:]?[ \t]*(\p{{Ll}}?)", regex.MULTILINE)
_AT_HOLES = [
    (regex.compile(pattern.replace("_", _HOLE)), instead)
    for pattern, instead in (
        (r"[ \t]*_[ \t]*(?=[,)]|[;:](?:\s|$))", ""),
        (r"[ \t]+_[ \t]+", " "),
        (r"_", ""),
        (r"\n{3,}", "\n\n"),
    )
]


def _tidy(text: str) -> str:
    """Without the blanks and marks that belonged to an empty value; elsewhere nothing is touched."""
    if _HOLE in text:
        for pattern, instead in _AROUND_HOLES:
            text = pattern.sub(instead, text)
        text = _BEGINS.sub(lambda match: match[1] + match[2].upper(), text)
        for pattern, instead in _AT_HOLES:
            text = pattern.sub(instead, text)
    return text.strip()


# Greeting

_ADORNS = regex.compile(r":[\w+-]+:|\([^()]*\)|\[[^\[\]]*\]")  # custom emoji, pronouns
_AFTER_NAME = regex.compile(r"(?:\s\p{Ll}+\s?/|[|/•·–—~@(\[<]|\s-\s).*", regex.DOTALL)
_SYMBOLS = regex.compile(r"[\p{S}\p{C}\uFE00-\uFE0F\u20E3]+")
_TITLE = regex.compile(r"(?i:dr|prof|mag|ing|dipl|med|phil|jur|rer|nat)\.(?:-?\p{L}+\.)*")
_NAME = regex.compile(r"(?:\p{Lu}['’]|Mc|Mac)?\p{Lu}\p{Ll}+(?:[-'’]\p{Lu}\p{Ll}+)*")
_INITIAL = regex.compile(r"\p{Lu}\.")
_PARTICLES = frozenset(
    "af al bin da de del den der di do dos du el la le ten ter van von vom zu zum zur".split()
)
_NO_BEGINNING = frozenset(
    "das dem den der des die ein eine einer dein deine ihr mein meine unser unsere ich du er sie es wir "
    "the my our und oder fur gegen ohne mit nur nicht kein keine pro anti im am in ist "
    "deutsche deutscher deutsches freie grune neu".split()
)
_NO_NAMES = frozenset(
    (
        "ag bahn blog bot bus cafe club corp firma fraktion gmbh group gruppe hotel inc initiative institut "
        "jugend kanzlei kg klinik laden landkreis ltd magazin media museum nachrichten news official "
        "offiziell online partei polizei praxis radio redaktion restaurant schule service shop stadt "
        "stiftung store studio support team tv universitat verband verein verlag zeitung "
        "admin anonym anonymous frau gast herr kunde kundin nobody niemand nutzer user unbekannt unknown"
    ).split()
)
"""Folded words of organisations and roles; some are surnames too, and then nobody is greeted by name."""
_ORGANISATION = regex.compile(
    r".+(?:akademie|bahn|bank|behorde|betriebe|bibliothek|blatt|bund|dienst|feurwehr|forum|funk|gesellschaft|"
    r"gewerkschaft|gruppe|hilfe|kasse|klinik|magazin|ministerium|museum|netzwerk|partei|portal|redaktion|"
    r"schau|schule|shop|stiftung|theater|universitat|verband|verein|verkehr|verlag|werke|zeitung|zentrale|zentrum)"
)
_MOST_WORDS = 5


def greeting_name(author_name: str, *, form: Form = "du") -> str:
    """The name to greet somebody by, from the display name; `""` where that does not look like a name.

    With du it is the first name, with Sie all of a first and last name with its titles ("Guten Tag Jana
    Krause"), for nobody's gender is guessed. What counts is the shape of the words, and that none belongs
    to organisations, roles or sentences: a list of first names would leave out who has a rare one. Names in
    scripts without capitals get `""`, as the order of first and last name differs there.
    """
    titles, words = _titles_and_words(author_name)
    if not _is_name(words):
        return ""
    if form == "du":
        return words[0]
    complete = len(words) > 1 and _NAME.fullmatch(words[-1])
    return " ".join((*titles, *words)) if complete else ""


def _titles_and_words(author_name: str) -> tuple[list[str], list[str]]:
    bare = _ADORNS.sub(" ", normalize("NFKC", author_name)).strip()
    bare, comma, _ = _SYMBOLS.sub(" ", _AFTER_NAME.sub("", bare)).partition(",")
    words = bare.split()
    if comma and len(words) == 1:
        return [], []  # perhaps "Krause, Jana"
    first = next((i for i, word in enumerate(words) if not _TITLE.fullmatch(word)), len(words))
    return words[:first], words[first:]


def _is_name(words: Sequence[str]) -> bool:
    if not 0 < len(words) <= _MOST_WORDS or not _NAME.fullmatch(words[0]) or words[-1] in _PARTICLES:
        return False
    return not _NO_BEGINNING.intersection(fold(words[0])) and all(_may_stand_in_name(word) for word in words)


def _may_stand_in_name(word: str) -> bool:
    if word in _PARTICLES or _INITIAL.fullmatch(word):
        return True
    if not _NAME.fullmatch(word):
        return False
    return not any(token in _NO_NAMES or _ORGANISATION.fullmatch(token) for token in fold(word))


# Repeats

ALIKE = 0.8
"""From this similarity on two texts are read as the same: a name and one alternative in twenty words."""

_MENTIONED = regex.compile(r"@[^\s@]+(?:@[^\s@]+)?")


def similarity(a: str, b: str) -> float:
    """How alike two texts are, from 0 to 1: the share of their words that both have (Jaccard 1912).

    Words are compared as search folds them; whom a text names with @ does not make it another one. Two
    texts without words are alike.
    """
    return _jaccard(_tokens(a), _tokens(b))


def too_alike(texts: Iterable[str], text: str, *, threshold: float = ALIKE) -> tuple[str, ...]:
    """Those of `texts` that are at least `threshold` similar to `text`, in their order."""
    tokens = _tokens(text)
    return tuple(other for other in texts if _jaccard(_tokens(other), tokens) >= threshold)


def _tokens(text: str) -> frozenset[str]:
    return frozenset(fold(_MENTIONED.sub(" ", text)))


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0
