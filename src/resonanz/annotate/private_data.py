"""Private data in a text: what a stranger could ring up, write to, visit, charge or look up.

Here live the rules that find telephone numbers, IBANs, e-mail addresses, payment cards, postal addresses,
order numbers and customer numbers in short German and English texts. What to do about a find is decided
elsewhere. Only the shape of a datum and the words around it count: nothing is looked up.

The steps run from the surest to the vaguest, and each hides what it found from those after it: links,
e-mail, IBAN, numbers named by the word right before them, cards, addresses; then prices, dates, trains and
the like are put out of sight, and telephone numbers and loosely named numbers are sought in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from typing import Literal, TypeAlias, get_args

import phonenumbers
import regex
from phonenumbers import NumberParseException, PhoneNumberType
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from resonanz.annotate.emails import emails, may_have_email
from resonanz.annotate.named_numbers import (
    coded,
    has_code,
    may_be_coded,
    may_name_number,
    may_name_when_quiet,
    named_before,
    named_closely,
    named_loosely,
)
from resonanz.annotate.postal import addresses, may_have_address
from resonanz.annotate.quiet import HIDDEN, digits_of, hide, quiet_numbers

Kind: TypeAlias = Literal["phone", "iban", "email", "card", "address", "order_number", "customer_number"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Found:
    """One private datum: `text[start:end]` in characters, without the word that names it."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """A desk's own number pattern, in the syntax of the package `regex`, matched without regard to case.

    The datum is the pattern's first group, or the whole match where it has none. Raises `ValueError` for
    an unknown kind, a broken expression, and one that matches the empty text.
    """

    kind: Kind
    regex: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r}: expected one of {', '.join(KINDS)}")
        try:
            empty = regex.search(self.regex, "", regex.IGNORECASE) is not None
        except regex.error as problem:
            raise ValueError(f"pattern {self.regex!r}: {problem}") from problem
        if empty:
            raise ValueError(f"pattern {self.regex!r}: expected one that needs at least one character")


_Span: TypeAlias = tuple[Kind | None, int, int]  # without a kind: spoken for, and not private
_Step: TypeAlias = Callable[[str], Iterable[_Span]]
_Test: TypeAlias = Callable[[str], bool]

_OWN_SECONDS = 0.5  # a runaway pattern of a desk must not hold up a reply

_digit_or_at = re.compile(r"[0-9@]")
_said = re.compile(r"code\b|\b(?:punkt|dot|pnr)\b")
_at = re.compile(r"t[)\]}\s](?<=[(\[{\s][aä]t[)\]}\s])")
_some_digits = re.compile(r"\d(?:\D{0,11}\d){4}")
_short_number = re.compile(r"\d(?:\D{0,4}\d){4}")
_long_number = re.compile(r"\d(?:[^\W\d_]{0,8}[\s.-]{0,3}\d){9}")


def find_private_data(
    text: str, *, patterns: Sequence[OwnPattern] = (), regions: Sequence[str] = ("DE", "AT", "CH")
) -> tuple[Found, ...]:
    """The private data in `text`, in order and without overlap; a desk's own patterns come first.

    `regions` are the countries whose telephone numbers may be written without a country code, as
    ISO 3166 codes, the likeliest first. Whose data it is does not matter: the address of a branch is an
    address. Numbers that anybody may ring at the callee's or at a shared cost are not private.
    """
    found: list[_Span] = []
    rest = _searched(text, [(_always, partial(_own, patterns))], found) if patterns else text
    if _is_promising(text):
        rest = _searched(rest, _LINKS_AND_EMAILS, found)
        if has_code(rest) or may_have_address(rest) or _has_digits(rest):
            _searched(rest, _numbers(tuple(regions)), found)
    if not found:
        return ()
    return tuple(Found(kind, start, end) for kind, start, end in sorted(found, key=itemgetter(1)) if kind)


def _searched(rest: str, steps: Iterable[tuple[_Test, _Step]], found: list[_Span]) -> str:
    """What is left of a text when each step has hidden what it found, which is added to `found`.

    What a text must hold for a step is found out once, and anew when something was hidden.
    """
    known: dict[_Test, bool] = {}
    for possible, step in steps:
        if possible not in known:
            known[possible] = possible(rest)
        if known[possible] and (spans := _apart(step(rest), rest)):
            rest = hide(rest, [(start, end) for _, start, end in spans])
            found += spans
            known.clear()
    return rest


def _is_promising(text: str) -> bool:
    """Whether a text has a digit, an at sign, or a word for one of them or for a code."""
    if _digit_or_at.search(text):
        return True
    low = text.lower()
    if _at.search(low):
        return True
    said = "code" in low or "punkt" in low or "dot" in low or "pnr" in low
    return said and _said.search(low) is not None


@lru_cache(maxsize=16)
def _numbers(regions: tuple[str, ...]) -> tuple[tuple[_Test, _Step], ...]:
    """The steps behind links and e-mail in their order, each with what a text must hold for it."""
    return (
        (_has_long_number, _ibans),
        (_has_mark, _handles),
        (may_name_number, named_closely),
        (_has_long_number, _cards),
        (may_have_address, _addresses),
        (_must_be_quiet, _quiet),
        (_has_short_number, partial(_phones, regions)),
        (may_name_number, named_loosely),
        (may_name_number, named_before),
        (may_be_coded, coded),
    )


def _always(_text: str) -> bool:
    return True


def _has_link(text: str) -> bool:
    return "/" in text or "www." in text.lower()


def _has_mark(text: str) -> bool:
    return "@" in text or "#" in text


@lru_cache(maxsize=8)  # whoever seeks a number asks first whether there are digits for it
def _has_digits(text: str) -> bool:
    return _some_digits.search(text) is not None


def _has_short_number(text: str) -> bool:
    return _has_digits(text) and _short_number.search(text) is not None


def _has_long_number(text: str) -> bool:
    return _has_digits(text) and _long_number.search(text) is not None


def _must_be_quiet(text: str) -> bool:
    """Whether later steps may find anything in a text, so that nobody's numbers have to be out of sight."""
    return _has_short_number(text) or may_name_when_quiet(text)


def _apart(spans: Iterable[_Span], text: str) -> list[_Span]:
    """The spans in order, without those that touch an earlier one or something hidden."""
    apart: list[_Span] = []
    last = 0
    for kind, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
        if start >= last and start < end and HIDDEN not in text[start:end]:
            apart.append((kind, start, end))
            last = end
    return apart


def _own(patterns: Sequence[OwnPattern], text: str) -> Iterator[_Span]:
    for pattern in patterns:
        search = regex.compile(pattern.regex, regex.IGNORECASE)
        group = 1 if search.groups else 0
        try:
            for match in search.finditer(text, timeout=_OWN_SECONDS):
                if match.start(group) >= 0:
                    yield pattern.kind, *match.span(group)
        except TimeoutError:
            continue


# Links, handles

_path = re.compile(r"\.[a-z]{2,24}/", re.IGNORECASE)
_sure_link = re.compile(r"(?:https?://|ftp://|www\.)\S+", re.IGNORECASE)
_link = re.compile(
    r"(?:https?://|ftp://|www\.)\S+|(?<![@\w.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/[^\s,;]+", re.IGNORECASE
)
_handle = re.compile(r"@(?<![\w.]@)[\w.-]*\w(?:@[\w.-]*\w)?|#(?<![\w&]#)(?!\d)(?![A-Z]{1,4}-?\d{4})\w+")


def _links(text: str) -> Iterator[_Span]:
    for match in (_link if _path.search(text) else _sure_link).finditer(text):
        yield None, *match.span()


def _handles(text: str) -> Iterator[_Span]:
    for match in _handle.finditer(text):
        yield None, *match.span()


def _emails(text: str) -> Iterator[_Span]:
    for start, end in emails(text):
        yield "email", start, end


_LINKS_AND_EMAILS: tuple[tuple[_Test, _Step], ...] = ((_has_link, _links), (may_have_email, _emails))


# IBANs and payment cards

_iban_start = re.compile(r"(?<![^\W_])[a-z]{2}[ \u00a0]?\d[ \u00a0]?\d(?=[\s.-]{0,3}[a-z0-9])", re.IGNORECASE)
_card = re.compile(r"(?<![\w+.,-])\d(?:[ \u00a0.\n-]?\d){12,18}(?![\w]|[.,-]\d)")
# First digits and lengths (ISO/IEC 7812) as the issuers publish them; Maestro needs a word such as "Karte".
_issuer = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:6011|64[4-9]\d|65\d\d|62\d\d|"
    r"81\d\d)\d{12,15}"
)
_maestro = re.compile(r"(?:5[06-8]|6\d)\d{10,17}")
_card_word = re.compile(r"kart|card|maestro|visa|credit|debit", re.IGNORECASE)


def _ibans(text: str) -> Iterator[_Span]:
    for match in _iban_start.finditer(text):
        end = _iban_end(text, match.start())
        if end is not None:
            yield "iban", match.start(), end


def _iban_end(text: str, start: int) -> int | None:
    """Where the IBAN ends that begins at `start`, by its country's length and its checksum."""
    try:
        length = IBAN(text[start : start + 2], allow_invalid=True).spec.iban_length
    except SchwiftyException:
        return None
    span = re.compile(
        rf"[a-z0-9](?:[\s.-]{{0,3}}[a-z0-9]){{{length - 1}}}(?![^\W_])", re.ASCII | re.IGNORECASE
    )
    match = span.match(text, start)
    if match is None or not IBAN(re.sub(r"[\s.-]", "", match[0]), allow_invalid=True).is_valid:
        return None
    return match.end()


def _cards(text: str) -> Iterator[_Span]:
    for match in _card.finditer(text):
        number = digits_of(match[0])
        known = _issuer.fullmatch(number) or (_maestro.fullmatch(number) and _card_word.search(text))
        if known and _luhn(number):
            yield "card", *match.span()


def _luhn(number: str) -> bool:
    """Whether the last digit fits the others (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def _addresses(text: str) -> Iterator[_Span]:
    for start, end in addresses(text):
        yield "address", start, end


def _quiet(text: str) -> Iterator[_Span]:
    for start, end in quiet_numbers(text):
        yield None, start, end


# Telephone numbers

_DIGITS = r"\d+(?:(?![ ]/[ ]\(?0)(?:[ \u00a0]?[-–/.()]{1,2}[ \u00a0]?|[ \u00a0])\(?\d+){0,30}"
_number = re.compile(rf"(?<![\w#+])(?<!\d[.,])(?:\(?\+[ ]?|\()?{_DIGITS}(?![\w])")
_group = re.compile(r"\d+")
_PHONE_WORDS = (
    r"tel\b|telefon\w*|fon\b|phone\w*|handy\w*|mobil\w*|mobile|cell\w*|fax\w*|festnetz\w*|ruf\w*|"
    r"an-?ruf\w*|angeruf\w*|"
    r"rückruf\w*|zurückruf\w*|zurückgerufen|erreichbar|erreich\w*|whats-?app\w*|signal|sms|call\w*|"
    r"text\sme|reach\w*|"
    r"ring\sme|durchwahl\w*|kling\w*|telegram|melde\w*|durchklingeln|anrufen|dial|landline|tel\.?-?nr"
)
_phone_word = re.compile(rf"(?<![^\W_])(?:{_PHONE_WORDS})", re.IGNORECASE)
_phone_named = re.compile(
    r"(?<![^\W_])(?:tel\b|telefon\w*|fon\b|phone\w*|handy\w*|mobil\w*|cell\w*|fax\w*|festnetz\w*|"
    r"durchwahl|whats-?app\w*|"
    r"rückrufnummer|rufnummer|call(?:\s(?:me|us))?|ring\sme|text\sme|ruf\w*|erreich\w*|reach\sme|telefonisch)"
    r"(?:[\s.:=,-]{1,3}(?:nr|nummer|number|no|ist|is|lautet|die|meine|my|at|on|unter|der|mich|uns|bitte|"
    r"an|hier|auf|war))"
    r"{0,6}[\s.:=,-]{0,3}$",
    re.IGNORECASE,
)
_my_number = re.compile(
    r"\b(?:meine|my)\s(?:nummer|nr\.?|number)(?:\s(?:ist|is|lautet))?(?:\sdie)?[\s:]{1,2}$", re.IGNORECASE
)
_PUBLIC_TYPES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
    }
)
# Ranges with one tariff for whoever rings (Bundesnetzagentur, RTR, BAKOM), and short numbers for everybody.
_public_number = re.compile(
    r"(?:(?:00)?49)?0?(?:800|180|190|900|137)\d*|(?:00)?4[13]0?(?:800|810|820|840|842|844|848|900|901|"
    r"930)\d*|1(?:1[0-9]\d{0,4}|33|40|4[1-5]|22|28)|19222"
)
_public_beginning = re.compile(r"\(?0(?:810|820|840|842|844|848|901|930)(?!\d)")


def _phones(regions: Sequence[str], text: str) -> Iterator[_Span]:
    position = 0
    while (match := _number.search(text, position)) is not None:
        start, end = match.start(), _phone_end(text, match, regions)
        position = end or match.end()
        if end is not None:
            opened = text[start] == "(" and ")" not in text[start:end]
            yield "phone", start + opened, end


def _phone_end(text: str, match: re.Match[str], regions: Sequence[str]) -> int | None:
    """Where the telephone number ends that begins the match: after as many of its groups as make one."""
    if len(digits_of(match[0][:60])) < 5 or _is_public(match[0]):
        return None
    ends = [group.end() for group in _group.finditer(text, match.start(), match.end())][:9]
    near, after = text[max(0, match.start() - 45) : match.start()], text[ends[-1] : ends[-1] + 40]
    spoken = _phone_word.search(f"{near} {after}") is not None
    for end in reversed(ends):
        if _is_phone(text[match.start() : end], regions, spoken=spoken):
            return end
    return ends[-1] if _is_local(text[match.start() : ends[-1]], near, after) else None


def _is_public(raw: str) -> bool:
    """Whether anybody may ring the number, at no cost or at a cost that does not depend on where it is."""
    if _public_number.fullmatch(digits_of(raw)) or _public_beginning.match(raw):
        return True
    return "+" in raw[:2] and len(raw) < 40 and _standing(raw, ()) == "public"


def _is_phone(raw: str, regions: Sequence[str], *, spoken: bool) -> bool:
    """Whether `raw` can be rung; with words about ringing around it, it needs no leading zero."""
    digits = digits_of(raw)
    if "+" in raw or digits.startswith("00"):
        standing = _standing("+" + digits.removeprefix("00"), regions)
        return 8 <= len(digits) <= 17 and standing in {"private", "possible"}
    if digits.startswith("0"):
        enough = {"private", "possible"} if spoken else {"private"}
        return 9 - spoken <= len(digits) <= 14 and _standing(raw, regions) in enough
    return spoken and 11 <= len(digits) <= 14 and _standing("+" + digits, regions) == "private"


def _standing(number: str, regions: Sequence[str]) -> Literal["private", "public", "possible", "no number"]:
    """What numbering plans say of `number`: the first region's where it is valid, or that it may be."""
    standing: Literal["possible", "no number"] = "no number"
    for region in regions or ("ZZ",):
        try:
            parsed = phonenumbers.parse(number, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return "public" if phonenumbers.number_type(parsed) in _PUBLIC_TYPES else "private"
        if phonenumbers.is_possible_number(parsed):
            standing = "possible"
    return standing


def _is_local(raw: str, near: str, after: str) -> bool:
    """Whether `raw` is a number without area code, right behind a word such as "Tel."."""
    if not 5 <= len(digits_of(raw)) <= 12:
        return False
    mine = _my_number.search(near) is not None and _phone_word.search(near + after) is not None
    return mine or _phone_named.search(near) is not None
