"""Order and customer numbers, known by the words around them: "Bestellnummer 48213", "4711 ist die Kd-Nr.".

A keyword is strong where it can name nothing but a number ("Bestellnummer", "Kd-Nr."), weak where it also
names the matter itself ("Auftrag", "Vertrag"): then the number must stand close, or look like a code.
What is spoken for already comes in as `HIDDEN` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from resonanz.annotate.quiet import HIDDEN, digits_of, windows

NumberKind: TypeAlias = Literal["order_number", "customer_number"]
NamedNumber: TypeAlias = tuple[NumberKind, int, int]  # kind, start, end


_NUMBER = (
    r"(?:[-.\s]{0,2}(?:num+e?rn?|numbers?|nrn?\b\.?|no\b\.?|num\b\.?|#|ids?\b|codes?\b|kennung|kennzahl|"
    r"ref\b\.?|reference\b))"
)
_CUSTOMER_STRONG = (
    r"(?:kund(?:inn)?en?|vertrags?|vertragskonto|mitglieds?|mitglieder|abo|abonnenten|abonnement|police?n?|"
    r"versicherungs?(?:schein)?|vers\.|versicherten|teilnehmer|benutzer|nutzer|bahn-?card|bonus(?:karten|"
    r"card)?|kundenkarten|"
    r"kundenkonto|geschäftspartner|debitoren|personen(?:konto)?|customer|client|account|contract|"
    r"member(?:ship)?|"
    rf"loyalty|policy|subscriber|user|(?<!\w)post|(?<!\w)kd|(?<!\w)ku?\.|payback|miles|vielflieger|"
    rf"(?<!\w)knd?){_NUMBER}|(?<!\w)kundenkonto|vertragskonto|"
    r"(?<!\w)(?:kd-?nr|knr)\b\.?|customer\saccount"
)
_ORDER_STRONG = (
    r"(?:bestell(?:ungs?)?|best\.|auftrags?|order|rechnungs?|sendungs?(?:verfolgungs?)?|pakets?|"
    r"tracking|liefer(?:schein|ungs?)?|"
    r"buchungs?|reservierungs?|retouren?|rücksende|versand|beleg|referenz|transaktions?|bestätigungs|"
    r"einkaufs|kauf|"
    r"online-?ticket|handyticket|purchase|invoice|booking|reservation|shipment|shipping|parcel|"
    r"package|confirmation|"
    rf"reference|return|(?<!\w)(?:rg|re|ab|ls|po)(?=[-.])|rma){_NUMBER}|pnr\b|"
    rf"(?<!\w)(?:sendungsverfolgung|tracking)(?=\s?[:#])"
)
_CUSTOMER_WEAK = (
    r"kunden?|kundin|vertrag|kundenkarte|abo|mitglied|bahn-?card|customer|contract|member(?:ship)?|account"
)
_ORDER_WEAK = (
    r"bestellung(?:en)?|auftr[aä]ge?s?|orders?|rechnung(?:en)?|sendung(?:en)?|pakete?s?|päckchen|"
    r"lieferung|buchung|"
    r"reservierung|retoure|lieferschein|(?:auftrags|bestell|versand)bestätigung|invoice|parcel|"
    r"booking|shipment|package|reservation|tracking|purchase|delivery"
)
_keyword = re.compile(
    rf"(?P<customer>{_CUSTOMER_STRONG})|(?P<order>{_ORDER_STRONG})"
    rf"|(?<![^\W\d])(?:(?P<weak_customer>{_CUSTOMER_WEAK})|(?P<weak_order>{_ORDER_WEAK}))(?![^\W\d])",
    re.IGNORECASE,
)
_some_number = re.compile(r"\d\D?\d|[A-Z0-9]{6}")
_KEYWORD_KINDS: dict[str, NumberKind] = {
    "customer": "customer_number",
    "order": "order_number",
    "weak_customer": "customer_number",
    "weak_order": "order_number",
}

# What may stand between a keyword and its number, to either side.
_SEPARATORS = r"[\s:#=.,\-–—\"'„“”‚‘’»«(\[*>→_|?!✅👉]*"
_LINK_WORDS = (
    r"ist|is|war|was|wäre|lautet|lautete|lauten|sind|are|die|das|der|den|dem|meine|meiner|mein|my|"
    r"our|unsere|unserer|your|"
    r"ihre|ihrer|deine|eure|ja|hier|here|nochmal|noch|mal|again|also|auch|bitte|please|natürlich|"
    r"dazu|dafür|folgende|"
    r"folgt|wie|of|nummer|nr|number|no|code|sie|it|it's|should|be|sollte|sein|hab|habe|ich|hätte|wir|"
    r"haben|dann|die|"
    r"eine|angeblich|jetzt|now|zur|zu|for|for\sthis|gleich|gern|gerne|s|re|vom|von|am|from|under|"
    r"unter|lt|laut|mit|with"
)
_gap = re.compile(rf"{_SEPARATORS}(?:(?:{_LINK_WORDS})(?![^\W_]){_SEPARATORS}){{0,6}}", re.IGNORECASE)
_count_word = re.compile(
    r"\b(?:von|vom|über|für|mit|ab|seit|in|im|for|of|since|from|am|um|bis|nach)\b", re.IGNORECASE
)
_number_word = re.compile(r"\b(?:nummer|nr|number|no|code|id)\b|#", re.IGNORECASE)
_example = re.compile(
    r"\bz\.\s?b\b|beispiel|\be\.g|example|format|beginn|fängt|starts|stellig|etwa\b|artikel", re.IGNORECASE
)
_stop = re.compile(r"[.!?]\s+[A-ZÄÖÜ][a-zäöü]{2}|\n\s*\n")
_back_gap = re.compile(
    r"[\s\"'“”)\]]*(?:[,:;=(\[–—-]\s?)?\s*(?P<words>(?:(?:ist|is|war|was|lautet|wäre|sollte|sein|als|"
    r"as|das|dies|that|that's|"
    r"this|die|der|the|meine|my|meiner|unsere|our|ihre|eure|your|nämlich|heißt|heisst|mein|zu|zur|"
    r"zum|für|for|gehört|to|"
    r"belongs|unter|läuft|steht|stand|steht\sals|auf|on|hab|habe|ich|von|s)(?![^\W_])[\s,:=(]*){0,6})"
    r"(?:(?:dhl|dpd|gls|ups|hermes|amazon|online)[\s-])?",
    re.IGNORECASE,
)
_token = re.compile(
    r"(?<![^\W_])#?(?:[A-Z]{1,5}[ \u00a0](?=\d{3}))?[A-Za-z0-9]{1,30}(?:[-_/.–][A-Za-z0-9]{1,30}){0,6}"
    r"(?:(?<=\d)[ \u00a0]\d{2,12}(?![^\W_])){0,6}(?![^\W_])"
)
_wordy_end = re.compile(r"(?:[-_/.–](?:[A-Z]?[a-z]{2,}|[A-Z]{4,}))+$")
_wordy_start = re.compile(
    r"^#?(?:[A-Za-z]{0,12}(?:nr|no|nummer|number)[-_/.–]?|[A-Za-z]?[a-z]{3,}[-_/.–])(?=#?\w*\d)",
    re.IGNORECASE,
)
_no_code = re.compile(
    r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?|\d{1,2}\.\d{1,2}\.?|\d{1,2}[._/-]\d{1,2}[._/-](?:19|20)?\d\d|"
    r"(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./]\d\d|\d{1,2}/(?:19|20)\d\d"
)
_counted = re.compile(r"\b(?:von|über|für|ab|seit|um|bis|in|im|for|of|since|from)\s+$", re.IGNORECASE)
_placed = re.compile(
    r"[^\d.!?\ue000]{0,50}\b(?:auf|in|im|aus|von|zu|zum|zur|für|bei|on|in|from|for|of|to)"
    r"(?:\s(?:der|die|das|den|dem|meiner|meinen|meinem|meine|dieser|eurer|ihrer|letzten|the|my|this))*\s$",
    re.IGNORECASE,
)
_booked = re.compile(r"buchung|reservierung|booking|reservation|code|pnr", re.IGNORECASE)
_more = re.compile(r"\s?(?:,|und|and|sowie|/|&|\+|oder|or)\s(?:die\s|the\s|auch\s)?(?=[#\w])", re.IGNORECASE)
_hash_code = re.compile(r"(?<![\w#&/])#(?:[A-Z]{1,4}-?)?\d{4,}[\dA-Z-]*(?<!-)(?![^\W_])")
_generic = re.compile(
    r"(?<![^\W_])(?:nummern?|number|nr\.?|num|no\.|unter|under|aktenzeichen|zeichen|referenz)(?=[\s:#])",
    re.IGNORECASE,
)
_tracking = re.compile(
    r"(?<![^\W_])(?:JJD\d{14,22}|1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}(?:DE|AT|CH|GB|CN|US)|003404\d{14}|"
    r"\d{3}-\d{7}-\d{7})(?![^\W_])"
)
_order_context = re.compile(
    r"bestell|auftr[aä]g|\border|liefer|paket|päckchen|sendung|rechnung|buchung|gebucht|retour|"
    r"ware\b|ship|deliver|parcel|"
    r"package|invoice|booking|purchase|\breturn",
    re.IGNORECASE,
)
_customer_context = re.compile(
    r"kund(?:e|in)|vertr[aä]g|mitglied|konto|customer|client|member|contract|account|\babo\b|tarif|"
    r"gekündigt|kündigung",
    re.IGNORECASE,
)


def _keywords(text: str) -> Iterator[re.Match[str]]:
    for start, end in windows(text, _some_number, before=130, after=90):
        yield from _keyword.finditer(text, start, end)


def named_closely(text: str) -> Iterator[NamedNumber]:
    """Numbers right behind a word that can name nothing else, such as "Bestellnummer"."""
    for keyword in _keywords(text):
        gap = _gap.match(text, keyword.end())
        if gap is None or _is_weak(keyword):
            continue
        code = _code_at(text, gap.end())
        if code is not None and _is_named(text[slice(*code)], keyword[0]):
            yield from _with_more(text, _KEYWORD_KINDS[keyword.lastgroup or ""], code)


def named_loosely(text: str) -> Iterator[NamedNumber]:
    """Numbers some words behind a keyword, and those right behind a vaguer one such as "Auftrag"."""
    keywords = list(_own_keywords(text))
    for keyword, following in zip(keywords, (*keywords[1:], None), strict=False):
        limit = min(keyword.end() + 80, len(text) if following is None else following.start())
        for code in _codes(text, keyword.end(), limit):
            gap = text[keyword.end() : code[0]]
            if _stop.search(gap) or _example.search(gap):
                break
            if _is_reached(text, keyword, code) and not _is_named_later(text, keyword, code, following):
                yield from _with_more(text, _KEYWORD_KINDS[keyword.lastgroup or ""], code)
                break


def _own_keywords(text: str) -> Iterator[re.Match[str]]:
    """The keywords, without the vague ones that only place a surer one: "Kundennummer auf der Rechnung"."""
    sure_end = -80
    for keyword in _keywords(text):
        if not _is_weak(keyword):
            sure_end = keyword.end()
        elif _placed.match(text, max(sure_end, 0), keyword.start()) and keyword.start() - sure_end < 60:
            continue
        yield keyword


def named_before(text: str) -> Iterator[NamedNumber]:
    """Numbers that stand before their keyword: "12345678 ist meine Kundennummer"."""
    for keyword in _keywords(text):
        gap = _gap.match(text, keyword.end())
        if gap is not None and text.startswith(HIDDEN, gap.end()):
            continue
        weak = _is_weak(keyword)
        for code in _codes(text, max(0, keyword.start() - 70), keyword.start()):
            between = _back_gap.fullmatch(text, code[1], keyword.start())
            if between and (between["words"] or not weak) and _size(text[slice(*code)]) >= 4 + weak:
                yield _KEYWORD_KINDS[keyword.lastgroup or ""], *code


def coded(text: str) -> Iterator[NamedNumber]:
    """Codes that only the rest of the text explains: "#48213" in a text about an order."""
    for match in _tracking.finditer(text):
        yield "order_number", *match.span()
    order, customer = _order_context.search(text), _customer_context.search(text)
    if order is None and customer is None:
        return
    kind: NumberKind = "customer_number" if order is None else "order_number"
    for match in _hash_code.finditer(text):
        if not _no_code.fullmatch(match[0].lstrip("#-ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
            yield kind, *match.span()
    for word in _generic.finditer(text):
        gap = _gap.match(text, word.end())
        code = _code_at(text, gap.end() if gap else word.end())
        if code is not None and _size(text[slice(*code)]) >= 5:
            yield kind, *code


def _codes(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _token.finditer(text, start, end):
        code = _trimmed(match)
        if code is not None and (end >= len(text) or match.end() <= end):
            yield code


def _code_at(text: str, position: int) -> tuple[int, int] | None:
    match = _token.match(text, position)
    return None if match is None else _trimmed(match)


def _trimmed(match: re.Match[str]) -> tuple[int, int] | None:
    """The code without words glued to its ends; nothing where no code is left, or a year or a date."""
    code = _wordy_end.sub("", match[0])
    end = match.start() + len(code)
    word = _wordy_start.match(code)
    start = match.start() + (word.end() if word else 0)
    code = match.string[start:end]
    return (start, end) if _size(code) >= 2 or _is_booking_code(code) else None


def _size(code: str) -> int:
    """How many digits a code has; none where it reads as a year or a date."""
    return 0 if _no_code.fullmatch(code) else len(digits_of(code))


def _is_booking_code(code: str) -> bool:
    return re.fullmatch(r"[A-Z0-9]{6}", code) is not None


def _is_named(code: str, keyword: str) -> bool:
    """Whether the code right behind a strong keyword is one; booking codes may do with few digits or none."""
    if _is_booking_code(code) and code.isalpha():
        return _booked.search(keyword) is not None
    return _size(code) >= 3 or (_is_booking_code(code) and not code.isdigit())


def _is_weak(keyword: re.Match[str]) -> bool:
    return (keyword.lastgroup or "").startswith("weak")


def _is_reached(text: str, keyword: re.Match[str], code: tuple[int, int]) -> bool:
    """Whether a keyword's meaning reaches as far as the code behind it."""
    gap, value = text[keyword.end() : code[0]], text[slice(*code)]
    size = _size(value)
    lettered = re.search(r"[A-Za-z]", value) is not None
    close = _gap.fullmatch(gap.replace(HIDDEN, "")) is not None
    if not _is_weak(keyword):
        return size >= (3 if close else 5 - lettered)
    if close and _booked.search(keyword[0]) and _is_booking_code(value) and lettered:
        return not value.isalpha()
    if close and not (_count_word.search(gap) and not _number_word.search(gap)):
        return size >= (4 if _number_word.search(gap) or _order_context.match(keyword[0]) else 5)
    marked = value.startswith("#") or gap.rstrip().endswith(("(", "#"))
    return size >= (4 if marked else 5 if lettered else 6) and _counted.search(gap) is None


def _is_named_later(
    text: str, keyword: re.Match[str], code: tuple[int, int], later: re.Match[str] | None
) -> bool:
    """Whether the number belongs to the next keyword: "… und 48213 ist die Bestellnummer"."""
    if later is None or _gap.fullmatch(text, keyword.end(), code[0]):
        return False
    between = _back_gap.fullmatch(text, code[1], later.start())
    return between is not None and bool(between["words"])


def _with_more(text: str, kind: NumberKind, code: tuple[int, int]) -> Iterator[NamedNumber]:
    """The code, and those of like length that an "und" or a comma adds to it."""
    size = _size(text[slice(*code)])
    following: tuple[int, int] | None = code
    while following is not None:
        yield kind, *following
        joint = _more.match(text, following[1])
        following = _code_at(text, joint.end()) if joint else None
        if following and (abs(_size(text[slice(*following)]) - size) > 1 or size < 4):
            following = None
