"""What should be looked at before a text goes out: the guards of the reply box, as codes with places.

Only one guard stops: private data where strangers read. Every other is a hint that the person answers
with one key, so each is narrow: it speaks where it is nearly surely right, once for the whole text.
Sentences for people are made in the desk. What depends on the conversation (a second answer, a changed
thread) is the desk's too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import regex

from resonanz.annotate.address_form import AddressForm, address_form
from resonanz.annotate.private_data import Found, OwnPattern, find_private_data
from resonanz.compose import bytes_count, fits, length, without_mentions
from resonanz.post import Limits

TEXT_MOST = 25_000  # characters that are looked at: no network takes more; longer is a slip of the clipboard
SHOUT_LETTERS = 20  # fewer letters may be an abbreviation or a name
SHOUT_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Voice:
    """How a brand speaks: address form, words that it avoids, own number patterns, and its own contacts.

    `forbidden_words` are whole words or phrases in any case; one that ends in `*` stands for every ending.
    `own_contacts` are telephone numbers, e-mail and postal addresses of the company: never private data.
    """

    form: Literal["du", "sie", "none"] = "none"
    forbidden_words: tuple[str, ...] = ()
    patterns: tuple[OwnPattern, ...] = ()
    own_contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at before sending, at the characters from `start` to `end` of the text.

    Kinds, with their facts: `private_data` (kind), `empty`, `too_long` (length, limit, unit: "bytes" where
    bytes are too many), `address_form` (expected, found), `forbidden_word`, `names_other`, `link_shortener`,
    `shouting`, `repeated_punctuation`, `markup`, `placeholder`. Only `private_data` is hard.
    """

    kind: str
    hard: bool
    start: int
    end: int
    text: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


_URL = r"(?:https?://|www\.)\S+"
_url = regex.compile(_URL, regex.IGNORECASE)
_quiet = regex.compile(
    rf"{_URL}|(?<![\p{{L}}\p{{N}}])[@#][\p{{L}}\p{{N}}_.\-@]+"
    r"|(?<![\p{L}\p{N}_.+\-])[\p{L}\p{N}_.+\-]++@[\p{L}\p{N}.\-]+",
    regex.IGNORECASE,
)
_handle = regex.compile(r"(?<![\p{L}\p{N}_/.])@([A-Za-z0-9_][A-Za-z0-9_.\-]*(?:@[\p{L}\p{N}.\-]+)?)")
_word = regex.compile(r"\p{L}{2,}")
_said = regex.compile(r"[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]")
_shortener = regex.compile(
    r"(?<![\p{L}\p{N}@.\-\/])(?:https?://)?(?:www\.)?"
    r"(?:bit\.ly|buff\.ly|cutt\.ly|dlvr\.it|goo\.gl|is\.gd|kurzelinks\.de|lnkd\.in|ow\.ly|rb\.gy|rebrand\.ly"
    r"|shorturl\.at|t\.co|t1p\.de|t\.ly|tiny\.cc|tinyurl\.com|v\.gd)/[^\s\"'<>()]+",
    regex.IGNORECASE,
)
_repeated = regex.compile(r"[!?]{3,}|[!?](?: [!?]){2,}")
_markup = regex.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|i|img|li|ol|p|script|span|strong|table|u|ul)(?:\s[^<>]{0,500})?/?>"
    r"|\*\*[^*\s][^*\n]{0,200}\*\*|\[[^\[\]\n]{1,200}\]\(https?://[^\s()]+\)|&(?:amp|gt|lt|nbsp|quot|#39);",
    regex.IGNORECASE,
)
_placeholder = regex.compile(
    r"\{\{?\s*\p{L}[\p{L}\p{N}_ .\-]{0,40}\}?\}|%\(?\p{L}[\p{L}_]{2,30}\)?%"
    r"|[\[<](?:vor|nach|kunden|zu)?(?:name|anrede|datum|uhrzeit|nummer|link)[\]>]",
    regex.IGNORECASE,
)


def check(
    text: str, *, limits: Limits, audience_private: bool, voice: Voice, named: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """What is to be looked at before `text` goes out, hard stops first, then in the text's order.

    `named` are the handles (without @) of those who are answered. A text of more than `TEXT_MOST`
    characters is only said to be too long.
    """
    if len(text) > TEXT_MOST:
        facts: dict[str, int | str] = {
            "length": len(text),
            "limit": min(limits.length, TEXT_MOST),
            "unit": "characters",
        }
        return (Problem("too_long", hard=False, start=0, end=len(text), text="", facts=facts),)
    if not _said.search(without_mentions(text, named)):
        return (Problem("empty", hard=False, start=0, end=len(text), text=text),)
    found: list[Problem] = [*_too_long(text, limits, named), *_form(text, voice), *_words(text, voice)]
    found += [*_names(text, named)] if audience_private else [*_private(text, voice)]
    found += [*_shouting(text), *_looks(text)]
    return tuple(sorted(found, key=lambda problem: (not problem.hard, problem.start, problem.kind)))


def _hint(kind: str, text: str, span: tuple[int, int], /, **facts: int | str) -> Problem:
    return Problem(kind, hard=False, start=span[0], end=span[1], text=text[span[0] : span[1]], facts=facts)


def _too_long(text: str, limits: Limits, named: Sequence[str]) -> Iterator[Problem]:
    if fits(text, limits, named=named):
        return
    counted, span = length(text, limits, named=named), (0, len(text))
    if counted > limits.length:
        yield _hint("too_long", text, span, length=counted, limit=limits.length, unit=limits.unit)
    else:
        most = limits.bytes_length or 0
        yield _hint("too_long", text, span, length=bytes_count(text), limit=most, unit="bytes")


# How it speaks -----------------------------------------------------------------------------------


def _form(text: str, voice: Voice) -> Iterator[Problem]:
    """One hint where the text speaks otherwise than the voice, or du and Sie in one breath."""
    seen = address_form(text, direction="out")
    wrong = _wrong_form(seen, voice)
    first = next((evidence for evidence in seen.evidence if evidence.form == wrong), None)
    if first is not None:
        span = (first.start, first.end)
        yield _hint("address_form", text, span, expected=voice.form, found=seen.form)


def _wrong_form(seen: AddressForm, voice: Voice) -> str:
    if voice.form != "none":
        return "sie" if voice.form == "du" else "du"
    if seen.form != "mixed":
        return ""
    return next(evidence.form for evidence in seen.evidence if evidence.form != seen.evidence[0].form)


def _words(text: str, voice: Voice) -> Iterator[Problem]:
    if not voice.forbidden_words:
        return
    quiet = [match.span() for match in _quiet.finditer(text)]
    for match in _forbidden(voice.forbidden_words).finditer(text):
        if not any(begin <= match.start() < end for begin, end in quiet):
            yield _hint("forbidden_word", text, match.span())


@lru_cache(maxsize=64)
def _forbidden(words: tuple[str, ...]) -> regex.Pattern[str]:
    """One expression for all of them, the longest first; blanks match any blanks."""
    wanted = sorted({" ".join(word.split()) for word in words if word.strip(" *")}, key=len, reverse=True)
    spelled = [
        regex.escape(word.removesuffix("*"), literal_spaces=True).replace(" ", r"\s+")
        + (r"[\p{L}\p{M}]*" if word.endswith("*") else "")
        for word in wanted
    ]
    either = "|".join(spelled) or r"\b\B"
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{either})(?![\p{{L}}\p{{N}}])", regex.IGNORECASE)


def _shouting(text: str) -> Iterator[Problem]:
    words = list(_word.finditer(_quiet.sub(lambda match: " " * len(match[0]), text)))
    letters = sum(len(match[0]) for match in words)
    loud = [match for match in words if match[0].isupper()]
    if letters >= SHOUT_LETTERS and sum(len(match[0]) for match in loud) >= SHOUT_SHARE * letters:
        yield _hint("shouting", text, (loud[0].start(), loud[-1].end()))


def _looks(text: str) -> Iterator[Problem]:
    """What looks bad or untidy where it arrives: one hint of a kind."""
    kinds = {
        "link_shortener": _shortener,
        "repeated_punctuation": _repeated,
        "markup": _markup,
        "placeholder": _placeholder,
    }
    for kind, expression in kinds.items():
        if match := expression.search(text):
            yield _hint(kind, text, match.span())


# Who may read it ---------------------------------------------------------------------------------


def _names(text: str, named: Sequence[str]) -> Iterator[Problem]:
    """Whoever is named in a private post can read it, on some networks."""
    known = {handle.removeprefix("@").casefold() for handle in named}
    for match in _handle.finditer(text) if known else ():
        handle = match[1].rstrip(".-").casefold()
        if not any(handle in {one, one.partition("@")[0]} for one in known):
            yield _hint("names_other", text, (match.start(), match.start() + 1 + len(handle)))


def _private(text: str, voice: Voice) -> Iterator[Problem]:
    for found in find_private_data(text, patterns=voice.patterns):
        if not _is_own(text, found, voice.own_contacts):
            span = (found.start, found.end)
            yield replace(_hint("private_data", text, span, kind=found.kind), hard=True)


# A company may give its own telephone number, e-mail or postal address. It is its own where the voice knows
# it, or where the words around say so: of those before it in the sentence the nearest decides ("Sie erreichen
# uns unter …" is ours, "wir erreichen Sie unter …" is not), else the last one after it.
_PLACES = (
    r"(?:hotline|filiale|niederlassung|geschäftsstelle|zentrale|zentrum|annahmestelle|servicestelle|störungsstelle"
    r"|beratungsstelle|leitstelle|büro|center|kundenservice|kundendienst|kundenbetreuung|notdienst|notruf"
    r"|bereitschaftsdienst|service-?(?:nummer|telefon|team)|empfang|showroom|shop|store|branch|office|helpline"
    r"|support|help ?desk|rezeption|standort|werkstatt|impressum|pressestelle)"
)
_TELLS = (  # what a customer is told to do, where a clause begins: "wir rufen Sie an" is no such thing
    r"(?<=^\W*|[.!?:,;(–—]\s*|\b(?:alternativ|bitte|dafür|dann|dazu|doch|einfach|gerne?|hierzu|so|sonst)\s)"
    r"(?:(?:besuchen|leiten|mailen|rufen|schicken|schreiben|senden|wählen) sie|leitet?|ruf|schicke?|schickt"
    r"|schreibe?|schreibt|sende|sendet|wähle?|wählt|call|contact|dial|reach|visit|write)"
)
_cue = regex.compile(
    rf"\b(?P<ours>uns|us|our|(?:du|wende|melde) dich|sie sich|(?:ihr|wendet|meldet) euch"
    rf"|(?<!\bwir )(?:(?:finden|erreichen) sie|(?:findest|erreichst) du|(?:findet|erreicht) ihr)"
    rf"|{_TELLS}|\p{{L}}*{_PLACES}n?s?|mo(?:ntags?)?|24/7"
    r"|rund um die uhr|täglich|gebührenfrei|kostenfrei|erreichbar|zuständig|besetzt|geöffnet|notf[aä]lle?n?"
    r"|komm(?:t|en sie)? (?:\p{L}+ ){0,3}vorbei|retouren?|rücksendungen?|gmbh|ag|kg|ltd"
    r"|unsere?[mnrs]? (?:\p{L}+ )?(?:\p{L}*(?:nummer|adresse|mail)|anschrift))\b"
    r"|\b(?P<theirs>bei uns (?:ist|sind|steht|stehen)"
    r"|sie|ihnen|ihr|ihre[mnrs]?|dich|dir|dein|deine[mnrs]?|euch|euer|eure[mnrs]?|you|your"
    r"|rufe|ruft|melde mich|meldet sich|melden uns|liefer\p{L}*|\p{L}*zustell\p{L}*|zugestellt|geliefert"
    r"|called)\b",
    regex.IGNORECASE,
)
_kept_or_sent = regex.compile(  # said after it, of what we know from the customer
    r"\b(?:aktuell|angegeben|genannt|geschickt|gespeichert|gesendet|hinterlegt|notiert|stimmt|verm[ae]rkt|versandt)\b",
    regex.IGNORECASE,
)
_boundary = regex.compile(r"(?:(?<=\p{L}{4})\.|[!?…])\s|\n\s*\n")
_FAR = 160  # characters from a datum to a word that may speak of it
_NAMED_BY_WORDS = frozenset({"phone", "email", "address"})
_role = regex.compile(
    r"(?:abuse|anfrage|beratung|beschwerde|bestellung|billing|contact|datenschutz|dialog|feedback|fundb|hallo"
    r"|hello|help|hilfe|hotline|info|karriere|kontakt|kunden|mail|no-?reply|office|order|phishing|post|presse"
    r"|privacy|rechnung|redaktion|reklamation|reservierung|retoure|sales|schaden|service|shop|spam|storno"
    r"|support|team|technik|termin|verkauf|versand|vertrieb|verwaltung|zentrale)[\p{L}\-_.]*@",
    regex.IGNORECASE,
)
_freemail = regex.compile(
    r"@(?:[\w\-]+\.)*(?:aol|arcor|bluewin|freenet|gmail|gmx|googlemail|hotmail|icloud|live|mail|mailbox|me|outlook"
    r"|posteo|proton|protonmail|t-online|web|yahoo|ymail)\.(?:at|ch|com|de|eu|me|net|org)$",
    regex.IGNORECASE,
)


def _is_own(text: str, found: Found, own_contacts: tuple[str, ...]) -> bool:
    datum = text[found.start : found.end]
    if any(_same(datum, own) for own in own_contacts):
        return True
    if found.kind not in _NAMED_BY_WORDS or _freemail.search(datum):
        return False
    return bool(_role.match(datum)) or _said_to_be_own(text, found)


def _said_to_be_own(text: str, found: Found) -> bool:
    before = _boundary.split(text[max(0, found.start - _FAR) : found.start])[-1]
    after = _boundary.split(text[found.end : found.end + _FAR])[0]
    if _kept_or_sent.search(after):
        return False
    for around in (before, after):
        cues = [*_cue.finditer(around)]
        if cues:
            return cues[-1]["ours"] is not None
    return False


def _same(datum: str, own: str) -> bool:
    """Whether two spellings mean one telephone number, one account, one e-mail or one postal address."""
    if not regex.search(r"\p{L}", datum + own):
        short, long = sorted((_digits(datum), _digits(own)), key=len)
        return len(short) >= 6 and long.endswith(short)
    short, long = sorted((_spelled(datum), _spelled(own)), key=len)
    if short.replace(" ", "") == long.replace(" ", ""):
        return True
    return regex.search("[0-9]", short) is not None and f" {short} " in f" {long} "


def _digits(number: str) -> str:
    """The digits of a number, without what stands for the country or for long distance."""
    digits = "".join(regex.findall("[0-9]", number.replace("(0)", "")))
    foreign = number.lstrip(" (").startswith("+") or digits.startswith("00")
    return regex.sub("^(?:41|43|49)", "", digits.lstrip("0")) if foreign else digits.lstrip("0")


def _spelled(contact: str) -> str:
    """The words of a contact, as they are spelled by everybody: "Hauptstr. 5" is "hauptstraße 5"."""
    folded = regex.sub(r"str(?:asse|aße|\.)", "str ", contact.lower())
    return " ".join(regex.findall(r"[\p{L}\p{N}@._\-]+", folded))
